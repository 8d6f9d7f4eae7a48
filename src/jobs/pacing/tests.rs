//! No window holds more than the limit, whatever happens; nobody is kept from their share.

use proptest::prelude::*;

use super::*;
use crate::domain::ids::{MessageId, PayloadId};
use crate::store::outbox::Op;

const LIMITS: Limits = Limits::TELEGRAM;

fn message(chat: i64, group: bool, lane: Lane) -> Claimed {
    Claimed {
        id: MessageId(1),
        attempt: 1,
        spared: 0,
        chat: ChatId(chat),
        external_chat: chat.to_string(),
        group,
        lane,
        op: Op::Send,
        shown: None,
        payload: PayloadId(chat),
        own_data: None,
        delivery: None,
        last_part: true,
        created_at: Timestamp(0),
    }
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp(1_000_000_000 + milliseconds * 1000)
}

/// The most arrivals in any window of `span` (in milliseconds), the end not included.
fn most_in_a_window(arrivals: &mut [i64], span: i64) -> usize {
    arrivals.sort_unstable();
    let mut first = 0;
    let mut most = 0;
    for last in 0..arrivals.len() {
        while arrivals[last] - arrivals[first] >= span {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// What the platform saw, and what it must not have seen.
#[derive(Default)]
struct Platform {
    all: Vec<i64>,
    /// Of the one group.
    group: Vec<i64>,
    urgent: Vec<i64>,
}

/// A pacer that is killed now and then, with what the store would know of its past.
struct Run {
    pacer: Pacer,
    limits: Limits,
    /// When it will be answered, and when it arrives before that.
    under_way: Vec<(i64, i64, Claimed)>,
    kept: Vec<SentBefore>,
    platform: Platform,
}

impl Run {
    fn keep(&mut self, message: &Claimed, when: i64) {
        let Claimed { chat, group, lane, .. } = *message;
        self.kept.push(SentBefore { chat, group, lane, at: at(when) });
    }

    fn arrives(&mut self, message: &Claimed, when: i64) {
        self.platform.all.push(when);
        if message.group {
            self.platform.group.push(when);
        }
        if message.lane == Lane::Urgent {
            self.platform.urgent.push(when);
        }
    }

    /// Everything that is answered by now.
    fn until(&mut self, now: i64) {
        self.under_way.sort_by_key(|(answered, ..)| *answered);
        while self.under_way.first().is_some_and(|(answered, ..)| *answered <= now) {
            let (answered, arrived, message) = self.under_way.remove(0);
            self.arrives(&message, arrived);
            self.pacer.answered(&message, at(answered));
            self.keep(&message, answered);
        }
    }

    /// Killed and begun anew: what was under way may have arrived or not.
    fn restart(&mut self, now: i64) {
        for (_, arrives, message) in std::mem::take(&mut self.under_way) {
            if arrives <= now {
                self.arrives(&message, arrives);
            }
            self.keep(&message, now);
        }
        self.pacer = Pacer::new(self.limits);
        self.kept.sort_by_key(|sent| sent.at);
        let minute_ago = at(now - 61_000);
        self.kept.iter().filter(|sent| sent.at > minute_ago).for_each(|sent| self.pacer.remember(*sent));
    }
}

proptest! {
    #[test]
    fn no_window_holds_more_than_the_limit(
        steps in prop::collection::vec((0_i64..40, 0_i64..300, 0_i64..100, 0_i64..4, 0_i64..60), 1..600)
    ) {
        let mut limits = LIMITS;
        limits.lanes[1].per_second = 7;
        let mut run = Run {
            pacer: Pacer::new(limits),
            limits,
            under_way: Vec::new(),
            kept: Vec::new(),
            platform: Platform::default(),
        };
        let mut now = 0;
        for (number, (gap, latency, share, kind, fate)) in steps.into_iter().enumerate() {
            now += gap;
            run.until(now);
            if fate == 0 {
                run.restart(now);
            }
            let group = kind == 0;
            let chat = if group { 7 } else { 100 + i64::try_from(number).expect("few") };
            let lane = [Lane::Notice, Lane::Interactive, Lane::Urgent, Lane::Urgent]
                [usize::try_from(kind).expect("few")];
            let message = message(chat, group, lane);
            if run.pacer.admit(&message, at(now)) == Admission::Now {
                run.pacer.payload_clear(message.payload);
                run.pacer.claimed(std::slice::from_ref(&message));
                match fate {
                    // Somebody else was quicker, or the line is closed: no call is made.
                    1 => run.pacer.not_sent(&message),
                    // It arrives at some moment between sending and answering.
                    _ => run.under_way.push((now + latency, now + latency * share / 100, message)),
                }
            }
        }
        run.until(i64::MAX);
        let Platform { mut all, mut group, mut urgent } = run.platform;
        prop_assert!(most_in_a_window(&mut all, 1000) <= 30);
        prop_assert!(most_in_a_window(&mut urgent, 1000) <= 7);
        prop_assert!(most_in_a_window(&mut group, 60_000) <= 20);
        prop_assert!(most_in_a_window(&mut group, 1000) <= 1);
    }
}

/// Lanes in which something always waits, as the store's claim asks for them: how many of each went in `seconds`.
fn contest(limits: Limits, waiting: &[Lane], seconds: i64) -> [usize; 3] {
    let mut pacer = Pacer::new(limits);
    let mut went = [0; 3];
    let mut chat = 0;
    for now in 0..seconds * 1000 {
        let first = [(Lane::Notice, true), (Lane::Urgent, true)];
        let then = [Lane::Interactive, Lane::Urgent, Lane::Notice].map(|lane| (lane, false));
        for (lane, owed) in first.into_iter().chain(then).filter(|(lane, _)| waiting.contains(lane)) {
            let most = if owed { pacer.owed(lane, 100, at(now)) } else { 100 };
            for _ in 0..most {
                chat += 1;
                let message = message(chat, false, lane);
                if pacer.admit(&message, at(now)) != Admission::Now {
                    break;
                }
                pacer.answered(&message, at(now));
                went[number(lane)] += 1;
            }
        }
    }
    went
}

#[test]
fn every_lane_gets_its_share_and_what_is_not_used_is_there_for_others() {
    let all = [Lane::Interactive, Lane::Urgent, Lane::Notice];
    let [answers, urgent, notice] = contest(LIMITS, &all, 60);
    let sum = answers + urgent + notice;
    assert!((30 * 59..=30 * 60 + 30).contains(&sum), "{sum} in a minute");
    assert!((30 * 60 * 19 / 100..30 * 60 * 24 / 100).contains(&urgent), "urgent {urgent} of {sum}");
    assert!((30 * 60 * 9 / 100..30 * 60 * 14 / 100).contains(&notice), "notice {notice} of {sum}");
    let [_, urgent, notice] = contest(LIMITS, &all[1..], 60);
    assert!(notice * 100 >= (urgent + notice) * 9 && notice * 100 <= (urgent + notice) * 14, "{notice}");
    let [_, _, notice] = contest(LIMITS, &all[2..], 60);
    assert!(notice >= 30 * 59, "alone it has everything: {notice}");
    let mut capped = LIMITS;
    capped.lanes[2].per_second = 4;
    let [_, _, notice] = contest(capped, &all[2..], 60);
    assert!((4 * 59..=4 * 61).contains(&notice), "as fast as its lane may: {notice}");
}

#[test]
fn what_is_not_claimed_after_all_takes_no_slot() {
    let mut pacer = Pacer::new(LIMITS);
    for round in 0..10 {
        for chat in 0..30 {
            let message = message(round * 100 + chat, false, Lane::Interactive);
            assert_eq!(pacer.admit(&message, at(0)), Admission::Now, "round {round}");
        }
        pacer.claimed(&[]);
    }
}

#[test]
fn a_notice_with_a_file_goes_alone_until_the_file_is_up() {
    let mut pacer = Pacer::new(Limits::NONE);
    let next = |pacer: &mut Pacer, chat| {
        let mut message = message(chat, false, Lane::Notice);
        message.payload = PayloadId(1);
        pacer.admit(&message, at(chat))
    };
    assert_eq!(next(&mut pacer, 1), Admission::Now);
    assert_eq!(next(&mut pacer, 2), Admission::Skip);
    pacer.look_again();
    assert_eq!(next(&mut pacer, 3), Admission::Now, "the first could not: another tries");
    pacer.payload_clear(PayloadId(1));
    pacer.look_again();
    assert_eq!((next(&mut pacer, 4), next(&mut pacer, 5)), (Admission::Now, Admission::Now));
}

#[test]
fn an_answer_finds_a_slot_at_once_during_a_broadcast() {
    let mut pacer = Pacer::new(LIMITS);
    let mut longest = 0;
    let mut waiting_since = None;
    for now in 0..5000 {
        if now % 613 == 0 {
            waiting_since = Some(now);
        }
        if let Some(since) = waiting_since {
            let answer = message(50_000 + now, false, Lane::Interactive);
            if pacer.admit(&answer, at(now)) == Admission::Now {
                pacer.answered(&answer, at(now));
                longest = longest.max(now - since);
                waiting_since = None;
            }
        }
        // Whoever waits for an answer is asked after first, as in the store's claim.
        let bulk = message(1000 + now, false, Lane::Notice);
        if pacer.admit(&bulk, at(now)) == Admission::Now {
            pacer.answered(&bulk, at(now));
        }
    }
    assert!(longest <= 40, "waited {longest} ms");
}

#[test]
fn what_was_sent_before_a_restart_counts() {
    let mut pacer = Pacer::new(LIMITS);
    for n in 0..30 {
        pacer.remember(SentBefore { chat: ChatId(n), group: false, lane: Lane::Notice, at: at(0) });
    }
    assert_eq!(pacer.admit(&message(99, false, Lane::Interactive), at(500)), Admission::Full);
    assert_eq!(pacer.admit(&message(99, false, Lane::Interactive), at(1010)), Admission::Now);
}

#[test]
fn a_minute_holds_only_so_many() {
    let limits = Limits { per_minute: 10, ..Limits::NONE };
    let mut pacer = Pacer::new(limits);
    let mut arrivals = Vec::new();
    for step in 0..2000_i64 {
        let (now, message) = (step * 100, message(step % 7, false, Lane::Interactive));
        if pacer.admit(&message, at(now)) == Admission::Now {
            pacer.claimed(std::slice::from_ref(&message));
            pacer.answered(&message, at(now));
            arrivals.push(now);
        } else {
            assert!(pacer.try_again().is_some_and(|again| again > at(now)));
        }
    }
    assert_eq!(most_in_a_window(&mut arrivals, 60_000), 10);
    assert!(arrivals.len() >= 30, "only {} in 200 s", arrivals.len());
    // What was sent before a restart counts.
    let mut anew = Pacer::new(limits);
    let chat = ChatId(1);
    (0..10).for_each(|_| anew.remember(SentBefore { chat, group: false, lane: Lane::Notice, at: at(0) }));
    assert_eq!(anew.admit(&message(1, false, Lane::Interactive), at(59_000)), Admission::Full);
    assert_eq!(anew.admit(&message(1, false, Lane::Interactive), at(60_010)), Admission::Now);
}

#[test]
fn notices_are_spread_over_the_minute() {
    let mut pacer = Pacer::new(Limits { per_minute: 60, ..Limits::NONE });
    let mut arrivals = Vec::new();
    for step in 0..1000_i64 {
        let (now, mut notice) = (step * 10, message(step, false, Lane::Notice));
        notice.payload = PayloadId(1);
        if pacer.admit(&notice, at(now)) == Admission::Now {
            pacer.claimed(std::slice::from_ref(&notice));
            pacer.payload_clear(PayloadId(1));
            pacer.answered(&notice, at(now));
            arrivals.push(now);
        }
    }
    assert!((9..=12).contains(&arrivals.len()), "{arrivals:?}");
}
