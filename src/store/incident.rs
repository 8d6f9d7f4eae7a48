//! Quick reports and the cases that they make: what is kept.

use crate::conversation::incident::{Answer, Ask, Effect};

use super::{Env, StoreError, Tx};

/// Answers a question of the conversation.
pub(super) async fn answer(_tx: &mut Tx<'_>, _env: &Env, ask: &Ask) -> Result<Answer, StoreError> {
    match *ask {}
}

/// Makes a change that the conversation decided.
pub(super) async fn apply(_tx: &mut Tx<'_>, _env: &Env, effect: &Effect) -> Result<(), StoreError> {
    match *effect {}
}
