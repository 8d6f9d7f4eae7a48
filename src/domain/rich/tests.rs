use proptest::prelude::*;

use super::*;
use crate::domain::text::clean_text;

fn link(to: &str) -> Link {
    Link::read(to).expect("an address")
}

fn spans(rich: &Rich) -> Vec<(usize, usize, Style)> {
    rich.spans.iter().map(|span| (span.start, span.len, span.style.clone())).collect()
}

#[test]
fn what_crosses_is_cut_and_what_touches_is_joined() {
    let text = Rich {
        text: "abcdef".into(),
        spans: vec![
            Span::new(1..4, Style::Italic),
            Span::new(0..2, Style::Bold),
            Span::new(2..3, Style::Bold),
            Span::new(5..99, Style::Code),
            Span::new(4..4, Style::Bold),
            Span { start: usize::MAX, len: usize::MAX, style: Style::Quote },
        ],
    };
    let normal = text.normal();
    let expected =
        vec![(0, 3, Style::Bold), (1, 2, Style::Italic), (3, 1, Style::Italic), (5, 1, Style::Code)];
    assert_eq!(spans(&normal), expected);
}

#[test]
fn what_was_cut_takes_its_place_anew() {
    // Struck through to 25, italic from 20 to 29: what is left of it begins as the quote does, and ends behind it.
    let span = |start, len, style| Span { start, len, style };
    let spans = vec![
        span(18, 6, Style::Bold),
        span(9, 16, Style::Strike),
        span(20, 9, Style::Italic),
        span(20, 4, Style::Quote),
    ];
    let text = Rich { text: "a".repeat(40), spans }.normal();
    assert!(text.spans.is_sorted_by(|a, b| normal::key(a) < normal::key(b)), "{:?}", text.spans);
    assert!(text.is_normal());
}

#[test]
fn no_character_is_cut() {
    let text = Rich {
        text: "a😀b".into(),
        spans: vec![Span::new(2..4, Style::Bold), Span::new(1..2, Style::Code)],
    };
    assert_eq!(spans(&text.normal()), vec![(3, 1, Style::Bold)]);
}

#[test]
fn links_are_said_in_words_once() {
    let text = Rich::new()
        .push("Xem ")
        .link("lịch", link("https://xa.vn/l"))
        .push(" hoặc ")
        .link("xa.vn", link("https://xa.vn"));
    let plain = text.in_words();
    assert_eq!(plain.text, "Xem lịch (https://xa.vn/l) hoặc xa.vn");
    assert_eq!(plain.links()[0].0, 4..26);
    assert_eq!(plain.in_words().text, plain.text);
}

#[test]
fn a_link_that_bold_cuts_in_two_is_said_once() {
    let mut text = Rich::from("abcd");
    text.spans = vec![Span::new(0..2, Style::Bold), Span::new(1..4, Style::Link(link("https://a.vn")))];
    let text = text.normal();
    assert_eq!(text.spans.len(), 3);
    assert_eq!(text.in_words().text, "abcd (https://a.vn)");
}

#[test]
fn a_quote_has_its_mark_before_every_line() {
    let text = Rich::new().push("Theo ông:\n").styled("một\nhai", Style::Quote).push("\nhết");
    assert_eq!(text.in_words().text, "Theo ông:\n> một\n> hai\nhết");
}

#[test]
fn spans_go_along_when_a_text_is_cleaned() {
    let text = Rich::new()
        .push("  \u{200b}e\u{302}\u{301} ")
        .bold("đ\u{7}ậm")
        .push("\n\n\n\n")
        .italic("nghiêng ")
        .push("  ");
    let clean = text.cleaned(100);
    assert_eq!(clean.text, "ế đậm\n\nnghiêng");
    assert_eq!(spans(&clean), vec![(2, 3, Style::Bold), (7, 7, Style::Italic)]);
    assert_eq!(spans(&text.cleaned(4)), vec![(2, 2, Style::Bold)]);
}

#[test]
fn spans_are_read_back_as_they_were_written() {
    let text = Rich::new().bold("a").link("b", link("https://a.vn"));
    let json = serde_json::to_string(&text.spans).expect("JSON");
    assert_eq!(
        json,
        r#"[{"start":0,"len":1,"style":"bold"},{"start":1,"len":1,"style":{"link":"https://a.vn"}}]"#
    );
    assert_eq!(serde_json::from_str::<Vec<Span>>(&json).expect("spans"), text.spans);
    let evil = r#"{"start":0,"len":1,"style":{"link":"javascript:alert(1)"}}"#;
    assert!(serde_json::from_str::<Span>(evil).is_err());
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![
        Just(Style::Bold),
        Just(Style::Italic),
        Just(Style::Underline),
        Just(Style::Strike),
        Just(Style::Code),
        Just(Style::Quote),
        "[ab]".prop_map(|name| Style::Link(link(&format!("https://{name}.vn")))),
    ]
}

fn wild() -> impl Strategy<Value = Rich> {
    let number = prop_oneof![0_usize..40, any::<usize>()];
    let span = (number.clone(), number, style()).prop_map(|(start, len, style)| Span { start, len, style });
    ("(?s)[a-eđ😀\u{302}\n \u{200b}]{0,40}", prop::collection::vec(span, 0..12))
        .prop_map(|(text, spans)| Rich { text, spans })
}

/// The styles of every unit.
fn at_units(text: &Rich) -> Vec<Vec<&Style>> {
    let at = |unit: usize| {
        let here = text.spans.iter().filter(|span| (span.start..span.end()).contains(&unit));
        let mut here: Vec<&Style> = here.map(|span| &span.style).collect();
        here.sort();
        here
    };
    (0..text.utf16_len()).map(at).collect()
}

proptest! {
    #[test]
    fn the_normal_form_is_one(text in wild()) {
        let normal = text.clone().normal();
        prop_assert_eq!(&normal.text, &text.text);
        prop_assert!(normal.is_normal(), "{normal:?}");
        for (at, span) in normal.spans.iter().enumerate() {
            prop_assert!(span.len > 0 && span.end() <= normal.utf16_len());
            for other in &normal.spans[..at] {
                prop_assert!(normal::key(other) < normal::key(span));
                prop_assert!(other.end() <= span.start || other.end() >= span.end(), "{other:?} crosses {span:?}");
            }
        }
    }

    #[test]
    fn nothing_gets_a_style_that_it_had_not(text in wild()) {
        let normal = text.clone().normal();
        let (before, after) = (at_units(&text), at_units(&normal));
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(after.iter().all(|style| before.contains(style)));
            // Simple emphasis is only lost to code, and quotes never but for halves of characters.
            prop_assert!(after.iter().filter(|style| matches!(style, Style::Link(_))).count() <= 1);
        }
    }

    #[test]
    fn cleaning_gives_the_same_words_with_spans_or_without(text in wild(), max in 1_usize..40) {
        let clean = text.cleaned(max);
        prop_assert!(clean.is_normal());
        prop_assert_eq!(clean.text, clean_text(&text.text, max).unwrap_or_default());
    }

    #[test]
    fn what_is_put_together_from_parts_is_whole(text in wild(), cut in 0_usize..40) {
        let text = text.normal();
        let cut = text.text.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(text.text.len());
        let both = text.slice(0..cut).append(text.slice(cut..text.text.len())).normal();
        prop_assert_eq!(at_units(&both), at_units(&text));
    }
}
