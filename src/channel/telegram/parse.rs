//! Reading updates: tolerant of everything, so that what a newer Bot API adds costs nothing of the rest.

use crate::channel::Parsed;
use crate::conversation::incoming::{ExternalChat, FileRef, Membership, Message, Press, Sender, Spot};
use crate::conversation::{ChatKind, Incoming, What};
use crate::domain::rich::{Link, Span, Style};
use crate::domain::{ChannelKind, Rich, Timestamp};

use super::update::{Chat, Document, Entity, PhotoSize, Pressed, Standing, Update, User, Written};
use crate::channel::cut;
use crate::channel::tolerant::List;

use super::{Identity, address};

/// The longest text that is read, in UTF-16 units: twice what Telegram lets through
/// (<https://core.telegram.org/bots/api#message>).
const MAX_TEXT: usize = 8192;
/// The longest name of a person, a chat, a file or a place, in UTF-16 units.
const MAX_NAME: usize = 256;
/// `from` of administrators who write as their group, of channels, and of Telegram itself: nobody's own
/// account (<https://core.telegram.org/bots/api#message>, `sender_chat`).
const NOBODY: [i64; 3] = [1_087_968_824, 136_817_688, 777_000];

/// Reads an update. Whatever it holds, this gives something.
pub(super) fn read(raw: &[u8], received_at: Timestamp, me: Option<&Identity>) -> Parsed {
    let update: Update = serde_json::from_str(&String::from_utf8_lossy(raw)).unwrap_or_default();
    let mut album = None;
    let (chat, from, what) = if let Some(message) = update.message {
        album = message.media_group_id.clone().map(|id| cut(&id, MAX_NAME).to_owned());
        written(message, false, me)
    } else if let Some(message) = update.edited_message {
        // A correction stands alone: it must not be gathered with the album that it corrects.
        written(message, true, me)
    } else if let Some(press) = update.callback_query {
        pressed(press)
    } else if let Some(moved) = update.my_chat_member {
        let what = moved.new_chat_member.and_then(|new| membership(&new)).map(What::Membership);
        (moved.chat, sender(moved.from), what.unwrap_or(What::Unknown))
    } else {
        (None, None, What::Unknown)
    };
    let chat_key = match chat.as_ref().and_then(|chat| chat.id) {
        Some(id) => format!("telegram:{id}"),
        None => "telegram:?".to_owned(),
    };
    let incoming = chat.and_then(place).map(|chat| Incoming {
        channel: ChannelKind::Telegram,
        chat,
        from,
        at: received_at,
        what,
    });
    Parsed { chat_key, album, incoming }
}

type Read = (Option<Chat>, Option<Sender>, What);

fn written(message: Written, edited: bool, me: Option<&Identity>) -> Read {
    let what = match message.migrate_to_chat_id {
        Some(to) => What::Moved { to: to.to_string() },
        None if message.says_something() => What::Message(words(&message, edited, me)),
        None => What::Unknown,
    };
    let from = message.from.filter(|_| message.sender_chat.is_none());
    (message.chat, sender(from), what)
}

fn words(message: &Written, edited: bool, me: Option<&Identity>) -> Message {
    let (text, entities) = match &message.text {
        Some(text) => (text.as_str(), &message.entities),
        None => (message.caption.as_deref().unwrap_or_default(), &message.caption_entities),
    };
    let entities = entities.as_ref().map_or(&[][..], |List(entities)| entities.as_slice());
    let rich =
        Rich { text: cut(text, MAX_TEXT).to_owned(), spans: entities.iter().filter_map(span).collect() };
    let words = address::read(&rich.normal(), entities, me);
    let reply_to = answered(message, me);
    let private = message.chat.as_ref().and_then(kind) == Some(ChatKind::Private);
    let addressed = private || (!words.names_other && (words.names_us || reply_to.is_some()));
    Message {
        id: message.message_id.map(|id| id.to_string()).unwrap_or_default(),
        text: words.text.text,
        spans: words.text.spans,
        photos: message.photo.as_ref().and_then(|List(sizes)| largest(sizes)).into_iter().collect(),
        // An animation comes as a document as well; it is no paper.
        documents: message
            .document
            .as_ref()
            .filter(|_| message.animation.is_none())
            .and_then(paper)
            .into_iter()
            .collect(),
        place: spot(message),
        addressed,
        reply_to,
        edited,
    }
}

/// What a text's author marked, as far as it can be shown again. Where it lies is looked at afterwards.
fn span(entity: &Entity) -> Option<Span> {
    let style = match entity.r#type.as_deref()? {
        "bold" => Style::Bold,
        "italic" => Style::Italic,
        "underline" => Style::Underline,
        "strikethrough" => Style::Strike,
        "code" | "pre" => Style::Code,
        "blockquote" | "expandable_blockquote" => Style::Quote,
        "text_link" => Style::Link(Link::read(entity.url.as_deref()?).ok()?),
        _ => return None,
    };
    Some(Span { start: entity.offset?, len: entity.length?, style })
}

/// The bot's own message that this one answers.
fn answered(message: &Written, me: Option<&Identity>) -> Option<String> {
    let answered = message.reply_to_message.as_ref()?;
    // In a topic of a forum, everything "answers" the message that opened the topic.
    if answered.message_id == message.message_thread_id {
        return None;
    }
    let from = answered.from.as_ref()?;
    let ours = match me {
        Some(me) => from.id == Some(me.id),
        None => from.is_bot == Some(true),
    };
    answered.message_id.filter(|_| ours).map(|id| id.to_string())
}

fn largest(sizes: &[PhotoSize]) -> Option<FileRef> {
    let area = |size: &PhotoSize| size.width.unwrap_or(0).saturating_mul(size.height.unwrap_or(0));
    let known = sizes.iter().filter(|size| size.file_id.is_some());
    let size = known.max_by_key(|size| (area(size), size.file_size))?;
    Some(FileRef { id: size.file_id.clone()?, name: None, mime: None, size: size.file_size })
}

fn paper(document: &Document) -> Option<FileRef> {
    Some(FileRef {
        id: document.file_id.clone()?,
        name: document.file_name.as_deref().map(short),
        mime: document.mime_type.as_deref().map(short),
        size: document.file_size,
    })
}

/// A place, with its name if it has one. The name comes with a venue, which holds the location too.
fn spot(message: &Written) -> Option<Spot> {
    let venue = message.venue.as_ref();
    let at = venue.and_then(|venue| venue.location.as_ref()).or(message.location.as_ref())?;
    let (latitude, longitude) = (at.latitude?, at.longitude?);
    let real = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    let name = venue.and_then(|venue| venue.title.as_deref()).map(short);
    real.then_some(Spot { latitude, longitude, name })
}

fn pressed(press: Pressed) -> Read {
    let under = press.message.unwrap_or_default();
    let what = match press.id {
        Some(id) => What::Press(Press {
            id,
            // Without data it answers to nothing, but the press is still answered.
            data: press.data.unwrap_or_default(),
            message: under.message_id.map(|id| id.to_string()),
        }),
        None => What::Unknown,
    };
    (under.chat, sender(press.from), what)
}

fn membership(new: &Standing) -> Option<Membership> {
    Some(match (new.status.as_deref()?, new.is_member) {
        ("member" | "administrator" | "creator", _) | ("restricted", Some(true)) => Membership::In,
        ("left" | "kicked" | "restricted", _) => Membership::Out,
        _ => return None,
    })
}

fn sender(from: Option<User>) -> Option<Sender> {
    let from = from?;
    let id = from.id.filter(|id| !NOBODY.contains(id))?;
    let name = full_name(from.first_name, from.last_name, from.username);
    Some(Sender { id: id.to_string(), name })
}

/// The chat, if it is one in which people talk with the bot: broadcast channels are not.
fn place(chat: Chat) -> Option<ExternalChat> {
    let kind = kind(&chat)?;
    let id = chat.id?.to_string();
    let title = match kind {
        ChatKind::Private => full_name(chat.first_name, chat.last_name, chat.username),
        ChatKind::Group => short(chat.title.as_deref().unwrap_or_default()),
    };
    Some(ExternalChat { id, kind, title })
}

fn kind(chat: &Chat) -> Option<ChatKind> {
    match chat.r#type.as_deref() {
        Some("private") => Some(ChatKind::Private),
        Some("group" | "supergroup") => Some(ChatKind::Group),
        _ => None,
    }
}

fn full_name(first: Option<String>, last: Option<String>, username: Option<String>) -> String {
    let name = format!("{} {}", first.unwrap_or_default(), last.unwrap_or_default());
    match name.trim() {
        "" => short(username.as_deref().unwrap_or_default()),
        name => short(name),
    }
}

fn short(name: &str) -> String {
    cut(name.trim(), MAX_NAME).to_owned()
}
