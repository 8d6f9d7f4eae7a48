//! Units that become one: what belonged to the one that ends belongs to its successor.
//!
//! The row of a unit that ended stays, with its name and path, so that what was written down of it still says where it
//! was; whoever looks for it by its old name finds the successor.

use std::collections::HashMap;

use serde::Serialize;

use crate::args;
use crate::domain::UnitPath;
use crate::domain::ids::UnitId;
use crate::domain::staffing::StaffFault;
use crate::store::{Env, Store, StoreError, Tx, row};

use super::staffing::Done;
use super::units::lineage;

/// The path of a unit that has ended; `None` where it has not.
pub(super) async fn ended(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT path FROM units WHERE id = $1 AND ends_on IS NOT NULL";
    let row: Option<(String,)> = tx.optional(sql, args![unit]).await?;
    Ok(row.map(|(path,)| path))
}

/// Whether a unit can become part of another as things are now.
pub(super) async fn can_be(tx: &mut Tx<'_>, unit: UnitId, into: UnitId) -> Done<()> {
    for one in [unit, into] {
        if let Some(path) = ended(tx, one).await? {
            return Ok(Err(StaffFault::Ended(path)));
        }
    }
    if lineage(tx, into).await?.contains(&unit) {
        return Ok(Err(StaffFault::IntoItself));
    }
    let (old, new) = (path_of(tx, unit).await?.depth(), path_of(tx, into).await?.depth());
    let deepest = below(tx, unit).await?.iter().map(|(_, path)| path.depth()).max().unwrap_or(old);
    let fits = new + deepest.saturating_sub(old) <= UnitPath::MOST_DEPTH;
    Ok(if fits { Ok(()) } else { Err(StaffFault::TooDeep) })
}

async fn path_of(tx: &mut Tx<'_>, unit: UnitId) -> Result<UnitPath, StoreError> {
    let (path,): (String,) = tx.one("SELECT path FROM units WHERE id = $1", args![unit]).await?;
    read(&path)
}

fn read(path: &str) -> Result<UnitPath, StoreError> {
    path.parse().map_err(|_| StoreError::Corrupt(format!("the path of a unit: {path}")))
}

/// A unit and all that is below it, with their paths.
async fn below(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<(UnitId, UnitPath)>, StoreError> {
    let sql = "WITH RECURSIVE below (id) AS (
                 SELECT id FROM units WHERE id = $1
                 UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
               SELECT u.id, u.path FROM units u JOIN below b ON b.id = u.id";
    let rows: Vec<(i64, String)> = tx.all(sql, args![unit]).await?;
    rows.into_iter().map(|(id, path)| Ok((UnitId(id), read(&path)?))).collect()
}

struct Child {
    id: i64,
    folded: String,
}

row!(Child { id, folded });

/// The units directly below one that have not ended.
async fn children(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Child>, StoreError> {
    let sql = "SELECT id, folded FROM units WHERE parent_id = $1 AND ends_on IS NULL ORDER BY id";
    tx.all(sql, args![unit]).await
}

/// Makes a unit part of another: its people with their roles, its groups, invites, schedules, what is being written
/// and what is open there, and the units below it; of two lower ones with the same name one is left.
pub(super) async fn merge(tx: &mut Tx<'_>, env: &Env, unit: UnitId, into: UnitId) -> Result<(), StoreError> {
    let mut pairs = vec![(unit, into)];
    while let Some((unit, into)) = pairs.pop() {
        for child in children(tx, unit).await? {
            match same_below(tx, into, &child.folded).await? {
                Some(same) => pairs.push((UnitId(child.id), same)),
                None => put_below(tx, UnitId(child.id), into).await?,
            }
        }
        for sql in TAGS {
            tx.exec(sql, args![unit, env.now]).await?;
        }
        tx.exec("DELETE FROM tags WHERE unit_id = $1", args![unit]).await?;
        for sql in HAND_OVER {
            tx.exec(sql, args![unit, into]).await?;
        }
        tx.exec("DELETE FROM roles WHERE unit_id = $1", args![unit]).await?;
        let sql = "UPDATE units SET ends_on = $2, successor_id = $3 WHERE id = $1";
        tx.exec_one(sql, args![unit, env.now, into]).await?;
    }
    Ok(())
}

/// What the unit was marked with, its people and groups are from now on: those of the successor were not.
const TAGS: [&str; 2] = [
    "INSERT INTO tags (name, folded, person_id, created_at)
     SELECT DISTINCT t.name, t.folded, r.person_id, CAST($2 AS BIGINT)
     FROM tags t JOIN roles r ON r.unit_id = t.unit_id WHERE t.unit_id = $1 ON CONFLICT DO NOTHING",
    "INSERT INTO tags (name, folded, chat_id, created_at)
     SELECT t.name, t.folded, c.id, CAST($2 AS BIGINT)
     FROM tags t JOIN chats c ON c.unit_id = t.unit_id AND c.kind = 'group'
     WHERE t.unit_id = $1 ON CONFLICT DO NOTHING",
];

/// What goes over from unit `$1` to unit `$2`. What is over stays where it was.
const HAND_OVER: [&str; 9] = [
    "INSERT INTO roles (person_id, unit_id, role, since)
     SELECT person_id, CAST($2 AS BIGINT), role, since FROM roles WHERE unit_id = $1
     ON CONFLICT (person_id, unit_id, role) DO NOTHING",
    "UPDATE chats SET unit_id = $2 WHERE unit_id = $1",
    "UPDATE invites SET unit_id = $2 WHERE unit_id = $1",
    "UPDATE audiences SET unit_id = $2 WHERE unit_id = $1",
    "UPDATE schedules SET unit_id = $2 WHERE unit_id = $1",
    "UPDATE notices SET author_unit = $2 WHERE author_unit = $1
       AND state IN ('draft', 'submitted', 'approved', 'returned')",
    "UPDATE incidents SET unit_id = $2 WHERE unit_id = $1
       AND state NOT IN ('settled', 'confirmed', 'closed', 'rejected', 'withdrawn', 'merged')",
    "UPDATE incidents SET forward_unit_id = $2 WHERE forward_unit_id = $1
       AND state NOT IN ('settled', 'confirmed', 'closed', 'rejected', 'withdrawn', 'merged')",
    // Who names the one that ends as successor names the next: none leads to one that is not there.
    "UPDATE units SET successor_id = $2 WHERE successor_id = $1",
];

/// The unit with this name below another, or what became of it.
async fn same_below(tx: &mut Tx<'_>, unit: UnitId, folded: &str) -> Result<Option<UnitId>, StoreError> {
    let sql = "SELECT COALESCE(successor_id, id),
                 CAST(CASE WHEN ends_on IS NOT NULL AND successor_id IS NULL THEN 1 ELSE 0 END AS BIGINT)
               FROM units WHERE parent_id = $1 AND folded = $2 LIMIT 1";
    let row: Option<(i64, i64)> = tx.optional(sql, args![unit, folded]).await?;
    let Some((id, gone)) = row else { return Ok(None) };
    if gone > 0 {
        tx.exec_one("UPDATE units SET ends_on = NULL WHERE id = $1", args![id]).await?;
    }
    Ok(Some(UnitId(id)))
}

/// Puts a unit, with all below it, below another one.
async fn put_below(tx: &mut Tx<'_>, unit: UnitId, above: UnitId) -> Result<(), StoreError> {
    let under = path_of(tx, above).await?;
    let depth = path_of(tx, unit).await?.depth();
    for (id, path) in below(tx, unit).await? {
        let path = under.with_end_of(&path, depth - 1);
        let sql = "UPDATE units SET path = $2, path_key = $3 WHERE id = $1";
        tx.exec_one(sql, args![id, path.to_string(), path.key()]).await?;
    }
    tx.exec_one("UPDATE units SET parent_id = $2 WHERE id = $1", args![unit, above]).await
}

/// What a merger would move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// People of the unit and of those below it.
    pub people: i64,
    pub groups: i64,
    /// The units below it.
    pub units: i64,
}

impl Store {
    /// What would go over if a unit became part of another.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn merger(&self, unit: UnitId, into: UnitId) -> Done<Moves> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    if let Err(fault) = can_be(tx, unit, into).await? {
                        return Ok(Err(fault));
                    }
                    let (people, groups, units) = tx.one(MOVES, args![unit]).await?;
                    Ok(Ok(Moves { people, groups, units }))
                })
            })
            .await
    }
}

const MOVES: &str = "
    WITH RECURSIVE below (id) AS (
      SELECT id FROM units WHERE id = $1
      UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id WHERE u.ends_on IS NULL)
    SELECT (SELECT COUNT(DISTINCT r.person_id) FROM roles r JOIN below b ON b.id = r.unit_id),
      (SELECT COUNT(*) FROM chats c JOIN below b ON b.id = c.unit_id WHERE c.kind = 'group'),
      (SELECT COUNT(*) - 1 FROM below)";

/// What became of the units that ended: the path of its successor for the key of each.
pub(super) async fn heirs(tx: &mut Tx<'_>) -> Result<HashMap<String, UnitPath>, StoreError> {
    let sql = "SELECT u.path_key, s.path FROM units u JOIN units s ON s.id = u.successor_id";
    let rows: Vec<(String, String)> = tx.all(sql, args![]).await?;
    rows.into_iter().map(|(key, path)| Ok((key, read(&path)?))).collect()
}

/// The path as it is called now: where it, or one above it, ended, below the successor.
pub(super) fn as_it_is_now(path: &UnitPath, heirs: &HashMap<String, UnitPath>) -> UnitPath {
    let heir =
        (1..=path.depth()).rev().find_map(|depth| Some((depth, heirs.get(&path.prefix(depth).key())?)));
    heir.map_or_else(|| path.clone(), |(depth, heir)| heir.with_end_of(path, depth))
}
