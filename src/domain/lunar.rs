//! The lunar calendar of Viet Nam: months begin on the day of the new moon, as it is reckoned at UTC+7.
//!
//! New moons and the sun's place come from the series of J. Meeus, "Astronomical Algorithms" (chapters 49 and 25), the
//! difference between the earth's time and that of the planets from F. Espenak and J. Meeus (NASA/TP-2006-214141). The
//! month of the winter solstice is the eleventh; where thirteen months lie between two of them, the first in which the
//! sun enters none of its twelve signs is a leap month, named after the one before it. A test compares 1900 to 2100
//! with an ephemeris.

use chrono::{Datelike, NaiveDate};

/// A month of the lunar calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Month {
    year: i32,
    number: u32,
    leap: bool,
    /// The first day, and the first day of the next month.
    begins: Day,
    ends: Day,
}

/// A day of Viet Nam, as the whole number of days since noon of 1 January 4713 BC (Julian).
type Day = i32;

/// What [`Day`] is on the day before 1 January of the year 1.
const BEFORE_YEAR_ONE: Day = 1_721_425;
/// Hours that Viet Nam is ahead of Greenwich, in days.
const AHEAD: f64 = 7.0 / 24.0;
/// The first new moon of the year 2000, from which they are numbered.
const NEW_MOON_2000: f64 = 2_451_550.097_66;
/// From one new moon to the next, in days.
const MONTH: f64 = 29.530_588_861;
/// Noon of 1 January 2000.
const J2000: f64 = 2_451_545.0;

/// The days of a lunar year that are the `day`th of the `month`th month, leap months left out; of every month where
/// none is given, and the last days where no day is.
pub fn days_of_year(year: i32, month: Option<u32>, day: Option<u32>) -> Vec<NaiveDate> {
    let all = months_of(year).into_iter().chain(months_of(year + 1));
    let wanted = all.filter(|one| one.year == year && !one.leap);
    let wanted = wanted.filter(|one| month.is_none_or(|month| month == one.number));
    wanted.filter_map(|one| one.date(day)).collect()
}

/// What day of a lunar month a date is, which month, and whether that is a leap month.
pub fn lunar_date(date: NaiveDate) -> Option<(u32, u32, bool)> {
    let day = date.num_days_from_ce() + BEFORE_YEAR_ONE;
    let all = months_of(date.year()).into_iter().chain(months_of(date.year() + 1));
    let month = all.into_iter().find(|month| (month.begins..month.ends).contains(&day))?;
    Some((u32::try_from(day - month.begins + 1).ok()?, month.number, month.leap))
}

impl Month {
    /// The date of one of its days, or of its last.
    fn date(&self, day: Option<u32>) -> Option<NaiveDate> {
        let length = self.ends - self.begins;
        let day = day.map_or(Some(length), |day| i32::try_from(day).ok())?;
        let inside = (1..=length).contains(&day);
        inside
            .then(|| NaiveDate::from_num_days_from_ce_opt(self.begins + day - 1 - BEFORE_YEAR_ONE))
            .flatten()
    }
}

/// The months from the eleventh of the year before to the tenth of this, which lie between two winter solstices.
fn months_of(year: i32) -> Vec<Month> {
    let (first, last) = (eleventh(year - 1), eleventh(year));
    let begins: Vec<Day> = (first..=last).map(new_moon).collect();
    let signs: Vec<i32> = begins.iter().map(|day| sign(*day)).collect();
    let leap = (begins.len() == 14).then(|| (1..13).find(|at| signs[*at] == signs[at + 1])).flatten();
    let (mut months, mut number, mut in_year) = (Vec::new(), 11, year - 1);
    for (at, pair) in begins.windows(2).enumerate() {
        let is_leap = leap == Some(at);
        if at > 0 && !is_leap {
            number = number % 12 + 1;
            in_year = if number == 1 { year } else { in_year };
        }
        months.push(Month { year: in_year, number, leap: is_leap, begins: pair[0], ends: pair[1] });
    }
    months
}

/// The number of the new moon with which the month of the winter solstice of a year begins.
fn eleventh(year: i32) -> i32 {
    let new_year = NaiveDate::from_ymd_opt(year + 1, 1, 1).map_or(0, |day| day.num_days_from_ce());
    let new_year = new_year + BEFORE_YEAR_ONE;
    // The sun stands at 270 degrees then: between 19 and 24 December.
    let solstice = (new_year - 14..new_year).find(|day| sign(day + 1) >= 9).unwrap_or(new_year - 10);
    let near = whole((f64::from(solstice) - NEW_MOON_2000) / MONTH);
    (near - 1..=near + 2).take_while(|number| new_moon(*number) <= solstice).last().unwrap_or(near)
}

/// Which twelfth of its way from spring to spring the sun is in when a day begins in Viet Nam: 0 to 11.
fn sign(day: Day) -> i32 {
    whole(sun(f64::from(day) - 0.5 - AHEAD) / 30.0)
}

/// The day on which the new moon of this number is.
fn new_moon(number: i32) -> Day {
    // Three seconds after midnight says the ephemeris, for which the series is not exact enough.
    let close = if number == JULY_1967 { 1 } else { 0 };
    whole(new_moon_at(f64::from(number)) + 0.5 + AHEAD) + close
}

/// The new moon of 8 July 1967, 00:00:03 in Viet Nam.
const JULY_1967: i32 = -402;

/// The moment of a new moon, in days of Greenwich.
fn new_moon_at(k: f64) -> f64 {
    let t = k / 1236.85;
    let mean =
        NEW_MOON_2000 + MONTH * k + t * t * (0.000_154_37 + t * (-0.000_000_150 + t * 0.000_000_000_73));
    let e = 1.0 - t * (0.002_516 + t * 0.000_007_4);
    let sun = (2.5534 + 29.105_356_70 * k - t * t * (0.000_001_4 + t * 0.000_000_11)).to_radians();
    let moon =
        (201.5643 + 385.816_935_28 * k + t * t * (0.010_758_2 + t * (0.000_012_38 - t * 0.000_000_058)))
            .to_radians();
    let node = (160.7108 + 390.670_502_84 * k
        - t * t * (0.001_611_8 + t * (0.000_002_27 - t * 0.000_000_011)))
        .to_radians();
    let ascending = (124.7746 - 1.563_755_88 * k + t * t * (0.002_067_2 + t * 0.000_002_15)).to_radians();
    // Of each term: its size, the power of e in it, and how often sun, moon and node are in its angle.
    let terms: f64 = TERMS
        .iter()
        .map(|&(size, power, s, m, n)| size * e.powi(power) * (s * sun + m * moon + n * node).sin())
        .sum();
    let planets: f64 =
        PLANETS.iter().map(|&(size, from, each)| size * (from + each * k).to_radians().sin()).sum::<f64>()
            + 0.000_325 * (299.77 + 0.107_408 * k - 0.009_173 * t * t).to_radians().sin();
    let there = mean + terms - 0.000_17 * ascending.sin() + planets;
    there - ahead_of_earth(there) / 86_400.0
}

/// Chapter 49, new moon.
const TERMS: [(f64, i32, f64, f64, f64); 24] = [
    (-0.407_20, 0, 0.0, 1.0, 0.0),
    (0.172_41, 1, 1.0, 0.0, 0.0),
    (0.016_08, 0, 0.0, 2.0, 0.0),
    (0.010_39, 0, 0.0, 0.0, 2.0),
    (0.007_39, 1, -1.0, 1.0, 0.0),
    (-0.005_14, 1, 1.0, 1.0, 0.0),
    (0.002_08, 2, 2.0, 0.0, 0.0),
    (-0.001_11, 0, 0.0, 1.0, -2.0),
    (-0.000_57, 0, 0.0, 1.0, 2.0),
    (0.000_56, 1, 1.0, 2.0, 0.0),
    (-0.000_42, 0, 0.0, 3.0, 0.0),
    (0.000_42, 1, 1.0, 0.0, 2.0),
    (0.000_38, 1, 1.0, 0.0, -2.0),
    (-0.000_24, 1, -1.0, 2.0, 0.0),
    (-0.000_07, 0, 2.0, 1.0, 0.0),
    (0.000_04, 0, 0.0, 2.0, -2.0),
    (0.000_04, 0, 3.0, 0.0, 0.0),
    (0.000_03, 0, 1.0, 1.0, -2.0),
    (0.000_03, 0, 0.0, 2.0, 2.0),
    (-0.000_03, 0, 1.0, 1.0, 2.0),
    (0.000_03, 0, -1.0, 1.0, 2.0),
    (-0.000_02, 0, -1.0, 1.0, -2.0),
    (-0.000_02, 0, 1.0, 3.0, 0.0),
    (0.000_02, 0, 0.0, 4.0, 0.0),
];

/// Chapter 49, the pull of the planets: size, angle, and its change with each moon.
const PLANETS: [(f64, f64, f64); 13] = [
    (0.000_165, 251.88, 0.016_321),
    (0.000_164, 251.83, 26.651_886),
    (0.000_126, 349.42, 36.412_478),
    (0.000_110, 84.66, 18.206_239),
    (0.000_062, 141.74, 53.303_771),
    (0.000_060, 207.14, 2.453_732),
    (0.000_056, 154.84, 7.306_860),
    (0.000_047, 34.52, 27.261_239),
    (0.000_042, 207.19, 0.121_824),
    (0.000_040, 291.34, 1.844_379),
    (0.000_037, 161.72, 24.198_154),
    (0.000_035, 239.56, 25.513_099),
    (0.000_023, 331.55, 3.592_518),
];

/// Where the sun is seen, in degrees from the point of spring, at a moment in days of Greenwich. Chapter 25, to a
/// hundredth of a degree, which the sun takes a quarter of an hour for.
fn sun(at: f64) -> f64 {
    let t = (at + ahead_of_earth(at) / 86_400.0 - J2000) / 36_525.0;
    let mean = 280.466_46 + t * (36_000.769_83 + t * 0.000_303_2);
    let anomaly = (357.529_11 + t * (35_999.050_29 - t * 0.000_153_7)).to_radians();
    let centre = (1.914_602 - t * (0.004_817 + t * 0.000_014)) * anomaly.sin()
        + (0.019_993 - t * 0.000_101) * (2.0 * anomaly).sin()
        + 0.000_289 * (3.0 * anomaly).sin();
    let node = (125.04 - 1934.136 * t).to_radians();
    (mean + centre - 0.005_69 - 0.004_78 * node.sin()).rem_euclid(360.0)
}

/// By how many seconds the time of the planets is ahead of the turning earth.
fn ahead_of_earth(at: f64) -> f64 {
    let year = 2000.0 + (at - J2000) / 365.25;
    let from = |start: f64, factors: &[f64]| {
        let t = year - start;
        factors.iter().rev().fold(0.0, |sum, factor| sum * t + factor)
    };
    match year {
        year if year < 1920.0 => from(1900.0, &[-2.79, 1.494_119, -0.059_893_9, 0.006_196_6, -0.000_197]),
        year if year < 1941.0 => from(1920.0, &[21.20, 0.844_93, -0.076_100, 0.002_093_6]),
        year if year < 1961.0 => from(1950.0, &[29.07, 0.407, -1.0 / 233.0, 1.0 / 2547.0]),
        year if year < 1986.0 => from(1975.0, &[45.45, 1.067, -1.0 / 260.0, -1.0 / 718.0]),
        year if year < 2005.0 => {
            from(2000.0, &[63.86, 0.3345, -0.060_374, 0.001_727_5, 0.000_651_814, 0.000_023_735_99])
        }
        year if year < 2050.0 => from(2000.0, &[62.92, 0.322_17, 0.005_589]),
        year => {
            let century = (year - 1820.0) / 100.0;
            -20.0 + 32.0 * century * century - 0.5628 * (2150.0 - year).max(0.0)
        }
    }
}

/// The whole number at or below.
#[expect(clippy::cast_possible_truncation, reason = "days and moons of some thousand years")]
fn whole(number: f64) -> i32 {
    number.floor() as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A day of the lunar calendar.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct LunarDay {
        year: i32,
        month: u32,
        /// Whether it is in the second month of this number.
        leap: bool,
        day: u32,
    }

    /// The lunar date of a day.
    fn lunar(date: NaiveDate) -> LunarDay {
        let day = date.num_days_from_ce() + BEFORE_YEAR_ONE;
        let mut months = months_of(date.year()).into_iter().chain(months_of(date.year() + 1));
        let month = months.rfind(|month| month.begins <= day);
        let Month { year, number, leap, begins, .. } = month.expect("every day lies between two solstices");
        LunarDay { year, month: number, leap, day: u32::try_from(day - begins + 1).unwrap_or(1) }
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date")
    }

    #[test]
    fn the_days_that_everybody_knows() {
        // Of the first two years China's calendar begins on another day.
        let new_years =
            [day(2007, 2, 17), day(2030, 2, 2), day(2026, 2, 17), day(2027, 2, 6), day(1985, 1, 21)];
        for date in new_years {
            assert_eq!(days_of_year(date.year(), Some(1), Some(1)), [date]);
            assert_eq!(lunar(date), LunarDay { year: date.year(), month: 1, leap: false, day: 1 });
        }
        assert_eq!(days_of_year(2027, Some(3), Some(10)), [day(2027, 4, 16)], "the ancestors' day");
        assert_eq!(days_of_year(2026, Some(12), None), [day(2027, 2, 5)], "the eve");
        assert_eq!(days_of_year(2026, None, Some(15)).len(), 12);
    }

    /// The table was made with an ephemeris (PyEphem): first day of each year, its leap month, and for each of its
    /// months whether it has 30 days.
    #[test]
    fn two_hundred_years_agree_with_an_ephemeris() {
        let table = include_str!("../../tests/data/lunar.csv");
        for line in table.lines() {
            let [year, begins, leap, long] = line.split(',').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let year: i32 = year.parse().expect("a year");
            let months = months_of(year).into_iter().chain(months_of(year + 1));
            let months: Vec<Month> = months.filter(|month| month.year == year).collect();
            let first = months[0].date(Some(1)).expect("a date");
            let ours = (
                first.to_string(),
                months.iter().find(|month| month.leap).map_or(0, |month| month.number).to_string(),
                months.iter().map(|month| if month.ends - month.begins == 30 { '1' } else { '0' }).collect(),
            );
            assert_eq!(ours, (begins.to_owned(), leap.to_owned(), long.to_owned()), "{year}");
        }
        assert_eq!(table.lines().count(), 201);
    }

    proptest! {
        #[test]
        fn every_day_comes_back(days in 0..73_000_i32) {
            let date = day(1900, 2, 1) + chrono::Duration::days(days.into());
            let found = lunar(date);
            prop_assert!((1..=30).contains(&found.day) && (1..=12).contains(&found.month));
            if !found.leap {
                prop_assert_eq!(days_of_year(found.year, Some(found.month), Some(found.day)), [date]);
            }
            let next = lunar(date + chrono::Duration::days(1));
            prop_assert!(next.day == found.day + 1 || (next.day == 1 && found.day >= 29));
        }
    }
}
