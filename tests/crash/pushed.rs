//! Updates that are pushed: the process dies before, while and after it stores them, and answers none too early.

use std::time::Duration;

use loa::failpoint::{Planted, Point};

use crate::checker::Verdict;
use crate::engines::Database;
use crate::scene::{self, PACE, play};
use crate::stage::Stage;

/// The short scene, with the process killed at this point of storing.
async fn killed(database: Database, point: Point, fault: Option<Planted>) -> (Stage, Verdict) {
    let mut stage = Stage::new(database, 3, PACE).await;
    stage.push();
    if let Some(fault) = fault {
        stage.set("LOA_PLANTED", fault.name());
    }
    scene::set(&mut stage).await;
    stage.set("LOA_FAIL", format!("{}=kill", point.name()));
    stage.start();
    let died = play(&mut stage, Duration::from_secs(10), |stage| stage.has_ended()).await;
    assert!(died, "it did not come to {point:?}\n{}", stage.log());
    stage.unset("LOA_FAIL");
    let verdict = scene::finish(&mut stage, fault.map(|_| Duration::from_secs(10))).await;
    (stage, verdict)
}

async fn loses_nothing(database: Database, point: Point) {
    let (stage, verdict) = killed(database, point, None).await;
    println!("pushed, killed at {}: {:?}", point.name(), verdict.figures);
    stage.must_be_clean(&verdict, &format!("pushed, killed at {point:?}"));
    assert_eq!(stage.sandbox.pending_updates(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pushed_while_it_dies_is_pushed_again_on_sqlite() {
    for point in [Point::ReceiveBeforeStore, Point::ReceiveBeforeCommit, Point::ReceiveAfterCommit] {
        loses_nothing(Database::sqlite(), point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pushed_while_it_dies_is_pushed_again_on_postgres() {
    for point in [Point::ReceiveBeforeStore, Point::ReceiveBeforeCommit, Point::ReceiveAfterCommit] {
        let Some(database) = Database::postgres().await else { return };
        loses_nothing(database, point).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_before_it_is_stored_is_found_out() {
    let (point, fault) = (Point::ReceiveBeforeStore, Planted::AcknowledgeEarly);
    let (stage, verdict) = killed(Database::sqlite(), point, Some(fault)).await;
    assert!(verdict.names(1), "part 1 is not named:\n{}\n…\n{}", verdict.lines(), stage.log());
}
