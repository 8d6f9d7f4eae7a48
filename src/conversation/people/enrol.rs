//! From an invite to a member of staff: consent, name, welcome.

use sha2::{Digest, Sha256};

use super::super::{
    ChatKind, Choice, Context, Dialogue, Effect as AnyEffect, Lang, Me, Need, Reply, Target, Turn,
};
use super::consent::{CONSENT_VERSION, Consent, wording};
use super::{Action, Effect, InviteFacts, Standing, State, act, dialogue, facts, help, me, role_name};
use crate::domain::text::clean_line;
use crate::domain::{Rich, Role, ids::*};

/// So many wrong invites, then a quiet pause. A token has 128 bits: this is against noise, not guessing.
pub const MOST_TRIES: i64 = 5;
/// How long a wrong try counts, and how long the pause is.
pub const TRIES_COUNT_FOR: std::time::Duration = std::time::Duration::from_secs(15 * 60);
/// The longest name, in characters.
const MOST_NAME: usize = 80;
/// The longest start parameter that Telegram hands on (<https://core.telegram.org/bots/features>).
const MOST_TOKEN: usize = 64;
/// Letters of a token: 16 bytes.
const TOKEN_LEN: usize = 22;

/// `/start`, alone or with an invite.
pub(super) fn start(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    if let Some(turn) = super::only_in_private(ctx) {
        return Ok(turn);
    }
    match (rest, ctx.me) {
        ("", None) => Ok(help::stranger(ctx)),
        ("", Some(me)) => greet(ctx, me),
        (token, _) => with_token(ctx, token),
    }
}

/// Somebody enrolled says hello. Who came by a list is asked to agree.
fn greet(ctx: &Context<'_>, me: &Me) -> Result<Turn, Need> {
    ask_to_agree(ctx, me, help::help(ctx))
}

/// Asks whoever came by a list and never said hello to agree, once: below the first answer that leaves nothing open,
/// so that it comes between nobody and what they were about to do.
pub fn ask_once(ctx: &Context<'_>, turn: Turn) -> Result<Turn, Need> {
    let open = turn.dialogue.as_ref().unwrap_or(ctx.dialogue) != &Dialogue::None
        || turn.replies.iter().any(|reply| reply.to == Target::Here && !reply.choices.is_empty());
    let said = !turn.replies.is_empty() || turn.toast.is_some();
    let about_them = turn.effects.iter().any(|effect| {
        let AnyEffect::People(effect) = effect else { return false };
        matches!(effect, Effect::Greeted { .. } | Effect::GiveConsent { .. } | Effect::Leave { .. })
    });
    match ctx.me {
        Some(me)
            if ctx.chat.kind == ChatKind::Private && !ctx.chat.greeted && said && !open && !about_them =>
        {
            ask_to_agree(ctx, me, turn)
        }
        _ => Ok(turn),
    }
}

fn ask_to_agree(ctx: &Context<'_>, me: &Me, turn: Turn) -> Result<Turn, Need> {
    let turn = turn.people(Effect::Greeted { chat: ctx.chat.id });
    if facts::consent(ctx, me.id)?.is_some_and(|consent| consent.version == CONSENT_VERSION) {
        return Ok(turn);
    }
    let lang = ctx.lang();
    let agree = Action::AgreeEnrolled { version: CONSENT_VERSION.to_owned(), lang };
    let text = Rich::new().push(lang.say("people-consent-enrolled", &[])).push("\n\n").push(wording(lang));
    Ok(turn.and(Reply::here(text).row([Choice::once(lang.say("people-agree", &[]), act(agree))])))
}

fn with_token(ctx: &Context<'_>, token: &str) -> Result<Turn, Need> {
    let sender = ctx.incoming.from.as_ref().map_or("", |from| from.id.as_str());
    let tries = facts::wrong_tries(ctx, sender)?;
    if tries >= MOST_TRIES {
        return Ok(Turn::nothing());
    }
    let invite =
        if is_token(token) { facts::invite_by_hash(ctx, hex::encode(Sha256::digest(token)))? } else { None };
    match invite {
        Some(invite) if invite.standing == Standing::Good => offer(ctx, invite),
        invite => Ok(refuse(ctx, invite, sender, tries + 1)),
    }
}

/// An invite that somebody sends without the command, as where no link leads into the chat.
pub(super) fn bare_token(ctx: &Context<'_>) -> Result<Option<Turn>, Need> {
    let text = ctx.incoming.text().trim();
    let like_one = text.len() == TOKEN_LEN && is_token(text) && ctx.chat.kind == ChatKind::Private;
    if like_one { with_token(ctx, text).map(Some) } else { Ok(None) }
}

fn is_token(text: &str) -> bool {
    text.len() <= MOST_TOKEN && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Says what is wrong with an invite and whom to ask, and counts the try.
fn refuse(ctx: &Context<'_>, invite: Option<&InviteFacts>, sender: &str, tries: i64) -> Turn {
    let lang = ctx.lang();
    let mut text = Rich::from(no_good(lang, invite));
    if tries >= MOST_TRIES {
        let minutes = (TRIES_COUNT_FOR.as_secs() / 60).to_string();
        text = text.push("\n\n").push(lang.say("people-invite-pause", &[("minutes", &minutes)]));
    }
    let wrong = Effect::WrongTry { channel: ctx.incoming.channel, sender: sender.to_owned() };
    Turn::say(text).people(wrong)
}

fn no_good(lang: Lang, invite: Option<&InviteFacts>) -> String {
    let key = match invite.map(|invite| invite.standing) {
        None | Some(Standing::Good) => return lang.say("people-invite-wrong", &[]),
        Some(Standing::Expired) => "people-invite-expired",
        Some(Standing::UsedUp) => "people-invite-used-up",
        Some(Standing::Revoked) => "people-invite-revoked",
    };
    lang.say(key, &[("unit", invite.map_or("", |invite| &invite.unit_path))])
}

/// An invite that is good: shows what it is for, and what is agreed to.
fn offer(ctx: &Context<'_>, invite: &InviteFacts) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if let Some(me) = ctx.me {
        if me.roles.iter().any(|post| post.unit == invite.unit && post.role == invite.role) {
            let role = role_name(lang, invite.role);
            let vars = [("role", role.as_str()), ("unit", &invite.unit_path)];
            return Ok(Turn::say(lang.say("people-role-already", &vars)));
        }
        if facts::consent(ctx, me.id)?.is_some_and(|consent| consent.version == CONSENT_VERSION) {
            return Ok(add_role(ctx, me, invite));
        }
    }
    let role = role_name(lang, invite.role);
    let text = Rich::new()
        .push(lang.say("people-offer-before", &[]))
        .line()
        .push(lang.say("people-offer-unit", &[]))
        .bold(&invite.unit_path)
        .line()
        .push(lang.say("people-offer-role", &[]))
        .bold(role)
        .push("\n\n")
        .push(wording(lang));
    let agree = Action::Agree { invite: invite.id, version: CONSENT_VERSION.to_owned(), lang };
    let reply = Reply::here(text).row([
        Choice::once(lang.say("people-agree", &[]), act(agree)),
        Choice::once(lang.say("people-decline", &[]), act(Action::Decline)),
    ]);
    Ok(Turn::default().and(reply).to(Dialogue::None))
}

fn add_role(ctx: &Context<'_>, me: &Me, invite: &InviteFacts) -> Turn {
    let effect = Effect::AddRole { invite: invite.id, person: me.id };
    let mut roles: Vec<Role> = me.roles.iter().map(|post| post.role).collect();
    roles.push(invite.role);
    let text = welcome(ctx.lang(), "people-role-added", &me.name, invite, &roles);
    Turn::default().and(Reply::here(text).in_place()).people(effect).to(Dialogue::None)
}

/// Good news, and what can be done now.
fn welcome(lang: Lang, key: &str, name: &str, invite: &InviteFacts, roles: &[Role]) -> Rich {
    let role = role_name(lang, invite.role);
    let vars = [("name", name), ("role", role.as_str()), ("unit", &invite.unit_path)];
    Rich::new()
        .push(lang.say(key, &vars))
        .push("\n\n")
        .push(lang.say("people-can-do", &[]))
        .line()
        .push(help::lines(lang, roles))
        .push("\n\n")
        .push(lang.say("people-just-write", &[]))
}

/// Agreed: now the name.
pub(super) fn agreed(
    ctx: &Context<'_>,
    invite: InviteId,
    version: &str,
    shown_in: Lang,
) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let invite = match facts::invite(ctx, invite)? {
        Some(invite) if invite.standing == Standing::Good => invite,
        invite => return Ok(Turn::default().and(Reply::here(no_good(lang, invite)).in_place())),
    };
    if version != CONSENT_VERSION {
        return offer(ctx, invite);
    }
    let consent = Consent::now(shown_in, ctx.now);
    if let Some(me) = ctx.me {
        let given = Effect::GiveConsent { person: me.id, consent };
        return Ok(add_role(ctx, me, invite).people(given));
    }
    let state = State::Naming { invite: invite.id, consent };
    let turn = Turn::default().to(dialogue(state));
    let Some(name) = platform_name(ctx) else {
        return Ok(turn.and(Reply::here(lang.say("people-name-type", &[])).in_place()));
    };
    let text =
        Rich::new().push(lang.say("people-name-is", &[])).bold(name).push(lang.say("people-name-right", &[]));
    Ok(turn.and(Reply::here(text).in_place().row([
        Choice::once(lang.say("people-name-yes", &[]), act(Action::NameRight)),
        Choice::once(lang.say("people-name-no", &[]), act(Action::NameWrong)),
    ])))
}

/// The name that the platform shows, if it can be used.
fn platform_name(ctx: &Context<'_>) -> Option<String> {
    ctx.incoming.from.as_ref().and_then(|from| usable_name(&from.name))
}

/// A name of one line with at least one letter.
pub(super) fn usable_name(text: &str) -> Option<String> {
    clean_line(text, MOST_NAME).filter(|name| name.chars().any(char::is_alphabetic))
}

/// Does not agree: nothing is kept.
pub(super) fn declined(ctx: &Context<'_>) -> Turn {
    let reply = Reply::here(ctx.lang().say("people-declined", &[])).in_place();
    let turn = Turn::default().and(reply).to(Dialogue::None);
    if ctx.me.is_some() { turn } else { turn.people(Effect::ForgetName { chat: ctx.chat.id }) }
}

/// Somebody who came by a list agrees.
pub(super) fn agreed_enrolled(ctx: &Context<'_>, version: &str, shown_in: Lang) -> Turn {
    let lang = ctx.lang();
    match ctx.me {
        Some(me) if version == CONSENT_VERSION => Turn::default()
            .and(Reply::here(lang.say("people-consent-thanks", &[])).in_place())
            .people(Effect::GiveConsent { person: me.id, consent: Consent::now(shown_in, ctx.now) }),
        _ => Turn::toast(lang.say("button-expired", &[])),
    }
}

pub(super) fn name_right(ctx: &Context<'_>) -> Result<Turn, Need> {
    let (Some((invite, consent)), Some(name)) = (naming(ctx), platform_name(ctx)) else {
        return Ok(Turn::toast(ctx.lang().say("button-expired", &[])));
    };
    enrol(ctx, invite, consent, name)
}

pub(super) fn name_wrong(ctx: &Context<'_>) -> Turn {
    let lang = ctx.lang();
    match naming(ctx) {
        Some(_) => Turn::default().and(Reply::here(lang.say("people-name-type", &[])).in_place()),
        None => Turn::toast(lang.say("button-expired", &[])),
    }
}

fn naming<'a>(ctx: &Context<'a>) -> Option<(InviteId, &'a Consent)> {
    match ctx.dialogue {
        Dialogue::People(State::Naming { invite, consent }) => Some((*invite, consent)),
        _ => None,
    }
}

pub(super) fn name_typed(ctx: &Context<'_>, invite: InviteId, consent: &Consent) -> Result<Turn, Need> {
    match usable_name(ctx.incoming.text()) {
        Some(name) => enrol(ctx, invite, consent, name),
        None => Ok(Turn::say(ctx.lang().say("people-name-type", &[]))),
    }
}

fn enrol(ctx: &Context<'_>, invite: InviteId, consent: &Consent, name: String) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let invite = match facts::invite(ctx, invite)? {
        Some(invite) if invite.standing == Standing::Good => invite,
        invite => return Ok(Turn::say(no_good(lang, invite)).to(Dialogue::None)),
    };
    if let Some(me) = ctx.me {
        return Ok(me::already(ctx, me));
    }
    let text = welcome(lang, "people-welcome", &name, invite, &[invite.role]);
    let effect = Effect::Enrol { invite: invite.id, chat: ctx.chat.id, name, consent: consent.clone() };
    Ok(Turn::default().and(Reply::here(text).in_place()).people(effect).to(Dialogue::None))
}
