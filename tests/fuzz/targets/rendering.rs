//! Emphasis as Telegram's entities.

use loa::channel::telegram::rendered;
use loa::domain::Rich;
use loa::domain::rich::{Link, Span, Style};

use crate::run::{Target, kind};
use crate::targets::text;

/// Four bytes for each span, then a zero or the 16th, then the text.
fn read(input: &[u8]) -> Rich {
    let mut spans = Vec::new();
    let mut rest = input;
    while let [start, len, style, more, tail @ ..] = rest {
        let link = Style::Link(Link::read("https://xa.gov.vn/a").expect("an address"));
        let styles =
            [Style::Bold, Style::Italic, Style::Code, Style::Underline, Style::Strike, Style::Quote, link];
        let style = styles[usize::from(style % 7)].clone();
        // The highest stand for what is far outside.
        let place = |byte: u8| if byte == 255 { usize::MAX - 3 } else { usize::from(byte) };
        spans.push(Span { start: place(*start), len: place(*len), style });
        rest = tail;
        if *more == 0 || spans.len() == 200 {
            break;
        }
    }
    Rich { text: text(rest), spans }
}

/// Where in the text characters begin, counted in UTF-16 units, and its end.
fn borders(text: &str) -> Vec<usize> {
    let mut at = 0;
    let mut borders = vec![0];
    for c in text.chars() {
        at += c.len_utf16();
        borders.push(at);
    }
    borders
}

#[test]
fn entities_lie_in_the_text_and_in_each_other() {
    Target {
        name: "entities", words: &["\u{1f4e2}", "đ", "👨‍👩‍👧‍👦"], longest: 2048, memory_kib: 2048
    }
    .run(|input| {
        let rich = read(input);
        let borders = borders(&rich.text);
        let json = rendered(&rich);
        let number = |value: &serde_json::Value, key: &str| {
            usize::try_from(value[key].as_u64().expect("a number")).expect("a small number")
        };
        let list: Vec<(usize, usize)> = json
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| (number(one, "offset"), number(one, "offset") + number(one, "length")))
            .collect();
        for (from, to) in &list {
            assert!(from < to, "nothing is in it: {json}");
            assert!(borders.binary_search(from).is_ok() && borders.binary_search(to).is_ok(), "{json}");
        }
        for (number, (from, to)) in list.iter().enumerate() {
            for (other_from, other_to) in &list[..number] {
                let apart = to <= other_from || other_to <= from;
                let inside = (other_from <= from && to <= other_to) || (from <= other_from && other_to <= to);
                assert!(apart || inside, "one begins inside another and ends outside: {json}");
            }
        }
        // What is right by itself is not left out.
        if let [span] = &rich.spans[..]
            && span.len > 0
            && borders.binary_search(&span.start).is_ok()
            && span.start.checked_add(span.len).is_some_and(|end| borders.binary_search(&end).is_ok())
        {
            assert_eq!(list, [(span.start, span.start + span.len)]);
        }
        kind((rich.spans.len().min(8), list.len().min(20)))
    });
}
