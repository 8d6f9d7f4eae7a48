//! Whether there is anything to do.

use crate::args;
use crate::domain::Timestamp;

use super::{Store, StoreError};

/// What the queues look like at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Something is under way, or could be.
    Busy,
    /// Nothing, until then; `None` if nothing waits at all.
    Until(Option<Timestamp>),
}

impl Store {
    /// Whether updates or messages can be worked on now, and if not, when the next one can.
    pub async fn idle(&self) -> Result<Idle, StoreError> {
        let now = self.env().now;
        let sql = "SELECT
                     (SELECT COUNT(*) FROM inbox i WHERE state = 'waiting' AND not_before <= $1
                        AND NOT EXISTS (SELECT 1 FROM inbox e WHERE e.chat_key = i.chat_key
                                        AND e.state = 'waiting' AND e.id < i.id AND e.not_before > $1))
                     + (SELECT COUNT(*) FROM messages WHERE settled_at IS NULL AND state = 1)
                     + (SELECT COUNT(*) FROM channel_rests WHERE until <= $1 AND trying = 0)
                     + (SELECT COUNT(*) FROM messages m WHERE settled_at IS NULL AND state = 0 AND not_before <= $1
                        AND NOT EXISTS (SELECT 1 FROM channel_rests r
                                        WHERE r.channel = m.channel AND r.until > $1 AND r.trying = 0)
                        AND NOT EXISTS (SELECT 1 FROM messages e WHERE e.chat_id = m.chat_id
                                        AND e.settled_at IS NULL AND e.state = 0 AND e.not_before > $1
                                        AND (e.lane < m.lane OR (e.lane = m.lane AND e.id < m.id))))
                     + (SELECT COUNT(*) FROM media
                        WHERE state = 'wanted' AND (next_try <= $1 OR reason IS NULL))
                     + (SELECT COUNT(*) FROM notice_files
                        WHERE sha256 IS NULL AND error IS NULL AND next_try <= $1)
                     + (SELECT COUNT(*) FROM call_files
                        WHERE sha256 IS NULL AND error IS NULL AND next_try <= $1)
                     + (SELECT COUNT(*) FROM call_outputs o WHERE o.done_at IS NULL AND NOT EXISTS (
                          SELECT 1 FROM call_answers a JOIN call_files f ON f.answer_id = a.id
                          WHERE a.notice_id = o.notice_id AND f.sha256 IS NULL AND f.error IS NULL))
                     + (SELECT COUNT(*) FROM editions e
                        WHERE (e.state = 'running' AND e.fanned_out = 0)
                           OR (e.state = 'running' AND e.waiting > 0 AND NOT EXISTS (
                                 SELECT 1 FROM channel_rests r WHERE r.until > $1 AND r.trying = 0))
                           OR (e.state = 'preparing' AND e.starts_at <= $1 AND NOT EXISTS (
                                 SELECT 1 FROM notice_files f WHERE f.notice_id = e.notice_id
                                   AND f.sha256 IS NULL AND f.error IS NULL))) AS busy,
                   (SELECT MIN(not_before) FROM inbox WHERE state = 'waiting' AND not_before > $1) AS update_due,
                   (SELECT MIN(not_before) FROM messages WHERE settled_at IS NULL AND state = 0 AND not_before > $1) AS message_due,
                   (SELECT MIN(until) FROM channel_rests WHERE until > $1) AS rest_due";
        let (busy, update_due, message_due, rest_due): (i64, Option<i64>, Option<i64>, Option<i64>) =
            self.db.read(|tx| Box::pin(async move { tx.one(sql, args![now]).await })).await?;
        if busy > 0 {
            return Ok(Idle::Busy);
        }
        let due = [update_due, message_due, rest_due].into_iter().flatten().min();
        Ok(Idle::Until(due.map(Timestamp)))
    }

    /// How many updates and messages are being worked on. While the queues are busy and this is none, what
    /// holds them up is the limit over all chats.
    pub async fn under_way(&self) -> Result<i64, StoreError> {
        let now = self.env().now;
        let sql = "SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'waiting' AND not_before <= $1)
                        + (SELECT COUNT(*) FROM messages WHERE settled_at IS NULL AND state = 1)";
        self.db.read(|tx| Box::pin(async move { tx.int(sql, args![now]).await })).await
    }
}
