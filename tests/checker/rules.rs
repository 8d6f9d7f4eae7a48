//! The nine parts of the guarantee.

use std::collections::{BTreeMap, BTreeSet};

use loa::sandbox::{Outcome, WhyRefused};

use super::facts::{AttemptRow, Facts, MessageRow, UpdateRow};
use super::mapping::{Group, Mapped, chat_of};
use super::{Evidence, Verdict};

const QUEUED: i64 = 0;
const SENDING: i64 = 1;
const SENT: i64 = 2;
const UNKNOWN: i64 = 3;
const FAILED: i64 = 4;
const CANCELLED: i64 = 5;
const EXPIRED: i64 = 6;
/// Of a delivery.
const CONFIRMED: i64 = 3;

/// What `recover` writes.
const CUT_OFF: &str = "the process ended while sending";

pub fn judge(facts: &Facts, evidence: &Evidence, mapped: &Mapped<'_>, verdict: &mut Verdict) {
    updates_are_kept(facts, evidence, verdict);
    messages_are_where_they_should_be(facts, evidence, mapped, verdict);
    attempts_come_first(facts, mapped, verdict);
    repeats_are_accounted_for(facts, evidence, mapped, verdict);
    what_is_worth_nothing_later_is_not_repeated(facts, evidence, verdict);
    what_must_not_repeat_came_once(facts, mapped, verdict);
    every_thing_has_one_row(facts, verdict);
    order_is_kept(facts, evidence, mapped, verdict);
    nothing_goes_too_early(facts, mapped, verdict);
    what_is_cancelled_stops(facts, evidence, mapped, verdict);
    limits_are_kept(facts, evidence, verdict);
    every_attempt_ends_once(facts, mapped, verdict);
    counts_agree(facts, verdict);
    let figures = &mut verdict.figures;
    figures.messages = facts.messages.len();
    figures.accepted = evidence.accepted.len();
    figures.updates = facts.updates.len();
    figures.held = facts.messages.iter().filter(|message| message.state == UNKNOWN).count();
    figures.failed = facts.messages.iter().filter(|message| message.state == FAILED).count();
}

/// 1: what was acknowledged is stored; what was stored is handled, or set aside with a reason.
fn updates_are_kept(facts: &Facts, evidence: &Evidence, verdict: &mut Verdict) {
    let stored: BTreeSet<i64> = facts.updates.iter().filter_map(|row| row.external_id.parse().ok()).collect();
    for number in &evidence.acknowledged {
        if !stored.contains(number) {
            verdict.say(1, format!("update {number} was acknowledged and is not stored"));
        }
    }
    for row in &facts.updates {
        let seen = row.state == "done" || (row.state == "aside" && row.error.is_some());
        if !seen {
            verdict.say(1, format!("update {} is {}", row.external_id, row.state));
        }
    }
    for (chat, words) in &evidence.promised {
        let chat = evidence.chat(*chat);
        let said = |call: &&loa::sandbox::Accepted| {
            evidence.chat(call.chat_id.unwrap_or_default()) == chat && call.text.contains(words.as_str())
        };
        let held = |message: &&MessageRow| {
            let text = facts.texts.get(&message.payload_id).map_or("", String::as_str);
            matches!(message.state, UNKNOWN | FAILED)
                && chat_of(message, evidence) == chat
                && text.contains(words.as_str())
        };
        // Then the alarm names it; and whoever wrote it was told, once the chat was known.
        let aside = |row: &&UpdateRow| {
            row.state == "aside" && row.error.is_some() && row.chat_key == format!("telegram:{chat}")
        };
        let answered = evidence.accepted.iter().find(said).is_some();
        let seen = facts.messages.iter().find(held).is_some() || facts.updates.iter().find(aside).is_some();
        if !answered && !seen {
            verdict.say(1, format!("nobody answered {words:?} in chat {chat}"));
        }
    }
}

/// 1: every message that was not cancelled was accepted, or is failed or held with a reason.
fn messages_are_where_they_should_be(
    facts: &Facts,
    evidence: &Evidence,
    mapped: &Mapped<'_>,
    verdict: &mut Verdict,
) {
    let refused: BTreeSet<i64> = evidence
        .attempts
        .iter()
        .filter(|attempt| is_no(&attempt.outcome))
        .filter_map(|attempt| attempt.chat_id.map(|chat| evidence.chat(chat)))
        .collect();
    let shared: BTreeSet<i64> = mapped
        .groups
        .iter()
        .filter(|group| !group.shared.is_empty())
        .flat_map(|group| group.messages.iter().map(|message| message.id))
        .collect();
    for message in &facts.messages {
        let id = message.id;
        let reason = message.error.as_deref().is_some_and(|error| !error.is_empty());
        match message.state {
            QUEUED | SENDING => {
                verdict.say(1, format!("message {id} is not at rest: state {}", message.state));
            }
            SENT if message.op == "send" => {
                if mapped.accepted(id).is_empty() && !shared.contains(&id) {
                    verdict.say(1, format!("message {id} is said to be sent, and was never accepted"));
                }
            }
            UNKNOWN if !reason => verdict.say(1, format!("message {id} is held without a reason")),
            FAILED if !reason => verdict.say(1, format!("message {id} failed without a reason")),
            FAILED if message.op != "answer" && !refused.contains(&chat_of(message, evidence)) => {
                verdict.say(1, format!("message {id} failed, and the platform never said a final no"));
            }
            CANCELLED if !may_be_cancelled(facts, message) => {
                verdict.say(1, format!("message {id} was cancelled by nobody"));
            }
            EXPIRED if message.op != "answer" && message.op != "buttons" && message.expires_at.is_none() => {
                verdict.say(1, format!("message {id} expired, and had no end"));
            }
            QUEUED..=EXPIRED => {}
            state => verdict.say(9, format!("message {id} is in state {state}, which there is not")),
        }
    }
}

/// A no that does not pass by waiting.
fn is_no(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Ok => false,
        Outcome::Refused(code, _) => (400..500).contains(code) && *code != 429,
        Outcome::Fault(name) => matches!(*name, "forbidden" | "not_found" | "unauthorized"),
    }
}

/// Only deliveries are cancelled: with their edition, because a part of them failed, or called back by a
/// pause, after which they come anew; and what asks for a confirmation that has come.
fn may_be_cancelled(facts: &Facts, message: &MessageRow) -> bool {
    let asks = |nonce: &str| message.own_data.as_deref().is_some_and(|data| data.ends_with(nonce));
    if facts.deliveries.values().any(|delivery| delivery.state == CONFIRMED && asks(&delivery.nonce)) {
        return true;
    }
    let Some(delivery) = message.delivery_id.and_then(|id| facts.deliveries.get(&id)) else { return false };
    let edition = facts.editions.iter().find(|edition| edition.id == delivery.edition_id);
    let ended = edition.is_some_and(|edition| edition.state == "cancelled") || delivery.state >= 4;
    let again = |other: &MessageRow| other.delivery_id == message.delivery_id && other.state != CANCELLED;
    ended || facts.messages.iter().any(again)
}

/// 2: nothing is accepted without an attempt that was committed before.
fn attempts_come_first(facts: &Facts, mapped: &Mapped<'_>, verdict: &mut Verdict) {
    for message in &facts.messages {
        let (accepted, attempts) = (mapped.accepted(message.id).len(), message.attempt);
        if i64::try_from(accepted).is_ok_and(|accepted| accepted > attempts) {
            verdict.say(
                2,
                format!("message {} was accepted {accepted} times in {attempts} attempts", message.id),
            );
        }
    }
}

/// 3: acc ≤ 1 + amb for every message; and not more in all than what was under way at each kill.
fn repeats_are_accounted_for(facts: &Facts, evidence: &Evidence, mapped: &Mapped<'_>, verdict: &mut Verdict) {
    let mut repeats = 0;
    for message in &facts.messages {
        let (accepted, ambiguous) = (mapped.accepted(message.id).len(), facts.ambiguous(message.id));
        repeats += accepted.saturating_sub(1);
        if accepted > 1 + ambiguous {
            let id = message.id;
            verdict.say(3, format!("message {id} was accepted {accepted} times with {ambiguous} unknown"));
        }
    }
    for group in mapped.groups.iter().filter(|group| !group.shared.is_empty()) {
        repeats += judge_group(facts, mapped, group, verdict);
    }
    let unknown = facts.attempts.values().flatten().filter(|row| row.outcome == "unknown");
    let (cut_off, unanswered): (Vec<_>, Vec<_>) = unknown.partition(|row| row.detail == CUT_OFF);
    if repeats > evidence.under_way * evidence.kills + unanswered.len() {
        let (kills, unanswered) = (evidence.kills, unanswered.len());
        verdict
            .say(3, format!("{repeats} repeats after {kills} kills and {unanswered} calls without answer"));
    }
    if cut_off.len() > evidence.under_way * evidence.kills {
        let (kills, cut_off) = (evidence.kills, cut_off.len());
        verdict.say(3, format!("{cut_off} attempts were cut off by {kills} kills"));
    }
    verdict.figures.repeats = repeats;
    verdict.figures.unanswered = unanswered.len();
    verdict.figures.cut_off = cut_off.len();
}

/// Messages of a chat that say the same, judged together. Gives how many repeats there are among them.
fn judge_group(facts: &Facts, mapped: &Mapped<'_>, group: &Group<'_>, verdict: &mut Verdict) -> usize {
    let own: usize = group.messages.iter().map(|message| mapped.accepted(message.id).len()).sum();
    let accepted = own + group.shared.len();
    let most: usize = group.messages.iter().map(|message| 1 + facts.ambiguous(message.id)).sum();
    let tried: i64 = group.messages.iter().map(|message| message.attempt).sum();
    let sent = group.said_sent(SENT);
    let (chat, text) = (group.chat, group.text.chars().take(60).collect::<String>());
    if accepted > most {
        verdict.say(
            3,
            format!("chat {chat} was sent {text:?} {accepted} times, at most {most} are accounted for"),
        );
    }
    if i64::try_from(accepted).is_ok_and(|accepted| accepted > tried) {
        verdict.say(2, format!("chat {chat} was sent {text:?} {accepted} times in {tried} attempts"));
    }
    if accepted < sent {
        verdict.say(1, format!("chat {chat}: {sent} messages {text:?} are said to be sent, {accepted} came"));
    }
    accepted.saturating_sub(group.messages.len())
}

/// 4: what must not repeat came at most once.
fn what_must_not_repeat_came_once(facts: &Facts, mapped: &Mapped<'_>, verdict: &mut Verdict) {
    for message in facts.messages.iter().filter(|message| message.never_twice != 0) {
        let times = mapped.accepted(message.id).len();
        if times > 1 || message.unknowns > 1 {
            let id = message.id;
            verdict.say(4, format!("message {id} must not repeat, and was accepted {times} times"));
        }
    }
}

/// 4: what is worth nothing later is not repeated: an answer to a press is worth nothing after its press has timed out.
fn what_is_worth_nothing_later_is_not_repeated(facts: &Facts, evidence: &Evidence, verdict: &mut Verdict) {
    let presses: BTreeSet<&str> = facts
        .messages
        .iter()
        .filter(|message| message.op == "answer")
        .filter_map(|message| message.target.as_deref())
        .collect();
    let answers = evidence.accepted.iter().filter(|call| call.method == "answerCallbackQuery").count();
    let ambiguous: usize = facts
        .messages
        .iter()
        .filter(|message| message.op == "answer")
        .map(|message| facts.ambiguous(message.id))
        .sum();
    if answers > presses.len() + ambiguous {
        verdict.say(4, format!("{answers} answers to {} presses", presses.len()));
    }
}

/// 5: one row per (edition, recipient), per (schedule, occurrence), per incoming update; and one message for
/// each part of a delivery.
fn every_thing_has_one_row(facts: &Facts, verdict: &mut Verdict) {
    let mut deliveries = BTreeSet::new();
    for row in facts.deliveries.values() {
        if !deliveries.insert((row.edition_id, row.chat_id)) {
            verdict.say(5, format!("edition {} has chat {} twice", row.edition_id, row.chat_id));
        }
    }
    let mut runs = BTreeSet::new();
    for row in &facts.runs {
        // Runs are whole minutes.
        if !runs.insert((row.schedule_id, row.at.div_euclid(60_000_000))) {
            verdict.say(5, format!("schedule {} ran twice at {}", row.schedule_id, row.at));
        }
    }
    let mut updates = BTreeSet::new();
    for row in &facts.updates {
        if row.external_id.parse::<i64>().is_ok_and(|number| !updates.insert(number)) {
            verdict.say(5, format!("update {} was stored twice", row.external_id));
        }
    }
    let (mut parts, mut lasts) = (BTreeSet::new(), BTreeSet::new());
    for message in facts.messages.iter().filter(|message| message.state != CANCELLED) {
        let Some(delivery) = message.delivery_id else { continue };
        if !parts.insert((delivery, message.chat.as_str(), message.payload_id)) {
            verdict.say(5, format!("delivery {delivery} has two messages for one part"));
        }
        // Where every recipient has words of their own, two that say the same are two payloads.
        if message.last_part != 0 && !lasts.insert((delivery, message.chat.as_str())) {
            verdict.say(5, format!("delivery {delivery} ends twice in chat {}", message.chat));
        }
    }
}

/// 6: the first acceptances in one chat are in the order of the messages, lane by lane.
fn order_is_kept(facts: &Facts, evidence: &Evidence, mapped: &Mapped<'_>, verdict: &mut Verdict) {
    let unsure: BTreeSet<i64> = mapped
        .groups
        .iter()
        .filter(|group| !group.shared.is_empty())
        .flat_map(|group| group.messages.iter().map(|message| message.id))
        .collect();
    let mut last: BTreeMap<(i64, i64), (u64, i64)> = BTreeMap::new();
    // What is held was not tried again: the platform may take a call of which nobody knows whenever it comes to it, also
    // after the process that made it has ended.
    let told = |message: &&MessageRow| message.op == "send" && message.state != UNKNOWN;
    for message in facts.messages.iter().filter(told) {
        let Some(first) = mapped.accepted(message.id).first() else { continue };
        if unsure.contains(&message.id) {
            continue;
        }
        let chat = chat_of(message, evidence);
        let before = last.insert((chat, message.lane), (first.seq, message.id));
        if let Some((seq, earlier)) = before.filter(|(seq, _)| *seq > first.seq) {
            let id = message.id;
            verdict.say(6, format!("chat {chat}: message {id} came before {earlier} (call {seq})"));
        }
    }
}

/// 7: nothing is sent before its time.
fn nothing_goes_too_early(facts: &Facts, mapped: &Mapped<'_>, verdict: &mut Verdict) {
    let editions: BTreeMap<i64, _> = facts.editions.iter().map(|edition| (edition.id, edition)).collect();
    for message in &facts.messages {
        let accepted = mapped.accepted(message.id);
        let (Some(first), Some(last)) = (accepted.first(), accepted.last()) else { continue };
        if message.state == SENT && message.op == "send" && last.at < message.not_before {
            let early = (message.not_before - last.at) / 1000;
            verdict.say(7, format!("message {} went out {early} ms before its time", message.id));
        }
        let delivery = message.delivery_id.and_then(|id| facts.deliveries.get(&id));
        let Some(edition) = delivery.and_then(|delivery| editions.get(&delivery.edition_id)) else {
            continue;
        };
        if first.at < edition.starts_at {
            verdict.say(7, format!("message {} went out before edition {} began", message.id, edition.id));
        }
    }
}

/// 7: of an edition that was cancelled only goes out what was under way.
fn what_is_cancelled_stops(facts: &Facts, evidence: &Evidence, mapped: &Mapped<'_>, verdict: &mut Verdict) {
    for edition in facts.editions.iter().filter(|edition| edition.state == "cancelled") {
        let Some(ended_at) = edition.ended_at else { continue };
        let of_edition = |message: &&MessageRow| {
            let delivery = message.delivery_id.and_then(|id| facts.deliveries.get(&id));
            delivery.is_some_and(|delivery| delivery.edition_id == edition.id)
        };
        let messages = facts.messages.iter().filter(of_edition);
        let firsts = messages.filter_map(|message| mapped.accepted(message.id).first());
        let late = firsts.filter(|call| call.at > ended_at).count();
        if late > evidence.under_way {
            verdict.say(7, format!("edition {} was cancelled, and {late} went out after that", edition.id));
        }
    }
}

/// 7: no chat, no group and not the whole bot is sent more than the platform allows; and where the bot was told to
/// wait, and has written that down, it waits.
fn limits_are_kept(facts: &Facts, evidence: &Evidence, verdict: &mut Verdict) {
    let mut told: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
    for message in &facts.messages {
        let waits =
            facts.attempts_of(message.id).iter().filter_map(|row| Some((row.at, row.at + wait(row)?)));
        told.entry(chat_of(message, evidence)).or_default().extend(waits);
    }
    for refusal in &evidence.rate {
        let chat = evidence.chat(refusal.chat_id);
        let why = match refusal.why {
            WhyRefused::PerSecond => "the limit of the bot",
            WhyRefused::PerChat => "the limit of a chat",
            WhyRefused::PerGroup => "the limit of a group",
            WhyRefused::Held if knew(told.get(&chat), refusal.at) => "a wait it was told",
            WhyRefused::Held => continue,
        };
        verdict.say(7, format!("chat {chat}: {why} was not kept ({} at {})", refusal.method, refusal.at));
    }
}

/// How long a 429 told to wait, in microseconds: it is written down as `429, 5 s`.
fn wait(row: &AttemptRow) -> Option<i64> {
    // What came too late parked nothing.
    if row.outcome == "late" {
        return None;
    }
    let seconds: i64 = row.detail.strip_prefix("429, ")?.strip_suffix(" s")?.parse().ok()?;
    Some(seconds * 1_000_000)
}

/// Whether a wait that holds at `at` had been written down by then. What the platform says to a process that is killed
/// before it writes that down, nobody knows: the next may have been told a shorter wait.
fn knew(told: Option<&Vec<(i64, i64)>>, at: i64) -> bool {
    told.is_some_and(|told| told.iter().any(|(from, until)| (*from..*until).contains(&at)))
}

/// 8: an attempt ends once, whoever it was that made it.
fn every_attempt_ends_once(facts: &Facts, mapped: &Mapped<'_>, verdict: &mut Verdict) {
    for message in &facts.messages {
        let mut ended = BTreeSet::new();
        for row in facts.attempts_of(message.id).iter().filter(|row| row.outcome != "late") {
            if !ended.insert(row.attempt) {
                verdict.say(8, format!("attempt {} of message {} ended twice", row.attempt, message.id));
            }
        }
        if message.state != SENT {
            continue;
        }
        if ended.contains(&message.attempt) {
            let (id, attempt) = (message.id, message.attempt);
            verdict.say(8, format!("message {id} was sent by attempt {attempt}, which had ended otherwise"));
        }
        let last = mapped.accepted(message.id).last().and_then(|call| call.message_id);
        let known = message.external_id.as_deref().and_then(|number| number.parse().ok());
        if message.op == "send" && known.is_some() && last.is_some() && last != known {
            let id = message.id;
            verdict
                .say(8, format!("message {id}: an outcome that came late stands in place of the last one"));
        }
    }
}

/// 9: the counters of editions are what they count, and the file is whole.
fn counts_agree(facts: &Facts, verdict: &mut Verdict) {
    let mut counts: BTreeMap<i64, [i64; 6]> = BTreeMap::new();
    for row in facts.deliveries.values() {
        match usize::try_from(row.state)
            .ok()
            .and_then(|state| counts.entry(row.edition_id).or_default().get_mut(state))
        {
            Some(count) => *count += 1,
            None => verdict.say(9, format!("delivery {} is in state {}", row.id, row.state)),
        }
        if row.state >= 4 && row.reason.as_deref().is_none_or(str::is_empty) {
            verdict.say(1, format!("delivery {} did not arrive, and nobody says why", row.id));
        }
    }
    for edition in &facts.editions {
        let kept = [
            edition.waiting,
            edition.queued,
            edition.sent,
            edition.confirmed,
            edition.failed,
            edition.skipped,
        ];
        let counted = counts.get(&edition.id).copied().unwrap_or_default();
        if kept != counted || edition.total != counted.iter().sum::<i64>() {
            let id = edition.id;
            verdict
                .say(9, format!("edition {id} counts {kept:?} of {}, there are {counted:?}", edition.total));
        }
        if matches!(edition.state.as_str(), "preparing" | "running") {
            verdict.say(1, format!("edition {} is still {}", edition.id, edition.state));
        }
    }
    for damage in &facts.damage {
        verdict.say(9, format!("the database is damaged: {damage}"));
    }
}
