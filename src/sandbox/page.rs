//! The page on which the sample people's chats are played by hand, each in the manner of its channel.

use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::mail::Mail;
use super::zalo_bot::ZaloBot;
use super::zalo_oa::ZaloOa;

const HTML: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
/// The script, in parts by name.
const SCRIPTS: [(&str, &str); 8] = [
    ("/page.js", include_str!("page/page.js")),
    ("/column.js", include_str!("page/column.js")),
    ("/message.js", include_str!("page/message.js")),
    ("/channel.js", include_str!("page/channel.js")),
    ("/zalo.js", include_str!("page/zalo.js")),
    ("/zalo_oa.js", include_str!("page/zalo_oa.js")),
    ("/mail.js", include_str!("page/mail.js")),
    ("/dialogs.js", include_str!("page/dialogs.js")),
];

/// Nothing but what this server itself gives is loaded or asked.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text)
}

/// People on another channel, whom the page shows as well.
#[derive(Clone)]
pub struct Beside {
    /// The script of this name draws them; the path below which they are reached is the same.
    kind: &'static str,
    routes: Router,
}

impl From<&ZaloBot> for Beside {
    fn from(zalo: &ZaloBot) -> Self {
        Self { kind: "zalo", routes: zalo.page_routes() }
    }
}

impl From<&ZaloOa> for Beside {
    fn from(zalo: &ZaloOa) -> Self {
        Self { kind: "zalo-oa", routes: zalo.page_routes() }
    }
}

impl From<&Mail> for Beside {
    fn from(mail: &Mail) -> Self {
        Self { kind: "mail", routes: mail.page_routes() }
    }
}

/// The page at `/`, its style and its script; and where the page finds the people of each channel.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(beside: Vec<Beside>) -> Router<S> {
    let mut channels = vec![json!({"kind": "telegram", "root": ""})];
    let mut page = Router::new();
    for Beside { kind, routes } in beside {
        let root = format!("/{kind}");
        channels.push(json!({"kind": kind, "root": root}));
        page = page.nest_service(&root, routes);
    }
    let channels = Json(channels);
    let page = page
        .route("/channels", get(move || async move { channels.clone() }))
        .route("/", get(|| async { file("text/html; charset=utf-8", HTML) }))
        .route("/style.css", get(|| async { file("text/css; charset=utf-8", STYLE) }));
    SCRIPTS.into_iter().fold(page, |page, (path, text)| {
        page.route(path, get(move || async move { file("text/javascript; charset=utf-8", text) }))
    })
}
