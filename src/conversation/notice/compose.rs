//! The dialogue in which a notice is written: words, files, settings, preview.

use std::time::Duration;

use super::super::incoming::Message;
use super::super::{ChatKind, Choice, Context, Dialogue, Me, Need, Post, Reply, Turn};
use super::audience::addressed;
use super::call::asking;
use super::draft::{Expects, LeftOut};
use super::settings::card;
use super::{Action, Draft, DraftAct, Effect, State, facts, lists, meeting, not_allowed, read_duration};
use crate::domain::Rich;
use crate::domain::audience::Audience;
use crate::domain::calendar::{UnknownTime, parse_when};
use crate::domain::meeting::{Plan, Times, read_place};
use crate::domain::screen::{Screening, screen};

const HOUR: Duration = Duration::from_secs(3600);

/// What a notice is begun as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// It tells something.
    Notice,
    /// It calls to a meeting.
    Meeting,
    /// It asks every unit for an answer.
    Call,
}

/// `/thongbao`, `/hop` or `/thuthap`, alone or with the words.
pub(super) fn begin(ctx: &Context<'_>, rest: &str, begun: Begun) -> Result<Turn, Need> {
    let (Some(me), Some(post)) = (ctx.me, facts::writing_post(ctx)) else { return Ok(not_allowed(ctx)) };
    if ctx.chat.kind == ChatKind::Group {
        return Ok(Turn::say(ctx.lang().say("notice-in-private", &[])));
    }
    let mut draft = new_draft(ctx, me, post);
    match begun {
        Begun::Notice => {}
        Begun::Meeting => draft.notice.meeting = Some(Plan::default()),
        Begun::Call => {
            draft.gathers = true;
            draft.notice.audience = asking::below(&draft.notice.audience, post);
        }
    }
    if rest.is_empty() && ctx.incoming.message().is_none_or(|m| m.photos.is_empty() && m.documents.is_empty())
    {
        return Ok(ask_words(ctx, draft));
    }
    take(ctx, &mut draft, &ctx.incoming.rich_rest(rest))
}

/// An empty notice for everybody whom the writer may address.
pub(super) fn new_draft(ctx: &Context<'_>, me: &Me, post: &Post) -> Draft {
    let audience =
        if facts::is_top(post) { Audience::all() } else { Audience::unit_and_below(&post.unit_path) };
    Draft::new(ctx.now, me.id, post.unit, audience.to_string())
}

/// Shows the settings of a draft below everything, and keeps it as the dialogue.
pub(super) fn open(ctx: &Context<'_>, mut draft: Draft) -> Result<Turn, Need> {
    if let Some(turn) = ask_meeting(ctx, &draft) {
        return Ok(turn);
    }
    if asking::is_open(&draft) {
        return Ok(asking::ask_kind(ctx, draft));
    }
    draft.expects = Expects::Settings;
    draft.card += 1;
    refresh(ctx, draft)
}

/// Asks what is to be written, from the beginning.
fn ask_words(ctx: &Context<'_>, draft: Draft) -> Turn {
    let key = match &draft.notice.meeting {
        Some(_) => "meeting-ask-about",
        None if draft.gathers => "call-ask-words",
        None => "notice-ask-words",
    };
    ask(ctx, draft, Expects::Words, key)
}

/// Asks for what is not known yet of the meeting, if there is one.
fn ask_meeting(ctx: &Context<'_>, draft: &Draft) -> Option<Turn> {
    let plan = draft.notice.meeting.as_ref()?;
    let (expects, key) = match (plan.times, &plan.place) {
        (None, _) => (Expects::MeetingTimes, "meeting-ask-times"),
        (_, None) => (Expects::MeetingPlace, "meeting-ask-place"),
        _ => return None,
    };
    Some(ask(ctx, draft.clone(), expects, key))
}

/// Brings the newest card of settings up to date where it stands.
fn refresh(ctx: &Context<'_>, draft: Draft) -> Result<Turn, Need> {
    let card = card(ctx, &draft)?;
    Ok(Turn::default().and(card).to(State::Draft(Box::new(draft)).into()))
}

/// Goes on with a draft that has some of its words already: asks for the text if that is missing.
pub(super) fn continue_with(ctx: &Context<'_>, draft: Draft) -> Result<Turn, Need> {
    match (draft.notice.title.is_empty(), draft.notice.body.is_empty()) {
        (true, _) => Ok(ask_words(ctx, draft)),
        (false, true) if draft.notice.meeting.is_none() => {
            let title = Reply::here(Rich::new().push("📝 ").bold(&draft.notice.title));
            let mut turn = ask(ctx, draft, Expects::Body, "notice-ask-body");
            turn.replies.insert(0, title);
            Ok(turn)
        }
        _ => open(ctx, draft),
    }
}

/// A message while a notice is being written.
pub(super) fn heard(ctx: &Context<'_>, draft: &Draft) -> Result<Turn, Need> {
    let mut draft = draft.clone();
    let text = ctx.incoming.text().trim();
    if facts::writing_post(ctx).is_none() {
        return Ok(not_allowed(ctx).to(Dialogue::None));
    }
    let Some(message) = ctx.incoming.message() else { return Ok(Turn::nothing()) };
    // An answer that was not understood may be corrected; words and files are not taken a second time.
    if message.edited && (draft.is_made_of(&message.id) || draft.parts.last.as_ref() != Some(&message.id)) {
        return corrected(ctx, draft, message);
    }
    draft.parts.last = Some(message.id.clone());
    let kept = draft.clone();
    let mut turn = understand(ctx, draft, message, text)?;
    // What was not understood is remembered all the same: it may be corrected.
    turn.dialogue.get_or_insert_with(|| State::Draft(Box::new(kept)).into());
    Ok(turn)
}

/// Takes a message for what was asked.
fn understand(ctx: &Context<'_>, mut draft: Draft, message: &Message, text: &str) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let has_files = !message.photos.is_empty() || !message.documents.is_empty();
    match draft.expects {
        Expects::Words | Expects::Body => take(ctx, &mut draft, &message.rich()),
        _ if has_files && !message.edited => more_files(ctx, draft, message),
        Expects::Audience => {
            let audience = match text.parse::<Audience>() {
                Ok(audience) => audience.to_string(),
                Err(wrong) => return Ok(Turn::say(super::audience::wrong_words(lang, &wrong))),
            };
            match addressed(ctx, &audience)? {
                Err(turn) => Ok(turn),
                Ok(_) => {
                    draft.notice.audience = audience;
                    open(ctx, draft)
                }
            }
        }
        Expects::ListName => lists::named(ctx, draft, text),
        Expects::When => match parse_when(text, ctx.now) {
            Ok(at) => {
                draft.notice.send_at = (at > ctx.now).then_some(at);
                open(ctx, draft)
            }
            Err(UnknownTime(text)) => Ok(Turn::say(lang.say("notice-when-unknown", &[("text", &text)]))),
        },
        Expects::Remind => match read_duration(text) {
            Some(after) => {
                draft.notice.remind_after = Some(after);
                open(ctx, draft)
            }
            None => Ok(Turn::say(lang.say("notice-ask-remind", &[]))),
        },
        Expects::MeetingTimes => match Times::read(text, ctx.now) {
            Ok(times) => {
                draft.notice.meeting.get_or_insert_default().times = Some(times);
                open(ctx, draft)
            }
            Err(UnknownTime(text)) => Ok(Turn::say(lang.say("meeting-times-unknown", &[("text", &text)]))),
        },
        Expects::MeetingPlace => match read_place(text) {
            Some(place) => {
                draft.notice.meeting.get_or_insert_default().place = Some(place);
                open(ctx, draft)
            }
            None => Ok(Turn::say(lang.say("meeting-place-in-words", &[]))),
        },
        Expects::Kind => Ok(asking::ask_kind(ctx, draft)),
        Expects::Due(kind) => asking::due_heard(ctx, draft, kind, text),
        Expects::Settings => {
            draft.card += 1;
            let mut turn = refresh(ctx, draft)?;
            turn.replies.insert(0, Reply::here(lang.say("notice-press-a-button", &[])));
            Ok(turn)
        }
    }
}

/// Words of this notice were corrected where they stand.
fn corrected(ctx: &Context<'_>, mut draft: Draft, message: &Message) -> Result<Turn, Need> {
    draft.correct(&message.id, &message.rich());
    match draft.expects {
        Expects::Settings => refresh(ctx, draft),
        Expects::Body if !draft.notice.body.is_empty() => open(ctx, draft),
        _ => Ok(Turn::default().to(State::Draft(Box::new(draft)).into())),
    }
}

/// Files after the words, with their captions: one line says so, and the card with the settings counts them where it stands.
fn more_files(ctx: &Context<'_>, mut draft: Draft, message: &Message) -> Result<Turn, Need> {
    if screen(&message.text) == Screening::Secret {
        return Ok(Turn::say(ctx.lang().say("notice-secret", &[])).to(Dialogue::None));
    }
    draft.add_words(&message.id, &message.rich());
    let left_out = draft.add_files(message, ctx.incoming.channel);
    let count = draft.notice.files.len().to_string();
    let said = Reply::here(ctx.lang().say("notice-files-added", &[("count", &count)]));
    let mut turn = match ask_meeting(ctx, &draft) {
        Some(asks) => asks,
        None => refresh(ctx, draft)?,
    };
    turn.replies.push(said);
    turn.replies.extend(left_out_words(ctx, left_out));
    Ok(turn)
}

fn left_out_words(ctx: &Context<'_>, left_out: LeftOut) -> Vec<Reply> {
    let said = [(left_out.too_many, "notice-too-many-files"), (left_out.too_large, "notice-too-large")];
    let said = said.into_iter().filter(|(count, _)| *count > 0);
    said.map(|(count, key)| Reply::here(ctx.lang().say(key, &[("count", &count.to_string())]))).collect()
}

/// Takes words and files, and asks for what is missing.
fn take(ctx: &Context<'_>, draft: &mut Draft, words: &Rich) -> Result<Turn, Need> {
    if screen(&words.text) == Screening::Secret {
        return Ok(Turn::say(ctx.lang().say("notice-secret", &[])).to(Dialogue::None));
    }
    let left_out = match ctx.incoming.message() {
        // The files of a corrected message are here already.
        Some(message) if !message.edited => draft.add_files(message, ctx.incoming.channel),
        _ => LeftOut::default(),
    };
    let id = ctx.incoming.message().map(|message| message.id.clone());
    let empty = words.text.trim().is_empty();
    if !empty {
        // Words anew take the place of all that there were.
        draft.parts.captions.clear();
    }
    if draft.expects == Expects::Body && !empty {
        draft.notice.body = words.cleaned(super::MOST_TEXT);
        draft.expects = Expects::Settings;
        draft.parts.body = id;
    } else if !empty {
        draft.take_words(words);
        (draft.parts.words, draft.parts.body) = (id, None);
        // A call says enough with its name, time and place.
        let bare = draft.notice.body.is_empty() && draft.notice.meeting.is_none();
        draft.expects = if bare { Expects::Body } else { Expects::Settings };
    }
    let mut turn = if draft.notice.title.is_empty() {
        ask(ctx, draft.clone(), Expects::Words, "notice-ask-words-files")
    } else if draft.expects == Expects::Body {
        ask(ctx, draft.clone(), Expects::Body, "notice-ask-body")
    } else {
        open(ctx, draft.clone())?
    };
    turn.replies.splice(0..0, left_out_words(ctx, left_out));
    Ok(turn)
}

/// Asks for words, with a way back where there is one.
pub(super) fn ask(ctx: &Context<'_>, mut draft: Draft, expects: Expects, key: &str) -> Turn {
    let lang = ctx.lang();
    draft.expects = expects;
    let button = |key: &str, act: DraftAct| choice(&draft, lang.say(key, &[]), act);
    let row = match expects {
        Expects::Body => {
            vec![button("notice-title-is-enough", DraftAct::Back), button("notice-discard", DraftAct::Cancel)]
        }
        Expects::When => vec![button("notice-now", DraftAct::Now), button("notice-back", DraftAct::Back)],
        _ if draft.notice.title.is_empty() => vec![button("notice-discard", DraftAct::Cancel)],
        // What a call cannot do without has no way round it.
        Expects::MeetingTimes | Expects::MeetingPlace if is_incomplete(&draft) => {
            vec![button("notice-discard", DraftAct::Cancel)]
        }
        _ => vec![button("notice-back", DraftAct::Back)],
    };
    let reply = Reply::here(lang.say(key, &[])).row(row);
    Turn::default().and(reply).to(State::Draft(Box::new(draft)).into())
}

fn is_incomplete(draft: &Draft) -> bool {
    draft.notice.meeting.as_ref().is_some_and(|plan| plan.meeting().is_none())
}

pub(super) fn choice(draft: &Draft, label: String, act: DraftAct) -> Choice {
    Choice::always(label, Action::Draft { draft: draft.id, act }.into())
}

/// A button about the notice that is being written.
pub(super) fn press(ctx: &Context<'_>, id: i64, act: DraftAct) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let draft = match ctx.dialogue {
        Dialogue::Notice(State::Draft(draft)) if draft.id == id => draft,
        _ => return Ok(Turn::toast(lang.say("notice-draft-over", &[]))),
    };
    let (Some(me), Some(post)) = (ctx.me, facts::writing_post(ctx)) else {
        return Ok(not_allowed(ctx).to(Dialogue::None));
    };
    let mut draft = Draft::clone(draft);
    let top = facts::is_top(post);
    let gathers = draft.gathers();
    let notice = &mut draft.notice;
    match act {
        DraftAct::Preview => return preview(ctx, me, draft),
        DraftAct::Cancel => return Ok(cancelled(ctx, &draft, me)),
        DraftAct::TypeAudience => return Ok(ask(ctx, draft, Expects::Audience, "notice-ask-audience")),
        DraftAct::SaveList => return Ok(ask(ctx, draft, Expects::ListName, "notice-ask-list-name")),
        DraftAct::Lists => return lists::choose(ctx, draft),
        DraftAct::ReplaceList => return lists::replace(ctx, draft),
        DraftAct::UseList(list) => match lists::used(ctx, list)? {
            Ok(audience) => notice.audience = audience,
            Err(turn) => return Ok(turn),
        },
        DraftAct::When => return Ok(ask(ctx, draft, Expects::When, "notice-ask-when")),
        DraftAct::EditWords => return Ok(ask(ctx, draft, Expects::Words, "notice-ask-new-words")),
        DraftAct::MeetingTimes => return Ok(ask(ctx, draft, Expects::MeetingTimes, "meeting-ask-times")),
        DraftAct::MeetingPlace => return Ok(ask(ctx, draft, Expects::MeetingPlace, "meeting-ask-place")),
        DraftAct::AskKind => return Ok(asking::ask_kind(ctx, draft)),
        DraftAct::Kind(kind) => return asking::chosen(ctx, draft, kind),
        DraftAct::Due => return Ok(asking::ask_due(ctx, draft)),
        DraftAct::ToAll | DraftAct::ToMine if gathers => {
            let all = if top { Audience::all() } else { Audience::unit_and_below(&post.unit_path) };
            notice.audience = asking::below(&all.to_string(), post);
        }
        DraftAct::ToAll if top => notice.audience = Audience::all().to_string(),
        DraftAct::ToAll | DraftAct::ToMine => {
            notice.audience = Audience::unit_and_below(&post.unit_path).to_string();
        }
        DraftAct::ToGroups if top => notice.audience = "groups".to_owned(),
        DraftAct::ToGroups => {
            notice.audience = format!("{}; -people", Audience::unit_and_below(&post.unit_path));
        }
        DraftAct::Urgent => notice.urgent = !notice.urgent,
        DraftAct::Confirm => {
            notice.confirm = !notice.confirm;
            notice.remind_after = notice.remind_after.filter(|_| notice.confirm);
        }
        DraftAct::Remind => {
            let usual = ctx.rules.remind_after;
            if notice.remind_after == Some(usual) {
                return Ok(ask(ctx, draft, Expects::Remind, "notice-ask-remind"));
            }
            notice.remind_after = match notice.remind_after {
                None => Some(usual.min(4 * HOUR)),
                Some(after) if after == 4 * HOUR => Some(usual),
                Some(_) => None,
            };
        }
        DraftAct::Now => notice.send_at = None,
        DraftAct::DropFiles => notice.files.clear(),
        DraftAct::Back => {}
    }
    if asking::is_open(&draft) {
        return Ok(asking::ask_kind(ctx, draft));
    }
    draft.expects = Expects::Settings;
    let card = card(ctx, &draft)?.in_place();
    Ok(Turn::default().and(card).to(State::Draft(Box::new(draft)).into()))
}

fn cancelled(ctx: &Context<'_>, draft: &Draft, me: &Me) -> Turn {
    let turn = Turn::default().and(Reply::here(ctx.lang().say("notice-discarded", &[])).in_place());
    let turn = match draft.written {
        Some(notice) => turn.effect(Effect::Cancel { notice, by: me.id }.into()),
        None => turn,
    };
    turn.to(Dialogue::None)
}

/// Writes the notice down; the store shows it as it will look, as soon as its files are there.
fn preview(ctx: &Context<'_>, me: &Me, draft: Draft) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if draft.notice.title.is_empty() {
        return Ok(ask_words(ctx, draft));
    }
    if let Some(turn) = ask_meeting(ctx, &draft) {
        return Ok(turn);
    }
    if let Some(turn) = meeting::too_late(ctx, &draft.notice) {
        return Ok(turn);
    }
    if asking::is_open(&draft) {
        return Ok(asking::ask_kind(ctx, draft));
    }
    if asking::is_too_late(ctx, &draft.notice) {
        return Ok(asking::ask_due(ctx, draft));
    }
    match addressed(ctx, &draft.notice.audience)? {
        Err(turn) => return Ok(turn),
        Ok(reach) if reach.groups + reach.people == 0 => {
            return Ok(Turn::say(lang.say("notice-reaches-nobody", &[])));
        }
        Ok(_) => {}
    }
    // A draft that somebody has decided upon meanwhile is not written over.
    if let Some(id) = draft.written
        && !facts::notice(ctx, id)?.is_some_and(|facts| facts.stage.is_open())
    {
        return Ok(Turn::toast(lang.say("notice-draft-over", &[])).to(Dialogue::None));
    }
    let effect = Effect::Write {
        notice: Box::new(draft.notice),
        replaces: draft.written,
        by: me.id,
        chat: ctx.chat.id,
    };
    Ok(Turn::toast(lang.say("notice-preview-comes", &[])).effect(effect.into()).to(Dialogue::None))
}
