//! Pushing updates to a webhook: chats side by side, those of one chat one after the other, again until each is
//! taken.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::{Value, json};

use super::server::Shared;
use super::updates::{Waiting, Webhook};

/// First wait after a refusal; doubled up to [`LONGEST_WAIT`]. Zalo does not state its own.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// A webhook has to answer within 2 s.
const PATIENCE: Duration = Duration::from_secs(2);

/// Delivers until the platform stops.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut mail = shared.mail.subscribe();
    let (mut busy, mut under_way) = (HashSet::new(), FuturesUnordered::new());
    loop {
        mail.borrow_and_update();
        while let Some((hook, update)) = shared.look(|world| world.mail.next_push(&busy)) {
            busy.insert(update.chat.clone());
            under_way.push(deliver(&shared, hook, update));
        }
        tokio::select! {
            Some(chat) = under_way.next() => {
                busy.remove(&chat);
            }
            // The sender lives as long as `shared`.
            _ = mail.changed() => {}
            () = shared.stop.cancelled() => return,
        }
    }
}

/// Pushes one update once. Gives its chat when the next may go, which may be this one again.
async fn deliver(shared: &Shared, hook: Webhook, update: Waiting) -> String {
    let (hooks, wrapped) = shared.look(|world| (world.mail.hooks, world.options.wrapped_pushes));
    let body =
        if wrapped { format!("{{\"ok\":true,\"result\":{}}}", update.body) } else { update.body.to_string() };
    if push(&shared.client, &hook, body).await.is_ok_and(|status| status.is_success()) {
        shared.act(|world| {
            world.mail.taken(update.number);
            world.touch();
        });
        return update.chat;
    }
    let mut mail = shared.mail.subscribe();
    shared.act(|world| world.mail.refused(update.number));
    let wait = FIRST_WAIT.saturating_mul(1 << update.refusals.min(16)).min(LONGEST_WAIT);
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        // Told anew where to push, it does so at once.
        _ = mail.wait_for(|_| shared.look(|world| world.mail.hooks != hooks)) => {}
    }
    update.chat
}

async fn push(
    client: &reqwest::Client,
    hook: &Webhook,
    body: String,
) -> Result<reqwest::StatusCode, reqwest::Error> {
    let request = client.post(&hook.url).timeout(PATIENCE).header(CONTENT_TYPE, "application/json");
    let request = request.header("X-Bot-Api-Secret-Token", &hook.secret).body(body);
    request.send().await.map(|answer| answer.status())
}

/// `testWebhook`: calls the webhook once with an event that means nothing. What Zalo sends is not documented; a
/// bot has to take what it does not know.
pub(super) async fn test(client: &reqwest::Client, hook: &Webhook) -> Value {
    let status = push(client, hook, json!({"event_name": "webhook.test"}).to_string()).await;
    let outcome = match &status {
        Ok(status) if status.is_success() => "webhook.ok",
        Ok(status) if status.as_u16() == 403 => "webhook.http.403",
        Ok(status) if status.as_u16() == 404 => "webhook.http.404",
        Ok(status) if status.is_server_error() => "webhook.http.5xx",
        Ok(_) => "webhook.http.other",
        Err(error) if error.is_timeout() => "webhook.err.timeout",
        Err(_) => "webhook.err.conn",
    };
    json!({"ok": outcome == "webhook.ok", "url": hook.url, "outcome": outcome})
}
