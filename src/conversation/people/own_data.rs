//! `/dulieu`: everything that loa keeps about a person, as a file for them alone.

use sha2::{Digest, Sha256};

use super::super::notice::meeting::answer_label;
use super::super::{Choice, Context, Lang, Need, Reply, Turn};
use super::{Action, Effect, RequestKind, RequestState, act, facts, help, only_in_private, role_name};
use crate::domain::Timestamp;
use crate::domain::calendar::date_words;
use crate::domain::content::{Attachment, FileKind};
use crate::domain::meeting::Answer;
use crate::domain::staffing::{ChangeKind, last_day};
use crate::domain::tally::Month;
use crate::domain::{ChannelKind, Role};

/// Everything that is kept about a person. Lists are in the order of time, the newest last.
#[derive(Clone, Debug, Default)]
pub struct OwnData {
    pub name: String,
    pub since: Timestamp,
    /// Role, unit's path, since when.
    pub roles: Vec<(Role, String, Timestamp)>,
    /// What changed about them on a day, or is planned: from when, and of a leave until when.
    pub changes: Vec<(ChangeKind, Timestamp, Option<Timestamp>)>,
    /// What they are marked with.
    pub tags: Vec<String>,
    /// Channel, the name that the platform gave, the chat's id there, whether it is open.
    pub chats: Vec<(ChannelKind, String, String, bool)>,
    /// Version, when it was given, when it was withdrawn.
    pub consents: Vec<(String, Timestamp, Option<Timestamp>)>,
    pub notices: Vec<GotNotice>,
    pub reports: Vec<OwnReport>,
    /// Case's code, the move's code, when, words.
    pub steps: Vec<(String, String, Timestamp, String)>,
    /// Case's code, a document's name (none of a picture), when.
    pub files: Vec<(String, Option<String>, Timestamp)>,
    pub requests: Vec<OwnRequest>,
    /// Unit, month, when they entered its figures.
    pub tally: Vec<(String, Month, Timestamp)>,
    /// Meeting, what they answered, why or who came instead, when.
    pub meetings: Vec<(String, Answer, Option<String>, Timestamp)>,
    /// Notice's title, unit, when they answered for it.
    pub answers: Vec<(String, String, Timestamp)>,
}

/// What they asked about these data.
#[derive(Clone, Debug)]
pub struct OwnRequest {
    pub kind: RequestKind,
    pub at: Timestamp,
    pub state: RequestState,
    pub text: String,
    pub reason: Option<String>,
}

/// A notice that they were sent.
#[derive(Clone, Debug)]
pub struct GotNotice {
    pub title: String,
    pub sent: Option<Timestamp>,
    pub seen: Option<Timestamp>,
    pub confirmed: Option<Timestamp>,
}

/// What they reported.
#[derive(Clone, Debug)]
pub struct OwnReport {
    pub code: String,
    pub at: Timestamp,
    pub text: String,
}

/// `/dulieu`.
pub(super) fn command(ctx: &Context<'_>) -> Result<Turn, Need> {
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    let Some(me) = ctx.me else { return Ok(help::stranger(ctx)) };
    let lang = ctx.lang();
    // A program that reads Windows' text files knows by the mark that this is UTF-8.
    let data = facts::own_data(ctx, me.id)?;
    let bytes = format!("\u{feff}{}", own_data_text(lang, data, ctx.now)).into_bytes();
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let file = Attachment { sha256, name: lang.say("people-data-file", &[]), kind: FileKind::Document };
    let reply = Reply::here(lang.say("people-data", &[])).files(vec![file]).row([
        Choice::once(lang.say("people-correct-ask", &[]), act(Action::AskCorrection)),
        Choice::once(lang.say("people-erase-want", &[]), act(Action::WantErasure)),
    ]);
    Ok(Turn::default().people(Effect::KeepFile { bytes, mime: "text/plain" }).and(reply))
}

/// All of it as text, with the line ends of Windows.
pub fn own_data_text(lang: Lang, data: &OwnData, now: Timestamp) -> String {
    let mut lines = vec![lang.say("people-data-title", &[("name", &data.name), ("when", &now.short())])];
    lines.push(lang.say("people-data-since", &[("when", &data.since.short())]));
    let mut section = |key: &str, rows: Vec<String>| {
        let count = rows.len().to_string();
        lines.extend([String::new(), lang.say(key, &[("count", &count)])]);
        lines.extend(rows);
    };
    let roles = data.roles.iter();
    section(
        "people-data-roles",
        roles
            .map(|(role, unit, since)| format!("{}, {unit} ({})", role_name(lang, *role), since.short()))
            .collect(),
    );
    let day = |at: &Timestamp| date_words(*at);
    let changes = data.changes.iter().map(|(kind, at, until)| match (kind, until) {
        (ChangeKind::Retire, _) => lang.say("people-data-retired", &[("when", &day(at))]),
        (ChangeKind::Away, Some(until)) => {
            let last = date_words(last_day(*until));
            lang.say("people-data-away", &[("when", &day(at)), ("until", &last)])
        }
        _ => lang.say("people-data-moved", &[("when", &day(at))]),
    });
    section("people-data-changes", changes.collect());
    if !data.tags.is_empty() {
        section("people-data-tags", data.tags.clone());
    }
    let state = |open| lang.say(if open { "people-data-open" } else { "people-data-closed" }, &[]);
    let chats = data.chats.iter();
    section(
        "people-data-chats",
        chats
            .map(|(kind, title, id, open)| format!("{}: {title} ({id}), {}", kind.name(), state(*open)))
            .collect(),
    );
    let consents = data.consents.iter().map(|(version, given, withdrawn)| {
        let vars = [("version", version.as_str()), ("when", &*given.short())];
        match withdrawn {
            None => lang.say("people-data-consent", &vars),
            Some(until) => {
                let vars = [vars[0], vars[1], ("until", &*until.short())];
                lang.say("people-data-consent-until", &vars)
            }
        }
    });
    section("people-data-consents", consents.collect());
    let when = |at: Option<Timestamp>| at.map_or("–".to_owned(), Timestamp::short);
    let notices = data.notices.iter().map(|notice| {
        let (sent, seen, confirmed) = (when(notice.sent), when(notice.seen), when(notice.confirmed));
        let vars =
            [("title", &*notice.title), ("sent", &*sent), ("seen", &*seen), ("confirmed", &*confirmed)];
        lang.say("people-data-notice", &vars)
    });
    section("people-data-notices", notices.collect());
    let reports = data.reports.iter();
    section(
        "people-data-reports",
        reports.map(|report| format!("{} ({}): {}", report.code, report.at.short(), report.text)).collect(),
    );
    let steps = data.steps.iter().map(|(code, movement, at, text)| {
        let what = lang.say(&format!("incident-move-{movement}"), &[]);
        let words = if text.is_empty() { String::new() } else { format!(": {text}") };
        format!("{code} ({}): {what}{words}", at.short())
    });
    section("people-data-steps", steps.collect());
    let picture = lang.say("people-data-picture", &[]);
    let files = data.files.iter();
    section(
        "people-data-files",
        files
            .map(|(code, name, at)| {
                format!("{code} ({}): {}", at.short(), name.as_deref().unwrap_or(&picture))
            })
            .collect(),
    );
    let requests = data.requests.iter().map(|request| {
        let what = lang.say(&format!("people-data-ask-{}", request.kind.code()), &[]);
        let state = lang.say(&format!("people-data-state-{}", request.state.code()), &[]);
        let words = [Some(request.text.as_str()), request.reason.as_deref()];
        let words: String = words
            .into_iter()
            .flatten()
            .filter(|text| !text.is_empty())
            .map(|text| format!("; {text}"))
            .collect();
        format!("{}: {what}, {state}{words}", request.at.short())
    });
    section("people-data-requests", requests.collect());
    let tally = data.tally.iter();
    section(
        "people-data-tally",
        tally.map(|(unit, month, at)| format!("{unit}, {month} ({})", at.short())).collect(),
    );
    let meetings = data.meetings.iter().map(|(title, answer, line, at)| {
        let line = line.as_ref().map_or(String::new(), |line| format!(": {line}"));
        format!("{title} ({}): {}{line}", at.short(), answer_label(lang, *answer))
    });
    section("people-data-meetings", meetings.collect());
    let answers = data.answers.iter();
    section(
        "people-data-answers",
        answers.map(|(title, unit, at)| format!("{title}: {unit} ({})", at.short())).collect(),
    );
    lines.extend([String::new(), lang.say("people-data-end", &[])]);
    lines.join("\r\n")
}
