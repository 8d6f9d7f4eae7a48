//! Rules of the calendar, beside a plain reading of the five fields, minute by minute.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, Timelike};
use loa::domain::Timestamp;
use loa::domain::schedule::CronRule;
use loa::domain::time::VIETNAM;

use crate::run::{Target, kind};
use crate::targets::text;

/// The five fields as sets; `None` where they are written in a way that this reading does not know.
struct Plain {
    minutes: Vec<u32>,
    hours: Vec<u32>,
    days: Vec<u32>,
    last_day: bool,
    months: Vec<u32>,
    /// 0 is Sunday.
    weekdays: Vec<u32>,
}

fn numbers(field: &str, least: u32, most: u32) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u32>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
            // "5/10" means different things to different readers.
            None if part.contains('/') => return None,
            None => (range.parse().ok()?, range.parse().ok()?),
        };
        if from < least || to > most || from > to {
            return None;
        }
        found.extend((from..=to).step_by(usize::try_from(step).ok()?));
    }
    Some(found)
}

fn plain(expression: &str) -> Option<Plain> {
    let fields: Vec<&str> = expression.split(' ').collect();
    let [minute, hour, day, month, weekday] = fields[..] else { return None };
    let last_day = day.eq_ignore_ascii_case("L");
    Some(Plain {
        minutes: numbers(minute, 0, 59)?,
        hours: numbers(hour, 0, 23)?,
        days: if last_day { (28..=31).collect() } else { numbers(day, 1, 31)? },
        last_day,
        months: numbers(month, 1, 12)?,
        weekdays: numbers(weekday, 0, 7)?.into_iter().map(|day| day % 7).collect(),
    })
}

impl Plain {
    fn is_day(&self, day: NaiveDate) -> bool {
        self.days.contains(&day.day())
            && self.months.contains(&day.month())
            && self.weekdays.contains(&day.weekday().num_days_from_sunday())
            && (!self.last_day || day.succ_opt().is_none_or(|next| next.month() != day.month()))
    }

    /// The first minute after a moment, looked for day by day for thirty years: 29 February on a certain weekday
    /// comes every 28.
    fn next_after(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        let days = after.date().iter_days().take(366 * 30);
        for day in days.filter(|day| self.is_day(*day)) {
            let times =
                self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
            let found = times
                .filter_map(|(hour, minute)| day.and_hms_opt(hour, minute, 0))
                .filter(|at| *at > after)
                .min();
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

fn wall(at: Timestamp) -> NaiveDateTime {
    at.in_zone(VIETNAM).naive_local()
}

#[test]
fn a_rule_names_the_minutes_that_its_fields_name() {
    let words = &[
        "*",
        "*/5",
        "0",
        "8",
        "L",
        "1-5",
        "T2",
        "T7-CN",
        "MON",
        "SUN",
        "28-31",
        "29",
        "31",
        "30",
        "1,15",
        "2",
        "12",
        "*/7",
        "59",
        "23",
        " ",
        "0 8 1 * *",
        "30 16 L * *",
        "0 0 29 2 *",
        "7",
        "1-31/2",
    ];
    let starts = [(2026, 11, 23, 9, 0), (2027, 7, 31, 23, 59), (2028, 2, 29, 0, 0), (2060, 12, 31, 23, 59)]
        .map(|(year, month, day, hour, minute)| Timestamp::vietnam(year, month, day, hour, minute));
    Target { name: "cron", words, longest: 120, memory_kib: 2048 }.run(|input| {
        let text = text(input);
        let rule = match CronRule::parse(&text, VIETNAM) {
            Ok(rule) => rule,
            Err(error) => {
                assert!(error.to_string().chars().count() < 400, "a sentence that nobody reads: {error}");
                return kind(std::mem::discriminant(&error));
            }
        };
        assert!(!rule.describe().is_empty());
        let again = CronRule::parse(rule.expression(), VIETNAM).expect("what was read is read again");
        let known = plain(rule.expression());
        for start in starts {
            let next = rule.next_after(start).expect("a rule that comes, comes again");
            assert!(next > start && wall(next).second() == 0);
            assert_eq!(again.next_after(start), Some(next));
            if let Some(expected) = known.as_ref().and_then(|plain| plain.next_after(wall(start))) {
                assert_eq!(wall(next), expected, "{:?} after {}", rule.expression(), wall(start));
            }
            let due = rule.due(start, start + Duration::days(40).to_std().expect("days"), DAY);
            assert!(
                due.missed.is_sorted()
                    && due.fire.is_none_or(|at| due.missed.iter().all(|missed| *missed < at))
            );
        }
        kind((known.is_some(), rule.next_after(starts[0])))
    });
}

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);
