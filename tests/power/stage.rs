//! The program as a child process on a disk that can fail, and the practice platform in this process.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::random::Random;
use loa::sandbox::{Options, Sandbox};
use loa::store::Store;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::checker::{self, Evidence, Facts, Verdict};
use crate::disk::{Disk, Files, Record, put, read_journal};
use crate::people;
use crate::shim::{Control, shim};

/// Waits that only real time can end are so many times shorter in the child.
const HASTE: u32 = 30;
const AT_ONCE: usize = 8;
/// Messages under way at once: so many are claimed ahead of the calls.
const UNDER_WAY: usize = 8 * AT_ONCE;
/// Longer than anything takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Stage {
    pub sandbox: Sandbox,
    pub control: Control,
    pub url: String,
    /// The database file; none on PostgreSQL.
    pub file: Option<PathBuf>,
    kills: usize,
    /// Updates that were taken away before the program ran.
    before: usize,
    /// The disk as it was when the program was started last.
    base: Disk,
    dir: tempfile::TempDir,
    child: Option<Child>,
}

impl Stage {
    /// An organisation on SQLite whose people have pressed Start, with `notices` that have been sent and as
    /// many drafts; the program does not run yet. `None` where there is no shim.
    pub async fn new(seed: u64, notices: usize) -> Option<Self> {
        shim()?;
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("db").join("loa.db");
        std::fs::create_dir(dir.path().join("db")).expect("a directory");
        // Made elsewhere and copied, so that this process has nothing of it open.
        let made = dir.path().join("made.db");
        let made_url = format!("sqlite:{}", made.display());
        let sandbox = set_up(&made_url, seed, notices).await;
        let mut connection = SqliteConnection::connect(&made_url).await.expect("a connection");
        let (busy, ..): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut connection)
            .await
            .expect("a checkpoint");
        assert_eq!(busy, 0);
        std::fs::copy(&made, &file).expect("a copy");
        let url = format!("sqlite:{}", file.display());
        Some(Self::of(sandbox, url, Some(file), dir))
    }

    /// The same on an empty PostgreSQL database, without a shim.
    pub async fn postgres(url: String, seed: u64, notices: usize) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let sandbox = set_up(&url, seed, notices).await;
        Self::of(sandbox, url, None, dir)
    }

    fn of(sandbox: Sandbox, url: String, file: Option<PathBuf>, dir: tempfile::TempDir) -> Self {
        let config = format!(
            "[database]\nurl = \"{url}\"\n[telegram]\ntoken = \"{}\"\napi_url = \"{}\"\n[telegram.limits]\n\
             per_second = 300\nper_chat_per_second = 5\nper_group_per_minute = 200\n\
             concurrency = {AT_ONCE}\n[log]\nlevel = \"loa=info\"\n",
            sandbox.token(),
            sandbox.url(),
        );
        std::fs::write(dir.path().join("loa.toml"), config).expect("a configuration");
        let before = sandbox.acknowledged_updates().len();
        let control = Control::new(&dir.path().join("control"));
        Self { sandbox, control, url, file, kills: 0, before, base: Disk::default(), dir, child: None }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("--config").arg(self.path("loa.toml")).current_dir(self.dir.path());
        command.stdin(Stdio::null()).env("LOA_HASTE", HASTE.to_string()).env_remove("LOA_LOG");
        if let (Some(shim), Some(file)) = (shim(), &self.file) {
            command.env("LD_PRELOAD", shim).env("LOA_SHIM_DB", file);
            command
                .env("LOA_SHIM_JOURNAL", self.path("journal"))
                .env("LOA_SHIM_CONTROL", self.path("control"));
        }
        command
    }

    /// Starts the program, if it does not run; from here on it is written down what happens to the disk.
    pub fn start(&mut self) {
        if self.child.is_some() {
            return;
        }
        if let Some(file) = &self.file {
            self.start_on(Disk::of(file));
        } else {
            self.spawn();
        }
    }

    /// The same where the disk does not hold all that the files say.
    pub fn start_on(&mut self, base: Disk) {
        self.base = base;
        std::fs::write(self.path("journal"), b"").expect("an empty journal");
        self.spawn();
    }

    fn spawn(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("log"));
        let log = log.expect("a log");
        let both = log.try_clone().expect("a log");
        let child = self.command().arg("run").stdout(log).stderr(both).spawn();
        self.child = Some(child.expect("the program"));
    }

    /// Runs a command of the program on the same disk; gives what it said, and whether it is content.
    pub async fn run(&self, args: &[&str]) -> (bool, String) {
        let mut command = self.command();
        command.args(args);
        let done = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
        let done = done.expect("the program");
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Whether the program has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().expect("a child").is_some())
    }

    /// Ends the program as `kill -9` does.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // One that has ended already cannot be killed.
        let _ = child.kill();
        child.wait().expect("an end");
        self.kills += 1;
    }

    /// The power fails: the program ends, and the disk holds what `survives` says.
    pub fn lose_power(&mut self, survives: impl Fn(&Disk) -> Files) {
        self.kill();
        let (disk, _) = self.disk();
        put(&survives(&disk), self.file.as_deref().expect("a file"));
    }

    /// The disk as it is now, and all that happened to it since the start.
    pub fn disk(&self) -> (Disk, Vec<Record>) {
        let records = read_journal(&self.path("journal"));
        let mut disk = self.base.clone();
        records.iter().for_each(|record| disk.take(record));
        (disk, records)
    }

    /// The disk as it was at the start.
    pub fn base(&self) -> Disk {
        self.base.clone()
    }

    /// Asks the program to stop, and waits for its end.
    pub async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
        let end = tokio::task::spawn_blocking(move || child.wait()).await.expect("no panic");
        end.expect("an end");
    }

    /// Waits until it is so.
    pub async fn wait_for(&mut self, what: &str, mut so: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so(self) {
            assert!(Instant::now() < end, "{what} does not come about:\n{}", self.log());
            // The other process is looked at; there is nobody who could wake us.
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    /// Waits until nothing is under way and nothing waits. A program that has ended is started again.
    pub async fn drain(&mut self) {
        let end = Instant::now() + PATIENCE;
        let mut quiet = 0;
        while quiet < 4 {
            assert!(Instant::now() < end, "it does not come to rest:\n{}", self.log());
            if self.has_ended() {
                self.child = None;
                self.start();
            }
            let rests = self.sandbox.pending_updates() == 0 && self.waiting().await == Some(0);
            quiet = if rests { quiet + 1 } else { 0 };
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    /// How much waits or is under way; `None` where the database does not answer.
    pub async fn waiting(&self) -> Option<i64> {
        self.count(
            "SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'waiting')
                  + (SELECT COUNT(*) FROM messages WHERE state IN (0, 1))
                  + (SELECT COUNT(*) FROM media WHERE state = 'wanted')
                  + (SELECT COUNT(*) FROM editions WHERE state IN ('running', 'preparing'))",
        )
        .await
    }

    /// A number from the database, read only; `None` where it does not answer.
    pub async fn count(&self, sql: &'static str) -> Option<i64> {
        if let Some(file) = &self.file {
            let options = SqliteConnectOptions::new().filename(file).read_only(true);
            let mut connection = SqliteConnection::connect_with(&options).await.ok()?;
            let count = sqlx::query_scalar(sql).fetch_one(&mut connection).await.ok();
            connection.close().await.ok()?;
            return count;
        }
        let mut connection = PgConnection::connect(&self.url).await.ok()?;
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.ok()
    }

    /// What a database says that was put together from these files.
    pub async fn look_into(&self, files: &Files) -> Facts {
        let look = tempfile::tempdir().expect("a directory");
        let path = look.path().join("loa.db");
        put(files, &path);
        Facts::read(&format!("sqlite:{}", path.display())).await
    }

    /// How many messages, edits and answers the platform took.
    pub fn sent(&self) -> usize {
        self.sandbox.with_accepted(|all| all.iter().filter(|accepted| accepted.chat_id.is_some()).count())
    }

    /// Numbers of the updates that the program has acknowledged.
    pub fn acknowledged(&self) -> Vec<i64> {
        self.sandbox.acknowledged_updates().split_off(self.before)
    }

    /// Judges what has come of it.
    pub async fn judge(&self) -> Verdict {
        let mut evidence = Evidence::of(&self.sandbox, self.kills, UNDER_WAY);
        evidence.acknowledged = self.acknowledged();
        checker::judge(&self.url, &evidence).await
    }

    /// Fails where the guarantee was not kept.
    pub async fn must_be_clean(&self, what: &str) -> Verdict {
        let verdict = self.judge().await;
        let strict = self.sandbox.violations();
        assert!(
            verdict.violations.is_empty() && strict.is_empty(),
            "{what}: the guarantee was not kept:\n{}\n{strict:#?}\n{}",
            verdict.lines(),
            self.log()
        );
        verdict
    }

    /// All that the program logged.
    pub fn whole_log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The end of what the program logged.
    pub fn log(&self) -> String {
        let text = self.whole_log();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
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

async fn set_up(url: &str, seed: u64, notices: usize) -> Sandbox {
    let clock = Clock::System;
    let mut options = Options::new(Arc::new(move || clock.now().0));
    options.seed = seed;
    options.limits =
        Some(loa::sandbox::Limits { per_second: 300, per_chat_per_second: 5, per_group_per_minute: 200 });
    let sandbox = Sandbox::start(options).await.expect("a practice platform");
    let store = Store::open(url, Clock::System, Random::seeded(seed)).await.expect("a store");
    people::enrol(&sandbox, &store).await;
    for number in 0..2 * notices {
        let id = store.notice_new(people::notice(number)).await.expect("the store").expect("a notice");
        if number < notices {
            store.notice_send(id).await.expect("the store").expect("sent");
        }
    }
    sandbox
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
