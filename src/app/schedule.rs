//! `loa schedule`: what the calendar sends.

use std::path::PathBuf;

use chrono::{Datelike, NaiveDate};
use clap::{Args, Subcommand};

use crate::conversation::Lang;
use crate::conversation::notice::{MOST_TITLE, Planned, audience_words, kind_words, month_words};
use crate::domain::calendar::{duration_words, read_date, when_words};
use crate::domain::call::CallAfter;
use crate::domain::ids::ScheduleId;
use crate::domain::month::YearMonth;
use crate::domain::text::clean_line;
use crate::domain::time::VIETNAM;
use crate::store::notice::{NewSchedule, ScheduleLine, ScheduleRefused};

use super::call::Asked;
use super::notice::{Id, read_audience, read_remind, read_span, read_text};
use super::{CommandError, Desk, say};

/// Next runs that a listing shows.
const RUNS: usize = 3;
/// And so many where one schedule is shown.
const MORE_RUNS: usize = 5;

#[derive(Subcommand, Debug)]
pub enum ScheduleCommand {
    /// Make a schedule: its editors are asked for the text every time, or a template goes out by itself
    #[command(after_help = "\
Examples:
  loa schedule new --name 'Định hướng tháng' --cron '0 8 1 * *' --to all --confirm
  loa schedule new --name 'Giỗ Tổ' --cron '0 7 10 3 âm' --to all --text-file gio-to.txt
  loa schedule new --name 'Chào cờ' --cron '0 7 * * 1' --to 'unit:Tỉnh Mẫu/*' \\
    --title 'Chào cờ thứ Hai {ngày}' --text-file chao-co.txt --self-sending
  loa schedule new --name 'Báo cáo tháng' --cron '0 8 25W * *' --to 'unit:Tỉnh Mẫu/*; -unit:Tỉnh Mẫu' \\
    --text-file xin-bao-cao.txt --self-sending --asks file --due-after 3d
  loa schedule new --name 'Trực Tết' --cron '0 7 * * *' --to groups --until '10/02/2027'

The rule (--cron) is: minute hour day month weekday, by --zone; 1 is Monday, L the last day.
  0 8 1 * *   08:00 on the 1st of every month       0 7 * * 1   07:00 every Monday
  0 17 L * *  17:00 on the last day of the month    0 8 22 12 * 08:00 on 22 December
  With âm in the place of the weekday, day and month are those of the lunar calendar:
  0 7 10 3 âm 07:00 on Giỗ Tổ                       0 6 1,15 * âm 06:00 on every 1st and 15th
Working days and weekdays of a month:
  0 8 1W * *  the first working day                 0 17 LW * * the last one
  0 8 25W * * the 25th, or the working day before   0 8 * * 1#1 the first Monday (5#L: the last Friday)
Behind it, for what comes on days off: bỏ (not at all), trước (the working day before), sau (after);
and -3 for three days ahead:
  0 8 8 10 * trước -3

Title and text may hold {ngày} {tháng} {quý} {năm}, filled in for the run, and {tên} {đơn vị} {vai trò}, filled in
for everybody who gets it.")]
    New(Box<NewArgs>),
    /// Show one schedule with its next five runs
    #[command(after_help = "Example:\n  loa schedule show 3")]
    Show { id: i64 },
    /// List schedules with their next runs
    #[command(after_help = "Example:\n  loa schedule list")]
    List,
    /// Show a month: what goes out on which day, days off, and the first and fifteenth of the lunar months
    #[command(
        after_help = "Examples:\n  loa schedule month           this month\n  loa schedule month 12/2026"
    )]
    Month {
        #[arg(default_value = "")]
        month: String,
    },
    /// Hold a schedule; runs that pass meanwhile are not made up for
    #[command(after_help = "Example:\n  loa schedule pause 3")]
    Pause { id: i64 },
    /// Go on with a schedule that was held
    #[command(after_help = "Example:\n  loa schedule resume 3")]
    Resume { id: i64 },
    /// Delete a schedule; what it has sent stays
    #[command(after_help = "Example:\n  loa schedule delete 3")]
    Delete { id: i64 },
}

/// What a new schedule is given.
#[derive(Args, Debug)]
pub struct NewArgs {
    /// What it is called
    #[arg(long)]
    name: String,
    /// When: minute hour day month weekday
    #[arg(long, value_name = "RULE")]
    cron: String,
    /// By whose wall clock: an IANA name
    #[arg(long, value_name = "ZONE", default_value = "Asia/Ho_Chi_Minh")]
    zone: String,
    /// Who gets it; see loa notice new --help
    #[arg(long, value_name = "AUDIENCE")]
    to: String,
    /// The title, a template; the name where not given
    #[arg(long)]
    title: Option<String>,
    /// A file with the text, a template; without it the editors are asked every time
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    /// Goes before all other notices
    #[arg(long)]
    urgent: bool,
    /// Asks everybody to confirm with one tap
    #[arg(long)]
    confirm: bool,
    /// Reminds once whoever has not confirmed by then: 30m, 4h, 1d; 0 is never, and without it the
    /// configuration says when
    #[arg(long, value_name = "SPAN", requires = "confirm")]
    remind_after: Option<String>,
    /// Approves the template by this: it goes out by itself
    #[arg(long, requires = "text_file")]
    self_sending: bool,
    /// Whose editors are asked: a path or name; those at the top where not given
    #[arg(long)]
    unit: Option<String>,
    /// Every run asks every unit for an answer; see loa call new --help
    #[arg(long, requires = "due_after", conflicts_with = "remind_after")]
    asks: Option<Asked>,
    /// How long the units have, from when it comes: 5h, 3d; days end at 17:00, on a working day
    #[arg(long, value_name = "SPAN", requires = "asks")]
    due_after: Option<String>,
    /// The last day on which it comes: '31/12/2027'; it goes on where not given
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

/// Runs a command about schedules.
///
/// # Errors
/// What the user can put right; what the database gives.
pub async fn run(command: ScheduleCommand, desk: &Desk) -> Result<(), CommandError> {
    let (id, to, said) = match command {
        ScheduleCommand::New(args) => return new(*args, desk).await,
        ScheduleCommand::List => {
            let rows = desk.store.schedule_list(RUNS).await?;
            return desk.show(&rows, |rows| list_words(rows));
        }
        ScheduleCommand::Month { month } => {
            let read = YearMonth::read(&month, desk.clock.now());
            let wrong = || format!("“{month}” không phải là tháng; hãy viết như 12/2026.");
            let month = read.ok_or_else(|| CommandError::User(wrong()))?;
            let planned = desk.store.planned(month).await?;
            let words = |all: &Vec<Planned>| month_words(Lang::Vi, &desk.rules.calendar, month, all).text;
            return desk.show(&planned, words);
        }
        ScheduleCommand::Show { id } => {
            let line = find(desk, ScheduleId(id)).await?;
            return desk.show(&line, line_words);
        }
        ScheduleCommand::Pause { id } => (id, "paused", "Đã tạm dừng"),
        ScheduleCommand::Resume { id } => (id, "active", "Đã chạy lại"),
        ScheduleCommand::Delete { id } => (id, "deleted", "Đã xóa"),
    };
    allowed(desk.store.schedule_set(ScheduleId(id), to).await?)?;
    desk.show(&Id { id }, |_| format!("{said} lịch số {id}."))
}

fn allowed<T>(done: Result<T, ScheduleRefused>) -> Result<T, CommandError> {
    done.map_err(|refused| CommandError::User(refused.to_string()))
}

async fn new(args: NewArgs, desk: &Desk) -> Result<(), CommandError> {
    let NewArgs {
        name,
        cron,
        zone,
        to,
        title,
        text_file,
        urgent,
        confirm,
        remind_after,
        self_sending,
        unit,
        asks,
        due_after,
        until,
    } = args;
    let named =
        clean_line(&name, MOST_TITLE).ok_or_else(|| CommandError::User("Lịch chưa có tên.".to_owned()))?;
    let new = NewSchedule {
        title: title.and_then(|title| clean_line(&title, MOST_TITLE)).unwrap_or_else(|| named.clone()),
        name: named,
        cron,
        zone,
        audience: read_audience(&to)?,
        body: text_file.as_deref().map(read_text).transpose()?.unwrap_or_default(),
        urgent,
        confirm,
        remind_after: read_remind(desk, confirm && asks.is_none(), remind_after.as_deref())?,
        self_sending,
        unit: match unit {
            Some(unit) => Some(find_unit(desk, &unit).await?),
            None => None,
        },
        asks: match asks.zip(due_after) {
            Some((asks, span)) => Some(CallAfter { kind: asks.into(), after: read_span(&span)? }),
            None => None,
        },
        until: until.as_deref().map(|day| read_day(desk, day)).transpose()?,
    };
    let id = allowed(desk.store.schedule_new(new).await?)?;
    let line = find(desk, id).await?;
    let next: Vec<String> = line.next.iter().map(|at| when_words(*at)).collect();
    let (rule, next) = (&line.rule, next.join("\n  "));
    desk.show(&Id { id: id.0 }, |_| format!("Đã đặt lịch số {id}: {rule}. Các kỳ tới:\n  {next}"))
}

/// One schedule with its next runs.
async fn find(desk: &Desk, id: ScheduleId) -> Result<ScheduleLine, CommandError> {
    let rows = desk.store.schedule_list(MORE_RUNS).await?;
    let found = rows.into_iter().find(|row| row.id == id);
    found.ok_or_else(|| CommandError::User(ScheduleRefused::Unknown(id).to_string()))
}

fn read_day(desk: &Desk, text: &str) -> Result<NaiveDate, CommandError> {
    let day = read_date(text.trim(), desk.clock.now().in_zone(VIETNAM).date_naive());
    // Far enough from the ends of the calendar.
    let day = day.filter(|day| (1970..=9000).contains(&day.year()));
    day.ok_or_else(|| CommandError::User(format!("“{text}” không phải là ngày; hãy viết như 31/12/2027.")))
}

async fn find_unit(desk: &Desk, name: &str) -> Result<crate::domain::ids::UnitId, CommandError> {
    match desk.store.find_units(name).await?.as_slice() {
        [(id, _)] => Ok(*id),
        [] => Err(CommandError::User(format!("Không có đơn vị nào tên “{name}”."))),
        several => {
            let paths: Vec<&str> = several.iter().take(5).map(|(_, path)| path.as_str()).collect();
            let paths = paths.join("; ");
            Err(CommandError::User(format!("Có nhiều đơn vị tên “{name}”, bạn ghi cả đường dẫn: {paths}")))
        }
    }
}

fn list_words(rows: &[ScheduleLine]) -> String {
    if rows.is_empty() {
        return "Chưa có lịch nào.".to_owned();
    }
    rows.iter().map(line_words).collect::<Vec<_>>().join("\n")
}

fn line_words(row: &ScheduleLine) -> String {
    let how = match (row.state.as_str(), row.self_sending) {
        ("ended", _) => "đã kết thúc",
        ("paused", _) => "tạm dừng",
        (_, true) => "tự gửi",
        (_, false) => "hỏi người soạn",
    };
    let to = audience_words(Lang::Vi, &row.audience);
    let mut text = format!("{:>5}  {}  {}  {how}\n       Tới: {to}", row.id, row.name, row.rule);
    if let Some(call) = &row.asks {
        let vars = [("kind", &*kind_words(Lang::Vi, call.kind)), ("after", &duration_words(call.after))];
        text.push_str(&format!("\n       {}", say("call-cli-every-run", &vars)));
    }
    for at in &row.next {
        text.push_str("\n       ");
        text.push_str(&when_words(*at));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;

    use super::*;
    use crate::app::testing::Office;

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        command: ScheduleCommand,
    }

    async fn types(office: &Office, words: &[&str]) -> Result<(), CommandError> {
        let line = Line::try_parse_from([&["schedule"], words].concat()).expect("a command line");
        run(line.command, &office.desk).await
    }

    #[tokio::test]
    async fn reminders_come_when_asked_for_or_as_configured() {
        let mut office = Office::new(false).await;
        let rules =
            crate::conversation::Rules { remind_after: Duration::from_secs(7200), ..Default::default() };
        office.desk.rules = std::sync::Arc::new(rules);
        let read = |confirm, asked| read_remind(&office.desk, confirm, asked).expect("a span");
        assert_eq!(read(true, None), Some(Duration::from_secs(7200)));
        assert_eq!(read(true, Some("30m")), Some(Duration::from_secs(1800)));
        assert_eq!((read(true, Some("0")), read(false, None)), (None, None));
    }

    #[tokio::test]
    async fn a_schedule_is_made_listed_held_and_deleted() {
        let office = Office::new(false).await;
        types(&office, &["new", "--name", "Định hướng tháng", "--cron", "0 8 1 * *", "--to", "all"])
            .await
            .expect("new");
        let said = office.said();
        assert!(said.starts_with("Đã đặt lịch số 1: 08:00 ngày 1 hằng tháng. Các kỳ tới:"), "{said}");
        assert!(
            said.contains("08:00 thứ Ba 01/12/2026") && said.contains("08:00 thứ Năm 01/04/2027"),
            "{said}"
        );
        types(&office, &["list"]).await.expect("list");
        let list = office.said();
        assert!(
            list.contains("08:00 ngày 1 hằng tháng") && list.contains("08:00 thứ Sáu 01/01/2027"),
            "{list}"
        );
        let ends =
            ["new", "--name", "Năm nay", "--cron", "0 8 1 * *", "--to", "all", "--until", "31/12/2026"];
        types(&office, &ends).await.expect("new");
        office.said();
        types(&office, &["show", "2"]).await.expect("show");
        let shown = office.said();
        assert!(shown.contains("đến hết 31/12/2026") && shown.contains("01/12/2026"), "{shown}");
        assert!(!shown.contains("01/01/2027"), "{shown}");
        types(&office, &["month", "12/2026"]).await.expect("a month");
        let month = office.said();
        assert!(month.contains("T3 01 📤 08:00 Định hướng tháng; 📤 08:00 Năm nay"), "{month}");
        types(&office, &["delete", "2"]).await.expect("delete");
        types(&office, &["pause", "1"]).await.expect("pause");
        types(&office, &["list"]).await.expect("list");
        assert!(office.said().contains("tạm dừng"));
        types(&office, &["resume", "1"]).await.expect("resume");
        types(&office, &["delete", "1"]).await.expect("delete");
        office.said();
        types(&office, &["list"]).await.expect("list");
        assert_eq!(office.said(), "Chưa có lịch nào.\n");
        for (words, said) in [
            (vec!["pause", "1"], "số 1"),
            (vec!["new", "--name", "A", "--cron", "0 8 32 * *", "--to", "all"], "32"),
            (vec!["show", "9"], "số 9"),
            (vec!["month", "13/2026"], "13/2026"),
            (
                vec!["new", "--name", "A", "--cron", "0 8 1 * *", "--to", "all", "--until", "30/11/2026"],
                "không còn kỳ nào",
            ),
            (vec!["new", "--name", "A", "--cron", "0 8 1 * *", "--to", "all", "--until", "mai"], "mai"),
            (vec!["new", "--name", "A {x}", "--cron", "0 8 1 * *", "--to", "all"], "{x}"),
        ] {
            match types(&office, &words).await {
                Err(CommandError::User(text)) => assert!(text.contains(said), "{text}"),
                other => panic!("{words:?}: {other:?}"),
            }
        }
    }
}
