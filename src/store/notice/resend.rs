//! A notice once more, for those alone whom it did not reach.
//!
//! Whoever has another channel gets it there. Who has only the one over which it failed gets it there again, if that is
//! open. Who could not be written to at all, and can be now, gets it as well. Nobody gets twice what has arrived.

use crate::args;
use crate::domain::ids::*;
use crate::failpoint::{Point, at};
use crate::store::audit::{self, Actor};
use crate::store::{Env, Store, StoreError, Tx, held, row};

use super::edition::delivery;
use super::next::next_chat;
use super::write::{Done, Refused, subject};
use super::{chase, list, next};

/// So many go out again in one step: the rest at the next.
const MOST: i64 = 2_000;

/// A delivery that did not arrive.
struct Missed {
    id: i64,
    state: i64,
    open: i64,
}

row!(Missed { id, state, open });

/// What did not arrive and can be tried again: over the same chat, or another of the same person. Not what a person has
/// to decide about, not what belongs to people who left, and not what speaks of a unit or role to whom still has none
/// (`feed.rs` wrote the reason).
macro_rules! missed {
    () => {
        concat!(
            "FROM deliveries d JOIN chats c ON c.id = d.chat_id LEFT JOIN people p ON p.id = d.person_id
             WHERE d.edition_id = $1 AND d.state IN (4, 5) AND COALESCE(d.reason, '') NOT IN ($2, 'left')
               AND COALESCE(p.state, 'active') = 'active'
               AND NOT (d.state = 5 AND COALESCE(d.reason, '') LIKE 'thiếu {%' AND NOT EXISTS (
                     SELECT 1 FROM roles o WHERE o.person_id = d.person_id))
               AND (EXISTS (SELECT 1 FROM chats c WHERE c.person_id = d.person_id AND ",
            next_chat!(),
            ") OR (c.state = 'open' AND NOT EXISTS (SELECT 1 FROM messages m
                     WHERE m.delivery_id = d.id AND m.chat_id = d.chat_id AND m.state NOT IN (4, 5))))"
        )
    };
}

/// Whom it could not be sent to at all, and can be now.
macro_rules! found {
    () => {
        "FROM edition_unreached x JOIN chats c
           ON (x.chat_id = c.id OR (x.person_id = c.person_id AND c.kind = 'private' AND c.spare = 0))
         LEFT JOIN people p ON p.id = c.person_id
         WHERE x.edition_id = $1 AND c.state = 'open' AND COALESCE(p.state, 'active') = 'active'
           AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.edition_id = $1 AND o.chat_id = c.id)"
    };
}

/// How many would get it: at most as many as one step takes.
pub async fn count(tx: &mut Tx<'_>, edition: EditionId) -> Result<i64, StoreError> {
    let missed = tx.int(concat!("SELECT COUNT(*) ", missed!()), args![edition, held::REASON]).await?;
    let found = tx.int(concat!("SELECT COUNT(DISTINCT x.id) ", found!()), args![edition]).await?;
    Ok(missed + found)
}

impl Store {
    /// Sends a notice again to those whom it did not reach, and can reach now. Gives how many.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn notice_resend(&self, id: NoticeId) -> Done<i64> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { resend(tx, &env, Actor::CommandLine, id).await })).await
    }
}

/// Sends it again, in the name of `actor`. Gives how many get it.
pub async fn resend(tx: &mut Tx<'_>, env: &Env, actor: Actor, id: NoticeId) -> Done<i64> {
    let Some(edition) = list::newest(tx, id).await? else { return Ok(Err(Refused::NotSent(id))) };
    if !matches!(edition.state.as_str(), "running" | "paused" | "done") {
        return Ok(Err(Refused::NotSent(id)));
    }
    let edition = EditionId(edition.id);
    if !tx.is_lite() {
        // Whoever counts the same edition waits: see `hold_editions`.
        tx.all::<(i64,)>("SELECT id FROM editions WHERE id = $1 FOR UPDATE", args![edition]).await?;
    }
    let sql = concat!(
        "SELECT d.id, d.state, CAST(CASE WHEN c.state = 'open' THEN 1 ELSE 0 END AS BIGINT) AS open ",
        missed!(),
        " ORDER BY d.id LIMIT $3"
    );
    let mut moved = Moved::default();
    for one in tx.all::<Missed>(sql, args![edition, held::REASON, MOST]).await? {
        again(tx, env, &one, &mut moved).await?;
    }
    let added = reach_found(tx, env, edition).await?;
    let count = moved.waiting + moved.queued + added;
    let sql = "UPDATE editions SET waiting = waiting + $2, queued = queued + $3, failed = failed - $4,
                 skipped = skipped - $5, total = total + $6, unreached = unreached - $6, changed_at = $7,
                 state = CASE WHEN state = 'done' THEN 'running' ELSE state END, ended_at = NULL
               WHERE id = $1";
    if count > 0 {
        let args =
            args![edition, moved.waiting + added, moved.queued, moved.failed, moved.skipped, added, env.now];
        tx.exec_one(sql, args).await?;
        chase::look_again(tx, env, edition, 0).await?;
        audit::record(tx, env, actor, "notice.resend", &subject(id), &count.to_string()).await?;
        at(Point::FanOutBeforeCommit).await?;
    }
    Ok(Ok(count))
}

/// How many deliveries went from where to where.
#[derive(Default)]
struct Moved {
    waiting: i64,
    queued: i64,
    failed: i64,
    skipped: i64,
}

/// One goes out again: over another channel, or the same.
async fn again(tx: &mut Tx<'_>, env: &Env, one: &Missed, moved: &mut Moved) -> Result<(), StoreError> {
    let went = if next::another(tx, DeliveryId(one.id)).await? {
        &mut moved.waiting
    } else if one.open == 0 {
        return Ok(());
    } else if retry(tx, env, one.id).await? {
        &mut moved.queued
    } else {
        let sql = "UPDATE deliveries SET state = 0, reason = NULL, failure = NULL WHERE id = $1
                     AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = $1
                                       AND m.chat_id = deliveries.chat_id)";
        if tx.exec(sql, args![one.id]).await? == 0 {
            return Ok(());
        }
        &mut moved.waiting
    };
    *went += 1;
    *(if one.state == delivery::FAILED { &mut moved.failed } else { &mut moved.skipped }) += 1;
    Ok(())
}

/// The messages of a delivery that failed are tried again where they are: those of its parts that arrived stay, and so
/// does what a pause, or a channel that was down, called back before them. Gives whether there are any.
async fn retry(tx: &mut Tx<'_>, env: &Env, delivery: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE messages SET state = 0, ready = 0, unknowns = 0, failing_since = NULL, not_before = $2,
                 error = NULL, settled_at = NULL
               WHERE delivery_id = $1 AND state IN (4, 5)
                 AND chat_id = (SELECT chat_id FROM deliveries WHERE id = $1)
                 AND id > COALESCE((
                   SELECT l.id FROM messages l JOIN deliveries d ON d.id = l.delivery_id AND d.chat_id = l.chat_id
                   WHERE l.delivery_id = $1 AND l.last_part = 1 ORDER BY l.id DESC LIMIT 1 OFFSET 1), 0)";
    if tx.exec(sql, args![delivery, env.now]).await? == 0 {
        return Ok(false);
    }
    let sql = "UPDATE deliveries SET state = 1, reason = NULL, failure = NULL WHERE id = $1";
    tx.exec_one(sql, args![delivery]).await?;
    Ok(true)
}

/// Makes the deliveries of those who could not be written to. Gives how many.
async fn reach_found(tx: &mut Tx<'_>, env: &Env, edition: EditionId) -> Result<i64, StoreError> {
    let sql = concat!("SELECT x.id, MIN(c.id) ", found!(), " GROUP BY x.id ORDER BY x.id LIMIT $2");
    let found: Vec<(i64, i64)> = tx.all(sql, args![edition, MOST]).await?;
    for (unreached, chat) in &found {
        let sql = "INSERT INTO deliveries (edition_id, chat_id, channel, person_id, unit_id, state, nonce)
                   SELECT $1, c.id, CASE c.channel WHEN 'telegram' THEN 0 WHEN 'zalo_bot' THEN 1
                                                   WHEN 'zalo_oa' THEN 2 ELSE 3 END, c.person_id,
                     COALESCE(c.unit_id, (SELECT MAX(r.unit_id) FROM roles r WHERE r.person_id = c.person_id)),
                     0, $3
                   FROM chats c WHERE c.id = $2";
        tx.exec_one(sql, args![edition, *chat, env.random.token(super::edition::NONCE)]).await?;
        tx.exec_one("DELETE FROM edition_unreached WHERE id = $1", args![*unreached]).await?;
    }
    Ok(i64::try_from(found.len()).unwrap_or(0))
}
