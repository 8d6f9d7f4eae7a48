//! A month of the calendar, as people name it.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::time::VIETNAM;

/// Years of which a month is shown: for these the lunar calendar is known.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2100;

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct YearMonth {
    year: i32,
    month: u32,
}

impl YearMonth {
    /// The month, where there is such a one.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        (YEARS.contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// Reads `12/2026`, `12` (the next month 12, this one included), `tháng 12`, or nothing: this month.
    pub fn read(text: &str, now: Timestamp) -> Option<Self> {
        let today = now.in_zone(VIETNAM).date_naive();
        let text = super::text::fold(text);
        let text = text.trim().strip_prefix("thang").unwrap_or(text.trim()).trim();
        if text.is_empty() {
            return Self::new(today.year(), today.month());
        }
        let number = |text: &str, most: usize| {
            let digits = text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u32>().ok().filter(|_| digits)
        };
        if let Some((month, year)) = text.split_once(['/', '-', '.']) {
            return Self::new(i32::try_from(number(year, 4)?).ok()?, number(month, 2)?);
        }
        let month = number(text, 2)?;
        Self::new(if month < today.month() { today.year() + 1 } else { today.year() }, month)
    }

    /// `12/2026`.
    pub fn words(self) -> String {
        format!("{}/{}", self.month, self.year)
    }

    /// The month after it.
    pub fn next(self) -> Option<Self> {
        if self.month == 12 { Self::new(self.year + 1, 1) } else { Self::new(self.year, self.month + 1) }
    }

    /// The month before it.
    pub fn previous(self) -> Option<Self> {
        if self.month == 1 { Self::new(self.year - 1, 12) } else { Self::new(self.year, self.month - 1) }
    }

    /// Its days.
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        (1..=31).filter_map(move |day| NaiveDate::from_ymd_opt(self.year, self.month, day))
    }

    /// Its first moment, and that of the next, in Vietnam.
    pub fn bounds(self) -> (Timestamp, Timestamp) {
        let (year, month) = if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        let first = |year, month| Timestamp::vietnam(year, month, 1, 0, 0);
        (first(self.year, self.month), first(year, month))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_as_people_name_them() {
        let now = Timestamp::vietnam(2026, 11, 23, 8, 5);
        let read = |text| YearMonth::read(text, now).map(YearMonth::words);
        for (text, month) in [
            ("", "11/2026"),
            ("11", "11/2026"),
            ("12", "12/2026"),
            ("2", "2/2027"),
            ("12/2026", "12/2026"),
            ("tháng 3/2027", "3/2027"),
            ("01-2027", "1/2027"),
        ] {
            assert_eq!(read(text).as_deref(), Some(month), "{text}");
        }
        for text in ["13", "0", "12/26", "mai", "12/99999", "-1", "1/2101"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn one_month_follows_another() {
        let december = YearMonth::new(2026, 12).expect("a month");
        assert_eq!(december.next().map(YearMonth::words).as_deref(), Some("1/2027"));
        assert_eq!(december.next().and_then(YearMonth::previous), Some(december));
        assert_eq!(YearMonth::new(2100, 12).and_then(YearMonth::next), None);
        assert_eq!(december.days().count(), 31);
        let (from, to) = december.bounds();
        assert_eq!(
            (from.short(), to.short()),
            ("00:00 01/12/2026".to_owned(), "00:00 01/01/2027".to_owned())
        );
    }
}
