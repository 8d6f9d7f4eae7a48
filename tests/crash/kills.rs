//! `kill -9` at random moments, while notices, conversations and schedules run and 15 of 100 calls go wrong.

use std::time::{Duration, Instant};

use loa::random::Random;
use loa::sandbox::{Fault, Faults, Rule};
use loa::store::notice::NewSchedule;

use crate::engines::Database;
use crate::people::{GROUPS, Play, STAFF, notice};
use crate::stage::{BRISK, Stage, calls_go_wrong, number, seed};

/// Kills in all, half of them on each engine: `LOA_KILLS` asks for more.
const KILLS: usize = 200;
/// A process lives at most so long, in milliseconds.
const LIFE: u64 = 1200;

/// 15 of 100 calls go wrong, in every way there is.
fn go_wrong(faults: &Faults) {
    for (retry_after, chance) in [(1, 0.03), (5, 0.005)] {
        faults.add(Rule::new(Fault::TooMany { retry_after, whole_bot: false }).chance(chance));
    }
    calls_go_wrong(faults, 0.015);
    // Some people block the bot for good.
    for person in STAFF.take(3) {
        faults.add(Rule::new(Fault::Forbidden).method("sendMessage").chat(person).skip(20).times(1));
    }
}

async fn survives(name: &str, database: Database, kills: usize) {
    let seed = seed();
    println!("{name}: seed {seed}, {kills} kills (LOA_SEED={seed} LOA_KILLS={} repeats it)", kills * 2);
    let began = Instant::now();
    let mut stage = Stage::new(database, seed, BRISK).await;
    let dice = Random::seeded(seed);
    let mut play = Play::new(seed);
    let schedule = NewSchedule {
        name: "Mỗi phút".to_owned(),
        cron: "* * * * *".to_owned(),
        audience: "unit:Tỉnh Mường Lam/*".to_owned(),
        title: "Nhắc việc".to_owned(),
        body: "Báo cáo trong ngày.".into(),
        self_sending: true,
        ..NewSchedule::default()
    };
    let schedule = stage.store.schedule_new(schedule).await.expect("the store").expect("a schedule");
    go_wrong(&stage.sandbox.faults());
    let mut paused = None;
    for round in 0..kills {
        stage.start();
        if round % 2 == 0 && stage.queued().await < 400 {
            let id = stage.send(notice(round)).await;
            if round % 14 == 6 {
                // What cannot be done any more is no failure here.
                let _ = stage.store.notice_cancel(id).await.expect("the store");
            } else if round % 14 == 10 {
                let _ = stage.store.notice_pause(id).await.expect("the store");
                paused = Some(id);
            }
        }
        if round % 5 == 4
            && let Some(id) = paused.take()
        {
            let _ = stage.store.notice_resume(id).await.expect("the store");
        }
        if let Some(group) = GROUPS.get(round / 20).filter(|_| round % 20 == 15) {
            let new = -1_000_000_000_000 + group;
            stage.sandbox.migrate_group(*group, new);
            stage.moved.insert(*group, new);
        }
        play.turn(&mut stage);
        // The moment of the kill, not a wait for anything.
        tokio::time::sleep(Duration::from_millis(30 + dice.below(LIFE))).await;
        stage.kill();
    }
    stage.sandbox.faults().clear();
    if let Some(id) = paused {
        let _ = stage.store.notice_resume(id).await.expect("the store");
    }
    stage.store.schedule_set(schedule, "paused").await.expect("the store").expect("paused");
    // As long as it goes on, it may take as long as it takes.
    let mut rested = false;
    let mut before = usize::MAX;
    while !rested && stage.sandbox.accepted_count() != before {
        before = stage.sandbox.accepted_count();
        rested = stage.drain(Duration::from_secs(60)).await;
    }
    stage.stop().await;
    let verdict = stage.judge().await;
    println!("{name}: seed {seed}, {} s, {:?}", began.elapsed().as_secs(), verdict.figures);
    stage.must_be_clean(&verdict, &format!("{name}, seed {seed}"));
    assert!(rested, "{name}, seed {seed}: it does not come to rest\n{}", stage.log());
    assert!(
        verdict.figures.cut_off > 0 && verdict.figures.repeats > 0,
        "nothing was killed while it was sent"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_sqlite() {
    survives("SQLite", Database::sqlite(), number("LOA_KILLS", KILLS) / 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_postgres() {
    if let Some(database) = Database::postgres().await {
        survives("PostgreSQL", database, number("LOA_KILLS", KILLS) / 2).await;
    }
}
