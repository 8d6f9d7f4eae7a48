//! The whole state of the stand-in: people, chats, files, updates waiting, the log.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chat::{Chat, Kind, Standing};
use super::files::File;
use super::limits::Pace;
use super::message::{Body, Message};
use super::options::Options;
use super::updates::Mail;
use crate::sandbox::clock::SECOND;
use crate::sandbox::log::{Log, Violation};

/// A sample person. Take [`Person::new`] and change what differs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Telegram's number of the person, also that of their private chat with the bot.
    pub id: i64,
    /// First name.
    pub first_name: String,
    /// Last name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// User name, without `@`.
    #[serde(default)]
    pub username: Option<String>,
    /// Language of their app.
    #[serde(default = "vietnamese")]
    pub language_code: String,
}

fn vietnamese() -> String {
    "vi".into()
}

impl Person {
    /// A person with only a first name, whose app speaks Vietnamese.
    pub fn new(id: i64, first_name: &str) -> Person {
        Person {
            id,
            first_name: first_name.into(),
            last_name: None,
            username: None,
            language_code: vietnamese(),
        }
    }

    /// First and last name together.
    pub fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }

    /// As a Telegram user object.
    pub(super) fn user(&self) -> Value {
        let mut user = json!({"id": self.id, "is_bot": false, "first_name": self.first_name,
            "language_code": self.language_code});
        if let Some(last) = &self.last_name {
            user["last_name"] = json!(last);
        }
        if let Some(name) = &self.username {
            user["username"] = json!(name);
        }
        user
    }
}

/// An answer to a pressed button, as the person sees it.
#[derive(Clone, Debug, Serialize)]
pub struct SentAnswer {
    /// The query that was answered.
    pub query_id: String,
    /// The person who pressed.
    pub user: i64,
    /// The chat of the button.
    pub chat: i64,
    /// The words shown; may be empty.
    pub text: String,
    /// Whether they are shown as a box to be closed rather than in passing.
    pub alert: bool,
    /// Number of the change, for the page.
    #[serde(skip)]
    pub(super) seq: u64,
}

/// A press that has not been answered yet.
pub(super) struct Query {
    pub user: i64,
    pub chat: i64,
    pub at: i64,
}

/// The whole state.
pub(super) struct World {
    pub options: Options,
    pub bot_id: i64,
    /// The handed clock at the beginning of the present call.
    pub now: i64,
    /// Number of the last change.
    pub seq: u64,
    /// Number of the last change to people, groups or who belongs where.
    pub people_seq: u64,
    pub people: BTreeMap<i64, Person>,
    pub chats: BTreeMap<i64, Chat>,
    pub files: HashMap<String, Arc<File>>,
    pub paths: HashMap<String, Arc<File>>,
    pub mail: Mail,
    pub log: Log,
    pub pace: Pace,
    pub queries: HashMap<String, Query>,
    pub answers: HashMap<String, SentAnswer>,
    /// The last changes to messages, for the page: change, chat, message.
    pub recent: VecDeque<(u64, i64, i64)>,
    pub commands: BTreeMap<String, Value>,
    pub dice: SmallRng,
    next_file: u64,
}

/// How many changes the page can be behind before it loads everything anew.
pub(super) const RECENT: usize = 20_000;

impl World {
    pub fn new(options: Options, now: i64) -> World {
        let bot_id = options.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(700_000_001);
        let mut dice = SmallRng::seed_from_u64(options.seed);
        // Update numbers begin anywhere (core.telegram.org/bots/api#update), so nobody may count on 1.
        let first_update = dice.random_range(100_000_000..900_000_000);
        World {
            bot_id,
            now,
            seq: 0,
            people_seq: 0,
            people: BTreeMap::new(),
            chats: BTreeMap::new(),
            files: HashMap::new(),
            paths: HashMap::new(),
            mail: Mail::new(first_update),
            log: Log::default(),
            pace: Pace::default(),
            queries: HashMap::new(),
            answers: HashMap::new(),
            recent: VecDeque::new(),
            commands: BTreeMap::new(),
            dice,
            next_file: 0,
            options,
        }
    }

    /// Seconds since the epoch, as Telegram writes dates.
    pub fn date(&self) -> i64 {
        self.now.div_euclid(SECOND)
    }

    /// The bot as a Telegram user object.
    pub fn bot(&self) -> Value {
        json!({"id": self.bot_id, "is_bot": true, "first_name": self.options.bot_name,
            "username": self.options.bot_username})
    }

    /// Anybody as a Telegram user object.
    pub fn user(&self, id: i64) -> Value {
        match self.people.get(&id) {
            Some(person) => person.user(),
            None if id == self.bot_id => self.bot(),
            None => json!({"id": id, "is_bot": false, "first_name": ""}),
        }
    }

    /// The name people see.
    pub fn name_of(&self, id: i64) -> String {
        match self.people.get(&id) {
            Some(person) => person.full_name(),
            None if id == self.bot_id => self.options.bot_name.clone(),
            None => id.to_string(),
        }
    }

    /// Notes that something changed.
    pub fn touch(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// Notes that people, groups or memberships changed.
    pub fn touch_people(&mut self) {
        self.people_seq = self.touch();
    }

    /// Notes that a message appeared, changed or went.
    pub fn touch_message(&mut self, chat: i64, message: i64) {
        let seq = self.touch();
        self.recent.push_back((seq, chat, message));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// Random letters of the kind Telegram uses in identifiers.
    pub fn letters(&mut self, count: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..count).map(|_| char::from(LETTERS[self.dice.random_range(0..LETTERS.len())])).collect()
    }

    /// The next number of a file.
    pub fn file_number(&mut self) -> u64 {
        self.next_file += 1;
        self.next_file
    }

    /// Records a call that a correct bot never makes.
    pub fn violate(&mut self, method: &str, chat_id: Option<i64>, what: &str) {
        let violation = Violation { at: self.now, method: method.into(), chat_id, what: what.into() };
        self.log.violations.push(violation);
        self.touch();
    }

    /// Puts a message into a chat and gives its number. The chat must exist.
    pub fn post(
        &mut self,
        chat: i64,
        from: i64,
        body: Body,
        dress: impl FnOnce(&mut Message),
    ) -> Option<i64> {
        let date = self.date();
        let keep = self.options.keep_last;
        let place = self.chats.get_mut(&chat)?;
        let id = place.next_id();
        let mut message = Message::new(id, date, from, body);
        dress(&mut message);
        place.messages.insert(id, message);
        if keep.is_some_and(|keep| place.messages.len() > keep) {
            place.messages.pop_first();
        }
        self.touch_message(chat, id);
        Some(id)
    }

    /// A message as a Telegram message object; `replies` says whether the one it answers is shown in it.
    pub fn message_json(&self, chat: &Chat, message: &Message, replies: bool) -> Value {
        let mut object = message.object();
        object["chat"] = self.chat_json(chat);
        object["from"] = self.user(message.from);
        if let Some(answered) = message.reply_to.filter(|_| replies).and_then(|id| chat.messages.get(&id)) {
            object["reply_to_message"] = self.message_json(chat, answered, false);
        }
        object
    }

    /// The message with this number, as a Telegram object.
    pub fn message_at(&self, chat: i64, message: i64) -> Option<Value> {
        let chat = self.chats.get(&chat)?;
        Some(self.message_json(chat, chat.messages.get(&message)?, true))
    }

    /// A chat as a Telegram chat object.
    pub fn chat_json(&self, chat: &Chat) -> Value {
        match chat.kind {
            Kind::Private => {
                let mut user = self.user(chat.id);
                if let Some(fields) = user.as_object_mut() {
                    fields.remove("is_bot");
                    fields.remove("language_code");
                }
                user["type"] = json!("private");
                user
            }
            Kind::Group => json!({"id": chat.id, "title": chat.title, "type": "group"}),
            Kind::Supergroup => json!({"id": chat.id, "title": chat.title, "type": "supergroup"}),
        }
    }

    /// Whether the bot sees what anybody writes in this chat.
    pub fn sees_all(&self, chat: &Chat) -> bool {
        // Administrators see everything whatever the privacy mode, core.telegram.org/bots/features#privacy-mode.
        chat.kind == Kind::Private || !self.options.privacy_mode || chat.bot == Standing::Admin
    }
}
