//! Rules of the calendar: when something is to happen again and again.
//!
//! The crate `cron` does the reckoning. It wants seconds, counts weekdays from 1 for Sunday, and knows no
//! last day of the month; here people write the five fields that are written everywhere, with 1 for Monday.
//! Where both the day of the month and the weekday are given, both have to hold. In the place of the weekday `âm` says
//! that day and month are those of the lunar calendar. `LW` is the last working day, `25W` the 25th or the working day
//! before, `1#1` the first Monday. Behind the five fields may stand what happens on days off, and so many days ahead.

mod day_rule;
mod lunar_rule;
mod shift;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::Timestamp;
use super::calendar::{Calendar, weekday_name};
use super::time::VIETNAM;
use day_rule::DayRule;
use lunar_rule::{LunarRule, is_lunar, read_lunar};
use shift::{LONGEST_REST, Shift};

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
    shift: Shift,
    /// Which days are off.
    calendar: Arc<Calendar>,
    /// No run comes after this moment.
    ends: Option<Timestamp>,
}

/// By which calendar.
#[derive(Clone, Debug)]
enum Kind {
    Solar { schedule: Box<cron::Schedule>, last_day: bool },
    Lunar(LunarRule),
    Days(DayRule),
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
    /// day (or several: `1,15`) and a month (or `*`) of the lunar calendar: `0 7 10 3 âm`. `LW`, `25W`, `1#1`, `5#L`: see
    /// [`DayRule`]. Behind it, where it comes once a day at most: `bỏ`, `trước` or `sau` (on days off it is left out,
    /// comes on the working day before, or after), and `-3` (three days ahead).
    ///
    /// Days off are those of the usual calendar, until [`Self::by`] says another.
    ///
    /// # Errors
    /// The part that cannot be read, in one Vietnamese sentence.
    pub fn parse(expression: &str, zone: Tz) -> Result<Self, CronError> {
        let fields: Vec<&str> = expression.split_whitespace().collect();
        let Some((fields, behind)) = fields.split_at_checked(5) else { return Err(CronError::Fields) };
        let [minute, hour, day, month, weekday] = fields else { return Err(CronError::Fields) };
        let field = |field: &str| CronError::Field(field.chars().take(MOST_SHOWN).collect());
        let shift = Shift::read(behind).map_err(field)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let once_a_day = digits(minute) && digits(hour);
        if !once_a_day && !shift.is_nothing() {
            return Err(field(behind.first().unwrap_or(&"")));
        }
        let rule = |expression: String, kind| {
            let expression = expression + &shift.expression();
            Self { expression, zone, kind, shift, calendar: Arc::default(), ends: None }
        };
        if is_lunar(weekday) {
            let kind = Kind::Lunar(read_lunar(minute, hour, day, month)?);
            return Ok(rule([minute, hour, day, month, "âm"].join(" "), kind));
        }
        if let Some(days) = DayRule::read(fields) {
            return Ok(rule(fields.join(" ").to_uppercase(), Kind::Days(days?)));
        }
        let last_day = day.eq_ignore_ascii_case("L");
        let day = if last_day { "28-31" } else { day };
        let weekday = translate_weekdays(weekday)?;
        if let Some(wrong) = [*minute, *hour, day, *month].into_iter().find(|field| !is_plain(field)) {
            return Err(CronError::Field(wrong.chars().take(MOST_SHOWN).collect()));
        }
        let text = format!("0 {minute} {hour} {day} {month} {weekday}");
        let schedule = cron::Schedule::from_str(&text).map_err(|_| wrong_field(fields, &weekday))?;
        let kind = Kind::Solar { schedule: Box::new(schedule), last_day };
        let rule = rule(fields.join(" "), kind);
        // The crate looks a hundred years ahead; 30 February never comes.
        rule.next_after(Timestamp::vietnam(2024, 1, 1, 0, 0)).ok_or(CronError::Never)?;
        Ok(rule)
    }

    /// The same with other days off.
    pub fn by(self, calendar: Arc<Calendar>) -> Self {
        Self { calendar, ..self }
    }

    /// The same up to a moment: nothing comes after it.
    pub fn until(self, ends: Option<Timestamp>) -> Self {
        Self { ends, ..self }
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
        match self.ends {
            Some(ends) => Box::new(self.endless(after).take_while(move |at| *at <= ends)),
            None => self.endless(after),
        }
    }

    fn endless(&self, after: Timestamp) -> Box<dyn Iterator<Item = Timestamp> + '_> {
        if self.shift.is_nothing() {
            return self.unshifted(after);
        }
        // What is moved to after this moment may come from before it.
        let days = u32::try_from(LONGEST_REST).unwrap_or(u32::MAX);
        let moved = self.unshifted(after.before(DAY * days)).filter_map(|at| {
            let wall = at.in_zone(self.zone).naive_local();
            let day = self.shift.moved(wall.date(), &self.calendar)?;
            Some(place(self.zone, day.and_time(wall.time())))
        });
        Box::new(later_and_later(moved, after))
    }

    fn unshifted(&self, after: Timestamp) -> Box<dyn Iterator<Item = Timestamp> + '_> {
        let (schedule, last_day) = match &self.kind {
            Kind::Solar { schedule, last_day } => (schedule, *last_day),
            Kind::Lunar(rule) => {
                // A lunar year ends in the next one of the sun.
                let year = after.in_zone(self.zone).year() - 1;
                let days = (year..=year + LUNAR_YEARS).flat_map(|year| rule.in_year(year));
                let runs = days.map(|wall| place(self.zone, wall));
                return Box::new(runs.filter(move |at| *at > after));
            }
            Kind::Days(rule) => {
                let month = (after - DAY).in_zone(self.zone).date_naive();
                let runs = rule.since(month, &self.calendar).map(|wall| place(self.zone, wall));
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
        let runs = schedule
            .after(&Utc.from_utc_datetime(&from))
            .filter(move |at| !last_day || is_last_day(at))
            .map(|at| place(self.zone, at.naive_utc()));
        Box::new(later_and_later(runs, after))
    }

    /// The next `count` runs after a moment.
    pub fn next_runs(&self, after: Timestamp, count: usize) -> Vec<Timestamp> {
        self.runs(after).take(count).collect()
    }

    /// The runs from a moment up to another, which is not among them; the first `most`.
    pub fn runs_between(&self, from: Timestamp, to: Timestamp, most: usize) -> Vec<Timestamp> {
        self.runs(Timestamp(from.0 - 1)).take_while(|at| *at < to).take(most).collect()
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
        let mut words = self.words() + &self.shift.words();
        if let Some(ends) = self.ends {
            words += &format!(", đến hết {}", ends.in_zone(self.zone).format("%d/%m/%Y"));
        }
        if self.zone == VIETNAM { words } else { format!("{words} (giờ {})", self.zone.name()) }
    }

    fn words(&self) -> String {
        let fields: Vec<&str> = self.expression.split(' ').collect();
        let Some([minute, hour, day, month, weekday]) = fields.first_chunk() else {
            return self.expression.clone();
        };
        let (Ok(minute), Ok(hour)) = (minute.parse::<u32>(), hour.parse::<u32>()) else {
            return self.expression.clone();
        };
        let time = format!("{hour:02}:{minute:02}");
        if let Kind::Days(rule) = &self.kind {
            return format!("{time} {}", rule.words());
        }
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
            _ => fields[..5].join(" "),
        }
    }
}

/// The last moment of a day, by the wall clock of a zone.
pub fn end_of(day: NaiveDate, zone: Tz) -> Timestamp {
    let next = day.succ_opt().unwrap_or(day);
    Timestamp(place(zone, next.and_time(chrono::NaiveTime::MIN)).0 - 1)
}

/// Those after a moment that are later than all before them.
fn later_and_later(
    runs: impl Iterator<Item = Timestamp>,
    after: Timestamp,
) -> impl Iterator<Item = Timestamp> {
    let mut last = after;
    runs.filter(move |at| {
        let later = *at > last;
        last = last.max(*at);
        later
    })
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

/// A whole number without signs, within bounds.
fn plain(text: &str, least: u32, most: u32) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (least..=most).contains(number))
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
mod tests;
