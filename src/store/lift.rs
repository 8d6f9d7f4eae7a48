//! Within a chat the first lane goes first. In a chat where somebody writes without end, a notice would wait
//! without end: after a while it goes in the order of time.

use std::time::Duration;

use crate::args;

use super::{Store, StoreError};

/// How long a message waits behind others of its chat that are in an earlier lane.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is put off by no more than this only waits for its chat's budget.
const SOON: Duration = Duration::from_secs(2);

impl Store {
    /// Messages that have waited too long behind an earlier lane of their own chat join that lane, where the
    /// oldest goes first. Gives how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn lift_waiting(&self) -> Result<u64, StoreError> {
        let now = self.env().now;
        let sql = "UPDATE messages SET first_lane = lane, lane = 0, turn = 0
                   WHERE settled_at IS NULL AND state = 0 AND lane > 0 AND created_at <= $1 AND not_before <= $2
                     AND EXISTS (SELECT 1 FROM messages e WHERE e.chat_id = messages.chat_id
                                 AND e.settled_at IS NULL AND e.lane < messages.lane)";
        let args = args![now.before(PATIENCE), now + SOON];
        self.db.write(move |tx| Box::pin(async move { tx.exec(sql, args).await })).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::store::testing::Stage;

    #[tokio::test]
    async fn a_notice_in_a_chat_that_never_rests_goes_after_a_while() {
        let stage = Stage::new().await;
        stage.says("11", "xin chào").await;
        let put = |id: i64, lane: i64, at: Timestamp| {
            let sql =
                "INSERT INTO messages (id, channel, chat_id, lane, op, payload_id, state, ready, not_before,
                         created_at, turn)
                       SELECT $1, 'telegram', 1, $2, 'send', MIN(id), 0, 1, $3, $3, 7 FROM payloads";
            stage
                .store
                .db
                .write(move |tx| Box::pin(async move { tx.exec_one(sql, args![id, lane, at]).await }))
        };
        let now = stage.clock.now();
        put(100, 2, now).await.expect("a notice");
        put(101, 0, now).await.expect("an answer");
        stage.advance(Duration::from_secs(29));
        assert_eq!(stage.store.lift_waiting().await.expect("lifted"), 0);
        stage.advance(Duration::from_secs(2));
        assert_eq!(stage.store.lift_waiting().await.expect("lifted"), 1);
        assert_eq!(stage.store.lift_waiting().await.expect("lifted"), 0);
    }
}
