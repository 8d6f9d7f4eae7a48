//! What the page has not seen yet: mails as a program shows them. They never change.

use serde_json::{Value, json};

use super::view::MailSeen;
use super::world::World;

impl World {
    /// What came after this number; everything for 0, or for a number that is of another time.
    pub fn news(&self, after: u64) -> Value {
        let see = |address: &str, place| self.talk(address).get(place).map(|mail| see(address, place, mail));
        let who = || {
            let bot = json!({"id": self.options.address, "name": self.options.address});
            let people = self.people.iter();
            let people =
                people.map(|(id, name)| json!({"id": id, "private": true, "title": name, "members": []}));
            (bot, people.collect())
        };
        self.changes.news(self.seq, after, see, who)
    }
}

fn see(address: &str, number: usize, mail: &MailSeen) -> Value {
    let file = |(at, file): (usize, &super::view::MailFile)| json!({"name": file.name, "is_picture": file.is_picture, "path": format!("{address}/{number}/{at}")});
    let files: Vec<Value> = mail.files.iter().enumerate().map(file).collect();
    let links = mail.links.iter().map(|(label, url)| json!({"label": label, "url": url}));
    json!({"id": mail.id, "number": number, "date": mail.date.div_euclid(1_000_000), "from": mail.from,
        "name": mail.name, "by_bot": mail.by_loa, "subject": mail.subject, "heading": mail.heading, "text": mail.text,
        "links": links.collect::<Vec<_>>(), "attached": files, "reply_to": mail.answers})
}
