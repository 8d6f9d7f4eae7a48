//! What the scenes share.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use loa::channel::telegram::Telegram;
use loa::channel::{Act, Call, Channel, FileSource, SendError, Sent};
use loa::domain::Timestamp;
use loa::domain::content::{Attachment, Content, FileKind};
use loa::domain::ids::MessageId;
use loa::http::http_client;
use loa::sandbox::{Fault, Options, Rule, Sandbox};

/// 2026-03-02 08:00 in Hanoi; the clock stands.
const MORNING: i64 = 1_772_413_200_000_000;

pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Lan (1), who pressed Start, and the group -50 with her and the bot.
pub struct Scene {
    pub sandbox: Sandbox,
    pub telegram: Telegram,
}

pub fn telegram(url: &str, token: &str, timeout: Duration) -> Telegram {
    Telegram::new(http_client().expect("a client"), url, token.into(), timeout)
        .expect("a good token and address")
}

impl Scene {
    pub async fn new() -> Self {
        Self::with_timeout(TIMEOUT).await
    }

    pub async fn with_timeout(timeout: Duration) -> Self {
        let sandbox =
            Sandbox::start(Options::new(Arc::new(|| MORNING))).await.expect("loopback can be bound");
        sandbox.add_user(1, "Lan");
        sandbox.add_group(-50, "Tổ dân phố 5", &[1], &[1]);
        sandbox.say(1, 1, "/start");
        sandbox.add_bot(-50, 1);
        let telegram = telegram(sandbox.url(), sandbox.token(), timeout);
        let scene = Self { sandbox, telegram };
        scene.updates(0).await;
        scene
    }

    /// All updates that wait after `offset`, acknowledged.
    pub async fn updates(&self, offset: i64) -> Vec<loa::channel::RawUpdate> {
        let updates = self.telegram.receive(offset, Duration::ZERO).await.expect("updates");
        if let Some(last) = updates.last() {
            self.telegram.receive(last.number, Duration::ZERO).await.expect("acknowledged");
        }
        updates
    }

    pub async fn send(&self, content: &Content, files: &[FileSource]) -> Result<Sent, SendError> {
        send(&self.telegram, "1", Act::Send, content, files).await
    }

    pub async fn edit(&self, message: &str, content: &Content) -> Result<Sent, SendError> {
        send(&self.telegram, "1", Act::Edit { message }, content, &[]).await
    }

    pub async fn say(&self, text: &str) -> Result<Sent, SendError> {
        self.send(&Content::text(text), &[]).await
    }

    pub fn fault(&self, kind: Fault) {
        self.sandbox.faults().add(Rule::new(kind).times(1));
    }

    /// Nothing was asked for that the platform's rules forbid.
    pub fn assert_clean(&self) {
        assert!(self.sandbox.violations().is_empty(), "{:?}", self.sandbox.violations());
    }
}

pub async fn send(
    telegram: &Telegram,
    chat: &str,
    act: Act<'_>,
    content: &Content,
    files: &[FileSource],
) -> Result<Sent, SendError> {
    let (id, at) = (MessageId(7), Timestamp(0));
    telegram.send(&Call { id, at, chat, act, content, own_data: Some("own-7"), files }).await
}

pub fn attached(kind: FileKind, names: &[&str]) -> Vec<Attachment> {
    names
        .iter()
        .map(|name| Attachment { sha256: (*name).to_owned(), name: (*name).to_owned(), kind })
        .collect()
}

pub fn upload(bytes: impl Into<Bytes>, mime: &str) -> FileSource {
    FileSource::Upload { bytes: bytes.into(), mime: mime.to_owned(), url: None }
}

pub fn known(sent: &Sent, index: usize) -> FileSource {
    let (_, file_id) = sent.file_ids[index].clone().expect("the platform named the file");
    FileSource::Known { file_id }
}

/// A picture of this many pixels in width and half as many in height.
pub fn picture(width: u32) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    let image = image::DynamicImage::new_rgb8(width, width / 2);
    image.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    bytes.into_inner().into()
}
