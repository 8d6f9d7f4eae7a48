//! What follows where a notice is not confirmed: reminders to who is missing, word to those above them, an alert where
//! far too few have.

use std::time::Duration;

use super::Timestamp;
use super::calendar::Calendar;
use super::escalation::Escalation;
use super::spans::read_duration;
use super::text::fold;

/// Further reminders: more would be ignored.
pub const MOST_AGAIN: usize = 5;
/// Levels of the tree that hear.
const LEVELS: u32 = 3;

/// When something follows, from when the notice arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    Span(Duration),
    /// When people begin to work again on the next working day.
    Morning,
}

impl After {
    /// Reads `30 phút`, `2h`, `1 ngày`, `sáng hôm sau`.
    pub fn read(text: &str) -> Option<Self> {
        match fold(text).as_str() {
            "sang hom sau" | "sang mai" | "next morning" => Some(Self::Morning),
            _ => read_duration(text).map(Self::Span),
        }
    }

    /// When that is. What is not urgent waits until people are up: nobody is woken, and Sundays are quiet.
    pub fn from(self, at: Timestamp, calendar: &Calendar, urgent: bool) -> Timestamp {
        match self {
            Self::Span(span) if urgent => at + span,
            Self::Span(span) => calendar.awake(at + span),
            Self::Morning => calendar.next_morning(at),
        }
    }
}

/// One thing that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Who has not confirmed is reminded, for the first, second … time.
    Remind(u32),
    /// The heads hear who has not: of the lowest unit that has some at 0, and of the next above at every further level.
    Heads(u32),
    /// Fewer than so many of a hundred have.
    Alert(u32),
}

/// The policy for one kind of notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chase {
    /// Further reminders, after the first, whose time is the notice's own.
    pub again: Vec<After>,
    /// When the heads hear, and after as much again the level above them; never if none.
    pub heads: Option<Duration>,
    /// Where fewer than so many of a hundred have confirmed after a while, somebody hears; never if none.
    pub alert: Option<(u32, Duration)>,
}

/// The policies, and who hears of an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chases {
    pub usual: Chase,
    pub urgent: Chase,
    pub alert_to: Escalation,
    /// For so long an urgent notice waits for a channel that is down, before it goes over the next; for ever if none.
    pub elsewhere: Option<Duration>,
}

impl Chase {
    /// All that follows on a notice whose first reminder comes after `first`.
    pub fn steps(&self, first: Duration) -> Vec<(Step, After)> {
        let reminders = std::iter::once(After::Span(first)).chain(self.again.iter().copied());
        let mut steps: Vec<_> =
            (1..).zip(reminders).map(|(number, after)| (Step::Remind(number), after)).collect();
        if let Some(every) = self.heads {
            steps.extend((0..LEVELS).map(|level| (Step::Heads(level), After::Span(every * (level + 1)))));
        }
        steps.extend(self.alert.map(|(percent, after)| (Step::Alert(percent), After::Span(after))));
        steps
    }
}

impl Chases {
    /// What holds for a notice.
    pub fn of(&self, urgent: bool) -> &Chase {
        if urgent { &self.urgent } else { &self.usual }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(After::read("30 phút"), Some(After::Span(30 * MINUTE)));
        assert_eq!(After::read("Sáng hôm sau"), Some(After::Morning));
        assert_eq!(After::read("lúc nào đó"), None);
    }

    #[test]
    fn nobody_is_woken_unless_it_is_urgent() {
        let calendar = Calendar::default();
        let friday = Timestamp::vietnam(2026, 11, 27, 16, 30);
        let six_hours = After::Span(360 * MINUTE);
        assert_eq!(six_hours.from(friday, &calendar, true), Timestamp::vietnam(2026, 11, 27, 22, 30));
        assert_eq!(six_hours.from(friday, &calendar, false), Timestamp::vietnam(2026, 11, 30, 7, 30));
        assert_eq!(After::Morning.from(friday, &calendar, true), Timestamp::vietnam(2026, 11, 30, 7, 30));
        // Over lunch people are up.
        let noon = Timestamp::vietnam(2026, 11, 27, 12, 0);
        assert_eq!(After::Span(MINUTE).from(noon, &calendar, false), noon + MINUTE);
        // And a morning is the next one, also before work.
        let early = Timestamp::vietnam(2026, 11, 27, 6, 0);
        assert_eq!(After::Morning.from(early, &calendar, false), Timestamp::vietnam(2026, 11, 30, 7, 30));
    }

    #[test]
    fn all_that_follows_is_laid_out() {
        let chase = Chase {
            again: vec![After::Span(30 * MINUTE)],
            heads: Some(45 * MINUTE),
            alert: Some((80, 20 * MINUTE)),
        };
        let steps = chase.steps(15 * MINUTE);
        assert_eq!(
            steps[..2],
            [(Step::Remind(1), After::Span(15 * MINUTE)), (Step::Remind(2), After::Span(30 * MINUTE))]
        );
        assert_eq!(steps[3], (Step::Heads(1), After::Span(90 * MINUTE)));
        assert_eq!(steps.last(), Some(&(Step::Alert(80), After::Span(20 * MINUTE))));
        assert_eq!(Chase::default().steps(MINUTE), [(Step::Remind(1), After::Span(MINUTE))]);
    }
}
