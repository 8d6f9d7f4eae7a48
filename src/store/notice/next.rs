//! A recipient's next channel: where the first fails for good, or nothing is confirmed over it.

use crate::args;
use crate::domain::ChannelKind;
use crate::domain::content::Lane;
use crate::domain::ids::*;
use crate::store::{Env, StoreError, Tx};

use super::edition::delivery;
use super::{OWN_DATA_PREFIX, personal};

/// Another open chat `c` of who gets delivery `d`: one over which it has not been sent, and that has none of its own.
/// From where it was only called back, because the channel was down, it may go out after all.
macro_rules! next_chat {
    () => {
        "c.kind = 'private' AND c.state = 'open' AND c.id <> d.chat_id
         AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.chat_id = c.id AND m.state <> 5)
         AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.edition_id = d.edition_id AND o.chat_id = c.id)"
    };
}
pub(super) use next_chat;

const NEXT: &str = concat!(
    "SELECT c.id, c.channel, d.edition_id FROM deliveries d JOIN chats c ON c.person_id = d.person_id
     WHERE d.id = $1 AND ",
    next_chat!(),
    " ORDER BY c.rank, c.id LIMIT 1"
);

/// The same where it is not yet waiting to be sent, and whose channel works: whoever is reminded is to hear of it now.
const BESIDE: &str = concat!(
    "SELECT c.id, c.channel, d.edition_id FROM deliveries d JOIN chats c ON c.person_id = d.person_id
     WHERE d.id = $1 AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.chat_id = c.id)
       AND NOT EXISTS (SELECT 1 FROM channel_rests w WHERE w.channel = c.channel) AND ",
    next_chat!(),
    " ORDER BY c.rank, c.id LIMIT 1"
);

/// A delivery that failed for good goes on over the next channel, if there is one. Gives whether it does.
pub(super) async fn channel(tx: &mut Tx<'_>, env: &Env, delivery: i64) -> Result<bool, StoreError> {
    let Some(edition) = go_on(tx, delivery, (delivery::QUEUED, delivery::QUEUED)).await? else {
        return Ok(false);
    };
    waits_again(tx, env, edition).await?;
    Ok(true)
}

/// A delivery that failed, or was passed over, waits for another channel of its recipient's. Gives whether there is one.
pub(super) async fn another(tx: &mut Tx<'_>, delivery: DeliveryId) -> Result<bool, StoreError> {
    Ok(go_on(tx, delivery.0, (delivery::FAILED, delivery::SKIPPED)).await?.is_some())
}

/// A delivery in one of these states waits for the next chat of its recipient's. Gives its edition, if there is one.
async fn go_on(tx: &mut Tx<'_>, delivery: i64, (first, last): (i64, i64)) -> Result<Option<i64>, StoreError> {
    let next: Option<(i64, String, i64)> = tx.optional(NEXT, args![delivery]).await?;
    let Some((chat, channel, edition)) = next else { return Ok(None) };
    Ok(put(tx, delivery, chat, &channel, (first, last)).await?.then_some(edition))
}

/// A delivery in one of these states waits for this chat, which is on this channel. Gives whether it does.
pub(super) async fn put(
    tx: &mut Tx<'_>,
    delivery: i64,
    chat: i64,
    channel: &str,
    (first, last): (i64, i64),
) -> Result<bool, StoreError> {
    let channel =
        ChannelKind::from_code(channel).ok_or_else(|| StoreError::Corrupt(format!("channel {channel}")))?;
    let sql = "UPDATE deliveries SET chat_id = $2, channel = $3, state = $4, reason = NULL, failure = NULL
               WHERE id = $1 AND state IN ($5, $6)";
    let args = args![delivery, chat, channel.number(), delivery::WAITING, first, last];
    Ok(tx.exec(sql, args).await? > 0)
}

/// A delivery of the edition that was in the outbox waits again.
pub(super) async fn waits_again(tx: &mut Tx<'_>, env: &Env, edition: i64) -> Result<(), StoreError> {
    let sql = "UPDATE editions SET queued = queued - 1, waiting = waiting + 1, changed_at = $2 WHERE id = $1";
    tx.exec_one(sql, args![edition, env.now]).await
}

/// Sends a delivery that nobody confirmed over the next channel as well, whole and with its button. Gives whether
/// there is one that works.
pub(super) async fn also(tx: &mut Tx<'_>, env: &Env, delivery: DeliveryId) -> Result<bool, StoreError> {
    send_over(tx, env, delivery, BESIDE).await
}

/// Sends a delivery that came back over the next channel. Gives whether there is one.
pub(super) async fn instead(tx: &mut Tx<'_>, env: &Env, delivery: DeliveryId) -> Result<bool, StoreError> {
    send_over(tx, env, delivery, NEXT).await
}

async fn send_over(
    tx: &mut Tx<'_>,
    env: &Env,
    delivery: DeliveryId,
    which: &'static str,
) -> Result<bool, StoreError> {
    let next: Option<(i64, String, i64)> = tx.optional(which, args![delivery]).await?;
    let Some((chat, channel, edition)) = next else { return Ok(false) };
    if let (Some(own), Some(kind)) = (personal::of(tx, edition).await?, ChannelKind::from_code(&channel)) {
        return own.also(tx, env, delivery, (chat, kind)).await;
    }
    let sql =
        "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, last_part, state, ready,
                 not_before, created_at)
               SELECT $3, $2, $4, 'send', p.payload_id, $5 || d.nonce, p.last, 0, 1, $6, $6
               FROM deliveries d JOIN edition_parts p ON p.edition_id = d.edition_id AND p.channel = $3
               WHERE d.id = $1 AND d.edition_id = $7 ORDER BY p.seq";
    let args = args![delivery, chat, channel, Lane::Notice.code(), OWN_DATA_PREFIX, env.now, edition];
    Ok(tx.exec(sql, args).await? > 0)
}

/// What still waits of a delivery that was confirmed, over whatever channel, is not needed any more. What is said of it
/// afterwards in the urgent lane is: that a meeting was changed or called off.
pub(super) async fn call_off(tx: &mut Tx<'_>, env: &Env, delivery: DeliveryId) -> Result<(), StoreError> {
    let sql = "UPDATE messages SET state = 5, settled_at = $2
               WHERE settled_at IS NULL AND state = 0 AND (delivery_id IS NOT NULL OR lane = $4)
                 AND own_data = (SELECT $3 || nonce FROM deliveries WHERE id = $1)
                 AND chat_id IN (SELECT c.id FROM deliveries d JOIN chats c ON c.person_id = d.person_id
                                 WHERE d.id = $1 AND c.kind = 'private')";
    tx.exec(sql, args![delivery, env.now, OWN_DATA_PREFIX, Lane::Notice.code()]).await?;
    Ok(())
}
