//! The program as a child process, the practice platform in this one, and a database that both outlives.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::conversation::notice::NewNotice;
use loa::domain::ids::NoticeId;
use loa::random::Random;
use loa::sandbox::{Options, Sandbox};
use loa::store::Store;
use loa::store::idle::Idle;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::checker::{self, Evidence, Verdict};
use crate::engines::Database;
use crate::people;

/// Waits that only real time can end are so many times shorter in the child.
pub const HASTE: u32 = 30;
/// Calls that are under way at once.
const AT_ONCE: usize = 8;
/// Messages that are under way at once: so many are claimed ahead of the calls (`CLAIM_AHEAD`).
const UNDER_WAY: usize = 8 * AT_ONCE;

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
    /// How often a process ended otherwise than by itself.
    pub kills: usize,
    /// Updates that were taken away before the program ran.
    before: usize,
    dir: tempfile::TempDir,
    child: Option<Child>,
    env: Vec<(String, String)>,
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
        let dir = tempfile::tempdir().expect("a directory");
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
        std::fs::write(dir.path().join("loa.toml"), config).expect("a configuration");
        let (moved, promised, env) = (BTreeMap::new(), Vec::new(), Vec::new());
        let before = sandbox.acknowledged_updates().len();
        Self { sandbox, database, store, moved, promised, kills: 0, before, dir, child: None, env }
    }

    /// What the child finds in its environment from its next start on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.into()));
    }

    /// From the next start on updates are pushed, and not asked for.
    pub fn push(&mut self) {
        // Taken and given back: a port that nobody has.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        self.set("LOA_TELEGRAM__WEBHOOK__URL", format!("http://{address}/telegram"));
        self.set("LOA_TELEGRAM__WEBHOOK__LISTEN", address);
    }

    pub fn unset(&mut self, name: &str) {
        self.env.retain(|(known, _)| known != name);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts the program, if it does not run.
    pub fn start(&mut self) {
        if self.child.is_none() {
            self.child = Some(self.spawn());
        }
    }

    /// A process of the program besides the one that is kept here.
    pub fn spawn(&self) -> Child {
        let log = || -> File {
            let log = OpenOptions::new().create(true).append(true).open(self.path("log"));
            log.expect("a log")
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("--config").arg(self.path("loa.toml")).arg("run").current_dir(self.dir.path());
        command.stdin(Stdio::null()).stdout(log()).stderr(log()).env("LOA_HASTE", HASTE.to_string());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.spawn().expect("the program")
    }

    /// Runs a command of the program to its end.
    pub async fn command(&self, args: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("--config").arg(self.path("loa.toml")).args(args).current_dir(self.dir.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        let done = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
        let done = done.expect("the program");
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Ends the program as `kill -9` does. Gives whether it still ran.
    pub fn kill(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return false };
        let ran = child.try_wait().expect("a child").is_none();
        // One that has ended already cannot be killed.
        let _ = child.kill();
        child.wait().expect("an end");
        self.kills += 1;
        ran
    }

    /// Whether the program has ended by itself (or was killed at a failpoint).
    pub fn has_ended(&mut self) -> bool {
        let Some(child) = &mut self.child else { return true };
        if child.try_wait().expect("a child").is_none() {
            return false;
        }
        self.child = None;
        self.kills += 1;
        true
    }

    /// Asks the program to stop, and waits for its end.
    pub async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        signal(&child, Signal::TERM);
        let end = tokio::task::spawn_blocking(move || child.wait()).await.expect("no panic");
        end.expect("an end");
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

    /// The end of what the program logged.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.path("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// Fails with everything that helps to find out why, where the verdict is not clean.
    pub fn must_be_clean(&self, verdict: &Verdict, what: &str) {
        let strict = self.sandbox.violations();
        if verdict.violations.is_empty() && strict.is_empty() {
            return;
        }
        let kept = keep(self.dir.path());
        panic!(
            "{what}: the guarantee was not kept (configuration and log: {kept}):\n{}\n{strict:#?}\n…\n{}",
            verdict.lines(),
            self.log()
        );
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // The stage is left because something failed, or all is done.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Copies what the child left to where it stays.
fn keep(dir: &Path) -> String {
    let to = std::env::temp_dir().join(format!("loa-crash-{}", std::process::id()));
    let copied = std::fs::create_dir_all(&to).and_then(|()| std::fs::copy(dir.join("log"), to.join("log")));
    copied.map_or_else(|error| error.to_string(), |_| to.display().to_string())
}

pub fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, signal).expect("a signal");
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
