//! What this part asks, as plain calls; and whose authority reaches where.

use secrecy::ExposeSecret;

use super::super::{Context, Need};
use super::{
    Answer, Ask, FoundUnit, GivenConsent, InviteFacts, LinkFacts, NewRequest, OwnChannel, OwnData, OwnLeave,
    RequestFacts, RequestKind,
};
use crate::domain::Role;
use crate::domain::ids::*;
use crate::domain::rights::PEOPLE;

pub(super) fn wrong_tries(ctx: &Context<'_>, sender: &str) -> Result<i64, Need> {
    let ask = Ask::WrongTries { channel: ctx.incoming.channel, sender: sender.to_owned() };
    answered!(People, ctx, ask, Answer::WrongTries(count) => *count)
}

pub(super) fn invite_by_hash<'a>(ctx: &Context<'a>, hash: String) -> Result<Option<&'a InviteFacts>, Need> {
    answered!(People, ctx, Ask::InviteByHash(hash), Answer::Invite(invite) => invite.as_ref())
}

pub(super) fn invite<'a>(ctx: &Context<'a>, id: InviteId) -> Result<Option<&'a InviteFacts>, Need> {
    answered!(People, ctx, Ask::Invite(id), Answer::Invite(invite) => invite.as_ref())
}

pub(super) fn consent<'a>(ctx: &Context<'a>, person: PersonId) -> Result<Option<&'a GivenConsent>, Need> {
    answered!(People, ctx, Ask::Consent(person), Answer::Consent(consent) => consent.as_ref())
}

pub(super) fn unit<'a>(ctx: &Context<'a>, id: UnitId) -> Result<Option<&'a FoundUnit>, Need> {
    answered!(People, ctx, Ask::Unit(id), Answer::Unit(unit) => unit.as_ref())
}

pub(super) fn leave<'a>(ctx: &Context<'a>, person: PersonId) -> Result<Option<&'a OwnLeave>, Need> {
    answered!(People, ctx, Ask::Leave(person), Answer::Leave(leave) => leave.as_ref())
}

pub(super) fn own_data<'a>(ctx: &Context<'a>, person: PersonId) -> Result<&'a OwnData, Need> {
    answered!(People, ctx, Ask::OwnData(person), Answer::OwnData(data) => &**data)
}

pub(super) fn made<'a>(ctx: &Context<'a>, ask: Ask) -> Result<(InviteId, &'a secrecy::SecretString), Need> {
    answered!(People, ctx, ask, Answer::Made { id, token } => (*id, token))
}

/// The units that the text fits best, within the writer's authority.
pub(super) fn find_units<'a>(
    ctx: &Context<'a>,
    text: &str,
) -> Result<impl Iterator<Item = &'a FoundUnit> + use<'a>, Need> {
    let ask = Ask::FindUnits { within: own_units(ctx), text: text.to_owned() };
    let units = answered!(People, ctx, ask, Answer::Units(units) => units)?;
    let best = units.iter().map(|unit| unit.rank).min();
    Ok(units.iter().filter(move |unit| Some(unit.rank) == best))
}

/// The units at which the writer is head or administrator, each once.
pub(super) fn own_units(ctx: &Context<'_>) -> Vec<UnitId> {
    let mut units: Vec<UnitId> = leading_posts(ctx).map(|(_, unit)| unit).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// The highest role with which the writer leads the unit, as its head or administrator or that of one
/// above it; nothing if they do not.
pub(super) fn leads(ctx: &Context<'_>, unit: UnitId) -> Result<Option<Role>, Need> {
    if leading_posts(ctx).next().is_none() {
        return Ok(None);
    }
    let lineage = answered!(People, ctx, Ask::Lineage(unit), Answer::Lineage(units) => units)?;
    Ok(leading_posts(ctx).filter(|(_, unit)| lineage.contains(unit)).map(|(role, _)| role).max())
}

fn leading_posts(ctx: &Context<'_>) -> impl Iterator<Item = (Role, UnitId)> {
    ctx.me.into_iter().flat_map(|me| me.posts_with(PEOPLE)).map(|post| (post.role, post.unit))
}

/// The private chats of a person, in their order.
pub(super) fn channels<'a>(ctx: &Context<'a>, person: PersonId) -> Result<&'a [OwnChannel], Need> {
    answered!(People, ctx, Ask::Channels(person), Answer::Channels(own) => own)
}

/// A new code for a person.
pub(super) fn link_code<'a>(ctx: &Context<'a>, person: PersonId) -> Result<&'a str, Need> {
    answered!(People, ctx, Ask::MakeLinkCode(person), Answer::LinkCode(code) => code.expose_secret())
}

/// Whose a code is; `None` for one that cannot be used.
pub(super) fn link_by_code<'a>(ctx: &Context<'a>, code: &str) -> Result<Option<&'a LinkFacts>, Need> {
    answered!(People, ctx, Ask::LinkCode(code.to_owned()), Answer::Link(found) => found.as_ref())
}

/// Whose private chat it is, also after they left.
pub(super) fn owner(ctx: &Context<'_>, chat: ChatId) -> Result<Option<PersonId>, Need> {
    answered!(People, ctx, Ask::Owner(chat), Answer::Owner(person) => *person)
}

/// What a person asked of this kind and nobody has answered.
pub(super) fn open_request<'a>(
    ctx: &Context<'a>,
    person: PersonId,
    kind: RequestKind,
) -> Result<Option<&'a RequestFacts>, Need> {
    answered!(People, ctx, Ask::OpenRequest(person, kind), Answer::Request(found) => found.as_deref())
}

pub(super) fn request<'a>(ctx: &Context<'a>, id: RequestId) -> Result<Option<&'a RequestFacts>, Need> {
    answered!(People, ctx, Ask::Request(id), Answer::Request(found) => found.as_deref())
}

/// Open requests that an administrator may decide.
pub(super) fn requests_for<'a>(ctx: &Context<'a>, person: PersonId) -> Result<&'a [RequestFacts], Need> {
    answered!(People, ctx, Ask::RequestsFor(person), Answer::Requests(found) => found)
}

/// Keeps a request, and gives it.
pub(super) fn made_request<'a>(ctx: &Context<'a>, new: NewRequest) -> Result<&'a RequestFacts, Need> {
    answered!(People, ctx, Ask::MakeRequest(new), Answer::MadeRequest(made) => &**made)
}
