//! Zalo's bot platform: calls, and what people send.

use loa::sandbox::{Fault, Outcome, Rule, ZaloNothing};
use serde_json::{Value, json};

use crate::kit::picture;
use crate::zalo_kit::Scene;

#[tokio::test]
async fn a_bot_knows_itself_hears_and_answers() {
    let scene = Scene::new().await;
    let me = scene.ok("getMe", json!({})).await;
    assert_eq!(
        me,
        json!({"id": "1459232241454765289", "account_name": "bot.loa", "account_type": "BASIC",
            "can_join_groups": false})
    );
    let id = scene.zalo.say("lan", "Xin chào");
    let person = json!({"id": "lan", "display_name": "Lan", "is_bot": false});
    let message = json!({"message_id": id, "date": 1_772_413_200_000_i64, "from": person,
        "chat": {"id": "lan", "chat_type": "PRIVATE"}, "text": "Xin chào"});
    let update = scene.update().await;
    assert_eq!(update, json!({"event_name": "message.text.received", "message": message}));
    let sent = scene.send("lan", "Chào Lan!\nBạn khỏe không?").await;
    assert_eq!(sent["date"], 1_772_413_200_000_i64);
    assert_eq!(scene.zalo.last("lan").map(|seen| json!(seen.id)), Some(sent["message_id"].clone()));
    let chat = "👤 Lan: Chào\n👤 Lan: Xin chào\n🤖 loa: Chào Lan!\n    Bạn khỏe không?\n";
    assert_eq!(scene.zalo.render_chat("lan"), chat);
    assert!(scene.zalo.render_all().starts_with("── Lan (lan) ──\n👤 Lan: Chào\n"));
    assert!(scene.zalo.violations().is_empty());
}

#[tokio::test]
async fn what_was_handed_out_once_is_gone() {
    let scene = Scene::new().await;
    scene.zalo.say("lan", "một");
    scene.zalo.say("minh", "hai");
    assert_eq!(scene.zalo.pending_updates(), 2);
    scene.zalo.faults().add(Rule::new(Fault::ResetAfter).method("getUpdates").times(1));
    let broken = scene.http.post(scene.url("getUpdates")).send().await;
    assert!(broken.expect_err("the connection breaks").status().is_none());
    // The first went down with the connection.
    assert_eq!(scene.update().await["message"]["text"], "hai");
    assert!(scene.zalo.has_update_in_hand(), "until the bot asks again");
    assert_eq!(scene.refused("getUpdates", json!({"timeout": 0})).await, 408);
    assert!(!scene.zalo.has_update_in_hand());
    assert_eq!(scene.zalo.pending_updates(), 0);
}

#[tokio::test]
async fn a_waiting_call_wakes_at_once() {
    let scene = Scene::new().await;
    let poll = scene.ok("getUpdates", json!({"timeout": "30"}));
    let speak = async { scene.zalo.say("lan", "có ai không?") };
    assert_eq!(tokio::join!(poll, speak).0["message"]["text"], "có ai không?");
}

#[tokio::test]
async fn answers_come_in_the_shapes_on_which_sources_disagree() {
    let scene = Scene::with(|options| options.updates_in_array = true).await;
    scene.zalo.say("lan", "một");
    assert_eq!(scene.update().await[0]["message"]["text"], "một");
    scene.zalo.change(|options| options.nothing = ZaloNothing::Null);
    assert_eq!(scene.call("getUpdates", json!({"timeout": "0"})).await.1, json!({"ok": true}));
    scene.zalo.change(|options| options.nothing = ZaloNothing::Empty);
    assert_eq!(scene.update().await, json!({}));
    scene.zalo.change(|options| options.real_status = true);
    assert_eq!(scene.call("sendmessage", json!({})).await.0, 404);
}

#[tokio::test]
async fn parameters_come_in_four_ways_and_two_verbs() {
    let scene = Scene::new().await;
    let pairs = [("chat_id", "lan"), ("text", "Xin chào")];
    let url = scene.url("sendMessage");
    let form = reqwest::multipart::Form::new().text("chat_id", "lan").text("text", "Xin chào");
    let query = reqwest::Url::parse_with_params(&url, pairs).expect("an address");
    let ways = [
        scene.http.get(query.clone()),
        scene.http.post(query),
        scene
            .http
            .post(&url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("chat_id=lan&text=Xin+ch%C3%A0o"),
        scene.http.post(&url).multipart(form),
    ];
    for way in ways {
        let answer: Value = way.send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!(answer["ok"], true, "{answer}");
    }
    let said = scene.zalo.accepted().into_iter().filter(|call| call.text == "Xin chào").count();
    assert_eq!((said, scene.zalo.violations().len()), (4, 0));
    let answer = scene.http.put(&url).send().await.expect("an answer").json::<Value>().await.expect("JSON");
    assert_eq!(answer["error_code"], 404);
}

#[tokio::test]
async fn wrong_calls_are_refused_and_recorded() {
    let scene = Scene::new().await;
    let wrong = [
        ("sendMessage", json!({"chat_id": "lan"}), 400),
        ("sendMessage", json!({"text": "x"}), 400),
        ("sendMessage", json!({"chat_id": 5, "text": "x"}), 400),
        ("sendMessage", json!({"chat_id": "lan", "text": "  "}), 400),
        ("sendMessage", json!({"chat_id": "lan", "text": "x".repeat(2001)}), 400),
        ("sendMessage", json!({"chat_id": "lan", "text": "😀".repeat(1001)}), 400),
        ("sendMessage", json!({"chat_id": "lan", "text": "x", "reply_markup": {}}), 400),
        ("sendMessage", json!({"chat_id": "lan", "text": "x", "parse_mode": "HTML"}), 400),
        ("sendPhoto", json!({"chat_id": "lan", "photo": "file:///etc/passwd"}), 400),
        ("sendVoice", json!({"chat_id": "lan", "voice_url": "x"}), 400),
        ("sendSticker", json!({"chat_id": "lan"}), 400),
        ("sendChatAction", json!({"chat_id": "lan", "action": "dancing"}), 400),
        ("getUpdates", json!({"offset": 5}), 400),
        ("getUpdates", json!({"timeout": "soon"}), 400),
        ("getMe", json!({"x": 1}), 400),
        ("sendDocument", json!({"chat_id": "lan"}), 404),
        ("SendMessage", json!({"chat_id": "lan", "text": "x"}), 404),
    ];
    for (method, body, code) in &wrong {
        assert_eq!(scene.refused(method, body.clone()).await, *code, "{method} {body}");
    }
    let violations = scene.zalo.violations();
    assert_eq!(violations.len(), wrong.len());
    assert_eq!((violations[0].method.as_str(), violations[0].chat.as_deref()), ("sendMessage", Some("lan")));
    assert!(scene.zalo.accepted().is_empty());
    scene.send("lan", &"x".repeat(2000)).await;
}

#[tokio::test]
async fn nobody_is_spoken_to_who_has_not_written() {
    let scene = Scene::new().await;
    let hoa = json!({"chat_id": "hoa", "text": "Chào Hoa"});
    assert_eq!(scene.refused("sendMessage", hoa.clone()).await, 403);
    assert_eq!(scene.refused("sendMessage", json!({"chat_id": "ai", "text": "Chào"})).await, 400);
    scene.zalo.send_unsupported("hoa", false);
    scene.ok("sendMessage", hoa).await;
    // Either can happen to a bot that does nothing wrong.
    assert!(scene.zalo.violations().is_empty());
    let outcomes: Vec<Outcome> = scene.zalo.attempts().into_iter().map(|call| call.outcome).collect();
    assert!(matches!(outcomes[..], [Outcome::Refused(403, _), Outcome::Refused(400, _), Outcome::Ok]));
}

#[tokio::test]
async fn a_revoked_token_is_refused() {
    let scene = Scene::new().await;
    let old = scene.url("getMe");
    let poll = scene.refused("getUpdates", json!({"timeout": "30"}));
    let (code, ()) = tokio::join!(poll, async { scene.zalo.expire_token() });
    assert_eq!(code, 401);
    assert_eq!(scene.refused("getMe", json!({})).await, 401);
    scene.zalo.set_token("1459232241454765289:new");
    scene.ok("getMe", json!({})).await;
    let answer: Value = scene.http.get(old).send().await.expect("sent").json().await.expect("JSON");
    assert_eq!(answer["error_code"], 401);
}

#[tokio::test]
async fn people_send_what_is_not_text() {
    let scene = Scene::new().await;
    scene.zalo.send_photo("lan", picture(8, 8), "Đường ngập");
    scene.zalo.send_voice("lan", b"aloud".to_vec());
    scene.zalo.send_sticker("lan", "s1");
    scene.zalo.send_unsupported("lan", true);
    scene.zalo.send_unsupported("lan", false);
    let image = scene.update().await;
    assert_eq!(
        (&image["event_name"], &image["message"]["caption"]),
        (&json!("message.image.received"), &json!("Đường ngập"))
    );
    let url = image["message"]["photo_url"].as_str().expect("an address");
    let got = scene.http.get(url).send().await.expect("an answer");
    assert_eq!(got.headers()["content-type"], "image/jpeg");
    assert_eq!(got.bytes().await.expect("bytes"), picture(8, 8));
    let voice = scene.update().await;
    assert_eq!(voice["event_name"], "message.voice.received");
    let aloud = scene.http.get(voice["message"]["voice_url"].as_str().expect("an address")).send().await;
    assert_eq!(aloud.expect("an answer").bytes().await.expect("bytes"), "aloud");
    let sticker = scene.update().await;
    assert_eq!(
        (&sticker["event_name"], &sticker["message"]["sticker"]),
        (&json!("message.sticker.received"), &json!("s1"))
    );
    assert!(sticker["message"]["url"].is_string());
    let unsupported = scene.update().await;
    assert_eq!(unsupported["event_name"], "message.unsupported.received");
    assert_eq!(unsupported["message"]["from"]["display_name"], "Lan");
    assert_eq!(scene.update().await, json!({"event_name": "message.unsupported.received"}));
    let chat = scene.zalo.render_chat("lan");
    assert_eq!(
        chat,
        "👤 Lan: Chào\n👤 Lan: [📷 1] Đường ngập\n👤 Lan: [🎤]\n👤 Lan: [😀 s1]\n👤 Lan: [📎]\n👤 Lan: [📎]\n"
    );
}

#[tokio::test]
async fn the_address_of_a_picture_runs_out() {
    let scene = Scene::with(|options| options.photo_as_documented = true).await;
    scene.zalo.send_photo("lan", picture(8, 8), "");
    let image = scene.update().await["message"].take();
    assert_eq!((&image["photo_url"], &image["caption"]), (&Value::Null, &Value::Null));
    let status = async || {
        let answer = scene.http.get(image["photo"].as_str().expect("an address")).send().await;
        answer.expect("an answer").status().as_u16()
    };
    scene.clock.forward(3599);
    assert_eq!(status().await, 200);
    scene.clock.forward(1);
    assert_eq!(status().await, 404);
}

#[tokio::test]
async fn whatever_is_injected_arrives_as_it_is() {
    let scene = Scene::new().await;
    scene.zalo.inject_raw(json!({"event_name": "message.of.the.future", "x": 1}));
    assert_eq!(scene.update().await, json!({"event_name": "message.of.the.future", "x": 1}));
}
