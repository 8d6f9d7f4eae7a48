//! A chat as the people in it see it.

use std::fmt::Write;

use bytes::Bytes;
use serde::Serialize;

use super::world::World;
use crate::sandbox::content::in_base64;

/// A message as people see it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ZaloOaSeen {
    /// Its id.
    pub id: String,
    /// Milliseconds since the epoch.
    pub date: i64,
    /// Who sent it (the account's id for the account).
    pub from: String,
    /// The sender's name.
    pub name: String,
    /// Whether the account sent it.
    pub by_oa: bool,
    pub text: String,
    /// The picture (JSON: base64).
    #[serde(serialize_with = "in_base64")]
    pub photo: Option<Bytes>,
    /// A document's name.
    pub file: Option<String>,
    /// What is in it.
    #[serde(skip)]
    pub document: Option<Bytes>,
    /// Latitude and longitude.
    pub place: Option<(f64, f64)>,
    /// A sticker's id.
    pub sticker: Option<String>,
    /// What can be pressed: title, and what is then said or opened.
    pub buttons: Vec<(String, String)>,
    /// Whether the person has seen it.
    pub seen: bool,
    /// Whether the account paid for it.
    pub paid: bool,
}

impl ZaloOaSeen {
    fn render(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.photo.as_ref().map(|_| "[📷 1]".to_owned()));
        parts.extend(self.file.as_ref().map(|name| format!("[📎 {name}]")));
        parts.extend(self.place.map(|(latitude, longitude)| format!("[📍 {latitude}, {longitude}]")));
        parts.extend(self.sticker.as_ref().map(|id| format!("[😀 {id}]")));
        parts.extend(Some(self.text.replace('\n', "\n    ")).filter(|text| !text.is_empty()));
        parts.extend(self.buttons.iter().map(|(title, _)| format!("[{title}]")));
        let who = if self.by_oa { "🏛" } else { "👤" };
        format!("{who} {}: {}\n", self.name, parts.join(" "))
    }
}

impl World {
    /// All messages of a chat; none if there is no such chat.
    pub fn seen(&self, chat: &str) -> &[ZaloOaSeen] {
        self.chats.get(chat).map_or(&[], Vec::as_slice)
    }

    /// A readable transcript of a chat.
    pub fn render(&self, chat: &str) -> String {
        self.seen(chat).iter().map(ZaloOaSeen::render).collect()
    }

    /// The transcripts of all chats that have messages.
    pub fn render_all(&self) -> String {
        let mut out = String::new();
        for id in self.chats.keys() {
            let title = self.people.get(id).map(|person| &person.name);
            let title = title.or_else(|| self.groups.get(id).map(|group| &group.title));
            // Writing to a string cannot fail.
            write!(out, "── {} ({id}) ──\n{}", title.map_or("", String::as_str), self.render(id)).ok();
        }
        out
    }
}
