//! Zalo's bot platform: updates that are pushed, and the platform's own HTTP side.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loa::sandbox::ZaloBot;
use serde_json::{Value, json};

use crate::kit::picture;
use crate::zalo_kit::{Scene, serve};

/// The secret and the body of every push, as they came.
type Got = Arc<Mutex<Vec<(String, Value)>>>;

/// A bot's webhook that refuses the first two.
async fn hook(State(got): State<Got>, headers: HeaderMap, body: String) -> StatusCode {
    let mut got = got.lock().expect("a lock");
    let secret = headers["X-Bot-Api-Secret-Token"].to_str().expect("text").to_owned();
    got.push((secret, serde_json::from_str(&body).expect("JSON")));
    if got.len() > 2 { StatusCode::NO_CONTENT } else { StatusCode::BAD_GATEWAY }
}

async fn hooked(got: &Got) -> Value {
    let url = serve(Router::new().route("/", post(hook)).with_state(Arc::clone(got))).await;
    json!({"url": url, "secret_token": "bi-mat-1"})
}

fn nothing_waits(zalo: &ZaloBot) -> Option<()> {
    (zalo.pending_updates() == 0).then_some(())
}

#[tokio::test]
async fn a_webhook_is_tried_until_it_takes() {
    let (scene, got) = (Scene::new().await, Got::default());
    let set = scene.ok("setWebhook", hooked(&got).await).await;
    assert_eq!(scene.ok("getWebhookInfo", json!({})).await, set);
    assert_eq!(set["updated_at"], 1_772_413_200_000_i64);
    scene.zalo.say("lan", "một");
    scene.zalo.say("lan", "hai");
    scene.zalo.wait_for(nothing_waits).await;
    let pushes = got.lock().expect("a lock").clone();
    let texts: Vec<&Value> = pushes.iter().map(|(_, update)| &update["message"]["text"]).collect();
    assert_eq!(texts, ["một", "một", "một", "hai"]);
    assert!(pushes.iter().all(|(secret, _)| secret == "bi-mat-1"));
}

#[tokio::test]
async fn pushes_come_in_the_documented_envelope_too() {
    let (scene, got) = (Scene::with(|options| options.wrapped_pushes = true).await, Got::default());
    scene.ok("setWebhook", hooked(&got).await).await;
    scene.zalo.send_unsupported("lan", false);
    scene.zalo.wait_for(nothing_waits).await;
    let pushed = got.lock().expect("a lock")[0].1.clone();
    assert_eq!(pushed, json!({"ok": true, "result": {"event_name": "message.unsupported.received"}}));
}

#[tokio::test]
async fn polling_and_a_webhook_exclude_each_other() {
    let (scene, got) = (Scene::new().await, Got::default());
    assert_eq!(scene.refused("getWebhookInfo", json!({})).await, 404);
    assert_eq!(scene.refused("testWebhook", json!({})).await, 404);
    let poll = scene.refused("getUpdates", json!({"timeout": "30"}));
    let body = hooked(&got).await;
    let (code, _) = tokio::join!(poll, scene.ok("setWebhook", body));
    assert_eq!(code, 409);
    assert_eq!(scene.refused("getUpdates", json!({"timeout": "0"})).await, 409);
    assert_eq!(scene.ok("deleteWebhook", json!({})).await["url"], "");
    scene.zalo.say("lan", "một");
    assert_eq!(scene.update().await["message"]["text"], "một");
    assert!(got.lock().expect("a lock").is_empty() && scene.zalo.violations().is_empty());
}

#[tokio::test]
async fn a_webhook_needs_an_address_and_a_secret() {
    let scene = Scene::new().await;
    let hook = |url: &str, secret: &str| json!({"url": url, "secret_token": secret});
    for wrong in [
        json!({"url": "https://example.com"}),
        json!({"secret_token": "12345678"}),
        hook("https://example.com", "1234567"),
        hook("https://example.com", &"x".repeat(257)),
        hook("http://example.com", "12345678"),
        hook("example", "12345678"),
    ] {
        assert_eq!(scene.refused("setWebhook", wrong.clone()).await, 400, "{wrong}");
    }
    assert_eq!(scene.zalo.violations().len(), 6);
    scene.ok("setWebhook", hook("https://example.com", "12345678")).await;
}

#[tokio::test]
async fn a_webhook_is_tested_only_so_often_a_day() {
    let (scene, got) = (Scene::with(|options| options.webhook_tests_per_day = 1).await, Got::default());
    scene.ok("setWebhook", hooked(&got).await).await;
    assert_eq!(scene.ok("testWebhook", json!({})).await["outcome"], "webhook.http.5xx");
    assert_eq!(scene.refused("testWebhook", json!({})).await, 426);
    // It is 8 o'clock in Vietnam.
    scene.clock.forward(16 * 3600 - 1);
    assert_eq!(scene.refused("testWebhook", json!({})).await, 426);
    scene.clock.forward(1);
    scene.ok("testWebhook", json!({})).await;
    assert_eq!(got.lock().expect("a lock").len(), 2);
}

#[tokio::test]
async fn another_process_plays_the_people() {
    let scene = Scene::new().await;
    let practice = |path: &str| format!("{}/practice/{path}", scene.zalo.url());
    let get = async |path: &str| -> Value {
        let answer = scene.http.get(practice(path)).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    };
    let photo = STANDARD.encode(picture(8, 8));
    for act in [
        json!({"act": "add_user", "user": "tu", "name": "Tư"}),
        json!({"act": "say", "user": "tu", "text": "Chào"}),
        json!({"act": "photo", "user": "tu", "photo": photo, "caption": "Đường ngập"}),
        json!({"act": "unsupported", "user": "tu", "with_message": true}),
        json!({"act": "raw", "update": {}}),
    ] {
        let answer = scene.http.post(practice("act")).json(&act).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{act}");
    }
    let strange = json!({"act": "say", "user": "ai", "text": "Chào"});
    let answer = scene.http.post(practice("act")).json(&strange).send().await.expect("an answer");
    assert_eq!(answer.status(), 400);

    let rule = json!({"when": {"method": "sendMessage", "chat": "tu"}, "kind": {"status": 500}, "times": 1});
    scene.http.post(practice("faults")).json(&rule).send().await.expect("an answer");
    assert_eq!(scene.call("sendMessage", json!({"chat_id": "tu", "text": "một"})).await.0, 500);
    assert_eq!(get("faults").await[0]["hits"], 1);
    scene.http.delete(practice("faults")).send().await.expect("an answer");
    assert_eq!(get("faults").await, json!([]));
    scene.send("tu", "hai").await;

    let chat = get("chats").await["tu"].take();
    assert_eq!((&chat[1]["photo"], &chat[3]["text"]), (&json!(photo), &json!("hai")));
    assert_eq!(get("accepted").await[0]["text"], "hai");
    assert_eq!(get("accepted?after=1").await, json!([]));
    let log = get("log").await;
    assert_eq!((&log["pending_updates"], &log["sent_this_month"]), (&json!(4), &json!(1)));
    assert_eq!(log["attempts"].as_array().map(Vec::len), Some(2));
}
