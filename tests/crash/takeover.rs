//! A process that stands still while another takes its work over.

use std::time::Duration;

use loa::sandbox::{Fault, Rule};
use rustix::process::Signal;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::checker::Verdict;
use crate::engines::Database;
use crate::people::notice;
use crate::program::signal;
use crate::scene::{PACE, finish, play};
use crate::stage::Stage;

/// Stops a process in the middle of its calls, lets another take over, and wakes the first again.
pub async fn stand_still(stage: &mut Stage) -> Verdict {
    stage.sandbox.faults().add(Rule::new(Fault::Stall(Duration::from_millis(300))).method("sendMessage"));
    for number in 1..=2 {
        stage.send(notice(number)).await;
    }
    let mut first = stage.spawn();
    play(stage, Duration::from_secs(10), |stage| stage.sandbox.accepted_count() >= 12).await;
    stop(&first);
    // SQLite's one writer can be stopped in the middle of a write; then nobody can do anything until it goes on.
    while is_locked(&stage.database.url).await {
        signal(&first, Signal::CONT);
        tokio::task::yield_now().await;
        stop(&first);
    }
    // What was under way still arrives: only the lease says that another one works.
    let holder = stage.database.holder().await;
    stage.start();
    let mut patience = 150;
    while stage.database.holder().await == holder {
        play(stage, Duration::from_millis(100), |_| false).await;
        patience -= 1;
        assert!(patience > 0, "nobody took over\n{}", stage.log());
    }
    let then = stage.sandbox.accepted_count();
    let went_on = |stage: &mut Stage| stage.sandbox.accepted_count() > then + 2;
    assert!(play(stage, Duration::from_secs(15), went_on).await, "nobody went on\n{}", stage.log());
    // To lose the lease in the middle of sending is as a kill to the messages.
    stage.kills += 1;
    signal(&first, Signal::CONT);
    let ended = play(stage, Duration::from_secs(5), |_| first.try_wait().expect("a child").is_some()).await;
    if !ended {
        let _ = first.kill();
        let _ = first.wait();
    }
    stage.sandbox.faults().clear();
    let mut verdict = finish(stage, Some(Duration::from_secs(15))).await;
    if !ended {
        let what = "a process that had lost its lease went on".to_owned();
        verdict.violations.push(crate::checker::Violation { part: 8, what });
    }
    verdict
}

/// Stops a process; returns when every thread of it stands still.
fn stop(child: &std::process::Child) {
    signal(child, Signal::STOP);
    let threads = format!("/proc/{}/task", child.id());
    let stands = |stat: String| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'));
    let all_stand = || {
        let threads = std::fs::read_dir(&threads).expect("threads").flatten();
        let mut stats = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok());
        stats.all(stands)
    };
    while !all_stand() {
        std::thread::yield_now();
    }
}

async fn is_locked(url: &str) -> bool {
    let Some(path) = url.strip_prefix("sqlite:") else { return false };
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::ZERO);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("a connection");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.is_err()
}

/// Two processes at once, of which only one may work.
pub async fn side_by_side(stage: &mut Stage) -> Verdict {
    stage.sandbox.faults().add(Rule::new(Fault::Stall(Duration::from_millis(200))).method("sendMessage"));
    for number in 1..=2 {
        stage.send(notice(number)).await;
    }
    stage.start();
    play(stage, Duration::from_secs(10), |stage| stage.sandbox.accepted_count() >= 10).await;
    let mut second = stage.spawn();
    let rested = stage.drain(Duration::from_secs(20)).await;
    signal(&second, Signal::TERM);
    let end = tokio::task::spawn_blocking(move || second.wait()).await.expect("no panic");
    end.expect("an end");
    stage.stop().await;
    assert!(rested, "{}", stage.log());
    stage.judge().await
}

async fn old_holder(database: Database) {
    let mut stage = Stage::new(database, 5, PACE).await;
    let verdict = stand_still(&mut stage).await;
    stage.must_be_clean(&verdict, "one stands still");
    assert!(verdict.figures.cut_off > 0, "nothing was under way");
}

async fn two_at_once(database: Database) {
    let mut stage = Stage::new(database, 6, PACE).await;
    // A busy machine can hold a process up for longer than half a second, which would be a lease that has run out.
    stage.set("LOA_HASTE", "2");
    let verdict = side_by_side(&mut stage).await;
    stage.must_be_clean(&verdict, "two at once");
    assert_eq!(verdict.figures.repeats, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_holder_changes_nothing_on_sqlite() {
    old_holder(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_holder_changes_nothing_on_postgres() {
    if let Some(database) = Database::postgres().await {
        old_holder(database).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_one_works_on_sqlite() {
    two_at_once(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_one_works_on_postgres() {
    if let Some(database) = Database::postgres().await {
        two_at_once(database).await;
    }
}
