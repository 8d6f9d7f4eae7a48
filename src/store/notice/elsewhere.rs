//! An urgent notice does not wait for a channel that is down: it goes over its recipient's next one.

use std::time::Duration;

use crate::args;
use crate::domain::Timestamp;
use crate::domain::content::Lane;
use crate::domain::ids::*;
use crate::store::{Env, Sql, StoreError, Tx};

use super::edition::{delivery, hold_editions};
use super::next::{next_chat, put, waits_again};

/// Deliveries that one transaction moves.
const CHUNK: i64 = 200;

/// Deliveries of urgent editions that wait for a channel that has been down since `$2` or longer, with the next chat of
/// their recipient's over a channel that works.
macro_rules! stuck {
    () => {
        concat!(
            "SELECT d.id, d.state, d.edition_id, (
               SELECT c.id FROM chats c WHERE c.person_id = d.person_id AND ",
            next_chat!(),
            " AND NOT EXISTS (SELECT 1 FROM channel_rests w WHERE w.channel = c.channel)
               ORDER BY c.rank, c.id LIMIT 1) AS other
             FROM editions e JOIN deliveries d ON d.edition_id = e.id JOIN chats o ON o.id = d.chat_id
             JOIN channel_rests r ON r.channel = o.channel AND r.since <= $2
             WHERE e.state = 'running' AND e.lane = $1 AND d.state IN (0, 1)"
        )
    };
}

const STUCK: &str = concat!(
    "SELECT id, state, edition_id, other FROM (",
    stuck!(),
    ") AS s WHERE other IS NOT NULL ORDER BY id LIMIT $3"
);

/// Moves some. Gives whether there were any.
pub async fn move_some(tx: &mut Tx<'_>, env: &Env) -> Result<bool, StoreError> {
    let Some(after) = env.chases.elsewhere else { return Ok(false) };
    if tx.int("SELECT COUNT(*) FROM channel_rests WHERE since <= $1", args![env.now.before(after)]).await?
        == 0
    {
        return Ok(false);
    }
    let args = args![Lane::Urgent.code(), env.now.before(after), CHUNK];
    let stuck: Vec<(i64, i64, i64, i64)> = tx.all(STUCK, args).await?;
    let ids: Vec<i64> = stuck.iter().map(|(id, ..)| *id).collect();
    hold_editions(tx, &serde_json::to_string(&ids)?).await?;
    let mut moved = false;
    for (id, state, edition, chat) in stuck {
        moved |= move_one(tx, env, DeliveryId(id), state, edition, ChatId(chat)).await?;
    }
    Ok(moved)
}

/// What is under way, or has gone out in part, is left where it is: nobody gets half of it twice.
const ON_ITS_WAY: Sql = Sql {
    lite: "SELECT state FROM messages WHERE delivery_id = $1",
    pg: "SELECT state FROM messages WHERE delivery_id = $1 ORDER BY id FOR UPDATE",
};

async fn move_one(
    tx: &mut Tx<'_>,
    env: &Env,
    id: DeliveryId,
    state: i64,
    edition: i64,
    chat: ChatId,
) -> Result<bool, StoreError> {
    let states: Vec<(i64,)> = tx.all(ON_ITS_WAY, args![id]).await?;
    if states.iter().any(|(state,)| matches!(state, 1..=3)) {
        return Ok(false);
    }
    let (channel,): (String,) = tx.one("SELECT channel FROM chats WHERE id = $1", args![chat]).await?;
    if !put(tx, id.0, chat.0, &channel, (state, state)).await? {
        return Ok(false);
    }
    let sql = "UPDATE messages SET state = 5, settled_at = $2 WHERE delivery_id = $1 AND state = 0";
    tx.exec(sql, args![id, env.now]).await?;
    if state == delivery::QUEUED {
        waits_again(tx, env, edition).await?;
    }
    Ok(true)
}

/// When a channel that is down has been so for too long, while something urgent waits.
pub async fn next(
    tx: &mut Tx<'_>,
    now: Timestamp,
    after: Option<Duration>,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(after) = after else { return Ok(None) };
    let sql = "SELECT MIN(since) FROM channel_rests WHERE since > $1
                 AND EXISTS (SELECT 1 FROM editions WHERE state = 'running' AND lane = $2)";
    let (since,): (Option<i64>,) = tx.one(sql, args![now.before(after), Lane::Urgent.code()]).await?;
    Ok(since.map(|since| Timestamp(since) + after))
}
