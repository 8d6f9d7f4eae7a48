//! The count while a notice goes out, and after.

use super::super::{Choice, Lang, Reply};
use super::meeting::{self, MeetingAct};
use super::{Act, Action};
use crate::domain::Rich;
use crate::domain::ids::{ChatId, NoticeId};

/// How far a notice has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub notice: NoticeId,
    pub title: String,
    /// `running`, `paused`, `done` or `cancelled`.
    pub state: String,
    pub confirm: bool,
    /// It calls to a meeting.
    pub meeting: bool,
    pub total: i64,
    pub arrived: i64,
    pub confirmed: i64,
    pub waiting: i64,
    pub failed: i64,
    pub skipped: i64,
    pub unreached: i64,
    /// How many units have answered, if it asks them to.
    pub answered: Option<i64>,
}

/// Boxes of the bar.
const BOXES: i64 = 10;

/// The message that keeps itself up to date while a notice goes out.
pub fn progress(lang: Lang, chat: ChatId, edition: i64, now: &Progress) -> Reply {
    let ended = now.total - now.waiting;
    let percent = if now.total > 0 { ended * 100 / now.total } else { 100 };
    let state = match now.state.as_str() {
        "running" => "notice-state-running",
        "paused" => "notice-state-paused",
        "done" => "notice-state-done",
        _ => "notice-state-cancelled",
    };
    let mut text = Rich::new()
        .push(lang.say(state, &[]))
        .push(" – ")
        .bold(&now.title)
        .line()
        .push(format!("{} {percent}%", bar(ended, now.total, BOXES)))
        .line()
        .push(
            lang.say("notice-count-arrived", &[("count", &group(now.arrived)), ("total", &group(now.total))]),
        );
    let mut line = |key: &str, count: i64| {
        if count > 0 {
            text = std::mem::take(&mut text).line().push(lang.say(key, &[("count", &group(count))]));
        }
    };
    match now.answered {
        Some(units) => line("call-count-answered", units),
        None if now.confirm && now.meeting => line("meeting-count-answered", now.confirmed),
        None if now.confirm => line("notice-count-confirmed", now.confirmed),
        None => {}
    }
    let waiting = if now.state == "cancelled" { "notice-count-dropped" } else { "notice-count-waiting" };
    line(waiting, now.waiting);
    line("notice-count-failed", now.failed);
    line("notice-count-skipped", now.skipped);
    line("notice-count-unreached", now.unreached);
    let button = |key: &str, act: Act| {
        Choice::always(lang.say(key, &[]), Action::Notice { notice: now.notice, act }.into())
    };
    let mut reply = Reply::to(chat, text).slot(format!("edition:{edition}")).quiet();
    match now.state.as_str() {
        "running" => {
            reply = reply.row([button("notice-pause", Act::Pause), button("notice-stop", Act::AskCancel)]);
        }
        "paused" => {
            reply = reply.row([button("notice-resume", Act::Resume), button("notice-stop", Act::AskCancel)]);
        }
        _ => {}
    }
    let mut row = Vec::new();
    if now.meeting {
        let who = meeting::Action::Call { notice: now.notice, act: MeetingAct::WhoComes };
        row.push(Choice::always(lang.say("meeting-who-comes", &[]), who.into()));
    } else if now.answered.is_some() && now.arrived > 0 {
        row.push(button("call-collected", Act::Collected));
    } else if now.confirm && now.arrived > 0 {
        row.push(button("notice-who-not", Act::Unconfirmed));
    }
    if now.state == "done" {
        row.push(button("notice-report", Act::Report));
    }
    if row.is_empty() { reply } else { reply.row(row) }
}

/// A bar of so many boxes; of nothing, full.
pub(super) fn bar(part: i64, whole: i64, boxes: i64) -> String {
    let filled = if whole > 0 { (part * boxes / whole).clamp(0, boxes) } else { boxes };
    let draw = |count: i64, sign: &str| sign.repeat(usize::try_from(count).unwrap_or(0));
    draw(filled, "▓") + &draw(boxes - filled, "░")
}

/// So many of a hundred.
pub(super) fn percent(part: i64, whole: i64) -> String {
    let percent = if whole > 0 { part * 100 / whole } else { 0 };
    format!("{percent}%")
}

/// A number with its thousands apart, as it is written in Vietnam: 12.345.
pub(super) fn group(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(group(0), "0");
        assert_eq!(group(999), "999");
        assert_eq!(group(1_234_567), "1.234.567");
    }
}
