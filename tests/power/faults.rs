//! A disk that is full, may only be read, or gives errors; a database that somebody else keeps busy; a log held
//! open by a long reader. While it lasts nothing is acknowledged and nothing is sent, and one line says why; when
//! it is over the work goes on by itself, and nothing is lost or comes twice.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use loa::clock::Clock;
use loa::domain::ChannelKind;
use loa::random::Random;
use loa::sandbox::Accepted;
use loa::store::inbox::NewUpdate;
use loa::store::{LOG_LIMIT, Store};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::disk::Survives;
use crate::people::REPORTERS;
use crate::shim::Fault;
use crate::stage::Stage;

/// So often a fault is met before it ends: it lasts for many attempts.
const MET: u32 = 12;
/// A fault of a minute is one line of the store's, and a few of the jobs that were in the middle of something.
const MOST_LINES: usize = 12;

/// What the platform has seen.
#[derive(Debug, PartialEq)]
struct Seen {
    acknowledged: usize,
    accepted: usize,
}

impl Seen {
    fn by(stage: &Stage) -> Self {
        Self { acknowledged: stage.acknowledged().len(), accepted: stage.sent() }
    }
}

/// The program runs and has nothing to do.
async fn at_rest(seed: u64) -> Option<Stage> {
    let mut stage = Stage::new(seed, 0).await?;
    stage.start();
    stage.sandbox.say(101, 101, "/help");
    stage.wait_for("a first answer", |stage| stage.sent() > 0).await;
    stage.drain().await;
    Some(stage)
}

fn everybody_speaks(stage: &Stage) {
    for reporter in REPORTERS {
        stage.sandbox.say(reporter, reporter, &format!("Sạt lở ở phường Bình Minh, điểm số {reporter}"));
    }
}

/// How many answers the reporters got.
fn answered(stage: &Stage) -> usize {
    let is_answer = |accepted: &&Accepted| accepted.chat_id.is_some_and(|chat| REPORTERS.contains(&chat));
    stage.sandbox.with_accepted(|all| all.iter().filter(is_answer).count())
}

/// The fault comes, lasts, is told of once, and ends.
async fn comes_and_goes(fault: Fault, words: &str) {
    let Some(mut stage) = at_rest(1).await else { return };
    let (before, answers, lines) = (Seen::by(&stage), answered(&stage), stage.whole_log().lines().count());
    stage.control.give(fault);
    everybody_speaks(&stage);
    let given = stage.control.given();
    stage.wait_for("the fault", |stage| stage.control.given() >= given + MET).await;
    let alarm = format!("the database takes nothing: {words}");
    stage.wait_for("the alarm", |stage| stage.whole_log().contains(&alarm)).await;
    assert_eq!(Seen::by(&stage), before, "{fault:?}: it went on\n{}", stage.log());
    let (content, said) = stage.run(&["check"]).await;
    assert!(!content && said.contains("không ghi được"), "{fault:?}: {said}");
    let (_, said) = stage.run(&["status"]).await;
    assert!(said.contains("không ghi được"), "{fault:?}: {said}");
    let log = stage.whole_log();
    assert_eq!(log.matches("the database takes nothing").count(), 1, "{log}");
    assert!(log.lines().count() - lines <= MOST_LINES, "{log}");
    assert!(!stage.has_ended(), "{log}");
    assert_eq!(Seen::by(&stage), before, "{fault:?}: it went on\n{}", stage.log());

    stage.control.clear();
    stage.wait_for("an answer to everybody", |stage| answered(stage) >= answers + 4).await;
    stage.drain().await;
    assert!(stage.whole_log().contains("over: the database takes nothing"), "{}", stage.log());
    // What came of the time after the fault is on the disk, whatever the failed syncs made of its pages.
    let acknowledged = stage.acknowledged();
    stage.lose_power(|disk| disk.after_loss(Survives::Nothing, &Random::seeded(1)));
    stage.drain().await;
    stage.stop().await;
    let verdict = stage.must_be_clean(&format!("{fault:?}")).await;
    assert_eq!(verdict.figures.updates, acknowledged.len(), "{:?}", verdict.figures);
    assert_eq!(verdict.figures.repeats, 0, "{:?}", verdict.figures);
    println!("{fault:?}: {} refusals, {:?}", stage.control.given(), verdict.figures);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_the_work_until_there_is_room() {
    comes_and_goes(Fault::Full, "the disk is full").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_system_that_became_read_only_stops_the_work() {
    comes_and_goes(Fault::ReadOnly, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_to_write_stops_the_work() {
    comes_and_goes(Fault::Writes, "the disk gives errors").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_failed_is_never_believed_later() {
    comes_and_goes(Fault::Syncs, "the disk gives errors").await;
}

/// What is in memory needs no reading, so some work may go on: what does not is told, and goes on later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_to_read_loses_nothing() {
    let Some(mut stage) = at_rest(2).await else { return };
    let answers = answered(&stage);
    stage.control.give(Fault::Reads);
    everybody_speaks(&stage);
    stage.wait_for("the fault", |stage| stage.control.given() >= MET).await;
    stage.wait_for("the alarm", |stage| stage.whole_log().contains("the disk gives errors")).await;
    stage.control.clear();
    stage.wait_for("an answer to everybody", |stage| answered(stage) >= answers + 4).await;
    stage.drain().await;
    assert!(!stage.has_ended(), "{}", stage.log());
    stage.stop().await;
    let verdict = stage.must_be_clean("reads").await;
    println!("Reads: {} refusals, {:?}", stage.control.given(), verdict.figures);
}

/// A program that died right after a sync failed: the next one finds commits in memory that the disk does not
/// have, and must not build on them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_after_a_failed_sync_builds_on_nothing_that_is_not_there() {
    let Some(mut stage) = at_rest(3).await else { return };
    stage.control.give(Fault::Syncs);
    everybody_speaks(&stage);
    stage.wait_for("the fault", |stage| stage.control.given() >= MET).await;
    stage.kill();
    stage.control.clear();
    // The machine stays up: memory and disk are two things from here on.
    let base = stage.disk().0;
    stage.start_on(base);
    stage.drain().await;
    stage.lose_power(|disk| disk.after_loss(Survives::Nothing, &Random::seeded(3)));
    stage.drain().await;
    stage.stop().await;
    stage.must_be_clean("a restart after a failed sync").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_somebody_keeps_busy_stops_the_work_until_it_is_free() {
    let Some(mut stage) = at_rest(4).await else { return };
    let (before, answers) = (Seen::by(&stage), answered(&stage));
    let options = SqliteConnectOptions::new().filename(stage.file.as_deref().expect("a file"));
    let mut other = SqliteConnection::connect_with(&options).await.expect("a connection");
    let held = other.begin_with("BEGIN IMMEDIATE").await.expect("the lock");
    everybody_speaks(&stage);
    let alarm = "the database takes nothing: somebody else keeps it locked";
    stage.wait_for("the alarm", |stage| stage.whole_log().contains(alarm)).await;
    let (content, said) = stage.run(&["check"]).await;
    assert!(!content && said.contains("không ghi được"), "{said}");
    assert_eq!(Seen::by(&stage), before, "it went on\n{}", stage.log());
    assert_eq!(stage.whole_log().matches(alarm).count(), 1, "{}", stage.log());
    held.rollback().await.expect("an end");
    other.close().await.expect("an end");
    stage.wait_for("an answer to everybody", |stage| answered(stage) >= answers + 4).await;
    stage.drain().await;
    assert!(!stage.has_ended(), "{}", stage.log());
    stage.stop().await;
    stage.must_be_clean("busy").await;
}

/// What this process logs.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn contain(&self, words: &str) -> bool {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).contains(words)
    }
}

#[tokio::test]
async fn a_long_reader_lets_the_log_grow_which_is_told_and_undone() {
    let lines = Lines::default();
    let writer = lines.clone();
    let logging = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(logging);
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("loa.db");
    let url = format!("sqlite:{}", file.display());
    let store = Store::open(&url, Clock::System, Random::seeded(1)).await.expect("a store");
    let size = || std::fs::metadata(dir.path().join("loa.db-wal")).map_or(0, |meta| meta.len());
    let options = SqliteConnectOptions::new().filename(&file).read_only(true);
    let mut reader = SqliteConnection::connect_with(&options).await.expect("a connection");
    let mut moment = reader.begin().await.expect("a moment");
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM inbox").fetch_one(&mut *moment).await.expect("a count");
    assert_eq!(count, 0);

    let mut number = 0;
    while !lines.contain("the write-ahead log grows") {
        assert!(number < 200, "nothing is told at {} bytes", size());
        receive(&store, &mut number, 2_000_000).await;
    }
    assert!(size() > LOG_LIMIT, "{} bytes", size());
    moment.rollback().await.expect("an end");
    while !lines.contain("the write-ahead log is cut back") {
        assert!(number < 2000, "it is not cut back: {} bytes", size());
        receive(&store, &mut number, 20_000).await;
    }
    assert!(size() <= LOG_LIMIT, "{} bytes", size());
}

async fn receive(store: &Store, number: &mut i64, bytes: usize) {
    *number += 1;
    let body = vec![b' '; bytes];
    let update = NewUpdate::numbered(*number, "telegram:1", body);
    store.receive(ChannelKind::Telegram, vec![update]).await.expect("stored");
}
