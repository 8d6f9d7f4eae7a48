//! One tap: "I have received it".

use super::super::{Answer as AnyAnswer, Ask as AnyAsk, Context, Effect as AnyEffect, Need, Turn};
use super::{Answer, Ask, Effect};
use crate::domain::ids::DeliveryId;

pub(super) fn press(ctx: &Context<'_>, delivery: DeliveryId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    // In a group anybody can press; only who is enrolled is counted.
    let Some(me) = ctx.me else { return Ok(Turn::toast(lang.say("notice-confirm-stranger", &[]))) };
    let ask = AnyAsk::Notice(Ask::Receipt { delivery, person: me.id });
    let AnyAnswer::Notice(Answer::Receipt(receipt)) = ctx.facts.get(ask)? else {
        unreachable!("another kind of answer was expected")
    };
    let Some(receipt) = receipt else { return Ok(Turn::toast(lang.say("button-expired", &[]))) };
    if receipt.owner.is_some_and(|owner| owner != me.id) {
        return Ok(Turn::toast(lang.say("not-for-you", &[])));
    }
    if let Some(at) = receipt.confirmed_at {
        return Ok(Turn::toast(lang.say("notice-confirmed-before", &[("at", &at.short())])));
    }
    let thanks = lang.say("notice-confirm-thanks", &[("name", &me.name)]);
    Ok(Turn::toast(thanks).effect(AnyEffect::Notice(Effect::Confirm { delivery, person: me.id })))
}
