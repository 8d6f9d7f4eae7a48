//! `loa incident`: cases on the command line.

use clap::Subcommand;

use crate::conversation::incident::ListRow;
use crate::conversation::incident::card::{self, state_words};
use crate::conversation::{Lang, incident};
use crate::domain::Timestamp;
use crate::domain::incident::Move;
use crate::store::incident::Shown;

use super::{CommandError, Desk};

#[derive(Subcommand, Debug)]
pub enum IncidentCommand {
    /// List cases, oldest first
    #[command(after_help = "Examples:
  loa incident list --open
  loa incident list --unit 'Phường Sông Hiến' --json")]
    List {
        /// Only cases that are not settled, rejected or merged
        #[arg(long)]
        open: bool,
        /// Only cases of this unit and the units below it: its name, or its path 'Tỉnh / Phường'
        #[arg(long, value_name = "UNIT")]
        unit: Option<String>,
    },
    /// Show one case with its history
    #[command(after_help = "Examples:
  loa incident show ML-2026-0042
  loa incident show ML-2026-0042 --json")]
    Show {
        /// The case code
        code: String,
    },
}

/// Runs a command about cases.
///
/// # Errors
/// A unit or a case that does not exist; what the database gives.
pub async fn run(command: IncidentCommand, desk: &Desk) -> Result<(), CommandError> {
    match command {
        IncidentCommand::List { open, unit } => list(desk, open, unit.as_deref()).await,
        IncidentCommand::Show { code } => show(desk, &code).await,
    }
}

async fn list(desk: &Desk, open: bool, unit: Option<&str>) -> Result<(), CommandError> {
    let unit = match unit {
        None => None,
        Some(name) => match desk.store.units_called(name).await?.as_slice() {
            [(id, _)] => Some(*id),
            [] => return Err(CommandError::User(format!("Không có đơn vị nào tên “{name}”."))),
            several => {
                let paths: Vec<&str> = several.iter().map(|(_, path)| path.as_str()).collect();
                let paths = paths.join("; ");
                let said = format!("Có nhiều đơn vị tên “{name}”, bạn ghi cả đường dẫn: {paths}");
                return Err(CommandError::User(said));
            }
        },
    };
    let rows = desk.store.list_incidents(open, unit).await?;
    let now = desk.clock.now();
    desk.show(&rows, |rows| lines(rows, now))
}

fn lines(rows: &[ListRow], now: Timestamp) -> String {
    if rows.is_empty() {
        return "Chưa có vụ việc nào.".to_owned();
    }
    let line = |row: &ListRow| {
        let category = row.category.as_deref().unwrap_or("chưa rõ");
        let overdue = if row.is_overdue(now) { "  QUÁ HẠN" } else { "" };
        let first = card::shorten(row.text.lines().next().unwrap_or_default(), 60);
        let state = state_words(row.state, Lang::Vi);
        format!(
            "{}  {}  {category}  {}  {state}{overdue}\n    {first}",
            row.code,
            row.created_at.short(),
            row.unit
        )
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn show(desk: &Desk, code: &str) -> Result<(), CommandError> {
    let not_found = || CommandError::User(format!("Không có vụ việc nào mang mã “{code}”."));
    let code = incident::read_code(code, &desk.rules, desk.clock.now()).ok_or_else(not_found)?;
    let shown = desk.store.show_incident(&code).await?.ok_or_else(not_found)?;
    desk.show(&shown, in_words)
}

fn in_words(case: &Shown) -> String {
    let mut out = vec![
        format!("{}  {}", case.code, state_words(case.state, Lang::Vi)),
        format!("Loại: {}", case.category.as_deref().unwrap_or("chưa rõ")),
        format!("Đơn vị: {}", if case.unit_known { &case.unit } else { "chưa rõ" }),
    ];
    let mut add = |label: &str, value: Option<&String>| {
        if let Some(value) = value {
            out.push(format!("{label}: {value}"));
        }
    };
    add("Nơi", case.place.as_ref());
    add("Trực ban", case.holder.as_ref());
    add("Đã chuyển tới", case.forwarded_to.as_ref());
    add("Gộp vào", case.merged_into.as_ref());
    add("Đang hỏi", case.question.as_ref());
    add("Kết quả", case.result.as_ref());
    let mut reporters = case.reporters.clone();
    if case.hidden_reporters > 0 {
        reporters.push(format!("{} người không nêu tên", case.hidden_reporters));
    }
    if reporters.is_empty() {
        reporters.push("không còn lưu".to_owned());
    }
    out.push(format!("Người báo: {}", reporters.join(", ")));
    out.push(format!("Báo lúc {}, hạn {}", case.created_at.short(), case.due_at.short()));
    if let Some((what, until)) = case.awaits.zip(case.awaited_until) {
        let label = if what == "answer" {
            "Cần người nhận trước"
        } else {
            "Cần tin tiến độ trước"
        };
        out.push(format!("{label}: {}", until.short()));
    }
    out.push(format!("Ảnh: {}", case.photos.len()));
    if !case.documents.is_empty() {
        out.push(format!("Tài liệu: {}", case.documents.join(", ")));
    }
    out.push(String::new());
    out.push(case.text.clone());
    out.push(String::new());
    for step in &case.steps {
        let what = match step.movement.as_str() {
            "open" => "gửi báo nhanh".to_owned(),
            movement => Lang::Vi.say(&format!("incident-move-{movement}"), &[]),
        };
        let reporters = step.hidden
            || step.movement == "open"
            || Move::from_code(&step.movement).is_some_and(Move::is_of_a_reporter);
        let who = step.who.as_deref().unwrap_or(if reporters { "người báo" } else { "loa" });
        let text = if step.text.is_empty() { String::new() } else { format!(": {}", step.text) };
        out.push(format!("{}  {who} {what}{text}", step.at.short()));
    }
    out.join("\n")
}
