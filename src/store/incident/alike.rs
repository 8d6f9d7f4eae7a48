//! Cases that another one is like: looked for when it comes in, and kept beside it.

use crate::args;
use crate::conversation::incident::{Alike, Candidate, Candidates, Likeness, Match};
use crate::domain::Timestamp;
use crate::domain::ids::{ChatId, IncidentId, UnitId};
use crate::store::{Arg, StoreError, Tx, row};

use super::read;

/// Nowhere in the country is a degree shorter than this, in metres: a little more is looked at than has to be.
const SHORTEST_DEGREE: f64 = 100_000.0;

struct Row {
    id: i64,
    code: String,
    state: String,
    category: Option<String>,
    unit_id: i64,
    unit_path: String,
    unit_known: i64,
    text: String,
    place: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    created_at: i64,
}

row!(Row {
    id,
    code,
    state,
    category,
    unit_id,
    unit_path,
    unit_known,
    text,
    place,
    latitude,
    longitude,
    created_at
});

/// What is searched for.
pub struct Search {
    pub unit: UnitId,
    /// Latitude and longitude in millionths of a degree.
    pub spot: Option<(i64, i64)>,
    /// How far around it, in metres.
    pub reach: u32,
    pub open_since: Timestamp,
    pub settled_since: Timestamp,
}

/// What is read of candidates: from where, and which. Restricted ones are never among them.
macro_rules! candidates {
    ($with:literal, $from:literal, $which:literal) => {
        concat!(
            $with,
            "SELECT i.id, i.code, i.state, i.category, i.unit_id, u.path AS unit_path, i.unit_known, i.text, i.place,
                    i.latitude, i.longitude, i.created_at
             FROM ",
            $from,
            " i JOIN units u ON u.id = i.unit_id WHERE i.restricted = 0 AND ",
            $which
        )
    };
}

/// The newest cases at a unit, above or below it, and around a place. Never a restricted one.
pub async fn candidates(tx: &mut Tx<'_>, search: &Search) -> Result<Candidates, StoreError> {
    const AT_UNITS: &str = candidates!(
        "WITH RECURSIVE up (id, parent_id) AS (
           SELECT id, parent_id FROM units WHERE id = $1
           UNION SELECT u.id, u.parent_id FROM units u JOIN up ON u.id = up.parent_id),
         below (id) AS (
           SELECT id FROM units WHERE id = $1
           UNION SELECT u.id FROM units u JOIN below ON u.parent_id = below.id) ",
        "open_incidents",
        "i.unit_id IN (SELECT id FROM up UNION SELECT id FROM below) AND i.created_at >= $2
         ORDER BY i.created_at DESC LIMIT 200"
    );
    const SETTLED_AT_UNIT: &str = candidates!(
        "",
        "incidents",
        "i.unit_id = $1 AND i.unit_known <> 0 AND i.state IN ('settled', 'confirmed', 'closed') AND i.settled_at >= $2
         ORDER BY i.settled_at DESC LIMIT 100"
    );
    const AROUND: &str = candidates!(
        "",
        "incidents",
        "i.latitude BETWEEN $1 AND $2 AND i.longitude BETWEEN $3 AND $4
           AND ((i.created_at >= $5 AND i.id IN (SELECT id FROM open_incidents))
             OR (i.settled_at >= $6 AND i.state IN ('settled', 'confirmed', 'closed')))
         ORDER BY i.created_at DESC LIMIT 100"
    );
    let mut cases: Vec<Candidate> = Vec::new();
    read_into(&mut cases, tx.all(AT_UNITS, args![search.unit, search.open_since]).await?)?;
    read_into(&mut cases, tx.all(SETTLED_AT_UNIT, args![search.unit, search.settled_since]).await?)?;
    if let Some(spot) = search.spot {
        let mut args = around(spot, search.reach);
        args.extend(args![search.open_since, search.settled_since]);
        read_into(&mut cases, tx.all(AROUND, args).await?)?;
    }
    let below = tx.int("SELECT COUNT(*) FROM units WHERE parent_id = $1", args![search.unit]).await?;
    Ok(Candidates { cases, lowest: below == 0 })
}

/// From and to in latitude, from and to in longitude.
fn around((latitude, longitude): (i64, i64), reach: u32) -> Vec<Arg> {
    let reach = f64::from(reach) / SHORTEST_DEGREE;
    #[allow(clippy::cast_precision_loss, reason = "a millionth of a degree has nine digits at most")]
    let (latitude, longitude) = (latitude as f64 / 1e6, longitude as f64 / 1e6);
    args![latitude - reach, latitude + reach, longitude - reach, longitude + reach]
}

fn read_into(cases: &mut Vec<Candidate>, rows: Vec<Row>) -> Result<(), StoreError> {
    for row in rows {
        if cases.iter().any(|known| known.id.0 == row.id) {
            continue;
        }
        cases.push(Candidate {
            id: IncidentId(row.id),
            code: row.code,
            state: read::state(&row.state)?,
            category: row.category,
            unit: UnitId(row.unit_id),
            unit_path: row.unit_path,
            unit_known: row.unit_known != 0,
            text: row.text,
            place: row.place,
            spot: row.latitude.zip(row.longitude),
            created_at: Timestamp(row.created_at),
        });
    }
    Ok(())
}

/// Keeps what a case is like, the likeliest first. What was found before stays.
pub async fn keep(tx: &mut Tx<'_>, id: IncidentId, alike: &[Alike]) -> Result<(), StoreError> {
    for (place, other) in alike.iter().enumerate() {
        let sql = "INSERT INTO incident_matches (incident_id, other_id, kind, place) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (incident_id, other_id) DO NOTHING";
        tx.exec(sql, args![id, other.incident, other.likeness.code(), place]).await?;
    }
    Ok(())
}

/// The cases that a case is like, as far as that still means something.
pub async fn matches(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<Match>, StoreError> {
    let sql = "SELECT o.id, o.code, o.state, m.kind, o.created_at, o.settled_at
               FROM incident_matches m JOIN incidents o ON o.id = m.other_id
               WHERE m.incident_id = $1 ORDER BY m.place, o.id";
    let rows: Vec<(i64, String, String, String, i64, Option<i64>)> = tx.all(sql, args![id]).await?;
    let mut matches = Vec::new();
    for (other, code, state, kind, created_at, settled_at) in rows {
        let state = read::state(&state)?;
        let likeness = Likeness::from_code(&kind)
            .ok_or_else(|| StoreError::Corrupt(format!("likeness of cases {kind}")))?;
        let at = match likeness {
            Likeness::Same if state.is_open() => created_at,
            Likeness::Again if !state.is_open() => settled_at.unwrap_or(created_at),
            // Settled meanwhile, or opened again.
            _ => continue,
        };
        let chats: Vec<(i64,)> =
            tx.all("SELECT chat_id FROM incident_cards WHERE incident_id = $1", args![other]).await?;
        let chats = chats.into_iter().map(|(chat,)| ChatId(chat)).collect();
        matches.push(Match { id: IncidentId(other), code, likeness, at: Timestamp(at), chats });
    }
    Ok(matches)
}
