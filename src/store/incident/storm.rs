//! Many cases at once: they are counted in one message, so that none of what was said before is washed away.

use std::time::Duration;

use crate::args;
use crate::conversation::incident::{CardKind, card};
use crate::domain::Timestamp;
use crate::domain::ids::{ChatId, IncidentId};
use crate::domain::incident::Move;
use crate::store::{Env, StoreError, Tx, outbox};

use super::act;

/// So many cards of new cases a chat is shown in a minute. Telegram lets a bot say 20 messages a minute in a group
/// (<https://core.telegram.org/bots/faq>), and the pictures and answers have to get through too.
const CARDS_A_MINUTE: i64 = 10;
const MINUTE: Duration = Duration::from_secs(60);
/// After so long a new message counts anew: one that is only changed rings nowhere.
const WINDOW: Duration = Duration::from_secs(300);

/// How a new case is shown in a chat: by a card of its own, or counted among many.
pub async fn kind_for(tx: &mut Tx<'_>, env: &Env, chat: ChatId) -> Result<CardKind, StoreError> {
    let sql = "SELECT COUNT(*) FROM (
                 SELECT i.id FROM incidents i JOIN incident_cards k ON k.incident_id = i.id
                 WHERE i.created_at > $2 AND k.chat_id = $1 AND k.kind = 'duty' LIMIT $3) AS shown";
    let shown = tx.int(sql, args![chat, env.now - MINUTE, CARDS_A_MINUTE]).await?;
    Ok(if shown < CARDS_A_MINUTE { CardKind::Duty } else { CardKind::Bundle })
}

/// Counts anew what came in this window, in its message.
pub async fn count(tx: &mut Tx<'_>, env: &Env, chat: ChatId) -> Result<(), StoreError> {
    let window = i64::try_from(WINDOW.as_micros()).unwrap_or(i64::MAX);
    let since = Timestamp(env.now.0 - env.now.0.rem_euclid(window));
    let sql =
        "SELECT i.category_name, COUNT(*) FROM incidents i JOIN incident_cards k ON k.incident_id = i.id
               WHERE i.created_at >= $2 AND k.chat_id = $1 AND k.kind = 'bundle'
               GROUP BY i.category_name ORDER BY COUNT(*) DESC, i.category_name";
    let counts: Vec<(Option<String>, i64)> = tx.all(sql, args![chat, since]).await?;
    let lang = act::lang_of(tx, chat).await?;
    outbox::post(tx, env, chat, &card::bundle(chat, lang, &counts, since)).await
}

/// Somebody asks for a case in a chat where it was only counted.
pub async fn asked_for(tx: &mut Tx<'_>, id: IncidentId, chat: ChatId) -> Result<(), StoreError> {
    let sql = "UPDATE incident_cards SET kind = 'duty'
               WHERE incident_id = $1 AND chat_id = $2 AND kind = 'bundle'";
    tx.exec(sql, args![id, chat]).await?;
    Ok(())
}

/// Somebody acts upon a case: from now on it has a card of its own. What its reporter adds is no reason.
pub async fn acted_upon(tx: &mut Tx<'_>, id: IncidentId, movement: Move) -> Result<(), StoreError> {
    if movement != Move::Add {
        let sql = "UPDATE incident_cards SET kind = 'duty' WHERE incident_id = $1 AND kind = 'bundle'";
        tx.exec(sql, args![id]).await?;
    }
    Ok(())
}
