//! Reading events: tolerant of everything.

use sha2::{Digest, Sha256};

use crate::channel::tolerant::{List, tolerant};
use crate::channel::{Parsed, RawUpdate, cut, pictures};
use crate::conversation::incoming::{ExternalChat, FileRef, Membership, Message, Sender, Spot};
use crate::conversation::{ChatKind, Incoming, What};
use crate::domain::{ChannelKind, Timestamp};

use super::message::Loose;

/// Before the id of a group, among the names of chats: people's ids are digits.
pub(super) const GROUP: &str = "group:";

/// The longest text that is read, in UTF-16 units: four times what Zalo lets through.
const MAX_TEXT: usize = 8192;
/// The longest id, name of a file and address that are read, in UTF-16 units.
const MAX_ID: usize = 256;
const MAX_URL: usize = 4096;
/// So many attachments and receipts of one event are looked at.
const MOST: usize = 100;

tolerant! {
    struct Event {
        event_name: String,
        sender: Party,
        recipient: Party,
        follower: Party,
        group_id: Loose,
        message: Said,
    }
    struct Party {
        id: Loose,
        group_id: Loose,
    }
    struct Said {
        msg_id: Loose,
        msg_ids: List<Loose>,
        text: String,
        attachments: List<Attached>,
    }
    struct Attached {
        r#type: String,
        payload: Payload,
    }
    struct Payload {
        url: String,
        name: String,
        size: Loose,
        coordinates: Coordinates,
    }
    struct Coordinates {
        latitude: Loose,
        longitude: Loose,
    }
}

/// The event in the body of a push; `None` where it is none.
pub(super) fn pushed(body: &[u8]) -> Option<RawUpdate> {
    let event: Event = serde_json::from_str(str::from_utf8(body).ok()?).ok()?;
    let name = event.event_name?;
    let id = event.message.and_then(|said| id(said.msg_id.as_ref()));
    // A receipt may hold the id of the message that it is about. What has no id of its own is known by its bytes.
    let key = match id.filter(|_| name.starts_with("user_send_")) {
        Some(id) => id,
        None => format!("?{}", hex::encode(&Sha256::digest(body)[..16])),
    };
    Some(RawUpdate { key, number: 0, body: body.to_vec() })
}

/// Reads an event. Whatever it holds, this gives something. `name` is the account's own, which a mention holds.
pub(super) fn read(raw: &[u8], received_at: Timestamp, name: Option<&str>) -> Parsed {
    let event: Event = serde_json::from_str(&String::from_utf8_lossy(raw)).unwrap_or_default();
    let incoming = happened(event, name).map(|(chat, from, what)| Incoming {
        channel: ChannelKind::ZaloOa,
        chat,
        from,
        at: received_at,
        what,
    });
    let chat = incoming.as_ref().map_or("?", |incoming| incoming.chat.id.as_str());
    Parsed { chat_key: format!("zalo_oa:{chat}"), album: pictures(incoming.as_ref()), incoming }
}

type Happened = (ExternalChat, Option<Sender>, What);

fn happened(event: Event, name: Option<&str>) -> Option<Happened> {
    let kind = event.event_name.as_deref()?;
    let party = |party: &Option<Party>| party.as_ref().and_then(|party| id(party.id.as_ref()));
    let (sender, recipient) = (party(&event.sender), party(&event.recipient));
    match kind {
        "follow" | "unfollow" => {
            let change = if kind == "follow" { Membership::In } else { Membership::Out };
            let person = party(&event.follower).or(sender)?;
            Some((private(&person), Some(nameless(&person)), What::Membership(change)))
        }
        // The account is said to be its sender; a receipt is about messages, whoever it names.
        "user_seen_message" => {
            let said = event.message?;
            let one = said.msg_id.into_iter();
            let messages = said.msg_ids.map_or(Vec::new(), |ids| ids.0).into_iter().chain(one).take(MOST);
            let messages = messages.filter_map(|message| id(Some(&message))).collect();
            Some((private(&recipient.or(sender)?), None, What::Seen { messages }))
        }
        _ if kind.starts_with("user_send_group_") => {
            // Seen as the recipient's id; some programs look for it elsewhere too.
            let inner = event.recipient.as_ref().and_then(|party| id(party.group_id.as_ref()));
            let group = id(event.group_id.as_ref()).or(inner).or(recipient)?;
            // No event says what a group is called.
            let id = format!("{GROUP}{group}");
            let chat = ExternalChat { id, kind: ChatKind::Group, title: String::new() };
            let message = words(event.message.unwrap_or_default(), ChatKind::Group, name);
            Some((chat, Some(nameless(&sender?)), What::Message(message)))
        }
        // What else there may be (a voice, a sticker) is a message without words: its sender hears so.
        _ if kind.starts_with("user_send_") => {
            let person = sender?;
            let message = words(event.message.unwrap_or_default(), ChatKind::Private, name);
            Some((private(&person), Some(nameless(&person)), What::Message(message)))
        }
        _ => None,
    }
}

fn id(given: Option<&Loose>) -> Option<String> {
    given.map(|given| cut(&given.0, MAX_ID).to_owned()).filter(|id| !id.is_empty())
}

fn private(person: &str) -> ExternalChat {
    ExternalChat { id: person.to_owned(), kind: ChatKind::Private, title: String::new() }
}

/// An event does not say what a person is called: they are asked.
fn nameless(person: &str) -> Sender {
    Sender { id: person.to_owned(), name: String::new() }
}

fn words(said: Said, kind: ChatKind, name: Option<&str>) -> Message {
    let text = cut(said.text.as_deref().unwrap_or_default(), MAX_TEXT);
    let (text, addressed) = match kind {
        ChatKind::Private => (text, true),
        // Everything that is said in a group comes: meant is what begins with a mention, or is a command.
        ChatKind::Group => match without_mention(text, name) {
            Some(rest) => (rest, true),
            None => (text, text.trim_start().starts_with('/')),
        },
    };
    let mut message = Message {
        id: id(said.msg_id.as_ref()).unwrap_or_default(),
        text: text.to_owned(),
        addressed,
        ..Message::default()
    };
    for attached in said.attachments.map_or(Vec::new(), |list| list.0).into_iter().take(MOST) {
        let payload = attached.payload.unwrap_or_default();
        match attached.r#type.as_deref() {
            Some("image") => message.photos.extend(file(&payload)),
            Some("file") => message.documents.extend(file(&payload)),
            Some("location") => message.place = payload.coordinates.as_ref().and_then(spot),
            _ => {}
        }
    }
    message
}

fn without_mention<'a>(text: &'a str, name: Option<&str>) -> Option<&'a str> {
    let rest = text.trim_start().strip_prefix('@')?;
    rest.strip_prefix(name?).map(str::trim_start)
}

fn file(payload: &Payload) -> Option<FileRef> {
    let url = payload.url.as_ref().filter(|url| !url.is_empty() && url.len() <= MAX_URL)?;
    let name = payload.name.as_ref().map(|name| cut(name, MAX_ID).to_owned());
    let size = payload.size.as_ref().and_then(|size| size.0.parse().ok());
    Some(FileRef { id: url.clone(), name, mime: None, size })
}

fn spot(at: &Coordinates) -> Option<Spot> {
    let degrees = |given: &Option<Loose>, most: f64| {
        let degrees: f64 = given.as_ref()?.0.trim().parse().ok()?;
        (degrees.abs() <= most).then_some(degrees)
    };
    let (latitude, longitude) = (degrees(&at.latitude, 90.0)?, degrees(&at.longitude, 180.0)?);
    Some(Spot { latitude, longitude, name: None })
}
