//! The whole state of the stand-in: people, groups, tokens, what was uploaded, events waiting, the log.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::log::{Log, ZaloOaViolation};
use super::oauth::Tokens;
use super::options::ZaloOaOptions;
use super::updates::Mail;
use super::uploads::Upload;
use super::view::ZaloOaSeen;
use super::window::Refused;
use crate::sandbox::changes::Changes;
use crate::sandbox::content::Hosted;

/// Somebody on Zalo.
#[derive(Default)]
pub(super) struct Person {
    pub name: String,
    pub follows: bool,
    /// When they last wrote to the account, and how many free answers they had since.
    pub wrote_at: Option<i64>,
    pub replies: usize,
    /// What the account could not say to them since then.
    pub refused: Option<Refused>,
}

/// A group.
pub(super) struct Group {
    pub title: String,
    pub members: Vec<String>,
    /// Whether the account made it: in others it is not.
    pub ours: bool,
}

/// The whole state.
pub(super) struct World {
    pub options: ZaloOaOptions,
    pub tokens: Tokens,
    /// The handed clock at the beginning of the present call.
    pub now: i64,
    /// Number of the last change.
    pub seq: u64,
    pub people: BTreeMap<String, Person>,
    pub groups: BTreeMap<String, Group>,
    /// Messages by the id of the person or group.
    pub chats: BTreeMap<String, Vec<ZaloOaSeen>>,
    pub changes: Changes,
    pub uploads: BTreeMap<String, Upload>,
    pub hosted: Hosted,
    pub mail: Mail,
    pub log: Log,
    /// When calls of the last minute came.
    pub calls: VecDeque<i64>,
    /// Until when a fault holds the account back.
    pub held_until: i64,
    /// How many messages were paid for.
    pub paid: usize,
    /// Where the stand-in is reached, such as `http://127.0.0.1:40123`.
    pub url: String,
    dice: SmallRng,
}

impl World {
    pub fn new(options: ZaloOaOptions, now: i64, url: &str) -> World {
        World {
            tokens: Tokens::default(),
            now,
            seq: 0,
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            chats: BTreeMap::new(),
            changes: Changes::default(),
            uploads: BTreeMap::new(),
            hosted: Hosted::default(),
            mail: Mail::default(),
            log: Log::default(),
            calls: VecDeque::new(),
            held_until: 0,
            paid: 0,
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

    /// Notes that there is somebody new, or that something else is known of who may be written to.
    pub fn touch_people(&mut self) {
        self.touch();
        self.changes.people(self.seq);
    }

    /// So many hexadecimal digits that nobody can guess.
    pub fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.dice.random_range(0..16)])).collect()
    }

    /// `getoa`
    pub fn about(&self) -> Value {
        let options = &self.options;
        json!({"oa_id": options.oa_id, "name": options.oa_name, "is_verified": true})
    }

    /// Records a call that a correct program never makes.
    pub fn violate(&mut self, method: &str, chat: Option<&str>, what: &str) {
        self.log.violations.push(ZaloOaViolation {
            at: self.now,
            method: method.into(),
            chat: chat.map(str::to_owned),
            what: what.into(),
        });
    }

    /// Puts a message into a chat.
    pub fn post(&mut self, chat: &str, message: ZaloOaSeen) {
        self.touch();
        let messages = self.chats.entry(chat.into()).or_default();
        self.changes.message(self.seq, chat, messages.len());
        messages.push(message);
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
