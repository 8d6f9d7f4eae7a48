//! The page with people who have a mail program: in a real browser.

use loa::sandbox::Sandbox;

use crate::browser::Browser;
use crate::kit::picture;
use crate::mail_kit::{LAN, Scene};

#[tokio::test]
async fn somebody_with_a_mail_program_reads_answers_and_follows_a_link() {
    let Some(browser) = Browser::start(1200, 900).await else { return };
    let scene = Scene::new().await;
    let mut options = scene.clock.options();
    options.beside = vec![(&scene.mail).into()];
    let sandbox = Sandbox::start(options).await.expect("loopback can be bound");
    let evil = "Họp <img src=x onerror=\"document.title='hỏng'\">\nĐúng giờ. https://vi-du.vn/ke-hoach";
    let files: [(&str, &[u8]); 2] = [("cau.jpg", &picture(40, 20)), ("ke-hoach.pdf", b"%PDF-1.7")];
    let name = scene.sends(1, LAN, evil, &files).await.expect("taken");
    browser.open(&format!("{}/#mail:{LAN},mail:minh@xa.example", sandbox.url())).await;
    browser.until("document.querySelectorAll('.column').length === 2").await;
    let lan = format!("[data-chat=\"mail:{LAN}\"]");
    let count = async |selector: &str| {
        browser.run(&format!("return document.querySelectorAll('{lan} {selector}').length")).await
    };

    // A letter: subject, who wrote it, its heading, words that are text, a link for each choice, files.
    browser.find(&format!("{lan} .letter h3")).await;
    for (selector, many) in [
        (".head .mark.mail", 1),
        (".letter .heading", 1),
        ("img[src=x]", 0),
        ("iframe", 0),
        ("a.choice[href*=\"/chon/\"][target=_blank]", 2),
        (".words a[href=\"https://vi-du.vn/ke-hoach\"]", 1),
        (".file", 1),
    ] {
        assert_eq!(count(selector).await, many, "{selector}");
    }
    browser.until(&format!("document.querySelector('{lan} .photo img')?.naturalWidth === 40")).await;
    browser
        .until(&format!("document.querySelector('{lan} .letter').textContent.includes('<img src=x')"))
        .await;

    // An answer goes under the letter: no subject is asked for. Enter begins a line, Ctrl and Enter send.
    browser.click(&format!("{lan} .letter .key")).await;
    browser.until(&format!("document.querySelector('{lan} .subject').hidden")).await;
    browser.keys("", "1\u{e007}dòng hai").await;
    browser.keys("\u{e009}", "\u{e007}").await;
    let answer = scene.mail.wait_for(|mail| mail.talk(LAN).pop().filter(|seen| !seen.by_loa)).await;
    assert_eq!((answer.text.as_str(), answer.answers.as_deref()), ("1\ndòng hai", Some(name.as_str())));
    assert!(answer.subject.starts_with("Re: Họp"), "{}", answer.subject);
    browser.find(&format!("{lan} .letter.own")).await;

    // A letter of one's own has a subject, and a file.
    let file = tempfile::NamedTempFile::with_suffix(".jpg").expect("a file");
    std::fs::write(file.path(), picture(320, 240)).expect("written");
    browser.choose_file(&format!("{lan} input[type=file]"), file.path()).await;
    browser.click(&format!("{lan} .subject")).await;
    browser.keys("", "Cầu hỏng").await;
    browser.click(&format!("{lan} .send")).await;
    let report =
        scene.mail.wait_for(|mail| mail.talk(LAN).pop().filter(|seen| seen.subject == "Cầu hỏng")).await;
    assert_eq!((report.files.len(), report.files[0].is_picture), (1, true));
    browser.until(&format!("document.querySelector('{lan} .subject').value === ''")).await;
    browser.until("[...document.images].every((image) => image.naturalWidth)").await;
    browser.picture("/tmp/loa-page-mail.png").await;
    browser.scheme("dark").await;
    browser.picture("/tmp/loa-page-mail-dark.png").await;
    browser.viewport(390, 844).await;
    browser.until("document.querySelectorAll('.column').length === 1").await;
    browser.run(&format!("const c = document.querySelector('#chooser'); c.value = 'mail:{LAN}'; c.dispatchEvent(new Event('change'))")).await;
    browser.find(&format!("{lan} .letter")).await;
    assert_eq!(
        browser.run("return document.documentElement.scrollWidth").await,
        390,
        "nothing may stick out"
    );
    browser.picture("/tmp/loa-page-mail-phone.png").await;
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    assert!(scene.mail.violations().is_empty());
    browser.close().await;
}
