//! Who may be written to, and at what price; how many calls a minute.

use super::api::Result;
use super::options::micros;
use super::refusal::Refusal;
use super::world::World;
use crate::sandbox::clock::SECOND;

/// What the account could not say to a person.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    /// How many messages.
    pub count: usize,
    /// When the last one was, in milliseconds since the epoch, and why.
    pub at: i64,
    pub code: i32,
    pub text: String,
}

impl World {
    /// Counts a call, or refuses it.
    pub fn within_rate(&mut self) -> Result<()> {
        let now = self.now;
        while self.calls.front().is_some_and(|at| *at <= now - 60 * SECOND) {
            self.calls.pop_front();
        }
        let full = self.options.per_minute.is_some_and(|most| self.calls.len() >= most);
        if full || self.held_until > now {
            return Err(Refusal::too_many());
        }
        self.calls.push_back(now);
        Ok(())
    }

    /// Whether a message to this person has to be paid for, or why it cannot be sent.
    pub fn price(&self, user: &str) -> Result<bool> {
        let options = &self.options;
        let person = self.people.get(user).ok_or_else(|| Refusal::new(-201, "user_id is invalid"))?;
        if !person.follows {
            return Err(Refusal::new(-213, "User has not followed OA"));
        }
        let Some(wrote_at) = person.wrote_at else {
            return Err(Refusal::new(-232, "User has not interacted with the OA"));
        };
        let silent = self.now - wrote_at;
        if silent > micros(options.paid_for) {
            return Err(Refusal::new(-230, "User has not interacted with the OA in the past 7 days"));
        }
        let free = silent <= micros(options.free_for) && person.replies < options.free_replies;
        if !free && self.paid >= options.paid_quota {
            return Err(Refusal::new(-211, "Out of quota"));
        }
        Ok(!free)
    }

    /// Counts a message to this person.
    pub fn count(&mut self, user: &str, paid: bool) {
        if paid {
            self.paid += 1;
        } else if let Some(person) = self.people.get_mut(user) {
            person.replies += 1;
        }
        self.touch_people();
    }

    /// Notes that a person could not be written to.
    pub fn note_refused(&mut self, user: &str, refusal: &Refusal) {
        let at = self.date();
        let Some(person) = self.people.get_mut(user) else { return };
        let count = person.refused.as_ref().map_or(0, |refused| refused.count) + 1;
        person.refused = Some(Refused { count, at, code: refusal.code, text: refusal.text.clone() });
        self.touch_people();
    }

    /// A person has written, or done what counts as much: from now on they can be written to.
    pub fn opens_window(&mut self, user: &str) {
        let now = self.now;
        if let Some(person) = self.people.get_mut(user) {
            (person.wrote_at, person.replies, person.refused) = (Some(now), 0, None);
        }
        self.touch_people();
    }
}
