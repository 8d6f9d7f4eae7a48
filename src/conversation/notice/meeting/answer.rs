//! What somebody who was called answers: one tap; and a line that says why, or who comes instead.

use std::time::Duration;

use super::super::super::{ChatKind, Context, Dialogue, Need, Reply, Turn, incident};
use super::super::{State as NoticeState, facts};
use super::{CallFacts, Effect, State};
use crate::domain::Timestamp;
use crate::domain::ids::DeliveryId;
use crate::domain::meeting::{Answer, MOST_LINE};
use crate::domain::text::{clean_line, shorten};

/// Words that come later than this after the question are about something else.
const WAITS: Duration = Duration::from_secs(3600);
/// A title in a note that passes by, in characters: the platform has room for 200 in all.
const MOST_TITLE: usize = 60;

/// The call that somebody answers, if they can; or what they are told instead.
fn asked<'a>(ctx: &Context<'a>, delivery: DeliveryId) -> Result<Result<&'a CallFacts, Turn>, Need> {
    let lang = ctx.lang();
    let refused = |key: &str| Ok(Err(Turn::toast(lang.say(key, &[]))));
    let Some(me) = ctx.me else { return refused("notice-confirm-stranger") };
    let Some(call) = facts::call(ctx, delivery, me.id)? else { return refused("button-expired") };
    if call.owner.is_some_and(|owner| owner != me.id) {
        return refused("not-for-you");
    }
    let over = call.meeting.times.starts_at <= ctx.now;
    if call.cancelled || over {
        let key = if call.cancelled { "meeting-is-off" } else { "meeting-is-over" };
        let title = shorten(&call.title, MOST_TITLE);
        return Ok(Err(Turn::toast(lang.say(key, &[("title", &title)]))));
    }
    Ok(Ok(call))
}

/// The tap. It counts at once, also where the line never comes.
pub(super) fn press(ctx: &Context<'_>, delivery: DeliveryId, answer: Answer) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let call = match asked(ctx, delivery)? {
        Ok(call) => call,
        Err(turn) => return Ok(turn),
    };
    let Some(me) = ctx.me else { return Ok(Turn::nothing()) };
    let effect = Effect::Answer { delivery, person: me.id, answer, line: None };
    let turn = Turn::default().effect(effect.into());
    let line = call.mine.as_ref().filter(|(mine, _)| *mine == answer).and_then(|(_, line)| line.as_deref());
    let same = call.mine.as_ref().is_some_and(|(mine, _)| *mine == answer);
    let group = ctx.chat.kind == ChatKind::Group;
    if answer == Answer::Coming {
        let turn = match ctx.dialogue {
            // The line that was awaited is not needed any more.
            Dialogue::Notice(NoticeState::Meeting(State::Answering { .. })) => turn.to(Dialogue::None),
            _ => turn,
        };
        // In a group nobody else has to read it; and who says the same again is told so.
        if group || same {
            let vars = [("name", me.name.as_str()), ("when", &call.meeting.times.words())];
            return Ok(turn.with_toast(lang.say("meeting-thanks-coming", &vars)));
        }
        return Ok(turn.and(receipt(ctx, call, answer, None)));
    }
    // Who is in the middle of something else is not interrupted.
    let busy = !matches!(
        ctx.dialogue,
        Dialogue::None | Dialogue::Notice(NoticeState::Meeting(State::Answering { .. }))
    );
    if busy {
        let key = if answer == Answer::Away { "meeting-away-busy" } else { "meeting-stand-in-busy" };
        return Ok(turn.with_toast(lang.say(key, &[])));
    }
    let key = match (answer, group) {
        (Answer::StandIn, false) => "meeting-ask-who",
        (Answer::StandIn, true) => "meeting-ask-who-group",
        (_, false) => "meeting-ask-why",
        (_, true) => "meeting-ask-why-group",
    };
    let mut ask = lang.say(key, &[("name", &me.name), ("title", &call.title)]);
    if let Some(line) = line {
        ask = format!("{ask}\n{}", lang.say("meeting-said-so-far", &[("line", line)]));
    }
    Ok(turn.and(Reply::here(ask)).to(State::Answering { delivery, answer, since: ctx.now }.into()))
}

/// The line.
pub(super) fn heard(
    ctx: &Context<'_>,
    delivery: DeliveryId,
    answer: Answer,
    since: Timestamp,
) -> Result<Turn, Need> {
    let Some(me) = ctx.me else { return Ok(Turn::nothing().to(Dialogue::None)) };
    let bare = |message: &super::super::super::incoming::Message| {
        message.photos.is_empty() && message.documents.is_empty() && message.place.is_none()
    };
    if ctx.now.since(since) > WAITS || !ctx.incoming.message().is_some_and(bare) {
        // It is not about the meeting: what comes out of the blue is a report.
        let mut turn = incident::begin(ctx)?;
        turn.dialogue.get_or_insert(Dialogue::None);
        return Ok(turn);
    }
    let Some(line) = clean_line(ctx.incoming.text(), MOST_LINE) else {
        return Ok(Turn::say(ctx.lang().say("meeting-line-in-words", &[])));
    };
    let call = match asked(ctx, delivery)? {
        Ok(call) => call,
        Err(turn) => return Ok(turn.to(Dialogue::None)),
    };
    let receipt = receipt(ctx, call, answer, Some(&line));
    let effect = Effect::Answer { delivery, person: me.id, answer, line: Some(line) };
    Ok(Turn::default().and(receipt).effect(effect.into()).to(Dialogue::None))
}

/// What they have answered.
fn receipt(ctx: &Context<'_>, call: &CallFacts, answer: Answer, line: Option<&str>) -> Reply {
    let vars = [
        ("name", ctx.me.map(|me| me.name.as_str()).unwrap_or_default()),
        ("title", call.title.as_str()),
        ("when", &call.meeting.times.words()),
        ("line", line.unwrap_or_default()),
    ];
    let key = match answer {
        Answer::Coming => "meeting-you-come",
        Answer::Away => "meeting-you-are-away",
        Answer::StandIn => "meeting-you-send",
    };
    Reply::here(ctx.lang().say(key, &vars))
}
