//! Updates and files on their way in.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::channel::body::BodyError;
use crate::channel::bot_api::{MAX_ANSWER, Transport};
use crate::channel::tolerant::tolerant;
use crate::channel::{FetchError, Push, PushState, RawUpdate, ReceiveError};

use super::classify::{downloading, is_nothing_new, receiving};
use super::read;

/// The longest wait that is asked for, in seconds: who is told to stop waits for the answer, and has ten seconds.
/// Zalo's own examples ask for 30.
const LONGEST_POLL: u64 = 5;
/// How fast a download has to be at least, in bytes a second.
const SLOWEST: u64 = 64 * 1024;

tolerant! {
    struct Info {
        url: String,
    }
}

/// Waits for the next update. It is gone at Zalo as soon as it is given: there is no number by which to ask for it
/// again.
pub(super) async fn receive(transport: &Transport, wait: Duration) -> Result<Vec<RawUpdate>, ReceiveError> {
    let seconds = wait.as_secs().min(LONGEST_POLL);
    let timeout = transport.timeout + Duration::from_secs(seconds);
    let asked = json!({ "timeout": seconds.to_string() });
    match transport.post("getUpdates", &asked, timeout, MAX_ANSWER).await {
        Ok(result) => Ok(read::polled(result.get())),
        Err(failure) if is_nothing_new(&failure) => Ok(Vec::new()),
        Err(failure) => Err(receiving(failure)),
    }
}

/// Has Zalo push updates, or keep them until it is asked.
pub(super) async fn set_push(transport: &Transport, push: Option<&Push>) -> Result<(), ReceiveError> {
    let (method, asked) = match push {
        Some(push) => ("setWebhook", json!({ "url": push.url, "secret_token": push.secret.expose_secret() })),
        None => ("deleteWebhook", json!({})),
    };
    let done = transport.post(method, &asked, transport.timeout, MAX_ANSWER).await;
    match done.map_err(receiving) {
        Ok(_) => Ok(()),
        // There was none, which is what was wanted. Whether that is an error is not documented.
        Err(ReceiveError::Failed(why)) if push.is_none() && why.starts_with("404") => Ok(()),
        Err(error) => Err(error),
    }
}

/// How Zalo pushes. It does not say how many updates wait, or what went wrong.
pub(super) async fn push_state(transport: &Transport) -> Result<PushState, ReceiveError> {
    let result = transport.post("getWebhookInfo", &json!({}), transport.timeout, MAX_ANSWER).await;
    let info: Info = match result.map_err(receiving) {
        Ok(result) => serde_json::from_str(result.get()).unwrap_or_default(),
        // None is set.
        Err(ReceiveError::Failed(why)) if why.starts_with("404") => Info::default(),
        Err(error) => return Err(error),
    };
    Ok(PushState { url: info.url.filter(|url| !url.is_empty()), ..PushState::default() })
}

/// Gets a picture from the address that its message named. Only over https, or from the API's own server.
pub(super) async fn fetch(transport: &Transport, address: &str, max: usize) -> Result<Bytes, FetchError> {
    let url = Url::parse(address).map_err(|_| FetchError::Gone("the address is none".to_owned()))?;
    if url.scheme() != "https" && !transport.is_own(&url) {
        return Err(FetchError::Gone("the address is not one of Zalo's".to_owned()));
    }
    let timeout = transport.timeout + Duration::from_secs(max as u64 / SLOWEST);
    match transport.get(url, max, timeout).await.map_err(downloading)? {
        Ok(bytes) => Ok(bytes),
        Err(BodyError::TooLarge) => Err(FetchError::TooLarge { max }),
        Err(BodyError::Broken(why)) => Err(FetchError::Failed(why)),
    }
}
