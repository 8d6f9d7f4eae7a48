//! What came in, for those who look after a call: counted in a message, unit by unit in a table, the files in an archive.

use super::super::super::{Choice, Context, Lang, Need, Reply, Turn};
use super::super::report::csv_cell;
use super::super::running::group;
use super::super::{Act, Action, Effect, NoticeFacts, facts};
use super::{Answered, CallEffect, CallLine, CallResult, Output, Standing, leaf, shown_words};
use crate::domain::Rich;
use crate::domain::calendar::when_words;
use crate::domain::call::{Amount, CallKind};
use crate::domain::ids::{ChatId, NoticeId};
use crate::domain::text::shorten;

/// Units whose answers stand in the message: a telephone's screen. The table has all of them.
const MOST_UNITS: usize = 12;
/// An answer in the message, in characters.
const MOST_ANSWER: usize = 120;
/// The names of those who are missing, in characters.
const MOST_NAMES: usize = 1000;
/// What has happened so often is a habit.
const LEAST_CALLS: usize = 2;

/// What came in, counted, and the first of it.
pub fn result_words(lang: Lang, result: &CallResult, head: &str) -> Rich {
    let mut text = Rich::new().push(head).bold(&result.title);
    let late =
        result.units.iter().filter(|line| line.answer.as_ref().is_some_and(|given| given.late)).count();
    let count = |count: usize| group(i64::try_from(count).unwrap_or(i64::MAX));
    let vars = [
        ("count", &*count(result.answered())),
        ("total", &count(result.units.len())),
        ("late", &count(late)),
        ("when", &when_words(result.due)),
    ];
    text = text.line().push(lang.say("call-counts", &vars));
    if let Some(sum) = result.sum() {
        text = text.line().push(lang.say("call-sum", &[("sum", &sum)]));
    }
    let names = |reached: bool| -> String {
        let names: Vec<&str> =
            result.missing().filter(|line| line.reached == reached).map(CallLine::name).collect();
        shorten(&names.join(", "), MOST_NAMES)
    };
    for (key, names) in [("call-missing", names(true)), ("call-unreached", names(false))] {
        if !names.is_empty() {
            text = text.line().push(lang.say(key, &[("names", &names)]));
        }
    }
    let given = result.units.iter().filter_map(|line| Some((line, line.answer.as_ref()?)));
    for (line, given) in given.take(MOST_UNITS) {
        let late = if given.late { lang.say("call-marked-late", &[]) } else { String::new() };
        let what = shorten(&shown_words(lang, &given.what), MOST_ANSWER);
        text = text.line().push("• ").bold(line.name()).push(format!("{late}: {what}"));
    }
    if let Some(left @ 1..) = result.answered().checked_sub(MOST_UNITS) {
        text = text.line().push(lang.say("call-more-in-the-table", &[("count", &count(left))]));
    }
    text
}

/// What came in, and what can be had of it.
pub fn result_card(lang: Lang, chat: ChatId, result: &CallResult, head: &str) -> Reply {
    let button = |key: &str, act: Act| {
        Choice::always(lang.say(key, &[]), Action::Notice { notice: result.notice, act }.into())
    };
    let mut row = vec![button("call-table", Act::Collect(Output::Table))];
    if result.kind == CallKind::File && result.answered() > 0 {
        row.push(button("call-archive", Act::Collect(Output::Archive)));
    }
    Reply::to(chat, result_words(lang, result, head)).row(row).row([button("call-late", Act::Late)])
}

/// Shows what came in.
pub fn show(ctx: &Context<'_>, notice: &NoticeFacts) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(result) = facts::collected(ctx, notice.id)? else {
        return Ok(Turn::toast(lang.say("notice-report-none", &[])));
    };
    Ok(Turn::default().and(result_card(lang, ctx.chat.id, result, &lang.say("call-head", &[]))))
}

/// What came in comes as a file.
pub fn collect(ctx: &Context<'_>, notice: NoticeId, output: Output) -> Turn {
    let effect = CallEffect::Collect { notice, chat: ctx.chat.id, output };
    Turn::toast(ctx.lang().say("call-comes", &[])).effect(Effect::Call(effect).into())
}

/// Which units answer late, or not at all.
pub fn late(ctx: &Context<'_>, notice: NoticeId) -> Result<Turn, Need> {
    let (calls, units) = facts::standings(ctx, notice)?;
    Ok(Turn::say(late_words(ctx.lang(), calls, units)))
}

/// Which units answer late or not at all, most often first, of so many calls.
pub fn late_words(lang: Lang, calls: usize, units: &[Standing]) -> Rich {
    if calls < LEAST_CALLS {
        return lang.say("call-late-too-few", &[]).into();
    }
    let calls = calls.to_string();
    let mut late: Vec<&Standing> = units.iter().filter(|unit| unit.late + unit.missing > 0).collect();
    if late.is_empty() {
        return lang.say("call-late-nobody", &[("calls", &calls)]).into();
    }
    late.sort_by_key(|unit| std::cmp::Reverse((unit.late + unit.missing, unit.missing)));
    let mut text = Rich::new().push(lang.say("call-late-head", &[("calls", &calls)]));
    for unit in late.iter().take(MOST_UNITS) {
        let vars = [
            ("count", &*(unit.late + unit.missing).to_string()),
            ("asked", &unit.asked.to_string()),
            ("late", &unit.late.to_string()),
            ("missing", &unit.missing.to_string()),
        ];
        text = text.line().push("• ").bold(leaf(&unit.unit)).push(lang.say("call-late-line", &vars));
    }
    if let Some(left @ 1..) = late.len().checked_sub(MOST_UNITS) {
        text = text.line().push(lang.say("notice-more-units", &[("count", &left.to_string())]));
    }
    text
}

/// A table of what every unit answered: RFC 4180, with the mark by which spreadsheets know UTF-8. `name`: what the table
/// itself is called, beside which no file of an archive has the same name.
pub fn result_csv(lang: Lang, result: &CallResult, name: &str) -> String {
    let head = ["unit", "state", "who", "at", "answer"];
    let head = head.map(|column| csv_cell(&lang.say(&format!("call-column-{column}"), &[])));
    let mut out = format!("\u{feff}{}\r\n", head.join(","));
    for (line, files) in result.units.iter().zip(result.files(name)) {
        let state = match &line.answer {
            Some(given) if given.late => "call-state-late",
            Some(_) => "call-state-in-time",
            None if line.reached => "call-state-missing",
            None => "call-state-unreached",
        };
        let answer = match line.answer.as_ref().map(|given| &given.what) {
            Some(Answered::Text(text)) => text.clone(),
            Some(Answered::Number(amount)) => plain(*amount),
            Some(Answered::Files(_)) => {
                files.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join("; ")
            }
            None => String::new(),
        };
        let given = line.answer.as_ref();
        let cells = [
            line.unit.clone(),
            lang.say(state, &[]),
            given.and_then(|given| given.who.clone()).unwrap_or_default(),
            given.map(|given| given.at.short()).unwrap_or_default(),
            answer,
        ];
        out.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        out.push_str("\r\n");
    }
    out
}

/// A number as every spreadsheet takes it: nothing between its thousands.
fn plain(amount: Amount) -> String {
    amount.to_string().replace('.', "")
}
