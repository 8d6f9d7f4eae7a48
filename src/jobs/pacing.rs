//! How fast: budgets of the bot, of every chat and of every group, as sliding windows.
//!
//! A slot that a message took is free again one window after the platform *answered*, not after we sent:
//! whatever the network does in between, the platform never sees more than the limit in any window.
//! Notices are spread evenly over the window, so that an answer to somebody who waits finds a slot at once.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::domain::Timestamp;
use crate::domain::content::Lane;
use crate::domain::ids::ChatId;
use crate::store::claim::{Admission, Claimed, Gate};

/// What a platform permits. 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub per_second: u32,
    pub per_chat_per_second: u32,
    pub per_group_per_minute: u32,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// The platform's clock and ours do not tick together.
const MARGIN: Duration = Duration::from_millis(2);
/// How far a chat is put off whose message is on its way and has used up the budget: until it is answered.
const UNTIL_ANSWERED: Duration = Duration::from_millis(250);

/// A sliding window: at most `limit` calls whose answers came less than `span` ago or are still awaited.
#[derive(Clone, Debug, Default)]
struct Window {
    answered: VecDeque<Timestamp>,
    awaited: u32,
}

impl Window {
    fn forget(&mut self, now: Timestamp, span: Duration) {
        while self.answered.front().is_some_and(|at| *at + span + MARGIN <= now) {
            self.answered.pop_front();
        }
    }

    fn used(&self) -> u32 {
        self.awaited + u32::try_from(self.answered.len()).unwrap_or(u32::MAX)
    }

    /// When a slot is free; `None` if one is.
    fn free_at(&self, now: Timestamp, limit: u32, span: Duration) -> Option<Timestamp> {
        if limit == 0 || self.used() < limit {
            return None;
        }
        Some(self.answered.front().map_or(now + UNTIL_ANSWERED, |at| *at + span + MARGIN))
    }

    fn answered(&mut self, at: Timestamp) {
        self.awaited = self.awaited.saturating_sub(1);
        self.answered.push_back(at);
    }
}

/// The budgets of one channel.
#[derive(Debug)]
pub struct Pacer {
    limits: Limits,
    bot: Window,
    chats: HashMap<ChatId, Window>,
    groups: HashMap<ChatId, Window>,
    /// When the next message of a notice may go, so that they are spread evenly.
    next_bulk: Timestamp,
    /// Nothing goes before: the platform asked the whole bot to wait.
    closed_until: Timestamp,
    /// When [`Gate::admit`] last turned something away that fits later.
    try_again: Option<Timestamp>,
}

impl Pacer {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            bot: Window::default(),
            chats: HashMap::new(),
            groups: HashMap::new(),
            next_bulk: Timestamp(0),
            closed_until: Timestamp(0),
            try_again: None,
        }
    }

    /// Counts a message that was answered at `at`, before this process began.
    pub fn remember(&mut self, chat: ChatId, group: bool, at: Timestamp) {
        self.bot.answered.push_back(at);
        self.chats.entry(chat).or_default().answered.push_back(at);
        if group {
            self.groups.entry(chat).or_default().answered.push_back(at);
        }
    }

    /// The platform answered, whatever it said.
    pub fn answered(&mut self, message: &Claimed, at: Timestamp) {
        if !message.counts() {
            return;
        }
        self.bot.answered(at);
        if let Some(window) = self.chats.get_mut(&message.chat) {
            window.answered(at);
        }
        if let Some(window) = self.groups.get_mut(&message.chat) {
            window.answered(at);
        }
    }

    /// Nothing goes before `at`.
    pub fn close_until(&mut self, at: Timestamp) {
        self.closed_until = self.closed_until.max(at);
    }

    pub fn closed_until(&self) -> Timestamp {
        self.closed_until
    }

    /// When it is worth asking again, if something was turned away since the last call.
    pub fn try_again(&mut self) -> Option<Timestamp> {
        self.try_again.take()
    }

    fn forget(&mut self, now: Timestamp) {
        self.bot.forget(now, SECOND);
        // Windows of chats are looked at rarely; what is empty need not be kept.
        if self.chats.len() > 4096 {
            self.chats.retain(|_, window| {
                window.forget(now, SECOND);
                window.used() > 0
            });
        }
        if self.groups.len() > 4096 {
            self.groups.retain(|_, window| {
                window.forget(now, MINUTE);
                window.used() > 0
            });
        }
    }

    fn turn_away(&mut self, at: Timestamp, admission: Admission) -> Admission {
        self.try_again = Some(self.try_again.map_or(at, |earlier| earlier.min(at)));
        admission
    }

    /// The even distance between messages of notices.
    fn spacing(&self) -> Duration {
        match self.limits.per_second {
            0 => Duration::ZERO,
            // A little closer than even: every wake-up comes a little late.
            rate => SECOND / rate * 97 / 100,
        }
    }
}

impl Gate for Pacer {
    fn admit(&mut self, message: &Claimed, now: Timestamp) -> Admission {
        if self.closed_until > now {
            let at = self.closed_until;
            return self.turn_away(at, Admission::Full);
        }
        if !message.counts() {
            return Admission::Now;
        }
        self.forget(now);
        if let Some(at) = self.bot.free_at(now, self.limits.per_second, SECOND) {
            return self.turn_away(at, Admission::Full);
        }
        if message.lane != Lane::Interactive && self.next_bulk > now {
            let at = self.next_bulk;
            return self.turn_away(at, Admission::LaneFull);
        }
        let chat = self.chats.entry(message.chat).or_default();
        chat.forget(now, SECOND);
        if let Some(at) = chat.free_at(now, self.limits.per_chat_per_second, SECOND) {
            return Admission::ChatLater(at);
        }
        if message.group {
            let group = self.groups.entry(message.chat).or_default();
            group.forget(now, MINUTE);
            if let Some(at) = group.free_at(now, self.limits.per_group_per_minute, MINUTE) {
                return Admission::ChatLater(at);
            }
            group.awaited += 1;
        }
        self.chats.entry(message.chat).or_default().awaited += 1;
        self.bot.awaited += 1;
        if message.lane != Lane::Interactive {
            self.next_bulk = now + self.spacing();
        }
        Admission::Now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::{MessageId, PayloadId};
    use crate::store::outbox::Op;

    const LIMITS: Limits = Limits { per_second: 30, per_chat_per_second: 1, per_group_per_minute: 20 };

    fn message(chat: i64, group: bool, lane: Lane) -> Claimed {
        Claimed {
            id: MessageId(1),
            attempt: 1,
            chat: ChatId(chat),
            external_chat: chat.to_string(),
            group,
            lane,
            op: Op::Send,
            shown: None,
            payload: PayloadId(1),
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

    proptest! {
        #[test]
        fn no_window_holds_more_than_the_limit(
            steps in prop::collection::vec((0_i64..40, 0_i64..300, 0_i64..100, 0_i64..3), 1..400)
        ) {
            let mut pacer = Pacer::new(LIMITS);
            let mut now = 0;
            let mut waiting: Vec<(i64, Claimed)> = Vec::new();
            let (mut arrivals, mut group_arrivals) = (Vec::new(), Vec::new());
            for (number, (gap, latency, share, kind)) in steps.into_iter().enumerate() {
                now += gap;
                waiting.sort_by_key(|(answered, _)| *answered);
                while waiting.first().is_some_and(|(answered, _)| *answered <= now) {
                    let (answered, message) = waiting.remove(0);
                    pacer.answered(&message, at(answered));
                }
                let group = kind == 0;
                let chat = if group { 7 } else { 100 + i64::try_from(number).expect("few") };
                let lane = if kind == 1 { Lane::Interactive } else { Lane::Notice };
                let message = message(chat, group, lane);
                if pacer.admit(&message, at(now)) == Admission::Now {
                    // It arrives at some moment between sending and answering.
                    let arrival = now + latency * share / 100;
                    arrivals.push(arrival);
                    if group {
                        group_arrivals.push(arrival);
                    }
                    waiting.push((now + latency, message));
                }
            }
            prop_assert!(most_in_a_window(&mut arrivals, 1000) <= 30);
            prop_assert!(most_in_a_window(&mut group_arrivals, 60_000) <= 20);
            prop_assert!(most_in_a_window(&mut group_arrivals, 1000) <= 1);
        }
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
            pacer.remember(ChatId(n), false, at(0));
        }
        assert_eq!(pacer.admit(&message(99, false, Lane::Interactive), at(500)), Admission::Full);
        assert_eq!(pacer.admit(&message(99, false, Lane::Interactive), at(1010)), Admission::Now);
    }
}
