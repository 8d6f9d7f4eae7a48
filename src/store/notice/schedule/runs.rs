//! The runs of schedules: each is fired, asked for, or told as missed, once.

use std::time::Duration;

use crate::args;
use crate::conversation::notice::{Action, NewNotice, ScheduleAct, Stage};
use crate::conversation::{Choice, Reply};
use crate::domain::Timestamp;
use crate::domain::calendar::when_words;
use crate::domain::ids::*;
use crate::domain::rights::WRITE;
use crate::domain::schedule::CronError;
use crate::failpoint::{Planted, planted};
use crate::store::audit::{self, Actor};
use crate::store::{Env, StoreError, Tx, outbox};

use super::super::write::Refused;
use super::super::{act, manage, write};
use super::{Done, Row, ScheduleRefused, find, subject};

/// So many missed runs are named in one message.
const MOST_NAMED: usize = 10;

/// Sees to one schedule of which a run has come. One that was missed by no more than `catch_up` is made up for.
/// Gives whether there was one.
pub async fn run_next(tx: &mut Tx<'_>, env: &Env, catch_up: Duration) -> Result<bool, StoreError> {
    let sql = schedules!("WHERE state = 'active' AND next_at <= $1 ORDER BY next_at, id LIMIT 1");
    let Some(row) = tx.optional::<Row>(sql, args![env.now]).await? else { return Ok(false) };
    let rule = row.rule(env)?;
    let due = rule.due(Timestamp(row.done_until), env.now, catch_up);
    let next = rule.next_after(env.now).unwrap_or(Timestamp(i64::MAX));
    let sql = "UPDATE schedules SET done_until = $2, next_at = $3 WHERE id = $1 AND done_until = $4";
    if tx.exec(sql, args![row.id, env.now, next, row.done_until]).await? == 0 {
        // Another process was quicker.
        return Ok(true);
    }
    let mut missed = Vec::new();
    for at in due.missed {
        if note(tx, env, &row, at, "missed").await? {
            missed.push(at);
        }
    }
    if let Some(earlier) = due.earlier {
        let (first, last) = (earlier.first.short(), earlier.last.short());
        let detail = format!("{} runs from {first} to {last}", earlier.count);
        audit::record(tx, env, Actor::System, "schedule.missed", &subject(ScheduleId(row.id)), &detail)
            .await?;
    }
    if !missed.is_empty() {
        tell_missed(tx, env, &row, &missed, due.earlier.map_or(0, |earlier| earlier.count)).await?;
    }
    if let Some(at) = due.fire {
        fire(tx, env, &row, at).await?;
        if planted(Planted::ForgetRuns) {
            fire(tx, env, &row, Timestamp(at.0 + 1)).await?;
        }
    }
    Ok(true)
}

/// Writes a run down. Gives whether it was not there yet.
async fn note(tx: &mut Tx<'_>, env: &Env, row: &Row, at: Timestamp, state: &str) -> Result<bool, StoreError> {
    let sql = "INSERT INTO occurrences (schedule_id, at, state, created_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (schedule_id, at) DO NOTHING";
    Ok(tx.exec(sql, args![row.id, at, state, env.now]).await? > 0)
}

async fn fire(tx: &mut Tx<'_>, env: &Env, row: &Row, at: Timestamp) -> Result<(), StoreError> {
    if !note(tx, env, row, at, "asked").await? {
        return Ok(());
    }
    // A notice that was written for this run goes out by itself if it is approved, and otherwise when it is.
    if let Some((_, stage)) = attached(tx, ScheduleId(row.id), at).await?
        && matches!(stage, Stage::Approved | Stage::Sent | Stage::Submitted)
    {
        return Ok(());
    }
    if row.self_sending == 0 {
        return ask_editors(tx, env, row, at, None).await;
    }
    let notice = row.notice(env, at)?;
    let id = write::write(tx, env, Actor::System, &notice).await?;
    match manage::send(tx, env, Actor::System, id).await? {
        Ok(_) => Ok(()),
        // Whoever writes here finds out why, and puts another in its place.
        Err(refused) => {
            let _ = write::set_state(tx, id, &[Stage::Draft], Stage::Cancelled).await?;
            ask_editors(tx, env, row, at, Some(&refused)).await
        }
    }
}

/// The notice that was written for a run, if there is one.
pub(super) async fn attached(
    tx: &mut Tx<'_>,
    schedule: ScheduleId,
    at: Timestamp,
) -> Result<Option<(NoticeId, Stage)>, StoreError> {
    let sql = "SELECT id, state FROM notices
               WHERE schedule_id = $1 AND occurrence = $2 AND state NOT IN ('cancelled', 'draft')
               ORDER BY id DESC LIMIT 1";
    let row: Option<(i64, String)> = tx.optional(sql, args![schedule, at]).await?;
    row.map(|(id, state)| Ok((NoticeId(id), write::read_state(&state)?))).transpose()
}

/// The notice that is to be written for a run: the one that was asked for last, or the next.
pub(super) async fn run_notice(
    tx: &mut Tx<'_>,
    env: &Env,
    id: ScheduleId,
    at: Option<Timestamp>,
) -> Done<NewNotice> {
    let Some(row) = find(tx, id).await? else { return Ok(Err(ScheduleRefused::Unknown(id))) };
    let rule = row.rule(env)?;
    let asked = match at {
        None => last_asked(tx, id).await?,
        given => given,
    };
    let Some(run) = asked.or_else(|| rule.next_after(env.now)) else {
        return Ok(Err(CronError::Never.into()));
    };
    if rule.next_after(Timestamp(run.0 - 1)) != Some(run) {
        return Ok(Err(ScheduleRefused::NoRun(id, when_words(run))));
    }
    if attached(tx, id, run).await?.is_some() {
        return Ok(Err(ScheduleRefused::Written(id, when_words(run))));
    }
    let notice = row.notice(env, run)?;
    Ok(Ok(NewNotice { send_at: (run > env.now).then_some(run), ..notice }))
}

/// The latest run, if its text was asked for and nothing was written for it.
async fn last_asked(tx: &mut Tx<'_>, id: ScheduleId) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT at, state FROM occurrences WHERE schedule_id = $1 ORDER BY at DESC LIMIT 1";
    let row: Option<(i64, String)> = tx.optional(sql, args![id]).await?;
    let Some(at) = row.filter(|(_, state)| state == "asked").map(|(at, _)| Timestamp(at)) else {
        return Ok(None);
    };
    Ok(attached(tx, id, at).await?.is_none().then_some(at))
}

/// Asks for the text of a run; or for another, where what the schedule says cannot go out.
async fn ask_editors(
    tx: &mut Tx<'_>,
    env: &Env,
    row: &Row,
    at: Timestamp,
    refused: Option<&Refused>,
) -> Result<(), StoreError> {
    let when = when_words(at);
    let why = refused.map(ToString::to_string).unwrap_or_default();
    let key = if refused.is_some() { "notice-schedule-refused" } else { "notice-schedule-asks" };
    for place in act::people_over(tx, row.unit_id.map(UnitId), WRITE, None).await? {
        let lang = place.lang();
        let text = lang.say(key, &[("name", &row.name), ("when", &when), ("reason", &why)]);
        let act = Action::Schedule { schedule: ScheduleId(row.id), act: ScheduleAct::Compose { at } };
        let reply = Reply::to(place.chat(), text)
            .row([Choice::always(lang.say("notice-schedule-compose", &[]), act.into())]);
        outbox::post(tx, env, place.chat(), &reply).await?;
    }
    Ok(())
}

async fn tell_missed(
    tx: &mut Tx<'_>,
    env: &Env,
    row: &Row,
    missed: &[Timestamp],
    earlier: usize,
) -> Result<(), StoreError> {
    let named: Vec<String> = missed.iter().rev().take(MOST_NAMED).map(|at| at.short()).collect();
    let more = if missed.len() > MOST_NAMED { ", …" } else { "" };
    let (count, times) = ((missed.len() + earlier).to_string(), format!("{}{more}", named.join(", ")));
    for place in act::people_over(tx, row.unit_id.map(UnitId), WRITE, None).await? {
        let vars = [("name", row.name.as_str()), ("count", count.as_str()), ("times", times.as_str())];
        let text = place.lang().say("notice-schedule-missed", &vars);
        outbox::post(tx, env, place.chat(), &Reply::to(place.chat(), text)).await?;
    }
    Ok(())
}
