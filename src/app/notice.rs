//! `loa notice`: notices on the command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use serde::Serialize;

use crate::conversation::Lang;
use crate::conversation::notice::{MOST_TITLE, NewNotice, Recipient, read_duration, recipients_csv};
use crate::domain::ChannelKind;
use crate::domain::Timestamp;
use crate::domain::audience::Audience;
use crate::domain::calendar::{parse_when, when_words};
use crate::domain::ids::{NoticeId, ScheduleId};
use crate::domain::text::clean_line;
use crate::store::notice::{NoticeDetail, Refused};

use super::{CommandError, Desk};

mod files;
mod import;
mod words;

use files::read_docx_text;
pub(super) use files::{attach as attach_files, read_text};
pub(super) use words::reach_words;
use words::{detail_words, list_words, unconfirmed_words};

#[derive(Subcommand, Debug)]
pub enum NoticeCommand {
    /// Write a notice down as a draft
    #[command(after_help = "\
Examples:
  loa notice new --title 'Lịch họp' --text-file hop.txt --to 'unit:Tỉnh Mẫu/*' --confirm
  loa notice new --title 'Bão số 5' --text-file bao.txt --to all --urgent --attach ban-do.jpg
  loa notice new --schedule 3 --text-file thang-12.txt      (the text of its next run)
  loa notice new --schedule 3 --for '08:00 01/12/2026' --text-file thang-12.txt
  loa notice new --title 'Kế hoạch' --docx ke-hoach.docx --to all

A text file that ends in .md is read as Markdown (**bold**, *italic*, ~~struck~~, `code`, [words](https://address),
> quote, lists, headings), one in .docx as Word writes it; any other is plain.

Who gets it (--to), parts separated by ';', '-' takes away:
  all | groups | people | unit:Xã A | unit:Xã A/* (and below) | role:editor
  role:head@unit:Xã A/* | group:Tên nhóm | person:Lan | -unit:Xã B
  tag:Đảng viên | saved:Trưởng thôn | unconfirmed:12 (who has not confirmed notice 12)
  silent:90 (who received nothing for 90 days) | silent:90@unit:Xã A/*")]
    New {
        /// The first line, in bold
        #[arg(long, required_unless_present = "schedule")]
        title: Option<String>,
        /// A file with the text: .md, .docx, or plain; - reads standard input
        #[arg(long, value_name = "FILE", required_unless_present = "docx")]
        text_file: Option<PathBuf>,
        /// A DOCX with the text: paragraphs, bold, italic, underline, links and lists are kept
        #[arg(long, value_name = "FILE", conflicts_with = "text_file")]
        docx: Option<PathBuf>,
        /// Who gets it
        #[arg(long, value_name = "AUDIENCE", required_unless_present = "schedule")]
        to: Option<String>,
        /// The text is for a run of this schedule, which says the rest: title, who gets it, how, when
        #[arg(long, value_name = "ID", conflicts_with = "at")]
        schedule: Option<i64>,
        /// Which run of the schedule: '08:00 01/12/2026'; where not given, the one whose text was asked for, or
        /// the next
        #[arg(long = "for", value_name = "TIME", requires = "schedule")]
        run: Option<String>,
        /// Goes before all other notices
        #[arg(long)]
        urgent: bool,
        /// Asks everybody to confirm with one tap
        #[arg(long)]
        confirm: bool,
        /// Reminds once whoever has not confirmed by then: 30m, 4h, 1d; 0 is never, and without it the
        /// configuration says when
        #[arg(long, value_name = "SPAN")]
        remind_after: Option<String>,
        /// When it goes out: '07:30 01/12/2026', '8h mai'; as soon as it is sent where not given
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        at: Option<String>,
        /// A picture or document that goes with it; may be given several times
        #[arg(long, value_name = "FILE")]
        attach: Vec<PathBuf>,
    },
    /// Write a draft for every .md and .docx file of a folder that was not taken before
    #[command(after_help = "\
Examples:
  loa notice import cong-van
  loa notice import cong-van --to 'unit:Tỉnh Mẫu/*' --json

The first heading or line is the title. A .md file may say more at its beginning:
  ---
  title: Lịch họp tuần
  to: unit:Xã A/*
  urgent: có
  confirm: có
  at: 07:30 01/12/2026
  files: lich.pdf, ban-do.jpg
  ---
Files are named that lie in the same folder. A file is known again by what is in it, whatever it is called.")]
    Import {
        folder: PathBuf,
        /// Who gets what does not say so itself; see loa notice new --help
        #[arg(long, value_name = "AUDIENCE")]
        to: Option<String>,
    },
    /// List notices, newest first
    #[command(after_help = "Example:\n  loa notice list --most 10")]
    List {
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        most: u32,
    },
    /// Show one notice and how far it has come
    #[command(after_help = "Examples:\n  loa notice show 7 --recipients\n  loa notice show 7 --json")]
    Show {
        id: i64,
        /// Also everybody it was for, with what became of it
        #[arg(long)]
        recipients: bool,
    },
    /// Count whom a notice would reach now
    #[command(
        after_help = "Examples:\n  loa notice preview 7\n  loa notice preview 7 --on zalo_bot    (its messages there)"
    )]
    Preview {
        id: i64,
        /// Shows it as it is read over this channel: telegram, zalo_bot, zalo_oa, email
        #[arg(long, value_name = "CHANNEL")]
        on: Option<ChannelKind>,
    },
    /// Approve a notice, as the administrator; one with a time of its own goes out then
    #[command(after_help = "\
Examples:
  loa notice approve 7
  loa notice approve 7 --shown 3f9a0c51d2e47b68     (the code that loa notice show 7 ends with)")]
    Approve {
        id: i64,
        /// Only if it still is what was shown under this code; otherwise it is shown as it is now
        #[arg(long, value_name = "CODE")]
        shown: Option<String>,
    },
    /// Send a notice, as the administrator, approving it where it is not
    #[command(after_help = "Example:\n  loa notice send 7")]
    Send {
        id: i64,
        /// Only if it still is what was shown under this code; otherwise it is shown as it is now
        #[arg(long, value_name = "CODE")]
        shown: Option<String>,
    },
    /// Hold a notice that is going out
    #[command(after_help = "Example:\n  loa notice pause 7")]
    Pause { id: i64 },
    /// Go on with a notice that was held
    #[command(after_help = "Example:\n  loa notice resume 7")]
    Resume { id: i64 },
    /// Cancel a notice: what has not gone out does not go out
    #[command(after_help = "Example:\n  loa notice cancel 7")]
    Cancel { id: i64 },
    /// Write a new draft with the words, files, audience and settings of a notice
    #[command(after_help = "Example:\n  loa notice copy 7")]
    Copy { id: i64 },
    /// Throw a draft away, or what was returned; what is on its way or has gone out stays
    #[command(after_help = "Example:\n  loa notice discard 7")]
    Discard { id: i64 },
    /// List who has received a notice and not confirmed it, by unit
    #[command(after_help = "Example:\n  loa notice unconfirmed 7 --json")]
    Unconfirmed { id: i64 },
    /// What became of a notice: by unit, by channel, by the kind of failure, and how long people took
    #[command(after_help = "\
Examples:
  loa notice report 7
  loa notice report 7 --csv ket-qua.csv          (a line for everybody it was for)
  loa notice report 7 --picture ket-qua.png      (numbers and bars, for a telephone)")]
    Report {
        id: i64,
        /// Also writes everybody it was for into this file, with what became of it
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
        /// Also draws it into this file, a PNG
        #[arg(long, value_name = "FILE")]
        picture: Option<PathBuf>,
    },
    /// Send a notice again to those alone whom it did not reach, over another channel where they have one
    #[command(after_help = "Example:\n  loa notice resend 7")]
    Resend { id: i64 },
}

/// What was written down or moved on.
#[derive(Serialize)]
pub(super) struct Id {
    pub id: i64,
}

/// A notice that goes out again, and to how many.
#[derive(Serialize)]
struct Resent {
    id: i64,
    count: i64,
}

/// Runs a command about notices.
///
/// # Errors
/// What the user can put right; what the database gives.
pub async fn run(command: NoticeCommand, desk: &Desk) -> Result<(), CommandError> {
    let store = &desk.store;
    match command {
        NoticeCommand::New { .. } => new(command, desk).await,
        NoticeCommand::Import { folder, to } => import::import(desk, &folder, to.as_deref()).await,
        NoticeCommand::List { most } => {
            let rows = store.notice_list(usize::try_from(most).unwrap_or(usize::MAX)).await?;
            desk.show(&rows, |rows| list_words(rows))
        }
        NoticeCommand::Show { id, recipients } => show(desk, NoticeId(id), recipients).await,
        NoticeCommand::Preview { id, on: Some(channel) } => {
            let parts = allowed(store.notice_on(NoticeId(id), channel).await?)?;
            let parts: Vec<String> = parts.into_iter().map(|part| part.in_words().text).collect();
            desk.show(&parts, |parts| parts.join("\n\n────────\n\n"))
        }
        NoticeCommand::Preview { id, on: None } => {
            let reach = allowed(store.notice_preview(NoticeId(id)).await?)?;
            desk.show(&reach, reach_words)
        }
        NoticeCommand::Approve { id, shown } => {
            match shown {
                Some(shown) => decide(desk, NoticeId(id), &shown, false).await.map(|_| ())?,
                None => allowed(store.notice_approve(NoticeId(id)).await?)?,
            }
            desk.show(&Id { id }, |_| format!("Đã duyệt thông báo số {id}."))
        }
        NoticeCommand::Send { id, shown } => {
            let at = match shown {
                Some(shown) => decide(desk, NoticeId(id), &shown, true).await?.unwrap_or_default(),
                None => allowed(store.notice_send(NoticeId(id)).await?)?,
            };
            let when = if at > desk.clock.now() { when_words(at) } else { "ngay bây giờ".to_owned() };
            desk.show(&Id { id }, |_| format!("Thông báo số {id} sẽ gửi {when}."))
        }
        NoticeCommand::Pause { id } => {
            allowed(store.notice_pause(NoticeId(id)).await?)?;
            desk.show(&Id { id }, |_| format!("Đã tạm dừng thông báo số {id}."))
        }
        NoticeCommand::Resume { id } => {
            allowed(store.notice_resume(NoticeId(id)).await?)?;
            desk.show(&Id { id }, |_| format!("Đang gửi tiếp thông báo số {id}."))
        }
        NoticeCommand::Cancel { id } => {
            allowed(store.notice_cancel(NoticeId(id)).await?)?;
            desk.show(&Id { id }, |_| format!("Đã hủy thông báo số {id}."))
        }
        NoticeCommand::Copy { id } => {
            let copy = allowed(store.notice_copy(NoticeId(id)).await?)?.0;
            desk.show(&Id { id: copy }, |_| format!("Đã chép thông báo số {id} thành bản nháp số {copy}."))
        }
        NoticeCommand::Discard { id } => {
            allowed(store.notice_discard(NoticeId(id)).await?)?;
            desk.show(&Id { id }, |_| format!("Đã bỏ bản nháp số {id}."))
        }
        NoticeCommand::Report { id, csv, picture } => {
            report(desk, NoticeId(id), csv.as_deref(), picture.as_deref()).await
        }
        NoticeCommand::Resend { id } => {
            let count = allowed(store.notice_resend(NoticeId(id)).await?)?;
            desk.show(&Resent { id, count }, |sent| match sent.count {
                0 => "Không còn nơi nào gửi lại được.".to_owned(),
                count => format!("Đang gửi lại cho {count} nơi chưa nhận được."),
            })
        }
        NoticeCommand::Unconfirmed { id } => {
            allowed(store.notice_show(NoticeId(id)).await?)?;
            let units = store.notice_unconfirmed(NoticeId(id)).await?;
            desk.show(&units, |units| unconfirmed_words(units))
        }
    }
}

/// Approves or sends what was shown. If it was changed since, it is shown as it is now, and nothing is done.
async fn decide(
    desk: &Desk,
    id: NoticeId,
    shown: &str,
    send: bool,
) -> Result<Option<Timestamp>, CommandError> {
    match desk.store.notice_decide(id, shown, send).await? {
        Err(refused @ Refused::Changed(_)) => {
            let notice = allowed(desk.store.notice_show(id).await?)?;
            Err(user(format!("{refused} Bản lúc này:\n\n{}", detail_words(&notice).join("\n"))))
        }
        done => allowed(done),
    }
}

/// A refusal is the user's to put right.
pub(super) fn allowed<T>(done: Result<T, Refused>) -> Result<T, CommandError> {
    done.map_err(|refused| CommandError::User(refused.to_string()))
}

fn user(text: impl Into<String>) -> CommandError {
    CommandError::User(text.into())
}

async fn new(command: NoticeCommand, desk: &Desk) -> Result<(), CommandError> {
    let NoticeCommand::New {
        title,
        text_file,
        docx,
        to,
        schedule,
        run,
        urgent,
        confirm,
        remind_after,
        at,
        attach,
    } = command
    else {
        return Ok(());
    };
    let now = desk.clock.now();
    let mut notice = match schedule {
        Some(schedule) => run_of(desk, ScheduleId(schedule), run.as_deref()).await?,
        None => NewNotice::default(),
    };
    if let Some(title) = title {
        notice.title = clean_line(&title, MOST_TITLE).ok_or_else(|| user("Thông báo chưa có tiêu đề."))?;
    }
    if let Some(to) = to {
        notice.audience = read_audience(&to)?;
    }
    if let Some(at) = at {
        notice.send_at = Some(read_time(&at, now)?);
    }
    notice.body = match (docx, text_file) {
        (Some(docx), _) => read_docx_text(&docx)?,
        (None, Some(text)) => read_text(&text)?,
        // One of them is required.
        (None, None) => return Err(user("Thông báo chưa có nội dung.")),
    };
    notice.urgent |= urgent;
    notice.confirm |= confirm;
    match remind_after {
        Some(_) if !notice.confirm => {
            return Err(user("Muốn nhắc (--remind-after) thì thông báo cần nút xác nhận (--confirm)."));
        }
        // A run of a schedule reminds as the schedule says.
        None if schedule.is_some() => {}
        after => notice.remind_after = read_remind(desk, notice.confirm, after.as_deref())?,
    }
    files::attach(desk, &mut notice, &attach).await?;
    let id = allowed(desk.store.notice_new(notice).await?)?;
    desk.show(&Id { id: id.0 }, |_| {
        format!("Đã ghi thông báo số {id}. Xem trước: loa notice preview {id}; gửi: loa notice send {id}")
    })
}

/// The notice of a run of a schedule, without its text.
async fn run_of(desk: &Desk, schedule: ScheduleId, run: Option<&str>) -> Result<NewNotice, CommandError> {
    let now = desk.clock.now();
    // A run that was asked for may have passed: a date says which.
    let read = |run| read_time(run, now).or_else(|wrong| read_time(run, Timestamp(0)).map_err(|_| wrong));
    let at = run.map(read).transpose()?;
    let found = desk.store.schedule_run(schedule, at).await?;
    found.map_err(|refused| user(refused.to_string()))
}

pub(super) fn read_audience(text: &str) -> Result<String, CommandError> {
    let audience: Audience = text.parse().map_err(|wrong| user(format!("Người nhận: {wrong}.")))?;
    Ok(audience.to_string())
}

pub(super) fn read_span(text: &str) -> Result<Duration, CommandError> {
    read_duration(text).ok_or_else(|| user(format!("Chưa hiểu “{text}”; hãy viết như 30m, 4h hoặc 1d.")))
}

/// When those are reminded who have not confirmed: as asked, or as the configuration says; `0` is never.
pub(super) fn read_remind(
    desk: &Desk,
    confirm: bool,
    asked: Option<&str>,
) -> Result<Option<Duration>, CommandError> {
    match asked {
        _ if !confirm => Ok(None),
        None => Ok(Some(desk.rules.remind_after)),
        Some("0") => Ok(None),
        Some(span) => read_span(span).map(Some),
    }
}

pub(super) fn read_time(text: &str, now: Timestamp) -> Result<Timestamp, CommandError> {
    parse_when(text, now).map_err(|wrong| user(format!("Thời điểm gửi: {wrong}.")))
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    notice: NoticeDetail,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipients: Option<Vec<Recipient>>,
}

async fn show(desk: &Desk, id: NoticeId, recipients: bool) -> Result<(), CommandError> {
    let notice = allowed(desk.store.notice_show(id).await?)?;
    let recipients = if recipients { Some(desk.store.notice_recipients(id).await?) } else { None };
    desk.show(&Shown { notice, recipients }, |shown| {
        let mut lines = detail_words(&shown.notice);
        for one in shown.recipients.iter().flatten() {
            let unit = one.unit.as_deref().unwrap_or("–");
            let why = one.reason.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
            lines.push(format!("  {}  {}  {}{why}", one.outcome(Lang::Vi), one.chat, unit));
        }
        lines.join("\n")
    })
}

async fn report(
    desk: &Desk,
    id: NoticeId,
    csv: Option<&Path>,
    picture: Option<&Path>,
) -> Result<(), CommandError> {
    let report = allowed(desk.store.notice_report(id).await?)?;
    let write = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes)
            .map_err(|error| user(format!("Không ghi được tệp {}: {error}.", path.display())))
    };
    if let Some(path) = csv {
        write(path, recipients_csv(Lang::Vi, &desk.store.notice_recipients(id).await?).as_bytes())?;
    }
    if let Some(path) = picture {
        let png = report.picture(Lang::Vi, desk.clock.now());
        write(path, &png.map_err(anyhow::Error::from)?)?;
    }
    desk.show(&report, |report| report.says(Lang::Vi).text)
}

#[cfg(test)]
mod tests;
