//! Schedules: rules of the calendar that make notices, each run once.

use std::time::Duration;

use chrono::NaiveDate;
use serde::Serialize;

use crate::args;
use crate::conversation::notice::{NewNotice, ScheduleFacts};
use crate::domain::call::CallAfter;
use crate::domain::ids::*;
use crate::domain::schedule::{CronError, CronRule, end_of};
use crate::domain::template::Template;
use crate::domain::time::VIETNAM;
use crate::domain::{Rich, Timestamp};
use crate::store::audit::{self, Actor};
use crate::store::people::lineage;
use crate::store::{Env, Sql, Store, StoreError, Tx, row};

use super::write::Refused;
use super::{act, edition};

macro_rules! schedules {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, cron, zone, audience, title, body, body_spans, urgent, confirm, remind_after,
               self_sending, unit_id, ends_at, state, done_until, asks FROM schedules ",
            $rest
        )
    };
}

/// Next runs that a card shows.
const RUNS: usize = 5;

mod month;
mod refused;
mod runs;

pub use month::planned;
pub use refused::ScheduleRefused;
pub use runs::run_next;
use runs::{attached, run_notice};

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
    pub body: Rich,
    pub urgent: bool,
    pub confirm: bool,
    pub remind_after: Option<Duration>,
    /// The template is approved by this and goes out by itself.
    pub self_sending: bool,
    /// Whose editors are asked; `None`: those at the top.
    pub unit: Option<UnitId>,
    /// The last day on which it comes, by the wall clock of its zone.
    pub until: Option<NaiveDate>,
    /// Every run asks every unit for an answer.
    pub asks: Option<CallAfter>,
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
    /// `active`, `paused` or `ended`.
    pub state: String,
    /// The last moment of its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// What every unit is asked for, and for how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks: Option<CallAfter>,
    /// The next runs, soonest first.
    pub next: Vec<Timestamp>,
}

#[derive(Clone, Debug)]
struct Row {
    id: i64,
    name: String,
    cron: String,
    zone: String,
    audience: String,
    title: String,
    body: String,
    body_spans: String,
    urgent: i64,
    confirm: i64,
    remind_after: Option<i64>,
    self_sending: i64,
    unit_id: Option<i64>,
    ends_at: Option<i64>,
    state: String,
    done_until: i64,
    asks: Option<String>,
}

row!(Row {
    id,
    name,
    cron,
    zone,
    audience,
    title,
    body,
    body_spans,
    urgent,
    confirm,
    remind_after,
    self_sending,
    unit_id,
    ends_at,
    state,
    done_until,
    asks
});

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
        let env = self.env();
        let sql = schedules!("WHERE state <> 'deleted' ORDER BY id");
        let rows: Vec<Row> = self.db.read(|tx| Box::pin(async move { tx.all(sql, args![]).await })).await?;
        rows.into_iter().map(|row| row.line(&env, runs)).collect()
    }

    /// Looks anew when schedules come next: days off may have been changed since they were looked up.
    ///
    /// # Errors
    /// The database's.
    pub async fn follow_calendar(&self) -> Result<(), StoreError> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let rows: Vec<Row> =
                        tx.all(schedules!("WHERE state = 'active' ORDER BY id"), args![]).await?;
                    for row in rows {
                        let next = row.rule(&env)?.next_after(Timestamp(row.done_until));
                        let sql = "UPDATE schedules SET next_at = $2 WHERE id = $1 AND next_at <> $2";
                        tx.exec(sql, args![row.id, next.unwrap_or(Timestamp(i64::MAX))]).await?;
                    }
                    Ok(())
                })
            })
            .await
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
    fn rule(&self, env: &Env) -> Result<CronRule, StoreError> {
        let zone = self
            .zone
            .parse::<chrono_tz::Tz>()
            .map_err(|_| StoreError::Corrupt(format!("zone {}", self.zone)))?;
        let rule = CronRule::parse(&self.cron, zone);
        let rule = rule.map_err(|wrong| StoreError::Corrupt(wrong.to_string()))?;
        Ok(rule.by(env.calendar.clone()).until(self.ends_at.map(Timestamp)))
    }

    fn line(self, env: &Env, runs: usize) -> Result<ScheduleLine, StoreError> {
        let rule = self.rule(env)?;
        let ended = rule.next_after(env.now).is_none();
        let next = if self.state == "active" { rule.next_runs(env.now, runs) } else { Vec::new() };
        Ok(ScheduleLine {
            id: ScheduleId(self.id),
            asks: self.asks()?,
            rule: rule.describe(),
            name: self.name,
            cron: self.cron,
            zone: self.zone,
            audience: self.audience,
            title: self.title,
            self_sending: self.self_sending != 0,
            state: if ended { "ended".to_owned() } else { self.state },
            ends_at: self.ends_at.map(Timestamp),
            next,
        })
    }

    fn asks(&self) -> Result<Option<CallAfter>, StoreError> {
        Ok(self.asks.as_deref().map(serde_json::from_str).transpose()?)
    }

    /// The notice of one run, with its day filled in; what belongs to its recipients is when it goes out.
    fn notice(&self, env: &Env, at: Timestamp) -> Result<NewNotice, StoreError> {
        let asks = self.asks()?.map(|call| call.of(at, &env.calendar));
        let dated = |text: Rich| match Template::read(&text) {
            Ok(template) => template.dated(at),
            Err(_) => text,
        };
        let body = Rich { text: self.body.clone(), spans: serde_json::from_str(&self.body_spans)? };
        Ok(NewNotice {
            title: dated(self.title.as_str().into()).text,
            body: dated(body),
            audience: self.audience.clone(),
            urgent: self.urgent != 0,
            // Whoever answers has received it.
            confirm: self.confirm != 0 || asks.is_some(),
            asks,
            remind_after: self.remind_after.and_then(|a| u64::try_from(a).ok()).map(Duration::from_micros),
            occurrence: Some((ScheduleId(self.id), at)),
            author_unit: self.unit_id.map(UnitId),
            ..NewNotice::default()
        })
    }
}

async fn make(tx: &mut Tx<'_>, env: &Env, new: &NewSchedule) -> Done<ScheduleId> {
    let named = if new.zone.is_empty() { VIETNAM.name() } else { &new.zone };
    let Ok(zone) = named.parse::<chrono_tz::Tz>() else {
        return Ok(Err(ScheduleRefused::Zone(new.zone.clone())));
    };
    let ends = new.until.map(|day| end_of(day, zone));
    let rule = match CronRule::parse(&new.cron, zone) {
        Ok(rule) => rule.by(env.calendar.clone()).until(ends),
        Err(wrong) => return Ok(Err(wrong.into())),
    };
    for text in [&new.title.as_str().into(), &new.body] {
        if let Err(wrong) = Template::read(text) {
            return Ok(Err(wrong.into()));
        }
    }
    if new.self_sending && new.body.is_empty() {
        return Ok(Err(ScheduleRefused::NoText));
    }
    if let Err(fault) = edition::whom(tx, env, &new.audience).await? {
        return Ok(Err(Refused::from(fault).into()));
    }
    let Some(next) = rule.next_after(env.now) else {
        let never = || CronError::Never.into();
        let ended = |day: NaiveDate| ScheduleRefused::Ended(day.format("%d/%m/%Y").to_string());
        return Ok(Err(new.until.map_or_else(never, ended)));
    };
    let sql = "INSERT INTO schedules (name, cron, zone, audience, title, body, urgent, confirm, remind_after,
                 self_sending, unit_id, state, done_until, next_at, created_at, body_spans,
                 ends_at, asks)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12, $13, $12, $14, $15, $16)
               RETURNING id";
    let remind = new.remind_after.map(|after| i64::try_from(after.as_micros()).unwrap_or(i64::MAX));
    let args = args![
        &new.name,
        rule.expression(),
        zone.name(),
        &new.audience,
        &new.title,
        &new.body.text,
        new.urgent,
        new.confirm,
        remind,
        new.self_sending,
        new.unit,
        env.now,
        next,
        serde_json::to_string(&new.body.spans)?,
        ends,
        new.asks.map(|call| serde_json::to_string(&call)).transpose()?,
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
    let next = row.rule(env)?.next_after(env.now).unwrap_or(Timestamp(i64::MAX));
    let sql = "UPDATE schedules SET state = $2, next_at = $3,
                 done_until = CASE WHEN state = 'active' THEN done_until ELSE $4 END WHERE id = $1";
    tx.exec_one(sql, args![id, to, next, env.now]).await?;
    audit::record(tx, env, actor, &format!("schedule.{to}"), &subject(id), &row.name).await?;
    Ok(Ok(()))
}

/// When the next run comes.
pub async fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(next_at) FROM schedules WHERE state = 'active'";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}

const WITHIN: Sql = Sql {
    lite: concat!(
        "WITH RECURSIVE below (id) AS (SELECT value FROM json_each($1)
           UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id) ",
        schedules!(
            "WHERE state <> 'deleted' AND COALESCE(unit_id, (SELECT MIN(id) FROM units WHERE parent_id IS NULL))
               IN (SELECT id FROM below) ORDER BY id LIMIT 50"
        )
    ),
    pg: concat!(
        "WITH RECURSIVE below (id) AS (SELECT value::bigint FROM json_array_elements_text($1::json)
           UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id) ",
        schedules!(
            "WHERE state <> 'deleted' AND COALESCE(unit_id, (SELECT MIN(id) FROM units WHERE parent_id IS NULL))
               IN (SELECT id FROM below) ORDER BY id LIMIT 50"
        )
    ),
};

/// The schedules at these units and below.
pub async fn within(tx: &mut Tx<'_>, env: &Env, units: &[UnitId]) -> Result<Vec<ScheduleFacts>, StoreError> {
    let rows: Vec<Row> = tx.all(WITHIN, args![serde_json::to_string(units)?]).await?;
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        list.push(facts_of(tx, env, row, None).await?);
    }
    Ok(list)
}

/// One schedule, and the notice of its run at `at`.
pub async fn facts(
    tx: &mut Tx<'_>,
    env: &Env,
    id: ScheduleId,
    at: Option<Timestamp>,
) -> Result<Option<ScheduleFacts>, StoreError> {
    match find(tx, id).await? {
        Some(row) => facts_of(tx, env, row, at).await.map(Some),
        None => Ok(None),
    }
}

async fn facts_of(
    tx: &mut Tx<'_>,
    env: &Env,
    row: Row,
    at: Option<Timestamp>,
) -> Result<ScheduleFacts, StoreError> {
    let rule = row.rule(env)?;
    let runs = rule.next_runs(env.now, RUNS);
    let next = runs.first().copied();
    let run = at.or(next).unwrap_or(env.now);
    let line = match row.unit_id {
        Some(unit) => lineage(tx, UnitId(unit)).await?,
        None => act::roots(tx).await?,
    };
    let id = ScheduleId(row.id);
    Ok(ScheduleFacts {
        id,
        taken: attached(tx, id, run).await?.map(|(_, stage)| stage),
        notice: row.notice(env, run)?,
        rule: rule.describe(),
        paused: row.state != "active",
        self_sending: row.self_sending != 0,
        name: row.name,
        ends: row.ends_at.map(Timestamp),
        next,
        later: runs.into_iter().skip(1).collect(),
        line,
    })
}

/// What people do to schedules in chat.
pub async fn set_in_chat(
    tx: &mut Tx<'_>,
    env: &Env,
    id: ScheduleId,
    by: PersonId,
    paused: bool,
) -> Result<(), StoreError> {
    let to = if paused { "paused" } else { "active" };
    if let Err(refused) = set_state(tx, env, Actor::Person(by), id, to).await? {
        tracing::debug!(cause = %refused, "a schedule was deleted meanwhile");
    }
    Ok(())
}
