//! Updates that could not be handled: set aside where a person sees them, until somebody decides.

use std::time::Duration;

use crate::args;
use crate::conversation::{Lang, Reply};
use crate::domain::Timestamp;
use crate::domain::ids::{ChatId, UpdateId};

use super::audit::{self, Actor};
use super::{Env, Store, StoreError, Tx, outbox, row};

/// How often an update is tried before it is set aside.
pub const MOST_ATTEMPTS: i64 = 3;
/// After how long it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// An update that could not be handled.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Aside {
    pub id: i64,
    pub channel: String,
    pub external_id: String,
    /// When it came, in microseconds.
    pub received_at: i64,
    pub error: Option<String>,
    /// The title of the chat from which it came; none where nothing was known of it yet.
    pub chat: Option<String>,
}

row!(Aside { id, channel, external_id, received_at, error, chat });

/// What a person decided about an update that was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsideDecision {
    /// It is handled once more, before what came after it and still waits.
    Retry,
    /// It need not be handled any more.
    Drop,
}

impl Store {
    /// Notes that updates (one, or the parts of an album) could not be handled. Gives whether they were set aside:
    /// then the person who wrote is told, and need not wait in vain.
    pub async fn handling_failed(&self, ids: Vec<UpdateId>, error: String) -> Result<bool, StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { handling_failed(tx, &env, &ids, &error).await })).await
    }

    /// The updates that were set aside, oldest first.
    pub async fn updates_set_aside(&self) -> Result<Vec<Aside>, StoreError> {
        let sql = "SELECT i.id, i.channel, i.external_id, i.received_at, i.error, c.title AS chat FROM inbox i
                   LEFT JOIN chats c ON c.channel = i.channel AND i.chat_key = c.channel || ':' || c.external_id
                   WHERE i.state = 'aside' ORDER BY i.id LIMIT 100";
        self.db.read(|tx| Box::pin(async move { tx.all(sql, args![]).await })).await
    }

    /// Keeps what the administrator decided about an update. Gives `false` where no such one is set aside.
    pub async fn decide_aside(&self, id: UpdateId, decision: AsideDecision) -> Result<bool, StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { decide(tx, &env, id, decision).await })).await
    }
}

async fn handling_failed(
    tx: &mut Tx<'_>,
    env: &Env,
    ids: &[UpdateId],
    error: &str,
) -> Result<bool, StoreError> {
    let mut from = None;
    for id in ids {
        let sql = "UPDATE inbox SET attempts = attempts + 1, error = $2, not_before = $3,
                     state = CASE WHEN attempts + 1 >= $4 THEN 'aside' ELSE 'waiting' END
                   WHERE id = $1 AND state = 'waiting' RETURNING attempts, chat_key";
        let failed: Option<(i64, String)> =
            tx.optional(sql, args![*id, error, env.now + AGAIN, MOST_ATTEMPTS]).await?;
        from = failed.filter(|(attempts, _)| *attempts >= MOST_ATTEMPTS).map(|(_, chat)| chat).or(from);
    }
    let Some(from) = from else { return Ok(false) };
    tell_sender(tx, env, &from).await?;
    Ok(true)
}

/// In a group nobody is told: there most of what is said is not for loa.
async fn tell_sender(tx: &mut Tx<'_>, env: &Env, chat_key: &str) -> Result<(), StoreError> {
    let Some((channel, external_id)) = chat_key.split_once(':') else { return Ok(()) };
    let sql = "SELECT id, lang FROM chats
               WHERE channel = $1 AND external_id = $2 AND kind = 'private' AND state = 'open'";
    let chat: Option<(i64, String)> = tx.optional(sql, args![channel, external_id]).await?;
    let Some((chat, lang)) = chat else { return Ok(()) };
    let reply = Reply::to(ChatId(chat), Lang::from_code(&lang).say("set-aside", &[]));
    outbox::post(tx, env, ChatId(chat), &reply).await
}

async fn decide(
    tx: &mut Tx<'_>,
    env: &Env,
    id: UpdateId,
    decision: AsideDecision,
) -> Result<bool, StoreError> {
    let (sql, action) = match decision {
        AsideDecision::Retry => (
            "UPDATE inbox SET state = 'waiting', attempts = 0, error = NULL, not_before = $2
             WHERE id = $1 AND state = 'aside'",
            "update.retry",
        ),
        AsideDecision::Drop => (
            "UPDATE inbox SET state = 'done', handled_at = $2 WHERE id = $1 AND state = 'aside'",
            "update.drop",
        ),
    };
    if tx.exec(sql, args![id, env.now]).await? == 0 {
        return Ok(false);
    }
    audit::record(tx, env, Actor::CommandLine, action, &format!("update:{id}"), "").await?;
    Ok(true)
}

impl Aside {
    /// When it came.
    pub fn received_at(&self) -> Timestamp {
        Timestamp(self.received_at)
    }
}
