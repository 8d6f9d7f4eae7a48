//! The world between two moves: everything goes on until it rests, in an order drawn from the seed.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use loa::clock::Clock;
use loa::domain::Timestamp;
use loa::jobs::pacing::Limits;
use loa::random::Random;
use loa::store::Store;
use loa::store::idle::Idle;
use loa::store::turns::Ticket;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::kept;
use crate::platform::{Platform, Weather};
use crate::process::Process;

/// A look at the calendar that a process took, or may have taken.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub at: Timestamp,
    /// Whether everything that follows from it was done.
    pub certain: bool,
}

pub struct World {
    pub seed: u64,
    pub rng: StdRng,
    pub clock: Clock,
    pub platform: Platform,
    pub weather: Weather,
    pub limits: Limits,
    pub processes: Vec<Process>,
    /// Looks at the database and changes nothing.
    pub watch: Store,
    pub url: String,
    pub looks: Vec<Look>,
    pub trace: Vec<String>,
    pub kills: u64,
    pub transactions: u64,
    started: u64,
    _directory: tempfile::TempDir,
}

/// After so many further transactions a process dies.
pub type Fuse = Option<u32>;

impl World {
    pub async fn new(seed: u64, start: Timestamp, weather: Weather, limits: Limits) -> Self {
        // In memory where there is such a directory: what a lost sync does is shown elsewhere.
        let directory =
            tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory");
        let url = format!("sqlite:{}", directory.path().join("loa.db").display());
        let clock = Clock::by_hand(start);
        let watch = Store::open(&url, clock.clone(), Random::seeded(seed)).await.expect("a store");
        kept::keep_what_is_swept(&url).await;
        Self {
            seed,
            rng: StdRng::seed_from_u64(seed),
            platform: Platform::new(clock.clone()),
            clock,
            weather,
            limits,
            processes: Vec::new(),
            watch,
            url,
            looks: Vec::new(),
            trace: Vec::new(),
            kills: 0,
            transactions: 0,
            started: 0,
            _directory: directory,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn note(&mut self, what: &str) {
        let now = self.now();
        let mut line = String::with_capacity(what.len() + 24);
        let _ = write!(line, "{} {what}", now.0);
        self.trace.push(line);
    }

    /// Starts another process.
    pub async fn start(&mut self) {
        self.started += 1;
        let (number, seed) = (self.started, self.seed);
        self.note(&format!("process {number} starts"));
        let process = Process::start(number, seed, &self.url, &self.clock, &self.platform, self.limits).await;
        self.processes.push(process);
        // It begins at this moment, not at whatever moment somebody waits next.
        breathe().await;
    }

    /// Kills one. What it was about to send has arrived, or not.
    pub async fn kill(&mut self, at: usize) {
        let process = self.processes.remove(at);
        self.note(&format!("process {} dies", process.number));
        self.kills += 1;
        let (line, turns) = (process.number, process.turns.clone());
        process.kill();
        breathe().await;
        turns.done().await;
        self.platform.hang_up(line, &mut self.rng, self.weather);
        breathe().await;
    }

    /// Processes that ended by themselves, having lost the lease, begin anew.
    pub async fn replace_the_stopped(&mut self) {
        while let Some(at) = self.processes.iter().position(Process::has_stopped) {
            self.kill(at).await;
            self.start().await;
        }
    }

    fn anybody_up(&mut self) -> bool {
        let mut up = false;
        for process in &mut self.processes {
            up |= process.is_up() && !process.frozen;
        }
        up
    }

    /// Lets everything go on until it rests. Gives whether the fuse burned down, and a process died.
    pub async fn settle(&mut self, mut fuse: Fuse) -> bool {
        loop {
            if self.quiet(&mut fuse).await {
                self.looks.push(Look { at: self.now(), certain: false });
                let at = self.rng.random_range(0..self.processes.len());
                self.kill(at).await;
                return true;
            }
            let decided = self.platform.decide(&mut self.rng, self.weather);
            for what in decided {
                self.note(&what);
            }
            let hears: Vec<u64> = self
                .processes
                .iter()
                .filter(|process| !process.frozen)
                .map(|process| process.number)
                .collect();
            if self.platform.answer(|line| hears.contains(&line)) == 0 {
                break;
            }
        }
        // Who has just found that it lost the lease may have looked as well, and need not have done it all.
        let certain = self.anybody_up();
        if certain || self.processes.iter().any(Process::has_stopped) {
            self.looks.push(Look { at: self.now(), certain });
        }
        false
    }

    /// Lets in, one after another or some together, whoever waits before the database, until nobody does.
    async fn quiet(&mut self, fuse: &mut Fuse) -> bool {
        loop {
            breathe().await;
            let mut waiting = Vec::new();
            for (at, process) in self.processes.iter().enumerate().filter(|(_, process)| !process.frozen) {
                waiting.extend(process.turns.waiting().into_iter().map(|ticket| (at, ticket)));
            }
            if waiting.is_empty() {
                return false;
            }
            if let Some(left) = fuse {
                if *left == 0 {
                    return true;
                }
                *left -= 1;
            }
            let (at, chosen) = waiting[self.rng.random_range(0..waiting.len())];
            let mut admitted = vec![chosen];
            if chosen.writes && self.rng.random_bool(0.3) {
                // Into the same commit.
                let others = waiting.iter().filter(|(other, ticket)| *other == at && ticket.writes);
                admitted.extend(others.map(|(_, ticket)| *ticket).filter(|ticket| *ticket != chosen));
            }
            let turns = self.processes[at].turns.clone();
            for ticket in &admitted {
                turns.admit(ticket.number);
            }
            self.transactions += u64::try_from(admitted.len()).expect("few");
            self.note(&format!("process {at} {} of {}", admitted.len(), names(&waiting)));
            turns.done().await;
        }
    }

    /// Lets time pass until nothing waits any more that is due within `patience`.
    pub async fn drain(&mut self, patience: Duration, rounds: u32) {
        for _ in 0..rounds {
            let now = self.now();
            let next = match self.watch.idle().await.expect("the queues") {
                Idle::Busy => Some(now + Duration::from_millis(40)),
                Idle::Until(due) => due
                    .into_iter()
                    .chain(self.platform.next_answer())
                    .min()
                    .filter(|at| *at <= now + patience),
            };
            let Some(next) = next else { return };
            self.clock.set(next.max(now + Duration::from_millis(40)));
            self.settle(None).await;
            self.replace_the_stopped().await;
        }
    }
}

/// Who waits: the process, its place in the order of the tasks that wait, and whether it writes. The numbers of tasks
/// are counted over the whole test program, so that they say nothing by themselves.
fn names(waiting: &[(usize, Ticket)]) -> String {
    let tasks: BTreeSet<u64> = waiting.iter().map(|(_, ticket)| ticket.task).collect();
    let name = |(process, ticket): &(usize, Ticket)| {
        let place = tasks.range(..ticket.task).count();
        format!(" {process}.{place}{}", if ticket.writes { "w" } else { "r" })
    };
    waiting.iter().map(name).collect()
}

/// Lets every task go on that can, until all wait: for the clock, the network, the database, or each other.
async fn breathe() {
    // One round polls everything that is ready, and what becomes ready by that; but at most 61 tasks.
    for _ in 0..6 {
        tokio::task::yield_now().await;
    }
}
