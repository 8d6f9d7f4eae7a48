//! What the configuration and the law say about a report.

use chrono::Datelike;

use crate::conversation::{Context, Rules};
use crate::domain::Timestamp;
use crate::domain::time::VIETNAM;

use super::Deadline;

/// How a text has to be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screened {
    Clear,
    /// It carries a mark of secrecy: it may not be kept.
    Secret,
    /// A complaint or denunciation, which has a legal path of its own.
    Complaint,
}

pub fn screen(_text: &str) -> Screened {
    Screened::Clear
}

pub fn mask(text: &str) -> String {
    text.to_owned()
}

/// Code and name of every category.
pub fn categories(_ctx: &Context<'_>) -> Vec<(String, String)> {
    Vec::new()
}

pub fn category_of(_ctx: &Context<'_>, _text: &str) -> Option<String> {
    None
}

pub fn category_name(ctx: &Context<'_>, code: &str) -> Option<String> {
    categories(ctx).into_iter().find(|(known, _)| known == code).map(|(_, name)| name)
}

/// Until when a case of this category has to be settled, from now.
pub fn deadline(ctx: &Context<'_>, _category: Option<&str>) -> Deadline {
    let allowed = std::time::Duration::from_secs(16 * 3600);
    Deadline { half: ctx.now + allowed / 2, due: ctx.now + allowed, allowed }
}

/// The letters that case codes begin with.
pub fn case_prefix(rules: &Rules) -> &str {
    if rules.case_prefix.is_empty() { "ML" } else { &rules.case_prefix }
}

/// `ML-2026-0042`.
pub fn case_code(prefix: &str, year: i32, number: i64) -> String {
    format!("{prefix}-{year}-{number:04}")
}

/// The code that somebody typed, as it is kept: in capitals, the number filled up with zeros, and for a
/// number alone this year's case of that number.
pub fn read_code(text: &str, rules: &Rules, now: Timestamp) -> Option<String> {
    let text = text.trim().to_uppercase();
    let mut parts = text.rsplitn(3, '-');
    let number: i64 = parts.next()?.trim().parse().ok().filter(|number| *number > 0)?;
    let year = match parts.next() {
        Some(year) => year.trim().parse().ok()?,
        None => now.in_zone(VIETNAM).year(),
    };
    let prefix = parts.next().unwrap_or_else(|| case_prefix(rules));
    Some(case_code(prefix, year, number))
}
