//! The platforms. Each is one room behind one trait; none knows the store.

mod body;
mod bot_api;
pub mod email;
pub mod renewing;
pub mod telegram;
mod tolerant;
pub mod zalo_bot;
pub mod zalo_oa;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use unicode_segmentation::UnicodeSegmentation;

use crate::conversation::{Incoming, What};
use crate::domain::content::{Attachment, Content, FileKind};
use crate::domain::ids::MessageId;
use crate::domain::rich::utf16_len;
use crate::domain::{ChannelKind, Timestamp};

use renewing::Renewing;

pub use crate::domain::content::FileSource;

/// A platform over which people are reached.
#[async_trait]
pub trait Channel: Send + Sync {
    fn kind(&self) -> ChannelKind;

    /// Sends, edits or answers, once. Never retries by itself and never sleeps: the outbox does that.
    ///
    /// # Errors
    /// What is known about the attempt: see [`SendError`].
    async fn send(&self, call: &Call<'_>) -> Result<Sent, SendError>;

    /// Waits up to `wait` for updates after `offset`, the bytes as they came.
    async fn receive(&self, offset: i64, wait: Duration) -> Result<Vec<RawUpdate>, ReceiveError>;

    /// Whether the platform forgets an update as soon as it has given it: then an answer that is under way has to be
    /// waited for, also by who is told to stop, and a process that is killed meanwhile loses it.
    fn gives_once(&self) -> bool {
        false
    }

    /// Has the platform push updates from now on; with `None`, they wait there until [`Channel::receive`] asks. What
    /// waits there already stays.
    async fn set_push(&self, push: Option<&Push>) -> Result<(), ReceiveError> {
        match push {
            None => Ok(()),
            Some(_) => Err(ReceiveError::Failed("this platform pushes nothing".to_owned())),
        }
    }

    /// How the platform pushes updates now.
    async fn push_state(&self) -> Result<PushState, ReceiveError> {
        Ok(PushState::default())
    }

    /// With which header the platform shows the secret that it was given, in every push; empty where it pushes nothing,
    /// or shows none.
    fn secret_header(&self) -> &'static str {
        ""
    }

    /// Whether a push is the platform's own: it shows the secret, or has signed the body with it. Takes as long whether
    /// it is nearly so or not at all. The body is not looked at where there is a [`Channel::secret_header`].
    fn is_authentic(&self, header: Header<'_, '_>, _body: &[u8], secret: &SecretString) -> bool {
        let shown = header(self.secret_header()).unwrap_or_default();
        shown.ct_eq(secret.expose_secret().as_bytes()).into()
    }

    /// The update in the body of a push, the bytes as they came; `None` where there is none.
    fn pushed(&self, _body: &[u8]) -> Option<RawUpdate> {
        None
    }

    /// Reads an update that came. Everything unknown becomes `What::Unknown`, never an error.
    fn read(&self, raw: &[u8], received_at: Timestamp) -> Parsed;

    /// Whether a file can be handed over, on a platform to which files can be ([`crate::domain::channel_kind::Manner`]).
    /// One that cannot is an address of ours.
    fn takes(&self, _file: &Attachment) -> bool {
        true
    }

    /// How its tokens are renewed, where they run out.
    fn renewing(&self) -> Option<&dyn Renewing> {
        None
    }

    /// Gets the bytes of a file that somebody sent, at most `max` bytes.
    async fn fetch(&self, file_id: &str, max: usize) -> Result<Bytes, FetchError>;

    /// The bot's own name, without `@`: proves that the token works.
    async fn who_am_i(&self) -> Result<String, ReceiveError>;
}

/// The value of a header of a request, by its name.
pub type Header<'f, 'h> = &'f (dyn Fn(&str) -> Option<&'h [u8]> + Sync);

/// One call to a platform.
#[derive(Debug)]
pub struct Call<'a> {
    /// Of the message: the same whenever it is tried again.
    pub id: MessageId,
    /// When the call is made.
    pub at: Timestamp,
    /// The chat, as the platform names it.
    pub chat: &'a str,
    pub act: Act<'a>,
    pub content: &'a Content,
    /// The data of this recipient's own button ([`crate::domain::content::Button::PressOwn`]).
    pub own_data: Option<&'a str>,
    /// The files of `content.files`, in the same order.
    pub files: &'a [FileSource],
}

#[derive(Clone, Copy, Debug)]
pub enum Act<'a> {
    Send,
    /// Changes the text and buttons of a message that is there.
    Edit {
        message: &'a str,
    },
    /// Answers a press; the content's text is shown as a passing note, or not at all if it is empty.
    Answer {
        press: &'a str,
    },
}

/// What the platform accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The platform's id of the (first) message; empty for an answer to a press.
    pub message: String,
    /// For every file of the call, in order: what the platform calls it from now on, where it says.
    pub file_ids: Vec<Option<(FileKind, String)>>,
}

/// Why an attempt did not end in "accepted". Decides what the outbox does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Too many messages; `after` as the platform said.
    #[error("too many messages, wait {} s", .after.as_secs())]
    TooMany { after: Duration },
    /// Certainly not accepted, and worth another try: connection refused, an answered 5xx.
    #[error("not accepted: {0}")]
    Retry(String),
    /// Perhaps accepted: no answer after the request went out, or one that makes no sense.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// This chat cannot be reached: blocked, kicked, not found. A later message would fail too.
    #[error("the chat is closed: {0}")]
    ChatClosed(String),
    /// The chat has another id now. Not accepted.
    #[error("the chat moved")]
    Moved { to: String },
    /// The platform no longer knows a file by the id given. Not accepted; upload it again.
    #[error("a file is not known any more: {0}")]
    FileGone(String),
    /// Markup was refused. Not accepted; try plain text.
    #[error("markup refused: {0}")]
    Markup(String),
    /// The message that was to be edited is not there any more. Not accepted.
    #[error("the message to edit is gone")]
    MessageGone,
    /// This message can never be accepted: too long, press too old.
    #[error("refused: {0}")]
    Refused(String),
    /// The token is not valid (any more): nothing can be sent over this channel.
    #[error("the token was refused")]
    Unauthorized,
}

/// Where a platform pushes updates to.
#[derive(Clone, Debug)]
pub struct Push {
    /// The public address.
    pub url: String,
    /// What the platform shows with every update.
    pub secret: SecretString,
}

/// How a platform pushes updates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushState {
    /// Where to; `None` where it waits to be asked.
    pub url: Option<String>,
    /// How many updates wait at the platform.
    pub waiting: u64,
    /// When a push last failed, and why.
    pub last_error: Option<(Timestamp, String)>,
}

impl PushState {
    /// Whether it pushes to this address, however either of them is written.
    pub fn is_to(&self, url: &str) -> bool {
        let read = |url: &str| reqwest::Url::parse(url).ok();
        self.url
            .as_deref()
            .is_some_and(|own| own == url || read(own).is_some_and(|own| Some(own) == read(url)))
    }
}

/// An update as it came.
#[derive(Clone, Debug)]
pub struct RawUpdate {
    /// What the platform calls it: the same when it comes again.
    pub key: String,
    /// The platform's number; the next `receive` begins after it. 0 where the platform does not number.
    pub number: i64,
    pub body: Vec<u8>,
}

impl RawUpdate {
    /// One that the platform numbers.
    pub fn numbered(number: i64, body: Vec<u8>) -> Self {
        Self { key: number.to_string(), number, body }
    }
}

/// The album of all pictures of a chat that come close upon each other, where the platform sends each of them alone.
pub(crate) const PICTURES: &str = "pictures";

/// The album that a message belongs to where the platform names none: a picture is answered together with those that
/// come close upon it.
fn pictures(incoming: Option<&Incoming>) -> Option<String> {
    let What::Message(message) = &incoming?.what else { return None };
    (!message.photos.is_empty()).then(|| PICTURES.to_owned())
}

/// What an update says.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// Updates with the same key are handled in order.
    pub chat_key: String,
    /// Updates of one chat with the same album are handled as one.
    pub album: Option<String>,
    /// `None` where there is nothing to act on: an update of a kind that loa does not know.
    pub incoming: Option<Incoming>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    #[error("the token was refused")]
    Unauthorized,
    /// Somebody else receives this bot's updates.
    #[error("another program receives this bot's updates: {0}")]
    Conflict(String),
    #[error("too many requests, wait {} s", .after.as_secs())]
    TooMany { after: Duration },
    #[error("no updates: {0}")]
    Failed(String),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("the file is larger than {max} bytes")]
    TooLarge { max: usize },
    /// The platform has no such file (any more).
    #[error("the file is gone: {0}")]
    Gone(String),
    #[error("the file could not be fetched: {0}")]
    Failed(String),
}

/// As much of a text as fits in `max` UTF-16 units, cut on a grapheme border.
fn cut(text: &str, max: usize) -> &str {
    let mut room = max;
    for (at, grapheme) in text.grapheme_indices(true) {
        match room.checked_sub(utf16_len(grapheme)) {
            Some(left) => room = left,
            None => return &text[..at],
        }
    }
    text
}
