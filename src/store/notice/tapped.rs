//! How many of a group have tapped: shown on the button of the group's message, and by name to who looks after it.

use std::time::Duration;

use crate::args;
use crate::conversation::Lang;
use crate::conversation::notice::{GroupTaps, counted_label};
use crate::domain::content::{Button, Content, Lane, Own};
use crate::domain::ids::*;
use crate::domain::{ChannelKind, Timestamp};
use crate::store::people::MOVED;
use crate::store::{Env, StoreError, Tx, outbox, row};

use super::{OWN_DATA_PREFIX, list};

/// A group's button changes at most this often: platforms count edits like messages, and few are allowed in a group.
const EVERY: Duration = Duration::from_secs(6);
/// The slot under which a group's last change is remembered.
const SLOT: &str = "taps";
/// Groups that are looked at, and names that are told of each.
const MOST_GROUPS: i64 = 200;
const MOST_NAMES: i64 = 20;

struct Row {
    chat: i64,
    channel: String,
    nonce: String,
    message: String,
    body: String,
}

row!(Row { chat, channel, nonce, message, body });

/// The group's message with the button, if a platform has it and calls it by the same number still.
const MESSAGE: &str = "
    SELECT c.id AS chat, c.channel, d.nonce, m.external_id AS message, p.body
    FROM deliveries d JOIN chats c ON c.id = d.chat_id
    JOIN messages m ON m.delivery_id = d.id AND m.chat_id = d.chat_id AND m.last_part = 1
    JOIN payloads p ON p.id = m.payload_id
    WHERE d.id = $1 AND c.kind = 'group' AND c.state = 'open' AND m.external_id IS NOT NULL
      AND m.settled_at > COALESCE((SELECT s.updated_at FROM slots s WHERE s.chat_id = c.id AND s.slot = $2), 0)
    ORDER BY m.id DESC LIMIT 1";

/// Of those on the list at the group's unit and those who have tapped: how many have, and how many there are. Without
/// anybody at the unit nobody knows how many a group has.
const COUNTS: &str = "
    SELECT (SELECT COUNT(*) FROM confirmations k WHERE k.delivery_id = d.id),
      (SELECT COUNT(*) FROM people p WHERE p.state = 'active'
         AND p.id IN (SELECT r.person_id FROM roles r WHERE r.unit_id = c.unit_id)),
      (SELECT COUNT(*) FROM confirmations k WHERE k.delivery_id = d.id AND NOT EXISTS (
         SELECT 1 FROM people p JOIN roles r ON r.person_id = p.id
         WHERE p.id = k.person_id AND p.state = 'active' AND r.unit_id = c.unit_id))
    FROM deliveries d JOIN chats c ON c.id = d.chat_id WHERE d.id = $1";

/// How many have tapped, and of how many, where that is known.
async fn counts(tx: &mut Tx<'_>, delivery: i64) -> Result<(i64, Option<i64>), StoreError> {
    let (tapped, members, guests): (i64, i64, i64) = tx.one(COUNTS, args![delivery]).await?;
    Ok((tapped, (members > 0).then_some(members + guests)))
}

/// Somebody in a group has tapped, or has taken it back: the button says how many have, where it can be changed.
pub async fn show(tx: &mut Tx<'_>, env: &Env, delivery: DeliveryId) -> Result<(), StoreError> {
    let Some(row) = tx.optional::<Row>(MESSAGE, args![delivery, MOVED]).await? else { return Ok(()) };
    if !ChannelKind::from_code(&row.channel).is_some_and(|kind| kind.manner().buttons) {
        return Ok(());
    }
    let (tapped, members) = counts(tx, delivery.0).await?;
    let said: Content = serde_json::from_str(&row.body)?;
    let label = counted_label(Lang::Vi, tapped, members);
    let counted = |button: Button| match button {
        Button::PressOwn { act: Own::Confirm, .. } => {
            Button::PressOwn { label: label.clone(), act: Own::Confirm }
        }
        other => other,
    };
    let buttons = said.buttons.into_iter().map(|row| row.into_iter().map(counted).collect()).collect();
    // Only buttons: the words, and what they stand below, stay as they are.
    let payload = outbox::add_payload(tx, env, &Content { buttons, ..Content::default() }).await?;
    let sql = "UPDATE messages SET payload_id = $1
               WHERE chat_id = $2 AND settled_at IS NULL AND op = 'buttons' AND target = $3 AND state = 0";
    if tx.exec(sql, args![payload, row.chat, &row.message]).await? > 0 {
        return Ok(());
    }
    let sql = "SELECT updated_at FROM slots WHERE chat_id = $1 AND slot = $2";
    let last: Option<(i64,)> = tx.optional(sql, args![row.chat, SLOT]).await?;
    let at = last.map_or(env.now, |(last,)| (Timestamp(last) + EVERY).max(env.now));
    let sql = "INSERT INTO slots (chat_id, slot, external_id, updated_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (chat_id, slot)
               DO UPDATE SET external_id = excluded.external_id, updated_at = excluded.updated_at";
    tx.exec_one(sql, args![row.chat, SLOT, &row.message, at]).await?;
    let sql = "INSERT INTO messages (channel, chat_id, lane, op, target, payload_id, own_data, state, ready, not_before,
                 created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)";
    let op = outbox::Op::Buttons { message: row.message };
    let own = format!("{OWN_DATA_PREFIX}{}", row.nonce);
    let args = args![
        row.channel,
        row.chat,
        Lane::Notice.code(),
        op.code(),
        op.target(),
        payload,
        own,
        at <= env.now,
        at,
        env.now
    ];
    tx.exec_one(sql, args).await
}

const GROUPS: &str = "
    SELECT d.id, c.title FROM deliveries d JOIN chats c ON c.id = d.chat_id
    WHERE d.edition_id = $1 AND d.state IN (2, 3) AND c.kind = 'group' ORDER BY d.id LIMIT $2";

const TAPPED: &str = "
    SELECT p.name FROM confirmations k JOIN people p ON p.id = k.person_id
    WHERE k.delivery_id = $1 ORDER BY k.at, p.folded LIMIT $2";

/// Those on the list at the group's unit who have confirmed nowhere, without who wrote and who approved the notice.
const MISSING: &str = "
    SELECT p.name, COUNT(*) OVER () FROM deliveries d JOIN chats c ON c.id = d.chat_id
    JOIN editions e ON e.id = d.edition_id JOIN notices n ON n.id = e.notice_id
    JOIN people p ON p.id IN (SELECT r.person_id FROM roles r WHERE r.unit_id = c.unit_id)
    WHERE d.id = $1 AND p.state = 'active' AND p.id <> COALESCE(n.author_id, 0)
      AND p.id <> COALESCE(n.approver_id, 0) AND NOT EXISTS (
      SELECT 1 FROM confirmations k JOIN deliveries o ON o.id = k.delivery_id
      WHERE o.edition_id = d.edition_id AND k.person_id = p.id)
    ORDER BY p.folded, p.id LIMIT $2";

/// Who has tapped in the groups of a notice, and who of their units is missing.
pub async fn groups(tx: &mut Tx<'_>, id: NoticeId) -> Result<Vec<GroupTaps>, StoreError> {
    let Some(edition) = list::newest(tx, id).await? else { return Ok(Vec::new()) };
    let groups: Vec<(i64, String)> = tx.all(GROUPS, args![edition.id, MOST_GROUPS]).await?;
    let mut all = Vec::with_capacity(groups.len());
    for (delivery, title) in groups {
        let (count, members) = counts(tx, delivery).await?;
        let tapped: Vec<(String,)> = tx.all(TAPPED, args![delivery, MOST_NAMES]).await?;
        let missing: Vec<(String, i64)> = tx.all(MISSING, args![delivery, MOST_NAMES]).await?;
        all.push(GroupTaps {
            title,
            count,
            members,
            tapped: tapped.into_iter().map(|(name,)| name).collect(),
            missing_count: missing.first().map_or(0, |(_, count)| *count),
            missing: missing.into_iter().map(|(name, _)| name).collect(),
        });
    }
    Ok(all)
}
