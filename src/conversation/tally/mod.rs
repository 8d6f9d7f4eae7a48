//! `/solieu`: what units count of their own work, entered in one line, summed up the tree.

mod facts;
mod sheet;

use serde::{Deserialize, Serialize};

use super::{
    ChatKind, Choice, Context, Dialogue, Effect as AnyEffect, Lang, Need, Post, Purpose, Reply, Turn,
};
use crate::domain::Timestamp;
use crate::domain::ids::*;
use crate::domain::rights::{Reach, rights};
use crate::domain::tally::{Figure, Month, Span, TallyFault, add};

pub use sheet::words as sheet_words;

/// What a report of figures begins with.
const COMMAND: &str = "solieu";

/// Where a person stands in a dialogue of this part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Types the line of a unit and a month, in the place of another where one is corrected.
    Entering { unit: UnitId, month: Month, corrects: Option<TallyLineId> },
}

/// What a button of this part does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Goes on with what was written for this one of several units.
    At {
        unit: UnitId,
        rest: String,
    },
    /// Wants to type the line.
    Enter {
        unit: UnitId,
        month: Month,
    },
    /// Wants to put a line right.
    Correct(TallyLineId),
    /// Takes a line out.
    Remove(TallyLineId),
    Show {
        unit: UnitId,
        span: Span,
    },
}

/// A question of this part to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// What a unit has entered; with what is below it, if `below`.
    Sheet {
        unit: UnitId,
        span: Span,
        below: bool,
    },
    Line(TallyLineId),
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug)]
pub enum Answer {
    Sheet(Box<Sheet>),
    Line(Option<Line>),
}

/// What was entered for a unit in a span of time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sheet {
    /// The unit's name.
    pub unit: String,
    /// Its own sums.
    pub own: Vec<Figure>,
    /// How many lines they are of.
    pub lines: i64,
    /// The last of them.
    pub last: Option<Line>,
    /// The sums of the units right below, each with all under it; those that have nothing are left out.
    pub below: Vec<(String, Vec<Figure>)>,
    /// Units at and under it that were asked and have entered nothing, by name; not for a quarter.
    pub missing: Vec<String>,
    /// How many were asked.
    pub asked: i64,
}

impl Sheet {
    /// Its own sums and those of all below.
    pub fn total(&self) -> Vec<Figure> {
        let mut total = self.own.clone();
        self.below.iter().for_each(|(_, figures)| add(&mut total, figures, 1));
        total
    }
}

/// A line as it was entered.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub id: TallyLineId,
    pub unit: UnitId,
    pub month: Month,
    pub figures: Vec<Figure>,
    pub by: PersonId,
    pub name: String,
    pub at: Timestamp,
    /// It is neither corrected nor taken out.
    pub counts: bool,
}

/// A change that this part makes.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keeps a line, in the place of another where one is corrected.
    Enter { unit: UnitId, month: Month, figures: Vec<Figure>, by: PersonId, corrects: Option<TallyLineId> },
    /// Takes a line out of the sums; it stays in the history.
    Remove { line: TallyLineId, by: PersonId },
}

impl Turn {
    /// Adds a change of this part.
    fn tally(self, effect: Effect) -> Self {
        self.effect(AnyEffect::Tally(effect))
    }
}

/// A button of this part.
fn act(action: Action) -> super::Action {
    super::Action::Tally(action)
}

/// A command, if it is this part's.
pub fn command(ctx: &Context<'_>, name: &str, rest: &str) -> Result<Option<Turn>, Need> {
    if name != COMMAND {
        return Ok(None);
    }
    let lang = ctx.lang();
    let units = own_units(ctx);
    Ok(Some(match &units[..] {
        [] => Turn::say(lang.say("not-for-you", &[])),
        [one] => at(ctx, one, rest)?,
        several => which(lang, several, rest),
    }))
}

/// A unit for which somebody may do something.
struct Own {
    unit: UnitId,
    path: String,
    enters: bool,
    /// Sees what is below as well.
    below: bool,
}

impl Own {
    fn name(&self) -> &str {
        self.path.rsplit(" / ").next().unwrap_or(&self.path)
    }
}

/// The units of the writer; in a group only that of the group.
fn own_units(ctx: &Context<'_>) -> Vec<Own> {
    let here = match (ctx.chat.kind, ctx.chat.purpose) {
        (ChatKind::Private, _) => None,
        (ChatKind::Group, Purpose::None) => return Vec::new(),
        (ChatKind::Group, _) => ctx.chat.unit,
    };
    let posts = ctx.me.map_or(&[][..], |me| &me.roles);
    let mut units: Vec<Own> = Vec::new();
    for Post { role, unit, unit_path } in
        posts.iter().filter(|post| here.is_none_or(|here| here == post.unit))
    {
        let may = rights(*role);
        if may.sum == Reach::Nowhere {
            continue;
        }
        let (enters, below) = (may.enter != Reach::Nowhere, may.sum == Reach::ThereAndBelow);
        match units.iter_mut().find(|own| own.unit == *unit) {
            Some(own) => (own.enters, own.below) = (own.enters || enters, own.below || below),
            None => units.push(Own { unit: *unit, path: unit_path.clone(), enters, below }),
        }
    }
    units
}

fn own(ctx: &Context<'_>, unit: UnitId) -> Option<Own> {
    own_units(ctx).into_iter().find(|own| own.unit == unit)
}

/// Somebody belongs to several units: which?
fn which(lang: Lang, units: &[Own], rest: &str) -> Turn {
    let mut reply = Reply::here(lang.say("tally-which-unit", &[]));
    for own in units {
        let action = Action::At { unit: own.unit, rest: rest.to_owned() };
        reply = reply.row([Choice::once(own.name(), act(action))]);
    }
    Turn::default().and(reply)
}

/// What was written after the command, for a unit.
fn at(ctx: &Context<'_>, own: &Own, rest: &str) -> Result<Turn, Need> {
    let this = Month::of(ctx.now);
    match Span::take(rest, ctx.now) {
        None if rest.trim().is_empty() => show(ctx, own, Span::Month(this)),
        None => enter(ctx, own, this, rest, None),
        Some((span, "")) => show(ctx, own, span),
        Some((Span::Month(month), line)) => enter(ctx, own, month, line, None),
        Some((Span::Quarter(_), _)) => Ok(Turn::say(ctx.lang().say("tally-by-month", &[]))),
    }
}

/// Keeps a line.
fn enter(
    ctx: &Context<'_>,
    own: &Own,
    month: Month,
    line: &str,
    corrects: Option<TallyLineId>,
) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(me) = ctx.me.filter(|_| own.enters) else { return Ok(Turn::say(lang.say("not-for-you", &[]))) };
    if month > Month::of(ctx.now) {
        return Ok(Turn::say(lang.say("tally-not-yet", &[("month", &month.to_string())])));
    }
    let figures = match ctx.rules.indicators.read(line) {
        Ok(figures) => figures,
        Err(fault) => return Ok(Turn::say(fault_words(ctx, &fault))),
    };
    let sheet = facts::sheet(ctx, own.unit, Span::Month(month), false)?;
    let mut sums = sheet.own.clone();
    let before = match corrects {
        Some(id) => facts::line(ctx, id)?.map(|line| line.figures.clone()).unwrap_or_default(),
        None => Vec::new(),
    };
    add(&mut sums, &figures, 1);
    add(&mut sums, &before, -1);
    sums.retain(|(_, value)| *value != 0);
    let (said, all) = (ctx.rules.indicators.words(&figures), ctx.rules.indicators.words(&sums));
    let month_words = month.to_string();
    let vars = [
        ("unit", own.name()),
        ("month", month_words.as_str()),
        ("figures", said.as_str()),
        ("sum", all.as_str()),
    ];
    let key = if corrects.is_some() { "tally-corrected" } else { "tally-entered" };
    let show = Action::Show { unit: own.unit, span: Span::Month(month) };
    let reply =
        Reply::here(lang.say(key, &vars)).row([Choice::always(lang.say("tally-see", &[]), act(show))]);
    let effect = Effect::Enter { unit: own.unit, month, figures, by: me.id, corrects };
    Ok(Turn::default().and(reply).tally(effect).to(Dialogue::None))
}

/// What is wrong with a line, and how it is written.
fn fault_words(ctx: &Context<'_>, fault: &TallyFault) -> String {
    let lang = ctx.lang();
    let (key, text) = match fault {
        TallyFault::Nothing => ("tally-nothing", ""),
        TallyFault::Unknown(piece) => ("tally-unknown", piece.as_str()),
        TallyFault::Number(piece) => ("tally-number", piece.as_str()),
        TallyFault::Twice(label) => ("tally-twice", label.as_str()),
    };
    let text: String = text.chars().take(60).collect();
    format!("{} {}", lang.say(key, &[("text", &text)]), how(ctx))
}

/// What can be counted, as an example.
fn how(ctx: &Context<'_>) -> String {
    let labels: Vec<&str> = ctx.rules.indicators.0.iter().map(|indicator| indicator.label.as_str()).collect();
    let example: Vec<String> =
        labels.iter().take(2).zip([3, 245]).map(|(label, n)| format!("{n} {label}")).collect();
    ctx.lang().say("tally-how", &[("labels", &labels.join(", ")), ("example", &example.join(", "))])
}

/// Shows what was entered, and what can be done about it.
fn show(ctx: &Context<'_>, own: &Own, span: Span) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let sheet = facts::sheet(ctx, own.unit, span, own.below)?;
    let mut reply = Reply::here(sheet::words(lang, &ctx.rules.indicators, sheet, span));
    if let (Span::Month(month), true) = (span, own.enters) {
        let enter = Action::Enter { unit: own.unit, month };
        reply = reply.row([Choice::always(lang.say("tally-enter", &[]), act(enter))]);
        if let Some(last) = &sheet.last {
            reply = reply.row([
                Choice::always(lang.say("tally-correct", &[]), act(Action::Correct(last.id))),
                Choice::always(lang.say("tally-remove", &[]), act(Action::Remove(last.id))),
            ]);
        }
    }
    let other = |key, span| Choice::always(lang.say(key, &[]), act(Action::Show { unit: own.unit, span }));
    let others = match span {
        Span::Month(month) => vec![
            other("tally-month-before", Span::Month(month.before())),
            other("tally-quarter", Span::quarter_of(month)),
        ],
        Span::Quarter(last) => {
            vec![other("tally-quarter-before", Span::Quarter(last.before().before().before()))]
        }
    };
    reply = reply.row(others);
    Ok(Turn::default().and(reply))
}

/// A button was pressed. Whoever presses may have another role by now: it is asked anew.
pub fn press(ctx: &Context<'_>, action: &Action) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let denied = || Turn::toast(lang.say("not-for-you", &[]));
    match action {
        Action::At { unit, rest } => own(ctx, *unit).map_or_else(|| Ok(denied()), |own| at(ctx, &own, rest)),
        Action::Show { unit, span } => {
            own(ctx, *unit).map_or_else(|| Ok(denied()), |own| show(ctx, &own, *span))
        }
        Action::Enter { unit, month } => Ok(match own(ctx, *unit).filter(|own| own.enters) {
            Some(own) => type_it(ctx, &own, *month, None),
            None => denied(),
        }),
        Action::Correct(id) | Action::Remove(id) => {
            let Some(line) = facts::line(ctx, *id)? else { return Ok(denied()) };
            let Some(own) = own(ctx, line.unit).filter(|own| own.enters) else { return Ok(denied()) };
            if !line.counts {
                return Ok(Turn::toast(lang.say("tally-changed", &[])));
            }
            match (action, ctx.me) {
                (Action::Remove(_), Some(me)) => Ok(remove(ctx, line, me.id)),
                _ => Ok(type_it(ctx, &own, line.month, Some(line.id))),
            }
        }
    }
}

/// Waits for the line.
fn type_it(ctx: &Context<'_>, own: &Own, month: Month, corrects: Option<TallyLineId>) -> Turn {
    let lang = ctx.lang();
    let month_words = month.to_string();
    let vars = [("unit", own.name()), ("month", month_words.as_str())];
    let key = if corrects.is_some() { "tally-type-right" } else { "tally-type" };
    let text = format!("{} {}", lang.say(key, &vars), how(ctx));
    let state = State::Entering { unit: own.unit, month, corrects };
    Turn::default().and(Reply::here(text)).to(Dialogue::Tally(state))
}

fn remove(ctx: &Context<'_>, line: &Line, by: PersonId) -> Turn {
    let lang = ctx.lang();
    let figures = ctx.rules.indicators.words(&line.figures);
    let vars = [("figures", figures.as_str()), ("month", &*line.month.to_string())];
    Turn::say(lang.say("tally-removed", &vars)).tally(Effect::Remove { line: line.id, by })
}

/// A message in a dialogue of this part.
pub fn heard(ctx: &Context<'_>, state: &State) -> Result<Turn, Need> {
    let State::Entering { unit, month, corrects } = state;
    let lang = ctx.lang();
    let Some(own) = own(ctx, *unit).filter(|own| own.enters) else {
        return Ok(Turn::say(lang.say("not-for-you", &[])).to(Dialogue::None));
    };
    if let Some(id) = corrects {
        // Somebody else was faster.
        if !facts::line(ctx, *id)?.is_some_and(|line| line.counts) {
            return Ok(Turn::say(lang.say("tally-changed", &[])).to(Dialogue::None));
        }
    }
    enter(ctx, &own, *month, ctx.incoming.text(), *corrects)
}

/// Asks a unit for its figures of a month, or reminds it.
pub fn question(chat: ChatId, lang: Lang, unit: UnitId, name: &str, month: Month, again: bool) -> Reply {
    let key = if again { "tally-remind" } else { "tally-ask" };
    let text = lang.say(key, &[("unit", name), ("month", &month.to_string())]);
    let enter = Choice::always(lang.say("tally-enter", &[]), act(Action::Enter { unit, month }));
    Reply::to(chat, text).row([enter]).lane(crate::domain::content::Lane::Notice)
}
