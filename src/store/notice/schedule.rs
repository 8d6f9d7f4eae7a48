//! Schedules: rules of the calendar that make notices, each run once.

use std::time::Duration;

use serde::Serialize;

use crate::args;
use crate::conversation::notice::{Action, NewNotice, ScheduleAct, Stage, WRITERS};
use crate::conversation::{Choice, Reply};
use crate::domain::Timestamp;
use crate::domain::calendar::when_words;
use crate::domain::ids::*;
use crate::domain::schedule::{CronError, CronRule};
use crate::domain::template::{TemplateError, render_template};
use crate::domain::time::VIETNAM;
use crate::failpoint::{Planted, planted};
use crate::store::audit::{self, Actor};
use crate::store::{Env, Store, StoreError, Tx, outbox};

use super::write::{self, Refused};
use super::{act, edition, manage};

mod chat;

pub use chat::{facts, set_in_chat, within};

/// So many missed runs are named in one message.
const MOST_NAMED: usize = 10;

/// A schedule that is to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewSchedule {
    pub name: String,
    /// Minute, hour, day, month, weekday.
    pub cron: String,
    /// By whose wall clock: an IANA name such as `Asia/Tokyo`; empty means Vietnam's.
    pub zone: String,
    pub audience: String,
    /// A template, as the body is.
    pub title: String,
    /// Empty: the text is asked for every time.
    pub body: String,
    pub urgent: bool,
    pub confirm: bool,
    pub remind_after: Option<Duration>,
    /// The template is approved by this and goes out by itself.
    pub self_sending: bool,
    /// Whose editors are asked; `None`: those at the top.
    pub unit: Option<UnitId>,
}

/// Why a schedule cannot be made or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleRefused {
    #[error("Không có lịch số {0}.")]
    Unknown(ScheduleId),
    #[error("Lịch: {0}.")]
    Cron(#[from] CronError),
    #[error("Không có múi giờ “{0}”; hãy viết như Asia/Ho_Chi_Minh.")]
    Zone(String),
    #[error("Mẫu: {0}.")]
    Template(#[from] TemplateError),
    #[error("Lịch tự gửi cần có sẵn nội dung.")]
    NoText,
    #[error("Lịch số {0} không có kỳ nào lúc {1}. Xem các kỳ tới: loa schedule list")]
    NoRun(ScheduleId, String),
    #[error("Kỳ {1} của lịch số {0} đã có thông báo rồi.")]
    Written(ScheduleId, String),
    #[error("{0}")]
    Notice(#[from] Refused),
}

/// A schedule in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScheduleLine {
    pub id: ScheduleId,
    pub name: String,
    pub cron: String,
    /// The zone whose wall clock it goes by.
    pub zone: String,
    /// The rule in words.
    pub rule: String,
    pub audience: String,
    pub title: String,
    pub self_sending: bool,
    /// `active` or `paused`.
    pub state: String,
    /// The next runs, soonest first.
    pub next: Vec<Timestamp>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    cron: String,
    zone: String,
    audience: String,
    title: String,
    body: String,
    urgent: i64,
    confirm: i64,
    remind_after: Option<i64>,
    self_sending: i64,
    unit_id: Option<i64>,
    state: String,
    done_until: i64,
}

macro_rules! schedules {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, cron, zone, audience, title, body, urgent, confirm, remind_after, self_sending,
               unit_id, state, done_until FROM schedules ",
            $rest
        )
    };
}
use schedules;

/// What an act on a schedule gives.
type Done<T> = Result<Result<T, ScheduleRefused>, StoreError>;

impl Store {
    /// Makes a schedule, as the administrator.
    ///
    /// # Errors
    /// The database's; inside, what in it is wrong.
    pub async fn schedule_new(&self, new: NewSchedule) -> Done<ScheduleId> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { make(tx, &env, &new).await })).await
    }

    /// All schedules that are not deleted, each with its next runs, at most `runs`.
    ///
    /// # Errors
    /// The database's.
    pub async fn schedule_list(&self, runs: usize) -> Result<Vec<ScheduleLine>, StoreError> {
        let now = self.env().now;
        let sql = schedules!("WHERE state <> 'deleted' ORDER BY id");
        let rows: Vec<Row> = self.db.read(|tx| Box::pin(async move { tx.all(sql, args![]).await })).await?;
        rows.into_iter().map(|row| row.line(now, runs)).collect()
    }

    /// The notice of a run, with all that the schedule says of it. Where no run is given, the last whose text
    /// was asked for and is not there, or the next.
    ///
    /// # Errors
    /// The database's; inside, that there is no such schedule or run, or that its notice is written already.
    pub async fn schedule_run(&self, id: ScheduleId, at: Option<Timestamp>) -> Done<NewNotice> {
        let env = self.env();
        self.db.read(move |tx| Box::pin(async move { run_notice(tx, &env, id, at).await })).await
    }

    /// Holds a schedule, goes on with it, or deletes it, as the administrator. `to` is `paused`, `active`
    /// or `deleted`.
    ///
    /// # Errors
    /// The database's; inside, that there is no such schedule.
    pub async fn schedule_set(&self, id: ScheduleId, to: &'static str) -> Done<()> {
        let env = self.env();
        self.db
            .write(move |tx| Box::pin(async move { set_state(tx, &env, Actor::CommandLine, id, to).await }))
            .await
    }
}

impl Row {
    fn rule(&self) -> Result<CronRule, StoreError> {
        let zone = self
            .zone
            .parse::<chrono_tz::Tz>()
            .map_err(|_| StoreError::Corrupt(format!("zone {}", self.zone)))?;
        CronRule::parse(&self.cron, zone).map_err(|wrong| StoreError::Corrupt(wrong.to_string()))
    }

    fn line(self, now: Timestamp, runs: usize) -> Result<ScheduleLine, StoreError> {
        let rule = self.rule()?;
        let next = if self.state == "active" { rule.next_runs(now, runs) } else { Vec::new() };
        Ok(ScheduleLine {
            id: ScheduleId(self.id),
            rule: rule.describe(),
            name: self.name,
            cron: self.cron,
            zone: self.zone,
            audience: self.audience,
            title: self.title,
            self_sending: self.self_sending != 0,
            state: self.state,
            next,
        })
    }

    /// The notice of one run, with the template filled in as far as it can be.
    fn notice(&self, at: Timestamp, unit: &str) -> NewNotice {
        let fill = |text: &str| render_template(text, at, unit).unwrap_or_else(|_| text.to_owned());
        NewNotice {
            title: fill(&self.title),
            body: fill(&self.body),
            audience: self.audience.clone(),
            urgent: self.urgent != 0,
            confirm: self.confirm != 0,
            remind_after: self.remind_after.and_then(|a| u64::try_from(a).ok()).map(Duration::from_micros),
            occurrence: Some((ScheduleId(self.id), at)),
            author_unit: self.unit_id.map(UnitId),
            ..NewNotice::default()
        }
    }
}

async fn make(tx: &mut Tx<'_>, env: &Env, new: &NewSchedule) -> Done<ScheduleId> {
    let named = if new.zone.is_empty() { VIETNAM.name() } else { &new.zone };
    let Ok(zone) = named.parse::<chrono_tz::Tz>() else {
        return Ok(Err(ScheduleRefused::Zone(new.zone.clone())));
    };
    let rule = match CronRule::parse(&new.cron, zone) {
        Ok(rule) => rule,
        Err(wrong) => return Ok(Err(wrong.into())),
    };
    for text in [&new.title, &new.body] {
        if let Err(wrong) = render_template(text, env.now, "") {
            return Ok(Err(wrong.into()));
        }
    }
    if new.self_sending && new.body.is_empty() {
        return Ok(Err(ScheduleRefused::NoText));
    }
    if let Err(refused) = edition::whom(tx, env, &new.audience).await? {
        return Ok(Err(refused.into()));
    }
    let Some(next) = rule.next_after(env.now) else { return Ok(Err(CronError::Never.into())) };
    let sql = "INSERT INTO schedules (name, cron, zone, audience, title, body, urgent, confirm, remind_after,
                 self_sending, unit_id, state, done_until, next_at, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12, $13, $12) RETURNING id";
    let remind = new.remind_after.map(|after| i64::try_from(after.as_micros()).unwrap_or(i64::MAX));
    let args = args![
        &new.name,
        rule.expression(),
        zone.name(),
        &new.audience,
        &new.title,
        &new.body,
        new.urgent,
        new.confirm,
        remind,
        new.self_sending,
        new.unit,
        env.now,
        next,
    ];
    let id = ScheduleId(tx.int(sql, args).await?);
    let detail = if new.self_sending { "self-sending" } else { "" };
    audit::record(tx, env, Actor::CommandLine, "schedule.new", &subject(id), detail).await?;
    Ok(Ok(id))
}

fn subject(id: ScheduleId) -> String {
    format!("schedule:{id}")
}

async fn find(tx: &mut Tx<'_>, id: ScheduleId) -> Result<Option<Row>, StoreError> {
    tx.optional(schedules!("WHERE id = $1 AND state <> 'deleted'"), args![id]).await
}

/// Holds a schedule, goes on with it, or deletes it. Runs that pass while it is held are not made up for.
pub async fn set_state(tx: &mut Tx<'_>, env: &Env, actor: Actor, id: ScheduleId, to: &str) -> Done<()> {
    let Some(row) = find(tx, id).await? else { return Ok(Err(ScheduleRefused::Unknown(id))) };
    let next = row.rule()?.next_after(env.now).unwrap_or(Timestamp(i64::MAX));
    let sql = "UPDATE schedules SET state = $2, next_at = $3,
                 done_until = CASE WHEN state = 'active' THEN done_until ELSE $4 END WHERE id = $1";
    tx.exec_one(sql, args![id, to, next, env.now]).await?;
    audit::record(tx, env, actor, &format!("schedule.{to}"), &subject(id), &row.name).await?;
    Ok(Ok(()))
}

/// Sees to one schedule of which a run has come. One that was missed by no more than `catch_up` is made up for. Gives whether there was one.
pub async fn run_next(tx: &mut Tx<'_>, env: &Env, catch_up: Duration) -> Result<bool, StoreError> {
    let sql = schedules!("WHERE state = 'active' AND next_at <= $1 ORDER BY next_at, id LIMIT 1");
    let Some(row) = tx.optional::<Row>(sql, args![env.now]).await? else { return Ok(false) };
    let rule = row.rule()?;
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
    let unit = unit_name(tx, row.unit_id).await?;
    if row.self_sending == 0 {
        return ask_editors(tx, env, row, at).await;
    }
    let notice = row.notice(at, &unit);
    let id = write::write(tx, env, Actor::System, &notice).await?;
    if let Err(refused) = manage::send(tx, env, Actor::System, id).await? {
        tracing::warn!(schedule = row.id, cause = %refused, "a run of a schedule cannot be sent");
    }
    Ok(())
}

/// The notice that was written for a run, if there is one.
async fn attached(
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

async fn run_notice(tx: &mut Tx<'_>, env: &Env, id: ScheduleId, at: Option<Timestamp>) -> Done<NewNotice> {
    let Some(row) = find(tx, id).await? else { return Ok(Err(ScheduleRefused::Unknown(id))) };
    let rule = row.rule()?;
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
    let unit = unit_name(tx, row.unit_id).await?;
    let notice = row.notice(run, &unit);
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

async fn unit_name(tx: &mut Tx<'_>, unit: Option<i64>) -> Result<String, StoreError> {
    let sql = "SELECT name FROM units WHERE id = $1
               UNION ALL SELECT name FROM units WHERE parent_id IS NULL AND $2 = 1 LIMIT 1";
    let row: Option<(String,)> = tx.optional(sql, args![unit, unit.is_none()]).await?;
    Ok(row.map(|(name,)| name).unwrap_or_default())
}

async fn ask_editors(tx: &mut Tx<'_>, env: &Env, row: &Row, at: Timestamp) -> Result<(), StoreError> {
    let when = when_words(at);
    for place in act::people_over(tx, row.unit_id.map(UnitId), &WRITERS, None).await? {
        let lang = place.lang();
        let text = lang.say("notice-schedule-asks", &[("name", &row.name), ("when", &when)]);
        let act = Action::Schedule { schedule: ScheduleId(row.id), act: ScheduleAct::Compose { at } };
        let reply = Reply::to(place.chat(), text)
            .row([Choice::always(lang.say("notice-schedule-compose", &[]), act.into())]);
        outbox::post(tx, env, place.chat(), &reply, None).await?;
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
    for place in act::people_over(tx, row.unit_id.map(UnitId), &WRITERS, None).await? {
        let vars = [("name", row.name.as_str()), ("count", count.as_str()), ("times", times.as_str())];
        let text = place.lang().say("notice-schedule-missed", &vars);
        outbox::post(tx, env, place.chat(), &Reply::to(place.chat(), text), None).await?;
    }
    Ok(())
}

/// When the next run comes.
pub async fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(next_at) FROM schedules WHERE state = 'active'";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}
