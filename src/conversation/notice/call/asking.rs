//! What the author of a call for input is asked: for what, and until when.

use super::super::super::{Context, Need, Post, Reply, Turn};
use super::super::draft::Expects;
use super::super::{Draft, DraftAct, NewNotice, State, compose};
use super::kind_words;
use crate::domain::calendar::UnknownTime;
use crate::domain::call::{CallForInput, CallKind, read_due};

/// The audience without the writer's own unit, which asks.
pub fn below(audience: &str, post: &Post) -> String {
    format!("{audience}; -unit:{}", post.unit_path)
}

/// Whether it is still to be said what is asked for.
pub fn is_open(draft: &Draft) -> bool {
    draft.gathers && draft.notice.asks.is_none()
}

/// Whether nobody would have time to answer any more, or would have it for ever.
pub fn is_too_late(ctx: &Context<'_>, notice: &NewNotice) -> bool {
    let sent = notice.send_at.map_or(ctx.now, |at| at.max(ctx.now));
    notice.asks.is_some_and(|call| !call.fits(sent))
}

/// What is gone on with: what was to be answered by a moment that has passed is asked anew.
pub fn ask_anew(ctx: &Context<'_>, draft: &mut Draft) {
    draft.gathers = draft.notice.asks.is_some();
    draft.notice.asks = draft.notice.asks.filter(|call| call.due > ctx.now);
}

/// A draft as it is kept that was left: that its author was still to be asked shows in a time that has passed.
pub fn kept(ctx: &Context<'_>, draft: &Draft) -> NewNotice {
    let open = is_open(draft).then_some(CallForInput { kind: CallKind::File, due: ctx.now });
    NewNotice { asks: draft.notice.asks.or(open), ..draft.notice.clone() }
}

/// Asks what every unit is to send.
pub fn ask_kind(ctx: &Context<'_>, mut draft: Draft) -> Turn {
    let lang = ctx.lang();
    draft.expects = Expects::Kind;
    let kinds =
        CallKind::ALL.map(|kind| compose::choice(&draft, kind_words(lang, kind), DraftAct::Kind(kind)));
    let cancel = compose::choice(&draft, lang.say("notice-discard", &[]), DraftAct::Cancel);
    let reply = Reply::here(lang.say("call-ask-kind", &[])).row(kinds).row([cancel]);
    Turn::default().and(reply).to(State::Draft(Box::new(draft)).into())
}

/// It is said what; until when is asked next, or stays.
pub fn chosen(ctx: &Context<'_>, mut draft: Draft, kind: CallKind) -> Result<Turn, Need> {
    if let Some(call) = &mut draft.notice.asks {
        call.kind = kind;
        return compose::open(ctx, draft);
    }
    Ok(compose::ask(ctx, draft, Expects::Due(kind), "call-ask-due"))
}

/// Asks until when.
pub fn ask_due(ctx: &Context<'_>, draft: Draft) -> Turn {
    match draft.notice.asks {
        Some(call) => compose::ask(ctx, draft, Expects::Due(call.kind), "call-ask-due"),
        None => ask_kind(ctx, draft),
    }
}

/// Until when, as it was typed.
pub fn due_heard(ctx: &Context<'_>, mut draft: Draft, kind: CallKind, text: &str) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let call = match read_due(text, ctx.now) {
        Ok(due) => CallForInput { kind, due },
        Err(UnknownTime(text)) => return Ok(Turn::say(lang.say("call-due-unknown", &[("text", &text)]))),
    };
    draft.notice.asks = Some(call);
    if is_too_late(ctx, &draft.notice) {
        return Ok(Turn::say(lang.say("call-due-does-not-fit", &[])));
    }
    // Whoever answers has received it, and is reminded by what is asked.
    (draft.notice.confirm, draft.notice.remind_after) = (true, None);
    compose::open(ctx, draft)
}
