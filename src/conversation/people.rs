//! Enrolment, leaving, groups, help

use serde::{Deserialize, Serialize};

use super::{Context, Need, Turn};

/// Where a person stands in a dialogue of this part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {}

/// What a button of this part does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {}

/// A question of this part to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {}

/// The answer to an [`Ask`].
#[derive(Clone, Debug)]
pub enum Answer {}

/// A change that this part makes.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {}

/// A command, if it is one of this part's.
pub fn command(_ctx: &Context<'_>, _name: &str, _rest: &str) -> Result<Option<Turn>, Need> {
    Ok(None)
}

/// A button was pressed.
pub fn press(_ctx: &Context<'_>, action: &Action) -> Result<Turn, Need> {
    match *action {}
}

/// A message in a dialogue of this part.
pub fn heard(_ctx: &Context<'_>, state: &State) -> Result<Turn, Need> {
    match *state {}
}

/// The bot's place in a chat changed, or the chat's id did.
pub fn chat_changed(_ctx: &Context<'_>) -> Result<Turn, Need> {
    Ok(Turn::nothing())
}

/// A command that no part knows.
pub fn unknown_command(_ctx: &Context<'_>, _name: &str) -> Result<Turn, Need> {
    Ok(Turn::nothing())
}

/// Somebody wrote who is not enrolled.
pub fn stranger(_ctx: &Context<'_>) -> Result<Turn, Need> {
    Ok(Turn::nothing())
}
