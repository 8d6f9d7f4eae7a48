//! `loa check`: is everything in order? One line for each thing that was looked at.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::domain::Timestamp;
use crate::jobs::WORKER_LEASE;
use crate::store::{Store, StoreError};

use super::{CommandError, say};

/// Less room than this on the disk stops the work soon.
const LITTLE_ROOM: u64 = 200 * 1024 * 1024;
/// Less room than this is worth a word.
const SCANT_ROOM: u64 = 1024 * 1024 * 1024;
/// How far the clock may be behind what is written down already.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// Checks the configuration, the database, the clock, the disk, and what was set aside.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  loa check                          exit code 1 if there is a fault
  loa check --json | jq '.[] | select(.state == \"fault\")'")]
pub struct CheckCommand {}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// `config`, `database`, `token`, `clock`, `disk`, `inbox`, `outbox`
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
    fn new(what: &'static str, state: State, key: &str, vars: &[(&'static str, &str)]) -> Self {
        Self { what, state, says: say(key, vars) }
    }
}

/// Runs `loa check`.
///
/// # Errors
/// [`CommandError::Faults`] where something is not in order; it has been shown then.
pub async fn run(_: CheckCommand, path: &Path, json: bool) -> Result<(), CommandError> {
    let findings = look_at_all(path).await;
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
async fn look_at_all(path: &Path) -> Vec<Finding> {
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
    token(&config, &mut findings);
    let latest = match &store {
        Some(store) => store_findings(store, &mut findings).await,
        None => None,
    };
    findings.push(look_at_clock(clock.now(), latest));
    findings.extend(disk(&config));
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

fn token(config: &Config, findings: &mut Vec<Finding>) {
    match config.telegram_token() {
        Err(error) => findings.push(Finding { what: "token", state: State::Fault, says: error.to_string() }),
        Ok(None) => findings.push(Finding::new("token", State::Fault, "cli-check-token-missing", &[])),
        Ok(Some(_)) => {}
    }
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
        aside(store, findings).await?;
        outbox(store, findings).await?;
        Ok::<_, StoreError>(health.latest)
    };
    match looked.await {
        Ok(latest) => latest,
        Err(error) => {
            let why = error.to_string();
            let vars = [("why", why.as_str())];
            findings.push(Finding::new("database", State::Fault, "cli-check-database-fails", &vars));
            None
        }
    }
}

/// Names every update that was set aside.
async fn aside(store: &Store, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let aside = store.updates_set_aside().await?;
    if aside.is_empty() {
        findings.push(Finding::new("inbox", State::Good, "cli-check-inbox", &[]));
    }
    for update in aside {
        let (id, at) = (update.id.to_string(), Timestamp(update.received_at).short());
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
    let day = store.status(WORKER_LEASE).await?.last_day;
    let (unknown, failed) = (day.unknown.to_string(), day.failed.to_string());
    let counts = [("unknown", unknown.as_str()), ("failed", failed.as_str())];
    let (state, key) = match (day.unknown, day.failed) {
        (0, 0) => (State::Good, "cli-check-outbox"),
        _ => (State::Warning, "cli-check-outbox-trouble"),
    };
    findings.push(Finding::new("outbox", state, key, &counts));
    Ok(())
}

/// A clock that stands before what is written down already, or far off, would send at the wrong time.
fn look_at_clock(now: Timestamp, latest: Option<Timestamp>) -> Finding {
    let sane = Timestamp::vietnam(2026, 1, 1, 0, 0)..Timestamp::vietnam(2100, 1, 1, 0, 0);
    let at = now.short();
    let vars = [("now", at.as_str())];
    if !sane.contains(&now) {
        return Finding::new("clock", State::Fault, "cli-check-clock-far", &vars);
    }
    match latest {
        Some(latest) if latest > now + CLOCK_SLACK => {
            let latest = latest.short();
            let vars = [vars[0], ("latest", latest.as_str())];
            Finding::new("clock", State::Fault, "cli-check-clock-behind", &vars)
        }
        _ => Finding::new("clock", State::Good, "cli-check-clock", &vars),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_went_back_is_a_fault() {
        let now = Timestamp::vietnam(2026, 11, 23, 8, 0);
        assert_eq!(look_at_clock(now, None).state, State::Good);
        assert_eq!(look_at_clock(now, Some(now + Duration::from_secs(30))).state, State::Good);
        assert_eq!(look_at_clock(now, Some(now + Duration::from_secs(3600))).state, State::Fault);
        assert_eq!(look_at_clock(Timestamp(0), None).state, State::Fault);
    }
}
