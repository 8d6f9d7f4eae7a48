//! The token stays where it is.

use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use loa::channel::telegram::{SetupError, Telegram};
use loa::channel::{Act, Channel};
use loa::domain::content::{Content, FileKind};
use loa::http::http_client;
use tokio::net::TcpListener;

use crate::kit::{attached, send, telegram, upload};
use crate::odd::{Manner, Odd, TOKEN, answer};

/// Everything that an error can be made to say.
fn said<T: Debug>(result: Result<T, impl Error>) -> String {
    let error = match result {
        Ok(value) => return format!("{value:?}"),
        Err(error) => error,
    };
    let mut text = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!("\n{cause}\n{cause:?}");
        source = cause.source();
    }
    text
}

/// Everything that can be called, against one server.
async fn everything(telegram: &Telegram) -> Vec<String> {
    let text = Content::text("Xin chào");
    let files = Content { files: attached(FileKind::Document, &["a"]), ..Content::default() };
    let sources = [upload("x", "text/plain")];
    vec![
        said(send(telegram, "1", Act::Send, &text, &[]).await),
        said(send(telegram, "1", Act::Send, &files, &sources).await),
        said(send(telegram, "1", Act::Edit { message: "1" }, &text, &[]).await),
        said(send(telegram, "1", Act::Answer { press: "1" }, &text, &[]).await),
        said(telegram.receive(0, Duration::ZERO).await),
        said(telegram.fetch("file", 1000).await),
        said(telegram.who_am_i().await),
        said(telegram.set_menu(&[], None).await),
        format!("{telegram:?}"),
    ]
}

#[tokio::test]
async fn no_error_says_the_token() {
    let echo = |status| answer(status, r#"{"ok":false,"error_code":400,"description":"no such path: PATH"}"#);
    let manners = vec![
        Manner::Waits,
        Manner::Says(String::new()),
        Manner::Says("SSH-2.0-OpenSSH\r\nPATH".to_owned()),
        Manner::Says("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"ok\":PATH".to_owned()),
        Manner::Says(
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/PATH\r\ncontent-length: 0\r\n\r\n".to_owned(),
        ),
        answer("200 OK", "PATH"),
        answer("200 OK", r#"{"ok":true,"result":{"file_path":"PATH","x":1}}"#),
        answer("200 OK", r#"{"ok":true,"result":{"file_path":"a/b","x":1}}"#),
        answer("200 OK", &" ".repeat(2 << 20)),
        answer("500 Internal Server Error", "PATH"),
        echo("200 OK"),
        echo("400 Bad Request"),
        echo("401 Unauthorized"),
        echo("403 Forbidden"),
        echo("404 Not Found"),
        echo("409 Conflict"),
        echo("429 Too Many Requests"),
        echo("500 Internal Server Error"),
    ];
    let secret = TOKEN.split_once(':').expect("two halves").1;
    for manner in manners {
        let odd = Odd::new(manner.clone()).await;
        let telegram = telegram(&odd.url, TOKEN, Duration::from_millis(300));
        for text in everything(&telegram).await {
            assert!(!text.contains(secret), "{manner:?}: {text}");
        }
        if let Manner::Says(text) = &manner {
            let odd = Odd::new(Manner::KnowsUs(text.clone())).await;
            let telegram = self::telegram(&odd.url, TOKEN, Duration::from_millis(300));
            let text = said(telegram.receive(0, Duration::ZERO).await);
            assert!(!text.contains(secret), "{manner:?}: {text}");
        }
        let tls = self::telegram(&odd.url.replace("http:", "https:"), TOKEN, Duration::from_millis(300));
        for text in everything(&tls).await {
            assert!(!text.contains(secret), "TLS: {text}");
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback can be bound");
    let dead = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    for url in [dead.as_str(), "http://nobody.invalid"] {
        for text in everything(&telegram(url, TOKEN, Duration::from_secs(5))).await {
            assert!(!text.contains(secret), "{url}: {text}");
        }
    }
}

#[test]
fn a_token_that_cannot_be_one_is_refused_and_not_repeated() {
    let new = |url: &str, token: &str| {
        Telegram::new(http_client().expect("a client"), url, token.into(), Duration::from_secs(1))
    };
    for token in
        ["", "abc", ":", "1:", ":x", "12a:x", "1:a/b", "1:a b", "1:a\n", " 1:a", "1:a?", "1:ầ", "1:../x"]
    {
        let error = new("https://api.telegram.org", token).expect_err(token);
        assert_eq!(error, SetupError::Token);
    }
    for url in ["", "api.telegram.org", "ftp://x", "https://x?y", "https://x/#y", "data:x"] {
        let error = new(url, TOKEN).expect_err(url);
        assert_eq!(error, SetupError::Url, "{url}");
        assert!(!said::<()>(Err(error)).contains("SECRET"));
    }
    assert!(new("https://proxy.vn/telegram/", TOKEN).is_ok());
}
