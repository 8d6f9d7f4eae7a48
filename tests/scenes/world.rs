//! The whole app on the practice platform: real HTTP, a real database, a clock set by hand.

use std::sync::Arc;
use std::time::Duration;

use loa::app::run::Running;
use loa::app::webhook::Webhook;
use loa::channel::telegram::Telegram;
use loa::clock::Clock;
use loa::config::PushTo;
use loa::conversation::Rules;
use loa::domain::Timestamp;
use loa::jobs::alarms::Outlets;
use loa::jobs::pacing::Limits;
use loa::jobs::{Engine, Signals};
use loa::random::Random;
use loa::sandbox::{Options, Sandbox, Seen};
use loa::store::Store;
use loa::store::idle::Idle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::engines::Database;
use crate::logged;

/// The app, the platform, and the people.
pub struct World {
    pub sandbox: Sandbox,
    pub store: Store,
    pub clock: Clock,
    pub engine: Engine,
    running: Option<Running>,
    /// Where alarms are told besides in chat.
    pub outlets: Outlets,
    pub database: Database,
    /// How updates come in at the next start; `None` has loa ask for them.
    pub push: Option<PushTo>,
}

/// The limits that the practice platform enforces by default, obeyed.
pub const LIMITS: Limits = Limits::TELEGRAM;

impl World {
    /// An empty organisation at eight on a Monday morning, with a conversation and rules of the test's own.
    pub async fn with(database: Database, step: loa::store::turn::Step, rules: Rules) -> Self {
        logged::begin();
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let reads = clock.clone();
        let mut options = Options::new(Arc::new(move || reads.now().0));
        options.limits = Some(loa::sandbox::Limits::default());
        let sandbox = Sandbox::start(options).await.expect("a practice platform");
        let store = Store::open(&database.url, clock.clone(), Random::seeded(7)).await.expect("a store");
        let engine = engine(&sandbox, &store, &clock, step, rules);
        let mut world = Self {
            sandbox,
            store,
            clock,
            engine,
            running: None,
            outlets: Arc::new([]),
            database,
            push: None,
        };
        world.start().await;
        world
    }

    /// Starts the service, as after a restart of the machine.
    pub async fn start(&mut self) {
        self.engine.stop = CancellationToken::new();
        let webhook = self.webhook().await;
        let running = Running::start_taking(self.engine.clone(), self.outlets.clone(), webhook).await;
        self.running = Some(running);
    }

    /// A place to which updates are pushed, at an address of its own at every start.
    pub async fn webhook(&mut self) -> Option<Webhook> {
        let push = self.push.as_mut()?;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        push.url = format!("http://{}{}", listener.local_addr().expect("an address"), push.path);
        Some(Webhook::over(listener, push))
    }

    /// Ends the service as a kill does: nothing is finished, nothing given back.
    pub fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.abandon();
        }
    }

    /// Ends the service politely.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Waits until everything that was said is handled and everything that follows is sent.
    /// Where a message waits for its turn (a second in a chat), the clock is moved on to it.
    pub async fn settled(&self) {
        let bound = Duration::from_secs(30);
        let waiting = async {
            let (mut quiet, mut held_up) = (0, 0);
            while quiet < 2 {
                let rounds = self.engine.signals.round_done();
                self.engine.signals.wake_all();
                rounds.await;
                let idle = self.store.idle().await.expect("the queues");
                let soon = self.clock.now() + Duration::from_secs(3);
                // Busy, and yet nothing is under way: the limit over all chats holds it up.
                let still = idle == Idle::Busy && self.store.under_way().await.expect("the queues") == 0;
                held_up = if still { held_up + 1 } else { 0 };
                if held_up > 3 {
                    self.clock.advance(Duration::from_millis(20));
                }
                quiet = match idle {
                    _ if self.sandbox.pending_updates() > 0 => 0,
                    Idle::Busy => 0,
                    Idle::Until(Some(due)) if due <= soon => {
                        self.clock.set(due);
                        0
                    }
                    Idle::Until(_) => quiet + 1,
                };
            }
        };
        if tokio::time::timeout(bound, waiting).await.is_err() {
            let idle = self.store.idle().await;
            let pending = self.sandbox.pending_updates();
            panic!(
                "the app does not come to rest ({idle:?}, {pending} updates):\n{}",
                self.sandbox.render_all()
            );
        }
    }

    /// Moves the clock and waits for what follows.
    pub async fn later(&self, by: Duration) {
        self.clock.advance(by);
        self.settled().await;
    }

    /// Does `work` while time goes by: notices are spread evenly over it, so that at a clock that stands still
    /// none would follow the first.
    pub async fn in_time<T>(&self, work: impl Future<Output = T>) -> T {
        let passes = async {
            loop {
                self.engine.signals.round_done().await;
                self.clock.advance(Duration::from_millis(100));
            }
        };
        tokio::select! {
            done = work => done,
            () = passes => unreachable!("time does not end"),
        }
    }

    /// Lets time go by until something is so.
    pub async fn until_so(&self, what: &str, so: impl Fn(&Sandbox) -> bool) {
        let waiting = async {
            while !so(&self.sandbox) {
                let rounds = self.engine.signals.round_done();
                self.engine.signals.wake_all();
                rounds.await;
                self.clock.advance(Duration::from_millis(20));
            }
        };
        // Long, for a machine that has much else to do.
        if tokio::time::timeout(Duration::from_secs(120), waiting).await.is_err() {
            panic!("{what} does not come:\n{}", self.sandbox.render_all());
        }
    }

    /// Lets time go by until a chat's live count says that a notice has gone out.
    pub async fn until_sent(&self, chat: i64) {
        self.until_so("the end of a notice", |sandbox| {
            sandbox.chat(chat).iter().any(|seen| seen.text.contains("Đã gửi xong"))
        })
        .await;
        self.settled().await;
    }

    /// A person writes to the bot in private; gives the last thing that is in the chat then.
    pub async fn says(&self, person: i64, text: &str) -> Seen {
        self.says_in(person, person, text).await
    }

    /// A person writes in a chat.
    pub async fn says_in(&self, person: i64, chat: i64, text: &str) -> Seen {
        self.sandbox.say(person, chat, text);
        self.settled().await;
        self.last(chat)
    }

    /// A person presses the newest button in a chat whose label contains `label`. Gives the note that
    /// answered the press.
    pub async fn presses(&self, person: i64, chat: i64, label: &str) -> String {
        let (message, exact) = self
            .sandbox
            .chat(chat)
            .iter()
            .rev()
            .find_map(|seen| {
                let exact = seen.labels().into_iter().find(|l| l.contains(label))?.to_owned();
                Some((seen.id, exact))
            })
            .unwrap_or_else(|| panic!("no button {label:?} in:\n{}", self.sandbox.render_chat(chat)));
        let query = self.sandbox.press(person, chat, message, &exact);
        self.settled().await;
        self.sandbox.answer_to(&query).map(|answer| answer.text).unwrap_or_default()
    }

    pub fn last(&self, chat: i64) -> Seen {
        self.sandbox.last(chat).unwrap_or_else(|| panic!("nothing in chat {chat}"))
    }

    pub fn transcript(&self, chat: i64) -> String {
        self.sandbox.render_chat(chat)
    }

    /// What no scene may end with: calls that the platform had to refuse.
    pub fn assert_clean(&self) {
        assert!(self.sandbox.violations().is_empty(), "{:#?}", self.sandbox.violations());
        assert!(self.sandbox.rate_violations().is_empty(), "{:#?}", self.sandbox.rate_violations());
    }
}

/// What the work goes by in the scenes.
pub fn rules() -> Rules {
    Rules { bot_username: "loa_bot".to_owned(), case_prefix: "ML".to_owned(), ..Rules::default() }
}

/// The service on the practice platform, not yet started.
pub fn engine(
    sandbox: &Sandbox,
    store: &Store,
    clock: &Clock,
    step: loa::store::turn::Step,
    rules: Rules,
) -> Engine {
    let client = loa::http::http_client().expect("a client");
    let token = sandbox.token().to_owned().into();
    let telegram = Telegram::new(client, sandbox.url(), token, Duration::from_secs(5)).expect("a channel");
    Engine {
        store: store.clone(),
        clock: clock.clone(),
        random: Random::seeded(8),
        rules: Arc::new(rules),
        channel: Arc::new(telegram),
        links: None,
        limits: LIMITS,
        concurrency: 16,
        step,
        holder: "scene".to_owned(),
        signals: Signals::default(),
        stop: CancellationToken::new(),
    }
}
