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

/// What following the chain shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// How many entries fit, from the first.
    pub entries: u64,
    /// The hash of the last of them. Who keeps it elsewhere sees also whether entries were cut off at the end.
    pub seal: String,
    /// The number of the first entry that does not fit.
    pub broken_at: Option<i64>,
}

impl Store {
    /// Follows the chain from its beginning to the first entry that does not fit.
    ///
    /// # Errors
    /// The database's.
    pub async fn check_audit(&self) -> Result<Chain, StoreError> {
        let (mut after, mut followed) = (i64::MIN, Chain::default());
        loop {
            let sql = "SELECT id, at, actor, action, subject, detail, prev_hash, hash FROM audit
                       WHERE id > $1 ORDER BY id LIMIT $2";
            let rows: Vec<Row> = self
                .db
                .read(move |tx| Box::pin(async move { tx.all(sql, args![after, PAGE]).await }))
                .await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(followed) };
            for row in rows {
                let parts = [row.actor.as_str(), &row.action, &row.subject, &row.detail];
                let previous = &followed.seal;
                if row.prev_hash != *previous || row.hash != chain(previous, Timestamp(row.at), parts) {
                    return Ok(Chain { broken_at: Some(row.id), ..followed });
                }
                followed = Chain { entries: followed.entries + 1, seal: row.hash, broken_at: None };
            }
            after = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Stage;
    use super::*;

    async fn exec(stage: &Stage, sql: &'static str) {
        let done = stage.store.db.write(move |tx| Box::pin(async move { tx.exec(sql, args![]).await }));
        assert_eq!(done.await.expect("a change"), 1);
    }

    async fn stage_with_three() -> Stage {
        let stage = Stage::new().await;
        for act in ["notice.send", "incident.take", "incident.settle"] {
            let env = stage.store.env();
            let work = async move |tx: &mut Tx<'_>| {
                record(tx, &env, Actor::Person(PersonId(7)), act, "incident:4", "ML-2026-0004").await
            };
            stage.store.db.write(move |tx| Box::pin(async move { work(tx).await })).await.expect("an entry");
        }
        stage
    }

    #[tokio::test]
    async fn whatever_is_changed_in_the_audit_is_found() {
        for change in [
            "UPDATE audit SET at = at + 1 WHERE id = 2",
            "UPDATE audit SET actor = 'person:8' WHERE id = 2",
            "UPDATE audit SET action = 'incident.tak' WHERE id = 2",
            "UPDATE audit SET subject = 'incident:5' WHERE id = 2",
            "UPDATE audit SET detail = 'ML-2026-0005' WHERE id = 2",
            // What runs from one part into the next.
            "UPDATE audit SET subject = 'incident:4M', detail = 'L-2026-0004' WHERE id = 2",
            "UPDATE audit SET hash = upper(hash) WHERE id = 2",
            "UPDATE audit SET prev_hash = '' WHERE id = 2",
            "UPDATE audit SET id = 9 WHERE id = 2",
            "UPDATE audit SET id = -1 WHERE id = 2",
            "DELETE FROM audit WHERE id = 2",
            "DELETE FROM audit WHERE id = 1",
        ] {
            let stage = stage_with_three().await;
            let whole = stage.store.check_audit().await.expect("a look");
            assert_eq!((whole.entries, whole.broken_at), (3, None));
            exec(&stage, change).await;
            let found = stage.store.check_audit().await.expect("a look");
            assert!(found.broken_at.is_some(), "{change}: {found:?}");
        }
    }

    #[tokio::test]
    async fn what_is_cut_off_at_the_end_changes_the_seal() {
        let stage = stage_with_three().await;
        let whole = stage.store.check_audit().await.expect("a look");
        exec(&stage, "DELETE FROM audit WHERE id = 3").await;
        let cut = stage.store.check_audit().await.expect("a look");
        assert_eq!((cut.entries, cut.broken_at), (2, None));
        assert_ne!(cut.seal, whole.seal);
    }
}
