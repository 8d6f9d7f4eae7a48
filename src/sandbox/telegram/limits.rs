//! Sliding windows over what the bot sends, and chats that are held after a 429.

use std::collections::VecDeque;

use super::chat::Kind;
use super::refusal::Refusal;
use super::world::World;
use crate::sandbox::clock::SECOND;
use crate::sandbox::log::{RateViolation, WhyRefused};

const MINUTE: i64 = 60 * SECOND;

/// What the whole bot sent in the last second, and until when it is held.
pub(super) struct Pace {
    sent: VecDeque<i64>,
    pub held_until: i64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { sent: VecDeque::new(), held_until: i64::MIN }
    }
}

/// When the window has room again, if it is full now: `limit` things in any `span`.
fn full_until(sent: &VecDeque<i64>, now: i64, span: i64, limit: usize) -> Option<i64> {
    let oldest_that_counts = sent.len().checked_sub(limit)?;
    let frees = match sent.get(oldest_that_counts) {
        Some(at) => at + span,
        None => now + span, // a limit of nothing
    };
    (frees > now).then_some(frees)
}

fn forget(sent: &mut VecDeque<i64>, before: i64) {
    while sent.front().is_some_and(|at| *at <= before) {
        sent.pop_front();
    }
}

impl World {
    /// Counts a message to this chat, or refuses it with the seconds to wait and records that.
    pub fn admit(&mut self, method: &'static str, chat_id: i64) -> Result<(), Refusal> {
        let now = self.now;
        let Some(chat) = self.chats.get_mut(&chat_id) else {
            return Ok(());
        };
        let held = Some(chat.held_until.max(self.pace.held_until)).filter(|until| *until > now);
        let mut wait = held.map(|until| (until, WhyRefused::Held));
        if let Some(limits) = self.options.limits {
            let group = chat.kind != Kind::Private;
            let windows = [
                (&self.pace.sent, SECOND, limits.per_second, WhyRefused::PerSecond, true),
                (&chat.sent, SECOND, limits.per_chat_per_second, WhyRefused::PerChat, true),
                (&chat.sent, MINUTE, limits.per_group_per_minute, WhyRefused::PerGroup, group),
            ];
            for (sent, span, limit, why, applies) in windows {
                let full = full_until(sent, now, span, limit).filter(|_| applies);
                if let Some(until) = full.filter(|until| wait.is_none_or(|(longest, _)| *until > longest)) {
                    wait = Some((until, why));
                }
            }
        }
        if let Some((until, why)) = wait {
            let retry_after = ((until - now) + SECOND - 1) / SECOND;
            self.log.rate.push(RateViolation { at: now, method, chat_id, why, retry_after });
            self.touch();
            return Err(Refusal::too_many(retry_after));
        }
        if self.options.limits.is_some() {
            forget(&mut chat.sent, now - MINUTE);
            forget(&mut self.pace.sent, now - SECOND);
            chat.sent.push_back(now);
            self.pace.sent.push_back(now);
        }
        Ok(())
    }

    /// Holds a chat, or with `whole_bot` every chat, for this many seconds.
    pub fn hold(&mut self, chat: Option<i64>, whole_bot: bool, seconds: i64) {
        let until = self.now.saturating_add(seconds.saturating_mul(SECOND));
        if whole_bot {
            self.pace.held_until = until;
        } else if let Some(chat) = chat.and_then(|id| self.chats.get_mut(&id)) {
            chat.held_until = until;
        }
    }
}
