//! Receipts: which deliveries people have seen, on a platform that tells.

use crate::args;
use crate::domain::ChannelKind;

use super::{Env, Sql, StoreError, Tx};

/// The deliveries of these messages, by the platform's ids. The channel as it stands in the index; only an Official
/// Account is told who has seen what.
const SEEN: Sql = Sql {
    lite: "UPDATE deliveries SET seen_at = $2 WHERE seen_at IS NULL AND id IN (
             SELECT m.delivery_id FROM messages m WHERE m.channel = 'zalo_oa' AND m.delivery_id IS NOT NULL
               AND m.external_id IN (SELECT value FROM json_each($1)))",
    pg: "UPDATE deliveries SET seen_at = $2 WHERE seen_at IS NULL AND id IN (
           SELECT m.delivery_id FROM messages m WHERE m.channel = 'zalo_oa' AND m.delivery_id IS NOT NULL
             AND m.external_id IN (SELECT value FROM json_array_elements_text($1::json)))",
};

/// Notes that somebody has seen these messages. Told again, the first time counts.
pub(super) async fn keep(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    messages: &[String],
) -> Result<(), StoreError> {
    if channel != ChannelKind::ZaloOa || messages.is_empty() {
        return Ok(());
    }
    tx.exec(SEEN, args![serde_json::to_string(messages)?, env.now]).await?;
    Ok(())
}
