//! A message that was accepted and did not arrive after all: so says a mail that came back.

use crate::args;
use crate::conversation::incoming::Bounced;
use crate::domain::ids::*;

use super::{Env, StoreError, Tx, notice, settle};

/// Keeps it: the message has failed, and so has the delivery that it is part of; where nothing else will arrive either,
/// the chat is closed. What is known already changes nothing.
pub(super) async fn keep(tx: &mut Tx<'_>, env: &Env, bounced: &Bounced) -> Result<(), StoreError> {
    // Only mails come back.
    let sql = "UPDATE messages SET state = 4, error = $2
               WHERE id = $1 AND channel = 'email' AND state IN (2, 3) RETURNING chat_id, delivery_id";
    let found: Option<(i64, Option<i64>)> =
        tx.optional(sql, args![bounced.message, bounced.why.as_str()]).await?;
    let Some((chat, delivery)) = found else { return Ok(()) };
    if let Some(delivery) = delivery {
        notice::came_back(tx, env, DeliveryId(delivery), &bounced.why).await?;
    }
    if bounced.for_good {
        let mut ended = Vec::new();
        settle::close_chat(tx, env, ChatId(chat), &bounced.why, &mut ended).await?;
        notice::ended(tx, env, &ended).await?;
    }
    Ok(())
}
