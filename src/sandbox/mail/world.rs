//! The whole state of the mail server: who has a mailbox, what was written, the service's own mailbox, the log.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::log::{Log, MailViolation};
use super::options::MailOptions;
use super::view::MailSeen;
use crate::sandbox::changes::Changes;

/// A mail in the service's mailbox.
pub(super) struct Stored {
    pub uid: u32,
    /// When it came, microseconds.
    pub at: i64,
    /// Whether it is marked as read.
    pub seen: bool,
    pub bytes: Bytes,
}

/// The whole state.
pub(super) struct World {
    pub options: MailOptions,
    /// The handed clock at the beginning of the present call.
    pub now: i64,
    /// Number of the last change.
    pub seq: u64,
    /// Names of people by address.
    pub people: BTreeMap<String, String>,
    /// What each of them and the service wrote to each other, by the person's address.
    pub talks: BTreeMap<String, Vec<MailSeen>>,
    pub changes: Changes,
    /// The service's mailbox, in the order in which mails came.
    pub mailbox: Vec<Stored>,
    pub log: Log,
}

impl World {
    pub fn new(options: MailOptions, now: i64) -> World {
        World {
            options,
            now,
            seq: 0,
            people: BTreeMap::new(),
            talks: BTreeMap::new(),
            changes: Changes::default(),
            mailbox: Vec::new(),
            log: Log::default(),
        }
    }

    /// Adds a person with a mailbox, or renames one.
    pub fn add_user(&mut self, address: &str, name: &str) {
        self.people.insert(address.to_lowercase(), name.into());
        self.seq += 1;
        self.changes.people(self.seq);
    }

    /// All that a person and the service wrote to each other; none if there is no such person.
    pub fn talk(&self, address: &str) -> &[MailSeen] {
        self.talks.get(address).map_or(&[], Vec::as_slice)
    }

    /// Puts a mail into what a person sees.
    pub fn post(&mut self, address: &str, mail: MailSeen) {
        self.seq += 1;
        let talk = self.talks.entry(address.into()).or_default();
        self.changes.message(self.seq, address, talk.len());
        talk.push(mail);
    }

    /// Puts a mail into the service's mailbox.
    pub fn keep(&mut self, bytes: Bytes) {
        let uid = self.mailbox.last().map_or(1, |last| last.uid + 1);
        self.mailbox.push(Stored { uid, at: self.now, seen: false, bytes });
        self.seq += 1;
    }

    /// Records what a correct program never does.
    pub fn violate(&mut self, protocol: &'static str, what: &str) {
        self.log.violations.push(MailViolation { at: self.now, protocol, what: what.into() });
    }

    /// A readable transcript of what a person and the service wrote to each other.
    pub fn render(&self, address: &str) -> String {
        self.talk(address).iter().map(MailSeen::render).collect()
    }
}
