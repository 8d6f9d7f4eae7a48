//! Reads the configuration: the file first, then what the environment says over it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::{Config, ConfigError};

/// Variables of the environment that begin so, and have a section and a key with `__` between them, stand
/// above the file: `LOA_TELEGRAM__LIMITS__PER_SECOND=25`.
pub const ENV_PREFIX: &str = "LOA_";

/// Keys of which only one may be given, since both say the same.
const EITHER: [(&[&str], &str, &str); 8] = [
    (&["zalo_oa"], "app_secret", "app_secret_file"),
    (&["zalo_oa", "webhook"], "secret", "secret_file"),
    (&["email"], "password", "password_file"),
    (&["zalo_bot"], "token", "token_file"),
    (&["zalo_bot", "webhook"], "secret", "secret_file"),
    (&["telegram"], "token", "token_file"),
    (&["database"], "url", "url_file"),
    (&["telegram", "webhook"], "secret", "secret_file"),
];

/// The variables of the environment that belong to the configuration: name and value.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self::from_pairs(std::env::vars_os().filter_map(text))
    }

    /// Keeps of all the variables those that name a key.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let named = |name: &str| name.strip_prefix(ENV_PREFIX).is_some_and(|rest| rest.contains("__"));
        Self(pairs.into_iter().filter(|(name, _)| named(name)).collect())
    }
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// The first fault, with the place it stands in.
    pub fn load(file: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ConfigError::missing(file));
            }
            Err(error) => {
                return Err(ConfigError::new(file, "", format!("không đọc được tệp này ({error})")));
            }
        };
        Self::parse(file, &text, environment)
    }

    /// Reads the configuration from its text; `file` is where it stands.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(file: &Path, text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let read = |error: toml::de::Error| ConfigError::read(file, text, &error);
        let config: Self = toml::from_str(text).map_err(read)?;
        config.check_file(file).map_err(|error| error.found_in(text))?;
        let mut config = config;
        if !environment.0.is_empty() {
            let mut table: Table = toml::from_str(text).map_err(read)?;
            for (name, value) in &environment.0 {
                config = overlay(&mut table, name, value)?;
            }
        }
        config.file = file.to_owned();
        Ok(config)
    }

    /// What no single value shows.
    fn check_file(&self, file: &Path) -> Result<(), ConfigError> {
        let (telegram, zalo, oa) = (&self.telegram, &self.zalo_bot, &self.zalo_oa);
        let pairs = [
            ("telegram.webhook.secret_file", &telegram.webhook.secret, &telegram.webhook.secret_file),
            ("telegram.token_file", &telegram.token, &telegram.token_file),
            ("zalo_bot.webhook.secret_file", &zalo.webhook.secret, &zalo.webhook.secret_file),
            ("zalo_bot.token_file", &zalo.token, &zalo.token_file),
            ("zalo_oa.webhook.secret_file", &oa.webhook.secret, &oa.webhook.secret_file),
            ("zalo_oa.app_secret_file", &oa.app_secret, &oa.app_secret_file),
            ("email.password_file", &self.email.password, &self.email.password_file),
            ("database.url_file", &self.database.url, &self.database.url_file),
        ];
        for (key, given, in_file) in pairs {
            if given.is_some() && in_file.is_some() {
                let other = key.trim_end_matches("_file");
                let why = format!("đã có {other} rồi; bạn chỉ giữ một trong hai khóa");
                return Err(ConfigError::new(file, key, why));
            }
        }
        for (key, url) in [("telegram.api_url", &telegram.api_url), ("zalo_bot.api_url", &zalo.api_url)] {
            if !is_web(url) {
                return Err(ConfigError::new(
                    file,
                    key,
                    "cần một địa chỉ bắt đầu bằng https:// hoặc http://",
                ));
            }
        }
        let files = self.files.url.as_deref();
        if files.is_some_and(|url| !is_web(url) || url.contains(['?', '#', '@'])) {
            let why = "cần một địa chỉ như https://loa.vi-du.vn, không có dấu ? # @";
            return Err(ConfigError::new(file, "files.url", why));
        }
        // A server of one's own may push without a certificate; the platforms do not.
        let telegrams_own = telegram.api_url.starts_with("https://api.telegram.org");
        if let Some(fault) = telegram.webhook.fault(!telegrams_own) {
            return Err(ConfigError::new(file, "telegram.webhook.url", fault));
        }
        if let Some(fault) = zalo.webhook.fault(!zalo.api_url.starts_with("https://")) {
            return Err(ConfigError::new(file, "zalo_bot.webhook.url", fault));
        }
        if let Some((key, fault)) = oa.fault() {
            return Err(ConfigError::new(file, key, fault));
        }
        if let Some((key, why)) = self.email.fault() {
            return Err(ConfigError::new(file, key, why));
        }
        if zalo.per_month > 0 && zalo.reserve >= zalo.per_month {
            let why = "cần nhỏ hơn per_month, nếu không thì không thông báo thường nào được gửi";
            return Err(ConfigError::new(file, "zalo_bot.reserve", why));
        }
        let limits = &self.telegram.limits;
        if limits.urgent_share.saturating_add(limits.notice_share) > 90 {
            let why = "urgent_share và notice_share cộng lại không được quá 90";
            return Err(ConfigError::new(file, "telegram.limits.urgent_share", why));
        }
        let hours = &self.calendar.hours;
        if hours.is_empty() || hours.windows(2).any(|pair| pair[1].from < pair[0].to) {
            let why = "cần ít nhất một khoảng giờ, xếp từ sớm đến muộn và không chồng lên nhau";
            return Err(ConfigError::new(file, "calendar.hours", why));
        }
        if self.calendar.workdays.is_empty() {
            return Err(ConfigError::new(file, "calendar.workdays", "cần ít nhất một ngày làm việc"));
        }
        if let Some(fault) = self.reports.categories.fault() {
            return Err(ConfigError::new(file, "reports.category", fault));
        }
        if let Some(fault) = self.reports.routes.fault(&self.reports.categories) {
            return Err(ConfigError::new(file, "reports.route", fault));
        }
        Ok(())
    }
}

pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Puts one variable over what is there. It is tried as it is, as TOML and as text: whichever the key takes.
fn overlay(table: &mut Table, name: &str, value: &str) -> Result<Config, ConfigError> {
    let path: Vec<String> =
        name.trim_start_matches(ENV_PREFIX).split("__").map(str::to_ascii_lowercase).collect();
    let as_toml = toml::from_str::<Table>(&format!("value = {value}")).ok();
    let as_toml = as_toml.and_then(|mut table| table.remove("value"));
    let as_text = Value::String(value.to_owned());
    let mut failed = None;
    for value in as_toml.into_iter().chain([as_text]) {
        let mut tried = table.clone();
        put(&mut tried, &path, value);
        let read = Config::deserialize(tried.clone());
        let checked = read.map_err(|error| ConfigError::in_environment(name, &error)).and_then(|config| {
            config.check_file(Path::new(&format!("Biến môi trường {name}")))?;
            Ok(config)
        });
        match checked {
            Ok(config) => {
                *table = tried;
                return Ok(config);
            }
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    Err(failed.unwrap_or_else(|| ConfigError::new(Path::new(name), "", "không đọc được")))
}

fn put(table: &mut Table, path: &[String], value: Value) {
    let Some((last, sections)) = path.split_last() else { return };
    let mut inner = table;
    for section in sections {
        let next = inner.entry(section.as_str()).or_insert_with(|| Value::Table(Table::new()));
        if !next.is_table() {
            *next = Value::Table(Table::new());
        }
        let Value::Table(next) = next else { return };
        inner = next;
    }
    // The environment stands above the file: what says the same thing there no longer counts.
    for (section, one, other) in EITHER {
        if sections == section && (last == one || last == other) {
            inner.remove(one);
            inner.remove(other);
        }
    }
    inner.insert(last.clone(), value);
}
