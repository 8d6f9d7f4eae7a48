//! What people do on the page, and what they are told when they cannot.

use std::fmt::Display;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Room for one large picture or document in base64.
pub(crate) const LARGEST_ACT: usize = 14 << 20;

/// Why somebody cannot do something.
pub(crate) trait Why: Display {
    /// The same for the page.
    fn in_vietnamese(&self) -> String;
}

/// What came of an act.
pub(crate) fn answer(result: Result<Value, impl Why>) -> Response {
    match result {
        Ok(result) => Json(json!({"ok": true, "result": result})).into_response(),
        Err(why) => {
            let body = json!({"ok": false, "error": why.in_vietnamese(), "reason": why.to_string()});
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    }
}

/// What came of an act, or a panic at the place in the script that asked for the impossible.
#[track_caller]
pub(crate) fn done<T>(result: Result<T, impl Why>) -> T {
    match result {
        Ok(value) => value,
        Err(why) => panic!("practice platform: {why}"),
    }
}
