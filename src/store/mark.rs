//! Attempts are committed before they are made: what was picked out of the outbox is marked as being sent.

use std::collections::HashMap;

use crate::args;
use crate::domain::ids::PayloadId;
use crate::failpoint::{Planted, planted};

use super::claim::Claimed;
use super::outbox::Op;
use super::{Env, Sql, StoreError, Tx};

const MARK: Sql = Sql {
    lite: "UPDATE messages SET state = 1, attempt = attempt + 1
           WHERE id IN (SELECT value FROM json_each($1)) AND state = 0",
    pg: "UPDATE messages SET state = 1, attempt = attempt + 1
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json)) AND state = 0",
};

/// Which of them this process has now: all others were taken from under it.
const MARKED: Sql = Sql {
    lite: "SELECT id FROM messages WHERE id IN (SELECT value FROM json_each($1)) AND state = 1",
    pg: "SELECT id FROM messages WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))
           AND state = 1",
};

/// What those show that were just marked.
const LATEST: &str = "SELECT id, payload_id FROM messages
    WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json)) AND op IN ('show', 'buttons')";

/// Commits the attempts to paper. On PostgreSQL another process may have cancelled a message since it was
/// read: that one is not sent.
pub(super) async fn mark(tx: &mut Tx<'_>, env: &Env, claimed: &mut Vec<Claimed>) -> Result<(), StoreError> {
    if claimed.is_empty() || planted(Planted::NoAttempt) {
        return Ok(());
    }
    let ids: Vec<i64> = claimed.iter().map(|message| message.id.0).collect();
    let ids = serde_json::to_string(&ids)?;
    let marked = tx.exec(MARK, args![&ids]).await?;
    if usize::try_from(marked).is_ok_and(|marked| marked < claimed.len()) {
        let ours: Vec<(i64,)> = tx.all(MARKED, args![&ids]).await?;
        claimed.retain(|message| ours.contains(&(message.id.0,)));
    }
    if !tx.is_lite() {
        say_the_latest(tx, &ids, claimed).await?;
    }
    if planted(Planted::SentEarly) {
        let sql = "UPDATE messages SET state = 2, settled_at = $1 WHERE state = 1";
        tx.exec(sql, args![env.now]).await?;
    }
    Ok(())
}

/// What a message shows may have been replaced between reading and marking it on PostgreSQL: who replaced it took it
/// to be waiting, and puts nothing else in the outbox. Once marked, it stays as it is.
async fn say_the_latest(tx: &mut Tx<'_>, ids: &str, claimed: &mut [Claimed]) -> Result<(), StoreError> {
    if !claimed.iter().any(|message| matches!(message.op, Op::Show { .. } | Op::Buttons { .. })) {
        return Ok(());
    }
    let latest: Vec<(i64, i64)> = tx.all(LATEST, args![ids]).await?;
    let latest: HashMap<i64, i64> = latest.into_iter().collect();
    for message in claimed {
        if let Some(payload) = latest.get(&message.id.0) {
            message.payload = PayloadId(*payload);
        }
    }
    Ok(())
}
