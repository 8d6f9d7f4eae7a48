//! Whatever comes, reading ends and gives something.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::Timestamp;

use super::super::parse;
use super::{group, me, private};

fn survives(raw: &[u8]) {
    let _ = parse::read(raw, Timestamp(7), Some(&me()));
    let _ = parse::read(raw, Timestamp(7), None);
}

#[test]
fn nesting_without_end_is_read() {
    let deep = |open: &str, close: &str| open.repeat(100_000) + "1" + &close.repeat(100_000);
    for nested in [deep("[", "]"), deep("{\"reply_to_message\":", "}"), deep("{\"message\":", "}")] {
        let update = format!(
            r#"{{"message":{{"chat":{{"id":42,"type":"private"}},"text":"Vẫn đọc","reply_to_message":{nested},"x":{nested}}},"y":{nested}}}"#
        );
        let parsed = parse::read(update.as_bytes(), Timestamp(7), Some(&me()));
        assert_eq!(parsed.incoming.expect("a message").text(), "Vẫn đọc");
        survives(nested.as_bytes());
    }
}

#[test]
fn numbers_without_end_are_read() {
    let huge = "9".repeat(400);
    let update = format!(
        r#"{{"update_id":{huge},"message":{{"message_id":{huge},"date":1e999,"text":"Vẫn đọc",
            "chat":{{"id":42,"type":"private"}},"from":{{"id":-{huge}}},
            "photo":[{{"file_id":"p","width":{huge},"height":18446744073709551615}}],
            "location":{{"latitude":1e999,"longitude":{huge}}}}}}}"#
    );
    let incoming = parse::read(update.as_bytes(), Timestamp(7), Some(&me())).incoming.expect("a message");
    assert_eq!(incoming.text(), "Vẫn đọc");
    assert_eq!(incoming.from, None);
    assert_eq!(incoming.message().expect("a message").photos.len(), 1);
}

#[test]
fn bytes_that_are_no_text_are_read() {
    survives(b"");
    survives(b"\xff\xfe\x00");
    survives(br#"{"message":{"text":"\ud800"}}"#);
    survives(br#"{"message":{"chat":{"id":1,"id":2}}}"#);
}

/// Names that the reader knows, so that much of what is made up is looked at.
const NAMES: &[&str] = &[
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat",
    "from",
    "id",
    "type",
    "text",
    "caption",
    "entities",
    "offset",
    "length",
    "user",
    "photo",
    "file_id",
    "width",
    "location",
    "latitude",
    "venue",
    "reply_to_message",
    "message_id",
    "data",
    "new_chat_member",
    "status",
    "media_group_id",
];
/// Texts that mean something.
const WORDS: &[&str] = &[
    "private",
    "group",
    "channel",
    "text_mention",
    "/start@Loa_Bot",
    "@loa_bot 💡@loa_bot",
    "kicked",
    "💡ầ",
];

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..12_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::from(700_000_001)),
        prop::sample::select(WORDS).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let name = prop_oneof![prop::sample::select(NAMES).prop_map(str::to_owned), "[a-z_]{1,5}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read(update in anything()) {
        survives(update.to_string().as_bytes());
        survives(json!({"message": update}).to_string().as_bytes());
    }

    #[test]
    fn any_fields_of_a_message_are_read(fields in prop::collection::hash_map(prop::sample::select(NAMES), anything(), 0..6)) {
        let fields: Value = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        survives(private(fields.clone()).to_string().as_bytes());
        survives(group(fields).to_string().as_bytes());
    }

    #[test]
    fn any_entities_over_any_text_are_read(
        text in "(@loa_bot|💡|ầ| |,|x|/a@Loa_Bot){0,8}",
        marks in prop::collection::vec((0..20_usize, 0..20_usize), 0..4),
    ) {
        let entities: Vec<Value> = marks
            .into_iter()
            .map(|(offset, length)| json!({"type": "text_mention", "offset": offset, "length": length, "user": {"id": 700_000_001}}))
            .collect();
        survives(group(json!({"text": text, "entities": entities})).to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&bytes);
    }
}
