//! `[zalo_oa]`: an Official Account on Zalo.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::{Config, ConfigError, PushTo, Webhook, secret, values, webhook};

/// The Official Account on Zalo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ZaloOa {
    /// The application that speaks for the account; `None` where there is no account.
    pub app_id: Option<String>,
    /// The application's secret. See [`Config::zalo_oa_app`].
    #[serde(deserialize_with = "secret::optional")]
    pub(crate) app_secret: Option<SecretString>,
    /// A file that holds it instead.
    pub(crate) app_secret_file: Option<PathBuf>,
    /// Other servers than Zalo's own: the practice platform.
    pub api_url: String,
    pub oauth_url: String,
    /// Calls a minute: about 100 are permitted, of which some are files that are handed over; 0 is no limit.
    pub per_minute: u32,
    /// How many messages are on their way at once, at least 1.
    #[serde(deserialize_with = "values::at_least_one")]
    pub concurrency: u32,
    /// Đồng for a message that is not free: previews of notices say what they cost; 0 where nobody has said.
    pub price_per_message: u32,
    /// Whether choices are shown as buttons besides the list. The shape of Zalo's template is uncertain.
    pub buttons: bool,
    /// Its secret is the account's: events are signed with it.
    #[serde(deserialize_with = "webhook::on_port::<8083, _>")]
    pub webhook: Webhook,
}

impl Default for ZaloOa {
    fn default() -> Self {
        Self {
            app_id: None,
            app_secret: None,
            app_secret_file: None,
            api_url: "https://openapi.zalo.me".to_owned(),
            oauth_url: "https://oauth.zaloapp.com".to_owned(),
            per_minute: 90,
            concurrency: 4,
            price_per_message: 0,
            buttons: false,
            webhook: Webhook { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8083)), ..Webhook::default() },
        }
    }
}

impl ZaloOa {
    /// What is wrong with it: the key and the words.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let web = "cần một địa chỉ bắt đầu bằng https:// hoặc http://";
        if !super::load::is_web(&self.api_url) {
            return Some(("zalo_oa.api_url", web));
        }
        if !super::load::is_web(&self.oauth_url) {
            return Some(("zalo_oa.oauth_url", web));
        }
        let fault = self.webhook.fault(!self.api_url.starts_with("https://"))?;
        Some(("zalo_oa.webhook.url", fault))
    }
}

impl Config {
    /// The account's application and its secret; `None` where there is no account.
    ///
    /// # Errors
    /// A secret that is missing, or a file of it that cannot be read.
    pub fn zalo_oa_app(&self) -> Result<Option<(String, SecretString)>, ConfigError> {
        let given = &self.zalo_oa;
        let Some(app_id) = given.app_id.clone().filter(|id| !id.trim().is_empty()) else { return Ok(None) };
        let key = "zalo_oa.app_secret";
        let secret = self.secret(key, given.app_secret.as_ref(), given.app_secret_file.as_deref())?;
        let missing = || {
            let why = "cần khóa này khi có app_id: xem Khóa bí mật của ứng dụng ở developers.zalo.me";
            ConfigError::new(&self.file, key, why)
        };
        Ok(Some((app_id, secret.ok_or_else(missing)?)))
    }

    /// How Zalo pushes the account's events. There is no other way to hear of them.
    ///
    /// # Errors
    /// An address or a secret that is missing; else as [`Config::telegram_push`].
    pub fn zalo_oa_push(&self) -> Result<PushTo, ConfigError> {
        let webhook = &self.zalo_oa.webhook;
        let missing = |key: &str, why: &str| ConfigError::new(&self.file, key, why);
        if webhook.url.is_none() {
            let why = "cần địa chỉ mà Zalo đẩy tin đến: Official Account không có cách nhận tin nào khác";
            return Err(missing("zalo_oa.webhook.url", why));
        }
        let key = "zalo_oa.webhook.secret";
        self.push_to(key, webhook, None)?.ok_or_else(|| {
            missing(key, "cần OA Secret Key, xem mục Webhook của ứng dụng ở developers.zalo.me")
        })
    }
}
