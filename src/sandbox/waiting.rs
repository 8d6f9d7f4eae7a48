//! Waiting for something to come about on a stand-in.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How long a page waits for a change before it asks again.
const PATIENCE: Duration = Duration::from_secs(25);

/// What a page, or a test, has seen.
#[derive(Deserialize)]
pub(crate) struct Since {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    session: String,
}

impl Since {
    /// What came after it in a log, in which all has its place from 0 on.
    pub(crate) fn rest<'a, T>(&self, log: &'a [T]) -> &'a [T] {
        usize::try_from(self.after).ok().and_then(|after| log.get(after..)).unwrap_or_default()
    }
}

/// Answers a page as soon as `news` gives something after what it has seen, 0 being nothing; it is asked again whenever
/// `changed` is told. A page of an earlier `session` starts anew.
pub(crate) async fn news_for_page(
    since: Since,
    session: &str,
    changed: &watch::Sender<u64>,
    stop: &CancellationToken,
    news: impl Fn(u64) -> Option<Value>,
) -> Response {
    let after = if since.session == session { since.after } else { 0 };
    let mut changed = changed.subscribe();
    let over = tokio::time::sleep(PATIENCE);
    tokio::pin!(over);
    loop {
        changed.borrow_and_update();
        if let Some(mut news) = news(after) {
            news["session"] = json!(session);
            return Json(news).into_response();
        }
        tokio::select! {
            // The sender lives as long as whoever waits.
            _ = changed.changed() => {}
            () = &mut over => return Json(json!({"seq": after, "session": session})).into_response(),
            () = stop.cancelled() => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
}

/// Waits until `check` gives something; it is asked again whenever `changed` is told. Tests wait for what people see:
/// that it comes, and not how long it takes.
///
/// # Panics
/// With what `chats` gives, when nothing came within `bound`, in real time.
pub(crate) async fn wait_for<T>(
    changed: &watch::Sender<u64>,
    bound: Duration,
    mut check: impl FnMut() -> Option<T>,
    chats: impl FnOnce() -> String,
) -> T {
    let mut changed = changed.subscribe();
    let search = async {
        loop {
            changed.borrow_and_update();
            if let Some(found) = check() {
                return found;
            }
            // The sender lives as long as whoever waits.
            changed.changed().await.ok();
        }
    };
    match tokio::time::timeout(bound, search).await {
        Ok(found) => found,
        Err(_) => panic!("practice platform: nothing came within {bound:?}; the chats:\n{}", chats()),
    }
}
