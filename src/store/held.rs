//! Messages that a person has to decide about: two attempts ended without anybody knowing whether they
//! arrived.

use serde::Serialize;

use crate::args;
use crate::domain::ids::*;

use super::audit::{self, Actor};
use super::{Env, Store, StoreError, Tx, row};

/// How many are listed at once.
const MOST: i64 = 200;

/// What is kept as the reason on a delivery whose message is held.
pub(super) const REASON: &str = "không rõ đã tới hay chưa";

/// A message that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldMessage {
    pub id: i64,
    /// The chat's title, as people know it.
    pub chat: String,
    pub channel: String,
    /// Why nobody knows.
    pub error: Option<String>,
    /// When it was put by, in microseconds.
    pub at: i64,
    /// What it says, as stored.
    #[serde(skip)]
    body: String,
}

row!(HeldMessage { id, chat, channel, error, at, body });

impl HeldMessage {
    /// The beginning of what it says.
    pub fn text(&self) -> String {
        let content: Option<crate::domain::content::Content> = serde_json::from_str(&self.body).ok();
        let text = content.map(|content| content.text.text).unwrap_or_default();
        crate::domain::text::shorten(&text.replace('\n', " "), 60)
    }
}

/// What a person decided about a message that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is sent once more, at the risk that it comes twice.
    Retry,
    /// It has arrived.
    Arrived,
    /// It has not, and need not any more.
    Drop,
}

impl Store {
    /// Messages that are held, the oldest first.
    pub async fn held_messages(&self) -> Result<Vec<HeldMessage>, StoreError> {
        let sql =
            "SELECT m.id, c.title AS chat, m.channel, m.error, COALESCE(m.settled_at, m.created_at) AS at,
                     p.body
                   FROM messages m JOIN chats c ON c.id = m.chat_id JOIN payloads p ON p.id = m.payload_id
                   WHERE m.state = 3 ORDER BY m.id LIMIT $1";
        self.db.read(|tx| Box::pin(async move { tx.all(sql, args![MOST]).await })).await
    }

    /// Keeps what the administrator decided about a held message. Gives `false` where no such one is held.
    pub async fn decide(&self, id: MessageId, decision: Decision) -> Result<bool, StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { decide(tx, &env, id, decision).await })).await
    }
}

async fn decide(tx: &mut Tx<'_>, env: &Env, id: MessageId, decision: Decision) -> Result<bool, StoreError> {
    let sql = match decision {
        Decision::Retry => {
            "UPDATE messages SET state = 0, ready = 0, unknowns = 0, failing_since = NULL, not_before = $2, error = NULL,
               settled_at = NULL
             WHERE id = $1 AND state = 3 RETURNING delivery_id"
        }
        Decision::Arrived => {
            "UPDATE messages SET state = 2, settled_at = $2, error = NULL
             WHERE id = $1 AND state = 3 RETURNING delivery_id"
        }
        Decision::Drop => {
            "UPDATE messages SET state = 5, settled_at = $2 WHERE id = $1 AND state = 3 RETURNING delivery_id"
        }
    };
    let row: Option<(Option<i64>,)> = tx.optional(sql, args![id, env.now]).await?;
    let Some((delivery,)) = row else { return Ok(false) };
    if let (Some(delivery), Decision::Retry | Decision::Arrived) = (delivery, decision) {
        reopen(tx, env, DeliveryId(delivery), decision).await?;
    }
    let action = match decision {
        Decision::Retry => "message.retry",
        Decision::Arrived => "message.arrived",
        Decision::Drop => "message.drop",
    };
    audit::record(tx, env, Actor::CommandLine, action, &format!("message:{id}"), "").await?;
    Ok(true)
}

/// The delivery of a held message counts as failed until somebody decides otherwise.
async fn reopen(
    tx: &mut Tx<'_>,
    env: &Env,
    delivery: DeliveryId,
    decision: Decision,
) -> Result<(), StoreError> {
    use super::notice::delivery::{FAILED, QUEUED, SENT};
    let state = if decision == Decision::Retry { QUEUED } else { SENT };
    let sql = "UPDATE deliveries SET state = $2, reason = NULL, failure = NULL WHERE id = $1 AND state = $3 RETURNING edition_id";
    let row: Option<(i64,)> = tx.optional(sql, args![delivery, state, FAILED]).await?;
    let Some((edition,)) = row else { return Ok(()) };
    let sql =
        "UPDATE editions SET failed = failed - 1, queued = queued + $2, sent = sent + $3, changed_at = $4,
                 state = CASE WHEN state = 'done' AND $2 = 1 THEN 'running' ELSE state END
               WHERE id = $1";
    let (queued, sent) = if decision == Decision::Retry { (1_i64, 0_i64) } else { (0, 1) };
    tx.exec_one(sql, args![edition, queued, sent, env.now]).await
}
