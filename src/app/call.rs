//! `loa call`: notices that ask every unit for an answer by a date.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use crate::conversation::Lang;
use crate::conversation::notice::{
    CallResult, MOST_TITLE, NewNotice, Standing, kind_words, late_words, result_csv, result_words,
};
use crate::document::{Archive, ArchiveError};
use crate::domain::calendar::when_words;
use crate::domain::call::{CallForInput, CallKind, read_due};
use crate::domain::ids::NoticeId;
use crate::domain::text::clean_line;
use crate::store::notice::CallListed;

use super::notice::{Id, allowed, attach_files, read_audience, read_text, read_time};
use super::{CommandError, Desk, say};

/// What every unit is asked for
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Asked {
    /// An answer in words
    Text,
    /// A number
    Number,
    /// Documents or photos
    File,
}

impl From<Asked> for CallKind {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Text => Self::Text,
            Asked::Number => Self::Number,
            Asked::File => Self::File,
        }
    }
}

#[derive(Subcommand, Debug)]
pub enum CallCommand {
    /// Write a notice down that asks every unit it is for; it goes out with loa notice send
    #[command(after_help = "\
Examples:
  loa call new --title 'Báo cáo tháng 11' --text-file xin.txt --to 'unit:Tỉnh Mẫu/*; -unit:Tỉnh Mẫu' \\
    --asks file --due '16:00 27/11/2026' --attach mau.docx
  loa call new --title 'Số hộ nghèo' --text-file xin.txt --to all --asks number --due 27/11/2026

Asked are the units of all who get it; one answer of a unit is enough. Who has not answered is reminded a working
day ahead and when it is over. A date alone is due at 17:00.")]
    New {
        /// The first line, in bold
        #[arg(long)]
        title: String,
        /// A file with the text: .md, .docx, or plain; - reads standard input
        #[arg(long, value_name = "FILE")]
        text_file: PathBuf,
        /// Who gets it; see loa notice new --help
        #[arg(long, value_name = "AUDIENCE")]
        to: String,
        /// What every unit answers with
        #[arg(long)]
        asks: Asked,
        /// Until when; later answers are taken, and marked
        #[arg(long, value_name = "TIME")]
        due: String,
        /// Goes before all other notices
        #[arg(long)]
        urgent: bool,
        /// When it goes out: '07:30 01/12/2026', '8h mai'; as soon as it is sent where not given
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        at: Option<String>,
        /// A picture or document that goes with it, such as a form; may be given several times
        #[arg(long, value_name = "FILE")]
        attach: Vec<PathBuf>,
    },
    /// List calls, newest first
    #[command(after_help = "Example:\n  loa call list --most 10")]
    List {
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        most: u32,
    },
    /// Show how many have answered, and who has not
    #[command(after_help = "Example:\n  loa call status 12")]
    Status { id: i64 },
    /// Write what every unit answered: as CSV, or with --json as JSON
    #[command(after_help = "Examples:\n  loa call table 12 > bang.csv\n  loa call table 12 --json")]
    Table { id: i64 },
    /// Write all files that came in into one zip, named by unit, with the table
    #[command(after_help = "Example:\n  loa call archive 12 bao-cao-11.zip")]
    Archive { id: i64, file: PathBuf },
    /// Show which units answer late or not at all, of the latest calls that are over
    #[command(after_help = "Example:\n  loa call late --json")]
    Late,
}

/// An archive that was written.
#[derive(Serialize)]
struct Written {
    files: usize,
}

/// How units stood in the latest calls.
#[derive(Serialize)]
struct Late {
    calls: usize,
    units: Vec<Standing>,
}

/// Runs a command about calls.
///
/// # Errors
/// What the user can put right; what the database gives.
pub async fn run(command: CallCommand, desk: &Desk) -> Result<(), CommandError> {
    let store = &desk.store;
    match command {
        CallCommand::New { .. } => new(command, desk).await,
        CallCommand::List { most } => {
            let rows = store.call_list(usize::try_from(most).unwrap_or(usize::MAX)).await?;
            desk.show(&rows, |rows| list_words(rows))
        }
        CallCommand::Status { id } => {
            let result = allowed(store.call_result(NoticeId(id)).await?)?;
            desk.show(&result, |result| result_words(Lang::Vi, result, &say("call-head", &[])).text)
        }
        CallCommand::Table { id } => {
            let result = allowed(store.call_result(NoticeId(id)).await?)?;
            desk.show(&result, |result| {
                result_csv(Lang::Vi, result, &table_name(result)).trim_end().to_owned()
            })
        }
        CallCommand::Archive { id, file } => archive(desk, NoticeId(id), &file).await,
        CallCommand::Late => {
            let (calls, units) = store.call_standings().await?;
            desk.show(&Late { calls, units }, |late| late_words(Lang::Vi, late.calls, &late.units).text)
        }
    }
}

async fn new(command: CallCommand, desk: &Desk) -> Result<(), CommandError> {
    let CallCommand::New { title, text_file, to, asks, due, urgent, at, attach } = command else {
        return Ok(());
    };
    let now = desk.clock.now();
    let user = CommandError::User;
    let due = read_due(&due, now).map_err(|_| user(say("call-cli-due", &[("text", &due)])))?;
    let call = CallForInput { kind: asks.into(), due };
    let send_at = at.map(|at| read_time(&at, now)).transpose()?;
    if !call.fits(send_at.map_or(now, |at| at.max(now))) {
        return Err(user(say("call-due-does-not-fit", &[])));
    }
    let mut notice = NewNotice {
        title: clean_line(&title, MOST_TITLE).ok_or_else(|| user(say("call-cli-title", &[])))?,
        body: read_text(&text_file)?,
        audience: read_audience(&to)?,
        urgent,
        // Whoever answers has received it.
        confirm: true,
        send_at,
        asks: Some(call),
        ..NewNotice::default()
    };
    attach_files(desk, &mut notice, &attach).await?;
    let id = allowed(desk.store.notice_new(notice).await?)?;
    let vars = [("id", &*id.to_string()), ("when", &when_words(due))];
    desk.show(&Id { id: id.0 }, |_| say("call-cli-new", &vars))
}

fn table_name(result: &CallResult) -> String {
    say("call-table-file", &[("id", &result.notice.to_string())])
}

/// Everything that came in, in one file: a blob at a time, so that it may be as large as the disk.
async fn archive(desk: &Desk, id: NoticeId, path: &Path) -> Result<(), CommandError> {
    let result = allowed(desk.store.call_result(id).await?)?;
    let table = table_name(&result);
    let unwritten = |error: ArchiveError| {
        let vars = [("file", &*path.display().to_string()), ("why", &error.to_string())];
        CommandError::User(say("call-cli-unwritten", &vars))
    };
    // What is there is not written over.
    let file = File::create_new(path).map_err(|error| unwritten(error.into()))?;
    let mut archive = Archive::new(file);
    archive.add(&table, result_csv(Lang::Vi, &result, &table).as_bytes()).map_err(unwritten)?;
    let mut files = 0;
    for (name, file) in result.files(&table).into_iter().flatten() {
        let Some(sha256) = &file.sha256 else { continue };
        let Some((bytes, _)) = desk.store.blob(sha256).await? else { continue };
        archive.add(&name, &bytes).map_err(unwritten)?;
        files += 1;
    }
    archive.end().map_err(unwritten)?;
    let vars = [("file", &*path.display().to_string()), ("count", &files.to_string())];
    desk.show(&Written { files }, |_| say("call-cli-written", &vars))
}

fn list_words(rows: &[CallListed]) -> String {
    if rows.is_empty() {
        return say("call-cli-none", &[]);
    }
    let line = |row: &CallListed| {
        let (kind, due) = (kind_words(Lang::Vi, row.kind), when_words(row.due));
        let vars = [("kind", kind.as_str()), ("when", &due), ("count", &row.answered.to_string())];
        format!("{:>5}  {}\n       {}", row.id, row.title, say("call-cli-line", &vars))
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::app::testing::Office;

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        command: CallCommand,
    }

    async fn types(office: &Office, words: &[&str]) -> Result<(), CommandError> {
        let line = Line::try_parse_from([&["call"], words].concat()).expect("a command line");
        run(line.command, &office.desk).await
    }

    #[tokio::test]
    async fn a_call_is_written_listed_and_has_no_result_before_it_goes_out() {
        let office = Office::new(false).await;
        let text = office.file("xin.txt", "Theo mẫu.\n");
        let text = text.to_str().expect("a path");
        let new =
            ["new", "--title", "Báo cáo tháng 11", "--text-file", text, "--to", "all", "--asks", "file"];
        types(&office, &[&new[..], &["--due", "27/11/2026"]].concat()).await.expect("new");
        let said = office.said();
        assert!(said.contains("17:00 thứ Sáu 27/11/2026"), "{said}");
        types(&office, &["list"]).await.expect("list");
        let said = office.said();
        assert!(said.contains("Báo cáo tháng 11") && said.contains("Tệp, ảnh"), "{said}");
        types(&office, &["late"]).await.expect("late");
        assert!(office.said().contains("Cần ít nhất hai lần"));
        for (words, said) in [
            (vec!["status", "1"], "chưa gửi"),
            (vec!["table", "9"], "Không có thông báo số 9"),
            ([&new[..], &["--due", "hôm nào"]].concat(), "hôm nào"),
            ([&new[..], &["--due", "25/11", "--at", "8h 26/11"]].concat(), "sau lúc gửi"),
        ] {
            match types(&office, &words).await {
                Err(CommandError::User(text)) => assert!(text.contains(said), "{text}"),
                other => panic!("{words:?}: {other:?}"),
            }
        }
    }
}
