//! Days of a month that no cron expression finds: the last working day, the 25th or the working day before it, the first
//! Monday.

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::{CronError, MOST_SHOWN, plain, read_weekday};
use crate::domain::calendar::Calendar;

/// One day of a month, at one time of day.
#[derive(Clone, Debug)]
pub(super) struct DayRule {
    time: NaiveTime,
    /// Empty: every month.
    months: Vec<u32>,
    pick: Pick,
}

#[derive(Clone, Copy, Debug)]
enum Pick {
    /// This day, or the working day before; of a month that begins with days off, the first working day. `1` is the
    /// first working day of the month.
    Workday(u32),
    LastWorkday,
    /// The first to the fifth of a weekday; a month without a fifth is left out.
    Nth(Weekday, u32),
    Last(Weekday),
}

impl DayRule {
    /// Reads the five fields, if they are of this kind: `25W` or `LW` as the day, or `1#1` (the first Monday) or `5#L`
    /// (the last Friday) as the weekday.
    pub fn read(fields: &[&str]) -> Option<Result<Self, CronError>> {
        let [minute, hour, day, month, weekday] = *fields else { return None };
        let of_work = day.strip_suffix(['W', 'w']);
        let nth = weekday.split_once('#');
        if of_work.is_none() && nth.is_none() {
            return None;
        }
        let wrong = |field: &str| CronError::Field(field.chars().take(MOST_SHOWN).collect());
        let read = || {
            let pick = match (of_work, nth) {
                (Some("L" | "l"), None) if weekday == "*" => Pick::LastWorkday,
                (Some(number), None) if weekday == "*" => {
                    Pick::Workday(plain(number, 1, 31).ok_or_else(|| wrong(day))?)
                }
                (None, Some((name, place))) if day == "*" => {
                    let number = read_weekday(name).and_then(|number| u8::try_from((number + 6) % 7).ok());
                    let name = number.and_then(|number| Weekday::try_from(number).ok());
                    let name = name.ok_or_else(|| wrong(weekday))?;
                    match place {
                        "L" | "l" => Pick::Last(name),
                        place => Pick::Nth(name, plain(place, 1, 5).ok_or_else(|| wrong(weekday))?),
                    }
                }
                (Some(_), _) => return Err(wrong(weekday)),
                _ => return Err(wrong(day)),
            };
            let months: Option<Vec<u32>> = match month {
                "*" => Some(Vec::new()),
                list => list.split(',').map(|one| plain(one, 1, 12)).collect(),
            };
            let time = plain(hour, 0, 23).zip(plain(minute, 0, 59));
            let time = time.and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0));
            let months = months.ok_or_else(|| wrong(month))?;
            Ok(Self { time: time.ok_or_else(|| wrong(&format!("{minute} {hour}")))?, months, pick })
        };
        Some(read())
    }

    /// Its days from a month on, for a hundred years.
    pub fn since<'a>(
        &'a self,
        month: NaiveDate,
        calendar: &'a Calendar,
    ) -> impl Iterator<Item = NaiveDateTime> + 'a {
        let first = month.with_day(1).unwrap_or(month);
        let months = (0..1200).map_while(move |more| first.checked_add_months(Months::new(more)));
        let wanted = months.filter(|first| self.months.is_empty() || self.months.contains(&first.month()));
        wanted.filter_map(|first| Some(self.in_month(first, calendar)?.and_time(self.time)))
    }

    fn in_month(&self, first: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
        let all = || first.iter_days().take_while(|day| day.month() == first.month());
        let works = |day: &NaiveDate| calendar.is_workday(*day);
        match self.pick {
            Pick::Workday(number) => {
                let day = first.with_day(number)?;
                let before = all().take_while(|one| *one <= day).filter(works).last();
                before.or_else(|| all().find(works))
            }
            Pick::LastWorkday => all().filter(works).last(),
            Pick::Nth(weekday, place) => {
                let place = usize::try_from(place).ok()?;
                all().filter(|day| day.weekday() == weekday).nth(place - 1)
            }
            Pick::Last(weekday) => all().filter(|day| day.weekday() == weekday).last(),
        }
    }

    /// The day in words.
    pub fn words(&self) -> String {
        let months = self.months.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let which = match self.pick {
            Pick::Workday(1) => "ngày làm việc đầu tiên".to_owned(),
            Pick::Workday(number) => format!("ngày {number} (nghỉ thì ngày làm việc trước đó)"),
            Pick::LastWorkday => "ngày làm việc cuối cùng".to_owned(),
            Pick::Nth(weekday, place) => {
                let place = ["đầu tiên", "thứ hai", "thứ ba", "thứ tư", "thứ năm"][place as usize - 1];
                format!("{} {place}", super::weekday_name(weekday))
            }
            Pick::Last(weekday) => format!("{} cuối cùng", super::weekday_name(weekday)),
        };
        match self.months.is_empty() {
            true => format!("{which} hằng tháng"),
            false => format!("{which} của tháng {months}"),
        }
    }
}
