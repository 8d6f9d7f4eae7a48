//! What must not be seen: given in the configuration, in the environment, or in a file of its own.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use super::{Config, ConfigError};

/// Where the database is if nothing says otherwise: beside the configuration.
pub(super) const USUAL_DATABASE: &str = "sqlite:loa.db";
/// No secret is longer; somebody has named the wrong file.
const MOST_BYTES: u64 = 4096;

pub(super) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Some(SecretString::from(String::deserialize(from)?)))
}

impl super::ZaloBot {
    /// Whether there is to be a bot on Zalo.
    pub fn is_used(&self) -> bool {
        self.token.is_some() || self.token_file.is_some()
    }
}

impl Config {
    /// The directory that relative paths begin in.
    pub fn directory(&self) -> &Path {
        match self.file.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    /// The database's URL. A relative path of an SQLite database begins beside the configuration.
    ///
    /// # Errors
    /// A file of the secret that cannot be read.
    pub fn database_url(&self) -> Result<SecretString, ConfigError> {
        let given =
            self.secret("database.url", self.database.url.as_ref(), self.database.url_file.as_deref())?;
        let url = given.unwrap_or_else(|| USUAL_DATABASE.into());
        match self.beside(url.expose_secret()) {
            Some(moved) => Ok(moved.into()),
            None => Ok(url),
        }
    }

    /// The bot's token; `None` if none is given.
    ///
    /// # Errors
    /// A file of the secret that cannot be read.
    pub fn telegram_token(&self) -> Result<Option<SecretString>, ConfigError> {
        self.secret("telegram.token", self.telegram.token.as_ref(), self.telegram.token_file.as_deref())
    }

    /// The token of the bot on Zalo; `None` if none is given.
    ///
    /// # Errors
    /// A file of the secret that cannot be read.
    pub fn zalo_bot_token(&self) -> Result<Option<SecretString>, ConfigError> {
        self.secret("zalo_bot.token", self.zalo_bot.token.as_ref(), self.zalo_bot.token_file.as_deref())
    }

    /// The file of an SQLite database; `None` on another engine.
    ///
    /// # Errors
    /// As [`Config::database_url`].
    pub fn sqlite_file(&self) -> Result<Option<PathBuf>, ConfigError> {
        let url = self.database_url()?;
        let Some(rest) = url.expose_secret().strip_prefix("sqlite:") else { return Ok(None) };
        let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next().unwrap_or_default();
        let path = path.replace("%3F", "?").replace("%23", "#").replace("%25", "%");
        Ok(Some(PathBuf::from(path)).filter(|path| !path.starts_with(":memory:")))
    }

    /// The file that keeps who was erased, so that a copy of the database from before does not bring them back: the
    /// one that is given, else one beside the database of SQLite, else one beside the configuration.
    ///
    /// # Errors
    /// A file of the database's URL that cannot be read.
    pub fn erased_file(&self) -> Result<PathBuf, ConfigError> {
        let here = self.directory();
        if let Some(given) = &self.database.erased_file {
            return Ok(here.join(given));
        }
        let usual = here.join("loa.erased");
        Ok(self.sqlite_file()?.map_or(usual, |database| database.with_extension("erased")))
    }

    /// The files with secrets or with what people wrote that others on this machine can read.
    pub fn open_secret_files(&self) -> Vec<PathBuf> {
        let (telegram, zalo, oa) = (&self.telegram, &self.zalo_bot, &self.zalo_oa);
        let files = [
            &telegram.token_file,
            &telegram.webhook.secret_file,
            &zalo.token_file,
            &zalo.webhook.secret_file,
            &oa.app_secret_file,
            &oa.webhook.secret_file,
            &self.email.password_file,
            &self.database.url_file,
        ];
        let secrets = [
            &telegram.token,
            &telegram.webhook.secret,
            &zalo.token,
            &zalo.webhook.secret,
            &oa.app_secret,
            &oa.webhook.secret,
            &self.email.password,
            &self.database.url,
        ];
        let secrets_inside = secrets.iter().any(|secret| secret.is_some());
        let itself = secrets_inside.then(|| self.file.clone());
        let files = files.into_iter().flatten().map(|file| self.directory().join(file));
        let database = self.sqlite_file().ok().flatten();
        files.chain(itself).chain(database).filter(|file| others_can_read(file)).collect()
    }

    pub(super) fn secret(
        &self,
        key: &str,
        given: Option<&SecretString>,
        file: Option<&Path>,
    ) -> Result<Option<SecretString>, ConfigError> {
        if let Some(secret) = given {
            return Ok(Some(secret.clone()).filter(|secret| !secret.expose_secret().trim().is_empty()));
        }
        let Some(file) = file else { return Ok(None) };
        let file = self.directory().join(file);
        let text = read_small(&file).map_err(|error| {
            let why = format!("không đọc được tệp {} ({error})", file.display());
            ConfigError::new(&self.file, format!("{key}_file"), why)
        })?;
        Ok(Some(SecretString::from(text.trim_end_matches(['\r', '\n']))))
    }

    /// The URL with the path of an SQLite database made to begin beside the configuration.
    fn beside(&self, url: &str) -> Option<String> {
        let rest = url.strip_prefix("sqlite:")?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.starts_with('/') || path.starts_with(":memory:") || self.directory() == Path::new(".") {
            return None;
        }
        // The directory becomes part of a URL.
        let directory = self.directory().display().to_string();
        let directory = directory.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        Some(format!("sqlite:{}/{}", directory.trim_end_matches('/'), path.trim_start_matches("./")))
    }
}

fn read_small(file: &Path) -> std::io::Result<String> {
    if std::fs::metadata(file)?.len() > MOST_BYTES {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "too large for a secret"));
    }
    std::fs::read_to_string(file)
}

#[cfg(unix)]
fn others_can_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}
