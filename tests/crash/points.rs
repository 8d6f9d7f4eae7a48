//! Every failpoint: killed there, failed there, held up there; once, and every time.
//!
//! `LOA_POINT=handle.before` plays only the orders that begin so.

use std::collections::BTreeSet;
use std::time::Duration;

use loa::failpoint::Point;
use loa::random::Random;

use crate::engines::Database;
use crate::scene::{self, PACE};
use crate::stage::{Stage, number, seed};

/// Scenes that are drawn by the seed; `LOA_POINTS=1000` plays all of them.
const SAMPLE: usize = 6;
const PAIRS: usize = 3;

const ACTIONS: [&str; 3] = ["kill", "error", "delay"];
const TIMES: [&str; 2] = ["once", "always"];

/// What a process goes through before and while it takes over what another left.
const RECOVERY: [Point; 9] = [
    Point::StartBeforeMigration,
    Point::StartAfterMigration,
    Point::LeaseBeforeCommit,
    Point::LeaseAfterCommit,
    Point::RecoverBeforeCommit,
    Point::RecoverAfterCommit,
    Point::ReceiveBeforePoll,
    Point::ExchangeBefore,
    Point::ExchangeAfterCommit,
];

#[derive(Clone, Debug)]
struct Order {
    point: Point,
    action: &'static str,
    times: &'static str,
}

impl Order {
    fn text(&self) -> String {
        format!("{}={},{}", self.point.name(), self.action, self.times)
    }
}

fn orders() -> Vec<Order> {
    let wanted = std::env::var("LOA_POINT").unwrap_or_default();
    let mut all = Vec::new();
    for point in Point::ALL {
        for action in ACTIONS {
            all.extend(TIMES.map(|times| Order { point: *point, action, times }));
        }
    }
    all.retain(|order| order.text().starts_with(&wanted));
    all
}

/// A sample without repetition.
fn draw<T: Clone>(dice: &Random, from: &[T], count: usize) -> Vec<T> {
    let mut left = from.to_vec();
    let mut drawn = Vec::new();
    while drawn.len() < count && !left.is_empty() {
        let at = dice.below(u64::try_from(left.len()).expect("few"));
        drawn.push(left.swap_remove(usize::try_from(at).expect("few")));
    }
    drawn
}

/// Lets the program meet what was ordered.
async fn meet(stage: &mut Stage, order: &Order) {
    stage.set("LOA_FAIL", order.text());
    let starts = if order.times == "always" { 3 } else { 1 };
    for _ in 0..starts {
        stage.start();
        if order.action == "kill" {
            let died = scene::play(stage, Duration::from_secs(4), |stage| stage.has_ended()).await;
            if !died {
                // Met only when it stops.
                stage.stop().await;
            }
        } else {
            scene::play(stage, Duration::from_millis(700), |_| false).await;
            if order.times == "always" {
                stage.kill();
            }
        }
    }
    // The process that runs goes on with its order; a new one would begin with it again.
    stage.unset("LOA_FAIL");
}

async fn survives(database: Database, seed: u64, orders: &[Order]) {
    let mut stage = Stage::new(database, seed, PACE).await;
    scene::set(&mut stage).await;
    for order in orders {
        meet(&mut stage, order).await;
    }
    let verdict = scene::finish(&mut stage, None).await;
    let what: Vec<String> = orders.iter().map(Order::text).collect();
    println!("{}: {:?}", what.join(" then "), verdict.figures);
    stage.must_be_clean(&verdict, &what.join(" then "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_failpoint_is_met() {
    let mut stage = Stage::new(Database::sqlite(), 1, PACE).await;
    scene::set(&mut stage).await;
    let file = stage.path("met");
    stage.set("LOA_FAIL_MET", file.display().to_string());
    let verdict = scene::finish(&mut stage, None).await;
    stage.must_be_clean(&verdict, "nothing ordered");
    let met = std::fs::read_to_string(file).expect("a list");
    let met: BTreeSet<&str> = met.lines().collect();
    let dead: Vec<&str> =
        Point::ALL.iter().map(|point| point.name()).filter(|name| !met.contains(name)).collect();
    assert!(dead.is_empty(), "no run comes past {dead:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failpoints_on_sqlite() {
    let seed = seed();
    let drawn = draw(&Random::seeded(seed), &orders(), number("LOA_POINTS", SAMPLE));
    println!("seed {seed}, {} scenes", drawn.len());
    for order in drawn {
        survives(Database::sqlite(), seed, &[order]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failpoints_on_postgres() {
    let seed = seed();
    let drawn = draw(&Random::seeded(seed + 1), &orders(), number("LOA_POINTS", SAMPLE) / 2);
    println!("seed {seed}, {} scenes", drawn.len());
    for order in drawn {
        let Some(database) = Database::postgres().await else { return };
        survives(database, seed, &[order]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pairs_of_failpoints_during_recovery() {
    let seed = seed();
    let dice = Random::seeded(seed + 2);
    let kills: Vec<Order> =
        orders().into_iter().filter(|o| o.action == "kill" && o.times == "once").collect();
    let second: Vec<Order> =
        orders().into_iter().filter(|o| RECOVERY.contains(&o.point) && o.times == "once").collect();
    println!("seed {seed}");
    for _ in 0..number("LOA_POINTS", PAIRS).min(60) {
        let pair = [draw(&dice, &kills, 1), draw(&dice, &second, 1)].concat();
        survives(Database::sqlite(), seed, &pair).await;
    }
}
