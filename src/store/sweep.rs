//! Retention: what nobody needs any more is taken away, a little at a time.

use std::time::Duration;

use crate::args;
use crate::failpoint::{Point, at};

use super::{Store, StoreError};

/// How long the raw updates stay after they were handled: long enough to find out what went wrong.
const KEEP_UPDATES: Duration = Duration::from_secs(30 * 24 * 3600);
/// How many rows go at once, so that nobody waits for it.
const AT_ONCE: i64 = 1000;

impl Store {
    /// Takes away a first portion of what is past its time: buttons that ran out, updates that were handled
    /// long ago. Gives how many rows went; 0 when there is nothing left to do.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env().now;
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "DELETE FROM buttons WHERE nonce IN
                                 (SELECT nonce FROM buttons WHERE expires_at < $1 LIMIT $2)";
                    let mut gone = tx.exec(sql, args![now, AT_ONCE]).await?;
                    let sql = "DELETE FROM inbox WHERE id IN
                                 (SELECT id FROM inbox WHERE state = 'done' AND handled_at < $1
                                  ORDER BY id LIMIT $2)";
                    gone += tx.exec(sql, args![now - KEEP_UPDATES, AT_ONCE]).await?;
                    at(Point::SweepBeforeCommit).await?;
                    Ok(gone)
                })
            })
            .await
    }
}
