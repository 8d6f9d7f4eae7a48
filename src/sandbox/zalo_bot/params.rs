//! The parameters of a call, whichever of the four encodings they came in.

use std::collections::BTreeMap;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;
use crate::sandbox::wire;

/// Nothing is uploaded, so that a call is small. Zalo does not state its own ceiling.
const LARGEST_BODY: usize = 1 << 20;

/// All parameters of a call. Reading one takes it out, so that [`Params::finish`] finds what nobody knew.
/// What came in a query string, a form or a multipart body is text.
#[derive(Default)]
pub(super) struct Params(BTreeMap<String, Value>);

impl Params {
    /// Reads the query string and the body of a request.
    pub async fn read(request: Request) -> Result<Params, Refusal> {
        let mut params = Params::default();
        params.pairs(request.uri().query().unwrap_or_default());
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind == "multipart/form-data" {
            params.parts(request).await?;
            return Ok(params);
        }
        let body = axum::body::to_bytes(request.into_body(), LARGEST_BODY).await;
        let body = body.map_err(|_| Refusal::wrong("the body is too large"))?;
        match kind.as_str() {
            _ if body.is_empty() => {}
            "application/json" => params.json(&body)?,
            "application/x-www-form-urlencoded" => {
                let text = std::str::from_utf8(&body).map_err(|_| Refusal::wrong("body is not UTF-8"))?;
                params.pairs(text);
            }
            other => return Err(Refusal::wrong(format!("unsupported content type \"{other}\""))),
        }
        Ok(params)
    }

    fn pairs(&mut self, encoded: &str) {
        // A fixed address, so that the one URL parser at hand decodes the pairs.
        if let Ok(mut url) = reqwest::Url::parse("http://localhost/") {
            url.set_query(Some(encoded).filter(|encoded| !encoded.is_empty()));
            for (name, value) in url.query_pairs() {
                self.0.insert(name.into_owned(), Value::String(value.into_owned()));
            }
        }
    }

    fn json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Err(Refusal::wrong("the body is no JSON object"));
        };
        self.0.extend(object.into_iter().filter(|(_, value)| !value.is_null()));
        Ok(())
    }

    async fn parts(&mut self, request: Request) -> Result<(), Refusal> {
        let wrong = |error: &dyn std::fmt::Display| Refusal::wrong(format!("broken multipart body: {error}"));
        let broken = |error: &MultipartError| Refusal { violation: !wire::is_cut_off(error), ..wrong(error) };
        let mut parts = Multipart::from_request(request, &()).await.map_err(|error| wrong(&error))?;
        while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            if part.file_name().is_some() {
                return Err(Refusal::wrong(format!("\"{name}\" is a file: nothing can be uploaded")));
            }
            let text = part.text().await.map_err(|error| broken(&error))?;
            self.0.insert(name, Value::String(text));
        }
        Ok(())
    }

    /// A parameter as text, read without taking it, for the log and the faults.
    pub fn peek(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A text parameter.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::wrong(format!("parameter \"{name}\" must be a string"))),
        }
    }

    /// A text parameter that has to be there and not empty.
    pub fn required(&mut self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| Refusal::wrong(format!("parameter \"{name}\" is required")))
    }

    /// A whole number from 0 on, written as such or as text.
    pub fn number(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        let number = match self.0.remove(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_u64(),
        };
        number.map(Some).ok_or_else(|| Refusal::wrong(format!("parameter \"{name}\" must be a whole number")))
    }

    /// A nested array; in JSON as itself, elsewhere as JSON text.
    pub fn nested<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        let parsed = match self.0.remove(name) {
            None => return Ok(None),
            Some(Value::String(text)) => serde_json::from_str(&text),
            Some(value) => serde_json::from_value(value),
        };
        parsed.map(Some).map_err(|error| Refusal::wrong(format!("can't parse parameter \"{name}\": {error}")))
    }

    /// Refuses the call if anything was given that nobody asked for.
    pub fn finish(self) -> Result<(), Refusal> {
        let left = self.0.keys().next();
        left.map_or(Ok(()), |name| Err(Refusal::wrong(format!("unknown parameter \"{name}\""))))
    }
}
