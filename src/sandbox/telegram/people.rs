//! What people do in their chats.

use std::fmt;

use bytes::Bytes;
use serde_json::json;

use super::chat::{Chat, Kind, Standing};
use super::entities::{self, Entity, utf16_len};
use super::message::{Body, Message, Place};
use super::world::{Person, Query, World};
use crate::sandbox::acting::Why;

/// Why a person cannot do this.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Impossible {
    NoSuchPerson(i64),
    NoSuchChat(i64),
    NotInChat { user: i64, chat: i64 },
    Blocked(i64),
    Moved(i64),
    NoSuchMessage { chat: i64, message: i64 },
    NoSuchButton(String),
    NotAPicture,
    BadFile,
    TooLong,
    Empty,
    BadStart,
    OffTheGlobe,
    NotASmallGroup(i64),
}

impl fmt::Display for Impossible {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Impossible::NoSuchPerson(id) => write!(to, "there is no person {id}"),
            Impossible::NoSuchChat(id) => write!(to, "there is no chat {id}"),
            Impossible::NotInChat { user, chat } => write!(to, "person {user} is not in chat {chat}"),
            Impossible::Blocked(user) => write!(to, "person {user} has blocked the bot"),
            Impossible::Moved(new) => write!(to, "the group has become {new}"),
            Impossible::NoSuchMessage { chat, message } => {
                write!(to, "there is no message {message} in chat {chat}")
            }
            Impossible::NoSuchButton(wanted) => write!(to, "the message has no button {wanted:?}"),
            Impossible::NotAPicture => write!(to, "this is no picture"),
            Impossible::BadFile => write!(to, "the file is empty or too large"),
            Impossible::TooLong => write!(to, "the text is too long"),
            Impossible::Empty => write!(to, "there is nothing to send"),
            Impossible::BadStart => write!(to, "a start parameter is up to 64 of A-Za-z0-9_-"),
            Impossible::OffTheGlobe => write!(to, "latitude or longitude out of range"),
            Impossible::NotASmallGroup(id) => write!(to, "{id} is not a group that can become a supergroup"),
        }
    }
}

impl Why for Impossible {
    fn in_vietnamese(&self) -> String {
        match self {
            Impossible::NoSuchPerson(_) => "Không có người này.".into(),
            Impossible::NoSuchChat(_) => "Không có cuộc trò chuyện này.".into(),
            Impossible::NotInChat { .. } => "Người này không ở trong nhóm.".into(),
            Impossible::Blocked(_) => "Người này đang chặn bot. Hãy bỏ chặn trước.".into(),
            Impossible::Moved(_) => "Nhóm này đã được nâng cấp thành nhóm lớn.".into(),
            Impossible::NoSuchMessage { .. } => "Không còn tin nhắn này.".into(),
            Impossible::NoSuchButton(label) => format!("Tin nhắn không còn nút “{label}”."),
            Impossible::NotAPicture => "Tệp này không phải là ảnh.".into(),
            Impossible::BadFile => "Tệp trống hoặc quá lớn.".into(),
            Impossible::TooLong => "Nội dung quá dài.".into(),
            Impossible::Empty => "Chưa có gì để gửi.".into(),
            Impossible::BadStart => "Mã mời không hợp lệ.".into(),
            Impossible::OffTheGlobe => "Vĩ độ hoặc kinh độ không hợp lệ.".into(),
            Impossible::NotASmallGroup(_) => "Nhóm này không nâng cấp được.".into(),
        }
    }
}

/// What a person sends, beside where.
pub(super) struct Said {
    pub body: Body,
    pub text: String,
    /// What the person marked in it.
    pub marked: Vec<Entity>,
    pub reply_to: Option<i64>,
    pub album: Option<String>,
}

impl Said {
    pub fn text(text: &str) -> Said {
        Said { body: Body::Text, text: text.into(), marked: Vec::new(), reply_to: None, album: None }
    }
}

impl World {
    /// Adds a person, with a private chat in which Start has not been pressed.
    pub fn add_person(&mut self, person: Person) {
        let id = person.id;
        self.people.insert(id, person);
        self.chats.entry(id).or_insert_with(|| Chat::new(id, Kind::Private, ""));
        self.touch_people();
    }

    /// The chat, if this person can write in it.
    fn writable(&self, user: i64, chat: i64) -> Result<&Chat, Impossible> {
        if !self.people.contains_key(&user) {
            return Err(Impossible::NoSuchPerson(user));
        }
        let place = self.chats.get(&chat).ok_or(Impossible::NoSuchChat(chat))?;
        if let Some(new) = place.migrated_to {
            return Err(Impossible::Moved(new));
        }
        if !place.has(user) {
            return Err(Impossible::NotInChat { user, chat });
        }
        if place.kind == Kind::Private && place.bot == Standing::Kicked {
            return Err(Impossible::Blocked(user));
        }
        Ok(place)
    }

    /// A person sends something; the bot hears of it if it may.
    pub fn says(&mut self, user: i64, chat: i64, said: Said) -> Result<i64, Impossible> {
        let place = self.writable(user, chat)?;
        if let Some(message) = said.reply_to.filter(|id| !place.messages.contains_key(id)) {
            return Err(Impossible::NoSuchMessage { chat, message });
        }
        let is_text = matches!(said.body, Body::Text);
        if is_text && said.text.trim().is_empty() {
            return Err(Impossible::Empty);
        }
        // The same limits hold for people as for bots.
        if utf16_len(&said.text) > if is_text { 4096 } else { 1024 } {
            return Err(Impossible::TooLong);
        }
        if place.bot == Standing::Never && place.kind == Kind::Private {
            if let Some(place) = self.chats.get_mut(&chat) {
                place.bot = Standing::Member;
            }
            self.touch_people();
        }
        let posted = self.post(chat, user, said.body, |message| {
            message.entities = entities::with_detected(&said.text, said.marked);
            message.text = said.text.into();
            message.reply_to = said.reply_to;
            message.media_group_id = said.album;
        });
        let id = posted.ok_or(Impossible::NoSuchChat(chat))?;
        self.tell_bot("message", chat, id);
        Ok(id)
    }

    /// Several pictures as one album; the caption goes with the first.
    pub fn sends_album(
        &mut self,
        user: i64,
        chat: i64,
        pictures: Vec<Bytes>,
        caption: &str,
        mut marked: Vec<Entity>,
    ) -> Result<Vec<i64>, Impossible> {
        self.writable(user, chat)?;
        if pictures.is_empty() {
            return Err(Impossible::Empty);
        }
        let album = if pictures.len() > 1 { Some(self.album_id()) } else { None };
        let mut bodies = Vec::new();
        for bytes in pictures {
            bodies.push(Body::Photo(self.keep_photo(bytes).map_err(|_| Impossible::NotAPicture)?));
        }
        let mut ids = Vec::new();
        for (index, body) in bodies.into_iter().enumerate() {
            let text = if index == 0 { caption.to_owned() } else { String::new() };
            let marked = if index == 0 { std::mem::take(&mut marked) } else { Vec::new() };
            ids.push(self.says(
                user,
                chat,
                Said { body, text, marked, reply_to: None, album: album.clone() },
            )?);
        }
        Ok(ids)
    }

    /// A file.
    pub fn sends_document(
        &mut self,
        user: i64,
        chat: i64,
        name: &str,
        mime: &str,
        bytes: Bytes,
        caption: &str,
    ) -> Result<i64, Impossible> {
        self.writable(user, chat)?;
        let file = self.keep_document(name, mime, bytes).map_err(|_| Impossible::BadFile)?;
        let said = Said { body: Body::Document(file), ..Said::text(caption) };
        self.says(user, chat, said)
    }

    /// A point or a venue.
    pub fn shares_place(&mut self, user: i64, chat: i64, place: Place) -> Result<i64, Impossible> {
        if !place.is_valid() {
            return Err(Impossible::OffTheGlobe);
        }
        self.says(user, chat, Said { body: Body::Place(place), ..Said::text("") })
    }

    /// A person opens `t.me/<bot>?start=PARAMETER`; somebody who blocked the bot unblocks it by that.
    pub fn opens_link(&mut self, user: i64, parameter: &str) -> Result<i64, Impossible> {
        // core.telegram.org/bots/features#deep-linking.
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if parameter.len() > 64 || !parameter.chars().all(letters) {
            return Err(Impossible::BadStart);
        }
        if self.chats.get(&user).is_some_and(|chat| chat.bot == Standing::Kicked) {
            self.set_bot_standing(user, Standing::Member, user);
        }
        self.says(user, user, Said::text(format!("/start {parameter}").trim()))
    }

    /// A person changes what they wrote.
    pub fn corrects(
        &mut self,
        user: i64,
        chat: i64,
        id: i64,
        text: &str,
        marked: Vec<Entity>,
    ) -> Result<(), Impossible> {
        self.writable(user, chat)?;
        let date = self.date();
        let message = self.chats.get_mut(&chat).and_then(|place| place.messages.get_mut(&id));
        let message = message
            .filter(|message| message.from == user)
            .ok_or(Impossible::NoSuchMessage { chat, message: id })?;
        message.entities = entities::with_detected(text, marked);
        message.text = text.into();
        message.edit_date = Some(date);
        self.touch_message(chat, id);
        self.tell_bot("edited_message", chat, id);
        Ok(())
    }

    /// A person presses the button with this label or data. Gives the query's identifier.
    pub fn presses(
        &mut self,
        user: i64,
        chat: i64,
        message: i64,
        wanted: &str,
    ) -> Result<String, Impossible> {
        let place = self.writable(user, chat)?;
        let shown = place.messages.get(&message).ok_or(Impossible::NoSuchMessage { chat, message })?;
        let rows =
            shown.keyboard.iter().filter(|keyboard| keyboard.inline).flat_map(|k| k.rows.iter().flatten());
        let with_data: Vec<_> =
            rows.filter_map(|button| Some((&button.label, button.data.as_ref()?))).collect();
        let by_label = with_data.iter().find(|(label, _)| *label == wanted);
        let found = by_label.or_else(|| with_data.iter().find(|(_, data)| *data == wanted));
        let data = found.map(|(_, data)| (*data).clone());
        let data = data.ok_or_else(|| Impossible::NoSuchButton(wanted.into()))?;
        self.queries_bot(user, chat, message, &data)
    }

    /// A press whose data is not checked against the message: a stale screen, or a forged client.
    pub fn queries_bot(&mut self, user: i64, chat: i64, id: i64, data: &str) -> Result<String, Impossible> {
        self.writable(user, chat)?;
        let message = self.message_at(chat, id).ok_or(Impossible::NoSuchMessage { chat, message: id })?;
        let number = 4_000_000_000_000_000_000 + i64::try_from(self.touch()).unwrap_or_default();
        let query_id = number.to_string();
        let query = json!({"id": query_id, "from": self.user(user), "message": message,
            "chat_instance": (chat.wrapping_mul(7_919)).to_string(), "data": data});
        self.queries.insert(query_id.clone(), Query { user, chat, at: self.now });
        self.push("callback_query", query);
        Ok(query_id)
    }

    /// Queues the update about a message of a person, if the bot is there and may see it.
    pub fn tell_bot(&mut self, kind: &str, chat: i64, id: i64) {
        let Some(place) = self.chats.get(&chat) else { return };
        let Some(message) = place.messages.get(&id) else { return };
        if place.bot.is_in() && (self.sees_all(place) || self.is_meant_for_bot(place, message)) {
            let object = self.message_json(place, message, true);
            self.push(kind, object);
        }
    }

    /// What a bot in privacy mode gets in a group: commands, mentions, replies to it, service messages
    /// (core.telegram.org/bots/features#privacy-mode).
    fn is_meant_for_bot(&self, chat: &Chat, message: &Message) -> bool {
        let name = &self.options.bot_username;
        let own = |stretch: &str| stretch.eq_ignore_ascii_case(name);
        let addressed = message.entities.iter().any(|entity| {
            let Some(text) = entities::marked(&message.text, entity) else { return false };
            match (entity.kind.as_str(), text.split_once('@')) {
                ("bot_command", Some((_, bot))) | ("mention", Some((_, bot))) => own(bot),
                ("bot_command", None) => true,
                _ => false,
            }
        });
        let answered = message.reply_to.and_then(|id| chat.messages.get(&id));
        addressed
            || matches!(message.body, Body::Service(..))
            || answered.is_some_and(|answered| answered.from == self.bot_id)
    }

    /// A picture of a person.
    pub fn sends_photo(
        &mut self,
        user: i64,
        chat: i64,
        bytes: Bytes,
        caption: &str,
    ) -> Result<i64, Impossible> {
        let ids = self.sends_album(user, chat, vec![bytes], caption, Vec::new())?;
        ids.first().copied().ok_or(Impossible::Empty)
    }
}
