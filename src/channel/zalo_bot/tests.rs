//! What is known of Zalo's answers and events, in every shape that was documented or seen.

use serde_json::{Value, json};

use super::classify::{receiving, sending};
use super::read::{polled, pushed, read};
use crate::channel::bot_api::{Failure, Refusal};
use crate::channel::{ReceiveError, SendError};
use crate::conversation::incoming::Message;
use crate::conversation::{ChatKind, Incoming, What};
use crate::domain::Timestamp;

fn refused(code: u16, description: &str) -> Failure {
    Failure::Refused(Refusal { code, description: Some(description.to_owned()), ..Refusal::default() })
}

fn name(error: &SendError) -> &'static str {
    match error {
        SendError::TooMany { .. } => "too many",
        SendError::Retry(_) => "retry",
        SendError::Unknown(_) => "unknown",
        SendError::ChatClosed(_) => "closed",
        SendError::Markup(_) => "markup",
        SendError::Refused(_) => "refused",
        SendError::Unauthorized => "token",
        SendError::Moved { .. } | SendError::FileGone(_) | SendError::MessageGone => "of another platform",
    }
}

#[test]
fn a_code_decides_and_words_only_where_it_leaves_it_open() {
    for (code, words, meaning) in [
        (401, "Unauthorized", "token"),
        (429, "Quota exceeded", "too many"),
        (403, "Internal error", "retry"),
        (403, "User has not interacted with the bot", "closed"),
        (403, "Forbidden", "closed"),
        (404, "Chat not found", "closed"),
        (404, "Method not found", "refused"),
        (400, "Cannot parse markdown", "markup"),
        (400, "text_styles is invalid", "markup"),
        (400, "Text is too long", "refused"),
        (400, "User is blocked", "closed"),
        (408, "Request timeout", "unknown"),
        (413, "Too large", "refused"),
        (500, "", "retry"),
        (502, "", "retry"),
        (504, "", "unknown"),
        (302, "Found", "retry"),
    ] {
        assert_eq!(name(&sending(refused(code, words))), meaning, "{code} {words}");
    }
    // The same from something before it says nothing about the token or the person.
    for code in [400, 401, 403, 404] {
        let failure = Failure::Refused(Refusal { code, ..Refusal::default() });
        assert_eq!(name(&sending(failure)), "retry", "{code}");
    }
    assert_eq!(name(&sending(Failure::NotAccepted("refused".to_owned()))), "retry");
    assert_eq!(name(&sending(Failure::Lost("reset".to_owned()))), "unknown");
}

#[test]
fn what_a_failure_means_for_receiving() {
    assert_eq!(receiving(refused(401, "Unauthorized")), ReceiveError::Unauthorized);
    assert!(matches!(receiving(refused(409, "a webhook is set")), ReceiveError::Conflict(_)));
    assert!(matches!(receiving(refused(429, "quota")), ReceiveError::TooMany { .. }));
    assert!(matches!(receiving(Failure::Lost("reset".to_owned())), ReceiveError::Failed(_)));
}

fn text(id: &str) -> Value {
    json!({"event_name": "message.text.received", "message": {"message_id": id, "date": 1_750_316_131_602_i64,
        "from": {"id": "6ede9afa66b88fe6d6a9", "display_name": "Ted", "is_bot": false},
        "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"}, "text": "Xin chào"}})
}

fn incoming(event: &Value) -> Incoming {
    let parsed = read(event.to_string().as_bytes(), Timestamp(7), Some("loa"));
    parsed.incoming.unwrap_or_else(|| panic!("nothing in {event}"))
}

fn message(event: &Value) -> Message {
    match incoming(event).what {
        What::Message(message) => message,
        other => panic!("{other:?} in {event}"),
    }
}

#[test]
fn one_a_list_or_nothing_comes_from_a_poll() {
    let keys = |result: &str| polled(result).into_iter().map(|raw| raw.key).collect::<Vec<_>>();
    assert_eq!(keys(&text("a1").to_string()), ["a1"]);
    assert_eq!(keys(&json!([text("a1"), text("a2"), 7, null]).to_string()), ["a1", "a2"]);
    for nothing in ["null", "{}", "[]", "7", "\"\"", "[[]]", "{"] {
        assert!(keys(nothing).is_empty(), "{nothing}");
    }
}

#[test]
fn an_event_is_read_bare_and_wrapped() {
    let wrapped = json!({"ok": true, "result": text("a1")}).to_string();
    let (bare, wrapped) = (pushed(text("a1").to_string().as_bytes()), pushed(wrapped.as_bytes()));
    let (bare, wrapped) = (bare.expect("an update"), wrapped.expect("an update"));
    assert_eq!((bare.key.as_str(), &bare.body), (wrapped.key.as_str(), &wrapped.body));
    assert!(pushed(b"\xff").is_none() && pushed(b"{\"ok\":true}").is_none());
    let read = incoming(&text("a1"));
    assert_eq!((read.chat.kind, read.chat.title.as_str()), (ChatKind::Private, "Ted"));
    assert_eq!(read.from.expect("a sender").id, "6ede9afa66b88fe6d6a9");
    assert_eq!(message(&text("a1")).text, "Xin chào");
}

#[test]
fn a_picture_by_either_name_with_its_words() {
    for field in ["photo_url", "photo"] {
        let mut event = text("a1");
        event["event_name"] = json!("message.image.received");
        let said = event["message"].as_object_mut().expect("a message");
        said.remove("text");
        said.insert(field.to_owned(), json!("https://zalo.example/a.jpg"));
        said.insert("caption".to_owned(), json!("Cháy nhà"));
        let read = message(&event);
        assert_eq!(
            (read.text.as_str(), read.photos[0].id.as_str()),
            ("Cháy nhà", "https://zalo.example/a.jpg")
        );
    }
}

#[test]
fn in_a_group_the_mention_is_taken_out_if_it_is_left_in() {
    let mut event = text("a1");
    event["message"]["chat"] = json!({"id": "g1", "chat_type": "GROUP"});
    for said in ["@loa /toi", "/toi", "  @loa   /toi", "@Loa-của-tỉnh /toi"] {
        event["message"]["text"] = json!(said);
        assert_eq!(message(&event).text, "/toi", "{said:?}");
    }
    event["message"]["text"] = json!("@Lan xem nhé");
    assert_eq!(message(&event).text, "@Lan xem nhé");
    assert_eq!(incoming(&event).chat.kind, ChatKind::Group);
}

#[test]
fn what_is_not_for_bots_is_a_message_without_words_or_nothing() {
    let mut event = text("a1");
    event["event_name"] = json!("message.unsupported.received");
    event["message"].as_object_mut().expect("a message").remove("text");
    assert_eq!(message(&event).text, "");
    let bare = json!({"event_name": "message.unsupported.received"});
    assert!(read(bare.to_string().as_bytes(), Timestamp(7), None).incoming.is_none());
    let raw = pushed(bare.to_string().as_bytes()).expect("an update");
    assert!(raw.key.starts_with('?'), "known by its bytes: {}", raw.key);
    // The bot does not answer itself.
    let mut own = text("a1");
    own["message"]["from"]["is_bot"] = json!(true);
    assert_eq!(incoming(&own).what, What::Unknown);
}
