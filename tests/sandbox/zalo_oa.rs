//! An Official Account: tokens, and who may be written to.

use loa::sandbox::{Fault, Rule, ZaloOaOutcome};
use serde_json::json;

use crate::zalo_oa_kit::{CS, DAY, HOUR, Scene, text};

const SECRET: &str = "practice-app-secret";

#[tokio::test]
async fn a_refresh_token_gives_one_pair_once() {
    let mut scene = Scene::new().await;
    let pair = scene.renew(SECRET, &scene.refresh).await;
    assert_eq!(pair["expires_in"], "90000");
    assert!(scene.zalo.is_spent(&scene.refresh));
    assert_eq!(scene.renew(SECRET, &scene.refresh).await["error"], -14020);
    let next = pair["refresh_token"].as_str().expect("a token").to_owned();
    assert_eq!(scene.renew("wrong", &next).await["error"], -14004);
    // The old access token is good as long as it was.
    assert_eq!(scene.get("/v2.0/oa/getoa").await["data"]["name"], "Phường Bình Minh");
    scene.access = pair["access_token"].as_str().expect("a token").to_owned();
    scene.ok(CS, text("lan", "Chào Lan")).await;
    assert_eq!(scene.renew(SECRET, &next).await["expires_in"], "90000");
    assert!(scene.zalo.violations().is_empty());
}

#[tokio::test]
async fn tokens_run_out_and_an_answer_may_be_lost() {
    let scene = Scene::new().await;
    assert_eq!(scene.get("/v2.0/oa/getoa").await["error"], 0);
    scene.clock.forward(25 * HOUR);
    assert_eq!(scene.refused(CS, text("lan", "một")).await, -220);
    scene.zalo.revoke_access();
    assert_eq!(scene.refused(CS, text("lan", "một")).await, -216);
    // The answer is lost, the token is spent.
    scene.zalo.faults().add(Rule::new(Fault::ResetAfter).method("access_token").times(1));
    let form = [
        ("refresh_token", scene.refresh.as_str()),
        ("app_id", "4318657068771012646"),
        ("grant_type", "refresh_token"),
    ];
    let request = scene.http.post(scene.url("/v4/oa/access_token")).header("secret_key", SECRET).form(&form);
    assert!(request.send().await.is_err());
    assert_eq!(scene.renew(SECRET, &scene.refresh).await["error"], -14020);
    // Three months without use, and it is good no more.
    let (_, refresh) = scene.zalo.authorise();
    scene.clock.forward(90 * DAY);
    assert_eq!(scene.renew(SECRET, &refresh).await["error"], -14020);
}

#[tokio::test]
async fn answers_are_free_for_two_days_and_end_after_seven() {
    let scene = Scene::with(|options| {
        (options.paid_quota, options.access_lasts) = (2, std::time::Duration::from_secs(30 * 24 * 3600));
    })
    .await;
    for _ in 0..8 {
        scene.ok(CS, text("lan", "trả lời")).await;
    }
    scene.ok(CS, text("lan", "phải trả tiền")).await;
    let paid = || scene.zalo.accepted().iter().filter(|message| message.paid).count();
    assert_eq!(paid(), 1);
    // Whoever writes again has eight more.
    scene.zalo.say("lan", "Còn gì không?");
    scene.ok(CS, text("lan", "trả lời")).await;
    assert_eq!(paid(), 1);
    scene.clock.forward(48 * HOUR + 1);
    scene.ok(CS, text("lan", "phải trả tiền")).await;
    assert_eq!(scene.refused(CS, text("minh", "hết hạn mức")).await, -211);
    scene.zalo.change(|options| options.paid_quota = 9);
    scene.clock.forward(5 * DAY - 1);
    scene.ok(CS, text("lan", "vẫn được")).await;
    scene.clock.forward(1);
    assert_eq!(scene.refused(CS, text("lan", "quá bảy ngày")).await, -230);
    assert_eq!(scene.refused(CS, text("hoa", "chưa từng nhắn")).await, -232);
    assert_eq!(scene.refused(CS, text("tu", "không quan tâm")).await, -213);
    assert_eq!(scene.refused(CS, text("ai", "không có người này")).await, -201);
    assert!(scene.zalo.violations().is_empty());
}

#[tokio::test]
async fn a_minute_holds_only_so_many_calls() {
    let scene = Scene::with(|options| options.per_minute = Some(2)).await;
    scene.ok(CS, text("lan", "một")).await;
    assert_eq!(scene.get("/v2.0/oa/getoa").await["error"], 0);
    assert_eq!(scene.refused(CS, text("minh", "hai")).await, -32);
    scene.clock.forward(59);
    assert_eq!(scene.refused(CS, text("minh", "hai")).await, -32);
    scene.clock.forward(1);
    scene.ok(CS, text("minh", "hai")).await;
}

#[tokio::test]
async fn faults_are_met_as_ordered() {
    let scene = Scene::new().await;
    let faults = scene.zalo.faults();
    for (fault, code) in [(Fault::Forbidden, -213), (Fault::NotFound, -201), (Fault::Unauthorized, -216)] {
        faults.add(Rule::new(fault).method("message/cs").chat("lan").times(1));
        assert_eq!(scene.refused(CS, text("lan", "số 7")).await, code);
    }
    faults.add(Rule::new(Fault::TooMany { retry_after: 5, whole_bot: true }).times(1));
    assert_eq!(scene.refused(CS, text("lan", "số 7")).await, -32);
    scene.clock.forward(4);
    assert_eq!(scene.refused(CS, text("minh", "số 7")).await, -32);
    scene.clock.forward(1);
    scene.ok(CS, text("minh", "số 7")).await;
    for (fault, accepted) in [(Fault::ResetBefore, 1), (Fault::ResetAfter, 2)] {
        faults.add(Rule::new(fault).text("số 8").times(1));
        let request = scene.http.post(scene.url(CS)).header("access_token", &scene.access);
        assert!(request.json(&text("lan", "số 8")).send().await.is_err());
        assert_eq!(scene.zalo.accepted().len(), accepted);
    }
    faults.add(Rule::new(Fault::Status(502)).times(1));
    let answer = scene.http.get(scene.url("/v2.0/oa/getoa")).send().await.expect("an answer");
    assert_eq!(answer.status(), 502);
    let last = scene.zalo.attempts().pop().expect("an attempt");
    assert_eq!((last.method.as_str(), last.outcome), ("getoa", ZaloOaOutcome::Fault("status")));
    assert_eq!(scene.zalo.accepted()[1].from_fault, Some("reset_after"));
    // Whoever waits in another process orders them over HTTP.
    let listed = scene.http.get(scene.url("/practice/faults")).send().await.expect("an answer");
    assert_eq!(listed.json::<serde_json::Value>().await.expect("JSON")[0]["hits"], json!(1));
    scene.zalo.shutdown().await;
}
