//! What became of a notice: counted in a message, and name by name in a file.

use std::time::Duration;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::people::Effect as PeopleEffect;
use super::super::{Choice, Context, Lang, Need, Reply, Turn};
use super::running::{bar, group, percent};
use super::{Act, Action, Effect, NoticeFacts, facts};
use crate::domain::calendar::duration_words;
use crate::domain::content::{Attachment, FileKind};
use crate::domain::ids::{NoticeId, PersonId};
use crate::domain::{ChannelKind, Failure, Rich, Timestamp};

/// Units that are named in the message: a telephone's screen. The file has all of them.
const MOST_UNITS: usize = 12;

/// What became of a notice, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    pub notice: NoticeId,
    pub all: ReportLine,
    /// Whether everybody was asked to confirm.
    pub confirm: bool,
    pub waiting: i64,
    /// Not tried: the chat closed, or the person left, before it was their turn.
    pub skipped: i64,
    /// People and groups without an open chat.
    pub unreached: i64,
    pub failed: Vec<(Failure, i64)>,
    /// How many of those whom it did not reach can be tried again now.
    pub again: i64,
    pub units: Vec<ReportLine>,
    pub channels: Vec<ReportLine>,
}

/// One line of it: of the whole, a unit, or a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReportLine {
    /// The notice's title, the unit's path (empty: no unit), the channel's name.
    pub name: String,
    pub total: i64,
    /// Arrived, confirmed or not.
    pub arrived: i64,
    pub confirmed: i64,
    pub failed: i64,
    /// So long half of those took who confirmed, from when it arrived.
    pub median: Option<Duration>,
    /// And nine of ten.
    pub p90: Option<Duration>,
}

impl ReportLine {
    /// The unit without those above it.
    pub(super) fn short_name(&self, lang: Lang) -> String {
        let name = self.name.rsplit(" / ").next().filter(|name| !name.is_empty());
        name.map_or_else(|| lang.say("notice-report-no-unit", &[]), str::to_owned)
    }
}

/// One of those a notice was for, with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recipient {
    pub chat: String,
    /// `private` or `group`.
    pub kind: String,
    pub unit: Option<String>,
    pub channel: Option<ChannelKind>,
    /// `waiting`, `queued`, `sent`, `confirmed`, `failed`, `skipped` or `unreached`.
    pub state: String,
    pub failure: Option<Failure>,
    pub reason: Option<String>,
    pub sent_at: Option<Timestamp>,
    /// When they looked at it, on platforms that say so.
    pub seen_at: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    /// How many people confirmed: in a group everybody for themselves.
    pub confirmations: i64,
}

impl Recipient {
    /// What became of it, in words.
    pub fn outcome(&self, lang: Lang) -> String {
        let key = match self.state.as_str() {
            "waiting" | "queued" => "notice-outcome-waiting",
            "sent" if self.seen_at.is_some() => "notice-outcome-seen",
            "sent" => "notice-outcome-arrived",
            "confirmed" => "notice-outcome-confirmed",
            "failed" => "notice-outcome-failed",
            "skipped" => "notice-outcome-skipped",
            _ => "notice-outcome-unreached",
        };
        lang.say(key, &[])
    }
}

/// What a kind of failure is called.
pub fn failure_words(lang: Lang, kind: Failure) -> String {
    let key = match kind {
        Failure::Temporary => "notice-failure-temporary",
        Failure::Permanent => "notice-failure-permanent",
        Failure::Technical => "notice-failure-technical",
    };
    lang.say(key, &[])
}

impl Report {
    /// The report as a message.
    pub fn says(&self, lang: Lang) -> Rich {
        let all = &self.all;
        let mut text = Rich::new().push("📊 ").bold(&all.name);
        for line in self.totals(lang) {
            text = text.line().push(line);
        }
        if self.channels.len() > 1 {
            text = text.push("\n\n").bold(lang.say("notice-report-channels", &[]));
            for line in &self.channels {
                text = text.line().push(self.line(lang, line));
            }
        }
        let units: Vec<&ReportLine> = self.worst_first();
        if units.len() > 1 {
            text = text.push("\n\n").bold(lang.say("notice-report-units", &[]));
            for line in units.iter().take(MOST_UNITS) {
                text = text.line().push(self.line(lang, line));
            }
            if let Some(left @ 1..) = units.len().checked_sub(MOST_UNITS) {
                text = text.line().push(lang.say("notice-more-units", &[("count", &left.to_string())]));
            }
        }
        text
    }

    fn totals(&self, lang: Lang) -> Vec<String> {
        let all = &self.all;
        let mut lines = Vec::new();
        let of_all = |key: &str, count: i64, whole: i64| {
            let vars =
                [("count", &*group(count)), ("total", &group(whole)), ("percent", &percent(count, whole))];
            lang.say(key, &vars)
        };
        lines.push(of_all("notice-report-arrived", all.arrived, all.total));
        if self.confirm {
            lines.push(of_all("notice-report-confirmed", all.confirmed, all.arrived));
        }
        if let (Some(median), Some(p90)) = (all.median, all.p90) {
            let vars = [("median", &*duration_words(median)), ("most", &duration_words(p90))];
            lines.push(lang.say("notice-report-took", &vars));
        }
        let mut count = |key: &str, count: i64| {
            if count > 0 {
                lines.push(lang.say(key, &[("count", &group(count))]));
            }
        };
        count("notice-count-waiting", self.waiting);
        count("notice-count-failed", all.failed);
        count("notice-count-skipped", self.skipped);
        count("notice-count-unreached", self.unreached);
        let failed = self
            .failed
            .iter()
            .map(|(kind, count)| format!("{} {}", failure_words(lang, *kind), group(*count)));
        let failed: Vec<String> = failed.collect();
        if !failed.is_empty() {
            lines.push(lang.say("notice-report-failed", &[("kinds", &failed.join("; "))]));
        }
        lines
    }

    /// The units in which the least was confirmed, or arrived where nobody was asked, come first.
    pub(super) fn worst_first(&self) -> Vec<&ReportLine> {
        let mut units: Vec<&ReportLine> = self.units.iter().collect();
        units.sort_by_key(|line| {
            let done = if self.confirm { line.confirmed } else { line.arrived };
            (done * 1000 / line.total.max(1), -line.total)
        });
        units
    }

    fn line(&self, lang: Lang, line: &ReportLine) -> String {
        let done = if self.confirm { line.confirmed } else { line.arrived };
        let name = line.short_name(lang);
        format!("{} {name}: {}/{}", bar(done, line.total, 5), group(done), group(line.total))
    }
}

/// The message with the report, and what can be done next.
pub(super) fn show(ctx: &Context<'_>, notice: &NoticeFacts) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(report) = facts::report(ctx, notice.id)? else {
        return Ok(Turn::toast(lang.say("notice-report-none", &[])));
    };
    let button =
        |label: String, act: Act| Choice::always(label, Action::Notice { notice: notice.id, act }.into());
    let mut row = vec![button(lang.say("notice-report-list", &[]), Act::Recipients)];
    if report.confirm && report.all.arrived > report.all.confirmed {
        row.insert(0, button(lang.say("notice-who-not", &[]), Act::Unconfirmed));
    }
    if facts::writing_post(ctx).is_some() {
        row.push(button(lang.say("notice-copy", &[]), Act::Copy));
    }
    let picture = button(lang.say("notice-picture", &[]), Act::Picture);
    let mut reply = Reply::here(report.says(lang)).row(row).row([picture]);
    if report.again > 0 {
        let label = lang.say("notice-resend", &[("count", &group(report.again))]);
        reply = reply.row([button(label, Act::Resend)]);
    }
    Ok(Turn::default().and(reply))
}

/// Once more, for those whom it did not reach.
pub(super) fn resend(ctx: &Context<'_>, notice: &NoticeFacts, by: PersonId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let again = facts::again(ctx, notice.id)?;
    if again == 0 {
        return Ok(Turn::toast(lang.say("notice-resend-nobody", &[])));
    }
    let text = lang.say("notice-resent", &[("count", &group(again)), ("title", &notice.notice.title)]);
    Ok(Turn::say(text).effect(Effect::Resend { notice: notice.id, by }.into()))
}

/// Everybody it was for, as a file that a spreadsheet opens.
pub(super) fn list(ctx: &Context<'_>, notice: &NoticeFacts) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let bytes = recipients_csv(lang, facts::recipients(ctx, notice.id)?).into_bytes();
    let name = lang.say("notice-report-file", &[("id", &notice.id.to_string())]);
    let file = Attachment { sha256: hex::encode(Sha256::digest(&bytes)), name, kind: FileKind::Document };
    let said = lang.say("notice-report-file-is", &[("title", &notice.notice.title)]);
    let keep = PeopleEffect::KeepFile { bytes, mime: "text/csv" };
    Ok(Turn::default().effect(super::super::Effect::People(keep)).and(Reply::here(said).files(vec![file])))
}

/// A table of everybody a notice was for: RFC 4180, with the mark by which spreadsheets know UTF-8.
pub fn recipients_csv(lang: Lang, all: &[Recipient]) -> String {
    let head = [
        "name",
        "kind",
        "unit",
        "channel",
        "outcome",
        "failure",
        "reason",
        "arrived",
        "seen",
        "confirmed",
        "count",
    ];
    let head = head.map(|column| lang.say(&format!("notice-column-{column}"), &[]));
    let mut out = format!("\u{feff}{}\r\n", head.map(|cell| csv_cell(&cell)).join(","));
    for one in all {
        let at = |at: Option<Timestamp>| at.map(Timestamp::short).unwrap_or_default();
        let kind = if one.kind == "group" { "notice-kind-group" } else { "notice-kind-person" };
        let cells = [
            one.chat.clone(),
            lang.say(kind, &[]),
            one.unit.clone().unwrap_or_default(),
            one.channel.map_or_else(String::new, |kind| kind.name().to_owned()),
            one.outcome(lang),
            one.failure.map_or_else(String::new, |kind| failure_words(lang, kind)),
            one.reason.clone().unwrap_or_default(),
            at(one.sent_at),
            at(one.seen_at),
            at(one.confirmed_at),
            one.confirmations.to_string(),
        ];
        out.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        out.push_str("\r\n");
    }
    out
}

/// A cell that a spreadsheet shows as it stands: names come from outside, and one that begins like a formula is none.
pub(super) fn csv_cell(text: &str) -> String {
    let text = text.replace(['\r', '\n'], " ");
    let formula = text.starts_with(['=', '+', '-', '@', '\t']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_formula() {
        assert_eq!(csv_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(csv_cell("Chị Lan"), "\"Chị Lan\"");
    }

    #[test]
    fn the_units_with_the_least_come_first() {
        let line = |name: &str, confirmed| ReportLine {
            name: name.into(),
            total: 4,
            arrived: 4,
            confirmed,
            ..ReportLine::default()
        };
        let report = Report {
            notice: NoticeId(1),
            all: ReportLine {
                median: Some(Duration::from_secs(720)),
                p90: Some(Duration::from_secs(7200)),
                ..line("Họp", 5)
            },
            confirm: true,
            waiting: 0,
            skipped: 0,
            unreached: 2,
            failed: vec![(Failure::Temporary, 1)],
            again: 1,
            units: vec![line("Tỉnh A / Xã B", 4), line("Tỉnh A / Xã C", 1), line("", 0)],
            channels: vec![line("Zalo", 2), line("Telegram", 3)],
        };
        insta::assert_snapshot!(report.says(Lang::Vi).text);
    }
}
