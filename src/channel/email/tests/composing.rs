use mail_parser::{Message, MessageParser, MimeHeaders};

use super::{names, settings};
use crate::channel::email::compose::compose;
use crate::channel::{Act, Call, FileSource, SendError};
use crate::domain::Timestamp;
use crate::domain::content::{Attachment, Button, Content, FileKind, Own};
use crate::domain::ids::MessageId;
use crate::domain::rich::Rich;

const LAN: &str = "lan@xa.vi-du.vn";

fn written(chat: &str, content: &Content, files: &[FileSource]) -> Result<Vec<u8>, SendError> {
    let at = Timestamp::vietnam(2026, 3, 3, 8, 0);
    let call = Call { id: MessageId(42), at, chat, act: Act::Send, content, own_data: Some("c:own"), files };
    compose(&settings(), &names(), &call).map(|mail| mail.bytes)
}

fn read(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).expect("a mail")
}

fn notice() -> Content {
    let press = Button::Press { label: "Xem lại".into(), data: "n0nce".into() };
    let link = Button::Link { label: "Bản đồ".into(), url: "https://vi-du.vn/?a=1&b=2".into() };
    Content {
        text: Rich::new().bold("Lịch họp <tháng 3>").line().push("8 giờ & đúng giờ"),
        buttons: vec![
            vec![Button::PressOwn { label: "✅ Đã nhận".into(), act: Own::Confirm }],
            vec![press, link],
        ],
        hint: Some("Trả lời bằng số.".into()),
        ..Content::default()
    }
}

#[test]
fn a_mail_has_one_recipient_and_says_who_it_is_from() {
    let bytes = written(LAN, &notice(), &[]).expect("a mail");
    let mail = read(&bytes);
    let to: Vec<_> = mail.all_to().flat_map(|to| to.iter()).filter_map(|to| to.address()).collect();
    assert_eq!((to, mail.cc().is_none(), mail.bcc().is_none()), (vec![LAN], true, true));
    let from = mail.from().and_then(|from| from.first()).expect("an author");
    assert_eq!(from.address(), Some("bao@loa.vi-du.vn"));
    assert_eq!(from.name(), Some("Ban Tuyên giáo và Dân vận <Mường Lam>"));
    assert_eq!(mail.subject(), Some("Lịch họp <tháng 3>"));
    assert_eq!(mail.date().map(|date| date.to_rfc3339()).as_deref(), Some("2026-03-03T01:00:00Z"));
    let header = |name: &'static str| mail.header_raw(name).map(str::trim).unwrap_or_default().to_owned();
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("List-Unsubscribe"), "<mailto:bao@loa.vi-du.vn?subject=%2Froi>");
}

#[test]
fn a_mail_that_is_sent_again_has_the_same_name_and_thread() {
    let (one, again) = (written(LAN, &notice(), &[]), written(LAN, &Content::text("khác"), &[]));
    let (one, again) = (one.expect("a mail"), again.expect("a mail"));
    let (one, again) = (read(&one), read(&again));
    assert_eq!(one.message_id(), Some(names().message(MessageId(42)).as_str()));
    assert_eq!(one.message_id(), again.message_id());
    assert_eq!(one.in_reply_to().as_text(), Some(names().thread(LAN).as_str()));
    assert_eq!(one.references(), again.references());
}

#[test]
fn what_can_be_chosen_is_a_list_in_the_text_and_links_in_the_page() {
    let bytes = written(LAN, &notice(), &[]).expect("a mail");
    let mail = read(&bytes);
    let text = mail.body_text(0).expect("a text").replace("\r\n", "\n");
    let list = "1. ✅ Đã nhận\n2. Xem lại\nBản đồ: https://vi-du.vn/?a=1&b=2\nTrả lời bằng số.";
    assert_eq!(text.trim_end(), format!("Lịch họp <tháng 3>\n8 giờ & đúng giờ\n\n{list}"));
    let html = mail.body_html(0).expect("a page");
    assert!(html.contains("<h2 style=\"font-size: 18px\">Ban Tuyên giáo và Dân vận &lt;Mường Lam&gt;</h2>"));
    assert!(html.contains("<b>Lịch họp &lt;tháng 3&gt;</b><br>"), "{html}");
    assert!(html.contains("<a href=\"https://vi-du.vn/?a=1&amp;b=2\">Bản đồ</a>"));
    let path =
        html.split("https://loa.vi-du.vn").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let links = settings().links.expect("links");
    let chosen = links.read(path, Timestamp::vietnam(2026, 3, 4, 8, 0)).expect("a choice");
    assert_eq!((chosen.address.as_str(), chosen.data.as_str()), (LAN, "c:own"));
}

#[test]
fn no_text_adds_a_header_or_a_recipient() {
    let text = "Họp\r\nBcc: ai@do.vn\r\n\r\n.\r\nMAIL FROM:<x>";
    let bytes = written(LAN, &Content::text(text), &[]).expect("a mail");
    assert_eq!(read(&bytes).subject(), Some("Họp"));
    assert!(read(&bytes).bcc().is_none());
    let bytes = written(LAN, &Content::text("Họp\u{b}\u{0}\tgấp"), &[]).expect("a mail");
    assert_eq!(read(&bytes).subject(), Some("Họp gấp"));
    let long = written(LAN, &Content::text("dài ".repeat(400)), &[]).expect("a mail");
    assert!(read(&long).subject().expect("a subject").encode_utf16().count() <= 120);
    for chat in ["", "lan", "lan@xa.vn\r\nRCPT TO:<x@y.vn>", "a@b.vn, c@d.vn", "<a@b.vn>"] {
        assert!(matches!(written(chat, &Content::text("x"), &[]), Err(SendError::ChatClosed(_))), "{chat:?}");
    }
}

#[test]
fn files_come_along_under_their_names() {
    let file = |name: &str, kind| Attachment { sha256: "x".into(), name: name.into(), kind };
    let content = Content {
        text: "Kèm kế hoạch".into(),
        files: vec![file("Kế hoạch số 5.pdf", FileKind::Document), file("a.jpg", FileKind::Photo)],
        ..Content::default()
    };
    let files = [
        FileSource::Upload { bytes: vec![1, 2, 3, 255].into(), mime: "application/pdf".into(), url: None },
        FileSource::Absent,
    ];
    let bytes = written(LAN, &content, &files).expect("a mail");
    let mail = read(&bytes);
    assert_eq!(mail.attachment_count(), 1);
    let pdf = mail.attachment(0).expect("a file");
    assert_eq!((pdf.attachment_name(), pdf.contents()), (Some("Kế hoạch số 5.pdf"), &[1, 2, 3, 255][..]));
    assert!(mail.body_text(0).expect("a text").contains("📎 a.jpg"));
}

#[test]
fn a_mail_is_made_of_letters_that_every_server_takes() {
    let bytes = written(LAN, &notice(), &[]).expect("a mail");
    assert!(bytes.is_ascii());
    assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 998));
}
