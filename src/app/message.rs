//! `loa message`: messages of which nobody knows whether they arrived, for a person to decide.

use clap::Subcommand;
use serde::Serialize;

use crate::domain::Timestamp;
use crate::domain::ids::MessageId;
use crate::store::held::{Decision, HeldMessage};

use super::{CommandError, Desk, say};

#[derive(Subcommand, Debug)]
#[command(after_help = "\
Examples:
  loa message list
  loa message retry 812      send it once more; it may come twice
  loa message arrived 812    somebody has asked: it is there
  loa message drop 812       it is not needed any more")]
pub enum MessageCommand {
    /// List the messages that are held
    #[command(after_help = "Example:\n  loa message list")]
    List,
    /// Send one once more
    #[command(after_help = "Example:\n  loa message retry 812")]
    Retry { id: i64 },
    /// Note that one has arrived
    #[command(after_help = "Example:\n  loa message arrived 812")]
    Arrived { id: i64 },
    /// Note that one is not needed any more
    #[command(after_help = "Example:\n  loa message drop 812")]
    Drop { id: i64 },
}

#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    message: HeldMessage,
    text: String,
}

/// Does what was typed.
///
/// # Errors
/// A message that is not held; the database's.
pub async fn run(command: MessageCommand, desk: &Desk) -> Result<(), CommandError> {
    let (id, decision, done) = match command {
        MessageCommand::List => return list(desk).await,
        MessageCommand::Retry { id } => (id, Decision::Retry, "cli-message-retried"),
        MessageCommand::Arrived { id } => (id, Decision::Arrived, "cli-message-arrived"),
        MessageCommand::Drop { id } => (id, Decision::Drop, "cli-message-dropped"),
    };
    let number = id.to_string();
    if !desk.store.decide(MessageId(id), decision).await? {
        return Err(CommandError::User(say("cli-message-unknown", &[("id", &number)])));
    }
    desk.show(&serde_json::json!({ "id": id }), |_| say(done, &[("id", &number)]))
}

async fn list(desk: &Desk) -> Result<(), CommandError> {
    let held = desk.store.held_messages().await?;
    let lines: Vec<Line> = held.into_iter().map(|message| Line { text: message.text(), message }).collect();
    desk.show(&lines, |lines| {
        if lines.is_empty() {
            return say("cli-message-none", &[]);
        }
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

fn line(line: &Line) -> String {
    let (id, at) = (line.message.id.to_string(), Timestamp(line.message.at).short());
    let vars = [("id", id.as_str()), ("chat", &line.message.chat), ("at", &at), ("text", &line.text)];
    say("cli-message-line", &vars)
}
