//! Text with emphasis, free of any platform's markup.
//!
//! Emphasis is kept beside the text as ranges, never inside it, so that a person's words can hold any
//! character without being taken for markup. What comes from outside is brought into one form by [`Rich::normal`].

mod edit;
mod link;
mod normal;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use edit::Edit;
pub use link::{Link, MOST_ADDRESS};
pub(super) use normal::key as span_key;
pub use normal::{MOST_SPANS, borders};

/// How a range of a text is set. What stands first goes around what stands behind it, where both are on one range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    Quote,
    Link(Link),
    Bold,
    Italic,
    Underline,
    Strike,
    Code,
}

/// A styled range: `start` and `len` count UTF-16 code units, the measure of the chat platforms.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub len: usize,
    pub style: Style,
}

impl Span {
    pub fn new(range: Range<usize>, style: Style) -> Self {
        Self { start: range.start, len: range.end.saturating_sub(range.start), style }
    }

    /// Where it ends; hostile numbers end where numbers end.
    pub fn end(&self) -> usize {
        self.start.saturating_add(self.len)
    }
}

/// Text with emphasis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rich {
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
}

impl Rich {
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends plain text.
    pub fn push(mut self, text: impl AsRef<str>) -> Self {
        self.text.push_str(text.as_ref());
        self
    }

    /// Appends a line break.
    pub fn line(self) -> Self {
        self.push("\n")
    }

    /// Appends text set in bold.
    pub fn bold(self, text: impl AsRef<str>) -> Self {
        self.styled(text.as_ref(), Style::Bold)
    }

    /// Appends words that lead to an address.
    pub fn link(self, text: impl AsRef<str>, to: Link) -> Self {
        self.styled(text.as_ref(), Style::Link(to))
    }

    /// Appends text set in italics.
    pub fn italic(self, text: impl AsRef<str>) -> Self {
        self.styled(text.as_ref(), Style::Italic)
    }

    /// Appends text that is easy to copy, such as a case code.
    pub fn code(self, text: impl AsRef<str>) -> Self {
        self.styled(text.as_ref(), Style::Code)
    }

    /// Appends another text with its emphasis.
    pub fn append(mut self, other: Rich) -> Self {
        let shift = utf16_len(&self.text);
        self.text.push_str(&other.text);
        self.spans.extend(other.spans.into_iter().map(|s| Span { start: s.start + shift, ..s }));
        self
    }

    /// The length in UTF-16 code units.
    pub fn utf16_len(&self) -> usize {
        utf16_len(&self.text)
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends text in a style.
    pub fn styled(mut self, text: &str, style: Style) -> Self {
        if !text.is_empty() {
            self.spans.push(Span { start: utf16_len(&self.text), len: utf16_len(text), style });
            self.text.push_str(text);
        }
        self
    }
}

/// Links and quotes that stand in the text as words, for where nothing else can show them.
impl Rich {
    /// Where the text leads to: ranges and addresses, what was cut in two put together.
    pub fn links(&self) -> Vec<(Range<usize>, &Link)> {
        let mut links: Vec<(Range<usize>, &Link)> = Vec::new();
        for span in &self.spans {
            let Style::Link(to) = &span.style else { continue };
            match links.last_mut() {
                Some((range, last)) if *last == to && range.end == span.start => range.end = span.end(),
                _ => links.push((span.start..span.end(), to)),
            }
        }
        links
    }

    /// The same without markup for links and quotes: "words (address)", and "> " before the lines of a quote. What was
    /// a link still is one over all that belongs together, so that it is not cut in two.
    pub fn in_words(&self) -> Self {
        let shown = |style: &Style| matches!(style, Style::Quote | Style::Link(_));
        if !self.spans.iter().any(|span| shown(&span.style)) {
            return self.clone();
        }
        let bytes = self.bytes_of_units();
        let byte = |unit: usize| bytes.get(unit).copied().unwrap_or(self.text.len());
        let mut edits = Vec::new();
        for (range, to) in self.links() {
            let at = byte(range.end);
            if !to.is_said_by(&self.text[byte(range.start)..at]) {
                edits.push(Edit { at: at..at, with: format!(" ({to})") });
            }
        }
        for quote in self.spans.iter().filter(|span| span.style == Style::Quote) {
            let (from, to) = (byte(quote.start), byte(quote.end()));
            let lines = self.text[from..to].match_indices('\n').map(|(at, _)| from + at + 1);
            let starts = std::iter::once(from).chain(lines.filter(|at| *at < to));
            edits.extend(starts.map(|at| Edit { at: at..at, with: "> ".to_owned() }));
        }
        // At one place the address of what ends there comes first.
        edits.sort_by_key(|edit| edit.at.start);
        let plain = Self {
            text: self.text.clone(),
            spans: self.spans.iter().filter(|span| !shown(&span.style)).cloned().collect(),
        };
        let mut plain = plain.edited(&edits);
        // Where a link ends now: behind its address, which is looked for behind its words.
        let whole =
            Self { spans: self.links().into_iter().map(link_span).collect(), text: self.text.clone() };
        let mut links = whole.edited(&edits).spans;
        let bytes = plain.bytes_of_units();
        for span in &mut links {
            let Style::Link(to) = &span.style else { continue };
            let rest = bytes.get(span.end()).map_or("", |at| &plain.text[*at..]);
            let address = format!(" ({to})");
            if rest.starts_with(&address) {
                span.len += utf16_len(&address);
            }
        }
        plain.spans.extend(links);
        plain.normal()
    }

    /// In which byte each UTF-16 unit begins, and where the text ends; of a unit in the middle of a character, where
    /// the next one begins.
    pub(super) fn bytes_of_units(&self) -> Vec<usize> {
        let mut bytes = Vec::with_capacity(self.text.len() + 1);
        for (at, c) in self.text.char_indices() {
            bytes.push(at);
            if c.len_utf16() == 2 {
                bytes.push(at + c.len_utf8());
            }
        }
        bytes.push(self.text.len());
        bytes
    }
}

fn link_span((range, to): (Range<usize>, &Link)) -> Span {
    Span::new(range, Style::Link(to.clone()))
}

impl From<String> for Rich {
    fn from(text: String) -> Self {
        Self { text, spans: Vec::new() }
    }
}

impl From<&str> for Rich {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// The length of `text` in UTF-16 code units.
pub fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}
