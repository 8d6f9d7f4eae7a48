//! `loa erase`, `loa export`: what people may ask about their own data, from the command line; and whether it is
//! answered.

use std::path::PathBuf;

use crate::config::Config;
use crate::conversation::Lang;
use crate::conversation::people::{RequestKind, own_data_text};
use crate::domain::ids::PersonId;
use crate::jobs::ledger::{Difference, Ledger};
use crate::store::people::RequestLine;
use crate::store::{Store, StoreError};

use super::check::{Finding, State, unreadable};
use super::{CommandError, Desk, say};

/// Erasing people for good, and who asked for it.
#[derive(Debug, clap::Subcommand)]
pub enum EraseCommand {
    /// Lists what people asked about their data and nobody has answered, the most pressing first.
    #[command(after_help = "Example:\n  loa erase list")]
    List,
    /// Erases a person: name, chats, messages, reports, pictures. It cannot be taken back.
    #[command(after_help = "Example:\n  loa erase person 12 --yes")]
    Person {
        /// The number that `loa people list` shows.
        id: i64,
        /// Does it; without this it is only said what would be done.
        #[arg(long)]
        yes: bool,
    },
}

/// Everything that is kept about somebody, for them.
#[derive(Debug, clap::Subcommand)]
pub enum ExportCommand {
    /// Writes everything that is kept about a person into a text file.
    #[command(after_help = "Examples:
  loa export person 12                   to standard output
  loa export person 12 du-lieu-12.txt")]
    Person {
        /// The number that `loa people list` shows.
        id: i64,
        /// The file, which is not there yet.
        file: Option<PathBuf>,
    },
}

/// Runs `loa erase`.
///
/// # Errors
/// A person who is not there; a database that fails.
pub async fn run_erase(command: EraseCommand, desk: &Desk) -> Result<(), CommandError> {
    match command {
        EraseCommand::List => {
            let requests = desk.store.open_requests().await?;
            desk.show(&requests, |requests| match requests.is_empty() {
                true => say("data-cli-none", &[]),
                false => requests.iter().map(words).collect::<Vec<_>>().join("\n"),
            })
        }
        EraseCommand::Person { id, yes } => erase(desk, PersonId(id), yes).await,
    }
}

async fn erase(desk: &Desk, person: PersonId, yes: bool) -> Result<(), CommandError> {
    let number = person.to_string();
    let nobody = || CommandError::User(say("data-cli-nobody", &[("id", &number)]));
    let data = desk.store.own_data(person).await?.ok_or_else(nobody)?;
    if yes && !desk.store.erase_person(person).await? {
        return Err(nobody());
    }
    let counts = [data.chats.len(), data.reports.len(), data.files.len()].map(|count| count.to_string());
    let [chats, reports, files] = counts.each_ref().map(String::as_str);
    let vars =
        [("id", &*number), ("name", &*data.name), ("chats", chats), ("reports", reports), ("files", files)];
    let key = if yes { "data-cli-erased" } else { "data-cli-would-erase" };
    desk.show(&serde_json::json!({ "person": person, "erased": yes }), |_| say(key, &vars))
}

fn words(request: &RequestLine) -> String {
    let key = match request.kind {
        RequestKind::Erase => "data-cli-erase-line",
        RequestKind::Correct => "data-cli-correct-line",
    };
    let (id, person) = (request.id.to_string(), request.person.to_string());
    let (asked, due) = (request.asked_at.short(), request.due_at.short());
    let vars = [
        ("id", id.as_str()),
        ("person", person.as_str()),
        ("name", request.name.as_str()),
        ("text", request.text.as_str()),
        ("asked", asked.as_str()),
        ("due", due.as_str()),
    ];
    say(key, &vars)
}

/// Runs `loa export`.
///
/// # Errors
/// A person who is not there; a file that is there already or cannot be written; a database that fails.
pub async fn run_export(command: ExportCommand, desk: &Desk) -> Result<(), CommandError> {
    let ExportCommand::Person { id, file } = command;
    let number = id.to_string();
    let data = desk.store.own_data(PersonId(id)).await?;
    let data = data.ok_or_else(|| CommandError::User(say("data-cli-nobody", &[("id", &number)])))?;
    let text = own_data_text(Lang::Vi, &data, desk.clock.now());
    let Some(file) = file else {
        return desk.show(&serde_json::json!({ "person": id, "text": text }), |_| text.replace("\r\n", "\n"));
    };
    let name = file.display().to_string();
    let cannot = |error: std::io::Error| {
        CommandError::User(say("data-cli-file", &[("file", &name), ("why", &error.to_string())]))
    };
    write_new(&file, &format!("\u{feff}{text}")).map_err(cannot)?;
    let done = serde_json::json!({ "person": id, "file": name });
    desk.show(&done, |_| say("data-cli-exported", &[("name", &data.name), ("file", &name)]))
}

/// A file that nobody else on this machine can read.
fn write_new(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// For `loa check`: whether anybody has waited too long for an answer about their own data, and whether the file says
/// the same as the database in which it is kept who was erased.
pub(super) async fn look(config: &Config, store: &Store) -> Vec<Finding> {
    let requests = requests(store).await.unwrap_or_else(|error| Some(unreadable(&error)));
    requests.into_iter().chain([ledger(config, store).await]).collect()
}

async fn requests(store: &Store) -> Result<Option<Finding>, StoreError> {
    let open = store.open_requests().await?;
    let Some(first) = open.first() else { return Ok(None) };
    let state = if first.due_at <= store.now() { State::Fault } else { State::Warning };
    let (count, due) = (open.len().to_string(), first.due_at.short());
    Ok(Some(Finding::new("data", state, "cli-check-data", &[("count", &count), ("due", &due)])))
}

async fn ledger(config: &Config, store: &Store) -> Finding {
    let compared = async {
        let ledger = Ledger::new(config.erased_file()?);
        Ok::<_, anyhow::Error>(ledger.compare(store).await?)
    };
    match compared.await {
        Ok(Difference { unwritten: 0, back: 0 }) => {
            Finding::new("data", State::Good, "cli-check-ledger", &[])
        }
        Ok(Difference { unwritten, back }) => {
            let (unwritten, back) = (unwritten.to_string(), back.to_string());
            let vars = [("unwritten", &*unwritten), ("back", &*back)];
            Finding::new("data", State::Warning, "cli-check-ledger-differs", &vars)
        }
        Err(error) => {
            let says = say("run-ledger", &[("why", &error.to_string())]);
            Finding { what: "data", state: State::Fault, says }
        }
    }
}
