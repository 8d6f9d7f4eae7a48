//! Chats: bound, closed, opened again, moved.

use crate::args;
use crate::conversation::{ChatKind, Incoming, Lang, Purpose, What};
use crate::domain::ids::*;
use crate::domain::text::fold;
use crate::domain::{ChannelKind, Failure};

use super::super::notice::{self, Ended, Lost};
use super::super::{Env, Store, StoreError, Tx, row};
use super::arrange_owner;

impl Store {
    /// A group became a supergroup: its row goes by the new id from now on. If that has a row already, the
    /// two become one. Told twice, nothing more happens.
    pub async fn chat_moved(&self, channel: ChannelKind, old: &str, new: &str) -> Result<(), StoreError> {
        let (env, old, new) = (self.env(), old.to_owned(), new.to_owned());
        self.db
            .write(move |tx| Box::pin(async move { chat_moved(tx, &env, channel, &old, &new).await }))
            .await
    }

    /// The chat cannot be reached any more. What waits for it fails with the reason.
    pub async fn chat_closed(&self, chat: ChatId, reason: &str) -> Result<(), StoreError> {
        let (env, reason) = (self.env(), reason.to_owned());
        self.db.write(move |tx| Box::pin(async move { close(tx, &env, chat, &reason).await })).await
    }
}

pub(super) async fn note_greeting(tx: &mut Tx<'_>, env: &Env, chat: ChatId) -> Result<(), StoreError> {
    tx.exec_one("UPDATE chats SET greeted_at = $2 WHERE id = $1", args![chat, env.now]).await
}

pub(super) async fn set_lang(tx: &mut Tx<'_>, chat: ChatId, lang: Lang) -> Result<(), StoreError> {
    tx.exec_one("UPDATE chats SET lang = $2 WHERE id = $1", args![chat, lang.code()]).await
}

pub(super) async fn forget_name(tx: &mut Tx<'_>, chat: ChatId) -> Result<(), StoreError> {
    let sql = "UPDATE chats SET title = '', folded = '' WHERE id = $1 AND person_id IS NULL";
    tx.exec(sql, args![chat]).await?;
    Ok(())
}

pub(super) async fn bind(
    tx: &mut Tx<'_>,
    chat: ChatId,
    unit: UnitId,
    purpose: Purpose,
) -> Result<(), StoreError> {
    let sql = "UPDATE chats SET unit_id = $2, purpose = $3 WHERE id = $1 AND kind = 'group'";
    tx.exec_one(sql, args![chat, unit, purpose.code()]).await
}

pub(super) async fn unbind(tx: &mut Tx<'_>, chat: ChatId) -> Result<(), StoreError> {
    let sql = "UPDATE chats SET unit_id = NULL, purpose = 'none' WHERE id = $1 AND kind = 'group'";
    tx.exec_one(sql, args![chat]).await
}

/// The chat can be reached (again).
pub(super) async fn open(tx: &mut Tx<'_>, chat: ChatId) -> Result<(), StoreError> {
    tx.exec_one("UPDATE chats SET state = 'open', reason = NULL WHERE id = $1", args![chat]).await?;
    arrange_owner(tx, chat).await
}

/// Somebody writes from a chat that is known: so it can be reached, whatever was thought before, and a
/// group's title is what the platform says it is.
pub(in crate::store) async fn heard_from(
    tx: &mut Tx<'_>,
    incoming: &Incoming,
    chat: ChatId,
    title: &str,
    is_open: bool,
) -> Result<(), StoreError> {
    if !matches!(incoming.what, What::Message(_) | What::Press(_)) {
        return Ok(());
    }
    if !is_open {
        // Not a row that gave its place to another when the group moved.
        let sql = "UPDATE chats SET state = 'open', reason = NULL WHERE id = $1 AND COALESCE(reason, '') <> 'moved'";
        tx.exec(sql, args![chat]).await?;
        arrange_owner(tx, chat).await?;
    }
    let new = &incoming.chat.title;
    if incoming.chat.kind == ChatKind::Group && !new.is_empty() && new != title {
        let sql = "UPDATE chats SET title = $2, folded = $3 WHERE id = $1";
        tx.exec_one(sql, args![chat, new, fold(new)]).await?;
    }
    Ok(())
}

/// The chat cannot be reached any more. Whose it is, and which unit it is bound to, stays.
pub(super) async fn close(tx: &mut Tx<'_>, env: &Env, chat: ChatId, reason: &str) -> Result<(), StoreError> {
    let sql = "UPDATE chats SET state = 'closed', reason = $2, greeted_at = NULL WHERE id = $1";
    tx.exec_one(sql, args![chat, reason]).await?;
    arrange_owner(tx, chat).await?;
    drop_waiting(tx, env, chat, reason).await
}

/// What still waits for the chat will not be sent; the notices that it was of hear why.
pub(super) async fn drop_waiting(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: ChatId,
    why: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE messages SET state = 5, error = $2, settled_at = $3
               WHERE chat_id = $1 AND settled_at IS NULL AND state = 0 RETURNING delivery_id";
    let rows: Vec<(Option<i64>,)> = tx.all(sql, args![chat, why, env.now]).await?;
    let mut deliveries: Vec<i64> = rows.into_iter().filter_map(|(delivery,)| delivery).collect();
    deliveries.sort_unstable();
    deliveries.dedup();
    if deliveries.is_empty() {
        return Ok(());
    }
    let lost = Lost::new(Failure::Permanent, why);
    let ended: Vec<Ended> = deliveries
        .into_iter()
        .map(|delivery| Ended { delivery: DeliveryId(delivery), result: Err(lost.clone()) })
        .collect();
    notice::ended(tx, env, &ended).await
}

/// The slot that remembers when a group's messages were numbered anew.
pub const MOVED: &str = "moved";

struct MovedRow {
    id: i64,
    external_id: String,
    unit_id: Option<i64>,
    purpose: String,
}

row!(MovedRow { id, external_id, unit_id, purpose });

/// A group became a supergroup. Both ids may have a row; the older row stays, because notices and cases
/// hang on it, and what has come to the younger one goes over to it.
pub async fn chat_moved(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    old: &str,
    new: &str,
) -> Result<(), StoreError> {
    let sql = "SELECT id, external_id, unit_id, purpose FROM chats
               WHERE channel = $1 AND external_id IN ($2, $3) ORDER BY id";
    let rows: Vec<MovedRow> = tx.all(sql, args![channel.code(), old, new]).await?;
    let Some((stays, goes)) = rows.split_first() else { return Ok(()) };
    if stays.external_id != new {
        // The numbers of the old group's messages mean nothing in the new one: cards are shown anew.
        tx.exec("DELETE FROM slots WHERE chat_id = $1", args![stays.id]).await?;
        let sql = "INSERT INTO slots (chat_id, slot, external_id, updated_at) VALUES ($1, $2, '', $3)";
        tx.exec_one(sql, args![stays.id, MOVED, env.now]).await?;
        let sql = "UPDATE messages SET state = 6, settled_at = $2, error = 'the group moved'
                   WHERE chat_id = $1 AND settled_at IS NULL AND state = 0 AND op = 'buttons'";
        tx.exec(sql, args![stays.id, env.now]).await?;
    }
    // The old id stays known, as closed, so that a straggler or a list opens no group anew under it.
    let Some(goes) = goes.first() else {
        if stays.external_id == new {
            return Ok(());
        }
        tx.exec_one("UPDATE chats SET external_id = $2 WHERE id = $1", args![stays.id, new]).await?;
        let sql = "INSERT INTO chats
                     (channel, external_id, kind, title, folded, purpose, state, reason, created_at)
                   SELECT channel, $2, kind, title, folded, 'none', 'closed', 'moved', $3
                   FROM chats WHERE id = $1";
        return tx.exec_one(sql, args![stays.id, old, env.now]).await;
    };
    merge(tx, stays, goes).await?;
    // By way of a third name, because no two rows may have the same.
    let sql = "UPDATE chats SET external_id = $2, state = 'closed', reason = 'moved',
                 unit_id = NULL, purpose = 'none' WHERE id = $1";
    tx.exec_one(sql, args![goes.id, format!("{old}:moved")]).await?;
    tx.exec_one("UPDATE chats SET external_id = $2 WHERE id = $1", args![stays.id, new]).await?;
    tx.exec_one("UPDATE chats SET external_id = $2 WHERE id = $1", args![goes.id, old]).await
}

async fn merge(tx: &mut Tx<'_>, stays: &MovedRow, goes: &MovedRow) -> Result<(), StoreError> {
    if stays.unit_id.is_none() && goes.unit_id.is_some() {
        let sql = "UPDATE chats SET unit_id = $2, purpose = $3 WHERE id = $1";
        tx.exec_one(sql, args![stays.id, goes.unit_id, &goes.purpose]).await?;
    }
    let sql = "UPDATE messages SET chat_id = $1 WHERE chat_id = $2 AND settled_at IS NULL";
    tx.exec(sql, args![stays.id, goes.id]).await?;
    tx.exec("UPDATE buttons SET chat_id = $1 WHERE chat_id = $2", args![stays.id, goes.id]).await?;
    tx.exec("DELETE FROM dialogues WHERE chat_id = $1", args![goes.id]).await?;
    let sql = "UPDATE slots SET chat_id = $1 WHERE chat_id = $2
               AND slot NOT IN (SELECT slot FROM slots WHERE chat_id = $1)";
    tx.exec(sql, args![stays.id, goes.id]).await?;
    tx.exec("DELETE FROM slots WHERE chat_id = $1", args![goes.id]).await?;
    // The survivor can be reached: the new group has just written.
    tx.exec("UPDATE chats SET state = 'open', reason = NULL WHERE id = $1", args![stays.id]).await?;
    Ok(())
}
