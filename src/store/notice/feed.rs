//! Deliveries on their way: into the outbox, and what became of them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::args;
use crate::domain::ChannelKind;
use crate::domain::content::Lane;
use crate::domain::ids::*;
use crate::failpoint::{Planted, planted};
use crate::store::{Env, Sql, StoreError, Tx};

use super::OWN_DATA_PREFIX;
use super::edition::{delivery, end_if_done, hold_editions};

/// How the last part of a delivery ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub delivery: DeliveryId,
    /// The platform's message id where it arrived; why not where it did not.
    pub result: Result<String, String>,
}

#[derive(sqlx::FromRow)]
struct Running {
    id: i64,
    parts: i64,
}

/// On PostgreSQL an edition is held meanwhile: somebody who pauses it waits, and finds what was moved.
const RUNNING: Sql = Sql {
    lite: "SELECT e.id, (SELECT COUNT(*) FROM edition_parts p WHERE p.edition_id = e.id) AS parts
           FROM editions e WHERE e.state = 'running' AND e.lane = $1 AND e.waiting > 0 ORDER BY e.id",
    pg: "SELECT e.id, (SELECT COUNT(*) FROM edition_parts p WHERE p.edition_id = e.id) AS parts
         FROM editions e WHERE e.state = 'running' AND e.lane = $1 AND e.waiting > 0 ORDER BY e.id
         FOR UPDATE OF e",
};

/// Moves deliveries of running editions into the outbox, at most `room` messages (a delivery of several
/// parts is never cut), in turns between editions. Gives how many.
pub async fn feed(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    lane: Lane,
    room: usize,
) -> Result<usize, StoreError> {
    let editions: Vec<Running> = tx.all(RUNNING, args![lane.code()]).await?;
    let mut left = room;
    let mut moved = 0;
    let mut behind = editions.len();
    for edition in editions {
        // What one edition does not use is there for those after it.
        let share = left.div_ceil(behind.max(1)).min(left);
        behind -= 1;
        let parts = usize::try_from(edition.parts).unwrap_or(1).max(1);
        if share == 0 {
            break;
        }
        let count = move_some(tx, env, channel, lane, edition.id, share.div_ceil(parts)).await? * parts;
        moved += count;
        left = left.saturating_sub(count);
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
             WHERE d.edition_id = $1 AND d.state = 0 AND c.channel = $2
             ORDER BY d.id LIMIT $3) AS next
           GROUP BY why",
    pg: "SELECT why, json_agg(id)::text, COUNT(*) FROM (
           SELECT d.id, CASE WHEN c.state <> 'open' THEN COALESCE(c.reason, 'closed')
                             WHEN p.state IS NOT NULL AND p.state <> 'active' THEN 'left' END AS why
           FROM deliveries d JOIN chats c ON c.id = d.chat_id LEFT JOIN people p ON p.id = d.person_id
           WHERE d.edition_id = $1 AND d.state = 0 AND c.channel = $2
           ORDER BY d.id LIMIT $3) AS next
         GROUP BY why",
};

const SKIP: Sql = Sql {
    lite: "UPDATE deliveries SET state = 5, reason = $2 WHERE id IN (SELECT value FROM json_each($1))",
    pg: "UPDATE deliveries SET state = 5, reason = $2
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};

const INTO_OUTBOX: Sql = Sql {
    lite: "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, delivery_id, last_part,
             state, ready, not_before, created_at)
           SELECT $2, d.chat_id, $3, 'send', p.payload_id, $5 || d.nonce, d.id, p.last, 0, 1, $4, $4
           FROM json_each($1) j JOIN deliveries d ON d.id = j.value
           JOIN edition_parts p ON p.edition_id = d.edition_id
           ORDER BY d.id, p.seq",
    pg: "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, delivery_id, last_part,
           state, ready, not_before, created_at)
         SELECT $2, d.chat_id, $3, 'send', p.payload_id, $5 || d.nonce, d.id, p.last, 0, 1, $4, $4
         FROM json_array_elements_text($1::json) j JOIN deliveries d ON d.id = j.value::bigint
         JOIN edition_parts p ON p.edition_id = d.edition_id
         ORDER BY d.id, p.seq",
};

const QUEUED: Sql = Sql {
    lite: "UPDATE deliveries SET state = 1, queued_at = $2 WHERE id IN (SELECT value FROM json_each($1))",
    pg: "UPDATE deliveries SET state = 1, queued_at = $2
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
};

/// Moves at most `most` deliveries of one edition. Those that cannot arrive are skipped, with the reason.
async fn move_some(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    lane: Lane,
    edition: i64,
    most: usize,
) -> Result<usize, StoreError> {
    let next: Vec<(Option<String>, String, i64)> = tx.all(NEXT, args![edition, channel.code(), most]).await?;
    let (mut ready, mut skipped) = (0, 0);
    for (why, ids, count) in next {
        if let Some(why) = why {
            skipped += count;
            tx.exec(SKIP, args![ids, why]).await?;
        } else {
            ready += count;
            let args = args![&ids, channel.code(), lane.code(), env.now, OWN_DATA_PREFIX];
            if planted(Planted::FeedTwice) {
                tx.exec(INTO_OUTBOX, args.clone()).await?;
            }
            tx.exec(INTO_OUTBOX, args).await?;
            tx.exec(QUEUED, args![ids, env.now]).await?;
        }
    }
    let sql = "UPDATE editions SET waiting = waiting - $2 - $3, queued = queued + $2, skipped = skipped + $3,
                 changed_at = $4 WHERE id = $1";
    tx.exec_one(sql, args![edition, ready, skipped, env.now]).await?;
    if ready == 0 {
        end_if_done(tx, env, EditionId(edition)).await?;
    }
    Ok(usize::try_from(ready).unwrap_or(0))
}

#[derive(Serialize)]
struct End<'a> {
    d: i64,
    s: i64,
    x: Option<&'a str>,
    r: Option<&'a str>,
}

/// A delivery that was confirmed before it was known to have arrived stays confirmed.
const KEEP: Sql = Sql {
    lite: "UPDATE deliveries SET state = j.s, external_id = j.x, reason = j.r, sent_at = $2
           FROM (SELECT json_extract(value, '$.d') AS d, json_extract(value, '$.s') AS s,
                        json_extract(value, '$.x') AS x, json_extract(value, '$.r') AS r
                 FROM json_each($1)) AS j
           WHERE deliveries.id = j.d AND deliveries.state = 1",
    pg: "UPDATE deliveries SET state = j.s, external_id = j.x, reason = j.r, sent_at = $2
         FROM json_to_recordset($1::json) AS j (d bigint, s bigint, x text, r text)
         WHERE deliveries.id = j.d AND deliveries.state = 1",
};

/// How many of them change, by edition and state: counted before, since a row for each would cost more.
const COUNT: Sql = Sql {
    lite: "SELECT d.edition_id, json_extract(j.value, '$.s') AS s, COUNT(*)
           FROM json_each($1) j JOIN deliveries d ON d.id = json_extract(j.value, '$.d')
           WHERE d.state = 1 GROUP BY d.edition_id, s",
    pg: "SELECT d.edition_id, j.s, COUNT(*)
         FROM json_to_recordset($1::json) AS j (d bigint, s bigint) JOIN deliveries d ON d.id = j.d
         WHERE d.state = 1 GROUP BY d.edition_id, j.s",
};

/// Keeps how deliveries ended.
pub async fn ended(tx: &mut Tx<'_>, env: &Env, ended: &[Ended]) -> Result<(), StoreError> {
    if ended.is_empty() {
        return Ok(());
    }
    // One delivery can end twice in a batch (its chat closed while a part was on its way): the first counts.
    let mut once: BTreeMap<i64, End<'_>> = BTreeMap::new();
    for end in ended {
        let d = end.delivery.0;
        once.entry(d).or_insert_with(|| match &end.result {
            Ok(message) => End { d, s: delivery::SENT, x: Some(message), r: None },
            Err(why) => End { d, s: delivery::FAILED, x: None, r: Some(why) },
        });
    }
    hold_editions(tx, &serde_json::to_string(&once.keys().collect::<Vec<_>>())?).await?;
    let list: Vec<&End<'_>> = once.values().collect();
    let list = serde_json::to_string(&list)?;
    let rows: Vec<(i64, i64, i64)> = tx.all(COUNT, args![&list]).await?;
    tx.exec(KEEP, args![list, env.now]).await?;
    let mut counts: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (edition, state, count) in rows {
        let (sent, failed) = counts.entry(edition).or_default();
        *(if state == delivery::SENT { sent } else { failed }) += count;
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
