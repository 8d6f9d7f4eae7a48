//! What somebody sees who follows a link of loa's: one sentence, and perhaps a button.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A page that says something, with a form below it (HTML; empty for none). Nobody may keep it, put it in a frame, or find it.
pub fn page(status: StatusCode, says: &str, form: &str) -> Response {
    let says = says.replace('&', "&amp;").replace('<', "&lt;");
    let html = format!(
        "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>loa</title></head>\n\
         <body style=\"font-family: sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em\">\
         <p style=\"font-size: 1.2em\">{says}</p>{form}</body></html>\n"
    );
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    (status, headers, html).into_response()
}
