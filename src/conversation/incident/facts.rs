//! The questions of this part, with answers of the right type.

use crate::conversation::{Context, Need};
use crate::domain::Timestamp;
use crate::domain::ids::{ChatId, IncidentId, PersonId, UnitId};

use super::{Answer, Ask, Candidates, Case, Digest, Group, ListScope, NamedUnit, Page};

pub fn case<'a>(ctx: &Context<'a>, id: IncidentId) -> Result<Option<&'a Case>, Need> {
    answered!(Incident, ctx, Ask::Case(id), Answer::Case(case) => case.as_deref())
}

pub fn by_code<'a>(ctx: &Context<'a>, code: &str) -> Result<Option<&'a Case>, Need> {
    answered!(Incident, ctx, Ask::ByCode(code.to_owned()), Answer::Case(case) => case.as_deref())
}

pub fn reported<'a>(ctx: &Context<'a>, message: &str) -> Result<Option<&'a str>, Need> {
    let ask = Ask::Reported { chat: ctx.chat.id, message: message.to_owned() };
    answered!(Incident, ctx, ask, Answer::Code(code) => code.as_deref())
}

pub fn recent(ctx: &Context<'_>, person: PersonId, since: Timestamp) -> Result<Option<IncidentId>, Need> {
    answered!(Incident, ctx, Ask::Recent { person, chat: ctx.chat.id, since }, Answer::Incident(id) => *id)
}

pub fn flood(ctx: &Context<'_>, person: PersonId) -> Result<Option<Timestamp>, Need> {
    answered!(Incident, ctx, Ask::Flood(person), Answer::At(at) => *at)
}

pub fn asked(ctx: &Context<'_>, person: PersonId) -> Result<Option<IncidentId>, Need> {
    answered!(Incident, ctx, Ask::Asked(person), Answer::Incident(id) => *id)
}

pub fn units_in<'a>(ctx: &Context<'a>, folded: String) -> Result<&'a [NamedUnit], Need> {
    answered!(Incident, ctx, Ask::UnitsIn(folded), Answer::Units(units) => units)
}

pub fn units_like<'a>(ctx: &Context<'a>, folded: String) -> Result<&'a [NamedUnit], Need> {
    answered!(Incident, ctx, Ask::UnitsLike(folded), Answer::Units(units) => units)
}

pub fn homes<'a>(ctx: &Context<'a>, person: PersonId) -> Result<&'a [NamedUnit], Need> {
    answered!(Incident, ctx, Ask::Homes(person), Answer::Units(units) => units)
}

pub fn top<'a>(ctx: &Context<'a>, unit: UnitId) -> Result<Option<&'a NamedUnit>, Need> {
    answered!(Incident, ctx, Ask::Top(unit), Answer::Units(units) => units.first())
}

pub fn unit<'a>(ctx: &Context<'a>, unit: UnitId) -> Result<Option<&'a NamedUnit>, Need> {
    answered!(Incident, ctx, Ask::Unit(unit), Answer::Units(units) => units.first())
}

pub fn desk<'a>(ctx: &Context<'a>, unit: UnitId) -> Result<&'a [String], Need> {
    answered!(Incident, ctx, Ask::Desk(unit), Answer::Desk(titles) => titles)
}

pub fn next_number(ctx: &Context<'_>, counter: String) -> Result<i64, Need> {
    answered!(Incident, ctx, Ask::NextNumber(counter), Answer::Number(number) => *number)
}

pub fn groups<'a>(
    ctx: &Context<'a>,
    incident: IncidentId,
    officer: PersonId,
    name: Option<String>,
) -> Result<&'a [Group], Need> {
    answered!(Incident, ctx, Ask::Groups { incident, officer, name }, Answer::Groups(groups) => groups)
}

pub fn group<'a>(ctx: &Context<'a>, chat: ChatId, unit: UnitId) -> Result<Option<&'a Group>, Need> {
    answered!(Incident, ctx, Ask::Group { chat, unit }, Answer::Groups(groups) => groups.first())
}

pub fn group_of<'a>(ctx: &Context<'a>, path_key: String) -> Result<Option<&'a Group>, Need> {
    answered!(Incident, ctx, Ask::GroupOf(path_key), Answer::Groups(groups) => groups.first())
}

pub fn mergeable<'a>(ctx: &Context<'a>, incident: IncidentId) -> Result<&'a Page, Need> {
    answered!(Incident, ctx, Ask::Mergeable(incident), Answer::List(page) => page)
}

pub fn alike<'a>(ctx: &Context<'a>, ask: Ask) -> Result<&'a Candidates, Need> {
    answered!(Incident, ctx, ask, Answer::Alike(candidates) => candidates)
}

pub fn list<'a>(ctx: &Context<'a>, scope: ListScope, page: u32) -> Result<&'a Page, Need> {
    answered!(Incident, ctx, Ask::List { scope, page }, Answer::List(page) => page)
}

pub fn digest<'a>(
    ctx: &Context<'a>,
    units: Option<Vec<UnitId>>,
    from: Timestamp,
    to: Timestamp,
) -> Result<&'a Digest, Need> {
    answered!(Incident, ctx, Ask::Digest { units, from, to }, Answer::Digest(digest) => digest)
}
