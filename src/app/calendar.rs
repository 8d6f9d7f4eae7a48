//! `loa calendar`: the working days of a year, and what looks wrong about them.

use chrono::{Datelike, NaiveDate};
use clap::Args;
use serde::Serialize;

use crate::domain::calendar::{Calendar, weekday_name};
use crate::domain::holidays::{Oddity, PAID_DAYS, Year};
use crate::domain::time::VIETNAM;

use super::{CommandError, Desk, say};

/// Years of which a working calendar is asked for.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9000;

/// Show the days off of a year as deadlines count them, and check them
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  loa calendar                       this year and the next; exit code 1 if something looks wrong
  loa calendar --year 2027 --json")]
pub struct CalendarCommand {
    /// One year alone
    #[arg(long)]
    pub year: Option<i32>,
}

/// A year as it is shown.
#[derive(Serialize)]
pub(super) struct Out {
    year: i32,
    workdays: usize,
    holidays: Vec<NaiveDate>,
    extra_workdays: Vec<NaiveDate>,
    /// What somebody should look at, in plain sentences.
    pub oddities: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// [`CommandError::Faults`] where a year looks wrong; it has been shown then. A year that is none.
pub async fn run(command: CalendarCommand, desk: &Desk) -> Result<(), CommandError> {
    let this = desk.clock.now().in_zone(VIETNAM).year();
    let years = match command.year {
        Some(year) if YEARS.contains(&year) => vec![year],
        Some(year) => {
            return Err(CommandError::User(say("cli-calendar-no-year", &[("year", &year.to_string())])));
        }
        None => vec![this, this + 1],
    };
    let years: Vec<Out> = years.into_iter().map(|year| look(&desk.rules.calendar, year)).collect();
    desk.show(&years, |years| years.iter().map(words).collect::<Vec<_>>().join("\n\n"))?;
    match years.iter().map(|year| year.oddities.len()).sum::<usize>() {
        0 => Ok(()),
        faults => Err(CommandError::Faults(say("cli-check-faults", &[("count", &faults.to_string())]))),
    }
}

/// The working days of a year.
pub(super) fn look(calendar: &Calendar, year: i32) -> Out {
    let year = Year::of(calendar, year);
    let oddities = year.oddities.iter().map(|oddity| oddity_words(year.year, oddity)).collect();
    Out {
        year: year.year,
        workdays: year.workdays,
        holidays: year.holidays,
        extra_workdays: year.extra,
        oddities,
    }
}

/// What somebody should look at about a year, in one sentence.
fn oddity_words(year: i32, oddity: &Oddity) -> String {
    let year = year.to_string();
    let on = |key: &str, day: &NaiveDate| say(key, &[("day", &day_words(*day))]);
    match oddity {
        Oddity::TooFew { found } => {
            let (found, paid) = (found.to_string(), PAID_DAYS.to_string());
            say("cli-calendar-too-few", &[("year", &year), ("found", &found), ("paid", &paid)])
        }
        Oddity::OffAnyway(day) => on("cli-calendar-off-anyway", day),
        Oddity::WorkedAnyway(day) => on("cli-calendar-worked-anyway", day),
        Oddity::Both(day) => on("cli-calendar-both", day),
    }
}

/// `thứ Năm 01/01/2026`
fn day_words(day: NaiveDate) -> String {
    format!("{} {}", weekday_name(day.weekday()), day.format("%d/%m/%Y"))
}

fn words(out: &Out) -> String {
    let list = |days: &[NaiveDate]| days.iter().map(|day| day_words(*day)).collect::<Vec<_>>().join(", ");
    let (year, workdays) = (out.year.to_string(), out.workdays.to_string());
    let (count, days) = (out.holidays.len().to_string(), list(&out.holidays));
    let mut lines = vec![
        say("cli-calendar-year", &[("year", &year), ("workdays", &workdays)]),
        say("cli-calendar-holidays", &[("count", &count), ("days", &days)]),
    ];
    if !out.extra_workdays.is_empty() {
        lines.push(say("cli-calendar-extra", &[("days", &list(&out.extra_workdays))]));
    }
    lines.extend(out.oddities.iter().map(|oddity| format!("! {oddity}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Office;
    use crate::config::{Config, Environment};

    #[tokio::test]
    async fn a_year_that_nobody_entered_is_told() {
        let office = Office::new(false).await;
        let command = CalendarCommand { year: Some(2028) };
        let refused = run(command, &office.desk).await.expect_err("a fault");
        assert!(matches!(refused, CommandError::Faults(_)));
        let said = office.said();
        assert!(said.contains("năm 2028") && said.contains("! Năm 2028 mới có 0"), "{said}");
        let none = run(CalendarCommand { year: Some(0) }, &office.desk).await.expect_err("no year");
        assert!(matches!(none, CommandError::User(_)));
    }

    #[test]
    fn the_years_that_come_with_it_are_right() {
        let config = Config::parse(std::path::Path::new("loa.toml"), "", &Environment::default());
        let calendar = Calendar::from(&config.expect("a configuration").calendar);
        for year in [2026, 2027] {
            assert_eq!(look(&calendar, year).oddities, Vec::<String>::new(), "{year}");
        }
    }
}
