//! Long texts are cut into messages.

use loa::domain::Rich;
use loa::domain::rich::{Link, Span, Style};
use loa::domain::split::split;

use crate::run::{Target, kind};
use crate::targets::text;

/// The first byte says how long a piece may be, the next ones where spans are; the rest is the text.
pub fn read(input: &[u8]) -> (usize, Rich) {
    let (head, body) = input.split_at(input.len().min(7));
    let byte = |at: usize| usize::from(head.get(at).copied().unwrap_or_default());
    let mut rich = Rich::from(text(body));
    let length = rich.utf16_len();
    let link = Style::Link(Link::read("https://xa.gov.vn/a").expect("an address"));
    for (at, style) in [(1, Style::Bold), (3, Style::Italic), (5, link)] {
        let start = byte(at) * length / 256;
        let len = byte(at + 1) * length / 256;
        if len > 0 {
            rich.spans.push(Span { start, len: len.min(length - start), style });
        }
    }
    (byte(0) + 2, rich)
}

/// Every character that is no blank, with the styles that it is set in.
fn styled(text: &Rich) -> Vec<(char, Vec<Style>)> {
    let mut at = 0;
    let mut out = Vec::new();
    for c in text.text.chars() {
        let end = at + c.len_utf16();
        if !c.is_whitespace() {
            let within = text.spans.iter().filter(|span| span.start < end && at < span.start + span.len);
            let mut styles: Vec<Style> = within.map(|span| span.style.clone()).collect();
            styles.sort();
            out.push((c, styles));
        }
        at = end;
    }
    out
}

#[test]
fn split_keeps_every_character_with_its_emphasis() {
    let words = &["\n\n", ". ", "! ", "  ", "\u{301}", "👨‍👩‍👧‍👦", "Thông báo", "… "];
    Target { name: "split", words, longest: 4096, memory_kib: 2048 }.run(|input| {
        let (max, whole) = read(input);
        let pieces = split(&whole, max);
        let mut together = Vec::new();
        for piece in &pieces {
            assert!(piece.utf16_len() <= max, "{} is more than {max}", piece.utf16_len());
            assert!(!piece.text.is_empty(), "an empty piece");
            let blank = piece.text.trim().is_empty();
            assert!(!blank || whole.text.trim().is_empty(), "a piece that shows nothing");
            for span in &piece.spans {
                assert!(span.len > 0 && span.start + span.len <= piece.utf16_len(), "{span:?} in {piece:?}");
            }
            together.extend(styled(piece));
        }
        assert_eq!(together, styled(&whole), "something is lost, or set otherwise");
        assert_eq!(pieces.is_empty(), whole.text.is_empty());
        kind((pieces.len().min(20), pieces.iter().map(|piece| piece.spans.len()).sum::<usize>().min(20)))
    });
}
