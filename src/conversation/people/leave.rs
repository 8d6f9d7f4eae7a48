//! On leave: who says so gets nothing meanwhile that does not name them; and what a person is told that changed on a day.

use chrono::Days;

use super::super::{Choice, Context, Dialogue, Lang, Need, Reply, Target, Turn};
use super::{Action, Effect, State, act, dialogue, facts, help, only_in_private};
use crate::domain::Timestamp;
use crate::domain::calendar::date_words;
use crate::domain::ids::ChatId;
use crate::domain::staffing::{StaffChange, last_day, read_leave};
use crate::domain::time::VIETNAM;

/// When a person is on leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnLeave {
    /// `None`: now.
    pub from: Option<Timestamp>,
    pub until: Timestamp,
}

/// `/nghi`, alone or with the days.
pub(super) fn command(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    let Some(me) = ctx.me else { return Ok(help::stranger(ctx)) };
    if !rest.trim().is_empty() {
        return take(ctx, rest);
    }
    Ok(match facts::leave(ctx, me.id)? {
        Some(leave) => Turn::default().and(planned(ctx.lang(), leave)),
        None => ask(ctx, "people-leave-ask"),
    })
}

/// Typed the days.
pub(super) fn days_typed(ctx: &Context<'_>) -> Result<Turn, Need> {
    take(ctx, ctx.incoming.text())
}

fn take(ctx: &Context<'_>, text: &str) -> Result<Turn, Need> {
    match read_leave(text, ctx.now) {
        Some((from, until)) => plan(ctx, from, until),
        None => Ok(ask(ctx, "people-leave-unclear")),
    }
}

/// Asks for the days, with those that need no typing.
fn ask(ctx: &Context<'_>, key: &str) -> Turn {
    let lang = ctx.lang();
    let today = ctx.now.in_zone(VIETNAM).date_naive();
    let day = |label: &str, after: u64| {
        let day = today.checked_add_days(Days::new(after))?;
        let (from, until) = read_leave(&day.to_string(), ctx.now)?;
        Some(Choice::once(lang.say(label, &[]), act(Action::Leave { from, until })))
    };
    let days = [day("people-leave-today", 0), day("people-leave-tomorrow", 1)];
    Turn::default()
        .and(Reply::here(lang.say(key, &[])).row(days.into_iter().flatten()))
        .to(dialogue(State::Leave))
}

/// Is on leave then.
pub(super) fn plan(ctx: &Context<'_>, from: Timestamp, until: Timestamp) -> Result<Turn, Need> {
    let Some(me) = ctx.me else { return Ok(help::stranger(ctx)) };
    if until <= ctx.now {
        return Ok(ask(ctx, "people-leave-unclear"));
    }
    let leave = OwnLeave { from: (from > ctx.now).then_some(from), until };
    let reply = planned(ctx.lang(), &leave);
    Ok(Turn::default().and(reply).people(Effect::PlanLeave { person: me.id, from, until }).to(Dialogue::None))
}

/// Is back, or stays.
pub(super) fn end(ctx: &Context<'_>) -> Result<Turn, Need> {
    let Some(me) = ctx.me else { return Ok(help::stranger(ctx)) };
    let reply = Reply::here(ctx.lang().say("people-leave-over", &[])).in_place();
    Ok(Turn::default().and(reply).people(Effect::EndLeave { person: me.id }))
}

/// When it is, and the way out of it.
fn planned(lang: Lang, leave: &OwnLeave) -> Reply {
    let end = Choice::once(lang.say("people-leave-end", &[]), act(Action::EndLeave));
    Reply::here(leave_words(lang, leave)).row([end])
}

/// When it is.
pub(super) fn leave_words(lang: Lang, leave: &OwnLeave) -> String {
    let (from, until) = (leave.from.map(date_words), date_words(last_day(leave.until)));
    let (key, from) = match &from {
        Some(from) => ("people-leave-planned", from.as_str()),
        None => ("people-leave-now", ""),
    };
    lang.say(key, &[("from", from), ("until", &until)])
}

/// What a person is told for whom something changed on a day; `unit` is where they are now. Of a merger nobody is told
/// one by one.
pub fn staff_told(lang: Lang, chat: ChatId, change: StaffChange, unit: Option<&str>) -> Option<Reply> {
    Some(match change {
        StaffChange::Retire { .. } => Reply::to(chat, lang.say("staff-told-retired", &[])),
        StaffChange::Move { .. } => {
            Reply::to(chat, lang.say("staff-told-moved", &[("unit", unit.unwrap_or_default())]))
        }
        StaffChange::Away { until, .. } => {
            Reply { to: Target::Chat(chat), ..planned(lang, &OwnLeave { from: None, until }) }
        }
        StaffChange::Merge { .. } => return None,
    })
}
