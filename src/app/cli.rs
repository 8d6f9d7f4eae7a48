//! The command line: what may be typed, and who does it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::{Config, Environment};

use super::{
    CommandError, Desk, audience, calendar, call, check, data, demo, digest, import, inbox, incident, init,
    logging, meeting, message, notice, people, say, schedule, serve, status, tag, tally, zalo,
};

/// Notices go out to the staff of local bodies, quick reports come in, nothing is lost.
#[derive(Debug, Parser)]
#[command(
    name = "loa",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  loa init truc-ban                  a new configuration and database, and the first invite
  loa run                            the service
  loa demo                           a first month, played on a practice platform
  loa check                          is everything in order?
  loa --config truc-ban/loa.toml status --json

Exit codes:
  0  done
  1  a check found faults, or loa or the machine failed
  2  something to put right in what was typed or configured
  Every error is one plain sentence on standard error; with --json, {\"error\": …} on standard
  output as well.

Environment:
  LOA_CONFIG          the configuration
  LOA_LOG             the log level
  LOA_SECTION__KEY    stands above a key of the configuration, such as LOA_TELEGRAM__TOKEN"
)]
pub struct Cli {
    /// The configuration.
    #[arg(long, global = true, env = "LOA_CONFIG", default_value = "loa.toml", value_name = "PATH")]
    config: PathBuf,
    /// Writes results as JSON, for other programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitCommand),
    Run(serve::RunCommand),
    Demo(demo::DemoCommand),
    Check(check::CheckCommand),
    #[command(flatten)]
    AtDesk(DeskCommand),
    /// Prints the completions for a shell.
    #[command(after_help = "\
Examples:
  loa completions bash > /etc/bash_completion.d/loa
  loa completions zsh > ~/.zfunc/_loa")]
    Completions {
        shell: clap_complete::Shell,
    },
}

/// What works on the database, also while the service does.
#[derive(Debug, Subcommand)]
enum DeskCommand {
    Status(status::StatusCommand),
    Import(import::ImportCommand),
    #[command(subcommand)]
    Invite(people::InviteCommand),
    #[command(subcommand)]
    People(people::PeopleCommand),
    #[command(subcommand)]
    Unit(people::UnitCommand),
    #[command(subcommand)]
    Erase(data::EraseCommand),
    #[command(subcommand)]
    Export(data::ExportCommand),
    /// Cases: lists them, shows one with its history.
    #[command(subcommand)]
    Incident(incident::IncidentCommand),
    Digest(digest::DigestCommand),
    Tally(tally::TallyCommand),
    Calendar(calendar::CalendarCommand),
    /// Notices: writes, previews, approves, sends them, and shows who has confirmed.
    #[command(subcommand)]
    Notice(notice::NoticeCommand),
    /// Whom notices are for, kept under a name.
    #[command(subcommand)]
    Audience(audience::AudienceCommand),
    /// Tags of people, units and groups, by which notices find them.
    #[command(subcommand)]
    Tag(tag::TagCommand),
    /// Meetings: calls to them, shows who comes, changes and cancels them.
    #[command(subcommand)]
    Meeting(meeting::MeetingCommand),
    /// Calls for input: notices that ask every unit for an answer by a date.
    #[command(subcommand)]
    Call(call::CallCommand),
    /// Updates that could not be handled: lists them, takes your decision.
    #[command(subcommand)]
    Inbox(inbox::InboxCommand),
    /// Messages of which nobody knows whether they arrived: lists them, takes your decision.
    #[command(subcommand)]
    Message(message::MessageCommand),
    /// Schedules: what the calendar sends, or asks the editors to write.
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    /// The Zalo Official Account: takes its refresh token.
    #[command(subcommand)]
    Zalo(zalo::ZaloCommand),
}

/// Does what was typed and says how it went.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.json;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tell(&CommandError::Failed(error.into()), json),
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => tell(&error, json),
    }
}

async fn dispatch(cli: Cli) -> Result<(), CommandError> {
    let Cli { config: path, json, command } = cli;
    if !matches!(command, Command::Run(_)) {
        logging::quiet();
    }
    match command {
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "loa", &mut std::io::stdout());
            Ok(())
        }
        Command::Init(command) => init::run(command, json).await,
        Command::Demo(command) => demo::run(command).await,
        Command::Check(command) => check::run(command, &path, json).await,
        Command::Run(command) => {
            let config = Config::load(&path, &Environment::of_process())?;
            let wrong = |_| CommandError::User(say("cli-log-level", &[]));
            logging::start(&config.log).map_err(wrong)?;
            serve::run(command, &config).await
        }
        Command::AtDesk(command) => {
            let config = Config::load(&path, &Environment::of_process())?;
            // Whoever makes a link needs the bot's name.
            let links = matches!(command, DeskCommand::Invite(_));
            at_desk(command, &Desk::open(&config, json, links).await?).await
        }
    }
}

async fn at_desk(command: DeskCommand, desk: &Desk) -> Result<(), CommandError> {
    match command {
        DeskCommand::Status(command) => status::run(command, desk).await,
        DeskCommand::Import(command) => import::run(command, desk).await,
        DeskCommand::Invite(command) => people::run_invite(command, desk).await,
        DeskCommand::People(command) => people::run_people(command, desk).await,
        DeskCommand::Unit(command) => people::run_unit(command, desk).await,
        DeskCommand::Erase(command) => data::run_erase(command, desk).await,
        DeskCommand::Export(command) => data::run_export(command, desk).await,
        DeskCommand::Incident(command) => incident::run(command, desk).await,
        DeskCommand::Digest(command) => digest::run(command, desk).await,
        DeskCommand::Tally(command) => tally::run(command, desk).await,
        DeskCommand::Calendar(command) => calendar::run(command, desk).await,
        DeskCommand::Notice(command) => notice::run(command, desk).await,
        DeskCommand::Audience(command) => audience::run(command, desk).await,
        DeskCommand::Tag(command) => tag::run(command, desk).await,
        DeskCommand::Meeting(command) => meeting::run(command, desk).await,
        DeskCommand::Call(command) => call::run(command, desk).await,
        DeskCommand::Inbox(command) => inbox::run(command, desk).await,
        DeskCommand::Message(command) => message::run(command, desk).await,
        DeskCommand::Schedule(command) => schedule::run(command, desk).await,
        DeskCommand::Zalo(command) => zalo::run(command, desk).await,
    }
}

/// One plain sentence for people, and the same for programs.
fn tell(error: &CommandError, json: bool) -> ExitCode {
    let (kind, code, text) = match error {
        CommandError::User(text) => ("user", 2, text.clone()),
        CommandError::Faults(text) => ("faults", 1, text.clone()),
        CommandError::Failed(cause) => ("failed", 1, say("cli-failed", &[("why", &causes(cause))])),
    };
    // Where nobody reads any more, there is nobody to tell either.
    let _ = writeln!(std::io::stderr(), "{text}");
    if json && kind != "faults" {
        let value = serde_json::json!({ "error": { "kind": kind, "message": text } });
        let _ = writeln!(std::io::stdout(), "{value:#}");
    }
    ExitCode::from(code)
}

/// What failed and because of what, each once: an error often repeats the one that it came from.
fn causes(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !said.iter().any(|earlier| earlier.ends_with(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does() {
        let mut waiting = vec![Cli::command()];
        while let Some(command) = waiting.pop() {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
            waiting.extend(command.get_subcommands().cloned());
        }
    }
}
