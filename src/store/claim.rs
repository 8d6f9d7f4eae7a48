//! How messages get out of the outbox: claimed for one attempt, which is committed before it is made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::args;
use crate::domain::content::Lane;
use crate::domain::ids::*;
use crate::domain::{ChannelKind, Timestamp};
use crate::failpoint::{Planted, Point, at, planted};

use super::outbox::Op;
use super::quota::Used;
use super::settle::{self, Settled};
use super::{Env, Sql, Store, StoreError, Tx, lease, mark, notice, quota};

/// How many messages of notices are in the outbox at most, for each lane. Few, so that a notice that is paused
/// or cancelled stops at once, and filling it up takes no longer than what is claimed already takes to go out.
const STOCK: usize = 512;

/// A message that is to be sent now: the attempt is on the disk.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: MessageId,
    pub attempt: i64,
    /// How many of the attempts before were nobody's fault.
    pub spared: i64,
    pub chat: ChatId,
    /// The platform's id of the chat.
    pub external_chat: String,
    pub group: bool,
    pub lane: Lane,
    pub op: Op,
    /// `Op::Show`: the message that has the slot already, as the platform names it.
    pub shown: Option<String>,
    pub payload: PayloadId,
    pub own_data: Option<String>,
    pub delivery: Option<DeliveryId>,
    pub last_part: bool,
    pub created_at: Timestamp,
}

impl Claimed {
    /// Whether the platform's limits count this call. Answers to presses are free.
    pub fn counts(&self) -> bool {
        !matches!(self.op, Op::Answer { .. })
    }

    /// How many attempts count against it, this one included.
    pub fn tries(&self) -> i64 {
        self.attempt - self.spared
    }
}

/// What the pacing says of a message that is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Now,
    /// This chat's budget is used up until then; other chats go on.
    ChatLater(Timestamp),
    /// Not together with others that say the same.
    Skip,
    /// The channel's budget for this lane is used up; so it is for all later lanes.
    LaneFull,
    /// Nothing more can be sent now.
    Full,
}

/// Decides which of the messages that are ready go now. Called inside the transaction that claims them.
pub trait Gate: Send {
    fn admit(&mut self, message: &Claimed, now: Timestamp) -> Admission;

    /// Whether there is a budget of the calendar month, which is in the store.
    fn by_the_month(&self) -> bool {
        false
    }

    /// What was used of the month.
    fn used_this_month(&mut self, _used: Used) {}

    /// How many messages of a lane go before all others now, because it had less than its share.
    fn owed(&mut self, _lane: Lane, _want: usize, _now: Timestamp) -> usize {
        0
    }
}

/// What one exchange with the outbox gave.
#[derive(Debug, Default)]
pub struct Exchange {
    /// To be sent now.
    pub claimed: Vec<Claimed>,
    /// When the next message is due that is not ready yet.
    pub next_due: Option<Timestamp>,
    /// Whether the caller no longer holds the lease: it must not send.
    pub lost_lease: bool,
    /// Outcomes that came too late: somebody else had taken the message over.
    pub late: u64,
}

/// A candidate, its fields in the order of `listed!`.
#[derive(serde::Deserialize)]
struct Row {
    id: i64,
    attempt: i64,
    spared: i64,
    chat_id: i64,
    external_chat: String,
    chat_kind: String,
    lane: i64,
    op: String,
    target: Option<String>,
    shown: Option<String>,
    payload_id: i64,
    own_data: Option<String>,
    delivery_id: Option<i64>,
    last_part: i64,
    parked_until: i64,
    expires_at: Option<i64>,
    created_at: i64,
}

/// Only the oldest message of a chat's first lane is a candidate, and none while one is on its way: so the
/// order within a chat holds, whatever happens to the one before.
///
/// A bare `LIMIT $3` would be prepared anew for every value: SQLite plans by it
/// (`sqlite3ExprIsInteger` in <https://sqlite.org/src/file/src/expr.c>).
macro_rules! ready {
    () => {
        "SELECT m.id, m.attempt, m.spared, m.chat_id, c.external_id AS external_chat, c.kind AS chat_kind, m.lane, m.op,
                m.target, s.external_id AS shown, m.payload_id, m.own_data, m.delivery_id, m.last_part,
                c.parked_until, m.expires_at, m.created_at
         FROM messages m
         JOIN chats c ON c.id = m.chat_id
         LEFT JOIN slots s ON m.op = 'show' AND s.chat_id = m.chat_id AND s.slot = m.target
         WHERE m.channel = $1 AND m.state = 0 AND m.ready = 1 AND m.lane = $2
           AND NOT EXISTS (SELECT 1 FROM messages e
                           WHERE e.chat_id = m.chat_id AND e.settled_at IS NULL AND e.id <> m.id
                             AND (e.state = 1 OR e.lane < m.lane OR (e.lane = m.lane AND e.id < m.id)))
         ORDER BY m.channel, m.lane, m.turn, m.id
         LIMIT $3 + 0"
    };
}

/// A candidate as a list: names would be most of an object.
macro_rules! listed {
    ($list:literal) => {
        concat!(
            $list,
            "(id, attempt, spared, chat_id, external_chat, chat_kind, lane, op, target, shown, payload_id, own_data,
              delivery_id, last_part, parked_until, expires_at, created_at)"
        )
    };
}

/// All candidates in one row: a row for each costs more than finding them.
const READY: Sql = Sql {
    lite: concat!("SELECT json_group_array(", listed!("json_array"), ") FROM (", ready!(), ") AS r"),
    pg: concat!(
        "SELECT COALESCE(json_agg(",
        listed!("json_build_array"),
        "), '[]')::text FROM (",
        ready!(),
        ") AS r"
    ),
};

async fn candidates(
    tx: &mut Tx<'_>,
    channel: ChannelKind,
    lane: Lane,
    room: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut sql = READY;
    if planted(Planted::Reorder) {
        let turned = |text: &str| -> &'static str { text.replace("e.id < m.id", "e.id > m.id").leak() };
        sql = Sql { lite: turned(sql.lite), pg: turned(sql.pg) };
    }
    let (rows,): (String,) = tx.one(sql, args![channel.code(), lane.code(), room]).await?;
    Ok(serde_json::from_str(&rows)?)
}

/// What is marked as being sent, and is not among those that somebody sends.
const STRAYS: Sql = Sql {
    lite: "UPDATE messages SET state = 0 WHERE channel = $1 AND settled_at IS NULL AND state = 1
             AND id NOT IN (SELECT value FROM json_each($2)) RETURNING id, attempt",
    pg:
        "UPDATE messages SET state = 0 WHERE channel = $1 AND settled_at IS NULL AND state = 1
           AND id NOT IN (SELECT value::bigint FROM json_array_elements_text($2::json)) RETURNING id, attempt",
};

impl Store {
    /// Keeps how attempts ended, and claims what goes next, in one transaction: at most `want` messages
    /// that `gate` admits.
    pub async fn exchange<G: Gate + 'static>(
        &self,
        channel: ChannelKind,
        lease: (&'static str, String),
        settled: impl Into<Arc<Vec<Settled>>>,
        want: usize,
        gate: Arc<Mutex<G>>,
    ) -> Result<Exchange, StoreError> {
        let (env, settled) = (self.env(), settled.into());
        let exchange = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let mut exchange = Exchange::default();
                    if !lease::holds(tx, lease.0, &lease.1).await? {
                        // Whoever has it now has taken these messages over: nothing of theirs is changed.
                        if planted(Planted::NoGuard) {
                            exchange.late = settle::keep(tx, &env, channel, &settled).await?;
                            exchange.lost_lease = true;
                            return Ok(exchange);
                        }
                        exchange.lost_lease = true;
                        exchange.late = u64::try_from(settled.len()).unwrap_or(u64::MAX);
                        return Ok(exchange);
                    }
                    exchange.late = settle::keep(tx, &env, channel, &settled).await?;
                    at(Point::ExchangeSettled).await?;
                    if want > 0 {
                        wake(tx, &env).await?;
                        if locked(&gate).by_the_month() {
                            let used = quota::used(tx, channel, env.now).await?;
                            locked(&gate).used_this_month(used);
                        }
                        exchange.claimed = claim(tx, &env, channel, want, &gate).await?;
                    }
                    exchange.next_due = next_due(tx).await?;
                    at(Point::ExchangeBeforeCommit).await?;
                    Ok(exchange)
                })
            })
            .await?;
        at(Point::ExchangeAfterCommit).await?;
        Ok(exchange)
    }

    /// After an exchange that failed: it may have claimed messages all the same, which nobody sends then.
    /// They go back, except those `under_way`. Gives how many.
    pub async fn take_back(
        &self,
        channel: ChannelKind,
        lease: (&'static str, String),
        under_way: Vec<MessageId>,
    ) -> Result<usize, StoreError> {
        let env = self.env();
        let ids: Vec<i64> = under_way.into_iter().map(|id| id.0).collect();
        let ids = serde_json::to_string(&ids)?;
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    if !lease::holds(tx, lease.0, &lease.1).await? {
                        return Ok(0);
                    }
                    let strays: Vec<(i64, i64)> = tx.all(STRAYS, args![channel.code(), ids]).await?;
                    for (id, attempt) in &strays {
                        let sql = "INSERT INTO attempts (message_id, attempt, at, outcome, detail)
                                   VALUES ($1, $2, $3, 'retry', 'claimed, and not sent')";
                        tx.exec_one(sql, args![*id, *attempt, env.now]).await?;
                    }
                    Ok(strays.len())
                })
            })
            .await
    }

    /// Takes back what was being sent when a process died: whether it arrived is not known. Gives how many.
    pub async fn recover(&self, channel: ChannelKind) -> Result<u64, StoreError> {
        let env = self.env();
        let work = async move |tx: &mut Tx<'_>| {
            let taken_back = settle::recover(tx, &env, channel).await?;
            at(Point::RecoverBeforeCommit).await?;
            Ok(taken_back)
        };
        let taken_back = self.db.write(move |tx| Box::pin(async move { work(tx).await })).await?;
        at(Point::RecoverAfterCommit).await?;
        Ok(taken_back)
    }

    /// What messages say, by payload.
    pub async fn payload(&self, id: PayloadId) -> Result<crate::domain::content::Content, StoreError> {
        let sql = "SELECT body FROM payloads WHERE id = $1";
        let (body,): (String,) =
            self.db.read(|tx| Box::pin(async move { tx.one(sql, args![id]).await })).await?;
        Ok(serde_json::from_str(&body)?)
    }
}

/// Messages whose time has come become ready.
async fn wake(tx: &mut Tx<'_>, env: &Env) -> Result<(), StoreError> {
    let sql = "UPDATE messages SET ready = 1 WHERE state = 0 AND ready = 0 AND not_before <= $1";
    let by = if planted(Planted::IgnoreNotBefore) { Timestamp(i64::MAX) } else { env.now };
    tx.exec(sql, args![by]).await?;
    Ok(())
}

async fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(not_before) FROM messages WHERE state = 0 AND ready = 0";
    let (due,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(due.map(Timestamp))
}

async fn claim<G: Gate>(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    want: usize,
    gate: &Mutex<G>,
) -> Result<Vec<Claimed>, StoreError> {
    let mut pick =
        Pick { channel, want, gate, claimed: Vec::new(), later: BTreeMap::new(), expired: Vec::new() };
    // First what a lane has been kept from, the lowest lane before the one above it.
    for lane in [Lane::Notice, Lane::Urgent] {
        let owed = pick.gate().owed(lane, want, env.now);
        if owed > 0 {
            pick.lane(tx, env, lane, owed).await?;
        }
    }
    for lane in [Lane::Interactive, Lane::Urgent, Lane::Notice] {
        if !pick.lane(tx, env, lane, want).await? {
            break;
        }
    }
    let Pick { mut claimed, later, expired, .. } = pick;
    for (chat, at) in later {
        settle::defer_chat(tx, chat, at).await?;
    }
    for id in expired {
        let sql = "UPDATE messages SET state = 6, settled_at = $2 WHERE id = $1 AND state = 0";
        tx.exec(sql, args![id, env.now]).await?;
    }
    mark::mark(tx, env, &mut claimed).await?;
    Ok(claimed)
}

fn locked<G>(gate: &Mutex<G>) -> MutexGuard<'_, G> {
    gate.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is picked out of the lanes.
struct Pick<'a, G> {
    channel: ChannelKind,
    want: usize,
    gate: &'a Mutex<G>,
    claimed: Vec<Claimed>,
    /// Chats that are put off.
    later: BTreeMap<ChatId, Timestamp>,
    expired: Vec<MessageId>,
}

impl<G: Gate> Pick<'_, G> {
    fn gate(&self) -> MutexGuard<'_, G> {
        locked(self.gate)
    }

    /// Picks at most `most` messages of one lane. Gives whether there is room for more of other lanes.
    async fn lane(
        &mut self,
        tx: &mut Tx<'_>,
        env: &Env,
        lane: Lane,
        most: usize,
    ) -> Result<bool, StoreError> {
        let room = most.min(self.want - self.claimed.len());
        if room == 0 {
            return Ok(false);
        }
        let mut rows = candidates(tx, self.channel, lane, room).await?;
        if lane != Lane::Interactive && (rows.len() < room || notice::hungry(tx, lane).await?) {
            // Notices come into the outbox a little at a time, so that a pause takes hold at once.
            if notice::feed(tx, env, self.channel, lane, STOCK).await? > 0 {
                at(Point::FeedBeforeCommit).await?;
                rows = candidates(tx, self.channel, lane, room).await?;
            }
        }
        let before = self.claimed.len();
        for row in rows {
            let parked = Timestamp(row.parked_until);
            let expires = row.expires_at.map(Timestamp);
            let message = row.read()?;
            if expires.is_some_and(|at| at <= env.now) {
                self.expired.push(message.id);
                continue;
            }
            if parked > env.now && !planted(Planted::IgnoreNotBefore) {
                self.later.insert(message.chat, parked);
                continue;
            }
            // Two lanes can have a candidate of the same chat only if the first was just claimed.
            if self.claimed[..before].iter().any(|other| other.chat == message.chat) {
                continue;
            }
            let admission = self.gate().admit(&message, env.now);
            match admission {
                Admission::Now => self.claimed.push(message),
                Admission::ChatLater(at) => {
                    self.later.insert(message.chat, at);
                }
                Admission::Skip => {}
                Admission::LaneFull => return Ok(true),
                Admission::Full => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Row {
    fn read(self) -> Result<Claimed, StoreError> {
        Ok(Claimed {
            id: MessageId(self.id),
            attempt: self.attempt + 1,
            spared: self.spared,
            chat: ChatId(self.chat_id),
            external_chat: self.external_chat,
            group: self.chat_kind == "group",
            lane: Lane::from_code(self.lane),
            op: Op::read(&self.op, self.target)?,
            shown: self.shown,
            payload: PayloadId(self.payload_id),
            own_data: self.own_data,
            delivery: self.delivery_id.map(DeliveryId),
            last_part: self.last_part != 0,
            created_at: Timestamp(self.created_at),
        })
    }
}
