//! What people do, and the events that tell of it.

use std::fmt;

use bytes::Bytes;
use serde_json::{Value, json};

use super::view::ZaloOaSeen;
use super::world::{Group, World};
use crate::sandbox::acting::Why;

/// Why a person cannot do this.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Impossible {
    NoSuchPerson(String),
    NotInGroup { user: String, group: String },
    NotAPicture,
    NotAFile,
    NoSuchButton(String),
    OffTheGlobe,
    Empty,
}

impl fmt::Display for Impossible {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Impossible::NoSuchPerson(id) => write!(to, "there is no person {id}"),
            Impossible::NotInGroup { user, group } => write!(to, "person {user} is not in a group {group}"),
            Impossible::NotAPicture => write!(to, "this is no picture"),
            Impossible::NotAFile => write!(to, "this is no file"),
            Impossible::OffTheGlobe => write!(to, "latitude or longitude out of range"),
            Impossible::NoSuchButton(title) => write!(to, "the last message has no button {title}"),
            Impossible::Empty => write!(to, "there is nothing to send"),
        }
    }
}

impl Why for Impossible {
    fn in_vietnamese(&self) -> String {
        match self {
            Impossible::NoSuchPerson(_) => "Không có người này.".to_owned(),
            Impossible::NotInGroup { .. } => "Người này không ở trong nhóm.".to_owned(),
            Impossible::NotAPicture => "Tệp này không phải là ảnh.".to_owned(),
            Impossible::NotAFile => "Không đọc được tệp.".to_owned(),
            Impossible::NoSuchButton(title) => format!("Tin nhắn không còn nút “{title}”."),
            Impossible::OffTheGlobe => "Vĩ độ hoặc kinh độ không hợp lệ.".to_owned(),
            Impossible::Empty => "Chưa có gì để gửi.".to_owned(),
        }
    }
}

/// What a person sends.
pub(super) enum Said {
    Text(String),
    Photo { bytes: Bytes, caption: String },
    File { name: String, bytes: Bytes },
    Place { latitude: f64, longitude: f64 },
    Audio(Bytes),
    Sticker(String),
}

/// What an event says of a message: the last part of its name, the message's fields, and what people see.
struct Told {
    kind: &'static str,
    fields: Value,
    seen: ZaloOaSeen,
}

impl World {
    /// Adds a person, who does not follow the account yet, or renames one.
    pub fn add_user(&mut self, id: &str, name: &str) {
        self.people.entry(id.into()).or_default().name = name.into();
        self.touch_people();
    }

    /// Adds a group with these people.
    pub fn add_group(&mut self, id: &str, title: &str, members: &[&str], ours: bool) {
        let members = members.iter().map(|id| (*id).to_owned()).collect();
        self.groups.insert(id.into(), Group { title: title.into(), members, ours });
        self.touch_people();
    }

    /// A person follows the account, or no longer does.
    pub fn follows(&mut self, user: &str, follows: bool) -> Result<(), Impossible> {
        let person = self.people.get_mut(user).ok_or_else(|| Impossible::NoSuchPerson(user.into()))?;
        person.follows = follows;
        if follows && self.options.follow_counts {
            self.opens_window(user);
        }
        self.touch_people();
        let name = if follows { "follow" } else { "unfollow" };
        let event = self.event(name, json!({"oa_id": self.options.oa_id, "follower": {"id": user}}));
        self.push(user, &event);
        Ok(())
    }

    /// A person writes to the account alone. Gives the message's id.
    pub fn says(&mut self, user: &str, said: Said) -> Result<String, Impossible> {
        if !self.people.contains_key(user) {
            return Err(Impossible::NoSuchPerson(user.into()));
        }
        let told = self.take_in(user, said)?;
        self.opens_window(user);
        let to = json!({"id": self.options.oa_id});
        Ok(self.tell(user, "user_send", json!({"sender": {"id": user}, "recipient": to}), told))
    }

    /// A person writes in a group. The account hears everything that is said in its own.
    pub fn says_in_group(&mut self, user: &str, group: &str, said: Said) -> Result<String, Impossible> {
        let place = self.groups.get(group).filter(|place| place.members.iter().any(|member| member == user));
        let Some(place) = place else {
            return Err(Impossible::NotInGroup { user: user.into(), group: group.into() });
        };
        let ours = place.ours;
        let told = self.take_in(user, said)?;
        if !ours {
            let id = told.seen.id.clone();
            self.post(group, told.seen);
            return Ok(id);
        }
        let oa = self.options.oa_id.clone();
        let about = if self.options.group_in_recipient {
            json!({"sender": {"id": user}, "recipient": {"id": group}, "oa_id": oa})
        } else {
            json!({"sender": {"id": user}, "recipient": {"id": oa}, "group_id": group, "oa_id": oa})
        };
        Ok(self.tell(group, "user_send_group", about, told))
    }

    /// A person presses a button under the account's last message: its words are sent as theirs.
    pub fn presses(&mut self, user: &str, title: &str) -> Result<String, Impossible> {
        let last = self.seen(user).iter().rev().find(|seen| seen.by_oa);
        let last = last.map(|seen| seen.id.clone()).unwrap_or_default();
        self.presses_under(user, user, &last, title)
    }

    /// The same under any message, in their own chat or a group.
    pub fn presses_under(
        &mut self,
        user: &str,
        chat: &str,
        message: &str,
        title: &str,
    ) -> Result<String, Impossible> {
        let under = self.seen(chat).iter().find(|seen| seen.by_oa && seen.id == message);
        let words = under.and_then(|seen| seen.buttons.iter().find(|(known, _)| known == title));
        let words = words.ok_or_else(|| Impossible::NoSuchButton(title.into()))?.1.clone();
        self.speaks(user, Some(chat).filter(|chat| *chat != user), Said::Text(words))
    }

    /// A person writes in a group, or alone where there is none.
    pub fn speaks(&mut self, user: &str, group: Option<&str>, said: Said) -> Result<String, Impossible> {
        match group {
            Some(group) => self.says_in_group(user, group, said),
            None => self.says(user, said),
        }
    }

    /// A person looks at what the account sent; one event tells of all that is new to them.
    pub fn sees(&mut self, user: &str) {
        self.touch();
        let chat = self.chats.entry(user.into()).or_default();
        let mut ids = Vec::new();
        for (place, message) in chat.iter_mut().enumerate().filter(|(_, one)| one.by_oa && !one.seen) {
            message.seen = true;
            self.changes.message(self.seq, user, place);
            ids.push(message.id.clone());
        }
        if ids.is_empty() {
            return;
        }
        let fields = json!({"sender": {"id": self.options.oa_id}, "recipient": {"id": user},
            "message": {"msg_ids": ids}});
        let event = self.event("user_seen_message", fields);
        self.push(user, &event);
    }

    fn take_in(&mut self, user: &str, said: Said) -> Result<Told, Impossible> {
        let name = self.people.get(user).map(|person| person.name.clone()).unwrap_or_default();
        let (id, date) = (self.hex(20), self.date());
        let mut seen = ZaloOaSeen { id, date, from: user.into(), name, ..ZaloOaSeen::default() };
        let (kind, attached) = match said {
            Said::Text(text) if text.trim().is_empty() => return Err(Impossible::Empty),
            Said::Text(text) => {
                seen.text = text;
                ("text", None)
            }
            Said::Photo { bytes, caption } => {
                image::guess_format(&bytes).map_err(|_| Impossible::NotAPicture)?;
                let url = self.host(bytes.clone());
                (seen.photo, seen.text) = (Some(bytes), caption);
                ("image", Some(("image", json!({"url": url, "thumbnail": url}))))
            }
            Said::File { name, bytes } => {
                let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
                let (size, kind) = (bytes.len().to_string(), ending.to_owned());
                let url = self.host(bytes.clone());
                (seen.file, seen.document) = (Some(name.clone()), Some(bytes));
                ("file", Some(("file", json!({"url": url, "name": name, "size": size, "type": kind}))))
            }
            Said::Place { latitude, longitude } if latitude.abs() > 90.0 || longitude.abs() > 180.0 => {
                return Err(Impossible::OffTheGlobe);
            }
            Said::Place { latitude, longitude } => {
                seen.place = Some((latitude, longitude));
                let spot = json!({"latitude": latitude.to_string(), "longitude": longitude.to_string()});
                ("location", Some(("location", json!({ "coordinates": spot }))))
            }
            Said::Audio(bytes) => ("audio", Some(("audio", json!({"url": self.host(bytes)})))),
            Said::Sticker(sticker) => {
                let url = format!("https://zalo-api.zadn.vn/sticker/{sticker}");
                seen.sticker = Some(sticker.clone());
                ("sticker", Some(("sticker", json!({"id": sticker, "url": url}))))
            }
        };
        let mut fields = json!({"msg_id": seen.id});
        if !seen.text.is_empty() {
            fields["text"] = json!(seen.text);
        }
        if let Some((kind, payload)) = attached {
            fields["attachments"] = json!([{"type": kind, "payload": payload}]);
        }
        Ok(Told { kind, fields, seen })
    }

    fn tell(&mut self, chat: &str, beginning: &str, mut about: Value, told: Told) -> String {
        about["message"] = told.fields;
        let event = self.event(&format!("{beginning}_{}", told.kind), about);
        let id = told.seen.id.clone();
        self.post(chat, told.seen);
        self.push(chat, &event);
        id
    }

    /// An event with what every one has.
    fn event(&self, name: &str, mut fields: Value) -> Value {
        fields["event_name"] = json!(name);
        fields["app_id"] = json!(self.options.app_id);
        let date = self.date();
        fields["timestamp"] =
            if self.options.number_timestamps { json!(date) } else { json!(date.to_string()) };
        fields
    }
}
