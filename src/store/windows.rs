//! Who can be written to over a Zalo Official Account, and at what price: that depends on when they last wrote.

use std::time::Duration;

use crate::args;
use crate::domain::ids::ChatId;
use crate::domain::{ChannelKind, Timestamp};

use super::settle::{Outcome, Settled};
use super::{StoreError, Tx};

/// How long answers are free, and how many of them
/// (<https://developers.zalo.me/docs/official-account>).
pub(super) const FREE_FOR: Duration = Duration::from_secs(48 * 3600);
pub(super) const FREE_REPLIES: i64 = 8;
/// How long a person can be written to at all.
pub(super) const PAID_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

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
