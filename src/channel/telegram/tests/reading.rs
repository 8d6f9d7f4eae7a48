//! What updates say.

use serde_json::json;

use crate::conversation::ChatKind;
use crate::conversation::What;
use crate::conversation::incoming::Membership;
use crate::domain::Timestamp;

use super::super::parse;
use super::{group, message, private, read, what};

#[test]
fn a_private_message_says_who_where_and_what() {
    let parsed = read(&private(json!({"text": "Đèn đường hỏng"})));
    assert_eq!(parsed.chat_key, "telegram:42");
    assert_eq!(parsed.album, None);
    let incoming = parsed.incoming.expect("a message");
    assert_eq!(incoming.chat.id, "42");
    assert_eq!(incoming.chat.kind, ChatKind::Private);
    assert_eq!(incoming.chat.title, "Lan Trần");
    assert_eq!(incoming.at, Timestamp(7));
    let from = incoming.from.expect("a sender");
    assert_eq!((from.id.as_str(), from.name.as_str()), ("42", "Lan Trần"));
    let message = message(&private(json!({"text": "Đèn đường hỏng"})));
    assert_eq!((message.id.as_str(), message.text.as_str()), ("9", "Đèn đường hỏng"));
    assert!(message.addressed && !message.edited);
}

#[test]
fn an_unknown_entity_kind_loses_nothing_of_the_text() {
    let entities = json!([
        {"type": "date_time", "offset": 0, "length": 3, "unix_time": 1_772_413_200, "date_time_format": "r"},
        {"type": 5, "offset": "x"},
        "rubbish",
    ]);
    assert_eq!(message(&private(json!({"text": "8h mất nước", "entities": entities}))).text, "8h mất nước");
    let photo = json!([{"file_id": "p", "width": 1, "height": 1}]);
    let captioned = json!({"caption": "8h mất nước", "caption_entities": entities, "photo": photo});
    assert_eq!(message(&private(captioned)).text, "8h mất nước");
}

#[test]
fn fields_of_the_wrong_type_cost_only_themselves() {
    let odd = json!({"text": "Vẫn đọc được", "photo": 5, "location": [true], "reply_to_message": "?",
                     "media_group_id": {}, "entities": {"a": 1}});
    assert_eq!(message(&private(odd)).text, "Vẫn đọc được");
}

#[test]
fn of_a_photo_the_largest_size_is_taken() {
    let sizes = json!([
        {"file_id": "s", "width": 90, "height": 60, "file_size": 999_999},
        {"file_id": "l", "width": 1280, "height": 853, "file_size": 200_000},
        {"file_id": "m", "width": 320, "height": 213},
    ]);
    let message = message(&private(json!({"photo": sizes, "caption": "Cây đổ"})));
    assert_eq!(message.photos.len(), 1);
    assert_eq!((message.photos[0].id.as_str(), message.photos[0].size), ("l", Some(200_000)));
    assert_eq!(message.text, "Cây đổ");
}

#[test]
fn the_parts_of_an_album_have_one_key_but_a_correction_stands_alone() {
    let part = private(json!({"media_group_id": "130", "photo": [{"file_id": "a"}]}));
    assert_eq!(read(&part).album.as_deref(), Some("130"));
    let mut corrected = part;
    let body = corrected.as_object_mut().expect("an object").remove("message").expect("the message");
    let corrected = json!({"update_id": 2, "edited_message": body});
    assert_eq!(read(&corrected).album, None);
    assert!(message(&corrected).edited);
}

#[test]
fn a_document_comes_with_name_type_and_size() {
    let document = json!({"file_id": "d", "file_name": "Báo cáo.docx", "mime_type": "application/msword", "file_size": 12});
    let message = message(&private(json!({"document": document})));
    let file = &message.documents[0];
    assert_eq!(file.name.as_deref(), Some("Báo cáo.docx"));
    assert_eq!((file.mime.as_deref(), file.size), (Some("application/msword"), Some(12)));
}

#[test]
fn a_venue_is_a_place_with_a_name() {
    let at = json!({"latitude": 21.03, "longitude": 105.85});
    let venue = json!({"location": at, "title": "Chợ Đồng Xuân", "address": "Hàng Khoai"});
    let place = message(&private(json!({"location": at, "venue": venue}))).place.expect("a place");
    assert_eq!((place.latitude, place.longitude), (21.03, 105.85));
    assert_eq!(place.name.as_deref(), Some("Chợ Đồng Xuân"));
    let place = message(&private(json!({"location": at}))).place.expect("a place");
    assert_eq!(place.name, None);
    let nowhere = json!({"location": {"latitude": 1e300, "longitude": 0}});
    assert_eq!(message(&private(nowhere)).place, None);
}

#[test]
fn a_voice_message_is_a_message_without_words() {
    for kind in ["voice", "sticker", "video", "video_note", "contact", "poll"] {
        let message = message(&private(json!({kind: {"file_id": "v"}})));
        assert!(message.text.is_empty() && message.documents.is_empty(), "{kind}");
    }
    let both = json!({"animation": {"file_id": "g"}, "document": {"file_id": "g"}});
    assert!(message(&private(both)).documents.is_empty());
}

#[test]
fn service_messages_are_unknown() {
    for extra in [
        json!({"new_chat_members": [{"id": 5}]}),
        json!({"left_chat_member": {"id": 5}}),
        json!({"migrate_from_chat_id": -5}),
        json!({"pinned_message": {}}),
    ] {
        assert_eq!(what(&group(extra)), What::Unknown);
    }
}

#[test]
fn a_group_that_became_a_supergroup_says_its_new_number() {
    let moved = group(json!({"migrate_to_chat_id": -1_001_234_567_890_i64}));
    assert_eq!(what(&moved), What::Moved { to: "-1001234567890".to_owned() });
}

#[test]
fn kinds_of_updates_that_are_not_known_say_nothing() {
    let post = json!({"message_id": 1, "chat": {"id": -5, "type": "channel"}, "text": "x"});
    for update in [
        json!({"update_id": 1, "channel_post": post}),
        json!({"update_id": 1, "message": post}),
        json!({"update_id": 1, "purchased_paid_media": {"from": {"id": 1}}}),
        json!({"update_id": 1}),
        json!({}),
        json!(null),
        json!([1, 2]),
    ] {
        assert_eq!(read(&update).incoming, None, "{update}");
    }
}

#[test]
fn in_a_group_the_bot_has_to_be_meant() {
    let addressed = |extra| message(&group(extra)).addressed;
    assert!(!addressed(json!({"text": "Chào cả nhà"})));
    assert!(addressed(json!({"text": "/vuviec"})));
    assert!(addressed(json!({"text": "/vuviec@loa_bot ML-1"})));
    assert!(!addressed(json!({"text": "/start@other_bot"})));
    assert!(addressed(json!({"text": "@loa_bot đèn hỏng"})));
    assert!(addressed(json!({"text": "đèn hỏng nhé @LOA_BOT!"})));
    assert!(!addressed(json!({"text": "@loa_bot2 đèn hỏng"})));
    assert!(!addressed(json!({"text": "ban@loa_bot.vn"})));
    assert!(addressed(json!({"caption": "@loa_bot", "photo": [{"file_id": "p"}]})));
    let ours = json!({"message_id": 3, "from": {"id": 700_000_001, "is_bot": true}});
    assert!(addressed(json!({"text": "Ở số 5", "reply_to_message": ours})));
    assert!(!addressed(json!({"text": "/start@other_bot", "reply_to_message": ours})));
    let other = json!({"message_id": 3, "from": {"id": 8, "is_bot": true}});
    assert!(!addressed(json!({"text": "Ở số 5", "reply_to_message": other})));
    assert!(!addressed(json!({"text": "Ở số 5", "reply_to_message": ours, "message_thread_id": 3})));
}

#[test]
fn while_the_bot_is_nameless_every_command_is_taken_as_its_own() {
    let read = |extra| parse::read(group(extra).to_string().as_bytes(), Timestamp(7), None);
    let addressed = |extra| read(extra).incoming.expect("came").message().expect("a message").addressed;
    assert!(addressed(json!({"text": "/start@whoever"})));
    assert!(!addressed(json!({"text": "Chào @loa_bot"})));
}

#[test]
fn a_reply_names_the_message_that_it_answers() {
    let ours = json!({"message_id": 3, "from": {"id": 700_000_001}});
    assert_eq!(
        message(&private(json!({"text": "x", "reply_to_message": ours}))).reply_to.as_deref(),
        Some("3")
    );
    let own = json!({"message_id": 3, "from": {"id": 42}});
    assert_eq!(message(&private(json!({"text": "x", "reply_to_message": own}))).reply_to, None);
}

#[test]
fn the_bots_name_is_no_part_of_what_is_said() {
    let text = |extra| message(&group(extra)).text;
    assert_eq!(text(json!({"text": "@loa_bot, đèn hỏng"})), "đèn hỏng");
    assert_eq!(text(json!({"text": "đèn @loa_bot hỏng"})), "đèn hỏng");
    assert_eq!(text(json!({"text": "/vuviec@Loa_Bot ML-1"})), "/vuviec ML-1");
    assert_eq!(text(json!({"text": "/start@other_bot x"})), "/start@other_bot x");
    // 💡 counts two units.
    let entity = json!([{"type": "text_mention", "offset": 3, "length": 3, "user": {"id": 700_000_001}}]);
    assert_eq!(text(json!({"text": "💡 Loa đèn hỏng", "entities": entity})), "💡 đèn hỏng");
    let within = json!([{"type": "text_mention", "offset": 1, "length": 99, "user": {"id": 700_000_001}}]);
    assert_eq!(text(json!({"text": "💡 Loa", "entities": within})), "💡 Loa");
}

#[test]
fn an_anonymous_administrator_is_nobody() {
    let anonymous = json!({"text": "x", "from": {"id": 1_087_968_824, "first_name": "Group"}});
    assert_eq!(read(&group(anonymous)).incoming.expect("came").from, None);
    let channel = json!({"text": "x", "sender_chat": {"id": -100, "type": "channel"}});
    assert_eq!(read(&group(channel)).incoming.expect("came").from, None);
}

#[test]
fn a_press_under_a_message_that_is_too_old_is_still_a_press() {
    let from = json!({"id": 42, "first_name": "Lan"});
    let under =
        json!({"message_id": 7, "date": 0, "chat": {"id": 42, "type": "private", "first_name": "Lan"}});
    let query = json!({"id": "77", "from": from, "message": under, "data": "nonce", "chat_instance": "1"});
    let parsed = read(&json!({"update_id": 1, "callback_query": query}));
    assert_eq!(parsed.chat_key, "telegram:42");
    let incoming = parsed.incoming.expect("a press");
    assert_eq!(incoming.from.as_ref().map(|from| from.id.as_str()), Some("42"));
    let press = incoming.press().expect("a press");
    assert_eq!((press.id.as_str(), press.data.as_str()), ("77", "nonce"));
    assert_eq!(press.message.as_deref(), Some("7"));
}

#[test]
fn the_bots_own_place_changes() {
    let change = |new| {
        what(&json!({"update_id": 1, "my_chat_member": {
            "chat": {"id": -5, "type": "group", "title": "T"}, "from": {"id": 42, "first_name": "Lan"},
            "date": 1, "old_chat_member": {"status": "left"}, "new_chat_member": new}}))
    };
    for status in ["member", "administrator"] {
        assert_eq!(change(json!({"status": status})), What::Membership(Membership::In));
    }
    for status in ["left", "kicked"] {
        assert_eq!(change(json!({"status": status})), What::Membership(Membership::Out));
    }
    let restricted = |is_member| change(json!({"status": "restricted", "is_member": is_member}));
    assert_eq!(restricted(true), What::Membership(Membership::In));
    assert_eq!(restricted(false), What::Membership(Membership::Out));
    assert_eq!(change(json!({"status": "new_kind"})), What::Unknown);
}

#[test]
fn a_text_without_end_is_cut() {
    let text = "ầ".repeat(9_000);
    assert_eq!(message(&private(json!({"text": text}))).text.encode_utf16().count(), 8192);
}
