//! A chat as the people in it see it.

use std::fmt::Write;

use bytes::Bytes;
use serde::Serialize;

use super::style::ZaloStyle;
use super::world::World;
use crate::sandbox::content::in_base64;

/// A message as people see it.
#[derive(Clone, Debug, Serialize)]
pub struct ZaloSeen {
    /// Its id.
    pub id: String,
    /// Milliseconds since the epoch.
    pub date: i64,
    /// Who sent it (the bot's id for the bot).
    pub from: String,
    /// The sender's name.
    pub name: String,
    /// Whether the bot sent it.
    pub by_bot: bool,
    /// Text or caption, after markup was taken out.
    pub text: String,
    /// Styles of stretches of the text, as the bot gave them.
    pub styles: Vec<ZaloStyle>,
    /// The picture (JSON: base64). One that the bot sent was fetched when the call was accepted.
    #[serde(serialize_with = "in_base64")]
    pub photo: Option<Bytes>,
    /// Where a voice is.
    pub voice: Option<String>,
    /// A sticker's id.
    pub sticker: Option<String>,
    /// Whether it is something that bots are not given.
    pub unsupported: bool,
    /// The message that it answers, which only people in a group do here; bots are not told.
    pub reply_to: Option<String>,
}

impl ZaloSeen {
    /// A message with nothing in it yet.
    pub(super) fn new(id: String, date: i64) -> ZaloSeen {
        ZaloSeen {
            id,
            date,
            from: String::new(),
            name: String::new(),
            by_bot: false,
            text: String::new(),
            styles: Vec::new(),
            photo: None,
            voice: None,
            sticker: None,
            unsupported: false,
            reply_to: None,
        }
    }

    fn render(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.photo.as_ref().map(|_| "[📷 1]".to_owned()));
        parts.extend(self.voice.as_ref().map(|_| "[🎤]".to_owned()));
        parts.extend(self.sticker.as_ref().map(|id| format!("[😀 {id}]")));
        parts.extend(Some("[📎]".to_owned()).filter(|_| self.unsupported));
        parts.extend(Some(self.text.replace('\n', "\n    ")).filter(|text| !text.is_empty()));
        let who = if self.by_bot { "🤖" } else { "👤" };
        format!("{who} {}: {}\n", self.name, parts.join(" "))
    }
}

impl World {
    /// All messages of a chat; none if there is no such chat.
    pub fn seen(&self, chat: &str) -> &[ZaloSeen] {
        self.chats.get(chat).map_or(&[], |chat| &chat.messages)
    }

    /// A readable transcript of a chat.
    pub fn render(&self, chat: &str) -> String {
        self.seen(chat).iter().map(ZaloSeen::render).collect()
    }

    /// The transcripts of all chats that have messages.
    pub fn render_all(&self) -> String {
        let mut out = String::new();
        for (id, chat) in self.chats.iter().filter(|(_, chat)| !chat.messages.is_empty()) {
            // Writing to a string cannot fail.
            write!(out, "── {} ({id}) ──\n{}", chat.title, self.render(id)).ok();
        }
        out
    }
}
