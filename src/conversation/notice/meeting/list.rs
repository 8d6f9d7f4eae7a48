//! Who comes to a meeting: counted, and by unit.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::super::people::Effect as PeopleEffect;
use super::super::super::{Context, Effect as AnyEffect, Lang, Need, Reply, Turn};
use super::super::report::csv_cell;
use super::super::{NoticeFacts, Stage, facts};
use super::{MeetingAct, answer_label, button};
use crate::domain::content::{Attachment, FileKind};
use crate::domain::meeting::{Answer, Meeting};
use crate::domain::text::shorten;
use crate::domain::{Rich, Timestamp};

/// How much of a list is said, in characters.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    list: usize,
    /// The names of one kind of answer at one unit.
    names: usize,
}

impl Room {
    /// As much as stays one message.
    pub const MESSAGE: Self = Self { list: 3_000, names: 600 };
    /// All of it.
    pub const ALL: Self = Self { list: usize::MAX, names: usize::MAX };
}

/// Somebody who was called, and what they answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attendee {
    /// The unit's path.
    pub unit: Option<String>,
    pub name: String,
    /// A group in which nobody has answered.
    pub group: bool,
    pub answer: Option<Answer>,
    /// Why away, or who comes instead.
    pub line: Option<String>,
    /// It was for a time that was changed since.
    pub old: bool,
    pub at: Option<Timestamp>,
}

impl Attendee {
    /// The answer that counts.
    fn valid(&self) -> Option<Answer> {
        self.answer.filter(|_| !self.old)
    }

    fn words(&self, lang: Lang) -> String {
        match (self.valid(), &self.line, self.answer) {
            (Some(Answer::Away), Some(line), _) => format!("{} ({line})", self.name),
            (Some(Answer::StandIn), Some(line), _) => format!("{} → {line}", self.name),
            (None, _, Some(old)) => {
                let before = lang.say("meeting-before", &[("answer", plain(&answer_label(lang, old)))]);
                format!("{} ({before})", self.name)
            }
            _ => self.name.clone(),
        }
    }
}

/// A label without its picture, in small letters.
fn plain(label: &str) -> &str {
    label.trim_start_matches(|c: char| !c.is_alphanumeric())
}

/// Counts first, then unit by unit.
pub fn attendance_words(lang: Lang, title: &str, meeting: &Meeting, all: &[Attendee], room: Room) -> Rich {
    let count = |answer: Option<Answer>| all.iter().filter(|one| one.valid() == answer).count().to_string();
    let vars = [
        ("coming", count(Some(Answer::Coming))),
        ("away", count(Some(Answer::Away))),
        ("instead", count(Some(Answer::StandIn))),
        ("silent", count(None)),
    ];
    let vars: Vec<(&'static str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut text = Rich::new().push("👥 ").bold(title).line().push(meeting.words()).push("\n\n");
    text = text.push(lang.say("meeting-counts", &vars));
    let units: Vec<&[Attendee]> = all.chunk_by(|a, b| a.unit == b.unit).collect();
    for (number, unit) in units.iter().enumerate() {
        if text.text.chars().count() > room.list {
            let left = (units.len() - number).to_string();
            return text.line().push(lang.say("notice-more-units", &[("count", &left)]));
        }
        let name = unit.first().and_then(|one| one.unit.as_deref()).unwrap_or("–");
        text = text.push("\n\n").bold(name);
        for answer in [Some(Answer::Coming), Some(Answer::StandIn), Some(Answer::Away), None] {
            let names = unit.iter().filter(|one| one.valid() == answer).map(|one| one.words(lang));
            let names: Vec<String> = names.collect();
            if !names.is_empty() {
                let sign = answer.map_or("⏳", Answer::sign);
                text = text.line().push(format!("{sign} {}", shorten(&names.join(", "), room.names)));
            }
        }
    }
    text
}

/// A table of everybody who was called: RFC 4180, with the mark by which spreadsheets know UTF-8.
pub fn attendance_csv(lang: Lang, all: &[Attendee]) -> String {
    let head = ["unit", "name", "answer", "line", "at"];
    let row = |cells: [String; 5]| cells.map(|cell| csv_cell(&cell)).join(",") + "\r\n";
    let mut out =
        format!("\u{feff}{}", row(head.map(|column| lang.say(&format!("meeting-column-{column}"), &[]))));
    for one in all {
        let answer = match (one.valid(), one.answer) {
            (Some(answer), _) => plain(&answer_label(lang, answer)).to_owned(),
            (None, Some(old)) => {
                let before = lang.say("meeting-before", &[("answer", plain(&answer_label(lang, old)))]);
                format!("{} ({before})", lang.say("meeting-silent", &[]))
            }
            (None, None) => lang.say("meeting-silent", &[]),
        };
        out += &row([
            one.unit.clone().unwrap_or_default(),
            one.name.clone(),
            answer,
            one.line.clone().unwrap_or_default(),
            one.at.map(Timestamp::short).unwrap_or_default(),
        ]);
    }
    out
}

/// Who comes, for whoever looks after the call.
pub(super) fn show(ctx: &Context<'_>, facts: &NoticeFacts, meeting: &Meeting) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let all = facts::attendance(ctx, facts.id)?;
    let text = attendance_words(lang, &facts.notice.title, meeting, all, Room::MESSAGE);
    let button = |key: &str, act| button(lang, key, facts.id, act);
    let mut reply = Reply::here(text).row([button("meeting-as-file", MeetingAct::AsFile)]);
    let open = matches!(facts.stage, Stage::Sent | Stage::Approved) && meeting.times.starts_at > ctx.now;
    if open {
        reply = reply.row([
            button("meeting-change", MeetingAct::Change),
            button("meeting-cancel", MeetingAct::AskCancel),
        ]);
    }
    Ok(Turn::default().and(reply))
}

/// The same as a table.
pub(super) fn file(ctx: &Context<'_>, facts: &NoticeFacts) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let bytes = attendance_csv(lang, facts::attendance(ctx, facts.id)?).into_bytes();
    let name = lang.say("meeting-file", &[("id", &facts.id.to_string())]);
    let file = Attachment { sha256: hex::encode(Sha256::digest(&bytes)), name, kind: FileKind::Document };
    let said = lang.say("meeting-file-is", &[("title", &facts.notice.title)]);
    let keep = AnyEffect::People(PeopleEffect::KeepFile { bytes, mime: "text/csv" });
    Ok(Turn::default().effect(keep).and(Reply::here(said).files(vec![file])))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::Lang;
    use super::*;
    use crate::domain::meeting::Times;

    fn one(unit: &str, name: &str, answer: Option<Answer>, line: Option<&str>, old: bool) -> Attendee {
        Attendee {
            unit: Some(unit.into()),
            name: name.into(),
            group: false,
            answer,
            line: line.map(Into::into),
            old,
            at: answer.map(|_| Timestamp::vietnam(2026, 12, 1, 9, 0)),
        }
    }

    #[test]
    fn who_comes_is_counted_and_listed_by_unit() {
        let all = [
            one("Phường A", "Chị Lan", Some(Answer::Coming), None, false),
            one("Phường A", "Chị Nga", Some(Answer::Away), Some("đi công tác"), false),
            one("Phường A", "Anh Bình", Some(Answer::StandIn), Some("anh Tú"), false),
            one("Xã B", "Anh Hải", Some(Answer::Coming), None, true),
            one("Xã B", "Anh Pao", None, None, false),
            one("Xã B", "=Anh Sinh", Some(Answer::Away), None, false),
        ];
        let times = Times { starts_at: Timestamp::vietnam(2026, 12, 7, 8, 0), ends_at: None };
        let meeting = Meeting { times, place: "Hội trường".into() };
        let words = attendance_words(Lang::Vi, "Họp giao ban", &meeting, &all, Room::ALL).text;
        insta::assert_snapshot!(format!("{words}\n\n{}", attendance_csv(Lang::Vi, &all).replace('\r', "")));
    }

    #[test]
    fn a_long_list_stays_one_message() {
        let units = (0..400).map(|number| {
            one(&format!("Xã {number:03}"), "Chị Lan ở tận cuối xã", Some(Answer::Coming), None, false)
        });
        let all: Vec<Attendee> = units.collect();
        let times = Times { starts_at: Timestamp::vietnam(2026, 12, 7, 8, 0), ends_at: None };
        let meeting = Meeting { times, place: "Hội trường".into() };
        let text = attendance_words(Lang::Vi, "Họp", &meeting, &all, Room::MESSAGE).text;
        assert!(text.encode_utf16().count() < 4096, "{}", text.len());
        assert!(text.contains("400") && text.ends_with("đơn vị nữa."), "{text}");
    }
}
