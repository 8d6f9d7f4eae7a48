//! `loa people retire | move | away | planned | drop`, `loa unit merge`: what changes about people and units on a day.

use serde::Serialize;

use crate::domain::Timestamp;
use crate::domain::calendar::date_words;
use crate::domain::ids::PersonId;
use crate::domain::staffing::{ChangeKind, StaffChange, last_day, read_day, read_leave};
use crate::store::people::ChangeLine;

use super::people::find_unit;
use super::{CommandError, Desk, say};

/// What changes about a person.
#[derive(Debug, clap::Subcommand)]
pub enum StaffCommand {
    /// A person leaves the list on a day: from then on they get nothing.
    #[command(after_help = "Examples:
  loa people retire 12                    now
  loa people retire 12 --on 01/01/2027")]
    Retire {
        /// The number that `loa people list` shows.
        id: i64,
        /// The day, such as 01/01/2027; without it, now.
        #[arg(long)]
        on: Option<String>,
    },
    /// A person has the same roles at another unit from a day on.
    #[command(after_help = "Examples:
  loa people move 12 --to \"Phường Bình Minh\" --on 01/12/2026
  loa people move 12 --from \"Xã A\" --to \"Xã B\"     only what they are at Xã A")]
    Move {
        /// The number that `loa people list` shows.
        id: i64,
        /// The unit: its path, or its name where only one has it.
        #[arg(long)]
        to: String,
        /// Only the roles at this unit; without it, all of them.
        #[arg(long)]
        from: Option<String>,
        /// The day, such as 01/12/2026; without it, now.
        #[arg(long)]
        on: Option<String>,
    },
    /// A person is on leave: meanwhile they get only notices that name them.
    #[command(after_help = "Example:\n  loa people away 12 10/12/2026 20/12/2026")]
    Away {
        /// The number that `loa people list` shows.
        id: i64,
        /// The first day.
        first: String,
        /// The last day; without it, the first is the last.
        last: Option<String>,
    },
    /// Lists what is planned about people and units.
    #[command(after_help = "Example:\n  loa people planned")]
    Planned,
    /// Drops what is planned.
    #[command(after_help = "Example:\n  loa people drop 3")]
    Drop {
        /// The number that `loa people planned` shows.
        id: i64,
    },
}

/// A change that was made or planned, as it is printed.
#[derive(Debug, Serialize)]
struct Changed {
    id: i64,
    kind: ChangeKind,
    at: Timestamp,
    done: bool,
}

/// Runs one of them.
///
/// # Errors
/// A person, unit or day that is not there; a database that fails.
pub async fn run(command: StaffCommand, desk: &Desk) -> Result<(), CommandError> {
    match command {
        StaffCommand::Retire { id, on } => {
            let person = named(desk, id).await?;
            let change = StaffChange::Retire { person: person.0 };
            plan(desk, change, on.as_deref(), &say("staff-retire", &[("name", &person.1)])).await
        }
        StaffCommand::Move { id, to, from, on } => {
            let person = named(desk, id).await?;
            let (to, path) = find_unit(desk, &to).await?;
            let from = match from {
                Some(from) => Some(find_unit(desk, &from).await?.0),
                None => None,
            };
            let change = StaffChange::Move { person: person.0, from, to };
            let what = say("staff-move", &[("name", &person.1), ("to", &path)]);
            plan(desk, change, on.as_deref(), &what).await
        }
        StaffCommand::Away { id, first, last } => {
            let person = named(desk, id).await?;
            let days = format!("{first} {}", last.unwrap_or_default());
            let Some((from, until)) = read_leave(&days, desk.clock.now()) else { return Err(no_day(&days)) };
            let change = StaffChange::Away { person: person.0, until };
            let what = say("staff-away", &[("name", &person.1), ("until", &date_words(last_day(until)))]);
            make(desk, change, from, &what).await
        }
        StaffCommand::Planned => {
            let changes = desk.store.planned_changes().await?;
            desk.show(&changes, |changes| match changes.is_empty() {
                true => say("staff-cli-none", &[]),
                false => changes.iter().map(line).collect::<Vec<_>>().join("\n"),
            })
        }
        StaffCommand::Drop { id } => {
            desk.store.cancel_change(id).await?.map_err(|fault| CommandError::User(fault.to_string()))?;
            let number = id.to_string();
            desk.show(&serde_json::json!({ "id": id, "dropped": true }), |_| {
                say("staff-cli-cancelled", &[("id", &number)])
            })
        }
    }
}

/// Runs `loa unit merge`.
///
/// # Errors
/// A unit or day that is not there; a database that fails.
pub async fn merge(
    desk: &Desk,
    unit: &str,
    into: &str,
    on: Option<&str>,
    yes: bool,
) -> Result<(), CommandError> {
    let (unit, path) = find_unit(desk, unit).await?;
    let (into, to) = find_unit(desk, into).await?;
    let what = say("staff-merge", &[("unit", &path), ("to", &to)]);
    if !yes {
        let moves = desk.store.merger(unit, into).await?;
        let moves = moves.map_err(|fault| CommandError::User(fault.to_string()))?;
        return desk.show(&moves, |moves| {
            let counts = [moves.people, moves.groups, moves.units].map(|count| count.to_string());
            let [people, groups, units] = counts.each_ref().map(String::as_str);
            let vars = [("what", what.as_str()), ("people", people), ("groups", groups), ("units", units)];
            say("staff-cli-would-merge", &vars)
        });
    }
    plan(desk, StaffChange::Merge { unit, into }, on, &what).await
}

async fn named(desk: &Desk, id: i64) -> Result<(PersonId, String), CommandError> {
    let name = desk.store.person_name(PersonId(id)).await?;
    let nobody = || CommandError::User(say("data-cli-nobody", &[("id", &id.to_string())]));
    Ok((PersonId(id), name.ok_or_else(nobody)?))
}

fn no_day(text: &str) -> CommandError {
    CommandError::User(say("staff-cli-day", &[("text", text.trim())]))
}

async fn plan(desk: &Desk, change: StaffChange, on: Option<&str>, what: &str) -> Result<(), CommandError> {
    let now = desk.clock.now();
    let at = match on {
        Some(day) => read_day(day, now).ok_or_else(|| no_day(day))?,
        None => now,
    };
    make(desk, change, at, what).await
}

async fn make(desk: &Desk, change: StaffChange, at: Timestamp, what: &str) -> Result<(), CommandError> {
    let id = desk.store.plan_change(change, at).await?;
    let id = id.map_err(|fault| CommandError::User(fault.to_string()))?;
    let changed = Changed { id, kind: change.kind(), at, done: at <= desk.clock.now() };
    desk.show(&changed, |changed| {
        let key = if changed.done { "staff-cli-done" } else { "staff-cli-planned" };
        say(key, &[("id", &id.to_string()), ("what", what), ("at", &date_words(at))])
    })
}

fn line(change: &ChangeLine) -> String {
    let until = change.until.map(|until| date_words(last_day(until))).unwrap_or_default();
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let (name, unit, to) = (text(&change.name), text(&change.unit), text(&change.to));
    let vars = [("name", name.as_str()), ("unit", &unit), ("to", &to), ("until", &until)];
    let key = match change.kind {
        ChangeKind::Retire => "staff-retire",
        ChangeKind::Move => "staff-move",
        ChangeKind::Away => "staff-away",
        ChangeKind::Merge => "staff-merge",
    };
    format!("{:>4}  {}  {}", change.id, date_words(change.at), say(key, &vars))
}
