//! Working time, and times in words.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;

use super::Timestamp;
use super::text::fold;
use super::time::VIETNAM;

/// No deadline is looked for further ahead: a calendar without any working time must not loop for ever.
const FURTHEST_DAYS: u32 = 366 * 3;

/// When people work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub zone: Tz,
    /// The parts of a working day, in order, each from and to.
    pub hours: Vec<(NaiveTime, NaiveTime)>,
    pub workdays: Vec<Weekday>,
    /// Days off, whatever their weekday. The paid ones and their swaps are decided every year.
    pub holidays: BTreeSet<NaiveDate>,
    /// Days worked instead of a day off, whatever their weekday.
    pub extra_workdays: BTreeSet<NaiveDate>,
}

/// Monday to Friday, 07:30 to 11:30 and 13:30 to 17:00, in Vietnam, without any holiday.
impl Default for Calendar {
    fn default() -> Self {
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        Self {
            zone: VIETNAM,
            hours: vec![(time(7, 30), time(11, 30)), (time(13, 30), time(17, 0))],
            workdays: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
            holidays: BTreeSet::new(),
            extra_workdays: BTreeSet::new(),
        }
    }
}

impl Calendar {
    /// Whether people work on this day.
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        self.extra_workdays.contains(&day)
            || (self.workdays.contains(&day.weekday()) && !self.holidays.contains(&day))
    }

    /// Whether people work at this moment.
    pub fn is_working(&self, at: Timestamp) -> bool {
        let day = at.in_zone(self.zone).date_naive();
        self.parts_of(day).any(|(from, to)| from <= at && at < to)
    }

    /// This moment, or if it lies before the first or after the last hour of work of a day, or on a day off, when work
    /// begins again. Over lunch people can be written to.
    pub fn awake(&self, at: Timestamp) -> Timestamp {
        let day = at.in_zone(self.zone).date_naive();
        let (begins, ends) = (self.parts_of(day).next(), self.parts_of(day).last());
        match (begins, ends) {
            (Some((begins, _)), Some((_, ends))) if begins <= at && at < ends => at,
            _ => self.add_working(at, Duration::ZERO),
        }
    }

    /// When work begins on the first working day after that of this moment.
    pub fn next_morning(&self, at: Timestamp) -> Timestamp {
        let day = at.in_zone(self.zone).date_naive();
        let midnight = day.succ_opt().and_then(|next| instant(self.zone, next, NaiveTime::MIN));
        self.add_working(midnight.unwrap_or(at), Duration::ZERO)
    }

    /// How long people work on a day.
    pub fn day_length(&self) -> Duration {
        let parts = self.hours.iter().map(|(from, to)| (*to - *from).to_std().unwrap_or_default());
        parts.sum()
    }

    /// The moment when `work` of working time has passed since `from`.
    pub fn add_working(&self, from: Timestamp, work: Duration) -> Timestamp {
        let mut left = work;
        let mut day = from.in_zone(self.zone).date_naive();
        for _ in 0..FURTHEST_DAYS {
            for (begins, ends) in self.parts_of(day) {
                let begins = begins.max(from);
                let length = ends.since(begins);
                if length.is_zero() {
                    continue;
                }
                if left <= length {
                    return begins + left;
                }
                left -= length;
            }
            let Some(next) = day.succ_opt() else { break };
            day = next;
        }
        // Without working time in three years, the calendar is of no use: ordinary time is better than none.
        from + work
    }

    /// How much working time lies between two moments; nothing if the second is not later.
    pub fn working_between(&self, from: Timestamp, to: Timestamp) -> Duration {
        let mut sum = Duration::ZERO;
        let mut day = from.in_zone(self.zone).date_naive();
        let last = to.in_zone(self.zone).date_naive();
        let mut days = 0;
        while day <= last && days < FURTHEST_DAYS {
            for (begins, ends) in self.parts_of(day) {
                sum += ends.min(to).since(begins.max(from));
            }
            let Some(next) = day.succ_opt() else { break };
            day = next;
            days += 1;
        }
        sum
    }

    fn parts_of(&self, day: NaiveDate) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let works = self.is_workday(day);
        self.hours.iter().filter(move |_| works).filter_map(move |(from, to)| {
            Some((instant(self.zone, day, *from)?, instant(self.zone, day, *to)?))
        })
    }
}

pub(super) fn instant(zone: Tz, day: NaiveDate, time: NaiveTime) -> Option<Timestamp> {
    let local = zone.from_local_datetime(&day.and_time(time));
    local.earliest().map(|at| Timestamp::from(at.to_utc()))
}

/// `thứ Hai` … `Chủ nhật`.
pub fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "thứ Hai",
        Weekday::Tue => "thứ Ba",
        Weekday::Wed => "thứ Tư",
        Weekday::Thu => "thứ Năm",
        Weekday::Fri => "thứ Sáu",
        Weekday::Sat => "thứ Bảy",
        Weekday::Sun => "Chủ nhật",
    }
}

/// `08:00 thứ Hai 07/12/2026`, in Vietnam.
pub fn when_words(at: Timestamp) -> String {
    let t = at.in_zone(VIETNAM);
    format!("{:02}:{:02} {} {}", t.hour(), t.minute(), weekday_name(t.weekday()), date_words(at))
}

/// `07/12/2026`, in Vietnam.
pub fn date_words(at: Timestamp) -> String {
    at.in_zone(VIETNAM).format("%d/%m/%Y").to_string()
}

/// `3 ngày 2 giờ`, `2 giờ 15 phút`, `40 giây`: the two largest parts that are not nothing.
pub fn duration_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 86_400, "ngày"),
        (seconds / 3600 % 24, "giờ"),
        (seconds / 60 % 60, "phút"),
        (if seconds < 60 { seconds } else { 0 }, "giây"),
    ];
    let words: Vec<String> = parts
        .iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if words.is_empty() { "dưới 1 giây".to_owned() } else { words.join(" ") }
}

/// A time that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("chưa hiểu thời gian “{0}”; hãy viết như 08:00 07/12/2026, 14:30, 8h mai, hoặc ngay")]
pub struct UnknownTime(pub String);

/// Reads a time as people in Vietnam type it: `ngay`, `14:30` (the next one), `8h30 mai`, `thứ hai 8h`,
/// `08:00 07/12/2026`, `07/12 8h`, `2026-12-07T08:00`.
///
/// # Errors
/// Where no such time can be read, or it has passed.
pub fn parse_when(text: &str, now: Timestamp) -> Result<Timestamp, UnknownTime> {
    let unknown = || UnknownTime(text.trim().chars().take(40).collect());
    let folded = fold(text).replace(',', " ");
    if ["ngay", "ngay bay gio", "bay gio", "now"].contains(&folded.as_str()) {
        return Ok(now);
    }
    let spaced = folded.replace('t', " t").replace(" t0", " 0").replace(" t1", " 1").replace(" t2", " 2");
    let words = if looks_iso(&folded) { spaced } else { folded };
    let today = now.in_zone(VIETNAM).date_naive();
    let mut date = None;
    let mut time = None;
    let mut words = words.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if let Some(read) = read_time(word) {
            time = Some(read);
        } else if let Some(read) = read_date(word, today) {
            date = Some(read);
        } else if matches!(word, "mai") {
            date = today.succ_opt();
        } else if matches!(word, "mot" | "kia") {
            date = today.succ_opt().and_then(|day| day.succ_opt());
        } else if matches!(word, "thu") {
            date = words.next().and_then(read_weekday).and_then(|weekday| next_weekday(today, weekday));
        } else if matches!(word, "nay" | "hom" | "ngay" | "luc" | "sang" | "gio") {
            // Words that say nothing more.
        } else if let Some(weekday) = read_short_weekday(word) {
            date = next_weekday(today, weekday);
        } else {
            return Err(unknown());
        }
    }
    let time = match (time, date) {
        (Some(time), _) => time,
        // A day alone means its morning.
        (None, Some(_)) => NaiveTime::from_hms_opt(8, 0, 0).ok_or_else(unknown)?,
        (None, None) => return Err(unknown()),
    };
    let at = |day| instant(VIETNAM, day, time);
    let found = match date {
        Some(day) => at(day),
        None => at(today).filter(|at| *at > now).or_else(|| today.succ_opt().and_then(at)),
    };
    found.filter(|found| *found > now).ok_or_else(unknown)
}

fn looks_iso(text: &str) -> bool {
    text.len() >= 16 && text.as_bytes().get(4) == Some(&b'-') && text.as_bytes().get(10) == Some(&b't')
}

/// `8h`, `8h30`, `14:30`, `8g`, `8g15`.
fn read_time(word: &str) -> Option<NaiveTime> {
    let (hour, minute) = word.split_once([':', 'h', 'g'])?;
    let minute = match minute {
        "" => 0,
        digits if digits.len() <= 2 => digits.parse().ok()?,
        digits => digits.get(..2).filter(|_| digits.as_bytes()[2] == b':')?.parse().ok()?,
    };
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute, 0)
}

/// `07/12/2026`, `7/12` (this year, or the next if it has passed), `2026-12-07`.
pub fn read_date(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    if let Ok(date) = NaiveDate::parse_from_str(word, "%Y-%m-%d") {
        return Some(date);
    }
    let mut parts = word.split(['/', '-', '.']);
    let (day, month) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    match parts.next() {
        Some(year) if year.len() == 4 => NaiveDate::from_ymd_opt(year.parse().ok()?, month, day),
        Some(_) => None,
        None => NaiveDate::from_ymd_opt(today.year(), month, day)
            .filter(|date| *date >= today)
            .or_else(|| NaiveDate::from_ymd_opt(today.year() + 1, month, day)),
    }
}

fn read_weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "hai" | "2" => Weekday::Mon,
        "ba" | "3" => Weekday::Tue,
        "tu" | "4" => Weekday::Wed,
        "nam" | "5" => Weekday::Thu,
        "sau" | "6" => Weekday::Fri,
        "bay" | "7" => Weekday::Sat,
        _ => return None,
    })
}

fn read_short_weekday(word: &str) -> Option<Weekday> {
    if word == "cn" {
        return Some(Weekday::Sun);
    }
    word.strip_prefix('t').and_then(read_weekday)
}

/// The first such day after today.
fn next_weekday(today: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    today.iter_days().skip(1).take(7).find(|day| day.weekday() == weekday)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(day: u32, hour: u32, minute: u32) -> Timestamp {
        Timestamp::vietnam(2026, 11, day, hour, minute)
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_deadline_skips_lunch_night_and_weekend() {
        let calendar = Calendar::default();
        // 20/11/2026 is a Friday.
        assert_eq!(calendar.add_working(at(20, 10, 30), HOUR * 2), at(20, 14, 30));
        assert_eq!(calendar.add_working(at(20, 16, 0), HOUR * 2), at(23, 8, 30));
        assert_eq!(calendar.add_working(at(21, 9, 0), HOUR), at(23, 8, 30));
    }

    #[test]
    fn a_holiday_is_skipped_and_a_swapped_day_counts() {
        let mut calendar = Calendar::default();
        calendar.holidays.insert(NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date"));
        calendar.extra_workdays.insert(NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date"));
        assert_eq!(calendar.add_working(at(20, 16, 0), HOUR * 2), at(21, 8, 30));
        assert_eq!(calendar.add_working(at(21, 16, 0), HOUR * 2), at(24, 8, 30));
    }

    #[test]
    fn three_days_from_friday_afternoon_are_wednesday_or_thursday_after_a_holiday() {
        let mut calendar = Calendar::default();
        let three = calendar.day_length() * 3;
        assert_eq!(calendar.add_working(at(20, 16, 30), three), at(25, 16, 30));
        calendar.holidays.insert(NaiveDate::from_ymd_opt(2026, 11, 24).expect("a date"));
        assert_eq!(calendar.add_working(at(20, 16, 30), three), at(26, 16, 30));
    }

    #[test]
    fn a_calendar_without_working_time_still_ends() {
        let calendar = Calendar { workdays: Vec::new(), ..Calendar::default() };
        assert_eq!(calendar.add_working(at(20, 16, 0), HOUR), at(20, 17, 0));
    }

    #[test]
    fn times_are_read_as_people_type_them() {
        let now = at(23, 9, 0); // Monday
        for (text, expected) in [
            ("ngay", now),
            ("14:30", at(23, 14, 30)),
            ("8h", at(24, 8, 0)),
            ("8h30 mai", at(24, 8, 30)),
            ("thứ tư 8h", at(25, 8, 0)),
            ("T6 7h15", at(27, 7, 15)),
            ("thứ hai 8h", at(30, 8, 0)),
            ("08:00 07/12/2026", Timestamp::vietnam(2026, 12, 7, 8, 0)),
            ("7/12 8h", Timestamp::vietnam(2026, 12, 7, 8, 0)),
            ("2026-12-07T08:00", Timestamp::vietnam(2026, 12, 7, 8, 0)),
            ("5/1", Timestamp::vietnam(2027, 1, 5, 8, 0)),
        ] {
            assert_eq!(parse_when(text, now), Ok(expected), "{text}");
        }
        for text in ["", "hôm qua", "25:00", "31/02/2027", "08:00 01/01/2020", "8h 8 9"] {
            assert!(parse_when(text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_said_in_words() {
        assert_eq!(when_words(Timestamp::vietnam(2026, 12, 7, 8, 0)), "08:00 thứ Hai 07/12/2026");
        assert_eq!(duration_words(Duration::from_secs(2 * 3600 + 15 * 60)), "2 giờ 15 phút");
        assert_eq!(duration_words(Duration::from_secs(3 * 86_400)), "3 ngày");
        assert_eq!(duration_words(Duration::from_secs(40)), "40 giây");
    }

    proptest! {
        #[test]
        fn adding_and_measuring_working_time_agree(start in 0_i64..40_000_000, work in 1_u64..400_000) {
            let calendar = Calendar::default();
            let from = Timestamp(1_790_000_000_000_000 + start * 1_000_000);
            let until = calendar.add_working(from, Duration::from_secs(work));
            prop_assert_eq!(calendar.working_between(from, until), Duration::from_secs(work));
        }

        /// More work is never done earlier, and who begins later is never done before who began.
        #[test]
        fn adding_working_time_is_monotone(
            start in 0_i64..40_000_000,
            later in 0_i64..400_000,
            work in 0_u64..400_000,
            more in 0_u64..400_000,
            off in prop::collection::btree_set(0_u32..200, 0..20),
            made_up in prop::collection::btree_set(0_u32..200, 0..5),
        ) {
            let day = |after: u32| {
                NaiveDate::from_ymd_opt(2026, 9, 1).expect("a date") + chrono::Days::new(u64::from(after))
            };
            let calendar = Calendar {
                holidays: off.into_iter().map(day).collect(),
                extra_workdays: made_up.into_iter().map(day).collect(),
                ..Calendar::default()
            };
            let from = Timestamp(1_790_000_000_000_000 + start * 1_000_000);
            let after = from + Duration::from_secs(later.unsigned_abs());
            let (some, all) = (Duration::from_secs(work), Duration::from_secs(work + more));
            prop_assert!(calendar.add_working(from, some) <= calendar.add_working(from, all));
            prop_assert!(calendar.add_working(from, some) <= calendar.add_working(after, some));
            let end = calendar.add_working(from, all);
            prop_assert_eq!(calendar.working_between(from, end), all);
            prop_assert!(calendar.is_working(end) || calendar.is_working(end.before(Duration::from_micros(1))));
        }

        #[test]
        fn any_text_is_survived(text in ".*") {
            let _ = parse_when(&text, at(23, 9, 0));
        }
    }
}
