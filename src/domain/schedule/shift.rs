//! What happens to a run that falls on a day off, and runs that come some days before their day.

use chrono::{Days, NaiveDate};

use crate::domain::calendar::Calendar;
use crate::domain::text::fold;

/// Days off in a row are fewer than this.
pub(super) const LONGEST_REST: u64 = 60;

/// Behind the five fields of a rule: `bỏ`, `trước` or `sau`, and `-3` for three days ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shift {
    pub off: Option<Off>,
    /// So many days before the day itself.
    pub ahead: u32,
}

/// What becomes of a run on a day off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Off {
    Skip,
    Before,
    After,
}

impl Shift {
    /// Reads the words behind the five fields; the one that cannot be read is the error.
    pub fn read<'a>(words: &[&'a str]) -> Result<Self, &'a str> {
        let mut shift = Self::default();
        for word in words {
            let off = match fold(word).as_str() {
                "bo" | "skip" => Some(Off::Skip),
                "truoc" | "before" => Some(Off::Before),
                "sau" | "after" => Some(Off::After),
                _ => None,
            };
            let ahead = word.strip_prefix('-').and_then(|days| days.parse().ok());
            match (off, ahead) {
                (Some(_), _) if shift.off.is_none() => shift.off = off,
                (None, Some(days @ 1..=60)) if shift.ahead == 0 => shift.ahead = days,
                _ => return Err(word),
            }
        }
        Ok(shift)
    }

    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// Where a day is moved to; nowhere where it is left out.
    pub fn moved(self, day: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
        let works = |day: &NaiveDate| calendar.is_workday(*day);
        let near = |day: Option<NaiveDate>| day.filter(works);
        let day = match self.off {
            None => Some(day),
            Some(Off::Skip) => near(Some(day)),
            Some(Off::Before) => {
                (0..LONGEST_REST).find_map(|days| near(day.checked_sub_days(Days::new(days))))
            }
            Some(Off::After) => {
                (0..LONGEST_REST).find_map(|days| near(day.checked_add_days(Days::new(days))))
            }
        };
        day?.checked_sub_days(Days::new(self.ahead.into()))
    }

    /// As it is written behind the fields.
    pub fn expression(self) -> String {
        let off = match self.off {
            None => "",
            Some(Off::Skip) => " bỏ",
            Some(Off::Before) => " trước",
            Some(Off::After) => " sau",
        };
        if self.ahead == 0 { off.to_owned() } else { format!("{off} -{}", self.ahead) }
    }

    /// In words, behind those of the rule.
    pub fn words(self) -> String {
        let off = match self.off {
            None => "",
            Some(Off::Skip) => ", bỏ ngày nghỉ",
            Some(Off::Before) => ", ngày nghỉ thì ngày làm việc trước đó",
            Some(Off::After) => ", ngày nghỉ thì ngày làm việc sau đó",
        };
        if self.ahead == 0 { off.to_owned() } else { format!("{off}, gửi sớm {} ngày", self.ahead) }
    }
}
