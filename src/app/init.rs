//! `loa init`: from nothing to the first invite.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::config::{Config, Environment};
use crate::domain::unit::UnitPath;

use super::{CommandError, Desk, people, say};

/// The configuration that a new place begins with: every key, explained.
const CONFIGURATION: &str = include_str!("../../config/loa.example.toml");
const FILE: &str = "loa.toml";
/// What the topmost unit is called if nobody says.
const USUAL_UNIT: &str = "Tỉnh";

/// Makes a configuration and a database, and prints the first administrator's invite.
///
/// Nothing that is there is written over.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  loa init
  loa init /srv/loa --unit \"Tỉnh Mường Lam\"
  LOA_TELEGRAM__TOKEN=… loa init     the invite is then a whole link")]
pub struct InitCommand {
    /// The directory; made if it is not there.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// What the topmost unit is called; asked for if it is not given.
    #[arg(long)]
    unit: Option<String>,
}

/// Runs `loa init`.
///
/// # Errors
/// A configuration that is there already; a directory or a database that cannot be written.
pub async fn run(command: InitCommand, json: bool) -> Result<(), CommandError> {
    let file = command.dir.join(FILE);
    if file.exists() {
        return Err(already_there(&file));
    }
    let unit = match command.unit {
        Some(unit) => unit,
        None if io::stdin().is_terminal() && !json => ask_for_unit()?,
        None => USUAL_UNIT.to_owned(),
    };
    let path: UnitPath = unit.parse().map_err(|_| {
        let vars = [("unit", unit.as_str())];
        CommandError::User(say("cli-init-unit-wrong", &vars))
    })?;
    std::fs::create_dir_all(&command.dir).map_err(|error| not_written(&command.dir, &error))?;
    let config = Config::parse(&file, CONFIGURATION, &Environment::of_process())?;
    keep_to_owner(&config)?;
    let desk = Desk::open(&config, json, true).await?;
    write_new(&file, CONFIGURATION)?;
    desk.say(say("cli-init-made", &[("file", &file.display().to_string())]));
    let id = desk.store.find_or_create_unit(path).await?;
    people::invite_first_admin(&desk, id, unit).await?;
    desk.say(next_steps(&config, &file));
    Ok(())
}

fn ask_for_unit() -> Result<String, CommandError> {
    let mut out = io::stderr();
    let asked =
        write!(out, "{} ", say("cli-init-ask-unit", &[("usual", USUAL_UNIT)])).and_then(|()| out.flush());
    let mut line = String::new();
    asked.and_then(|()| io::stdin().lock().read_line(&mut line)).map_err(anyhow::Error::from)?;
    let answer = line.trim();
    Ok(if answer.is_empty() { USUAL_UNIT } else { answer }.to_owned())
}

fn next_steps(config: &Config, file: &Path) -> String {
    let file = file.display().to_string();
    let vars = [("file", file.as_str())];
    let token = match config.telegram_token() {
        Ok(Some(_)) => "cli-init-step-token-there",
        _ => "cli-init-step-token",
    };
    let steps = [token, "cli-init-step-check", "cli-init-step-run"];
    let steps = steps.iter().enumerate().map(|(i, key)| format!("  {}. {}", i + 1, say(key, &vars)));
    format!("\n{}\n{}", say("cli-init-next", &[]), steps.collect::<Vec<_>>().join("\n"))
}

/// Makes the file of a new SQLite database, which only its owner may read: it holds what people wrote.
fn keep_to_owner(config: &Config) -> Result<(), CommandError> {
    match config.sqlite_file()? {
        Some(file) if !file.exists() => write_new(&file, ""),
        _ => Ok(()),
    }
}

/// Only its owner may read it: a token may be written into it later.
fn write_new(file: &Path, text: &str) -> Result<(), CommandError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut open| open.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => already_there(file),
        _ => not_written(file, &error),
    })
}

fn already_there(file: &Path) -> CommandError {
    CommandError::User(say("cli-init-there", &[("file", &file.display().to_string())]))
}

fn not_written(place: &Path, error: &io::Error) -> CommandError {
    let (place, why) = (place.display().to_string(), error.to_string());
    CommandError::User(say("cli-init-not-written", &[("place", &place), ("why", &why)]))
}
