//! `loa check`: is everything in order? One line for each thing that was looked at.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use chrono::Datelike;
use serde::Serialize;

use crate::channel::Channel;
use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::conversation::Lang;
use crate::conversation::alarm::AlarmKind;
use crate::domain::time::VIETNAM;
use crate::domain::{ChannelKind, Timestamp, calendar};
use crate::jobs::WORKER_LEASE;
use crate::store::audit::Chain;
use crate::store::rest::Why;
use crate::store::{LOG_LIMIT, Store, StoreError};

use super::{CommandError, channels, data, escalations, intake, live, routes, say, zalo};

/// Less room than this on the disk stops the work soon.
const LITTLE_ROOM: u64 = 200 * 1024 * 1024;
/// Less room than this is worth a word.
const SCANT_ROOM: u64 = 1024 * 1024 * 1024;
/// How far the clock may be behind what is written down already, or off the platform's.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// Checks the configuration, the database, the clock, the disk, and what was set aside.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  loa check                          exit code 1 if there is a fault
  loa check --live                   also the Official Account and every public address
  loa check --audit                  also who did what: nothing changed, nothing taken out
  loa check --json | jq '.[] | select(.state == \"fault\")'")]
pub struct CheckCommand {
    /// Also ask the Official Account who it is, and open every public address from here; nothing is sent to anybody
    #[arg(long)]
    live: bool,
    /// Also follow the record of who did what from its beginning, and find what was changed in it or taken out
    #[arg(long)]
    audit: bool,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// `config`, `database`, `token`, `intake`, `public`, `files`, `clock`, `calendar`, `disk`, `inbox`, `outbox`,
    /// `channel`, `alarm`, `data`, `routes`, `audit`
    pub what: &'static str,
    pub state: State,
    /// A plain sentence.
    pub says: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Good,
    /// Worth a word; the work goes on.
    Warning,
    Fault,
}

impl Finding {
    pub(super) fn new(what: &'static str, state: State, key: &str, vars: &[(&'static str, &str)]) -> Self {
        Self { what, state, says: say(key, vars) }
    }
}

/// Runs `loa check`.
///
/// # Errors
/// [`CommandError::Faults`] where something is not in order; it has been shown then.
pub async fn run(command: CheckCommand, path: &Path, json: bool) -> Result<(), CommandError> {
    let findings = look_at_all(path, &command).await;
    let faults = findings.iter().filter(|finding| finding.state == State::Fault).count();
    let text = if json {
        serde_json::to_string_pretty(&findings).map_err(anyhow::Error::from)?
    } else {
        findings.iter().map(words).collect::<Vec<_>>().join("\n")
    };
    // Where nobody reads any more, there is nobody to tell either.
    let _ = writeln!(std::io::stdout(), "{text}");
    match faults {
        0 => Ok(()),
        faults => Err(CommandError::Faults(say("cli-check-faults", &[("count", &faults.to_string())]))),
    }
}

fn words(finding: &Finding) -> String {
    let mark = match finding.state {
        State::Good => '✓',
        State::Warning => '!',
        State::Fault => '✗',
    };
    format!("{mark} {}", finding.says)
}

/// Looks at everything; what one fault keeps from being looked at is left out.
async fn look_at_all(path: &Path, command: &CheckCommand) -> Vec<Finding> {
    let config = match Config::load(path, &Environment::of_process()) {
        Ok(config) => config,
        Err(error) => {
            return vec![Finding { what: "config", state: State::Fault, says: error.to_string() }];
        }
    };
    let file = path.display().to_string();
    let mut findings = vec![Finding::new("config", State::Good, "cli-check-config", &[("file", &file)])];
    findings.extend(config.open_secret_files().iter().map(|file| {
        let file = file.display().to_string();
        Finding::new("config", State::Warning, "cli-check-secret-open", &[("file", &file)])
    }));
    let clock = Clock::System;
    let store = database(&config, &clock, &mut findings).await;
    bots(&config, store.as_ref(), clock.now(), &mut findings).await;
    findings.extend(mail(&config).await);
    let latest = match &store {
        Some(store) => store_findings(store, &mut findings).await,
        None => None,
    };
    if let Some(store) = &store {
        findings.extend(zalo::look(&config, store).await);
    }
    if let Some(store) = &store {
        findings.extend(data::look(&config, store).await);
        findings.extend(routes::look(&config, store).await);
        findings.extend(escalations::look(&config, store).await);
    }
    if let Some(store) = store.as_ref().filter(|_| command.audit) {
        findings.push(audit(store).await);
    }
    if command.live {
        findings.extend(live::look(&config, store.as_ref()).await);
    }
    let platform = channels::platform_time(&config).await;
    findings.push(look_at_clock(clock.now(), latest, platform));
    findings.extend(days_off(&config, clock.now()));
    findings.extend(disk(&config));
    findings.extend(log(&config));
    findings
}

/// Opens the database, if there is one: looking does not make one.
async fn database(config: &Config, clock: &Clock, findings: &mut Vec<Finding>) -> Option<Store> {
    let opened = match config.sqlite_file() {
        Ok(Some(file)) if !file.exists() => {
            let file = file.display().to_string();
            findings.push(Finding::new(
                "database",
                State::Fault,
                "cli-check-database-missing",
                &[("file", &file)],
            ));
            return None;
        }
        Ok(_) => super::open_store(config, clock.clone()).await,
        Err(error) => Err(error.into()),
    };
    match opened {
        Ok(store) => Some(store),
        Err(error) => {
            findings.push(Finding { what: "database", state: State::Fault, says: error.to_string() });
            None
        }
    }
}

/// Asks every platform who the bot is, which proves that its token works, and how updates come in.
async fn bots(config: &Config, store: Option<&Store>, now: Timestamp, findings: &mut Vec<Finding>) {
    let telegram = channels::telegram(config).map(|bot| bot.map(|bot| Box::new(bot) as Box<dyn Channel>));
    let zalo = channels::zalo_bot(config).map(|bot| bot.map(|bot| Box::new(bot) as Box<dyn Channel>));
    for (made, push, api) in [
        (telegram, config.telegram_push(), &config.telegram.api_url),
        (zalo, config.zalo_bot_push(), &config.zalo_bot.api_url),
    ] {
        let bot = match made {
            Ok(Some(bot)) => bot,
            Ok(None) => continue,
            Err(error) => {
                let says = error.to_string();
                findings.push(Finding { what: "token", state: State::Fault, says });
                continue;
            }
        };
        let finding = token(bot.as_ref(), api, store).await;
        let works = finding.state == State::Good;
        findings.push(finding);
        if works {
            findings.push(intake::look(push, bot.as_ref(), now).await);
        }
    }
    let named = channels::named(config);
    if named.is_empty() {
        findings.push(Finding::new("token", State::Fault, "run-no-channel", &[]));
    }
    let picky = [ChannelKind::ZaloBot, ChannelKind::ZaloOa].into_iter().filter(|kind| named.contains(kind));
    findings.extend(picky.filter(|_| config.files.url.is_none()).map(|kind| {
        Finding::new("files", State::Warning, "cli-check-files-missing", &[("channel", kind.name())])
    }));
}

async fn token(bot: &dyn Channel, api: &str, store: Option<&Store>) -> Finding {
    let channel = ("channel", bot.kind().name());
    match channels::ask_bot_name(bot, store).await {
        Ok(Ok(name)) => Finding::new("token", State::Good, "cli-check-token", &[channel, ("name", &name)]),
        Ok(Err(why)) => {
            let vars = [channel, ("why", &why), ("api", api)];
            Finding::new("token", State::Fault, "cli-check-token-refused", &vars)
        }
        Err(error) => unreadable(&error),
    }
}

/// Logs in to both mail servers, where there are any. Nothing is sent, and no mail is marked.
async fn mail(config: &Config) -> Option<Finding> {
    let address = config.email.address.as_deref()?;
    // Nothing is signed.
    let email = match channels::email(config, &String::new().into()) {
        Ok(email) => email?,
        Err(error) => return Some(Finding { what: "token", state: State::Fault, says: error.to_string() }),
    };
    let asked = async {
        channels::ask_bot_name(&email, None).await.map_err(|error| error.to_string())??;
        email.open_mailbox().await.map_err(|error| channels::unanswered(email.kind(), &error))
    };
    Some(match asked.await {
        Ok(()) => Finding::new("token", State::Good, "cli-check-mail", &[("address", address)]),
        Err(why) => Finding::new("token", State::Fault, "cli-check-mail-fails", &[("why", &why)]),
    })
}

pub(super) fn unreadable(error: &StoreError) -> Finding {
    Finding::new("database", State::Fault, "cli-check-database-fails", &[("why", &error.to_string())])
}

/// What the database shows. Gives the latest moment that is written down in it.
async fn store_findings(store: &Store, findings: &mut Vec<Finding>) -> Option<Timestamp> {
    let looked = async {
        let health = store.health().await?;
        let engine = health.engine.as_str();
        let schema = health.schema.to_string();
        if health.damage.is_empty() {
            let vars = [("engine", engine), ("schema", &schema)];
            findings.push(Finding::new("database", State::Good, "cli-check-database", &vars));
        } else {
            let vars = [("engine", engine), ("damage", &health.damage.join("; "))];
            findings.push(Finding::new("database", State::Fault, "cli-check-database-damaged", &vars));
        }
        if let Err(error) = store.try_to_write().await {
            let says = super::status::takes_nothing(&error);
            findings.push(Finding { what: "database", state: State::Fault, says });
        }
        aside(store, findings).await?;
        outbox(store, findings).await?;
        Ok::<_, StoreError>(health.latest)
    };
    match looked.await {
        Ok(latest) => latest,
        Err(error) => {
            findings.push(unreadable(&error));
            None
        }
    }
}

/// Follows the record of who did what.
async fn audit(store: &Store) -> Finding {
    match store.check_audit().await {
        Ok(Chain { entries, seal, broken_at: None }) => {
            // As much as a person can copy down, and nobody can make fit.
            let seal = seal.get(..16).unwrap_or("-");
            let vars = [("count", &*entries.to_string()), ("seal", seal)];
            Finding::new("audit", State::Good, "cli-check-audit", &vars)
        }
        Ok(Chain { entries, broken_at: Some(number), .. }) => {
            let vars = [("count", &*entries.to_string()), ("number", &*number.to_string())];
            Finding::new("audit", State::Fault, "cli-check-audit-broken", &vars)
        }
        Err(error) => unreadable(&error),
    }
}

/// Names every update that was set aside.
async fn aside(store: &Store, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let aside = store.updates_set_aside().await?;
    if aside.is_empty() {
        findings.push(Finding::new("inbox", State::Good, "cli-check-inbox", &[]));
    }
    for update in aside {
        let (id, at) = (update.id.to_string(), update.received_at().short());
        let vars = [
            ("id", id.as_str()),
            ("channel", &update.channel),
            ("number", &update.external_id),
            ("at", &at),
            ("error", update.error.as_deref().unwrap_or("?")),
        ];
        findings.push(Finding::new("inbox", State::Fault, "cli-check-aside", &vars));
    }
    Ok(())
}

async fn outbox(store: &Store, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let status = store.status(WORKER_LEASE).await?;
    findings.extend(status.rests.iter().map(|rest| {
        let state = if rest.why == Why::Token { State::Fault } else { State::Warning };
        Finding { what: "channel", state, says: super::status::rest_words(rest) }
    }));
    // What was set aside is named one by one already.
    let told = status.alarms.iter().filter(|alarm| alarm.kind != AlarmKind::Aside);
    findings.extend(told.map(|alarm| {
        let fault = matches!(alarm.kind, AlarmKind::Token | AlarmKind::NoToken);
        let state = if fault { State::Fault } else { State::Warning };
        Finding { what: "alarm", state, says: alarm.says(Lang::Vi) }
    }));
    let day = status.last_day;
    let (unknown, failed) = (day.unknown.to_string(), day.failed.to_string());
    let counts = [("unknown", unknown.as_str()), ("failed", failed.as_str())];
    let (state, key) = match (day.unknown, day.failed) {
        (0, 0) => (State::Good, "cli-check-outbox"),
        _ => (State::Warning, "cli-check-outbox-trouble"),
    };
    findings.push(Finding::new("outbox", state, key, &counts));
    Ok(())
}

/// A clock that stands before what is written down already, or is not the platform's, would send at the
/// wrong time.
fn look_at_clock(
    now: Timestamp,
    latest: Option<Timestamp>,
    platform: Option<(ChannelKind, Timestamp)>,
) -> Finding {
    let sane = Timestamp::vietnam(2026, 1, 1, 0, 0)..Timestamp::vietnam(2100, 1, 1, 0, 0);
    let at = now.short();
    if !sane.contains(&now) {
        return Finding::new("clock", State::Fault, "cli-check-clock-far", &[("now", &at)]);
    }
    let off = |(_, time): &(_, Timestamp)| time.since(now).max(now.since(*time)) > CLOCK_SLACK;
    if let Some((channel, time)) = platform.filter(off) {
        let vars = [("now", at.as_str()), ("channel", channel.name()), ("platform", &time.short())];
        return Finding::new("clock", State::Fault, "cli-check-clock-off", &vars);
    }
    if let Some(latest) = latest.filter(|latest| *latest > now + CLOCK_SLACK) {
        let vars = [("now", at.as_str()), ("latest", &latest.short())];
        return Finding::new("clock", State::Fault, "cli-check-clock-behind", &vars);
    }
    Finding::new("clock", State::Good, "cli-check-clock", &[("now", &at)])
}

/// What looks wrong about the days off of this year, and of the next once it is near.
fn days_off(config: &Config, now: Timestamp) -> Vec<Finding> {
    let today = now.in_zone(VIETNAM).date_naive();
    let calendar = calendar::Calendar::from(&config.calendar);
    let next = (today.month() == 12).then(|| today.year() + 1);
    let years = std::iter::once(today.year()).chain(next);
    let oddities = years.flat_map(|year| super::calendar::look(&calendar, year).oddities);
    let finding = |says| Finding { what: "calendar", state: State::Warning, says };
    oddities.map(finding).collect()
}

/// The room on the disk that an SQLite database is on.
fn disk(config: &Config) -> Option<Finding> {
    let file = config.sqlite_file().ok()??;
    let directory = file.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(directory).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let megabytes = (free / (1024 * 1024)).to_string();
    let (state, key) = match free {
        free if free < LITTLE_ROOM => (State::Fault, "cli-check-disk-full"),
        free if free < SCANT_ROOM => (State::Warning, "cli-check-disk-scant"),
        _ => (State::Good, "cli-check-disk"),
    };
    Some(Finding::new("disk", state, key, &[("megabytes", &megabytes)]))
}

/// The write-ahead log of an SQLite database, which grows while somebody reads for long.
fn log(config: &Config) -> Option<Finding> {
    let mut file = config.sqlite_file().ok()??.into_os_string();
    file.push("-wal");
    let size = std::fs::metadata(file).ok()?.len();
    let megabytes = (size / (1024 * 1024)).to_string();
    let large = Finding::new("database", State::Warning, "cli-check-log", &[("megabytes", &megabytes)]);
    (size > LOG_LIMIT).then_some(large)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_went_back_or_is_off_is_a_fault() {
        let now = Timestamp::vietnam(2026, 11, 23, 8, 0);
        let state = |now, latest, platform: Option<Timestamp>| {
            look_at_clock(now, latest, platform.map(|time| (ChannelKind::Telegram, time))).state
        };
        assert_eq!(state(now, None, None), State::Good);
        assert_eq!(state(now, Some(now + Duration::from_secs(30)), None), State::Good);
        assert_eq!(state(now, Some(now + Duration::from_secs(3600)), None), State::Fault);
        assert_eq!(state(now, None, Some(now.before(Duration::from_secs(59)))), State::Good);
        assert_eq!(state(now, None, Some(now.before(Duration::from_secs(61)))), State::Fault);
        assert_eq!(state(Timestamp(0), None, None), State::Fault);
    }
}
