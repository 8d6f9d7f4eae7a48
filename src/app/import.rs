//! `loa import`: units, people and groups from a list.

use std::path::PathBuf;

use crate::conversation::Lang;
use crate::conversation::people::role_name;
use crate::domain::import::{self, ImportRow};
use crate::store::people::{Change, ImportReport};

use super::{CommandError, Desk};

/// So many faults of a file are told at once: the first ones often explain the rest.
const MOST_FAULTS: usize = 20;
/// The largest file that is read: 100,000 rows take about 12 MB.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Brings in units, people and groups from a CSV file: all of it, or nothing.
///
/// The first line is `unit,name,role,channel,chat_id,kind`. A unit is a path such as
/// "Tỉnh / Phường / Chi bộ", made on the way; kind is person or group; a group needs no role, or has the
/// role duty if it is the duty group. An import adds and updates; it never deletes. Who has left by /roi
/// stays away.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  loa import people.csv --dry-run    what would change
  loa import people.csv              brings it in
  loa import people.csv --json       the same, as JSON")]
pub struct ImportCommand {
    /// The CSV file, in UTF-8.
    file: PathBuf,
    /// Only shows what would change.
    #[arg(long)]
    dry_run: bool,
}

/// Runs `loa import`.
///
/// # Errors
/// A file that cannot be read or is not right; a database that fails. Nothing has changed then.
pub async fn run(command: ImportCommand, desk: &Desk) -> Result<(), CommandError> {
    let rows = read(&command.file).await?;
    let report = desk.store.import(rows, command.dry_run).await?;
    if report.conflicts.is_empty() {
        return desk.show(&report, words);
    }
    Err(CommandError::User(conflicts(&report)))
}

async fn read(file: &std::path::Path) -> Result<Vec<ImportRow>, CommandError> {
    let name = file.display().to_string();
    let vars = [("file", name.as_str())];
    let unreadable = |_| CommandError::User(say("people-cli-file-unreadable", &vars));
    let size = tokio::fs::metadata(file).await.map_err(unreadable)?.len();
    if size > MOST_BYTES {
        return Err(CommandError::User(say("people-cli-file-too-large", &vars)));
    }
    let bytes = tokio::fs::read(file).await.map_err(unreadable)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| CommandError::User(say("people-cli-file-not-utf8", &vars)))?;
    import::parse(&text).map_err(|faults| {
        let mut lines = vec![say("people-cli-file-wrong", &vars)];
        lines.extend(faults.iter().take(MOST_FAULTS).map(|fault| format!("  {fault}")));
        let more = faults.len().saturating_sub(MOST_FAULTS);
        if more > 0 {
            lines.push(say("people-cli-more", &[("count", &more.to_string())]));
        }
        CommandError::User(lines.join("\n"))
    })
}

/// The command line speaks Vietnamese.
fn say(key: &str, vars: &[(&'static str, &str)]) -> String {
    Lang::Vi.say(key, vars)
}

fn conflicts(report: &ImportReport) -> String {
    let mut lines = vec![say("people-cli-conflicts", &[])];
    for conflict in report.conflicts.iter().take(MOST_FAULTS) {
        let key = if conflict.known_as == "group" { "people-cli-is-group" } else { "people-cli-is-person" };
        let vars = [("line", conflict.line.to_string()), ("chat", conflict.chat_id.clone())];
        lines.push(format!("  {}", say(key, &[(vars[0].0, &vars[0].1), (vars[1].0, &vars[1].1)])));
    }
    lines.join("\n")
}

fn words(report: &ImportReport) -> String {
    let rows = report.rows.to_string();
    let key = match (report.changes_nothing(), report.dry_run) {
        (true, _) => "people-cli-nothing",
        (false, true) => "people-cli-would",
        (false, false) => "people-cli-done",
    };
    let mut lines = vec![say(key, &[("rows", &rows)])];
    let counts = [
        ("people-cli-units", report.units_added),
        ("people-cli-people", report.people_added),
        ("people-cli-renamed", report.people_changed),
        ("people-cli-roles", report.roles_added),
        ("people-cli-groups", report.groups_bound),
        ("people-cli-unchanged", report.unchanged),
        ("people-cli-left", report.left_alone),
    ];
    for (key, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        lines.push(format!("  {}", say(key, &[("count", &count.to_string())])));
    }
    if report.dry_run && !report.changes.is_empty() {
        lines.push(String::new());
        lines.extend(report.changes.iter().map(|change| format!("  {}", change_words(change))));
        let more = report.changes_in_all().saturating_sub(report.changes.len());
        if more > 0 {
            lines.push(say("people-cli-more", &[("count", &more.to_string())]));
        }
    }
    lines.join("\n")
}

fn change_words(change: &Change) -> String {
    match change {
        Change::UnitAdded { unit } => say("people-cli-unit-added", &[("unit", unit)]),
        Change::PersonAdded { name, .. } => say("people-cli-person-added", &[("name", name)]),
        Change::PersonRenamed { from, to, .. } => {
            say("people-cli-person-renamed", &[("from", from), ("to", to)])
        }
        Change::RoleAdded { name, role, unit } => {
            let role = role_name(Lang::Vi, *role);
            say("people-cli-role-added", &[("name", name), ("role", &role), ("unit", unit)])
        }
        Change::GroupBound { title, unit, duty } => {
            let key = if *duty { "people-cli-duty-bound" } else { "people-cli-group-bound" };
            say(key, &[("title", title), ("unit", unit)])
        }
        Change::LeftAlone { name, .. } => say("people-cli-left-alone", &[("name", name)]),
    }
}
