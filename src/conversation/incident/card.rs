//! How a case is drawn: the card of the duty group, that of the unit's group, and the reporter's view.

use std::time::Duration;

use crate::conversation::incoming::Spot;
use crate::conversation::{Choice, Lang, Reply};
use crate::domain::content::{Attachment, FileKind};
use crate::domain::deadline::Awaited;
use crate::domain::ids::{ChatId, PersonId};
use crate::domain::incident::{Move, State};
pub use crate::domain::text::shorten;
use crate::domain::{Rich, Timestamp};

use super::{Action, CardKind, Case, CaseAct, Likeness, Match, NamedUnit, Scope, rules};

/// Words of the report that a card shows, in characters.
const CARD_WORDS: usize = 900;
/// Kinds of cases that a bundle names.
const BUNDLE_LINES: usize = 6;
/// Words of a step that a card shows.
const STEP_WORDS: usize = 160;

/// The card of a case for a chat, under the name with which it keeps itself up to date. `names`: also of reporters whom
/// only duty officers know.
pub fn card(case: &Case, chat: ChatId, kind: CardKind, names: bool, lang: Lang, now: Timestamp) -> Reply {
    let text = match kind {
        CardKind::Duty | CardKind::Watch | CardKind::Bundle => duty_text(case, chat, names, lang, now),
        CardKind::Unit => unit_text(case, lang, now),
    };
    let mut reply = Reply::to(chat, text).slot(slot(case));
    for row in rows(case, chat, kind, lang) {
        reply = reply.row(row);
    }
    reply
}

/// What a duty group sees of many cases that came at once: how many of which kind, since when.
pub fn bundle(chat: ChatId, lang: Lang, counts: &[(Option<String>, i64)], since: Timestamp) -> Reply {
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let vars = [("count", &*total.to_string()), ("when", &*since.short())];
    let mut text = Rich::from(lang.say("incident-bundle", &vars)).line();
    for (category, count) in counts.iter().take(BUNDLE_LINES) {
        let name = category.clone().unwrap_or_else(|| lang.say("incident-not-known", &[]));
        text = text.line().push(format!("• {name}: {count}"));
    }
    text = text.line().line().push(lang.say("incident-bundle-next", &[]));
    let list = Action::List { scope: Scope::Duty, page: 0 };
    Reply::to(chat, text)
        .slot(format!("bundle:{}", since.0))
        .row([Choice::always(lang.say("incident-do-list", &[]), list.into())])
}

/// What stands where a unit's card was, once the case lies with that unit no more.
pub fn gone(case: &Case, chat: ChatId, lang: Lang) -> Reply {
    Reply::to(chat, lang.say("incident-card-gone", &[("code", &case.code)])).slot(slot(case))
}

/// The question to a unit that has said nothing for long, with what it can do about it.
pub fn ask_progress(case: &Case, chat: ChatId, lang: Lang, now: Timestamp) -> Reply {
    let since = case.wait.map_or(case.created_at, |wait| wait.since);
    let vars = [("code", case.code.as_str()), ("silent", &*silence_words(lang, since, now))];
    let mut reply = Reply::to(chat, lang.say("incident-ask-progress", &vars));
    for row in rows(case, chat, CardKind::Unit, lang) {
        reply = reply.row(row);
    }
    reply
}

/// How long nothing was said: in days, where it is one or more.
pub fn silence_words(lang: Lang, since: Timestamp, now: Timestamp) -> String {
    let hours = now.since(since).as_secs() / 3600;
    let (key, count) =
        if hours < 24 { ("incident-hours", hours.max(1)) } else { ("incident-days", hours / 24) };
    lang.say(key, &[("count", &count.to_string())])
}

/// The name of the message that keeps itself up to date.
pub fn slot(case: &Case) -> String {
    format!("case:{}", case.id)
}

/// What a reporter sees of a case: what they sent themselves, and nothing of the other reporters'.
pub fn reporter_view(case: &Case, me: PersonId, lang: Lang, now: Timestamp) -> Reply {
    let mut text = head(case, false, lang, now);
    text = text.line().push(shorten(case.reporter(me).map_or("", |own| &own.text), CARD_WORDS)).line();
    let files = case.files_of(me);
    text = files_line(text, &files, case.files_awaited, lang);
    if let Some(question) = &case.question {
        text = text.line().push(lang.say("incident-card-question", &[("words", question)])).line();
    }
    if let Some(result) = case.result.as_ref().filter(|_| !case.state.is_open()) {
        text = text.line().push(lang.say("incident-card-result", &[("words", result)])).line();
    }
    let mut reply = Reply::here(trimmed(text));
    if case.question.is_some() && case.state.is_open() {
        reply = reply.row([button(case, lang, "incident-do-answer", CaseAct::Answer)]);
    }
    if case.state == State::Settled {
        reply = reply.row(agree(case, lang));
    }
    let mut last = Vec::new();
    if !files.is_empty() {
        last.push(photos_button(case, &files, lang));
    }
    if case.is_withdrawn_by(me) && case.takes(Move::Withdraw) {
        last.push(button(case, lang, "incident-do-withdraw", CaseAct::Withdraw));
    }
    if last.is_empty() { reply } else { reply.row(last) }
}

/// The two buttons with which a reporter says whether it is settled.
pub fn agree(case: &Case, lang: Lang) -> [Choice; 2] {
    [
        button(case, lang, "incident-do-confirm", CaseAct::Confirm),
        button(case, lang, "incident-do-reopen", CaseAct::Reopen),
    ]
}

/// A button about a case.
pub fn button(case: &Case, lang: Lang, key: &str, act: CaseAct) -> Choice {
    Choice::always(lang.say(key, &[]), Action::Case { incident: case.id, act }.into())
}

fn duty_text(case: &Case, chat: ChatId, names: bool, lang: Lang, now: Timestamp) -> Rich {
    let mut text = wait_line(head(case, false, lang, now), case, lang, now);
    for reporter in case.reporters.iter().take(3) {
        let vars = [("name", reporter.name.as_str()), ("unit", reporter.unit.as_str())];
        let key = match (reporter.hidden, names) {
            (true, false) => "incident-card-reporter-hidden",
            (true, true) => "incident-card-reporter-yours",
            (false, _) if reporter.unit.is_empty() => "incident-card-reporter",
            (false, _) => "incident-card-reporter-of",
        };
        text = text.push(lang.say(key, &vars)).line();
    }
    if case.mark.is_restricted() {
        text = text.bold(lang.say("incident-card-restricted", &[])).line();
    }
    text = text.line().push(shorten(&case.text, CARD_WORDS)).line();
    text = files_line(text, &case.all_files(), case.files_awaited, lang);
    text = text.line();
    if let Some((_, name)) = &case.holder {
        text = text.push(lang.say("incident-card-holder", &[("name", name)])).line();
    }
    if let Some(unit) = &case.forwarded {
        text = text.push(lang.say("incident-card-forwarded", &[("name", &unit.name)])).line();
    }
    if let Some(code) = &case.merged_into {
        text = text.push(lang.say("incident-card-merged", &[("code", code)])).line();
    }
    for other in known_here(case, chat) {
        let key = match other.likeness {
            Likeness::Same => "incident-card-same",
            Likeness::Again => "incident-card-again",
        };
        let vars = [("code", other.code.as_str()), ("when", &*other.at.short())];
        text = text.push(lang.say(key, &vars)).line();
    }
    if let Some(question) = &case.question {
        let words = shorten(question, STEP_WORDS);
        text = text.push(lang.say("incident-card-question", &[("words", &words)])).line();
    }
    last_line(text, case, names, lang)
}

/// What leaves the case towards a unit: without the reporter's name, and with numbers of persons masked.
fn unit_text(case: &Case, lang: Lang, now: Timestamp) -> Rich {
    let mut text = wait_line(head(case, true, lang, now), case, lang, now);
    text = text.line().push(shorten(&rules::mask(&case.text), CARD_WORDS)).line();
    text = files_line(text, &case.all_files(), case.files_awaited, lang);
    if let Some(result) = &case.result {
        let words = shorten(result, STEP_WORDS);
        text = text.line().push(lang.say("incident-card-result", &[("words", &words)])).line();
    }
    trimmed(text)
}

/// `masked`: for those who have no business with who is named.
fn head(case: &Case, masked: bool, lang: Lang, now: Timestamp) -> Rich {
    let category = case.category.clone().unwrap_or_else(|| lang.say("incident-not-known", &[]));
    let mut text = Rich::new().code(&case.code).push(" · ").bold(category).line();
    text = text.push(lang.say("incident-card-state", &[("name", &state_words(case.state, lang))])).line();
    let unit = if case.unit_known { case.unit.name.clone() } else { lang.say("incident-not-known", &[]) };
    text = text.push(lang.say("incident-line-unit", &[("name", &unit)])).line();
    let spot = case.spot.as_ref().and_then(|spot| spot.name.clone());
    let place = [case.place.clone(), spot].into_iter().flatten().collect::<Vec<_>>().join(", ");
    if !place.is_empty() {
        let place = shorten(&if masked { rules::mask(&place) } else { place }, STEP_WORDS);
        text = text.push(lang.say("incident-line-place", &[("name", &place)])).line();
    }
    if case.state.is_open() {
        // No time that is left: a card is not drawn anew while nothing happens.
        let vars = [("when", &*case.due_at.short())];
        let key = if case.is_overdue(now) { "incident-card-overdue" } else { "incident-card-due" };
        text = text.push(lang.say(key, &vars)).line();
    }
    text
}

/// What somebody has to say before the deadline, for those who may.
fn wait_line(text: Rich, case: &Case, lang: Lang, now: Timestamp) -> Rich {
    let Some(wait) = case.wait.filter(|_| case.state.is_open()) else { return text };
    let key = match (wait.what, wait.until <= now) {
        (Awaited::Answer, false) => "incident-card-answer",
        (Awaited::Answer, true) => "incident-card-answer-late",
        (Awaited::Progress, false) => "incident-card-progress",
        (Awaited::Progress, true) => "incident-card-progress-late",
    };
    text.push(lang.say(key, &[("when", &*wait.until.short())])).line()
}

fn files_line(text: Rich, files: &[Attachment], awaited: i64, lang: Lang) -> Rich {
    let documents = files.iter().filter(|file| file.kind == FileKind::Document).count();
    let pictures = files.len() - documents;
    if awaited > 0 {
        let (stored, awaited) = (files.len().to_string(), awaited.to_string());
        let vars = [("count", stored.as_str()), ("more", awaited.as_str())];
        return text.push(lang.say("incident-card-photos-coming", &vars)).line();
    }
    file_lines(lang, pictures, documents).into_iter().fold(text, |text, line| text.push(line).line())
}

/// How many pictures and documents there are, a line for each kind that there is.
pub fn file_lines(lang: Lang, pictures: usize, documents: usize) -> Vec<String> {
    let line = |key: &str, count: usize| (count > 0).then(|| lang.say(key, &[("count", &count.to_string())]));
    [line("incident-line-photos", pictures), line("incident-line-documents", documents)]
        .into_iter()
        .flatten()
        .collect()
}

fn has_documents(files: &[Attachment]) -> bool {
    files.iter().any(|file| file.kind == FileKind::Document)
}

/// What stands beside the files of a case.
pub fn caption(lang: Lang, code: &str, files: &[Attachment]) -> String {
    let key = if has_documents(files) { "incident-files-of" } else { "incident-photos-of" };
    lang.say(key, &[("code", code)])
}

fn last_line(text: Rich, case: &Case, names: bool, lang: Lang) -> Rich {
    let Some(last) = &case.last else { return trimmed(text) };
    let what = lang.say(&format!("incident-move-{}", last.movement.code()), &[]);
    let unnamed = lang.say("incident-hidden-name", &[]);
    let who = match &last.who {
        Some(name) if names || !last.hidden => name,
        Some(_) => &unnamed,
        // Who it was is not kept for ever.
        None if last.movement.is_of_a_reporter() => &unnamed,
        None => "loa",
    };
    let at = last.at.short();
    let mut line = lang.say("incident-card-last", &[("when", &at), ("who", who), ("what", &what)]);
    if !last.text.is_empty() {
        line.push_str(": ");
        line.push_str(&shorten(&last.text, STEP_WORDS));
    }
    text.italic(line)
}

fn rows(case: &Case, chat: ChatId, kind: CardKind, lang: Lang) -> Vec<Vec<Choice>> {
    let offers: &[&[(Move, &str, CaseAct)]] = match kind {
        CardKind::Duty | CardKind::Watch | CardKind::Bundle => &[
            &[(Move::Take, "incident-do-take", CaseAct::Take), (Move::Ask, "incident-do-ask", CaseAct::Ask)],
            &[(Move::Verify, "incident-do-verify", CaseAct::Verify)],
            &[
                (Move::Forward, "incident-do-forward", CaseAct::Forward),
                (Move::Settle, "incident-do-settle", CaseAct::Settle),
            ],
            &[
                (Move::Reject, "incident-do-reject", CaseAct::Reject),
                (Move::Merge, "incident-do-merge", CaseAct::Merge),
            ],
        ],
        CardKind::Unit => &[
            // Who has accepted says how far it is, in the same place.
            &[
                (Move::Accept, "incident-do-accept", CaseAct::Accept),
                (Move::Progress, "incident-do-progress", CaseAct::Progress),
                (Move::Return, "incident-do-return", CaseAct::Return),
            ],
            &[
                (Move::Plan, "incident-do-plan", CaseAct::Plan),
                (Move::Report, "incident-do-report", CaseAct::Report),
            ],
        ],
    };
    let mut rows: Vec<Vec<Choice>> = Vec::new();
    for offer in offers {
        let fits = |(movement, _, _): &&(Move, &str, CaseAct)| case.takes(*movement);
        let row: Vec<Choice> =
            offer.iter().filter(fits).map(|(_, key, act)| button(case, lang, key, act.clone())).collect();
        rows.push(row);
    }
    let same = known_here(case, chat).find(|other| other.likeness == Likeness::Same);
    if kind != CardKind::Unit
        && case.takes(Move::Merge)
        && let Some(other) = same
    {
        let action = Action::Case { incident: case.id, act: CaseAct::MergeLikely(other.id) };
        let label = lang.say("incident-do-merge-into", &[("code", &other.code)]);
        rows.insert(0, vec![Choice::always(label, action.into())]);
    }
    let mut last = Vec::new();
    let files = case.all_files();
    if !files.is_empty() {
        last.push(photos_button(case, &files, lang));
    }
    if let Some(spot) = &case.spot {
        last.push(Choice::link(lang.say("incident-do-map", &[]), map_link(spot)));
    }
    rows.push(last);
    rows.retain(|row| !row.is_empty());
    rows
}

/// The cases like this one that a chat has a card of.
fn known_here(case: &Case, chat: ChatId) -> impl Iterator<Item = &Match> {
    case.matches.iter().filter(move |other| other.chats.contains(&chat))
}

fn photos_button(case: &Case, files: &[Attachment], lang: Lang) -> Choice {
    let count = files.len().to_string();
    let key = if has_documents(files) { "incident-do-files" } else { "incident-do-photos" };
    let label = lang.say(key, &[("count", &count)]);
    Choice::always(label, Action::Case { incident: case.id, act: CaseAct::Photos }.into())
}

/// OpenStreetMap: needs no key, and tells nobody but the map who looks.
fn map_link(spot: &Spot) -> String {
    let (lat, lon) = (spot.latitude, spot.longitude);
    format!("https://www.openstreetmap.org/?mlat={lat:.6}&mlon={lon:.6}#map=17/{lat:.6}/{lon:.6}")
}

/// A state in words.
pub fn state_words(state: State, lang: Lang) -> String {
    lang.say(&format!("incident-state-{}", state.code()), &[])
}

/// How long from now to then, or since then, in its largest unit.
pub fn left_words(lang: Lang, now: Timestamp, then: Timestamp) -> String {
    let left = if then >= now { then.since(now) } else { now.since(then) };
    span_words(lang, left)
}

/// A span in its largest unit: days, hours, or minutes.
pub fn span_words(lang: Lang, span: Duration) -> String {
    let minutes = span.as_secs().div_ceil(60);
    let (key, count) = match minutes {
        0..=119 => ("incident-minutes", minutes),
        120..=2879 => ("incident-hours", minutes / 60),
        _ => ("incident-days", minutes / 1440),
    };
    lang.say(key, &[("count", &count.to_string())])
}

/// A unit's name for a button: with what it lies under, where there is room.
pub fn button_name(unit: &NamedUnit) -> String {
    let mut parts = unit.path.rsplit(" / ");
    let name = parts.next().unwrap_or(&unit.name);
    match parts.next() {
        Some(above) if unit.line.len() > 2 => shorten(&format!("{name} – {above}"), 60),
        _ => shorten(name, 60),
    }
}

fn trimmed(mut text: Rich) -> Rich {
    let end = text.text.trim_end().len();
    text.text.truncate(end);
    text
}
