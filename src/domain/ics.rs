//! A meeting as calendars read it: RFC 5545, written by hand, in UTC, so that no table of time zones goes along.

use super::Timestamp;
use super::meeting::Meeting;

/// What the file is called.
pub const NAME: &str = "lich-hop.ics";
/// What kind of file it is.
pub const MIME: &str = "text/calendar";
/// The longest line, in octets, without its end (RFC 5545, 3.1).
const MOST_OCTETS: usize = 75;
/// So much of the words of a call goes along, in characters.
const MOST_DESCRIPTION: usize = 2_000;

/// One meeting of a calendar.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// By this a calendar knows the meeting again.
    pub uid: &'a str,
    /// Of two with the same name the one with the higher number holds.
    pub sequence: u32,
    /// When this was written.
    pub stamp: Timestamp,
    pub meeting: &'a Meeting,
    pub title: &'a str,
    pub description: &'a str,
    /// It does not take place.
    pub cancelled: bool,
}

impl Event<'_> {
    /// The file.
    pub fn file(&self) -> String {
        let (method, status) = match self.cancelled {
            true => ("CANCEL", "CANCELLED"),
            false => ("PUBLISH", "CONFIRMED"),
        };
        let times = self.meeting.times;
        let mut lines = vec![
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//loa//loa//VI".to_owned(),
            format!("METHOD:{method}"),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", escape(self.uid)),
            format!("DTSTAMP:{}", utc(self.stamp)),
            format!("SEQUENCE:{}", self.sequence),
            format!("DTSTART:{}", utc(times.starts_at)),
        ];
        lines.extend(times.ends_at.map(|end| format!("DTEND:{}", utc(end))));
        lines.push(format!("SUMMARY:{}", escape(self.title)));
        lines.push(format!("LOCATION:{}", escape(&self.meeting.place)));
        let description: String = self.description.chars().take(MOST_DESCRIPTION).collect();
        if !description.is_empty() {
            lines.push(format!("DESCRIPTION:{}", escape(&description)));
        }
        lines.extend([format!("STATUS:{status}"), "END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
        lines.iter().map(|line| fold(line) + "\r\n").collect()
    }
}

/// `20261207T010000Z`.
fn utc(at: Timestamp) -> String {
    at.utc().format("%Y%m%dT%H%M%SZ").to_string()
}

/// A text as a value (RFC 5545, 3.3.11).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A line in pieces that are not too long, cut between characters; every further piece begins with a blank.
fn fold(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + line.len() / 25);
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > MOST_OCTETS {
            folded.push_str("\r\n ");
            octets = 1;
        }
        folded.push(c);
        octets += c.len_utf8();
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::meeting::Times;
    use super::*;

    fn meeting(place: &str) -> Meeting {
        let at = |hour, minute| Timestamp::vietnam(2026, 12, 7, hour, minute);
        Meeting { times: Times { starts_at: at(8, 0), ends_at: Some(at(11, 30)) }, place: place.into() }
    }

    #[test]
    fn a_meeting_is_an_event_in_utc() {
        let meeting = meeting("Hội trường tầng 2; số 5, đường Trần Phú");
        let event = Event {
            uid: "loa-7-Ab1@loa",
            sequence: 2,
            stamp: Timestamp::vietnam(2026, 12, 1, 9, 15),
            meeting: &meeting,
            title: "Họp giao ban",
            description: "Mang theo\r\nsổ \\ bút, báo cáo",
            cancelled: false,
        };
        insta::assert_snapshot!(event.file().replace("\r\n", "\n"));
        assert_eq!(event.file().matches('\n').count(), event.file().matches("\r\n").count());
        let gone = Event { cancelled: true, ..event }.file();
        assert!(gone.contains("METHOD:CANCEL\r\n") && gone.contains("STATUS:CANCELLED\r\n"), "{gone}");
    }

    /// What is folded and escaped, read as a calendar reads it.
    fn unescape(text: &str) -> String {
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n') => out.push('\n'),
                    Some(other) => out.push(other),
                    None => out.push('\\'),
                },
                other => out.push(other),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn what_is_folded_unfolds_to_the_same(line in "[^\r\n]{0,400}") {
            let folded = fold(&line);
            prop_assert!(folded.split("\r\n").all(|piece| piece.len() <= MOST_OCTETS));
            prop_assert_eq!(folded.replace("\r\n ", ""), line);
        }

        #[test]
        fn what_is_escaped_is_read_as_it_was(text in r"[\\;,:a-zđ \n]{0,60}") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains('\n'));
            prop_assert_eq!(unescape(&escaped), text);
        }

        /// Whatever a title or a place holds, nothing of it becomes a line of its own.
        #[test]
        fn nothing_breaks_out_of_its_line(title in ".{0,200}", place in "(?s).{0,200}") {
            let meeting = meeting(&place);
            let event = Event { uid: "u", sequence: 0, stamp: Timestamp(0), meeting: &meeting, title: &title,
                description: &place, cancelled: false };
            let file = event.file().replace("\r\n ", "");
            let lines = if place.is_empty() { 15 } else { 16 };
            prop_assert_eq!(file.lines().count(), lines, "{}", file);
        }
    }
}
