//! One call over HTTP: out, back, and what is known if nothing came back.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::channel::FetchError;
use crate::channel::body::{self, BodyError};
use crate::channel::renewing::{Pair, RenewError};
use crate::channel::tolerant::tolerant;

use super::classify::{downloading, renewing};
use super::message::Loose;
use super::{Account, classify};

/// The longest answer that is read.
const MAX_ANSWER: usize = 1 << 20;
/// What is kept of a reason.
const MAX_REASON: usize = 300;
/// How fast what goes up or comes down has to be at least, in bytes a second.
const SLOWEST: u64 = 64 * 1024;
/// How long tokens last where the answer does not say: 25 hours and 3 months
/// (<https://developers.zalo.me/docs/official-account>).
const ACCESS_LASTS: u64 = 90_000;
const REFRESH_LASTS: u64 = 90 * 24 * 3600;

tolerant! {
    /// What every answer looks like.
    struct Answer {
        error: i64,
        message: String,
        data: Box<RawValue>,
    }
    /// What an answer with tokens looks like, or without.
    struct Tokens {
        access_token: String,
        refresh_token: String,
        expires_in: Loose,
        refresh_token_expires_in: Loose,
        error: i64,
        error_name: String,
        message: String,
    }
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Certainly not accepted: nobody was there, or nobody understood it.
    NotAccepted(String),
    /// The request went out; whether it was accepted is not known.
    Lost(String),
    /// Something answered that was not the API.
    Status(u16),
    /// The API said no: its code and its words.
    Refused { code: i64, words: String },
    /// There is no access token yet.
    NoToken,
}

/// The access token that is shown, and whether it was refused.
#[derive(Default)]
struct Access {
    token: Option<SecretString>,
    refused: bool,
}

/// The way to the API. Nothing that it gives, errors included, holds a token.
pub(super) struct Transport {
    client: Client,
    api: Url,
    oauth: Url,
    app_id: String,
    app_secret: SecretString,
    access: RwLock<Access>,
    timeout: Duration,
}

impl Transport {
    /// `None` where an address is none.
    pub fn new(client: Client, account: Account, timeout: Duration) -> Option<Self> {
        let web = |url: &str| {
            let url = Url::parse(url).ok()?;
            let plain = url.query().is_none() && url.fragment().is_none() && url.has_host();
            (matches!(url.scheme(), "http" | "https") && plain).then_some(url)
        };
        Some(Self {
            client,
            api: web(&account.api_url)?,
            oauth: web(&account.oauth_url)?,
            app_id: account.app_id,
            app_secret: account.app_secret,
            access: RwLock::default(),
            timeout,
        })
    }

    pub fn use_token(&self, access: SecretString) {
        let access = Access { token: Some(access), refused: false };
        *self.access.write().unwrap_or_else(PoisonError::into_inner) = access;
    }

    pub fn wants_token(&self) -> bool {
        let access = self.access.read().unwrap_or_else(PoisonError::into_inner);
        access.token.is_none() || access.refused
    }

    fn token(&self) -> Option<SecretString> {
        self.access.read().unwrap_or_else(PoisonError::into_inner).token.clone()
    }

    /// Calls with JSON.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Box<RawValue>, Failure> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::NotAccepted(error.to_string()))?;
        let request = self.client.post(below(&self.api, path)).header(CONTENT_TYPE, "application/json");
        self.exchange(request.body(body).timeout(self.timeout)).await
    }

    /// Hands a file of so many bytes over.
    pub async fn upload(&self, path: &str, form: Form, size: usize) -> Result<Box<RawValue>, Failure> {
        let timeout = self.timeout + Duration::from_secs(size as u64 / SLOWEST);
        let request = self.client.post(below(&self.api, path)).multipart(form).timeout(timeout);
        self.exchange(request).await
    }

    pub async fn get(&self, path: &str) -> Result<Box<RawValue>, Failure> {
        self.exchange(self.client.get(below(&self.api, path)).timeout(self.timeout)).await
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Box<RawValue>, Failure> {
        let Some(token) = self.token() else { return Err(Failure::NoToken) };
        let request = request.header("access_token", token.expose_secret());
        let response = request.send().await.map_err(no_answer)?;
        let (status, body) = read(response).await?;
        let result = judge(status, &body, &[&token]);
        if matches!(result, Err(Failure::Refused { code, .. }) if classify::is_of_token(code)) {
            self.refused(&token);
        }
        result
    }

    /// The token was refused, unless another is shown by now.
    fn refused(&self, token: &SecretString) {
        let mut access = self.access.write().unwrap_or_else(PoisonError::into_inner);
        if access.token.as_ref().map(ExposeSecret::expose_secret) == Some(token.expose_secret()) {
            access.refused = true;
        }
    }

    /// Asks for a new pair of tokens.
    pub async fn renew(&self, refresh: &SecretString) -> Result<Pair, RenewError> {
        let form = [
            ("refresh_token", refresh.expose_secret()),
            ("app_id", &self.app_id),
            ("grant_type", "refresh_token"),
        ];
        let request = self.client.post(below(&self.oauth, "/v4/oa/access_token")).timeout(self.timeout);
        let request = request.header("secret_key", self.app_secret.expose_secret()).form(&form);
        let answered = async { read(request.send().await.map_err(no_answer)?).await };
        let (status, body) = answered.await.map_err(renewing)?;
        let tokens: Tokens = serde_json::from_str(&String::from_utf8_lossy(&body)).unwrap_or_default();
        let seconds = |given: Option<Loose>, usual: u64| {
            let given = given.and_then(|given| given.0.parse().ok()).filter(|seconds| *seconds > 0);
            Duration::from_secs(given.unwrap_or(usual))
        };
        if let (Some(access), Some(refresh)) = (tokens.access_token, tokens.refresh_token)
            && !access.is_empty()
            && !refresh.is_empty()
        {
            return Ok(Pair {
                access: access.into(),
                access_lasts: seconds(tokens.expires_in, ACCESS_LASTS),
                refresh: refresh.into(),
                refresh_lasts: seconds(tokens.refresh_token_expires_in, REFRESH_LASTS),
            });
        }
        let words = tokens.error_name.or(tokens.message).unwrap_or_default();
        let words = scrub(&words, &[refresh, &self.app_secret]);
        Err(renewing(match tokens.error {
            Some(code) if code != 0 => Failure::Refused { code, words },
            _ if status.is_success() => Failure::Lost("answered with something unreadable".to_owned()),
            _ => Failure::Status(status.as_u16()),
        }))
    }

    /// Gets what is at an address that an event named. Only over https, or from the API's own server.
    pub async fn fetch(&self, address: &str, max: usize) -> Result<Bytes, FetchError> {
        let url = Url::parse(address).map_err(|_| FetchError::Gone("the address is none".to_owned()))?;
        if url.scheme() != "https" && url.origin() != self.api.origin() {
            return Err(FetchError::Gone("the address is not one of Zalo's".to_owned()));
        }
        let timeout = self.timeout + Duration::from_secs(max as u64 / SLOWEST);
        let response = self.client.get(url).timeout(timeout).send().await.map_err(no_answer);
        let response = response.map_err(downloading)?;
        if response.status() != StatusCode::OK {
            return Err(downloading(Failure::Status(response.status().as_u16())));
        }
        body::read(response, max).await.map_err(|error| match error {
            BodyError::TooLarge => FetchError::TooLarge { max },
            BodyError::Broken(why) => FetchError::Failed(why),
        })
    }
}

fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

fn no_answer(error: reqwest::Error) -> Failure {
    let before = error.is_connect() || error.is_builder();
    let why = cut(&body::reason(error));
    if before { Failure::NotAccepted(why) } else { Failure::Lost(why) }
}

async fn read(response: Response) -> Result<(StatusCode, Bytes), Failure> {
    let status = response.status();
    match body::read(response, MAX_ANSWER).await {
        Ok(body) => Ok((status, body)),
        Err(_) if !status.is_success() => Err(Failure::Status(status.as_u16())),
        Err(BodyError::TooLarge) => Err(Failure::Lost("an answer that is too large".to_owned())),
        Err(BodyError::Broken(why)) => Err(Failure::Lost(cut(&why))),
    }
}

/// What an answer means. `secrets` are taken out of its words, should somebody have echoed them.
pub(super) fn judge(
    status: StatusCode,
    body: &[u8],
    secrets: &[&SecretString],
) -> Result<Box<RawValue>, Failure> {
    let text = str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
    let answer: Answer = serde_json::from_str(&text).unwrap_or_default();
    match (answer.error, answer.data) {
        (Some(0), data) if status.is_success() => Ok(data.unwrap_or_else(|| RawValue::NULL.to_owned())),
        (None, Some(data)) if status.is_success() => Ok(data),
        // Whatever it says, it was not the API that judged.
        (Some(code), _) if code != 0 && status.is_server_error() => Err(Failure::Status(status.as_u16())),
        (Some(code), _) if code != 0 => {
            Err(Failure::Refused { code, words: scrub(&answer.message.unwrap_or_default(), secrets) })
        }
        _ if status.is_success() => Err(Failure::Lost("answered with something unreadable".to_owned())),
        _ => Err(Failure::Status(status.as_u16())),
    }
}

fn scrub(text: &str, secrets: &[&SecretString]) -> String {
    // What cannot be seen goes first: a secret could be put together by that.
    let mut clean: String = text.chars().filter(|c| !c.is_control()).collect();
    for secret in secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| !secret.is_empty()) {
        clean = clean.replace(secret, "***");
    }
    cut(&clean)
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_REASON).collect()
}
