//! The transcript: what is said and done, as it would look in a chat, on a terminal or in a file.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::Timestamp;
use crate::domain::calendar::{date_words, weekday_name};
use crate::domain::time::VIETNAM;
use chrono::{Datelike, Timelike};

use super::choice::Choice;
use super::seen::{Seen, split_list};

/// Columns of the transcript: what an old terminal and a page of a document both show.
const WIDTH: usize = 96;
/// A message is shown up to so many lines; the people see all of it.
const MOST_LINES: usize = 11;
/// An address that is longer is shortened.
const LONGEST_WORD: usize = 80;
/// What stands before every line of a message of the bot.
const BOT: &str = "      │ ";

/// How a stretch looks on a terminal: codes of ECMA-48, section 8.3.117 (SGR).
#[derive(Clone, Copy)]
enum Look {
    Heading,
    Person,
    Bot,
    Button,
    Dim,
}

impl Look {
    fn code(self) -> &'static str {
        match self {
            Self::Heading => "1;33",
            Self::Person => "1;32",
            Self::Bot => "1;36",
            Self::Button => "36",
            Self::Dim => "2",
        }
    }
}

/// Writes the transcript line by line.
pub struct Show {
    out: Box<dyn Write + Send>,
    coloured: bool,
    muted: bool,
    /// The day of the line before, so that a new one is said.
    day: String,
}

impl Show {
    /// To standard output; coloured where a person looks at it and has not asked for plain text
    /// (<https://no-color.org>).
    pub fn standard() -> Self {
        let out = std::io::stdout();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { coloured: out.is_terminal() && !plain, muted: false, day: String::new(), out: Box::new(out) }
    }

    fn paint(&self, look: Look, text: &str) -> String {
        if self.coloured && !text.is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", look.code())
        } else {
            text.to_owned()
        }
    }

    /// Whether what happens now is left out: it would only repeat.
    pub fn mute(&mut self, muted: bool) {
        self.muted = muted;
    }

    /// One line. Where nobody reads any more (a closed pipe), there is nobody to tell either.
    pub fn line(&mut self, text: &str) {
        if !self.muted {
            let _ = writeln!(self.out, "{}", text.trim_end());
            let _ = self.out.flush();
        }
    }

    /// `── Thứ Hai 30/11/2026, 08:00 · Định hướng tháng 12 ──`
    pub fn heading(&mut self, at: Timestamp, title: &str) {
        self.day = day(at);
        self.title(&format!("{}, {} · {title}", self.day, time(at)));
    }

    /// The time of a line, and before it the day where that is another than the line before had.
    fn stamp(&mut self, at: Timestamp) -> String {
        let day = day(at);
        if self.day != day {
            self.aside(&format!("· {day}"));
            self.day = day;
        }
        self.paint(Look::Dim, &time(at))
    }

    /// A heading without a time.
    pub fn title(&mut self, title: &str) {
        let words = format!("── {title} ");
        let rule = "─".repeat(WIDTH.saturating_sub(width(&words)).max(2));
        let line = self.paint(Look::Heading, &format!("{words}{rule}"));
        self.line("");
        self.line(&line);
    }

    /// What the teller of the story says between two acts.
    pub fn aside(&mut self, text: &str) {
        for line in wrap(text, WIDTH - 6) {
            let line = self.paint(Look::Dim, &format!("      {line}"));
            self.line(&line);
        }
    }

    /// What a person does: `where_to` is empty in the private chat.
    pub fn person(&mut self, at: Timestamp, name: &str, where_to: &str, what: &str) {
        let place = if where_to.is_empty() { String::new() } else { format!(" ({where_to})") };
        let head = format!("{name}{place}:");
        let lines = clip(what, WIDTH - 8);
        let one = lines.len() == 1 && 6 + width(&head) + 1 + width(&lines[0]) <= WIDTH;
        let start = format!("{} {}", self.stamp(at), self.paint(Look::Person, &head));
        if one {
            self.line(&format!("{start} {}", lines[0]));
            return;
        }
        self.line(&start);
        for line in lines {
            self.line(&format!("        {line}"));
        }
    }

    /// What somebody chooses: a button, with the short note that flits over their screen, or a number or words, which
    /// they write.
    pub fn choice(&mut self, at: Timestamp, name: &str, where_to: &str, choice: &Choice, note: &str) {
        let what = match choice {
            Choice::Button { label, .. } => self.paint(Look::Button, &format!("👆 [ {label} ]")),
            Choice::Link { label, .. } => self.paint(Look::Button, &format!("🔗 {label}")),
            Choice::Number { number, label, .. } => {
                format!("{number} {}", self.paint(Look::Dim, &format!("({label})")))
            }
            Choice::Words { words, .. } => words.clone(),
        };
        self.person(at, name, where_to, &what);
        if !note.is_empty() {
            self.note(note);
        }
    }

    fn note(&mut self, note: &str) {
        for line in wrap(&format!("💭 {note}"), WIDTH - 6) {
            let line = self.paint(Look::Bot, &line);
            self.line(&format!("      {line}"));
        }
    }

    /// A message of the bot. `only` are the lines that are shown where the rest was there before.
    pub fn bot(&mut self, at: Timestamp, to: &str, seen: &Seen, body: &str, also: &str) {
        let verb = if seen.edited { "✎" } else { "→" };
        let head = self.paint(Look::Bot, &format!("loa {verb} {to}"));
        let start = self.stamp(at);
        let also = self.paint(Look::Dim, also);
        self.line(&format!("{start} {head}{also}"));
        if seen.photos > 0 {
            self.line(&format!("{BOT}🖼  {} ảnh", seen.photos));
        }
        for name in &seen.files {
            self.line(&format!("{BOT}📎 {name}"));
        }
        // Where there are buttons besides, the list says the same once more.
        let (words, list) = match (seen.lists, seen.buttons.is_empty()) {
            (true, true) => split_list(body),
            (true, false) => (split_list(body).0, ""),
            (false, _) => (body, ""),
        };
        for line in clip(words.trim_end(), WIDTH - width(BOT)) {
            self.line(&format!("{BOT}{line}"));
        }
        for line in clip(list, WIDTH - width(BOT)) {
            let line = self.paint(Look::Button, &line);
            self.line(&format!("{BOT}{line}"));
        }
        for row in &seen.buttons {
            let row: Vec<String> = row.iter().map(|label| format!("[ {label} ]")).collect();
            for line in wrap(&row.join(" "), WIDTH - width(BOT)) {
                let line = self.paint(Look::Button, &line);
                self.line(&format!("{BOT}{line}"));
            }
        }
    }
}

/// `Thứ Hai 30/11/2026`, in Vietnam.
fn day(at: Timestamp) -> String {
    let weekday = weekday_name(at.in_zone(VIETNAM).weekday());
    let mut letters = weekday.chars();
    let weekday: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{weekday} {}", date_words(at))
}

/// `08:00`, in Vietnam.
fn time(at: Timestamp) -> String {
    let at = at.in_zone(VIETNAM);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// Lines of at most `most` columns; of a long text the beginning.
fn clip(text: &str, most: usize) -> Vec<String> {
    let mut lines = wrap(text, most);
    let left = lines.len().saturating_sub(MOST_LINES);
    // One line more or less is not worth a line that says so.
    if left > 1 {
        lines.truncate(MOST_LINES);
        lines.push(format!("… (còn {left} dòng)"));
    }
    lines
}

/// A word as it is shown. The address of a file is for tapping, not for reading: of its path the end is left.
fn short(word: &str) -> Cow<'_, str> {
    let address = word.split_once("://").filter(|_| width(word) > LONGEST_WORD);
    match address.and_then(|(scheme, rest)| Some((scheme, rest.split_once('/')?.0, rest.rsplit_once('/')?.1)))
    {
        Some((scheme, host, name)) => format!("{scheme}://{host}/…/{name}").into(),
        None => word.into(),
    }
}

/// Lines of at most `most` columns, broken between words.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let word = &*short(word);
            if !line.is_empty() && width(&line) + 1 + width(word) > most {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// Columns that a text takes: pictographs take two, colour codes none.
fn width(text: &str) -> usize {
    let mut columns = 0;
    let mut parts = text.split('\x1b');
    let plain = |part: &str| part.graphemes(true).map(columns_of).sum::<usize>();
    columns += parts.next().map_or(0, plain);
    for part in parts {
        columns += part.split_once('m').map_or(0, |(_, rest)| plain(rest));
    }
    columns
}

fn columns_of(grapheme: &str) -> usize {
    let wide = grapheme.chars().any(|c| matches!(u32::from(c), 0x1F000..|0x2600..=0x27BF| 0x23E9..=0x23FA));
    if wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_keep_their_columns() {
        let lines = wrap("một hai ba bốn\n\nnăm", 8);
        assert_eq!(lines, ["một hai", "ba bốn", "", "năm"]);
        assert_eq!(width("\x1b[1;32mĐã nhận\x1b[0m"), 7);
        assert_eq!(width("✅ ok"), 5);
        let file = format!("tệp: http://127.0.0.1:80/tep/{}/ke-hoach.pdf", "a".repeat(90));
        assert_eq!(wrap(&file, 60), ["tệp: http://127.0.0.1:80/…/ke-hoach.pdf"]);
    }

    #[test]
    fn a_long_text_says_how_much_more_there_is() {
        let text = (0..20).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        let lines = clip(&text, 40);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (MOST_LINES + 1, Some("… (còn 9 dòng)")));
    }
}
