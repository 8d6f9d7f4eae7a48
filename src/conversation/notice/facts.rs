//! What this part asks, as plain calls; and whose authority reaches where.

use super::super::{Context, Need, Post};
use super::meeting::{self, Attendee, CallFacts, ChangeFacts, Known};
use super::{
    Answer, Ask, CallAnswer, CallAsk, CallResult, Filling, GroupTaps, Naming, NoticeFacts, OwnCall, Planned,
    ReachFacts, Receipt, Recipient, Report, SavedAudience, ScheduleFacts, Standing, UnitNames, Waiting,
};
use crate::domain::Timestamp;
use crate::domain::audience::AudienceFault;
use crate::domain::ids::*;
use crate::domain::month::YearMonth;
use crate::domain::rights::{APPROVE, Right, WRITE};

pub(super) fn receipt<'a>(
    ctx: &Context<'a>,
    delivery: DeliveryId,
    person: PersonId,
) -> Result<Option<&'a Receipt>, Need> {
    answered!(Notice, ctx, Ask::Receipt { delivery, person }, Answer::Receipt(receipt) => receipt.as_ref())
}

pub(super) fn call<'a>(
    ctx: &Context<'a>,
    delivery: DeliveryId,
    person: PersonId,
) -> Result<Option<&'a CallFacts>, Need> {
    let ask = Ask::Meeting(meeting::Ask::Call { delivery, person });
    answered!(Notice, ctx, ask, Answer::Meeting(Known::Call(call)) => call.as_deref())
}

pub(super) fn attendance<'a>(ctx: &Context<'a>, id: NoticeId) -> Result<&'a [Attendee], Need> {
    let ask = Ask::Meeting(meeting::Ask::Attendance(id));
    answered!(Notice, ctx, ask, Answer::Meeting(Known::Attendance(list)) => list)
}

pub(super) fn change<'a>(ctx: &Context<'a>, id: MeetingChangeId) -> Result<Option<&'a ChangeFacts>, Need> {
    let ask = Ask::Meeting(meeting::Ask::Change(id));
    answered!(Notice, ctx, ask, Answer::Meeting(Known::Change(change)) => change.as_deref())
}

/// How far an audience reaches, within what the writer may address.
pub(super) fn reach(ctx: &Context<'_>, audience: &str) -> Result<Result<ReachFacts, AudienceFault>, Need> {
    let ask = Ask::Reach { audience: audience.to_owned(), within: bounds(ctx, WRITE), own: true };
    answered!(Notice, ctx, ask, Answer::Reach(reach) => reach.clone())
}

/// The saved audiences that the writer may use and change.
pub(super) fn saved<'a>(ctx: &Context<'a>) -> Result<&'a [SavedAudience], Need> {
    answered!(Notice, ctx, Ask::Saved(bounds(ctx, WRITE)), Answer::Saved(list) => list)
}

/// Whether the writer can keep an audience under a name.
pub(super) fn naming(
    ctx: &Context<'_>,
    name: &str,
    audience: &str,
) -> Result<Result<Naming, AudienceFault>, Need> {
    let within = bounds(ctx, WRITE);
    let ask = Ask::Naming { name: name.to_owned(), audience: audience.to_owned(), within };
    answered!(Notice, ctx, ask, Answer::Naming(naming) => naming.clone())
}

/// Whether an audience reaches beyond where somebody who approves may do so. One that means nobody any more does not:
/// it can be looked at and returned.
pub(super) fn beyond_approval(ctx: &Context<'_>, audience: &str) -> Result<bool, Need> {
    let ask = Ask::Reach { audience: audience.to_owned(), within: bounds(ctx, APPROVE), own: false };
    answered!(Notice, ctx, ask, Answer::Reach(reach) => reach.as_ref().is_ok_and(|reach| reach.beyond))
}

pub(super) fn approvers<'a>(
    ctx: &Context<'a>,
    unit: UnitId,
    author: PersonId,
    audience: Option<&str>,
) -> Result<&'a [String], Need> {
    let ask = Ask::Approvers { unit, author, audience: audience.map(str::to_owned) };
    answered!(Notice, ctx, ask, Answer::Approvers(names) => names)
}

pub(super) fn notice<'a>(ctx: &Context<'a>, id: NoticeId) -> Result<Option<&'a NoticeFacts>, Need> {
    answered!(Notice, ctx, Ask::Notice(id), Answer::Notice(notice) => notice.as_deref())
}

pub(super) fn submitted<'a>(ctx: &Context<'a>, units: Vec<UnitId>) -> Result<&'a [Waiting], Need> {
    let ask = Ask::Submitted { units, within: bounds(ctx, APPROVE) };
    answered!(Notice, ctx, ask, Answer::Submitted(list) => list)
}

pub(super) fn filling<'a>(ctx: &Context<'a>, id: NoticeId) -> Result<&'a Filling, Need> {
    answered!(Notice, ctx, Ask::Filling(id), Answer::Filling(filling) => filling)
}

pub(super) fn unconfirmed<'a>(ctx: &Context<'a>, id: NoticeId) -> Result<&'a [UnitNames], Need> {
    answered!(Notice, ctx, Ask::Unconfirmed(id), Answer::Unconfirmed(list) => list)
}

pub(super) fn taps<'a>(ctx: &Context<'a>, id: NoticeId) -> Result<&'a [GroupTaps], Need> {
    answered!(Notice, ctx, Ask::Taps(id), Answer::Taps(list) => list)
}

pub(super) fn report<'a>(ctx: &Context<'a>, id: NoticeId) -> Result<Option<&'a Report>, Need> {
    answered!(Notice, ctx, Ask::Report(id), Answer::Report(report) => report.as_deref())
}

pub(super) fn again(ctx: &Context<'_>, id: NoticeId) -> Result<i64, Need> {
    answered!(Notice, ctx, Ask::Again(id), Answer::Again(count) => *count)
}

pub(super) fn recipients<'a>(ctx: &Context<'a>, id: NoticeId) -> Result<&'a [Recipient], Need> {
    answered!(Notice, ctx, Ask::Recipients(id), Answer::Recipients(list) => list)
}

pub(super) fn schedules<'a>(ctx: &Context<'a>, units: Vec<UnitId>) -> Result<&'a [ScheduleFacts], Need> {
    answered!(Notice, ctx, Ask::Schedules(units), Answer::Schedules(list) => list)
}

pub(super) fn planned<'a>(
    ctx: &Context<'a>,
    units: Vec<UnitId>,
    month: YearMonth,
) -> Result<&'a [Planned], Need> {
    answered!(Notice, ctx, Ask::Planned { units, month }, Answer::Planned(list) => list)
}

pub(super) fn schedule<'a>(
    ctx: &Context<'a>,
    schedule: ScheduleId,
    at: Option<Timestamp>,
) -> Result<Option<&'a ScheduleFacts>, Need> {
    answered!(Notice, ctx, Ask::Schedule { schedule, at }, Answer::Schedule(facts) => facts.as_deref())
}

pub(super) fn own_call<'a>(ctx: &Context<'a>, delivery: DeliveryId) -> Result<Option<&'a OwnCall>, Need> {
    let ask = Ask::Call(CallAsk::Own(delivery));
    answered!(Notice, ctx, ask, Answer::Call(CallAnswer::Own(own)) => own.as_deref())
}

pub(super) fn collected<'a>(ctx: &Context<'a>, notice: NoticeId) -> Result<Option<&'a CallResult>, Need> {
    let ask = Ask::Call(CallAsk::Result(notice));
    answered!(Notice, ctx, ask, Answer::Call(CallAnswer::Result(result)) => result.as_deref())
}

/// How many calls are looked at, and how the units stood in them.
pub(super) fn standings<'a>(ctx: &Context<'a>, notice: NoticeId) -> Result<(usize, &'a [Standing]), Need> {
    let ask = Ask::Call(CallAsk::Standings(notice));
    answered!(Notice, ctx, ask, Answer::Call(CallAnswer::Standings(calls, units)) => (*calls, units.as_slice()))
}

/// The writer's posts with this right.
fn posts<'a>(ctx: &Context<'a>, right: Right) -> impl Iterator<Item = &'a Post> {
    ctx.me.into_iter().flat_map(move |me| me.posts_with(right))
}

/// The units at which the writer has this right.
pub(super) fn units(ctx: &Context<'_>, right: Right) -> Vec<UnitId> {
    let mut units: Vec<UnitId> = posts(ctx, right).map(|post| post.unit).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// Whether this right reaches a unit, given that unit and all above it.
pub(super) fn covers(ctx: &Context<'_>, right: Right, line: &[UnitId]) -> bool {
    ctx.me.is_some_and(|me| me.reaches(right, line))
}

/// The post from which somebody writes: the highest in the tree.
pub(super) fn writing_post<'a>(ctx: &Context<'a>) -> Option<&'a Post> {
    posts(ctx, WRITE).min_by_key(|post| depth(post))
}

fn depth(post: &Post) -> usize {
    post.unit_path.split(" / ").count()
}

/// Whether a post is at the top of the tree, from where everybody may be addressed.
pub(super) fn is_top(post: &Post) -> bool {
    depth(post) == 1
}

/// The units that a right reaches with all below them; none where there are no bounds.
fn bounds(ctx: &Context<'_>, right: Right) -> Vec<UnitId> {
    if posts(ctx, right).any(is_top) { Vec::new() } else { units(ctx, right) }
}
