//! A Zalo Official Account (<https://developers.zalo.me/docs/official-account>): what agencies have.
//!
//! No edits and no presses: choices are a numbered list. Documents and pictures are handed over before they are sent.
//! Events are only pushed, and signed. A person can be written to for a week after they wrote. Where its documentation
//! leaves something open, either answer works here; it was never tried against the live service.

mod classify;
mod message;
mod read;
mod send;
mod signature;
#[cfg(test)]
mod tests;
mod transport;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::content::{Attachment, FileKind};
use crate::domain::{ChannelKind, Timestamp};

use super::renewing::{Pair, RenewError, Renewing};
use super::tolerant::tolerant;
use super::{
    Call, Channel, FetchError, Header, Parsed, Push, PushState, RawUpdate, ReceiveError, SendError, Sent,
};
use transport::Transport;

/// Where Zalo's own API is, and where it gives tokens.
pub const API_URL: &str = "https://openapi.zalo.me";
pub const OAUTH_URL: &str = "https://oauth.zaloapp.com";

/// What an account's application is known by.
#[derive(Clone, Debug)]
pub struct Account {
    pub app_id: String,
    pub app_secret: SecretString,
    /// [`API_URL`] and [`OAUTH_URL`], or the practice platform.
    pub api_url: String,
    pub oauth_url: String,
    /// Whether choices are shown as buttons too. The shape of the template is uncertain.
    pub buttons: bool,
}

/// Why the channel cannot be set up. Never holds a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("app_id của Zalo OA chỉ gồm chữ số; hãy chép lại từ developers.zalo.me")]
    AppId,
    #[error("app_secret của Zalo OA chỉ gồm chữ và số; hãy chép lại từ developers.zalo.me")]
    AppSecret,
    #[error("địa chỉ api_url và oauth_url của Zalo OA phải có dạng https://openapi.zalo.me")]
    Url,
}

/// The channel to an Official Account.
pub struct ZaloOa {
    transport: Transport,
    app_id: String,
    buttons: bool,
    /// How the account is called, which a mention in a group holds; known from the first [`Channel::who_am_i`] on.
    name: RwLock<Option<Arc<str>>>,
    /// Where events go, as somebody entered it in Zalo's console: there is no call that sets or tells it.
    push: Mutex<Option<String>>,
}

impl ZaloOa {
    /// Sets the channel up; nothing is sent yet, nor can be before [`Renewing::use_token`]. `timeout` is the longest
    /// time for one call (what is uploaded has some more).
    ///
    /// # Errors
    /// Where the account or an address cannot be one.
    pub fn new(client: reqwest::Client, account: Account, timeout: Duration) -> Result<Self, SetupError> {
        if account.app_id.is_empty() || !account.app_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SetupError::AppId);
        }
        let secret = account.app_secret.expose_secret();
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SetupError::AppSecret);
        }
        Ok(Self {
            app_id: account.app_id.clone(),
            buttons: account.buttons,
            transport: Transport::new(client, account, timeout).ok_or(SetupError::Url)?,
            name: RwLock::default(),
            push: Mutex::default(),
        })
    }

    async fn learn_name(&self) -> Result<String, ReceiveError> {
        tolerant! {
            struct Account {
                name: String,
            }
        }
        let data = self.transport.get("/v2.0/oa/getoa").await.map_err(classify::receiving)?;
        let account: Account = serde_json::from_str(data.get()).unwrap_or_default();
        let Some(name) = account.name.filter(|name| !name.trim().is_empty()) else {
            return Err(ReceiveError::Failed(
                "the answer does not say what the account is called".to_owned(),
            ));
        };
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = Some(name.as_str().into());
        Ok(name)
    }
}

#[async_trait]
impl Channel for ZaloOa {
    fn kind(&self) -> ChannelKind {
        ChannelKind::ZaloOa
    }

    async fn send(&self, call: &Call<'_>) -> Result<Sent, SendError> {
        send::send(&self.transport, call, self.buttons).await
    }

    /// Nobody can ask for events: waits, and gives nothing.
    async fn receive(&self, _offset: i64, wait: Duration) -> Result<Vec<RawUpdate>, ReceiveError> {
        // That the time ran out is what was to happen.
        let _ = tokio::time::timeout(wait, std::future::pending::<()>()).await;
        Ok(Vec::new())
    }

    async fn set_push(&self, push: Option<&Push>) -> Result<(), ReceiveError> {
        *self.push.lock().unwrap_or_else(PoisonError::into_inner) = push.map(|push| push.url.clone());
        Ok(())
    }

    async fn push_state(&self) -> Result<PushState, ReceiveError> {
        let url = self.push.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(PushState { url, ..PushState::default() })
    }

    fn is_authentic(&self, header: Header<'_, '_>, body: &[u8], secret: &SecretString) -> bool {
        signature::is_good(&self.app_id, header(signature::HEADER), body, secret)
    }

    fn pushed(&self, body: &[u8]) -> Option<RawUpdate> {
        read::pushed(body)
    }

    fn read(&self, raw: &[u8], received_at: Timestamp) -> Parsed {
        let name = self.name.read().unwrap_or_else(PoisonError::into_inner).clone();
        read::read(raw, received_at, name.as_deref())
    }

    fn takes(&self, file: &Attachment) -> bool {
        file.kind == FileKind::Photo || send::is_document(&file.name)
    }

    fn renewing(&self) -> Option<&dyn Renewing> {
        Some(self)
    }

    async fn fetch(&self, file_id: &str, max: usize) -> Result<Bytes, FetchError> {
        self.transport.fetch(file_id, max).await
    }

    async fn who_am_i(&self) -> Result<String, ReceiveError> {
        self.learn_name().await
    }
}

#[async_trait]
impl Renewing for ZaloOa {
    async fn renew(&self, refresh: &SecretString) -> Result<Pair, RenewError> {
        self.transport.renew(refresh).await
    }

    fn use_token(&self, access: SecretString) {
        self.transport.use_token(access);
    }

    fn wants_token(&self) -> bool {
        self.transport.wants_token()
    }
}

impl fmt::Debug for ZaloOa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZaloOa").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}
