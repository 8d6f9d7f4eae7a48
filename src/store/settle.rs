//! How attempts ended, and what follows.
//!
//! Everything here is guarded by the attempt: whoever comes late, because the message was taken over in the
//! meantime, changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::args;
use crate::domain::content::{Attachment, FileKind};
use crate::domain::ids::*;
use crate::domain::{ChannelKind, Failure, Timestamp};

use crate::failpoint::{Planted, planted};

use super::claim::Claimed;
use super::notice::{self, Ended, Lost};
use super::outbox::Op;
use super::{Env, Sql, StoreError, Tx, blobs, people, quota, windows};

/// After so many attempts with unknown outcome a person decides, so that nobody gets a message five times.
pub const MOST_UNKNOWNS: i64 = 2;

/// What a message that cannot be sent for so long is worth is for a person to say.
const GIVE_UP: Duration = Duration::from_secs(72 * 3600);

/// How one attempt ended.
#[derive(Clone, Debug)]
pub struct Settled {
    pub message: Claimed,
    pub outcome: Outcome,
}

/// What is known about one attempt.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Accepted, as this message of the platform's; what it calls the files from now on.
    Sent { external_id: String, files: Vec<(Attachment, FileKind, String)> },
    /// Certainly not accepted. The chat waits until `at`.
    Again { at: Timestamp, why: String },
    /// Perhaps accepted.
    Unknown { at: Timestamp, why: String },
    /// Will never be accepted.
    Failed { why: String },
    /// The chat cannot be reached any more; neither can the other messages to it.
    ChatClosed { why: String },
    /// The chat has another id now.
    Moved { to: String },
    /// The platform forgot files that it had; by these names it does not know them any more.
    FilesGone { files: Vec<(Attachment, String)> },
    /// Nobody's fault: the call was not made, or the token was refused. It does not count.
    Spared { at: Timestamp, why: String },
    /// Emphasis was refused: from now on plain text.
    Plain,
    /// The message that was to be edited is not there any more: it is sent anew.
    EditedGone,
}

/// Keeps outcomes. Gives how many came too late.
pub(super) async fn keep(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    settled: &[Settled],
) -> Result<u64, StoreError> {
    let mut late = 0;
    let mut sent = Vec::new();
    let mut ended = Vec::new();
    let counted =
        settled.iter().filter(|one| matches!(one.outcome, Outcome::Sent { .. } | Outcome::Unknown { .. }));
    quota::count(tx, channel, env.now, counted.count() as u64).await?;
    windows::count(tx, channel, settled).await?;
    for Settled { message, outcome } in settled {
        if planted(Planted::NoAttempt) {
            let sql = "UPDATE messages SET state = 1, attempt = attempt + 1 WHERE id = $1 AND state = 0";
            tx.exec(sql, args![message.id]).await?;
        }
        match outcome {
            Outcome::Sent { external_id, files } => {
                for (file, kind, file_id) in files {
                    let file = Attachment { kind: *kind, ..file.clone() };
                    blobs::remember_file(tx, channel, &file, file_id).await?;
                }
                sent.push((message, external_id.as_str()));
            }
            other => late += keep_trouble(tx, env, channel, message, other.clone(), &mut ended).await?,
        }
    }
    late += keep_sent(tx, env, &sent, &mut ended).await?;
    if !ended.is_empty() {
        notice::ended(tx, env, &ended).await?;
    }
    Ok(late)
}

/// Their numbers at the platform by message, for one attempt: a list of objects would be read once more for each field.
const SENT: Sql = Sql {
    lite: "UPDATE messages SET state = 2, external_id = j.value, settled_at = $2, error = NULL
           FROM json_each($1) AS j WHERE messages.id = j.key AND attempt = $3 AND state = 1",
    pg: "UPDATE messages SET state = 2, external_id = j.value, settled_at = $2, error = NULL
         FROM json_each_text($1::json) AS j WHERE messages.id = j.key::bigint AND attempt = $3 AND state = 1",
};

/// Which of them another had taken over, so that they did not change just now.
const LATE: Sql = Sql {
    lite: "SELECT m.id FROM json_each($1) AS j JOIN messages m ON m.id = j.key
           WHERE (m.attempt = $3 AND m.state = 2 AND m.settled_at = $2 AND m.external_id = j.value)
                 IS NOT TRUE",
    pg: "SELECT m.id FROM json_each_text($1::json) AS j JOIN messages m ON m.id = j.key::bigint
         WHERE (m.attempt = $3 AND m.state = 2 AND m.settled_at = $2 AND m.external_id = j.value)
               IS NOT TRUE",
};

async fn keep_sent(
    tx: &mut Tx<'_>,
    env: &Env,
    sent: &[(&Claimed, &str)],
    ended: &mut Vec<Ended>,
) -> Result<u64, StoreError> {
    let mut by_attempt: BTreeMap<i64, BTreeMap<i64, &str>> = BTreeMap::new();
    for &(message, external_id) in sent {
        by_attempt.entry(message.attempt).or_default().insert(message.id.0, external_id);
    }
    let mut late_ones: Vec<(i64, i64)> = Vec::new();
    for (attempt, rows) in by_attempt {
        let json = serde_json::to_string(&rows)?;
        let changed = tx.exec(SENT, args![&json, env.now, attempt]).await?;
        if usize::try_from(changed).is_ok_and(|changed| changed < rows.len()) {
            let late: Vec<(i64,)> = tx.all(LATE, args![json, env.now, attempt]).await?;
            late_ones.extend(late.into_iter().map(|(id,)| (id, attempt)));
        }
    }
    if planted(Planted::NoGuard) {
        for (message, external_id) in sent {
            let sql = "UPDATE messages SET state = 2, external_id = $2, settled_at = $3 WHERE id = $1";
            tx.exec(sql, args![message.id, *external_id, env.now]).await?;
        }
    }
    let mut late = 0;
    for &(message, external_id) in sent {
        if late_ones.contains(&(message.id.0, message.attempt)) {
            late += 1;
            note_attempt(tx, env, message, "late", "accepted, after another took it over").await?;
            continue;
        }
        if let (Op::Show { slot }, None) = (&message.op, &message.shown) {
            keep_slot(tx, env, message.chat, slot, external_id).await?;
        }
        if let (Some(delivery), true) = (message.delivery, message.last_part) {
            ended.push(Ended { delivery, result: Ok(()) });
        }
    }
    Ok(late)
}

async fn keep_slot(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: ChatId,
    slot: &str,
    external_id: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO slots (chat_id, slot, external_id, updated_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (chat_id, slot)
               DO UPDATE SET external_id = excluded.external_id, updated_at = excluded.updated_at";
    tx.exec_one(sql, args![chat, slot, external_id, env.now]).await
}

/// Everything but "sent". Gives 1 if it came too late.
async fn keep_trouble(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    message: &Claimed,
    outcome: Outcome,
    ended: &mut Vec<Ended>,
) -> Result<u64, StoreError> {
    let (name, why) = outcome.describe();
    if !is_ours(tx, message).await? && !planted(Planted::NoGuard) {
        note_attempt(tx, env, message, "late", &why).await?;
        return Ok(1);
    }
    note_attempt(tx, env, message, name, &why).await?;
    let changed = match outcome {
        Outcome::Sent { .. } => 0,
        Outcome::Again { at, why } => {
            if failing_for(tx, env, message).await? > GIVE_UP {
                let lost = Lost::new(Failure::Temporary, &format!("không gửi được suốt 72 giờ: {why}"));
                fail(tx, env, message, &lost, ended).await?
            } else {
                park_chat(tx, message.chat, at).await?;
                requeue(tx, message, at, &why, false).await?
            }
        }
        Outcome::Unknown { at, why } => unknown(tx, env, message, at, &why, ended).await?,
        Outcome::Failed { why } => {
            fail(tx, env, message, &Lost::new(Failure::Technical, &why), ended).await?
        }
        Outcome::ChatClosed { why } => {
            let lost = Lost::new(Failure::Permanent, &why);
            let changed = fail(tx, env, message, &lost, ended).await?;
            if changed > 0 {
                close_chat(tx, env, message.chat, &why, ended).await?;
            }
            changed
        }
        Outcome::Moved { to } => {
            people::chat_moved(tx, env, channel, &message.external_chat, &to).await?;
            if matches!(message.op, Op::Buttons { .. }) {
                return expire(tx, env, message, "the group moved")
                    .await
                    .map(|changed| u64::from(changed == 0));
            }
            requeue(tx, message, env.now, "moved", false).await?
        }
        Outcome::FilesGone { files } => {
            blobs::forget_files(tx, channel, &files).await?;
            requeue(tx, message, env.now, "a file was forgotten", false).await?
        }
        Outcome::Spared { at, why } => {
            let sql = "UPDATE messages SET spared = spared + 1 WHERE id = $1 AND attempt = $2 AND state = 1";
            tx.exec(sql, args![message.id, message.attempt]).await?;
            requeue(tx, message, at, &why, false).await?
        }
        Outcome::Plain => {
            make_plain(tx, env, message).await?;
            requeue(tx, message, env.now, "emphasis refused", false).await?
        }
        Outcome::EditedGone => {
            if let Op::Show { slot } = &message.op {
                let sql = "DELETE FROM slots WHERE chat_id = $1 AND slot = $2";
                tx.exec(sql, args![message.chat, slot]).await?;
                requeue(tx, message, env.now, "shown anew", false).await?
            } else if matches!(message.op, Op::Buttons { .. }) {
                expire(tx, env, message, "the message is gone").await?
            } else {
                let sql = "UPDATE messages SET op = 'send', target = NULL WHERE id = $1 AND attempt = $2";
                tx.exec(sql, args![message.id, message.attempt]).await?;
                requeue(tx, message, env.now, "sent instead of edited", false).await?
            }
        }
    };
    Ok(u64::from(changed == 0))
}

/// Whether this attempt is the one that is under way. On PostgreSQL it stays so until the commit.
async fn is_ours(tx: &mut Tx<'_>, message: &Claimed) -> Result<bool, StoreError> {
    const OURS: Sql = Sql {
        lite: "SELECT id FROM messages WHERE id = $1 AND attempt = $2 AND state = 1",
        pg: "SELECT id FROM messages WHERE id = $1 AND attempt = $2 AND state = 1 FOR UPDATE",
    };
    let row: Option<(i64,)> = tx.optional(OURS, args![message.id, message.attempt]).await?;
    Ok(row.is_some())
}

impl Outcome {
    fn describe(&self) -> (&'static str, String) {
        match self {
            Self::Sent { .. } => ("sent", String::new()),
            Self::Again { why, .. } => ("retry", why.clone()),
            Self::Unknown { why, .. } => ("unknown", why.clone()),
            Self::Failed { why } | Self::ChatClosed { why } => ("permanent", why.clone()),
            Self::Moved { .. } => ("moved", "the group has another id now".to_owned()),
            Self::FilesGone { .. } => ("retry", "a file is not known any more".to_owned()),
            Self::Spared { why, .. } => ("spared", why.clone()),
            Self::Plain => ("retry", "emphasis was refused".to_owned()),
            Self::EditedGone => ("retry", "the message to edit is gone".to_owned()),
        }
    }
}

/// Nobody knows whether it arrived.
fn held_by_a_person() -> Lost {
    Lost::new(Failure::Technical, super::held::REASON)
}

/// For how long the message has certainly not been accepted, whenever it was tried. Noted at the first time.
async fn failing_for(tx: &mut Tx<'_>, env: &Env, message: &Claimed) -> Result<Duration, StoreError> {
    let sql = "UPDATE messages SET failing_since = COALESCE(failing_since, $2) WHERE id = $1
               RETURNING failing_since";
    let row: Option<(i64,)> = tx.optional(sql, args![message.id, env.now]).await?;
    Ok(row.map_or(Duration::ZERO, |(since,)| env.now.since(Timestamp(since))))
}

async fn requeue(
    tx: &mut Tx<'_>,
    message: &Claimed,
    at: Timestamp,
    why: &str,
    unknown: bool,
) -> Result<u64, StoreError> {
    let sql =
        "UPDATE messages SET state = 0, ready = 0, not_before = $3, error = $4, unknowns = unknowns + $5
               WHERE id = $1 AND attempt = $2 AND state = 1";
    tx.exec(sql, args![message.id, message.attempt, at, why, unknown]).await
}

/// An attempt of which nobody knows whether it arrived: made once more, then held for a person to decide.
async fn unknown(
    tx: &mut Tx<'_>,
    env: &Env,
    message: &Claimed,
    at: Timestamp,
    why: &str,
    ended: &mut Vec<Ended>,
) -> Result<u64, StoreError> {
    let sql = "UPDATE messages SET unknowns = unknowns + 1, state = 3, error = $3, settled_at = $4
               WHERE id = $1 AND attempt = $2 AND state = 1 AND (unknowns + 1 >= $5 OR never_twice = 1)";
    let held = tx.exec(sql, args![message.id, message.attempt, why, env.now, MOST_UNKNOWNS]).await?;
    if held > 0 {
        if let Some(delivery) = message.delivery {
            ended.push(Ended { delivery, result: Err(held_by_a_person()) });
        }
        return Ok(held);
    }
    park_chat(tx, message.chat, at).await?;
    requeue(tx, message, at, why, true).await
}

async fn fail(
    tx: &mut Tx<'_>,
    env: &Env,
    message: &Claimed,
    lost: &Lost,
    ended: &mut Vec<Ended>,
) -> Result<u64, StoreError> {
    let sql = "UPDATE messages SET state = 4, error = $3, settled_at = $4
               WHERE id = $1 AND attempt = $2 AND state = 1";
    let changed = tx.exec(sql, args![message.id, message.attempt, &lost.why, env.now]).await?;
    if let (Some(delivery), true) = (message.delivery, changed > 0) {
        // The parts that follow are of no use without this one.
        let sql = "UPDATE messages SET state = 5, settled_at = $2 WHERE delivery_id = $1 AND state = 0";
        tx.exec(sql, args![delivery, env.now]).await?;
        ended.push(Ended { delivery, result: Err(lost.clone()) });
    }
    Ok(changed)
}

/// Buttons below a message that is not there any more are worth nothing.
async fn expire(tx: &mut Tx<'_>, env: &Env, message: &Claimed, why: &str) -> Result<u64, StoreError> {
    let sql = "UPDATE messages SET state = 6, error = $3, settled_at = $4
               WHERE id = $1 AND attempt = $2 AND state = 1";
    tx.exec(sql, args![message.id, message.attempt, why, env.now]).await
}

async fn park_chat(tx: &mut Tx<'_>, chat: ChatId, until: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE chats SET parked_until = $2 WHERE id = $1 AND parked_until < $2";
    tx.exec(sql, args![chat, until]).await?;
    defer_chat(tx, chat, until).await
}

/// Nothing of a chat is looked at before `at`.
pub(super) async fn defer_chat(tx: &mut Tx<'_>, chat: ChatId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE messages SET ready = 0, not_before = $2
               WHERE chat_id = $1 AND settled_at IS NULL AND state = 0 AND not_before < $2";
    tx.exec(sql, args![chat, at]).await?;
    Ok(())
}

/// Nothing reaches the chat any more: what waits for it fails, with the reason.
pub(super) async fn close_chat(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: ChatId,
    why: &str,
    ended: &mut Vec<Ended>,
) -> Result<(), StoreError> {
    let sql = "UPDATE chats SET state = 'closed', reason = $2 WHERE id = $1";
    tx.exec(sql, args![chat, why]).await?;
    people::arrange_owner(tx, chat).await?;
    let sql = "UPDATE messages SET state = 4, error = $2, settled_at = $3
               WHERE chat_id = $1 AND settled_at IS NULL AND state = 0 RETURNING delivery_id";
    let rows: Vec<(Option<i64>,)> = tx.all(sql, args![chat, why, env.now]).await?;
    let mut deliveries: Vec<i64> = rows.into_iter().filter_map(|(delivery,)| delivery).collect();
    deliveries.dedup();
    let lost = Lost::new(Failure::Permanent, why);
    for delivery in deliveries {
        ended.push(Ended { delivery: DeliveryId(delivery), result: Err(lost.clone()) });
    }
    Ok(())
}

async fn make_plain(tx: &mut Tx<'_>, env: &Env, message: &Claimed) -> Result<(), StoreError> {
    let sql = "SELECT body FROM payloads WHERE id = $1";
    let (body,): (String,) = tx.one(sql, args![message.payload]).await?;
    let mut content: crate::domain::content::Content = serde_json::from_str(&body)?;
    // Without markup an address has to be said, as far as there is room where links are drawn.
    let said = content.text.in_words();
    let manner = ChannelKind::Telegram.manner();
    let room = if content.files.is_empty() { manner.max_text } else { manner.max_caption };
    if said.utf16_len() <= room {
        content.text = said;
    }
    content.text.spans.clear();
    let plain = super::outbox::add_payload(tx, env, &content).await?;
    let sql = "UPDATE messages SET payload_id = $3 WHERE id = $1 AND attempt = $2";
    tx.exec(sql, args![message.id, message.attempt, plain]).await?;
    Ok(())
}

async fn note_attempt(
    tx: &mut Tx<'_>,
    env: &Env,
    message: &Claimed,
    outcome: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO attempts (message_id, attempt, at, outcome, detail) VALUES ($1, $2, $3, $4, $5)";
    tx.exec_one(sql, args![message.id, message.attempt, env.now, outcome, detail]).await
}

/// What was being sent when its process died is of unknown outcome.
pub(super) async fn recover(tx: &mut Tx<'_>, env: &Env, channel: ChannelKind) -> Result<u64, StoreError> {
    if planted(Planted::ForgetInFlight) {
        return Ok(0);
    }
    if planted(Planted::SilentRequeue) {
        return tx
            .exec("UPDATE messages SET state = 0 WHERE settled_at IS NULL AND state = 1", args![])
            .await;
    }
    let sql = "INSERT INTO attempts (message_id, attempt, at, outcome, detail)
               SELECT id, attempt, $2, 'unknown', 'the process ended while sending'
               FROM messages WHERE channel = $1 AND settled_at IS NULL AND state = 1";
    tx.exec(sql, args![channel.code(), env.now]).await?;
    // An answer to a press is worth nothing later, and an edit does no harm twice.
    let edits = channel.manner().buttons;
    let sql = "UPDATE messages
               SET state = CASE WHEN op = 'answer' THEN 6
                                WHEN op IN ('edit', 'buttons', 'show') AND $4 = 1 THEN 0
                                WHEN unknowns + 1 >= $3 OR never_twice = 1 THEN 3 ELSE 0 END,
                   settled_at = CASE WHEN op = 'answer' THEN $2
                                     WHEN op IN ('edit', 'buttons', 'show') AND $4 = 1 THEN NULL
                                     WHEN unknowns + 1 >= $3 OR never_twice = 1 THEN $2 END,
                   unknowns = unknowns + 1, error = 'the process ended while sending'
               WHERE channel = $1 AND settled_at IS NULL AND state = 1";
    let changed = tx.exec(sql, args![channel.code(), env.now, MOST_UNKNOWNS, edits]).await?;
    quota::count(tx, channel, env.now, changed).await?;
    let sql = "SELECT delivery_id FROM messages
               WHERE channel = $1 AND state = 3 AND settled_at = $2 AND delivery_id IS NOT NULL";
    let held: Vec<(i64,)> = tx.all(sql, args![channel.code(), env.now]).await?;
    let ended: Vec<Ended> = held
        .into_iter()
        .map(|(id,)| Ended { delivery: DeliveryId(id), result: Err(held_by_a_person()) })
        .collect();
    notice::ended(tx, env, &ended).await?;
    Ok(changed)
}
