//! The practice platform's own HTTP side.

use serde_json::{Value, json};

use crate::kit::Scene;

async fn act(scene: &Scene, body: Value) -> (u16, Value) {
    let answer = scene.http.post(format!("{}/practice/act", scene.sandbox.url())).json(&body).send().await;
    let answer = answer.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

async fn get(scene: &Scene, path: &str) -> Value {
    let answer = scene.http.get(format!("{}/practice/{path}", scene.sandbox.url())).send().await;
    answer.expect("an answer").json().await.expect("JSON")
}

#[tokio::test]
async fn acts_come_over_http() {
    let scene = Scene::new().await;
    assert_eq!(act(&scene, json!({"act": "say", "user": 1, "chat": 1, "text": "chào"})).await.0, 200);
    let (code, answer) = act(&scene, json!({"act": "say", "user": 1, "chat": 2, "text": "chào"})).await;
    assert_eq!((code, &answer["error"]), (400, &json!("Người này không ở trong nhóm.")));
    act(&scene, json!({"act": "open_link", "user": 3, "parameter": "moi"})).await;
    act(&scene, json!({"act": "place", "user": 1, "chat": 1, "latitude": 21, "longitude": 105.5})).await;
    act(&scene, json!({"act": "add_user", "person": {"id": 9, "first_name": "Tư"}})).await;
    act(&scene, json!({"act": "join", "user": 9, "chat": -50})).await;
    act(&scene, json!({"act": "block", "user": 2})).await;
    assert_eq!(scene.updates().await.len(), 5);
    let wrong = act_raw(&scene, "text/plain").await;
    assert_eq!(wrong, 415, "a form of another page must not be able to act");
}

async fn act_raw(scene: &Scene, kind: &str) -> u16 {
    let url = format!("{}/practice/act", scene.sandbox.url());
    let body = r#"{"act":"block","user":1}"#;
    scene
        .http
        .post(url)
        .header("content-type", kind)
        .body(body)
        .send()
        .await
        .expect("an answer")
        .status()
        .as_u16()
}

#[tokio::test]
async fn the_state_is_followed() {
    let scene = Scene::new().await;
    let all = get(&scene, "state").await;
    assert_eq!((&all["reset"], all["chats"].as_array().map(Vec::len)), (&json!(true), Some(4)));
    let path = format!("state?after={}&session={}", all["seq"], all["session"].as_str().expect("a name"));
    let (news, _) = tokio::join!(get(&scene, &path), scene.send(1, "mới"));
    assert_eq!((&news["reset"], news["messages"].as_array().map(Vec::len)), (&json!(false), Some(1)));
    assert_eq!(news["messages"][0]["message"]["text"], "mới");
    let other = get(&scene, &format!("state?after={}&session=other", all["seq"])).await;
    assert_eq!(other["reset"], true);
}

#[tokio::test]
async fn faults_and_logs_are_reached_from_another_process() {
    let scene = Scene::new().await;
    let faults = format!("{}/practice/faults", scene.sandbox.url());
    let rules = json!([{"when": {"method": "sendMessage"}, "kind": {"status": 500}, "times": 1},
        {"kind": {"too_many": {"retry_after": 3}}, "times": 1}, {"kind": "reset_after", "skip": 9},
        {"kind": {"stall": 250}, "chance": 0.0}]);
    let added: Value =
        scene.http.post(&faults).json(&rules).send().await.expect("sent").json().await.expect("JSON");
    assert_eq!(added["result"], json!([0, 1, 2, 3]));
    assert_eq!(scene.refused("sendMessage", json!({"chat_id": 1, "text": "x"})).await.0, 500);
    assert_eq!(scene.refused("sendMessage", json!({"chat_id": 1, "text": "x"})).await.0, 429);
    assert_eq!(get(&scene, "faults").await[1]["hits"], 1);
    scene.http.delete(&faults).send().await.expect("sent");
    assert_eq!(get(&scene, "faults").await, json!([]));
    scene.send(2, "y").await;
    assert_eq!(get(&scene, "accepted?after=0").await[0]["text"], "y");
    assert_eq!(get(&scene, "accepted?after=1").await, json!([]));
    assert_eq!(get(&scene, "log").await["attempts"].as_array().map(Vec::len), Some(3));
}
