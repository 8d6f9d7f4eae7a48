//! The platforms that the configuration names, ready to be spoken to.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;

use crate::channel::email::links::ChoiceLinks;
use crate::channel::email::{Email, Security, Server, Settings};
use crate::channel::telegram::Telegram;
use crate::channel::zalo_bot::ZaloBot;
use crate::channel::zalo_oa::{Account, ZaloOa};
use crate::channel::{Channel, ReceiveError};
use crate::config::{Config, MailSecurity};
use crate::conversation::{Lang, alarm};
use crate::domain::{ChannelKind, Timestamp};
use crate::failpoint::hasten;
use crate::http::http_client;
use crate::store::{Store, StoreError};

use super::{CommandError, say};

/// How long one call to a platform may take, but for the waiting for updates.
const CALL_WITHIN: Duration = Duration::from_secs(30);
/// The same of an Official Account: less than stopping may take, so that no new token is lost by that.
const OA_CALL_WITHIN: Duration = Duration::from_secs(8);
/// How long somebody at a terminal is left waiting for a platform.
pub const ASK_WITHIN: Duration = Duration::from_secs(8);

/// The bot on Telegram; `None` without a token.
///
/// # Errors
/// A token that cannot be one.
pub fn telegram(config: &Config) -> Result<Option<Telegram>, CommandError> {
    let Some(token) = config.telegram_token()? else { return Ok(None) };
    let client = http_client().map_err(anyhow::Error::from)?;
    Telegram::new(client, &config.telegram.api_url, token, hasten(CALL_WITHIN))
        .map(Some)
        .map_err(|error| CommandError::User(error.to_string()))
}

/// The bot on Zalo; `None` without a token.
///
/// # Errors
/// A token that cannot be one.
pub fn zalo_bot(config: &Config) -> Result<Option<ZaloBot>, CommandError> {
    let Some(token) = config.zalo_bot_token()? else { return Ok(None) };
    let client = http_client().map_err(anyhow::Error::from)?;
    ZaloBot::new(client, &config.zalo_bot.api_url, token, hasten(CALL_WITHIN))
        .map(Some)
        .map_err(|error| CommandError::User(error.to_string()))
}

/// The Official Account on Zalo; `None` without one.
///
/// # Errors
/// An account that cannot be one, or lacks a secret.
pub fn zalo_oa(config: &Config) -> Result<Option<ZaloOa>, CommandError> {
    let Some((app_id, app_secret)) = config.zalo_oa_app()? else { return Ok(None) };
    let client = http_client().map_err(anyhow::Error::from)?;
    let given = &config.zalo_oa;
    let (api_url, oauth_url) = (given.api_url.clone(), given.oauth_url.clone());
    let account = Account { app_id, app_secret, api_url, oauth_url, buttons: given.buttons };
    ZaloOa::new(client, account, hasten(OA_CALL_WITHIN))
        .map(Some)
        .map_err(|error| CommandError::User(error.to_string()))
}

/// The channel of mails; `None` without an address. `key` is what our mails and links are signed with.
///
/// # Errors
/// A file of the password, or of certificates, that cannot be read.
pub fn email(config: &Config, key: &SecretString) -> Result<Option<Email>, CommandError> {
    let given = &config.email;
    let (Some(address), Some(out), Some(mailbox)) = (&given.address, &given.smtp.host, &given.imap.host)
    else {
        return Ok(None);
    };
    let password = config.email_password()?;
    let login = |user: &Option<String>| {
        let user = user.clone().unwrap_or_else(|| address.clone());
        password.clone().filter(|_| !user.is_empty()).map(|password| (user, password))
    };
    let ca = match &given.ca_file {
        None => None,
        Some(file) => Some(certificates(&config.directory().join(file))?),
    };
    let server = |host: &str, port, security, user| Server {
        ca: ca.clone(),
        host: host.to_owned(),
        port,
        security: secured(security),
        login: login(user),
    };
    Ok(Some(Email::new(Settings {
        address: address.to_lowercase(),
        name: given.name.clone(),
        smtp: server(out, given.smtp.port, given.smtp.security, &given.smtp.user),
        imap: server(mailbox, given.imap.port, given.imap.security, &given.imap.user),
        folder: given.imap.folder.clone(),
        require_auth: given.require_auth,
        authserv_id: given.authserv_id.clone().unwrap_or_else(|| mailbox.clone()),
        links: given.public_url.as_ref().map(|url| ChoiceLinks::new(url, key.clone())),
        key: key.clone(),
        timeout: hasten(CALL_WITHIN),
    })))
}

fn certificates(file: &Path) -> Result<Bytes, CommandError> {
    std::fs::read(file).map(Bytes::from).map_err(|error| {
        let vars = [("file", file.display().to_string()), ("why", error.to_string())];
        CommandError::User(say("run-email-ca", &vars.each_ref().map(|(name, text)| (*name, text.as_str()))))
    })
}

fn secured(security: MailSecurity) -> Security {
    match security {
        MailSecurity::Tls => Security::Tls,
        MailSecurity::Starttls => Security::Starttls,
        MailSecurity::Plain => Security::Plain,
    }
}

/// Asks the platform what the bot is called, and keeps the answer. The error says why there is none.
///
/// # Errors
/// A database that fails.
pub async fn ask_bot_name(
    bot: &dyn Channel,
    store: Option<&Store>,
) -> Result<Result<String, String>, StoreError> {
    let name = match tokio::time::timeout(ASK_WITHIN, bot.who_am_i()).await {
        Ok(Ok(name)) => name,
        Ok(Err(error)) => return Ok(Err(unanswered(bot.kind(), &error))),
        Err(_) => return Ok(Err(say("cli-no-answer", &[]))),
    };
    if let Some(store) = store {
        store.keep_bot_name(bot.kind(), &name).await?;
    }
    Ok(Ok(name))
}

/// Why a platform gave no answer.
pub fn unanswered(channel: ChannelKind, error: &ReceiveError) -> String {
    match error {
        ReceiveError::Unauthorized => {
            say("cli-secret-wrong", &[("secret", &alarm::secret(Lang::Vi, channel).0)])
        }
        ReceiveError::Failed(why) => why.clone(),
        error => error.to_string(),
    }
}

/// What the bot is called: as it was last told, or asked now. Empty where neither helps; links are then
/// words to send to the bot.
///
/// # Errors
/// A token that cannot be one; a database that fails.
pub async fn bot_name(config: &Config, store: &Store) -> Result<String, CommandError> {
    if let Some(name) = store.bot_name(ChannelKind::Telegram).await? {
        return Ok(name);
    }
    match telegram(config)? {
        Some(bot) => Ok(ask_bot_name(&bot, Some(store)).await?.unwrap_or_default()),
        None => Ok(String::new()),
    }
}

/// The channels that the configuration names, whether they work or not.
pub fn named(config: &Config) -> Vec<ChannelKind> {
    let named = |kind: &ChannelKind| match kind {
        ChannelKind::Telegram => !matches!(config.telegram_token(), Ok(None)),
        ChannelKind::ZaloBot => !matches!(config.zalo_bot_token(), Ok(None)),
        ChannelKind::ZaloOa => !matches!(config.zalo_oa_app(), Ok(None)),
        ChannelKind::Email => config.email.address.is_some(),
    };
    ChannelKind::ALL.into_iter().filter(named).collect()
}

/// What time it is at one of the platforms that are used, and at which; `None` where it does not say.
pub async fn platform_time(config: &Config) -> Option<(ChannelKind, Timestamp)> {
    let (channel, url) = named(config).into_iter().find_map(|channel| match channel {
        ChannelKind::Telegram => Some((channel, &config.telegram.api_url)),
        ChannelKind::ZaloBot => Some((channel, &config.zalo_bot.api_url)),
        ChannelKind::ZaloOa => Some((channel, &config.zalo_oa.api_url)),
        ChannelKind::Email => None,
    })?;
    let client = http_client().ok()?;
    let answer = client.head(url).timeout(ASK_WITHIN).send().await.ok()?;
    let date = answer.headers().get(reqwest::header::DATE)?.to_str().ok()?;
    let date = chrono::DateTime::parse_from_rfc2822(date).ok()?;
    Some((channel, Timestamp::from(date.to_utc())))
}
