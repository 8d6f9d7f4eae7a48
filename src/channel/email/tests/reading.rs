use super::{names, settings};
use crate::channel::email::read::{Nothing, ignored, read};
use crate::channel::email::stored::{Spot, Stored};
use crate::conversation::incoming::{Bounced, Message};
use crate::conversation::{Incoming, What};
use crate::domain::Timestamp;
use crate::domain::ids::MessageId;

const VOUCHED: &str = "Authentication-Results: mx.vi-du.vn; dmarc=pass header.from=xa.vi-du.vn\r\n";
const SPOT: Spot = Spot { validity: 7, uid: 9 };

fn kept(mail: &str) -> Vec<u8> {
    Stored::write(SPOT, mail.len() as u64, false, mail.replace('\n', "\r\n").replace("\r\r", "\r").as_bytes())
}

fn came(mail: &str) -> Option<Incoming> {
    read(&kept(mail), Timestamp(5), &settings(), &names()).incoming
}

fn message(mail: &str) -> Message {
    match came(&format!("{VOUCHED}From: \"Lan, văn hóa xã\" <Lan@Xa.vi-du.vn>\n{mail}")).map(|came| came.what)
    {
        Some(What::Message(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mail_is_a_message_of_its_author() {
    let came = came(&format!(
        "{VOUCHED}From: =?utf-8?Q?Ch=E1=BB=8B_Lan?= <Lan@Xa.vi-du.vn>\nMessage-ID: <m1@xa>\nSubject: Báo nhanh\n\nMưa to\n-- \nLan"
    ));
    let came = came.expect("a message");
    let from = came.from.as_ref().expect("an author");
    assert_eq!((from.id.as_str(), from.name.as_str()), ("lan@xa.vi-du.vn", "Chị Lan"));
    assert_eq!((came.chat.id.as_str(), came.text()), ("lan@xa.vi-du.vn", "Báo nhanh\nMưa to"));
    assert_eq!(came.message().map(|message| message.id.as_str()), Some("m1@xa"));
}

#[test]
fn the_subject_is_said_unless_it_is_an_answers() {
    assert_eq!(message("Subject: Sạt lở\n\nTại km 12").text, "Sạt lở\nTại km 12");
    assert_eq!(message("Subject: Sạt lở\n\nSạt lở tại km 12").text, "Sạt lở tại km 12");
    assert_eq!(message("Subject: /roi\n\n").text, "/roi");
    assert_eq!(message("Subject: Đăng ký\n\n/start ABCD").text, "/start ABCD");
    assert_eq!(message("Subject: Re: Lịch họp\n\n1").text, "1");
    assert_eq!(message("Subject: Lịch họp\nIn-Reply-To: <x@y>\n\n1").text, "1");
    assert_eq!(message("\nKhông tiêu đề").text, "Không tiêu đề");
}

#[test]
fn an_answer_names_the_message_that_it_answers() {
    let ours = names().message(MessageId(42));
    assert_eq!(message(&format!("In-Reply-To: <{ours}>\n\nRõ")).reply_to.as_deref(), Some(ours.as_str()));
    let older = format!("In-Reply-To: <a@b>\nReferences: <x@y> <{ours}> <a@b>\n\nRõ");
    assert_eq!(message(&older).reply_to.as_deref(), Some(ours.as_str()));
    assert_eq!(message("In-Reply-To: <loa.42.00@loa.vi-du.vn>\n\nRõ").reply_to, None);
}

#[test]
fn letters_come_in_many_sets() {
    let base64 = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nxJDGsOG7nW5nIGjhu49uZw==";
    assert_eq!(message(base64).text, "Đường hỏng");
    let quoted = "Content-Type: text/plain; charset=\"windows-1258\"\nContent-Transfer-Encoding: quoted-printable\n\n=D0=FD=F5=CCng";
    assert!(message(quoted).text.starts_with('Đ'), "{}", message(quoted).text);
    let html = "Content-Type: text/html; charset=utf-8\n\n<style>p{}</style><p>Đường <b>hỏng</b></p><p>km&nbsp;12</p>";
    assert_eq!(message(html).text, "Đường hỏng\nkm 12");
}

#[test]
fn photos_and_documents_can_be_fetched_and_logos_are_none() {
    let part = |head: &str, bytes: usize| {
        let body = "QUJD".repeat(bytes / 3);
        format!("--b\n{head}\nContent-Transfer-Encoding: base64\n\n{body}\n")
    };
    let mail = [
        "Subject: Ảnh\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n".to_owned(),
        "--b\nContent-Type: text/plain; charset=utf-8\n\nMột\n".to_owned(),
        part("Content-Type: image/JPEG; name=a.jpg", 300_000),
        part("Content-Type: image/png; name=logo.png\nContent-Disposition: inline\nContent-ID: <l>", 900),
        part("Content-Type: image/png\nContent-Disposition: inline; filename=b.png\nContent-ID: <p>", 90_000),
        part("Content-Type: application/pdf; name=\"=?utf-8?Q?k=E1=BA=BF.pdf?=\"", 30_000),
        part("Content-Type: application/pkcs7-signature; name=smime.p7s", 3_000),
        "--b\nContent-Type: text/plain; charset=utf-8\n\nHai\n--b--\n".to_owned(),
    ]
    .concat();
    let message = message(&mail);
    assert_eq!(message.text, "Ảnh\nMột\nHai");
    let photos: Vec<&str> = message.photos.iter().map(|file| file.id.as_str()).collect();
    assert_eq!(photos, ["7:9:2", "7:9:4"]);
    assert_eq!(message.photos[1].name.as_deref(), Some("b.png"));
    let documents: Vec<_> =
        message.documents.iter().map(|file| (file.id.as_str(), file.name.as_deref())).collect();
    assert_eq!(documents, [("7:9:5", Some("kế.pdf"))]);
}

#[test]
fn of_a_mail_that_is_too_heavy_only_this_is_known() {
    let head = format!("{VOUCHED}From: lan@xa.vi-du.vn\r\nSubject: Video sạt lở\r\n\r\n");
    let raw = Stored::write(SPOT, 90_000_000, true, head.as_bytes());
    let came = read(&raw, Timestamp(5), &settings(), &names()).incoming.expect("a message");
    assert_eq!(came.text(), "Video sạt lở");
    assert_eq!(came.message().expect("a message").documents[0].size, Some(90_000_000));
}

#[test]
fn who_is_not_vouched_for_is_not_believed() {
    let reason = |mail: &str| ignored(&kept(mail), &settings(), &names());
    let honest = format!("{VOUCHED}From: lan@xa.vi-du.vn\n\nx");
    assert_eq!(reason(&honest), None);
    assert_eq!(reason("From: lan@xa.vi-du.vn\n\nx"), Some(Nothing::Unvouched));
    assert_eq!(reason(&honest.replace("From: lan@xa", "From: lan@xb")), Some(Nothing::Unvouched));
    assert!(came("From: lan@xa.vi-du.vn\n\nx").is_none());
    let mut trusting = settings();
    trusting.require_auth = false;
    assert_eq!(ignored(&kept("From: lan@xa.vi-du.vn\n\nx"), &trusting, &names()), None);
}

#[test]
fn a_mail_with_no_author_or_with_two_says_nothing() {
    for from in
        ["", "From: lan\n", "From: a@b.vn, c@d.vn\n", "From: a@b.vn\nFrom: lan@xa.vi-du.vn\n", "From: <>\n"]
    {
        assert!(came(&format!("{VOUCHED}{from}Subject: x\n\nx")).is_none(), "{from}");
    }
    assert!(came(&format!("{VOUCHED}From: bao@loa.vi-du.vn\n\nx")).is_none(), "our own mail");
    assert!(came(&format!("{VOUCHED}From: lan@xa.vi-du.vn\nAuto-Submitted: auto-replied\n\nx")).is_none());
}

#[test]
fn a_bounce_is_about_the_message_that_it_names() {
    let ours = names().message(MessageId(42));
    let bounce = |name: &str, action: &str, status: &str| {
        format!(
            "From: MAILER-DAEMON@vi-du.vn\nReturn-Path: <>\nMIME-Version: 1.0\nContent-Type: multipart/report; \
             report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nNot delivered.\n--b\n\
             Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.vi-du.vn\n\nAction: {action}\n\
             Final-Recipient: rfc822;Lan@xa.vi-du.vn\nStatus: {status}\nDiagnostic-Code: smtp; 550 No such\n  user\n--b\n\
             Content-Type: text/rfc822-headers\n\nMessage-ID: <{name}>\nSubject: x\n--b--\n"
        )
    };
    let what = |mail: &str| came(mail).map(|came| (came.chat.id, came.what));
    let why = "thư bị trả lại: 5.1.1 550 No such  user".to_owned();
    let bounced = What::Bounced(Bounced { message: MessageId(42), why, for_good: true });
    assert_eq!(what(&bounce(&ours, "failed", "5.1.1")), Some(("lan@xa.vi-du.vn".to_owned(), bounced)));
    let Some((_, What::Bounced(full))) = what(&bounce(&ours, "failed", "5.2.2")) else { panic!("no bounce") };
    assert!(!full.for_good);
    assert_eq!(what(&bounce(&ours, "delayed", "4.4.1")), None);
    assert_eq!(what(&bounce(&ours.replacen("42", "43", 1), "failed", "5.1.1")), None);
}

#[test]
fn a_choice_on_a_page_is_a_press() {
    let links = settings().links.expect("links");
    let url = links.url("lan@xa.vi-du.vn", "c:own", "Đã nhận", Timestamp(0));
    let path = url.strip_prefix("https://loa.vi-du.vn").expect("ours");
    let update = links.read(path, Timestamp(1)).expect("a choice").update("abc");
    assert_eq!((update.key.as_str(), update.number), ("press:abc", 0));
    let parsed = read(&update.body, Timestamp(5), &settings(), &names());
    assert_eq!(parsed.chat_key, "email:lan@xa.vi-du.vn");
    assert_eq!(
        parsed.incoming.as_ref().and_then(|came| came.press()).map(|p| p.data.as_str()),
        Some("c:own")
    );
}

proptest::proptest! {
    #[test]
    fn whatever_comes_is_read(raw in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let mail = [VOUCHED.as_bytes(), b"From: lan@xa.vi-du.vn\r\nContent-Type: multipart/mixed; boundary=b\r\n", &raw].concat();
        let _ = read(&raw, Timestamp(5), &settings(), &names());
        let _ = read(&Stored::write(SPOT, 1, false, &mail), Timestamp(5), &settings(), &names());
    }
}
