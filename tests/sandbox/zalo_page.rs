//! The page with people on Zalo beside those on Telegram: over HTTP, and in a real browser.

use loa::sandbox::{Sandbox, ZaloSeen};
use serde_json::{Value, json};

use crate::browser::{Browser, ENTER, SHIFT};
use crate::kit::picture;
use crate::zalo_kit::Scene;

const LIST: &str = "Họp giao ban lúc 8 giờ.\n\n1. Đã nhận\n2. Không đến được\n👉 Trả lời bằng số, ví dụ 1.";

/// Lan, Minh, Hoa and a group on Zalo, and the page on Telegram's stand-in, where Tư is.
async fn scene() -> (Scene, Sandbox) {
    let scene = Scene::with(|options| options.can_join_groups = true).await;
    let mut options = scene.clock.options();
    options.beside = vec![(&scene.zalo).into()];
    let sandbox = Sandbox::start(options).await.expect("loopback can be bound");
    sandbox.add_user(1, "Tư");
    sandbox.say(1, 1, "Chào bot");
    scene.zalo.add_group("to-5", "Tổ dân phố 5", &["lan", "minh"]);
    (scene, sandbox)
}

fn texts(all: Vec<ZaloSeen>) -> Vec<String> {
    all.into_iter().map(|seen| seen.text).collect()
}

#[tokio::test]
async fn the_people_of_both_channels_are_reached_at_one_address() {
    let (scene, sandbox) = scene().await;
    let get = async |path: &str| -> Value {
        let answer = scene.http.get(format!("{}{path}", sandbox.url())).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    };
    let channels = get("/channels").await;
    assert_eq!(channels[1], json!({"kind": "zalo", "root": "/zalo"}));
    let all = get("/zalo/practice/state").await;
    assert_eq!((&all["reset"], all["chats"].as_array().map(Vec::len)), (&json!(true), Some(4)));
    assert_eq!(all["bot"]["name"], "loa");

    let path = format!(
        "/zalo/practice/state?after={}&session={}",
        all["seq"],
        all["session"].as_str().expect("a name")
    );
    let (news, _) = tokio::join!(get(&path), scene.send("lan", "mới"));
    assert_eq!((&news["reset"], news["messages"].as_array().map(Vec::len)), (&json!(false), Some(1)));
    assert_eq!((&news["messages"][0]["chat"], &news["chats"]), (&json!("lan"), &Value::Null));
    assert_eq!(news["messages"][0]["message"]["text"], "mới");

    let act = async |body: Value| -> (u16, Value) {
        let answer = scene.http.post(format!("{}/zalo/practice/act", sandbox.url())).json(&body).send().await;
        let answer = answer.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    };
    scene.zalo.say_in_group("minh", "to-5", "@loa chào");
    let asked = scene.send("to-5", LIST).await["message_id"].take();
    let answer =
        json!({"act": "say_in_group", "user": "lan", "group": "to-5", "text": "1", "reply_to": asked});
    assert_eq!(act(answer).await.0, 200);
    assert_eq!(scene.zalo.last("to-5").and_then(|seen| seen.reply_to).map(Value::from), Some(asked));
    let (code, refused) =
        act(json!({"act": "say_in_group", "user": "hoa", "group": "to-5", "text": "1"})).await;
    assert_eq!((code, &refused["error"]), (400, &json!("Người này không ở trong nhóm.")));

    scene.zalo.send_photo("hoa", picture(9, 9), "");
    let news = get(&path).await;
    let opened = news["chats"].as_array().into_iter().flatten().find(|chat| chat["id"] == "hoa");
    assert_eq!(opened.map(|chat| &chat["opened"]), Some(&json!(true)), "whoever wrote can be written to");
    let last = news["messages"].as_array().and_then(|all| all.last()).expect("a message");
    let photo = last["message"]["photo"].as_str().expect("a picture");
    let got = scene.http.get(format!("{}/zalo/practice/photo/{photo}", sandbox.url())).send().await;
    let got = got.expect("an answer");
    assert_eq!(got.headers()["content-type"], "image/jpeg");
    assert_eq!(got.bytes().await.expect("bytes"), picture(9, 9));
}

#[tokio::test]
async fn somebody_on_zalo_answers_by_a_number() {
    let Some(browser) = Browser::start(1440, 900).await else { return };
    let (scene, sandbox) = scene().await;
    scene.send("lan", &LIST.replace("Họp", "Gặp")).await;
    let style = json!([{"start": 0, "len": 3, "st": ["b"]}]);
    scene.ok("sendMessage", json!({"chat_id": "lan", "text": LIST, "text_styles": style})).await;
    let evil = "Giữ nguyên <img src=x onerror=\"document.title='hỏng'\"> & dấu";
    scene.zalo.say("lan", evil);
    scene.update().await;
    browser.open(&format!("{}/#1,zalo:lan,zalo:to-5", sandbox.url())).await;
    browser.until("document.querySelectorAll('.column').length === 3").await;
    browser.until("document.querySelector('#state').textContent === 'Đang trực tuyến'").await;
    browser
        .until("document.querySelector('[data-chat=\"zalo:lan\"] .log').textContent.includes('<img src=x')")
        .await;

    // In its own manner: a mark, no buttons, the latest list alone can be tapped, and what people write is text.
    let count = |selector: &str| {
        format!("return document.querySelectorAll(`[data-chat=\"zalo:lan\"] {selector}`).length")
    };
    for (selector, many) in [
        (".head .mark.zalo", 1),
        (".key", 0),
        (".where", 0),
        (".choice", 2),
        ("img", 0),
        ("strong:not(.name)", 1),
    ] {
        assert_eq!(browser.run(&count(selector)).await, many, "{selector}");
    }
    let marks = browser
        .run("return [...document.querySelectorAll('#chats .mark')].map((mark) => mark.textContent).sort()")
        .await;
    assert_eq!(marks, json!(["Telegram", "Zalo", "Zalo", "Zalo", "Zalo"]));
    assert_eq!(
        browser.run("return document.querySelector('[data-chat=\"zalo:lan\"]').ariaLabel").await,
        "Máy của Lan, Zalo"
    );

    // With the keyboard alone: on to the line, Enter writes its number, and the bot's answer appears.
    browser
        .tab_to(
            "",
            "it.matches('[data-chat=\"zalo:lan\"] .choice') && it.textContent === '2. Không đến được'",
        )
        .await;
    browser.keys("", ENTER).await;
    assert_eq!(scene.ok("getUpdates", json!({"timeout": "20"})).await["message"]["text"], "2");
    scene.send("lan", "Cảm ơn chị Lan, đã ghi nhận.").await;
    browser
        .until("document.querySelector('[data-chat=\"zalo:lan\"] .log').textContent.includes('đã ghi nhận.')")
        .await;
    browser.tab_to("", "it.closest('[data-chat=\"zalo:lan\"]') && it.tagName === 'TEXTAREA'").await;
    browser.keys("", &format!("Tôi sẽ đến{ENTER}")).await;
    scene
        .zalo
        .wait_for(|zalo| texts(zalo.chat("lan")).contains(&"Tôi sẽ đến".to_owned()).then_some(()))
        .await;

    // In a group the bot hears what mentions it, and what answers it.
    browser.tab_to("", "it.matches('[data-chat=\"zalo:to-5\"] .mention')").await;
    browser.keys("", &format!("{ENTER}chào{ENTER}")).await;
    scene.zalo.wait_for(|zalo| zalo.last("to-5").filter(|seen| seen.text == "@loa chào")).await;
    scene.send("to-5", LIST).await;
    browser.tab_to(SHIFT, "it.matches('[data-chat=\"zalo:to-5\"] .choice')").await;
    browser.keys("", ENTER).await;
    let answer = scene.zalo.wait_for(|zalo| zalo.last("to-5").filter(|seen| seen.text == "2")).await;
    assert!(answer.reply_to.is_some());
    browser.find("[data-chat='zalo:to-5'] .mine .quote").await;
    browser.picture("/tmp/loa-page-zalo.png").await;
    browser.scheme("dark").await;
    browser.picture("/tmp/loa-page-zalo-dark.png").await;
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    assert!(scene.zalo.violations().is_empty());
    browser.close().await;
}

#[tokio::test]
async fn zalo_fits_a_phone() {
    let Some(browser) = Browser::start(800, 900).await else { return };
    let (scene, sandbox) = scene().await;
    let link = format!("📎 ke-hoach.pdf: https://vi-du.vn/tep/{}/ke-hoach.pdf\n\n{LIST}", "a".repeat(120));
    scene.send("lan", &link).await;
    browser.viewport(390, 844).await;
    browser.open(&format!("{}/#zalo:lan", sandbox.url())).await;
    browser.find("[data-chat='zalo:lan'] .choice").await;
    let wide = "return document.documentElement.scrollWidth";
    assert_eq!(browser.run(wide).await, 390, "nothing may stick out");
    browser.click("[data-chat='zalo:lan'] .choice").await;
    scene.zalo.wait_for(|zalo| zalo.last("lan").filter(|seen| seen.text == "1")).await;

    // A picture goes, and what bots are not given is said to be such.
    for (ending, bytes) in [(".jpg", picture(320, 240)), (".pdf", b"%PDF-1.7".to_vec())] {
        let file = tempfile::NamedTempFile::with_suffix(ending).expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        browser.choose_file("[data-chat='zalo:lan'] input[type=file]", file.path()).await;
        browser
            .until("document.querySelector('.chips .chip') && document.activeElement.tagName === 'TEXTAREA'")
            .await;
        browser.keys("", ENTER).await;
        scene
            .zalo
            .wait_for(|zalo| zalo.last("lan").filter(|seen| seen.photo.is_some() || seen.unsupported))
            .await;
        browser.until("!document.querySelector('.chips .chip')").await;
    }
    browser.find("[data-chat='zalo:lan'] .mine .photo img").await;
    browser.find("[data-chat='zalo:lan'] .mine .odd").await;
    browser.picture("/tmp/loa-page-zalo-phone.png").await;

    // Who never wrote is told how it begins.
    browser.run("const c = document.querySelector('#chooser'); c.value = 'zalo:hoa'; c.dispatchEvent(new Event('change'))").await;
    browser
        .until(
            "document.querySelector('[data-chat=\"zalo:hoa\"] .empty')?.textContent.includes('nhắn trước')",
        )
        .await;
    assert_eq!(browser.run(wide).await, 390, "nothing may stick out");
    scene.zalo.shutdown().await;
    browser.until("document.querySelector('#state').textContent.startsWith('Mất kết nối')").await;
    browser.close().await;
}
