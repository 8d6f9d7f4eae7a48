//! Runs a target: the corpus first, then mutations of it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::SmallRng;

use crate::MEMORY;
use crate::mutate::Mutator;

/// One at a time: what is allocated is counted for the whole program.
static ALONE: Mutex<()> = Mutex::new(());
/// No input may take longer, in a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(5);
/// How many inputs are tried where nothing is said.
const USUAL: u64 = 2000;
/// Inputs that came out differently and are kept to be mutated further.
const MOST_KEPT: usize = 5000;

/// What is tried, and with what.
pub struct Target<'a> {
    /// Also the corpus's directory.
    pub name: &'a str,
    /// What its grammar is made of.
    pub words: &'a [&'a str],
    /// The longest input, in bytes.
    pub longest: usize,
    /// The most memory for one input beyond what was there before it, in KiB.
    pub memory_kib: usize,
}

/// What an input came to. Inputs that come to something new are mutated further.
pub type Kind = u64;

/// Names what an input came to.
pub fn kind(of: impl Hash) -> Kind {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[derive(Default)]
struct Tally {
    inputs: u64,
    peak: usize,
    slowest: Duration,
    kinds: HashSet<Kind>,
}

impl Target<'_> {
    /// Tries `check`, which panics where something is wrong.
    pub fn run(&self, check: impl FnMut(&[u8]) -> Kind) {
        self.run_part(1, check);
    }

    /// The same where an input takes long: so many times fewer of them, beyond what every run tries.
    pub fn run_part(&self, part: u64, mut check: impl FnMut(&[u8]) -> Kind) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        // Where the caller wants backtraces, the first one reads 40 MB of symbols, which no input is to blame for.
        std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
        let (most, seed) = (number("LOA_FUZZ_INPUTS", USUAL), number("LOA_FUZZ_SEED", 1));
        let most = (most / part).max(most.min(USUAL));
        let mut pool = self.corpus();
        assert!(!pool.is_empty(), "{}: no corpus", self.name);
        let mut tally = Tally::default();
        let begun = now();
        for input in &pool {
            self.judge(&mut check, input, &mut tally);
        }
        let own = pool.len();
        let mut mutator =
            Mutator { rng: SmallRng::seed_from_u64(seed), words: self.words, most: self.longest };
        for _ in 0..most {
            let input = mutator.next(&pool);
            if self.judge(&mut check, &input, &mut tally) && pool.len() < own + MOST_KEPT {
                pool.push(input);
            }
        }
        let took = begun.elapsed();
        eprintln!(
            "fuzz {:<10} {:>8} inputs (corpus {own}, seed {seed}) {:>7.1} s, {:>6} kinds of end, \
             slowest {:>4} ms, most memory {} KiB of {}",
            self.name,
            tally.inputs,
            took.as_secs_f64(),
            tally.kinds.len(),
            tally.slowest.as_millis(),
            tally.peak / 1024,
            self.memory_kib,
        );
    }

    /// Tries one input. Gives whether it came to something new.
    fn judge(&self, check: &mut impl FnMut(&[u8]) -> Kind, input: &[u8], tally: &mut Tally) -> bool {
        MEMORY.reset_peak_usage();
        let (before, begun) = (MEMORY.current_usage(), now());
        let result = catch_unwind(AssertUnwindSafe(|| check(input)));
        let (took, peak) = (begun.elapsed(), MEMORY.peak_usage().saturating_sub(before));
        let Ok(kind) = result else { self.fail(check, input, "it failed") };
        if peak > self.memory_kib * 1024 {
            self.keep(input, &format!("{} KiB of memory", peak / 1024));
        }
        if took > LONGEST {
            self.keep(input, &format!("{} ms", took.as_millis()));
        }
        tally.inputs += 1;
        tally.peak = tally.peak.max(peak);
        tally.slowest = tally.slowest.max(took);
        tally.kinds.insert(kind)
    }

    fn fail(&self, check: &mut impl FnMut(&[u8]) -> Kind, input: &[u8], why: &str) -> ! {
        let fails = |input: &[u8]| catch_unwind(AssertUnwindSafe(|| check(input))).is_err();
        let small = smaller(input.to_vec(), fails);
        self.keep(&small, why)
    }

    fn keep(&self, input: &[u8], why: &str) -> ! {
        let directory = root().join("target/fuzz");
        std::fs::create_dir_all(&directory).expect("a directory");
        let path = directory.join(format!("{}-{:016x}", self.name, kind(input)));
        std::fs::write(&path, input).expect("a file");
        panic!("{}: {why}; the input is in {}:\n{}", self.name, path.display(), input.escape_ascii());
    }

    fn corpus(&self) -> Vec<Vec<u8>> {
        let directory = root().join("tests/fuzz/corpus").join(self.name);
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(directory).expect("a corpus").flatten().map(|entry| entry.path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read(file).expect("a file")).collect()
    }
}

/// Takes away as long as what is left still fails.
fn smaller(mut input: Vec<u8>, mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut size = input.len() / 2;
    let mut tries = 0;
    while size > 0 && tries < 2000 {
        let mut at = 0;
        while at < input.len() && tries < 2000 {
            let mut less = input.clone();
            less.drain(at..(at + size).min(input.len()));
            tries += 1;
            if fails(&less) { input = less } else { at += size }
        }
        size /= 2;
    }
    std::panic::set_hook(loud);
    // Once more, so that what it says stands last.
    fails(&input);
    input
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn number(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is to be a number")),
        Err(_) => otherwise,
    }
}

#[expect(clippy::disallowed_methods, reason = "how long an input took is measured, not decided by")]
fn now() -> Instant {
    Instant::now()
}
