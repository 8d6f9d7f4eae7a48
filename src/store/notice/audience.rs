//! From an audience as people write it to the chats that it means.
//!
//! Names are looked up once; what comes of it is two lists of keys ([`Whom`]) that one statement compares
//! every chat with. So the same statement serves one group and a million people, all at once or by and by.

use serde::{Deserialize, Serialize};

use crate::args;
use crate::domain::Role;
use crate::domain::audience::{Audience, AudienceFault, Named, Place, Selector};
use crate::domain::ids::UnitId;
use crate::domain::text::fold;
use crate::store::{Env, StoreError, Tx, people};

/// Whom an audience means, in the store's terms. A chat is meant if one of its keys is in `include` and none
/// in `exclude`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whom {
    pub include: Vec<String>,
    pub exclude: Vec<String>,
}

/// So many names are told where a name can mean several.
const MOST_NAMED: usize = 5;

/// Looks every name of an audience up.
pub async fn resolve(
    tx: &mut Tx<'_>,
    env: &Env,
    audience: &Audience,
) -> Result<Result<Whom, AudienceFault>, StoreError> {
    let mut whom = Whom::default();
    for (selectors, keys) in [(&audience.include, &mut whom.include), (&audience.exclude, &mut whom.exclude)]
    {
        for selector in selectors {
            // A merged unit's people cannot be left out alone: whoever meant them has to say so anew.
            if std::ptr::eq(selectors, &audience.exclude)
                && let Some(fault) = left_out_and_ended(tx, env, selector).await?
            {
                return Ok(Err(fault));
            }
            match keys_of(tx, env, selector).await? {
                Ok(more) => keys.extend(more),
                Err(fault) => return Ok(Err(fault)),
            }
        }
        keys.sort_unstable();
        keys.dedup();
    }
    Ok(Ok(whom))
}

/// The keys: `g*` every staff group, `g:5` those of unit 5, `gid:7` that group; `p*` everybody, `p:12` that
/// person, `:5` who has a role at unit 5, `head:` every head, `head:5` the heads of unit 5.
async fn keys_of(
    tx: &mut Tx<'_>,
    env: &Env,
    selector: &Selector,
) -> Result<Result<Vec<String>, AudienceFault>, StoreError> {
    let one = |key: String| Ok(Ok(vec![key]));
    match selector {
        Selector::All => Ok(Ok(vec!["g*".to_owned(), "p*".to_owned()])),
        Selector::Groups => one("g*".to_owned()),
        Selector::People => one("p*".to_owned()),
        Selector::Role(role) => one(format!("{}:", role.code())),
        Selector::Unit(place) => {
            let both = |unit: &UnitId| [format!("g:{unit}"), format!(":{unit}")];
            Ok(units(tx, env, place).await?.map(|units| units.iter().flat_map(both).collect()))
        }
        Selector::RoleAt { role, place } => {
            let key = |unit: &UnitId| at_unit(*role, *unit);
            Ok(units(tx, env, place).await?.map(|units| units.iter().map(key).collect()))
        }
        Selector::Group(name) => {
            let sql = "SELECT id, title FROM chats
                       WHERE kind = 'group' AND unit_id IS NOT NULL AND (external_id = $1 OR folded = $2)
                       ORDER BY CASE WHEN external_id = $1 THEN 0 ELSE 1 END, id LIMIT 6";
            let rows = tx.all(sql, args![name, fold(name)]).await?;
            Ok(single(Named::Group, name, rows).map(|id| vec![format!("gid:{id}")]))
        }
        Selector::Person(name) => {
            // The number 0 is nobody's.
            let sql = "SELECT id, name FROM people
                       WHERE state = 'active' AND (id = $1 OR folded = $2) ORDER BY id LIMIT 6";
            let rows = tx.all(sql, args![name.parse::<i64>().unwrap_or(0), fold(name)]).await?;
            let rows =
                rows.into_iter().map(|(id, name): (i64, String)| (id, format!("{name} (person:{id})")));
            Ok(single(Named::Person, name, rows.collect()).map(|id| vec![format!("p:{id}")]))
        }
    }
}

fn at_unit(role: Role, unit: UnitId) -> String {
    format!("{}:{unit}", role.code())
}

fn single(kind: Named, name: &str, rows: Vec<(i64, String)>) -> Result<i64, AudienceFault> {
    match rows.as_slice() {
        [(id, _)] => Ok(*id),
        [] => Err(AudienceFault::Unknown(kind, name.to_owned())),
        several => {
            let names: Vec<&str> = several.iter().take(MOST_NAMED).map(|(_, name)| name.as_str()).collect();
            Err(AudienceFault::Several(kind, name.to_owned(), names.join("; ")))
        }
    }
}

/// The unit that a place means, and all below it if it says so.
async fn units(
    tx: &mut Tx<'_>,
    env: &Env,
    place: &Place,
) -> Result<Result<Vec<UnitId>, AudienceFault>, StoreError> {
    let found = people::find_everywhere(tx, env, &place.unit).await?;
    // A part of a name would be a guess, and a guess sends words to the wrong people.
    let mut rows: Vec<_> =
        found.into_iter().filter(|unit| unit.rank < 3).map(|unit| (unit.id.0, unit.path)).collect();
    if rows.is_empty() {
        rows = people::find_heirs(tx, &place.unit).await?;
    }
    match single(Named::Unit, &place.unit, rows) {
        Ok(unit) if place.below => below(tx, UnitId(unit)).await.map(Ok),
        Ok(unit) => Ok(Ok(vec![UnitId(unit)])),
        Err(fault) => Ok(Err(fault)),
    }
}

/// Why a unit cannot be left out: it has become part of another.
async fn left_out_and_ended(
    tx: &mut Tx<'_>,
    env: &Env,
    selector: &Selector,
) -> Result<Option<AudienceFault>, StoreError> {
    let (Selector::Unit(place) | Selector::RoleAt { place, .. }) = selector else { return Ok(None) };
    if people::find_everywhere(tx, env, &place.unit).await?.iter().any(|unit| unit.rank < 3) {
        return Ok(None);
    }
    let heirs = people::find_heirs(tx, &place.unit).await?;
    Ok(heirs.into_iter().next().map(|(_, path)| AudienceFault::Ended(place.unit.clone(), path)))
}

/// A unit and all below it.
pub async fn below(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<UnitId>, StoreError> {
    let sql = "WITH RECURSIVE below (id) AS (
                 SELECT id FROM units WHERE id = $1
                 UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
               SELECT id FROM below ORDER BY id";
    let rows: Vec<(i64,)> = tx.all(sql, args![unit]).await?;
    Ok(rows.into_iter().map(|(id,)| UnitId(id)).collect())
}

/// A question about the chats that are meant: `$1` and `$2` are the lists of keys, in JSON. The chat is `c`;
/// whether it is open is not asked here, and whether its owner is on leave only where [`here`] is named.
macro_rules! of_chats {
    ($before:literal, $middle:ident, $rest:literal) => {
        Sql {
            lite: concat!(
                "WITH inc (key) AS (SELECT value FROM json_each($1)),
                      exc (key) AS (SELECT value FROM json_each($2)) ",
                $before,
                $middle!(),
                crate::store::notice::audience::meant!(),
                $rest
            ),
            pg: concat!(
                "WITH inc (key) AS (SELECT value FROM json_array_elements_text($1::json)),
                      exc (key) AS (SELECT value FROM json_array_elements_text($2::json)) ",
                $before,
                $middle!(),
                crate::store::notice::audience::meant!(),
                $rest
            ),
        }
    };
    ($before:literal, $rest:literal) => {
        of_chats!($before, nothing_more, $rest)
    };
    ($before:literal, { $lite:literal, $pg:literal }, $middle:literal, $rest:literal) => {
        Sql {
            lite: concat!(
                "WITH inc (key) AS (SELECT value FROM json_each($1)),
                      exc (key) AS (SELECT value FROM json_each($2)) ",
                $before,
                $lite,
                $middle,
                crate::store::notice::audience::here!(),
                crate::store::notice::audience::meant!(),
                $rest
            ),
            pg: concat!(
                "WITH inc (key) AS (SELECT value FROM json_array_elements_text($1::json)),
                      exc (key) AS (SELECT value FROM json_array_elements_text($2::json)) ",
                $before,
                $pg,
                $middle,
                crate::store::notice::audience::here!(),
                crate::store::notice::audience::meant!(),
                $rest
            ),
        }
    };
}

macro_rules! nothing_more {
    () => {
        ""
    };
}

/// Whether the chat `c` is meant.
macro_rules! meant {
    () => {
        " (CASE WHEN c.kind = 'group' THEN
             ((c.purpose = 'staff' AND ('g*' IN (SELECT key FROM inc)
                                        OR ('g:' || c.unit_id) IN (SELECT key FROM inc)))
              OR ('gid:' || c.id) IN (SELECT key FROM inc))
             AND NOT (('g*' IN (SELECT key FROM exc)) OR COALESCE(('g:' || c.unit_id) IN (SELECT key FROM exc), FALSE)
                      OR ('gid:' || c.id) IN (SELECT key FROM exc))
           ELSE c.person_id IS NOT NULL
             AND EXISTS (SELECT 1 FROM people p WHERE p.id = c.person_id AND p.state = 'active')
             AND ('p*' IN (SELECT key FROM inc) OR ('p:' || c.person_id) IN (SELECT key FROM inc)
                  OR EXISTS (SELECT 1 FROM roles r WHERE r.person_id = c.person_id
                     AND ((':' || r.unit_id) IN (SELECT key FROM inc) OR (r.role || ':') IN (SELECT key FROM inc)
                          OR (r.role || ':' || r.unit_id) IN (SELECT key FROM inc))))
             AND NOT ('p*' IN (SELECT key FROM exc) OR ('p:' || c.person_id) IN (SELECT key FROM exc)
                  OR EXISTS (SELECT 1 FROM roles r WHERE r.person_id = c.person_id
                     AND ((':' || r.unit_id) IN (SELECT key FROM exc) OR (r.role || ':') IN (SELECT key FROM exc)
                          OR (r.role || ':' || r.unit_id) IN (SELECT key FROM exc))))
           END) "
    };
}

/// Whether the owner of the chat `c` is not on leave; whoever is named gets it nevertheless.
macro_rules! here {
    () => {
        " (c.kind = 'group' OR ('p:' || c.person_id) IN (SELECT key FROM inc)
           OR c.person_id NOT IN (SELECT w.id FROM people w WHERE w.away_until IS NOT NULL)) AND "
    };
}
pub(super) use {here, meant, nothing_more, of_chats};

impl Whom {
    /// The arguments `$1` and `$2` of the questions.
    pub fn json(&self) -> Result<(String, String), StoreError> {
        Ok((serde_json::to_string(&self.include)?, serde_json::to_string(&self.exclude)?))
    }
}
