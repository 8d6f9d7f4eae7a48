use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, RgbImage};

use loa::channel::Channel;
use loa::channel::ReceiveError::Failed;
use loa::channel::email::{Email, Security};

use crate::engines::Database;
use crate::office::Office;
use crate::on_both;
use crate::people::{Got, gets, got, helps, says, sends, until, with_files, write};
use crate::servers::{LOA, Servers, settings, start};

const REPORT: &str = "Sạt lở ở đường vào bản Nà Lặc, đá lấp nửa mặt đường.";

fn photo() -> Vec<u8> {
    // Of many colours, so that it is no smaller than a photo is.
    let byte = |number: u32| number.to_be_bytes()[3];
    let noise = |x: u32, y: u32| image::Rgb([byte((x * 7) ^ (y * 13)), byte(x * 31 + y), byte(x ^ (y * 5))]);
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(320, 240, noise));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).expect("a picture");
    bytes.into_inner()
}

async fn reports_with_files(servers: &Servers) {
    let subject = "Subject: =?utf-8?B?QsOhbyBuaGFuaA==?=\r\n";
    let (photo, text) = (photo(), format!("{REPORT}\r\n\r\n-- \r\nLan"));
    let files: [(&str, &str, &[u8]); 3] = [
        ("a.jpg", "image/jpeg", &photo),
        ("bien-ban.pdf", "application/pdf", b"%PDF-1.7 the minutes"),
        ("gia.pdf", "application/pdf", b"MZ and a program behind it"),
    ];
    let (head, body) = with_files(subject, &text, &files);
    sends(servers, "lan", &head, &body).await;
}

/// Mails are marked as read by the request after the one that gave them.
fn all_read(servers: &Servers) -> bool {
    servers.mailbox("bao").iter().all(|(flags, _)| flags.contains('S'))
}

/// Answers a mail with a number, above the original.
async fn answers(servers: &Servers, who: &str, mail: &Got, text: &str) {
    let (head, body) = mail.answer(text);
    sends(servers, who, &head, &body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_by_mail_has_a_code_in_the_same_thread() {
    let Some(servers) = start() else { return };
    let mut office = Office::new(&servers, Database::sqlite());
    office.run(None);
    reports_with_files(&servers).await;
    let asked = gets(&servers, "lan", 0, "Việc này ở đâu?").await;
    answers(&servers, "lan", &asked, "1").await;
    let shown = gets(&servers, "lan", 1, "Sạt lở").await;
    assert!(!shown.text.contains("-- "), "the signature is not said: {}", shown.text);
    answers(&servers, "lan", &shown, &shown.number("Gửi")).await;
    let sent = gets(&servers, "lan", 2, "VV-").await;
    assert!(!sent.references.is_empty() && sent.references == asked.references, "one thread");
    let cases = office.json(&["incident", "list"]);
    assert_eq!(cases.as_array().map(Vec::len), Some(1), "{cases}");
    let code = cases[0]["code"].as_str().expect("a code").to_owned();
    until(&servers, "the picture and the document", async || {
        let case = office.json(&["incident", "show", &code]);
        case["photos"].as_array().is_some_and(|photos| photos.len() == 1)
            && case["documents"] == serde_json::json!(["bien-ban.pdf"])
    })
    .await;
    gets(&servers, "lan", 3, "không phải PDF").await;
}

on_both! {
    async fn a_notice_is_confirmed_on_its_page_and_by_an_answer_but_not_by_a_look(database: Database) {
        let Some(servers) = start() else { return };
        let mut office = Office::new(&servers, database);
        office.run(None);
        let notice = office.sends("Lịch họp tháng 3");
        let (lan, minh) = (gets(&servers, "lan", 0, "Tám giờ").await, gets(&servers, "minh", 0, "Tám giờ").await);
        assert_eq!(lan.subject, "Lịch họp tháng 3");
        let state = |name: &str| {
            let all = office.recipients(&notice);
            let found = all.iter().find(|(chat, ..)| chat == name).unwrap_or_else(|| panic!("{all:?}"));
            (found.1.clone(), found.2.clone())
        };
        // Programs that look for harmful links look at it, and at whatever else there might be.
        let (client, url) = (reqwest::Client::new(), format!("{}{}", office.pages, lan.path("Đã nhận")));
        for _ in 0..3 {
            let page = client.get(&url).send().await.expect("a page");
            assert!(page.status().is_success());
            assert!(page.text().await.expect("a text").contains("Đã nhận"));
        }
        let wrong = client.get(format!("{url}0")).send().await.expect("a page");
        assert_eq!(wrong.status(), 404);
        let page = client.get(&url).send().await.expect("a page").text().await.expect("a text");
        let once = page.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
        // Minh answers the mail, with the original below.
        answers(&servers, "minh", &minh, &minh.number("Đã nhận")).await;
        until(&servers, "Minh's answer", async || state("Minh").0 == "confirmed").await;
        assert_eq!(state("Lan").0, "sent", "looking is not confirming");
        for _ in 0..2 {
            let form = client.post(&url).header("content-type", "application/x-www-form-urlencoded");
            let done = form.body(format!("once={once}")).send().await.expect("an answer");
            assert!(done.text().await.expect("a text").contains("Đã ghi nhận"));
        }
        until(&servers, "Lan's choice", async || state("Lan").0 == "confirmed").await;
        // One mailbox is not there at once, the other was taken for one that is.
        until(&servers, "the bounce", async || state("Tư").0 == "failed" && state("Năm").0 == "failed").await;
        assert!(state("Tư").1.contains("trả lại"), "{:?}", state("Tư"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_mails_in_a_row_are_delivered_at_once() {
    let Some(servers) = start() else { return };
    let mut office = Office::new(&servers, Database::sqlite());
    office.run(None);
    for asked in 1..=25 {
        says(&servers, "lan", "/trogiup", &"x".repeat(asked)).await;
        until(&servers, "the answer", async || helps(&servers, "lan") == asked).await;
    }
    assert!(!servers.logs().contains("no immediate delivery"), "{}", servers.logs());
    assert!(!servers.logs().contains("dropped"), "{}", servers.logs());
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_given_anew_lose_nothing_and_double_nothing() {
    let Some(mut servers) = start() else { return };
    let mut office = Office::new(&servers, Database::sqlite());
    office.run(None);
    says(&servers, "lan", "/trogiup", "").await;
    gets(&servers, "lan", 0, "/baonhanh").await;
    until(&servers, "the mark", async || all_read(&servers)).await;
    servers.number_anew("bao", 77);
    says(&servers, "minh", "/trogiup", "").await;
    gets(&servers, "minh", 0, "/baonhanh").await;
    says(&servers, "lan", "/huy", "").await;
    gets(&servers, "lan", 0, "Không có việc nào").await;
    assert_eq!(helps(&servers, "lan"), 1, "what was answered before is not answered again");
    assert_eq!(servers.mailbox("bao").len(), 3, "nothing is deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dies_between_fetching_and_keeping_loses_nothing() {
    let Some(servers) = start() else { return };
    let mut office = Office::new(&servers, Database::sqlite());
    for place in ["receive.before-store", "receive.before-commit", "receive.after-commit"] {
        let before = helps(&servers, "lan");
        office.run(Some(place));
        says(&servers, "lan", "/trogiup", "").await;
        office.died().await;
        office.run(None);
        until(&servers, "the answer", async || helps(&servers, "lan") > before).await;
        until(&servers, "the mark", async || all_read(&servers)).await;
        assert_eq!(helps(&servers, "lan"), before + 1, "{place}");
        office.stop();
    }
}

on_both! {
    async fn who_is_not_vouched_for_is_not_believed_and_strangers_hear_once(database: Database) {
        let Some(servers) = start() else { return };
        let mut office = Office::new(&servers, database);
        office.run(None);
        write(&servers, "evil.example", "lan@xa.test", "Subject: /roi\r\nMessage-ID: <e1@x>\r\n", "").await;
        until(&servers, "the warning", async || office.log().contains("does not vouch")).await;
        for n in 0..3 {
            says(&servers, "admin", "Chào", &"x".repeat(n + 1)).await;
        }
        gets(&servers, "admin", 0, "").await;
        says(&servers, "lan", "/trogiup", "").await;
        gets(&servers, "lan", 0, "/baonhanh").await;
        assert_eq!(got(&servers, "admin").len(), 1, "a stranger hears once a day");
        assert_eq!(helps(&servers, "lan"), 1, "nobody left in Lan's name");
        assert!(!office.log().contains("xa.test"), "no address is in the log");
    }

    async fn who_is_invited_enrols_by_mail(database: Database) {
        let Some(servers) = start() else { return };
        let mut office = Office::new(&servers, database);
        let unit = "Tỉnh Mường Lam";
        let made = office.json(&["invite", "new", "--unit", unit, "--role", "staff"]);
        let link = made["link"].as_str().expect("a link");
        let code = link.rsplit(['=', ' ']).next().expect("a code");
        office.run(None);
        says(&servers, "admin", "Chào", "").await;
        let stranger = gets(&servers, "admin", 0, "").await;
        assert!(!stranger.text.contains("Đồng ý"));
        says(&servers, "admin", "Xin vào", &format!("/start {code}")).await;
        let offer = gets(&servers, "admin", 1, "Đồng ý").await;
        answers(&servers, "admin", &offer, &offer.number("Đồng ý")).await;
        let name = gets(&servers, "admin", 2, "").await;
        answers(&servers, "admin", &name, "Chị Hoa").await;
        let last = gets(&servers, "admin", 3, "").await;
        let welcome = if last.text.contains("hào mừng") {
            last
        } else {
            answers(&servers, "admin", &last, "1").await;
            gets(&servers, "admin", 4, "hào mừng").await
        };
        assert!(welcome.text.contains("Hoa"), "{}", welcome.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn to_wait_for_nothing_ends_in_time() {
    let Some(servers) = start() else { return };
    let settings = settings(&servers, Security::Plain, "127.0.0.1");
    let email = Email::new(settings.clone());
    assert_eq!(email.who_am_i().await.as_deref(), Ok(LOA));
    for _ in 0..3 {
        let begun = Instant::now();
        assert!(email.receive(0, Duration::from_millis(500)).await.expect("no mails").is_empty());
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }
    says(&servers, "lan", "Chào", "").await;
    let came = email.receive(0, Duration::from_secs(60)).await.expect("a mail");
    assert_eq!(came.len(), 1);
    let after = email.receive(came[0].number, Duration::from_millis(200)).await.expect("no more");
    assert!(after.is_empty() && all_read(&servers));
    // The same in a session that begins with a mail.
    says(&servers, "minh", "Chào", "").await;
    until(&servers, "Minh's mail", async || servers.mailbox("bao").len() == 2).await;
    let email = Email::new(settings);
    let mut number = came[0].number;
    for more in [1, 0, 0, 0] {
        let begun = Instant::now();
        let came = email.receive(number, Duration::from_millis(1500)).await.expect("an answer");
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
        assert_eq!(came.len(), more);
        number = came.last().map_or(number, |mail| mail.number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_encrypted_goes_only_to_whom_a_certificate_names() {
    let Some(servers) = start() else { return };
    for security in [Security::Tls, Security::Starttls] {
        let known = settings(&servers, security, "localhost");
        let email = Email::new(known.clone());
        assert_eq!(email.who_am_i().await.as_deref(), Ok(LOA), "{security:?}");
        email.open_mailbox().await.expect("a mailbox");
        let mut unknown = known;
        (unknown.smtp.ca, unknown.imap.ca) = (None, None);
        for settings in [unknown, settings(&servers, security, "127.0.0.1")] {
            let email = Email::new(settings);
            let (out, mailbox) = (email.who_am_i().await, email.open_mailbox().await);
            assert!(matches!((&out, &mailbox), (Err(Failed(_)), Err(Failed(_)))), "{out:?} {mailbox:?}");
        }
    }
}
