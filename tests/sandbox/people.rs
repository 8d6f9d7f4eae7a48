//! What people do, and what the bot hears of it.

use serde_json::{Value, json};

use crate::kit::{Scene, picture};

fn texts(updates: &[Value]) -> Vec<&str> {
    updates.iter().filter_map(|update| update["message"]["text"].as_str()).collect()
}

#[tokio::test]
async fn privacy_mode_hides_what_is_not_for_the_bot() {
    let scene = Scene::new().await;
    let sent = scene.send(-50, "Ai trực?").await["message_id"].as_i64().expect("a number");
    for text in [
        "nói chuyện riêng",
        "/baocao",
        "/baocao@other_bot",
        "/baocao@Loa_Bot x",
        "hỏi @loa_bot xem",
        "@lan ơi",
    ] {
        scene.sandbox.say(2, -50, text);
    }
    scene.sandbox.say_reply(2, -50, sent, "em trực");
    let updates = scene.updates().await;
    assert_eq!(texts(&updates), ["/baocao", "/baocao@Loa_Bot x", "hỏi @loa_bot xem", "em trực"]);
    assert_eq!(updates[0]["message"]["entities"], json!([{"type": "bot_command", "offset": 0, "length": 7}]));
    assert_eq!(updates[3]["message"]["reply_to_message"]["text"], "Ai trực?");
    scene.sandbox.set_bot_admin(-50, 1, true);
    scene.sandbox.say(2, -50, "giờ bot nghe hết");
    assert_eq!(texts(&scene.updates().await), ["giờ bot nghe hết"]);
}

#[tokio::test]
async fn pictures_places_and_links_reach_the_bot() {
    let scene = Scene::new().await;
    let sandbox = &scene.sandbox;
    let ids = sandbox.send_album(1, 1, vec![picture(40, 30), picture(30, 40)], "Cột điện đổ");
    sandbox.send_photo(1, 1, picture(40, 30), "");
    sandbox.send_document(1, 1, "bao-cao.pdf", "application/pdf", b"%PDF".to_vec(), "tháng 3");
    sandbox.send_location(1, 1, 21.0, 105.8);
    sandbox.send_venue(1, 1, "Trạm bơm", "Xóm 3", (21.0, 105.8));
    sandbox.open_link(3, "moi_abc-1");
    let updates = scene.updates().await;
    let message = |index: usize| &updates[index]["message"];
    assert_eq!((ids.len(), updates.len()), (2, 7));
    assert_eq!(message(0)["media_group_id"], message(1)["media_group_id"]);
    assert_eq!((&message(0)["caption"], &message(1)["caption"]), (&json!("Cột điện đổ"), &Value::Null));
    assert!(message(2)["media_group_id"].is_null() && message(2)["photo"].is_array());
    assert_eq!(message(3)["document"]["file_name"], "bao-cao.pdf");
    assert_eq!((&message(4)["venue"], &message(5)["venue"]["title"]), (&Value::Null, &json!("Trạm bơm")));
    assert_eq!(message(6)["text"], "/start moi_abc-1");
    insta::assert_snapshot!(sandbox.render_chat(1), @r"
    👤 Lan: /start
    👤 Lan: [📷 2] Cột điện đổ
    👤 Lan: [📷 1]
    👤 Lan: [📎 bao-cao.pdf] tháng 3
    👤 Lan: [📍 21.00000, 105.80000]
    👤 Lan: [📍 Trạm bơm 21.00000, 105.80000]
    ");
}

#[tokio::test]
async fn the_bot_may_not_write_to_everybody() {
    let scene = Scene::new().await;
    let refused = async |chat: i64| scene.refused("sendMessage", json!({"chat_id": chat, "text": "x"})).await;
    assert_eq!(refused(3).await, (403, "Forbidden: bot can't initiate conversation with a user".into()));
    assert_eq!(refused(99).await, (400, "Bad Request: chat not found".into()));
    scene.sandbox.block(1);
    assert_eq!(refused(1).await, (403, "Forbidden: bot was blocked by the user".into()));
    let updates = scene.updates().await;
    assert_eq!(updates[0]["my_chat_member"]["new_chat_member"]["status"], "kicked");
    scene.sandbox.unblock(1);
    scene.send(1, "lại được").await;
    scene.sandbox.remove_bot(-50, 1);
    assert_eq!(refused(-50).await, (403, "Forbidden: bot was kicked from the group chat".into()));
    assert!(scene.sandbox.violations().is_empty());
}

#[tokio::test]
async fn a_group_becomes_a_supergroup() {
    let scene = Scene::new().await;
    let new = -1_000_000_000_051;
    scene.sandbox.migrate_group(-50, new);
    let updates = scene.updates().await;
    assert_eq!(updates[0]["message"]["migrate_to_chat_id"], new);
    assert_eq!(updates[1]["message"]["migrate_from_chat_id"], -50);
    assert_eq!(updates[1]["message"]["chat"]["type"], "supergroup");
    let (code, answer) = scene.call("sendMessage", json!({"chat_id": -50, "text": "x"})).await;
    assert_eq!((code, &answer["parameters"]["migrate_to_chat_id"]), (400, &json!(new)));
    scene.send(new, "ở nhà mới").await;
    scene.sandbox.say(2, new, "/baocao");
    assert_eq!(texts(&scene.updates().await), ["/baocao"]);
}

#[tokio::test]
async fn people_correct_themselves_and_press_what_is_gone() {
    let scene = Scene::new().await;
    let id = scene.sandbox.say(1, 1, "sai chính tả");
    scene.sandbox.edit(1, 1, id, "đúng chính tả");
    assert_eq!(scene.updates().await[1]["edited_message"]["text"], "đúng chính tả");
    let sent = scene.send(1, "không có nút").await["message_id"].as_i64().expect("a number");
    scene.sandbox.press_data(1, 1, sent, "forged");
    assert_eq!(scene.updates().await[0]["callback_query"]["data"], "forged");
}

#[tokio::test]
#[should_panic(expected = "👤 Lan: /start")]
async fn waiting_in_vain_shows_the_chats() {
    let clock = crate::kit::Clock::new();
    let mut options = clock.options();
    options.wait_bound = std::time::Duration::from_millis(50);
    let scene = Scene::with(options, clock).await;
    scene.sandbox.wait_for(|_| None::<()>).await;
}
