//! Random traffic through the store and the pacer, killed again and again: no window of the platform's ever
//! holds more than the limit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loa::clock::Clock;
use loa::conversation::incoming::{ExternalChat, Message, Sender};
use loa::conversation::{ChatKind, Context, Incoming, Need, Reply, Rules, Turn, What};
use loa::domain::{ChannelKind, Timestamp};
use loa::jobs::pacing::{LaneLimit, Limits, Pacer};
use loa::random::Random;
use loa::store::Store;
use loa::store::claim::Claimed;
use loa::store::settle::{Outcome, Settled};
use proptest::prelude::*;

use crate::engines::Database;

const CHANNEL: ChannelKind = ChannelKind::Telegram;
const LIMITS: Limits = Limits {
    per_second: 6,
    per_chat_per_second: 1,
    per_group_per_minute: 5,
    lanes: [
        LaneLimit { per_second: 5, share: 0 },
        LaneLimit { per_second: 0, share: 20 },
        LaneLimit { per_second: 0, share: 10 },
    ],
    ..Limits::NONE
};
/// The chats; those before are groups.
const CHATS: u8 = 12;
const GROUPS: u8 = 3;

/// What happens next: after how long, to which chat something is said, how long the platform takes, and how
/// it ends.
type Step = (u16, u8, u16, u8);

fn echo(ctx: &Context<'_>) -> Result<Turn, Need> {
    Ok(Turn::default().and(Reply::here(ctx.incoming.text())))
}

/// A message on its way.
struct Call {
    message: Claimed,
    arrives: Timestamp,
    answered: Timestamp,
    fate: u8,
}

struct Traffic {
    store: Store,
    clock: Clock,
    pacer: Arc<Mutex<Pacer>>,
    under_way: Vec<Call>,
    settled: Vec<Settled>,
    /// What the platform took: when, and for which chat.
    arrived: Vec<(i64, i64)>,
    _database: Database,
}

impl Traffic {
    async fn new() -> Self {
        let database = Database::sqlite();
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let store = Store::open(&database.url, clock.clone(), Random::seeded(1)).await.expect("a store");
        let lasts = Duration::from_secs(30 * 24 * 3600);
        assert!(store.take_lease("worker", "me", lasts).await.expect("a lease"));
        let pacer = Arc::new(Mutex::new(Pacer::new(LIMITS)));
        Self {
            store,
            clock,
            pacer,
            under_way: Vec::new(),
            settled: Vec::new(),
            arrived: Vec::new(),
            _database: database,
        }
    }

    async fn says(&self, chat: u8) {
        let group = chat < GROUPS;
        let id = if group { format!("-{}", 100 + chat) } else { format!("{chat}") };
        let incoming = Incoming {
            channel: CHANNEL,
            chat: ExternalChat {
                id,
                kind: if group { ChatKind::Group } else { ChatKind::Private },
                title: "Lan".to_owned(),
            },
            from: Some(Sender { id: "7".to_owned(), name: "Lan".to_owned() }),
            at: self.clock.now(),
            what: What::Message(Message { text: "hỏi".into(), addressed: true, ..Message::default() }),
        };
        self.store.take_turn(incoming, Arc::new(Rules::default()), echo).await.expect("a turn");
    }

    /// What the platform has answered by now.
    fn answers(&mut self) {
        let now = self.clock.now();
        self.under_way.sort_by_key(|call| call.answered);
        while self.under_way.first().is_some_and(|call| call.answered <= now) {
            let Call { message, arrives, answered, fate } = self.under_way.remove(0);
            self.arrived.push((arrives.0, message.chat.0));
            self.pacer.lock().expect("a pacer").answered(&message, answered);
            let why = "as asked".to_owned();
            let outcome = match fate {
                0 => Outcome::Again { at: now, why },
                1 => Outcome::Unknown { at: now, why },
                _ => Outcome::Sent { external_id: "1".to_owned(), files: Vec::new() },
            };
            self.settled.push(Settled { message, outcome });
        }
    }

    async fn exchange(&mut self, latency: u16, fate: u8) {
        let settled = std::mem::take(&mut self.settled);
        let lease = ("worker", "me".to_owned());
        let exchange =
            self.store.exchange(CHANNEL, lease, settled, 20, self.pacer.clone()).await.expect("an exchange");
        self.pacer.lock().expect("a pacer").claimed(&exchange.claimed);
        let now = self.clock.now();
        for (number, message) in (0_u64..).zip(exchange.claimed) {
            let latency = u64::from(latency) + number * 7;
            let arrives = now + Duration::from_millis(latency * u64::from(fate) / 16);
            let answered = now + Duration::from_millis(latency);
            self.under_way.push(Call { message, arrives, answered, fate: fate % 8 });
        }
    }

    /// Killed, and begun anew: outcomes that were not kept are lost, calls that had not arrived are not made.
    async fn restart(&mut self) {
        let now = self.clock.now();
        self.settled.clear();
        for call in std::mem::take(&mut self.under_way) {
            if call.arrives <= now {
                self.arrived.push((call.arrives.0, call.message.chat.0));
            }
        }
        self.store.recover(CHANNEL).await.expect("recovered");
        let mut pacer = Pacer::new(LIMITS);
        let since = now.before(Duration::from_secs(61));
        let sent = self.store.sent_since(CHANNEL, since).await.expect("what was sent");
        sent.into_iter().for_each(|sent| pacer.remember(sent));
        self.pacer = Arc::new(Mutex::new(pacer));
    }
}

async fn play(steps: Vec<Step>) -> (Vec<(i64, i64)>, Vec<i64>) {
    let mut traffic = Traffic::new().await;
    for chat in 0..CHATS {
        traffic.says(chat).await;
    }
    for (gap, chat, latency, fate) in steps {
        traffic.clock.advance(Duration::from_millis(u64::from(gap)));
        if chat < CHATS {
            traffic.says(chat).await;
        }
        traffic.answers();
        traffic.exchange(latency, fate).await;
        if chat == CHATS {
            traffic.restart().await;
        }
    }
    let people = traffic.store.sent_since(CHANNEL, Timestamp(0)).await.expect("what was sent");
    let groups = people.into_iter().filter(|sent| sent.group).map(|sent| sent.chat.0).collect();
    (traffic.arrived, groups)
}

fn most_within(mut at: Vec<i64>, span: Duration) -> usize {
    at.sort_unstable();
    let span = i64::try_from(span.as_micros()).expect("short");
    let mut first = 0;
    let mut most = 0;
    for last in 0..at.len() {
        while at[last] - at[first] >= span {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_window_of_the_platform_holds_more_than_the_limit(
        steps in prop::collection::vec((0_u16..400, 0..CHATS + 2, 0_u16..900, 0_u8..16), 40..160)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (arrived, groups) = runtime.block_on(play(steps));
        let all: Vec<i64> = arrived.iter().map(|(at, _)| *at).collect();
        prop_assert!(most_within(all, Duration::from_secs(1)) <= 6);
        let mut chats: HashMap<i64, Vec<i64>> = HashMap::new();
        arrived.iter().for_each(|(at, chat)| chats.entry(*chat).or_default().push(*at));
        for (chat, at) in chats {
            prop_assert!(most_within(at.clone(), Duration::from_secs(1)) <= 1, "chat {chat}");
            let group = groups.contains(&chat);
            prop_assert!(!group || most_within(at, Duration::from_secs(60)) <= 5, "group {chat}");
        }
    }
}
