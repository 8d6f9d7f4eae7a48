//! One tap: "I have received it".

use super::super::{Context, Need, Turn};
use super::{Effect, facts};
use crate::domain::ids::DeliveryId;

pub(super) fn press(ctx: &Context<'_>, delivery: DeliveryId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    // In a group anybody can press; only who is enrolled is counted.
    let Some(me) = ctx.me else { return Ok(Turn::toast(lang.say("notice-confirm-stranger", &[]))) };
    let Some(receipt) = facts::receipt(ctx, delivery, me.id)? else {
        return Ok(Turn::toast(lang.say("button-expired", &[])));
    };
    if receipt.owner.is_some_and(|owner| owner != me.id) {
        return Ok(Turn::toast(lang.say("not-for-you", &[])));
    }
    if let Some(at) = receipt.confirmed_at {
        return Ok(Turn::toast(lang.say("notice-confirmed-before", &[("at", &at.short())])));
    }
    let thanks = lang.say("notice-confirm-thanks", &[("name", &me.name)]);
    Ok(Turn::toast(thanks).effect(Effect::Confirm { delivery, person: me.id }.into()))
}
