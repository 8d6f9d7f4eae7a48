//! A server that answers whatever it is told to.

use std::time::Duration;

use loa::channel::{Act, Channel, ReceiveError, SendError};
use loa::domain::content::Content;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::kit::{send, telegram};

pub const TOKEN: &str = "123456:AAE-very_SECRET-token";

/// What becomes of every connection, once its request was read.
#[derive(Clone, Debug)]
pub enum Manner {
    /// These bytes, then the end. `PATH` in them becomes the path that was asked for.
    Says(String),
    /// The same, but it says who the bot is if it is asked.
    KnowsUs(String),
    /// Nothing, until the other side loses patience.
    Waits,
}

/// Listens on loopback until it is dropped.
pub struct Odd {
    pub url: String,
    _stop: tokio_util::sync::DropGuard,
}

impl Odd {
    pub async fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback can be bound");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        let over = stop.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = over.cancelled() => return,
                    Ok((stream, _)) = listener.accept() => drop(tokio::spawn(serve(stream, manner.clone()))),
                }
            }
        });
        Self { url, _stop: stop.drop_guard() }
    }
}

async fn serve(mut stream: TcpStream, manner: Manner) {
    let mut head = vec![0; 64 * 1024];
    let length = stream.read(&mut head).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&head[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("-");
    let us = r#"{"ok":true,"result":{"id":123456,"username":"loa_bot"}}"#;
    let manner = match manner {
        Manner::KnowsUs(_) if path.ends_with("/GetMe") => answer("200 OK", us),
        manner => manner,
    };
    match manner {
        Manner::Says(text) | Manner::KnowsUs(text) => {
            let _ = stream.write_all(text.replace("PATH", path).as_bytes()).await;
            let _ = stream.shutdown().await;
            // What is still to be read must not turn the orderly end into a reset.
            while matches!(stream.read(&mut head).await, Ok(1..)) {}
        }
        Manner::Waits => std::future::pending().await,
    }
}

/// An answer of this status whose end is the end of the connection.
pub fn answer(status: &str, body: &str) -> Manner {
    Manner::Says(format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n{body}"))
}

async fn outcome(manner: Manner) -> Result<loa::channel::Sent, SendError> {
    let odd = Odd::new(manner).await;
    let telegram = telegram(&odd.url, TOKEN, Duration::from_millis(700));
    send(&telegram, "1", Act::Send, &Content::text("Xin chào"), &[]).await
}

#[tokio::test]
async fn only_a_clear_yes_is_a_yes() {
    let unknown = |result| assert!(matches!(result, Err(SendError::Unknown(_))), "{result:?}");
    unknown(outcome(answer("200 OK", "")).await);
    unknown(outcome(answer("200 OK", "<html>")).await);
    unknown(outcome(answer("200 OK", r#"{"ok":true}"#)).await);
    unknown(outcome(answer("200 OK", r#"{"ok":true,"result":{"message_id":"#)).await);
    unknown(outcome(answer("200 OK", r#"{"ok":true,"result":{}}"#)).await);
    unknown(outcome(answer("200 OK", r#"{"ok":false}"#)).await);
    unknown(outcome(answer("200 OK", &" ".repeat(2 << 20))).await);
    unknown(
        outcome(Manner::Says("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"ok\":true".to_owned())).await,
    );
    unknown(outcome(Manner::Says("SSH-2.0-OpenSSH\r\n".to_owned())).await);
    unknown(outcome(Manner::Says(String::new())).await);
    unknown(outcome(Manner::Waits).await);
    let sent = outcome(answer("200 OK", r#"{"ok":true,"result":{"message_id":5,"new":[{}]}}"#)).await;
    assert_eq!(sent.expect("a yes").message, "5");
}

#[tokio::test]
async fn a_clear_no_is_no_riddle() {
    let retry = |result| assert!(matches!(result, Err(SendError::Retry(_))), "{result:?}");
    retry(outcome(answer("500 Internal Server Error", "<html>")).await);
    retry(outcome(answer("500 Internal Server Error", r#"{"ok":false,"error_code":500}"#)).await);
    retry(outcome(answer("302 Found", "go away")).await);
    retry(outcome(Manner::Says("HTTP/1.1 400 Bad\r\ncontent-length: 50\r\n\r\n{".to_owned())).await);
    let no = r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked"}"#;
    let closed = outcome(answer("200 OK", no)).await;
    assert!(matches!(closed, Err(SendError::ChatClosed(_))), "{closed:?}");
    let header =
        Manner::Says("HTTP/1.1 429 Slow\r\nretry-after: 9\r\nconnection: close\r\n\r\n<p>".to_owned());
    assert_eq!(outcome(header).await, Err(SendError::TooMany { after: Duration::from_secs(9) }));
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback can be bound");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    for url in [format!("http://{address}"), "http://nobody.invalid".to_owned()] {
        let telegram = telegram(&url, TOKEN, Duration::from_secs(20));
        let result = send(&telegram, "1", Act::Send, &Content::text("Xin chào"), &[]).await;
        assert!(matches!(result, Err(SendError::Retry(_))), "{url}: {result:?}");
    }
    let odd = Odd::new(answer("200 OK", "no TLS here")).await;
    let telegram = telegram(&odd.url.replace("http:", "https:"), TOKEN, Duration::from_secs(5));
    let result = send(&telegram, "1", Act::Send, &Content::text("Xin chào"), &[]).await;
    assert!(matches!(result, Err(SendError::Retry(_))), "{result:?}");
}

#[tokio::test]
async fn updates_without_sense_do_not_come_as_updates() {
    let receive = async |body: &str| {
        let text = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
        let odd = Odd::new(Manner::KnowsUs(text)).await;
        telegram(&odd.url, TOKEN, Duration::from_secs(5)).receive(0, Duration::ZERO).await
    };
    for body in ["", "[]", r#"{"ok":true,"result":5}"#, r#"{"ok":true,"result":[{"x":1}]}"#] {
        let result = receive(body).await;
        assert!(matches!(result, Err(ReceiveError::Failed(_))), "{body}: {result:?}");
    }
    let some = r#"{"ok":true,"result":[{"x":1}, {"update_id" : 7,"y":1e999} ,3]}"#;
    let updates = receive(some).await.expect("what can be read");
    assert_eq!(updates.len(), 1);
    assert_eq!(
        (updates[0].number, updates[0].body.as_slice()),
        (7, br#"{"update_id" : 7,"y":1e999}"#.as_slice())
    );
}
