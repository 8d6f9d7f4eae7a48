//! Pushing updates to a webhook: many at once, those of one chat one after the other, again until each is taken.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use futures::stream::{FuturesUnordered, StreamExt};

use super::server::Shared;
use super::updates::{Pushed, Webhook};

/// First wait after a refusal; doubled up to [`LONGEST_WAIT`]. Telegram does not state its own.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How long a webhook may take to answer; Telegram does not state its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// Delivers until the platform stops.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut client = None;
    let mut mail = shared.mail.subscribe();
    let (mut busy, mut under_way) = (HashSet::new(), FuturesUnordered::new());
    loop {
        mail.borrow_and_update();
        while let Some((hook, update)) = shared.look(|world| world.mail.next_push(&busy)) {
            // Made when it is first needed, which is never for a bot that polls.
            let made = client
                .get_or_insert_with(|| reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().ok());
            // Without a client (no randomness for TLS) nothing can ever be delivered.
            let Some(client) = made.clone() else { return };
            busy.insert(update.line);
            under_way.push(deliver(&shared, client, hook, update));
        }
        tokio::select! {
            Some(line) = under_way.next() => {
                busy.remove(&line);
            }
            // The sender lives as long as `shared`.
            _ = mail.changed() => {}
            () = shared.stop.cancelled() => return,
        }
    }
}

/// Pushes one update once. Gives its line when the next may go, which may be this one again.
async fn deliver(shared: &Shared, client: reqwest::Client, hook: Webhook, update: Pushed) -> i64 {
    let hooks = shared.look(|world| world.mail.hooks);
    let trouble = push(&client, &hook, &update).await.err();
    let mut mail = shared.mail.subscribe();
    let refused = trouble.is_some();
    shared.act(|world| match trouble {
        None => {
            world.mail.taken(update.id);
            world.touch();
        }
        Some(why) => {
            let at = world.date();
            world.mail.refused(update.id, at, why);
        }
    });
    if refused {
        let wait = FIRST_WAIT.saturating_mul(1 << update.refusals.min(16)).min(LONGEST_WAIT);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            // Told anew where to push, it does so at once.
            _ = mail.wait_for(|_| shared.look(|world| world.mail.hooks != hooks)) => {}
        }
    }
    update.line
}

async fn push(client: &reqwest::Client, hook: &Webhook, update: &Pushed) -> Result<(), String> {
    let request = client.post(&hook.url).header(CONTENT_TYPE, "application/json");
    let mut request = request.body(update.body.to_string());
    if let Some(secret) = &hook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(format!("Wrong response from the webhook: {}", response.status())),
        Err(error) => Err(error.without_url().to_string()),
    }
}
