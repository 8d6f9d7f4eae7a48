//! Telegram: the Bot API (<https://core.telegram.org/bots/api>).
//!
//! Calls are teloxide's typed payloads, so that the names of fields are checked by the compiler. They go
//! over a transport of our own, which says what is known about every attempt; updates are read by a
//! tolerant reader of our own, which loses nothing of what newer versions of the API add.

mod address;
mod classify;
mod multipart;
mod parse;
mod push;
mod receive;
mod send;
#[cfg(test)]
mod tests;
mod update;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use teloxide::payloads::{GetMe, SetMyCommands};
use teloxide::types::BotCommand;

use crate::domain::{ChannelKind, Rich, Timestamp};

use super::bot_api::{BadAddress, Transport};
use super::tolerant::tolerant;
use super::{Call, Channel, FetchError, Parsed, Push, PushState, RawUpdate, ReceiveError, SendError, Sent};

/// Where Telegram's own Bot API is.
pub const API_URL: &str = "https://api.telegram.org";

/// With which header an update that is pushed shows the secret (<https://core.telegram.org/bots/api#setwebhook>).
const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// Why the channel cannot be set up. Never holds the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("mã bot Telegram (token) có dạng 123456789:ABC…; hãy chép lại từ @BotFather")]
    Token,
    #[error("địa chỉ api_url của Telegram phải có dạng https://api.telegram.org")]
    Url,
}

/// The bot, as Telegram names it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    id: i64,
    username: String,
    /// From an earlier run: it may have another name by now.
    earlier: bool,
}

/// The channel to Telegram.
pub struct Telegram {
    transport: Transport,
    /// Known from the first [`Channel::who_am_i`] or [`Channel::receive`] on, or by [`Telegram::was_called`].
    identity: RwLock<Option<Arc<Identity>>>,
}

impl Telegram {
    /// Sets the channel up; nothing is sent yet.
    ///
    /// `api_url` is [`API_URL`] or a server of one's own, `timeout` the longest time for one call (uploads
    /// and waiting for updates have some more).
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
        Ok(Self { transport, identity: RwLock::new(None) })
    }

    /// Asks Telegram who this bot is, and remembers it: in groups, that tells who is being addressed.
    ///
    /// # Errors
    /// Where Telegram cannot be reached, or refuses the token.
    pub async fn learn_identity(&self) -> Result<String, ReceiveError> {
        tolerant! {
            struct Me {
                id: i64,
                username: String,
            }
        }
        let result = self.transport.call(&GetMe::new()).await.map_err(classify::receiving)?;
        let me: Me = serde_json::from_str(result.get()).unwrap_or_default();
        let (Some(id), Some(username)) = (me.id, me.username) else {
            return Err(ReceiveError::Failed("the answer does not say who the bot is".to_owned()));
        };
        self.identify(Identity { id, username: username.clone(), earlier: false });
        Ok(username)
    }

    /// Tells who this bot was in an earlier run, for as long as Telegram cannot be asked: updates that are stored
    /// already, or that are pushed, need not wait for that.
    pub fn was_called(&self, username: &str) {
        if let Some(id) = bot_id(&self.transport) {
            self.identify(Identity { id, username: username.to_owned(), earlier: true });
        }
    }

    fn identify(&self, identity: Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(identity));
    }

    /// Asks once: without its name the bot cannot tell who is spoken to in a group.
    async fn know_oneself(&self) -> Result<(), ReceiveError> {
        if self.identity().is_none_or(|identity| identity.earlier) {
            self.learn_identity().await?;
        }
        Ok(())
    }

    /// Sets the menu of commands: names without `/`, and what they do. `lang` is a two-letter code; `None`
    /// sets the menu for everybody whose language has none of its own.
    ///
    /// # Errors
    /// As for a message.
    pub async fn set_menu(&self, menu: &[(String, String)], lang: Option<&str>) -> Result<(), SendError> {
        let mut payload = SetMyCommands::new(menu.iter().map(|(name, does)| BotCommand::new(name, does)));
        payload.language_code = lang.map(str::to_owned);
        self.transport.call(&payload).await.map_err(classify::sending)?;
        Ok(())
    }

    /// What an answer to a message means, by its HTTP status, its `Retry-After` in seconds and its body. For
    /// tests that try a million of them without a network.
    ///
    /// # Errors
    /// As for a message.
    #[doc(hidden)]
    pub fn judge_answer(&self, status: u16, retry_after: Option<u64>, body: &[u8]) -> Result<(), SendError> {
        let status = reqwest::StatusCode::from_u16(status).unwrap_or(reqwest::StatusCode::BAD_GATEWAY);
        self.transport.judge(status, retry_after, body).map(drop).map_err(classify::sending)
    }

    fn identity(&self) -> Option<Arc<Identity>> {
        self.identity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Channel for Telegram {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    async fn send(&self, call: &Call<'_>) -> Result<Sent, SendError> {
        send::send(&self.transport, call).await
    }

    async fn receive(&self, offset: i64, wait: Duration) -> Result<Vec<RawUpdate>, ReceiveError> {
        self.know_oneself().await?;
        receive::receive(&self.transport, offset, wait).await
    }

    async fn set_push(&self, push: Option<&Push>) -> Result<(), ReceiveError> {
        if push.is_some() {
            self.know_oneself().await?;
        }
        push::set(&self.transport, push).await
    }

    async fn push_state(&self) -> Result<PushState, ReceiveError> {
        push::state(&self.transport).await
    }

    fn secret_header(&self) -> &'static str {
        SECRET_HEADER
    }

    fn pushed(&self, body: &[u8]) -> Option<RawUpdate> {
        push::read(body)
    }

    fn read(&self, raw: &[u8], received_at: Timestamp) -> Parsed {
        parse::read(raw, received_at, self.identity().as_deref())
    }

    async fn fetch(&self, file_id: &str, max: usize) -> Result<Bytes, FetchError> {
        receive::fetch(&self.transport, file_id, max).await
    }

    async fn who_am_i(&self) -> Result<String, ReceiveError> {
        self.learn_identity().await
    }
}

impl fmt::Debug for Telegram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telegram")
            .field("host", &self.transport.host())
            .field("identity", &self.identity())
            .finish_non_exhaustive()
    }
}

/// The emphasis of a text as it goes out: a list of Telegram's entities. For tests that try a million texts
/// without a network.
#[doc(hidden)]
pub fn rendered(text: &Rich) -> serde_json::Value {
    serde_json::to_value(send::entities(text).unwrap_or_default()).unwrap_or_default()
}

/// A token as @BotFather gives it: digits, a colon, and letters that need no escaping in a URL.
fn is_token(token: &str) -> bool {
    let Some((id, secret)) = token.split_once(':') else { return false };
    let digits = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    let letters = secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    // A bound against a file given by mistake; real ones have 46 characters.
    digits && letters && !secret.is_empty() && token.len() <= 256
}

/// The bot's number, which every token begins with.
fn bot_id(transport: &Transport) -> Option<i64> {
    transport.token().expose_secret().split_once(':')?.0.parse().ok()
}
