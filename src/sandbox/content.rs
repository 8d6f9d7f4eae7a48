//! Bytes that people send: under an address that nobody can guess and that runs out, shown on the page, and in JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Serialize, Serializer};

/// What lies under addresses: the bytes, and until when, in microseconds of the handed clock.
#[derive(Default)]
pub(crate) struct Hosted(BTreeMap<String, (Bytes, i64)>);

impl Hosted {
    /// Keeps bytes under a name for so long.
    pub(crate) fn keep(&mut self, name: String, bytes: Bytes, now: i64, lasts: Duration) {
        self.0.retain(|_, (_, until)| now < *until);
        let lasts = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
        self.0.insert(name, (bytes, now.saturating_add(lasts)));
    }

    /// The bytes under a name, while it works.
    pub(crate) fn get(&self, name: &str, now: i64) -> Option<Bytes> {
        self.0.get(name).filter(|(_, until)| now < *until).map(|(bytes, _)| bytes.clone())
    }
}

/// What its bytes say it is: a kind of picture, or anything.
fn kind(bytes: &[u8]) -> &'static str {
    image::guess_format(bytes).map_or("application/octet-stream", |format| format.to_mime_type())
}

/// The bytes under an address; 404 where there are none.
pub(crate) fn at_address(bytes: Option<Bytes>) -> Response {
    let Some(bytes) = bytes else { return StatusCode::NOT_FOUND.into_response() };
    ([(header::CONTENT_TYPE, kind(&bytes))], bytes).into_response()
}

/// The same for the page: a picture is shown, all else saved, so that none runs as a page of this address.
pub(crate) fn for_page(bytes: Option<Bytes>) -> Response {
    let Some(bytes) = bytes else { return StatusCode::NOT_FOUND.into_response() };
    let kind = kind(&bytes);
    let how = if kind.starts_with("image/") { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, how),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    (headers, bytes).into_response()
}

/// Bytes in JSON.
pub(crate) fn in_base64<S: Serializer>(bytes: &Option<Bytes>, to: S) -> Result<S::Ok, S::Error> {
    bytes.as_ref().map(|bytes| STANDARD.encode(bytes)).serialize(to)
}

/// And back.
pub(crate) fn from_base64(text: &str) -> Option<Bytes> {
    STANDARD.decode(text).ok().map(Bytes::from)
}
