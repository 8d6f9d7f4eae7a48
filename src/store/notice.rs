//! Notices: writing, approving, confirming: what is kept.

use crate::conversation::notice::{Answer, Ask, Effect};

use super::{Env, StoreError, Tx};

/// Answers a question of the conversation.
pub(super) async fn answer(_tx: &mut Tx<'_>, _env: &Env, ask: &Ask) -> Result<Answer, StoreError> {
    match *ask {}
}

/// Makes a change that the conversation decided.
pub(super) async fn apply(_tx: &mut Tx<'_>, _env: &Env, effect: &Effect) -> Result<(), StoreError> {
    match *effect {}
}

/// What the data of a confirmation button begins with. The rest is the delivery's nonce.
pub const OWN_DATA_PREFIX: &str = "c.";

/// The confirmation that a nonce stands for, if it belongs to this chat.
pub(super) async fn confirm_action(
    _tx: &mut Tx<'_>,
    _chat: crate::domain::ids::ChatId,
    _nonce: &str,
) -> Result<Option<crate::conversation::Action>, StoreError> {
    Ok(None)
}

/// Moves deliveries of running editions into the outbox, at most `room` messages, urgent ones first and
/// in turns between editions. Gives how many.
pub(super) async fn feed(
    _tx: &mut Tx<'_>,
    _env: &Env,
    _channel: crate::domain::ChannelKind,
    _lane: crate::domain::content::Lane,
    _room: usize,
) -> Result<usize, StoreError> {
    Ok(0)
}

/// How the last part of a delivery ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub delivery: crate::domain::ids::DeliveryId,
    /// The platform's message id where it arrived; why not where it did not.
    pub result: Result<String, String>,
}

/// Keeps how deliveries ended.
pub(super) async fn ended(_tx: &mut Tx<'_>, _env: &Env, _ended: &[Ended]) -> Result<(), StoreError> {
    Ok(())
}
