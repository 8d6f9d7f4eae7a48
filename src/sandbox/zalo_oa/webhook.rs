//! Pushing events to the webhook: signed, people side by side, and again after the waits of the options.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use futures::stream::{FuturesUnordered, StreamExt};
use sha2::{Digest, Sha256};

use super::log::ZaloOaPush;
use super::server::Shared;
use super::updates::Waiting;

/// A webhook has to answer within 2 s.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the handed clock is looked at while an event waits: it moves without a word.
const LOOK: Duration = Duration::from_millis(20);

/// Delivers until the platform stops.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut mail = shared.mail.subscribe();
    let (mut busy, mut numbers) = (HashSet::new(), HashSet::new());
    let mut under_way = FuturesUnordered::new();
    loop {
        mail.borrow_and_update();
        let now = shared.time();
        while let Some((hook, event)) = shared.look(|world| world.mail.next_push(now, &busy, &numbers)) {
            busy.insert(event.chat.clone());
            numbers.insert(event.number);
            under_way.push(deliver(&shared, hook, event));
        }
        let later = shared.look(|world| world.mail.waits_for_time(now));
        tokio::select! {
            Some((chat, number)) = under_way.next() => {
                busy.remove(&chat);
                numbers.remove(&number);
            }
            // The sender lives as long as `shared`.
            _ = mail.changed() => {}
            () = tokio::time::sleep(LOOK), if later => {}
            () = shared.stop.cancelled() => return,
        }
    }
}

/// Pushes one event once. Gives whom it was about, and its number.
async fn deliver(shared: &Shared, hook: String, event: Waiting) -> (String, u64) {
    let signature = shared.look(|world| {
        let options = &world.options;
        let mac = sign(&options.app_id, &event.body, &event.timestamp, &options.oa_secret);
        if options.mac_prefix { format!("mac={mac}") } else { mac }
    });
    let at = shared.time();
    let request = shared.client.post(&hook).timeout(PATIENCE).header(CONTENT_TYPE, "application/json");
    let request = request.header("X-ZEvent-Signature", signature).body(event.body.to_string());
    let answer = request.send().await;
    let taken = answer.is_ok_and(|answer| answer.status() == reqwest::StatusCode::OK);
    shared.act(|world| {
        world.log.pushes.push(ZaloOaPush { at, number: event.number, taken });
        if taken {
            world.mail.taken(event.number);
            world.touch();
        } else {
            world.not_taken(event.number);
        }
    });
    (event.chat, event.number)
}

/// Plain SHA-256 over all of it, with the secret at the end.
fn sign(app_id: &str, body: &str, timestamp: &str, secret: &str) -> String {
    let hash = Sha256::new_with_prefix(app_id).chain_update(body).chain_update(timestamp);
    hex::encode(hash.chain_update(secret).finalize())
}
