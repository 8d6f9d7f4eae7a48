//! `loa import`: units, people and groups from a list.

use std::path::PathBuf;

use crate::conversation::Lang;
use crate::conversation::people::role_name;
use crate::domain::import::{self, Fault, ImportRow, Problem};
use crate::domain::unit::PathError;
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
    let text =
        String::from_utf8(bytes).map_err(|_| CommandError::User(say("people-cli-file-not-utf8", &vars)))?;
    import::parse(&text).map_err(|faults| {
        let mut lines = vec![say("people-cli-file-wrong", &vars)];
        lines.extend(faults.iter().take(MOST_FAULTS).map(|fault| format!("  {}", fault_words(fault))));
        let more = faults.len().saturating_sub(MOST_FAULTS);
        if more > 0 {
            lines.push(say("people-cli-more", &[("count", &more.to_string())]));
        }
        CommandError::User(lines.join("\n"))
    })
}

/// `dòng 7, cột role: …`
fn fault_words(fault: &Fault) -> String {
    let (key, value) = match &fault.problem {
        Problem::Header => ("people-cli-wrong-header", import::COLUMNS.join(",")),
        Problem::Columns(count) => ("people-cli-wrong-columns", count.to_string()),
        Problem::Unreadable => ("people-cli-wrong-csv", String::new()),
        Problem::Missing | Problem::Path(PathError::NoName) => ("people-cli-wrong-missing", String::new()),
        Problem::TooLong | Problem::Path(PathError::LongName) => ("people-cli-wrong-long", String::new()),
        Problem::Path(PathError::TooDeep) => ("people-cli-wrong-deep", String::new()),
        Problem::Role(text) => ("people-cli-wrong-role", text.clone()),
        Problem::GroupRole(text) => ("people-cli-wrong-group-role", text.clone()),
        Problem::Channel(text) => ("people-cli-wrong-channel", text.clone()),
        Problem::Kind(text) => ("people-cli-wrong-kind", text.clone()),
        Problem::ChatId(text) => ("people-cli-wrong-chat", text.clone()),
        Problem::Contradicts(line) => ("people-cli-wrong-twice", line.to_string()),
    };
    let what = say(key, &[("value", &value)]);
    let line = fault.line.to_string();
    match fault.column {
        Some(column) => say("people-cli-at-column", &[("line", &line), ("column", column), ("what", &what)]),
        None => say("people-cli-at-line", &[("line", &line), ("what", &what)]),
    }
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
        ("people-cli-moved", report.groups_moved),
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
        Change::GroupMoved { title, .. } => say("people-cli-group-moved", &[("title", title)]),
        Change::LeftAlone { name, .. } => say("people-cli-left-alone", &[("name", name)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Office;

    const LIST: &str = "unit,name,role,channel,chat_id,kind
Tỉnh Mường Lam / Phường Bình Minh,\"Chị Lan, văn hóa\",staff,telegram,11,person
Tỉnh Mường Lam,Nhóm trực,duty,telegram,-12,group
";

    async fn import(office: &Office, text: &str, dry_run: bool) -> Result<String, CommandError> {
        let file = office.file("people.csv", text);
        run(ImportCommand { file, dry_run }, &office.desk).await?;
        Ok(office.said())
    }

    #[tokio::test]
    async fn a_list_is_shown_as_a_difference_and_then_brought_in() {
        let office = Office::new(false).await;
        let look = import(&office, LIST, true).await.expect("a look");
        assert!(look.contains("chưa thay đổi gì") && look.contains("+ Chị Lan, văn hóa: cán bộ"), "{look}");
        assert!(look.contains("+ nhóm trực Nhóm trực → Tỉnh Mường Lam"), "{look}");
        assert!(office.desk.store.units().await.expect("units").is_empty());
        let done = import(&office, LIST, false).await.expect("an import");
        assert!(done.contains("Đã nhập 2 dòng") && done.contains("thêm 2 đơn vị"), "{done}");
        let again = import(&office, LIST, false).await.expect("an import");
        assert!(again.contains("không có gì thay đổi"), "{again}");
    }

    #[tokio::test]
    async fn a_file_that_is_not_right_changes_nothing_and_says_where() {
        let office = Office::new(false).await;
        let wrong = format!("{LIST}Tỉnh Mường Lam,Anh Hải,sếp,telegram,13,person\n");
        let error = import(&office, &wrong, false).await.expect_err("a fault");
        let CommandError::User(text) = error else { panic!("the user's fault: {error}") };
        assert!(text.contains("dòng 4, cột role: “sếp”"), "{text}");
        assert!(office.desk.store.people(None).await.expect("people").is_empty());
        let error = run(ImportCommand { file: "/not/there".into(), dry_run: false }, &office.desk).await;
        assert!(matches!(error, Err(CommandError::User(_))));
    }

    #[tokio::test]
    async fn the_difference_is_json_where_asked_for() {
        let office = Office::new(true).await;
        let text = import(&office, LIST, true).await.expect("a look");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((json["people_added"].as_i64(), json["dry_run"].as_bool()), (Some(1), Some(true)));
    }
}
