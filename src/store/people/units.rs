//! The tree of bodies.

use serde::Serialize;

use crate::args;
use crate::conversation::people::FoundUnit;
use crate::domain::UnitPath;
use crate::domain::ids::*;
use crate::domain::text::fold;

use super::super::sql::like;
use super::super::{Env, Sql, Store, StoreError, Tx, row};
use super::merge;

/// So many units are looked at when a text means several.
const MOST_FOUND: i64 = 50;

/// A unit in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitLine {
    pub id: i64,
    pub path: String,
    /// Active people with a role at exactly this unit.
    pub people: i64,
    /// Groups bound to exactly this unit.
    pub groups: i64,
}

row!(UnitLine { id, path, people, groups });

impl Store {
    /// All units, each beneath the one above it.
    pub async fn units(&self) -> Result<Vec<UnitLine>, StoreError> {
        let sql = "SELECT u.id, u.path,
                     (SELECT COUNT(DISTINCT r.person_id) FROM roles r WHERE r.unit_id = u.id) AS people,
                     (SELECT COUNT(*) FROM chats c WHERE c.unit_id = u.id AND c.kind = 'group') AS groups
                   FROM units u WHERE u.ends_on IS NULL ORDER BY u.path_key";
        self.db.read(|tx| Box::pin(async move { tx.all(sql, args![]).await })).await
    }

    /// The unit with this path, compared without case and diacritics.
    pub async fn unit_by_path(&self, path: &UnitPath) -> Result<Option<UnitId>, StoreError> {
        let key = path.key();
        self.db.read(move |tx| Box::pin(async move { by_key(tx, &key).await })).await
    }

    /// The unit with this path; it and those above it are made where they are missing.
    pub async fn find_or_create_unit(&self, path: UnitPath) -> Result<UnitId, StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { find_or_create(tx, &env, &path).await })).await
    }

    /// The units that a text fits best: by path, else by the end of a path, else by name, else by a part of
    /// a name. Several where it can mean several.
    pub async fn find_units(&self, text: &str) -> Result<Vec<(UnitId, String)>, StoreError> {
        let (env, text) = (self.env(), text.to_owned());
        let found =
            self.db.read(move |tx| Box::pin(async move { find_everywhere(tx, &env, &text).await })).await?;
        Ok(found.into_iter().map(|unit| (unit.id, unit.path)).collect())
    }
}

/// The units that a text fits best, in the whole tree.
pub(in crate::store) async fn find_everywhere(
    tx: &mut Tx<'_>,
    env: &Env,
    text: &str,
) -> Result<Vec<FoundUnit>, StoreError> {
    let roots: Vec<(i64,)> = tx.all("SELECT id FROM units WHERE parent_id IS NULL", args![]).await?;
    let roots: Vec<UnitId> = roots.into_iter().map(|(id,)| UnitId(id)).collect();
    let found = find(tx, env, &roots, text).await?;
    let best = found.first().map(|unit| unit.rank);
    Ok(found.into_iter().filter(|unit| Some(unit.rank) == best).collect())
}

async fn by_key(tx: &mut Tx<'_>, key: &str) -> Result<Option<UnitId>, StoreError> {
    // One that ended has a successor.
    let sql = "SELECT COALESCE(successor_id, id) FROM units WHERE path_key = $1";
    let row: Option<(i64,)> = tx.optional(sql, args![key]).await?;
    Ok(row.map(|(id,)| UnitId(id)))
}

/// The unit with this path; it and those above it are made where they are missing.
pub async fn find_or_create(tx: &mut Tx<'_>, env: &Env, path: &UnitPath) -> Result<UnitId, StoreError> {
    let path = merge::as_it_is_now(path, &merge::heirs(tx).await?);
    let mut unit = None;
    for depth in 1..=path.depth() {
        let part = path.prefix(depth);
        // Written first and read after: two processes that make the same unit end with one.
        let sql = "INSERT INTO units (parent_id, name, folded, path, path_key, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (path_key) DO NOTHING";
        let args = args![unit, part.name(), fold(part.name()), part.to_string(), part.key(), env.now];
        tx.exec(sql, args).await?;
        unit = by_key(tx, &part.key()).await?;
    }
    unit.ok_or(StoreError::Missing)
}

struct FoundRow {
    id: i64,
    name: String,
    path: String,
    rank: i64,
}

row!(FoundRow { id, name, path, rank });

impl From<FoundRow> for FoundUnit {
    fn from(row: FoundRow) -> Self {
        Self { id: UnitId(row.id), name: row.name, path: row.path, rank: row.rank }
    }
}

pub(super) async fn by_id(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<FoundUnit>, StoreError> {
    let sql = "SELECT id, name, path, CAST(0 AS BIGINT) AS rank FROM units WHERE id = $1";
    let row: Option<FoundRow> = tx.optional(sql, args![unit]).await?;
    Ok(row.map(FoundUnit::from))
}

/// The units given and all below them, by a recursive question to the tree.
const BELOW: Sql = Sql {
    lite: "WITH RECURSIVE below (id) AS (
             SELECT value FROM json_each($1)
             UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
           SELECT u.id, u.name, u.path,
             CASE WHEN u.path_key = $2 THEN 0 WHEN u.path_key LIKE $3 ESCAPE '\\' THEN 1
                  WHEN u.folded = $4 THEN 2 ELSE 3 END AS rank
           FROM units u JOIN below b ON b.id = u.id
           WHERE (u.ends_on IS NULL OR u.ends_on > $6)
             AND (u.path_key = $2 OR u.path_key LIKE $3 ESCAPE '\\' OR u.folded LIKE $5 ESCAPE '\\')
           ORDER BY 4, u.path_key LIMIT $7",
    pg: "WITH RECURSIVE below (id) AS (
           SELECT value::bigint FROM jsonb_array_elements_text($1::jsonb)
           UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
         SELECT u.id, u.name, u.path,
           CAST(CASE WHEN u.path_key = $2 THEN 0 WHEN u.path_key LIKE $3 ESCAPE '\\' THEN 1
                WHEN u.folded = $4 THEN 2 ELSE 3 END AS BIGINT) AS rank
         FROM units u JOIN below b ON b.id = u.id
         WHERE (u.ends_on IS NULL OR u.ends_on > $6)
           AND (u.path_key = $2 OR u.path_key LIKE $3 ESCAPE '\\' OR u.folded LIKE $5 ESCAPE '\\')
         ORDER BY 4, u.path_key LIMIT $7",
};

/// Units that the text may mean, best first, among those in `within` and all below them.
pub(super) async fn find(
    tx: &mut Tx<'_>,
    env: &Env,
    within: &[UnitId],
    text: &str,
) -> Result<Vec<FoundUnit>, StoreError> {
    let folded = fold(text);
    if folded.is_empty() {
        return Ok(Vec::new());
    }
    let key = text.parse::<UnitPath>().map_or_else(|_| folded.clone(), |path| path.key());
    let tail = format!("% / {}", like(&key));
    let part = format!("%{}%", like(&folded));
    let args = args![serde_json::to_string(within)?, key, tail, folded, part, env.now, MOST_FOUND];
    let rows: Vec<FoundRow> = tx.all(BELOW, args).await?;
    Ok(rows.into_iter().map(FoundUnit::from).collect())
}

/// Into which units those went that had this path or name and have ended.
pub(in crate::store) async fn find_heirs(
    tx: &mut Tx<'_>,
    text: &str,
) -> Result<Vec<(i64, String)>, StoreError> {
    let folded = fold(text);
    let key = text.parse::<UnitPath>().map_or_else(|_| folded.clone(), |path| path.key());
    let sql = "SELECT DISTINCT s.id, s.path FROM units u JOIN units s ON s.id = u.successor_id
               WHERE u.path_key = $1 OR u.path_key LIKE $2 ESCAPE '\\' OR u.folded = $3
               ORDER BY s.path, s.id LIMIT 6";
    tx.all(sql, args![&key, format!("% / {}", like(&key)), folded]).await
}

/// A unit and all above it.
pub(in crate::store) async fn lineage(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<UnitId>, StoreError> {
    let sql = "WITH RECURSIVE above (id, parent_id) AS (
                 SELECT id, parent_id FROM units WHERE id = $1
                 UNION SELECT u.id, u.parent_id FROM units u JOIN above a ON u.id = a.parent_id)
               SELECT id FROM above";
    let rows: Vec<(i64,)> = tx.all(sql, args![unit]).await?;
    Ok(rows.into_iter().map(|(id,)| UnitId(id)).collect())
}
