//! Events on their way to the webhook.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::options::micros;
use super::world::World;

/// An event that waits to be pushed.
#[derive(Clone)]
pub(super) struct Waiting {
    pub number: u64,
    pub body: Arc<str>,
    /// What is signed with it.
    pub timestamp: String,
    /// Whom it is about: one event of a person or group is on its way at a time, unless it has to come again.
    pub chat: String,
    refusals: usize,
    due: i64,
}

/// The events that wait, and where they go.
#[derive(Default)]
pub(super) struct Mail {
    pub waiting: VecDeque<Waiting>,
    last: u64,
    /// Where events are pushed; none if nobody said, or if it was switched off.
    pub hook: Option<String>,
    /// Events that went nowhere.
    pub lost: usize,
    /// Counts what the webhook must look at.
    pub arrivals: u64,
}

impl Mail {
    /// The next event that is due and whose chat has none under way; `under_way` by number.
    pub fn next_push(
        &self,
        now: i64,
        busy: &HashSet<String>,
        under_way: &HashSet<u64>,
    ) -> Option<(String, Waiting)> {
        let free = |event: &&Waiting| {
            event.due <= now && !busy.contains(&event.chat) && !under_way.contains(&event.number)
        };
        Some((self.hook.clone()?, self.waiting.iter().find(free)?.clone()))
    }

    /// Whether an event waits until it comes again.
    pub fn waits_for_time(&self, now: i64) -> bool {
        self.waiting.iter().any(|event| event.due > now)
    }

    /// Takes one away that was pushed and taken.
    pub fn taken(&mut self, number: u64) {
        self.waiting.retain(|event| event.number != number);
    }

    /// Where events go from now on; nowhere with `None`, and what waits is lost.
    pub fn point(&mut self, hook: Option<String>) {
        if hook.is_none() {
            self.lost += self.waiting.len();
            self.waiting.clear();
        }
        self.hook = hook;
        self.arrivals += 1;
    }
}

impl World {
    /// Queues an event about this person or group as it is. Without a webhook it is lost.
    pub fn push(&mut self, chat: &str, event: &Value) {
        self.touch();
        if self.mail.hook.is_none() {
            self.mail.lost += 1;
            return;
        }
        self.mail.last += 1;
        let timestamp = match &event["timestamp"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.mail.waiting.push_back(Waiting {
            number: self.mail.last,
            body: event.to_string().into(),
            timestamp,
            chat: chat.into(),
            refusals: 0,
            due: self.now,
        });
        self.mail.arrivals += 1;
    }

    /// Notes that one was pushed and not taken: it comes again, or the webhook is switched off.
    pub fn not_taken(&mut self, number: u64) {
        self.touch();
        let (now, retries) = (self.now, &self.options.retries);
        let Some(event) = self.mail.waiting.iter_mut().find(|event| event.number == number) else { return };
        match retries.get(event.refusals) {
            Some(after) => {
                event.refusals += 1;
                event.due = now.saturating_add(micros(*after));
                self.mail.arrivals += 1;
            }
            None => self.mail.point(None),
        }
    }
}
