//! Conversation and store on a real database, without a platform: what would be sent is taken out by hand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loa::clock::Clock;
use loa::conversation::incoming::{ExternalChat, Message, Press, Sender};
use loa::conversation::{ChatKind, Incoming, Rules, What, step};
use loa::domain::content::{Button, Content};
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::jobs::pacing::{Limits, Pacer};
use loa::random::Random;
use loa::store::Store;
use loa::store::settle::{Outcome, Settled};

use crate::engines::Database;

pub const CHANNEL: ChannelKind = ChannelKind::Telegram;
const NO_LIMITS: Limits = Limits::NONE;
/// Longer than any scene lasts on its clock.
const LEASE: Duration = Duration::from_secs(30 * 24 * 3600);

pub struct Office {
    pub store: Store,
    pub clock: Clock,
    pacer: Arc<Mutex<Pacer>>,
    messages: AtomicUsize,
    pub database: Database,
}

impl Office {
    /// At eight on a Monday morning, with the people of a list.
    pub async fn new(database: Database, list: Vec<ImportRow>) -> Self {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let store = Store::open(&database.url, clock.clone(), Random::seeded(1)).await.expect("a store");
        assert!(store.take_lease("worker", "me", LEASE).await.expect("a lease"));
        store.import(list, false).await.expect("an import");
        let pacer = Arc::new(Mutex::new(Pacer::new(NO_LIMITS)));
        Self { store, clock, pacer, messages: AtomicUsize::new(0), database }
    }

    /// Something comes in; gives what would be sent then.
    pub async fn happens(&self, chat: &str, who: &str, what: What) -> Vec<Content> {
        let kind = if chat.starts_with('-') { ChatKind::Group } else { ChatKind::Private };
        let incoming = Incoming {
            channel: CHANNEL,
            chat: ExternalChat { id: chat.to_owned(), kind, title: format!("chat {chat}") },
            from: Some(Sender { id: who.to_owned(), name: "Chị Nga".to_owned() }),
            at: self.clock.now(),
            what,
        };
        let rules = Rules { bot_username: "loa_bot".to_owned(), ..Rules::default() };
        self.store.take_turn(incoming, Arc::new(rules), step).await.expect("a turn");
        self.outbox().await
    }

    /// A message with an id of its own.
    pub fn message(&self, text: &str) -> Message {
        let id = self.messages.fetch_add(1, Ordering::Relaxed).to_string();
        Message { id, text: text.to_owned(), addressed: true, ..Message::default() }
    }

    pub async fn says(&self, chat: &str, who: &str, text: &str) -> Vec<Content> {
        self.happens(chat, who, What::Message(self.message(text))).await
    }

    /// Presses the newest button under `shown` whose label contains `label`.
    pub async fn presses(&self, chat: &str, who: &str, shown: &[Content], label: &str) -> Vec<Content> {
        let buttons = shown.iter().rev().flat_map(|content| content.buttons.iter().flatten());
        let data = buttons.into_iter().find_map(|button| match button {
            Button::Press { label: l, data } if l.contains(label) => Some(data.clone()),
            _ => None,
        });
        let data = data.unwrap_or_else(|| panic!("no button {label} under {shown:?}"));
        let press = Press { id: "1".to_owned(), data, message: Some("7".to_owned()) };
        self.happens(chat, who, What::Press(press)).await
    }

    /// Everything that waits, as if it had been sent.
    pub async fn outbox(&self) -> Vec<Content> {
        let (mut contents, mut settled) = (Vec::new(), Vec::new());
        loop {
            let lease = ("worker", "me".to_owned());
            let exchange = self.store.exchange(CHANNEL, lease, settled, 100, self.pacer.clone()).await;
            let claimed = exchange.expect("an exchange").claimed;
            if claimed.is_empty() {
                return contents;
            }
            settled = Vec::new();
            for message in claimed {
                contents.push(self.store.payload(message.payload).await.expect("a payload"));
                let outcome = Outcome::Sent { external_id: "7".to_owned(), files: Vec::new() };
                settled.push(Settled { message, outcome });
            }
        }
    }
}

/// A line of a list: a group where the chat's id says so.
pub fn row(line: u64, unit: &str, name: &str, role: Option<Role>, chat_id: &str) -> ImportRow {
    let kind = if chat_id.starts_with('-') { Kind::Group } else { Kind::Person };
    let (unit, name, chat_id) = (unit.parse().expect("a path"), name.to_owned(), chat_id.to_owned());
    ImportRow { line, unit, name, role, channel: CHANNEL, chat_id, kind }
}
