//! Pushing updates to a webhook, one after the other, again until each is taken.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;

use super::server::Shared;

/// First wait after a refusal; doubled up to [`LONGEST_WAIT`]. Telegram does not state its own.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How long a webhook may take to answer; Telegram does not state its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// Delivers until the platform stops.
pub(super) async fn run(shared: Arc<Shared>) {
    // Made when it is first needed, which is never for a bot that polls.
    let client = LazyLock::new(|| reqwest::Client::builder().no_proxy().timeout(PATIENCE).build());
    let mut mail = shared.mail.subscribe();
    let mut wait = FIRST_WAIT;
    while !shared.stop.is_cancelled() {
        mail.borrow_and_update();
        let next = shared.look(|world| Some((world.mail.webhook.clone()?, world.mail.front()?)));
        let Some((hook, (id, body))) = next else {
            tokio::select! {
                // The sender lives as long as `shared`.
                _ = mail.changed() => continue,
                () = shared.stop.cancelled() => return,
            }
        };
        // Without a client (no randomness for TLS) nothing can ever be delivered.
        let Ok(client) = &*client else { return };
        let mut request =
            client.post(&hook.url).header(CONTENT_TYPE, "application/json").body(body.to_string());
        if let Some(secret) = &hook.secret {
            request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
        }
        let sent = tokio::select! {
            sent = request.send() => sent,
            () = shared.stop.cancelled() => return,
        };
        let trouble = match sent {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("Wrong response from the webhook: {}", response.status())),
            Err(error) => Some(error.without_url().to_string()),
        };
        match trouble {
            None => {
                wait = FIRST_WAIT;
                shared.act(|world| {
                    world.mail.acknowledge(id + 1);
                    world.touch();
                });
            }
            Some(text) => {
                shared.act(|world| {
                    let date = world.date();
                    if let Some(hook) = &mut world.mail.webhook {
                        hook.last_error = Some((date, text));
                    }
                });
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = shared.stop.cancelled() => return,
                }
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}
