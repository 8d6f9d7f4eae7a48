//! A year of the calendar: its days off, the days made up for, and what looks wrong about them.

use chrono::{Datelike, NaiveDate};

use super::calendar::Calendar;

/// Paid days off in a year (Bộ luật Lao động 2019, Điều 112).
pub const PAID_DAYS: usize = 11;

/// Something about a year that somebody should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// There are fewer days off than the law gives: a year that nobody has entered has none.
    TooFew { found: usize },
    /// A day off on which nobody works anyway: the day given instead is missing, or it is a slip.
    OffAnyway(NaiveDate),
    /// A day made up for that is worked anyway.
    WorkedAnyway(NaiveDate),
    /// A day off that is made up for on itself: then it is worked.
    Both(NaiveDate),
}

/// What the calendar says of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    pub year: i32,
    pub holidays: Vec<NaiveDate>,
    /// Days worked in the place of others.
    pub extra: Vec<NaiveDate>,
    pub workdays: usize,
    pub oddities: Vec<Oddity>,
}

impl Year {
    /// Reads a year off the calendar.
    pub fn of(calendar: &Calendar, year: i32) -> Self {
        let within = |day: &&NaiveDate| day.year() == year;
        let holidays: Vec<NaiveDate> = calendar.holidays.iter().filter(within).copied().collect();
        let extra: Vec<NaiveDate> = calendar.extra_workdays.iter().filter(within).copied().collect();
        let usual = |day: &NaiveDate| calendar.workdays.contains(&day.weekday());
        let mut oddities = Vec::new();
        for day in &holidays {
            if extra.contains(day) {
                oddities.push(Oddity::Both(*day));
            } else if !usual(day) {
                oddities.push(Oddity::OffAnyway(*day));
            }
        }
        let worked = extra.iter().filter(|day| usual(day) && !holidays.contains(day));
        oddities.extend(worked.map(|day| Oddity::WorkedAnyway(*day)));
        let real = holidays.iter().filter(|day| usual(day)).count();
        // A day swapped for another is no day more.
        let found = real.saturating_sub(extra.iter().filter(|day| !usual(day)).count());
        if found < PAID_DAYS {
            oddities.insert(0, Oddity::TooFew { found });
        }
        let first = NaiveDate::from_ymd_opt(year, 1, 1);
        let days = first.into_iter().flat_map(|first| first.iter_days()).take_while(|day| day.year() == year);
        let workdays = days.filter(|day| calendar.is_workday(*day)).count();
        Self { year, holidays, extra, workdays, oddities }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).expect("a day")
    }

    #[test]
    fn a_year_that_nobody_entered_is_odd() {
        let year = Year::of(&Calendar::default(), 2028);
        assert_eq!(year.oddities, [Oddity::TooFew { found: 0 }]);
        assert_eq!(year.workdays, 260);
    }

    #[test]
    fn swapped_days_are_no_days_more_and_slips_are_named() {
        let mut calendar = Calendar::default();
        calendar.holidays.extend((2..=13).map(|of| day(3, of)));
        // A Saturday and a Sunday among them: nobody works then.
        let year = Year::of(&calendar, 2026);
        assert_eq!(year.oddities[0], Oddity::TooFew { found: 10 });
        assert_eq!(year.oddities[1..], [Oddity::OffAnyway(day(3, 7)), Oddity::OffAnyway(day(3, 8))]);
        calendar.holidays.extend([day(8, 31), day(9, 1)]);
        // Monday is off for a Saturday that is worked.
        calendar.extra_workdays.extend([day(8, 22), day(8, 25), day(9, 1)]);
        let year = Year::of(&calendar, 2026);
        assert_eq!(
            year.oddities[2..],
            [Oddity::Both(day(9, 1)), Oddity::WorkedAnyway(day(8, 25))],
            "{year:?}"
        );
        assert!(calendar.is_workday(day(8, 22)) && !calendar.is_workday(day(8, 31)));
    }
}
