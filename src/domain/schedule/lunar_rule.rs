//! Rules of the lunar calendar: `0 7 10 3 âm`.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::{CronError, MOST_SHOWN};
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
