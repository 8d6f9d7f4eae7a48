//! Telegram: the Bot API (<https://core.telegram.org/bots/api>).
//!
//! The calls are built from teloxide's types, so that the compiler knows every field. The transport is our
//! own: teloxide's drops the error code, sleeps inside a call after a 5xx, calls a delivered message an
//! error when its answer has something new in it, and loses the text of messages with entities that it
//! does not know.

mod call;
mod classify;
mod read;
mod send;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use teloxide::payloads::{GetFile, GetMe, SetMyCommands};
use teloxide::types::{BotCommand, FileId};

use super::{Call, Channel, FetchError, Parsed, RawUpdate, ReceiveError, SendError, Sent};
use crate::domain::{ChannelKind, Timestamp};

use call::Trouble;

/// The public server.
pub const API_URL: &str = "https://api.telegram.org";

/// Kinds of updates that are asked for.
const UPDATES: [&str; 4] = ["message", "edited_message", "callback_query", "my_chat_member"];

/// A bot on Telegram.
pub struct Telegram {
    client: Client,
    /// `https://api.telegram.org`, without a slash at the end.
    api_url: String,
    token: SecretString,
    timeout: Duration,
    me: Arc<RwLock<Option<Me>>>,
}

/// Who the bot is.
#[derive(Clone, Debug, Deserialize)]
struct Me {
    id: i64,
    username: String,
}

/// A token or address that cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("mã bot Telegram (token) có dạng 123456789:ABC…; hãy chép lại từ @BotFather")]
    Token,
    #[error("địa chỉ api_url của Telegram phải bắt đầu bằng http:// hoặc https://")]
    Url,
}

impl Telegram {
    /// A bot by its token. `timeout` bounds every call but the waiting for updates.
    ///
    /// # Errors
    /// A token or an address that cannot be right.
    pub fn new(
        client: Client,
        api_url: &str,
        token: SecretString,
        timeout: Duration,
    ) -> Result<Self, SetupError> {
        let sound = token.expose_secret().split_once(':').is_some_and(|(id, secret)| {
            !id.is_empty()
                && id.chars().all(|c| c.is_ascii_digit())
                && !secret.is_empty()
                && secret.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        });
        if !sound {
            return Err(SetupError::Token);
        }
        if !(api_url.starts_with("http://") || api_url.starts_with("https://")) {
            return Err(SetupError::Url);
        }
        let api_url = api_url.trim_end_matches('/').to_owned();
        Ok(Self { client, api_url, token, timeout, me: Arc::default() })
    }

    /// Shows these commands in the app's menu: name and what it does, in a language (`vi`, `en`).
    ///
    /// # Errors
    /// See [`ReceiveError`].
    pub async fn set_menu(&self, menu: &[(String, String)], lang: Option<&str>) -> Result<(), ReceiveError> {
        let commands = menu.iter().map(|(name, text)| BotCommand::new(name.clone(), text.clone()));
        let mut payload = SetMyCommands::new(commands);
        payload.language_code = lang.map(ToOwned::to_owned);
        self.call(&payload, self.timeout).await.map(|_: serde::de::IgnoredAny| ()).map_err(into_receive)
    }

    fn me(&self) -> Option<Me> {
        self.me.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Never shows the token.
impl std::fmt::Debug for Telegram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telegram").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

#[async_trait]
impl Channel for Telegram {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    async fn send(&self, call: &Call<'_>) -> Result<Sent, SendError> {
        send::send(self, call).await
    }

    async fn receive(&self, offset: i64, wait: Duration) -> Result<Vec<RawUpdate>, ReceiveError> {
        // Asked once: without its name the bot cannot tell who is spoken to in a group.
        if self.me().is_none() {
            self.who_am_i().await?;
        }
        let body = json!({
            "offset": offset + 1, "limit": 100, "timeout": wait.as_secs(), "allowed_updates": UPDATES,
        });
        let updates: Vec<Box<RawValue>> =
            self.call_json("getUpdates", &body, wait + self.timeout).await.map_err(into_receive)?;
        Ok(updates.into_iter().filter_map(|raw| read::raw_update(&raw)).collect())
    }

    fn read(&self, raw: &[u8], received_at: Timestamp) -> Parsed {
        let me = self.me();
        read::read(raw, received_at, me.as_ref().map(|me| (me.id, me.username.as_str())))
    }

    async fn fetch(&self, file_id: &str, max: usize) -> Result<Bytes, FetchError> {
        #[derive(Deserialize)]
        struct File {
            file_path: Option<String>,
            file_size: Option<u64>,
        }
        let payload = GetFile::new(FileId(file_id.to_owned()));
        let file: File = self.call(&payload, self.timeout).await.map_err(into_fetch)?;
        if file.file_size.is_some_and(|size| size > max as u64) {
            return Err(FetchError::TooLarge { max });
        }
        let path = file.file_path.ok_or_else(|| FetchError::Gone("no path".to_owned()))?;
        self.download(&path, max).await
    }

    async fn who_am_i(&self) -> Result<String, ReceiveError> {
        let me: Me = self.call(&GetMe::new(), self.timeout).await.map_err(into_receive)?;
        let name = me.username.clone();
        *self.me.write().unwrap_or_else(PoisonError::into_inner) = Some(me);
        Ok(name)
    }
}

impl Telegram {
    /// Gets a file's bytes, never more than `max` of them.
    async fn download(&self, path: &str, max: usize) -> Result<Bytes, FetchError> {
        let sound = path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.'));
        if !sound || path.contains("..") {
            return Err(FetchError::Failed("a path that makes no sense".to_owned()));
        }
        let url = format!("{}/file/bot{}/{path}", self.api_url, self.token.expose_secret());
        let failed = |error: reqwest::Error| FetchError::Failed(error.without_url().to_string());
        let answer = self.client.get(url).timeout(self.timeout * 4).send().await.map_err(failed)?;
        match answer.status().as_u16() {
            200 => {}
            404 | 410 => return Err(FetchError::Gone(answer.status().to_string())),
            status => return Err(FetchError::Failed(format!("answered {status}"))),
        }
        let mut bytes = BytesMut::new();
        let mut stream = answer.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(failed)?;
            if bytes.len() + chunk.len() > max {
                return Err(FetchError::TooLarge { max });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}

fn into_receive(trouble: Trouble) -> ReceiveError {
    match trouble {
        Trouble::Answered(refusal) => match refusal.code {
            401 | 404 => ReceiveError::Unauthorized,
            409 => ReceiveError::Conflict(refusal.description),
            429 => ReceiveError::TooMany { after: refusal.retry_after() },
            code => ReceiveError::Failed(format!("{code}: {}", refusal.description)),
        },
        Trouble::NotSent(why) | Trouble::NoAnswer(why) => ReceiveError::Failed(why),
    }
}

fn into_fetch(trouble: Trouble) -> FetchError {
    match trouble {
        Trouble::Answered(refusal) if refusal.description.contains("too big") => {
            FetchError::TooLarge { max: 20 * 1024 * 1024 }
        }
        Trouble::Answered(refusal) if refusal.code == 400 => FetchError::Gone(refusal.description),
        Trouble::Answered(refusal) => {
            FetchError::Failed(format!("{}: {}", refusal.code, refusal.description))
        }
        Trouble::NotSent(why) | Trouble::NoAnswer(why) => FetchError::Failed(why),
    }
}

#[cfg(test)]
mod tests;
