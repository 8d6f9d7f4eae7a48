//! What a person does about themselves: who am I, language, cancel, leave.

use super::super::{ChatKind, Choice, Context, Dialogue, Lang, Me, Need, Reply, Turn};
use super::leave::leave_words;
use super::{Action, Effect, act, facts, group, help, not_allowed, only_in_private, role_name};
use crate::domain::Rich;

/// `/toi`: name, units and roles, consent.
pub(super) fn who_am_i(ctx: &Context<'_>) -> Result<Turn, Need> {
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    let Some(me) = ctx.me else { return Ok(help::stranger(ctx)) };
    let lang = ctx.lang();
    let mut text = Rich::new().bold(&me.name);
    for post in &me.roles {
        let role = role_name(lang, post.role);
        text = text.push("\n• ").push(lang.say("people-post", &[("role", &role), ("unit", &post.unit_path)]));
    }
    if me.roles.is_empty() {
        text = text.line().push(lang.say("people-no-role", &[]));
    }
    if let Some(leave) = facts::leave(ctx, me.id)? {
        text = text.line().push(leave_words(lang, leave));
    }
    text = text.push("\n\n");
    text = match facts::consent(ctx, me.id)? {
        Some(consent) => {
            let vars = [("version", consent.version.as_str()), ("at", &consent.at.short())];
            text.push(lang.say("people-consented", &vars))
        }
        None => text.push(lang.say("people-not-consented", &[])),
    };
    text = text.line().push(lang.say("people-data-how", &[]));
    Ok(Turn::say(text))
}

/// Somebody who is enrolled comes to a step that is for strangers.
pub(super) fn already(ctx: &Context<'_>, me: &Me) -> Turn {
    Turn::say(ctx.lang().say("people-already", &[("name", &me.name)])).to(Dialogue::None)
}

/// `/roi`: at once, without a question.
pub(super) fn leave(ctx: &Context<'_>) -> Turn {
    if let Some(turn) = only_in_private(ctx) {
        return turn;
    }
    let lang = ctx.lang();
    let Some(me) = ctx.me else { return Turn::say(lang.say("people-leave-stranger", &[])) };
    Turn::say(lang.say("people-goodbye", &[("name", &me.name)]))
        .people(Effect::Leave { person: me.id })
        .to(Dialogue::None)
}

/// `/huy`: ends any dialogue, of whichever part.
pub(super) fn cancel(ctx: &Context<'_>) -> Turn {
    let key = if *ctx.dialogue == Dialogue::None { "people-nothing-to-cancel" } else { "people-cancelled" };
    Turn::say(ctx.lang().say(key, &[])).to(Dialogue::None)
}

/// `/ngonngu`, with or without the language.
pub(super) fn language(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    match rest.to_lowercase().as_str() {
        "vi" => speak(ctx, Lang::Vi),
        "en" => speak(ctx, Lang::En),
        _ => {
            let button =
                |lang: Lang| Choice::always(lang.say("people-language-name", &[]), act(Action::Speak(lang)));
            let reply = Reply::here(ctx.lang().say("people-language-which", &[]));
            Ok(Turn::default().and(reply.row([button(Lang::Vi), button(Lang::En)])))
        }
    }
}

/// Switches the chat's language; in a group only who leads its unit may.
pub(super) fn speak(ctx: &Context<'_>, lang: Lang) -> Result<Turn, Need> {
    if ctx.chat.kind == ChatKind::Group && !group::leads_this_group(ctx)? {
        return Ok(not_allowed(ctx));
    }
    let reply = Reply::here(lang.say("people-language-now", &[])).in_place();
    Ok(Turn::default().and(reply).people(Effect::SetLang { chat: ctx.chat.id, lang }))
}
