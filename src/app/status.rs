//! `loa status`: what waits, what went, who is reached.

use serde::Serialize;

use crate::conversation::{Lang, alarm};
use crate::domain::calendar::when_words;
use crate::domain::time::VIETNAM;
use crate::jobs::WORKER_LEASE;
use crate::store::rest::{Rest, Why};
use crate::store::status::{LaneStatus, Running, Status};

use crate::store::{StoreError, Trouble};

use super::{CommandError, Desk, say};

/// Shows the queues, what was sent, the channels, open cases, and what the calendar holds.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  loa status
  loa status --json | jq .outbox")]
pub struct StatusCommand {}

/// Runs `loa status`.
///
/// # Errors
/// A database that fails.
pub async fn run(_: StatusCommand, desk: &Desk) -> Result<(), CommandError> {
    let status = desk.store.status(WORKER_LEASE).await?;
    let trouble = desk.store.try_to_write().await.err().map(|error| takes_nothing(&error));
    desk.show(&Shown { status, trouble }, words)
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    status: Status,
    /// Why the database takes nothing, in plain words.
    trouble: Option<String>,
}

/// A database that can be read and takes nothing, and why.
pub(super) fn takes_nothing(error: &StoreError) -> String {
    let why = match error.trouble() {
        Some(Trouble::DiskFull) => say("cli-trouble-full", &[]),
        Some(Trouble::ReadOnly) => say("cli-trouble-read-only", &[]),
        Some(Trouble::Busy) => say("cli-trouble-busy", &[]),
        Some(Trouble::Disk) => say("cli-trouble-disk", &[]),
        _ => error.to_string(),
    };
    say("cli-trouble", &[("why", &why)])
}

fn words(shown: &Shown) -> String {
    let status = &shown.status;
    let mut lines = Vec::from_iter(shown.trouble.clone());
    lines.push(say(if status.working { "cli-status-working" } else { "cli-status-resting" }, &[]));
    lines.push(inbox_words(status));
    if status.outbox.is_empty() {
        lines.push(say("cli-status-outbox-empty", &[]));
    }
    lines.extend(status.outbox.iter().map(lane_words));
    let day = &status.last_day;
    let (sent, unknown, failed) = (day.sent.to_string(), day.unknown.to_string(), day.failed.to_string());
    lines.push(say("cli-status-day", &[("sent", &sent), ("unknown", &unknown), ("failed", &failed)]));
    for channel in &status.channels {
        let (people, groups) = (channel.private_chats.to_string(), channel.groups.to_string());
        let closed = channel.closed.to_string();
        let vars = [
            ("channel", channel.channel.as_str()),
            ("people", &people),
            ("groups", &groups),
            ("closed", &closed),
        ];
        lines.push(say("cli-status-channel", &vars));
        if let Some((used, month)) = channel.month {
            let (used, month) = (used.to_string(), month.to_string());
            lines.push(say("cli-status-month", &[("used", &used), ("month", &month)]));
        }
    }
    lines.extend(status.rests.iter().map(rest_words));
    lines.extend(status.alarms.iter().map(|alarm| alarm.says(Lang::Vi)));
    lines.push(cases_words(status));
    lines.extend(status.notices.iter().map(notice_words));
    for next in &status.schedules {
        let at = when_words(next.at);
        lines.push(say("cli-status-schedule", &[("name", &next.name), ("at", &at)]));
    }
    lines.join("\n")
}

/// Why a channel rests, since when, and when it is tried again.
pub(super) fn rest_words(rest: &Rest) -> String {
    let key = match (rest.trying, rest.why) {
        (true, _) => "cli-status-rest-trying",
        (_, Why::Token) => "cli-status-rest-token",
        (_, Why::TooMany) => "cli-status-rest-too-many",
        (_, Why::Failing) => "cli-status-rest-failing",
    };
    let (since, until) =
        (rest.since.short(), rest.until.utc().with_timezone(&VIETNAM).format("%H:%M:%S %d/%m"));
    let (until, failures) = (until.to_string(), rest.failures.to_string());
    let (secret, mend) = alarm::secret(Lang::Vi, rest.channel);
    let vars = [
        ("channel", rest.channel.name()),
        ("secret", &secret),
        ("mend", &mend),
        ("since", &since),
        ("until", &until),
        ("failures", &failures),
        ("why", &rest.detail),
    ];
    say(key, &vars)
}

fn cases_words(status: &Status) -> String {
    let (open, overdue) = (status.cases.open.to_string(), status.cases.overdue.to_string());
    say("cli-status-cases", &[("open", &open), ("overdue", &overdue)])
}

fn notice_words(notice: &Running) -> String {
    let key = match notice.state.as_str() {
        "paused" => "cli-status-notice-paused",
        "preparing" => "cli-status-notice-preparing",
        _ => "cli-status-notice-running",
    };
    let (id, sent, total) = (notice.id.to_string(), notice.sent.to_string(), notice.total.to_string());
    let state = say(key, &[]);
    let vars = [
        ("id", id.as_str()),
        ("title", &notice.title),
        ("state", &state),
        ("sent", &sent),
        ("total", &total),
    ];
    say("cli-status-notice", &vars)
}

fn inbox_words(status: &Status) -> String {
    let inbox = &status.inbox;
    let (waiting, aside) = (inbox.waiting.to_string(), inbox.aside.to_string());
    let mut text = say("cli-status-inbox", &[("waiting", &waiting), ("aside", &aside)]);
    if let Some(oldest) = inbox.oldest {
        text = format!("{text} {}", say("cli-status-oldest", &[("at", &oldest.short())]));
    }
    text
}

fn lane_words(lane: &LaneStatus) -> String {
    let key = match lane.lane {
        0 => "cli-status-lane-interactive",
        1 => "cli-status-lane-urgent",
        _ => "cli-status-lane-notice",
    };
    let (queued, sending) = (lane.queued.to_string(), lane.sending.to_string());
    say("cli-status-lane", &[("lane", &say(key, &[])), ("queued", &queued), ("sending", &sending)])
}
