//! Files out and in.

use loa::channel::{Channel, FetchError, FileSource, SendError};
use loa::domain::Timestamp;
use loa::domain::content::{Button, Content, FileKind, Own};

use crate::kit::{Scene, attached, known, picture, upload};

#[tokio::test]
async fn a_document_is_uploaded_once_and_then_named() {
    let scene = Scene::new().await;
    let name = "Kế hoạch \"A\"/2026.pdf";
    let content = Content { files: attached(FileKind::Document, &[name]), ..Content::text("Gửi kèm") };
    let first = scene.send(&content, &[upload("%PDF-1.7", "application/pdf")]).await.expect("sent");
    assert_eq!(first.file_ids[0].as_ref().map(|(kind, _)| *kind), Some(FileKind::Document));
    let again = scene.send(&content, &[known(&first, 0)]).await.expect("sent");
    assert_ne!(first.message, again.message);
    let chat = scene.sandbox.chat(1);
    for seen in &chat[chat.len() - 2..] {
        assert_eq!(seen.files, ["Kế hoạch _A__2026.pdf"]);
        assert_eq!(seen.text, "Gửi kèm");
    }
    scene.assert_clean();
}

#[tokio::test]
async fn a_picture_goes_with_its_words_and_buttons() {
    let scene = Scene::new().await;
    let own = Button::PressOwn { label: "Đã nhận".to_owned(), act: Own::Confirm };
    let content = Content {
        files: attached(FileKind::Photo, &["a.png"]),
        buttons: vec![vec![own]],
        ..Content::text("Ảnh")
    };
    let first = scene.send(&content, &[upload(picture(800), "image/png")]).await.expect("sent");
    let again = scene.send(&content, &[known(&first, 0)]).await.expect("sent");
    assert_eq!(first.file_ids, again.file_ids, "the largest size names the picture");
    let seen = scene.sandbox.last(1).expect("a message");
    assert_eq!((seen.photos, seen.text.as_str(), seen.buttons.len()), (1, "Ảnh", 1));
    scene.assert_clean();
}

#[tokio::test]
async fn an_album_is_one_message_of_new_and_known_files() {
    let scene = Scene::new().await;
    let pictures = [upload(picture(40), "image/png"), upload(picture(60), "image/png")];
    let content = Content { files: attached(FileKind::Photo, &["a", "b"]), ..Content::text("Hai ảnh") };
    let first = scene.send(&content, &pictures).await.expect("sent");
    assert_eq!(first.file_ids.len(), 2);
    let three = Content { files: attached(FileKind::Photo, &["a", "c", "b"]), ..Content::text("Ba ảnh") };
    let mixed = [known(&first, 0), upload(picture(80), "image/png"), known(&first, 1)];
    let second = scene.send(&three, &mixed).await.expect("sent");
    assert_eq!(second.file_ids[0], first.file_ids[0]);
    assert_eq!(second.file_ids[2], first.file_ids[1]);
    let third = scene.send(&content, &[known(&first, 0), known(&first, 1)]).await.expect("sent");
    assert_eq!(third.file_ids, first.file_ids);
    let texts: Vec<_> =
        scene.sandbox.chat(1).into_iter().filter(|seen| seen.photos == 1).map(|seen| seen.text).collect();
    assert_eq!(texts, ["Hai ảnh", "", "Ba ảnh", "", "", "Hai ảnh", ""]);
    let calls = scene
        .sandbox
        .with_accepted(|calls| calls.iter().filter(|call| call.method == "sendMediaGroup").count());
    assert_eq!(calls, 3);
    let papers = Content { files: attached(FileKind::Document, &["a.txt", "b.txt"]), ..Content::default() };
    let papers = scene.send(&papers, &[upload("a", "text/plain"), upload("b", "")]).await.expect("sent");
    assert!(papers.file_ids.iter().all(|id| matches!(id, Some((FileKind::Document, _)))));
    scene.assert_clean();
}

#[tokio::test]
async fn a_file_that_is_not_known_any_more_is_said_to_be() {
    let scene = Scene::new().await;
    let content = Content { files: attached(FileKind::Photo, &["a"]), ..Content::default() };
    let gone = scene.send(&content, &[FileSource::Known { file_id: "AgACgone".to_owned() }]).await;
    assert!(matches!(gone, Err(SendError::FileGone(_))), "{gone:?}");
}

#[tokio::test]
async fn what_no_album_can_hold_is_refused() {
    let scene = Scene::new().await;
    let refused = |result| assert!(matches!(result, Err(SendError::Refused(_))), "{result:?}");
    let names = ["a"; 11];
    let many = Content { files: attached(FileKind::Photo, &names), ..Content::default() };
    refused(scene.send(&many, &vec![upload("x", "image/png"); 11]).await);
    let two = Content { files: attached(FileKind::Photo, &["a", "b"]), ..Content::default() };
    refused(scene.send(&two, &[upload("x", "image/png")]).await);
    let own = Button::PressOwn { label: "Đã nhận".to_owned(), act: Own::Confirm };
    let buttons = Content { buttons: vec![vec![own]], ..two };
    refused(scene.send(&buttons, &vec![upload("x", "image/png"); 2]).await);
    assert_eq!(
        scene
            .sandbox
            .attempts()
            .iter()
            .filter(|call| call.method.eq_ignore_ascii_case("sendMediaGroup"))
            .count(),
        0
    );
}

#[tokio::test]
async fn a_file_that_somebody_sent_is_fetched_within_bounds() {
    let scene = Scene::new().await;
    let bytes = vec![7_u8; 300_000];
    scene.sandbox.send_document(1, 1, "báo cáo.bin", "application/octet-stream", bytes.clone(), "Đây ạ");
    let update = scene.updates(0).await.pop().expect("an update");
    let incoming = scene.telegram.read(&update.body, Timestamp(1)).incoming.expect("a message");
    let file = incoming.message().expect("a message").documents[0].clone();
    assert_eq!(file.size, Some(300_000));
    assert_eq!(scene.telegram.fetch(&file.id, 300_000).await.expect("bytes"), bytes);
    let small = scene.telegram.fetch(&file.id, 299_999).await;
    assert_eq!(small, Err(FetchError::TooLarge { max: 299_999 }));
    let gone = scene.telegram.fetch("nothing", 1000).await;
    assert!(matches!(gone, Err(FetchError::Gone(_))), "{gone:?}");
}
