//! Notices: writing, approving, sending, confirming: what is kept.

mod audience;
mod confirm;
mod edition;
mod feed;
mod files;
mod list;
mod manage;
mod reach;
mod write;

use crate::conversation::notice::{Answer, Ask, Effect};

use super::{Env, StoreError, Tx};

pub use audience::Lost;
pub(super) use confirm::confirm_action;
pub use feed::Ended;
pub(super) use feed::{ended, feed};
pub use files::{FetchedFile, WantedFile};
pub use list::{Counts, EditionLine, NoticeDetail, NoticeLine, Recipient, Unconfirmed};
pub use reach::Reach;
pub use write::{Done, FileFrom, NewFile, NewNotice, Refused, State};

/// What the data of a confirmation button begins with. The rest is the delivery's nonce.
pub const OWN_DATA_PREFIX: &str = "c.";

/// Answers a question of the conversation.
pub(super) async fn answer(tx: &mut Tx<'_>, _env: &Env, ask: &Ask) -> Result<Answer, StoreError> {
    Ok(match ask {
        Ask::Receipt { delivery, person } => Answer::Receipt(confirm::receipt(tx, *delivery, *person).await?),
    })
}

/// Makes a change that the conversation decided.
pub(super) async fn apply(tx: &mut Tx<'_>, env: &Env, effect: &Effect) -> Result<(), StoreError> {
    match effect {
        Effect::Confirm { delivery, person } => confirm::confirm(tx, env, *delivery, *person).await,
    }
}

#[cfg(test)]
mod tests;
