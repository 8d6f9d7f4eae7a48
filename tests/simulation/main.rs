//! Ten years of schedules in seconds: the jobs as they are and a real database, but clock, network, chance, the
//! order of all transactions, and the moments at which processes die, are drawn from a seed.
//!
//! `LOA_SEEDS=2000` plays so many (2 if it is not given), `LOA_SEED=17` begins with that one. A seed that fails is
//! named; it fails again. `LOA_REPLAYS=100` plays a year of so many seeds twice (2 if it is not given): both have to go
//! the same way. `LOA_SIM_TRACE=file` writes down what happened, and keeps the database beside it.

#![allow(clippy::print_stderr, reason = "what was played is said")]

mod calendar;
mod judge;
mod kept;
mod platform;
mod play;
mod process;
mod world;

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use play::{Played, play};

fn number(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is to be a number")),
        Err(_) => otherwise,
    }
}

/// Plays a seed on one thread. What of it runs elsewhere (SQLite has threads of its own) is waited for before
/// anything else may happen.
fn run(seed: u64, years: u32) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(play(seed, years))
}

#[test]
fn in_ten_years_no_run_is_missing_and_none_is_double() {
    let (first, count) = (number("LOA_SEED", 1), number("LOA_SEEDS", 2));
    let (next, sum) = (AtomicU64::new(first), Mutex::new(Played::default()));
    let play_some = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                return;
            }
            match catch_unwind(AssertUnwindSafe(|| run(seed, 10))) {
                Ok(played) => sum.lock().expect("no panic meanwhile").add(&played),
                Err(panic) => {
                    eprintln!("seed {seed} failed; LOA_SEED={seed} LOA_SEEDS=1 plays it again");
                    // The others play theirs to the end, and begin no more.
                    next.store(first + count, Ordering::Relaxed);
                    std::panic::resume_unwind(panic);
                }
            }
        }
    };
    // A seed has a world and a thread of its own: as many go side by side as there are cores.
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(play_some);
        }
    });
    eprintln!("{count} seeds from {first}: {}", sum.into_inner().expect("no panic"));
}

#[test]
fn the_same_seed_goes_the_same_way() {
    let (first, count) = (number("LOA_SEED", 11), number("LOA_REPLAYS", 2));
    for seed in first..first + count {
        let (one, other) = (run(seed, 1), run(seed, 1));
        let differ = one.trace.iter().zip(&other.trace).position(|(a, b)| a != b);
        if let Some(at) = differ {
            let near = |played: &Played| played.trace[at.saturating_sub(20)..=at].join("\n");
            panic!("seed {seed}, step {at}:\n{}\nand\n{}", near(&one), near(&other));
        }
        assert_eq!(one.trace.len(), other.trace.len(), "seed {seed}");
        assert_eq!(one.kept, other.kept, "seed {seed}: what is kept differs");
    }
    eprintln!("{count} seeds from {first} went the same way twice");
}
