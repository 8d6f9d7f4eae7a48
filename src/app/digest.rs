//! `loa digest`: the figures of a day, a week, a month or a quarter.

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::conversation::Lang;
use crate::conversation::incident::{Digest, Period, digest};
use crate::domain::Timestamp;
use crate::domain::time::VIETNAM;

use super::{CommandError, Desk};

/// Count cases of a period by kind, unit and state
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  loa digest day
  loa digest week --date 16/11/2026
  loa digest quarter --json")]
pub struct DigestCommand {
    /// The period that the date lies in; weeks begin on Monday
    pub period: PeriodArg,
    /// A day of the period, as 20/11/2026 or 2026-11-20 [default: today]
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PeriodArg {
    Day,
    Week,
    Month,
    Quarter,
}

#[derive(Serialize)]
struct Out {
    period: Period,
    from: Timestamp,
    #[serde(flatten)]
    digest: Digest,
}

/// Runs the command.
///
/// # Errors
/// A date that is none; what the database gives.
pub async fn run(command: DigestCommand, desk: &Desk) -> Result<(), CommandError> {
    let period = match command.period {
        PeriodArg::Day => Period::Day,
        PeriodArg::Week => Period::Week,
        PeriodArg::Month => Period::Month,
        PeriodArg::Quarter => Period::Quarter,
    };
    let now = desk.clock.now();
    let day = match &command.date {
        None => now.in_zone(VIETNAM).date_naive(),
        Some(text) => read_date(text).ok_or_else(|| {
            CommandError::User(format!("“{text}” không phải là ngày. Bạn ghi như 20/11/2026 nhé."))
        })?,
    };
    let (from, mut digest) = desk.store.digest(period, day).await?;
    digest.mask();
    let out = Out { period, from, digest };
    desk.show(&out, |out| digest::words(Lang::Vi, &out.digest, period, from, now).text)
}

fn read_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let date =
        NaiveDate::parse_from_str(text, "%d/%m/%Y").or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d"));
    // Far enough from the ends of the calendar that no period around it runs over them.
    date.ok().filter(|date| (1970..=9000).contains(&chrono::Datelike::year(date)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_and_machines_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20);
        assert_eq!(read_date("20/11/2026"), day);
        assert_eq!(read_date("2026-11-20"), day);
        assert_eq!(read_date("31/02/2026"), None);
        assert_eq!(read_date("hôm qua"), None);
    }
}
