//! The one form in which spans are kept.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use super::{Link, Rich, Span, Style};

/// So many spans one text has at most; those behind them are plain text.
pub const MOST_SPANS: usize = 1000;

const SIMPLE: [Style; 4] = [Style::Bold, Style::Italic, Style::Underline, Style::Strike];

impl Rich {
    /// Brings the spans into the form in which they are kept, and takes out what cannot be meant:
    /// - sorted by where they begin, the longer first, then by style;
    /// - inside the text, on borders of characters, none empty, at most [`MOST_SPANS`];
    /// - of one style, none upon or right behind another; links not upon each other;
    /// - of any two, one lies within the other or outside it; in code there is no other emphasis, in a link no code.
    #[must_use]
    pub fn normal(mut self) -> Self {
        let spans = std::mem::take(&mut self.spans);
        if spans.is_empty() {
            return self;
        }
        let borders = borders(&self.text);
        let mut spans: Vec<Span> = spans.into_iter().filter_map(|span| on_borders(span, &borders)).collect();
        spans.sort_by(|a, b| key(a).cmp(&key(b)));
        spans.truncate(MOST_SPANS);
        let of = |style: &Style| joined(spans.iter().filter(|span| span.style == *style).map(range));
        let links = apart(&spans);
        let in_links: Vec<Range<usize>> = joined(links.iter().map(|(range, _)| range.clone()));
        let code = without(of(&Style::Code), &in_links);
        let mut all: Vec<Span> = links.into_iter().map(|(at, to)| Span::new(at, Style::Link(to))).collect();
        all.extend(of(&Style::Quote).into_iter().map(|at| Span::new(at, Style::Quote)));
        for style in SIMPLE {
            all.extend(without(of(&style), &code).into_iter().map(|at| Span::new(at, style.clone())));
        }
        all.extend(code.into_iter().map(|at| Span::new(at, Style::Code)));
        self.spans = nested(all);
        self.spans.truncate(MOST_SPANS);
        self
    }

    /// Whether it is in the form that [`Rich::normal`] gives.
    pub fn is_normal(&self) -> bool {
        self.clone().normal() == *self
    }
}

/// By which spans are sorted.
pub(in crate::domain) fn key(span: &Span) -> (usize, Reverse<usize>, &Style) {
    (span.start, Reverse(span.end()), &span.style)
}

fn range(span: &Span) -> Range<usize> {
    span.start..span.end()
}

/// Where in a text characters begin, and its end, in UTF-16 units.
pub fn borders(text: &str) -> Vec<usize> {
    let mut at = 0;
    let mut borders = vec![0];
    borders.extend(text.chars().map(|c| {
        at += c.len_utf16();
        at
    }));
    borders
}

/// The characters that lie wholly within a span; `None` if there are none.
fn on_borders(span: Span, borders: &[usize]) -> Option<Span> {
    let start = *borders.get(borders.partition_point(|at| *at < span.start))?;
    let end = *borders.get(borders.partition_point(|at| *at <= span.end()).checked_sub(1)?)?;
    (start < end).then(|| Span::new(start..end, span.style))
}

/// Sorted ranges, those put together that touch.
fn joined(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// The links, none upon another: what an earlier one has is its own.
fn apart(spans: &[Span]) -> Vec<(Range<usize>, Link)> {
    let mut links: Vec<(Range<usize>, Link)> = Vec::new();
    for span in spans {
        let Style::Link(to) = &span.style else { continue };
        let taken = links.last().map_or(0, |(last, _)| last.end);
        match links.last_mut() {
            Some((last, same)) if same == to && last.end >= span.start => last.end = last.end.max(span.end()),
            _ if span.end() > taken => links.push((span.start.max(taken)..span.end(), to.clone())),
            _ => {}
        }
    }
    links
}

/// Sorted ranges without what lies in others.
fn without(ranges: Vec<Range<usize>>, holes: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut rest = Vec::with_capacity(ranges.len());
    for range in ranges {
        let mut at = range.start;
        let first = holes.partition_point(|hole| hole.end <= range.start);
        for hole in holes[first..].iter().take_while(|hole| hole.start < range.end) {
            if at < hole.start {
                rest.push(at..hole.start);
            }
            at = at.max(hole.end);
        }
        if at < range.end {
            rest.push(at..range.end);
        }
    }
    rest
}

/// What begins inside another span and ends outside of it is cut in two where that one ends.
fn nested(spans: Vec<Span>) -> Vec<Span> {
    let mut waiting: BTreeSet<(usize, Reverse<usize>, Style)> =
        spans.into_iter().map(|span| (span.start, Reverse(span.end()), span.style)).collect();
    let mut around: Vec<usize> = Vec::new();
    let mut nested = Vec::new();
    while let Some((start, Reverse(end), style)) = waiting.pop_first() {
        while around.last().is_some_and(|outer| *outer <= start) {
            around.pop();
        }
        if let Some(outer) = around.last().filter(|outer| **outer < end) {
            waiting.insert((*outer, Reverse(end), style.clone()));
            // It is shorter now: others that begin here may go before it.
            waiting.insert((start, Reverse(*outer), style));
            continue;
        }
        around.push(end);
        nested.push(Span::new(start..end, style));
    }
    nested
}
