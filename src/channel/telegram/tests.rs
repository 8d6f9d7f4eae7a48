use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::channel::Act;
use crate::conversation::What;
use crate::conversation::incoming::{ChatKind, Membership};
use crate::domain::content::{Attachment, Button, Content, FileKind, FileSource};
use crate::domain::{Rich, Timestamp};
use crate::sandbox::{Fault, Options, Rule, Sandbox};

const TOKEN: &str = "700000001:practice-token";
const ME: Option<(i64, &str)> = Some((700_000_001, "loa_bot"));

fn read_value(update: &Value) -> Parsed {
    read::read(update.to_string().as_bytes(), Timestamp(5), ME)
}

fn group_message(text: &str) -> Value {
    json!({"update_id": 1, "message": {"message_id": 9, "date": 1, "text": text,
        "chat": {"id": -100, "type": "supergroup", "title": "Nhóm xã"},
        "from": {"id": 7, "is_bot": false, "first_name": "Lan"}}})
}

fn words(parsed: &Parsed) -> (String, bool) {
    match &parsed.incoming.as_ref().expect("something came in").what {
        What::Message(message) => (message.text.clone(), message.addressed),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_entity_of_an_unknown_kind_loses_nothing_of_the_text() {
    let update = json!({"update_id": 1, "message": {"message_id": 9, "date": 1, "text": "Sạt lở lúc 8 giờ",
        "entities": [{"type": "date_time", "offset": 7, "length": 9, "unix_time": 5, "new": {"deep": [1]}}],
        "chat": {"id": 7, "type": "private", "first_name": "Lan"},
        "from": {"id": 7, "is_bot": false, "first_name": "Lan", "last_name": "Anh"}}});
    let parsed = read_value(&update);
    assert_eq!(words(&parsed), ("Sạt lở lúc 8 giờ".to_owned(), true));
    assert_eq!(parsed.chat_key, "telegram:7");
    assert_eq!(parsed.incoming.expect("a message").from.expect("a sender").name, "Lan Anh");
}

#[test]
fn parts_of_a_wrong_shape_are_as_if_they_were_not_there() {
    let update = json!({"update_id": 1, "message": {"message_id": 9, "text": "còn nguyên", "photo": "?",
        "location": {"latitude": "x"}, "chat": {"id": 7, "type": "private"}, "from": 5}});
    let parsed = read_value(&update);
    assert_eq!(words(&parsed).0, "còn nguyên");
}

#[test]
fn an_update_of_an_unknown_kind_says_nothing() {
    for update in [json!({"update_id": 1, "moon_phase": {"full": true}}), json!([1]), json!({"update_id": 1})]
    {
        assert_eq!(read_value(&update).incoming, None);
    }
}

#[test]
fn in_a_group_only_what_is_addressed_to_the_bot_counts() {
    for (text, heard, addressed) in [
        ("chào cả nhà", "chào cả nhà", false),
        ("/vuviec", "/vuviec", true),
        ("/vuviec@loa_bot ML-1", "/vuviec@loa_bot ML-1", true),
        ("/vuviec@other_bot", "/vuviec@other_bot", false),
        ("@Loa_Bot sạt lở ở bản", "sạt lở ở bản", true),
        ("sạt lở, @loa_bot xem nhé", "sạt lở, xem nhé", true),
        ("@loa_bot2 xem nhé", "@loa_bot2 xem nhé", false),
    ] {
        let parsed = read_value(&group_message(text));
        assert_eq!(words(&parsed), (heard.to_owned(), addressed), "{text}");
    }
    let mut reply = group_message("đã xử lý xong");
    reply["message"]["reply_to_message"] =
        json!({"message_id": 3, "from": {"id": 700_000_001, "is_bot": true}});
    assert!(words(&read_value(&reply)).1);
}

#[test]
fn a_group_that_moved_and_a_bot_that_was_removed_are_followed() {
    let chat = json!({"id": -5, "type": "group", "title": "Nhóm"});
    let moved =
        json!({"update_id": 1, "message": {"message_id": 9, "chat": chat, "migrate_to_chat_id": -1005}});
    let what = read_value(&moved).incoming.expect("a change").what;
    assert_eq!(what, What::Moved { to: "-1005".to_owned() });
    for (status, expected) in [("kicked", Membership::Out), ("administrator", Membership::In)] {
        let change = json!({"update_id": 1, "my_chat_member": {"chat": chat, "from": {"id": 7},
            "new_chat_member": {"status": status, "user": {"id": 700_000_001}}}});
        let incoming = read_value(&change).incoming.expect("a change");
        assert_eq!(incoming.chat.kind, ChatKind::Group);
        assert_eq!(incoming.what, What::Membership(expected));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read::read(&bytes, Timestamp(0), ME);
    }

    #[test]
    fn any_text_in_any_part_is_survived(text in ".*", id in any::<i64>(), kind in "[a-z_]{0,12}") {
        let mut update = group_message(&text);
        update["message"]["chat"]["id"] = json!(id);
        update["message"]["chat"]["type"] = json!(kind);
        update["message"]["caption_entities"] = json!([{"type": kind, "user": {"id": id}}]);
        let _ = read_value(&update);
    }
}

async fn practice() -> (Sandbox, Telegram) {
    let sandbox = Sandbox::start(Options::new(Arc::new(|| 1_790_000_000_000_000))).await.expect("a platform");
    sandbox.add_user(7, "Lan");
    sandbox.say(7, 7, "chào");
    let telegram = connect(sandbox.url());
    (sandbox, telegram)
}

fn connect(url: &str) -> Telegram {
    let client = crate::http::http_client().expect("a client");
    Telegram::new(client, url, TOKEN.to_owned().into(), Duration::from_millis(800)).expect("a bot")
}

async fn send_to(telegram: &Telegram, content: &Content, files: &[FileSource]) -> Result<Sent, SendError> {
    let call = Call { chat: "7", act: Act::Send, content, own_data: Some("c.own"), files };
    telegram.send(&call).await
}

#[tokio::test]
async fn a_message_arrives_with_its_emphasis_and_buttons_and_is_edited() {
    let (sandbox, telegram) = practice().await;
    let mut content = Content::text(Rich::new().push("Chào ").bold("chị Lan 😀").push(" & <anh>"));
    content.buttons = vec![vec![
        Button::Press { label: "Nhận".into(), data: "n1".into() },
        Button::PressOwn { label: "Đã nhận".into() },
        Button::Link { label: "Xem".into(), url: "https://example.vn/a".into() },
    ]];
    let sent = send_to(&telegram, &content, &[]).await.expect("sent");
    let seen = sandbox.last(7).expect("a message");
    assert_eq!(seen.text, "Chào chị Lan 😀 & <anh>");
    assert_eq!(seen.labels(), ["Nhận", "Đã nhận", "Xem"]);
    let edited = Content::text("Đã đổi");
    let edit = Call {
        chat: "7",
        act: Act::Edit { message: &sent.message },
        content: &edited,
        own_data: None,
        files: &[],
    };
    telegram.send(&edit).await.expect("edited");
    telegram.send(&edit).await.expect("nothing to change is no failure");
    assert_eq!(sandbox.last(7).expect("a message").text, "Đã đổi");
    let gone = Call { act: Act::Edit { message: "999" }, ..edit };
    assert_eq!(telegram.send(&gone).await, Err(SendError::MessageGone));
    assert!(
        sandbox.violations().iter().all(|v| v.what.contains("not found") || v.what.contains("not modified"))
    );
}

#[tokio::test]
async fn files_go_up_once_and_by_their_id_afterwards() {
    let (sandbox, telegram) = practice().await;
    let jpeg = |shade: u8| {
        let mut bytes = Vec::new();
        let picture = image::RgbImage::from_pixel(4, 4, image::Rgb([shade, 0, 0]));
        picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Jpeg).expect("a picture");
        bytes
    };
    for (kind, mime) in [(FileKind::Photo, "image/jpeg"), (FileKind::Document, "application/pdf")] {
        let file = |n: u8| Attachment { sha256: n.to_string(), name: format!("tệp {n}.jpg"), kind };
        let upload = |n: u8| FileSource::Upload { bytes: jpeg(n).into(), mime: mime.to_owned() };
        let mut content = Content { files: vec![file(1)], ..Content::text("Một") };
        let sent = send_to(&telegram, &content, &[upload(1)]).await.expect("sent");
        let (_, one) = sent.file_ids[0].clone().expect("an id");
        content.files = vec![file(1), file(2)];
        let known = FileSource::Known { file_id: one };
        let sent = send_to(&telegram, &content, &[known, upload(2)]).await.expect("sent");
        assert!(sent.file_ids.iter().all(Option::is_some));
    }
    assert!(sandbox.violations().is_empty(), "{:?}", sandbox.violations());
}

#[tokio::test]
async fn every_way_of_failing_is_told_apart() {
    let (sandbox, telegram) = practice().await;
    let content = Content::text("xin chào");
    type Told = fn(&SendError) -> bool;
    let faults: [(Fault, Told); 8] = [
        (Fault::TooMany { retry_after: 40, whole_bot: false }, |e| {
            *e == SendError::TooMany { after: Duration::from_secs(40) }
        }),
        (Fault::Status(502), |e| matches!(e, SendError::Retry(_))),
        (Fault::ResetBefore, |e| matches!(e, SendError::Unknown(_))),
        (Fault::ResetAfter, |e| matches!(e, SendError::Unknown(_))),
        (Fault::Garbage, |e| matches!(e, SendError::Unknown(_))),
        (Fault::Forbidden, |e| matches!(e, SendError::ChatClosed(_))),
        (Fault::NotFound, |e| matches!(e, SendError::ChatClosed(_))),
        (Fault::Unauthorized, |e| *e == SendError::Unauthorized),
    ];
    for (fault, expected) in faults {
        sandbox.faults().clear();
        let name = fault.name();
        sandbox.faults().add(Rule::new(fault).method("sendMessage").times(1));
        let error = send_to(&telegram, &content, &[]).await.expect_err(name);
        assert!(expected(&error), "{name}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("practice-token"), "{name} tells the token");
        if name == "too_many" {
            return_to_calm(&sandbox).await;
        }
    }
}

/// After a 429 the practice platform holds the chat; a fresh one is calm.
async fn return_to_calm(sandbox: &Sandbox) {
    sandbox.set_limits(None);
}

#[tokio::test]
async fn a_platform_that_is_not_there_was_certainly_not_reached() {
    let telegram = connect("http://127.0.0.1:1");
    let error = send_to(&telegram, &Content::text("x"), &[]).await.expect_err("nobody listens");
    assert!(matches!(error, SendError::Retry(_)), "{error:?}");
    let error = telegram.receive(0, Duration::from_secs(1)).await.expect_err("nobody listens");
    for text in [format!("{error}"), format!("{error:?}"), format!("{telegram:?}")] {
        assert!(!text.contains("practice-token"), "{text}");
    }
}

#[tokio::test]
async fn updates_come_as_the_bytes_that_they_are() {
    let (sandbox, telegram) = practice().await;
    sandbox.inject_raw_update(json!({"moon_phase": {"full": true}}));
    let updates = telegram.receive(0, Duration::from_secs(1)).await.expect("updates");
    assert_eq!(updates.len(), 2);
    assert!(String::from_utf8_lossy(&updates[1].body).contains("moon_phase"));
    let last = updates[1].id;
    sandbox.say(7, 7, "nữa");
    let more = telegram.receive(last, Duration::from_secs(1)).await.expect("updates");
    assert_eq!(more.len(), 1);
}

#[test]
fn a_token_that_cannot_be_right_is_refused_in_plain_words() {
    for token in ["", "abc", "123:", "12 3:abc", "123:a/b"] {
        let client = crate::http::http_client().expect("a client");
        let refused = Telegram::new(client, API_URL, token.to_owned().into(), Duration::from_secs(1));
        assert_eq!(refused.err(), Some(SetupError::Token), "{token}");
    }
}
