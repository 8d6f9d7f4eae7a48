//! `loa tally`: what units counted of their work, in a month or a quarter.

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::conversation::Lang;
use crate::conversation::tally::{Sheet, sheet_words};
use crate::domain::ids::UnitId;
use crate::domain::tally::{Figure, Month, Span};

use super::people::find_unit;
use super::{CommandError, Desk, say};

/// Sum up what units counted of their work, and who has entered nothing
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  loa tally month
  loa tally month --month 10/2026 --unit \"Phường Bình Minh\"
  loa tally quarter --json")]
pub struct TallyCommand {
    /// The span of time
    pub span: SpanArg,
    /// A month of it, as 11/2026 [default: this month]
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
    /// The unit, with all below it [default: the top of the tree]
    #[arg(long)]
    pub unit: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SpanArg {
    Month,
    Quarter,
}

#[derive(Serialize)]
struct Out {
    span: Span,
    #[serde(flatten)]
    sheet: Sheet,
    total: Vec<Figure>,
}

/// Runs the command.
///
/// # Errors
/// A month or a unit that is none; what the database gives.
pub async fn run(command: TallyCommand, desk: &Desk) -> Result<(), CommandError> {
    let now = desk.clock.now();
    let month = match &command.month {
        None => Month::of(now),
        Some(text) => match Span::take(&format!("tháng {text}"), now) {
            Some((Span::Month(month), "")) => month,
            _ => return Err(CommandError::User(say("tally-cli-month", &[("text", text)]))),
        },
    };
    let span = match command.span {
        SpanArg::Month => Span::Month(month),
        SpanArg::Quarter => Span::quarter_of(month),
    };
    let unit = match &command.unit {
        Some(text) => find_unit(desk, text).await?.0,
        None => top(desk).await?,
    };
    let sheet = desk.store.tally(unit, span).await?;
    let out = Out { span, total: sheet.total(), sheet };
    desk.show(&out, |out| sheet_words(Lang::Vi, &desk.rules.indicators, &out.sheet, span).text)
}

/// The one unit at the top.
async fn top(desk: &Desk) -> Result<UnitId, CommandError> {
    let units = desk.store.units().await?;
    let tops: Vec<_> = units.iter().filter(|unit| !unit.path.contains(" / ")).collect();
    match tops[..] {
        [one] => Ok(UnitId(one.id)),
        _ => Err(CommandError::User(say("tally-cli-which", &[("count", &tops.len().to_string())]))),
    }
}
