//! The program as a child process, the practice platform in this one, and a database that both outlives.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::conversation::notice::NewNotice;
use loa::domain::ids::NoticeId;
use loa::random::Random;
use loa::sandbox::{Fault, Faults, Options, Rule, Sandbox};
use loa::store::Store;
use loa::store::idle::Idle;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::checker::{self, Evidence, Verdict};
use crate::engines::Database;
use crate::people;
use crate::program::Program;

/// Calls that are under way at once.
pub const AT_ONCE: usize = 8;
/// Parts of people's names and words.
const SAID: [&str; 4] = ["Chị Lan", "Anh Tuấn", "Cán bộ", "điểm số"];
/// Messages that are under way at once: so many are claimed ahead of the calls (`CLAIM_AHEAD`).
pub const UNDER_WAY: usize = 8 * AT_ONCE;

/// How fast messages may go out, obeyed and enforced.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub per_second: usize,
    pub per_chat: usize,
    pub per_group: usize,
}

/// Fast enough for many messages in a minute, slow enough to be felt.
pub const BRISK: Pace = Pace { per_second: 300, per_chat: 5, per_group: 200 };

pub struct Stage {
    pub sandbox: Sandbox,
    pub database: Database,
    pub store: Store,
    pub moved: BTreeMap<i64, i64>,
    pub promised: Vec<(i64, String)>,
    /// Updates that were taken away before the program ran.
    before: usize,
    program: Program,
}

impl Deref for Stage {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

impl DerefMut for Stage {
    fn deref_mut(&mut self) -> &mut Program {
        &mut self.program
    }
}

impl Stage {
    /// An organisation whose people have pressed Start; the program does not run yet.
    pub async fn new(database: Database, seed: u64, pace: Pace) -> Self {
        let clock = Clock::System;
        let mut options = Options::new(Arc::new(move || clock.now().0));
        options.seed = seed;
        options.limits = Some(loa::sandbox::Limits {
            per_second: pace.per_second,
            per_chat_per_second: pace.per_chat,
            per_group_per_minute: pace.per_group,
        });
        let sandbox = Sandbox::start(options).await.expect("a practice platform");
        let store = Store::open(&database.url, Clock::System, Random::seeded(seed)).await.expect("a store");
        people::enrol(&sandbox, &store).await;
        some_must_not_repeat(&database).await;
        let config = format!(
            "[database]\nurl = \"{}\"\n[telegram]\ntoken = \"{}\"\napi_url = \"{}\"\n[telegram.limits]\n\
             per_second = {}\nper_chat_per_second = {}\nper_group_per_minute = {}\nconcurrency = {AT_ONCE}\n\
             [log]\nlevel = \"loa=info\"\n",
            database.url,
            sandbox.token(),
            sandbox.url(),
            pace.per_second,
            pace.per_chat,
            pace.per_group,
        );
        let (moved, promised) = (BTreeMap::new(), Vec::new());
        let before = sandbox.acknowledged_updates().len();
        Self { sandbox, database, store, moved, promised, before, program: Program::new(&config) }
    }

    /// From the next start on updates are pushed, and not asked for.
    pub fn push(&mut self) {
        // Taken and given back: a port that nobody has.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        self.set("LOA_TELEGRAM__WEBHOOK__URL", format!("http://{address}/telegram"));
        self.set("LOA_TELEGRAM__WEBHOOK__LISTEN", address);
    }

    /// Writes a notice and sends it.
    pub async fn send(&self, notice: NewNotice) -> NoticeId {
        let id = self.store.notice_new(notice).await.expect("the store").expect("a notice");
        self.store.notice_send(id).await.expect("the store").expect("sent");
        id
    }

    /// How many messages wait to be sent.
    pub async fn queued(&self) -> i64 {
        crate::scene::count(&self.database.url, "SELECT COUNT(*) FROM messages WHERE state = 0").await
    }

    /// Whether nothing waits, and nothing will before somebody does something.
    async fn at_rest(&self) -> bool {
        let idle = self.store.idle().await.expect("the queues");
        self.sandbox.pending_updates() == 0 && idle == Idle::Until(None)
    }

    /// Lets the program run until all is done, anew whenever it ends; gives whether that came to be.
    pub async fn drain(&mut self, within: Duration) -> bool {
        let end = Instant::now() + within;
        let mut quiet = 0;
        while Instant::now() < end {
            self.has_ended();
            self.start();
            quiet = if self.at_rest().await { quiet + 1 } else { 0 };
            if quiet > 4 {
                return true;
            }
            // The other process is looked at; there is nobody who could wake us.
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        false
    }

    /// Judges what has come of it.
    pub async fn judge(&self) -> Verdict {
        checker::judge(&self.database.url, &self.evidence()).await
    }

    pub fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::of(&self.sandbox, self.kills, UNDER_WAY);
        evidence.acknowledged.drain(..self.before);
        evidence.moved.clone_from(&self.moved);
        evidence.promised.clone_from(&self.promised);
        evidence
    }

    /// Fails with everything that helps to find out why, where the verdict is not clean.
    pub fn must_be_clean(&self, verdict: &Verdict, what: &str) {
        self.must_name_nobody(&SAID);
        let strict = self.sandbox.violations();
        if verdict.violations.is_empty() && strict.is_empty() {
            return;
        }
        let kept = self.keep_log();
        panic!(
            "{what}: the guarantee was not kept (configuration and log: {kept}):\n{}\n{strict:#?}\n…\n{}",
            verdict.lines(),
            self.log()
        );
    }
}

/// 10 of 100 calls go wrong, and such a part more is answered with what is no answer.
pub fn calls_go_wrong(faults: &Faults, garbage: f64) {
    let ways = [
        (Fault::Status(500), 0.02),
        (Fault::Status(502), 0.02),
        (Fault::ResetBefore, 0.02),
        (Fault::ResetAfter, 0.02),
        (Fault::Stall(Duration::from_secs(2)), 0.01),
        (Fault::StallBefore(Duration::from_secs(2)), 0.01),
        (Fault::Garbage, garbage),
    ];
    for (fault, chance) in ways {
        faults.add(Rule::new(fault).chance(chance));
    }
}

/// The seed of this run: `LOA_SEED`, or another one every time. It is printed, so that a run can be repeated.
pub fn seed() -> u64 {
    let given = std::env::var("LOA_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| Random::system().below(1 << 32))
}

/// A number from the environment.
pub fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Of the answers in chats every fourth is as a one-time code is: rather held than sent again.
async fn some_must_not_repeat(database: &Database) {
    if database.url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(&database.url).await.expect("a connection");
        let trigger = "CREATE TRIGGER some_must_not_repeat AFTER INSERT ON messages
                       WHEN NEW.op = 'send' AND NEW.lane = 0 AND NEW.id % 4 = 0
                       BEGIN UPDATE messages SET never_twice = 1 WHERE id = NEW.id; END";
        sqlx::query(trigger).execute(&mut connection).await.expect("a trigger");
        return;
    }
    let mut connection = PgConnection::connect(&database.url).await.expect("a connection");
    let function = "CREATE FUNCTION some_must_not_repeat() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN NEW.never_twice := 1; RETURN NEW; END $$";
    let trigger = "CREATE TRIGGER some_must_not_repeat BEFORE INSERT ON messages FOR EACH ROW
                   WHEN (NEW.op = 'send' AND NEW.lane = 0 AND NEW.id % 4 = 0)
                   EXECUTE FUNCTION some_must_not_repeat()";
    for sql in [function, trigger] {
        sqlx::query(sql).execute(&mut connection).await.expect("a trigger");
    }
}
