//! An Official Account: events that are pushed, signed, and pushed again.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use loa::sandbox::{ZaloOa, ZaloOaOptions};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kit::{MORNING, picture};
use crate::zalo_kit::serve;
use crate::zalo_oa_kit::Scene;

/// What came, as it came, and how many of the next ones are refused.
#[derive(Clone, Default)]
struct Hook {
    got: Arc<Mutex<Vec<(String, String)>>>,
    refuse: Arc<Mutex<usize>>,
}

async fn take(State(hook): State<Hook>, headers: HeaderMap, body: String) -> StatusCode {
    let signature = headers["X-ZEvent-Signature"].to_str().expect("text").to_owned();
    hook.got.lock().expect("a lock").push((signature, body));
    let mut refuse = hook.refuse.lock().expect("a lock");
    if *refuse == 0 {
        return StatusCode::OK;
    }
    *refuse -= 1;
    StatusCode::BAD_GATEWAY
}

impl Hook {
    async fn on(zalo: &ZaloOa) -> Hook {
        let hook = Hook::default();
        let url = serve(Router::new().route("/", post(take)).with_state(hook.clone())).await;
        zalo.set_webhook(Some(&url));
        hook
    }

    /// The events that came, once nothing waits any more.
    async fn events(&self, zalo: &ZaloOa) -> Vec<Value> {
        zalo.wait_for(|zalo| (zalo.pending_updates() == 0).then_some(())).await;
        let got = self.got.lock().expect("a lock");
        got.iter().map(|(_, body)| serde_json::from_str(body).expect("JSON")).collect()
    }

    async fn last(&self, zalo: &ZaloOa) -> Value {
        self.events(zalo).await.pop().expect("an event")
    }
}

fn signed(body: &str, secret: &str) -> String {
    let timestamp = (MORNING / 1000).to_string();
    hex::encode(Sha256::digest(format!("4318657068771012646{body}{timestamp}{secret}")))
}

#[tokio::test]
async fn what_a_person_sends_is_pushed_and_signed() {
    let scene = Scene::new().await;
    let zalo = &scene.zalo;
    let hook = Hook::on(zalo).await;
    let id = zalo.say("lan", "Đường ngập");
    let event = hook.last(zalo).await;
    assert_eq!(
        event,
        json!({"app_id": "4318657068771012646", "event_name": "user_send_text", "timestamp": "1772413200000",
            "sender": {"id": "lan"}, "recipient": {"id": "2491302944280861639"},
            "message": {"msg_id": id, "text": "Đường ngập"}})
    );
    let (signature, body) = hook.got.lock().expect("a lock")[0].clone();
    assert_eq!(signature, format!("mac={}", signed(&body, "practice-oa-secret")));
    zalo.change(|options: &mut ZaloOaOptions| {
        (options.mac_prefix, options.number_timestamps) = (false, true);
    });
    zalo.say("lan", "Ngập to");
    assert_eq!(hook.last(zalo).await["timestamp"], 1_772_413_200_000_i64);
    let (signature, body) = hook.got.lock().expect("a lock")[1].clone();
    assert_eq!(signature, signed(&body, "practice-oa-secret"));

    zalo.send_photo("lan", picture(8, 8), "ảnh");
    let message = hook.last(zalo).await["message"].take();
    let url = message["attachments"][0]["payload"]["url"].as_str().expect("an address").to_owned();
    assert_eq!((&message["text"], &message["attachments"][0]["type"]), (&json!("ảnh"), &json!("image")));
    let fetch = async || scene.http.get(&url).send().await.expect("an answer");
    assert_eq!(fetch().await.bytes().await.expect("bytes"), picture(8, 8));
    scene.clock.forward(3600);
    assert_eq!(fetch().await.status(), 404);

    zalo.send_file("lan", "bien-ban.pdf", b"%PDF".to_vec());
    let payload = hook.last(zalo).await["message"]["attachments"][0]["payload"].take();
    assert_eq!((&payload["name"], &payload["size"]), (&json!("bien-ban.pdf"), &json!("4")));
    zalo.send_location("lan", 22.34, 103.84);
    let spot = hook.last(zalo).await["message"]["attachments"][0]["payload"]["coordinates"].take();
    assert_eq!(spot, json!({"latitude": "22.34", "longitude": "103.84"}));
    zalo.send_sticker("lan", "s1");
    zalo.send_audio("lan", vec![1]);
    let names: Vec<Value> = hook.events(zalo).await.iter().map(|event| event["event_name"].clone()).collect();
    assert_eq!(names[3..], ["user_send_file", "user_send_location", "user_send_sticker", "user_send_audio"]);
}

#[tokio::test]
async fn following_seeing_and_groups_are_told() {
    let scene = Scene::new().await;
    let zalo = &scene.zalo;
    let hook = Hook::on(zalo).await;
    zalo.follow("tu");
    zalo.unfollow("tu");
    let events = hook.events(zalo).await;
    let told: Vec<_> = events.iter().map(|event| (&event["event_name"], &event["follower"]["id"])).collect();
    assert_eq!(told, [(&json!("follow"), &json!("tu")), (&json!("unfollow"), &json!("tu"))]);
    let sent = scene.ok("/v3.0/oa/message/cs", crate::zalo_oa_kit::text("lan", "Họp")).await;
    zalo.see("lan");
    zalo.see("lan");
    let seen = hook.last(zalo).await;
    assert_eq!((&seen["event_name"], &seen["recipient"]["id"]), (&json!("user_seen_message"), &json!("lan")));
    assert_eq!(seen["message"]["msg_ids"], json!([sent["message_id"]]));
    assert_eq!(hook.events(zalo).await.len(), 3, "seen once");
    zalo.add_group("to5", "Tổ 5", &["lan"]);
    zalo.say_in_group("lan", "to5", "Chào");
    assert_eq!(hook.last(zalo).await["recipient"]["id"], "to5");
    zalo.change(|options| options.group_in_recipient = false);
    zalo.send_photo_in_group("lan", "to5", picture(8, 8));
    let event = hook.last(zalo).await;
    assert_eq!((&event["event_name"], &event["group_id"]), (&json!("user_send_group_image"), &json!("to5")));
}

#[tokio::test]
async fn what_is_not_taken_comes_again_until_it_is_given_up() {
    let scene = Scene::new().await;
    let zalo = &scene.zalo;
    let hook = Hook::on(zalo).await;
    *hook.refuse.lock().expect("a lock") = 6;
    zalo.say("lan", "một");
    let mut times = vec![0];
    for (pushed, wait) in [30, 300, 900, 1800, 3600].into_iter().enumerate() {
        zalo.wait_for(|zalo| (zalo.pushes().len() == pushed + 1).then_some(())).await;
        scene.clock.forward(wait - 1);
        scene.clock.forward(1);
        times.push(times[pushed] + wait);
    }
    zalo.wait_for(|zalo| (!zalo.webhook_is_on()).then_some(())).await;
    let at: Vec<i64> = zalo.pushes().iter().map(|push| (push.at - MORNING) / 1_000_000).collect();
    assert_eq!(at, times);
    let bodies = hook.got.lock().expect("a lock").clone();
    assert!(bodies.iter().all(|one| *one == bodies[0]), "the same bytes every time");
    // What happens now is lost, until somebody switches it on again.
    let lost = zalo.lost_updates();
    zalo.say("lan", "hai");
    assert_eq!((zalo.lost_updates(), zalo.pending_updates()), (lost + 1, 0));
    let again = Hook::on(zalo).await;
    zalo.say("lan", "ba");
    assert_eq!(again.last(zalo).await["message"]["text"], "ba");
}

#[tokio::test]
async fn what_waits_to_come_again_holds_nothing_up() {
    let scene = Scene::new().await;
    let zalo = &scene.zalo;
    let hook = Hook::on(zalo).await;
    *hook.refuse.lock().expect("a lock") = 1;
    zalo.say("lan", "một");
    zalo.wait_for(|zalo| (zalo.pushes().len() == 1).then_some(())).await;
    zalo.say("lan", "hai");
    zalo.wait_for(|zalo| (zalo.pushes().len() == 2).then_some(())).await;
    assert_eq!(zalo.pending_updates(), 1);
    scene.clock.forward(30);
    assert_eq!(hook.last(zalo).await["message"]["text"], "một");
}

#[tokio::test]
#[should_panic(expected = "there is no person ai")]
async fn nobody_is_made_up() {
    Scene::new().await.zalo.say("ai", "Chào");
}
