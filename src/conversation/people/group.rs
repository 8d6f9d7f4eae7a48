//! Groups: bound to a unit by one command, followed when they move, let go when the bot is removed.

use super::super::incoming::{Membership, What};
use super::super::{ChatKind, Choice, Context, Need, Purpose, Reply, Turn};
use super::{Action, Effect, act, facts, not_allowed};
use crate::domain::ids::UnitId;
use crate::domain::text::fold;

/// So many units are offered at most; who finds theirs not among them types more of its name.
pub(super) const MOST_OFFERED: usize = 8;
/// The longest text that is looked for, in characters.
pub(super) const MOST_QUERY: usize = 200;

/// `/gannhom [đơn vị] [trực]`, `/nhomtruc [đơn vị]`.
pub(super) fn bind_command(ctx: &Context<'_>, rest: &str, purpose: Purpose) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if ctx.chat.kind == ChatKind::Private {
        return Ok(Turn::say(lang.say("people-only-in-group", &[])));
    }
    if facts::own_units(ctx).is_empty() {
        return Ok(not_allowed(ctx));
    }
    let (query, duty) = without_duty_word(rest);
    let purpose = if duty { Purpose::Duty } else { purpose };
    let found = candidates(ctx, &query)?;
    match &found[..] {
        [] => Ok(Turn::say(lang.say("people-no-such-unit", &[("text", &query)]))),
        [(unit, _)] => bind(ctx, *unit, purpose),
        several => {
            let mut reply = Reply::here(lang.say("people-which-unit", &[]));
            for (unit, path) in several.iter().take(MOST_OFFERED) {
                let action = act(Action::Bind { unit: *unit, purpose });
                // Not used up by somebody who may not press.
                reply = reply.row([Choice::always(label(path), action)]);
            }
            Ok(Turn::default().and(reply))
        }
    }
}

/// The units that are meant: by their name or path, or, with no text, those that the writer leads.
fn candidates(ctx: &Context<'_>, query: &str) -> Result<Vec<(UnitId, String)>, Need> {
    if !query.is_empty() {
        return Ok(facts::find_units(ctx, query)?.map(|unit| (unit.id, unit.path.clone())).collect());
    }
    let mut own = Vec::new();
    for id in facts::own_units(ctx) {
        if let Some(unit) = facts::unit(ctx, id)? {
            own.push((id, unit.path.clone()));
        }
    }
    Ok(own)
}

/// The text without a first or last word "trực", and whether there was one.
fn without_duty_word(text: &str) -> (String, bool) {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let is_duty = |word: &&str| matches!(fold(word).as_str(), "truc" | "duty");
    let duty = if words.last().is_some_and(is_duty) {
        words.pop();
        true
    } else if words.first().is_some_and(is_duty) {
        words.remove(0);
        true
    } else {
        false
    };
    (words.join(" ").chars().take(MOST_QUERY).collect(), duty)
}

/// A button's label: the end of a path says more than its beginning.
pub(super) fn label(path: &str) -> String {
    const MOST: usize = 40;
    let chars: Vec<char> = path.chars().collect();
    if chars.len() <= MOST {
        return path.to_owned();
    }
    let tail: String = chars[chars.len() - (MOST - 1)..].iter().collect();
    format!("…{tail}")
}

/// Binds the group, if whoever asks leads the unit, and the unit that it is bound to so far.
pub(super) fn bind(ctx: &Context<'_>, unit: UnitId, purpose: Purpose) -> Result<Turn, Need> {
    if ctx.chat.kind == ChatKind::Private || !leads_this_group(ctx)? || facts::leads(ctx, unit)?.is_none() {
        return Ok(not_allowed(ctx));
    }
    let (Some(me), Some(found)) = (ctx.me, facts::unit(ctx, unit)?) else { return Ok(not_allowed(ctx)) };
    let key = if purpose == Purpose::Duty { "people-bound-duty" } else { "people-bound-staff" };
    let text = ctx.lang().say(key, &[("unit", &found.path)]);
    let effect = Effect::Bind { chat: ctx.chat.id, unit, purpose, by: me.id };
    Ok(Turn::default().and(Reply::here(text).in_place()).people(effect))
}

/// Whether the writer leads the unit that the group is bound to; so does everybody who leads some unit,
/// while it is bound to none.
pub(super) fn leads_this_group(ctx: &Context<'_>) -> Result<bool, Need> {
    match ctx.chat.unit {
        Some(unit) => Ok(facts::leads(ctx, unit)?.is_some()),
        None => Ok(!facts::own_units(ctx).is_empty()),
    }
}

/// `/gonhom`.
pub(super) fn unbind_command(ctx: &Context<'_>) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if ctx.chat.kind == ChatKind::Private {
        return Ok(Turn::say(lang.say("people-only-in-group", &[])));
    }
    let leads = leads_this_group(ctx)?;
    let Some(me) = ctx.me.filter(|_| leads) else { return Ok(not_allowed(ctx)) };
    if ctx.chat.unit.is_none() {
        return Ok(Turn::say(lang.say("people-not-bound", &[])));
    }
    Ok(Turn::say(lang.say("people-unbound", &[])).people(Effect::Unbind { chat: ctx.chat.id, by: me.id }))
}

pub(super) fn chat_changed(ctx: &Context<'_>) -> Result<Turn, Need> {
    let chat = ctx.chat.id;
    match (&ctx.incoming.what, ctx.chat.kind) {
        (What::Membership(Membership::In), ChatKind::Group) => Ok(added(ctx)),
        (What::Membership(Membership::In), ChatKind::Private) => {
            Ok(Turn::nothing().people(Effect::OpenChat { chat }))
        }
        (What::Membership(Membership::Out), kind) => {
            let reason = if kind == ChatKind::Group { "removed" } else { "blocked" };
            Ok(Turn::nothing().people(Effect::CloseChat { chat, reason }))
        }
        (What::Moved { to }, _) => {
            let old = ctx.incoming.chat.id.clone();
            Ok(Turn::nothing().people(Effect::MoveChat {
                channel: ctx.incoming.channel,
                old,
                new: to.clone(),
            }))
        }
        _ => Ok(Turn::nothing()),
    }
}

/// The bot came into a group: says once who it is, unless the group is at work already.
fn added(ctx: &Context<'_>) -> Turn {
    let chat = ctx.chat.id;
    let turn = Turn::nothing().people(Effect::OpenChat { chat });
    if ctx.chat.purpose != Purpose::None || ctx.chat.greeted {
        return turn;
    }
    turn.and(Reply::here(ctx.lang().say("people-hello-group", &[]))).people(Effect::Greeted { chat })
}
