//! What the configuration and the law say about a report.

use crate::conversation::Context;

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
pub fn case_prefix<'a>(ctx: &Context<'a>) -> &'a str {
    if ctx.rules.case_prefix.is_empty() { "ML" } else { &ctx.rules.case_prefix }
}

/// `ML-2026-0042`.
pub fn case_code(prefix: &str, year: i32, number: i64) -> String {
    format!("{prefix}-{year}-{number:04}")
}

/// The code that somebody typed, as it is kept: in capitals, the number filled up with zeros.
pub fn read_code(_ctx: &Context<'_>, text: &str) -> Option<String> {
    Some(text.trim().to_uppercase())
}
