//! The page, played with the keyboard and by touch in a real browser.

use loa::sandbox::{Person, Sandbox};
use serde_json::json;

use crate::browser::{Browser, ENTER, SHIFT};
use crate::kit::{Clock, Scene, picture};

async fn scene() -> Scene {
    let scene = Scene::new().await;
    let person = Person {
        last_name: Some("Thị Mai".into()),
        username: Some("mai_an_phu".into()),
        ..Person::new(4, "Nguyễn")
    };
    scene.sandbox.add_person(person);
    scene.sandbox.say(1, 1, "Chào bot");
    let keys = json!({"inline_keyboard": [[{"text": "Đã nhận", "callback_data": "ok"}, {"text": "Không đến được", "callback_data": "no"}],
        [{"text": "Mở trang", "url": "https://example.vn/"}]]});
    let text = "<b>Họp giao ban</b>\n<i>8 giờ</i> thứ Hai, mã <code>A-17</code>.\nMời người mới: https://t.me/loa_bot?start=moi_42";
    let body = json!({"chat_id": 1, "text": text, "parse_mode": "HTML", "reply_markup": keys});
    scene.ok("sendMessage", body).await;
    let evil = "Giữ nguyên <img src=x onerror=\"document.title='hỏng'\"> & dấu";
    scene.sandbox.say(2, -50, evil);
    scene.send(-50, "Tổ trưởng báo quân số trước 17 giờ.").await;
    scene.sandbox.send_album(
        2,
        2,
        vec![picture(300, 200), picture(200, 300), picture(250, 250)],
        "Hiện trường cầu ván",
    );
    scene
}

fn texts(sandbox: &Sandbox, chat: i64) -> Vec<String> {
    sandbox.chat(chat).into_iter().map(|seen| seen.text).collect()
}

#[tokio::test]
async fn the_page_is_played_with_the_keyboard_alone() {
    let Some(browser) = Browser::start(1440, 900).await else { return };
    let scene = scene().await;
    let sandbox = &scene.sandbox;
    browser.open(&format!("{}/#1,2,-50", sandbox.url())).await;
    browser.until("document.querySelectorAll('.column').length === 3").await;
    browser.until("document.querySelector('#state').textContent === 'Đang trực tuyến'").await;
    // What people write is text, whatever it looks like.
    assert_eq!(browser.run("return document.querySelectorAll('img[src=x]').length").await, 0);
    browser.until("document.body.textContent.includes('<img src=x onerror')").await;
    browser
        .until(
            "[...document.images].length === 3 && [...document.images].every((image) => image.naturalWidth)",
        )
        .await;

    // Forward to the button of the notice, Enter presses it; the bot's answer is shown.
    browser.tab_to("", "it.closest('[data-chat=\"1\"]') && it.textContent === 'Đã nhận'").await;
    browser.keys("", ENTER).await;
    let updates = scene
        .ok("getUpdates", json!({"timeout": 20, "allowed_updates": ["message", "callback_query"]}))
        .await;
    let pressed =
        updates.as_array().into_iter().flatten().find(|update| update["callback_query"].is_object());
    let query = &pressed.expect("a press")["callback_query"];
    assert_eq!(query["data"], "ok");
    let answer = json!({"callback_query_id": query["id"], "text": "Cảm ơn chị Lan"});
    scene.ok("answerCallbackQuery", answer).await;
    browser
        .until("document.querySelector('[data-chat=\"1\"] .toast')?.textContent === 'Cảm ơn chị Lan'")
        .await;

    // On to the composer: typing and Enter.
    browser.tab_to("", "it.closest('[data-chat=\"1\"]') && it.tagName === 'TEXTAREA'").await;
    browser.keys("", &format!("Tôi sẽ đến{ENTER}")).await;
    sandbox.wait_for(|sandbox| texts(sandbox, 1).contains(&"Tôi sẽ đến".to_owned()).then_some(())).await;
    scene.send(1, "Đã ghi nhận.").await;
    browser
        .until("document.querySelector('[data-chat=\"1\"] .log').textContent.includes('Đã ghi nhận.')")
        .await;
    browser.picture("/tmp/loa-page-wide.png").await;

    // Back to the place button; the form opens with a sample and Enter shares it.
    browser.tab_to(SHIFT, "it.matches('[data-chat=\"1\"] .where')").await;
    browser.keys("", ENTER).await;
    browser.tab_to("", "it.matches('#place input[name=title]')").await;
    browser.picture("/tmp/loa-page-place.png").await;
    browser.keys("", ENTER).await;
    let place = sandbox.wait_for(|sandbox| sandbox.last(1)?.place).await;
    assert_eq!(place.title.as_deref(), Some("UBND xã An Phú"));

    // The invitation in the notice starts the bot with its parameter; a command is said.
    browser.click("[data-chat='1'] .theirs .words .link").await;
    sandbox.wait_for(|sandbox| texts(sandbox, 1).contains(&"/start moi_42".to_owned()).then_some(())).await;
    browser.scheme("dark").await;
    browser
        .until("document.querySelector('[data-chat=\"1\"] .log').textContent.includes('/start moi_42')")
        .await;
    browser.picture("/tmp/loa-page-dark.png").await;
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.close().await;
}

#[tokio::test]
async fn the_page_fits_a_phone() {
    let Some(browser) = Browser::start(800, 900).await else { return };
    let scene = scene().await;
    let sandbox = &scene.sandbox;
    browser.viewport(390, 844).await;
    browser.open(&format!("{}/#1", sandbox.url())).await;
    browser.until("document.querySelectorAll('.column').length === 1").await;
    let wide = "return document.documentElement.scrollWidth";
    assert_eq!(browser.run(wide).await, 390, "nothing may stick out");
    browser.picture("/tmp/loa-page-phone.png").await;

    // A picture is attached, captioned and sent.
    let file = tempfile::NamedTempFile::with_suffix(".jpg").expect("a file");
    std::fs::write(file.path(), picture(320, 240)).expect("written");
    browser.choose_file("[data-chat='1'] input[type=file]", file.path()).await;
    browser
        .until("document.querySelector('.chips .chip') && document.activeElement.tagName === 'TEXTAREA'")
        .await;
    browser.keys("", &format!("Cống tràn{ENTER}")).await;
    let seen = sandbox.wait_for(|sandbox| sandbox.last(1).filter(|seen| seen.photos == 1)).await;
    assert_eq!(seen.text, "Cống tràn");

    // Another person by the chooser: not started yet, so there is one button.
    browser.run("const c = document.querySelector('#chooser'); c.value = '4'; c.dispatchEvent(new Event('change'))").await;
    browser.click("[data-chat='4'] .closed button").await;
    sandbox.wait_for(|sandbox| texts(sandbox, 4).contains(&"/start".to_owned()).then_some(())).await;
    browser.find("[data-chat='4'] .composer:not([hidden])").await;
    browser.run("const c = document.querySelector('#chooser'); c.value = '-50'; c.dispatchEvent(new Event('change'))").await;
    browser.find("[data-chat='-50'] .speaker").await;
    assert_eq!(browser.run(wide).await, 390, "nothing may stick out");
    browser.picture("/tmp/loa-page-phone-group.png").await;
    assert!(sandbox.violations().is_empty());

    // The server goes away: the page says so.
    scene.sandbox.shutdown().await;
    browser.until("document.querySelector('#state').textContent.startsWith('Mất kết nối')").await;
    browser.close().await;
}

#[tokio::test]
async fn an_empty_practice_ground_says_so() {
    let Some(browser) = Browser::start(1000, 700).await else { return };
    let sandbox = Sandbox::start(Clock::new().options()).await.expect("loopback can be bound");
    browser.open(sandbox.url()).await;
    browser.until("document.querySelector('#blank').textContent.startsWith('Chưa có ai')").await;
    browser.close().await;
}
