//! A report that is being written, and how it is shown.

use serde::{Deserialize, Serialize};

use crate::conversation::incoming::Spot;
use crate::conversation::{ChatKind, Choice, Context, Lang, Need, Reply};
use crate::domain::ids::UnitId;
use crate::domain::{Rich, Timestamp};

use super::alike::{self, About, Eyes};
use super::rules::{self, Screening};
use super::{Action, Candidate, DraftAct, Exhibit, Likeness, NamedUnit, card, facts};

/// Words of one report, in characters: about a page. More than that is a document.
pub const MOST_WORDS: usize = 3000;
/// Words that say where it is, in characters.
const MOST_PLACE: usize = 200;
/// Messages that one report remembers it is made of.
const MOST_PARTS: usize = 100;
/// Pictures and documents of one report.
pub const MOST_EXHIBITS: usize = 20;

/// A report that is not sent yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Tells the buttons of this report from those of an older one: the instant it was begun.
    pub id: i64,
    /// The platform's id of the message that began it.
    pub message: String,
    pub text: String,
    /// The messages that it is made of, and the words that each gave.
    #[serde(default)]
    pub parts: Vec<(String, String)>,
    /// Whether it is known that there are no words.
    #[serde(default)]
    pub wordless: bool,
    /// Pictures and documents.
    pub exhibits: Vec<Exhibit>,
    pub spot: Option<Spot>,
    /// Only duty officers are to know who reports.
    #[serde(default)]
    pub hidden: bool,
    /// Something was said after the questions of the category were asked.
    #[serde(default)]
    pub answered: bool,
    /// A place in words that is no unit's name.
    pub place: Option<String>,
    /// The category's code.
    pub category: Pick<String>,
    pub unit: Pick<Spotted>,
    pub expects: Expects,
}

/// What is known of something that can be asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick<T> {
    /// Not asked yet.
    #[default]
    Open,
    /// Asked; the answer was "không rõ".
    Unknown,
    Is(T),
}

impl<T> Pick<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Open | Self::Unknown => None,
        }
    }
}

/// A unit that was found or chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spotted {
    pub id: UnitId,
    pub name: String,
}

impl From<&NamedUnit> for Spotted {
    fn from(unit: &NamedUnit) -> Self {
        Self { id: unit.id, name: unit.name.clone() }
    }
}

/// What the next message is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expects {
    Words,
    Category,
    Unit,
    /// Everything is there; what comes is added.
    Summary,
    /// Words in the place of those that are there.
    NewWords,
}

impl Draft {
    pub fn new(now: Timestamp, message: &str) -> Self {
        Self {
            id: now.0,
            message: message.to_owned(),
            text: String::new(),
            parts: Vec::new(),
            wordless: false,
            exhibits: Vec::new(),
            spot: None,
            hidden: false,
            answered: false,
            place: None,
            category: Pick::Open,
            unit: Pick::Open,
            expects: Expects::Words,
        }
    }

    /// Adds what is not there yet, up to the most that one report takes. Gives how many were left out.
    pub fn add_exhibits(&mut self, exhibits: Vec<Exhibit>) -> usize {
        let mut left_out = 0;
        for exhibit in exhibits {
            if self.exhibits.iter().any(|known| known.file == exhibit.file) {
                continue;
            }
            if self.exhibits.len() >= MOST_EXHIBITS {
                left_out += 1;
            } else {
                self.exhibits.push(exhibit);
            }
        }
        left_out
    }

    /// Whether a message is part of it.
    pub fn has(&self, message: &str) -> bool {
        self.message == message || self.parts.iter().any(|(part, _)| part == message)
    }

    /// Remembers that a message is part of it, whatever it says.
    pub fn note(&mut self, message: &str) {
        if !self.has(message) && self.parts.len() < MOST_PARTS {
            self.parts.push((message.to_owned(), String::new()));
        }
    }

    /// Adds the words of a message, below those that are there or where its words stood before.
    pub fn add_words(&mut self, message: &str, words: &str) {
        match self.parts.iter_mut().find(|(part, _)| part == message) {
            Some((_, there)) => words.clone_into(there),
            None => self.parts.push((message.to_owned(), words.to_owned())),
        }
        let words: Vec<&str> =
            self.parts.iter().map(|(_, words)| words.as_str()).filter(|words| !words.is_empty()).collect();
        self.text = card::shorten(&words.join("\n"), MOST_WORDS);
    }

    /// Takes the words of a message out, where it is corrected.
    pub fn drop_words(&mut self, message: &str) {
        self.add_words(message, "");
    }

    /// Keeps words that say where it is, behind those that are there.
    pub fn add_place(&mut self, words: &str) {
        let place = match &self.place {
            Some(known) => format!("{known}, {words}"),
            None => words.to_owned(),
        };
        self.place = Some(card::shorten(&place, MOST_PLACE));
    }

    /// Takes all words out.
    pub fn clear_words(&mut self) {
        for (_, words) in &mut self.parts {
            words.clear();
        }
        self.text.clear();
    }

    fn choice(&self, label: impl Into<String>, act: DraftAct) -> Choice {
        Choice::always(label, Action::Draft { draft: self.id, act }.into())
    }
}

/// What is shown next: a question, or the summary.
pub fn show(ctx: &Context<'_>, draft: &Draft) -> Result<Reply, Need> {
    let lang = ctx.lang();
    Ok(match draft.expects {
        Expects::Words => {
            let documents = draft.exhibits.iter().any(Exhibit::is_document);
            let key = match (draft.exhibits.is_empty(), &draft.spot) {
                (false, _) if documents => "incident-ask-words-files",
                (false, _) => "incident-ask-words-photos",
                (true, Some(_)) => "incident-ask-words-spot",
                (true, None) => "incident-ask-words",
            };
            let count = draft.exhibits.len().to_string();
            let mut row = Vec::new();
            if !draft.exhibits.is_empty() {
                row.push(draft.choice(lang.say("incident-unknown", &[]), DraftAct::NoWords));
            }
            row.push(draft.choice(lang.say("incident-cancel", &[]), DraftAct::Cancel));
            Reply::here(lang.say(key, &[("count", &count)])).row(row)
        }
        Expects::NewWords => Reply::here(lang.say("incident-ask-new-words", &[]))
            .row([draft.choice(lang.say("incident-back", &[]), DraftAct::Back)]),
        Expects::Category => ask_category(ctx, draft),
        Expects::Unit => ask_unit(ctx, draft)?,
        Expects::Summary => summary(ctx, draft)?,
    })
}

fn ask_category(ctx: &Context<'_>, draft: &Draft) -> Reply {
    let lang = ctx.lang();
    let mut reply = Reply::here(lang.say("incident-ask-category", &[]));
    let categories = rules::categories(ctx);
    for pair in categories.chunks(2) {
        let row = pair.iter().map(|(code, name)| {
            let act = DraftAct::Category(Some(code.clone()));
            draft.choice(name.clone(), act)
        });
        reply = reply.row(row);
    }
    reply.row([
        draft.choice(lang.say("incident-unknown", &[]), DraftAct::Category(None)),
        draft.choice(lang.say("incident-cancel", &[]), DraftAct::Cancel),
    ])
}

/// Units to choose from: those that the words may mean, else the reporter's own and what lies above it.
fn ask_unit(ctx: &Context<'_>, draft: &Draft) -> Result<Reply, Need> {
    let lang = ctx.lang();
    let found = super::recognise::candidates(ctx, &draft.text)?;
    let (key, offered) = if found.len() > 1 {
        ("incident-ask-which-unit", found)
    } else {
        let mut offered = Vec::new();
        if let Some(me) = ctx.me {
            for home in facts::homes(ctx, me.id)? {
                offered.push(home.clone());
                if let Some(above) = home.line.get(1) {
                    offered.extend(facts::unit(ctx, *above)?.cloned());
                }
            }
        }
        let spotted = draft.spot.is_some();
        (if spotted { "incident-ask-unit-of-spot" } else { "incident-ask-unit" }, offered)
    };
    let mut reply = Reply::here(lang.say(key, &[("places", rules::places(ctx))]));
    let mut shown: Vec<UnitId> = Vec::new();
    for unit in offered {
        if shown.len() < 6 && !shown.contains(&unit.id) {
            shown.push(unit.id);
            let label = card::button_name(&unit);
            reply = reply.row([draft.choice(label, DraftAct::Unit(Some(unit.id)))]);
        }
    }
    Ok(reply.row([
        draft.choice(lang.say("incident-unknown", &[]), DraftAct::Unit(None)),
        draft.choice(lang.say("incident-cancel", &[]), DraftAct::Cancel),
    ]))
}

/// The open case that is most likely about the same thing as a report, if there is one.
pub fn same_case<'a>(ctx: &Context<'a>, draft: &Draft) -> Result<Option<&'a Candidate>, Need> {
    let Some(unit) = draft.unit.known() else { return Ok(None) };
    let Some(unit) = facts::unit(ctx, unit.id)? else { return Ok(None) };
    // A complaint goes its own way.
    if rules::screen(&draft.text) != Screening::Clear {
        return Ok(None);
    }
    let about = About {
        text: &draft.text,
        place: draft.place.as_deref(),
        spot: draft.spot.as_ref(),
        category: draft.category.known().map(String::as_str),
        unit,
        unit_known: true,
    };
    let found = alike::find(ctx, &about, Eyes::Reporter, None)?;
    let same = found.into_iter().find(|(_, likeness)| *likeness == Likeness::Same);
    Ok(same.map(|(other, _)| other))
}

fn summary(ctx: &Context<'_>, draft: &Draft) -> Result<Reply, Need> {
    let lang = ctx.lang();
    let mut text = Rich::new().bold(lang.say("incident-summary", &[])).line();
    text = text.push(lang.say("incident-line-category", &[("name", &category_name(ctx, draft))])).line();
    text = text.push(lang.say("incident-line-unit", &[("name", &unit_name(lang, draft))])).line();
    if let Some(place) = place_words(lang, draft) {
        text = text.push(lang.say("incident-line-place", &[("name", &place)])).line();
    }
    let documents = draft.exhibits.iter().filter(|exhibit| exhibit.is_document()).count();
    for line in card::file_lines(lang, draft.exhibits.len() - documents, documents) {
        text = text.push(line).line();
    }
    let words = card::shorten(&draft.text, 600);
    let words = if words.is_empty() { lang.say("incident-no-words", &[]) } else { words };
    text = text.push(lang.say("incident-line-words", &[("words", &words)])).line();
    if draft.hidden {
        text = text.push(lang.say("incident-line-hidden", &[])).line();
    }
    if let Some(questions) = questions(ctx, draft) {
        text = text.line().push(lang.say("incident-more", &[("questions", &questions)])).line();
    }
    if rules::screen(&draft.text) == Screening::Complaint {
        text = text.line().push(lang.say("incident-complaint", &[])).line();
    }
    if rules::names_somebody(&draft.text) {
        text = text.line().italic(lang.say("incident-no-names", &[])).line();
    }
    // What others reported is not told in a group, where it may be nobody's business.
    let same = if ctx.chat.kind == ChatKind::Private { same_case(ctx, draft)? } else { None };
    if let Some(other) = same {
        let vars = [("code", other.code.as_str()), ("when", &*other.created_at.short())];
        text = text.line().push(lang.say("incident-same", &vars)).line();
    }
    let mut reply = Reply::here(text.line().push(lang.say("incident-ready", &[])))
        .row([draft.choice(lang.say("incident-send", &[]), DraftAct::Send)]);
    if let Some(other) = same {
        let label = lang.say("incident-do-join", &[("code", &other.code)]);
        reply = reply.row([draft.choice(label, DraftAct::Join(other.id))]);
    }
    Ok(reply.row([
        draft.choice(lang.say("incident-edit", &[]), DraftAct::Edit),
        draft.choice(lang.say("incident-cancel", &[]), DraftAct::Cancel),
    ]))
}

/// What this kind of case is asked, where nothing was said to it yet.
fn questions(ctx: &Context<'_>, draft: &Draft) -> Option<String> {
    let code = draft.category.known().filter(|_| !draft.answered)?;
    let asked = &ctx.rules.categories.get(code)?.questions;
    (!asked.is_empty()).then(|| asked.join(" "))
}

/// What can be changed.
pub fn edit_menu(ctx: &Context<'_>, draft: &Draft) -> Reply {
    let lang = ctx.lang();
    let button = |key: &str, act| draft.choice(lang.say(key, &[]), act);
    let mut reply = Reply::here(lang.say("incident-edit-what", &[]));
    let mut first = vec![button("incident-edit-words", DraftAct::EditWords)];
    if !rules::categories(ctx).is_empty() {
        first.push(button("incident-edit-category", DraftAct::EditCategory));
    }
    reply = reply.row(first);
    let mut second = vec![button("incident-edit-unit", DraftAct::EditUnit)];
    second.push(button("incident-add-photos", DraftAct::AddPhotos));
    reply = reply.row(second);
    if !draft.exhibits.is_empty() {
        reply = reply.row([button("incident-drop-photos", DraftAct::DropPhotos)]);
    }
    // In a group everybody has seen who wrote it.
    if ctx.chat.kind == ChatKind::Private {
        let key = if draft.hidden { "incident-edit-show-name" } else { "incident-edit-hide-name" };
        reply = reply.row([button(key, DraftAct::Hide(!draft.hidden))]);
    }
    reply.row([button("incident-back", DraftAct::Back)])
}

fn category_name(ctx: &Context<'_>, draft: &Draft) -> String {
    let name = draft.category.known().and_then(|code| rules::category_name(ctx, code));
    name.unwrap_or_else(|| ctx.lang().say("incident-not-known", &[]))
}

fn unit_name(lang: Lang, draft: &Draft) -> String {
    draft.unit.known().map_or_else(|| lang.say("incident-not-known", &[]), |unit| unit.name.clone())
}

fn place_words(lang: Lang, draft: &Draft) -> Option<String> {
    let spot = draft.spot.as_ref().map(|spot| match &spot.name {
        Some(name) => name.clone(),
        None => lang.say("incident-spot", &[]),
    });
    match (&draft.place, spot) {
        (Some(place), Some(spot)) => Some(format!("{place} ({spot})")),
        (Some(place), None) => Some(place.clone()),
        (None, spot) => spot,
    }
}
