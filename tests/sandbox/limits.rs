//! Limits on the handed clock.

use loa::sandbox::{Limits, WhyRefused};
use serde_json::json;

use crate::kit::{Clock, Scene};

async fn limited(per_second: usize, per_chat: usize, per_group: usize) -> Scene {
    let clock = Clock::new();
    let mut options = clock.options();
    options.limits =
        Some(Limits { per_second, per_chat_per_second: per_chat, per_group_per_minute: per_group });
    Scene::with(options, clock).await
}

#[tokio::test]
async fn one_message_a_second_to_a_chat() {
    let scene = limited(30, 1, 20).await;
    scene.send(1, "một").await;
    scene.send(2, "người khác").await;
    let (code, answer) = scene.call("sendMessage", json!({"chat_id": 1, "text": "hai"})).await;
    assert_eq!((code, &answer["parameters"]["retry_after"]), (429, &json!(1)));
    assert_eq!(answer["description"], "Too Many Requests: retry after 1");
    // What does not count passes.
    scene.ok("sendChatAction", json!({"chat_id": 1, "action": "typing"})).await;
    scene.clock.forward(1);
    scene.send(1, "hai").await;
    let rate = scene.sandbox.rate_violations();
    assert_eq!((rate.len(), rate[0].why), (1, WhyRefused::PerChat));
    assert!(scene.sandbox.violations().is_empty());
}

#[tokio::test]
async fn so_many_a_second_in_all_and_a_minute_to_a_group() {
    let scene = limited(2, 5, 3).await;
    let id = scene.send(-50, "một").await["message_id"].clone();
    // An edit counts like a message.
    scene.ok("editMessageText", json!({"chat_id": -50, "message_id": id, "text": "hai"})).await;
    assert_eq!(scene.refused("sendMessage", json!({"chat_id": 1, "text": "x"})).await.0, 429);
    scene.clock.forward(10);
    scene.send(-50, "ba").await;
    let answer = scene.http.post(scene.url("sendMessage")).json(&json!({"chat_id": -50, "text": "bốn"}));
    let answer = answer.send().await.expect("an answer");
    assert_eq!(answer.headers()["retry-after"], "50");
    let why: Vec<WhyRefused> = scene.sandbox.rate_violations().iter().map(|rate| rate.why).collect();
    assert_eq!(why, [WhyRefused::PerSecond, WhyRefused::PerGroup]);
    scene.clock.forward(50);
    scene.send(-50, "bốn").await;
}

#[tokio::test]
async fn thousands_of_messages_are_kept_cheaply() {
    let clock = Clock::new();
    let mut options = clock.options();
    options.keep_last = Some(10);
    let scene = Scene::with(options, clock).await;
    let begun = std::time::Instant::now();
    for _ in 0..1000 {
        scene.send(1, "Thông báo cho toàn thể cán bộ").await;
    }
    println!("1000 messages in {:?}", begun.elapsed());
    assert_eq!((scene.sandbox.accepted_count(), scene.sandbox.chat(1).len()), (1000, 10));
}
