//! The whole state of the stand-in: people, chats, pictures, updates waiting, the log.

use std::collections::BTreeMap;

use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::log::{Log, ZaloViolation};
use super::options::ZaloBotOptions;
use super::quota::Quota;
use super::updates::Mail;
use super::view::ZaloSeen;
use crate::sandbox::changes::Changes;
use crate::sandbox::content::Hosted;

/// A chat: a person's own, which has their id, or a group.
pub(super) struct Chat {
    /// Name of the group or the person.
    pub title: String,
    /// Who is in the group; nothing for a person's chat.
    pub members: Option<Vec<String>>,
    /// Whether somebody wrote to the bot here, before which it cannot speak.
    pub opened: bool,
    /// Until when a fault keeps the bot out.
    pub held_until: i64,
    pub messages: Vec<ZaloSeen>,
}

/// The whole state.
pub(super) struct World {
    pub options: ZaloBotOptions,
    /// The token that is good now; none if it was revoked.
    pub token: Option<String>,
    /// The handed clock at the beginning of the present call.
    pub now: i64,
    /// Number of the last change.
    pub seq: u64,
    /// Names of people by id.
    pub people: BTreeMap<String, String>,
    pub chats: BTreeMap<String, Chat>,
    pub changes: Changes,
    pub hosted: Hosted,
    pub mail: Mail,
    pub log: Log,
    pub quota: Quota,
    /// Where the stand-in is reached, such as `http://127.0.0.1:40123`.
    pub url: String,
    dice: SmallRng,
}

impl World {
    pub fn new(options: ZaloBotOptions, now: i64, url: &str) -> World {
        World {
            token: Some(options.token.clone()),
            now,
            seq: 0,
            people: BTreeMap::new(),
            chats: BTreeMap::new(),
            changes: Changes::default(),
            hosted: Hosted::default(),
            mail: Mail::default(),
            log: Log::default(),
            quota: Quota::default(),
            url: url.into(),
            dice: SmallRng::seed_from_u64(options.seed),
            options,
        }
    }

    /// Milliseconds since the epoch, as Zalo writes dates.
    pub fn date(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    /// Notes that something changed.
    pub fn touch(&mut self) {
        self.seq += 1;
    }

    /// So many hexadecimal digits that nobody can guess.
    pub fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.dice.random_range(0..16)])).collect()
    }

    /// The bot's id.
    pub fn bot_id(&self) -> String {
        self.options.token.split(':').next().unwrap_or_default().to_owned()
    }

    /// `getMe`.
    pub fn me(&self) -> Value {
        json!({"id": self.bot_id(), "account_name": self.options.account_name, "account_type": "BASIC",
            "can_join_groups": self.options.can_join_groups})
    }

    /// Records a call that a correct bot never makes.
    pub fn violate(&mut self, method: &str, chat: Option<&str>, what: &str) {
        let chat = chat.map(str::to_owned);
        self.log.violations.push(ZaloViolation {
            at: self.now,
            method: method.into(),
            chat,
            what: what.into(),
        });
    }

    /// Puts a message into a chat.
    pub fn post(&mut self, chat: &str, message: ZaloSeen) {
        self.touch();
        if let Some(place) = self.chats.get_mut(chat) {
            self.changes.message(self.seq, chat, place.messages.len());
            place.messages.push(message);
        }
    }

    /// Notes that there is somebody new, or that somebody wrote first.
    pub fn touch_people(&mut self) {
        self.touch();
        self.changes.people(self.seq);
    }

    /// Keeps bytes under an address that nobody can guess, and gives the address.
    pub fn host(&mut self, bytes: Bytes) -> String {
        let name = self.hex(32);
        let url = format!("{}/content/{name}", self.url);
        self.hosted.keep(name, bytes, self.now, self.options.address_lasts);
        url
    }

    /// The bytes under an address, while it works.
    pub fn content(&self, name: &str) -> Option<Bytes> {
        self.hosted.get(name, self.now)
    }
}
