//! What was entered, on one screen.

use super::super::Lang;
use super::Sheet;
use crate::domain::Rich;
use crate::domain::tally::{Indicators, Span};

/// So many units are shown with their sums, and so many names of those that are missing.
const MOST_UNITS: usize = 12;
const MOST_NAMES: usize = 8;

/// The sheet of a unit in words.
pub fn words(lang: Lang, indicators: &Indicators, sheet: &Sheet, span: Span) -> Rich {
    let nothing = lang.say("tally-none", &[]);
    let figures = |figures: &[_]| match figures {
        [] => nothing.clone(),
        some => indicators.words(some),
    };
    let (key, when) = match span {
        Span::Month(month) => ("tally-title-month", month.to_string()),
        Span::Quarter(last) => ("tally-title-quarter", quarter(last.to_string())),
    };
    let mut text = Rich::new().bold(lang.say(key, &[("when", &when), ("unit", &sheet.unit)])).line();
    text = text.push(figures(&sheet.own));
    if sheet.lines > 1 {
        text = text.push(lang.say("tally-lines", &[("count", &sheet.lines.to_string())]));
    }
    if let Some(last) = sheet.last.as_ref().filter(|_| sheet.lines > 0) {
        let (at, said) = (last.at.short(), indicators.words(&last.figures));
        let vars = [("name", last.name.as_str()), ("at", &at), ("figures", &said)];
        text = text.line().push(lang.say("tally-last", &vars));
    }
    if !sheet.below.is_empty() {
        text = text.push("\n\n").bold(lang.say("tally-total", &[])).push(figures(&sheet.total()));
        for (unit, sums) in sheet.below.iter().take(MOST_UNITS) {
            text = text.push(format!("\n• {unit}: {}", figures(sums)));
        }
        if sheet.below.len() > MOST_UNITS {
            let more = (sheet.below.len() - MOST_UNITS).to_string();
            text = text.line().push(lang.say("tally-more-units", &[("count", &more)]));
        }
    }
    if sheet.asked > 0 {
        let answered = (sheet.asked - i64::try_from(sheet.missing.len()).unwrap_or(i64::MAX)).to_string();
        let vars = [("count", answered.as_str()), ("asked", &*sheet.asked.to_string())];
        text = text.push("\n\n").push(lang.say("tally-answered", &vars));
    }
    if !sheet.missing.is_empty() {
        let mut names = sheet.missing.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>();
        if sheet.missing.len() > MOST_NAMES {
            names.push(
                lang.say("tally-others", &[("count", &(sheet.missing.len() - MOST_NAMES).to_string())]),
            );
        }
        text = text.line().push(lang.say("tally-missing", &[("units", &names.join(", "))]));
    }
    text
}

/// "12/2026" is the end of "4/2026".
fn quarter(last: String) -> String {
    match last.split_once('/') {
        Some((month, year)) => {
            let number = month.parse::<u32>().unwrap_or_default() / 3;
            format!("{number}/{year}")
        }
        None => last,
    }
}
