//! Updates that Telegram pushes (<https://core.telegram.org/bots/api#setwebhook>).
//!
//! Many come at once, but the next message of a chat comes only after the one before it was answered 200, also where
//! that is tried again: Telegram's server keeps a line for every chat
//! (<https://github.com/tdlib/telegram-bot-api>, `WebhookActor.cpp`). So the order in which they are stored is the
//! chat's.

use secrecy::ExposeSecret;
use teloxide::payloads::{DeleteWebhook, GetWebhookInfo, SetWebhook};

use crate::channel::{Push, PushState, RawUpdate, ReceiveError};
use crate::domain::Timestamp;

use super::classify::receiving;
use super::receive::{Numbered, allowed_updates};
use crate::channel::bot_api::Transport;
use crate::channel::tolerant::tolerant;

tolerant! {
    struct Info {
        url: String,
        pending_update_count: u64,
        last_error_date: i64,
        last_error_message: String,
    }
}

/// Has Telegram push updates, or keep them until it is asked. What waits there stays.
pub(super) async fn set(transport: &Transport, push: Option<&Push>) -> Result<(), ReceiveError> {
    let done = match push {
        Some(push) => {
            let url = push.url.parse();
            let url =
                url.map_err(|_| ReceiveError::Failed("the address of the webhook is no URL".to_owned()))?;
            let mut payload = SetWebhook::new(url);
            payload.allowed_updates = Some(allowed_updates());
            payload.secret_token = Some(push.secret.expose_secret().to_owned());
            transport.call(&payload).await
        }
        None => transport.call(&DeleteWebhook::new()).await,
    };
    done.map(drop).map_err(receiving)
}

/// How Telegram pushes.
pub(super) async fn state(transport: &Transport) -> Result<PushState, ReceiveError> {
    let result = transport.call(&GetWebhookInfo::new()).await.map_err(receiving)?;
    let info: Info = serde_json::from_str(result.get()).unwrap_or_default();
    let at = info.last_error_date.map(|seconds| Timestamp(seconds.saturating_mul(1_000_000)));
    Ok(PushState {
        url: info.url.filter(|url| !url.is_empty()),
        waiting: info.pending_update_count.unwrap_or(0),
        last_error: at.map(|at| (at, info.last_error_message.unwrap_or_default())),
    })
}

/// The update that a push holds; `None` where it holds none.
pub(super) fn read(body: &[u8]) -> Option<RawUpdate> {
    let update: Numbered = serde_json::from_slice(body).ok()?;
    Some(RawUpdate::numbered(update.update_id?, body.to_vec()))
}
