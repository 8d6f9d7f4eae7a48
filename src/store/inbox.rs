//! Updates as they came: stored before they are acknowledged, handled once. What cannot be handled is in
//! `aside`.

use std::sync::Arc;
use std::time::Duration;

use crate::args;
use crate::conversation::{Incoming, Rules, people};
use crate::domain::ids::UpdateId;
use crate::domain::{ChannelKind, Timestamp};
use crate::failpoint::{Planted, Point, at, planted};

use super::turn::{self, Step};
use super::{Answer, Store, StoreError, Tx, row};

/// How long an album waits for its next part: the parts come as updates of their own, within moments.
pub const ALBUM_PATIENCE: Duration = Duration::from_millis(800);

/// However many parts come one upon the other, the first of them waits no longer.
pub const ALBUM_LASTS: Duration = Duration::from_secs(4);

/// After a week without updates Telegram's next number is a random one, which may be lower than the last
/// (<https://core.telegram.org/bots/api#update>): to ask for what comes after the last would throw it away.
/// A day less, for clocks that differ. What was stored before and comes again is absorbed.
const NUMBERS_LAST: Duration = Duration::from_secs(6 * 24 * 3600);

/// An update on its way into the inbox.
#[derive(Clone, Debug)]
pub struct NewUpdate {
    /// What the platform calls it: the same when it comes again.
    pub key: String,
    /// The platform's number, by which the next ones are asked for; 0 where it does not number.
    pub number: i64,
    pub chat_key: String,
    pub album: Option<String>,
    pub body: Vec<u8>,
}

impl NewUpdate {
    /// One that the platform numbers, and that stands alone.
    pub fn numbered(number: i64, chat_key: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            key: number.to_string(),
            number,
            chat_key: chat_key.to_owned(),
            album: None,
            body: body.into(),
        }
    }
}

/// An update that waits to be handled.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: UpdateId,
    pub chat_key: String,
    pub album: Option<String>,
    pub body: Vec<u8>,
    pub attempts: i64,
    not_before: i64,
    received_at: i64,
}

row!(Waiting {
    chat_key, album, body, attempts, not_before, received_at;
    id: |row: Answer<'_>| row.named("id").map(UpdateId)
});

impl Waiting {
    pub fn not_before(&self) -> Timestamp {
        Timestamp(self.not_before)
    }

    pub fn received_at(&self) -> Timestamp {
        Timestamp(self.received_at)
    }
}

impl Store {
    /// Stores updates and moves the offset, in one transaction. An update that is there already is absorbed.
    /// Gives how many were new. Only after this may they be acknowledged.
    pub async fn receive(&self, channel: ChannelKind, updates: Vec<NewUpdate>) -> Result<u64, StoreError> {
        let now = self.env().now;
        let new = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let mut new = 0;
                    let mut last = None;
                    for update in updates {
                        last = last.max(Some(update.number).filter(|number| *number > 0));
                        new += insert(tx, channel, now, update).await?;
                    }
                    if let Some(last) = last {
                        save_offset(tx, channel, last, now).await?;
                    }
                    at(Point::ReceiveBeforeCommit).await?;
                    Ok(new)
                })
            })
            .await?;
        at(Point::ReceiveAfterCommit).await?;
        Ok(new)
    }

    /// Stores an update that was pushed. One that is there already is absorbed. The offset stays where it is: another
    /// with a smaller number may still come. Only after this may it be acknowledged.
    pub async fn receive_pushed(&self, channel: ChannelKind, update: NewUpdate) -> Result<u64, StoreError> {
        let now = self.env().now;
        let new = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let new = insert(tx, channel, now, update).await?;
                    at(Point::ReceiveBeforeCommit).await?;
                    Ok(new)
                })
            })
            .await?;
        at(Point::ReceiveAfterCommit).await?;
        Ok(new)
    }

    /// The number of the last update that was stored; 0 before the first, and where that is so long ago that
    /// the platform may have begun to number anew.
    pub async fn offset(&self, channel: ChannelKind) -> Result<i64, StoreError> {
        let name = offset_name(channel);
        // Mailboxes say themselves when they number anew.
        let lasts = channel != ChannelKind::Email;
        let since = if lasts { self.env().now - NUMBERS_LAST } else { Timestamp(i64::MIN) };
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let row: Option<(String,)> =
                        tx.optional("SELECT value FROM settings WHERE name = $1", args![name]).await?;
                    let kept = row.and_then(|(value,)| read_offset(&value));
                    Ok(kept.filter(|(_, at)| *at > since).map_or(0, |(last, _)| last))
                })
            })
            .await
    }

    /// The oldest updates that wait, at most `limit`, in the order in which they came.
    pub async fn waiting_updates(
        &self,
        channel: ChannelKind,
        limit: usize,
    ) -> Result<Vec<Waiting>, StoreError> {
        let sql = "SELECT id, chat_key, album, body, attempts, not_before, received_at FROM inbox
                   WHERE state = 'waiting' AND channel = $1 ORDER BY id LIMIT $2 + 0";
        self.db.read(|tx| Box::pin(async move { tx.all(sql, args![channel.code(), limit]).await })).await
    }

    /// Handles updates (the parts of one album, or a single one) as one thing that came in: it is done, and
    /// everything that comes of it is kept, or none of it. `None` is an update that says nothing to loa.
    pub async fn handle(
        &self,
        ids: Vec<UpdateId>,
        incoming: Option<Incoming>,
        rules: Arc<Rules>,
        step: Step,
    ) -> Result<(), StoreError> {
        let env = self.env();
        at(Point::HandleBefore).await?;
        if planted(Planted::DoneEarly) {
            return self.handle_badly(ids, incoming, rules, step).await;
        }
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    for id in &ids {
                        // Handled by somebody else in the meantime: not an error, and not again.
                        let sql = "UPDATE inbox SET state = 'done', handled_at = $2
                                   WHERE id = $1 AND state = 'waiting'";
                        if tx.exec(sql, args![*id, env.now]).await? == 0 {
                            return Ok(());
                        }
                    }
                    let Some(incoming) = &incoming else { return Ok(()) };
                    // What may not be kept goes together with what came of it.
                    let forbidden = turn::take(tx, &env, incoming, &rules, step).await?;
                    if forbidden || people::holds_secret(incoming) {
                        for id in ids {
                            let sql = "UPDATE inbox SET body = $2 WHERE id = $1";
                            tx.exec_one(sql, args![id, Vec::<u8>::new()]).await?;
                        }
                    }
                    at(Point::HandleBeforeCommit).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(at(Point::HandleAfterCommit).await?)
    }

    /// Planted: the update is done before anything comes of it.
    async fn handle_badly(
        &self,
        ids: Vec<UpdateId>,
        incoming: Option<Incoming>,
        rules: Arc<Rules>,
        step: Step,
    ) -> Result<(), StoreError> {
        let now = self.env().now;
        let done = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let mut done = 0;
                    for id in ids {
                        let sql = "UPDATE inbox SET state = 'done', handled_at = $2
                                   WHERE id = $1 AND state = 'waiting'";
                        done += tx.exec(sql, args![id, now]).await?;
                    }
                    Ok(done)
                })
            })
            .await?;
        at(Point::HandleAfterCommit).await?;
        match incoming {
            Some(incoming) if done > 0 => self.take_turn(incoming, rules, step).await,
            _ => Ok(()),
        }
    }
}

async fn insert(
    tx: &mut Tx<'_>,
    channel: ChannelKind,
    now: Timestamp,
    update: NewUpdate,
) -> Result<u64, StoreError> {
    let sql = "INSERT INTO inbox
                 (channel, external_id, chat_key, album, body, state, not_before, received_at)
               VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7)
               ON CONFLICT (channel, external_id) DO NOTHING";
    let not_before = if update.album.is_some() { now + ALBUM_PATIENCE } else { now };
    let twin = planted(Planted::UpdateTwice).then(|| update.clone());
    let args =
        args![channel.code(), &update.key, update.chat_key, update.album, update.body, not_before, now,];
    let new = tx.exec(sql, args).await?;
    if let Some(update) = twin.filter(|_| new == 0) {
        let other = format!("0{}", update.key);
        let args = args![channel.code(), other, update.chat_key, update.album, update.body, not_before, now];
        return tx.exec(sql, args).await;
    }
    Ok(new)
}

async fn save_offset(
    tx: &mut Tx<'_>,
    channel: ChannelKind,
    last: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.exec_one(sql, args![offset_name(channel), format!("{last} {}", now.0)]).await
}

/// The number of an update, and when it was stored.
fn read_offset(value: &str) -> Option<(i64, Timestamp)> {
    let (last, at) = value.split_once(' ')?;
    Some((last.parse().ok()?, Timestamp(at.parse().ok()?)))
}

fn offset_name(channel: ChannelKind) -> String {
    format!("offset:{}", channel.code())
}
