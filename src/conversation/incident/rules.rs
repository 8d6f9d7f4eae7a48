//! What the configuration and the law say about a report.

use chrono::Datelike;

use crate::conversation::{Context, Lang, Need, Rules};
use crate::domain::case_code::CaseCode;
use crate::domain::deadline::{Awaited, Change, Deadline, Late, Terms};
use crate::domain::incident::{Move, State};
use crate::domain::text::fold;
use crate::domain::time::VIETNAM;
use crate::domain::{Timestamp, calendar};

use super::{Also, Case, Group, NamedUnit, facts};

pub use crate::domain::mask::{mask, names_somebody};
pub use crate::domain::screen::{Screening, screen};

/// Whether a place on the map can be sent here, as the wordings ask for it.
pub fn places(ctx: &Context<'_>) -> &'static str {
    if ctx.incoming.channel.manner().places { "yes" } else { "no" }
}

/// Code and name of every category, in the order in which they are offered.
pub fn categories(ctx: &Context<'_>) -> Vec<(String, String)> {
    let all = ctx.rules.categories.0.iter();
    all.map(|category| (category.code.clone(), category.label.clone())).collect()
}

/// The code of the category whose key words a text holds.
pub fn category_of(ctx: &Context<'_>, text: &str) -> Option<String> {
    ctx.rules.categories.find(text).map(|category| category.code.clone())
}

pub fn category_name(ctx: &Context<'_>, code: &str) -> Option<String> {
    ctx.rules.categories.get(code).map(|category| category.label.clone())
}

/// The staff group of the unit that answers for a case of this category at this unit. None where no unit does, or where
/// it has no group: then the duty officers find one.
pub fn route<'a>(
    ctx: &Context<'a>,
    category: Option<&str>,
    unit: &NamedUnit,
) -> Result<Option<&'a Group>, Need> {
    let Ok(at) = unit.path.parse() else { return Ok(None) };
    let Some(route) = ctx.rules.routes.find(category, &at) else { return Ok(None) };
    facts::group_of(ctx, route.unit.key())
}

/// What holds for a case of this category.
fn terms<'a>(ctx: &Context<'a>, category: Option<&str>) -> Terms<'a> {
    let category = category.and_then(|code| ctx.rules.categories.get(code));
    ctx.rules.deadlines.of(category, &ctx.rules.calendar)
}

/// Until when a case of this category has to be settled, from now: in working time, or in any where it is urgent.
pub fn deadline(ctx: &Context<'_>, category: Option<&str>) -> Deadline {
    terms(ctx, category).settling(ctx.now)
}

/// When it is late that nobody has a new case of this category yet, which has to be settled by then.
pub fn answer(ctx: &Context<'_>, category: Option<&str>, due: Timestamp) -> Option<Late> {
    terms(ctx, category).late(Awaited::Answer, ctx.now, due)
}

/// What a move does to what is waited for.
pub fn waits(
    ctx: &Context<'_>,
    case: &Case,
    movement: Move,
    to: State,
    also: &Also,
) -> Vec<(Awaited, Option<Late>)> {
    let due = if let Also::Deadline(deadline) = also { deadline.due } else { case.due_at };
    let terms = terms(ctx, case.category_code.as_deref());
    let change = |what: Awaited| match what.change(movement, case.state, to) {
        Change::Stays => None,
        Change::Begins => Some((what, terms.late(what, ctx.now, due))),
        Change::Ends => Some((what, None)),
    };
    Awaited::ALL.into_iter().filter_map(change).collect()
}

/// The letters that case codes begin with.
pub fn case_prefix(rules: &Rules) -> &str {
    if rules.case_prefix.is_empty() { "ML" } else { &rules.case_prefix }
}

/// The code that somebody typed, as it is kept; for a number alone, this year's case of that number.
pub fn read_code(text: &str, rules: &Rules, now: Timestamp) -> Option<String> {
    if let Some(code) = CaseCode::parse(text) {
        return Some(code.to_string());
    }
    let number: i64 = fold(text).trim_start_matches('#').parse().ok().filter(|number| *number > 0)?;
    let year = now.in_zone(VIETNAM).year();
    Some(CaseCode { prefix: case_prefix(rules).to_owned(), year, number }.to_string())
}

/// A moment in words.
pub fn when(lang: Lang, at: Timestamp) -> String {
    match lang {
        Lang::Vi => calendar::when_words(at),
        Lang::En => at.short(),
    }
}
