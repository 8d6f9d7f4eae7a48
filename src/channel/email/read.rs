//! Reading a mail: who wrote what, and which files came with it. Tolerant of everything.

use mail_parser::{Message as Mail, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::channel::{Parsed, cut};
use crate::conversation::incoming::{Bounced, ExternalChat, FileRef, Message, Sender};
use crate::conversation::{ChatKind, Incoming, What};
use crate::domain::{ChannelKind, Timestamp};

use super::automatic::{answered, is_automatic};
use super::links::Pressed;
use super::names::Names;
use super::quote::own_words;
use super::stored::Stored;
use super::{Settings, bounce, html_text, sender};

/// The longest text that is read, in UTF-16 units.
const MOST_TEXT: usize = 20_000;
/// The longest name of a person, and of a file, in UTF-16 units.
const MOST_NAME: usize = 256;
/// The longest address (RFC 5321, 4.5.3.1).
const MOST_ADDRESS: usize = 254;
/// Pictures smaller than this are those of signatures, in bytes: no photo is.
const SMALL_PICTURE: usize = 8 * 1024;
/// Files that a mail program adds by itself, by the second part of their kind.
const ADDED: [&str; 6] =
    ["pkcs7-signature", "x-pkcs7-signature", "pgp-signature", "calendar", "vcard", "ms-tnef"];

/// Why a mail says nothing to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nothing {
    /// It is none, or nobody wrote it.
    NoMail,
    /// A machine wrote it.
    Automatic,
    /// Nobody vouches for its sender.
    Unvouched,
}

/// What a mail says: by whom.
enum Said {
    Person(Sender, Message),
    Machine(bounce::Bounce),
}

/// Reads an update: a mail, or a choice that was made on a page of ours.
pub(super) fn read(raw: &[u8], at: Timestamp, settings: &Settings, names: &Names) -> Parsed {
    let nothing = Parsed { chat_key: "email:?".to_owned(), album: None, incoming: None };
    if let Some(pressed) = pressed(raw, at) {
        return pressed;
    }
    let Some(stored) = Stored::read(raw) else { return nothing };
    match said(&stored, settings, names) {
        Ok(Said::Person(from, message)) => incoming(from, at, What::Message(message)),
        Ok(Said::Machine(bounce)) => {
            let bounce::Bounce { message, recipient, why, for_good } = bounce;
            let from = Sender { id: recipient, name: String::new() };
            incoming(from, at, What::Bounced(Bounced { message, why, for_good }))
        }
        Err(_) => nothing,
    }
}

/// Why nothing is made of a mail; `None` where something is.
pub(super) fn ignored(raw: &[u8], settings: &Settings, names: &Names) -> Option<Nothing> {
    said(&Stored::read(raw)?, settings, names).err()
}

fn pressed(raw: &[u8], at: Timestamp) -> Option<Parsed> {
    let Pressed { address, data } = serde_json::from_slice(raw).ok()?;
    let press = crate::conversation::incoming::Press { id: String::new(), data, message: None };
    Some(incoming(Sender { id: self::address(&address), name: String::new() }, at, What::Press(press)))
}

fn incoming(from: Sender, at: Timestamp, what: What) -> Parsed {
    let chat = ExternalChat { id: from.id.clone(), kind: ChatKind::Private, title: from.name.clone() };
    Parsed {
        chat_key: format!("email:{}", chat.id),
        album: None,
        incoming: Some(Incoming { channel: ChannelKind::Email, chat, from: Some(from), at, what }),
    }
}

fn said(stored: &Stored<'_>, settings: &Settings, names: &Names) -> Result<Said, Nothing> {
    let mail = MessageParser::default().parse(stored.bytes).ok_or(Nothing::NoMail)?;
    if bounce::is_report(&mail) {
        return bounce::read(&mail, names).map(Said::Machine).ok_or(Nothing::Automatic);
    }
    let from = author(&mail).ok_or(Nothing::NoMail)?;
    if from.id == settings.address.to_lowercase() || is_automatic(&mail, &from.id) {
        return Err(Nothing::Automatic);
    }
    if settings.require_auth && !sender::is_vouched_for(&mail, &settings.authserv_id, &from.id) {
        return Err(Nothing::Unvouched);
    }
    let message = message(&mail, stored, names);
    Ok(Said::Person(from, message))
}

/// An address as it is kept: programs write the same one in several ways.
pub(super) fn address(text: &str) -> String {
    text.trim().trim_matches(['<', '>']).to_lowercase()
}

/// Who wrote it: exactly one person, at an address that can be one.
fn author(mail: &Mail<'_>) -> Option<Sender> {
    // A second header would show somebody else than the one that was looked at.
    let fields = mail.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case("from"));
    if fields.count() != 1 {
        return None;
    }
    let mut all = mail.from()?.iter();
    let (only, None) = (all.next()?, all.next()) else { return None };
    let id = address(only.address()?);
    let (local, domain) = id.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | ',');
    let valid =
        !local.is_empty() && domain.contains('.') && id.len() <= MOST_ADDRESS && id.chars().all(plain);
    let name = cut(only.name().unwrap_or_default().trim(), MOST_NAME).to_owned();
    valid.then_some(Sender { id, name })
}

fn message(mail: &Mail<'_>, stored: &Stored<'_>, names: &Names) -> Message {
    let answers = answered(mail);
    let reply_to = answers.iter().find(|name| names.read(name).is_some());
    let subject = mail.subject().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let text = with_subject(&subject, !answers.is_empty(), &own_words(&body(mail)));
    let (photos, documents) = files(mail, stored);
    Message {
        id: mail.message_id().map_or_else(|| stored.spot.code(), |id| cut(id, MOST_NAME).to_owned()),
        text: cut(&text, MOST_TEXT).to_owned(),
        photos,
        documents,
        addressed: true,
        reply_to: reply_to.map(|name| (*name).to_owned()),
        ..Message::default()
    }
}

/// The subject is the first line of what is said, unless the mail is an answer, begins so anyway, or is a command.
fn with_subject(subject: &str, answer: bool, text: &str) -> String {
    let lower = subject.to_lowercase();
    let answer = answer || ["re:", "trả lời:", "tl:", "phản hồi:"].iter().any(|mark| lower.starts_with(mark));
    if subject.is_empty() || answer || text.starts_with('/') || text.starts_with(subject) {
        return text.to_owned();
    }
    if text.is_empty() { subject.to_owned() } else { format!("{subject}\n{text}") }
}

/// The words of all its parts, in their order.
fn body(mail: &Mail<'_>) -> String {
    let parts = mail.text_bodies().filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text.to_string()),
        PartType::Html(html) => Some(html_text::words(html)),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("\n")
}

/// Pictures, and all other files. Of a mail that is too heavy only this is known.
fn files(mail: &Mail<'_>, stored: &Stored<'_>) -> (Vec<FileRef>, Vec<FileRef>) {
    if stored.head_only {
        let whole = FileRef { id: String::new(), name: None, mime: None, size: Some(stored.size) };
        return (Vec::new(), vec![whole]);
    }
    let (mut photos, mut documents) = (Vec::new(), Vec::new());
    for (at, part) in mail.parts.iter().enumerate() {
        let Some((is_photo, file)) = file(part, &format!("{}:{at}", stored.spot.code())) else { continue };
        if is_photo { photos.push(file) } else { documents.push(file) }
    }
    (photos, documents)
}

fn file(part: &MessagePart<'_>, id: &str) -> Option<(bool, FileRef)> {
    let is_file = matches!(part.body, PartType::Binary(_) | PartType::InlineBinary(_));
    let kind = part.content_type().filter(|_| is_file)?;
    let subtype = kind.subtype().unwrap_or_default().to_lowercase();
    let is_photo = kind.ctype().eq_ignore_ascii_case("image");
    if ADDED.contains(&subtype.as_str()) || (is_photo && part.contents().len() < SMALL_PICTURE) {
        return None;
    }
    let name = part.attachment_name().map(|name| cut(name, MOST_NAME).to_owned());
    let mime = format!("{}/{subtype}", kind.ctype().to_lowercase());
    Some((is_photo, FileRef { id: id.to_owned(), name, mime: Some(mime), size: None }))
}
