//! A small Markdown: bold, italic, struck, code, links, quotes, lists; headings are lines in bold.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::domain::Rich;
use crate::domain::rich::{Link, Span, Style, utf16_len};

/// What stands before an item of a list without numbers.
const BULLET: &str = "• ";
/// Lists in lists are set in no further than this.
const DEEPEST: usize = 5;

/// Reads Markdown. There is none that cannot be read: what is no markup is text, HTML among it.
pub fn read_markdown(text: &str) -> Rich {
    let mut writer = Writer::default();
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        writer.take(event);
    }
    Rich { text: writer.text, spans: writer.spans }.normal()
}

#[derive(Default)]
struct Writer {
    text: String,
    /// The length of the text in UTF-16 units.
    units: usize,
    spans: Vec<Span>,
    /// Where what is open began, and what it is set in.
    open: Vec<(usize, Option<Style>)>,
    /// For each list that is open, the number of its next item, if it has any.
    lists: Vec<Option<u64>>,
    /// Something has just begun that stands on this line: what follows needs no line of its own.
    begun: bool,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.push(&text),
            Event::Code(text) => {
                self.open.push((self.units, Some(Style::Code)));
                self.push(&text);
                self.close();
            }
            // A line is a line, as in a chat.
            Event::SoftBreak | Event::HardBreak => self.push("\n"),
            Event::Rule => {
                self.block();
                self.push("———");
            }
            // None of these without options that are not set.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.push(&text);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn begin(&mut self, tag: Tag<'_>) {
        let style = match tag {
            Tag::Paragraph | Tag::HtmlBlock => {
                self.block();
                return;
            }
            Tag::List(first) => {
                self.block();
                self.begun = true;
                self.lists.push(first);
                return;
            }
            Tag::Item => {
                self.item();
                return;
            }
            Tag::Heading { .. } => {
                self.block();
                Some(Style::Bold)
            }
            Tag::BlockQuote(_) => {
                self.block();
                self.open.push((self.units, Some(Style::Quote)));
                self.begun = true;
                return;
            }
            Tag::CodeBlock(_) => {
                self.block();
                Some(Style::Code)
            }
            Tag::Emphasis => Some(Style::Italic),
            Tag::Strong => Some(Style::Bold),
            Tag::Strikethrough => Some(Style::Strike),
            Tag::Link { dest_url, .. } => Link::read(&dest_url).ok().map(Style::Link),
            // A picture is what is written in its place.
            _ => None,
        };
        self.open.push((self.units, style));
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock | TagEnd::Item => {}
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::CodeBlock => {
                let end = self.text.trim_end_matches('\n').len();
                self.units -= self.text.len() - end;
                self.text.truncate(end);
                self.close();
            }
            _ => self.close(),
        }
    }

    fn item(&mut self) {
        if !std::mem::take(&mut self.begun) {
            self.push("\n");
        }
        let depth = self.lists.len().saturating_sub(1).min(DEEPEST);
        self.push(&"  ".repeat(depth));
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ => BULLET.to_owned(),
        };
        self.push(&mark);
        self.begun = true;
    }

    /// Begins a block: a line of its own in a list, else with a blank line before it.
    fn block(&mut self) {
        if std::mem::take(&mut self.begun) || self.text.is_empty() {
            return;
        }
        let gap = if self.lists.is_empty() { "\n\n" } else { "\n" };
        let end = self.text.trim_end_matches('\n').len();
        self.units -= self.text.len() - end;
        self.text.truncate(end);
        self.push(gap);
    }

    fn push(&mut self, text: &str) {
        self.begun = false;
        self.text.push_str(text);
        self.units += utf16_len(text);
    }

    fn close(&mut self) {
        if let Some((start, Some(style))) = self.open.pop() {
            self.spans.push(Span::new(start..self.units, style));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_mark_is_kept() {
        let text = read_markdown(
            "Họp **toàn xã** *đúng giờ*, ~~7h~~ 8h, mã `A1`, xem [lịch](https://xa.gov.vn/lich).",
        );
        let to = Link::read("https://xa.gov.vn/lich").expect("an address");
        let expected = Rich::new()
            .push("Họp ")
            .bold("toàn xã")
            .push(" ")
            .italic("đúng giờ")
            .push(", ")
            .styled("7h", Style::Strike)
            .push(" 8h, mã ")
            .code("A1")
            .push(", xem ")
            .link("lịch", to)
            .push(".");
        assert_eq!(text, expected);
    }

    #[test]
    fn blocks_stand_apart_and_lists_are_lines() {
        let text = read_markdown(
            "# Lịch họp\n\nKính gửi\ncác xã:\n\n- một\n- hai\n    1. a\n    2. b\n\n3. ba\n4. bốn\n\n> trích\n> tiếp\n\nhết",
        );
        let expected = "Lịch họp\n\nKính gửi\ncác xã:\n\n• một\n• hai\n  1. a\n  2. b\n\n3. ba\n4. bốn\n\ntrích\ntiếp\n\nhết";
        assert_eq!(text.text, expected);
        let styles: Vec<&Style> = text.spans.iter().map(|span| &span.style).collect();
        assert_eq!(styles, [&Style::Bold, &Style::Quote]);
    }

    #[test]
    fn what_is_no_web_address_is_plain_and_html_is_text() {
        let text = read_markdown("[bấm](javascript:alert(1)) <b>x</b> ![ảnh](https://a.vn/b.png)");
        assert_eq!(text, Rich::from("bấm <b>x</b> ảnh"));
    }

    proptest! {
        #[test]
        fn anything_is_read(text in "(?s)[a-c *_~`#>\\[\\]()<!|\n0-9.:/-]{0,80}") {
            prop_assert!(read_markdown(&text).is_normal());
        }
    }
}
