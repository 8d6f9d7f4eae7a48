//! Zalo's bot platform: what the bot says, and how much of it.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use chrono::{TimeZone, Utc};
use loa::sandbox::{Fault, Rule};
use serde_json::{Value, json};

use crate::kit::{MORNING, picture};
use crate::zalo_kit::{Scene, serve};

fn text(chat: &str) -> Value {
    json!({"chat_id": chat, "text": "Thông báo số 7"})
}

#[tokio::test]
async fn a_month_holds_only_so_many_messages() {
    let scene = Scene::with(|options| options.monthly_quota = 2).await;
    scene.send("lan", "một").await;
    scene.ok("sendSticker", json!({"chat_id": "lan", "sticker": "s1"})).await;
    let (_, refused) = scene.call("sendMessage", text("lan")).await;
    assert_eq!((&refused["error_code"], &refused["parameters"]), (&json!(429), &Value::Null));
    assert_eq!(scene.zalo.sent_this_month(), 2);
    // What says nothing costs nothing.
    scene.ok("sendChatAction", json!({"chat_id": "lan", "action": "typing"})).await;
    // The next month begins at midnight in Vietnam, seven hours before it does at Greenwich.
    let april = Utc.with_ymd_and_hms(2026, 3, 31, 17, 0, 0).single().expect("a date").timestamp();
    scene.clock.forward(april - MORNING / 1_000_000 - 1);
    assert_eq!(scene.refused("sendMessage", text("lan")).await, 429);
    scene.clock.forward(1);
    assert_eq!(scene.zalo.sent_this_month(), 0);
    scene.send("lan", "hai").await;
    assert_eq!(scene.zalo.sent_this_month(), 1);
}

#[tokio::test]
async fn a_plan_holds_only_so_many_people() {
    let scene = Scene::with(|options| options.most_people = 1).await;
    scene.send("lan", "một").await;
    assert_eq!(scene.refused("sendMessage", text("minh")).await, 429);
    scene.send("lan", "hai").await;
    scene.zalo.change(|options| options.most_people = 2);
    scene.send("minh", "ba").await;
    assert!(scene.zalo.violations().is_empty());
}

#[tokio::test]
async fn a_second_may_hold_only_so_many_messages() {
    let scene = Scene::with(|options| options.per_second = Some(2)).await;
    scene.send("lan", "một").await;
    scene.send("minh", "hai").await;
    assert_eq!(scene.refused("sendMessage", text("lan")).await, 429);
    scene.clock.forward(1);
    scene.send("lan", "ba").await;
}

#[tokio::test]
async fn styles_lie_within_the_text() {
    let scene = Scene::new().await;
    let styled = |styles: Value| json!({"chat_id": "lan", "text": "😀 Họp", "text_styles": styles});
    let good = json!([{"start": 3, "len": 3, "st": ["b", "c_db342e"]}]);
    scene.ok("sendMessage", styled(good.clone())).await;
    assert_eq!(json!(scene.zalo.last("lan").expect("a message").styles), good);
    let bad = [
        json!([{"start": 3, "len": 4, "st": ["b"]}]),
        json!([{"start": 1, "len": 2, "st": ["b"]}]),
        json!([{"start": 0, "len": 0, "st": ["b"]}]),
        json!([{"start": 0, "len": 2, "st": []}]),
        json!([{"start": 0, "len": 2, "st": ["bold"]}]),
        json!([{"start": 0, "len": 2, "st": ["c_red"]}]),
        json!([{"start": 0, "length": 2, "st": ["b"]}]),
        json!([{"start": -1, "len": 2, "st": ["b"]}]),
    ];
    for styles in &bad {
        assert_eq!(scene.refused("sendMessage", styled(styles.clone())).await, 400, "{styles}");
    }
    assert_eq!(scene.zalo.violations().len(), bad.len());
}

#[tokio::test]
async fn markup_is_shown_or_rejects_the_message() {
    let scene = Scene::new().await;
    let shown = [
        (
            "markdown",
            "# Họp **gấp** và *ngắn*\n* {red}8 giờ{/red} ~~9 giờ~~",
            "Họp gấp và ngắn\n• 8 giờ 9 giờ",
        ),
        ("html", "<b>Họp</b> <span style=\"color:red\">gấp</span> 1 &lt; 2 &amp;amp;", "Họp gấp 1 < 2 &amp;"),
    ];
    for (mode, text, plain) in shown {
        scene.ok("sendMessage", json!({"chat_id": "lan", "text": text, "parse_mode": mode})).await;
        assert_eq!(scene.zalo.last("lan").expect("a message").text, plain);
    }
    let broken = [
        ("markdown", "**Họp"),
        ("markdown", "**Họp *gấp** nhé*"),
        ("markdown", "{/red}"),
        ("markdown", "[nút](https://example.com)"),
        ("markdown", "`mã`"),
        ("html", "<b>Họp"),
        ("html", "<a href=\"x\">x</a>"),
        ("html", "<b><i>Họp</b></i>"),
        ("html", "1 < 2"),
    ];
    for (mode, text) in broken {
        let body = json!({"chat_id": "lan", "text": text, "parse_mode": mode});
        assert_eq!(scene.refused("sendMessage", body).await, 400, "{text}");
    }
    // The bot cannot know beforehand what is broken; it falls back on plain text.
    assert!(scene.zalo.violations().is_empty());
    scene.send("lan", "1 < 2, 2 * 3").await;
}

#[tokio::test]
async fn a_picture_is_fetched_by_the_platform() {
    let scene = Scene::new().await;
    let pictures = Router::new()
        .route("/a.jpg", get(|| async { picture(8, 8) }))
        .route("/text.jpg", get(|| async { "no picture" }))
        .route("/large.jpg", get(|| async { vec![0; 11 << 20] }))
        .route("/gone.jpg", get(|| async { StatusCode::GONE }))
        .route("/moved.jpg", get(|| async { (StatusCode::FOUND, [("location", "/a.jpg")]) }));
    let site = serve(pictures).await;
    let photo = |name: &str, caption: &str| json!({"chat_id": "lan", "photo": format!("{site}/{name}"), "caption": caption});
    scene.ok("sendPhoto", photo("a.jpg", "Sơ đồ")).await;
    let seen = scene.zalo.last("lan").expect("a message");
    assert_eq!((seen.photo.as_deref(), seen.text.as_str()), (Some(&picture(8, 8)[..]), "Sơ đồ"));
    assert!(scene.zalo.render_chat("lan").ends_with("🤖 loa: [📷 1] Sơ đồ\n"));
    for name in ["text.jpg", "large.jpg", "gone.jpg", "moved.jpg", "none.jpg"] {
        assert_eq!(scene.refused("sendPhoto", photo(name, "Sơ đồ")).await, 400, "{name}");
    }
    let nowhere = json!({"chat_id": "lan", "photo": "http://127.0.0.1:1/a.jpg"});
    assert_eq!(scene.refused("sendPhoto", nowhere).await, 400);
    assert_eq!(scene.refused("sendPhoto", photo("a.jpg", &"x".repeat(2001))).await, 400);
    assert_eq!((scene.zalo.accepted().len(), scene.zalo.violations().len()), (1, 1));
    assert_eq!(scene.zalo.sent_this_month(), 1);
}

#[tokio::test]
async fn a_voice_goes_to_a_person_and_typing_says_nothing() {
    let scene = Scene::with(|options| options.can_join_groups = true).await;
    scene.zalo.add_group("to5", "Tổ dân phố 5", &["lan"]);
    scene.zalo.say_in_group("lan", "to5", "@loa chào");
    let voice = |chat: &str| json!({"chat_id": chat, "voice_url": "https://example.com/a.aac"});
    scene.ok("sendVoice", voice("lan")).await;
    assert_eq!(scene.refused("sendVoice", voice("to5")).await, 400);
    let typing = scene.call("sendChatAction", json!({"chat_id": "lan", "action": "typing"})).await;
    assert_eq!(typing, (200, json!({"ok": true})));
    assert_eq!(scene.zalo.accepted().len(), 1);
}

#[tokio::test]
async fn in_a_group_the_bot_hears_what_is_meant_for_it() {
    let scene = Scene::with(|options| (options.can_join_groups, options.most_groups) = (true, 1)).await;
    let zalo = &scene.zalo;
    assert_eq!(scene.ok("getMe", json!({})).await["can_join_groups"], true);
    zalo.add_group("to5", "Tổ dân phố 5", &["lan", "minh"]);
    zalo.add_group("to6", "Tổ dân phố 6", &["lan"]);
    let first = zalo.say_in_group("lan", "to5", "Chào cả nhà");
    assert_eq!(scene.refused("sendMessage", text("to5")).await, 403);
    zalo.say_in_group("minh", "to5", "@loa đường ngập");
    let update = scene.update().await["message"].take();
    assert_eq!(update["chat"], json!({"id": "to5", "chat_type": "GROUP"}));
    assert_eq!((&update["from"]["id"], &update["text"]), (&json!("minh"), &json!("@loa đường ngập")));
    let sent = scene.send("to5", "Đã nhận").await;
    zalo.change(|options| options.mention_in_text = false);
    zalo.say_in_group("minh", "to5", "@loa đường ngập");
    assert_eq!(scene.update().await["message"]["text"], "đường ngập");
    zalo.reply_in_group("lan", "to5", &first, "Không nghe thấy");
    zalo.reply_in_group("lan", "to5", sent["message_id"].as_str().expect("an id"), "Cảm ơn");
    assert_eq!(scene.update().await["message"]["text"], "Cảm ơn");
    assert_eq!(zalo.pending_updates(), 0);
    zalo.say_in_group("lan", "to6", "@loa");
    assert_eq!(scene.refused("sendMessage", text("to6")).await, 429);
    assert_eq!(zalo.render_chat("to6"), "👤 Lan: @loa\n");
}

#[tokio::test]
#[should_panic(expected = "this bot cannot be in groups")]
async fn a_bot_of_the_plain_kind_is_in_no_group() {
    Scene::new().await.zalo.add_group("to5", "Tổ dân phố 5", &["lan"]);
}

#[tokio::test]
async fn faults_are_met_as_ordered() {
    let scene = Scene::new().await;
    let faults = scene.zalo.faults();
    let orders = [
        (Fault::Forbidden, 403),
        (Fault::NotFound, 400),
        (Fault::Unauthorized, 401),
        (Fault::TooMany { retry_after: 5, whole_bot: false }, 429),
    ];
    for (fault, code) in orders {
        faults.add(Rule::new(fault).chat("lan").method("sendMessage").times(1));
        assert_eq!(scene.refused("sendMessage", text("lan")).await, code);
    }
    // Held for five seconds of which it was not told, in this chat.
    scene.send("minh", "vẫn được").await;
    scene.clock.forward(4);
    assert_eq!(scene.refused("sendMessage", text("lan")).await, 429);
    scene.clock.forward(1);
    scene.send("lan", "lại được").await;
    faults.add(Rule::new(Fault::Status(502)).times(1));
    let answer = scene.http.get(scene.url("getMe")).send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].as_bytes()),
        (502, &b"text/html"[..])
    );
    faults.add(Rule::new(Fault::Garbage).times(1));
    let answer = scene.http.post(scene.url("sendMessage")).json(&text("lan")).send().await;
    assert!(answer.expect("an answer").json::<Value>().await.is_err());
    for (fault, accepted) in [(Fault::ResetBefore, 3), (Fault::ResetAfter, 4)] {
        faults.add(Rule::new(fault).text("số 7").times(1));
        let broken = scene.http.post(scene.url("sendMessage")).json(&text("lan")).send().await;
        assert!(broken.expect_err("the connection breaks").status().is_none());
        assert_eq!(scene.zalo.accepted().len(), accepted);
    }
    let under: Vec<_> = scene.zalo.accepted().iter().map(|call| call.from_fault).collect();
    assert_eq!(under, [None, None, Some("garbage"), Some("reset_after")]);
    assert_eq!(faults.hits(0), 1);
}
