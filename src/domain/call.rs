//! A notice that asks every unit for an answer by a date: what is asked, how answers are read, and when who has not
//! given one is reminded.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use chrono::NaiveTime;
use serde::{Deserialize, Serialize, Serializer};

use super::Timestamp;
use super::calendar::{Calendar, UnknownTime, instant, parse_when};
use super::text::{clean_line, fold};
use super::time::VIETNAM;

/// No answer is awaited for longer.
pub const MOST_DAYS: u64 = 366;
const DAY: Duration = Duration::from_secs(24 * 3600);
const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
/// Days that are looked back for a working one: longer than any row of holidays.
const MOST_DAYS_OFF: usize = 31;
/// The longest answer in words, in characters.
pub const MOST_WORDS: usize = 3000;
/// Digits before the comma of a number.
const MOST_DIGITS: usize = 13;
/// Digits behind it.
const DECIMALS: usize = 4;
/// What a number is kept in parts of.
const PARTS: i64 = 10_i64.pow(4);
/// The longest name of a file in an archive, in characters, without what keeps it apart from others.
const MOST_NAME: usize = 120;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    Text,
    Number,
    File,
}

impl CallKind {
    pub const ALL: [Self; 3] = [Self::File, Self::Number, Self::Text];

    pub fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::File => "file",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What a notice asks of every unit that gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallForInput {
    pub kind: CallKind,
    /// Until when; later answers are taken too, and marked.
    pub due: Timestamp,
}

impl CallForInput {
    /// Whether there is time for an answer to what goes out at this moment, and not for ever.
    pub fn fits(&self, sent: Timestamp) -> bool {
        self.due > sent && self.due <= sent + DAY * u32::try_from(MOST_DAYS).unwrap_or(u32::MAX)
    }

    /// When who has not answered is reminded ahead: a working day before, while people are up.
    pub fn ahead(&self, calendar: &Calendar) -> Timestamp {
        let mut at = self.due.before(DAY);
        for _ in 0..MOST_DAYS_OFF {
            if calendar.is_workday(at.in_zone(calendar.zone).date_naive()) {
                break;
            }
            at = at.before(DAY);
        }
        let mut hours = (0..24).map(|hours| at.before(HOUR * hours));
        hours.find(|at| calendar.awake(*at) == *at).unwrap_or_else(|| calendar.awake(at))
    }

    /// When it is over, and people are up; with their work at the latest.
    pub fn over(&self, calendar: &Calendar) -> Timestamp {
        let moment_before = self.due.before(MINUTE);
        if calendar.awake(moment_before) == moment_before { self.due } else { calendar.awake(self.due) }
    }
}

/// What every unit is asked for by every run of a schedule, and how long it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallAfter {
    pub kind: CallKind,
    pub after: Duration,
}

impl CallAfter {
    /// What a run asks for. Whole days end with their work, on a working day; less is as long as it is.
    pub fn of(&self, run: Timestamp, calendar: &Calendar) -> CallForInput {
        let CallAfter { kind, after } = *self;
        let plain = CallForInput { kind, due: run + after };
        if after < DAY {
            return plain;
        }
        let day = plain.due.in_zone(VIETNAM).date_naive();
        let works = day.iter_days().take(MOST_DAYS_OFF).find(|day| calendar.is_workday(*day));
        let end =
            NaiveTime::from_hms_opt(17, 0, 0).and_then(|end| instant(VIETNAM, works.unwrap_or(day), end));
        CallForInput { kind, due: end.unwrap_or(plain.due) }
    }
}

/// Reads until when an answer is awaited, as people type it. A day alone means the end of its work.
///
/// # Errors
/// Where no such time can be read, or it has passed.
pub fn read_due(text: &str, now: Timestamp) -> Result<Timestamp, UnknownTime> {
    if text.trim().is_empty() {
        return parse_when(text, now);
    }
    // A time that is typed behind it takes its place.
    parse_when(&format!("17:00 {text}"), now).or_else(|_| parse_when(text, now))
}

/// A number as it is written in Vietnam, kept in ten-thousandths: `1.250`, `12,5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub i64);

impl Amount {
    /// Reads `1250`, `1.250`, `1 250`, `12,5`. Where a dot does not part thousands, nobody knows what it means.
    pub fn read(text: &str) -> Option<Self> {
        let text = fold(text);
        let (whole, rest) = text.split_once(',').unwrap_or((&text, ""));
        let has_rest = text.contains(',');
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let mut groups = whole.split(['.', ' ']);
        let first = groups.next().filter(|first| digits(first))?;
        let mut all = first.to_owned();
        for group in groups {
            let parts = first.len() <= 3 && group.len() == 3 && digits(group);
            all.push_str(Some(group).filter(|_| parts)?);
        }
        if all.len() > MOST_DIGITS || (has_rest && (!digits(rest) || rest.len() > DECIMALS)) {
            return None;
        }
        let behind: i64 = format!("{rest:0<DECIMALS$}").parse().ok()?;
        Some(Self(all.parse::<i64>().ok()? * PARTS + behind))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(self.0.into()))
    }
}

/// As programs read it: a whole number, or one with a point.
impl Serialize for Amount {
    #[allow(clippy::cast_precision_loss, reason = "a number that a program reads is no other")]
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 % PARTS {
            0 => to.serialize_i64(self.0 / PARTS),
            _ => to.serialize_f64(self.0 as f64 / PARTS as f64),
        }
    }
}

/// The sum of numbers, as it is written.
pub fn sum_words(amounts: impl Iterator<Item = Amount>) -> String {
    written(amounts.map(|amount| i128::from(amount.0)).sum())
}

fn written(parts: i128) -> String {
    let (whole, behind) = (parts / i128::from(PARTS), parts % i128::from(PARTS));
    let digits = whole.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    if behind > 0 {
        out.push(',');
        out.push_str(format!("{behind:0>DECIMALS$}").trim_end_matches('0'));
    }
    out
}

/// Names for the files of an archive: begun with their unit, safe on every system, none twice, in whatever case.
#[derive(Debug, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// Keeps a name for the archive's own.
    pub fn keep(&mut self, name: &str) {
        self.0.insert(fold(name));
    }

    /// The name of a unit's file.
    pub fn of(&mut self, unit: &str, file: &str) -> String {
        let (unit, file) = (safe(unit), safe(file));
        let (stem, ending) = match file.rsplit_once('.') {
            // What is longer is part of the name.
            Some((stem, ending)) if !stem.is_empty() && ending.chars().count() <= 8 => {
                (stem, format!(".{ending}"))
            }
            _ => (file.as_str(), String::new()),
        };
        let stem: String = format!("{unit} - {stem}").chars().take(MOST_NAME).collect();
        let mut name = format!("{stem}{ending}");
        let mut number = 2;
        while !self.0.insert(fold(&name)) {
            name = format!("{stem} ({number}){ending}");
            number += 1;
        }
        name
    }
}

/// Without what leads elsewhere or what a system does not take.
fn safe(name: &str) -> String {
    let line = clean_line(name, MOST_NAME).unwrap_or_default();
    let plain = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let name: String = line.chars().map(plain).collect();
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() { "_".to_owned() } else { name.to_owned() }
}

/// Puts things of these sizes into as few heaps as they fit in their order, none larger than `most`; what is larger by
/// itself is a heap by itself.
pub fn heaps(sizes: &[u64], most: u64) -> Vec<Vec<usize>> {
    let mut heaps: Vec<Vec<usize>> = Vec::new();
    let mut room: Option<u64> = None;
    for (at, size) in sizes.iter().enumerate() {
        match (heaps.last_mut(), room.and_then(|room| room.checked_sub(*size))) {
            (Some(last), Some(left)) => {
                last.push(at);
                room = Some(left);
            }
            _ => {
                heaps.push(vec![at]);
                room = most.checked_sub(*size);
            }
        }
    }
    heaps
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn at(day: u32, hour: u32, minute: u32) -> Timestamp {
        Timestamp::vietnam(2026, 11, day, hour, minute)
    }

    #[test]
    fn numbers_are_read_as_they_are_written_in_vietnam() {
        for (text, parts) in [
            ("0", 0),
            ("1250", 12_500_000),
            ("1.250", 12_500_000),
            ("1 250", 12_500_000),
            (" 1.250,75 ", 12_507_500),
            ("12,5", 125_000),
            ("1.234.567", 12_345_670_000),
        ] {
            assert_eq!(Amount::read(text), Some(Amount(parts)), "{text}");
        }
        for text in [
            "",
            "12 triệu",
            "12.5",
            "1.25",
            "1,2,3",
            "12,",
            ",5",
            "-5",
            "1250.000",
            "1.2345",
            "99999999999999",
        ] {
            assert_eq!(Amount::read(text), None, "{text}");
        }
        assert_eq!(sum_words([Amount(12_500_000), Amount(125_000)].into_iter()), "1.262,5");
        let json = |amount| serde_json::to_string(&amount).expect("JSON");
        assert_eq!((json(Amount(12_500_000)), json(Amount(125_000))), ("1250".into(), "12.5".into()));
    }

    #[test]
    fn a_day_alone_is_due_when_its_work_ends() {
        let now = at(23, 9, 0);
        for (text, due) in [
            ("27/11", at(27, 17, 0)),
            ("9h 27/11", at(27, 9, 0)),
            ("thứ sáu", at(27, 17, 0)),
            ("mai", at(24, 17, 0)),
            ("08:30 30/11/2026", at(30, 8, 30)),
            ("2026-11-27T08:00", at(27, 8, 0)),
        ] {
            assert_eq!(read_due(text, now), Ok(due), "{text}");
        }
        for text in ["", "hôm qua", "20/11/2026"] {
            assert!(read_due(text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn who_is_missing_is_reminded_a_working_day_before() {
        let mut calendar = Calendar::default();
        let call = |due| CallForInput { kind: CallKind::File, due };
        assert_eq!(call(at(27, 17, 0)).ahead(&calendar), at(26, 16, 0), "work is over at that hour");
        assert_eq!(
            call(at(24, 7, 0)).ahead(&calendar),
            at(23, 7, 30),
            "nobody is up, nor on the Sunday before"
        );
        assert_eq!(call(at(27, 16, 0)).ahead(&calendar), at(26, 16, 0));
        assert_eq!(call(at(30, 10, 0)).ahead(&calendar), at(27, 10, 0), "not on a Sunday");
        assert_eq!(call(at(27, 17, 0)).over(&calendar), at(27, 17, 0), "with their work");
        calendar.holidays.insert(NaiveDate::from_ymd_opt(2026, 11, 27).expect("a date"));
        assert_eq!(call(at(30, 10, 0)).ahead(&calendar), at(26, 10, 0));
        assert_eq!(call(at(28, 23, 0)).over(&calendar), at(30, 7, 30), "nobody is woken");
        assert!(call(at(30, 10, 0)).fits(at(23, 8, 0)) && !call(at(23, 8, 0)).fits(at(23, 8, 0)));
        assert!(!call(Timestamp::vietnam(2028, 1, 1, 8, 0)).fits(at(23, 8, 0)));
    }

    #[test]
    fn a_run_of_a_schedule_is_due_when_the_work_of_a_day_ends() {
        let calendar = Calendar::default();
        let due = |run, after| CallAfter { kind: CallKind::File, after }.of(run, &calendar).due;
        assert_eq!(due(at(23, 8, 0), DAY * 3), at(26, 17, 0));
        assert_eq!(due(at(23, 8, 0), DAY * 5), at(30, 17, 0), "not on a Saturday");
        assert_eq!(due(at(23, 8, 0), DAY / 12), at(23, 10, 0));
    }

    #[test]
    fn names_in_an_archive_lead_nowhere_and_are_there_once() {
        let mut names = Names::default();
        names.keep("bang.csv");
        assert_eq!(names.of("Xã A", "báo cáo.pdf"), "Xã A - báo cáo.pdf");
        assert_eq!(names.of("Xã A", "BÁO CÁO.pdf"), "Xã A - BÁO CÁO (2).pdf");
        assert_eq!(names.of("Xã A/B", "../../etc/passwd"), "Xã A_B - _.._etc_passwd");
        assert_eq!(names.of("..", "C:\\a\u{202e}b.exe"), "_ - C__ab.exe");
        assert!(names.of("Xã A", &"a".repeat(500)).chars().count() <= MOST_NAME);
    }

    proptest! {
        #[test]
        fn a_number_is_read_as_it_was_written(parts in 0_i64..=99_999_999_999_999_999) {
            let amount = Amount(parts);
            prop_assert_eq!(Amount::read(&amount.to_string()), Some(amount));
        }

        #[test]
        fn any_text_is_survived(text in ".*") {
            let _ = Amount::read(&text);
            let _ = read_due(&text, at(23, 8, 0));
            let name = Names::default().of(&text, &text);
            prop_assert!(!name.contains(['/', '\\', '\n', ':']) && !name.starts_with('.') && !name.ends_with(['.', ' ']), "{:?}", name);
        }

        #[test]
        fn heaps_hold_everything_once_in_its_order_and_are_never_too_large(
            sizes in prop::collection::vec(0_u64..30, 0..40),
            most in 1_u64..60,
        ) {
            let heaps = heaps(&sizes, most);
            let all: Vec<usize> = heaps.iter().flatten().copied().collect();
            prop_assert_eq!(all, (0..sizes.len()).collect::<Vec<_>>());
            for heap in heaps {
                let size: u64 = heap.iter().map(|at| sizes[*at]).sum();
                prop_assert!(size <= most || heap.len() == 1);
            }
        }
    }
}
