//! The parameters of a call, whichever of the four encodings they came in.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;
use crate::sandbox::wire;

/// Uploads go up to 50 MB (core.telegram.org/bots/api#sending-files); a little more for the fields.
const LARGEST_BODY: usize = 52 << 20;

/// A file that came as a part of a multipart body.
pub(super) struct Upload {
    /// Its name, if the part gave one.
    pub name: Option<String>,
    /// Its media type, if the part gave one.
    pub mime: Option<String>,
    /// Its content.
    pub bytes: Bytes,
}

enum Given {
    /// From a JSON body: typed.
    Typed(Value),
    /// From a query string, a form or a multipart field: text, nested objects as JSON.
    Text(String),
}

/// All parameters of a call. Reading one takes it out, so that [`Params::finish`] finds what nobody knew.
#[derive(Default)]
pub(super) struct Params {
    fields: BTreeMap<String, Given>,
    uploads: BTreeMap<String, Upload>,
}

fn wrong_type(name: &str, wanted: &str) -> Refusal {
    Refusal::wrong(format!("parameter \"{name}\" must be {wanted}"))
}

impl Params {
    /// Reads the query string and the body of a request.
    pub async fn read(request: Request) -> Result<Params, Refusal> {
        let mut params = Params::default();
        params.pairs(request.uri().query().unwrap_or_default());
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind == "multipart/form-data" {
            let mut request = request;
            // The framework's own ceiling (2 MB) is lower than the platform's.
            DefaultBodyLimit::max(LARGEST_BODY).apply(&mut request);
            params.parts(request).await?;
            return Ok(params);
        }
        let body = axum::body::to_bytes(request.into_body(), LARGEST_BODY)
            .await
            .map_err(|_| Refusal::too_large())?;
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
        if encoded.is_empty() {
            return;
        }
        // A fixed address, so that the one URL parser at hand decodes the pairs.
        if let Ok(mut url) = reqwest::Url::parse("http://localhost/") {
            url.set_query(Some(encoded));
            for (name, value) in url.query_pairs() {
                self.fields.insert(name.into_owned(), Given::Text(value.into_owned()));
            }
        }
    }

    fn json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Err(Refusal::wrong("can't parse request JSON object"));
        };
        for (name, value) in object {
            if !value.is_null() {
                self.fields.insert(name, Given::Typed(value));
            }
        }
        Ok(())
    }

    async fn parts(&mut self, request: Request) -> Result<(), Refusal> {
        let wrong = |error: &dyn std::fmt::Display| Refusal::wrong(format!("broken multipart body: {error}"));
        let broken = |error: &MultipartError| Refusal { violation: !wire::is_cut_off(error), ..wrong(error) };
        let mut parts = Multipart::from_request(request, &()).await.map_err(|error| wrong(&error))?;
        let mut taken = 0;
        while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(str::to_owned);
            let mime = part.content_type().map(str::to_owned);
            let bytes = part.bytes().await.map_err(|error| broken(&error))?;
            taken += bytes.len();
            if taken > LARGEST_BODY {
                return Err(Refusal::too_large());
            }
            // A part with a file name or a media type of its own is a file; anything else is a field.
            let is_file =
                file.is_some() || mime.as_deref().is_some_and(|mime| !mime.starts_with("text/plain"));
            if is_file {
                self.uploads.insert(name, Upload { name: file, mime, bytes });
            } else {
                let text = String::from_utf8(bytes.to_vec())
                    .map_err(|_| Refusal::wrong(format!("field \"{name}\" is not UTF-8")))?;
                self.fields.insert(name, Given::Text(text));
            }
        }
        Ok(())
    }

    /// The chat the call is for, read without taking it, for the log and the faults.
    pub fn peek_chat(&self) -> Option<i64> {
        match self.fields.get("chat_id")? {
            Given::Typed(value) => value.as_i64().or_else(|| value.as_str()?.parse().ok()),
            Given::Text(text) => text.parse().ok(),
        }
    }

    /// Text or caption, read without taking it; an album's is the first caption found.
    pub fn peek_text(&self) -> String {
        let media = || self.peek("media").and_then(|media| caption_in(&media));
        self.peek_str("text").or_else(|| self.peek_str("caption")).or_else(media).unwrap_or_default()
    }

    fn peek_str(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Given::Typed(value) => value.as_str().map(str::to_owned),
            Given::Text(text) => Some(text.clone()),
        }
    }

    fn peek(&self, name: &str) -> Option<Value> {
        match self.fields.get(name)? {
            Given::Typed(value) => Some(value.clone()),
            Given::Text(text) => serde_json::from_str(text).ok(),
        }
    }

    /// A text parameter.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.fields.remove(name) {
            None => Ok(None),
            Some(Given::Text(text) | Given::Typed(Value::String(text))) => Ok(Some(text)),
            Some(_) => Err(wrong_type(name, "a string")),
        }
    }

    /// A whole number.
    pub fn int(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        let number = match self.fields.remove(name) {
            None => return Ok(None),
            Some(Given::Text(text)) => text.trim().parse().ok(),
            Some(Given::Typed(value)) => value.as_i64(),
        };
        number.map(Some).ok_or_else(|| wrong_type(name, "an integer"))
    }

    /// A number with a fraction.
    pub fn float(&mut self, name: &str) -> Result<Option<f64>, Refusal> {
        let number = match self.fields.remove(name) {
            None => return Ok(None),
            Some(Given::Text(text)) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Some(Given::Typed(value)) => value.as_f64(),
        };
        number.map(Some).ok_or_else(|| wrong_type(name, "a number"))
    }

    /// Yes or no.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.fields.remove(name) {
            None => Ok(None),
            Some(Given::Typed(Value::Bool(flag))) => Ok(Some(flag)),
            Some(Given::Text(text)) if matches!(text.as_str(), "true" | "True" | "1") => Ok(Some(true)),
            Some(Given::Text(text)) if matches!(text.as_str(), "false" | "False" | "0") => Ok(Some(false)),
            Some(_) => Err(wrong_type(name, "a boolean")),
        }
    }

    /// A nested object or array; in JSON as itself, elsewhere as JSON text.
    pub fn object<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        let parsed = match self.fields.remove(name) {
            None => return Ok(None),
            Some(Given::Text(text)) => serde_json::from_str(&text),
            Some(Given::Typed(value)) => serde_json::from_value(value),
        };
        parsed.map(Some).map_err(|error| Refusal::wrong(format!("can't parse parameter \"{name}\": {error}")))
    }

    /// A chat by its number. Channels by `@name` do not exist here.
    pub fn chat(&mut self) -> Result<i64, Refusal> {
        let text = match self.fields.remove("chat_id") {
            None => return Err(Refusal::wrong("chat_id is empty")),
            Some(Given::Typed(Value::Number(number))) => number.to_string(),
            Some(Given::Text(text) | Given::Typed(Value::String(text))) => text,
            Some(_) => return Err(wrong_type("chat_id", "an integer or a string")),
        };
        if text.trim().is_empty() {
            return Err(Refusal::wrong("chat_id is empty"));
        }
        text.trim().parse().map_err(|_| Refusal::bad("chat not found"))
    }

    /// Takes an uploaded part by its name.
    pub fn upload(&mut self, name: &str) -> Option<Upload> {
        self.uploads.remove(name)
    }

    /// Refuses the call if anything was given that nobody asked for.
    pub fn finish(self) -> Result<(), Refusal> {
        let left = self.fields.keys().chain(self.uploads.keys()).next();
        left.map_or(Ok(()), |name| Err(Refusal::wrong(format!("unknown parameter \"{name}\""))))
    }
}

fn caption_in(media: &Value) -> Option<String> {
    media.as_array()?.iter().find_map(|item| item["caption"].as_str().map(str::to_owned))
}

/// A required parameter.
pub(super) fn required<T>(name: &str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::wrong(format!("parameter \"{name}\" is required")))
}
