//! The schedules of the simulation, reckoned day by day and without the code that is tested.

use chrono::{Datelike, Days, NaiveDate};
use loa::domain::Timestamp;

/// A schedule: how it is written, and which days it means.
pub struct Rule {
    pub name: &'static str,
    pub cron: &'static str,
    pub hour: u32,
    pub minute: u32,
    pub is_day: fn(NaiveDate) -> bool,
    /// Out by itself, or an editor is asked for the text.
    pub self_sending: bool,
}

fn is_last(day: NaiveDate) -> bool {
    day.succ_opt().is_some_and(|next| next.month() != day.month())
}

pub const RULES: [Rule; 9] = [
    Rule { name: "ngày", cron: "0 7 * * *", hour: 7, minute: 0, is_day: |_| true, self_sending: true },
    Rule {
        name: "tuần",
        cron: "30 16 * * T6",
        hour: 16,
        minute: 30,
        is_day: |day| day.weekday() == chrono::Weekday::Fri,
        self_sending: true,
    },
    Rule {
        name: "ngày 31",
        cron: "0 8 31 * *",
        hour: 8,
        minute: 0,
        is_day: |day| day.day() == 31,
        self_sending: true,
    },
    Rule {
        name: "nhuận",
        cron: "15 9 29 2 *",
        hour: 9,
        minute: 15,
        is_day: |day| (day.month(), day.day()) == (2, 29),
        self_sending: true,
    },
    Rule {
        name: "quý",
        cron: "0 0 1 1,4,7,10 *",
        hour: 0,
        minute: 0,
        is_day: |day| day.day() == 1 && day.month() % 3 == 1,
        self_sending: true,
    },
    Rule {
        name: "năm",
        cron: "59 23 31 12 *",
        hour: 23,
        minute: 59,
        is_day: |day| (day.month(), day.day()) == (12, 31),
        self_sending: true,
    },
    Rule {
        name: "cuối tháng", cron: "0 17 L * *", hour: 17, minute: 0, is_day: is_last, self_sending: true
    },
    Rule {
        name: "cuối tháng 2",
        cron: "0 17 L 2 *",
        hour: 17,
        minute: 0,
        is_day: |day| day.month() == 2 && is_last(day),
        self_sending: true,
    },
    Rule {
        name: "định hướng",
        cron: "0 8 5 * *",
        hour: 8,
        minute: 0,
        is_day: |day| day.day() == 5,
        self_sending: false,
    },
];

/// Vietnam is seven hours ahead, all the year.
const AHEAD: i64 = 7 * 3600 * 1_000_000;
const DAY: i64 = 86_400 * 1_000_000;

/// The day in Vietnam.
fn day_of(at: Timestamp) -> NaiveDate {
    let days = (at.0 + AHEAD).div_euclid(DAY);
    NaiveDate::from_ymd_opt(1970, 1, 1)
        .and_then(|epoch| epoch.checked_add_days(Days::new(u64::try_from(days).expect("after 1970"))))
        .expect("a day")
}

impl Rule {
    fn at(&self, day: NaiveDate) -> Timestamp {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");
        let days = day.signed_duration_since(epoch).num_days();
        Timestamp(days * DAY + (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60_000_000 - AHEAD)
    }

    /// The runs after a moment, soonest first.
    pub fn after(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        day_of(after)
            .iter_days()
            .filter(|day| (self.is_day)(*day))
            .map(|day| self.at(day))
            .filter(move |at| *at > after)
    }

    /// Between two moments, the first left out.
    pub fn between(&self, after: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        self.after(after).take_while(|at| *at <= until).collect()
    }
}

/// `07:00 07/12/2026` in Vietnam, as it stands in messages and in the audit.
pub fn short(at: Timestamp) -> String {
    let day = day_of(at);
    let minutes = (at.0 + AHEAD).rem_euclid(DAY) / 60_000_000;
    format!("{:02}:{:02} {}", minutes / 60, minutes % 60, day.format("%d/%m/%Y"))
}

/// `07/12/2026`
pub fn date(at: Timestamp) -> String {
    day_of(at).format("%d/%m/%Y").to_string()
}

#[test]
fn the_days_are_those_of_the_calendar() {
    let start = Timestamp::vietnam(2027, 1, 1, 0, 0);
    let end = Timestamp::vietnam(2037, 1, 1, 0, 0);
    let counts: Vec<usize> = RULES
        .iter()
        .map(|rule| rule.between(start - std::time::Duration::from_micros(1), end).len())
        .collect();
    // 2037 begins with a run of the quarter.
    assert_eq!(counts, [3653, 522, 70, 3, 41, 10, 120, 10, 120]);
}
