//! Handing mails to a server that does as it is told.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::settings;
use crate::channel::email::Email;
use crate::channel::{Act, Call, Channel, SendError, Sent};
use crate::domain::Timestamp;
use crate::domain::content::Content;
use crate::domain::ids::MessageId;

/// What a server answers to a command that begins so; nothing is silence, until the other side goes.
type Script = &'static [(&'static str, &'static str)];

const USUAL: Script = &[
    ("EHLO", "250-mx\r\n250 AUTH PLAIN LOGIN"),
    ("AUTH", "235 2.7.0 welcome"),
    ("MAIL", "250 ok"),
    ("RCPT", "250 ok"),
    ("DATA", "354 go on"),
    (".", "250 2.0.0 taken"),
    ("NOOP", "250 ok"),
];

/// A server that takes connections one after the other. Ends with all that it was told.
async fn server(special: Script) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a client");
        converse(stream, special).await
    });
    (port, heard)
}

async fn converse(stream: TcpStream, special: Script) -> String {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mx ready\r\n").await.expect("written");
    let (mut all, mut in_data) = (String::new(), false);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return all;
        }
        all.push_str(&line);
        if in_data && line != ".\r\n" {
            continue;
        }
        let mut known = special.iter().chain(USUAL).filter(|(command, _)| line.starts_with(command));
        let answer = known.next().map_or("500 what?", |(_, answer)| answer);
        in_data = answer.starts_with("354");
        match answer {
            "" => {
                // Silence, until the client has lost its patience.
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
                return all;
            }
            answer => stream.write_all(format!("{answer}\r\n").as_bytes()).await.expect("written"),
        }
    }
}

fn email(port: u16) -> Email {
    let mut settings = settings();
    settings.smtp.port = port;
    settings.smtp.login = Some(("bao".into(), "bí mật".to_owned().into()));
    settings.timeout = std::time::Duration::from_millis(300);
    Email::new(settings)
}

async fn send(email: &Email) -> Result<Sent, SendError> {
    let content = Content::text("Lịch họp");
    let (id, at, chat) = (MessageId(7), Timestamp(0), "lan@xa.vi-du.vn");
    email.send(&Call { id, at, chat, act: Act::Send, content: &content, own_data: None, files: &[] }).await
}

#[tokio::test]
async fn a_connection_serves_for_the_next_mail() {
    let (port, heard) = server(&[]).await;
    let email = email(port);
    let first = send(&email).await.expect("taken");
    assert_eq!(send(&email).await.expect("taken"), first, "the same message has the same name");
    drop(email);
    let heard = heard.await.expect("no panic");
    let count = |word: &str| heard.lines().filter(|line| line.starts_with(word)).count();
    assert_eq!((count("EHLO"), count("AUTH"), count("NOOP"), count("RCPT"), count("DATA")), (1, 1, 1, 2, 2));
}

#[tokio::test]
async fn what_is_known_depends_on_how_far_the_mail_had_come() {
    let table: [(Script, &str); 12] = [
        (&[("EHLO", "421 busy")], "retry"),
        (&[("AUTH", "535 5.7.8 wrong")], "unauthorized"),
        (&[("AUTH", "454 4.7.0 later")], "retry"),
        (&[("MAIL", "")], "retry"),
        (&[("RCPT", "550 5.1.1 nobody")], "closed"),
        (&[("RCPT", "550 5.7.1 not you")], "refused"),
        (&[("RCPT", "450 4.2.0 grey")], "retry"),
        (&[("DATA", "")], "retry"),
        (&[(".", "")], "unknown"),
        (&[(".", "garbage")], "unknown"),
        (&[(".", "451 4.3.0 later")], "retry"),
        (&[(".", "554 5.6.0 no")], "refused"),
    ];
    for (script, meaning) in table {
        let (port, _heard) = server(script).await;
        let meant = match send(&email(port)).await {
            Ok(_) => "sent",
            Err(SendError::Retry(_)) => "retry",
            Err(SendError::Unknown(_)) => "unknown",
            Err(SendError::ChatClosed(_)) => "closed",
            Err(SendError::Refused(_)) => "refused",
            Err(SendError::Unauthorized) => "unauthorized",
            Err(_) => "?",
        };
        assert_eq!(meant, meaning, "{script:?}");
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_taken() {
    let port = TcpListener::bind("127.0.0.1:0").await.and_then(|l| l.local_addr()).expect("a port").port();
    assert!(matches!(send(&email(port)).await, Err(SendError::Retry(_))));
}

#[tokio::test]
async fn no_error_repeats_an_address() {
    let (port, _heard) = server(&[("RCPT", "550 5.1.1 <lan@xa.vi-du.vn>: no such user")]).await;
    let why = send(&email(port)).await.expect_err("refused").to_string();
    assert!(!why.contains("lan@") && why.contains("no such user"), "{why}");
}
