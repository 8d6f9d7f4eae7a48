//! What can be read by the handle, and waited for.

use super::handle::ZaloBot;
use super::log::{ZaloAccepted, ZaloAttempt, ZaloViolation};
use super::view::ZaloSeen;
use super::world::World;
use crate::sandbox::waiting::wait_for;

/// What can be read.
impl ZaloBot {
    /// The messages of a chat (a person's or a group's id) as people see them now.
    pub fn chat(&self, chat: &str) -> Vec<ZaloSeen> {
        self.shared.look(|world| world.seen(chat).to_vec())
    }

    /// The last message of a chat.
    pub fn last(&self, chat: &str) -> Option<ZaloSeen> {
        self.shared.look(|world| world.seen(chat).last().cloned())
    }

    /// A readable transcript of a chat, without ids and dates.
    pub fn render_chat(&self, chat: &str) -> String {
        self.shared.look(|world| world.render(chat))
    }

    /// The transcripts of all chats.
    pub fn render_all(&self) -> String {
        self.shared.look(World::render_all)
    }

    /// All messages that were taken in. Copies; at many thousands prefer [`ZaloBot::with_accepted`].
    pub fn accepted(&self) -> Vec<ZaloAccepted> {
        self.with_accepted(<[ZaloAccepted]>::to_vec)
    }

    /// Looks at the accepted messages in place. The function must not use the stand-in, which is locked.
    pub fn with_accepted<T>(&self, f: impl FnOnce(&[ZaloAccepted]) -> T) -> T {
        self.shared.look(|world| f(&world.log.accepted))
    }

    /// All calls but those `getUpdates` that went well.
    pub fn attempts(&self) -> Vec<ZaloAttempt> {
        self.shared.look(|world| world.log.attempts.clone())
    }

    /// How many of them there are.
    pub fn attempt_count(&self) -> usize {
        self.shared.look(|world| world.log.attempts.len())
    }

    /// Calls that a correct bot never makes; tests assert that there are none.
    pub fn violations(&self) -> Vec<ZaloViolation> {
        self.shared.look(|world| world.log.violations.clone())
    }

    /// How many messages count towards the present month.
    pub fn sent_this_month(&self) -> usize {
        self.shared.act(|world| world.quota.sent(world.now))
    }

    /// How many updates wait, or are under way to the webhook. One that `getUpdates` handed out is gone.
    pub fn pending_updates(&self) -> usize {
        self.shared.look(|world| world.mail.waiting.len())
    }

    /// Whether `getUpdates` handed one out after which the bot has not asked again: it asks when it has put that away.
    pub fn has_update_in_hand(&self) -> bool {
        self.shared.look(|world| world.mail.in_hand)
    }

    /// Waits until `check` gives something; it is asked again whenever anything changes.
    ///
    /// # Panics
    /// With the transcript of all chats, when nothing came within `wait_bound` of the options.
    pub async fn wait_for<T>(&self, mut check: impl FnMut(&ZaloBot) -> Option<T>) -> T {
        let (changed, bound) = (&self.shared.changed, self.shared.wait_bound);
        wait_for(changed, bound, || check(self), || self.render_all()).await
    }
}
