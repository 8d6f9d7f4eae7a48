//! From words, photos and a place to a case: what is missing is asked for, then one tap sends.

use std::time::Duration;

use chrono::Datelike;

use crate::conversation::incoming::Message;
use crate::conversation::{ChatKind, Choice, Context, Dialogue, Me, Need, Place, Reply, Target, Turn};
use crate::domain::case_code::CaseCode;
use crate::domain::ids::IncidentId;
use crate::domain::incident::{Mark, Move, State as CaseState, allowed};
use crate::domain::text::clean_text;
use crate::domain::time::VIETNAM;

use super::alike::{self, About};
use super::draft::{Draft, Expects, Pick, Spotted};
use super::rules::Screening;
use super::{
    AT_ONCE, Also, DraftAct, Effect, Group, MOST_AT_ONCE, NewCase, State, card, draft, facts, moves,
    recognise, reporter, rules, words,
};

/// After this an unsent report is forgotten: what comes then is about something else.
const DRAFT_LIFE: Duration = Duration::from_secs(2 * 3600);
/// For so long after a case was made, photos and places without words belong to it.
const AFTERMATH: Duration = Duration::from_secs(10 * 60);

/// `/baonhanh [words]`.
pub fn command(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    let (Some(me), Some(message)) = (ctx.me, ctx.incoming.message()) else {
        return Ok(Turn::say(ctx.lang().say("incident-enrol-first", &[])));
    };
    let (exhibits, _) = recognise::exhibits(message);
    if rest.is_empty() && exhibits.is_empty() {
        let draft = Draft::new(ctx.now, &message.id);
        return Ok(Turn::default().and(draft::show(ctx, &draft)?).to(State::Draft(Box::new(draft)).into()));
    }
    let rest = clean_text(rest, draft::MOST_WORDS).unwrap_or_default();
    open(ctx, me, message, &rest)
}

/// A message out of the blue.
pub fn begin(ctx: &Context<'_>) -> Result<Turn, Need> {
    let (Some(me), Some(message)) = (ctx.me, ctx.incoming.message()) else { return Ok(Turn::nothing()) };
    if message.edited {
        return reporter::corrected(ctx, me, message);
    }
    let lang = ctx.lang();
    let text = &*recognise::said(ctx, message);
    let (exhibits, others) = recognise::exhibits(message);
    if ctx.chat.kind == ChatKind::Private
        && message.reply_to.is_some()
        && let Some(id) = facts::asked(ctx, me.id)?
        && let Some(case) = facts::case(ctx, id)?
    {
        return words::answer(ctx, me, case, text, exhibits);
    }
    let bare = text.is_empty() && (!exhibits.is_empty() || message.place.is_some());
    if bare && let Some(id) = facts::recent(ctx, me.id, ctx.now - AFTERMATH)? {
        return reporter::add(ctx, me, id, exhibits, message.place.clone());
    }
    if text.is_empty() && exhibits.is_empty() && message.place.is_none() {
        // A voice, a film or a sticker has neither words nor files.
        let key = if others > 0 { "incident-only-pictures" } else { "incident-only-words" };
        return Ok(Turn::say(lang.say(key, &[("places", rules::places(ctx))])));
    }
    if exhibits.is_empty() && message.place.is_none() && recognise::is_small_talk(ctx, text) {
        return Ok(Turn::say(lang.say("incident-hello", &[("name", &me.name)])));
    }
    open(ctx, me, message, text)
}

/// Begins a report with a message.
fn open(ctx: &Context<'_>, me: &Me, message: &Message, text: &str) -> Result<Turn, Need> {
    if rules::screen(text) == Screening::Secret {
        return Ok(secret(ctx));
    }
    if let Some(code) = facts::reported(ctx, &message.id)? {
        return Ok(Turn::say(ctx.lang().say("incident-already", &[("code", code)])));
    }
    let mut draft = Draft::new(ctx.now, &message.id);
    let note = gather(ctx, &mut draft, message);
    draft.add_words(&message.id, text);
    recognise::fill_in(ctx, &mut draft)?;
    let mut turn = advance(ctx, draft, note, false)?;
    if ctx.chat.kind == ChatKind::Private
        && let Some(id) = facts::asked(ctx, me.id)?
        && let Some(case) = facts::case(ctx, id)?
        && let Some(reply) = turn.replies.last_mut()
    {
        // Most likely it is the answer to a question, sent without pressing its button.
        let act = DraftAct::AnswerTo(id);
        let label = ctx.lang().say("incident-is-answer", &[("code", &case.code)]);
        let action = super::Action::Draft { draft: ctx.now.0, act };
        reply.choices.insert(0, vec![Choice::always(label, action.into())]);
    }
    Ok(turn)
}

/// Whether a message carries a mark of secrecy, behind the bot's name or a command too.
pub fn is_secret(ctx: &Context<'_>, message: &Message) -> bool {
    let marked = |text: &str| rules::screen(text) == Screening::Secret;
    let behind_command = ctx.incoming.command().is_some_and(|(_, rest)| marked(rest));
    behind_command || marked(&recognise::without_name(ctx, message))
}

/// What is said where a text carries a mark of secrecy. Nothing of it is kept.
pub fn secret(ctx: &Context<'_>) -> Turn {
    Turn::say(ctx.lang().say("incident-secret", &[])).forgetting()
}

/// The dialogue is given up: a report that was not sent, or a step of a case.
pub fn cancelled(ctx: &Context<'_>) -> Turn {
    let step = matches!(ctx.dialogue, Dialogue::Incident(State::Words(_)));
    let key = if step { "incident-never-mind" } else { "incident-cancelled" };
    Turn::say(ctx.lang().say(key, &[])).to(Dialogue::None)
}

/// Takes photos and a place into the report. Gives what has to be said about those that it cannot take.
fn gather(ctx: &Context<'_>, draft: &mut Draft, message: &Message) -> Option<String> {
    let (exhibits, others) = recognise::exhibits(message);
    let left_out = draft.add_exhibits(exhibits);
    if let Some(spot) = &message.place {
        draft.spot = Some(spot.clone());
    }
    if left_out > 0 {
        let most = draft::MOST_EXHIBITS.to_string();
        return Some(ctx.lang().say("incident-too-many-photos", &[("count", &most)]));
    }
    (others > 0).then(|| ctx.lang().say("incident-only-pictures", &[]))
}

/// A message while a report is being written.
pub fn heard(ctx: &Context<'_>, draft: &Draft) -> Result<Turn, Need> {
    let (Some(_), Some(message)) = (ctx.me, ctx.incoming.message()) else {
        return Ok(Turn::nothing().to(Dialogue::None));
    };
    if ctx.now.0 - draft.id > i64::try_from(DRAFT_LIFE.as_micros()).unwrap_or(i64::MAX) {
        let mut turn = begin(ctx)?;
        turn.dialogue.get_or_insert(Dialogue::None);
        return Ok(turn);
    }
    let text = &*recognise::said(ctx, message);
    if rules::screen(text) == Screening::Secret {
        return Ok(secret(ctx));
    }
    let mut draft = draft.clone();
    if draft.has(&message.id) != message.edited {
        // Delivered twice, or a correction of what is not part of this report.
        return Ok(Turn::nothing());
    }
    if message.edited {
        draft.drop_words(&message.id);
        draft.expects = Expects::Words;
    }
    let note = gather(ctx, &mut draft, message);
    draft.note(&message.id);
    let plain = recognise::plain(text);
    match (plain.as_str(), draft.expects) {
        ("", _) => {}
        ("huy", _) => return Ok(cancelled(ctx)),
        ("gui" | "ok" | "dung" | "dung roi" | "dong y", Expects::Summary) => return send(ctx, &draft, false),
        ("khong ro", Expects::Category) => draft.category = Pick::Unknown,
        ("khong ro", Expects::Unit) => draft.unit = Pick::Unknown,
        ("khong ro", Expects::Words) if !draft.exhibits.is_empty() => draft.wordless = true,
        (_, expects) => {
            draft.answered |= expects == Expects::Summary;
            understand(ctx, &mut draft, expects, &message.id, text)?;
        }
    }
    advance(ctx, draft, note, false)
}

/// Takes words for what was asked.
fn understand(
    ctx: &Context<'_>,
    draft: &mut Draft,
    expects: Expects,
    id: &str,
    text: &str,
) -> Result<(), Need> {
    match expects {
        Expects::NewWords => {
            draft.clear_words();
            draft.add_words(id, text);
        }
        Expects::Unit => match recognise::by_name(ctx, text)?.as_slice() {
            [unit] => {
                draft.unit = Pick::Is(Spotted::from(unit));
                if recognise::says_more(text, unit) {
                    draft.add_place(text);
                }
            }
            [] => place_in_words(ctx, draft, text)?,
            // Several: with these words the question offers them.
            _ => draft.add_words(id, text),
        },
        Expects::Category => match named_category(ctx, text) {
            Some(code) => draft.category = Pick::Is(code),
            None => draft.add_words(id, text),
        },
        Expects::Words | Expects::Summary => draft.add_words(id, text),
    }
    recognise::fill_in(ctx, draft)
}

/// A place that no unit is called by: it is kept as it was said, and taken to be at the reporter's own unit.
fn place_in_words(ctx: &Context<'_>, draft: &mut Draft, text: &str) -> Result<(), Need> {
    draft.add_place(text);
    let home = match ctx.me {
        Some(me) => facts::homes(ctx, me.id)?.first(),
        None => None,
    };
    draft.unit = home.map_or(Pick::Unknown, |unit| Pick::Is(Spotted::from(unit)));
    Ok(())
}

fn named_category(ctx: &Context<'_>, text: &str) -> Option<String> {
    let plain = recognise::plain(text);
    let mut known = rules::categories(ctx).into_iter();
    known.find(|(_, name)| recognise::plain(name) == plain).map(|(code, _)| code)
}

/// Asks for the next thing that is missing, or shows the summary.
fn advance(ctx: &Context<'_>, mut draft: Draft, note: Option<String>, in_place: bool) -> Result<Turn, Need> {
    draft.expects = if draft.text.is_empty() && !draft.wordless {
        Expects::Words
    } else if draft.category == Pick::Open && !rules::categories(ctx).is_empty() {
        Expects::Category
    } else if draft.unit == Pick::Open {
        Expects::Unit
    } else {
        Expects::Summary
    };
    let mut turn = Turn::default();
    if let Some(note) = note {
        turn = turn.and(Reply::here(note));
    }
    let reply = draft::show(ctx, &draft)?;
    turn = turn.and(if in_place { reply.in_place() } else { reply });
    Ok(turn.to(State::Draft(Box::new(draft)).into()))
}

/// A button of a report that is being written.
pub fn press(ctx: &Context<'_>, id: i64, act: &DraftAct) -> Result<Turn, Need> {
    let Dialogue::Incident(State::Draft(draft)) = ctx.dialogue else {
        return Ok(Turn::toast(ctx.lang().say("incident-draft-over", &[])));
    };
    // In a group the buttons are in everybody's reach; each has a report of their own.
    if draft.id != id || ctx.me.is_none() {
        return Ok(Turn::toast(ctx.lang().say("incident-draft-over", &[])));
    }
    let mut draft = (**draft).clone();
    match act {
        DraftAct::Send => return send(ctx, &draft, true),
        DraftAct::Cancel => {
            let gone = Reply::here(ctx.lang().say("incident-cancelled", &[])).in_place();
            return Ok(Turn::default().and(gone).to(Dialogue::None));
        }
        DraftAct::Edit => return Ok(Turn::default().and(draft::edit_menu(ctx, &draft).in_place())),
        DraftAct::EditWords => return ask_anew(ctx, draft, Expects::NewWords),
        DraftAct::EditCategory => return ask_anew(ctx, draft, Expects::Category),
        DraftAct::EditUnit => return ask_anew(ctx, draft, Expects::Unit),
        DraftAct::AddPhotos => return Ok(Turn::say(ctx.lang().say("incident-send-photos", &[]))),
        DraftAct::DropPhotos => draft.exhibits.clear(),
        DraftAct::Hide(hidden) => draft.hidden = *hidden && ctx.chat.kind == ChatKind::Private,
        DraftAct::Back => {}
        DraftAct::NoWords => draft.wordless = true,
        DraftAct::Category(None) => draft.category = Pick::Unknown,
        DraftAct::Category(Some(code)) => draft.category = Pick::Is(code.clone()),
        DraftAct::Unit(None) => draft.unit = Pick::Unknown,
        DraftAct::Unit(Some(unit)) => {
            draft.unit = facts::unit(ctx, *unit)?.map_or(Pick::Open, |unit| Pick::Is(Spotted::from(unit)));
        }
        DraftAct::AnswerTo(case) => return answer_instead(ctx, &draft, *case),
        DraftAct::Join(case) => return join(ctx, &draft, *case),
    }
    advance(ctx, draft, None, true)
}

fn ask_anew(ctx: &Context<'_>, mut draft: Draft, expects: Expects) -> Result<Turn, Need> {
    draft.expects = expects;
    match expects {
        Expects::Category => draft.category = Pick::Open,
        Expects::Unit => draft.unit = Pick::Open,
        _ => {}
    }
    let reply = draft::show(ctx, &draft)?.in_place();
    Ok(Turn::default().and(reply).to(State::Draft(Box::new(draft)).into()))
}

fn answer_instead(ctx: &Context<'_>, draft: &Draft, case: IncidentId) -> Result<Turn, Need> {
    match (ctx.me, facts::case(ctx, case)?) {
        (Some(me), Some(case)) => {
            let mut turn = words::answer(ctx, me, case, &draft.text, draft.exhibits.clone())?;
            // What is said to the writer takes the place of the summary, whose buttons mean nothing now.
            if let Some(said) = turn.replies.first_mut().filter(|said| said.to == Target::Here) {
                said.place = Place::Pressed;
            }
            Ok(turn)
        }
        _ => Ok(Turn::toast(ctx.lang().say("incident-not-found", &[]))),
    }
}

/// The report becomes part of a case that somebody else reported.
fn join(ctx: &Context<'_>, draft: &Draft, id: IncidentId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(me) = ctx.me else { return Ok(Turn::nothing()) };
    if let Some(code) = facts::reported(ctx, &draft.message)? {
        let already = Reply::here(lang.say("incident-already", &[("code", code)]));
        return Ok(Turn::default().and(already.in_place()).to(Dialogue::None));
    }
    // It may be settled by now, or the words may have changed since it was offered.
    let offered = draft::same_case(ctx, draft)?.filter(|other| other.id == id);
    let (Some(_), Some(case)) = (offered, facts::case(ctx, id)?) else {
        let mut turn = advance(ctx, draft.clone(), None, true)?;
        turn = turn.with_toast(lang.say("incident-join-gone", &[]));
        return Ok(turn);
    };
    let also = Also::Join { message: draft.message.clone(), spot: draft.spot.clone(), hidden: draft.hidden };
    let (text, exhibits) = (draft.text.clone(), draft.exhibits.clone());
    let mut turn = moves::go_with(ctx, me, case, Move::Add, text, also, exhibits);
    turn.dialogue = Some(Dialogue::None);
    if !turn.effects.is_empty() {
        turn.toast = None;
        let state = card::state_words(case.state, lang);
        let said = lang.say("incident-joined", &[("code", &case.code), ("state", &state)]);
        turn.replies.insert(0, Reply::here(said).in_place());
    }
    Ok(turn)
}

/// The report becomes a case.
fn send(ctx: &Context<'_>, draft: &Draft, in_place: bool) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let place = |reply: Reply| if in_place { reply.in_place() } else { reply };
    let Some(me) = ctx.me else { return Ok(Turn::nothing()) };
    if let Some(code) = facts::reported(ctx, &draft.message)? {
        let already = lang.say("incident-already", &[("code", code)]);
        return Ok(Turn::default().and(place(Reply::here(already))).to(Dialogue::None));
    }
    if draft.text.is_empty() && !draft.wordless {
        return advance(ctx, draft.clone(), None, in_place);
    }
    if let Some(tenth) = facts::flood(ctx, me.id)?.filter(|tenth| ctx.now < *tenth + AT_ONCE) {
        // Nothing is lost: it stays as it is, with its button.
        let vars = [("count", &*MOST_AT_ONCE.to_string()), ("when", &*(tenth + AT_ONCE).short())];
        return advance(ctx, draft.clone(), Some(lang.say("incident-too-many", &vars)), false);
    }
    let chosen = match draft.unit.known() {
        Some(unit) => facts::unit(ctx, unit.id)?,
        None => match facts::homes(ctx, me.id)?.first() {
            Some(home) => facts::top(ctx, home.id)?,
            None => None,
        },
    };
    let Some(unit) = chosen else {
        let no_unit = lang.say("incident-no-unit", &[]);
        let mut draft = draft.clone();
        draft.unit = Pick::Open;
        return advance(ctx, draft, Some(no_unit), false);
    };
    let category = draft.category.known().and_then(|code| {
        let name = rules::category_name(ctx, code)?;
        Some((code.clone(), name))
    });
    let year = ctx.now.in_zone(VIETNAM).year();
    let prefix = rules::case_prefix(ctx.rules);
    let number = facts::next_number(ctx, format!("case:{prefix}:{year}"))?;
    let code = CaseCode { prefix: prefix.to_owned(), year, number }.to_string();
    let deadline = rules::deadline(ctx, category.as_ref().map(|(code, _)| code.as_str()));
    let answer = rules::answer(ctx, category.as_ref().map(|(code, _)| code.as_str()), deadline.due);
    let desk = facts::desk(ctx, unit.id)?;
    let mark = Mark::of(rules::screen(&draft.text) == Screening::Complaint);
    let about = About {
        text: &draft.text,
        place: draft.place.as_deref(),
        spot: draft.spot.as_ref(),
        category: category.as_ref().map(|(code, _)| code.as_str()),
        unit,
        unit_known: draft.unit.known().is_some(),
    };
    let alike = if mark.is_restricted() { Vec::new() } else { alike::kept(ctx, &about, None)? };
    let routed = match draft.unit.known() {
        Some(_) if allowed(CaseState::New, mark, Move::Forward).is_ok() => {
            rules::route(ctx, about.category, unit)?
        }
        _ => None,
    };
    let sent = sent_words(ctx, &code, draft, &unit.name, desk, routed, deadline.due);
    let case = NewCase {
        code,
        person: me.id,
        chat: ctx.chat.id,
        channel: ctx.incoming.channel,
        message: draft.message.clone(),
        text: draft.text.clone(),
        place: draft.place.clone(),
        spot: draft.spot.clone(),
        exhibits: draft.exhibits.clone(),
        hidden: draft.hidden,
        category,
        unit: unit.id,
        unit_known: draft.unit.known().is_some(),
        mark,
        deadline,
        answer,
        alike,
        routed: routed.map(|group| (group.chat, group.unit.clone())),
    };
    Ok(Turn::default()
        .effect(Effect::Open(Box::new(case)).into())
        .and(place(Reply::here(sent)))
        .to(Dialogue::None))
}

/// The case code, who has it, and what comes next.
fn sent_words(
    ctx: &Context<'_>,
    code: &str,
    draft: &Draft,
    unit: &str,
    desk: &[String],
    routed: Option<&Group>,
    due: crate::domain::Timestamp,
) -> crate::domain::Rich {
    let lang = ctx.lang();
    let mut text =
        crate::domain::Rich::new().push(lang.say("incident-sent", &[])).push(" ").code(code).line();
    if let Some(group) = routed {
        text = text.push(lang.say("incident-sent-routed", &[("unit", &group.unit.name)])).line();
    }
    text = text.push(match (desk, draft.unit.known()) {
        ([], _) => lang.say("incident-sent-no-desk", &[]),
        (titles, Some(_)) => lang.say("incident-sent-unit", &[("desk", &titles.join(", ")), ("unit", unit)]),
        (titles, None) => lang.say("incident-sent-desk", &[("desk", &titles.join(", "))]),
    });
    text = text.line().push(lang.say("incident-sent-next", &[("when", &rules::when(lang, due))]));
    if ctx.chat.kind == ChatKind::Private {
        text = text.line().push(lang.say("incident-sent-photos", &[]));
    }
    text
}
