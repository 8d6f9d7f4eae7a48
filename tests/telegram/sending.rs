//! Text, buttons, edits, answers, and what each failure is taken for.

use std::time::Duration;

use loa::channel::{Act, SendError};
use loa::domain::Rich;
use loa::domain::content::{Button, Content, FileKind, Own};
use loa::sandbox::Fault;

use crate::kit::{Scene, attached, picture, send, upload};

#[tokio::test]
async fn a_text_keeps_its_emphasis_beyond_the_basic_plane() {
    let scene = Scene::new().await;
    let text = Rich::new().push("💡 ").bold("Thông báo").push(": mã ").code("ML-1").line().italic("Cảm ơn");
    let sent = scene.send(&Content::text(text), &[]).await.expect("sent");
    let seen = scene.sandbox.last(1).expect("a message");
    assert_eq!(sent.message, seen.id.to_string());
    assert_eq!(seen.text, "💡 Thông báo: mã ML-1\nCảm ơn");
    let marks: Vec<_> =
        seen.entities.iter().map(|mark| (mark.kind.as_str(), mark.offset, mark.length)).collect();
    assert_eq!(marks, [("bold", 3, 9), ("code", 17, 4), ("italic", 22, 6)]);
    scene.assert_clean();
}

#[tokio::test]
async fn buttons_carry_data_or_a_link() {
    let scene = Scene::new().await;
    let press = Button::Press { label: "Xem".to_owned(), data: "nonce".to_owned() };
    let own = Button::PressOwn { label: "Đã nhận".to_owned(), act: Own::Confirm };
    let link = Button::Link { label: "Trang".to_owned(), url: "https://xã.vn/a b".to_owned() };
    let content = Content { buttons: vec![vec![press, own], vec![], vec![link]], ..Content::text("Chọn") };
    scene.send(&content, &[]).await.expect("sent");
    let buttons = scene.sandbox.last(1).expect("a message").buttons;
    assert_eq!(buttons.len(), 2);
    assert_eq!(buttons[0][0].data.as_deref(), Some("nonce"));
    assert_eq!(buttons[0][1].data.as_deref(), Some("own-7"));
    assert_eq!(buttons[1][0].url.as_deref(), Some("https://xn--x-yfa.vn/a%20b"));
    scene.assert_clean();
}

#[tokio::test]
async fn an_edit_changes_text_and_buttons() {
    let scene = Scene::new().await;
    let own = Button::PressOwn { label: "Đã nhận".to_owned(), act: Own::Confirm };
    let content = Content { buttons: vec![vec![own]], ..Content::text("Cũ") };
    let sent = scene.send(&content, &[]).await.expect("sent");
    let edited = scene.edit(&sent.message, &Content::text(Rich::new().bold("Mới"))).await.expect("edited");
    assert_eq!(edited.message, sent.message);
    let seen = scene.sandbox.last(1).expect("a message");
    assert_eq!((seen.text.as_str(), seen.buttons.len(), seen.entities.len()), ("Mới", 0, 1));
    scene
        .edit(&sent.message, &Content::text(Rich::new().bold("Mới")))
        .await
        .expect("nothing to change is well");
    scene.assert_clean();
}

#[tokio::test]
async fn an_edit_of_a_picture_changes_what_is_under_it() {
    let scene = Scene::new().await;
    let content = Content { files: attached(FileKind::Photo, &["a.png"]), ..Content::text("Cũ") };
    let sent = scene.send(&content, &[upload(picture(40), "image/png")]).await.expect("sent");
    scene.edit(&sent.message, &Content::text("Mới")).await.expect("edited");
    let seen = scene.sandbox.last(1).expect("a message");
    assert_eq!((seen.text.as_str(), seen.photos), ("Mới", 1));
    scene.edit(&sent.message, &Content::text("Mới")).await.expect("nothing to change is well");
}

#[tokio::test]
async fn a_message_to_edit_that_is_gone_is_said_to_be() {
    let scene = Scene::new().await;
    assert_eq!(scene.edit("999", &Content::text("Mới")).await, Err(SendError::MessageGone));
}

#[tokio::test]
async fn an_answer_is_shown_and_cut_where_a_letter_ends() {
    let scene = Scene::new().await;
    let own = Button::PressOwn { label: "Đã nhận".to_owned(), act: Own::Confirm };
    let content = Content { buttons: vec![vec![own]], ..Content::text("Chọn") };
    let sent = scene.send(&content, &[]).await.expect("sent");
    let id = sent.message.parse().expect("a number");
    for (text, shown) in [
        (String::new(), String::new()),
        ("Đã ghi nhận".to_owned(), "Đã ghi nhận".to_owned()),
        // A family counts eleven units: eighteen of them fit, and the mark that more follows.
        ("👨‍👩‍👧‍👦".repeat(30), "👨‍👩‍👧‍👦".repeat(18) + "…"),
    ] {
        let press = scene.sandbox.press(1, 1, id, "Đã nhận");
        let act = Act::Answer { press: &press };
        send(&scene.telegram, "1", act, &Content::text(text), &[]).await.expect("answered");
        assert_eq!(scene.sandbox.answer_to(&press).expect("an answer").text, shown);
    }
    let act = Act::Answer { press: "12345" };
    let late = send(&scene.telegram, "1", act, &Content::text("Muộn"), &[]).await;
    assert!(matches!(late, Err(SendError::Refused(_))), "{late:?}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let scene = Scene::new().await;
    let refused = |result| assert!(matches!(result, Err(SendError::Refused(_))), "{result:?}");
    refused(scene.say(&"a".repeat(4097)).await);
    refused(scene.say("").await);
    let text = Content::text("x");
    refused(send(&scene.telegram, "Lan", Act::Send, &text, &[]).await);
    refused(scene.edit("x", &text).await);
    let link = Button::Link { label: "Trang".to_owned(), url: "không phải".to_owned() };
    refused(scene.send(&Content { buttons: vec![vec![link]], ..text.clone() }, &[]).await);
    let long = Button::Press { label: "Xem".to_owned(), data: "x".repeat(65) };
    refused(scene.send(&Content { buttons: vec![vec![long]], ..text }, &[]).await);
}

#[tokio::test]
async fn chats_that_are_closed_or_moved_are_told_apart() {
    let scene = Scene::new().await;
    let text = Content::text("Xin chào");
    let closed = |result| assert!(matches!(result, Err(SendError::ChatClosed(_))), "{result:?}");
    closed(send(&scene.telegram, "404", Act::Send, &text, &[]).await);
    scene.sandbox.block(1);
    closed(scene.say("Xin chào").await);
    scene.sandbox.migrate_group(-50, -1_000_000_000_050);
    let moved = send(&scene.telegram, "-50", Act::Send, &text, &[]).await;
    assert_eq!(moved, Err(SendError::Moved { to: "-1000000000050".to_owned() }));
    send(&scene.telegram, "-1000000000050", Act::Send, &text, &[]).await.expect("sent");
}

#[tokio::test]
async fn every_fault_is_taken_for_what_it_is() {
    let scene = Scene::with_timeout(Duration::from_millis(700)).await;
    let kind =
        |error: &SendError| format!("{error:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
    // The fault, what it is taken for, and whether the message is there all the same.
    for (fault, expected, there) in [
        (Fault::Status(500), "Retry", false),
        (Fault::Status(502), "Retry", false),
        (Fault::ResetBefore, "Unknown", false),
        (Fault::ResetAfter, "Unknown", true),
        (Fault::Stall(Duration::from_secs(3)), "Unknown", true),
        (Fault::StallBefore(Duration::from_secs(3)), "Unknown", false),
        (Fault::Garbage, "Unknown", true),
        (Fault::Forbidden, "ChatClosed", false),
        (Fault::NotFound, "ChatClosed", false),
        (Fault::Unauthorized, "Unauthorized", false),
        (Fault::Migrate(-1_000_000_000_001), "Moved", false),
        (Fault::TooMany { retry_after: 17, whole_bot: false }, "TooMany", false),
    ] {
        let words = format!("{fault:?}");
        scene.fault(fault);
        let error = scene.say(&words).await.expect_err(&words);
        assert_eq!(kind(&error), expected, "{words}: {error}");
        let is_there = scene.sandbox.last(1).is_some_and(|seen| seen.text == words);
        assert_eq!(is_there, there, "{words}");
        if expected == "TooMany" {
            assert_eq!(error, SendError::TooMany { after: Duration::from_secs(17) });
        }
    }
}
