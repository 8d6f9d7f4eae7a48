//! Text with emphasis, free of any platform's markup.
//!
//! Emphasis is kept beside the text as ranges, never inside it, so that a person's words can hold any
//! character without being taken for markup.

use serde::{Deserialize, Serialize};

/// How a range of a text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    Bold,
    Italic,
    Code,
}

/// A styled range: `start` and `len` count UTF-16 code units, the measure of the chat platforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub len: usize,
    pub style: Style,
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

    fn styled(mut self, text: &str, style: Style) -> Self {
        if !text.is_empty() {
            self.spans.push(Span { start: utf16_len(&self.text), len: utf16_len(text), style });
            self.text.push_str(text);
        }
        self
    }
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
