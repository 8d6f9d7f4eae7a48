//! A unit answers: the newest answer counts, and nobody writes over a colleague's without knowing.

use super::super::super::incoming::Message;
use super::super::super::{ChatKind, Choice, Context, Dialogue, Lang, Me, Need, Reply, Turn};
use super::super::draft::MOST_BYTES;
use super::super::{Action, Effect, MOST_FILES, NewFile, State, facts};
use super::{
    Answered, AnsweredFile, CallAction, CallEffect, CallState, Given, NewAnswer, OwnCall, leaf, shown_words,
};
use crate::domain::ChannelKind;
use crate::domain::calendar::when_words;
use crate::domain::call::{Amount, CallKind, MOST_WORDS};
use crate::domain::content::FileKind;
use crate::domain::ids::{AnswerId, DeliveryId, UnitId};
use crate::domain::text::clean_text;

/// Who answers, what is asked, and for which unit.
struct Asked<'a> {
    me: &'a Me,
    call: &'a OwnCall,
    unit: UnitId,
    /// The unit's name.
    name: &'a str,
}

/// Whoever may answer, now; or what they are told instead.
fn asked<'a>(ctx: &Context<'a>, delivery: DeliveryId) -> Result<Result<Asked<'a>, Turn>, Need> {
    let lang = ctx.lang();
    let refused = |key: &str| Ok(Err(Turn::toast(lang.say(key, &[]))));
    let Some(me) = ctx.me else { return refused("call-stranger") };
    let Some(call) = facts::own_call(ctx, delivery)? else { return refused("button-expired") };
    if call.owner.is_some_and(|owner| owner != me.id) {
        return refused("not-for-you");
    }
    if !call.open {
        return refused("call-cancelled");
    }
    let Some((unit, path)) = &call.unit else { return refused("call-no-unit") };
    let name = leaf(path);
    // In a group others may listen; and who has moved to another unit speaks for it no more.
    if !me.roles.iter().any(|post| Some(post.unit) == call.speakers) {
        return Ok(Err(Turn::toast(lang.say("call-not-your-unit", &[("unit", name)]))));
    }
    Ok(Ok(Asked { me, call, unit: *unit, name }))
}

fn button(lang: Lang, key: &str, action: CallAction) -> Choice {
    Choice::always(lang.say(key, &[]), Action::Call(action).into())
}

/// Somebody wants to answer. `knows`: the colleague's answer of which they know that theirs will be in its place.
pub(super) fn press(ctx: &Context<'_>, delivery: DeliveryId, knows: Option<AnswerId>) -> Result<Turn, Need> {
    let asked = match asked(ctx, delivery)? {
        Ok(asked) => asked,
        Err(turn) => return Ok(turn),
    };
    Ok(match &asked.call.given {
        Some(given) if is_anothers(&asked, given, knows) => told(ctx, &asked, given, delivery),
        given => await_answer(ctx, &asked, given.as_ref(), delivery),
    })
}

fn is_anothers(asked: &Asked<'_>, given: &Given, knows: Option<AnswerId>) -> bool {
    given.by != Some(asked.me.id) && knows != Some(given.id)
}

/// A colleague has answered already: it is theirs to stay, or to be replaced.
fn told(ctx: &Context<'_>, asked: &Asked<'_>, given: &Given, delivery: DeliveryId) -> Turn {
    let lang = ctx.lang();
    let who = given.who.clone().unwrap_or_else(|| lang.say("call-somebody", &[]));
    let vars = [
        ("who", who.as_str()),
        ("unit", asked.name),
        ("title", &asked.call.title),
        ("at", &given.at.short()),
        ("what", &shown_words(lang, &given.what)),
    ];
    let replace = CallAction::Replace { delivery, answer: given.id };
    let row = [button(lang, "call-replace", replace), button(lang, "call-keep", CallAction::Keep)];
    Turn::default().and(Reply::here(lang.say("call-answered-by", &vars)).row(row))
}

pub(super) fn keep(ctx: &Context<'_>) -> Turn {
    Turn::default().and(Reply::here(ctx.lang().say("call-kept", &[])).in_place())
}

/// Waits for the answer. No choices stand below: where there are no buttons, a number is the answer.
fn await_answer(ctx: &Context<'_>, asked: &Asked<'_>, given: Option<&Given>, delivery: DeliveryId) -> Turn {
    let lang = ctx.lang();
    let kind = asked.call.call.kind;
    let vars = [("unit", asked.name), ("title", asked.call.title.as_str())];
    let mut text = lang.say(&format!("call-give-{}", kind.code()), &vars);
    if let Some(given) = given {
        let vars = [("at", &*given.at.short()), ("what", &shown_words(lang, &given.what))];
        text = format!("{text}\n{}", lang.say("call-so-far", &vars));
    }
    if ctx.chat.kind == ChatKind::Group {
        text = format!("{text}\n{}", lang.say("call-in-a-group", &[]));
    }
    let state = CallState { delivery, kind, replaces: given.map(|given| given.id) };
    Turn::say(text).to(State::Call(state).into())
}

/// A message that is the answer, if it is of the kind that is asked for.
pub(super) fn heard(ctx: &Context<'_>, state: &CallState) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let asked = match asked(ctx, state.delivery)? {
        Ok(asked) => asked,
        Err(turn) => return Ok(turn.to(Dialogue::None)),
    };
    if let Some(given) = asked.call.given.as_ref().filter(|given| is_anothers(&asked, given, state.replaces))
    {
        // A colleague was quicker.
        return Ok(told(ctx, &asked, given, state.delivery).to(Dialogue::None));
    }
    let Some(message) = ctx.incoming.message() else { return Ok(Turn::nothing()) };
    let what = match read(message, state.kind, ctx.incoming.channel) {
        Ok(what) => what,
        Err(key) => return Ok(Turn::say(lang.say(key, &[]))),
    };
    let due = asked.call.call.due;
    let late = ctx.now > due;
    let vars =
        [("unit", asked.name), ("title", &*asked.call.title), ("what", &shown_words(lang, &as_taken(&what)))];
    let note = if late { "call-taken-late" } else { "call-may-change" };
    let text =
        format!("{}\n{}", lang.say("call-taken", &vars), lang.say(note, &[("when", &when_words(due))]));
    let again = CallAction::Answer { delivery: state.delivery };
    let effect = CallEffect::Answer {
        notice: asked.call.notice,
        unit: asked.unit,
        delivery: state.delivery,
        person: asked.me.id,
        chat: ctx.chat.id,
        late,
        what,
    };
    let reply = Reply::here(text).row([button(lang, "call-change", again)]);
    Ok(Turn::default().and(reply).effect(Effect::Call(effect).into()).to(Dialogue::None))
}

fn as_taken(what: &NewAnswer) -> Answered {
    match what {
        NewAnswer::Text(text) => Answered::Text(text.clone()),
        NewAnswer::Number(amount) => Answered::Number(*amount),
        NewAnswer::Files(files) => {
            let file = |file: &NewFile| AnsweredFile { name: file.name.clone(), sha256: None, size: 0 };
            Answered::Files(files.iter().map(file).collect())
        }
    }
}

/// What a message answers, or the key of what is said instead.
fn read(message: &Message, kind: CallKind, channel: ChannelKind) -> Result<NewAnswer, &'static str> {
    match kind {
        CallKind::Text if message.text.chars().count() > MOST_WORDS => Err("call-text-too-long"),
        CallKind::Text => clean_text(&message.text, MOST_WORDS).map(NewAnswer::Text).ok_or("call-no-text"),
        CallKind::Number => Amount::read(&message.text).map(NewAnswer::Number).ok_or("call-no-number"),
        CallKind::File => {
            let photos = message.photos.iter().map(|file| (file, FileKind::Photo));
            let all: Vec<_> =
                photos.chain(message.documents.iter().map(|file| (file, FileKind::Document))).collect();
            if all.is_empty() {
                return Err("call-no-file");
            }
            if all.len() > MOST_FILES {
                return Err("call-too-many-files");
            }
            if all.iter().any(|(file, _)| file.size.is_some_and(|size| size > MOST_BYTES)) {
                return Err("call-file-too-large");
            }
            let files =
                (1..).zip(all).map(|(number, (file, kind))| NewFile::sent(file, kind, number, channel));
            Ok(NewAnswer::Files(files.collect()))
        }
    }
}
