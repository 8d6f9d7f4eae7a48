//! One tap: "I have received it"; and taking it back, for a minute.

use std::time::Duration;

use super::super::{Choice, Context, Need, Reply, Turn};
use super::{Action, Effect, Receipt, facts};
use crate::domain::Timestamp;
use crate::domain::ids::{DeliveryId, PersonId};

/// For so long a confirmation can be taken back.
pub const UNDO: Duration = Duration::from_secs(60);

/// Whoever confirms, if it is theirs; or what they are told instead.
fn asked<'a>(
    ctx: &Context<'a>,
    delivery: DeliveryId,
) -> Result<Result<(PersonId, &'a str, &'a Receipt), Turn>, Need> {
    let lang = ctx.lang();
    let refused = |key: &str| Ok(Err(Turn::toast(lang.say(key, &[]))));
    // In a group anybody can press; only who is enrolled is counted.
    let Some(me) = ctx.me else { return refused("notice-confirm-stranger") };
    let Some(receipt) = facts::receipt(ctx, delivery, me.id)? else { return refused("button-expired") };
    if receipt.owner.is_some_and(|owner| owner != me.id) {
        return refused("not-for-you");
    }
    Ok(Ok((me.id, &me.name, receipt)))
}

fn is_fresh(ctx: &Context<'_>, at: Timestamp) -> bool {
    ctx.now.since(at) < UNDO
}

pub(super) fn press(ctx: &Context<'_>, delivery: DeliveryId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let (person, name, receipt) = match asked(ctx, delivery)? {
        Ok(asked) => asked,
        Err(turn) => return Ok(turn),
    };
    let Some(at) = receipt.confirmed_at else {
        let thanks = lang.say("notice-confirm-thanks", &[("name", name)]);
        return Ok(Turn::toast(thanks).effect(Effect::Confirm { delivery, person }.into()));
    };
    if !is_fresh(ctx, at) {
        return Ok(Turn::toast(lang.say("notice-confirmed-before", &[("at", &at.short())])));
    }
    // Who presses again at once may have pressed by mistake.
    let text = lang.say("notice-confirmed-just-now", &[("name", name), ("title", &receipt.title)]);
    let label = lang.say("notice-take-back", &[]);
    let reply = Reply::here(text).row([Choice::once(label, Action::TakeBack { delivery }.into())]);
    Ok(Turn::default().and(reply.slot(format!("undo:{delivery}:{person}:{at}", at = at.0))))
}

pub(super) fn take_back(ctx: &Context<'_>, delivery: DeliveryId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let (person, name, receipt) = match asked(ctx, delivery)? {
        Ok(asked) => asked,
        Err(turn) => return Ok(turn),
    };
    match receipt.confirmed_at {
        Some(at) if is_fresh(ctx, at) => {
            let text = lang.say("notice-taken-back", &[("name", name), ("title", &receipt.title)]);
            let turn = Turn::default().and(Reply::here(text).in_place());
            Ok(turn.effect(Effect::TakeBack { delivery, person }.into()))
        }
        Some(_) => Ok(Turn::toast(lang.say("notice-too-late-to-take-back", &[]))),
        None => Ok(Turn::toast(lang.say("notice-not-yours-to-take-back", &[]))),
    }
}
