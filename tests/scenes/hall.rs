//! One small organisation whose people are all on one channel, whichever that is: what they see and do is the same.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use loa::app::run::Running;
use loa::clock::Clock;
use loa::config::PushTo;
use loa::domain::ids::NoticeId;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::jobs::Engine;
use loa::jobs::pacing::Limits;
use loa::random::Random;
use loa::store::Store;
use loa::store::idle::Idle;
use loa::store::people::NewInvite;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use crate::doors::{engine, listens, pushed};
use crate::engines::Database;
use crate::logged;
use crate::platforms::{self, Platform};

pub const PROVINCE: &str = "Tỉnh Mường Lam";
pub const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";

/// Who is there, by name; their ids are the channel's.
pub const PEOPLE: [(&str, &str, Role, &str); 6] = [
    ("dung", "Anh Dũng", Role::Admin, PROVINCE),
    ("hanh", "Chị Hạnh", Role::Editor, PROVINCE),
    ("quang", "Anh Quang", Role::Approver, PROVINCE),
    ("tuan", "Anh Tuấn", Role::Duty, PROVINCE),
    ("nga", "Chị Nga", Role::Staff, WARD),
    ("lan", "Chị Lan", Role::Reporter, WARD),
];
/// On the platform, and on no list.
const STRANGER: (&str, &str) = ("hoa", "Chị Hoa");

/// The organisation at five past eight on a Monday, and what was said in its chats before.
pub struct Hall {
    pub platform: Box<dyn Platform>,
    pub store: Store,
    pub clock: Clock,
    pub engine: Engine,
    running: Option<Running>,
    /// Another channel in the same house, to which people may link themselves.
    pub second: Option<(Box<dyn Platform>, Engine)>,
    /// How updates come in at the next start; `None` has loa ask for them.
    pub push: Option<PushTo>,
    token: String,
    before: BTreeMap<&'static str, String>,
    pub database: Database,
}

impl Hall {
    pub async fn new(kind: ChannelKind, database: Database) -> Self {
        Self::open(kind, database).await.expect("a stand-in")
    }

    /// The same; `None` where the servers that the channel needs are not installed, which is said.
    pub async fn open(kind: ChannelKind, database: Database) -> Option<Self> {
        logged::begin();
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let (platform, channel) = platforms::start(kind, &clock).await?;
        let store = Store::open(&database.url, clock.clone(), Random::seeded(7)).await.expect("a store");
        if let Some(refresh) = platform.first_token() {
            store.enter_refresh_token(kind, refresh.into()).await.expect("entered");
        }
        let engine = engine(channel, &store, &clock).await;
        let token = platform.token();
        let mut hall = Self {
            platform,
            store,
            clock,
            engine,
            running: None,
            second: None,
            push: None,
            token,
            before: BTreeMap::new(),
            database,
        };
        if let Some(secret) = hall.platform.only_pushes().map(str::to_owned) {
            hall.begin_to_push(&secret);
        }
        hall.start().await;
        for (who, name, ..) in PEOPLE {
            hall.platform.add_user(who, name);
        }
        hall.platform.add_user(STRANGER.0, STRANGER.1);
        hall.enlist(&PEOPLE).await;
        for (who, ..) in PEOPLE {
            hall.platform.say(who, "/start");
        }
        hall.settled().await;
        hall.clock.set(Timestamp::vietnam(2026, 11, 23, 8, 5));
        hall.settled().await;
        hall.before = PEOPLE.iter().map(|(who, ..)| (*who, hall.platform.transcript(who))).collect();
        Some(hall)
    }

    /// The stranger is put on the office's list, and has not said hello.
    pub async fn enlists(&self, role: Role, unit: &str) {
        self.enlist(&[(STRANGER.0, STRANGER.1, role, unit)]).await;
    }

    async fn enlist(&self, people: &[(&str, &str, Role, &str)]) {
        let row = |(who, name, role, unit): &(&str, &str, Role, &str)| ImportRow {
            line: 2,
            unit: unit.parse().expect("a path"),
            name: (*name).to_owned(),
            role: Some(*role),
            channel: self.engine.channel.kind(),
            chat_id: self.platform.id(who),
            kind: Kind::Person,
        };
        let report = self.store.import(people.iter().map(row).collect(), false).await.expect("an import");
        assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
    }

    /// Starts the service, as after a restart of the machine.
    pub async fn start(&mut self) {
        self.engine.stop = CancellationToken::new();
        let webhook = match &mut self.push {
            Some(push) => Some(listens(push, &*self.platform).await),
            None => None,
        };
        let mut beside = Vec::new();
        if let Some((platform, engine)) = &mut self.second {
            engine.stop = self.engine.stop.clone();
            let webhook = match platform.only_pushes().map(pushed) {
                Some(mut push) => Some(listens(&mut push, &**platform).await),
                None => None,
            };
            beside.push((engine.clone(), webhook));
        }
        let running = Running::start_channels(self.engine.clone(), webhook, beside, Arc::new([])).await;
        self.running = Some(running);
    }

    /// From the next start on updates are pushed.
    pub fn begin_to_push(&mut self, secret: &str) {
        self.push = Some(pushed(secret));
    }

    /// Ends the service as a kill does: nothing is finished, nothing given back.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.abandon();
        }
    }

    /// People on Telegram, in a house that has a bot on Zalo as well.
    pub async fn with_zalo_beside(database: Database) -> Self {
        Self::with_beside(ChannelKind::ZaloBot, database).await.expect("a stand-in")
    }

    /// The same with any other channel beside; `None` where the servers that it needs are not installed.
    pub async fn with_beside(kind: ChannelKind, database: Database) -> Option<Self> {
        let mut hall = Self::new(ChannelKind::Telegram, database).await;
        hall.stop().await;
        let (zalo, channel) = platforms::start(kind, &hall.clock).await?;
        if let Some(refresh) = zalo.first_token() {
            hall.store.enter_refresh_token(kind, refresh.into()).await.expect("entered");
        }
        for (who, name, ..) in PEOPLE {
            zalo.add_user(who, name);
        }
        let limits = Limits { per_month: 3000, reserve: 300, ..Limits::NONE };
        let engine = hall.engine.beside(channel, limits, 8);
        hall.second = Some((zalo, engine));
        hall.start().await;
        Some(hall)
    }

    pub fn beside(&self) -> &dyn Platform {
        &*self.second.as_ref().expect("a second channel").0
    }

    /// The same person says something over the other channel.
    pub async fn says_beside(&self, who: &str, text: &str) -> String {
        self.beside().say(who, text);
        self.settled().await;
        self.beside().chat(who).last().map(|said| said.text.clone()).unwrap_or_default()
    }

    /// Whether anything over the other channel says this.
    pub fn heard_beside(&self, who: &str, words: &str) -> bool {
        self.beside().chat(who).iter().any(|said| said.by_bot && said.text.contains(words))
    }

    pub fn story_beside(&self, who: &str) -> String {
        self.beside().transcript(who)
    }

    /// Ends the service politely.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Waits until everything that was said is handled and everything that follows is sent. Where a message waits for
    /// its turn, the clock is moved on to it.
    pub async fn settled(&self) {
        let waiting = async {
            let mut quiet = 0;
            while quiet < 2 {
                let round = self.engine.signals.round_done();
                self.wake_all();
                round.await;
                let soon = self.clock.now() + Duration::from_secs(3);
                quiet = match self.store.idle().await.expect("the queues") {
                    // What could not be pushed comes again by the clock.
                    _ if self.pending() > 0 && self.push.is_some() => {
                        self.clock.advance(Duration::from_millis(250));
                        0
                    }
                    _ if self.pending() > 0 => 0,
                    Idle::Busy => {
                        self.clock.advance(Duration::from_millis(20));
                        0
                    }
                    Idle::Until(Some(due)) if due <= soon => {
                        self.clock.set(due);
                        0
                    }
                    Idle::Until(_) => quiet + 1,
                };
            }
        };
        if tokio::time::timeout(Duration::from_secs(30), waiting).await.is_err() {
            let idle = self.store.idle().await;
            panic!("the app does not come to rest ({idle:?}):\n{}", self.platform.render_all());
        }
    }

    fn wake_all(&self) {
        self.engine.signals.wake_all();
        self.second.iter().for_each(|(_, engine)| engine.signals.wake_all());
    }

    fn pending(&self) -> usize {
        self.platform.pending() + self.second.iter().map(|(platform, _)| platform.pending()).sum::<usize>()
    }

    /// Lets a moment go by, in which everybody looks at what there is.
    pub async fn a_moment(&self) {
        let round = self.engine.signals.round_done();
        self.wake_all();
        round.await;
        self.clock.advance(Duration::from_millis(100));
    }

    /// Lets time go by until something is so.
    pub async fn until(&self, so: impl Fn() -> bool) {
        let waiting = async {
            while !so() {
                self.a_moment().await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(30), waiting).await.is_err() {
            panic!("it does not come about:\n{}", self.platform.render_all());
        }
    }

    /// The bot's token, as the configuration has it.
    pub fn token(&self) -> String {
        self.token.clone()
    }

    /// Moves the clock and waits for what follows.
    pub async fn later(&self, by: Duration) {
        self.clock.advance(by);
        self.settled().await;
    }

    /// A person writes to the bot; gives the last thing that is in their chat then.
    pub async fn says(&self, who: &str, text: &str) -> String {
        self.platform.say(who, text);
        self.settled().await;
        self.last(who)
    }

    pub async fn sends_photo(&self, who: &str, bytes: Vec<u8>, caption: &str) -> String {
        self.platform.photo(who, bytes, caption);
        self.settled().await;
        self.last(who)
    }

    /// A person chooses what is offered under this label: by a tap, or by its number in the latest list that has it.
    pub async fn chooses(&self, who: &str, label: &str) -> String {
        self.platform.choose(who, label);
        self.settled().await;
        self.last(who)
    }

    /// The same by its words, where there is no tap.
    pub async fn answers(&self, who: &str, label: &str) -> String {
        self.platform.answer(who, label);
        self.settled().await;
        self.last(who)
    }

    /// What the bot said last, or the last note that passed by.
    pub fn last(&self, who: &str) -> String {
        let chat = self.platform.chat(who);
        chat.last().map(|said| said.text.clone()).unwrap_or_default()
    }

    /// Whether anything in a chat says this.
    pub fn heard(&self, who: &str, words: &str) -> bool {
        self.platform.chat(who).iter().any(|said| said.by_bot && said.text.contains(words))
    }

    /// What was said in a chat since the organisation was set up.
    pub fn story(&self, who: &str) -> String {
        let all = self.platform.transcript(who);
        let before = self.before.get(who).map_or("", String::as_str);
        all.strip_prefix(before).unwrap_or(&all).to_owned()
    }

    /// The stories of several people, one below the other.
    pub fn stories(&self, people: &[&str]) -> String {
        let mut out = String::new();
        for who in people {
            let title = PEOPLE.iter().find(|(id, ..)| id == who).map_or(STRANGER.1, |(_, name, ..)| name);
            out.push_str(&format!("── {title} ──\n{}\n", self.story(who)));
        }
        out
    }

    /// The newest case code in a chat.
    pub fn code(&self, who: &str) -> String {
        let all = self.platform.transcript(who);
        let at = all.rfind("ML-2026-").unwrap_or_else(|| panic!("no case code in:\n{all}"));
        all[at..at + "ML-2026-0001".len()].to_owned()
    }

    pub async fn case(&self, code: &str) -> loa::store::incident::Shown {
        self.store.show_incident(code).await.expect("a look").unwrap_or_else(|| panic!("no case {code}"))
    }

    /// How many have confirmed a notice.
    pub async fn confirmed(&self, id: NoticeId) -> i64 {
        let shown = self.store.notice_show(id).await.expect("the store").expect("a notice");
        shown.edition.expect("an edition").counts.confirmed
    }

    /// Makes an invite, as the command line does.
    pub async fn invite(&self, unit: &str, role: Role) -> String {
        let unit = self.store.find_units(unit).await.expect("units")[0].0;
        let expires = self.clock.now() + Duration::from_secs(3600);
        let new = NewInvite { unit, role, uses: 1, expires, by: None };
        let (_, token) = self.store.create_invite(new).await.expect("an invite");
        token.expose_secret().to_owned()
    }

    /// How a transcript of this channel is called.
    pub fn titled(&self, scene: &str) -> String {
        format!("{scene}@{}", self.engine.channel.kind().code())
    }

    /// What every scene ends with: nothing refused, nothing set aside.
    pub async fn ends_well(&self) {
        let wrong = self.platform.violations();
        assert!(wrong.is_empty(), "{wrong:#?}");
        let aside = self.store.updates_set_aside().await.expect("a list");
        assert!(aside.is_empty(), "{aside:?}");
    }
}

/// `on_every_channel! { async fn a_scene(hall: Hall) { … } }`: a test on each channel, each with a transcript of its
/// own; where there are no buttons on both engines, since what is answered is looked up in the database.
#[macro_export]
macro_rules! on_every_channel {
    ($($(#[$doc:meta])* async fn $name:ident(mut $hall:ident: Hall) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a scene need not use all that its file brings in")]
            use super::*;
            use loa::domain::ChannelKind;
            use $crate::engines::Database;
            use $crate::hall::Hall;

            async fn scene(#[allow(unused_mut, reason = "not every scene restarts it")] mut $hall: Hall) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_telegram() {
                scene(Hall::new(ChannelKind::Telegram, Database::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_a_zalo_bot() {
                scene(Hall::new(ChannelKind::ZaloBot, Database::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_a_zalo_bot_with_postgres() {
                if let Some(database) = Database::postgres().await {
                    scene(Hall::new(ChannelKind::ZaloBot, database).await).await;
                }
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_an_official_account() {
                scene(Hall::new(ChannelKind::ZaloOa, Database::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn by_mail() {
                if let Some(hall) = Hall::open(ChannelKind::Email, Database::sqlite()).await {
                    scene(hall).await;
                }
            }
        }
    )+};
}
