//! Reading updates: tolerant of everything. A webhook is documented to wrap an event in `result`, and was seen to send
//! it bare; a poll gives one, and might give a list: all of that is read.

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::channel::tolerant::{List, tolerant};
use crate::channel::{Parsed, RawUpdate, cut, pictures};
use crate::conversation::incoming::{ExternalChat, FileRef, Message, Sender};
use crate::conversation::{ChatKind, Incoming, What};
use crate::domain::{ChannelKind, Timestamp};

/// The longest text that is read, in UTF-16 units: four times what Zalo lets through.
const MAX_TEXT: usize = 8192;
/// The longest name of a person, in UTF-16 units.
const MAX_NAME: usize = 256;
/// The longest id and address that are read, in UTF-16 units.
const MAX_ID: usize = 256;
const MAX_URL: usize = 4096;

tolerant! {
    struct Wrapped {
        result: Box<RawValue>,
    }
    struct Event {
        event_name: String,
        message: Said,
    }
    struct Said {
        message_id: String,
        from: From,
        chat: Chat,
        text: String,
        caption: String,
        photo_url: String,
        photo: String,
    }
    struct From {
        id: String,
        display_name: String,
        is_bot: bool,
    }
    struct Chat {
        id: String,
        chat_type: String,
    }
}

/// The update in the body of a push; `None` where it is no event.
pub(super) fn pushed(body: &[u8]) -> Option<RawUpdate> {
    let text = str::from_utf8(body).ok()?;
    let wrapped: Wrapped = serde_json::from_str(text).ok()?;
    let event = wrapped.result.as_deref().map_or(text, RawValue::get);
    update(event)
}

/// The updates in the result of a poll: one, a list, or none.
pub(super) fn polled(result: &str) -> Vec<RawUpdate> {
    match serde_json::from_str::<List<&RawValue>>(result) {
        Ok(List(events)) => events.into_iter().filter_map(|event| update(event.get())).collect(),
        Err(_) => update(result).into_iter().collect(),
    }
}

/// An event under the name by which it is known again: its message's. One without a message goes by its bytes.
fn update(text: &str) -> Option<RawUpdate> {
    let event: Event = serde_json::from_str(text).ok()?;
    event.event_name.as_ref()?;
    let id = event.message.and_then(|said| said.message_id).filter(|id| !id.is_empty());
    let key = match id {
        Some(id) => cut(&id, MAX_ID).to_owned(),
        None => format!("?{}", hex::encode(&Sha256::digest(text)[..16])),
    };
    Some(RawUpdate { key, number: 0, body: text.as_bytes().to_vec() })
}

/// Reads an update. Whatever it holds, this gives something. `name` is the bot's own, which a mention holds.
pub(super) fn read(raw: &[u8], received_at: Timestamp, name: Option<&str>) -> Parsed {
    let event: Event = serde_json::from_str(&String::from_utf8_lossy(raw)).unwrap_or_default();
    let said = event.message.unwrap_or_default();
    let chat = said.chat.as_ref().and_then(place);
    let chat_key = match &chat {
        Some(chat) => format!("zalo_bot:{}", chat.id),
        None => "zalo_bot:?".to_owned(),
    };
    let from = said.from.as_ref().filter(|from| from.is_bot != Some(true)).and_then(sender);
    let incoming = chat.map(|mut chat| {
        if let (ChatKind::Private, Some(from)) = (chat.kind, &from) {
            from.name.clone_into(&mut chat.title);
        }
        let kind = event.event_name.as_deref().unwrap_or_default();
        let what = match kind {
            _ if from.is_none() => What::Unknown,
            // What else there may be (a file, a card, a voice) is a message without words: its sender hears so.
            _ if kind.starts_with("message.") => What::Message(words(&said, chat.kind, name)),
            _ => What::Unknown,
        };
        Incoming { channel: ChannelKind::ZaloBot, chat, from, at: received_at, what }
    });
    Parsed { chat_key, album: pictures(incoming.as_ref()), incoming }
}

fn words(said: &Said, kind: ChatKind, name: Option<&str>) -> Message {
    let text = said.text.as_deref().or(said.caption.as_deref()).unwrap_or_default();
    let text = cut(text, MAX_TEXT);
    let text = if kind == ChatKind::Group { without_mention(text, name) } else { text };
    // Documented as `photo`, seen as `photo_url`.
    let photo = said.photo_url.as_ref().or(said.photo.as_ref());
    let photo = photo.filter(|url| !url.is_empty() && url.len() <= MAX_URL);
    Message {
        id: said.message_id.clone().unwrap_or_default(),
        text: text.to_owned(),
        photos: photo
            .map(|url| FileRef { id: url.clone(), name: None, mime: None, size: None })
            .into_iter()
            .collect(),
        // In a group Zalo hands on only what mentions the bot or answers it.
        addressed: true,
        ..Message::default()
    }
}

/// A mention may stand at the beginning of what is said in a group, or may have been taken out. People see another name
/// than the account's: before a command or a number, a first word behind `@` is taken for that.
fn without_mention<'a>(text: &'a str, name: Option<&str>) -> &'a str {
    let Some(rest) = text.trim_start().strip_prefix('@') else { return text };
    if let Some(rest) = name.and_then(|name| rest.strip_prefix(name)) {
        return rest.trim_start();
    }
    let meant = |rest: &&str| rest.starts_with('/') || rest.bytes().all(|byte| byte.is_ascii_digit());
    let behind = rest.split_once(char::is_whitespace).map(|(_, rest)| rest.trim());
    behind.filter(|rest| !rest.is_empty()).filter(meant).unwrap_or(text)
}

fn place(chat: &Chat) -> Option<ExternalChat> {
    let id = chat.id.as_deref().filter(|id| !id.is_empty())?;
    let group = chat.chat_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("group"));
    let kind = if group { ChatKind::Group } else { ChatKind::Private };
    // Zalo does not say what a group is called.
    Some(ExternalChat { id: cut(id, MAX_ID).to_owned(), kind, title: String::new() })
}

fn sender(from: &From) -> Option<Sender> {
    let id = from.id.as_deref().filter(|id| !id.is_empty())?;
    let name = from.display_name.as_deref().unwrap_or_default();
    Some(Sender { id: cut(id, MAX_ID).to_owned(), name: cut(name, MAX_NAME).to_owned() })
}
