//! Reading updates tolerantly: only what is needed, every part of it optional, so that something new in an
//! update never costs the rest of it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channel::{Parsed, RawUpdate};
use crate::conversation::incoming::{
    ChatKind, ExternalChat, FileRef, Incoming, Membership, Message, Press, Sender, Spot, What,
};
use crate::domain::text::shorten;
use crate::domain::{ChannelKind, Timestamp};

/// The user as which administrators write who hide their name; nobody can be asked for by it.
const ANONYMOUS_ADMIN: i64 = 1_087_968_824;
/// Twice what the platform lets anybody write.
const LONGEST_TEXT: usize = 8192;

#[derive(Deserialize)]
struct Numbered {
    update_id: i64,
}

/// The number and the bytes of an update; nothing if it has no number, which no update of the platform's is.
pub(super) fn raw_update(raw: &RawValue) -> Option<RawUpdate> {
    // Read as a loose value, so that nothing else in the update matters.
    let id = match serde_json::from_str::<Numbered>(raw.get()) {
        Ok(numbered) => numbered.update_id,
        Err(_) => serde_json::from_str::<serde_json::Value>(raw.get()).ok()?.get("update_id")?.as_i64()?,
    };
    Some(RawUpdate { id, body: raw.get().as_bytes().to_vec() })
}

/// Every part that is of the wrong shape is as if it were not there.
fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TgUpdate {
    #[serde(deserialize_with = "lenient")]
    message: Option<TgMessage>,
    #[serde(deserialize_with = "lenient")]
    edited_message: Option<TgMessage>,
    #[serde(deserialize_with = "lenient")]
    callback_query: Option<TgPress>,
    #[serde(deserialize_with = "lenient")]
    my_chat_member: Option<TgMembership>,
}

#[derive(Deserialize)]
struct TgMessage {
    message_id: i64,
    chat: TgChat,
    #[serde(default, deserialize_with = "lenient")]
    from: Option<TgUser>,
    #[serde(default, deserialize_with = "lenient")]
    text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    caption: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    entities: Option<Vec<TgEntity>>,
    #[serde(default, deserialize_with = "lenient")]
    caption_entities: Option<Vec<TgEntity>>,
    #[serde(default, deserialize_with = "lenient")]
    photo: Option<Vec<TgFile>>,
    #[serde(default, deserialize_with = "lenient")]
    document: Option<TgFile>,
    #[serde(default, deserialize_with = "lenient")]
    location: Option<TgLocation>,
    #[serde(default, deserialize_with = "lenient")]
    venue: Option<TgVenue>,
    #[serde(default, deserialize_with = "lenient")]
    reply_to_message: Option<TgReply>,
    #[serde(default, deserialize_with = "lenient")]
    media_group_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    migrate_to_chat_id: Option<i64>,
    /// What the platform itself says in the chat: nobody wrote it.
    #[serde(default, deserialize_with = "lenient")]
    migrate_from_chat_id: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    new_chat_members: Option<Vec<serde::de::IgnoredAny>>,
    #[serde(default, deserialize_with = "lenient")]
    left_chat_member: Option<TgUser>,
    #[serde(default, deserialize_with = "lenient")]
    new_chat_title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    group_chat_created: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    supergroup_chat_created: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pinned_message: Option<Box<TgReply>>,
}

#[derive(Deserialize)]
struct TgChat {
    id: i64,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    last_name: Option<String>,
}

#[derive(Deserialize)]
struct TgUser {
    id: i64,
    #[serde(default, deserialize_with = "lenient")]
    is_bot: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    last_name: Option<String>,
}

#[derive(Deserialize)]
struct TgEntity {
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    user: Option<TgUser>,
}

#[derive(Deserialize)]
struct TgFile {
    file_id: String,
    #[serde(default, deserialize_with = "lenient")]
    file_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    mime_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    file_size: Option<u64>,
}

#[derive(Deserialize)]
struct TgLocation {
    latitude: f64,
    longitude: f64,
}

#[derive(Deserialize)]
struct TgVenue {
    location: TgLocation,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
}

#[derive(Deserialize)]
struct TgReply {
    message_id: i64,
    #[serde(default, deserialize_with = "lenient")]
    from: Option<TgUser>,
}

#[derive(Deserialize)]
struct TgPress {
    id: String,
    from: TgUser,
    #[serde(default, deserialize_with = "lenient")]
    message: Option<TgPressed>,
    #[serde(default, deserialize_with = "lenient")]
    data: Option<String>,
}

#[derive(Deserialize)]
struct TgPressed {
    message_id: i64,
    chat: TgChat,
}

#[derive(Deserialize)]
struct TgMembership {
    chat: TgChat,
    #[serde(default, deserialize_with = "lenient")]
    from: Option<TgUser>,
    new_chat_member: TgMember,
}

#[derive(Deserialize)]
struct TgMember {
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    is_member: Option<bool>,
}

/// Reads an update. `me` is the bot's id and name, where they are known.
pub(super) fn read(raw: &[u8], received_at: Timestamp, me: Option<(i64, &str)>) -> Parsed {
    let update: TgUpdate = serde_json::from_slice(raw).unwrap_or_default();
    let album = update.message.as_ref().and_then(|message| message.media_group_id.clone());
    let found = if let Some(message) = update.message {
        Some(from_message(message, me, false))
    } else if let Some(message) = update.edited_message {
        Some(from_message(message, me, true))
    } else if let Some(press) = update.callback_query {
        from_press(press)
    } else {
        update.my_chat_member.map(from_membership)
    };
    let Some((chat, from, what)) = found else {
        return Parsed { chat_key: "telegram:?".to_owned(), album: None, incoming: None };
    };
    let chat_key = format!("telegram:{}", chat.id);
    let incoming = chat.into_external().map(|chat| Incoming {
        channel: ChannelKind::Telegram,
        chat,
        from: from.and_then(TgUser::into_sender),
        at: received_at,
        what,
    });
    Parsed { chat_key, album, incoming }
}

fn from_message(message: TgMessage, me: Option<(i64, &str)>, edited: bool) -> (TgChat, Option<TgUser>, What) {
    if let Some(to) = message.migrate_to_chat_id {
        return (message.chat, message.from, What::Moved { to: to.to_string() });
    }
    if message.is_service() {
        return (message.chat, message.from, What::Unknown);
    }
    let addressed = message.is_addressed(me);
    let text = message.text.or(message.caption).unwrap_or_default();
    let text = without_mention(&shorten(&text, LONGEST_TEXT), me);
    let place = match (message.venue, message.location) {
        (Some(venue), _) => Some(venue.location.into_spot(venue.title)),
        (None, Some(location)) => Some(location.into_spot(None)),
        (None, None) => None,
    };
    let what = What::Message(Message {
        id: message.message_id.to_string(),
        text,
        // Of each picture several sizes come, the largest last.
        photos: message.photo.and_then(|mut sizes| sizes.pop()).map(TgFile::into_ref).into_iter().collect(),
        documents: message.document.map(TgFile::into_ref).into_iter().collect(),
        place,
        addressed,
        reply_to: message.reply_to_message.map(|reply| reply.message_id.to_string()),
        edited,
    });
    (message.chat, message.from, what)
}

fn from_press(press: TgPress) -> Option<(TgChat, Option<TgUser>, What)> {
    // A press under a message in no chat that is known (an inline message) is none of ours.
    let pressed = press.message?;
    let what = What::Press(Press {
        id: press.id,
        data: press.data.unwrap_or_default(),
        message: Some(pressed.message_id.to_string()),
    });
    Some((pressed.chat, Some(press.from), what))
}

fn from_membership(change: TgMembership) -> (TgChat, Option<TgUser>, What) {
    let inside = match change.new_chat_member.status.as_str() {
        "creator" | "administrator" | "member" => true,
        "restricted" => change.new_chat_member.is_member.unwrap_or(false),
        _ => false,
    };
    let membership = if inside { Membership::In } else { Membership::Out };
    (change.chat, change.from, What::Membership(membership))
}

impl TgMessage {
    fn is_service(&self) -> bool {
        self.migrate_from_chat_id.is_some()
            || self.new_chat_members.is_some()
            || self.left_chat_member.is_some()
            || self.new_chat_title.is_some()
            || self.group_chat_created.is_some()
            || self.supergroup_chat_created.is_some()
            || self.pinned_message.is_some()
    }

    /// Whether the bot is meant: always in private; in a group by a command, a mention, or a reply to it.
    fn is_addressed(&self, me: Option<(i64, &str)>) -> bool {
        if self.chat.is_private() {
            return true;
        }
        let text = self.text.as_deref().or(self.caption.as_deref()).unwrap_or_default();
        if let Some(command) = text.trim_start().strip_prefix('/') {
            let word = command.split_whitespace().next().unwrap_or_default();
            return match (word.split_once('@'), me) {
                (Some((_, name)), Some((_, me))) => name.eq_ignore_ascii_case(me),
                _ => !word.is_empty(),
            };
        }
        let Some((id, name)) = me else { return false };
        let replied = self.reply_to_message.as_ref().and_then(|reply| reply.from.as_ref());
        let named = self.entities.iter().chain(&self.caption_entities).flatten().any(|entity| {
            entity.kind.as_deref() == Some("text_mention")
                && entity.user.as_ref().is_some_and(|user| user.id == id)
        });
        replied.is_some_and(|user| user.id == id) || named || find_mention(text, name).is_some()
    }
}

/// Where `@name` stands as a whole word, in bytes.
fn find_mention(text: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let wanted = format!("@{}", name.to_ascii_lowercase());
    let lower = text.to_ascii_lowercase();
    let start = lower.match_indices(&wanted).map(|(at, _)| at).find(|at| {
        let after = lower[at + wanted.len()..].chars().next();
        !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
    })?;
    Some(start..start + wanted.len())
}

/// What is said to the bot is meant without its name. A command keeps it: its own parser takes it off.
fn without_mention(text: &str, me: Option<(i64, &str)>) -> String {
    let Some((_, name)) = me else { return text.to_owned() };
    if text.trim_start().starts_with('/') {
        return text.to_owned();
    }
    match find_mention(text, name) {
        Some(range) => {
            let (before, after) = (&text[..range.start], &text[range.end..]);
            let glue = if before.trim().is_empty() || after.trim().is_empty() { "" } else { " " };
            let after = after.trim_start_matches([' ', ',', ':']);
            format!("{}{glue}{after}", before.trim_end()).trim().to_owned()
        }
        None => text.to_owned(),
    }
}

impl TgChat {
    fn is_private(&self) -> bool {
        self.kind.as_deref() == Some("private") || (self.kind.is_none() && self.id > 0)
    }

    /// `None` for a broadcast channel: loa is never there.
    fn into_external(self) -> Option<ExternalChat> {
        if self.kind.as_deref() == Some("channel") {
            return None;
        }
        let kind = if self.is_private() { ChatKind::Private } else { ChatKind::Group };
        let title = self.title.or_else(|| full_name(self.first_name, self.last_name)).unwrap_or_default();
        Some(ExternalChat { id: self.id.to_string(), kind, title: shorten(&title, 128) })
    }
}

impl TgUser {
    fn into_sender(self) -> Option<Sender> {
        if self.id == ANONYMOUS_ADMIN || self.is_bot == Some(true) {
            return None;
        }
        let name = full_name(self.first_name, self.last_name).unwrap_or_default();
        Some(Sender { id: self.id.to_string(), name: shorten(&name, 128) })
    }
}

impl TgFile {
    fn into_ref(self) -> FileRef {
        FileRef { id: self.file_id, name: self.file_name, mime: self.mime_type, size: self.file_size }
    }
}

impl TgLocation {
    fn into_spot(self, name: Option<String>) -> Spot {
        Spot { latitude: self.latitude, longitude: self.longitude, name }
    }
}

fn full_name(first: Option<String>, last: Option<String>) -> Option<String> {
    let name = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!name.trim().is_empty()).then(|| name.trim().to_owned())
}
