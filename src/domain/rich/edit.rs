//! Changing a text, and taking its spans along.

use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

use super::{Rich, Span, utf16_len};
use crate::domain::text::is_kept;

/// A stretch of a text, in bytes, and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub at: Range<usize>,
    pub with: String,
}

impl Edit {
    pub fn remove(at: Range<usize>) -> Self {
        Self { at, with: String::new() }
    }
}

/// An edit in UTF-16 units, and how far what stands before it has moved.
struct Moved {
    from: usize,
    to: usize,
    len: usize,
    shift: isize,
}

impl Rich {
    /// The text with these edits made, which are in order and apart; their borders are those of characters. A span
    /// that ends where something is put in does not grow; one that ends or begins within what is replaced takes all
    /// of it.
    #[must_use]
    pub fn edited(&self, edits: &[Edit]) -> Self {
        let mut text = String::with_capacity(self.text.len());
        let mut moved = Vec::with_capacity(edits.len());
        let (mut at, mut unit, mut shift) = (0, 0, 0_isize);
        for edit in edits {
            let before = &self.text[at..edit.at.start];
            text.push_str(before);
            text.push_str(&edit.with);
            let from = unit + utf16_len(before);
            let to = from + utf16_len(&self.text[edit.at.clone()]);
            let len = utf16_len(&edit.with);
            moved.push(Moved { from, to, len, shift });
            shift += signed(len) - signed(to - from);
            (at, unit) = (edit.at.end, to);
        }
        text.push_str(&self.text[at..]);
        let spans = self.spans.iter().map(|span| {
            Span::new(
                place(&moved, shift, span.start, false)..place(&moved, shift, span.end(), true),
                span.style.clone(),
            )
        });
        let spans = spans.filter(|span| span.len > 0).collect();
        Self { text, spans }
    }

    /// A part of the text, given in bytes.
    #[must_use]
    pub fn slice(&self, at: Range<usize>) -> Self {
        let end = self.text.len();
        self.edited(&[Edit::remove(0..at.start), Edit::remove(at.end..end)])
    }

    /// The text as [`crate::domain::text::clean_text`] gives it, empty if nothing is left, with its spans in their
    /// normal form.
    #[must_use]
    pub fn cleaned(&self, max: usize) -> Self {
        let hidden = self.text.char_indices().filter(|(_, c)| !is_kept(*c));
        let hidden = hidden.map(|(at, c)| Edit::remove(at..at + c.len_utf8())).collect::<Vec<_>>();
        let seen = if hidden.is_empty() { self.clone() } else { self.edited(&hidden) };
        let composed = seen.composed();
        let text = composed.text.as_str();
        let (from, to) = (text.len() - text.trim_start().len(), text.trim_end().len());
        let mut edits = vec![Edit::remove(0..from)];
        let (mut count, mut breaks) = (0, 0);
        for (at, grapheme) in text[from.min(to)..to].grapheme_indices(true) {
            let at = from + at;
            let size = grapheme.chars().count();
            if count + size > max {
                edits.push(Edit::remove(at..text.len()));
                break;
            }
            breaks = if grapheme == "\n" { breaks + 1 } else { 0 };
            if breaks <= 2 {
                count += size;
            } else {
                edits.push(Edit::remove(at..at + grapheme.len()));
            }
        }
        let clean = composed.edited(&edits);
        let end = clean.text.trim_end().len();
        clean.slice(0..end).normal()
    }

    /// Letters and their marks put together.
    fn composed(self) -> Self {
        if is_nfc_quick(self.text.chars()) == IsNormalized::Yes {
            return self;
        }
        let whole = |(at, grapheme): (usize, &str)| {
            let with: String = grapheme.nfc().collect();
            (with != grapheme).then(|| Edit { at: at..at + grapheme.len(), with })
        };
        let edits: Vec<Edit> = self.text.grapheme_indices(true).filter_map(whole).collect();
        self.edited(&edits)
    }
}

/// Texts are bounded far below what does not fit.
fn signed(len: usize) -> isize {
    isize::try_from(len).unwrap_or(isize::MAX)
}

/// Where a place in the text is after the edits: the end of a span, or its beginning.
fn place(edits: &[Moved], last: isize, at: usize, is_end: bool) -> usize {
    let before = |edit: &Moved| edit.to < at || (edit.to == at && (!is_end || edit.from < at));
    let next = edits.get(edits.partition_point(before));
    let (at, shift) = match next {
        Some(edit) if edit.from < at => (edit.from + if is_end { edit.len } else { 0 }, edit.shift),
        Some(edit) => (at, edit.shift),
        None => (at, last),
    };
    at.saturating_add_signed(shift)
}
