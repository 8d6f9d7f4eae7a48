//! Another time or place for a meeting: asked one after the other, shown, and made by who may approve it.

use super::super::super::{Choice, Context, Dialogue, Lang, Me, Need, Reply, Turn};
use super::super::{NoticeFacts, State as NoticeState, facts, not_allowed};
use super::{
    Action, Asks, ChangeFacts, Changing, Effect, MeetingAct, State, button, may, meeting_of, settled,
};
use crate::domain::Rich;
use crate::domain::ids::{ChatId, MeetingChangeId};
use crate::domain::meeting::{Meeting, Times, read_place};
use crate::domain::rights::APPROVE;
use crate::domain::text::shorten;

/// Asks for another time.
pub(super) fn begin(ctx: &Context<'_>, facts: &NoticeFacts, now: &Meeting) -> Turn {
    let changing = Changing { notice: facts.id, times: None, place: None, asks: Asks::Times };
    let vars = [("title", facts.notice.title.as_str()), ("was", &now.times.words())];
    ask(ctx, changing, ctx.lang().say("meeting-ask-other-times", &vars), MeetingAct::KeepTimes)
}

fn ask(ctx: &Context<'_>, changing: Changing, text: String, keep: MeetingAct) -> Turn {
    let key = if keep == MeetingAct::KeepTimes { "meeting-keep-times" } else { "meeting-keep-place" };
    let row = [(key, keep), ("meeting-keep", MeetingAct::Keep)]
        .map(|(key, act)| button(ctx.lang(), key, changing.notice, act));
    Turn::default().and(Reply::here(text).row(row)).to(State::Changing(Box::new(changing)).into())
}

fn ask_place(ctx: &Context<'_>, mut changing: Changing, now: &Meeting) -> Turn {
    changing.asks = Asks::Place;
    let text = ctx.lang().say("meeting-ask-other-place", &[("was", &now.place)]);
    ask(ctx, changing, text, MeetingAct::KeepPlace)
}

/// Time or place in words.
pub(super) fn heard(ctx: &Context<'_>, changing: &Changing) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let gone = || not_allowed(ctx).to(Dialogue::None);
    let (Some(me), Some(facts)) = (ctx.me, facts::notice(ctx, changing.notice)?) else { return Ok(gone()) };
    let Some(now) = meeting_of(facts).filter(|_| may(me, facts)) else { return Ok(gone()) };
    if let Some(turn) = settled(ctx, facts, &now) {
        return Ok(turn.to(Dialogue::None));
    }
    let text = ctx.incoming.text().trim();
    let mut changing = changing.clone();
    match changing.asks {
        Asks::Times => match Times::read(text, ctx.now) {
            Ok(times) => {
                changing.times = Some(times);
                Ok(ask_place(ctx, changing, &now))
            }
            Err(wrong) => Ok(Turn::say(lang.say("meeting-times-unknown", &[("text", &wrong.0)]))),
        },
        Asks::Place => match read_place(text) {
            Some(place) => {
                changing.place = Some(place);
                show(ctx, me, facts, &now, changing)
            }
            None => Ok(Turn::say(lang.say("meeting-place-in-words", &[]))),
        },
        Asks::Go => Ok(Turn::say(lang.say("meeting-choose-below", &[]))),
    }
}

/// A button of this dialogue.
pub(super) fn press(
    ctx: &Context<'_>,
    me: &Me,
    facts: &NoticeFacts,
    now: &Meeting,
    act: MeetingAct,
) -> Result<Turn, Need> {
    let begun = match ctx.dialogue {
        Dialogue::Notice(NoticeState::Meeting(State::Changing(changing))) if changing.notice == facts.id => {
            changing
        }
        _ => return Ok(Turn::toast(ctx.lang().say("meeting-change-over", &[]))),
    };
    let mut changing = Changing::clone(begun);
    match (act, changing.asks) {
        (MeetingAct::KeepTimes, _) => {
            changing.times = None;
            Ok(ask_place(ctx, changing, now))
        }
        (MeetingAct::KeepPlace, _) => {
            changing.place = None;
            show(ctx, me, facts, now, changing)
        }
        (MeetingAct::Go, Asks::Go) => go(ctx, me, facts, now, &changing),
        _ => Ok(Turn::toast(ctx.lang().say("meeting-change-over", &[]))),
    }
}

/// The meeting as it would be.
fn changed(changing: &Changing, now: &Meeting) -> Meeting {
    Meeting {
        times: changing.times.unwrap_or(now.times),
        place: changing.place.clone().unwrap_or_else(|| now.place.clone()),
    }
}

/// Whether this person's word is enough: they may approve it, and it is not their own call.
fn decides(ctx: &Context<'_>, me: &Me, facts: &NoticeFacts) -> Result<bool, Need> {
    let may = facts.notice.author != Some(me.id) && me.reaches(APPROVE, &facts.line);
    Ok(may && !facts::beyond_approval(ctx, &facts.notice.audience)?)
}

fn approvers<'a>(ctx: &Context<'a>, me: &Me, facts: &NoticeFacts) -> Result<&'a [String], Need> {
    let unit = facts.notice.author_unit.or_else(|| facts::writing_post(ctx).map(|post| post.unit));
    match unit {
        Some(unit) => facts::approvers(ctx, unit, me.id, Some(&facts.notice.audience)),
        None => Ok(&[]),
    }
}

/// Was and will be, one below the other.
fn both(lang: Lang, was: &Meeting, new: &Meeting) -> Rich {
    Rich::new().push(lang.say("meeting-was", &[("was", &was.line())])).line().push(new.words())
}

/// Shows the change before it is made.
fn show(
    ctx: &Context<'_>,
    me: &Me,
    facts: &NoticeFacts,
    now: &Meeting,
    mut changing: Changing,
) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let new = changed(&changing, now);
    if new == *now {
        let same = lang.say("meeting-stays", &[("title", &facts.notice.title)]);
        return Ok(Turn::say(same).to(Dialogue::None));
    }
    let (key, last) = if decides(ctx, me, facts)? {
        ("meeting-change-now", lang.say("meeting-all-will-be-told", &[]))
    } else {
        let names = approvers(ctx, me, facts)?;
        if names.is_empty() {
            return Ok(Turn::say(lang.say("meeting-nobody-approves", &[])).to(Dialogue::None));
        }
        let names = shorten(&names.join(", "), 300);
        ("meeting-change-submit", lang.say("meeting-needs-approval", &[("names", &names)]))
    };
    let text = Rich::new()
        .push(lang.say("meeting-change-to", &[]))
        .bold(&facts.notice.title)
        .line()
        .append(both(lang, now, &new))
        .push("\n\n")
        .push(last);
    let row = [
        button(lang, key, facts.id, MeetingAct::Go),
        button(lang, "meeting-keep", facts.id, MeetingAct::Keep),
    ];
    changing.asks = Asks::Go;
    Ok(Turn::default().and(Reply::here(text).row(row)).to(State::Changing(Box::new(changing)).into()))
}

fn go(
    ctx: &Context<'_>,
    me: &Me,
    facts: &NoticeFacts,
    now: &Meeting,
    changing: &Changing,
) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let meeting = changed(changing, now);
    if meeting.times.starts_at <= ctx.now {
        return Ok(Turn::say(lang.say("meeting-time-has-passed", &[])).to(Dialogue::None));
    }
    let (notice, by, title) = (facts.id, me.id, facts.notice.title.as_str());
    let (key, names, effect) = if decides(ctx, me, facts)? {
        ("meeting-you-changed", String::new(), Effect::Change { notice, by, meeting })
    } else {
        let names = approvers(ctx, me, facts)?;
        if names.is_empty() {
            return Ok(Turn::say(lang.say("meeting-nobody-approves", &[])).to(Dialogue::None));
        }
        let names = shorten(&names.join(", "), 300);
        ("meeting-change-waits", names, Effect::Propose { notice, by, meeting })
    };
    let said = Reply::here(lang.say(key, &[("title", title), ("names", &names)])).in_place();
    Ok(Turn::default().and(said).effect(effect.into()).to(Dialogue::None))
}

/// What somebody is shown who may approve a change.
pub fn change_card(lang: Lang, chat: ChatId, title: &str, was: &Meeting, change: &ChangeFacts) -> Reply {
    let text = Rich::new()
        .push(lang.say("meeting-change-asked", &[("name", &change.by_name)]))
        .line()
        .bold(title)
        .line()
        .append(both(lang, was, &change.meeting));
    let choice = |key: &str, agreed: bool| {
        Choice::always(lang.say(key, &[]), Action::Decide { change: change.id, agreed }.into())
    };
    Reply::to(chat, text).row([choice("meeting-change-yes", true), choice("meeting-change-no", false)])
}

/// Somebody who may approve it decides about a change.
pub(super) fn decide(ctx: &Context<'_>, id: MeetingChangeId, agreed: bool) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let toast = |key: &str| Ok(Turn::toast(lang.say(key, &[])));
    let (Some(me), Some(change)) = (ctx.me, facts::change(ctx, id)?) else { return Ok(not_allowed(ctx)) };
    let Some(facts) = facts::notice(ctx, change.notice)? else { return toast("button-expired") };
    let may = change.by != Some(me.id) && me.reaches(APPROVE, &facts.line);
    if !may || facts::beyond_approval(ctx, &facts.notice.audience)? {
        return Ok(not_allowed(ctx));
    }
    let Some(now) = meeting_of(facts) else { return toast("button-expired") };
    if let Some(turn) = settled(ctx, facts, &now) {
        return Ok(turn);
    }
    if !change.waits {
        return toast("meeting-change-decided");
    }
    if agreed && change.meeting.times.starts_at <= ctx.now {
        return toast("meeting-time-has-passed");
    }
    let key = if agreed { "meeting-you-agreed" } else { "meeting-you-refused" };
    let text = Rich::new()
        .bold(&facts.notice.title)
        .line()
        .append(both(lang, &now, &change.meeting))
        .push("\n\n")
        .push(lang.say(key, &[]));
    let effect = Effect::Decide { change: id, by: me.id, agreed };
    Ok(Turn::default().and(Reply::here(text).in_place()).effect(effect.into()))
}
