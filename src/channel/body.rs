//! What came back over HTTP, or why it did not.

use std::error::Error;
use std::fmt::Write;

use bytes::{Bytes, BytesMut};
use reqwest::Response;

/// Why a body is not here.
pub(super) enum BodyError {
    TooLarge,
    Broken(String),
}

/// The body of an answer, at most `max` bytes.
pub(super) async fn read(mut response: Response, max: usize) -> Result<Bytes, BodyError> {
    if response.content_length().is_some_and(|length| length > max as u64) {
        return Err(BodyError::TooLarge);
    }
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body.freeze()),
            Ok(Some(chunk)) if body.len() + chunk.len() > max => return Err(BodyError::TooLarge),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => return Err(BodyError::Broken(reason(error))),
        }
    }
}

/// An error with its causes, without the URL, which may hold a token.
pub(super) fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing into a String cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
