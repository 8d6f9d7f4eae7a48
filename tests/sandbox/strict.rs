//! What a correct bot never sends is refused and recorded.

use serde_json::{Value, json};

use crate::kit::Scene;

async fn violation(scene: &Scene, method: &str, body: Value, part: &str) {
    let before = scene.sandbox.violations().len();
    let (code, text) = scene.refused(method, body).await;
    assert_eq!(code, 400);
    assert!(text.contains(part), "{text:?} lacks {part:?}");
    let all = scene.sandbox.violations();
    assert_eq!(all.len(), before + 1, "{part}");
    assert_eq!(all[before].what, text);
}

fn with(more: Value) -> Value {
    let mut body = json!({"chat_id": 1, "text": "Chào"});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    body
}

fn keys(button: Value) -> Value {
    with(json!({"reply_markup": {"inline_keyboard": [[button]]}}))
}

#[tokio::test]
async fn parameters_are_checked() {
    let scene = Scene::new().await;
    for (more, part) in [
        (json!({"txt": "x"}), "unknown parameter \"txt\""),
        (json!({"text": 7}), "must be a string"),
        (json!({"disable_notification": "true"}), "must be a boolean"),
        (json!({"text": " \n"}), "message text is empty"),
        (json!({"parse_mode": "Html5"}), "unsupported parse_mode"),
        (json!({"text": "<b>a", "parse_mode": "HTML"}), "can't parse entities"),
        (json!({"text": "a.b", "parse_mode": "MarkdownV2"}), "Character '.' is reserved"),
        (json!({"entities": [{"type": "bold", "offset": 2, "length": 9}]}), "out of range"),
        (json!({"entities": [{"type": "huge", "offset": 0, "length": 1}]}), "unsupported entity type"),
        (json!({"text": "😀", "entities": [{"type": "bold", "offset": 0, "length": 1}]}), "out of range"),
        (json!({"reply_parameters": {"message": 1}}), "unknown field"),
        (json!({"reply_markup": {"inline_keyboards": []}}), "unknown field"),
    ] {
        violation(&scene, "sendMessage", with(more), part).await;
    }
    violation(&scene, "sendMessage", json!({"text": "x"}), "chat_id is empty").await;
    assert_eq!(scene.sandbox.accepted_count(), 0);
}

#[tokio::test]
async fn lengths_count_utf16_units_after_markup() {
    let scene = Scene::new().await;
    scene.send(1, &"😀".repeat(2048)).await;
    let marked = format!("<b>{}</b>&lt;", "x".repeat(4095));
    scene.ok("sendMessage", with(json!({"text": marked, "parse_mode": "HTML"}))).await;
    violation(&scene, "sendMessage", with(json!({"text": "😀".repeat(2049)})), "message is too long").await;
    let photo = json!({"chat_id": 1, "photo": "x", "caption": "x".repeat(1025)});
    violation(&scene, "sendPhoto", photo, "message caption is too long").await;
}

#[tokio::test]
async fn buttons_are_checked() {
    let scene = Scene::new().await;
    for data in ["", &"x".repeat(65), &"ạ".repeat(22)] {
        let button = json!({"text": "Nút", "callback_data": data});
        violation(&scene, "sendMessage", keys(button), "BUTTON_DATA_INVALID").await;
    }
    scene.ok("sendMessage", keys(json!({"text": "Nút", "callback_data": "ạ".repeat(21)}))).await;
    violation(&scene, "sendMessage", keys(json!({"text": "Nút"})), "text buttons are unallowed").await;
    violation(&scene, "sendMessage", keys(json!({"text": "N", "url": "http://localhost"})), "Wrong HTTP URL")
        .await;
    let row: Vec<Value> = (0..101).map(|n| json!({"text": "x", "callback_data": n.to_string()})).collect();
    let many = with(json!({"reply_markup": {"inline_keyboard": [row]}}));
    violation(&scene, "sendMessage", many, "reply markup is too long").await;
}

#[tokio::test]
async fn markup_becomes_entities() {
    let scene = Scene::new().await;
    let html =
        "Chào <b>chị <i>Lan</i></b>, <a href=\"https://x.vn/?a=1&amp;b=2\">xem</a> <code>a&lt;b</code>";
    let sent = scene.ok("sendMessage", with(json!({"text": html, "parse_mode": "HTML"}))).await;
    assert_eq!(sent["text"], "Chào chị Lan, xem a<b");
    let wanted = json!([{"type": "bold", "offset": 5, "length": 7}, {"type": "italic", "offset": 9, "length": 3},
        {"type": "text_link", "offset": 14, "length": 3, "url": "https://x.vn/?a=1&b=2"},
        {"type": "code", "offset": 18, "length": 3}]);
    assert_eq!(sent["entities"], wanted);
    let marks = "*đậm* _nghiêng_ __gạch__ \\. [xem](https://x.vn) `mã`";
    let sent = scene.ok("sendMessage", with(json!({"text": marks, "parse_mode": "MarkdownV2"}))).await;
    assert_eq!(sent["text"], "đậm nghiêng gạch . xem mã");
    let kinds: Vec<&str> =
        sent["entities"].as_array().into_iter().flatten().filter_map(|e| e["type"].as_str()).collect();
    assert_eq!(kinds, ["bold", "italic", "underline", "text_link", "code"]);
}

#[tokio::test]
async fn an_album_does_not_mix() {
    let scene = Scene::new().await;
    let item = |kind: &str| json!({"type": kind, "media": "x"});
    let mixed = json!({"chat_id": 1, "media": [item("photo"), item("document")]});
    violation(&scene, "sendMediaGroup", mixed, "can't be mixed").await;
    violation(&scene, "sendMediaGroup", json!({"chat_id": 1, "media": [item("photo")]}), "2-10").await;
}
