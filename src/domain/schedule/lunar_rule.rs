//! Rules of the lunar calendar: `0 7 10 3 âm`.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::{CronError, MOST_SHOWN, plain};
use crate::domain::lunar;
use crate::domain::text::fold;

/// Days of the lunar calendar; leap months are left out.
#[derive(Clone, Debug)]
pub(super) struct LunarRule {
    time: NaiveTime,
    /// The last of the month where one is none.
    days: Vec<Option<u32>>,
    /// Every month where there is none.
    month: Option<u32>,
}

impl LunarRule {
    /// Its days in a lunar year, in order.
    pub fn in_year(&self, year: i32) -> Vec<NaiveDateTime> {
        let mut days: Vec<NaiveDate> =
            self.days.iter().flat_map(|day| lunar::days_of_year(year, self.month, *day)).collect();
        days.sort_unstable();
        days.dedup();
        days.into_iter().map(|day| day.and_time(self.time)).collect()
    }
}

/// The word in the place of the weekday.
pub(super) fn is_lunar(field: &str) -> bool {
    matches!(fold(field).as_str(), "am" | "al" | "lunar")
}

/// Reads the five fields but the last.
pub(super) fn read_lunar(minute: &str, hour: &str, day: &str, month: &str) -> Result<LunarRule, CronError> {
    let wrong = |field: &str| CronError::Field(field.chars().take(MOST_SHOWN).collect());
    let number = |field: &str, least, most| plain(field, least, most).ok_or_else(|| wrong(field));
    let (minutes, hours) = (number(minute, 0, 59)?, number(hour, 0, 23)?);
    let time = NaiveTime::from_hms_opt(hours, minutes, 0).ok_or_else(|| wrong(hour))?;
    let in_month = |field: &str| match field {
        "L" => Ok(None),
        field => number(field, 1, 30).map(Some),
    };
    let days = day.split(',').map(in_month).collect::<Result<_, _>>()?;
    let month = match month {
        "*" => None,
        month => Some(number(month, 1, 12)?),
    };
    Ok(LunarRule { time, days, month })
}
