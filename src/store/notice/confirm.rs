//! Confirmations: "I have received it".

use crate::args;
use crate::conversation;
use crate::conversation::notice::{Action, CallAction, Receipt, UNDO, meeting};
use crate::domain::Timestamp;
use crate::domain::content::Own;
use crate::domain::ids::*;
use crate::domain::template::told;
use crate::store::audit::{self, Actor};
use crate::store::{Env, StoreError, Tx, row};

use super::edition::delivery;
use super::{chase, next, personal, tapped};

/// What a recipient's own button does, if the delivery that its data names belongs to this chat.
pub async fn own_action(
    tx: &mut Tx<'_>,
    chat: ChatId,
    data: &str,
) -> Result<Option<conversation::Action>, StoreError> {
    let Some((nonce, own)) = Own::split(data) else { return Ok(None) };
    // Over whichever of their channels somebody answers.
    let sql = "SELECT d.id FROM deliveries d WHERE d.nonce = $1 AND (d.chat_id = $2 OR EXISTS (
                 SELECT 1 FROM chats c WHERE c.id = $2 AND c.kind = 'private' AND c.person_id = d.person_id))";
    let row: Option<(i64,)> = tx.optional(sql, args![nonce, chat]).await?;
    let action = |delivery| match own {
        Own::Confirm => Action::Confirm { delivery },
        Own::Meeting(answer) => Action::Meeting(meeting::Action::Answer { delivery, answer }),
        Own::Answer => Action::Call(CallAction::Answer { delivery }),
    };
    Ok(row.map(|(id,)| conversation::Action::Notice(action(DeliveryId(id)))))
}

struct Row {
    person_id: Option<i64>,
    at: Option<i64>,
    title: String,
    sent: i64,
}

row!(Row { person_id, at, title, sent });

/// What is known of a delivery when somebody confirms it.
pub async fn receipt(
    tx: &mut Tx<'_>,
    id: DeliveryId,
    person: PersonId,
) -> Result<Option<Receipt>, StoreError> {
    let sql =
        "SELECT d.person_id, c.at, n.title, COALESCE(e.started_at, e.starts_at) AS sent FROM deliveries d
               JOIN editions e ON e.id = d.edition_id JOIN notices n ON n.id = e.notice_id
               LEFT JOIN confirmations c ON c.delivery_id = d.id AND c.person_id = $2
               WHERE d.id = $1";
    let Some(row) = tx.optional::<Row>(sql, args![id, person]).await? else { return Ok(None) };
    // As whoever presses has read it.
    let values = match personal::is_personal(&row.title) {
        true => personal::recipients(tx, &format!("[{id}]")).await?.pop().map(|one| one.values),
        false => None,
    };
    Ok(Some(Receipt {
        owner: row.person_id.map(PersonId),
        confirmed_at: row.at.map(Timestamp),
        title: told(&row.title, Timestamp(row.sent), &values.unwrap_or_default()),
    }))
}

/// Takes a confirmation back that was given a moment ago. With the last one of a delivery, it counts as arrived only.
pub async fn take_back(
    tx: &mut Tx<'_>,
    env: &Env,
    id: DeliveryId,
    person: PersonId,
) -> Result<(), StoreError> {
    super::edition::hold_editions(tx, &format!("[{id}]")).await?;
    let sql = "DELETE FROM confirmations WHERE delivery_id = $1 AND person_id = $2 AND at >= $3";
    if tx.exec(sql, args![id, person, env.now.before(UNDO)]).await? == 0 {
        return Ok(());
    }
    tapped::show(tx, env, id).await?;
    let sql = "UPDATE deliveries SET state = 2, confirmed_at = NULL, sent_at = COALESCE(sent_at, $2)
               WHERE id = $1 AND state = 3
                 AND NOT EXISTS (SELECT 1 FROM confirmations k WHERE k.delivery_id = $1)
               RETURNING edition_id, chat_id";
    let row: Option<(i64, i64)> = tx.optional(sql, args![id, env.now]).await?;
    let Some((edition, chat)) = row else { return Ok(()) };
    let sql = "UPDATE editions SET confirmed = confirmed - 1, sent = sent + 1, changed_at = $2 WHERE id = $1";
    tx.exec_one(sql, args![edition, env.now]).await?;
    chase::look_again(tx, env, EditionId(edition), chat).await?;
    audit::record(tx, env, Actor::Person(person), "notice.unconfirm", &format!("delivery:{id}"), "").await
}

/// Keeps a confirmation. The first one of a delivery makes it confirmed.
pub async fn confirm(tx: &mut Tx<'_>, env: &Env, id: DeliveryId, person: PersonId) -> Result<(), StoreError> {
    super::edition::hold_editions(tx, &format!("[{id}]")).await?;
    let sql = "INSERT INTO confirmations (delivery_id, person_id, at) VALUES ($1, $2, $3)
               ON CONFLICT (delivery_id, person_id) DO NOTHING";
    if tx.exec(sql, args![id, person, env.now]).await? == 0 {
        return Ok(());
    }
    next::call_off(tx, env, id).await?;
    tapped::show(tx, env, id).await?;
    let sql = "SELECT edition_id, state FROM deliveries WHERE id = $1";
    let (edition, state): (i64, i64) = tx.one(sql, args![id]).await?;
    if state == delivery::CONFIRMED {
        return Ok(());
    }
    let sql = "UPDATE deliveries SET state = 3, confirmed_at = $2 WHERE id = $1 AND state = $3";
    tx.exec_one(sql, args![id, env.now, state]).await?;
    // Whatever the delivery counted as so far, it counts as confirmed now.
    let was = |which: i64| i64::from(state == which);
    let sql = "UPDATE editions SET confirmed = confirmed + 1, waiting = waiting - $2, queued = queued - $3,
                 sent = sent - $4, failed = failed - $5, skipped = skipped - $6, changed_at = $7 WHERE id = $1";
    let args = args![
        edition,
        was(delivery::WAITING),
        was(delivery::QUEUED),
        was(delivery::SENT),
        was(delivery::FAILED),
        was(delivery::SKIPPED),
        env.now,
    ];
    tx.exec_one(sql, args).await?;
    super::edition::end_if_done(tx, env, EditionId(edition)).await
}
