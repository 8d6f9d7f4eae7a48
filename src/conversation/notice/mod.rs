//! Notices: writing, approving, confirming.

mod confirm;
mod spans;

use serde::{Deserialize, Serialize};

use super::{Context, Lang, Need, Turn};
use crate::domain::ids::{DeliveryId, PersonId};
use crate::domain::{Rich, Timestamp};

pub use spans::read_duration;

/// Where a person stands in a dialogue of this part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {}

/// What a button of this part does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Somebody has received a notice.
    Confirm { delivery: DeliveryId },
}

/// A question of this part to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Receipt { delivery: DeliveryId, person: PersonId },
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug)]
pub enum Answer {
    Receipt(Option<Receipt>),
}

/// What is known of a delivery when somebody confirms it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Whom it was sent to; `None` where it went to a group.
    pub owner: Option<PersonId>,
    /// When the person who presses confirmed it before.
    pub confirmed_at: Option<Timestamp>,
    pub title: String,
}

/// A change that this part makes.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Confirm { delivery: DeliveryId, person: PersonId },
}

/// A command, if it is one of this part's.
pub fn command(_ctx: &Context<'_>, _name: &str, _rest: &str) -> Result<Option<Turn>, Need> {
    Ok(None)
}

/// A button was pressed.
pub fn press(ctx: &Context<'_>, action: &Action) -> Result<Turn, Need> {
    match action {
        Action::Confirm { delivery } => confirm::press(ctx, *delivery),
    }
}

/// A message in a dialogue of this part.
pub fn heard(_ctx: &Context<'_>, state: &State) -> Result<Turn, Need> {
    match *state {}
}

/// What a notice says to who gets it.
pub fn words(lang: Lang, title: &str, body: &str, urgent: bool) -> Rich {
    let mut text = Rich::new();
    if urgent {
        text = text.bold(lang.say("notice-urgent-mark", &[])).line();
    }
    text = text.bold(title);
    if body.is_empty() { text } else { text.push("\n\n").push(body) }
}
