//! A meeting to which people are called: when, where, and what they answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::calendar::{UnknownTime, parse_when, when_words};
use super::text::{clean_line, fold};

/// The longest place, in characters.
pub const MOST_PLACE: usize = 200;
/// The longest reason, or name of who comes instead, in characters.
pub const MOST_LINE: usize = 200;
/// Nobody calls to a meeting further ahead: a slip of the finger in the year is found.
const FURTHEST: Duration = Duration::from_secs(2 * 366 * 24 * 3600);

/// From when to when. Until when is often not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Times {
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
}

/// A meeting as far as it is known while its call is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Plan {
    pub times: Option<Times>,
    pub place: Option<String>,
}

/// A meeting to which people can be called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Meeting {
    pub times: Times,
    pub place: String,
}

/// What somebody who was called answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Coming,
    /// Not coming; the line says why.
    Away,
    /// Somebody else comes; the line says who.
    StandIn,
}

impl Answer {
    pub const ALL: [Self; 3] = [Self::Coming, Self::Away, Self::StandIn];

    pub fn code(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::Away => "away",
            Self::StandIn => "stand_in",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }

    /// What stands before it in a list.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Coming => "✅",
            Self::Away => "❌",
            Self::StandIn => "👤",
        }
    }
}

impl Times {
    /// Reads times as people type them: as [`parse_when`] does, and behind `đến` or a dash until when:
    /// `8h mai`, `8h - 11h30 mai`, `14:00 đến 16:30 07/12/2026`.
    ///
    /// # Errors
    /// Where no such time can be read, it has passed, or is years ahead.
    pub fn read(text: &str, now: Timestamp) -> Result<Self, UnknownTime> {
        let unknown = || UnknownTime(text.trim().chars().take(40).collect());
        let (begins, ends) = split_end(text);
        let starts_at = parse_when(&begins, now).map_err(|_| unknown())?;
        // “Now” is no time for which anybody could be called.
        if starts_at <= now || starts_at > now + FURTHEST {
            return Err(unknown());
        }
        // One word is a time of the clock: the next one after it begins.
        let ends_at = match ends {
            Some(end) if !is_clock(&end) => return Err(unknown()),
            Some(end) => Some(parse_when(&end, starts_at).map_err(|_| unknown())?),
            None => None,
        };
        if ends_at.is_some_and(|end| end <= starts_at) {
            return Err(unknown());
        }
        Ok(Self { starts_at, ends_at })
    }

    /// `08:00 thứ Hai 07/12/2026`, `08:00–11:30 thứ Hai 07/12/2026`.
    pub fn words(&self) -> String {
        let begins = when_words(self.starts_at);
        let Some(ends) = self.ends_at.map(when_words) else { return begins };
        match (begins.split_once(' '), ends.split_once(' ')) {
            (Some((from, day)), Some((to, last))) if day == last => format!("{from}–{to} {day}"),
            _ => format!("{begins} – {ends}"),
        }
    }
}

/// Whether a word looks like a time of the clock: `8h`, `14:30`.
fn is_clock(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.contains([':', 'h', 'g', 'H', 'G'])
}

/// The text without the word that says until when, and that word.
fn split_end(text: &str) -> (String, Option<String>) {
    let mut rest = Vec::new();
    let mut end = None;
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let dash = word.split_once(['-', '–']).filter(|(from, to)| is_clock(from) && is_clock(to));
        if let Some((from, to)) = dash {
            rest.push(from);
            end = Some(to);
        } else if matches!(fold(word).as_str(), "den" | "-" | "–") {
            // What does not follow such a word is read as part of the whole, and not understood.
            match words.next() {
                Some(to) => end = Some(to),
                None => rest.push(word),
            }
        } else {
            rest.push(word);
        }
    }
    (rest.join(" "), end.map(str::to_owned))
}

impl Plan {
    /// The meeting, when all of it is known.
    pub fn meeting(&self) -> Option<Meeting> {
        Some(Meeting { times: self.times?, place: self.place.clone()? })
    }

    /// The same for another time: one that has passed is asked for anew.
    pub fn copied(&self, now: Timestamp) -> Self {
        Self { times: self.times.filter(|times| times.starts_at > now), place: self.place.clone() }
    }
}

impl Meeting {
    /// When and where, as a call says it.
    pub fn words(&self) -> String {
        format!("🗓 {}\n📍 {}", self.times.words(), self.place)
    }

    /// The same in one line.
    pub fn line(&self) -> String {
        format!("{}, {}", self.times.words(), self.place)
    }
}

/// A place as it is kept; `None` without words.
pub fn read_place(text: &str) -> Option<String> {
    clean_line(text, MOST_PLACE)
}

/// A call reminds so long before the meeting begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Day,
    Hour,
}

impl Before {
    pub const ALL: [Self; 2] = [Self::Day, Self::Hour];

    pub fn span(self) -> Duration {
        match self {
            Self::Day => Duration::from_secs(24 * 3600),
            Self::Hour => Duration::from_secs(3600),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(day: u32, hour: u32, minute: u32) -> Timestamp {
        Timestamp::vietnam(2026, 12, day, hour, minute)
    }

    #[test]
    fn times_are_read_with_or_without_an_end() {
        // 01/12/2026 is a Tuesday.
        let now = at(1, 9, 0);
        for (text, begins, ends) in [
            ("8h mai", at(2, 8, 0), None),
            ("8h - 11h30 mai", at(2, 8, 0), Some(at(2, 11, 30))),
            ("8h-11h30 mai", at(2, 8, 0), Some(at(2, 11, 30))),
            ("14:00 đến 16:30 07/12/2026", at(7, 14, 0), Some(at(7, 16, 30))),
            ("thứ hai 8h – 11h", at(7, 8, 0), Some(at(7, 11, 0))),
            ("2026-12-07T08:00", at(7, 8, 0), None),
            ("22h đến 1h 07/12", at(7, 22, 0), Some(at(8, 1, 0))),
        ] {
            let read = Times::read(text, now);
            assert_eq!(read, Ok(Times { starts_at: begins, ends_at: ends }), "{text}");
        }
        for text in ["", "ngay", "đến 8h", "8h đến", "8h mai đến mai", "7h 01/12/2026", "8h 01/12/2099"]
        {
            assert!(Times::read(text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_said_once_where_it_is_one_day() {
        let words = |ends_at| Times { starts_at: at(7, 8, 0), ends_at }.words();
        assert_eq!(words(None), "08:00 thứ Hai 07/12/2026");
        assert_eq!(words(Some(at(7, 11, 30))), "08:00–11:30 thứ Hai 07/12/2026");
        assert_eq!(words(Some(at(8, 1, 0))), "08:00 thứ Hai 07/12/2026 – 01:00 thứ Ba 08/12/2026");
    }

    #[test]
    fn a_copy_asks_for_a_time_that_has_passed() {
        let times = Some(Times { starts_at: at(7, 8, 0), ends_at: None });
        let plan = Plan { times, place: Some("Phòng 2".into()) };
        assert_eq!(plan.copied(at(6, 8, 0)), plan);
        assert_eq!(plan.copied(at(8, 8, 0)), Plan { times: None, ..plan.clone() });
        assert_eq!(plan.copied(at(8, 8, 0)).meeting(), None);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".*") {
            if let Ok(times) = Times::read(&text, at(1, 9, 0)) {
                prop_assert!(times.starts_at > at(1, 9, 0));
                prop_assert!(times.ends_at.is_none_or(|end| end > times.starts_at));
            }
        }
    }
}
