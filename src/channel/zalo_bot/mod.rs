//! Zalo's bot platform (<https://bot.zapps.me/docs>): much like Telegram's Bot API, with less in it.
//!
//! No buttons, no edits, no documents, no upload: choices are a numbered list, files are links, and a picture is fetched
//! by Zalo from an address. Where its documentation leaves something open, either answer works here; what was never
//! tried against the live service is listed in `docs/channels.md`.

mod classify;
mod read;
mod receive;
mod send;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::domain::{ChannelKind, Timestamp};

use super::bot_api::{BadAddress, MAX_ANSWER, Transport};
use super::tolerant::tolerant;
use super::{Call, Channel, FetchError, Parsed, Push, PushState, RawUpdate, ReceiveError, SendError, Sent};

/// Where Zalo's own bot API is.
pub const API_URL: &str = "https://bot-api.zaloplatforms.com";

/// With which header an update that is pushed shows the secret (<https://bot.zapps.me/docs/webhook>).
const SECRET_HEADER: &str = "X-Bot-Api-Secret-Token";

/// Why the channel cannot be set up. Never holds the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("mã bot Zalo (token) chỉ gồm chữ, số và các dấu : _ - .; hãy chép lại từ Zalo Bot Creator")]
    Token,
    #[error("địa chỉ api_url của Zalo phải có dạng https://bot-api.zaloplatforms.com")]
    Url,
}

/// The channel to a bot on Zalo.
pub struct ZaloBot {
    transport: Transport,
    /// How the bot is called, which a mention in a group holds; known from the first [`Channel::who_am_i`] on.
    name: RwLock<Option<Arc<str>>>,
}

impl ZaloBot {
    /// Sets the channel up; nothing is sent yet. `api_url` is [`API_URL`] or the practice platform, `timeout` the
    /// longest time for one call (waiting for updates has some more).
    ///
    /// # Errors
    /// Where the token or the address cannot be one.
    pub fn new(
        client: reqwest::Client,
        api_url: &str,
        token: SecretString,
        timeout: Duration,
    ) -> Result<Self, SetupError> {
        if !is_token(token.expose_secret()) {
            return Err(SetupError::Token);
        }
        let transport =
            Transport::new(client, api_url, token, timeout).map_err(|BadAddress| SetupError::Url)?;
        Ok(Self { transport, name: RwLock::default() })
    }

    async fn learn_name(&self) -> Result<String, ReceiveError> {
        tolerant! {
            struct Me {
                account_name: String,
                display_name: String,
            }
        }
        let timeout = self.transport.timeout;
        let result = self.transport.post("getMe", &json!({}), timeout, MAX_ANSWER).await;
        let me: Me = serde_json::from_str(result.map_err(classify::receiving)?.get()).unwrap_or_default();
        let Some(name) = me.account_name.or(me.display_name) else {
            return Err(ReceiveError::Failed("the answer does not say who the bot is".to_owned()));
        };
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = Some(name.as_str().into());
        Ok(name)
    }
}

#[async_trait]
impl Channel for ZaloBot {
    fn kind(&self) -> ChannelKind {
        ChannelKind::ZaloBot
    }

    async fn send(&self, call: &Call<'_>) -> Result<Sent, SendError> {
        send::send(&self.transport, call).await
    }

    async fn receive(&self, _offset: i64, wait: Duration) -> Result<Vec<RawUpdate>, ReceiveError> {
        receive::receive(&self.transport, wait).await
    }

    fn gives_once(&self) -> bool {
        true
    }

    async fn set_push(&self, push: Option<&Push>) -> Result<(), ReceiveError> {
        receive::set_push(&self.transport, push).await
    }

    async fn push_state(&self) -> Result<PushState, ReceiveError> {
        receive::push_state(&self.transport).await
    }

    fn secret_header(&self) -> &'static str {
        SECRET_HEADER
    }

    fn pushed(&self, body: &[u8]) -> Option<RawUpdate> {
        read::pushed(body)
    }

    fn read(&self, raw: &[u8], received_at: Timestamp) -> Parsed {
        let name = self.name.read().unwrap_or_else(PoisonError::into_inner).clone();
        read::read(raw, received_at, name.as_deref())
    }

    async fn fetch(&self, file_id: &str, max: usize) -> Result<Bytes, FetchError> {
        receive::fetch(&self.transport, file_id, max).await
    }

    async fn who_am_i(&self) -> Result<String, ReceiveError> {
        self.learn_name().await
    }
}

impl fmt::Debug for ZaloBot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZaloBot").field("host", &self.transport.host()).finish_non_exhaustive()
    }
}

/// What can be a token: letters that need no escaping in an address. Its form is not documented.
fn is_token(token: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-' | b'.');
    // A bound against a file given by mistake; real ones have about 60 characters.
    (8..=256).contains(&token.len()) && token.bytes().all(letter)
}
