//! Events as they come in, and their signatures.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::account;
use crate::channel::Channel;
use crate::channel::zalo_oa::read;
use crate::conversation::incoming::{FileRef, Membership, Message};
use crate::conversation::{ChatKind, Incoming, What};
use crate::domain::Timestamp;

fn read(event: &Value) -> Option<Incoming> {
    read::read(event.to_string().as_bytes(), Timestamp(0), Some("Phường Bình Minh")).incoming
}

fn message(event: &Value) -> (Incoming, Message) {
    let incoming = read(event).expect("something happened");
    let What::Message(message) = incoming.what.clone() else { panic!("no message: {incoming:?}") };
    (incoming, message)
}

fn from_lan(name: &str, message: Value) -> Value {
    json!({"app_id": "1", "event_name": name, "timestamp": "1", "sender": {"id": "11"},
        "recipient": {"id": "99"}, "message": message})
}

fn attached(kind: &str, payload: Value) -> Value {
    json!({"msg_id": "m1", "attachments": [{"type": kind, "payload": payload}]})
}

#[test]
fn a_person_writes() {
    let (incoming, said) = message(&from_lan("user_send_text", json!({"msg_id": "m1", "text": "Ngập"})));
    assert_eq!((incoming.chat.id.as_str(), incoming.chat.kind), ("11", ChatKind::Private));
    let from = incoming.from.expect("a sender");
    assert_eq!((from.id.as_str(), from.name.as_str()), ("11", ""));
    assert_eq!((said.id.as_str(), said.text.as_str(), said.addressed), ("m1", "Ngập", true));
}

#[test]
fn pictures_documents_and_places_come_with_it() {
    let picture = attached("image", json!({"url": "https://z/a.jpg", "thumbnail": "https://z/b.jpg"}));
    let (_, said) = message(&from_lan("user_send_image", picture));
    assert_eq!(said.photos.iter().map(|photo| photo.id.as_str()).collect::<Vec<_>>(), ["https://z/a.jpg"]);
    for size in [json!("42"), json!(42)] {
        let document = attached("file", json!({"url": "https://z/a", "name": "a.pdf", "size": size}));
        let (_, said) = message(&from_lan("user_send_file", document));
        let file =
            FileRef { id: "https://z/a".into(), name: Some("a.pdf".into()), mime: None, size: Some(42) };
        assert_eq!(said.documents, [file]);
    }
    let place = |latitude: Value, longitude: &str| {
        let spot = json!({"coordinates": {"latitude": latitude, "longitude": longitude}});
        message(&from_lan("user_send_location", attached("location", spot))).1.place
    };
    assert_eq!(place(json!("22.34"), "103.84").map(|spot| spot.latitude), Some(22.34));
    assert_eq!(place(json!(22.34), "103.84").map(|spot| spot.longitude), Some(103.84));
    assert_eq!((place(json!("x"), "1"), place(json!("91"), "1")), (None, None));
    // What loa cannot use is a message without words.
    for (name, kind) in [("user_send_audio", "audio"), ("user_send_sticker", "sticker")] {
        let (_, said) = message(&from_lan(name, attached(kind, json!({"url": "https://z/a"}))));
        assert!(said.text.is_empty() && said.photos.is_empty());
    }
}

#[test]
fn in_a_group_what_is_meant_for_the_account_is_addressed() {
    let group = |extra: Value, text: &str| {
        let mut event = from_lan("user_send_group_text", json!({"msg_id": "m1", "text": text}));
        event.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        message(&event)
    };
    let here = json!({"recipient": {"id": "to5"}});
    let there = json!({"group_id": "to5"});
    let inside = json!({"recipient": {"id": "99", "group_id": "to5"}});
    for extra in [&here, &there, &inside] {
        let (incoming, said) = group(extra.clone(), "Chào cả nhà");
        assert_eq!((incoming.chat.id.as_str(), incoming.chat.kind), ("group:to5", ChatKind::Group));
        assert!(!said.addressed);
    }
    let (_, said) = group(here.clone(), "@Phường Bình Minh 1");
    assert_eq!((said.text.as_str(), said.addressed), ("1", true));
    assert!(group(here.clone(), "/vuviec").1.addressed);
    assert!(!group(here, "@Lan 1").1.addressed);
}

#[test]
fn following_and_seeing_are_events_too() {
    let follower = |name: &str| json!({"event_name": name, "follower": {"id": "11"}, "timestamp": "1"});
    let what = |event: &Value| read(event).map(|incoming| (incoming.chat.id, incoming.what));
    assert_eq!(what(&follower("follow")), Some(("11".into(), What::Membership(Membership::In))));
    assert_eq!(what(&follower("unfollow")), Some(("11".into(), What::Membership(Membership::Out))));
    for ids in [json!({"msg_ids": ["a", "b"]}), json!({"msg_ids": ["a"], "msg_id": "b"})] {
        let seen = what(&from_lan("user_seen_message", ids)).expect("a receipt").1;
        assert_eq!(seen, What::Seen { messages: vec!["a".into(), "b".into()] });
    }
}

#[test]
fn what_nobody_knows_is_nothing() {
    for event in [
        json!({}),
        json!([]),
        json!({"event_name": 7}),
        json!({"event_name": "user_send_text"}),
        json!({"event_name": "follow"}),
        json!({"event_name": "user_seen_message", "recipient": {"id": "11"}}),
        json!({"event_name": "user_send_group_text", "sender": {"id": "11"}}),
        from_lan("oa_send_text", json!({"msg_id": "m1", "text": "của quản trị viên"})),
        from_lan("user_received_message", json!({"msg_id": "m1"})),
    ] {
        assert_eq!(read(&event), None, "{event}");
    }
    assert_eq!(read::read(b"\xff\xfe", Timestamp(0), None).chat_key, "zalo_oa:?");
}

#[test]
fn an_event_that_comes_again_is_known() {
    let key = |event: &Value| read::pushed(event.to_string().as_bytes()).map(|raw| raw.key);
    let said = from_lan("user_send_text", json!({"msg_id": "m1", "text": "a"}));
    assert_eq!(key(&said).as_deref(), Some("m1"));
    // A receipt is about a message, and none.
    let seen = from_lan("user_seen_message", json!({"msg_id": "m1"}));
    assert!(key(&seen).is_some_and(|key| key.starts_with('?')) && key(&seen) == key(&seen.clone()));
    assert_eq!((key(&json!({})), key(&json!("text"))), (None, None));
}

#[test]
fn only_what_is_signed_is_authentic() {
    let channel = account("http://127.0.0.1:1");
    let secret = "the-secret".to_owned().into();
    let good = |body: &str, shown: Option<&str>| {
        let header = |name: &str| shown.filter(|_| name == "X-ZEvent-Signature").map(str::as_bytes);
        channel.is_authentic(&header, body.as_bytes(), &secret)
    };
    for (body, timestamp) in [(r#"{"timestamp":"17"}"#, "17"), (r#"{"timestamp":17}"#, "17"), ("{}", "")] {
        let signed = hex::encode(Sha256::digest(format!("4318657068771012646{body}{timestamp}the-secret")));
        assert!(good(body, Some(&format!("mac={signed}"))) && good(body, Some(&signed)), "{body}");
        assert!(!good(&format!("{body} "), Some(&signed)), "another body");
        assert!(!good(body, Some(&signed[2..])) && !good(body, Some("mac=")) && !good(body, None));
    }
    let empty = hex::encode(Sha256::digest("4318657068771012646{}"));
    let header = |_: &str| Some(empty.as_bytes());
    assert!(!channel.is_authentic(&header, b"{}", &String::new().into()), "no secret, no entry");
}
