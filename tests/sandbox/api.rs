//! The methods, in all encodings.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::kit::{Scene, picture};

#[tokio::test]
async fn a_message_is_sent_in_every_encoding() {
    let scene = Scene::new().await;
    let sent = scene.send(1, "Chào chị, xem https://example.vn nhé").await;
    assert_eq!(sent["message_id"], 2);
    assert_eq!(sent["from"]["username"], "loa_bot");
    assert_eq!(sent["chat"], json!({"id": 1, "first_name": "Lan", "type": "private"}));
    assert_eq!(sent["date"], crate::kit::MORNING / 1_000_000);
    assert_eq!(sent["entities"][0], json!({"type": "url", "offset": 14, "length": 18}));

    let form = [("chat_id", "1"), ("text", "qua biểu mẫu & dấu"), ("disable_notification", "true")];
    let body = reqwest::Url::parse_with_params("http://x/", form).expect("pairs");
    let send = scene.http.post(scene.url("SendMessage")).body(body.query().unwrap_or_default().to_owned());
    let answer = send.header("Content-Type", "application/x-www-form-urlencoded").send().await.expect("sent");
    assert_eq!(answer.status(), 200);
    let answer = scene.http.get(scene.url("sendmessage?chat_id=1&text=qua+%C4%91%E1%BB%8Ba+ch%E1%BB%89"));
    assert_eq!(answer.send().await.expect("sent").status(), 200);
    let keys = json!({"inline_keyboard": [[{"text": "Đã nhận", "callback_data": "ok"}]]}).to_string();
    let form = Form::new().text("chat_id", "1").text("text", "nhiều phần").text("reply_markup", keys);
    let answer = scene.http.post(scene.url("sendMessage")).multipart(form).send().await.expect("sent");
    assert_eq!(answer.status(), 200);
    insta::assert_snapshot!(scene.sandbox.render_chat(1), @r"
    👤 Lan: /start
    🤖 loa: Chào chị, xem https://example.vn nhé
    🤖 loa: qua biểu mẫu & dấu
    🤖 loa: qua địa chỉ
    🤖 loa: nhiều phần
        [ Đã nhận ]
    ");
    assert_eq!(scene.sandbox.accepted_count(), 4);
    assert!(scene.sandbox.violations().is_empty());
}

#[tokio::test]
async fn pictures_and_files_go_both_ways() {
    let scene = Scene::new().await;
    let bytes = picture(1000, 500);
    let photo = Part::bytes(bytes.clone()).file_name("a.jpg");
    let form = Form::new().text("chat_id", "1").text("caption", "Cống vỡ").part("photo", photo);
    let answer = scene.http.post(scene.url("sendPhoto")).multipart(form).send().await.expect("sent");
    let answer: Value = answer.json().await.expect("JSON");
    let sizes = answer["result"]["photo"].as_array().expect("sizes");
    assert_eq!(sizes.len(), 4);
    assert_eq!((&sizes[3]["width"], &sizes[3]["height"]), (&json!(1000), &json!(500)));

    // The same picture again by its identifier, and as a document, which is not allowed.
    let id = &sizes[3]["file_id"];
    scene.ok("sendPhoto", json!({"chat_id": 2, "photo": id})).await;
    let (code, text) = scene.refused("sendDocument", json!({"chat_id": 2, "document": id})).await;
    assert_eq!((code, text.as_str()), (400, "Bad Request: can't use file of type Photo as Document"));
    let (_, text) = scene.refused("sendPhoto", json!({"chat_id": 2, "photo": "nonsense"})).await;
    assert_eq!(text, "Bad Request: wrong file identifier/HTTP URL specified");

    for (size, whole) in [(3, true), (0, false)] {
        let file = scene.ok("getFile", json!({"file_id": sizes[size]["file_id"]})).await;
        let path = file["file_path"].as_str().expect("a path");
        let url = format!("{}/file/bot{}/{path}", scene.sandbox.url(), scene.sandbox.token());
        let got = scene.http.get(url).send().await.expect("sent").bytes().await.expect("bytes");
        assert_eq!(got == bytes, whole);
        let got = image::load_from_memory(&got).expect("a picture");
        assert_eq!(u64::from(got.width()), sizes[size]["width"].as_u64().expect("a width"));
    }
    let form =
        Form::new().text("chat_id", "1").part("document", Part::bytes(b"a,b".to_vec()).file_name("a.csv"));
    scene.http.post(scene.url("sendDocument")).multipart(form).send().await.expect("sent");
    assert_eq!(
        scene.sandbox.accepted().last().map(|call| call.files.clone()),
        Some(vec!["a.csv".to_owned()])
    );
    let seen = scene.sandbox.last(1).expect("a message");
    assert_eq!(seen.files, ["a.csv"]);
}

#[tokio::test]
async fn an_album_is_one_call_and_several_messages() {
    let scene = Scene::new().await;
    let media = json!([{"type": "photo", "media": "attach://one", "caption": "Hai ảnh"},
        {"type": "photo", "media": "attach://two"}]);
    let part = || Part::bytes(picture(64, 64)).file_name("x.jpg");
    let form = Form::new().text("chat_id", "-50").text("media", media.to_string());
    let form = form.part("one", part()).part("two", part());
    let answer = scene.http.post(scene.url("sendMediaGroup")).multipart(form).send().await.expect("sent");
    let answer: Value = answer.json().await.expect("JSON");
    let messages = answer["result"].as_array().expect("messages");
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0]["media_group_id"], messages[1]["media_group_id"]);
    let accepted = scene.sandbox.accepted();
    assert_eq!((accepted.len(), accepted[0].message_ids.len(), &*accepted[0].text), (1, 2, "Hai ảnh"));
    assert!(scene.sandbox.render_chat(-50).ends_with("🤖 loa: [📷 2] Hai ảnh\n"));
}

#[tokio::test]
async fn messages_are_edited_and_deleted() {
    let scene = Scene::new().await;
    let keys = json!({"inline_keyboard": [[{"text": "Xong", "callback_data": "done"}]]});
    let sent = scene.ok("sendMessage", json!({"chat_id": 1, "text": "cũ", "reply_markup": keys})).await;
    let id = sent["message_id"].clone();
    let edit = json!({"chat_id": 1, "message_id": id, "text": "mới", "reply_markup": keys});
    let edited = scene.ok("editMessageText", edit.clone()).await;
    assert_eq!((&edited["text"], &edited["reply_markup"]), (&json!("mới"), &keys));
    let (_, text) = scene.refused("editMessageText", edit).await;
    assert!(text.starts_with("Bad Request: message is not modified: "), "{text}");
    scene.ok("editMessageReplyMarkup", json!({"chat_id": 1, "message_id": id})).await;
    assert_eq!(scene.sandbox.last(1).expect("a message").buttons.len(), 0);
    let (_, text) = scene.refused("editMessageCaption", json!({"chat_id": 1, "message_id": id})).await;
    assert_eq!(text, "Bad Request: there is no caption in the message to edit");
    let (_, text) =
        scene.refused("editMessageText", json!({"chat_id": 1, "message_id": 99, "text": "x"})).await;
    assert_eq!(text, "Bad Request: message to edit not found");
    scene.ok("deleteMessage", json!({"chat_id": 1, "message_id": id})).await;
    let (_, text) = scene.refused("deleteMessage", json!({"chat_id": 1, "message_id": id})).await;
    assert_eq!(text, "Bad Request: message to delete not found");
    assert!(scene.sandbox.violations().is_empty());
}

#[tokio::test]
async fn a_pressed_button_is_answered_once_and_in_time() {
    let scene = Scene::new().await;
    let keys = json!({"inline_keyboard": [[{"text": "Xác nhận", "callback_data": "yes:1"}]]});
    let sent = scene.ok("sendMessage", json!({"chat_id": -50, "text": "Họp", "reply_markup": keys})).await;
    let id = sent["message_id"].as_i64().expect("a number");
    let query = scene.sandbox.press(2, -50, id, "Xác nhận");
    let update = &scene.updates().await[0]["callback_query"];
    assert_eq!((&update["data"], &update["from"]["first_name"]), (&json!("yes:1"), &json!("Minh")));
    assert_eq!(update["message"]["text"], "Họp");
    let answer = json!({"callback_query_id": query, "text": "Đã ghi", "show_alert": true});
    scene.ok("answerCallbackQuery", answer.clone()).await;
    let shown = scene.sandbox.answer_to(&query).expect("an answer");
    assert_eq!((shown.text.as_str(), shown.alert, shown.user), ("Đã ghi", true, 2));
    let late = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(scene.refused("answerCallbackQuery", answer).await.1, late);
    let query = scene.sandbox.press(2, -50, id, "yes:1");
    scene.clock.forward(61);
    assert_eq!(scene.refused("answerCallbackQuery", json!({"callback_query_id": query})).await.1, late);
}

#[tokio::test]
async fn places_chats_and_members_are_described() {
    let scene = Scene::new().await;
    let venue = json!({"chat_id": 1, "latitude": 21.03, "longitude": 105.85, "title": "Nhà văn hoá", "address": "Tổ 5"});
    assert_eq!(scene.ok("sendVenue", venue).await["venue"]["title"], "Nhà văn hoá");
    scene.ok("sendLocation", json!({"chat_id": 1, "latitude": 21.03, "longitude": 105.85})).await;
    assert_eq!(scene.ok("getMe", json!({})).await["can_read_all_group_messages"], false);
    assert_eq!(scene.ok("getChat", json!({"chat_id": -50})).await["title"], "Tổ dân phố 5");
    assert_eq!(scene.ok("getChatMemberCount", json!({"chat_id": -50})).await, 4);
    let member = scene.ok("getChatMember", json!({"chat_id": -50, "user_id": 1})).await;
    assert_eq!(member["status"], "creator");
    scene.sandbox.set_bot_admin(-50, 1, true);
    let admins = scene.ok("getChatAdministrators", json!({"chat_id": -50})).await;
    assert_eq!(admins.as_array().map(Vec::len), Some(2));
    scene.ok("sendChatAction", json!({"chat_id": 1, "action": "typing"})).await;
    let commands = json!([{"command": "baocao", "description": "Gửi báo cáo"}]);
    scene.ok("setMyCommands", json!({"commands": commands})).await;
    assert_eq!(scene.ok("getMyCommands", json!({})).await, commands);
    scene.ok("leaveChat", json!({"chat_id": -50})).await;
    let (code, text) = scene.refused("sendMessage", json!({"chat_id": -50, "text": "x"})).await;
    assert_eq!((code, text.as_str()), (403, "Forbidden: bot is not a member of the group chat"));
}

#[tokio::test]
async fn wrong_tokens_and_hosts_are_turned_away() {
    let scene = Scene::new().await;
    let answer = scene.http.get(format!("{}/bot1:x/getMe", scene.sandbox.url())).send().await.expect("sent");
    assert_eq!(answer.status(), 401);
    let answer =
        scene.http.get(scene.url("getMe")).header("Host", "evil.example").send().await.expect("sent");
    assert_eq!(answer.status(), 403);
    assert_eq!(scene.refused("getMee", json!({})).await, (404, "Not Found".into()));
    assert_eq!(scene.sandbox.violations().len(), 1);
}
