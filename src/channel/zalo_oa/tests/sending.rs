//! Sending, fetching and tokens on the practice platform.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::{Practice, account};
use crate::channel::renewing::{RenewError, Renewing};
use crate::channel::{Act, Call, Channel, FetchError, ReceiveError, SendError, Sent};
use crate::domain::Timestamp;
use crate::domain::content::{Attachment, Button, Content, FileKind, FileSource};
use crate::domain::ids::MessageId;
use crate::sandbox::{Fault, Rule};

const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10, b'J', b'F', b'I', b'F', 0, 1];

async fn send(
    practice: &Practice,
    chat: &str,
    content: &Content,
    files: &[FileSource],
) -> Result<Sent, SendError> {
    practice
        .channel
        .send(&Call {
            id: MessageId(1),
            at: Timestamp(0),
            chat,
            act: Act::Send,
            content,
            own_data: None,
            files,
        })
        .await
}

fn file(name: &str, kind: FileKind) -> Content {
    let file = Attachment { sha256: "ab".repeat(32), name: name.to_owned(), kind };
    Content { files: vec![file], ..Content::default() }
}

fn bytes(bytes: &'static [u8], mime: &str) -> [FileSource; 1] {
    [FileSource::Upload { bytes: bytes.into(), mime: mime.to_owned(), url: None }]
}

#[tokio::test]
async fn words_and_choices_go_to_people_and_groups() {
    let practice = Practice::new().await;
    let press = |label: &str| Button::Press { label: label.into(), data: "x".into() };
    let content = Content {
        buttons: vec![vec![press("Đã nhận"), press("Xem lại")]],
        hint: Some("Bạn trả lời bằng số.".into()),
        ..Content::text("Họp lúc 8 giờ")
    };
    let sent = send(&practice, "11", &content, &[]).await.expect("sent");
    let last = practice.platform.last("11").expect("a message");
    assert_eq!(sent.message, last.id);
    assert_eq!(last.text, "Họp lúc 8 giờ\n\n1. Đã nhận\n2. Xem lại\nBạn trả lời bằng số.");
    assert!(last.buttons.is_empty());
    send(&practice, "group:to5", &Content::text("Chào"), &[]).await.expect("sent");
    assert_eq!(practice.platform.last("to5").expect("a message").text, "Chào");
    for closed in ["12", "13", "group:ai"] {
        let refused = send(&practice, closed, &Content::text("Chào"), &[]).await;
        assert!(matches!(refused, Err(SendError::ChatClosed(_))), "{closed}: {refused:?}");
    }
    for wrong in [String::new(), "a".repeat(2001)] {
        let refused = send(&practice, "11", &Content::text(wrong), &[]).await;
        assert!(matches!(refused, Err(SendError::Refused(_))));
    }
    assert!(practice.platform.violations().is_empty());
}

#[tokio::test]
async fn buttons_are_shown_where_somebody_wants_them() {
    let mut practice = Practice::new().await;
    practice.channel.buttons = true;
    let press = Button::Press { label: "Đã nhận".into(), data: "x".into() };
    let content = Content { buttons: vec![vec![press]], ..Content::text("Họp") };
    send(&practice, "11", &content, &[]).await.expect("sent");
    practice.platform.press("11", "Đã nhận");
    assert_eq!(practice.platform.last("11").expect("a message").text, "1");
}

#[tokio::test]
async fn files_are_handed_over_once_and_known_by_name() {
    let practice = Practice::new().await;
    let document = file("Kế hoạch.pdf", FileKind::Document);
    let sent = send(&practice, "11", &document, &bytes(b"%PDF-1.7", "application/pdf")).await.expect("sent");
    let (kind, id) = sent.file_ids[0].clone().expect("a name");
    assert_eq!((kind, sent.file_ids.len()), (FileKind::Document, 1));
    let known = [FileSource::Known { file_id: id }];
    send(&practice, "11", &document, &known).await.expect("sent");
    let picture = file("", FileKind::Photo);
    send(&practice, "11", &picture, &bytes(JPEG, "image/jpeg")).await.expect("sent");
    let shown: Vec<String> = practice.platform.render_chat("11").lines().skip(1).map(str::to_owned).collect();
    let (name, photo) = ("🏛 Phường Bình Minh: [📎 Kế hoạch.pdf]", "🏛 Phường Bình Minh: [📷 1]");
    assert_eq!(shown, [name, name, photo]);
    practice.platform.forget_uploads();
    let gone = send(&practice, "11", &document, &known).await;
    assert!(matches!(gone, Err(SendError::FileGone(_))), "{gone:?}");
    assert!(practice.platform.violations().is_empty());
}

#[tokio::test]
async fn what_is_too_large_is_an_address() {
    let practice = Practice::new().await;
    let mut large = b"%PDF-1.7".to_vec();
    large.resize((5 << 20) + 1, b' ');
    let url = Some("https://loa.vi-du.vn/tep/x".to_owned());
    let files = [FileSource::Upload { bytes: large.into(), mime: "application/pdf".into(), url }];
    send(&practice, "11", &file("Kế hoạch.pdf", FileKind::Document), &files).await.expect("sent");
    let last = practice.platform.last("11").expect("a message");
    assert_eq!((last.text.as_str(), last.file), ("📎 Kế hoạch.pdf: https://loa.vi-du.vn/tep/x", None));
}

#[tokio::test]
async fn what_cannot_be_handed_over_is_named() {
    let practice = Practice::new().await;
    let sheet = file("bang.xlsx", FileKind::Document);
    assert!(!practice.channel.takes(&sheet.files[0]));
    let link = [FileSource::Link { url: "https://loa.vi-du.vn/tep/x".into() }];
    send(&practice, "11", &sheet, &link).await.expect("sent");
    assert_eq!(
        practice.platform.last("11").expect("a message").text,
        "📎 bang.xlsx: https://loa.vi-du.vn/tep/x"
    );
    // What only has the name of a document is refused by the platform.
    let false_one = file("gia.pdf", FileKind::Document);
    let sent = send(&practice, "11", &false_one, &bytes(b"MZ", "application/pdf")).await.expect("sent");
    assert_eq!(sent.file_ids, [None]);
    assert_eq!(practice.platform.last("11").expect("a message").text, "📎 gia.pdf");
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_a_lost_upload_is_not() {
    let practice = Practice::new().await;
    let faults = practice.platform.faults();
    faults.add(Rule::new(Fault::ResetAfter).method("message/cs").times(1));
    let lost = send(&practice, "11", &Content::text("một"), &[]).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    faults.add(Rule::new(Fault::ResetAfter).method("upload/file").times(1));
    let document = file("a.pdf", FileKind::Document);
    let again = send(&practice, "11", &document, &bytes(b"%PDF", "application/pdf")).await;
    assert!(matches!(again, Err(SendError::Retry(_))), "{again:?}");
    faults.add(Rule::new(Fault::TooMany { retry_after: 1, whole_bot: true }).times(1));
    let wait = send(&practice, "11", &Content::text("hai"), &[]).await;
    assert_eq!(wait, Err(SendError::TooMany { after: Duration::from_secs(60) }));
}

#[tokio::test]
async fn a_token_that_is_refused_is_wanted_and_renewed() {
    let practice = Practice::new().await;
    let channel = &practice.channel;
    assert_eq!(channel.who_am_i().await.as_deref(), Ok("Phường Bình Minh"));
    assert!(!channel.wants_token());
    practice.clock.advance(Duration::from_secs(25 * 3600));
    let text = Content::text("một");
    assert_eq!(send(&practice, "11", &text, &[]).await, Err(SendError::Unauthorized));
    assert_eq!(channel.who_am_i().await, Err(ReceiveError::Unauthorized));
    assert!(channel.wants_token());
    let pair = channel.renew(&practice.refresh).await.expect("a pair");
    assert_eq!(pair.access_lasts, Duration::from_secs(90_000));
    assert_eq!(pair.refresh_lasts, Duration::from_secs(90 * 24 * 3600));
    channel.use_token(pair.access);
    assert!(!channel.wants_token());
    send(&practice, "11", &text, &[]).await.expect("sent");
    let spent = channel.renew(&practice.refresh).await;
    assert!(matches!(spent, Err(RenewError::Spent)), "{spent:?}");
    practice.platform.faults().add(Rule::new(Fault::ResetAfter).method("access_token").times(1));
    let lost = channel.renew(&pair.refresh).await;
    assert!(matches!(lost, Err(RenewError::Unknown(_))), "{lost:?}");
    assert!(practice.platform.is_spent(pair.refresh.expose_secret()));
}

#[tokio::test]
async fn without_a_token_nobody_is_asked() {
    let practice = Practice::new().await;
    let channel = account(practice.platform.url());
    assert!(channel.wants_token());
    assert_eq!(channel.who_am_i().await, Err(ReceiveError::Unauthorized));
    assert!(practice.platform.attempts().is_empty());
}

#[tokio::test]
async fn files_come_only_from_where_they_may() {
    let practice = Practice::new().await;
    let gone = practice.channel.fetch("http://127.0.0.1:1/a.jpg", 100).await;
    assert!(matches!(gone, Err(FetchError::Gone(_))), "{gone:?}");
    let own = format!("{}/content/none", practice.platform.url());
    assert!(matches!(practice.channel.fetch(&own, 100).await, Err(FetchError::Gone(_))));
}
