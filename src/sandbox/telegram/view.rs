//! A chat as the people in it see it.

use std::fmt::Write;

use serde::Serialize;

use super::entities::Entity;
use super::files::File;
use super::keyboard::Button;
use super::message::{Body, Message, Place};
use super::world::World;

/// A message as people see it now.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// Its number in the chat.
    pub id: i64,
    /// Seconds since the epoch.
    pub date: i64,
    /// Who sent it (the bot's number for the bot).
    pub from: i64,
    /// The sender's name.
    pub name: String,
    /// Whether the bot sent it.
    pub by_bot: bool,
    /// Text or caption; for a service message the line shown.
    pub text: String,
    /// Marked stretches of the text.
    pub entities: Vec<Entity>,
    /// Rows of buttons, under the message or (`reply_keyboard`) in place of the keyboard.
    pub buttons: Vec<Vec<Button>>,
    /// Whether the buttons are a reply keyboard, of which each says its label.
    pub reply_keyboard: bool,
    /// Number of pictures: 1 or 0, since an album is several messages.
    pub photos: usize,
    /// Names of documents.
    pub files: Vec<String>,
    /// Where picture or document can be fetched, below `/practice/file/`.
    pub path: Option<String>,
    /// A shared place.
    pub place: Option<Place>,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// Whether it was changed after sending.
    pub edited: bool,
    /// The album it belongs to.
    pub media_group_id: Option<String>,
    /// Whether the platform itself wrote it (somebody joined …).
    pub service: bool,
}

impl Seen {
    /// Labels of all buttons, row after row.
    pub fn labels(&self) -> Vec<&str> {
        self.buttons.iter().flatten().map(|button| button.label.as_str()).collect()
    }
}

impl World {
    /// All messages of a chat; none if there is no such chat.
    pub fn seen(&self, chat: i64) -> Vec<Seen> {
        let messages = self.chats.get(&chat).into_iter().flat_map(|chat| chat.messages.values());
        messages.map(|message| self.see(message)).collect()
    }

    /// A message as people see it.
    pub fn see(&self, message: &Message) -> Seen {
        let text = match &message.body {
            Body::Service(_, line) => line.clone(),
            _ => message.text.to_string(),
        };
        let keyboard = message.keyboard.as_ref();
        let (mut files, mut path, mut place, mut photos) = (Vec::new(), None, None, 0);
        match &message.body {
            Body::Photo(sizes) => {
                photos = 1;
                path = preview(sizes).map(|size| size.path.clone());
            }
            Body::Document(file) => {
                files.extend(file.name.clone());
                path = Some(file.path.clone());
            }
            Body::Place(shared) => place = Some(shared.clone()),
            Body::Text | Body::Service(..) => {}
        }
        Seen {
            id: message.id,
            date: message.date,
            from: message.from,
            name: self.name_of(message.from),
            by_bot: message.from == self.bot_id,
            text,
            entities: message.entities.clone(),
            buttons: keyboard.map(|keyboard| keyboard.rows.clone()).unwrap_or_default(),
            reply_keyboard: keyboard.is_some_and(|keyboard| !keyboard.inline),
            photos,
            files,
            path,
            place,
            reply_to: message.reply_to,
            edited: message.edit_date.is_some(),
            media_group_id: message.media_group_id.clone(),
            service: matches!(message.body, Body::Service(..)),
        }
    }

    /// A readable transcript of a chat. Messages of one album stand together.
    pub fn render(&self, chat: i64) -> String {
        let mut out = String::new();
        let mut seen = self.seen(chat).into_iter().peekable();
        while let Some(mut first) = seen.next() {
            while first.media_group_id.is_some() {
                let Some(next) = seen.next_if(|next| next.media_group_id == first.media_group_id) else {
                    break;
                };
                first.photos += next.photos;
                first.files.extend(next.files);
                if first.text.is_empty() {
                    first.text = next.text;
                }
            }
            render_one(&first, &mut out);
        }
        out
    }

    /// The transcripts of all chats that have messages.
    pub fn render_all(&self) -> String {
        let mut out = String::new();
        for chat in self.chats.values().filter(|chat| !chat.messages.is_empty()) {
            let title = if chat.title.is_empty() { self.name_of(chat.id) } else { chat.title.clone() };
            // Writing to a string cannot fail.
            write!(out, "── {title} ({}) ──\n{}", chat.id, self.render(chat.id)).ok();
        }
        out
    }
}

fn preview(sizes: &[std::sync::Arc<File>]) -> Option<&std::sync::Arc<File>> {
    // The middle size is enough for a thumbnail on a dense screen.
    sizes.iter().find(|size| size.size.0.max(size.size.1) >= 800).or(sizes.last())
}

fn render_one(seen: &Seen, out: &mut String) {
    let mut parts = Vec::new();
    if seen.reply_to.is_some() {
        parts.push("↩".to_owned());
    }
    if seen.photos > 0 {
        parts.push(format!("[📷 {}]", seen.photos));
    }
    parts.extend(seen.files.iter().map(|name| format!("[📎 {name}]")));
    if let Some(place) = &seen.place {
        let name = place.title.as_ref().map(|title| format!("{title} ")).unwrap_or_default();
        parts.push(format!("[📍 {name}{:.5}, {:.5}]", place.latitude, place.longitude));
    }
    parts.extend(Some(seen.text.replace('\n', "\n    ")).filter(|text| !text.is_empty()));
    if seen.edited {
        parts.push("(đã sửa)".to_owned());
    }
    let words = parts.join(" ");
    let line = match (seen.service, seen.by_bot) {
        (true, _) => format!("— {words} —"),
        (_, true) => format!("🤖 {}: {words}", seen.name),
        (_, false) => format!("👤 {}: {words}", seen.name),
    };
    out.push_str(&line);
    out.push('\n');
    for row in &seen.buttons {
        let row: Vec<String> = row.iter().map(|button| format!("[ {} ]", button.label)).collect();
        out.push_str(&format!("    {}\n", row.join(" ")));
    }
}
