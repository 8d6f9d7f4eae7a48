//! Audiences under a name: kept from the notice that is being written, and chosen for another with a tap.

use super::super::{Choice, Context, Need, Reply, Turn};
use super::audience::{addressed, fault_words};
use super::compose::{choice, open};
use super::{Draft, DraftAct, Effect, State, facts, not_allowed};
use crate::domain::audience::{Audience, MOST_LIST_NAME, Selector};
use crate::domain::ids::AudienceId;
use crate::domain::text::{clean_line, shorten};

/// So many are offered; others can be typed.
const MOST_OFFERED: usize = 20;

/// An audience that is kept under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAudience {
    pub id: AudienceId,
    pub name: String,
    /// As people write it.
    pub text: String,
}

/// Whether a name can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    Free,
    /// It takes the place of one that they may change, which is called so.
    Replaces(String),
    /// One has it that they may not.
    Taken,
}

/// The buttons of the settings that lead here: only where there is something to choose, or worth keeping.
pub(super) fn buttons(ctx: &Context<'_>, draft: &Draft) -> Result<Vec<Choice>, Need> {
    let lang = ctx.lang();
    let mut row = Vec::new();
    if facts::writing_post(ctx).is_some() && !facts::saved(ctx)?.is_empty() {
        row.push(choice(draft, lang.say("notice-lists", &[]), DraftAct::Lists));
    }
    if is_worth_keeping(&draft.notice.audience) {
        row.push(choice(draft, lang.say("notice-save-list", &[]), DraftAct::SaveList));
    }
    Ok(row)
}

/// What a button of its own chooses, or what has a name, need not be kept.
fn is_worth_keeping(audience: &str) -> bool {
    let Ok(audience) = audience.parse::<Audience>() else { return false };
    let plain = |part: &Selector| match part {
        Selector::All | Selector::Groups | Selector::People | Selector::Saved(_) => true,
        Selector::Unit(place) => place.below,
        _ => false,
    };
    match audience.include.as_slice() {
        [one] => !plain(one) || audience.exclude.iter().any(|part| *part != Selector::People),
        _ => true,
    }
}

/// The saved audiences, to choose one.
pub(super) fn choose(ctx: &Context<'_>, draft: Draft) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let mut reply = Reply::here(lang.say("notice-choose-list", &[])).in_place();
    for saved in facts::saved(ctx)?.iter().take(MOST_OFFERED) {
        reply = reply.row([choice(&draft, shorten(&saved.name, 50), DraftAct::UseList(saved.id))]);
    }
    reply = reply.row([choice(&draft, lang.say("notice-back", &[]), DraftAct::Back)]);
    Ok(Turn::default().and(reply).to(State::Draft(Box::new(draft)).into()))
}

/// The audience that a saved one stands for, if the writer may address all of it.
pub(super) fn used(ctx: &Context<'_>, list: AudienceId) -> Result<Result<String, Turn>, Need> {
    let Some(saved) = facts::saved(ctx)?.iter().find(|saved| saved.id == list) else {
        return Ok(Err(Turn::toast(ctx.lang().say("notice-list-gone", &[]))));
    };
    let audience =
        Audience { include: vec![Selector::Saved(saved.name.clone())], exclude: Vec::new() }.to_string();
    Ok(addressed(ctx, &audience)?.map(|_| audience))
}

/// A name came in under which the audience is to be kept.
pub(super) fn named(ctx: &Context<'_>, mut draft: Draft, text: &str) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let name =
        clean_line(text, MOST_LIST_NAME).filter(|name| !name.contains(';') && text.lines().count() == 1);
    let Some(name) = name else { return Ok(Turn::say(lang.say("notice-list-name-plain", &[]))) };
    if let Err(turn) = addressed(ctx, &draft.notice.audience)? {
        return Ok(turn);
    }
    match facts::naming(ctx, &name, &draft.notice.audience)? {
        Ok(Naming::Free) => keep(ctx, draft, name),
        Ok(Naming::Taken) => Ok(Turn::say(lang.say("notice-list-taken", &[("name", &name)]))),
        Ok(Naming::Replaces(name)) => {
            let ask = lang.say("notice-list-replaces", &[("name", &name)]);
            draft.naming = Some(name);
            let button = |key: &str, act| choice(&draft, lang.say(key, &[]), act);
            let row = [
                button("notice-list-replace", DraftAct::ReplaceList),
                button("notice-list-other-name", DraftAct::SaveList),
                button("notice-back", DraftAct::Back),
            ];
            let reply = Reply::here(ask).row(row);
            Ok(Turn::default().and(reply).to(State::Draft(Box::new(draft)).into()))
        }
        Err(fault) => Ok(Turn::say(fault_words(lang, &fault))),
    }
}

/// It takes the place of the one that has the name, after it was asked for once more.
pub(super) fn replace(ctx: &Context<'_>, draft: Draft) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(name) = draft.naming.clone() else { return Ok(Turn::toast(lang.say("button-expired", &[]))) };
    if let Err(turn) = addressed(ctx, &draft.notice.audience)? {
        return Ok(turn);
    }
    match facts::naming(ctx, &name, &draft.notice.audience)? {
        Ok(Naming::Free | Naming::Replaces(_)) => keep(ctx, draft, name),
        Ok(Naming::Taken) => Ok(Turn::say(lang.say("notice-list-taken", &[("name", &name)]))),
        Err(fault) => Ok(Turn::say(fault_words(lang, &fault))),
    }
}

fn keep(ctx: &Context<'_>, mut draft: Draft, name: String) -> Result<Turn, Need> {
    let (Some(me), Some(post)) = (ctx.me, facts::writing_post(ctx)) else { return Ok(not_allowed(ctx)) };
    let said = Reply::here(ctx.lang().say("notice-list-saved", &[("name", &name)]));
    let effect =
        Effect::SaveAudience { name, audience: draft.notice.audience.clone(), unit: post.unit, by: me.id };
    draft.naming = None;
    let mut turn = open(ctx, draft)?.effect(effect.into());
    turn.replies.insert(0, said);
    Ok(turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_put_together_is_worth_a_name() {
        for plain in ["all", "groups", "unit:Xã A/*", "unit:Xã A/*; -people", "saved:Trưởng thôn"] {
            assert!(!is_worth_keeping(plain), "{plain}");
        }
        for put_together in ["role:head", "unit:Xã A/*; role:head", "all; -tag:Đảng viên", "unit:Xã A"]
        {
            assert!(is_worth_keeping(put_together), "{put_together}");
        }
        assert!(!is_worth_keeping("không đọc được"));
    }
}
