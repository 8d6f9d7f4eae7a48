//! What people ask about their own data: that it is put right, or erased. An administrator decides, within two working
//! days (Decree 356/2025); what waits longer is an alarm.

use super::super::{Choice, Context, Dialogue, Lang, Need, Reply, Turn};
use super::enrol::usable_name;
use super::{
    Action, Decision, Effect, NewRequest, RequestFacts, RequestKind, RequestState, State, act, dialogue,
    facts, not_allowed, only_in_private,
};
use crate::domain::rights::DATA;
use crate::domain::text::clean_text;
use crate::domain::{Rich, ids::*};

/// Working days within which an administrator has to answer.
const DAYS: u32 = 2;
/// The longest words that are kept of what is wrong, and of why something is refused, in characters.
const MOST_TEXT: usize = 1000;
/// So many requests are shown at once.
pub const MOST_SHOWN: usize = 5;

/// `/xoa`: what would go, what would stay, and the way there.
pub(super) fn command(ctx: &Context<'_>) -> Result<Turn, Need> {
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    let lang = ctx.lang();
    let Some(me) = owner(ctx)? else {
        let turn = Turn::say(lang.say("people-erase-stranger", &[]));
        return Ok(turn.people(Effect::ForgetName { chat: ctx.chat.id }).to(Dialogue::None));
    };
    if let Some(request) = facts::open_request(ctx, me, RequestKind::Erase)? {
        return Ok(Turn::default().and(waits(lang, request)));
    }
    let reply = Reply::here(lang.say("people-erase", &[])).row([
        Choice::once(lang.say("people-erase-ask", &[]), act(Action::AskErasure)),
        Choice::once(lang.say("people-erase-keep", &[]), act(Action::KeepData)),
    ]);
    let correct = Choice::once(lang.say("people-correct-ask", &[]), act(Action::AskCorrection));
    Ok(Turn::default().and(reply.row([correct])).to(Dialogue::None))
}

/// Whose private chat this is, also after they left: what is kept about them is kept then, too.
fn owner(ctx: &Context<'_>) -> Result<Option<PersonId>, Need> {
    match ctx.me {
        Some(me) => Ok(Some(me.id)),
        None => facts::owner(ctx, ctx.chat.id),
    }
}

/// What was asked waits for an answer.
fn waits(lang: Lang, request: &RequestFacts) -> Reply {
    let (asked, due) = (request.created.short(), request.due.short());
    let vars = [("asked", asked.as_str()), ("due", due.as_str())];
    match request.state {
        RequestState::Agreed => Reply::here(lang.say("people-erase-agreed", &vars)),
        _ => Reply::here(lang.say(key(request.kind, "people-erase-waits", "people-correct-waits"), &vars))
            .row([Choice::once(lang.say("people-request-withdraw", &[]), act(Action::Withdraw(request.id)))]),
    }
}

fn key(kind: RequestKind, erase: &'static str, correct: &'static str) -> &'static str {
    match kind {
        RequestKind::Erase => erase,
        RequestKind::Correct => correct,
    }
}

/// Changed their mind before anything was asked.
pub(super) fn keep(ctx: &Context<'_>) -> Turn {
    Turn::default().and(Reply::here(ctx.lang().say("people-erase-kept", &[])).in_place())
}

/// Asks to be erased.
pub(super) fn ask_erasure(ctx: &Context<'_>) -> Result<Turn, Need> {
    ask(ctx, RequestKind::Erase, String::new())
}

/// Wants something put right: what?
pub(super) fn ask_correction(ctx: &Context<'_>) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(me) = owner(ctx)? else { return Ok(Turn::toast(lang.say("button-expired", &[]))) };
    if let Some(request) = facts::open_request(ctx, me, RequestKind::Correct)? {
        return Ok(Turn::default().and(waits(lang, request)));
    }
    let reply = Reply::here(lang.say("people-correct-what", &[]));
    Ok(Turn::default().and(reply).to(dialogue(State::Correcting)))
}

/// Said what is wrong.
pub(super) fn correction_said(ctx: &Context<'_>) -> Result<Turn, Need> {
    match clean_text(ctx.incoming.text(), MOST_TEXT) {
        Some(text) => Ok(ask(ctx, RequestKind::Correct, text)?.to(Dialogue::None)),
        None => Ok(Turn::say(ctx.lang().say("people-correct-what", &[]))),
    }
}

fn ask(ctx: &Context<'_>, kind: RequestKind, text: String) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(me) = owner(ctx)? else { return Ok(Turn::toast(lang.say("button-expired", &[]))) };
    if let Some(request) = facts::open_request(ctx, me, kind)? {
        return Ok(Turn::default().and(waits(lang, request)));
    }
    let calendar = &ctx.rules.calendar;
    let due = calendar.add_working(ctx.now, calendar.day_length() * DAYS);
    let alarm = calendar.add_working(ctx.now, calendar.day_length());
    let new = NewRequest { person: me, kind, text, due, alarm };
    let request = facts::made_request(ctx, new)?;
    let sent =
        lang.say(key(kind, "people-erase-sent", "people-correct-sent"), &[("due", &request.due.short())]);
    let withdraw = Choice::once(lang.say("people-request-withdraw", &[]), act(Action::Withdraw(request.id)));
    let mut turn = Turn::default().and(Reply::here(sent).in_place().row([withdraw]));
    for decider in &request.deciders {
        turn = turn.and(card(decider.chat, decider.lang, request));
    }
    Ok(turn)
}

/// A request as an administrator sees it, with what can be done about it.
fn card(chat: ChatId, lang: Lang, request: &RequestFacts) -> Reply {
    let reply = Reply::to(chat, card_text(lang, request)).slot(slot(request.id));
    if request.state != RequestState::Open {
        return reply;
    }
    let refuse = Choice::always(lang.say("people-request-refuse", &[]), act(Action::Refuse(request.id)));
    match request.kind {
        RequestKind::Erase => reply.row([
            Choice::always(lang.say("people-request-erase", &[]), act(Action::Erase(request.id))),
            refuse,
        ]),
        RequestKind::Correct => reply
            .row([
                Choice::always(lang.say("people-request-rename", &[]), act(Action::Rename(request.id))),
                Choice::always(lang.say("people-request-corrected", &[]), act(Action::Corrected(request.id))),
            ])
            .row([refuse]),
    }
}

/// The card keeps itself up to date in the chats of all who may decide.
fn slot(request: RequestId) -> String {
    format!("request:{request}")
}

fn card_text(lang: Lang, request: &RequestFacts) -> Rich {
    let id = request.id.to_string();
    let title = key(request.kind, "people-request-erase-title", "people-request-correct-title");
    let mut text = Rich::new().push(lang.say(title, &[("id", &id)]));
    let (asked, due) = (request.created.short(), request.due.short());
    match request.state {
        RequestState::Open => {
            text = text.line().bold(&request.name);
            if !request.posts.is_empty() {
                text = text.line().push(request.posts.join("\n"));
            }
            if !request.text.is_empty() {
                text = text.line().push(&request.text);
            }
            text.push("\n\n").push(lang.say("people-request-due", &[("asked", &asked), ("due", &due)]))
        }
        RequestState::Agreed => text.line().push(lang.say("people-request-is-agreed", &[])),
        RequestState::Done => text.line().push(lang.say("people-request-is-done", &[])),
        RequestState::Refused => text.line().push(lang.say("people-request-is-refused", &[])),
        RequestState::Withdrawn => text.line().push(lang.say("people-request-is-withdrawn", &[])),
    }
}

/// `/yeucau`: what waits for this administrator.
pub(super) fn queue(ctx: &Context<'_>) -> Result<Turn, Need> {
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    let lang = ctx.lang();
    let Some(me) = ctx.me.filter(|me| me.has(DATA)) else {
        return Ok(not_allowed(ctx));
    };
    let requests = facts::requests_for(ctx, me.id)?;
    if requests.is_empty() {
        return Ok(Turn::say(lang.say("people-requests-none", &[])));
    }
    let count = requests.len();
    let mut turn = Turn::default();
    for request in requests.iter().take(MOST_SHOWN) {
        // Below everything, not where it was shown first.
        turn = turn.people(Effect::ShowAnew { chat: ctx.chat.id, request: request.id });
        turn = turn.and(card(ctx.chat.id, lang, request));
    }
    if count > MOST_SHOWN {
        let more = (count - MOST_SHOWN).to_string();
        turn = turn.and(Reply::here(lang.say("people-requests-more", &[("count", &more)])));
    }
    Ok(turn)
}

/// The request, if whoever pressed may decide it and nobody has.
fn decidable<'a>(ctx: &Context<'a>, id: RequestId) -> Result<Result<&'a RequestFacts, Turn>, Need> {
    let Some(request) = facts::request(ctx, id)? else { return Ok(Err(not_allowed(ctx))) };
    if !ctx.me.is_some_and(|me| request.deciders.iter().any(|decider| decider.person == me.id)) {
        return Ok(Err(not_allowed(ctx)));
    }
    if request.state != RequestState::Open {
        let text = card_text(ctx.lang(), request);
        return Ok(Err(Turn::default().and(Reply::here(text).slot(slot(id)))));
    }
    Ok(Ok(request))
}

/// An administrator wants to erase: it cannot be taken back, so that it is asked once more.
pub(super) fn erase(ctx: &Context<'_>, id: RequestId) -> Result<Turn, Need> {
    let request = match decidable(ctx, id)? {
        Ok(request) => request,
        Err(turn) => return Ok(turn),
    };
    let lang = ctx.lang();
    let reply = Reply::here(lang.say("people-erase-surely", &[("name", &request.name)])).row([
        Choice::once(lang.say("people-erase-yes", &[]), act(Action::EraseSurely(id))),
        Choice::once(lang.say("people-erase-no", &[]), act(Action::KeepData)),
    ]);
    Ok(Turn::default().and(reply))
}

/// Erases: the person is told first, then everything goes.
pub(super) fn erase_surely(ctx: &Context<'_>, id: RequestId) -> Result<Turn, Need> {
    match decidable(ctx, id)? {
        Ok(request) => Ok(decided(ctx, request, Decision::Agreed, "people-erase-told", &[])
            .and(Reply::here(ctx.lang().say("people-erase-begins", &[])).in_place())),
        Err(turn) => Ok(turn),
    }
}

/// Has put right what was wrong, by whatever means.
pub(super) fn corrected(ctx: &Context<'_>, id: RequestId) -> Result<Turn, Need> {
    match decidable(ctx, id)? {
        Ok(request) => Ok(decided(ctx, request, Decision::Done, "people-correct-told", &[])),
        Err(turn) => Ok(turn),
    }
}

/// Wants to put the name right: which?
pub(super) fn rename(ctx: &Context<'_>, id: RequestId) -> Result<Turn, Need> {
    let request = match decidable(ctx, id)? {
        Ok(request) => request,
        Err(turn) => return Ok(turn),
    };
    let reply = Reply::here(ctx.lang().say("people-rename-how", &[("name", &request.name)]));
    Ok(Turn::default().and(reply).to(dialogue(State::Renaming(id))))
}

/// Typed the right name.
pub(super) fn name_said(ctx: &Context<'_>, id: RequestId) -> Result<Turn, Need> {
    let request = match decidable(ctx, id)? {
        Ok(request) => request,
        Err(turn) => return Ok(turn.to(Dialogue::None)),
    };
    let lang = ctx.lang();
    let Some(name) = usable_name(ctx.incoming.text()) else {
        return Ok(Turn::say(lang.say("people-rename-how", &[("name", &request.name)])));
    };
    let said = lang.say("people-renamed", &[("name", &name)]);
    let turn = decided(ctx, request, Decision::Done, "people-renamed-told", &[("name", &name)]);
    let effect = Effect::Rename { person: request.person, name };
    Ok(turn.people(effect).and(Reply::here(said)).to(Dialogue::None))
}

/// Does not want to: why?
pub(super) fn refuse(ctx: &Context<'_>, id: RequestId) -> Result<Turn, Need> {
    if let Err(turn) = decidable(ctx, id)? {
        return Ok(turn);
    }
    let reply = Reply::here(ctx.lang().say("people-refuse-why", &[]));
    Ok(Turn::default().and(reply).to(dialogue(State::Refusing(id))))
}

/// Said why not.
pub(super) fn reason_said(ctx: &Context<'_>, id: RequestId) -> Result<Turn, Need> {
    let request = match decidable(ctx, id)? {
        Ok(request) => request,
        Err(turn) => return Ok(turn.to(Dialogue::None)),
    };
    let lang = ctx.lang();
    let Some(reason) = clean_text(ctx.incoming.text(), MOST_TEXT) else {
        return Ok(Turn::say(lang.say("people-refuse-why", &[])));
    };
    let told = key(request.kind, "people-erase-refused", "people-correct-refused");
    let turn = decided(ctx, request, Decision::Refused(reason.clone()), told, &[("reason", &reason)]);
    Ok(turn.and(Reply::here(lang.say("people-refused", &[]))).to(Dialogue::None))
}

/// Whoever asked takes it back.
pub(super) fn withdraw(ctx: &Context<'_>, id: RequestId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let request = facts::request(ctx, id)?;
    let Some(request) = request.filter(|request| request.state == RequestState::Open) else {
        return Ok(Turn::toast(lang.say("button-expired", &[])));
    };
    if owner(ctx)? != Some(request.person) {
        return Ok(not_allowed(ctx));
    }
    let effect = Effect::Decide { request: id, by: request.person, decision: Decision::Withdrawn };
    let reply = Reply::here(lang.say("people-request-withdrawn", &[])).in_place();
    Ok(cards(Turn::default().and(reply).people(effect), request, RequestState::Withdrawn))
}

/// A decision: kept, told to whoever asked, and shown to all who might have decided.
fn decided(
    ctx: &Context<'_>,
    request: &RequestFacts,
    decision: Decision,
    told: &'static str,
    vars: &[(&'static str, &str)],
) -> Turn {
    // Whoever pressed has a role: `decidable` has found it.
    let Some(me) = ctx.me else { return Turn::nothing() };
    let state = decision.state();
    let mut turn = Turn::default();
    turn = turn.people(Effect::Decide { request: request.id, by: me.id, decision });
    if let Some((chat, lang)) = request.chat {
        turn = turn.and(Reply::to(chat, lang.say(told, vars)));
    }
    cards(turn, request, state)
}

fn cards(mut turn: Turn, request: &RequestFacts, state: RequestState) -> Turn {
    let now = RequestFacts { state, ..request.clone() };
    for decider in &request.deciders {
        turn = turn.and(card(decider.chat, decider.lang, &now));
    }
    turn
}
