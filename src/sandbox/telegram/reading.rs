//! What can be read by the handle, and waited for.

use super::handle::Sandbox;
use super::view::Seen;
use super::world::{SentAnswer, World};
use crate::sandbox::log::{Accepted, Attempt, RateViolation, Violation};
use crate::sandbox::waiting::wait_for;

/// What can be read.
impl Sandbox {
    /// The messages of a chat as people see them now.
    pub fn chat(&self, chat: i64) -> Vec<Seen> {
        self.shared.look(|world| world.seen(chat))
    }

    /// The last message of a chat.
    pub fn last(&self, chat: i64) -> Option<Seen> {
        self.shared.look(|world| {
            let message = world.chats.get(&chat)?.messages.values().next_back()?;
            Some(world.see(message))
        })
    }

    /// A readable transcript of a chat, without numbers and dates.
    pub fn render_chat(&self, chat: i64) -> String {
        self.shared.look(|world| world.render(chat))
    }

    /// The transcripts of all chats.
    pub fn render_all(&self) -> String {
        self.shared.look(World::render_all)
    }

    /// The answer to a pressed button, once the bot gave one.
    pub fn answer_to(&self, query_id: &str) -> Option<SentAnswer> {
        self.shared.look(|world| world.answers.get(query_id).cloned())
    }

    /// All accepted calls. Copies; at many thousands prefer [`Sandbox::with_accepted`].
    pub fn accepted(&self) -> Vec<Accepted> {
        self.with_accepted(<[Accepted]>::to_vec)
    }

    /// Looks at the accepted calls in place. The function must not use the sandbox, which is locked.
    pub fn with_accepted<T>(&self, f: impl FnOnce(&[Accepted]) -> T) -> T {
        self.shared.look(|world| f(&world.log.accepted))
    }

    /// How many calls were accepted.
    pub fn accepted_count(&self) -> usize {
        self.with_accepted(<[Accepted]>::len)
    }

    /// All calls as they arrived.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.shared.look(|world| world.log.attempts.clone())
    }

    /// How many calls arrived.
    pub fn attempt_count(&self) -> usize {
        self.shared.look(|world| world.log.attempts.len())
    }

    /// Calls that a correct bot never makes; tests assert that there are none.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.look(|world| world.log.violations.clone())
    }

    /// Calls that came too fast.
    pub fn rate_violations(&self) -> Vec<RateViolation> {
        self.shared.look(|world| world.log.rate.clone())
    }

    /// How many updates the bot has not acknowledged yet.
    pub fn pending_updates(&self) -> usize {
        self.shared.look(|world| world.mail.len())
    }

    /// The numbers of the updates that the bot has acknowledged with `getUpdates`.
    pub fn acknowledged_updates(&self) -> Vec<i64> {
        self.shared.look(|world| world.mail.acknowledged.clone())
    }

    /// Waits until `check` gives something; it is asked again whenever anything changes.
    ///
    /// # Panics
    /// With the transcript of all chats, when nothing came within [`Options::wait_bound`].
    pub async fn wait_for<T>(&self, mut check: impl FnMut(&Sandbox) -> Option<T>) -> T {
        let (changed, bound) = (&self.shared.changed, self.shared.wait_bound);
        wait_for(changed, bound, || check(self), || self.render_all()).await
    }
}
