//! Retention: what nobody needs any more is taken away, a little at a time.
//!
//! Nothing goes that something kept refers to: the words of a published notice stay with its edition, the
//! pictures of a case with the case until it is retired.

use std::time::Duration;

use crate::args;
use crate::domain::Timestamp;
use crate::failpoint::{Point, at};

use super::{Env, Sql, Store, StoreError, Tx, blobs, incident, notice};

/// How long the raw updates stay after they were handled: long enough to find out what went wrong.
const KEEP_UPDATES: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long what was said stays in the outbox after it was settled, with the attempts that it took.
const KEEP_MESSAGES: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long bytes stay to which nothing refers: the picture of an invite, a file of a draft that was changed.
const KEEP_BYTES: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long a dialogue stays in which nobody says anything. Buttons have run out long before.
const KEEP_DIALOGUES: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long it is known why somebody was not at a meeting. That they were not stays.
const KEEP_REASONS: Duration = Duration::from_secs(90 * 24 * 3600);
/// How many rows go at once, so that nobody waits for it.
const AT_ONCE: i64 = 1000;
/// How many blobs go at once: each may be megabytes.
const BLOBS_AT_ONCE: i64 = 20;

const UNUSED_BYTES: &str =
    concat!("SELECT b.sha256 FROM blobs b WHERE b.created_at < $1 AND ", blobs::unused!(), " LIMIT $2");

impl Store {
    /// Takes away a first portion of what is past its time. Gives how many rows went; 0 when there is nothing
    /// left to do. `cases`: how long a case that is over keeps its reporters and pictures.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self, cases: Duration) -> Result<u64, StoreError> {
        let env = self.env();
        let now = env.now;
        let gone = {
            let env = env.clone();
            self.db.write(move |tx| Box::pin(async move { sweep_rows(tx, &env).await })).await?
        };
        let before = now.before(cases);
        let retired = self
            .db
            .write(move |tx| Box::pin(async move { incident::retire(tx, &env, before).await }))
            .await?;
        Ok(gone + retired + self.sweep_bytes(now).await?)
    }

    /// What is unused is looked for by a reader: it takes longer than a writer should be kept busy.
    async fn sweep_bytes(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = now - KEEP_BYTES;
        let args = args![before, BLOBS_AT_ONCE];
        let unused: Vec<(String,)> =
            self.db.read(|tx| Box::pin(async move { tx.all(UNUSED_BYTES, args).await })).await?;
        if unused.is_empty() {
            return Ok(0);
        }
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let mut gone = 0;
                    for (sha256,) in unused {
                        // Bytes that were stored anew meanwhile are young again, and stay.
                        gone += u64::from(blobs::forget(tx, &sha256, before).await?);
                    }
                    Ok(gone)
                })
            })
            .await
    }
}

async fn sweep_rows(tx: &mut Tx<'_>, env: &Env) -> Result<u64, StoreError> {
    let now = env.now;
    let sql = "DELETE FROM buttons WHERE nonce IN (SELECT nonce FROM buttons WHERE expires_at < $1 LIMIT $2)";
    let mut gone = tx.exec(sql, args![now, AT_ONCE]).await?;
    let sql = "DELETE FROM inbox WHERE id IN
                 (SELECT id FROM inbox WHERE state = 'done' AND handled_at < $1 ORDER BY id LIMIT $2)";
    gone += tx.exec(sql, args![now - KEEP_UPDATES, AT_ONCE]).await?;
    gone += tx.exec("DELETE FROM dialogues WHERE updated_at < $1", args![now - KEEP_DIALOGUES]).await?;
    let sql = "UPDATE meeting_answers SET line = NULL WHERE line IS NOT NULL AND answer = 'away'
                 AND notice_id IN (SELECT notice_id FROM meetings WHERE starts_at < $1)";
    gone += tx.exec(sql, args![now - KEEP_REASONS]).await?;
    gone += sweep_messages(tx, now - KEEP_MESSAGES).await?;
    gone += notice::sweep_outputs(tx, now).await?;
    at(Point::SweepBeforeCommit).await?;
    // What an edition says stays with it.
    let sql = "DELETE FROM payloads WHERE id IN
                 (SELECT p.id FROM payloads p WHERE p.created_at < $1
                    AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.payload_id = p.id)
                    AND NOT EXISTS (SELECT 1 FROM edition_parts e WHERE e.payload_id = p.id)
                  ORDER BY p.id LIMIT $2)";
    Ok(gone + tx.exec(sql, args![now - KEEP_MESSAGES, AT_ONCE]).await?)
}

/// Messages whose fate is known: sent, failed, cancelled or expired. One that a person has to decide stays.
async fn sweep_messages(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    // Three questions, each with an index of its own.
    let mut gone = 0;
    for old in [
        "SELECT id FROM messages WHERE state = 2 AND channel IN ('telegram', 'zalo_bot', 'zalo_oa', 'email')
           AND settled_at < $1 LIMIT $2",
        "SELECT id FROM messages WHERE state IN (3, 4) AND state = 4 AND settled_at < $1 ORDER BY id LIMIT $2",
        "SELECT id FROM messages WHERE state IN (5, 6) AND created_at < $1 LIMIT $2",
    ] {
        let ids: Vec<(i64,)> = tx.all(old, args![before, AT_ONCE]).await?;
        let ids = serde_json::to_string(&ids.iter().map(|(id,)| id).collect::<Vec<_>>())?;
        if ids == "[]" {
            continue;
        }
        tx.exec(ATTEMPTS_OF, args![&ids]).await?;
        gone += tx.exec(MESSAGES, args![ids]).await?;
    }
    Ok(gone)
}

const ATTEMPTS_OF: Sql = Sql {
    lite: "DELETE FROM attempts WHERE message_id IN (SELECT value FROM json_each($1))",
    pg: "DELETE FROM attempts
         WHERE message_id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};

const MESSAGES: Sql = Sql {
    lite: "DELETE FROM messages WHERE id IN (SELECT value FROM json_each($1))",
    pg: "DELETE FROM messages WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};
