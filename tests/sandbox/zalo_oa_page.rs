//! The page with people of an Official Account beside those on Telegram: over HTTP, and in a real browser.

use loa::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::browser::{Browser, ENTER};
use crate::kit::picture;
use crate::zalo_oa_kit::{CS, DAY, GROUP, Scene, text};

const LIST: &str = "Họp giao ban lúc 8 giờ.\n\n1. ✅ Đã nhận\n2. Không đến được";

/// Lan, Minh, Hoa, Tư and a group of the account's, and the page on Telegram's stand-in.
async fn scene() -> (Scene, Sandbox) {
    let scene =
        Scene::with(|options| options.access_lasts = std::time::Duration::from_secs(30 * 24 * 3600)).await;
    let mut options = scene.clock.options();
    options.beside = vec![(&scene.zalo).into()];
    let sandbox = Sandbox::start(options).await.expect("loopback can be bound");
    scene.zalo.add_group("to5", "Tổ dân phố 5", &["lan", "minh"]);
    (scene, sandbox)
}

/// A text with two buttons.
fn with_buttons(user: &str) -> Value {
    let button = |title: &str, says: &str| json!({"title": title, "type": "oa.query.show", "payload": says});
    let buttons = [button("✅ Đã nhận", "1"), button("Không đến được", "2")];
    let attachment = json!({"type": "template", "payload": {"buttons": buttons}});
    json!({"recipient": {"user_id": user}, "message": {"text": LIST, "attachment": attachment}})
}

#[tokio::test]
async fn the_people_of_an_account_are_reached_at_the_same_address() {
    let (scene, sandbox) = scene().await;
    let get = async |path: &str| -> Value {
        let answer = scene.http.get(format!("{}{path}", sandbox.url())).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    };
    let act = async |body: Value| -> (u16, Value) {
        let url = format!("{}/zalo-oa/practice/act", sandbox.url());
        let answer = scene.http.post(url).json(&body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    };
    assert_eq!(get("/channels").await[1], json!({"kind": "zalo-oa", "root": "/zalo-oa"}));
    let all = get("/zalo-oa/practice/state").await;
    let chat = |news: &Value, id: &str| {
        let mut chats = news["chats"].as_array().into_iter().flatten();
        chats.find(|chat| chat["id"] == id).cloned().unwrap_or_default()
    };
    assert_eq!((&all["reset"], all["chats"].as_array().map(Vec::len)), (&json!(true), Some(5)));
    assert_eq!(chat(&all, "lan")["window"]["free_left"], 8);
    assert_eq!(chat(&all, "hoa")["window"], Value::Null, "who never wrote cannot be written to");
    assert_eq!(chat(&all, "tu")["follows"], false);

    // What was sent before is seen, and that is told of the same message.
    scene.ok(CS, with_buttons("lan")).await;
    let path = format!(
        "/zalo-oa/practice/state?after={}&session={}",
        all["seq"],
        all["session"].as_str().expect("a name")
    );
    let news = get(&path).await;
    let message = |news: &Value| news["messages"].as_array().and_then(|all| all.last()).cloned();
    let sent = message(&news).expect("a message")["message"].take();
    assert_eq!((&sent["seen"], &sent["buttons"][0]["label"]), (&json!(false), &json!("✅ Đã nhận")));
    assert_eq!(chat(&news, "lan")["window"]["free_left"], 7);
    assert_eq!(act(json!({"act": "see", "user": "lan"})).await.0, 200);
    let seen = message(&get(&path).await).expect("a message")["message"].take();
    assert_eq!((&seen["id"], &seen["seen"]), (&sent["id"], &json!(true)));

    // A press says the words of its button; a button that is not there cannot be pressed.
    let press =
        |button: &str| json!({"act": "press", "user": "lan", "message": sent["id"], "button": button});
    assert_eq!(act(press("Không đến được")).await.0, 200);
    assert_eq!(scene.zalo.last("lan").map(|seen| seen.text).as_deref(), Some("2"));
    let (code, refused) = act(press("Đến muộn")).await;
    assert_eq!((code, &refused["error"]), (400, &json!("Tin nhắn không còn nút “Đến muộn”.")));
    let (code, refused) = act(json!({"act": "say", "user": "hoa", "group": "to5", "text": "1"})).await;
    assert_eq!((code, &refused["error"]), (400, &json!("Người này không ở trong nhóm.")));
    let off = json!({"act": "place", "user": "lan", "latitude": 91.0, "longitude": 0.0});
    assert_eq!(act(off).await.0, 400);

    // A document is saved and not shown.
    scene.zalo.send_file("lan", "bien-ban.pdf", b"%PDF-1.7".to_vec());
    let path = message(&get(&path).await).expect("a message")["message"]["path"].take();
    let url = format!("{}/zalo-oa/practice/file/{}", sandbox.url(), path.as_str().expect("a path"));
    let got = scene.http.get(url).send().await.expect("an answer");
    assert_eq!(got.headers()["content-disposition"], "attachment");
    assert_eq!(got.bytes().await.expect("bytes"), &b"%PDF-1.7"[..]);
}

#[tokio::test]
async fn somebody_with_an_account_presses_and_is_seen_to_read() {
    let Some(browser) = Browser::start(1440, 900).await else { return };
    let (scene, sandbox) = scene().await;
    let zalo = &scene.zalo;
    scene.ok(CS, text("lan", "<img src=x onerror=\"document.title='hỏng'\">")).await;
    scene.ok(CS, with_buttons("lan")).await;
    zalo.send_file("lan", "bien-ban.pdf", b"%PDF-1.7".to_vec());
    zalo.send_photo("lan", picture(30, 20), "Cầu ván");
    assert!(zalo.chat("lan").iter().all(|seen| !seen.seen));
    browser.open(&format!("{}/#zalo-oa:lan,zalo-oa:to5,zalo-oa:tu", sandbox.url())).await;
    browser.until("document.querySelectorAll('.column').length === 3").await;
    let lan = "[data-chat=\"zalo-oa:lan\"]";

    // Whoever has the chat before them has seen it, which the account is told.
    zalo.wait_for(|zalo| zalo.chat("lan").iter().all(|seen| seen.seen == seen.by_oa).then_some(())).await;
    browser.until(&format!("document.querySelector('{lan} .log').textContent.includes('Đã xem')")).await;
    let count = async |selector: &str| {
        browser.run(&format!("return document.querySelectorAll('{selector}').length")).await
    };
    for (selector, many) in
        [(".head .mark.zalo-oa", 1), ("img[src=x]", 0), (".keys .key", 2), (".choice", 0), (".file", 1)]
    {
        assert_eq!(count(&format!("{lan} {selector}")).await, many, "{selector}");
    }
    browser.until(&format!("document.querySelector('{lan} .photo img')?.naturalWidth === 30")).await;

    // With the keyboard alone: a button says its words.
    browser.tab_to("", &format!("it.matches('{lan} .key') && it.textContent === 'Không đến được'")).await;
    browser.keys("", ENTER).await;
    zalo.wait_for(|zalo| zalo.last("lan").filter(|seen| seen.text == "2")).await;
    // A list without buttons is tapped, as with a bot.
    scene.ok(CS, text("lan", LIST)).await;
    browser.tab_to("", &format!("it.matches('{lan} .choice') && it.textContent === '1. ✅ Đã nhận'")).await;
    browser.keys("", ENTER).await;
    zalo.wait_for(|zalo| zalo.last("lan").filter(|seen| seen.text == "1")).await;
    // A place is shared.
    browser.tab_to("", &format!("it.matches('{lan} .where')")).await;
    browser.keys("", ENTER).await;
    browser.tab_to("", "it.matches('#place input[name=title]')").await;
    browser.keys("", ENTER).await;
    zalo.wait_for(|zalo| zalo.last("lan")?.place).await;
    browser.find(&format!("{lan} .mine .place")).await;

    // In a group the account hears everything; who does not follow has one button.
    scene.ok(GROUP, json!({"recipient": {"group_id": "to5"}, "message": {"text": LIST}})).await;
    browser.click("[data-chat='zalo-oa:to5'] .choice").await;
    zalo.wait_for(|zalo| zalo.last("to5").filter(|seen| seen.text == "1")).await;
    browser.click("[data-chat='zalo-oa:tu'] .closed button").await;
    browser.find("[data-chat='zalo-oa:tu'] .composer:not([hidden])").await;

    // After a week the account is refused, and after two days it pays: the page says so.
    scene.clock.forward(3 * DAY);
    scene.ok(CS, text("lan", "Nhắc họp")).await;
    browser.until(&format!("document.querySelector('{lan} .log').textContent.includes('có phí')")).await;
    scene.clock.forward(5 * DAY);
    assert_eq!(scene.refused(CS, text("lan", "Quá muộn")).await, -230);
    browser.until(&format!("document.querySelector('{lan} .refused')?.textContent.includes('-230')")).await;
    browser.picture("/tmp/loa-page-zalo-oa.png").await;
    browser.scheme("dark").await;
    browser.picture("/tmp/loa-page-zalo-oa-dark.png").await;
    browser.viewport(390, 844).await;
    browser.until("document.querySelectorAll('.column').length === 1").await;
    assert_eq!(
        browser.run("return document.documentElement.scrollWidth").await,
        390,
        "nothing may stick out"
    );
    zalo.say("lan", "Tôi đây");
    browser.run("const c = document.querySelector('#chooser'); c.value = 'zalo-oa:lan'; c.dispatchEvent(new Event('change'))").await;
    browser.until(&format!("document.querySelector('{lan} .refused')?.hidden")).await;
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.close().await;
}
