//! What people do in their chats, and what the bot hears of it.

use std::fmt;

use bytes::Bytes;
use serde_json::{Value, json};

use super::view::ZaloSeen;
use super::world::{Chat, World};
use crate::sandbox::acting::Why;

/// Why a person cannot do this.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Impossible {
    NoSuchPerson(String),
    NoSuchGroup(String),
    NotInGroup { user: String, group: String },
    NoGroups,
    NotAPicture,
    Empty,
}

impl fmt::Display for Impossible {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Impossible::NoSuchPerson(id) => write!(to, "there is no person {id}"),
            Impossible::NoSuchGroup(id) => write!(to, "there is no group {id}"),
            Impossible::NotInGroup { user, group } => write!(to, "person {user} is not in group {group}"),
            Impossible::NoGroups => write!(to, "this bot cannot be in groups (can_join_groups)"),
            Impossible::NotAPicture => write!(to, "this is no picture"),
            Impossible::Empty => write!(to, "there is nothing to send"),
        }
    }
}

impl Why for Impossible {
    fn in_vietnamese(&self) -> String {
        let words = match self {
            Impossible::NoSuchPerson(_) => "Không có người này.",
            Impossible::NoSuchGroup(_) => "Không có nhóm này.",
            Impossible::NotInGroup { .. } => "Người này không ở trong nhóm.",
            Impossible::NoGroups => "Bot này không vào nhóm được.",
            Impossible::NotAPicture => "Tệp này không phải là ảnh.",
            Impossible::Empty => "Chưa có gì để gửi.",
        };
        words.to_owned()
    }
}

/// What a person sends.
pub(super) enum Said {
    Text(String),
    Photo {
        bytes: Bytes,
        caption: String,
    },
    Voice(Bytes),
    Sticker(String),
    /// What bots are not given: a file, a contact, anything of a protected person. Whether the bot is told
    /// at least who wrote.
    Unsupported {
        with_message: bool,
    },
}

impl World {
    /// Adds a person, or renames one.
    pub fn add_user(&mut self, id: &str, name: &str) {
        self.people.insert(id.into(), name.into());
        self.add_chat(id, name, None);
    }

    /// Adds a group with these people and the bot.
    pub fn add_group(&mut self, id: &str, title: &str, members: &[&str]) -> Result<(), Impossible> {
        if !self.options.can_join_groups {
            return Err(Impossible::NoGroups);
        }
        let members = members.iter().map(|id| (*id).to_owned()).collect();
        self.add_chat(id, title, Some(members));
        Ok(())
    }

    fn add_chat(&mut self, id: &str, title: &str, members: Option<Vec<String>>) {
        let new =
            Chat { title: "".into(), members: None, opened: false, held_until: 0, messages: Vec::new() };
        let chat = self.chats.entry(id.into()).or_insert(new);
        (chat.title, chat.members) = (title.into(), members);
        self.touch_people();
    }

    /// A person writes to the bot alone. Gives the message's id.
    pub fn says(&mut self, user: &str, said: Said) -> Result<String, Impossible> {
        if !self.people.contains_key(user) {
            return Err(Impossible::NoSuchPerson(user.into()));
        }
        let silent = matches!(said, Said::Unsupported { with_message: false });
        let (seen, event, fields) = self.take_in(user, said)?;
        let message = self.message(&seen, user, "PRIVATE", fields);
        self.tell(user, event, Some(message).filter(|_| !silent));
        Ok(self.said(user, seen))
    }

    /// A person writes in a group. The bot hears of it if it is mentioned, or its own message is answered.
    pub fn says_in_group(
        &mut self,
        user: &str,
        group: &str,
        text: &str,
        reply_to: Option<&str>,
    ) -> Result<String, Impossible> {
        if !self.people.contains_key(user) {
            return Err(Impossible::NoSuchPerson(user.into()));
        }
        let place = self.chats.get(group).ok_or_else(|| Impossible::NoSuchGroup(group.into()))?;
        let members = place.members.as_ref().ok_or_else(|| Impossible::NoSuchGroup(group.into()))?;
        if !members.iter().any(|member| member == user) {
            return Err(Impossible::NotInGroup { user: user.into(), group: group.into() });
        }
        let mut messages = place.messages.iter();
        let answers_bot =
            reply_to.is_some_and(|id| messages.any(|message| message.by_bot && message.id == id));
        let mention = format!("@{}", self.options.bot_name);
        let mentioned = text.contains(&mention);
        let (mut seen, event, mut fields) = self.take_in(user, Said::Text(text.into()))?;
        seen.reply_to = reply_to.map(str::to_owned);
        if !mentioned && !answers_bot {
            self.post(group, seen.clone());
            return Ok(seen.id);
        }
        if !self.options.mention_in_text {
            let without = text.replacen(&mention, "", 1);
            fields["text"] = json!(without.trim());
        }
        let message = self.message(&seen, group, "GROUP", fields);
        self.tell(group, event, Some(message));
        Ok(self.said(group, seen))
    }

    fn said(&mut self, chat: &str, seen: ZaloSeen) -> String {
        if let Some(chat) = self.chats.get_mut(chat).filter(|chat| !chat.opened) {
            chat.opened = true;
            self.touch_people();
        }
        let id = seen.id.clone();
        self.post(chat, seen);
        id
    }

    /// What people see of it, the event's name, and the fields that are its own.
    fn take_in(&mut self, user: &str, said: Said) -> Result<(ZaloSeen, &'static str, Value), Impossible> {
        let name = self.people.get(user).cloned().unwrap_or_default();
        let id = self.hex(20);
        let mut seen = ZaloSeen { from: user.into(), name, ..ZaloSeen::new(id, self.date()) };
        let (event, fields) = match said {
            Said::Text(text) => {
                if text.trim().is_empty() {
                    return Err(Impossible::Empty);
                }
                seen.text.clone_from(&text);
                ("message.text.received", json!({"text": text}))
            }
            Said::Photo { bytes, caption } => {
                image::guess_format(&bytes).map_err(|_| Impossible::NotAPicture)?;
                let url = self.host(bytes.clone());
                seen.photo = Some(bytes);
                seen.text.clone_from(&caption);
                let name = if self.options.photo_as_documented { "photo" } else { "photo_url" };
                let mut fields = json!({ name: url });
                if !caption.is_empty() {
                    fields["caption"] = json!(caption);
                }
                ("message.image.received", fields)
            }
            Said::Voice(bytes) => {
                let url = self.host(bytes);
                seen.voice = Some(url.clone());
                ("message.voice.received", json!({"voice_url": url}))
            }
            Said::Sticker(sticker) => {
                let url = format!("https://zalo-api.zadn.vn/sticker/{sticker}");
                seen.sticker = Some(sticker.clone());
                ("message.sticker.received", json!({"sticker": sticker, "url": url}))
            }
            Said::Unsupported { .. } => {
                seen.unsupported = true;
                ("message.unsupported.received", json!({}))
            }
        };
        Ok((seen, event, fields))
    }

    fn message(&self, seen: &ZaloSeen, chat: &str, kind: &str, mut fields: Value) -> Value {
        fields["message_id"] = json!(seen.id);
        fields["date"] = json!(seen.date);
        fields["from"] = json!({"id": seen.from, "display_name": seen.name, "is_bot": false});
        fields["chat"] = json!({"id": chat, "chat_type": kind});
        fields
    }

    fn tell(&mut self, chat: &str, event: &str, message: Option<Value>) {
        let mut update = json!({"event_name": event});
        if let Some(message) = message {
            update["message"] = message;
        }
        self.push(chat, &update);
    }
}
