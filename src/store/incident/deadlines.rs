//! What the clock does about cases: reminders to who has it, reports to who is above, one level after the other, and the
//! end of what nobody objects to.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::args;
use crate::conversation::incident::{CardKind, Case, Deadline, card, reporter};
use crate::conversation::{Lang, Reply};
use crate::domain::Timestamp;
use crate::domain::calendar::Calendar;
use crate::domain::content::Lane;
use crate::domain::ids::{ChatId, IncidentId};
use crate::domain::incident::State;
use crate::store::audit::{self, Actor};
use crate::store::{Env, Store, StoreError, Tx, outbox};

use super::{act, read};

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
    /// It has been due for a while: so many levels above hear of it.
    Over(usize),
    /// The reporters have had their time.
    Close,
}

impl Kind {
    fn code(self) -> String {
        match self {
            Self::Half => "half".to_owned(),
            Self::Soon => "soon".to_owned(),
            Self::Due => "due".to_owned(),
            Self::Over(level) => format!("over{level}"),
            Self::Close => "close".to_owned(),
        }
    }

    fn read(code: &str) -> Result<Self, StoreError> {
        let over = || code.strip_prefix("over")?.parse().ok().map(Self::Over);
        match code {
            "half" => Ok(Self::Half),
            "soon" => Ok(Self::Soon),
            "due" => Ok(Self::Due),
            "close" => Ok(Self::Close),
            _ => over().ok_or_else(|| StoreError::Corrupt(format!("deadline {code}"))),
        }
    }
}

impl Store {
    /// Sees to the deadlines that have come, and says when the next one comes. Each is seen to once, also
    /// with several processes. What is not urgent and comes late, after an outage, waits for working hours.
    ///
    /// # Errors
    /// The database's.
    pub async fn see_to_deadlines(&self, calendar: &Calendar) -> Result<Option<Timestamp>, StoreError> {
        let env = self.env();
        crate::failpoint::at(crate::failpoint::Point::DeadlinesBefore).await?;
        let hours = Hours::at(calendar, env.now);
        // Looking costs no write: most of the time nothing is due.
        let next = self.db.read(move |tx| Box::pin(async move { next(tx, hours).await })).await?;
        if next.is_none_or(|next| next > env.now) {
            return Ok(next);
        }
        self.db.write(move |tx| Box::pin(async move { see_to(tx, &env, hours).await })).await
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

/// Each question is answered by the index over what is not done, whose first entries are looked at.
async fn next(tx: &mut Tx<'_>, hours: Hours) -> Result<Option<Timestamp>, StoreError> {
    let first = async |tx: &mut Tx<'_>, sql| {
        let (at,): (Option<i64>,) = tx.one(sql, args![hours.since()]).await?;
        Ok::<_, StoreError>(at.map(Timestamp))
    };
    let new = "SELECT MIN(at) FROM incident_deadlines WHERE done_at IS NULL AND at >= $1";
    let mut next = first(tx, new).await?;
    if !hours.working {
        let urgent =
            "SELECT MIN(at) FROM incident_deadlines WHERE done_at IS NULL AND at < $1 AND urgent = 1";
        let late = "SELECT MIN(at) FROM incident_deadlines WHERE done_at IS NULL AND at < $1 AND urgent = 0";
        let (urgent, late) = (first(tx, urgent).await?, first(tx, late).await?);
        next = [next, urgent, late.map(|_| hours.begin)].into_iter().flatten().min();
    }
    Ok(next)
}

async fn see_to(tx: &mut Tx<'_>, env: &Env, hours: Hours) -> Result<Option<Timestamp>, StoreError> {
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
        see_to_one(tx, env, IncidentId(id), kinds).await?;
    }
    next(tx, hours).await
}

/// After an outage several may have come at once: of the reminders only the gravest is said.
async fn see_to_one(tx: &mut Tx<'_>, env: &Env, id: IncidentId, kinds: Vec<Kind>) -> Result<(), StoreError> {
    if kinds.contains(&Kind::Close) {
        return close(tx, env, id).await;
    }
    let case = read::known(tx, id).await?;
    if !case.state.is_open() {
        return Ok(());
    }
    if let Some(gravest) = kinds.iter().filter(|kind| **kind <= Kind::Due).max() {
        remind(tx, env, &case, *gravest).await?;
    }
    // A restricted case stays with the duty officers.
    if !case.mark.is_restricted() {
        for kind in &kinds {
            match kind {
                Kind::Due => escalate(tx, env, &case, 0).await?,
                Kind::Over(level) => escalate(tx, env, &case, *level).await?,
                Kind::Half | Kind::Soon | Kind::Close => {}
            }
        }
    }
    act::refresh(tx, env, id).await
}

async fn remind(tx: &mut Tx<'_>, env: &Env, case: &Case, kind: Kind) -> Result<(), StoreError> {
    let key = match kind {
        Kind::Half => "incident-remind-half",
        Kind::Soon => "incident-remind-soon",
        _ => "incident-remind-due",
    };
    let groups = case.cards.iter().filter(|at| at.kind != CardKind::Watch);
    let mut places: Vec<(ChatId, Lang)> = groups.map(|at| (at.chat, at.lang)).collect();
    if let Some((holder, _)) = &case.holder {
        let sql =
            "SELECT c.id, c.lang FROM chats c JOIN people p ON p.id = c.person_id AND p.state = 'active'
                   WHERE c.person_id = $1 AND c.kind = 'private' AND c.state = 'open'
                   ORDER BY c.spare, c.id LIMIT 1";
        add_places(&mut places, tx.all(sql, args![*holder]).await?);
    }
    for (chat, lang) in places {
        say(tx, env, case, chat, lang, key).await?;
    }
    Ok(())
}

fn add_places(places: &mut Vec<(ChatId, Lang)>, rows: Vec<(i64, String)>) {
    for (chat, lang) in rows {
        let chat = ChatId(chat);
        if !places.iter().any(|(known, _)| *known == chat) {
            places.push((chat, Lang::from_code(&lang)));
        }
    }
}

/// Tells the heads of a unit: of the lowest that has some, at level 0, and of the next above at every further one. Where
/// there is none so high, nobody else is told.
async fn escalate(tx: &mut Tx<'_>, env: &Env, case: &Case, level: usize) -> Result<(), StoreError> {
    let mut with_heads = 0;
    for unit in &case.unit.line {
        let sql = "SELECT MIN(c.id), c.lang FROM roles r
                   JOIN people p ON p.id = r.person_id AND p.state = 'active'
                   JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.state = 'open' AND c.spare = 0
                   WHERE r.unit_id = $1 AND r.role = 'head' GROUP BY p.id, c.lang";
        let mut places = Vec::new();
        add_places(&mut places, tx.all(sql, args![*unit]).await?);
        if places.is_empty() {
            continue;
        }
        if with_heads == level {
            for (chat, lang) in &places {
                say(tx, env, case, *chat, *lang, "incident-escalate").await?;
            }
            return Ok(());
        }
        with_heads += 1;
    }
    Ok(())
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

async fn say(
    tx: &mut Tx<'_>,
    env: &Env,
    case: &Case,
    chat: ChatId,
    lang: Lang,
    key: &str,
) -> Result<(), StoreError> {
    let holder = case.holder.as_ref().map(|(_, name)| name.clone());
    let holder = holder.unwrap_or_else(|| lang.say("incident-nobody", &[]));
    let left = card::left_words(lang, env.now, case.due_at);
    let when = case.due_at.short();
    let vars = [
        ("code", case.code.as_str()),
        ("name", holder.as_str()),
        ("left", left.as_str()),
        ("when", when.as_str()),
        ("unit", case.unit.name.as_str()),
    ];
    let reply = Reply::to(chat, lang.say(key, &vars)).lane(Lane::Notice);
    outbox::post(tx, env, chat, &reply).await
}
