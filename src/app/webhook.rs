//! The address to which a platform pushes updates: each is on the disk before it is answered 200.
//!
//! Whoever does not show the secret, or has not signed with it, learns nothing, not even that there is something here.
//! What cannot be stored is answered 503, so that the platform repeats it. Several processes may listen, also those that wait to take
//! over: what they store is a row that the worker finds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use crate::channel::Push;
use crate::config::PushTo;
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
    /// Whether it was said that something came with a wrong signature.
    told: AtomicBool,
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
        let desk = Arc::new(Desk { engine, path: self.path, push: self.push, told: AtomicBool::new(false) });
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
        return StatusCode::NOT_FOUND;
    }
    if length(&parts.headers).is_some_and(|length| length > MOST_BYTES) {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    let body = match tokio::time::timeout(COMES_WITHIN, to_bytes(body, MOST_BYTES)).await {
        Ok(Ok(body)) => body,
        // Longer than it may be, or broken off: then nobody reads the answer.
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_) => return StatusCode::REQUEST_TIMEOUT,
    };
    if !shows && !desk.is_authentic(&parts.headers, &body) {
        desk.tell_once();
        return StatusCode::NOT_FOUND;
    }
    let Some(update) = desk.engine.channel.pushed(&body) else {
        tracing::warn!(
            bytes = body.len(),
            "something was pushed that is no update; it stays with the platform"
        );
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
    /// Whether the platform itself sends this.
    fn is_authentic(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
        self.engine.channel.is_authentic(&header, body, &self.push.secret)
    }

    /// A signature that is wrong may be a stranger's, or a secret that was copied badly: worth one line.
    fn tell_once(&self) {
        if !self.told.swap(true, Ordering::Relaxed) {
            let channel = self.engine.channel.kind().code();
            tracing::warn!(
                channel,
                "something was pushed with a wrong signature; it is not taken, nor any more like it"
            );
        }
    }
}
