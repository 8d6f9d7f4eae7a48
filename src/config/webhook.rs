//! Whether a platform is asked for updates, or pushes them to an address of ours.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::{Config, ConfigError, secret};

/// The letters that a secret may have, and how many at most
/// (<https://core.telegram.org/bots/api#setwebhook>; Zalo's take as many).
const LONGEST_SECRET: usize = 256;
/// Fewer letters could be guessed.
const SHORTEST_SECRET: usize = 16;

/// `[telegram.webhook]`, `[zalo_bot.webhook]` and `[zalo_oa.webhook]`. Without a URL, the platform is asked for updates.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The public address to which the platform pushes.
    pub(crate) url: Option<String>,
    /// Where loa listens: behind a web server that has the certificate.
    pub listen: SocketAddr,
    /// What the platform shows with every update. See [`Config::telegram_push`].
    pub(crate) secret: Option<SecretString>,
    /// A file that holds the secret instead.
    pub(crate) secret_file: Option<PathBuf>,
}

impl Default for Webhook {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        Self { url: None, listen, secret: None, secret_file: None }
    }
}

/// The section as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    url: Option<String>,
    listen: Option<SocketAddr>,
    #[serde(deserialize_with = "secret::optional")]
    secret: Option<SecretString>,
    secret_file: Option<PathBuf>,
}

/// Reads a section of the platform that is usually listened to on this port.
pub(super) fn on_port<'de, const PORT: u16, D: Deserializer<'de>>(from: D) -> Result<Webhook, D::Error> {
    let Given { url, listen, secret, secret_file } = Given::deserialize(from)?;
    let listen = listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)));
    Ok(Webhook { url, listen, secret, secret_file })
}

/// How updates are pushed, where they are.
#[derive(Clone, Debug)]
pub struct PushTo {
    pub url: String,
    /// The URL's path: only there anything is taken.
    pub path: String,
    pub listen: SocketAddr,
    pub secret: SecretString,
}

impl Config {
    /// How Telegram pushes updates; `None` where it is asked for them.
    ///
    /// # Errors
    /// As [`Config::push_to`].
    pub fn telegram_push(&self) -> Result<Option<PushTo>, ConfigError> {
        self.push_to("telegram.webhook.secret", &self.telegram.webhook, self.telegram_token()?)
    }

    /// The same of Zalo.
    ///
    /// # Errors
    /// As [`Config::push_to`].
    pub fn zalo_bot_push(&self) -> Result<Option<PushTo>, ConfigError> {
        self.push_to("zalo_bot.webhook.secret", &self.zalo_bot.webhook, self.zalo_bot_token()?)
    }

    /// How a platform pushes updates. A secret that is not given is made of the token, so that several processes have
    /// the same.
    ///
    /// # Errors
    /// A file of a secret that cannot be read; a secret that the platform does not take, or that could be guessed.
    pub(super) fn push_to(
        &self,
        key: &str,
        given: &Webhook,
        token: Option<SecretString>,
    ) -> Result<Option<PushTo>, ConfigError> {
        let Some(url) = given.url.clone() else { return Ok(None) };
        let secret = self.secret(key, given.secret.as_ref(), given.secret_file.as_deref())?;
        let secret = match (secret, token) {
            (Some(secret), _) => secret,
            (None, Some(token)) => {
                let hash = Sha256::new_with_prefix("loa webhook ").chain_update(token.expose_secret());
                SecretString::from(hex::encode(hash.finalize()))
            }
            // Without a token nothing runs, and nobody is told a secret.
            (None, None) => return Ok(None),
        };
        if !is_secret(secret.expose_secret()) {
            let why = "cần từ 16 đến 256 ký tự, chỉ gồm chữ không dấu, số, _ và -";
            return Err(ConfigError::new(&self.file, key, why));
        }
        let path = path_of(&url).to_owned();
        Ok(Some(PushTo { url, path, listen: given.listen, secret }))
    }
}

impl Webhook {
    /// What is wrong with the address, in words. `may_be_plain`: the platform is one that pushes without a certificate.
    pub(super) fn fault(&self, may_be_plain: bool) -> Option<&'static str> {
        let url = self.url.as_deref()?;
        let rest = url.strip_prefix("https://").or(url.strip_prefix("http://").filter(|_| may_be_plain));
        match rest {
            Some(rest) if rest.is_empty() || rest.starts_with('/') || rest.contains('@') => {
                Some("cần một địa chỉ có tên máy, không có dấu @")
            }
            // The platform would write these in another way, and nobody would know the path again.
            Some(_) if !is_plain(path_of(url)) => {
                Some("đường dẫn chỉ gồm chữ không dấu, số và các dấu / _ - ~")
            }
            Some(_) => None,
            None => {
                Some("cần một địa chỉ bắt đầu bằng https://, vì tin chỉ được đẩy đến địa chỉ có chứng thư")
            }
        }
    }
}

fn is_secret(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    letters && (SHORTEST_SECRET..=LONGEST_SECRET).contains(&text.len())
}

fn is_plain(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-~".contains(&byte))
}

fn path_of(url: &str) -> &str {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.find(['/', '?', '#']).map_or("/", |at| &host[at..])
}
