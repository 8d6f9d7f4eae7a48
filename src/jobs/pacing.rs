//! How fast: budgets of the bot, of every chat and of every group, as sliding windows.
//!
//! A slot that a message took is free again one window after the platform *answered*, not after we sent:
//! whatever the network does in between, the platform never sees more than the limit in any window.
//! Notices are spread evenly over the window, so that an answer to somebody who waits finds a slot at once.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::domain::content::Lane;
use crate::domain::ids::ChatId;
use crate::domain::Timestamp;
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
            // A little closer than even: a pause that the machine makes can be caught up with.
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
            self.next_bulk = self.next_bulk.max(now - self.spacing()) + self.spacing();
        }
        Admission::Now
    }
}
