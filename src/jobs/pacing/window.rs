//! A sliding window, and those of many chats.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::domain::Timestamp;
use crate::domain::ids::ChatId;

/// The platform's clock and ours do not tick together.
const MARGIN: Duration = Duration::from_millis(2);
/// How far a chat is put off whose message is on its way and has used up the budget: until it is answered.
const UNTIL_ANSWERED: Duration = Duration::from_millis(250);

/// A sliding window: at most `limit` calls whose answers came less than `span` ago or are still awaited.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    pub answered: VecDeque<Timestamp>,
    pub awaited: u32,
}

impl Window {
    pub fn forget(&mut self, now: Timestamp, span: Duration) {
        while self.answered.front().is_some_and(|at| *at + span + MARGIN <= now) {
            self.answered.pop_front();
        }
    }

    pub fn used(&self) -> u32 {
        self.awaited + u32::try_from(self.answered.len()).unwrap_or(u32::MAX)
    }

    /// When a slot is free; `None` if one is.
    pub fn free_at(&self, now: Timestamp, limit: u32, span: Duration) -> Option<Timestamp> {
        if limit == 0 || self.used() < limit {
            return None;
        }
        Some(self.answered.front().map_or(now + UNTIL_ANSWERED, |at| *at + span + MARGIN))
    }

    pub fn answered(&mut self, at: Timestamp) {
        self.awaited = self.awaited.saturating_sub(1);
        self.answered.push_back(at);
    }

    pub fn not_sent(&mut self) {
        self.awaited = self.awaited.saturating_sub(1);
    }
}

/// So many windows are kept before it is looked which of them are empty.
const KEEP_WINDOWS: usize = 4096;

/// The windows of many chats.
#[derive(Debug)]
pub(super) struct Windows {
    by_chat: HashMap<ChatId, Window>,
    limit: u32,
    span: Duration,
    /// At so many it is looked which are empty: twice as many as were not the last time, so that looking costs
    /// every call the same, however many chats there are.
    look_at: usize,
}

impl Windows {
    pub fn new(limit: u32, span: Duration) -> Self {
        Self { by_chat: HashMap::new(), limit, span, look_at: KEEP_WINDOWS }
    }

    /// A chat's window; none where there is no limit.
    pub fn of(&mut self, chat: ChatId) -> Option<&mut Window> {
        if self.limit == 0 { None } else { Some(self.by_chat.entry(chat).or_default()) }
    }

    /// When a slot is free; `None` if one is.
    pub fn free_at(&mut self, chat: ChatId, now: Timestamp) -> Option<Timestamp> {
        let (limit, span) = (self.limit, self.span);
        if self.by_chat.len() > self.look_at {
            self.by_chat.retain(|_, window| {
                window.forget(now, span);
                window.used() > 0
            });
            self.look_at = KEEP_WINDOWS.max(2 * self.by_chat.len());
        }
        let window = self.of(chat)?;
        window.forget(now, span);
        window.free_at(now, limit, span)
    }
}
