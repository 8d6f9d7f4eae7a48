//! The mail server, driven by the project's own channel, and by a client that does it wrong.

use std::time::Duration;

use loa::channel::email::Email;
use loa::channel::{Channel, ReceiveError, SendError};
use loa::conversation::What;
use loa::domain::Timestamp;
use loa::sandbox::MailFile;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::kit::{MORNING, picture};
use crate::mail_kit::{LAN, Scene, settings};

const NOW: Timestamp = Timestamp(MORNING);

#[tokio::test]
async fn what_the_channel_sends_is_shown_in_the_mailbox() {
    let scene = Scene::new().await;
    assert_eq!(scene.email.who_am_i().await.as_deref(), Ok("bao@loa.example"));
    let files: [(&str, &[u8]); 2] = [("a.jpg", &picture(9, 9)), ("b.pdf", b"%PDF-1.7")];
    let name = scene.sends(1, LAN, "Họp lúc 8 giờ\n.\nĐúng giờ.", &files).await.expect("taken");
    let seen = scene.mail.talk(LAN).pop().expect("a mail");
    assert_eq!((seen.id.as_str(), seen.subject.as_str()), (name.as_str(), "Họp lúc 8 giờ"));
    assert_eq!((seen.name.as_str(), seen.heading.as_str()), ("Ban Tuyên giáo", "Ban Tuyên giáo"));
    assert!(seen.text.starts_with("Họp lúc 8 giờ\n.\nĐúng giờ.\n\n1. ✅ Đã nhận\n2. Không"), "{}", seen.text);
    assert!(
        seen.link("Đã nhận").is_some_and(|url| url.starts_with("http://127.0.0.1:9/chon/")),
        "{:?}",
        seen.links
    );
    let files: Vec<_> = seen.files.iter().map(|file| (file.name.as_str(), file.is_picture)).collect();
    assert_eq!(files, [("a.jpg", true), ("b.pdf", false)]);
    assert_eq!(seen.files[0].bytes, picture(9, 9));
    // More than one connection carries, and to whom there is no mailbox.
    for id in 2..14 {
        scene.sends(id, "minh@xa.example", "Họp", &[]).await.expect("taken");
    }
    let gone = scene.sends(20, "ai@xa.example", "Họp", &[]).await;
    assert!(matches!(gone, Err(SendError::ChatClosed(_))), "{gone:?}");
    assert_eq!(scene.mail.with_accepted(<[_]>::len), 13);
    assert!(scene.mail.violations().is_empty(), "{:?}", scene.mail.violations());
}

#[tokio::test]
async fn what_people_write_is_read_once_believed_and_marked() {
    let scene = Scene::new().await;
    let asked = scene.sends(1, LAN, "Họp lúc 8 giờ", &[]).await.expect("taken");
    assert!(scene.email.receive(0, Duration::ZERO).await.expect("no mails").is_empty());
    let jpeg = noise();
    let photo = MailFile { name: "cau.jpg".into(), is_picture: true, bytes: jpeg.clone().into() };
    // It comes while the mailbox is waited for.
    let (came, _) = tokio::join!(scene.email.receive(0, Duration::from_secs(20)), async {
        scene.mail.write(LAN, "Cầu hỏng", "Ván mục, xe không qua được.", vec![photo]);
    });
    let came = came.expect("a mail");
    assert_eq!((came.len(), scene.mail.unread()), (1, 1));
    let incoming = scene.email.read(&came[0].body, NOW).incoming.expect("believed");
    let What::Message(message) = incoming.what else { panic!("{incoming:?}") };
    assert_eq!((incoming.chat.id.as_str(), message.photos.len()), (LAN, 1));
    assert_eq!(message.text, "Cầu hỏng\nVán mục, xe không qua được.");
    let fetched = scene.email.fetch(&message.photos[0].id, 1 << 20).await.expect("the picture");
    assert_eq!(fetched, jpeg);
    // The request after it marks it; an answer names what it answers, without what it quotes.
    scene.mail.answer(LAN, &asked, "1");
    let came = scene.email.receive(came[0].number, Duration::from_secs(20)).await.expect("an answer");
    assert_eq!((came.len(), scene.mail.unread()), (1, 1));
    let incoming = scene.email.read(&came[0].body, NOW).incoming.expect("believed");
    let What::Message(message) = incoming.what else { panic!("{incoming:?}") };
    assert_eq!((message.text.as_str(), message.reply_to.as_deref()), ("1", Some(asked.as_str())));
    assert!(scene.email.receive(came[0].number, Duration::ZERO).await.expect("no more").is_empty());
    assert_eq!(scene.mail.unread(), 0);
    // A program that begins anew takes nothing that was read.
    let anew = Email::new(settings(&scene.mail));
    assert!(anew.receive(0, Duration::ZERO).await.expect("no mails").is_empty());
    assert!(scene.mail.violations().is_empty(), "{:?}", scene.mail.violations());
}

#[tokio::test]
async fn a_wrong_password_opens_neither_server() {
    let scene = Scene::new().await;
    let mut settings = settings(&scene.mail);
    let wrong = Some(("bao@loa.example".to_owned(), "doan".to_owned().into()));
    (settings.smtp.login, settings.imap.login) = (wrong.clone(), wrong);
    let email = Email::new(settings);
    assert_eq!(email.who_am_i().await, Err(ReceiveError::Unauthorized));
    assert_eq!(email.open_mailbox().await, Err(ReceiveError::Unauthorized));
}

#[tokio::test]
async fn what_is_out_of_order_is_refused_and_written_down() {
    let scene = Scene::new().await;
    let (smtp, imap) = scene.mail.ports();
    let login = "AUTH PLAIN AGJhb0Bsb2EuZXhhbXBsZQBwcmFjdGljZS1wYXNzd29yZA==";
    let talks: [(u16, &[(&str, &str)]); 2] = [
        (
            smtp,
            &[
                ("MAIL FROM:<bao@loa.example>", "530"),
                ("EHLO x", "250"),
                (login, "235"),
                ("DATA", "503"),
                ("MAIL FROM:<ai@loa.example>", "550"),
                ("MAIL FROM:<bao@loa.example>", "250"),
                ("RCPT TO:<lan@xa.example>", "250"),
                ("DATA", "354"),
                ("Subject: x\r\n\r\n.", "554"),
                ("VRFY lan", "500"),
            ],
        ),
        (
            imap,
            &[
                ("a SELECT INBOX", "a BAD"),
                ("b LOGIN \"bao@loa.example\" \"practice-password\"", "b OK"),
                ("c UID FETCH 1:* (UID)", "c BAD"),
                ("d SELECT \"Sent\"", "d NO"),
                ("e EXPUNGE", "e BAD"),
                ("f", "f BAD"),
            ],
        ),
    ];
    for (port, talk) in talks {
        let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.expect("a server"));
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a greeting");
        for (said, answer) in talk {
            stream.write_all(format!("{said}\r\n").as_bytes()).await.expect("written");
            loop {
                line.clear();
                assert!(stream.read_line(&mut line).await.expect("an answer") > 0, "{said}");
                if !line.starts_with("250-") {
                    break;
                }
            }
            assert!(line.starts_with(answer), "{said}: {line}");
        }
        // A line without an end is not held for ever.
        stream.write_all(&[b'x'; 9000]).await.expect("written");
        line.clear();
        // The connection is cut with what was not read, or ended.
        assert!(matches!(stream.read_line(&mut line).await, Ok(0) | Err(_)), "{line}");
    }
    assert_eq!(scene.mail.violations().len(), 5 + 4 + 2, "{:#?}", scene.mail.violations());
}

/// A picture of many colours: what is small is taken for a part of a signature.
fn noise() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let colour = |x: u32, y: u32| {
        image::Rgb([(x * 7) as u8 ^ (y * 13) as u8, (x * 31 + y) as u8, (x ^ (y * 5)) as u8])
    };
    let picture = image::RgbImage::from_fn(320, 240, colour);
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a picture");
    bytes.into_inner()
}
