//! `loa.toml`: what it may hold, what holds without it, and how it is read.
//!
//! Every key is explained in `config/loa.example.toml`, whose values are the defaults below; a test holds
//! both. Absent on purpose: what the values are used for.

mod email;
mod fault;
mod load;
mod notices;
mod rates;
mod secret;
mod tally;
#[cfg(test)]
mod tests;
mod values;
mod webhook;
mod zalo_oa;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

pub use email::{Email, Imap, MailSecurity, Smtp};
pub use fault::ConfigError;
pub use load::{ENV_PREFIX, Environment};
pub use notices::Notices;
pub use tally::Tally;
pub use values::{CaseLetters, Day, Hours, LogFormat, Workday};
pub use webhook::{PushTo, Webhook};
pub use zalo_oa::ZaloOa;

use crate::domain::calendar;
use crate::domain::category::Categories;
use crate::domain::deadline::Deadlines;
use crate::domain::escalation::Escalation;
use crate::domain::route::Routes;

/// The whole configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub database: Database,
    pub telegram: Telegram,
    pub zalo_bot: ZaloBot,
    pub zalo_oa: ZaloOa,
    pub email: Email,
    pub files: Files,
    pub calendar: Calendar,
    pub reports: Reports,
    pub tally: Tally,
    pub notices: Notices,
    pub alarms: Alarms,
    pub log: Log,
    /// Where it was read from; relative paths begin in its directory.
    #[serde(skip)]
    pub(crate) file: PathBuf,
}

/// Where everything is kept.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:path` or `postgres://…`, which may hold a password. See [`Config::database_url`].
    #[serde(deserialize_with = "secret::optional")]
    pub(crate) url: Option<SecretString>,
    /// A file that holds the URL instead.
    pub(crate) url_file: Option<PathBuf>,
    /// Who was erased, outside the database. See [`Config::erased_file`].
    pub(crate) erased_file: Option<PathBuf>,
}

/// The bot on Telegram.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telegram {
    /// What @BotFather gave. See [`Config::telegram_token`].
    #[serde(deserialize_with = "secret::optional")]
    pub(crate) token: Option<SecretString>,
    /// A file that holds the token instead.
    pub(crate) token_file: Option<PathBuf>,
    /// Another server of the Bot API than Telegram's own: a local one, or the practice platform.
    pub api_url: String,
    #[serde(deserialize_with = "webhook::on_port::<8080, _>")]
    pub webhook: Webhook,
    pub limits: Limits,
}

impl Default for Telegram {
    fn default() -> Self {
        Self {
            token: None,
            token_file: None,
            api_url: "https://api.telegram.org".to_owned(),
            webhook: Webhook::default(),
            limits: Limits::default(),
        }
    }
}

/// The bot on Zalo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ZaloBot {
    /// What Zalo Bot Creator gave. See [`Config::zalo_bot_token`].
    #[serde(deserialize_with = "secret::optional")]
    pub(crate) token: Option<SecretString>,
    /// A file that holds the token instead.
    pub(crate) token_file: Option<PathBuf>,
    /// Another server than Zalo's own: the practice platform.
    pub api_url: String,
    /// Messages a second: Zalo publishes no limit; 0 is none.
    pub per_second: u32,
    /// How many messages are on their way at once, at least 1.
    #[serde(deserialize_with = "values::at_least_one")]
    pub concurrency: u32,
    /// Messages that the plan permits in a calendar month (<https://bot.zapps.me/docs>: 3,000 on the free one); 0 is
    /// any number.
    pub per_month: u32,
    /// So many of them are kept for answers and urgent notices.
    pub reserve: u32,
    #[serde(deserialize_with = "webhook::on_port::<8081, _>")]
    pub webhook: Webhook,
}

impl Default for ZaloBot {
    fn default() -> Self {
        Self {
            token: None,
            token_file: None,
            api_url: "https://bot-api.zaloplatforms.com".to_owned(),
            per_second: 10,
            concurrency: 8,
            per_month: 3000,
            reserve: 300,
            webhook: Webhook { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8081)), ..Webhook::default() },
        }
    }
}

/// Files under an address of ours, for channels to which none can be handed over.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// The public address that leads here; `None` where there is none.
    pub url: Option<String>,
    /// Where loa listens: behind a web server that has the certificate.
    pub listen: SocketAddr,
}

impl Default for Files {
    fn default() -> Self {
        Self { url: None, listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8082)) }
    }
}

/// How fast messages go out. The defaults are Telegram's own limits
/// (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>); 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Of the whole bot.
    pub per_second: u32,
    /// To one private chat.
    pub per_chat_per_second: u32,
    /// To one group.
    pub per_group_per_minute: u32,
    /// Answers to people, of all chats together.
    pub interactive_per_second: u32,
    /// Urgent notices.
    pub urgent_per_second: u32,
    /// All other notices.
    pub notice_per_second: u32,
    /// Percent of `per_second` that urgent notices get at least, whoever else waits.
    pub urgent_share: u32,
    /// The same for all other notices.
    pub notice_share: u32,
    /// How many messages are on their way at once, at least 1.
    #[serde(deserialize_with = "values::at_least_one")]
    pub concurrency: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_second: 30,
            per_chat_per_second: 1,
            per_group_per_minute: 20,
            interactive_per_second: 0,
            urgent_per_second: 0,
            notice_per_second: 0,
            urgent_share: 20,
            notice_share: 10,
            concurrency: 32,
        }
    }
}

/// When there is work: deadlines count only these hours.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// The working hours of a day, in order.
    pub hours: Vec<Hours>,
    pub workdays: Vec<Workday>,
    /// Days off besides the weekends.
    pub holidays: Vec<Day>,
    /// Days of a weekend on which work is made up for.
    pub extra_workdays: Vec<Day>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            hours: values::usual_hours(),
            workdays: Workday::MONDAY_TO_FRIDAY.to_vec(),
            holidays: values::known_holidays(),
            extra_workdays: Vec::new(),
        }
    }
}

impl From<&Calendar> for calendar::Calendar {
    fn from(given: &Calendar) -> Self {
        Self {
            hours: given.hours.iter().map(|part| (part.from, part.to)).collect(),
            workdays: given.workdays.iter().map(|day| day.0).collect(),
            holidays: given.holidays.iter().map(|day| day.0).collect(),
            extra_workdays: given.extra_workdays.iter().map(|day| day.0).collect(),
            ..Self::default()
        }
    }
}

/// Quick reports and the cases that they become.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reports {
    /// The letters that case codes begin with: `ML` gives `ML-2026-0042`.
    pub case_prefix: CaseLetters,
    /// Working hours until a case has to be settled whose category does not say.
    #[serde(deserialize_with = "values::hours")]
    pub default_deadline_hours: u32,
    /// Working hours until somebody has it, likewise; of urgent ones hours of the clock. 0 is never asked for.
    #[serde(deserialize_with = "values::hours_or_none")]
    pub default_answer_hours: u32,
    #[serde(deserialize_with = "values::hours_or_none")]
    pub urgent_answer_hours: u32,
    /// The same from one word of a unit's progress to the next.
    #[serde(deserialize_with = "values::hours_or_none")]
    pub default_progress_hours: u32,
    #[serde(deserialize_with = "values::hours_or_none")]
    pub urgent_progress_hours: u32,
    /// Who is told, one after the other, where a case is late.
    pub default_escalate: Escalation,
    /// Hours from one of them to the next; 0 is a working day, and an hour where it is urgent.
    #[serde(deserialize_with = "values::hours_or_none")]
    pub default_escalate_hours: u32,
    /// Days after which a case that has ended keeps neither its reporters nor its pictures.
    #[serde(deserialize_with = "values::at_least_one")]
    pub keep_days: u32,
    /// The kinds of cases, in the order in which they are offered.
    #[serde(rename = "category")]
    pub categories: Categories,
    /// Which unit answers for which of them where.
    #[serde(rename = "route")]
    pub routes: Routes,
}

impl Default for Reports {
    fn default() -> Self {
        let usual = Deadlines::default();
        Self {
            case_prefix: CaseLetters::usual(),
            default_deadline_hours: usual.settle_hours,
            default_answer_hours: usual.answer_hours,
            urgent_answer_hours: usual.urgent_answer_hours,
            default_progress_hours: usual.progress_hours,
            urgent_progress_hours: usual.urgent_progress_hours,
            default_escalate: usual.escalate,
            default_escalate_hours: usual.escalate_hours,
            keep_days: 90,
            categories: Categories::default(),
            routes: Routes::default(),
        }
    }
}

impl Reports {
    /// What holds for cases whose category says nothing else.
    pub fn deadlines(&self) -> Deadlines {
        Deadlines {
            settle_hours: self.default_deadline_hours,
            answer_hours: self.default_answer_hours,
            urgent_answer_hours: self.urgent_answer_hours,
            progress_hours: self.default_progress_hours,
            urgent_progress_hours: self.urgent_progress_hours,
            escalate: self.default_escalate.clone(),
            escalate_hours: self.default_escalate_hours,
        }
    }
}

/// How administrators are told what is wrong, besides in chat.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alarms {
    /// A program and its arguments, run without a shell; the text comes on its standard input.
    pub program: Vec<String>,
    /// Minutes for which a channel may fail before it is worth an alarm.
    #[serde(deserialize_with = "values::at_least_one")]
    pub after_minutes: u32,
}

impl Default for Alarms {
    fn default() -> Self {
        Self { program: Vec::new(), after_minutes: 5 }
    }
}

/// What the service writes about itself, to standard error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `loa::jobs=debug,info`.
    pub level: String,
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Text }
    }
}
