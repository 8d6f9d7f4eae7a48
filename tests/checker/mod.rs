//! Judges whether the guarantee of ARCHITECTURE.md was kept, by what is in the database and what the practice
//! platform says it accepted. It asks the program nothing.
//!
//! What the platform accepted is mapped to messages without anything being added to them: a message that
//! was sent knows its number at the platform; what was accepted besides (a repeat, or an acceptance of which
//! the program never heard) belongs to the messages with this text in this chat. Where several messages of a
//! chat say the same, they are judged together.

#![allow(dead_code, reason = "each test binary uses its part")]

mod facts;
mod mapping;
mod rules;

use std::collections::BTreeMap;
use std::fmt;

use loa::sandbox::{Accepted, Attempt, RateViolation, Sandbox};

pub use facts::Facts;

/// What the checker goes by, besides the database.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    pub accepted: Vec<Accepted>,
    pub attempts: Vec<Attempt>,
    pub rate: Vec<RateViolation>,
    /// Numbers of the updates that were acknowledged to the platform.
    pub acknowledged: Vec<i64>,
    /// Groups that got another number: old to new.
    pub moved: BTreeMap<i64, i64>,
    /// How often a process ended while it was sending.
    pub kills: usize,
    /// How many messages are under way at once, at most: claimed, and how it ended not yet kept.
    pub under_way: usize,
    /// Words that somebody said and that must have come to a chat.
    pub promised: Vec<(i64, String)>,
}

impl Evidence {
    /// What the platform says, after `kills` processes that each had at most `under_way` messages under way.
    pub fn of(sandbox: &Sandbox, kills: usize, under_way: usize) -> Self {
        Self {
            accepted: sandbox.accepted(),
            attempts: sandbox.attempts(),
            rate: sandbox.rate_violations(),
            acknowledged: sandbox.acknowledged_updates(),
            kills,
            under_way,
            ..Self::default()
        }
    }

    /// A chat by its latest number.
    pub fn chat(&self, id: i64) -> i64 {
        self.moved.get(&id).copied().unwrap_or(id)
    }
}

/// A part of the guarantee that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The number of the part, 1 to 9.
    pub part: u8,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "({}) {}", self.part, self.what)
    }
}

/// What was counted on the way, to be printed.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub messages: usize,
    pub accepted: usize,
    pub repeats: usize,
    /// Attempts of unknown outcome, because no answer came.
    pub unanswered: usize,
    /// Attempts of unknown outcome, because the process ended.
    pub cut_off: usize,
    pub held: usize,
    pub failed: usize,
    pub updates: usize,
}

/// The verdict on one run.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    pub violations: Vec<Violation>,
    pub figures: Figures,
}

impl Verdict {
    fn say(&mut self, part: u8, what: impl Into<String>) {
        self.violations.push(Violation { part, what: what.into() });
    }

    /// Whether a part of the guarantee was not kept.
    pub fn names(&self, part: u8) -> bool {
        self.violations.iter().any(|violation| violation.part == part)
    }

    /// The violations as lines, the first hundred.
    pub fn lines(&self) -> String {
        let lines = self.violations.iter().take(100).map(ToString::to_string);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Judges a run that has come to rest.
pub async fn judge(url: &str, evidence: &Evidence) -> Verdict {
    let facts = Facts::read(url).await;
    let mut verdict = Verdict::default();
    let mapped = mapping::map(&facts, evidence, &mut verdict);
    rules::judge(&facts, evidence, &mapped, &mut verdict);
    verdict
}
