//! One publication of a notice: how it begins, and whose deliveries it has.

use std::time::Duration;

use crate::args;
use crate::conversation::Lang;
use crate::conversation::notice::meeting::{answer_buttons, with_meeting};
use crate::conversation::notice::{Stage as State, asked_words, words};
use crate::conversation::wording::hint;
use crate::domain::audience::{Audience, AudienceFault};
use crate::domain::content::{Attachment, Button, Content, FileKind, Lane, Own};
use crate::domain::ids::*;
use crate::domain::{ChannelKind, Timestamp};
use crate::failpoint::{Planted, Point, at, planted};
use crate::store::audit::{self, Actor};
use crate::store::{Env, Sql, StoreError, Tx, outbox, row};

use super::audience::{self, Keys, Whom, of_chats};
use super::crowd::{IdSet, ids, numbers};
use super::write::{self, Done, Refused, subject};
use super::{call, chase, meeting, personal, reach, saved};

/// A transaction that has made so many deliveries makes no more, so that nothing else waits long for it: what is made
/// already is sent meanwhile.
const CHUNK: u64 = 2_000;
/// Chats that one transaction looks at at most.
const WINDOW: i64 = 20_000;
/// Chats that one statement looks at.
const STEP: i64 = 1_000;
/// Random bytes of a nonce: 16 characters.
pub const NONCE: usize = 12;

/// A delivery's state, as it is kept.
pub mod delivery {
    pub const WAITING: i64 = 0;
    pub const QUEUED: i64 = 1;
    pub const SENT: i64 = 2;
    pub const CONFIRMED: i64 = 3;
    pub const FAILED: i64 = 4;
    pub const SKIPPED: i64 = 5;
}

/// Makes the edition of a notice. It begins when its time comes.
pub async fn create(
    tx: &mut Tx<'_>,
    env: &Env,
    notice: &write::Row,
    starts_at: Timestamp,
) -> Result<EditionId, StoreError> {
    let lane = if notice.urgent != 0 { Lane::Urgent } else { Lane::Notice };
    let sql = "INSERT INTO editions (notice_id, state, lane, starts_at, changed_at, created_at)
               VALUES ($1, 'preparing', $2, $3, $4, $4) RETURNING id";
    let id = tx.int(sql, args![notice.id, lane.code(), starts_at, env.now]).await?;
    Ok(EditionId(id))
}

struct Waiting {
    id: i64,
    notice_id: i64,
}

row!(Waiting { id, notice_id });

/// Begins one edition whose time has come. Gives whether there was one.
pub async fn begin_next(tx: &mut Tx<'_>, env: &Env) -> Result<bool, StoreError> {
    // One whose files are still being fetched waits for them.
    let sql = "SELECT e.id, e.notice_id FROM editions e
               WHERE e.state = 'preparing' AND e.starts_at <= $1 AND NOT EXISTS (
                 SELECT 1 FROM notice_files f
                 WHERE f.notice_id = e.notice_id AND f.sha256 IS NULL AND f.error IS NULL)
               ORDER BY e.lane, e.starts_at, e.id LIMIT 1";
    let Some(next) = tx.optional::<Waiting>(sql, args![env.now]).await? else { return Ok(false) };
    let (edition, id) = (EditionId(next.id), NoticeId(next.notice_id));
    let sql = "UPDATE editions SET state = 'running', started_at = $2, changed_at = $2
               WHERE id = $1 AND state = 'preparing'";
    if tx.exec(sql, args![edition, env.now]).await? == 0 {
        return Ok(true);
    }
    let notice = write::find(tx, id).await?.ok_or(StoreError::Missing)?;
    match begin(tx, env, edition, &notice).await? {
        Ok(()) => {
            let sql = "UPDATE notices SET state = 'sent' WHERE id = $1";
            tx.exec_one(sql, args![id]).await?;
            audit::record(
                tx,
                env,
                Actor::System,
                "notice.begin",
                &subject(id),
                &format!("edition:{edition}"),
            )
            .await?;
        }
        Err(refused) => {
            // The unit or group that it was for is not there any more.
            let sql = "UPDATE editions SET state = 'cancelled', ended_at = $2 WHERE id = $1";
            tx.exec_one(sql, args![edition, env.now]).await?;
            let sql = "UPDATE notices SET state = 'returned', reason = $2 WHERE id = $1";
            tx.exec_one(sql, args![id, refused.to_string()]).await?;
            audit::record(tx, env, Actor::System, "notice.fail", &subject(id), &refused.to_string()).await?;
            super::act::tell_failed(tx, env, &notice, &refused).await?;
        }
    }
    at(Point::EditionBeforeCommit).await?;
    Ok(true)
}

async fn begin(tx: &mut Tx<'_>, env: &Env, edition: EditionId, notice: &write::Row) -> Done<()> {
    let whom = match whom(tx, env, &notice.audience).await? {
        Ok(whom) => whom,
        Err(fault) => return Ok(Err(fault.into())),
    };
    // What was approved is what was shown: a list that was changed since may hold whom nobody looked at.
    let lists = saved::held(tx, &notice.audience).await?;
    if notice.lists_hash.as_ref().is_some_and(|then| *then != lists) {
        return Ok(Err(Refused::ListChanged(NoticeId(notice.id))));
    }
    if let Err(refused) = call::begin(tx, env, NoticeId(notice.id)).await? {
        return Ok(Err(refused));
    }
    if let (Some(schedule), Some(at)) = (notice.schedule_id, notice.occurrence) {
        let (id, schedule, at) = (NoticeId(notice.id), ScheduleId(schedule), Timestamp(at));
        if !take_run(tx, env, schedule, at, id, edition).await? {
            return Ok(Err(Refused::Taken));
        }
    }
    let content = content(tx, notice).await?;
    match personal::common(&content.text, env.now) {
        Ok(Some(text)) => keep_parts(tx, env, edition, Content { text, ..content }).await?,
        Ok(None) => personal::keep(tx, env, edition, &content).await?,
        Err(fault) => return Ok(Err(fault.into())),
    }
    meeting::begin(tx, env, notice).await?;
    let unreached = reach::keep_unreached(tx, edition, &whom).await?;
    let (include, exclude) = whom.json()?;
    let sql = "UPDATE editions SET include = $2, exclude = $3, unreached = $4 WHERE id = $1";
    let unreached = i64::try_from(unreached).unwrap_or(i64::MAX);
    tx.exec_one(sql, args![edition, include, exclude, unreached]).await?;
    let first =
        notice.remind_after.filter(|_| notice.confirm != 0).and_then(|after| u64::try_from(after).ok());
    if let Some(first) = first.map(Duration::from_micros) {
        let urgent = notice.urgent != 0;
        chase::begin(tx, env, edition, first, env.chases.of(urgent), urgent).await?;
    }
    Ok(Ok(()))
}

/// Lays out what an edition says for every channel; those that show it alike share it. For all of them: somebody may
/// come in over another channel while it is under way.
pub async fn keep_parts(
    tx: &mut Tx<'_>,
    env: &Env,
    edition: EditionId,
    content: Content,
) -> Result<(), StoreError> {
    let mut kept: Vec<(Vec<Content>, Vec<PayloadId>)> = Vec::new();
    for channel in ChannelKind::ALL {
        let parts = outbox::lay_out(content.clone(), channel.manner());
        let payloads = match kept.iter().find(|(others, _)| *others == parts) {
            Some((_, payloads)) => payloads.clone(),
            None => {
                let mut payloads = Vec::with_capacity(parts.len());
                for part in &parts {
                    payloads.push(outbox::add_payload(tx, env, part).await?);
                }
                kept.push((parts, payloads.clone()));
                payloads
            }
        };
        let count = payloads.len();
        for (seq, payload) in payloads.into_iter().enumerate() {
            let sql = "INSERT INTO edition_parts (edition_id, channel, seq, payload_id, last)
                       VALUES ($1, $2, $3, $4, $5)";
            tx.exec_one(sql, args![edition, channel.code(), seq, payload, seq + 1 == count]).await?;
        }
    }
    Ok(())
}

/// A run goes out: with this notice and no other. Gives `false` if it went out already.
async fn take_run(
    tx: &mut Tx<'_>,
    env: &Env,
    schedule: ScheduleId,
    at: Timestamp,
    notice: NoticeId,
    edition: EditionId,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO occurrences (schedule_id, at, state, notice_id, edition_id, created_at)
               VALUES ($1, $2, 'sent', $3, $4, $5)
               ON CONFLICT (schedule_id, at) DO UPDATE
               SET state = 'sent', notice_id = excluded.notice_id, edition_id = excluded.edition_id
               WHERE occurrences.state <> 'sent'";
    Ok(tx.exec(sql, args![schedule, at, notice, edition, env.now]).await? > 0)
}

/// Whom an audience means now.
pub async fn whom(tx: &mut Tx<'_>, env: &Env, text: &str) -> Result<Result<Whom, AudienceFault>, StoreError> {
    match text.parse::<Audience>() {
        Ok(audience) => audience::resolve(tx, env, &audience, &[]).await,
        Err(wrong) => Ok(Err(wrong.into())),
    }
}

/// What a notice looks like to who gets it.
pub async fn content(tx: &mut Tx<'_>, notice: &write::Row) -> Result<Content, StoreError> {
    let sql = "SELECT sha256, name, kind FROM notice_files
               WHERE notice_id = $1 AND sha256 IS NOT NULL ORDER BY kind DESC, seq";
    let rows: Vec<(String, String, String)> = tx.all(sql, args![notice.id]).await?;
    let file = |(sha256, name, kind): (String, String, String)| Attachment {
        sha256,
        name,
        kind: if kind == "photo" { FileKind::Photo } else { FileKind::Document },
    };
    let to_meeting = meeting::find(tx, NoticeId(notice.id)).await?;
    let asks = call::asked(tx, NoticeId(notice.id)).await?;
    let none = to_meeting.is_none() && asks.is_none() && notice.confirm == 0;
    let buttons = if none { Vec::new() } else { buttons_of(to_meeting.is_some(), asks.is_some()) };
    let meeting = to_meeting.as_ref().and_then(|call| call.plan.meeting());
    let body = with_meeting(notice.rich()?, meeting.as_ref());
    let mut text = words(Lang::Vi, &notice.title, &body, notice.urgent != 0);
    if let Some(call) = &asks {
        text = text.push("\n\n").push(asked_words(Lang::Vi, call));
    }
    Ok(Content {
        text,
        hint: hint(Lang::Vi, &buttons),
        buttons,
        files: rows.into_iter().map(file).chain(to_meeting.and_then(|call| call.file(notice))).collect(),
    })
}

/// The recipient's own buttons below a reminder of a notice: those below the notice.
pub async fn own_buttons(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Vec<Vec<Button>>, StoreError> {
    let to_meeting = meeting::find(tx, notice).await?.is_some();
    Ok(buttons_of(to_meeting, call::asked(tx, notice).await?.is_some()))
}

/// What whoever receives it answers with: that counts as having received it.
fn buttons_of(to_meeting: bool, asks: bool) -> Vec<Vec<Button>> {
    if to_meeting {
        return answer_buttons(Lang::Vi);
    }
    let confirm =
        || Button::PressOwn { label: Lang::Vi.say("notice-confirm-button", &[]), act: Own::Confirm };
    vec![vec![if asks { call::button() } else { confirm() }]]
}

struct Spreading {
    id: i64,
    include: Option<String>,
    exclude: Option<String>,
    chat_cursor: i64,
}

row!(Spreading { id, include, exclude, chat_cursor });

/// Makes the deliveries of the chats that an edition is for: `$3`, from behind `$4` up to `$5`. A person's unit is the
/// one that was made last: the lowest in the tree, as a rule. Of several chats only one has
/// a delivery, also where their order changes meanwhile. Every nonce begins with `$6`; the rest is cut from `$7`,
/// which has one for every chat of the step.
const ADD: Sql = of_chats!(
    "INSERT INTO deliveries (edition_id, chat_id, channel, person_id, unit_id, state, nonce)
     SELECT $3, c.id, CASE c.channel WHEN 'telegram' THEN 0 WHEN 'zalo_bot' THEN 1 WHEN 'zalo_oa' THEN 2 ELSE 3 END,
            c.person_id, COALESCE(c.unit_id, (
              SELECT MAX(r.unit_id) FROM roles r WHERE r.person_id = c.person_id)), 0,
            $6 || ",
    {
        "CAST(substr($7, 16 * (c.id - $4 - 1) + 1, 16) AS TEXT)",
        "convert_from(substr($7::bytea, (16 * (c.id - $4 - 1) + 1)::int, 16), 'UTF8')"
    },
    " FROM chats c WHERE c.id > $4 AND c.id <= $5 AND c.state = 'open' AND c.spare = 0
       AND (c.rank = 0 OR NOT EXISTS (
              SELECT 1 FROM chats o JOIN deliveries d ON d.edition_id = $3 AND d.chat_id = o.id
              WHERE o.person_id = c.person_id))
       AND ",
    " ORDER BY c.id ON CONFLICT (edition_id, chat_id) DO NOTHING"
);

/// Whose the chats of one step are.
const OWNERS: Sql = numbers!("person_id", "FROM chats WHERE id > $1 AND id <= $2");

/// Makes the next deliveries of one edition that does not have all of them. Gives whether there was one.
pub async fn fan_out_next(tx: &mut Tx<'_>, env: &Env) -> Result<bool, StoreError> {
    let sql = "SELECT id, include, exclude, chat_cursor FROM editions
               WHERE state IN ('running', 'paused') AND fanned_out = 0 ORDER BY lane, id LIMIT 1";
    let Some(edition) = tx.optional::<Spreading>(sql, args![]).await? else { return Ok(false) };
    let last = tx.int("SELECT COALESCE(MAX(id), 0) FROM chats", args![]).await?;
    let upto = last.min(edition.chat_cursor.saturating_add(WINDOW));
    let (include, exclude) = (Keys::read(edition.include)?, Keys::read(edition.exclude)?);
    // What is made together begins alike, so that it stands together in the index: else every delivery of a large
    // edition changes a page of its own. Nobody can guess the rest.
    let alike = env.random.token(3);
    let (mut cursor, mut added) = (edition.chat_cursor, 0);
    while cursor < upto && added < CHUNK {
        let step = upto.min(cursor + STEP);
        let nonces =
            env.random.token(NONCE * usize::try_from(step - cursor).unwrap_or_default()).into_bytes();
        let there = match include.is_long() || exclude.is_long() {
            true => ids(tx, OWNERS, args![cursor, step]).await?,
            false => IdSet::default(),
        };
        let (include, exclude) = (include.of(&there)?, exclude.of(&there)?);
        let args = args![include, exclude, edition.id, cursor, step, &alike, nonces];
        added += tx.exec(ADD, args).await?;
        cursor = step;
    }
    let sql = "UPDATE editions SET chat_cursor = $2, fanned_out = $3, total = total + $4,
                 waiting = waiting + $4, changed_at = $5 WHERE id = $1";
    let added = i64::try_from(added).unwrap_or(0);
    tx.exec_one(sql, args![edition.id, cursor, cursor >= last, added, env.now]).await?;
    if cursor >= last {
        end_if_done(tx, env, EditionId(edition.id)).await?;
    }
    at(Point::FanOutBeforeCommit).await?;
    Ok(true)
}

/// An edition of which nothing waits any more is done.
pub async fn end_if_done(tx: &mut Tx<'_>, env: &Env, edition: EditionId) -> Result<(), StoreError> {
    let sql = "UPDATE editions SET state = 'done', ended_at = $2, changed_at = $2
               WHERE id = $1 AND state = 'running' AND fanned_out = 1 AND waiting = 0 AND queued = 0";
    tx.exec(sql, args![edition, env.now]).await?;
    Ok(())
}

/// Ends editions of which nothing is on its way any more, but the outcome of some messages is not known:
/// they are held for a person to decide. Gives how many.
pub async fn end_held(tx: &mut Tx<'_>, env: &Env) -> Result<u64, StoreError> {
    let sql = "UPDATE editions SET state = 'done', ended_at = $1, changed_at = $1
               WHERE state = 'running' AND fanned_out = 1 AND waiting = 0 AND NOT EXISTS (
                 SELECT 1 FROM messages m CROSS JOIN deliveries d
                 WHERE m.settled_at IS NULL AND d.id = m.delivery_id AND d.edition_id = editions.id
                   AND d.state = 1)";
    tx.exec(sql, args![env.now]).await
}

/// Holds the editions of these deliveries (a JSON list of ids) until the commit, before anything of theirs
/// is changed: everybody goes in the same order, so that nobody waits in a ring. SQLite has one writer.
pub async fn hold_editions(tx: &mut Tx<'_>, deliveries: &str) -> Result<(), StoreError> {
    if !tx.is_lite() {
        let sql = "SELECT id FROM editions WHERE id IN (
                     SELECT edition_id FROM deliveries
                     WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json)))
                   ORDER BY id FOR UPDATE";
        tx.all::<(i64,)>(sql, args![deliveries]).await?;
    }
    Ok(())
}

/// Deliveries of which nothing has gone out yet, and nothing is on its way. Found by what is in the outbox, which is
/// little: SQLite joins crosswise in the order as it is written.
const UNTOUCHED: &str = "
    SELECT DISTINCT d.id FROM messages q CROSS JOIN deliveries d
    WHERE q.settled_at IS NULL AND q.state = 0 AND d.id = q.delivery_id AND d.edition_id = $1 AND d.state = 1
      AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.state IN (1, 2, 3))";

const CALL_BACK: Sql = Sql {
    lite: "UPDATE messages SET state = 5, settled_at = $2 WHERE state = 0
             AND delivery_id IN (SELECT value FROM json_each($1))",
    pg: "UPDATE messages SET state = 5, settled_at = $2 WHERE state = 0
           AND delivery_id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};

const BACK_TO_WAITING: Sql = Sql {
    lite: "UPDATE deliveries SET state = 0 WHERE id IN (SELECT value FROM json_each($1))",
    pg: "UPDATE deliveries SET state = 0
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};

/// On PostgreSQL, where the sender may be another process, what is to be called back is held first: what it
/// has taken meanwhile is on its way, and stays so.
const HOLD: &str = "
    SELECT m.id FROM messages m JOIN deliveries d ON d.id = m.delivery_id
    WHERE m.settled_at IS NULL AND d.edition_id = $1 AND d.state = 1 AND m.state = 0 ORDER BY m.id FOR UPDATE OF m";

/// What waits in the outbox goes back, except where a part of it has gone out already: that is finished.
pub async fn call_back(tx: &mut Tx<'_>, env: &Env, edition: EditionId) -> Result<(), StoreError> {
    if !tx.is_lite() {
        tx.all::<(i64,)>(HOLD, args![edition]).await?;
    }
    let rows: Vec<(i64,)> = tx.all(UNTOUCHED, args![edition]).await?;
    let ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    let json = serde_json::to_string(&ids)?;
    tx.exec(CALL_BACK, args![&json, env.now]).await?;
    tx.exec(BACK_TO_WAITING, args![json]).await?;
    let sql = "UPDATE editions SET waiting = waiting + $2, queued = queued - $2 WHERE id = $1";
    tx.exec_one(sql, args![edition, ids.len()]).await
}

/// The edition of a notice that is under way.
async fn current(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Option<(EditionId, String)>, StoreError> {
    let sql = "SELECT id, state FROM editions
               WHERE notice_id = $1 AND state IN ('preparing', 'running', 'paused') ORDER BY id DESC LIMIT 1";
    let row: Option<(i64, String)> = tx.optional(sql, args![notice]).await?;
    Ok(row.map(|(id, state)| (EditionId(id), state)))
}

pub async fn pause(tx: &mut Tx<'_>, env: &Env, actor: Actor, notice: NoticeId) -> Done<()> {
    let Some((edition, _)) = current(tx, notice).await?.filter(|(_, state)| state == "running") else {
        return Ok(Err(Refused::NotRunning(notice)));
    };
    let sql = "UPDATE editions SET state = 'paused', changed_at = $2 WHERE id = $1 AND state = 'running'";
    tx.exec_one(sql, args![edition, env.now]).await?;
    call_back(tx, env, edition).await?;
    audit::record(tx, env, actor, "notice.pause", &subject(notice), "").await?;
    Ok(Ok(()))
}

pub async fn resume(tx: &mut Tx<'_>, env: &Env, actor: Actor, notice: NoticeId) -> Done<()> {
    let Some((edition, _)) = current(tx, notice).await?.filter(|(_, state)| state == "paused") else {
        return Ok(Err(Refused::NotPaused(notice)));
    };
    let sql = "UPDATE editions SET state = 'running', changed_at = $2 WHERE id = $1 AND state = 'paused'";
    tx.exec_one(sql, args![edition, env.now]).await?;
    end_if_done(tx, env, edition).await?;
    audit::record(tx, env, actor, "notice.resume", &subject(notice), "").await?;
    Ok(Ok(()))
}

/// Cancels a notice: what has not gone out does not go out.
pub async fn cancel(tx: &mut Tx<'_>, env: &Env, actor: Actor, notice: NoticeId) -> Done<()> {
    let Some(row) = write::find(tx, notice).await? else { return Ok(Err(Refused::Unknown(notice))) };
    let state = row.state()?;
    let under_way = match current(tx, notice).await? {
        // The call has gone out, the meeting has not taken place.
        None if state == State::Sent => meeting::still_to_come(tx, env, notice).await?,
        current => current,
    };
    match under_way {
        Some((edition, _)) => {
            let sql = "UPDATE editions SET state = 'cancelled', ended_at = $2, changed_at = $2 WHERE id = $1";
            tx.exec_one(sql, args![edition, env.now]).await?;
            if !planted(Planted::IgnoreCancel) {
                call_back(tx, env, edition).await?;
            }
        }
        None if matches!(state, State::Sent | State::Cancelled) => {
            return Ok(Err(Refused::State(notice, state.label())));
        }
        None => {}
    }
    tx.exec_one("UPDATE notices SET state = 'cancelled' WHERE id = $1", args![notice]).await?;
    meeting::call_off(tx, env, notice).await?;
    audit::record(tx, env, actor, "notice.cancel", &subject(notice), "").await?;
    Ok(Ok(()))
}
