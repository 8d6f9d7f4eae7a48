//! What the page has not seen yet.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::chat::{Chat, Kind, Standing};
use super::world::World;

/// How many messages of each chat a page is given at first.
const FIRST_SIGHT: usize = 200;

impl World {
    /// What changed after this number; everything for 0 or when it is too long ago.
    pub fn news(&self, after: u64) -> Value {
        let oldest = self.recent.front().map_or(0, |(seq, ..)| *seq);
        let forgotten = self.recent.len() >= super::world::RECENT && oldest > after + 1;
        let reset = after == 0 || after > self.seq || forgotten;
        let after = if reset { 0 } else { after };
        let (mut messages, mut gone) = (Vec::new(), Vec::new());
        if reset {
            for chat in self.chats.values() {
                let last = chat.messages.values().rev().take(FIRST_SIGHT);
                messages.extend(last.map(|message| json!({"chat": chat.id, "message": self.see(message)})));
            }
        } else {
            let new = self.recent.iter().rev().take_while(|(seq, ..)| *seq > after);
            let new: BTreeSet<(i64, i64)> = new.map(|(_, chat, id)| (*chat, *id)).collect();
            for (chat, id) in new {
                match self.chats.get(&chat).and_then(|chat| chat.messages.get(&id)) {
                    Some(message) => messages.push(json!({"chat": chat, "message": self.see(message)})),
                    None => gone.push(json!({"chat": chat, "id": id})),
                }
            }
        }
        let mut news = json!({"seq": self.seq, "reset": reset, "messages": messages, "gone": gone});
        if !reset {
            // Answers are shown in passing, so a page that has just come has missed them.
            let answers = self.answers.values().filter(|answer| answer.seq > after);
            news["answers"] = answers.map(|answer| json!(answer)).collect();
        }
        if reset || self.people_seq > after {
            news["bot"] = json!({"id": self.bot_id, "name": self.options.bot_name,
                "username": self.options.bot_username});
            news["chats"] = self.chats.values().map(|chat| self.describe(chat)).collect();
        }
        news
    }

    fn describe(&self, chat: &Chat) -> Value {
        let private = chat.kind == Kind::Private;
        let members = chat.members.iter().filter(|(_, standing)| standing.is_in());
        let members: Vec<Value> =
            members.map(|(user, _)| json!({"id": user, "name": self.name_of(*user)})).collect();
        let username = self.people.get(&chat.id).and_then(|person| person.username.clone());
        let title = if private { self.name_of(chat.id) } else { chat.title.clone() };
        json!({"id": chat.id, "private": private, "title": title, "username": username, "members": members,
            "bot": chat.bot.is_in(), "admin": chat.bot == Standing::Admin,
            "blocked": private && chat.bot == Standing::Kicked, "migrated_to": chat.migrated_to})
    }
}
