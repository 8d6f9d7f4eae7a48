//! `loa inbox`: updates that could not be handled, for a person to decide.

use clap::Subcommand;

use crate::domain::ids::UpdateId;
use crate::store::aside::{Aside, AsideDecision};

use super::{CommandError, Desk, say};

#[derive(Subcommand, Debug)]
#[command(after_help = "\
Examples:
  loa inbox list
  loa inbox retry 31     handle it once more, as after an upgrade
  loa inbox drop 31      whoever wrote it has been asked, it is not needed any more")]
pub enum InboxCommand {
    /// List the updates that were set aside
    #[command(after_help = "Example:\n  loa inbox list")]
    List,
    /// Handle one once more
    #[command(after_help = "Example:\n  loa inbox retry 31")]
    Retry { id: i64 },
    /// Note that one is not needed any more
    #[command(after_help = "Example:\n  loa inbox drop 31")]
    Drop { id: i64 },
}

/// Does what was typed.
///
/// # Errors
/// An update that is not set aside; the database's.
pub async fn run(command: InboxCommand, desk: &Desk) -> Result<(), CommandError> {
    let (id, decision, done) = match command {
        InboxCommand::List => return list(desk).await,
        InboxCommand::Retry { id } => (id, AsideDecision::Retry, "cli-inbox-retried"),
        InboxCommand::Drop { id } => (id, AsideDecision::Drop, "cli-inbox-dropped"),
    };
    let number = id.to_string();
    if !desk.store.decide_aside(UpdateId(id), decision).await? {
        return Err(CommandError::User(say("cli-inbox-unknown", &[("id", &number)])));
    }
    desk.show(&serde_json::json!({ "id": id }), |_| say(done, &[("id", &number)]))
}

async fn list(desk: &Desk) -> Result<(), CommandError> {
    let aside = desk.store.updates_set_aside().await?;
    desk.show(&aside, |aside| {
        if aside.is_empty() {
            return say("cli-inbox-none", &[]);
        }
        aside.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

fn line(update: &Aside) -> String {
    let (id, at) = (update.id.to_string(), update.received_at().short());
    let chat = update.chat.as_deref().unwrap_or("?");
    let error = update.error.as_deref().unwrap_or("?");
    say("cli-inbox-line", &[("id", &id), ("at", &at), ("chat", chat), ("error", error)])
}
