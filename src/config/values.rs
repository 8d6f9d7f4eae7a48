//! The values of the configuration that have a form of their own. Each is checked as it is read, so that a
//! fault is told with the line it stands in.

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::domain::deadline::MOST_HOURS;

/// Part of a working day: `07:30-11:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Hours {
    pub from: NaiveTime,
    pub to: NaiveTime,
}

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
        let parts = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
        match parts {
            Some((from, to)) if from < to => Ok(Self { from, to }),
            _ => Err(format!("cần giờ bắt đầu và giờ kết thúc, như \"07:30-11:30\", không phải {text:?}")),
        }
    }
}

/// A day of the week as it is written in Vietnam: `T2` is Monday, `CN` Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Workday(pub Weekday);

impl Workday {
    pub const MONDAY_TO_FRIDAY: [Self; 5] =
        [Self(Weekday::Mon), Self(Weekday::Tue), Self(Weekday::Wed), Self(Weekday::Thu), Self(Weekday::Fri)];
}

impl TryFrom<String> for Workday {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(Self(match text.to_uppercase().as_str() {
            "T2" => Weekday::Mon,
            "T3" => Weekday::Tue,
            "T4" => Weekday::Wed,
            "T5" => Weekday::Thu,
            "T6" => Weekday::Fri,
            "T7" => Weekday::Sat,
            "CN" => Weekday::Sun,
            _ => {
                return Err(format!(
                    "cần một trong các ngày T2, T3, T4, T5, T6, T7, CN, không phải {text:?}"
                ));
            }
        }))
    }
}

/// A date: `20/11/2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub NaiveDate);

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        NaiveDate::parse_from_str(text.trim(), "%d/%m/%Y")
            .map(Self)
            .map_err(|_| format!("cần một ngày có thật, viết như \"20/11/2026\", không phải {text:?}"))
    }
}

/// The letters in front of a case code: one to six capitals, so that it can be said over the telephone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct CaseLetters(String);

impl CaseLetters {
    pub fn usual() -> Self {
        Self("VV".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CaseLetters {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Ok(Self(text));
        }
        Err("cần từ 1 đến 6 chữ in hoa không dấu, ví dụ \"ML\"".to_owned())
    }
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// Reads a whole number that is not 0.
pub(super) fn at_least_one<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    match u32::deserialize(from)? {
        0 => Err(D::Error::custom("cần một số nguyên từ 1 trở lên")),
        number => Ok(number),
    }
}

/// Reads a number of hours.
pub(super) fn hours<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    match u32::deserialize(from)? {
        hours @ 1..=MOST_HOURS => Ok(hours),
        _ => Err(D::Error::custom(format!("cần một số giờ từ 1 đến {MOST_HOURS}"))),
    }
}

/// Reads a number of hours, of which 0 means something of its own.
pub(super) fn hours_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    match u32::deserialize(from)? {
        hours @ 0..=MOST_HOURS => Ok(hours),
        _ => Err(D::Error::custom(format!("cần một số giờ từ 0 đến {MOST_HOURS}"))),
    }
}

/// 07:30 to 11:30 and 13:30 to 17:00: the usual hours of offices.
pub(super) fn usual_hours() -> Vec<Hours> {
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    vec![Hours { from: time(7, 30), to: time(11, 30) }, Hours { from: time(13, 30), to: time(17, 0) }]
}

/// The paid days off of article 112 of the Labour Code, with the days off in lieu of those that fall on a
/// weekend (article 111.3). Swapped days are decided every year and belong into the configuration.
pub(super) fn known_holidays() -> Vec<Day> {
    const DAYS: [(i32, u32, u32); 22] = [
        (2026, 1, 1),
        (2026, 2, 16),
        (2026, 2, 17),
        (2026, 2, 18),
        (2026, 2, 19),
        (2026, 2, 20),
        (2026, 4, 27),
        (2026, 4, 30),
        (2026, 5, 1),
        (2026, 9, 1),
        (2026, 9, 2),
        (2027, 1, 1),
        (2027, 2, 5),
        (2027, 2, 8),
        (2027, 2, 9),
        (2027, 2, 10),
        (2027, 2, 11),
        (2027, 4, 16),
        (2027, 4, 30),
        (2027, 5, 3),
        (2027, 9, 2),
        (2027, 9, 3),
    ];
    DAYS.iter()
        .filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day))
        .map(Day)
        .collect()
}
