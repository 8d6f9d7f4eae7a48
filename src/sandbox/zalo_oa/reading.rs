//! What can be read by the handle, and waited for.

use super::handle::ZaloOa;
use super::log::{ZaloOaAccepted, ZaloOaAttempt, ZaloOaPush, ZaloOaViolation};
use super::view::ZaloOaSeen;
use super::world::World;
use crate::sandbox::waiting::wait_for;

/// What can be read.
impl ZaloOa {
    /// The messages of a chat (a person's or a group's id) as people see them now.
    pub fn chat(&self, chat: &str) -> Vec<ZaloOaSeen> {
        self.shared.look(|world| world.seen(chat).to_vec())
    }

    /// The last message of a chat.
    pub fn last(&self, chat: &str) -> Option<ZaloOaSeen> {
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

    /// All messages that were taken in.
    pub fn accepted(&self) -> Vec<ZaloOaAccepted> {
        self.with_accepted(<[ZaloOaAccepted]>::to_vec)
    }

    /// Looks at them in place. The function must not use the stand-in, which is locked.
    pub fn with_accepted<T>(&self, f: impl FnOnce(&[ZaloOaAccepted]) -> T) -> T {
        self.shared.look(|world| f(&world.log.accepted))
    }

    /// All calls.
    pub fn attempts(&self) -> Vec<ZaloOaAttempt> {
        self.shared.look(|world| world.log.attempts.clone())
    }

    /// How many of them there are.
    pub fn attempt_count(&self) -> usize {
        self.shared.look(|world| world.log.attempts.len())
    }

    /// Calls that a correct program never makes; tests assert that there are none.
    pub fn violations(&self) -> Vec<ZaloOaViolation> {
        self.shared.look(|world| world.log.violations.clone())
    }

    /// Every push that has ended, taken or not.
    pub fn pushes(&self) -> Vec<ZaloOaPush> {
        self.shared.look(|world| world.log.pushes.clone())
    }

    /// How many events wait, or are under way to the webhook.
    pub fn pending_updates(&self) -> usize {
        self.shared.look(|world| world.mail.waiting.len())
    }

    /// How many events were lost: there was no webhook, or it was switched off.
    pub fn lost_updates(&self) -> usize {
        self.shared.look(|world| world.mail.lost)
    }

    /// Whether events are pushed; they are not any more after one came again too often.
    pub fn webhook_is_on(&self) -> bool {
        self.shared.look(|world| world.mail.hook.is_some())
    }

    /// The pairs of access and refresh token that were given out, the last one last.
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.shared.look(|world| world.tokens.pairs.clone())
    }

    /// Whether a refresh token was used.
    pub fn is_spent(&self, refresh: &str) -> bool {
        self.shared.look(|world| world.is_spent(refresh))
    }

    /// Waits until `check` gives something; it is asked again whenever anything changes.
    ///
    /// # Panics
    /// With the transcript of all chats, when nothing came within `wait_bound` of the options.
    pub async fn wait_for<T>(&self, mut check: impl FnMut(&ZaloOa) -> Option<T>) -> T {
        let (changed, bound) = (&self.shared.changed, self.shared.wait_bound);
        wait_for(changed, bound, || check(self), || self.render_all()).await
    }
}
