//! From an audience as people write it to the chats that it means.
//!
//! Names are looked up once; what comes of it is two lists of keys ([`Whom`]) that one statement compares
//! every chat with. So the same statement serves one group and a million people, all at once or by and by.

use crate::args;
use crate::domain::Role;
use crate::domain::audience::{Audience, AudienceFault, Named, Place, Selector};
use crate::domain::ids::UnitId;
use crate::domain::text::fold;
use crate::store::{Env, StoreError, Tx, people};

use super::crowd::IdSet;
use super::{listed, saved};

/// Whom an audience means, in the store's terms. A chat is meant if one of its keys is in one of the parts and none
/// in `exclude`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whom {
    /// The keys of each part that includes somebody.
    pub parts: Vec<Vec<String>>,
    pub exclude: Vec<String>,
}

/// So many names are told where a name can mean several.
const MOST_NAMED: usize = 5;
/// Saved audiences within one another: more is a mistake.
const MOST_DEEP: usize = 5;
/// Parts of an audience, those of all saved ones in it included.
const MOST_PARTS: usize = 1_000;

/// What is found, or why it is not.
pub type Found<T> = Result<Result<T, AudienceFault>, StoreError>;

/// How an audience is looked at.
struct Look<'a> {
    /// Saved audiences, and notices, of other units than these and those below are not there; no units: all are.
    within: &'a [UnitId],
    /// The saved audiences in which this one is.
    path: Vec<i64>,
    /// So many parts more may be in it.
    left: usize,
}

/// Looks every name of an audience up, for somebody who may look at what is of these units (none: of all).
pub async fn resolve(tx: &mut Tx<'_>, env: &Env, audience: &Audience, within: &[UnitId]) -> Found<Whom> {
    resolve_inside(tx, env, audience, within, Vec::new()).await
}

/// The same of an audience that is, or will be, inside these saved ones.
pub async fn resolve_inside(
    tx: &mut Tx<'_>,
    env: &Env,
    audience: &Audience,
    within: &[UnitId],
    path: Vec<i64>,
) -> Found<Whom> {
    resolve_in(tx, env, audience, &mut Look { within, path, left: MOST_PARTS }).await
}

async fn resolve_in(tx: &mut Tx<'_>, env: &Env, audience: &Audience, look: &mut Look<'_>) -> Found<Whom> {
    let mut whom = Whom::default();
    for selector in &audience.include {
        match keys_of(tx, env, selector, look).await? {
            Ok(keys) => whom.parts.push(keys),
            Err(fault) => return Ok(Err(fault)),
        }
    }
    for selector in &audience.exclude {
        // A merged unit's people cannot be left out alone: whoever meant them has to say so anew.
        if let Some(fault) = left_out_and_ended(tx, env, selector).await? {
            return Ok(Err(fault));
        }
        match keys_of(tx, env, selector, look).await? {
            Ok(keys) => whom.exclude.extend(keys),
            Err(fault) => return Ok(Err(fault)),
        }
    }
    Ok(Ok(whom))
}

/// The keys: `g*` every staff group, `g:5` those of unit 5, `gid:7` that group; `p*` everybody, `p:12` that
/// person (`n:12` says that they are named), `:5` who has a role at unit 5, `head:` every head, `head:5` the heads of unit 5.
async fn keys_of(tx: &mut Tx<'_>, env: &Env, selector: &Selector, look: &mut Look<'_>) -> Found<Vec<String>> {
    let Some(left) = look.left.checked_sub(1) else { return Ok(Err(AudienceFault::TooDeep)) };
    look.left = left;
    let one = |key: String| Ok(Ok(vec![key]));
    match selector {
        Selector::All => Ok(Ok(vec!["g*".to_owned(), "p*".to_owned()])),
        Selector::Groups => one("g*".to_owned()),
        Selector::People => one("p*".to_owned()),
        Selector::Role(role) => one(format!("{}:", role.code())),
        Selector::Unit(place) => Ok(units(tx, env, place).await?.map(|units| of_units(&units))),
        Selector::RoleAt { role, place } => {
            let key = |unit: &UnitId| at_unit(*role, *unit);
            Ok(units(tx, env, place).await?.map(|units| units.iter().map(key).collect()))
        }
        Selector::Group(name) => Ok(group(tx, name).await?.map(|id| vec![format!("gid:{id}")])),
        Selector::Person(name) => {
            Ok(person(tx, name).await?.map(|id| vec![format!("p:{id}"), format!("n:{id}")]))
        }
        Selector::Listed { list, place } => {
            let units = match place {
                Some(place) => match units(tx, env, place).await? {
                    Ok(units) => Some(units),
                    Err(fault) => return Ok(Err(fault)),
                },
                None => None,
            };
            listed::keys(tx, env, list, units.as_deref(), look.within).await
        }
        Selector::Saved(name) => saved_keys(tx, env, name, look).await,
    }
}

/// The keys of a saved audience: its own where it takes nobody away, else those of everybody in it.
async fn saved_keys(tx: &mut Tx<'_>, env: &Env, name: &str, look: &mut Look<'_>) -> Found<Vec<String>> {
    let Some(saved) = saved::find(tx, name, look.within).await? else {
        return Ok(Err(AudienceFault::Unknown(Named::Saved, name.to_owned())));
    };
    if look.path.contains(&saved.id) {
        return Ok(Err(AudienceFault::Circle(saved.name)));
    }
    if look.path.len() >= MOST_DEEP {
        return Ok(Err(AudienceFault::TooDeep));
    }
    look.path.push(saved.id);
    let whom = match saved.text.parse::<Audience>() {
        Ok(audience) => Box::pin(resolve_in(tx, env, &audience, look)).await?,
        Err(wrong) => Err(wrong.into()),
    };
    look.path.pop();
    match whom {
        Ok(whom) if whom.exclude.is_empty() => Ok(Ok(whom.parts.concat())),
        Ok(whom) => listed::everybody(tx, &whom).await.map(Ok),
        // The innermost is what has to be put right.
        Err(fault @ (AudienceFault::Circle(_) | AudienceFault::TooDeep | AudienceFault::InSaved(..))) => {
            Ok(Err(fault))
        }
        Err(fault) => Ok(Err(AudienceFault::InSaved(saved.name, Box::new(fault)))),
    }
}

fn at_unit(role: Role, unit: UnitId) -> String {
    format!("{}:{unit}", role.code())
}

/// The keys of the groups and people of units.
pub fn of_units(units: &[UnitId]) -> Vec<String> {
    units.iter().flat_map(|unit| [format!("g:{unit}"), format!(":{unit}")]).collect()
}

/// The bound group that a title or the platform's id means.
pub async fn group(tx: &mut Tx<'_>, name: &str) -> Found<i64> {
    let sql = "SELECT id, title FROM chats
               WHERE kind = 'group' AND unit_id IS NOT NULL AND (external_id = $1 OR folded = $2)
               ORDER BY CASE WHEN external_id = $1 THEN 0 ELSE 1 END, id LIMIT 6";
    let rows = tx.all(sql, args![name, fold(name)]).await?;
    Ok(single(Named::Group, name, rows))
}

/// The person whom a name or a number means.
pub async fn person(tx: &mut Tx<'_>, name: &str) -> Found<i64> {
    // The number 0 is nobody's.
    let sql = "SELECT id, name FROM people
               WHERE state = 'active' AND (id = $1 OR folded = $2) ORDER BY id LIMIT 6";
    let rows = tx.all(sql, args![name.parse::<i64>().unwrap_or(0), fold(name)]).await?;
    let rows = rows.into_iter().map(|(id, name): (i64, String)| (id, format!("{name} (person:{id})")));
    Ok(single(Named::Person, name, rows.collect()))
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
async fn units(tx: &mut Tx<'_>, env: &Env, place: &Place) -> Found<Vec<UnitId>> {
    match unit(tx, env, &place.unit).await? {
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
    let (Selector::Unit(place)
    | Selector::RoleAt { place, .. }
    | Selector::Listed { place: Some(place), .. }) = selector
    else {
        return Ok(None);
    };
    if people::find_everywhere(tx, env, &place.unit).await?.iter().any(|unit| unit.rank < 3) {
        return Ok(None);
    }
    let heirs = people::find_heirs(tx, &place.unit).await?;
    Ok(heirs.into_iter().next().map(|(_, path)| AudienceFault::Ended(place.unit.clone(), path)))
}

/// The unit that a path or a name means; of one that became part of another, that one.
pub async fn unit(tx: &mut Tx<'_>, env: &Env, name: &str) -> Found<i64> {
    let found = people::find_everywhere(tx, env, name).await?;
    // A part of a name would be a guess, and a guess sends words to the wrong people.
    let mut rows: Vec<_> =
        found.into_iter().filter(|unit| unit.rank < 3).map(|unit| (unit.id.0, unit.path)).collect();
    if rows.is_empty() {
        rows = people::find_heirs(tx, name).await?;
    }
    Ok(single(Named::Unit, name, rows))
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
        Sql {
            lite: concat!(
                "WITH inc (key) AS (SELECT value FROM json_each($1)),
                      exc (key) AS (SELECT value FROM json_each($2)) ",
                $before,
                crate::store::notice::audience::meant!(),
                $rest
            ),
            pg: concat!(
                "WITH inc (key) AS (SELECT value FROM json_array_elements_text($1::json)),
                      exc (key) AS (SELECT value FROM json_array_elements_text($2::json)) ",
                $before,
                crate::store::notice::audience::meant!(),
                $rest
            ),
        }
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
        " (c.kind = 'group' OR ('n:' || c.person_id) IN (SELECT key FROM inc)
           OR c.person_id NOT IN (SELECT w.id FROM people w WHERE w.away_until IS NOT NULL)) AND "
    };
}
pub(super) use {here, meant, of_chats};

impl Whom {
    /// The arguments `$1` and `$2` of the questions.
    pub fn json(&self) -> Result<(String, String), StoreError> {
        let sorted = |keys: &mut dyn Iterator<Item = &String>| {
            let mut keys: Vec<&String> = keys.collect();
            keys.sort_unstable();
            keys.dedup();
            serde_json::to_string(&keys)
        };
        Ok((sorted(&mut self.parts.iter().flatten())?, sorted(&mut self.exclude.iter())?))
    }
}

/// Lists of so many keys are cut to what can be in them before many statements compare with them.
const LONG: usize = 500;

/// A list of keys in JSON, of which many steps each look at a few people.
pub struct Keys {
    json: String,
    /// The keys that do not name one person, and the people who are named; `None` where the list is short.
    long: Option<(Vec<String>, IdSet)>,
}

impl Keys {
    pub fn read(json: Option<String>) -> Result<Self, StoreError> {
        let json = json.unwrap_or_else(|| "[]".to_owned());
        let keys: Vec<String> = serde_json::from_str(&json)?;
        if keys.len() <= LONG {
            return Ok(Self { json, long: None });
        }
        let (mut others, mut people) = (Vec::new(), IdSet::default());
        for key in keys {
            match key.strip_prefix("p:").and_then(|id| id.parse().ok()) {
                Some(id) => people.insert(id),
                None => others.push(key),
            }
        }
        Ok(Self { json, long: Some((others, people)) })
    }

    pub fn is_long(&self) -> bool {
        self.long.is_some()
    }

    /// The same list where only these people are looked at.
    pub fn of(&self, people: &IdSet) -> Result<String, StoreError> {
        let Some((others, named)) = &self.long else { return Ok(self.json.clone()) };
        let named = named.and(people);
        let keys: Vec<String> =
            others.iter().cloned().chain(named.iter().map(|id| format!("p:{id}"))).collect();
        Ok(serde_json::to_string(&keys)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_to_those_who_are_looked_at() {
        let there: IdSet = [5, 700].into_iter().collect();
        let short = Keys::read(Some(r#"["p:5","p:6"]"#.to_owned())).expect("keys");
        assert_eq!((short.is_long(), short.of(&there).expect("keys").as_str()), (false, r#"["p:5","p:6"]"#));
        let many: Vec<String> =
            (1..=600).map(|id| format!("p:{id}")).chain(["g*".to_owned(), "head:2".to_owned()]).collect();
        let long = Keys::read(Some(serde_json::to_string(&many).expect("JSON"))).expect("keys");
        assert_eq!(
            (long.is_long(), long.of(&there).expect("keys").as_str()),
            (true, r#"["g*","head:2","p:5"]"#)
        );
    }
}
