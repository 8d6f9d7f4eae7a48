//! `loa meeting`: calls to meetings on the command line.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use crate::conversation::Lang;
use crate::conversation::notice::meeting::{Room, attendance_csv, attendance_words};
use crate::conversation::notice::{MOST_TITLE, NewNotice};
use crate::domain::calendar::when_words;
use crate::domain::ids::NoticeId;
use crate::domain::meeting::{Meeting, Plan, Times, read_place};
use crate::domain::text::clean_line;
use crate::domain::{Rich, Timestamp};
use crate::store::notice::{Attendance, MeetingLine};

use super::notice::{Id, allowed, attach_files, read_audience, read_text, read_time};
use super::{CommandError, Desk};

#[derive(Subcommand, Debug)]
pub enum MeetingCommand {
    /// Write a call to a meeting down as a draft; loa notice send sends it
    #[command(after_help = "\
Examples:
  loa meeting call --title 'Họp giao ban' --when '08:00 07/12/2026' --place 'Hội trường tỉnh' --to all
  loa meeting call --title 'Tập huấn' --when '8h - 11h30 thứ năm' --place 'Phòng 2' --to 'role:editor' \\
      --text-file noi-dung.txt --attach tai-lieu.pdf

Whoever is called answers with one tap: coming, away (why), or who comes instead. They are reminded a day and an
hour before, and get a file for their calendar.")]
    Call {
        /// What the meeting is called
        #[arg(long)]
        title: String,
        /// From when to when: '08:00 07/12/2026', '8h - 11h30 mai'
        #[arg(long, value_name = "TIME")]
        when: String,
        #[arg(long)]
        place: String,
        /// Who is called; see loa notice new --help
        #[arg(long, value_name = "AUDIENCE")]
        to: String,
        /// A file with what it is about: .md, .docx, or plain; - reads standard input
        #[arg(long, value_name = "FILE")]
        text_file: Option<PathBuf>,
        /// Goes before all other notices
        #[arg(long)]
        urgent: bool,
        /// When the call goes out; as soon as it is sent where not given
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// A document that goes along; may be given several times
        #[arg(long, value_name = "FILE")]
        attach: Vec<PathBuf>,
    },
    /// List the meetings that are to come, and how many have answered
    #[command(after_help = "Example:\n  loa meeting list --json")]
    List {
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        most: u32,
    },
    /// Show who comes, by unit
    #[command(after_help = "Examples:\n  loa meeting who 7\n  loa meeting who 7 --csv du-hop.csv")]
    Who {
        id: i64,
        /// Also writes it into this file, as a table
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
    },
    /// Change time or place, as the administrator; whoever was called is told, and asked anew where the time is another
    #[command(after_help = "\
Examples:
  loa meeting change 7 --when '14:00 07/12/2026'
  loa meeting change 7 --place 'Phòng họp số 2'")]
    Change {
        id: i64,
        /// From when to when
        #[arg(long, value_name = "TIME", required_unless_present = "place")]
        when: Option<String>,
        #[arg(long)]
        place: Option<String>,
    },
    /// Cancel a meeting, as the administrator; whoever was called is told
    #[command(after_help = "Example:\n  loa meeting cancel 7")]
    Cancel { id: i64 },
    /// Write the meeting as calendars read it (.ics)
    #[command(after_help = "Examples:\n  loa meeting ics 7 --file hop.ics\n  loa meeting ics 7 > hop.ics")]
    Ics {
        id: i64,
        /// Where to; standard output where not given
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// The event of a meeting.
#[derive(Serialize)]
struct Event {
    id: i64,
    ics: String,
}

/// Runs a command about meetings.
///
/// # Errors
/// What the user can put right; what the database gives.
pub async fn run(command: MeetingCommand, desk: &Desk) -> Result<(), CommandError> {
    let store = &desk.store;
    match command {
        MeetingCommand::Call { .. } => call(command, desk).await,
        MeetingCommand::List { most } => {
            let rows = store.meeting_list(usize::try_from(most).unwrap_or(usize::MAX)).await?;
            desk.show(&rows, |rows| list_words(rows))
        }
        MeetingCommand::Who { id, csv } => who(desk, NoticeId(id), csv.as_deref()).await,
        MeetingCommand::Change { id, when, place } => {
            change(desk, NoticeId(id), when.as_deref(), place.as_deref()).await
        }
        MeetingCommand::Cancel { id } => {
            allowed(store.meeting_plan(NoticeId(id)).await?)?;
            allowed(store.notice_cancel(NoticeId(id)).await?)?;
            desk.show(&Id { id }, |_| format!("Đã hủy cuộc họp số {id}. Ai đã nhận giấy mời sẽ được báo."))
        }
        MeetingCommand::Ics { id, file } => {
            let ics = allowed(store.meeting_event(NoticeId(id)).await?)?;
            match file {
                Some(path) => {
                    write(&path, &ics)?;
                    desk.show(&Id { id }, |_| format!("Đã ghi {}.", path.display()))
                }
                None => desk.show(&Event { id, ics }, |event| event.ics.trim_end_matches('\n').to_owned()),
            }
        }
    }
}

fn user(text: impl Into<String>) -> CommandError {
    CommandError::User(text.into())
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    std::fs::write(path, text)
        .map_err(|error| user(format!("Không ghi được tệp {}: {error}.", path.display())))
}

fn times(text: &str, now: Timestamp) -> Result<Times, CommandError> {
    Times::read(text, now).map_err(|wrong| user(format!("Giờ họp: {wrong}.")))
}

fn place(text: &str) -> Result<String, CommandError> {
    read_place(text).ok_or_else(|| user("Chưa ghi nơi họp."))
}

async fn call(command: MeetingCommand, desk: &Desk) -> Result<(), CommandError> {
    let MeetingCommand::Call { title, when, place: at_place, to, text_file, urgent, at, attach } = command
    else {
        return Ok(());
    };
    let now = desk.clock.now();
    let plan = Plan { times: Some(times(&when, now)?), place: Some(place(&at_place)?) };
    let mut notice = NewNotice {
        title: clean_line(&title, MOST_TITLE).ok_or_else(|| user("Cuộc họp chưa có tên."))?,
        body: text_file.as_deref().map(read_text).transpose()?.unwrap_or_else(Rich::new),
        audience: read_audience(&to)?,
        urgent,
        confirm: true,
        send_at: at.map(|at| read_time(&at, now)).transpose()?,
        meeting: Some(plan),
        ..NewNotice::default()
    };
    attach_files(desk, &mut notice, &attach).await?;
    let id = allowed(desk.store.notice_new(notice).await?)?;
    desk.show(&Id { id: id.0 }, |_| {
        format!("Đã ghi giấy mời họp số {id}. Xem trước: loa notice preview {id}; gửi: loa notice send {id}")
    })
}

async fn change(
    desk: &Desk,
    id: NoticeId,
    when: Option<&str>,
    to_place: Option<&str>,
) -> Result<(), CommandError> {
    let now = desk.clock.now();
    let plan = allowed(desk.store.meeting_plan(id).await?)?;
    let changed = Plan {
        times: when.map(|when| times(when, now)).transpose()?.or(plan.times),
        place: to_place.map(place).transpose()?.or(plan.place),
    };
    let meeting = changed.meeting().ok_or_else(|| user("Cuộc họp chưa có giờ hoặc nơi họp: ghi cả hai."))?;
    let said: Meeting = meeting.clone();
    allowed(desk.store.meeting_change(id, meeting).await?)?;
    desk.show(&Id { id: id.0 }, |_| {
        format!("Đã đổi cuộc họp số {id}: {}. Ai đã nhận giấy mời sẽ được báo.", said.line())
    })
}

async fn who(desk: &Desk, id: NoticeId, csv: Option<&Path>) -> Result<(), CommandError> {
    let attendance: Attendance = allowed(desk.store.meeting_attendance(id).await?)?;
    if let Some(path) = csv {
        write(path, &attendance_csv(Lang::Vi, &attendance.people))?;
    }
    desk.show(&attendance, |all| {
        attendance_words(Lang::Vi, &all.title, &all.told.meeting(), &all.people, Room::ALL).text
    })
}

fn list_words(rows: &[MeetingLine]) -> String {
    if rows.is_empty() {
        return "Chưa có cuộc họp nào sắp tới.".to_owned();
    }
    let line = |row: &MeetingLine| {
        format!(
            "{:>5}  {}  {}  dự {}, thay {}, vắng {}  {} – {}",
            row.id,
            when_words(row.told.starts_at),
            row.state.label(),
            row.coming,
            row.stand_in,
            row.away,
            row.title,
            row.told.place
        )
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
