//! Reminders to whoever has not confirmed in time.

use std::time::Duration;

use crate::args;
use crate::conversation::wording::hint;
use crate::conversation::{Lang, Reply};
use crate::domain::Timestamp;
use crate::domain::content::{Button, Content, Lane};
use crate::domain::ids::{DeliveryId, NoticeId};
use crate::domain::template::told;
use crate::store::{Env, Sql, StoreError, Tx, outbox, row};

use super::chase::{Due, done, later};
use super::{OWN_DATA_PREFIX, act, edition, next, personal};

/// Reminders that one transaction makes, and that wait in the outbox at most.
const CHUNK: i64 = 1000;
/// When an edition is looked at again of which nothing is due yet.
const AGAIN: Duration = Duration::from_secs(60);
/// When it is looked at again while the outbox is full.
const SOON: Duration = Duration::from_secs(2);

struct Late {
    id: i64,
    chat_id: i64,
    open: i64,
    sent_at: Option<i64>,
    several: i64,
}

row!(Late { id, chat_id, open, sent_at, several });

/// Who has not confirmed, without who wrote and who approved the notice: they know it. Chat by chat, which is also the
/// order in which they were written to.
const LATE: &str = "
    SELECT d.id, d.chat_id, CAST(CASE WHEN c.state = 'open' THEN 1 ELSE 0 END AS BIGINT) AS open, d.sent_at,
           CAST(CASE WHEN c.rank > 0 THEN 1 ELSE 0 END AS BIGINT) AS several
    FROM deliveries d JOIN chats c ON c.id = d.chat_id
    WHERE d.edition_id = $1 AND d.state = 2 AND d.reminders < $6 AND d.chat_id > $2
      AND (d.person_id IS NULL OR d.person_id NOT IN ($4, $5))
    ORDER BY d.chat_id LIMIT $3";

/// Puts a reminder for each of these deliveries into the outbox.
pub const REMIND: Sql = Sql {
    lite: "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, last_part, state, ready,
             not_before, created_at)
           SELECT c.channel, d.chat_id, $2, 'send', CASE WHEN c.kind = 'group' THEN $4 ELSE $3 END,
                  $5 || d.nonce, 1, 0, 1, $6, $6
           FROM json_each($1) j JOIN deliveries d ON d.id = j.value JOIN chats c ON c.id = d.chat_id
           ORDER BY d.id",
    pg: "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, last_part, state, ready,
           not_before, created_at)
         SELECT c.channel, d.chat_id, $2, 'send', CASE WHEN c.kind = 'group' THEN $4::bigint ELSE $3 END,
                $5 || d.nonce, 1, 0, 1, $6, $6
         FROM json_array_elements_text($1::json) j JOIN deliveries d ON d.id = j.value::bigint
         JOIN chats c ON c.id = d.chat_id
         ORDER BY d.id",
};

const REMINDED: Sql = Sql {
    lite: "UPDATE deliveries SET reminded_at = $2, reminders = $3 WHERE id IN (SELECT value FROM json_each($1))",
    pg: "UPDATE deliveries SET reminded_at = $2, reminders = $3
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};

/// Reminds some of the people of one edition, for the `number`th time.
pub async fn remind_some(tx: &mut Tx<'_>, env: &Env, due: &Due, number: u32) -> Result<(), StoreError> {
    // After a night or an outage several are due at once: the last of them is enough.
    let later_one = "SELECT COUNT(*) FROM edition_steps
                     WHERE edition_id = $1 AND kind = 'remind' AND number > $2 AND done_at IS NULL AND due_at <= $3";
    if due.cursor == 0 && tx.int(later_one, args![due.edition, i64::from(number), env.now]).await? > 0 {
        return done(tx, env, due).await;
    }
    if is_full(tx, Lane::Notice).await? {
        return later(tx, due, env.now + SOON).await;
    }
    let nobody = |id: Option<i64>| id.unwrap_or(0);
    let args = args![
        due.edition,
        due.cursor,
        CHUNK,
        nobody(due.author_id),
        nobody(due.approver_id),
        i64::from(number)
    ];
    let late: Vec<Late> = tx.all(LATE, args).await?;
    let ripens = |one: &Late| due.after.from(Timestamp(one.sent_at.unwrap_or(0)), &env.calendar, due.urgent);
    let ripe = late.iter().take_while(|one| ripens(one) <= env.now).count();
    match (late.get(ripe), ripe) {
        (Some(next), 0) => later(tx, due, ripens(next)).await,
        (None, 0) if due.state == "done" => finish(tx, env, due, number).await,
        (None, 0) => later(tx, due, env.now + AGAIN).await,
        _ => remind(tx, env, due, number, &late[..ripe]).await,
    }
}

/// Whether so much waits in this lane of the outbox that nothing is to be added.
pub async fn is_full(tx: &mut Tx<'_>, lane: Lane) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM messages
                 WHERE channel IN ('telegram', 'zalo_bot', 'zalo_oa', 'email') AND lane = $1 AND state = 0 AND ready = 1 LIMIT $2) AS stock";
    Ok(tx.int(sql, args![lane.code(), CHUNK]).await? >= CHUNK)
}

fn content(key: &str, title: &str, buttons: &[Vec<Button>]) -> Content {
    let mut content = Content::text(Lang::Vi.say(key, &[("title", title)]));
    content.buttons = buttons.to_vec();
    content.hint = hint(Lang::Vi, &content.buttons);
    content
}

/// Reminds of a notice whose title says something of its own to every recipient.
async fn remind_by_name(
    tx: &mut Tx<'_>,
    env: &Env,
    due: &Due,
    open: &str,
    buttons: &[Vec<Button>],
) -> Result<(), StoreError> {
    for one in personal::recipients(tx, open).await? {
        let key = if one.group { "notice-remind-group" } else { "notice-remind-person" };
        let part = content(key, &told(&due.template, due.at, &one.values), buttons);
        let how = personal::Put { lane: Lane::Notice, delivery: false, turn: 0 };
        personal::put(tx, env, &one, &[part], how).await?;
    }
    Ok(())
}

async fn remind(tx: &mut Tx<'_>, env: &Env, due: &Due, number: u32, late: &[Late]) -> Result<(), StoreError> {
    let buttons = edition::own_buttons(tx, NoticeId(due.notice)).await?;
    let mut open: Vec<i64> = Vec::new();
    for one in late {
        // Who has another channel gets it there, whole: perhaps this one is not looked at.
        let also = one.several != 0 && next::also(tx, env, DeliveryId(one.id)).await?;
        if !also && one.open != 0 {
            open.push(one.id);
        }
    }
    let open = serde_json::to_string(&open)?;
    if personal::is_personal(&due.template) {
        remind_by_name(tx, env, due, &open, &buttons).await?;
    } else {
        let to_one = content("notice-remind-person", &due.title, &buttons);
        let to_one = outbox::add_payload(tx, env, &to_one).await?;
        let to_group = content("notice-remind-group", &due.title, &buttons);
        let to_group = outbox::add_payload(tx, env, &to_group).await?;
        let args = args![open, Lane::Notice.code(), to_one, to_group, OWN_DATA_PREFIX, env.now];
        tx.exec(REMIND, args).await?;
    }
    // Those that cannot be reached are not looked at again either.
    let all: Vec<i64> = late.iter().map(|one| one.id).collect();
    tx.exec(REMINDED, args![serde_json::to_string(&all)?, env.now, i64::from(number)]).await?;
    let cursor = late.last().map_or(due.cursor, |one| one.chat_id);
    let sql = "UPDATE edition_steps SET cursor = $3 WHERE edition_id = $1 AND seq = $2";
    tx.exec_one(sql, args![due.edition, due.seq, cursor]).await
}

/// Everybody was reminded: the author hears how many. That nobody is left to remind is said once.
async fn finish(tx: &mut Tx<'_>, env: &Env, due: &Due, number: u32) -> Result<(), StoreError> {
    done(tx, env, due).await?;
    let sql = "SELECT COUNT(*) FROM deliveries WHERE edition_id = $1 AND reminders >= $2";
    let count = tx.int(sql, args![due.edition, i64::from(number)]).await?;
    let Some(author) = act::place_of(tx, due.author_id).await? else { return Ok(()) };
    let (key, count) = match count {
        0 if number > 1 => return Ok(()),
        0 => ("notice-nobody-to-remind", String::new()),
        count => ("notice-reminded", count.to_string()),
    };
    let text = author.lang().say(key, &[("title", &due.title), ("count", &count)]);
    outbox::post(tx, env, author.chat(), &Reply::to(author.chat(), text)).await
}
