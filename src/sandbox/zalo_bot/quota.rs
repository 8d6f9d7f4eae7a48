//! How much the bot may say: messages in a month, people, groups, messages in a second.

use std::collections::{BTreeSet, VecDeque};

use super::refusal::Refusal;
use super::world::World;
use crate::sandbox::clock::SECOND;

const DAY: i64 = 24 * 3600 * SECOND;
/// Vietnam's time; it has no summer time.
const EAST: i64 = 7 * 3600 * SECOND;

/// What was used up.
#[derive(Default)]
pub(super) struct Quota {
    month: i64,
    sent: usize,
    people: BTreeSet<String>,
    groups: BTreeSet<String>,
    last_second: VecDeque<i64>,
    day: i64,
    tests: usize,
    /// Until when a fault holds the whole bot.
    pub held_until: i64,
}

/// Number of the day in Vietnam.
fn day(now: i64) -> i64 {
    (now + EAST).div_euclid(DAY)
}

/// Number of the month in Vietnam, counted from the year 0.
fn month(now: i64) -> i64 {
    use chrono::{DateTime, Datelike};
    let local = DateTime::from_timestamp_micros(now + EAST).unwrap_or_default();
    i64::from(local.year()) * 12 + i64::from(local.month0())
}

impl Quota {
    /// Messages in the present month.
    pub fn sent(&self, now: i64) -> usize {
        if self.month == month(now) { self.sent } else { 0 }
    }
}

impl World {
    /// Whether one more message to this chat is within the plan; it is not counted yet.
    pub fn within_plan(&self, chat: &str) -> Result<(), Refusal> {
        let (quota, options, now) = (&self.quota, &self.options, self.now);
        let Some(place) = self.chats.get(chat) else { return Ok(()) };
        if place.held_until.max(quota.held_until) > now {
            return Err(Refusal::too_many("Too many requests"));
        }
        let recent = quota.last_second.iter().filter(|at| **at > now - SECOND).count();
        if options.per_second.is_some_and(|most| recent >= most) {
            return Err(Refusal::too_many("Too many requests"));
        }
        let (known, most) = match place.members {
            None => (&quota.people, options.most_people),
            Some(_) => (&quota.groups, options.most_groups),
        };
        if quota.sent(now) >= options.monthly_quota || (!known.contains(chat) && known.len() >= most) {
            return Err(Refusal::too_many("Quota exceeded"));
        }
        Ok(())
    }

    /// Counts a message to this chat.
    pub fn count(&mut self, chat: &str) {
        let now = self.now;
        let group = self.chats.get(chat).is_some_and(|place| place.members.is_some());
        let quota = &mut self.quota;
        (quota.sent, quota.month) = (quota.sent(now) + 1, month(now));
        let known = if group { &mut quota.groups } else { &mut quota.people };
        known.insert(chat.into());
        while quota.last_second.front().is_some_and(|at| *at <= now - SECOND) {
            quota.last_second.pop_front();
        }
        quota.last_second.push_back(now);
    }

    /// Counts a test of the webhook, or refuses it.
    pub fn count_test(&mut self) -> Result<(), Refusal> {
        let (today, most) = (day(self.now), self.options.webhook_tests_per_day);
        let quota = &mut self.quota;
        if quota.day != today {
            (quota.day, quota.tests) = (today, 0);
        }
        if quota.tests >= most {
            return Err(Refusal::new(426, "Daily limit of testWebhook reached"));
        }
        quota.tests += 1;
        Ok(())
    }

    /// Keeps the bot out of a chat, or with `whole_bot` out of every chat, for this many seconds.
    pub fn hold(&mut self, chat: Option<&str>, whole_bot: bool, seconds: i64) {
        let until = self.now.saturating_add(seconds.saturating_mul(SECOND));
        if whole_bot {
            self.quota.held_until = until;
        } else if let Some(chat) = chat.and_then(|id| self.chats.get_mut(id)) {
            chat.held_until = until;
        }
    }
}
