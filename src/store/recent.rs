//! What was sent a moment ago: the platform's windows do not end with a process.

use crate::args;
use crate::domain::content::Lane;
use crate::domain::ids::ChatId;
use crate::domain::{ChannelKind, Timestamp};

use super::{Store, StoreError};

/// An attempt that was made before this process began: the platform counts it, or may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentBefore {
    pub chat: ChatId,
    pub group: bool,
    pub lane: Lane,
    /// When its outcome was kept: no earlier than the platform took it.
    pub at: Timestamp,
}

const SENT_SINCE: &str = "SELECT chat_id, is_group, lane, at FROM (
       SELECT m.chat_id, CAST(CASE WHEN c.kind = 'group' THEN 1 ELSE 0 END AS BIGINT) AS is_group, m.lane,
              m.settled_at AS at
       FROM messages m JOIN chats c ON c.id = m.chat_id
       WHERE m.channel = $1 AND m.state = 2 AND m.settled_at > $2 AND m.op <> 'answer'
       UNION ALL
       SELECT m.chat_id, CAST(CASE WHEN c.kind = 'group' THEN 1 ELSE 0 END AS BIGINT) AS is_group, m.lane, a.at
       FROM attempts a JOIN messages m ON m.id = a.message_id JOIN chats c ON c.id = m.chat_id
       WHERE m.channel = $1 AND a.at > $2 AND m.op <> 'answer' AND a.outcome <> 'spared') AS counted
     ORDER BY at";

impl Store {
    /// The attempts since then that the platform counts, or may, the oldest first: what arrived, and every
    /// attempt of which it is not known that it was not made. For budgets that hold across a restart; to be
    /// asked after [`Self::recover`], which makes attempts of what was being sent.
    pub async fn sent_since(
        &self,
        channel: ChannelKind,
        since: Timestamp,
    ) -> Result<Vec<SentBefore>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64)> = self
            .db
            .read(|tx| Box::pin(async move { tx.all(SENT_SINCE, args![channel.code(), since]).await }))
            .await?;
        let read = |(chat, group, lane, at): (i64, i64, i64, i64)| SentBefore {
            chat: ChatId(chat),
            group: group != 0,
            lane: Lane::from_code(lane),
            at: Timestamp(at),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}
