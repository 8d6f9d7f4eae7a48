//! The stage: the platforms, the app on them, and the time that passes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use tempfile::TempDir;

use crate::clock::Clock;
use crate::domain::import::{self, ImportRow, Kind};
use crate::domain::{ChannelKind, Timestamp};
use crate::jobs::tokens;
use crate::random::Random;
use crate::store::Store;
use crate::store::idle::Idle;

use super::platforms::{Mark, Platforms, number};
use super::service::Service;
use super::show::Show;

/// Who there is at the beginning.
const PEOPLE: &str = include_str!("../../../config/demo/people.csv");
/// So long the app may take to come to rest; it takes milliseconds.
const REST_WITHIN: Duration = Duration::from_secs(60);
/// Messages that wait for their turn in a chat come within this; what comes later is a timer's.
const SOON: Duration = Duration::from_secs(3);
/// After so many looks without a call to the platform the clock is moved on by as much.
const HELD: usize = 1;
const NUDGE: Duration = Duration::from_millis(250);

/// The whole app, and who plays with it.
pub struct Stage {
    pub platforms: Platforms,
    pub store: Store,
    pub clock: Clock,
    pub show: Show,
    service: Service,
    names: BTreeMap<i64, String>,
    /// Who is in which group.
    pub groups: BTreeMap<i64, Vec<i64>>,
    /// What stood in a chat when it was shown last, by chat and message.
    pub(super) shown: HashMap<(i64, String), (String, Vec<String>)>,
    /// Long words that were shown in full.
    pub(super) read: HashSet<String>,
    /// So much of what the platforms took was looked at.
    pub(super) looked: Mark,
    /// Chats of which this scene has said on which channel they are.
    pub(super) marked: HashSet<i64>,
    _folder: TempDir,
}

impl Stage {
    /// Puts the platforms, the database and the service up; the clock stands at `at`.
    pub async fn new(at: Timestamp, port: u16, show: Show) -> anyhow::Result<Self> {
        let clock = Clock::by_hand(at);
        let platforms = Platforms::start(&clock, port).await?;
        let folder = tempfile::Builder::new().prefix("loa-demo-").tempdir().context("thư mục tạm")?;
        let url = format!("sqlite://{}", folder.path().join("loa.db").display());
        let store = Store::open(&url, clock.clone(), Random::seeded(7)).await?;
        let service = Service::start(&platforms, &store, &clock).await?;
        Ok(Self {
            platforms,
            store,
            clock,
            show,
            service,
            names: BTreeMap::new(),
            groups: BTreeMap::new(),
            shown: HashMap::new(),
            read: HashSet::new(),
            looked: Mark::default(),
            marked: HashSet::new(),
            _folder: folder,
        })
    }

    /// Ends the service politely, then the platforms.
    pub async fn stop(&mut self) {
        self.service.stop().await;
        self.platforms.stop().await;
    }

    /// Brings the organisation in: into the database as `loa import` does, and onto the platforms.
    pub async fn populate(&mut self) -> anyhow::Result<crate::store::people::ImportReport> {
        let rows = import::parse(PEOPLE).map_err(|faults| anyhow!("config/demo/people.csv: {faults:?}"))?;
        let report = self.store.import(rows.clone(), false).await?;
        for row in rows.iter().filter(|row| row.kind == Kind::Person) {
            self.arrives(row.channel, number(row.channel, &row.chat_id)?, &row.name);
        }
        for row in rows.iter().filter(|row| row.kind == Kind::Group) {
            let group = number(row.channel, &row.chat_id)?;
            let members = members(&rows, row);
            self.platforms.add_group(row.channel, group, &row.name, &members)?;
            self.names.insert(group, row.name.clone());
            self.groups.insert(group, members);
        }
        self.settle().await?;
        Ok(report)
    }

    /// A person installs the app of a channel.
    pub fn arrives(&mut self, channel: ChannelKind, id: i64, name: &str) {
        self.platforms.add_person(channel, id, name);
        self.names.insert(id, name.to_owned());
    }

    /// What a chat or person is called.
    pub fn name(&self, id: i64) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// The same with the channel on which the chat is: the first time in a scene, and always for who has two.
    pub(super) fn chat_name(&mut self, chat: i64) -> String {
        let name = self.name(chat);
        let twice = self.names.values().filter(|other| **other == name).count() > 1;
        match self.marked.insert(chat) || twice {
            false => name,
            true => format!("{name} · {}", self.platforms.channel(chat).name()),
        }
    }

    /// Who does something, and where, unless that is their own chat.
    pub(super) fn person_and_place(&mut self, person: i64, chat: i64) -> (String, String) {
        if person == chat {
            return (self.chat_name(person), String::new());
        }
        (self.name(person), self.chat_name(chat))
    }

    /// Begins a scene at a time.
    pub async fn scene(&mut self, at: Timestamp, title: &str) -> anyhow::Result<()> {
        self.until(at).await?;
        self.marked.clear();
        self.show.heading(self.clock.now(), title);
        Ok(())
    }

    /// Moves the clock on to a time; what becomes due on the way comes about when it is due, and is shown.
    pub async fn until(&mut self, at: Timestamp) -> anyhow::Result<()> {
        while self.clock.now() < at {
            let now = self.clock.now();
            let next = self.next_due().await?.filter(|due| *due > now);
            self.clock.set(next.map_or(at, |due| due.min(at)));
            self.settle().await?;
            // What comes about second by second is one thing to whoever reads.
            let soon = self.clock.now() + Duration::from_secs(60);
            if soon >= at || self.next_due().await?.is_none_or(|due| due > soon) {
                self.show_news();
            }
        }
        self.show_news();
        Ok(())
    }

    /// When the calendar asks for something next, or a message is tried again. The app is at rest: nothing is
    /// due now.
    async fn next_due(&self) -> anyhow::Result<Option<Timestamp>> {
        let rules = &self.service.engine.rules;
        let cases = self.store.see_to_deadlines(rules).await?;
        let notices = self.store.notices_tick(rules.catch_up).await?;
        let queues = match self.store.idle().await? {
            Idle::Until(due) => due,
            Idle::Busy => None,
        };
        let tokens = self.renewal().await?;
        Ok([cases, notices, queues, tokens].into_iter().flatten().min())
    }

    /// When the account's tokens are renewed next; this is now or past while that is under way.
    async fn renewal(&self) -> anyhow::Result<Option<Timestamp>> {
        let tokens = self.store.tokens(ChannelKind::ZaloOa).await?;
        Ok(tokens.map(|tokens| match tokens.access {
            Some(_) => tokens.access_until.before(tokens::AHEAD),
            None => self.clock.now(),
        }))
    }

    /// Lets some minutes pass, to a full one: how many seconds an act took is nobody's business.
    pub async fn minutes(&mut self, minutes: u64) -> anyhow::Result<()> {
        let minute = 60 * 1_000_000;
        let begun = Timestamp(self.clock.now().0 / minute * minute);
        self.until(begun + Duration::from_secs(60 * minutes)).await
    }

    /// Everybody who is there.
    pub fn people(&self) -> Vec<i64> {
        self.names.keys().copied().filter(|id| *id > 0).collect()
    }

    /// Waits for the app and shows what came of it.
    pub async fn news(&mut self) -> anyhow::Result<()> {
        self.settle().await?;
        self.show_news();
        Ok(())
    }

    /// Waits until everything that was said is handled, and everything that follows is sent. Where a message
    /// waits for its turn (a second in a chat), the clock is moved on to it.
    pub(super) async fn settle(&self) -> anyhow::Result<()> {
        let rest = async {
            let mut quiet = 0;
            let (mut held, mut attempts) = (0, 0);
            while quiet < 2 {
                let round = self.service.engine.signals.round_done();
                self.service.wake_all();
                round.await;
                let soon = self.clock.now() + SOON;
                quiet = match self.store.idle().await? {
                    _ if self.platforms.pending() > 0 => 0,
                    _ if self.renewal().await?.is_some_and(|due| due <= self.clock.now()) => 0,
                    Idle::Busy => {
                        // Where nothing moves, the limit over all chats holds messages back: time has to pass.
                        let now = self.platforms.attempts();
                        let still = now == attempts && self.store.under_way().await? == 0;
                        held = if still { held + 1 } else { 0 };
                        attempts = now;
                        if held > HELD {
                            self.clock.advance(NUDGE);
                            held = 0;
                        }
                        0
                    }
                    Idle::Until(Some(due)) if due <= soon => {
                        self.clock.set(due);
                        0
                    }
                    Idle::Until(_) => quiet + 1,
                };
            }
            anyhow::Ok(())
        };
        match tokio::time::timeout(REST_WITHIN, rest).await {
            Ok(result) => result,
            Err(_) => bail!("ứng dụng không dừng lại được sau {} giây", REST_WITHIN.as_secs()),
        }
    }

    /// Fails where the story did not go as it should.
    pub fn expect(&self, holds: bool, what: &str) -> anyhow::Result<()> {
        if holds {
            return Ok(());
        }
        bail!("câu chuyện không diễn ra như mong đợi: {what}")
    }

    /// Fails where the bot did what a platform must refuse.
    pub fn expect_clean(&self) -> anyhow::Result<()> {
        let wrong = self.platforms.violations();
        self.expect(wrong.is_empty(), &format!("nền tảng phải từ chối: {wrong:?}"))
    }
}

/// Who is in a group: the people of its unit and below; of the duty group those of the unit itself.
fn members(rows: &[ImportRow], group: &ImportRow) -> Vec<i64> {
    let (own, below) = (group.unit.to_string(), format!("{} /", group.unit));
    let people = rows.iter().filter(|row| row.kind == Kind::Person);
    let inside = people.filter(|row| {
        let unit = row.unit.to_string();
        unit == own || (group.role.is_none() && unit.starts_with(&below))
    });
    let mut members: Vec<i64> = inside.filter_map(|row| number(row.channel, &row.chat_id).ok()).collect();
    members.dedup();
    members
}
