//! Rules of the calendar: when something is to happen again and again.
//!
//! The crate `cron` does the reckoning. It wants seconds, counts weekdays from 1 for Sunday, and knows no
//! last day of the month; here people write the five fields that are written everywhere, with 1 for Monday.
//! Where both the day of the month and the weekday are given, both have to hold. In the place of the weekday `âm` says
//! that day and month are those of the lunar calendar.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::calendar::weekday_name;
use super::text::fold;
use super::time::VIETNAM;
use super::{Timestamp, lunar};

/// How many missed runs are named. The rest are only a number.
const MOST_MISSED: usize = 50;
/// More missed runs than this are not counted: a rule that comes every minute misses five million in ten years.
const MOST_COUNTED: usize = 10_000;
/// What is shown of a field that is wrong, in characters.
const MOST_SHOWN: usize = 40;
/// So far ahead days of the lunar calendar are looked for; the thirtieth of a month does not come every year.
const LUNAR_YEARS: i32 = 100;
const DAY: Duration = Duration::from_secs(86_400);

/// When something happens again and again, by the wall clock of a zone.
#[derive(Clone, Debug)]
pub struct CronRule {
    expression: String,
    zone: Tz,
    kind: Kind,
}

/// By which calendar.
#[derive(Clone, Debug)]
enum Kind {
    Solar { schedule: Box<cron::Schedule>, last_day: bool },
    Lunar(LunarRule),
}

/// Days of the lunar calendar; leap months are left out.
#[derive(Clone, Debug)]
struct LunarRule {
    time: NaiveTime,
    /// The last of the month where one is none.
    days: Vec<Option<u32>>,
    /// Every month where there is none.
    month: Option<u32>,
}

impl LunarRule {
    /// Its days in a lunar year, in order.
    fn in_year(&self, year: i32) -> Vec<NaiveDateTime> {
        let mut days: Vec<NaiveDate> =
            self.days.iter().flat_map(|day| lunar::days_of_year(year, self.month, *day)).collect();
        days.sort_unstable();
        days.dedup();
        days.into_iter().map(|day| day.and_time(self.time)).collect()
    }
}

/// An expression that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    #[error("lịch cần đúng 5 phần: phút giờ ngày tháng thứ, ví dụ “0 8 1 * *” là 08:00 ngày 1 hằng tháng")]
    Fields,
    #[error("phần “{0}” của lịch không hợp lệ; ví dụ “0 8 * * 1” là 08:00 thứ Hai hằng tuần")]
    Field(String),
    #[error("lịch này không bao giờ đến")]
    Never,
}

/// What is to be done about runs since the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// To be done now: the latest run that is not too old.
    pub fire: Option<Timestamp>,
    /// The latest runs that passed and are not made up for, the oldest first; at most 50.
    pub missed: Vec<Timestamp>,
    /// Runs that were missed before those.
    pub earlier: Option<Earlier>,
}

/// Missed runs that are too many to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub first: Timestamp,
    pub last: Timestamp,
    /// How many, both included; 10,000 also where there are more.
    pub count: usize,
}

impl CronRule {
    /// Reads `minute hour day month weekday`. The weekday is 0 to 7 (0 and 7 are Sunday), `MON` to `SUN`, or
    /// `T2` to `T7` and `CN`; the day may be `L`, the last of the month. With `âm` in the place of the weekday it is a
    /// day (or several: `1,15`) and a month (or `*`) of the lunar calendar: `0 7 10 3 âm`.
    ///
    /// # Errors
    /// The part that cannot be read, in one Vietnamese sentence.
    pub fn parse(expression: &str, zone: Tz) -> Result<Self, CronError> {
        let fields: Vec<&str> = expression.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else { return Err(CronError::Fields) };
        if is_lunar(weekday) {
            let kind = Kind::Lunar(read_lunar(minute, hour, day, month)?);
            let expression = [minute, hour, day, month, "âm"].join(" ");
            return Ok(Self { expression, zone, kind });
        }
        let last_day = day.eq_ignore_ascii_case("L");
        let day = if last_day { "28-31" } else { day };
        let weekday = translate_weekdays(weekday)?;
        if let Some(wrong) = [*minute, *hour, day, *month].into_iter().find(|field| !is_plain(field)) {
            return Err(CronError::Field(wrong.chars().take(MOST_SHOWN).collect()));
        }
        let text = format!("0 {minute} {hour} {day} {month} {weekday}");
        let schedule = cron::Schedule::from_str(&text).map_err(|_| wrong_field(&fields, &weekday))?;
        let kind = Kind::Solar { schedule: Box::new(schedule), last_day };
        let rule = Self { expression: fields.join(" "), zone, kind };
        // The crate looks a hundred years ahead; 30 February never comes.
        rule.next_after(Timestamp::vietnam(2024, 1, 1, 0, 0)).ok_or(CronError::Never)?;
        Ok(rule)
    }

    /// The expression, with single blanks.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The first run after a moment.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        self.runs(after).next()
    }

    /// The runs after a moment, soonest first. They end with the century.
    fn runs(&self, after: Timestamp) -> Box<dyn Iterator<Item = Timestamp> + '_> {
        let (schedule, last_day) = match &self.kind {
            Kind::Solar { schedule, last_day } => (schedule, *last_day),
            Kind::Lunar(rule) => {
                // A lunar year ends in the next one of the sun.
                let year = after.in_zone(self.zone).year() - 1;
                let days = (year..=year + LUNAR_YEARS).flat_map(|year| rule.in_year(year));
                let runs = days.map(|wall| place(self.zone, wall));
                return Box::new(runs.filter(move |at| *at > after));
            }
        };
        // The wall clock is reckoned with as if it were UTC, so that no hour is missing or double in it; only
        // the result is placed in the zone.
        let wall = after.in_zone(self.zone).naive_local();
        // A clock that was set shows the same times twice: begin early enough and skip what has passed.
        let before = (after - DAY).in_zone(self.zone);
        let was_set = before.offset().fix() != after.in_zone(self.zone).offset().fix();
        let from = if was_set { before.naive_local() } else { wall };
        let mut last = after;
        let runs = schedule
            .after(&Utc.from_utc_datetime(&from))
            .filter(move |at| !last_day || is_last_day(at))
            .map(|at| place(self.zone, at.naive_utc()));
        Box::new(runs.filter(move |at| {
            let later = *at > last;
            last = last.max(*at);
            later
        }))
    }

    /// The next `count` runs after a moment.
    pub fn next_runs(&self, after: Timestamp, count: usize) -> Vec<Timestamp> {
        self.runs(after).take(count).collect()
    }

    /// What is to be done at `now` when everything up to and including `last` is done. The latest run fires
    /// if it is not older than `catch_up`; all others that passed are missed.
    pub fn due(&self, last: Timestamp, now: Timestamp, catch_up: Duration) -> Due {
        let mut missed = self.latest(last, now);
        let fire = missed.pop_if(|latest| now.since(*latest) <= catch_up);
        missed.drain(..missed.len().saturating_sub(MOST_MISSED));
        let earlier = missed.first().and_then(|named| self.earlier(last, *named));
        Due { fire, missed, earlier }
    }

    /// The latest runs after `last` up to `now`: at least [`MOST_MISSED`] and one more, if there are so many.
    /// Looked for backwards from `now`, so that a long outage costs no more than a short one.
    fn latest(&self, last: Timestamp, now: Timestamp) -> Vec<Timestamp> {
        let mut span = DAY;
        loop {
            let from = last.max(now - span);
            let runs: Vec<Timestamp> = self.runs(from).take_while(|at| *at <= now).collect();
            if runs.len() > MOST_MISSED || from == last {
                return runs;
            }
            span *= 2;
        }
    }

    /// The runs after `last` and before `named`.
    fn earlier(&self, last: Timestamp, named: Timestamp) -> Option<Earlier> {
        let mut runs = self.runs(last).take_while(|at| *at < named).take(MOST_COUNTED);
        let first = runs.next()?;
        Some(runs.fold(Earlier { first, last: first, count: 1 }, |earlier, at| Earlier {
            last: at,
            count: earlier.count + 1,
            ..earlier
        }))
    }

    /// The rule in words where it is a simple one, else the expression.
    pub fn describe(&self) -> String {
        let words = self.words();
        if self.zone == VIETNAM { words } else { format!("{words} (giờ {})", self.zone.name()) }
    }

    fn words(&self) -> String {
        let fields: Vec<&str> = self.expression.split(' ').collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else { return self.expression.clone() };
        let (Ok(minute), Ok(hour)) = (minute.parse::<u32>(), hour.parse::<u32>()) else {
            return self.expression.clone();
        };
        let time = format!("{hour:02}:{minute:02}");
        if is_lunar(weekday) {
            let days = day.replace(',', ", ");
            return match (*day, *month) {
                ("L", "*") => format!("{time} ngày cuối tháng âm lịch"),
                ("L", month) => format!("{time} ngày cuối tháng {month} âm lịch hằng năm"),
                (_, "*") => format!("{time} ngày {days} âm lịch hằng tháng"),
                (_, month) if day.contains(',') => {
                    format!("{time} ngày {days} tháng {month} âm lịch hằng năm")
                }
                (day, month) => format!("{time} ngày {day}/{month} âm lịch hằng năm"),
            };
        }
        match (*day, *month, *weekday) {
            ("*", "*", "*") => format!("{time} hằng ngày"),
            ("*", "*", "1-5") => format!("{time} các ngày thứ Hai đến thứ Sáu"),
            ("*", "*", weekday) => match single_weekday(weekday) {
                Some(name) => format!("{time} {name} hằng tuần"),
                None => self.expression.clone(),
            },
            ("L" | "l", "*", "*") => format!("{time} ngày cuối tháng"),
            (day, "*", "*") if day.parse::<u32>().is_ok() => format!("{time} ngày {day} hằng tháng"),
            (day, month, "*") if day.parse::<u32>().is_ok() && month.parse::<u32>().is_ok() => {
                format!("{time} ngày {day}/{month} hằng năm")
            }
            _ => self.expression.clone(),
        }
    }
}

/// The instant of a wall clock's time. One that is left out when clocks go forward happens when they have
/// gone; one that comes twice happens the first time.
fn place(zone: Tz, wall: NaiveDateTime) -> Timestamp {
    (0..=24)
        .find_map(|quarter| {
            let wall = wall + chrono::Duration::minutes(15 * quarter);
            zone.from_local_datetime(&wall).earliest()
        })
        .map_or_else(|| Timestamp::from(wall.and_utc()), |at| Timestamp::from(at.to_utc()))
}

/// The word in the place of the weekday.
fn is_lunar(field: &str) -> bool {
    matches!(fold(field).as_str(), "am" | "al" | "lunar")
}

fn read_lunar(minute: &str, hour: &str, day: &str, month: &str) -> Result<LunarRule, CronError> {
    let wrong = |field: &str| CronError::Field(field.chars().take(MOST_SHOWN).collect());
    let number = |field: &str, most: u32| {
        let digits = !field.is_empty() && field.len() <= 2 && field.bytes().all(|byte| byte.is_ascii_digit());
        field.parse().ok().filter(|number| digits && *number <= most).ok_or_else(|| wrong(field))
    };
    let (minutes, hours) = (number(minute, 59)?, number(hour, 23)?);
    let time = NaiveTime::from_hms_opt(hours, minutes, 0).ok_or_else(|| wrong(hour))?;
    let in_month = |field: &str| match field {
        "L" => Ok(None),
        field => number(field, 30).and_then(|day| if day == 0 { Err(wrong(field)) } else { Ok(Some(day)) }),
    };
    let days = day.split(',').map(in_month).collect::<Result<_, _>>()?;
    let month = match month {
        "*" => None,
        month => Some(
            number(month, 12).and_then(|number| if number == 0 { Err(wrong(month)) } else { Ok(number) })?,
        ),
    };
    Ok(LunarRule { time, days, month })
}

fn is_last_day(at: &DateTime<Utc>) -> bool {
    at.date_naive().succ_opt().is_none_or(|next| next.month() != at.month())
}

/// Whether a field is a list of `*`, `5` or `1-5`, each with a step or without: the crate takes more, and reads
/// a comma at the beginning as part of the field before.
fn is_plain(field: &str) -> bool {
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    field.split(',').all(|part| {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let ends = range == "*" || range.split('-').count() <= 2 && range.split('-').all(word);
        ends && step.is_none_or(word)
    })
}

/// The numbers of the crate: 1 is Sunday.
fn translate_weekdays(field: &str) -> Result<String, CronError> {
    let wrong = || CronError::Field(field.chars().take(MOST_SHOWN).collect());
    if field == "*" {
        return Ok("*".to_owned());
    }
    let mut days = BTreeMap::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u32>().ok().filter(|s| *s > 0).ok_or_else(wrong)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((from, to)) => (read_weekday(from).ok_or_else(wrong)?, read_weekday(to).ok_or_else(wrong)?),
            None => {
                let day = read_weekday(range).ok_or_else(wrong)?;
                (day, day)
            }
        };
        // "6-7" and "T7-CN" end with Sunday, which is 0 here.
        let to = if to < from { to + 7 } else { to };
        for day in (from..=to).step_by(usize::try_from(step).unwrap_or(1)) {
            days.insert(day % 7 + 1, ());
        }
    }
    Ok(days.keys().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

/// 0 is Sunday.
fn read_weekday(text: &str) -> Option<u32> {
    let names = [
        ["SUN", "CN"],
        ["MON", "T2"],
        ["TUE", "T3"],
        ["WED", "T4"],
        ["THU", "T5"],
        ["FRI", "T6"],
        ["SAT", "T7"],
    ];
    if let Ok(number) = text.parse::<u32>() {
        return (number <= 7).then_some(number % 7);
    }
    let upper = text.to_uppercase();
    names.iter().position(|names| names.contains(&upper.as_str())).and_then(|day| u32::try_from(day).ok())
}

fn single_weekday(field: &str) -> Option<&'static str> {
    let day = read_weekday(field)?;
    let day = chrono::Weekday::try_from(u8::try_from((day + 6) % 7).ok()?).ok()?;
    Some(weekday_name(day))
}

/// Which of the five fields the crate does not take: the first that fails on its own.
fn wrong_field(fields: &[&str], weekday: &str) -> CronError {
    let fails = |place: usize, field: &str| {
        let mut parts = ["0", "*", "*", "*", "*", "*"];
        parts[place] = field;
        cron::Schedule::from_str(&parts.join(" ")).is_err()
    };
    let wrong = fields.iter().enumerate().find(|(place, field)| {
        let field = if *place == 4 { weekday } else { field };
        fails(place + 1, field)
    });
    let field = wrong.map_or_else(|| fields.join(" "), |(_, field)| (*field).to_owned());
    CronError::Field(field.chars().take(MOST_SHOWN).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(expression: &str) -> CronRule {
        CronRule::parse(expression, VIETNAM).expect("a rule")
    }

    fn at(year: i32, month: u32, day: u32, hour: u32) -> Timestamp {
        Timestamp::vietnam(year, month, day, hour, 0)
    }

    #[test]
    fn one_is_monday_and_zero_and_seven_are_sunday() {
        let now = at(2026, 11, 23, 9); // Monday
        assert_eq!(rule("0 8 * * 1").next_after(now), Some(at(2026, 11, 30, 8)));
        for sunday in ["0 8 * * 0", "0 8 * * 7", "0 8 * * SUN", "0 8 * * CN"] {
            assert_eq!(rule(sunday).next_after(now), Some(at(2026, 11, 29, 8)), "{sunday}");
        }
        let week = rule("0 8 * * 1-5").next_runs(now, 5);
        let days = [24, 25, 26, 27, 30].map(|day| at(2026, 11, day, 8));
        assert_eq!(week, days);
        assert_eq!(rule("0 8 * * T7-CN").next_runs(now, 2), [at(2026, 11, 28, 8), at(2026, 11, 29, 8)]);
    }

    #[test]
    fn lunar_days_come_when_the_people_keep_them() {
        let now = at(2026, 11, 23, 9);
        let runs = rule("0 7 10 3 âm").next_runs(now, 2);
        assert_eq!(runs, [at(2027, 4, 16, 7), at(2028, 4, 4, 7)], "the ancestors' day");
        assert_eq!(rule("0 18 L 12 âm").next_after(now), Some(at(2027, 2, 5, 18)), "the eve");
        assert_eq!(rule("0 6 1 1 am").next_runs(now, 2), [at(2027, 2, 6, 6), at(2028, 1, 26, 6)]);
        let moons = rule("0 6 1,15 * lunar").next_runs(now, 3);
        assert_eq!(moons, [at(2026, 12, 9, 6), at(2026, 12, 23, 6), at(2027, 1, 8, 6)]);
        assert_eq!(rule("0 7 10 3 ÂM").describe(), "07:00 ngày 10/3 âm lịch hằng năm");
        assert_eq!(rule("0 6 1,15 * âm").describe(), "06:00 ngày 1, 15 âm lịch hằng tháng");
        assert_eq!(
            rule(rule("0 18 L 12 lunar").expression()).describe(),
            "18:00 ngày cuối tháng 12 âm lịch hằng năm"
        );
        for wrong in
            ["0 7 31 1 âm", "0 7 0 1 âm", "0 7 1 13 âm", "0 7 1-5 1 âm", "0 24 1 1 âm", "*/5 7 1 1 âm"]
        {
            assert!(CronRule::parse(wrong, VIETNAM).is_err(), "{wrong}");
        }
        // The thirtieth of the twelfth month is left out where there is none; nothing comes twice, or out of order.
        let thirtieth = rule("0 7 30 12 âm").next_runs(now, 20);
        assert!(thirtieth.is_sorted() && thirtieth.len() == 20, "{thirtieth:?}");
    }

    #[test]
    fn the_last_day_of_the_month_is_found_in_every_month() {
        let runs = rule("0 17 L * *").next_runs(at(2027, 12, 31, 18), 3);
        assert_eq!(runs, [at(2028, 1, 31, 17), at(2028, 2, 29, 17), at(2028, 3, 31, 17)]);
    }

    #[test]
    fn a_wrong_part_is_named() {
        let error = |text: &str| CronRule::parse(text, VIETNAM).expect_err("wrong");
        assert_eq!(error("0 8 1 *"), CronError::Fields);
        assert_eq!(error("0 25 1 * *"), CronError::Field("25".into()));
        assert_eq!(error("0 8 * * 9"), CronError::Field("9".into()));
        assert_eq!(error("0 8 30 2 *"), CronError::Never);
        assert_eq!(error("61 8 * * *"), CronError::Field("61".into()));
        assert_eq!(error(",7 8 * * *"), CronError::Field(",7".into()), "not seconds");
        assert_eq!(error("0 8 ** * *"), CronError::Field("**".into()));
    }

    #[test]
    fn rules_are_said_in_words() {
        assert_eq!(rule("0 8 1 * *").describe(), "08:00 ngày 1 hằng tháng");
        assert_eq!(rule("30 7 * * 1").describe(), "07:30 thứ Hai hằng tuần");
        assert_eq!(rule("0 8 22 12 *").describe(), "08:00 ngày 22/12 hằng năm");
    }

    #[test]
    fn after_an_outage_the_latest_run_fires_and_the_others_are_named() {
        let daily = rule("0 8 * * *");
        let due = daily.due(at(2026, 11, 20, 8), at(2026, 11, 23, 10), DAY);
        assert_eq!(due.fire, Some(at(2026, 11, 23, 8)));
        assert_eq!(due.missed, [at(2026, 11, 21, 8), at(2026, 11, 22, 8)]);
        let late = daily.due(at(2026, 11, 22, 8), at(2026, 11, 23, 10), Duration::from_secs(3600));
        assert_eq!(late, Due { missed: vec![at(2026, 11, 23, 8)], ..Due::default() });
    }

    #[test]
    fn of_ten_years_the_last_fifty_runs_are_named_and_the_others_counted() {
        let daily = rule("0 8 * * *");
        let due = daily.due(at(2026, 11, 23, 8), at(2036, 11, 23, 10), DAY);
        assert_eq!(due.fire, Some(at(2036, 11, 23, 8)));
        assert_eq!(due.missed.len(), 50);
        assert_eq!(due.missed.last(), Some(&at(2036, 11, 22, 8)));
        let earlier = due.earlier.expect("more than fifty");
        assert_eq!((earlier.first, earlier.last), (at(2026, 11, 24, 8), at(2036, 10, 3, 8)));
        assert_eq!(earlier.count, 3653 - 1 - 50);
        let late = daily.due(at(2026, 11, 23, 8), at(2036, 11, 24, 7), Duration::from_secs(3600));
        assert_eq!(late.missed.last(), Some(&at(2036, 11, 23, 8)), "the latest is named too");
    }

    #[test]
    fn a_rule_of_every_minute_is_looked_through_in_no_time() {
        let due = rule("* * * * *").due(at(2026, 11, 23, 8), at(2036, 11, 23, 8), DAY);
        assert_eq!(due.fire, Some(at(2036, 11, 23, 8)));
        assert_eq!(due.earlier.map(|earlier| earlier.count), Some(10_000));
        let last_days = rule("* * L * *");
        let next = last_days.next_after(Timestamp::vietnam(2027, 7, 31, 23, 59));
        assert_eq!(next, Some(at(2027, 8, 31, 0)));
    }

    #[test]
    fn a_skipped_hour_happens_once_and_a_double_one_too() {
        let berlin: Tz = "Europe/Berlin".parse().expect("a zone");
        let rule = CronRule::parse("30 2 * * *", berlin).expect("a rule");
        let spring = Timestamp::from(berlin.with_ymd_and_hms(2027, 3, 27, 12, 0, 0).unwrap().to_utc());
        let autumn = Timestamp::from(berlin.with_ymd_and_hms(2027, 10, 30, 12, 0, 0).unwrap().to_utc());
        for start in [spring, autumn] {
            let runs = rule.next_runs(start, 3);
            let days: Vec<u32> = runs.iter().map(|run| run.in_zone(berlin).day()).collect();
            assert!(days.windows(2).all(|pair| pair[0] != pair[1]), "{days:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn ten_years_have_no_run_missing_and_none_double(day in 1_u32..=31, step in 1_u64..400) {
            let monthly = rule(&format!("0 8 {day} * *"));
            let end = at(2037, 1, 1, 0);
            let mut last = at(2027, 1, 1, 0);
            let mut now = last;
            let mut fired = Vec::new();
            while now < end {
                now = now + Duration::from_secs(step * 3600);
                let due = monthly.due(last, now, Duration::from_secs(u64::from(u32::MAX)));
                prop_assert_eq!(due.earlier, None);
                fired.extend(due.missed);
                fired.extend(due.fire);
                last = now;
            }
            let expected = (2027..2037)
                .flat_map(|year| (1..=12).map(move |month| (year, month)))
                .filter_map(|(year, month)| chrono::NaiveDate::from_ymd_opt(year, month, day))
                .map(|date| at(date.year(), date.month(), date.day(), 8))
                .collect::<Vec<_>>();
            fired.retain(|run| *run < end);
            prop_assert_eq!(fired, expected);
        }

        #[test]
        fn any_expression_is_survived(text in "[-0-9*/, LTCNMOa-z]{0,30}") {
            let _ = CronRule::parse(&text, VIETNAM);
        }
    }
}
