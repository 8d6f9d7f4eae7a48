//! What the page has not seen yet: of the same shape as on Telegram's stand-in, except that messages never change
//! here.

use serde_json::{Value, json};

use super::view::ZaloSeen;
use super::world::{Chat, World};

impl World {
    /// What came after this number; everything for 0, or for a number that is of another time.
    pub fn news(&self, after: u64) -> Value {
        let see = |chat: &str, place| self.seen(chat).get(place).map(|seen| see(chat, place, seen));
        let who = || {
            let bot = json!({"id": self.bot_id(), "name": self.options.bot_name});
            (bot, self.chats.iter().map(|(id, chat)| self.describe(id, chat)).collect())
        };
        self.changes.news(self.seq, after, see, who)
    }

    fn describe(&self, id: &str, chat: &Chat) -> Value {
        let members = chat.members.iter().flatten();
        let members: Vec<Value> =
            members.map(|member| json!({"id": member, "name": self.people.get(member)})).collect();
        json!({"id": id, "private": chat.members.is_none(), "title": chat.title, "members": members,
            "opened": chat.opened})
    }
}

fn see(chat: &str, number: usize, seen: &ZaloSeen) -> Value {
    let photo = seen.photo.as_ref().map(|_| format!("{chat}/{number}"));
    json!({"id": seen.id, "number": number, "date": seen.date.div_euclid(1000), "from": seen.from, "name": seen.name,
        "by_bot": seen.by_bot, "text": seen.text, "styles": seen.styles, "photo": photo,
        "voice": seen.voice.is_some(), "sticker": seen.sticker, "unsupported": seen.unsupported,
        "reply_to": seen.reply_to})
}
