//! What people mark in a message, coming in and going out.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::send::entities;
use super::{group, message, private};
use crate::domain::Rich;
use crate::domain::rich::{Link, Span, Style};

fn entity(kind: &str, offset: usize, length: usize) -> Value {
    json!({"type": kind, "offset": offset, "length": length})
}

#[test]
fn what_is_marked_comes_in_with_the_words() {
    let mut entities: Vec<Value> =
        ["bold", "italic", "underline", "strikethrough", "code", "blockquote", "spoiler", "url"]
            .iter()
            .enumerate()
            .map(|(at, kind)| entity(kind, 2 * at, 1))
            .collect();
    entities.push(json!({"type": "text_link", "offset": 16, "length": 1, "url": "https://xa.gov.vn/a"}));
    entities.push(json!({"type": "text_link", "offset": 18, "length": 1, "url": "tg://user?id=1"}));
    let text = "a b c d e f g h i j";
    // A forwarded message is one like any other, whoever wrote it.
    let origin = json!({"type": "hidden_user", "sender_user_name": "Ông Chủ tịch", "date": 1});
    let read = message(&private(json!({"text": text, "entities": entities, "forward_origin": origin})));
    let link = Style::Link(Link::read("https://xa.gov.vn/a").expect("an address"));
    let styles =
        [Style::Bold, Style::Italic, Style::Underline, Style::Strike, Style::Code, Style::Quote, link];
    let places = [0, 2, 4, 6, 8, 10, 16];
    let expected: Vec<Span> =
        places.into_iter().zip(styles).map(|(at, style)| Span::new(at..at + 1, style)).collect();
    assert_eq!((read.text.as_str(), read.spans), (text, expected));
}

#[test]
fn a_caption_and_words_without_our_name_keep_their_marks_in_place() {
    let photo = json!([{"file_id": "p", "width": 1, "height": 1}]);
    let marks = [entity("bold", 3, 3)];
    let read = message(&private(json!({"caption": "📢 Họp", "caption_entities": marks, "photo": photo})));
    assert_eq!(read.spans, [Span::new(3..6, Style::Bold)]);
    let marks = [entity("mention", 2, 8), entity("italic", 11, 3)];
    let read = message(&group(json!({"text": "  @loa_bot Họp gấp", "entities": marks})));
    assert_eq!((read.text.as_str(), read.spans), ("Họp gấp", vec![Span::new(0..3, Style::Italic)]));
}

#[test]
fn all_styles_go_out_and_the_most_important_of_too_many() {
    let to = Link::read("https://xa.gov.vn/a").expect("an address");
    let text = Rich::new()
        .styled("a", Style::Underline)
        .styled("b", Style::Strike)
        .styled("c", Style::Quote)
        .link("d", to.clone());
    let json = serde_json::to_value(entities(&text)).expect("JSON");
    let kinds: Vec<&str> =
        json.as_array().expect("a list").iter().filter_map(|one| one["type"].as_str()).collect();
    assert_eq!(kinds, ["underline", "strikethrough", "blockquote", "text_link"]);
    assert_eq!(json[3]["url"], "https://xa.gov.vn/a");
    let many = (0..150).fold(Rich::new(), |text, _| text.bold("a").push(" ")).link("d", to);
    let json = serde_json::to_value(entities(&many)).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(100));
    assert_eq!(json[99]["type"], "text_link");
}

proptest! {
    #[test]
    fn any_marks_over_any_text_are_in_normal_form(
        text in "(@loa_bot|💡|ầ| |,|x|\n){0,12}",
        marks in prop::collection::vec((0..7_usize, 0..30_usize, prop_oneof![0..30_usize, Just(usize::MAX)]), 0..12),
    ) {
        let kinds = ["bold", "italic", "underline", "code", "blockquote", "text_link", "mention"];
        let entities: Vec<Value> = marks.into_iter().map(|(kind, offset, length)| {
            json!({"type": kinds[kind], "offset": offset, "length": length, "url": "https://a.vn"})
        }).collect();
        let read = message(&group(json!({"text": format!("x{text}"), "entities": entities})));
        let rich = read.rich();
        prop_assert!(rich.is_normal(), "{rich:?}");
        let drawn = serde_json::to_value(super::super::send::entities(&rich)).expect("JSON");
        let drawn = drawn.as_array().map_or(0, Vec::len);
        prop_assert_eq!(drawn, rich.spans.len(), "what is normal is drawn whole");
    }
}
