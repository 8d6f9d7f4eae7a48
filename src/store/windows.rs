//! Who can be written to over a Zalo Official Account, and at what price: that depends on when they last wrote.

use std::time::Duration;

use serde::Serialize;

use crate::args;
use crate::domain::ids::ChatId;
use crate::domain::{ChannelKind, Timestamp};

use super::settle::{Outcome, Settled};
use super::{Env, Sql, Store, StoreError, Tx};

/// How long answers are free, and how many of them
/// (<https://developers.zalo.me/docs/official-account>).
const FREE_FOR: Duration = Duration::from_secs(48 * 3600);
const FREE_REPLIES: i64 = 8;
/// How long a person can be written to at all.
const PAID_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// How many people can be written to at what price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OaReach {
    pub free: u64,
    pub paid: u64,
    /// They wrote too long ago, or never.
    pub not_at_all: u64,
}

/// A person wrote: the window begins anew.
pub(super) async fn heard(tx: &mut Tx<'_>, chat: ChatId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO oa_windows (chat_id, wrote_at, replies) VALUES ($1, $2, 0)
               ON CONFLICT (chat_id) DO UPDATE SET wrote_at = excluded.wrote_at, replies = 0
                 WHERE excluded.wrote_at >= oa_windows.wrote_at";
    tx.exec(sql, args![chat, at]).await?;
    Ok(())
}

/// Counts what went to people, or may have.
pub(super) async fn count(
    tx: &mut Tx<'_>,
    channel: ChannelKind,
    settled: &[Settled],
) -> Result<(), StoreError> {
    if channel != ChannelKind::ZaloOa {
        return Ok(());
    }
    for one in settled.iter().filter(|one| !one.message.group) {
        if matches!(one.outcome, Outcome::Sent { .. } | Outcome::Unknown { .. }) {
            let sql = "UPDATE oa_windows SET replies = replies + 1 WHERE chat_id = $1";
            tx.exec(sql, args![one.message.chat]).await?;
        }
    }
    Ok(())
}

/// The chats of a list whose persons wrote after `$2`; of those, the ones with fewer than `$4` replies who wrote after
/// `$3`; all of the list.
const REACH: Sql = Sql {
    lite: "SELECT COALESCE(SUM(w.wrote_at >= $2), 0), COALESCE(SUM(w.wrote_at >= $3 AND w.replies < $4), 0), COUNT(*)
           FROM json_each($1) AS j JOIN chats c ON c.id = j.value LEFT JOIN oa_windows w ON w.chat_id = c.id
           WHERE c.channel = 'zalo_oa' AND c.kind = 'private'",
    pg: "SELECT COUNT(*) FILTER (WHERE w.wrote_at >= $2),
                COUNT(*) FILTER (WHERE w.wrote_at >= $3 AND w.replies < $4), COUNT(*)
         FROM json_array_elements_text($1::json) AS j JOIN chats c ON c.id = j.value::bigint
         LEFT JOIN oa_windows w ON w.chat_id = c.id
         WHERE c.channel = 'zalo_oa' AND c.kind = 'private'",
};

impl Store {
    /// How many of these chats can be written to free, for money, and not at all, if one message goes to each now.
    /// Chats of other channels, and groups, count for nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn oa_windows(&self, chats: &[ChatId]) -> Result<OaReach, StoreError> {
        let Env { now, .. } = self.env();
        let ids: Vec<i64> = chats.iter().map(|chat| chat.0).collect();
        let list = serde_json::to_string(&ids)?;
        let args = args![list, now.before(PAID_FOR), now.before(FREE_FOR), FREE_REPLIES];
        let (in_time, free, all): (i64, i64, i64) =
            self.db.read(move |tx| Box::pin(async move { tx.one(REACH, args).await })).await?;
        let number = |count: i64| u64::try_from(count).unwrap_or(0);
        Ok(OaReach { free: number(free), paid: number(in_time - free), not_at_all: number(all - in_time) })
    }
}
