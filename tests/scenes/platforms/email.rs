//! People with a mail program, on real servers.

#[path = "../../email/people.rs"]
#[allow(dead_code, clippy::disallowed_methods, reason = "shared with the tests of mails, on real servers")]
mod people;
#[path = "../../email/servers.rs"]
#[allow(dead_code, clippy::disallowed_methods, reason = "shared with the tests of mails, on real servers")]
mod servers;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use loa::channel::Channel;
use loa::channel::email::{Email, Security};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use people::{Got, got, sends, with_photo};
use servers::{Servers, settings};

use super::{Platform, Said};
use crate::hall::PEOPLE;

/// What a person wrote, and how many mails they had got then.
struct Written {
    after: usize,
    text: String,
    photo: bool,
}

struct Mails {
    servers: Servers,
    names: Mutex<BTreeMap<String, String>>,
    written: Mutex<BTreeMap<String, Vec<Written>>>,
}

pub fn start() -> Option<(Box<dyn Platform>, Arc<dyn Channel>)> {
    let servers = servers::start()?;
    let channel = Email::new(settings(&servers, Security::Plain, "127.0.0.1"));
    let mails = Mails { servers, names: Mutex::default(), written: Mutex::default() };
    Some((Box::new(mails), Arc::new(channel)))
}

/// Which of loa's mails it is.
fn number(mail: &Got) -> Option<u64> {
    mail.name.split('.').nth(1)?.parse().ok()
}

impl Mails {
    /// Sends a mail: an answer to the last one, if there is any.
    fn sends(&self, who: &str, text: &str, photo: Option<&[u8]>) {
        let mut got = got(&self.servers, who);
        got.sort_by_key(number);
        let written = Written { after: got.len(), text: text.to_owned(), photo: photo.is_some() };
        let mut all = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(who.to_owned()).or_default().push(written);
        drop(all);
        let (mut head, mut body) = match got.last() {
            Some(last) => last.answer(text),
            None => ("Subject: \r\n".to_owned(), text.to_owned()),
        };
        if let Some(photo) = photo {
            (head, body) = with_photo(&head, &body, photo);
        }
        block_in_place(|| Handle::current().block_on(sends(&self.servers, who, &head, &body)));
    }

    fn name(&self, who: &str) -> String {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).get(who).cloned().unwrap_or_default()
    }

    /// All of a conversation, in its order, with the subjects of what loa wrote.
    fn all(&self, who: &str) -> Vec<(Said, String)> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let mut written = written.get(who).into_iter().flatten().peekable();
        let mut all = Vec::new();
        let by_person =
            |one: &Written| (Said { by_bot: false, text: one.text.clone(), photo: one.photo }, String::new());
        // Servers deliver side by side what is handed over one after the other; its name tells.
        let mut mails = got(&self.servers, who);
        mails.sort_by_key(number);
        for (at, Got { subject, text, photo, .. }) in mails.into_iter().enumerate() {
            while let Some(one) = written.next_if(|one| one.after <= at) {
                all.push(by_person(one));
            }
            all.push((Said { by_bot: true, text: text.trim_end().to_owned(), photo }, subject));
        }
        all.extend(written.map(by_person));
        all
    }
}

impl Platform for Mails {
    fn id(&self, who: &str) -> String {
        format!("{who}@xa.test")
    }

    /// Everybody has a mailbox.
    fn add_user(&self, who: &str, name: &str) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(who.to_owned(), name.to_owned());
    }

    /// Programs tell a name or not; these do not.
    fn tells_names(&self) -> bool {
        false
    }

    /// Programs name the mail that is answered.
    fn threads(&self) -> bool {
        true
    }

    fn say(&self, who: &str, text: &str) {
        self.sends(who, text, None);
    }

    fn photo(&self, who: &str, bytes: Vec<u8>, caption: &str) {
        self.sends(who, caption, Some(&bytes));
    }

    fn chat(&self, who: &str) -> Vec<Said> {
        self.all(who).into_iter().map(|(said, _)| said).collect()
    }

    fn markup(&self, who: &str, words: &str) -> Vec<String> {
        let mut mails = got(&self.servers, who);
        mails.sort_by_key(number);
        let found = mails.into_iter().rev().find(|mail| mail.text.contains(words));
        vec![found.unwrap_or_else(|| panic!("nobody says {words:?}")).html]
    }

    fn transcript(&self, who: &str) -> String {
        let shown = |(said, subject): (Said, String)| {
            let who =
                if said.by_bot { format!("📧 [{subject}]") } else { format!("👤 {}", self.name(who)) };
            let photo = if said.photo { "[📷 1] " } else { "" };
            format!("{who}: {photo}{}\n", said.text.replace('\n', "\n    "))
        };
        self.all(who).into_iter().map(shown).collect()
    }

    fn render_all(&self) -> String {
        let all: String =
            PEOPLE.iter().map(|(who, ..)| format!("── {who} ──\n{}", self.transcript(who))).collect();
        let (way, logs) = (self.servers.on_their_way(), self.servers.logs());
        format!("{all}on their way: {way}, not taken: {}\n{logs}", self.pending() - way)
    }

    /// On their way, or not yet marked as taken.
    fn pending(&self) -> usize {
        let unread = self.servers.mailbox("bao").iter().filter(|(flags, _)| !flags.contains('S')).count();
        self.servers.on_their_way() + unread
    }

    /// The servers take what is a mail.
    fn violations(&self) -> Vec<String> {
        Vec::new()
    }
}
