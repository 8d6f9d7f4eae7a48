//! What the page has not seen yet: as of a bot on Zalo, and besides what a person has seen, what was paid for, and until
//! when a person can be written to.

use serde_json::{Value, json};

use super::options::micros;
use super::view::ZaloOaSeen;
use super::world::{Group, Person, World};

impl World {
    /// What came after this number; everything for 0, or for a number that is of another time.
    pub fn news(&self, after: u64) -> Value {
        let see = |chat: &str, place| self.seen(chat).get(place).map(|seen| see(chat, place, seen));
        let who = || {
            let bot = json!({"id": self.options.oa_id, "name": self.options.oa_name});
            let people = self.people.iter().map(|(id, person)| self.describe(id, person));
            let groups = self.groups.iter().map(|(id, group)| self.describe_group(id, group));
            (bot, people.chain(groups).collect())
        };
        self.changes.news(self.seq, after, see, who)
    }

    fn describe(&self, id: &str, person: &Person) -> Value {
        let refused = person.refused.as_ref().map(|refused| {
            json!({"count": refused.count, "date": refused.at.div_euclid(1000), "code": refused.code,
                "text": refused.text})
        });
        json!({"id": id, "private": true, "title": person.name, "members": [], "follows": person.follows,
            "window": self.window(person), "refused": refused})
    }

    /// In seconds since the epoch, so that a page need not know what time it is here.
    fn window(&self, person: &Person) -> Value {
        let Some(wrote_at) = person.wrote_at else { return Value::Null };
        let options = &self.options;
        let until = |lasts| wrote_at.saturating_add(micros(lasts)).div_euclid(1_000_000);
        json!({"free_until": until(options.free_for), "until": until(options.paid_for),
            "free_left": options.free_replies.saturating_sub(person.replies)})
    }

    fn describe_group(&self, id: &str, group: &Group) -> Value {
        let name = |member: &String| self.people.get(member).map(|person| &person.name);
        let members = group.members.iter().map(|member| json!({"id": member, "name": name(member)}));
        json!({"id": id, "private": false, "title": group.title, "members": members.collect::<Vec<_>>(),
            "ours": group.ours})
    }
}

fn see(chat: &str, number: usize, seen: &ZaloOaSeen) -> Value {
    let path = format!("{chat}/{number}");
    let photo = seen.photo.as_ref().map(|_| &path);
    let place = seen.place.map(|(latitude, longitude)| json!({"latitude": latitude, "longitude": longitude}));
    // What is opened stands with its button; what is said is known here.
    let is_web = |does: &str| does.starts_with("https://") || does.starts_with("http://");
    let button =
        |(label, does): &(String, String)| json!({"label": label, "url": is_web(does).then_some(does)});
    let buttons: Vec<Value> = seen.buttons.iter().map(button).collect();
    json!({"id": seen.id, "number": number, "date": seen.date.div_euclid(1000), "from": seen.from, "name": seen.name,
        "by_bot": seen.by_oa, "text": seen.text, "photo": photo, "files": seen.file.iter().collect::<Vec<_>>(),
        "path": path, "place": place, "sticker": seen.sticker, "buttons": buttons, "seen": seen.seen,
        "paid": seen.paid, "reply_to": null})
}
