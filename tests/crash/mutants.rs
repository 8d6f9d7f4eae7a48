//! The checker is tried on programs that do it wrong: a fault is planted, and the checker has to name the part
//! of the guarantee that it breaks. Without a fault the same scenes are clean.

use std::time::Duration;

use loa::failpoint::{Planted, Point};
use loa::sandbox::{Fault, Rule};

use crate::checker::{self, Verdict};
use crate::engines::Database;
use crate::people::notice;
use crate::scene::{self, PACE, play};
use crate::stage::{Pace, Stage};
use crate::takeover;

/// What happens in a scene that shows a fault.
#[derive(Clone, Copy, Debug)]
enum Scene {
    /// Everything once, and nobody dies.
    Quiet,
    /// Everything once, and the process is killed here.
    Killed(Point),
    /// A notice is cancelled while it goes out.
    Cancelled,
    /// A process stands still while another takes over.
    StandStill,
    /// Two processes at once.
    SideBySide,
}

/// A mutant may leave work undone for ever: it is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

async fn run(fault: Option<Planted>, scene: Scene) -> (Stage, Verdict) {
    let pace = match scene {
        Scene::Cancelled => Pace { per_second: 10, ..PACE },
        _ => PACE,
    };
    let mut stage = Stage::new(Database::sqlite(), 3, pace).await;
    if let Some(fault) = fault {
        stage.set("LOA_PLANTED", fault.name());
    }
    let patience = fault.map(|_| PATIENCE);
    let verdict = match scene {
        Scene::Quiet => {
            scene::set(&mut stage).await;
            scene::finish(&mut stage, patience).await
        }
        Scene::Killed(point) => {
            scene::set(&mut stage).await;
            stage.set("LOA_FAIL", format!("{}=kill", point.name()));
            stage.start();
            let died = play(&mut stage, Duration::from_secs(10), |stage| stage.has_ended()).await;
            assert!(died, "it did not come to {point:?}");
            stage.unset("LOA_FAIL");
            scene::finish(&mut stage, patience).await
        }
        Scene::Cancelled => cancelled(&mut stage, patience).await,
        Scene::StandStill => takeover::stand_still(&mut stage).await,
        Scene::SideBySide => takeover::side_by_side(&mut stage).await,
    };
    (stage, verdict)
}

async fn cancelled(stage: &mut Stage, patience: Option<Duration>) -> Verdict {
    stage.sandbox.faults().add(Rule::new(Fault::Status(500)).method("sendMessage").times(1));
    let id = stage.send(notice(1)).await;
    stage.start();
    play(stage, Duration::from_secs(10), |stage| stage.sandbox.accepted_count() >= 4).await;
    stage.command(&["notice", "cancel", &id.to_string()]).await;
    scene::finish(stage, patience).await;
    // What is on its way at the limit of ten a second, and no more.
    let evidence = checker::Evidence { under_way: 12, ..stage.evidence() };
    checker::judge(&stage.database.url, &evidence).await
}

async fn is_caught(fault: Planted, scene: Scene, part: u8) {
    let (stage, verdict) = run(Some(fault), scene).await;
    println!("{}: {}", fault.name(), verdict.violations.first().map(ToString::to_string).unwrap_or_default());
    let lines = verdict.lines();
    assert!(verdict.names(part), "{}: part {part} is not named:\n{lines}\n…\n{}", fault.name(), stage.log());
}

async fn is_clean(scene: Scene) {
    let (stage, verdict) = run(None, scene).await;
    stage.must_be_clean(&verdict, &format!("{scene:?} without a fault"));
}

macro_rules! mutants {
    ($($name:ident: $fault:ident in $scene:expr, part $part:literal;)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            is_caught(Planted::$fault, $scene, $part).await;
        })+

        #[test]
        fn every_planted_fault_is_tried() {
            let tried = [$(Planted::$fault),+];
            let forgotten = Planted::ALL.iter().find(|fault| !tried.contains(fault));
            assert!(forgotten.is_none(), "{forgotten:?}");
        }
    };
}

mutants! {
    acknowledges_before_it_stores: AcknowledgeEarly in Scene::Killed(Point::ReceiveBeforeStore), part 1;
    is_done_before_anything_comes_of_it: DoneEarly in Scene::Killed(Point::HandleAfterCommit), part 1;
    stores_an_update_twice: UpdateTwice in Scene::Quiet, part 5;
    marks_sent_before_sending: SentEarly in Scene::Killed(Point::SendBefore), part 1;
    sends_without_an_attempt: NoAttempt in Scene::Quiet, part 2;
    requeues_silently: SilentRequeue in Scene::Killed(Point::SendAfter), part 3;
    forgets_what_was_under_way: ForgetInFlight in Scene::Killed(Point::SendAfter), part 1;
    forgets_the_lease: NoLease in Scene::SideBySide, part 3;
    settles_without_a_guard: NoGuard in Scene::StandStill, part 8;
    does_not_wait: IgnoreNotBefore in Scene::Quiet, part 7;
    drops_on_429: DropOn429 in Scene::Quiet, part 1;
    reorders_a_chat: Reorder in Scene::Quiet, part 6;
    ignores_a_cancel: IgnoreCancel in Scene::Cancelled, part 7;
    ignores_the_limit_of_a_chat: IgnoreChatLimit in Scene::Quiet, part 7;
    ignores_the_limit_of_the_bot: IgnoreBotLimit in Scene::Cancelled, part 7;
    feeds_the_outbox_twice: FeedTwice in Scene::Quiet, part 5;
    runs_a_schedule_twice: ForgetRuns in Scene::Quiet, part 5;
    forgets_to_count: ForgetCounts in Scene::Quiet, part 9;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_fault_the_scenes_are_clean() {
    for scene in [
        Scene::Quiet,
        Scene::Killed(Point::ReceiveBeforeStore),
        Scene::Killed(Point::HandleAfterCommit),
        Scene::Killed(Point::SendBefore),
        Scene::Killed(Point::SendAfter),
        Scene::Cancelled,
    ] {
        is_clean(scene).await;
    }
}
