//! The power fails at random moments while notices and reports run, and what was not synced is gone.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use loa::random::Random;

use crate::disk::{Files, Survives};
use crate::people::Play;
use crate::shim::Fault;
use crate::stage::{Stage, number, seed};

/// Losses of power; `LOA_LOSSES` asks for more.
const LOSSES: usize = 12;
/// The power stays at most so long, in milliseconds.
const LIFE: u64 = 1500;

/// What is wrong with a database that was put together anew: damage, and updates that were acknowledged and
/// are not there.
async fn wrong_with(stage: &Stage, files: &Files, acknowledged: &[i64]) -> Vec<String> {
    let facts = stage.look_into(files).await;
    let stored: BTreeSet<&str> = facts.updates.iter().map(|update| update.external_id.as_str()).collect();
    let missing = acknowledged.iter().map(ToString::to_string).filter(|id| !stored.contains(id.as_str()));
    let missing = missing.map(|id| format!("update {id} was acknowledged and is lost"));
    facts.damage.iter().cloned().chain(missing).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_or_sent_outlives_the_power() {
    let (seed, losses) = (seed(), number("LOA_LOSSES", LOSSES));
    let Some(mut stage) = Stage::new(seed, losses / 3 + 1).await else { return };
    println!("power: seed {seed}, {losses} losses (LOA_SEED={seed} LOA_LOSSES={losses} repeats it)");
    let began = Instant::now();
    let (dice, mut play) = (Random::seeded(seed), Play::new(seed));
    let (mut unsynced, mut in_the_middle) = (0, 0);
    stage.control.give(Fault::SyncsSlow);
    for round in 0..losses {
        if round % 3 == 2 {
            let draft = (losses / 3 + 2 + round / 3).to_string();
            let (_, said) = stage.run(&["notice", "send", &draft]).await;
            assert!(!said.contains("error"), "{said}");
        }
        stage.start();
        play.turn(&mut stage);
        // The moment at which the power fails, not a wait for anything.
        tokio::time::sleep(Duration::from_millis(150 + dice.below(LIFE))).await;
        play.turn(&mut stage);
        tokio::time::sleep(Duration::from_millis(dice.below(100))).await;
        let survives = [Survives::Nothing, Survives::Some, Survives::UpTo][round % 3];
        stage.lose_power(|disk| disk.after_loss(survives, &dice));
        let (disk, _) = stage.disk();
        unsynced += disk.unsynced();
        in_the_middle += usize::from(disk.unsynced() > 0);
        // What the platform takes for acknowledged may be a request that has not come to it yet: no more.
        let acknowledged = stage.acknowledged();
        let wrong = wrong_with(&stage, &disk.after_loss(survives, &dice), &acknowledged).await;
        assert!(wrong.is_empty(), "seed {seed}, round {round}, {survives:?}: {wrong:#?}\n{}", stage.log());
    }
    stage.control.clear();
    stage.drain().await;
    stage.stop().await;
    let verdict = stage.must_be_clean(&format!("seed {seed}")).await;
    println!(
        "power: seed {seed}, {} s, {losses} losses, {in_the_middle} of them with changes under way \
         ({unsynced} pages in all), {:?}",
        began.elapsed().as_secs(),
        verdict.figures
    );
    assert!(verdict.figures.accepted > 0 && verdict.figures.updates > 0, "nothing happened");
    assert!(in_the_middle > 0, "the power never failed in the middle of anything");
}

/// The same on a disk whose syncs do nothing: the test has to find that out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_is_found_out() {
    let Some(mut stage) = Stage::new(7, 1).await else { return };
    stage.control.give(Fault::SyncsLie);
    stage.start();
    for number in 0..8 {
        stage.sandbox.say(101, 101, &format!("Sạt lở ở phường Bình Minh, điểm số {number}"));
    }
    stage.wait_for("an acknowledgement", |stage| !stage.acknowledged().is_empty()).await;
    stage.wait_for("a message", |stage| stage.sent() > 0).await;
    stage.kill();
    let (disk, _) = stage.disk();
    let files = disk.after_loss(Survives::Nothing, &Random::seeded(7));
    let wrong = wrong_with(&stage, &files, &stage.acknowledged()).await;
    assert!(wrong.iter().any(|what| what.contains("acknowledged and is lost")), "{wrong:?}");
    // And by the checker's own judgement.
    crate::disk::put(&files, stage.file.as_deref().expect("a file"));
    let verdict = stage.judge().await;
    assert!(verdict.names(1) && verdict.names(2), "{}", verdict.lines());
}
