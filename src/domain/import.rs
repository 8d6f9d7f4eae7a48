//! The list of units, people and groups that an office brings: `unit,name,role,channel,chat_id,kind`.

use std::collections::HashMap;

use super::text::clean_line;
use super::unit::{PathError, UnitPath};
use super::{ChannelKind, Role};

/// The columns, in this order.
pub const COLUMNS: [&str; 6] = ["unit", "name", "role", "channel", "chat_id", "kind"];
/// The longest name of a person or group, in characters.
const MOST_NAME: usize = 120;
/// The longest id of a chat: an e-mail address (RFC 5321) is the longest of all.
const MOST_CHAT_ID: usize = 254;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Person,
    Group,
}

/// One row, read without a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// The line in the file on which it begins, from 1.
    pub line: u64,
    pub unit: UnitPath,
    pub name: String,
    /// Always there for a person. A group has none, or is the duty group.
    pub role: Option<Role>,
    pub channel: ChannelKind,
    pub chat_id: String,
    pub kind: Kind,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: u64,
    /// The column's name; none where the line as a whole is wrong.
    pub column: Option<&'static str>,
    pub problem: Problem,
}

/// What is wrong with a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The first line is not `unit,name,role,channel,chat_id,kind`.
    Header,
    /// The line does not have six columns, but so many.
    Columns(usize),
    /// It cannot be read as CSV.
    Unreadable,
    Missing,
    TooLong,
    Path(PathError),
    Role(String),
    /// A group has no role, or `duty`.
    GroupRole(String),
    Channel(String),
    Kind(String),
    /// Not an id of this channel for this kind of chat.
    ChatId(String),
    /// The same chat stands on an earlier line under another name, unit (of a group) or kind.
    Contradicts(u64),
}

/// Reads a list: every row, or every fault.
///
/// # Errors
/// All faults that were found, in the order of the lines.
pub fn parse(text: &str) -> Result<Vec<ImportRow>, Vec<Fault>> {
    // Spreadsheets put an invisible mark at the beginning.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The reader counts lines by LF alone, and one begun by the LF of a CR LF as the one before.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records.next().and_then(Result::ok).unwrap_or_default();
    if !header.iter().map(str::trim).eq(COLUMNS) {
        return Err(vec![Fault { line: 1, column: None, problem: Problem::Header }]);
    }
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    // Many rows name the same unit.
    let mut units = HashMap::new();
    for record in records {
        match record {
            Ok(record) => match read(&record, &mut units) {
                Ok(row) => rows.push(row),
                Err(fault) => faults.push(fault),
            },
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.push(Fault { line, column: None, problem: Problem::Unreadable });
            }
        }
    }
    faults.extend(contradictions(&rows));
    faults.sort_by_key(|fault| fault.line);
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

fn read(record: &csv::StringRecord, units: &mut HashMap<String, UnitPath>) -> Result<ImportRow, Fault> {
    let line = record.position().map_or(0, csv::Position::line);
    let wrong = |column: Option<&'static str>, problem| Fault { line, column, problem };
    let fields: Vec<&str> = record.iter().map(str::trim).collect();
    let [unit, name, role, channel, chat_id, kind] = fields[..] else {
        return Err(wrong(None, Problem::Columns(fields.len())));
    };
    let at = |column| move |problem| wrong(Some(column), problem);
    let kind = read_kind(kind).map_err(at("kind"))?;
    let channel = read_channel(channel).map_err(at("channel"))?;
    Ok(ImportRow {
        line,
        unit: read_unit(unit, units).map_err(Problem::Path).map_err(at("unit"))?,
        name: read_name(name).map_err(at("name"))?,
        role: read_role(role, kind).map_err(at("role"))?,
        channel,
        chat_id: read_chat_id(chat_id, channel, kind).map_err(at("chat_id"))?,
        kind,
    })
}

fn read_unit(text: &str, known: &mut HashMap<String, UnitPath>) -> Result<UnitPath, PathError> {
    if let Some(unit) = known.get(text) {
        return Ok(unit.clone());
    }
    let unit: UnitPath = text.parse()?;
    known.insert(text.to_owned(), unit.clone());
    Ok(unit)
}

fn read_kind(text: &str) -> Result<Kind, Problem> {
    match text {
        "person" => Ok(Kind::Person),
        "group" => Ok(Kind::Group),
        "" => Err(Problem::Missing),
        other => Err(Problem::Kind(excerpt(other))),
    }
}

fn read_channel(text: &str) -> Result<ChannelKind, Problem> {
    let found = ChannelKind::from_code(text);
    found.ok_or_else(|| if text.is_empty() { Problem::Missing } else { Problem::Channel(excerpt(text)) })
}

fn read_name(text: &str) -> Result<String, Problem> {
    // Somewhat more than may be, so that what is too long is seen to be.
    let name = clean_line(text, MOST_NAME * 2).ok_or(Problem::Missing)?;
    if name.chars().count() > MOST_NAME { Err(Problem::TooLong) } else { Ok(name) }
}

fn read_role(text: &str, kind: Kind) -> Result<Option<Role>, Problem> {
    match (text, kind) {
        ("", Kind::Group) => Ok(None),
        ("", Kind::Person) => Err(Problem::Missing),
        (text, kind) => match (text.parse::<Role>(), kind) {
            (Ok(role), Kind::Person) | (Ok(role @ Role::Duty), Kind::Group) => Ok(Some(role)),
            (Ok(_), Kind::Group) => Err(Problem::GroupRole(excerpt(text))),
            (Err(_), _) => Err(Problem::Role(excerpt(text))),
        },
    }
}

/// On Telegram people have positive numbers and groups negative ones
/// (<https://core.telegram.org/bots/api#chat>). Mails go to people, whose addresses nobody tells apart by their case.
fn read_chat_id(text: &str, channel: ChannelKind, kind: Kind) -> Result<String, Problem> {
    if text.is_empty() {
        return Err(Problem::Missing);
    }
    let fits = match (channel, kind) {
        (ChannelKind::Telegram, Kind::Person) => text.parse::<i64>().is_ok_and(|id| id > 0),
        (ChannelKind::Telegram, Kind::Group) => text.parse::<i64>().is_ok_and(|id| id < 0),
        (ChannelKind::Email, Kind::Person) => text.contains('@') && is_plain(text),
        (ChannelKind::Email, Kind::Group) => false,
        (ChannelKind::ZaloBot | ChannelKind::ZaloOa, _) => is_plain(text),
    };
    // "+5" and "007" would be other keys than the platform's.
    let canonical =
        channel != ChannelKind::Telegram || text.parse::<i64>().is_ok_and(|id| id.to_string() == text);
    match channel {
        _ if !fits || !canonical => Err(Problem::ChatId(excerpt(text))),
        ChannelKind::Email => Ok(text.to_ascii_lowercase()),
        ChannelKind::Telegram | ChannelKind::ZaloBot | ChannelKind::ZaloOa => Ok(text.to_owned()),
    }
}

fn is_plain(text: &str) -> bool {
    text.len() <= MOST_CHAT_ID && text.chars().all(|c| c.is_ascii_graphic())
}

/// What is shown of a value that is wrong.
fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Rows about the same chat have to agree, or one person would get what is meant for another.
fn contradictions(rows: &[ImportRow]) -> Vec<Fault> {
    let mut first: HashMap<(ChannelKind, &str), &ImportRow> = HashMap::with_capacity(rows.len());
    let mut faults = Vec::new();
    for row in rows {
        let before = *first.entry((row.channel, &row.chat_id)).or_insert(row);
        let agree = row.kind == before.kind
            && row.name == before.name
            && (row.kind == Kind::Person || (row.unit == before.unit && row.role == before.role));
        if !agree {
            let problem = Problem::Contradicts(before.line);
            faults.push(Fault { line: row.line, column: Some("chat_id"), problem });
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &str) -> String {
        format!("{}\n{rows}", COLUMNS.join(","))
    }

    fn fault(rows: &str) -> (u64, Option<&'static str>, Problem) {
        let mut faults = parse(&list(rows)).expect_err("a fault");
        let fault = faults.remove(0);
        (fault.line, fault.column, fault.problem)
    }

    #[test]
    fn a_list_from_a_spreadsheet_is_read() {
        let text = "\u{feff}unit,name,role,channel,chat_id,kind\r\n\
                    Tỉnh / Phường,\"Chị Lan, văn hóa\",staff,telegram,11,person\r\n\
                    Tỉnh,Nhóm trực,duty,telegram,-5,group\r\n\
                    Tỉnh,Nhóm,,telegram,-6,group\r\n";
        let rows = parse(text).expect("rows");
        assert_eq!(
            (rows[0].line, rows[0].name.as_str(), rows[0].role),
            (2, "Chị Lan, văn hóa", Some(Role::Staff))
        );
        assert_eq!((rows[1].line, rows[1].kind, rows[1].role), (3, Kind::Group, Some(Role::Duty)));
        assert_eq!(rows[2].role, None);
    }

    #[test]
    fn lines_are_counted_however_they_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text =
                list("T,Lan,staff,telegram,1,person\nT,Nga,boss,telegram,2,person\n").replace('\n', end);
            let faults = parse(&text).expect_err("a fault");
            assert_eq!((faults.len(), faults[0].line), (1, 3), "{end:?}");
        }
    }

    #[test]
    fn every_fault_is_told_with_line_and_column() {
        assert_eq!(parse("name,unit\n").expect_err("a fault")[0].problem, Problem::Header);
        assert_eq!(parse("").expect_err("a fault")[0].problem, Problem::Header);
        assert_eq!(fault("a,b,c"), (2, None, Problem::Columns(3)));
        assert_eq!(fault("T,Lan,boss,telegram,1,person"), (2, Some("role"), Problem::Role("boss".into())));
        assert_eq!(fault("T,Lan,,telegram,1,person"), (2, Some("role"), Problem::Missing));
        assert_eq!(fault("T,G,head,telegram,-1,group"), (2, Some("role"), Problem::GroupRole("head".into())));
        assert_eq!(fault("T,Lan,staff,fax,1,person"), (2, Some("channel"), Problem::Channel("fax".into())));
        assert_eq!(fault("T,Lan,staff,telegram,1,cat"), (2, Some("kind"), Problem::Kind("cat".into())));
        assert_eq!(
            fault("T,Lan,staff,telegram,-1,person"),
            (2, Some("chat_id"), Problem::ChatId("-1".into()))
        );
        assert_eq!(
            fault("T,Lan,staff,telegram,007,person"),
            (2, Some("chat_id"), Problem::ChatId("007".into()))
        );
        assert_eq!(
            fault("T//B,Lan,staff,telegram,1,person"),
            (2, Some("unit"), Problem::Path(PathError::NoName))
        );
        assert_eq!(fault("T,,staff,telegram,1,person"), (2, Some("name"), Problem::Missing));
        let all =
            parse(&list("T,,staff,telegram,1,person\nT,Lan,staff,telegram,x,person")).expect_err("faults");
        assert_eq!((all.len(), all[1].line), (2, 3));
    }

    #[test]
    fn one_chat_cannot_be_two_people() {
        let rows =
            "T,Lan,staff,telegram,1,person\nT / P,Lan,head,telegram,1,person\nT,Nga,staff,telegram,1,person";
        assert_eq!(fault(rows), (4, Some("chat_id"), Problem::Contradicts(2)));
        let groups = "T,Nhóm,,telegram,-1,group\nT / P,Nhóm,,telegram,-1,group";
        assert_eq!(fault(groups), (3, Some("chat_id"), Problem::Contradicts(2)));
    }

    #[test]
    fn an_address_is_the_same_in_any_case_and_no_group() {
        let rows = "T,Lan,staff,email,Lan@Vi-du.vn,person\nT,Nga,staff,email,lan@vi-du.vn,person";
        assert_eq!(fault(rows), (3, Some("chat_id"), Problem::Contradicts(2)));
        let group = "T,Nhóm,,email,nhom@vi-du.vn,group";
        assert_eq!(fault(group), (2, Some("chat_id"), Problem::ChatId("nhom@vi-du.vn".into())));
    }

    #[test]
    fn the_demo_list_is_right() {
        let text = include_str!("../../config/demo/people.csv");
        assert!(parse(text).is_ok_and(|rows| rows.len() > 30));
    }
}
