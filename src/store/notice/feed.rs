//! Deliveries on their way: into the outbox, and what became of them.

use std::collections::BTreeMap;

use crate::args;
use crate::domain::content::Lane;
use crate::domain::ids::*;
use crate::domain::{ChannelKind, Failure};
use crate::failpoint::{Planted, planted};
use crate::store::{Env, Sql, StoreError, Tx, held, row};

use super::edition::{delivery, end_if_done, hold_editions};
use super::personal::{self, Personal};
use super::{OWN_DATA_PREFIX, next};

/// How the last part of a delivery ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub delivery: DeliveryId,
    /// Why it did not arrive, where it did not.
    pub result: Result<(), Lost>,
}

/// Why a delivery will not arrive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    pub kind: Failure,
    pub why: String,
}

impl Lost {
    pub fn new(kind: Failure, why: &str) -> Self {
        Self { kind, why: why.to_owned() }
    }
}

/// A notice gets more messages into the outbox when no more than three quarters of its own stock are left there: what
/// is claimed ahead must not go out while it waits for more.
const REFILL: (i64, i64) = (3, 4);

struct Running {
    id: i64,
    parts: i64,
    /// 1: its words are filled in for every recipient.
    personal: i64,
    waiting: i64,
    queued: i64,
    elsewhere: i64,
    next_turn: i64,
}

row!(Running { id, parts, personal, waiting, queued, elsewhere, next_turn });

impl Running {
    fn parts(&self) -> i64 {
        self.parts.max(1)
    }

    /// Its messages in the outbox of this channel: others must not be kept waiting by one that stands still.
    fn stock(&self) -> i64 {
        (self.queued - self.elsewhere).max(0) * self.parts()
    }

    /// How far it has come: the turn that is next to be sent.
    fn turn(&self) -> i64 {
        self.next_turn - self.stock()
    }
}

/// What waits of an edition in the outbox of other channels. Two ranges: an index has them.
macro_rules! waiting_elsewhere {
    ($range:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM messages m JOIN deliveries d ON d.id = m.delivery_id
              WHERE m.channel ",
            $range,
            " $2 AND m.state = 0 AND m.ready = 1 AND m.lane = $1 AND m.last_part = 1 AND d.edition_id = e.id)"
        )
    };
}

macro_rules! running {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.waiting, e.queued, e.next_turn,
               (SELECT COUNT(*) FROM edition_parts p WHERE p.edition_id = e.id AND p.channel = $2) AS parts,
               (SELECT COUNT(*) FROM edition_parts p WHERE p.edition_id = e.id AND p.channel = 'each') AS personal, ",
            waiting_elsewhere!("<"),
            " + ",
            waiting_elsewhere!(">"),
            " AS elsewhere
             FROM editions e WHERE e.state = 'running' AND e.lane = $1 ORDER BY e.id",
            $rest
        )
    };
}

/// On PostgreSQL an edition is held meanwhile: somebody who pauses it waits, and finds what was moved.
const RUNNING: Sql = Sql { lite: running!(""), pg: running!(" FOR UPDATE OF e") };

/// So few of a notice's deliveries in the outbox mean that it must not wait until others are through.
const FEW: i64 = 25;

/// Whether a notice is to be fed into the outbox though that is full: it has hardly anything there.
pub async fn hungry(tx: &mut Tx<'_>, lane: Lane) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM editions
               WHERE state = 'running' AND lane = $1 AND waiting > 0 AND queued < $2";
    Ok(tx.int(sql, args![lane.code(), FEW]).await? > 0)
}

/// Moves deliveries of running editions into the outbox (a delivery of several parts is never cut), so much of
/// each that all together have no more than `room` messages there. Gives how many messages.
///
/// Every message gets a turn, and the outbox goes by turns: editions that go out together take turns one by
/// one, whenever each of them began.
pub async fn feed(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    lane: Lane,
    room: usize,
) -> Result<usize, StoreError> {
    let mut editions: Vec<Running> = tx.all(RUNNING, args![lane.code(), channel.code()]).await?;
    let mut own: BTreeMap<i64, Personal> = BTreeMap::new();
    for edition in editions.iter_mut().filter(|one| one.personal != 0 && one.waiting + one.queued > 0) {
        if let Some(words) = personal::of(tx, edition.id).await? {
            edition.parts = words.parts(channel);
            own.insert(edition.id, words);
        }
    }
    let going = editions.iter().filter(|edition| edition.waiting + edition.queued > 0).count();
    let share = i64::try_from(room / going.max(1)).unwrap_or(i64::MAX).max(1);
    let mut moved = 0;
    for edition in editions.iter().filter(|edition| edition.waiting > 0) {
        if edition.stock() * REFILL.1 > share * REFILL.0 {
            continue;
        }
        // Who begins, or goes on after a pause, takes turns with the others from now on.
        let others = editions.iter().filter(|other| other.id != edition.id && other.queued > 0);
        let now = others.map(Running::turn).min().unwrap_or(0);
        let turn = edition.next_turn.max(now);
        let most = (share - edition.stock()).max(1) / edition.parts();
        let most = usize::try_from(most).unwrap_or(1).max(1);
        moved += move_some(tx, env, (channel, lane), (edition, own.get(&edition.id)), turn, most).await?;
    }
    Ok(moved)
}

/// The next deliveries in one row for each reason that keeps them back (none for most): a row for each delivery
/// would cost more than all the rest.
const NEXT: Sql = Sql {
    lite: "SELECT why, json_group_array(id), COUNT(*) FROM (
             SELECT d.id, CASE WHEN c.state <> 'open' THEN COALESCE(c.reason, 'closed')
                               WHEN p.state IS NOT NULL AND p.state <> 'active' THEN 'left' END AS why
             FROM deliveries d JOIN chats c ON c.id = d.chat_id LEFT JOIN people p ON p.id = d.person_id
             WHERE d.edition_id = $1 AND d.state = 0 AND d.channel = $2
             ORDER BY d.id LIMIT $3 + 0) AS next
           GROUP BY why",
    pg: "SELECT why, json_agg(id)::text, COUNT(*) FROM (
           SELECT d.id, CASE WHEN c.state <> 'open' THEN COALESCE(c.reason, 'closed')
                             WHEN p.state IS NOT NULL AND p.state <> 'active' THEN 'left' END AS why
           FROM deliveries d JOIN chats c ON c.id = d.chat_id LEFT JOIN people p ON p.id = d.person_id
           WHERE d.edition_id = $1 AND d.state = 0 AND d.channel = $2
           ORDER BY d.id LIMIT $3 + 0) AS next
         GROUP BY why",
};

const SKIP: Sql = Sql {
    lite: "UPDATE deliveries SET state = 5, reason = $2 WHERE id IN (SELECT value FROM json_each($1))",
    pg: "UPDATE deliveries SET state = 5, reason = $2
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};

const INTO_OUTBOX: Sql = Sql {
    lite: "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, delivery_id, last_part,
             state, ready, not_before, created_at, turn)
           SELECT $2, d.chat_id, $3, 'send', p.payload_id, $5 || d.nonce, d.id, p.last, 0, 1, $4, $4,
             $6 + ROW_NUMBER() OVER (ORDER BY d.id, p.seq) - 1
           FROM json_each($1) j JOIN deliveries d ON d.id = j.value
           JOIN edition_parts p ON p.edition_id = d.edition_id AND p.channel = $2
           ORDER BY d.id, p.seq",
    pg: "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, delivery_id, last_part,
           state, ready, not_before, created_at, turn)
         SELECT $2, d.chat_id, $3, 'send', p.payload_id, $5 || d.nonce, d.id, p.last, 0, 1, $4, $4,
           $6 + ROW_NUMBER() OVER (ORDER BY d.id, p.seq) - 1
         FROM json_array_elements_text($1::json) j JOIN deliveries d ON d.id = j.value::bigint
         JOIN edition_parts p ON p.edition_id = d.edition_id AND p.channel = $2
         ORDER BY d.id, p.seq",
};

const QUEUED: Sql = Sql {
    lite: "UPDATE deliveries SET state = 1 WHERE id IN (SELECT value FROM json_each($1))",
    pg: "UPDATE deliveries SET state = 1
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};

/// Moves at most `most` deliveries of one edition, from this turn on. Those that cannot arrive are skipped, with the reason.
async fn move_some(
    tx: &mut Tx<'_>,
    env: &Env,
    (channel, lane): (ChannelKind, Lane),
    (edition, own): (&Running, Option<&Personal>),
    turn: i64,
    most: usize,
) -> Result<usize, StoreError> {
    let most = if own.is_some() { most.min(personal::MOST) } else { most };
    let args = args![edition.id, channel.number(), most];
    let next: Vec<(Option<String>, String, i64)> = tx.all(NEXT, args).await?;
    if next.is_empty() {
        // What waits is for other channels.
        return Ok(0);
    }
    let (mut ready, mut skipped, mut messages) = (0, 0, 0);
    for (why, ids, count) in next {
        if let Some(why) = why {
            skipped += count;
            tx.exec(SKIP, args![ids, why]).await?;
        } else if let Some(own) = own {
            if planted(Planted::FeedTwice) {
                own.queue(tx, env, (channel, lane), &ids, turn + messages).await?;
            }
            let queued = own.queue(tx, env, (channel, lane), &ids, turn + messages).await?;
            tx.exec(QUEUED, args![serde_json::to_string(&queued.ready)?]).await?;
            for (delivery, variable) in &queued.holes {
                let why = format!("thiếu {{{}}}", variable.word());
                tx.exec(SKIP, args![format!("[{delivery}]"), why]).await?;
            }
            ready += i64::try_from(queued.ready.len()).unwrap_or(0);
            skipped += i64::try_from(queued.holes.len()).unwrap_or(0);
            messages += queued.messages;
        } else {
            ready += count;
            let args = args![&ids, channel.code(), lane.code(), env.now, OWN_DATA_PREFIX, turn];
            if planted(Planted::FeedTwice) {
                tx.exec(INTO_OUTBOX, args.clone()).await?;
            }
            tx.exec(INTO_OUTBOX, args).await?;
            tx.exec(QUEUED, args![ids]).await?;
            messages += count * edition.parts();
        }
    }
    let sql = "UPDATE editions SET waiting = waiting - $2 - $3, queued = queued + $2, skipped = skipped + $3,
                 changed_at = $4, next_turn = $5 WHERE id = $1";
    tx.exec_one(sql, args![edition.id, ready, skipped, env.now, turn + messages]).await?;
    if ready == 0 {
        end_if_done(tx, env, EditionId(edition.id)).await?;
    }
    Ok(usize::try_from(messages).unwrap_or(0))
}

/// A delivery that was confirmed before it was known to have arrived stays confirmed.
const KEEP: Sql = Sql {
    lite: "UPDATE deliveries SET state = $2, reason = $3, sent_at = $4, failure = $5
           WHERE id IN (SELECT value FROM json_each($1)) AND state = 1",
    pg: "UPDATE deliveries SET state = $2, reason = $3, sent_at = $4, failure = $5
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json)) AND state = 1",
};

/// How many of them change, by edition: counted before, since a row for each would cost more.
const COUNT: Sql = Sql {
    lite: "SELECT edition_id, COUNT(*) FROM deliveries
           WHERE id IN (SELECT value FROM json_each($1)) AND state = 1 GROUP BY edition_id",
    pg: "SELECT edition_id, COUNT(*) FROM deliveries
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json)) AND state = 1
         GROUP BY edition_id",
};

/// Keeps how deliveries ended.
pub async fn ended(tx: &mut Tx<'_>, env: &Env, ended: &[Ended]) -> Result<(), StoreError> {
    if ended.is_empty() {
        return Ok(());
    }
    // One delivery can end twice in a batch (its chat closed while a part was on its way): the first counts.
    let mut once: BTreeMap<i64, Option<&Lost>> = BTreeMap::new();
    for end in ended {
        once.entry(end.delivery.0).or_insert(end.result.as_ref().err());
    }
    hold_editions(tx, &serde_json::to_string(&once.keys().collect::<Vec<_>>())?).await?;
    // What a person has to decide is not sent over another channel by itself.
    let lost = |(delivery, lost): (&i64, &Option<&Lost>)| {
        lost.filter(|lost| lost.why != held::REASON).map(|_| *delivery)
    };
    let lost: Vec<i64> = once.iter().filter_map(lost).collect();
    for delivery in lost {
        if next::channel(tx, env, delivery).await? {
            once.remove(&delivery);
        }
    }
    // Those that ended alike are kept together: nearly always all of them.
    let mut alike: BTreeMap<Option<&Lost>, Vec<i64>> = BTreeMap::new();
    for (delivery, lost) in once {
        alike.entry(lost).or_default().push(delivery);
    }
    let mut counts: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (lost, deliveries) in alike {
        let deliveries = serde_json::to_string(&deliveries)?;
        let rows: Vec<(i64, i64)> = tx.all(COUNT, args![&deliveries]).await?;
        let state = if lost.is_none() { delivery::SENT } else { delivery::FAILED };
        let (why, kind) = (lost.map(|lost| lost.why.as_str()), lost.map(|lost| lost.kind.number()));
        tx.exec(KEEP, args![deliveries, state, why, env.now, kind]).await?;
        for (edition, count) in rows {
            let (sent, failed) = counts.entry(edition).or_default();
            *(if lost.is_none() { sent } else { failed }) += count;
        }
    }
    for (edition, (sent, failed)) in counts {
        if planted(Planted::ForgetCounts) {
            continue;
        }
        let sql = "UPDATE editions SET queued = queued - $2 - $3, sent = sent + $2, failed = failed + $3,
                     changed_at = $4 WHERE id = $1";
        tx.exec_one(sql, args![edition, sent, failed, env.now]).await?;
        end_if_done(tx, env, EditionId(edition)).await?;
    }
    Ok(())
}

/// A delivery that was sent has not arrived after all: it goes over the next channel, if there is one, or has failed. One
/// that was confirmed has arrived: somebody read it elsewhere.
pub async fn came_back(
    tx: &mut Tx<'_>,
    env: &Env,
    delivery: DeliveryId,
    why: &str,
) -> Result<(), StoreError> {
    hold_editions(tx, &serde_json::to_string(&[delivery.0])?).await?;
    let sql = "SELECT edition_id FROM deliveries WHERE id = $1 AND state = $2";
    let edition: Option<(i64,)> = tx.optional(sql, args![delivery, delivery::SENT]).await?;
    let Some((edition,)) = edition else { return Ok(()) };
    if next::instead(tx, env, delivery).await? {
        return Ok(());
    }
    let sql = "UPDATE deliveries SET state = $2, reason = $3, failure = $4 WHERE id = $1";
    tx.exec_one(sql, args![delivery, delivery::FAILED, why, Failure::Permanent.number()]).await?;
    let sql = "UPDATE editions SET sent = sent - 1, failed = failed + 1, changed_at = $2 WHERE id = $1";
    tx.exec_one(sql, args![edition, env.now]).await
}
