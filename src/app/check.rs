//! `loa check`: is everything in order? One line for each thing that was looked at.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::domain::Timestamp;
use crate::jobs::WORKER_LEASE;
use crate::store::Store;

use super::{CommandError, Desk, say};

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
    if json {
        println!("{:#}", serde_json::to_value(&findings).map_err(anyhow::Error::from)?);
    } else {
        findings.iter().for_each(|finding| println!("{}", words(finding)));
    }
    match faults {
        0 => Ok(()),
        faults => Err(CommandError::Faults(say("cli-check-faults", &[("count", &faults.to_string())]))),
    }
}
