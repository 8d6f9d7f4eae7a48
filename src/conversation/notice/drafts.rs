//! `/nhap`: what somebody has begun and not sent; and that nothing is lost which they leave half written.

use super::super::people::Effect as PeopleEffect;
use super::super::{ChatKind, Choice, Context, Dialogue, Effect as AnyEffect, Lang, Me, Need, Reply, Turn};
use super::call::asking;
use super::{Act, Action, Draft, Effect, NoticeFacts, Stage, State, compose, facts, not_allowed};
use crate::domain::ids::{ChatId, NoticeId};
use crate::domain::text::shorten;
use crate::domain::{Rich, Timestamp};

/// Drafts that are listed.
pub const MOST_DRAFTS: usize = 10;
/// Notices that went out lately and are offered to be copied.
pub const MOST_SENT: usize = 5;
/// A title in the list, in characters: two lines of a telephone.
const MOST_SHOWN: usize = 70;

/// A notice of somebody's own in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnNotice {
    pub id: NoticeId,
    pub title: String,
    pub stage: Stage,
    /// When it was last written, returned or sent.
    pub at: Timestamp,
    /// Why it was returned.
    pub reason: Option<String>,
}

/// `/nhap`. The store shows the list, after what is being written is among it.
pub(super) fn list(ctx: &Context<'_>) -> Turn {
    let (Some(me), Some(_)) = (ctx.me, facts::writing_post(ctx)) else { return not_allowed(ctx) };
    if ctx.chat.kind == ChatKind::Group {
        return Turn::say(ctx.lang().say("notice-in-private", &[]));
    }
    let turn = Turn::default().effect(Effect::ListOwn { person: me.id, chat: ctx.chat.id }.into());
    match ctx.dialogue {
        Dialogue::Notice(State::Draft(_)) => turn.to(Dialogue::None),
        _ => turn,
    }
}

/// The list: drafts with what can be done to them, and below them what was sent lately.
pub fn own_notices(lang: Lang, chat: ChatId, drafts: &[OwnNotice], sent: &[OwnNotice]) -> Reply {
    if drafts.is_empty() && sent.is_empty() {
        return Reply::to(chat, lang.say("notice-no-drafts", &[]));
    }
    let key = if drafts.is_empty() { "notice-no-drafts" } else { "notice-your-drafts" };
    let mut text = Rich::new().push(lang.say(key, &[]));
    let mut rows = Vec::new();
    for (number, one) in drafts.iter().chain(sent).enumerate() {
        if number == drafts.len() {
            text = text.push("\n\n").push(lang.say("notice-sent-lately", &[]));
        }
        let place = (number + 1).to_string();
        let untitled = || lang.say("notice-untitled", &[]);
        let title = if one.title.is_empty() { untitled() } else { shorten(&one.title, MOST_SHOWN) };
        text = text.line().push(format!("{place}. ")).bold(title);
        let stage = match one.stage {
            Stage::Returned => "notice-stage-returned",
            Stage::Sent => "notice-stage-sent",
            _ => "notice-stage-draft",
        };
        text = text.push(format!(" ({}, {})", lang.say(stage, &[]), one.at.short()));
        if let Some(reason) = one.reason.as_deref().filter(|_| one.stage == Stage::Returned) {
            text = text.line().push(format!("↩️ {}", shorten(reason, MOST_SHOWN)));
        }
        let button = |key: &str, act: Act| {
            Choice::always(
                lang.say(key, &[("number", &place)]),
                Action::Notice { notice: one.id, act }.into(),
            )
        };
        let copy = button("notice-copy-number", Act::Copy);
        rows.push(if number < drafts.len() {
            let go_on = button("notice-go-on-number", Act::Rework);
            vec![go_on, copy, button("notice-delete-number", Act::AskDiscard)]
        } else {
            vec![copy]
        });
    }
    rows.into_iter().fold(Reply::to(chat, text), Reply::row)
}

/// A new draft with the words, files, audience and settings of a notice.
pub(super) fn copy(ctx: &Context<'_>, me: &Me, facts: &NoticeFacts) -> Result<Turn, Need> {
    let Some(post) = facts::writing_post(ctx) else { return Ok(not_allowed(ctx)) };
    let mut draft: Draft = compose::new_draft(ctx, me, post);
    let (author, unit) = (draft.notice.author, draft.notice.author_unit);
    draft.notice = facts.notice.copied(ctx.now);
    (draft.notice.author, draft.notice.author_unit) = (author, unit);
    asking::ask_anew(ctx, &mut draft);
    let said = ctx.lang().say("notice-copied", &[("title", &facts.notice.title)]);
    let mut turn = compose::continue_with(ctx, draft)?;
    turn.replies.insert(0, Reply::here(said));
    Ok(turn)
}

/// Asks once before a draft is thrown away.
pub(super) fn ask_discard(lang: Lang, facts: &NoticeFacts) -> Turn {
    let button = |key: &str, act: Act| {
        Choice::always(lang.say(key, &[]), Action::Notice { notice: facts.id, act }.into())
    };
    let ask = Reply::here(lang.say("notice-really-discard", &[("title", &facts.notice.title)]));
    let row = [button("notice-discard-yes", Act::Discard), button("notice-discard-no", Act::KeepDraft)];
    Turn::default().and(ask.row(row))
}

/// Keeps what was being written as a draft, if something else was begun.
pub fn keep_left(ctx: &Context<'_>, mut turn: Turn) -> Turn {
    let (Dialogue::Notice(State::Draft(draft)), Some(me), Some(next)) =
        (ctx.dialogue, ctx.me, &turn.dialogue)
    else {
        return turn;
    };
    let goes_on = matches!(next, Dialogue::Notice(State::Draft(next)) if next.id == draft.id);
    if goes_on || draft.is_empty() || is_own(ctx, draft) || turn.effects.iter().any(|one| ends(one, draft)) {
        return turn;
    }
    let listed = |one: &AnyEffect| matches!(one, AnyEffect::Notice(Effect::ListOwn { .. }));
    if !turn.effects.iter().any(listed) {
        let untitled = || ctx.lang().say("notice-untitled", &[]);
        let title = Some(&draft.notice.title).filter(|title| !title.is_empty()).cloned();
        let title = shorten(&title.unwrap_or_else(untitled), MOST_SHOWN);
        turn.replies.insert(0, Reply::here(ctx.lang().say("notice-draft-kept", &[("title", &title)])));
    }
    let notice = Box::new(asking::kept(ctx, draft));
    let keep = Effect::Keep { notice, replaces: draft.written, by: me.id };
    turn.effects.insert(0, keep.into());
    turn
}

/// Whether what came in was about this draft itself, or gives up whatever was begun.
fn is_own(ctx: &Context<'_>, draft: &Draft) -> bool {
    match (ctx.action, ctx.incoming.message()) {
        (Some(action), _) => {
            matches!(action, super::super::Action::Notice(Action::Draft { draft: id, .. }) if *id == draft.id)
        }
        (None, Some(message)) if !message.edited => {
            ctx.incoming.command().is_none_or(|(name, _)| name == "huy" || name == "cancel")
        }
        _ => false,
    }
}

/// Whether a change throws this draft away, or its author leaves with all that is theirs.
fn ends(effect: &AnyEffect, draft: &Draft) -> bool {
    match effect {
        AnyEffect::Notice(Effect::Cancel { notice, .. }) => draft.written == Some(*notice),
        AnyEffect::People(PeopleEffect::Leave { .. }) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_are_listed_with_what_can_be_done() {
        let one = |id, title: &str, stage, reason: Option<&str>| OwnNotice {
            id: NoticeId(id),
            title: title.into(),
            stage,
            at: Timestamp::vietnam(2026, 11, 23, 8, 5),
            reason: reason.map(Into::into),
        };
        let drafts = [
            one(3, "Lịch họp", Stage::Draft, None),
            one(2, "", Stage::Draft, None),
            one(1, "Mời họp", Stage::Returned, Some("Ghi rõ phòng.")),
        ];
        let reply = own_notices(Lang::Vi, ChatId(1), &drafts, &[one(9, "Chào cờ", Stage::Sent, None)]);
        let labels = reply.choices.iter().map(|row| {
            let labels: Vec<&str> = row.iter().map(|choice| choice.label.as_str()).collect();
            labels.join(" | ")
        });
        let labels: Vec<String> = labels.collect();
        insta::assert_snapshot!(format!("{}\n\n{}", reply.text.text, labels.join("\n")));
        assert_eq!(own_notices(Lang::Vi, ChatId(1), &[], &[]).choices.len(), 0);
    }
}
