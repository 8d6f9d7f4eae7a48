//! What the clock does about cases: reminders to who has it, questions, reports to who is above, one step after the
//! other, and the end of what nobody objects to. Each is a row that becomes due.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::args;
use crate::conversation::Rules;
use crate::conversation::incident::{Wait, reporter};
use crate::domain::Timestamp;
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{Awaited, Deadline, Late};
use crate::domain::escalation::{Escalations, Told};
use crate::domain::ids::IncidentId;
use crate::domain::incident::State;
use crate::store::audit::{self, Actor};
use crate::store::{Env, Store, StoreError, Tx, outbox};

use super::{act, late, read};

/// Deadlines that one transaction sees to.
const BATCH: i64 = 50;
/// For so long the reporters can say whether it is settled, before it is taken for that.
const REPORTERS_HAVE: Duration = Duration::from_secs(7 * 24 * 3600);
/// What comes later than this outside working hours waits for the next ones: nobody is woken by what is late already.
const LATE: Duration = Duration::from_secs(600);

/// What the clock does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Half,
    Soon,
    Due,
    /// It has been due for a while: this step hears of it.
    Over(usize),
    /// The reporters have had their time.
    Close,
    /// What is awaited did not come: at 0 the first hear of it, and then the next.
    Awaits(Awaited, usize),
}

impl Kind {
    fn code(self) -> String {
        match self {
            Self::Half => "half".to_owned(),
            Self::Soon => "soon".to_owned(),
            Self::Due => "due".to_owned(),
            Self::Over(level) => format!("over{level}"),
            Self::Close => "close".to_owned(),
            Self::Awaits(what, step) => format!("{}{step}", what.code()),
        }
    }

    fn read(code: &str) -> Result<Self, StoreError> {
        let over = || code.strip_prefix("over")?.parse().ok().map(Self::Over);
        let awaits = || {
            let step =
                |what: Awaited| Some(Self::Awaits(what, code.strip_prefix(what.code())?.parse().ok()?));
            Awaited::ALL.into_iter().find_map(step)
        };
        match code {
            "half" => Ok(Self::Half),
            "soon" => Ok(Self::Soon),
            "due" => Ok(Self::Due),
            "close" => Ok(Self::Close),
            _ => over().or_else(awaits).ok_or_else(|| StoreError::Corrupt(format!("deadline {code}"))),
        }
    }
}

impl Store {
    /// Sees to the deadlines that have come, and says when the next one comes. Each is seen to once, also
    /// with several processes. What is not urgent and comes late, after an outage, waits for working hours.
    ///
    /// # Errors
    /// The database's.
    pub async fn see_to_deadlines(&self, rules: &Rules) -> Result<Option<Timestamp>, StoreError> {
        let env = self.env();
        crate::failpoint::at(crate::failpoint::Point::DeadlinesBefore).await?;
        let hours = Hours::at(&rules.calendar, env.now);
        // Looking costs no write: most of the time nothing is due.
        let next = self.db.read(move |tx| Box::pin(async move { next(tx, hours).await })).await?;
        if next.is_none_or(|next| next > env.now) {
            return Ok(next);
        }
        let steps = Escalations::new(&rules.deadlines.escalate, &rules.categories);
        self.db.write(move |tx| Box::pin(async move { see_to(tx, &env, hours, &steps).await })).await
    }
}

/// What may be said now: anything, or only what is urgent or has just come.
#[derive(Clone, Copy, Debug)]
struct Hours {
    now: Timestamp,
    working: bool,
    /// When working hours begin again.
    begin: Timestamp,
}

impl Hours {
    fn at(calendar: &Calendar, now: Timestamp) -> Self {
        Self { now, working: calendar.is_working(now), begin: calendar.add_working(now, Duration::ZERO) }
    }

    /// From when on anything is said.
    fn since(&self) -> Timestamp {
        if self.working { Timestamp(0) } else { self.now.before(LATE) }
    }
}

const NEW: &str = "SELECT MIN(at) FROM incident_deadlines WHERE done_at IS NULL AND at >= $1";
const LATE_URGENT: &str =
    "SELECT MIN(at) FROM incident_deadlines WHERE done_at IS NULL AND at < $1 AND urgent = 1";
const LATE_USUAL: &str =
    "SELECT MIN(at) FROM incident_deadlines WHERE done_at IS NULL AND at < $1 AND urgent = 0";

/// Each question is answered by the index over what is not done, whose first entries are looked at.
async fn next(tx: &mut Tx<'_>, hours: Hours) -> Result<Option<Timestamp>, StoreError> {
    let first = async |tx: &mut Tx<'_>, sql| {
        let (at,): (Option<i64>,) = tx.one(sql, args![hours.since()]).await?;
        Ok::<_, StoreError>(at.map(Timestamp))
    };
    let mut next = first(tx, NEW).await?;
    if !hours.working {
        let (urgent, late) = (first(tx, LATE_URGENT).await?, first(tx, LATE_USUAL).await?);
        next = [next, urgent, late.map(|_| hours.begin)].into_iter().flatten().min();
    }
    Ok(next)
}

async fn see_to(
    tx: &mut Tx<'_>,
    env: &Env,
    hours: Hours,
    steps: &Escalations,
) -> Result<Option<Timestamp>, StoreError> {
    // All of a case that has come, also what waits for working hours: told after the gravest, the milder would be wrong.
    let sql = "UPDATE incident_deadlines SET done_at = $1
               WHERE done_at IS NULL AND at <= $1 AND incident_id IN (
                 SELECT incident_id FROM incident_deadlines
                 WHERE done_at IS NULL AND at <= $1 AND (urgent = 1 OR at >= $3)
                 ORDER BY at LIMIT $2)
               RETURNING incident_id, kind";
    let rows: Vec<(i64, String)> = tx.all(sql, args![env.now, BATCH, hours.since()]).await?;
    let mut due: BTreeMap<i64, Vec<Kind>> = BTreeMap::new();
    for (id, kind) in rows {
        due.entry(id).or_default().push(Kind::read(&kind)?);
    }
    for (id, mut kinds) in due {
        // The database gives them in no order.
        kinds.sort();
        see_to_one(tx, env, IncidentId(id), kinds, steps).await?;
    }
    next(tx, hours).await
}

/// After an outage several may have come at once: of the reminders only the gravest is said, and of what is awaited nothing
/// beside them.
async fn see_to_one(
    tx: &mut Tx<'_>,
    env: &Env,
    id: IncidentId,
    kinds: Vec<Kind>,
    steps: &Escalations,
) -> Result<(), StoreError> {
    if kinds.contains(&Kind::Close) {
        return close(tx, env, id).await;
    }
    let case = read::known(tx, id).await?;
    if !case.state.is_open() {
        return Ok(());
    }
    let category = case.category_code.as_deref();
    let due = kinds.iter().any(|kind| matches!(kind, Kind::Due | Kind::Over(_)));
    let gravest = kinds.iter().filter(|kind| **kind <= Kind::Due).max();
    // Whoever is reminded that it is due is not told so as a step as well.
    let mut told = BTreeSet::new();
    if let Some(kind) = gravest {
        let key = match kind {
            Kind::Half => "incident-remind-half",
            Kind::Soon => "incident-remind-soon",
            _ => "incident-remind-due",
        };
        late::remind(tx, env, &case, key).await?;
    }
    if kinds.contains(&Kind::Due) {
        told.extend(late::duty(tx, &case).await?.into_iter().map(|(chat, _)| chat));
    }
    for kind in &kinds {
        let (step, key) = match kind {
            Kind::Half | Kind::Soon | Kind::Close => continue,
            Kind::Due => (0, "incident-escalate"),
            Kind::Over(step) => (*step, "incident-escalate"),
            Kind::Awaits(..) if due => continue,
            Kind::Awaits(Awaited::Progress, 0) => {
                late::ask_unit(tx, env, &case).await?;
                continue;
            }
            Kind::Awaits(Awaited::Progress, _) => {
                late::escalate(tx, env, &case, &Told::Duty, "incident-late-progress", &mut told).await?;
                continue;
            }
            Kind::Awaits(Awaited::Answer, 0) => {
                late::tell_desk(tx, env, &case, "incident-late-answer", &mut told).await?;
                continue;
            }
            Kind::Awaits(Awaited::Answer, step) => (step - 1, "incident-escalate-answer"),
        };
        if let Some(step) = steps.told(category, step) {
            late::escalate(tx, env, &case, step, key, &mut told).await?;
        }
    }
    if due || gravest.is_some() {
        act::refresh(tx, env, id).await
    } else {
        act::refresh_quietly(tx, env, id).await
    }
}

/// Nobody objected in time: the case is closed, and its reporters hear how to open it again.
async fn close(tx: &mut Tx<'_>, env: &Env, id: IncidentId) -> Result<(), StoreError> {
    let case = read::known(tx, id).await?;
    if case.state != State::Settled {
        return Ok(());
    }
    let sql = "UPDATE incidents SET state = $3, updated_at = $4 WHERE id = $1 AND state = $2";
    tx.exec_one(sql, args![id, State::Settled.code(), State::Closed.code(), env.now]).await?;
    act::add_step(tx, env, id, None, "close", "").await?;
    for reply in reporter::closed(&case) {
        if let crate::conversation::Target::Chat(chat) = reply.to {
            outbox::post(tx, env, chat, &reply).await?;
        }
    }
    act::refresh(tx, env, id).await?;
    audit::record(tx, env, Actor::System, "incident.close", &format!("incident:{id}"), &case.code).await
}

/// What the clock has to do about a case from now on, and nothing else.
pub async fn set(tx: &mut Tx<'_>, id: IncidentId, deadline: &Deadline) -> Result<(), StoreError> {
    end(tx, id).await?;
    let first =
        [(Kind::Half, Some(deadline.half)), (Kind::Soon, deadline.soon), (Kind::Due, Some(deadline.due))];
    let first = first.into_iter().filter_map(|(kind, at)| Some((kind, at?)));
    let over = deadline.over.iter().enumerate().map(|(level, at)| (Kind::Over(level + 1), *at));
    for (kind, at) in first.chain(over) {
        add(tx, id, kind, at, deadline.urgent).await?;
    }
    Ok(())
}

/// Nothing is awaited of this kind any more; with a time, it is from now on and anew.
pub async fn wait(
    tx: &mut Tx<'_>,
    id: IncidentId,
    what: Awaited,
    late: Option<&Late>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM incident_deadlines WHERE incident_id = $1 AND kind LIKE $2";
    tx.exec(sql, args![id, format!("{}%", what.code())]).await?;
    let Some(late) = late else { return Ok(()) };
    for (step, at) in late.at.iter().enumerate() {
        add(tx, id, Kind::Awaits(what, step), *at, late.urgent).await?;
    }
    Ok(())
}

/// What is awaited in a case now, if anything is.
pub async fn awaited(tx: &mut Tx<'_>, id: IncidentId) -> Result<Option<Wait>, StoreError> {
    let sql =
        "SELECT kind, at FROM incident_deadlines WHERE incident_id = $1 AND kind IN ('answer0', 'progress0')
               ORDER BY at LIMIT 1";
    let row: Option<(String, i64)> = tx.optional(sql, args![id]).await?;
    let Some((kind, until)) = row else { return Ok(None) };
    let Kind::Awaits(what, _) = Kind::read(&kind)? else {
        return Err(StoreError::Corrupt(format!("deadline {kind}")));
    };
    let sql = match what {
        Awaited::Answer => {
            "SELECT MAX(at) FROM incident_steps
             WHERE incident_id = $1 AND move IN ('open', 'reopen', 'return')"
        }
        Awaited::Progress => {
            "SELECT MAX(at) FROM incident_steps
             WHERE incident_id = $1 AND move IN ('accept', 'plan', 'progress')"
        }
    };
    let (since,): (Option<i64>,) = tx.one(sql, args![id]).await?;
    Ok(Some(Wait { what, since: Timestamp(since.unwrap_or(until)), until: Timestamp(until) }))
}

/// It is settled: what is left is that nobody objects.
pub async fn wait_for_reporter(tx: &mut Tx<'_>, id: IncidentId, now: Timestamp) -> Result<(), StoreError> {
    end(tx, id).await?;
    add(tx, id, Kind::Close, now + REPORTERS_HAVE, false).await
}

/// There is nothing to do about it any more.
pub async fn end(tx: &mut Tx<'_>, id: IncidentId) -> Result<(), StoreError> {
    tx.exec("DELETE FROM incident_deadlines WHERE incident_id = $1", args![id]).await?;
    Ok(())
}

async fn add(
    tx: &mut Tx<'_>,
    id: IncidentId,
    kind: Kind,
    at: Timestamp,
    urgent: bool,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO incident_deadlines (incident_id, kind, at, urgent) VALUES ($1, $2, $3, $4)";
    tx.exec_one(sql, args![id, kind.code(), at, urgent]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Stage;

    /// However many cases wait: what comes next is asked of the index over what is to come, which holds it in order.
    #[tokio::test]
    async fn what_waits_is_never_looked_through() {
        let stage = Stage::new().await;
        for sql in [NEW, LATE_URGENT, LATE_USUAL] {
            let asked = format!("EXPLAIN QUERY PLAN {sql}").leak();
            let sql: &'static str = asked;
            let plan =
                stage.store.db.read(move |tx| Box::pin(async move { tx.all(sql, args![0_i64]).await }));
            let plan: Vec<(i64, i64, i64, String)> = plan.await.expect("a plan");
            let steps: Vec<&str> = plan.iter().map(|(.., step)| step.as_str()).collect();
            let [step] = steps[..] else { panic!("{sql}: {steps:?}") };
            assert!(
                step.starts_with("SEARCH") && step.contains("INDEX incident_deadlines_next (at"),
                "{step}"
            );
        }
    }
}
