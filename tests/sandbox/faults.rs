//! Each fault as the bot meets it.

use std::time::Duration;

use loa::sandbox::{Fault, Outcome, Rule};
use serde_json::{Value, json};

use crate::kit::Scene;

fn body(chat: i64) -> Value {
    json!({"chat_id": chat, "text": "Thông báo số 7"})
}

async fn broken(scene: &Scene) -> reqwest::Error {
    let sent = scene.http.post(scene.url("sendMessage")).json(&body(1)).send().await;
    sent.expect_err("the connection breaks")
}

#[tokio::test]
async fn a_cut_connection_is_seen_as_one() {
    let scene = Scene::new().await;
    let faults = scene.sandbox.faults();
    faults.add(Rule::new(Fault::ResetBefore).times(1));
    let error = broken(&scene).await;
    assert!(error.status().is_none() && !error.is_timeout(), "{error:?}");
    assert_eq!(scene.sandbox.accepted_count(), 0);
    faults.add(Rule::new(Fault::ResetAfter).times(1));
    broken(&scene).await;
    let accepted = scene.sandbox.accepted();
    assert_eq!((accepted.len(), accepted[0].from_fault), (1, Some("reset_after")));
    scene.send(1, "lại được").await;
    let outcomes: Vec<Outcome> =
        scene.sandbox.attempts().into_iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Outcome::Fault("reset_before"), Outcome::Fault("reset_after"), Outcome::Ok]);
}

#[tokio::test]
async fn stalls_outlast_the_client() {
    let scene = Scene::new().await;
    let faults = scene.sandbox.faults();
    faults.add(Rule::new(Fault::Stall(Duration::from_secs(600))).times(1));
    faults.add(Rule::new(Fault::StallBefore(Duration::from_secs(600))).times(1));
    for accepted in [1, 1] {
        let send =
            scene.http.post(scene.url("sendMessage")).json(&body(1)).timeout(Duration::from_millis(300));
        assert!(send.send().await.expect_err("no answer").is_timeout());
        assert_eq!(scene.sandbox.accepted_count(), accepted);
    }
    // A short stall is answered in the end.
    faults.add(Rule::new(Fault::Stall(Duration::from_millis(20))).times(1));
    scene.send(1, "chậm").await;
}

#[tokio::test]
async fn refusals_are_answered_as_ordered() {
    let scene = Scene::new().await;
    let faults = scene.sandbox.faults();
    for (fault, code, part) in [
        (Fault::Status(500), 500, "Internal Server Error"),
        (Fault::Forbidden, 403, "bot was blocked by the user"),
        (Fault::NotFound, 400, "chat not found"),
        (Fault::Unauthorized, 401, "Unauthorized"),
    ] {
        faults.add(Rule::new(fault).method("SENDMESSAGE").times(1));
        let (got, text) = scene.refused("sendMessage", body(1)).await;
        assert!(got == code && text.contains(part), "{got} {text}");
    }
    faults.add(Rule::new(Fault::Migrate(-1_000_000_000_050)).times(1));
    let (code, answer) = scene.call("sendMessage", body(1)).await;
    assert_eq!((code, &answer["parameters"]["migrate_to_chat_id"]), (400, &json!(-1_000_000_000_050_i64)));
    for (fault, code) in [(Fault::Status(502), 502), (Fault::Garbage, 200)] {
        faults.add(Rule::new(fault).times(1));
        let answer =
            scene.http.post(scene.url("sendMessage")).json(&body(1)).send().await.expect("an answer");
        assert_eq!(answer.status(), code);
        assert!(answer.text().await.expect("a body").starts_with('<'));
    }
    assert_eq!(
        scene.sandbox.accepted().iter().map(|call| call.from_fault).collect::<Vec<_>>(),
        [Some("garbage")]
    );
    assert!(scene.sandbox.violations().is_empty());
}

#[tokio::test]
async fn too_many_holds_the_chat_or_the_bot() {
    let scene = Scene::new().await;
    let too_many = |whole_bot| Rule::new(Fault::TooMany { retry_after: 5, whole_bot }).times(1);
    scene.sandbox.faults().add(too_many(false).chat(1));
    for _ in 0..2 {
        assert_eq!(scene.refused("sendMessage", body(1)).await.0, 429);
    }
    scene.send(2, "chỗ khác vẫn được").await;
    scene.clock.forward(5);
    scene.send(1, "được rồi").await;
    scene.sandbox.faults().add(too_many(true));
    assert_eq!(scene.refused("sendMessage", body(1)).await.0, 429);
    assert_eq!(scene.refused("sendMessage", body(2)).await.0, 429);
    scene.clock.forward(5);
    scene.send(2, "được rồi").await;
    assert_eq!(scene.sandbox.rate_violations().len(), 2);
}

#[tokio::test]
async fn rules_skip_match_and_draw() {
    let scene = Scene::new().await;
    let faults = scene.sandbox.faults();
    let rule = faults.add(Rule::new(Fault::NotFound).text("số 7").skip(1).times(1));
    scene.send(1, "số 8").await;
    scene.send(1, "số 7").await;
    scene.refused("sendMessage", body(1)).await;
    scene.send(1, "số 7").await;
    assert_eq!(faults.hits(rule), 1);
    let rule = faults.add(Rule::new(Fault::NotFound).chance(0.5));
    for _ in 0..100 {
        scene.call("getMe", json!({})).await;
    }
    assert!((30..70).contains(&faults.hits(rule)), "{}", faults.hits(rule));
}

#[test]
fn a_rule_names_its_chat_in_letters_or_as_a_number() {
    let rule = |chat: &str| -> Rule {
        serde_json::from_str(&format!(r#"{{"when": {{"chat": {chat}}}, "kind": "forbidden"}}"#))
            .expect("a rule")
    };
    assert_eq!(rule("-50"), Rule::new(Fault::Forbidden).chat(-50));
    assert_eq!(rule("\"lan\""), Rule::new(Fault::Forbidden).chat("lan"));
    assert_eq!(rule("null"), Rule::new(Fault::Forbidden));
}
