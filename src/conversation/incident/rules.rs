//! What the configuration and the law say about a report.

use std::time::Duration;

use chrono::Datelike;

use crate::conversation::{Context, Lang, Need, Rules};
use crate::domain::case_code::CaseCode;
use crate::domain::text::fold;
use crate::domain::time::VIETNAM;
use crate::domain::{Timestamp, calendar};

use super::{Deadline, Group, NamedUnit, facts};

pub use crate::domain::mask::{mask, names_somebody};
pub use crate::domain::screen::{Screening, screen};

/// Working hours until a case has to be settled, where neither its category nor the configuration says.
const USUAL_HOURS: u32 = 16;

const HOUR: Duration = Duration::from_secs(3600);
/// So many levels above the first hear of a case that is overdue. A province has four in all.
const LEVELS: usize = 3;

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

/// Until when a case of this category has to be settled, from now: in working time, or in any where it is urgent.
pub fn deadline(ctx: &Context<'_>, category: Option<&str>) -> Deadline {
    let known = category.and_then(|code| ctx.rules.categories.get(code));
    let usual = if ctx.rules.deadline_hours == 0 { USUAL_HOURS } else { ctx.rules.deadline_hours };
    let hours = known.and_then(|category| category.deadline_hours).unwrap_or(usual);
    let allowed = Duration::from_secs(u64::from(hours) * 3600);
    let urgent = known.is_some_and(|category| category.urgent);
    let calendar = &ctx.rules.calendar;
    let after = |from, time| if urgent { from + time } else { calendar.add_working(from, time) };
    let (due, next) = (after(ctx.now, allowed), if urgent { HOUR } else { calendar.day_length() });
    let over =
        std::iter::successors(Some(due), |last| Some(after(*last, next))).skip(1).take(LEVELS).collect();
    Deadline {
        half: after(ctx.now, allowed / 2),
        soon: (allowed > 2 * HOUR).then(|| after(ctx.now, allowed - HOUR)),
        due,
        over,
        allowed,
        urgent,
    }
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
