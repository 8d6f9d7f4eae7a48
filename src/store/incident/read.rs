//! A case with everything that is shown of it.

use serde::Serialize;

use crate::args;
use crate::conversation::incident::case::{CardChat, LastStep, Reporter};
use crate::conversation::incident::{CardKind, Case, CaseFile, NamedUnit};
use crate::conversation::incoming::Spot;
use crate::conversation::{Lang, Me, Post};
use crate::domain::Timestamp;
use crate::domain::content::{Attachment, FileKind};
use crate::domain::ids::{ChatId, IncidentId, PersonId, UnitId};
use crate::domain::incident::{Mark, Move, State};
use crate::store::audit::Actor;
use crate::store::{Store, StoreError, Tx, row};

use super::{act, alike, deadlines, units};

struct CaseRow {
    code: String,
    state: String,
    category: Option<String>,
    category_name: Option<String>,
    unit_id: i64,
    unit_known: i64,
    text: String,
    place: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    restricted: i64,
    holder_id: Option<i64>,
    holder: Option<String>,
    forward_unit_id: Option<i64>,
    merged_code: Option<String>,
    question: Option<String>,
    result: Option<String>,
    created_at: i64,
    due_at: i64,
    late: i64,
    settled_at: Option<i64>,
}

row!(CaseRow {
    code,
    state,
    category,
    category_name,
    unit_id,
    unit_known,
    text,
    place,
    latitude,
    longitude,
    restricted,
    holder_id,
    holder,
    forward_unit_id,
    merged_code,
    question,
    result,
    created_at,
    due_at,
    late,
    settled_at
});

/// The case, if there is one.
pub async fn case(tx: &mut Tx<'_>, id: IncidentId) -> Result<Option<Case>, StoreError> {
    let sql = "SELECT i.code, i.state, i.category, i.category_name, i.unit_id, i.unit_known, i.text, i.place,
                      i.latitude, i.longitude, i.restricted, i.holder_id, h.name AS holder,
                      i.forward_unit_id, m.code AS merged_code, i.question, i.result, i.created_at, i.due_at,
                      i.late, i.settled_at
               FROM incidents i LEFT JOIN people h ON h.id = i.holder_id
               LEFT JOIN incidents m ON m.id = i.merged_into WHERE i.id = $1";
    let row: Option<CaseRow> = tx.optional(sql, args![id]).await?;
    let Some(row) = row else { return Ok(None) };
    let unit = named(tx, row.unit_id).await?;
    let forwarded = match row.forward_unit_id {
        Some(unit) => Some(named(tx, unit).await?),
        None => None,
    };
    let spot = match (row.latitude, row.longitude) {
        (Some(latitude), Some(longitude)) => Some(Spot { latitude, longitude, name: None }),
        _ => None,
    };
    let sql = "SELECT COUNT(*) FROM media WHERE incident_id = $1 AND state = 'wanted'";
    Ok(Some(Case {
        id,
        code: row.code,
        state: state(&row.state)?,
        category: row.category_name,
        category_code: row.category,
        unit,
        unit_known: row.unit_known != 0,
        text: row.text,
        place: row.place,
        spot,
        mark: Mark::of(row.restricted != 0),
        holder: row.holder_id.map(PersonId).zip(row.holder),
        forwarded,
        merged_into: row.merged_code,
        question: row.question,
        result: row.result,
        created_at: Timestamp(row.created_at),
        due_at: Timestamp(row.due_at),
        wait: deadlines::awaited(tx, id).await?,
        late: row.late != 0 || row.settled_at.is_some_and(|at| at > row.due_at),
        settled_at: row.settled_at.map(Timestamp),
        reporters: reporters(tx, id).await?,
        cards: cards(tx, id).await?,
        files: files(tx, id).await?,
        files_awaited: tx.int(sql, args![id]).await?,
        last: last_step(tx, id).await?,
        matches: alike::matches(tx, id).await?,
    }))
}

/// A case that has to be there.
pub async fn known(tx: &mut Tx<'_>, id: IncidentId) -> Result<Case, StoreError> {
    case(tx, id).await?.ok_or(StoreError::Missing)
}

async fn named(tx: &mut Tx<'_>, unit: i64) -> Result<NamedUnit, StoreError> {
    units::one(tx, UnitId(unit)).await?.ok_or(StoreError::Missing)
}

/// The state with this code, as it was stored.
pub fn state(code: &str) -> Result<State, StoreError> {
    State::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("case state {code}")))
}

async fn reporters(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<Reporter>, StoreError> {
    let sql = "SELECT p.id, p.name, r.id, r.text, r.hidden FROM reports r JOIN people p ON p.id = r.person_id
               WHERE r.incident_id = $1 ORDER BY r.id";
    let reports: Vec<(i64, String, i64, String, i64)> = tx.all(sql, args![id]).await?;
    let mut reporters: Vec<Reporter> = Vec::new();
    for (person, name, report, text, hidden) in reports {
        let (person, hidden) = (PersonId(person), hidden != 0);
        if let Some(known) = reporters.iter_mut().find(|known| known.person == person) {
            known.text = format!("{}\n{text}", known.text);
            known.hidden |= hidden;
            continue;
        }
        let unit = units::homes(tx, person).await?.first().map(|home| home.name.clone());
        // Where they reported from, if that was a private chat; else any that reaches them.
        let sql = "SELECT c.id, c.lang FROM chats c JOIN people p ON p.id = c.person_id AND p.state = 'active'
                   WHERE c.person_id = $1 AND c.kind = 'private' AND c.state = 'open'
                   ORDER BY CASE WHEN c.id = (SELECT r.chat_id FROM reports r WHERE r.id = $2) THEN 0 ELSE 1 END,
                            c.id LIMIT 1";
        let chat: Option<(i64, String)> = tx.optional(sql, args![person, report]).await?;
        let chat = chat.map(|(chat, lang)| (ChatId(chat), Lang::from_code(&lang)));
        reporters.push(Reporter { person, name, hidden, text, unit: unit.unwrap_or_default(), chat });
    }
    Ok(reporters)
}

async fn cards(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<CardChat>, StoreError> {
    let sql = "SELECT c.id, k.kind, c.lang FROM incident_cards k JOIN chats c ON c.id = k.chat_id
               WHERE k.incident_id = $1 AND c.state = 'open' ORDER BY k.kind, c.id";
    let rows: Vec<(i64, String, String)> = tx.all(sql, args![id]).await?;
    rows.into_iter()
        .map(|(chat, kind, lang)| {
            let kind =
                CardKind::from_code(&kind).ok_or_else(|| StoreError::Corrupt(format!("card {kind}")))?;
            Ok(CardChat { chat: ChatId(chat), kind, lang: Lang::from_code(&lang) })
        })
        .collect()
}

async fn files(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<CaseFile>, StoreError> {
    let sql = "SELECT id, sha256, document, person_id, for_reporter FROM media
               WHERE incident_id = $1 AND state = 'stored' AND sha256 IS NOT NULL
               ORDER BY CASE WHEN document IS NULL THEN 0 ELSE 1 END, id";
    let rows: Vec<(i64, String, Option<String>, i64, i64)> = tx.all(sql, args![id]).await?;
    let file = |(media, sha256, document, from, for_reporter)| CaseFile {
        file: attachment(media, sha256, document),
        from: PersonId(from),
        for_reporters: for_reporter != 0,
    };
    Ok(rows.into_iter().map(file).collect())
}

/// A stored picture or document as it is sent.
pub fn attachment(media: i64, sha256: String, document: Option<String>) -> Attachment {
    match document {
        Some(name) => Attachment { sha256, name, kind: FileKind::Document },
        None => Attachment { sha256, name: format!("anh-{media}.jpg"), kind: FileKind::Photo },
    }
}

/// Steps of a case: when, who, what, in which words, and whether it was a reporter whom only duty officers know.
macro_rules! steps {
    ($rest:literal) => {
        concat!(
            "SELECT s.at, p.name, s.move, s.text,
                    (SELECT COUNT(*) FROM reports r
                     WHERE r.incident_id = s.incident_id AND r.person_id = s.actor_id AND r.hidden = 1)
             FROM incident_steps s LEFT JOIN people p ON p.id = s.actor_id WHERE s.incident_id = $1 AND ",
            $rest
        )
    };
}

async fn last_step(tx: &mut Tx<'_>, id: IncidentId) -> Result<Option<LastStep>, StoreError> {
    let sql = steps!("s.move <> 'open' ORDER BY s.id DESC LIMIT 1");
    let row: Option<(i64, Option<String>, String, String, i64)> = tx.optional(sql, args![id]).await?;
    let Some((at, who, movement, text, hidden)) = row else { return Ok(None) };
    let movement = Move::from_code(&movement)
        .ok_or_else(|| StoreError::Corrupt(format!("move of a case {movement}")))?;
    Ok(Some(LastStep { at: Timestamp(at), who, hidden: hidden != 0, movement, text }))
}

/// A person with the roles of this moment; nobody if they have left.
pub async fn person(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Me>, StoreError> {
    let sql = "SELECT name FROM people WHERE id = $1 AND state = 'active'";
    let row: Option<(String,)> = tx.optional(sql, args![id]).await?;
    let Some((name,)) = row else { return Ok(None) };
    let sql =
        "SELECT r.role, u.id, u.path FROM roles r JOIN units u ON u.id = r.unit_id WHERE r.person_id = $1";
    let rows: Vec<(String, i64, String)> = tx.all(sql, args![id]).await?;
    let mut roles = Vec::with_capacity(rows.len());
    for (role, unit, unit_path) in rows {
        let role = role.parse().map_err(|_| StoreError::Corrupt(format!("role {role}")))?;
        roles.push(Post { role, unit: UnitId(unit), unit_path });
    }
    Ok(Some(Me { id, name, roles }))
}

/// A case with its history, for the command line.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    pub code: String,
    pub state: State,
    pub category: Option<String>,
    pub unit: String,
    pub unit_known: bool,
    pub text: String,
    pub place: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub restricted: bool,
    pub holder: Option<String>,
    pub forwarded_to: Option<String>,
    pub merged_into: Option<String>,
    pub question: Option<String>,
    pub result: Option<String>,
    /// Without those whom only duty officers know.
    pub reporters: Vec<String>,
    /// How many those are.
    pub hidden_reporters: usize,
    /// SHA-256 of each stored picture.
    pub photos: Vec<String>,
    /// What each stored document is called.
    pub documents: Vec<String>,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    /// What somebody has to say before that: `answer` or `progress`.
    pub awaits: Option<&'static str>,
    pub awaited_until: Option<Timestamp>,
    /// It was settled after its deadline, now or before it was opened again.
    pub late: bool,
    pub settled_at: Option<Timestamp>,
    pub steps: Vec<ShownStep>,
}

/// A step of a case's history.
#[derive(Clone, Debug, Serialize)]
pub struct ShownStep {
    pub at: Timestamp,
    /// Nobody where loa did it, or a reporter whom only duty officers know.
    pub who: Option<String>,
    pub hidden: bool,
    /// The code of the move; `open` is the first.
    #[serde(rename = "move")]
    pub movement: String,
    pub text: String,
}

impl Store {
    /// The case with this code and its history, if there is one. A look at a restricted one is written down.
    ///
    /// # Errors
    /// The database's.
    pub async fn show_incident(&self, code: &str) -> Result<Option<Shown>, StoreError> {
        let code = code.to_owned();
        let shown = self
            .db
            .read(move |tx| {
                Box::pin(async move {
                    let id: Option<(i64,)> =
                        tx.optional("SELECT id FROM incidents WHERE code = $1", args![code]).await?;
                    let Some((id,)) = id else { return Ok(None) };
                    let case = known(tx, IncidentId(id)).await?;
                    let steps = history(tx, case.id).await?;
                    Ok(Some((case.id, shown(case, steps))))
                })
            })
            .await?;
        let Some((id, shown)) = shown else { return Ok(None) };
        if shown.restricted {
            let env = self.env();
            let look = self.db.write(move |tx| {
                Box::pin(async move { act::looked(tx, &env, id, Actor::CommandLine).await })
            });
            look.await?;
        }
        Ok(Some(shown))
    }
}

async fn history(tx: &mut Tx<'_>, id: IncidentId) -> Result<Vec<ShownStep>, StoreError> {
    let sql = steps!("s.id > 0 ORDER BY s.id");
    let rows: Vec<(i64, Option<String>, String, String, i64)> = tx.all(sql, args![id]).await?;
    let step = |(at, who, movement, text, hidden): (i64, Option<String>, _, _, i64)| ShownStep {
        at: Timestamp(at),
        who: who.filter(|_| hidden == 0),
        hidden: hidden != 0,
        movement,
        text,
    };
    Ok(rows.into_iter().map(step).collect())
}

fn shown(case: Case, steps: Vec<ShownStep>) -> Shown {
    let (pictures, documents): (Vec<_>, Vec<_>) =
        case.all_files().into_iter().partition(|file| file.kind == FileKind::Photo);
    Shown {
        code: case.code,
        state: case.state,
        category: case.category,
        unit: case.unit.path,
        unit_known: case.unit_known,
        text: case.text,
        place: case.place,
        latitude: case.spot.as_ref().map(|spot| spot.latitude),
        longitude: case.spot.as_ref().map(|spot| spot.longitude),
        restricted: case.mark.is_restricted(),
        holder: case.holder.map(|(_, name)| name),
        forwarded_to: case.forwarded.map(|unit| unit.path),
        merged_into: case.merged_into,
        question: case.question,
        result: case.result,
        hidden_reporters: case.reporters.iter().filter(|reporter| reporter.hidden).count(),
        reporters: case
            .reporters
            .into_iter()
            .filter(|reporter| !reporter.hidden)
            .map(|reporter| reporter.name)
            .collect(),
        photos: pictures.into_iter().map(|picture| picture.sha256).collect(),
        documents: documents.into_iter().map(|document| document.name).collect(),
        created_at: case.created_at,
        due_at: case.due_at,
        awaits: case.wait.map(|wait| wait.what.code()),
        awaited_until: case.wait.map(|wait| wait.until),
        late: case.late,
        settled_at: case.settled_at,
        steps,
    }
}
