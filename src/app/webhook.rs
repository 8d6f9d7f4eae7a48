//! The address to which a platform pushes updates: each is on the disk before it is answered 200.
//!
//! Whoever does not show the secret, or has not signed with it, learns nothing, not even that there is something here.
//! What cannot be stored is answered 503, so that the platform repeats it. Several processes may listen, also those that wait to take
//! over: what they store is a row that the worker finds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use crate::channel::Push;
use crate::config::PushTo;
use crate::domain::Timestamp;
use crate::jobs::{Engine, receive};

use super::door;

/// The largest update that is taken. A message of 4,096 characters, with all that Telegram puts around it, has some
/// tens of kilobytes.
pub const MOST_BYTES: usize = 1 << 20;
/// How many connections may be open at once. Telegram uses 40 of them
/// (<https://core.telegram.org/bots/api#setwebhook>, `max_connections`).
const MOST_CONNECTIONS: usize = 128;
/// How long the body of a request may take to come in.
const COMES_WITHIN: Duration = Duration::from_secs(10);
/// How often it is told that something was not taken.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// A place where updates are taken, listening already: what comes before [`Webhook::serve`] waits.
pub struct Webhook {
    listener: TcpListener,
    path: String,
    push: Push,
}

struct Desk {
    engine: Engine,
    path: String,
    push: Push,
    /// When it was last told that somebody was turned away, in microseconds, and how many were since.
    told: AtomicI64,
    turned_away: AtomicU64,
}

impl Webhook {
    /// Begins to listen.
    ///
    /// # Errors
    /// An address that is not this machine's, or that another program has.
    pub async fn bind(given: &PushTo) -> std::io::Result<Self> {
        Ok(Self::over(TcpListener::bind(given.listen).await?, given))
    }

    /// The same over a place where somebody listens already.
    pub fn over(listener: TcpListener, given: &PushTo) -> Self {
        let push = Push { url: given.url.clone(), secret: given.secret.clone() };
        Self { listener, path: given.path.clone(), push }
    }

    /// What the platform is told.
    pub fn push(&self) -> Push {
        self.push.clone()
    }

    /// Takes updates until the engine stops; those that are under way are finished.
    pub async fn serve(self, engine: Engine) {
        let stop = engine.stop.clone();
        let desk = Desk {
            engine,
            path: self.path,
            push: self.push,
            told: AtomicI64::new(0),
            turned_away: AtomicU64::new(0),
        };
        let desk = Arc::new(desk);
        door::serve(self.listener, MOST_CONNECTIONS, stop, move |request| {
            let desk = desk.clone();
            async move { take(&desk, request).await.into_response() }
        })
        .await;
    }
}

async fn take(desk: &Desk, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let for_us = parts.method == Method::POST && parts.uri.path() == desk.path;
    // Whoever has to show the secret does so before anything of the body is taken.
    let shows = !desk.engine.channel.secret_header().is_empty();
    if !for_us || (shows && !desk.is_authentic(&parts.headers, &[])) {
        desk.turn_away("it does not know the address and its secret");
        return StatusCode::NOT_FOUND;
    }
    if length(&parts.headers).is_some_and(|length| length > MOST_BYTES) {
        desk.turn_away("it is too large");
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    let body = match tokio::time::timeout(COMES_WITHIN, to_bytes(body, MOST_BYTES)).await {
        Ok(Ok(body)) => body,
        // Longer than it may be, or broken off: then nobody reads the answer.
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_) => return StatusCode::REQUEST_TIMEOUT,
    };
    if !shows && !desk.is_authentic(&parts.headers, &body) {
        desk.turn_away("its signature is wrong");
        return StatusCode::NOT_FOUND;
    }
    let Some(update) = desk.engine.channel.pushed(&body) else {
        desk.turn_away("it is no update; it stays with the platform");
        return StatusCode::BAD_REQUEST;
    };
    match receive::keep_pushed(&desk.engine, update).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl Desk {
    /// Tells that something was not taken, without a word of what it said: once a minute, since anybody may knock.
    fn turn_away(&self, why: &'static str) {
        let count = self.turned_away.fetch_add(1, Ordering::Relaxed) + 1;
        let (now, told) = (self.engine.clock.now(), self.told.load(Ordering::Relaxed));
        let due = told == 0 || Timestamp(told) + TELL_EVERY <= now;
        // Of two at the same time one tells.
        if due && self.told.compare_exchange(told, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.turned_away.store(0, Ordering::Relaxed);
            let channel = self.engine.channel.kind().code();
            tracing::warn!(channel, count, why, "something that was pushed is not taken");
        }
    }

    /// Whether the platform itself sends this.
    fn is_authentic(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
        self.engine.channel.is_authentic(&header, body, &self.push.secret)
    }
}
