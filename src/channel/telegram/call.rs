//! One HTTP call, and what is known when it fails.

use std::time::Duration;

use bytes::BytesMut;
use futures::StreamExt;
use reqwest::RequestBuilder;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use teloxide::requests::Payload;

use super::Telegram;

/// More than any answer has: a hundred updates of the largest kind are a few megabytes.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// Nobody is told to wait longer than a day.
const LONGEST_WAIT: u64 = 24 * 3600;

/// Why a call gave no result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The platform said no: it did not do what was asked.
    Answered(Refusal),
    /// The request never went out.
    NotSent(String),
    /// It went out, and what came of it is not known.
    NoAnswer(String),
}

/// How the platform says no.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusal {
    pub code: u16,
    pub description: String,
    pub retry_after: Option<u64>,
    pub migrate_to: Option<i64>,
}

impl Refusal {
    /// How long to wait; a second where nothing was said.
    pub fn retry_after(&self) -> Duration {
        Duration::from_secs(self.retry_after.unwrap_or(1).clamp(1, LONGEST_WAIT))
    }
}

#[derive(Deserialize)]
struct Envelope<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Telegram {
    /// Calls a method with one of teloxide's payloads.
    pub(super) async fn call<P, T>(&self, payload: &P, timeout: Duration) -> Result<T, Trouble>
    where
        P: Payload + Serialize,
        T: DeserializeOwned,
    {
        self.call_json(P::NAME, payload, timeout).await
    }

    /// Calls a method with any body.
    pub(super) async fn call_json<B, T>(
        &self,
        method: &str,
        body: &B,
        timeout: Duration,
    ) -> Result<T, Trouble>
    where
        B: Serialize + ?Sized,
        T: DeserializeOwned,
    {
        run(self.request(method).json(body), timeout).await
    }

    /// Calls a method with files.
    pub(super) async fn call_form<T>(
        &self,
        method: &str,
        form: reqwest::multipart::Form,
        timeout: Duration,
    ) -> Result<T, Trouble>
    where
        T: DeserializeOwned,
    {
        run(self.request(method).multipart(form), timeout).await
    }

    fn request(&self, method: &str) -> RequestBuilder {
        self.client.post(format!("{}/bot{}/{method}", self.api_url, self.token.expose_secret()))
    }
}

async fn run<T: DeserializeOwned>(request: RequestBuilder, timeout: Duration) -> Result<T, Trouble> {
    // An error of the client carries the address, and the address carries the token.
    let answer = request.timeout(timeout).send().await.map_err(|error| {
        let early = error.is_connect() || error.is_builder();
        let why = cause(&error.without_url());
        if early { Trouble::NotSent(why) } else { Trouble::NoAnswer(why) }
    })?;
    let status = answer.status().as_u16();
    let header = answer
        .headers()
        .get(reqwest::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let mut body = BytesMut::new();
    let mut stream = answer.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| Trouble::NoAnswer(cause(&error.without_url())))?;
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Trouble::NoAnswer("the answer is too large".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    understand(status, header, &body)
}

fn understand<T: DeserializeOwned>(status: u16, retry_after: Option<u64>, body: &[u8]) -> Result<T, Trouble> {
    match serde_json::from_slice::<Envelope<T>>(body) {
        Ok(Envelope { ok: true, result: Some(result), .. }) => Ok(result),
        Ok(Envelope { ok: false, error_code, description, parameters, .. }) => {
            let parameters = parameters.unwrap_or_default();
            Err(Trouble::Answered(Refusal {
                code: error_code.unwrap_or(status),
                description: description.unwrap_or_default().chars().take(300).collect(),
                retry_after: parameters.retry_after.or(retry_after),
                migrate_to: parameters.migrate_to_chat_id,
            }))
        }
        // What is not the platform's own "no" but has its status is one all the same.
        _ if status >= 400 => Err(Trouble::Answered(Refusal {
            code: status,
            description: "an answer without words".to_owned(),
            retry_after,
            migrate_to: None,
        })),
        _ => Err(Trouble::NoAnswer(format!("an answer that makes no sense (status {status})"))),
    }
}

/// The innermost cause, which is the one that says something.
fn cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(next) = inner {
        text = next.to_string();
        inner = next.source();
    }
    text
}
