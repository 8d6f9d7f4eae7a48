//! The page on which the sample people's chats are played by hand.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

const HTML: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
/// The script, in parts by name.
const SCRIPTS: [(&str, &str); 4] = [
    ("/page.js", include_str!("page/page.js")),
    ("/column.js", include_str!("page/column.js")),
    ("/message.js", include_str!("page/message.js")),
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

/// The page at `/`, its style and its script.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = Router::new()
        .route("/", get(|| async { file("text/html; charset=utf-8", HTML) }))
        .route("/style.css", get(|| async { file("text/css; charset=utf-8", STYLE) }));
    SCRIPTS.into_iter().fold(page, |page, (path, text)| {
        page.route(path, get(move || async move { file("text/javascript; charset=utf-8", text) }))
    })
}
