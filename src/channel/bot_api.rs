//! One call of a bot API over HTTP: out, back, and what is known if nothing came back. Telegram's, and that of Zalo's
//! bots, which wraps its answers alike.
//!
//! Not teloxide's own: it drops the error code, sleeps within a call, and reports messages that were
//! delivered as failures to parse.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::requests::Payload;

use super::body::{self, BodyError};
use super::tolerant::tolerant;

/// The longest answer that is read. A message that was sent comes back in some kilobytes.
pub(super) const MAX_ANSWER: usize = 1 << 20;
/// What is kept of a reason.
const MAX_REASON: usize = 300;

tolerant! {
    /// What every answer looks like (<https://core.telegram.org/bots/api#making-requests>).
    struct Answer {
        ok: bool,
        result: Box<RawValue>,
        error_code: u16,
        description: String,
        parameters: Parameters,
    }
    struct Parameters {
        retry_after: u64,
        migrate_to_chat_id: i64,
    }
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Certainly not accepted: nobody was there, or nobody understood it.
    NotAccepted(String),
    /// The request went out; whether it was accepted is not known.
    Lost(String),
    /// The Bot API, or something before it, said no.
    Refused(Refusal),
}

/// A no, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status, or the body's `error_code` where they differ.
    pub code: u16,
    /// `None` where it did not come from the Bot API.
    pub description: Option<String>,
    /// In seconds.
    pub retry_after: Option<u64>,
    pub migrate_to: Option<i64>,
}

/// What was given as the address of an API is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadAddress;

/// The way to the Bot API. Nothing that it gives, errors included, holds the token.
pub(super) struct Transport {
    client: Client,
    base: Url,
    /// Where its methods are; holds the token.
    methods: Url,
    token: SecretString,
    pub timeout: Duration,
}

impl Transport {
    /// The token has to be looked at before: it becomes a part of every address.
    pub fn new(
        client: Client,
        api_url: &str,
        token: SecretString,
        timeout: Duration,
    ) -> Result<Self, BadAddress> {
        let base = Url::parse(api_url).map_err(|_| BadAddress)?;
        let plain = base.query().is_none() && base.fragment().is_none() && base.has_host();
        if !matches!(base.scheme(), "http" | "https") || !plain {
            return Err(BadAddress);
        }
        let bot = format!("bot{}", token.expose_secret());
        let methods = below(&base, [bot.as_str()]);
        Ok(Self { client, base, methods, token, timeout })
    }

    /// The host, for logs.
    pub fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Calls a method with JSON.
    pub async fn call<P: Payload + Serialize>(&self, payload: &P) -> Result<Box<RawValue>, Failure> {
        self.call_within(payload, self.timeout, MAX_ANSWER).await
    }

    /// Calls a method with JSON, with its own bounds for the time and the size of the answer.
    pub async fn call_within<P: Payload + Serialize>(
        &self,
        payload: &P,
        timeout: Duration,
        max_answer: usize,
    ) -> Result<Box<RawValue>, Failure> {
        self.post(P::NAME, payload, timeout, max_answer).await
    }

    /// Calls the method of this name with JSON.
    pub async fn post(
        &self,
        method: &str,
        payload: &impl Serialize,
        timeout: Duration,
        max_answer: usize,
    ) -> Result<Box<RawValue>, Failure> {
        let body = serde_json::to_vec(payload).map_err(|error| Failure::NotAccepted(error.to_string()))?;
        let request = self.client.post(self.method(method)).header(CONTENT_TYPE, "application/json");
        self.exchange(request.body(body).timeout(timeout), max_answer).await
    }

    /// Calls a method with files.
    pub async fn upload(
        &self,
        method: &str,
        form: Form,
        timeout: Duration,
    ) -> Result<Box<RawValue>, Failure> {
        let request = self.client.post(self.method(method)).multipart(form);
        self.exchange(request.timeout(timeout), MAX_ANSWER).await
    }

    /// Gets a file by the path that `getFile` gave. `Ok(Err(…))` where the body is not to be had.
    pub async fn download(
        &self,
        path: &str,
        max: usize,
        timeout: Duration,
    ) -> Result<Result<Bytes, BodyError>, Failure> {
        let segments: Vec<&str> = path.split('/').collect();
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return Err(Failure::NotAccepted("the file has an odd path".to_owned()));
        }
        let bot = format!("bot{}", self.token.expose_secret());
        let start = ["file", &bot];
        self.get(below(&self.base, start.into_iter().chain(segments)), max, timeout).await
    }

    /// Gets what is at an address that the platform named. `Ok(Err(…))` where the body is not to be had.
    pub async fn get(
        &self,
        url: Url,
        max: usize,
        timeout: Duration,
    ) -> Result<Result<Bytes, BodyError>, Failure> {
        let request = self.client.get(url).timeout(timeout);
        let response = request.send().await.map_err(|error| self.no_answer(error))?;
        if response.status() != StatusCode::OK {
            let code = response.status().as_u16();
            return Err(Failure::Refused(Refusal { code, ..Refusal::default() }));
        }
        Ok(self.read(response, max).await)
    }

    async fn exchange(&self, request: RequestBuilder, max: usize) -> Result<Box<RawValue>, Failure> {
        let response = request.send().await.map_err(|error| self.no_answer(error))?;
        let status = response.status();
        let header = response.headers().get(RETRY_AFTER);
        let header = header.and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse().ok());
        let body = match self.read(response, max).await {
            Ok(body) => body,
            Err(why) => return Err(without_body(status, header, why)),
        };
        self.judge(status, header, &body)
    }

    /// What an answer means.
    pub fn judge(
        &self,
        status: StatusCode,
        retry_after: Option<u64>,
        body: &[u8],
    ) -> Result<Box<RawValue>, Failure> {
        // Nearly always valid: looked at as a whole first, which is much faster.
        let text = str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
        let answer: Answer = serde_json::from_str(&text).unwrap_or_default();
        match (answer.ok, answer.result) {
            (Some(true), Some(result)) if status.is_success() => return Ok(result),
            (Some(false), _) => {}
            // Neither a yes nor a no that came from the Bot API.
            _ if status.is_success() => {
                return Err(Failure::Lost(format!("answered {status} with something unreadable")));
            }
            _ => {}
        }
        let code = answer.error_code.filter(|_| status.is_success()).unwrap_or(status.as_u16());
        if answer.ok == Some(false) && (200..300).contains(&code) {
            return Err(Failure::Lost("answered neither yes nor why not".to_owned()));
        }
        let parameters = answer.parameters.unwrap_or_default();
        let own = answer.ok == Some(false);
        Err(Failure::Refused(Refusal {
            code,
            description: own.then(|| self.scrub(&answer.description.unwrap_or_default())),
            retry_after: parameters.retry_after.or(retry_after),
            migrate_to: parameters.migrate_to_chat_id,
        }))
    }

    async fn read(&self, response: Response, max: usize) -> Result<Bytes, BodyError> {
        body::read(response, max).await.map_err(|error| match error {
            BodyError::Broken(why) => BodyError::Broken(self.scrub(&why)),
            BodyError::TooLarge => BodyError::TooLarge,
        })
    }

    fn no_answer(&self, error: reqwest::Error) -> Failure {
        let before = error.is_connect() || error.is_builder();
        let why = self.reason(error);
        if before { Failure::NotAccepted(why) } else { Failure::Lost(why) }
    }

    fn reason(&self, error: reqwest::Error) -> String {
        self.scrub(&body::reason(error))
    }

    /// The text without the secret half of the token, should somebody have echoed it, and not too long.
    fn scrub(&self, text: &str) -> String {
        let token = self.token.expose_secret();
        let secret = token.split_once(':').map_or(token, |(_, secret)| secret);
        // What cannot be seen goes first: the secret could be put together by that.
        let clean: String = text.chars().filter(|c| !c.is_control()).collect();
        clean.replace(secret, "***").chars().take(MAX_REASON).collect()
    }

    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// Whether an address is on the API's own server.
    pub fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    fn method(&self, name: &str) -> Url {
        below(&self.methods, [name])
    }
}

fn below<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Url {
    let mut url = base.clone();
    // Only URLs without a host have no segments; `new` refuses those.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// The status came, the rest did not.
fn without_body(status: StatusCode, retry_after: Option<u64>, why: BodyError) -> Failure {
    let why = match why {
        BodyError::TooLarge => "an answer that is too large".to_owned(),
        BodyError::Broken(why) => why,
    };
    match status.as_u16() {
        200..300 => Failure::Lost(why),
        code @ (429 | 500..) => {
            Failure::Refused(Refusal { code, description: None, retry_after, migrate_to: None })
        }
        code => Failure::NotAccepted(format!("answered {code}, the reason was lost: {why}")),
    }
}
