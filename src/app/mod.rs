//! Puts the rooms together, and takes the command line apart.

pub mod answers;
pub mod audience;
pub mod calendar;
pub mod call;
mod channels;
pub mod check;
pub mod cli;
pub mod data;
pub mod demo;
pub mod digest;
mod door;
mod escalations;
pub mod files;
pub mod import;
pub mod inbox;
pub mod incident;
pub mod init;
mod intake;
mod live;
pub mod logging;
pub mod meeting;
pub mod message;
pub mod notice;
mod page;
pub mod people;
mod routes;
pub mod run;
pub mod schedule;
pub mod serve;
mod staffing;
pub mod status;
pub mod tag;
pub mod tally;
#[cfg(test)]
pub(crate) mod testing;
pub mod webhook;
pub mod zalo;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Serialize;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::conversation::{Lang, Rules};
use crate::domain::ChannelKind;
use crate::domain::calendar::Calendar;
use crate::random::Random;
use crate::store::{Store, StoreError};

/// Where a command stands: what it works on, and where it writes.
pub struct Desk {
    pub store: Store,
    pub clock: Clock,
    pub rules: Arc<Rules>,
    /// Listings as JSON instead of words.
    pub json: bool,
    pub out: Mutex<Box<dyn Write + Send>>,
}

impl Desk {
    /// Opens the database that the configuration names; writes to standard output. `links`: whether the
    /// bot's name is needed, even if the platform has to be asked for it.
    ///
    /// # Errors
    /// A configuration that cannot be used; a database that cannot be opened.
    pub async fn open(config: &Config, json: bool, links: bool) -> Result<Self, CommandError> {
        let clock = Clock::System;
        let store = open_store(config, clock.clone()).await?;
        let name = match links {
            true => channels::bot_name(config, &store).await?,
            false => store.bot_name(ChannelKind::Telegram).await?.unwrap_or_default(),
        };
        let rules = Arc::new(rules(config, name));
        Ok(Self { store, clock, rules, json, out: Mutex::new(Box::new(std::io::stdout())) })
    }

    /// Writes a line for people. Nothing with `--json`, so that the output stays JSON.
    pub fn say(&self, line: impl AsRef<str>) {
        if !self.json {
            self.write(line.as_ref());
        }
    }

    /// Writes a result: as JSON with `--json`, else in words.
    ///
    /// # Errors
    /// Where the value cannot be written as JSON.
    pub fn show<T: Serialize>(
        &self,
        value: &T,
        words: impl FnOnce(&T) -> String,
    ) -> Result<(), CommandError> {
        let text = if self.json {
            serde_json::to_string_pretty(value).map_err(|error| CommandError::Failed(error.into()))?
        } else {
            words(value)
        };
        self.write(&text);
        Ok(())
    }

    /// Writes text as it is, also with `--json`.
    fn write(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nobody reads any more (a closed pipe), there is nobody to tell either.
        let _ = writeln!(out, "{text}");
    }
}

/// Opens the database that the configuration names.
///
/// # Errors
/// A URL of a kind that loa does not know is the user's to put right; all else is a failure.
pub async fn open_store(config: &Config, clock: Clock) -> Result<Store, CommandError> {
    let url = config.database_url()?;
    match Store::open(url.expose_secret(), clock, Random::system()).await {
        Ok(store) => {
            let store = store.by((&config.calendar).into()).chasing(config.notices.chases());
            Ok(store.at_rates(config.rates()))
        }
        Err(StoreError::Url) => Err(CommandError::User(say("cli-database-url", &[]))),
        Err(StoreError::Connections) => Err(CommandError::User(say("cli-database-connections", &[]))),
        Err(error) => Err(anyhow::Error::from(error).context(say("cli-database-closed", &[])).into()),
    }
}

/// What the configuration says about the work.
pub fn rules(config: &Config, bot_username: String) -> Rules {
    let calendar = || Arc::new(Calendar::from(&config.calendar));
    Rules {
        bot_username,
        case_prefix: config.reports.case_prefix.as_str().to_owned(),
        categories: config.reports.categories.clone(),
        routes: config.reports.routes.clone(),
        calendar: (&config.calendar).into(),
        keep_cases: Duration::from_secs(u64::from(config.reports.keep_days) * 24 * 3600),
        indicators: config.tally.indicators.clone(),
        ask_for_figures: config.tally.ask.0.clone().map(|rule| rule.by(calendar())),
        remind_of_figures: config.tally.remind_after_days,
        deadlines: config.reports.deadlines(),
        remind_after: Duration::from_secs(u64::from(config.notices.remind_after_hours) * 3600),
        alarm_after: Duration::from_secs(u64::from(config.alarms.after_minutes) * 60),
        urgent_first: config.notices.urgent_first,
        catch_up: Duration::from_secs(u64::from(config.notices.catch_up_hours) * 3600),
    }
}

/// The command line speaks Vietnamese.
pub(crate) fn say(key: &str, vars: &[(&'static str, &str)]) -> String {
    Lang::Vi.say(key, vars)
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The user can put it right: one plain Vietnamese sentence that says how. Exit code 2.
    #[error("{0}")]
    User(String),
    /// A check found faults, and has shown them. Exit code 1.
    #[error("{0}")]
    Faults(String),
    /// We failed, or the machine did. Exit code 1.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        Self::User(error.to_string())
    }
}
