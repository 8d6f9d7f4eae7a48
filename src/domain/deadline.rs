//! Until when somebody has to answer, to say how it goes, and to settle a case; and when whoever is above hears that it
//! did not happen. Hours of work, or of the clock on the wall where it is urgent.

use std::time::Duration;

use super::Timestamp;
use super::calendar::Calendar;
use super::category::Category;
use super::escalation::Escalation;
use super::incident::{Move, State};

const HOUR: Duration = Duration::from_secs(3600);
/// More hours than this are a slip of the hand: four years of work.
pub const MOST_HOURS: u32 = 10_000;

/// What holds for every category that says nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Until it is settled.
    pub settle_hours: u32,
    /// Until somebody has it; 0 is never asked for.
    pub answer_hours: u32,
    pub urgent_answer_hours: u32,
    /// From one word of progress to the next; 0 is never asked for.
    pub progress_hours: u32,
    pub urgent_progress_hours: u32,
    pub escalate: Escalation,
    /// From one step to the next; 0 is a working day, and an hour where it is urgent.
    pub escalate_hours: u32,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            settle_hours: 16,
            answer_hours: 4,
            urgent_answer_hours: 1,
            progress_hours: 16,
            urgent_progress_hours: 4,
            escalate: Escalation::default(),
            escalate_hours: 0,
        }
    }
}

impl Deadlines {
    /// What holds for a case of this category.
    pub fn of<'a>(&self, category: Option<&Category>, calendar: &'a Calendar) -> Terms<'a> {
        let urgent = category.is_some_and(|category| category.urgent);
        let own = |of: fn(&Category) -> Option<u32>| category.and_then(of);
        let (answer, progress) = match urgent {
            true => (self.urgent_answer_hours, self.urgent_progress_hours),
            false => (self.answer_hours, self.progress_hours),
        };
        let steps = category.and_then(|category| category.escalate.as_ref()).unwrap_or(&self.escalate);
        let every = match own(|category| category.escalate_hours).unwrap_or(self.escalate_hours) {
            0 if urgent => HOUR,
            0 => calendar.day_length(),
            hours => HOUR * hours,
        };
        Terms {
            calendar,
            urgent,
            settle: HOUR * own(|category| category.deadline_hours).unwrap_or(self.settle_hours),
            answer: HOUR * own(|category| category.answer_hours).unwrap_or(answer),
            progress: HOUR * own(|category| category.progress_hours).unwrap_or(progress),
            every,
            steps: steps.steps().len(),
        }
    }
}

/// What holds for one case.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    calendar: &'a Calendar,
    urgent: bool,
    settle: Duration,
    answer: Duration,
    progress: Duration,
    every: Duration,
    /// How many are told, one after the other.
    steps: usize,
}

/// Until when a case has to be settled, and whom the clock tells when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When half of its time is over.
    pub half: Timestamp,
    /// An hour before it is due; `None` where half of its time is no more.
    pub soon: Option<Timestamp>,
    pub due: Timestamp,
    /// When it is overdue for so long that the next step hears of it, one after the other.
    pub over: Vec<Timestamp>,
    /// The time that it has: working time, or any where it is urgent.
    pub allowed: Duration,
    /// It cannot wait for office hours.
    pub urgent: bool,
}

/// When it is told that something that is awaited did not come: first to whose turn it is, then to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Never empty.
    pub at: Vec<Timestamp>,
    pub urgent: bool,
}

impl Terms<'_> {
    fn after(&self, from: Timestamp, time: Duration) -> Timestamp {
        if self.urgent { from + time } else { self.calendar.add_working(from, time) }
    }

    /// Until when it has to be settled, from now.
    pub fn settling(&self, now: Timestamp) -> Deadline {
        let due = self.after(now, self.settle);
        Deadline {
            half: self.after(now, self.settle / 2),
            soon: (self.settle > 2 * HOUR).then(|| self.after(now, self.settle.saturating_sub(HOUR))),
            due,
            over: self.later(due).skip(1).take(self.steps.saturating_sub(1)).collect(),
            allowed: self.settle,
            urgent: self.urgent,
        }
    }

    /// When it is late that something is awaited from now on, in a case that is due then. What would be said at the deadline
    /// or after it is not said: the deadline's own words say more. `None` where nothing is.
    pub fn late(&self, what: Awaited, now: Timestamp, due: Timestamp) -> Option<Late> {
        let (time, times) = match what {
            // The duty group, and then everybody who is told of what is late.
            Awaited::Answer => (self.answer, 1 + self.steps),
            // The unit, and then the duty officers.
            Awaited::Progress => (self.progress, 2),
        };
        if time.is_zero() {
            return None;
        }
        let first = self.after(now, time);
        let counts = |at: &Timestamp| *at < due || now >= due;
        let at: Vec<_> = self.later(first).take(times).take_while(counts).collect();
        (!at.is_empty()).then_some(Late { at, urgent: self.urgent })
    }

    /// A moment, and one more after every interval.
    fn later(&self, first: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(Some(first), |last| Some(self.after(*last, self.every)))
    }
}

/// What somebody waits for while a case is under way, besides that it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Awaited {
    /// The reporter: that a person has it.
    Answer,
    /// Everybody: how far the unit is that works on it.
    Progress,
}

/// What a move does to a waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Stays,
    /// It begins, from now and anew.
    Begins,
    Ends,
}

impl Awaited {
    pub const ALL: [Self; 2] = [Self::Answer, Self::Progress];

    /// The word in `--json`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Progress => "progress",
        }
    }

    /// What a move from one state to another does to it.
    pub fn change(self, movement: Move, from: State, to: State) -> Change {
        let nobodys = |state| matches!(state, State::New | State::Reopened);
        let at_work = |state| matches!(state, State::Accepted | State::Planned);
        match self {
            // It went to a unit by the table, and comes back before anybody had it: the first waiting goes on.
            Self::Answer if nobodys(to) && (nobodys(from) || from == State::Forwarded) => Change::Stays,
            Self::Answer if nobodys(to) => Change::Begins,
            // Who reported says something: that is no answer.
            Self::Answer if from == to && movement.is_of_a_reporter() => Change::Stays,
            Self::Answer => Change::Ends,
            Self::Progress if at_work(to) => match movement {
                Move::Accept | Move::Plan | Move::Progress => Change::Begins,
                _ => Change::Stays,
            },
            Self::Progress => Change::Ends,
        }
    }
}

#[cfg(test)]
mod tests;
