//! The pages behind the links of a mail: whoever has a link that loa signed sees the choice it stands for, and makes it
//! with a button. Only following the link makes nothing: programs that look for harmful links follow all of them.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::channel::email::links::{ChoiceLinks, Chosen};
use crate::jobs::{Engine, receive};

use super::page::page;
use super::{door, say};

/// How many connections may be open at once.
const MOST_CONNECTIONS: usize = 64;
/// The largest form, in bytes: it holds one word.
const MOST_BYTES: usize = 4096;
/// How long a form may take to come in.
const COMES_WITHIN: Duration = Duration::from_secs(10);
/// The field of the form that holds the page's own name.
const ONCE: &str = "once";

/// A place where choices are made, listening already.
pub struct Answers {
    listener: TcpListener,
    links: Arc<ChoiceLinks>,
}

impl Answers {
    /// Begins to listen.
    ///
    /// # Errors
    /// An address that is not this machine's, or that another program has.
    pub async fn bind(listen: SocketAddr, links: ChoiceLinks) -> std::io::Result<Self> {
        Ok(Self::over(TcpListener::bind(listen).await?, links))
    }

    /// The same over a place where somebody listens already.
    pub fn over(listener: TcpListener, links: ChoiceLinks) -> Self {
        Self { listener, links: Arc::new(links) }
    }

    /// Takes choices until the engine stops, whose channel is that of the mails; those that are under way are finished.
    pub async fn serve(self, engine: Engine) {
        let (links, stop) = (self.links, engine.stop.clone());
        door::serve(self.listener, MOST_CONNECTIONS, stop, move |request: Request| {
            let engine = engine.clone();
            let chosen = links.read(request.uri().path(), engine.clock.now());
            async move { answer(&engine, chosen, request).await }
        })
        .await;
    }
}

async fn answer(engine: &Engine, chosen: Option<Chosen>, request: Request) -> Response {
    let Some(chosen) = chosen else { return page(StatusCode::NOT_FOUND, &say("answers-gone", &[]), "") };
    match *request.method() {
        Method::GET | Method::HEAD => page(StatusCode::OK, &chosen.label, &form(&engine.random.token(12))),
        Method::POST => choose(engine, &chosen, request.into_body()).await,
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

/// Keeps the choice; only then says so.
async fn choose(engine: &Engine, chosen: &Chosen, body: Body) -> Response {
    let came = tokio::time::timeout(COMES_WITHIN, to_bytes(body, MOST_BYTES)).await;
    let body = match came {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let Some(once) = once(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    match receive::keep_pushed(engine, chosen.update(once)).await {
        Ok(()) => page(StatusCode::OK, &say("answers-done", &[("choice", &chosen.label)]), ""),
        Err(_) => page(StatusCode::SERVICE_UNAVAILABLE, &say("answers-later", &[]), ""),
    }
}

/// The name of the page that the form came from: letters that need no escaping.
fn once(body: &[u8]) -> Option<&str> {
    let fields = str::from_utf8(body).ok()?.split('&');
    let mut found = fields.filter_map(|field| field.split_once('=')).filter(|(name, _)| *name == ONCE);
    let letters = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
    found
        .next()
        .map(|(_, once)| once)
        .filter(|once| (8..=64).contains(&once.len()) && once.bytes().all(letters))
}

fn form(once: &str) -> String {
    let mut form = String::from("<form method=\"post\">");
    let _ = write!(form, "<input type=\"hidden\" name=\"{ONCE}\" value=\"{once}\">");
    let _ = write!(
        form,
        "<button type=\"submit\" style=\"font-size: 1.2em; padding: .6em 1.2em\">{}</button>",
        say("answers-button", &[])
    );
    form.push_str("</form>");
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_its_page() {
        assert_eq!(once(b"once=abcdefgh_-12"), Some("abcdefgh_-12"));
        assert_eq!(once(b"a=b&once=abcdefgh&c"), Some("abcdefgh"));
        for body in [&b""[..], b"once=", b"once=short", b"once=abcdefgh%00", b"twice=abcdefgh", b"\xff\xfe"] {
            assert_eq!(once(body), None);
        }
    }
}
