//! A house whose people are on all four channels, some of them on two.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use loa::app::run::Running;
use loa::clock::Clock;
use loa::domain::chase::Chases;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::jobs::Engine;
use loa::random::Random;
use loa::store::Store;
use loa::store::idle::Idle;
use tokio_util::sync::CancellationToken;

use crate::doors::{engine, listens, pushed};
use crate::engines::Database;
use crate::logged;
use crate::platforms::{self, Platform, Said};

/// Somebody on the list: what they are called on every platform, and the channel on which they are listed.
pub struct Listed {
    pub who: String,
    pub name: String,
    pub role: Role,
    pub unit: String,
    pub on: ChannelKind,
}

pub struct House {
    pub store: Store,
    pub clock: Clock,
    channels: BTreeMap<ChannelKind, (Box<dyn Platform>, Engine)>,
    running: Option<Running>,
    _database: Database,
}

impl House {
    /// With these people, who have said hello; `None` where the servers that mails need are not installed.
    pub async fn new(database: Database, chases: Chases, people: &[Listed]) -> Option<Self> {
        logged::begin();
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let store = Store::open(&database.url, clock.clone(), Random::seeded(7)).await.expect("a store");
        let store = store.chasing(chases);
        let mut channels: BTreeMap<ChannelKind, (Box<dyn Platform>, Engine)> = BTreeMap::new();
        for kind in ChannelKind::ALL {
            let (platform, channel) = platforms::start(kind, &clock).await?;
            if let Some(refresh) = platform.first_token() {
                store.enter_refresh_token(kind, refresh.into()).await.expect("entered");
            }
            let own = engine(channel.clone(), &store, &clock).await;
            let engine = match channels.values().next() {
                Some((_, first)) => Engine { links: own.links, ..first.beside(channel, own.limits, 8) },
                None => own,
            };
            channels.insert(kind, (platform, engine));
        }
        let mut house = Self { store, clock, channels, running: None, _database: database };
        house.start().await;
        let row = |one: &Listed| ImportRow {
            line: 2,
            unit: one.unit.parse().expect("a path"),
            name: one.name.clone(),
            role: Some(one.role),
            channel: one.on,
            chat_id: house.on(one.on).id(&one.who),
            kind: Kind::Person,
        };
        for one in people {
            house.on(one.on).add_user(&one.who, &one.name);
        }
        let report = house.store.import(people.iter().map(row).collect(), false).await.expect("an import");
        assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
        // Nobody can be written to on a platform before they have written; a mailbox takes what comes.
        for one in people.iter().filter(|one| one.on != ChannelKind::Email) {
            house.on(one.on).say(&one.who, "/start");
        }
        house.settled().await;
        Some(house)
    }

    pub fn on(&self, kind: ChannelKind) -> &dyn Platform {
        &*self.channels[&kind].0
    }

    /// Starts the service, as after a restart of the machine.
    pub async fn start(&mut self) {
        let stop = CancellationToken::new();
        let mut all = Vec::new();
        for (platform, engine) in self.channels.values_mut() {
            engine.stop = stop.clone();
            let webhook = match platform.only_pushes().map(pushed) {
                Some(mut push) => Some(listens(&mut push, &**platform).await),
                None => None,
            };
            all.push((engine.clone(), webhook));
        }
        let (first, webhook) = all.remove(0);
        self.running = Some(Running::start_channels(first, webhook, all, Arc::new([])).await);
    }

    /// Ends the service as a kill does: nothing is finished, nothing given back.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.abandon();
        }
    }

    /// Lets a moment go by, in which everybody looks at what there is.
    pub async fn a_moment(&self) {
        let round = self.channels.values().next().expect("a channel").1.signals.round_done();
        self.channels.values().for_each(|(_, engine)| engine.signals.wake_all());
        round.await;
        self.clock.advance(Duration::from_millis(100));
    }

    /// Lets time go by until something is so.
    pub async fn until(&self, what: &str, so: impl Fn() -> bool) {
        let waiting = async {
            while !so() {
                self.a_moment().await;
            }
        };
        let done = tokio::time::timeout(Duration::from_secs(60), waiting).await;
        assert!(done.is_ok(), "it does not come about: {what}");
    }

    /// Waits until everything that was said is handled and what follows is sent, as far as its time has come.
    pub async fn settled(&self) {
        let waiting = async {
            let mut quiet = 0;
            while quiet < 2 {
                self.a_moment().await;
                let soon = self.clock.now() + Duration::from_secs(3);
                let pending: usize = self.channels.values().map(|(platform, _)| platform.pending()).sum();
                quiet = match self.store.idle().await.expect("the queues") {
                    _ if pending > 0 => 0,
                    Idle::Busy => 0,
                    Idle::Until(Some(due)) if due <= soon => 0,
                    Idle::Until(_) => quiet + 1,
                };
            }
        };
        let done = tokio::time::timeout(Duration::from_secs(120), waiting).await;
        assert!(done.is_ok(), "the house does not come to rest: {:?}", self.store.idle().await);
    }

    /// What the bot said to a person on a channel that holds these words.
    pub fn heard(&self, kind: ChannelKind, who: &str, words: &str) -> Vec<Said> {
        let chat = self.on(kind).chat(who);
        chat.into_iter().filter(|said| said.by_bot && said.text.contains(words)).collect()
    }

    /// What every scene ends with: nothing that a platform does not permit, nothing set aside.
    pub async fn ends_well(&self) {
        for (platform, _) in self.channels.values() {
            let wrong = platform.violations();
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
        let aside = self.store.updates_set_aside().await.expect("a list");
        assert!(aside.is_empty(), "{aside:?}");
    }
}
