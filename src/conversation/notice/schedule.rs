//! `/lich`: what the calendar brings, and writing for it. With a month behind it: see `month`.

use super::super::{ChatKind, Choice, Context, Need, Reply, Turn};
use super::{Action, Effect, ScheduleAct, ScheduleFacts, Stage, compose, facts, month, not_allowed};
use crate::domain::calendar::{date_words, when_words};
use crate::domain::ids::ScheduleId;
use crate::domain::rights::{SEE_SCHEDULES, WRITE};
use crate::domain::{Rich, Timestamp};

/// `/lich`: all schedules of the asker's units, or a month.
pub(super) fn command(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let units = facts::units(ctx, SEE_SCHEDULES);
    if units.is_empty() {
        return Ok(not_allowed(ctx));
    }
    if ctx.chat.kind == ChatKind::Group {
        return Ok(Turn::say(lang.say("notice-in-private", &[])));
    }
    if !rest.is_empty() {
        return month::command(ctx, rest);
    }
    let schedules = facts::schedules(ctx, units)?;
    if schedules.is_empty() {
        return Ok(Turn::say(lang.say("notice-no-schedules", &[])));
    }
    let turn = schedules.iter().fold(Turn::default(), |turn, schedule| turn.and(card(ctx, schedule)));
    Ok(turn)
}

fn card(ctx: &Context<'_>, schedule: &ScheduleFacts) -> Reply {
    let lang = ctx.lang();
    let mut text = Rich::new().push("🗓 ").bold(&schedule.name).line().push(&schedule.rule).line();
    let to = super::audience_words(lang, &schedule.notice.audience);
    text = text.push(lang.say("notice-line-to", &[("value", &to)])).line();
    if schedule.next.is_none() {
        let when = schedule.ends.map(date_words).unwrap_or_default();
        return Reply::here(text.push(lang.say("notice-schedule-ended", &[("when", &when)])));
    }
    let key = match (schedule.paused, schedule.self_sending, schedule.taken) {
        (true, ..) => "notice-schedule-paused",
        (_, true, None) => "notice-schedule-by-itself",
        (_, _, Some(Stage::Approved | Stage::Sent)) => "notice-schedule-ready",
        (_, _, Some(_)) => "notice-schedule-waits",
        (_, false, None) => "notice-schedule-open",
    };
    let when = schedule.next.map(when_words).unwrap_or_default();
    text = text.push(lang.say(key, &[("when", &when)]));
    if !schedule.paused && !schedule.later.is_empty() {
        let later: Vec<String> = schedule.later.iter().map(|at| at.short()).collect();
        text = text.line().push(lang.say("notice-schedule-later", &[("times", &later.join(", "))]));
    }
    let button = |label: String, act: ScheduleAct| {
        Choice::always(label, Action::Schedule { schedule: schedule.id, act }.into())
    };
    let mut row = Vec::new();
    if facts::covers(ctx, WRITE, &schedule.line) {
        if let Some(at) = schedule.next.filter(|_| !schedule.paused && schedule.taken.is_none()) {
            let label = lang.say("notice-schedule-compose-for", &[("when", &date_words(at))]);
            row.push(button(label, ScheduleAct::Compose { at }));
        }
        row.push(match schedule.paused {
            true => button(lang.say("notice-resume", &[]), ScheduleAct::Resume),
            false => button(lang.say("notice-pause", &[]), ScheduleAct::Pause),
        });
    }
    let reply = Reply::here(text);
    if row.is_empty() { reply } else { reply.row(row) }
}

/// A button about a schedule.
pub(super) fn press(ctx: &Context<'_>, id: ScheduleId, act: &ScheduleAct) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let at = match act {
        ScheduleAct::Compose { at } => Some(*at),
        ScheduleAct::Pause | ScheduleAct::Resume => None,
    };
    let (Some(me), Some(schedule)) = (ctx.me, facts::schedule(ctx, id, at)?) else {
        return Ok(Turn::toast(lang.say("button-expired", &[])));
    };
    if !facts::covers(ctx, WRITE, &schedule.line) {
        return Ok(not_allowed(ctx));
    }
    let effect = |paused| Effect::SetSchedule { schedule: id, by: me.id, paused };
    match act {
        ScheduleAct::Compose { at } => write_for(ctx, schedule, *at),
        ScheduleAct::Pause => {
            Ok(Turn::toast(lang.say("notice-schedule-now-paused", &[])).effect(effect(true).into()))
        }
        ScheduleAct::Resume => {
            Ok(Turn::toast(lang.say("notice-schedule-now-active", &[])).effect(effect(false).into()))
        }
    }
}

/// Opens a draft for a run, with all that the schedule says.
fn write_for(ctx: &Context<'_>, schedule: &ScheduleFacts, at: Timestamp) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if schedule.taken.is_some() {
        return Ok(Turn::toast(lang.say("notice-schedule-taken", &[])));
    }
    let (Some(me), Some(post)) = (ctx.me, facts::writing_post(ctx)) else { return Ok(not_allowed(ctx)) };
    let mut draft = compose::new_draft(ctx, me, post);
    let (author, unit) = (draft.notice.author, draft.notice.author_unit);
    draft.notice = schedule.notice.clone();
    draft.notice.author = author;
    draft.notice.author_unit = unit;
    draft.notice.send_at = (at > ctx.now).then_some(at);
    compose::continue_with(ctx, draft)
}
