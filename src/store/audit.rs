//! Who did what: an append-only list in which every entry holds the hash of the one before it, so that
//! nothing can be changed or taken out unnoticed.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::args;
use crate::domain::Timestamp;
use crate::domain::ids::PersonId;

use super::{Env, Store, StoreError, Tx, row};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Person(PersonId),
    /// Whoever can run commands on the machine: the administrator.
    CommandLine,
    /// The calendar.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::CommandLine => f.write_str("command line"),
            Self::System => f.write_str("system"),
        }
    }
}

/// Writes down an act: `action` such as `notice.send`, `subject` such as `notice:7`.
pub(crate) async fn record(
    tx: &mut Tx<'_>,
    env: &Env,
    actor: Actor,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<(), StoreError> {
    if !tx.is_lite() {
        // Two transactions must not take the same entry for the last one. SQLite has one writer.
        tx.exec("LOCK TABLE audit IN EXCLUSIVE MODE", args![]).await?;
    }
    let last: Option<(String,)> =
        tx.optional("SELECT hash FROM audit ORDER BY id DESC LIMIT 1", args![]).await?;
    let previous = last.map(|(hash,)| hash).unwrap_or_default();
    let actor = actor.to_string();
    let hash = chain(&previous, env.now, [&actor, action, subject, detail]);
    let sql = "INSERT INTO audit (at, actor, action, subject, detail, prev_hash, hash)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    tx.exec_one(sql, args![env.now, actor, action, subject, detail, previous, hash]).await
}

/// The hash of an entry. Every part is preceded by its length, so that none can run into the next.
fn chain(previous: &str, at: Timestamp, parts: [&str; 4]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(at.0.to_be_bytes());
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex::encode(hasher.finalize())
}

struct Row {
    id: i64,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    detail: String,
    prev_hash: String,
    hash: String,
}

row!(Row { id, at, actor, action, subject, detail, prev_hash, hash });

/// So many entries are looked at in one go.
const PAGE: i64 = 10_000;

impl Store {
    /// Follows the chain from its beginning. Gives the number of the first entry that does not fit, if one
    /// does not.
    ///
    /// # Errors
    /// The database's.
    pub async fn check_audit(&self) -> Result<Option<i64>, StoreError> {
        let (mut after, mut previous) = (0, String::new());
        loop {
            let sql = "SELECT id, at, actor, action, subject, detail, prev_hash, hash FROM audit
                       WHERE id > $1 ORDER BY id LIMIT $2";
            let rows: Vec<Row> = self
                .db
                .read(move |tx| Box::pin(async move { tx.all(sql, args![after, PAGE]).await }))
                .await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
            for row in rows {
                let parts = [row.actor.as_str(), &row.action, &row.subject, &row.detail];
                if row.prev_hash != previous || row.hash != chain(&previous, Timestamp(row.at), parts) {
                    return Ok(Some(row.id));
                }
                previous = row.hash;
            }
            after = last;
        }
    }
}
