//! Groups: who belongs to them, where the bot stands, and how one becomes a supergroup.

use serde_json::{Value, json};

use super::chat::{Chat, Kind, Standing};
use super::message::Body;
use super::people::Impossible;
use super::world::World;

impl World {
    /// Adds a group without the bot. Numbers from -100… on down are supergroups, others small groups; the
    /// first administrator is the owner.
    pub fn add_group(&mut self, id: i64, title: &str, members: &[i64], admins: &[i64]) {
        let kind = if id <= -1_000_000_000_000 { Kind::Supergroup } else { Kind::Group };
        let mut chat = Chat::new(id, kind, title);
        chat.members.extend(members.iter().map(|user| (*user, Standing::Member)));
        chat.members.extend(admins.iter().map(|user| (*user, Standing::Admin)));
        chat.members.extend(admins.first().map(|user| (*user, Standing::Owner)));
        self.chats.insert(id, chat);
        self.touch_people();
    }

    fn group_mut(&mut self, id: i64) -> Result<&mut Chat, Impossible> {
        let chat = self.chats.get_mut(&id).filter(|chat| chat.kind != Kind::Private);
        chat.ok_or(Impossible::NoSuchChat(id))
    }

    /// A line that the platform itself writes into a chat, with the fields a bot gets.
    fn announce(&mut self, chat: i64, from: i64, fields: Value, line: String) {
        if let Some(id) = self.post(chat, from, Body::Service(fields, line), |_| {}) {
            self.tell_bot("message", chat, id);
        }
    }

    /// Changes where the bot stands; the bot is told by `my_chat_member` even if it is thrown out.
    pub fn set_bot_standing(&mut self, chat: i64, new: Standing, by: i64) {
        let Some(place) = self.chats.get_mut(&chat) else { return };
        let old = std::mem::replace(&mut place.bot, new);
        let private = place.kind == Kind::Private;
        if old == new {
            return;
        }
        self.touch_people();
        let Some(place) = self.chats.get(&chat) else { return };
        let change = json!({"chat": self.chat_json(place), "from": self.user(by), "date": self.date(),
            "old_chat_member": old.object(self.bot()), "new_chat_member": new.object(self.bot())});
        self.push("my_chat_member", change);
        if private {
            return;
        }
        let (who, bot) = (self.name_of(by), self.name_of(self.bot_id));
        match (old.is_in(), new.is_in()) {
            (false, true) => {
                let fields = json!({"new_chat_members": [self.bot()]});
                self.announce(chat, by, fields, format!("{who} đã thêm {bot} vào nhóm"));
            }
            (true, false) => {
                let line = if by == self.bot_id {
                    format!("{bot} đã rời nhóm")
                } else {
                    format!("{who} đã đưa {bot} ra khỏi nhóm")
                };
                self.announce(chat, by, json!({"left_chat_member": self.bot()}), line);
            }
            _ => {}
        }
    }

    /// A person adds, removes, promotes or demotes the bot in a group, or blocks or unblocks it.
    pub fn moves_bot(&mut self, user: i64, chat: i64, new: Standing) -> Result<(), Impossible> {
        if !self.people.contains_key(&user) {
            return Err(Impossible::NoSuchPerson(user));
        }
        let place = self.chats.get(&chat).ok_or(Impossible::NoSuchChat(chat))?;
        if !place.has(user) {
            return Err(Impossible::NotInChat { user, chat });
        }
        self.set_bot_standing(chat, new, user);
        Ok(())
    }

    /// A person comes into a group or leaves it.
    pub fn moves(&mut self, user: i64, chat: i64, new: Standing) -> Result<(), Impossible> {
        if !self.people.contains_key(&user) {
            return Err(Impossible::NoSuchPerson(user));
        }
        let old = self.group_mut(chat)?.members.insert(user, new).unwrap_or(Standing::Never);
        self.touch_people();
        let (person, name) = (self.user(user), self.name_of(user));
        match (old.is_in(), new.is_in()) {
            (false, true) => {
                let fields = json!({"new_chat_members": [person]});
                self.announce(chat, user, fields, format!("{name} đã vào nhóm"));
            }
            (true, false) => {
                let fields = json!({"left_chat_member": person});
                self.announce(chat, user, fields, format!("{name} đã rời nhóm"));
            }
            _ => {}
        }
        let Some(place) = self.chats.get(&chat) else { return Ok(()) };
        // Only administrators are told, core.telegram.org/bots/api#update.
        if place.bot == Standing::Admin {
            let change = json!({"chat": self.chat_json(place), "from": self.user(user), "date": self.date(),
                "old_chat_member": old.object(self.user(user)), "new_chat_member": new.object(self.user(user))});
            self.push("chat_member", change);
        }
        Ok(())
    }

    /// A small group becomes the supergroup `new`: both chats say so, and the old one takes nothing more.
    pub fn migrates(&mut self, old: i64, new: i64) -> Result<(), Impossible> {
        let from = self.group_mut(old)?;
        if from.kind != Kind::Group || from.migrated_to.is_some() || new > -1_000_000_000_000 {
            return Err(Impossible::NotASmallGroup(old));
        }
        let mut chat = Chat::new(new, Kind::Supergroup, &from.title);
        chat.members = from.members.clone();
        chat.bot = from.bot;
        let by = from.members.iter().find(|(_, standing)| **standing == Standing::Owner);
        let by = by.or(from.members.iter().next()).map(|(user, _)| *user);
        let by = by.unwrap_or(self.bot_id);
        self.chats.insert(new, chat);
        let line = "Nhóm đã được nâng cấp thành nhóm lớn";
        self.announce(old, by, json!({"migrate_to_chat_id": new}), line.into());
        if let Ok(from) = self.group_mut(old) {
            from.migrated_to = Some(new);
        }
        self.announce(new, by, json!({"migrate_from_chat_id": old}), line.into());
        self.touch_people();
        Ok(())
    }
}
