//! Updates fetched and pushed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::json;

use crate::kit::Scene;

#[tokio::test]
async fn an_offset_acknowledges() {
    let scene = Scene::new().await;
    for text in ["một", "hai", "ba"] {
        scene.sandbox.say(1, 1, text);
    }
    let first = scene.ok("getUpdates", json!({"limit": 2})).await;
    assert_eq!(first.as_array().map(Vec::len), Some(2));
    let again = scene.ok("getUpdates", json!({})).await;
    assert_eq!(first[0], again[0]);
    let second = again[1]["update_id"].as_i64().expect("a number");
    let rest = scene.ok("getUpdates", json!({"offset": second + 1})).await;
    assert_eq!((rest.as_array().map(Vec::len), &rest[0]["message"]["text"]), (Some(1), &json!("ba")));
    assert_eq!(scene.sandbox.pending_updates(), 1);
    scene.clock.forward(86_400);
    assert_eq!(scene.ok("getUpdates", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_long_poll_wakes_at_once_and_a_second_one_ends_it() {
    let scene = Scene::new().await;
    let (sandbox, poll) = (scene.sandbox.clone(), scene.ok("getUpdates", json!({"timeout": 50})));
    let speak = async { sandbox.say(1, 1, "có ai không?") };
    let (updates, _) = tokio::join!(poll, speak);
    assert_eq!(updates[0]["message"]["text"], "có ai không?");
    let id = updates[0]["update_id"].as_i64().expect("a number");
    let waiting = scene.call("getUpdates", json!({"timeout": 50, "offset": id + 1}));
    tokio::pin!(waiting);
    scene
        .sandbox
        .wait_for(|sandbox| (sandbox.pending_updates() == 0).then_some(()))
        .now_or(&mut waiting)
        .await;
    scene.ok("getUpdates", json!({})).await;
    assert_eq!(waiting.await.0, 409);
}

/// Drives `call` while waiting for something else.
trait NowOr: Future + Sized {
    async fn now_or<C: Future + Unpin>(self, call: &mut C) -> Self::Output {
        match futures::future::select(std::pin::pin!(self), call).await {
            futures::future::Either::Left((done, _)) => done,
            futures::future::Either::Right(_) => panic!("the call ended too early"),
        }
    }
}

impl<F: Future> NowOr for F {}

#[tokio::test]
async fn kinds_come_when_asked_for() {
    let scene = Scene::new().await;
    scene.sandbox.set_bot_admin(-50, 1, true);
    scene.ok("getUpdates", json!({"allowed_updates": ["chat_member"], "offset": -1})).await;
    scene.updates().await;
    scene.sandbox.say(1, 1, "không nghe thấy");
    scene.sandbox.leave(3, -50);
    let updates = scene.updates().await;
    assert_eq!((updates.len(), &updates[0]["chat_member"]["new_chat_member"]["status"]), (1, &json!("left")));
    let id = scene.sandbox.inject_raw_update(json!({"message_of_the_future": {"x": 1}}));
    assert_eq!(scene.updates().await, [json!({"update_id": id, "message_of_the_future": {"x": 1}})]);
}

type Got = Arc<Mutex<Vec<(String, String)>>>;

#[tokio::test]
async fn a_webhook_is_tried_until_it_takes() {
    let scene = Scene::new().await;
    let got = Got::default();
    let take = |State(got): State<Got>, headers: HeaderMap, body: String| async move {
        let secret = headers["x-telegram-bot-api-secret-token"].to_str().unwrap_or_default().to_owned();
        let mut got = got.lock().expect("not poisoned");
        got.push((secret, body));
        if got.len() == 1 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let app = Router::new().route("/", post(take)).with_state(Arc::clone(&got));
    tokio::spawn(async move { axum::serve(listener, app).await });
    scene.ok("setWebhook", json!({"url": url, "secret_token": "bi-mat"})).await;
    assert_eq!(scene.refused("getUpdates", json!({})).await.0, 409);
    scene.sandbox.say(1, 1, "qua webhook");
    scene.sandbox.wait_for(|sandbox| (sandbox.pending_updates() == 0).then_some(())).await;
    let got = got.lock().expect("not poisoned").clone();
    assert_eq!((got.len(), &got[0]), (2, &got[1]));
    assert!(got[0].0 == "bi-mat" && got[0].1.contains("qua webhook"));
    let info = scene.ok("getWebhookInfo", json!({})).await;
    assert!(info["last_error_message"].as_str().is_some_and(|text| text.contains("500")));
    scene.ok("deleteWebhook", json!({})).await;
    scene.updates().await;
}

#[tokio::test]
async fn a_chat_that_is_refused_holds_up_only_itself() {
    let scene = Scene::new().await;
    let got = Got::default();
    let take = |State(got): State<Got>, body: String| async move {
        let refused = body.contains("kẹt");
        got.lock().expect("not poisoned").push((String::new(), body));
        if refused { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let app = Router::new().route("/", post(take)).with_state(Arc::clone(&got));
    tokio::spawn(async move { axum::serve(listener, app).await });
    scene.sandbox.add_user(2, "Pao");
    for (person, text) in [(1, "kẹt"), (1, "sau"), (2, "một"), (2, "hai")] {
        scene.sandbox.say(person, person, text);
    }
    scene.ok("setWebhook", json!({"url": url})).await;
    scene.sandbox.wait_for(|sandbox| (sandbox.pending_updates() == 2).then_some(())).await;
    let texts: Vec<String> = got.lock().expect("not poisoned").iter().map(|(_, body)| body.clone()).collect();
    let at = |text: &str| texts.iter().position(|body| body.contains(text));
    assert!(at("một") < at("hai") && at("một").is_some(), "{texts:?}");
    assert!(at("sau").is_none(), "what is behind it waits: {texts:?}");
    scene.ok("deleteWebhook", json!({})).await;
    assert_eq!(scene.updates().await.len(), 2, "what was not taken is still there");
}

#[tokio::test]
async fn shutting_down_ends_a_long_poll() {
    let scene = Scene::new().await;
    let poll = scene.call("getUpdates", json!({"timeout": 50}));
    tokio::pin!(poll);
    // One more request shows that the poll had time to arrive.
    scene.call("getMe", json!({})).now_or(&mut poll).await;
    let sandbox = scene.sandbox.clone();
    let stop = tokio::time::timeout(Duration::from_secs(10), sandbox.shutdown());
    let (stopped, _) = tokio::join!(stop, poll);
    stopped.expect("in time");
    assert!(scene.http.get(scene.url("getMe")).send().await.is_err());
}
