//! What the clock wakes of a call: who is missing is reminded a working day ahead and when it is over, and then whoever
//! asked hears of them.

use std::time::Duration;

use crate::args;
use crate::conversation::Lang;
use crate::conversation::notice::result_card;
use crate::conversation::wording::hint;
use crate::domain::Timestamp;
use crate::domain::calendar::when_words;
use crate::domain::content::{Content, Lane};
use crate::domain::ids::NoticeId;
use crate::store::{Env, StoreError, Tx, outbox, row};

use super::super::OWN_DATA_PREFIX;
use super::super::remind::REMIND;
use super::super::write::{Done, Refused};
use super::{asked, button, listeners, result};

/// Reminders that one transaction makes, and that wait in the outbox at most.
const CHUNK: i64 = 1000;
/// When a step is looked at again while the outbox is full.
const SOON: Duration = Duration::from_secs(2);

/// An edition of a call begins: what the clock will do. What has passed already, it does not.
pub async fn begin(tx: &mut Tx<'_>, env: &Env, notice: NoticeId) -> Done<()> {
    let Some(call) = asked(tx, notice).await? else { return Ok(Ok(())) };
    if !call.fits(env.now) {
        return Ok(Err(Refused::CallOver(notice)));
    }
    let (ahead, over) = (call.ahead(&env.calendar), call.over(&env.calendar));
    for (kind, at) in [("ahead", ahead), ("over", over)] {
        if at > env.now && (kind == "over" || at < call.due) {
            let sql = "INSERT INTO call_steps (notice_id, kind, due_at) VALUES ($1, $2, $3)
                       ON CONFLICT (notice_id, kind) DO NOTHING";
            tx.exec(sql, args![notice, kind, at]).await?;
        }
    }
    Ok(Ok(()))
}

struct Due {
    notice_id: i64,
    kind: String,
    cursor: i64,
    edition: i64,
    state: String,
    title: String,
    author_id: Option<i64>,
    author_unit: Option<i64>,
    due_at: i64,
}

row!(Due { notice_id, kind, cursor, edition, state, title, author_id, author_unit, due_at });

const NEXT: &str = "
    SELECT s.notice_id, s.kind, s.cursor, e.id AS edition, e.state, n.title, n.author_id, n.author_unit, k.due_at
    FROM call_steps s JOIN notices n ON n.id = s.notice_id JOIN calls k ON k.notice_id = s.notice_id
    JOIN editions e ON e.id = (SELECT MAX(x.id) FROM editions x WHERE x.notice_id = s.notice_id)
    WHERE s.done_at IS NULL AND s.due_at <= $1 ORDER BY s.due_at, s.notice_id, s.kind LIMIT 1";

/// Whom the notice has reached in units that have not answered, chat by chat.
const MISSING: &str = "
    SELECT d.id, d.chat_id FROM deliveries d JOIN chats c ON c.id = d.chat_id
    WHERE d.edition_id = $1 AND d.chat_id > $2 AND d.state IN (2, 3) AND c.state = 'open' AND d.unit_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM call_answers a
                      WHERE a.notice_id = $3 AND a.unit_id = d.unit_id AND a.lost = 0)
    ORDER BY d.chat_id LIMIT $4";

/// Does some of what is due. Gives whether there was anything.
pub async fn follow_next(tx: &mut Tx<'_>, env: &Env) -> Result<bool, StoreError> {
    let Some(due) = tx.optional::<Due>(NEXT, args![env.now]).await? else { return Ok(false) };
    if due.state == "cancelled" || (due.kind == "ahead" && Timestamp(due.due_at) <= env.now) {
        // After an outage both are due at once: the last is enough.
        done(tx, env, &due).await?;
        return Ok(true);
    }
    let full = "SELECT COUNT(*) FROM (SELECT 1 FROM messages
                  WHERE channel IN ('telegram', 'zalo_bot', 'zalo_oa', 'email') AND lane = $1 AND state = 0 AND ready = 1
                  LIMIT $2) AS stock";
    if tx.int(full, args![Lane::Notice.code(), CHUNK]).await? >= CHUNK {
        let sql = "UPDATE call_steps SET due_at = $3 WHERE notice_id = $1 AND kind = $2";
        tx.exec_one(sql, args![due.notice_id, &due.kind, env.now + SOON]).await?;
        return Ok(true);
    }
    let missing: Vec<(i64, i64)> =
        tx.all(MISSING, args![due.edition, due.cursor, due.notice_id, CHUNK]).await?;
    let Some((_, last)) = missing.last().copied() else {
        done(tx, env, &due).await?;
        if due.kind == "over" {
            tell(tx, env, &due).await?;
        }
        return Ok(true);
    };
    let key = if due.kind == "over" { "call-remind-over" } else { "call-remind-ahead" };
    let when = when_words(Timestamp(due.due_at));
    let mut content = Content::text(Lang::Vi.say(key, &[("title", &due.title), ("when", &when)]));
    content.buttons = vec![vec![button()]];
    content.hint = hint(Lang::Vi, &content.buttons);
    let payload = outbox::add_payload(tx, env, &content).await?;
    let deliveries: Vec<i64> = missing.into_iter().map(|(delivery, _)| delivery).collect();
    let deliveries = serde_json::to_string(&deliveries)?;
    let args = args![deliveries, Lane::Notice.code(), payload, payload, OWN_DATA_PREFIX, env.now];
    tx.exec(REMIND, args).await?;
    let sql = "UPDATE call_steps SET cursor = $3 WHERE notice_id = $1 AND kind = $2";
    tx.exec_one(sql, args![due.notice_id, &due.kind, last]).await?;
    Ok(true)
}

async fn done(tx: &mut Tx<'_>, env: &Env, due: &Due) -> Result<(), StoreError> {
    let sql = "UPDATE call_steps SET done_at = $3 WHERE notice_id = $1 AND kind = $2";
    tx.exec_one(sql, args![due.notice_id, &due.kind, env.now]).await
}

/// It is over: whoever asked hears what came in and who is missing. That all are there was said when the last came.
async fn tell(tx: &mut Tx<'_>, env: &Env, due: &Due) -> Result<(), StoreError> {
    let Some(all) = result::collected(tx, NoticeId(due.notice_id)).await? else { return Ok(()) };
    if all.missing().next().is_none() {
        return Ok(());
    }
    for (chat, lang) in listeners(tx, due.author_id, due.author_unit).await? {
        let card = result_card(lang, chat, &all, &lang.say("call-head-over", &[]));
        outbox::post(tx, env, chat, &card).await?;
    }
    Ok(())
}

/// When the next step is due.
pub async fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(due_at) FROM call_steps WHERE done_at IS NULL";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}
