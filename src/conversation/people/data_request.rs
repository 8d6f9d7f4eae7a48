//! What somebody asks about their own data, as it is known and decided.

use serde::Serialize;

use super::super::Lang;
use crate::domain::Timestamp;
use crate::domain::ids::*;

/// What somebody asks about their own data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    Erase,
    Correct,
}

impl RequestKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Erase => "erase",
            Self::Correct => "correct",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Erase, Self::Correct].into_iter().find(|kind| kind.code() == code)
    }
}

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    Open,
    /// The person is told, and then erased.
    Agreed,
    Done,
    Refused,
    Withdrawn,
}

impl RequestState {
    pub const ALL: [Self; 5] = [Self::Open, Self::Agreed, Self::Done, Self::Refused, Self::Withdrawn];

    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Agreed => "agreed",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A request that is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewRequest {
    pub person: PersonId,
    pub kind: RequestKind,
    /// What is wrong; empty for an erasure.
    pub text: String,
    /// Until when it has to be answered.
    pub due: Timestamp,
    /// From when on it is an alarm.
    pub alarm: Timestamp,
}

/// A request as the conversation sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestFacts {
    pub id: RequestId,
    pub kind: RequestKind,
    pub state: RequestState,
    pub text: String,
    pub created: Timestamp,
    pub due: Timestamp,
    pub person: PersonId,
    pub name: String,
    /// The paths of the units at which they have a role.
    pub posts: Vec<String>,
    /// Where they are told; nothing where they cannot be reached.
    pub chat: Option<(ChatId, Lang)>,
    /// Who may decide it: administrators above them, or all where there is none.
    pub deciders: Vec<Decider>,
}

/// An administrator who may decide a request, and where it is shown to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider {
    pub person: PersonId,
    pub chat: ChatId,
    pub lang: Lang,
}

/// How a request is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The person leaves at once, and is erased when they have been told.
    Agreed,
    Done,
    Refused(String),
    Withdrawn,
}

impl Decision {
    pub fn state(&self) -> RequestState {
        match self {
            Self::Agreed => RequestState::Agreed,
            Self::Done => RequestState::Done,
            Self::Refused(_) => RequestState::Refused,
            Self::Withdrawn => RequestState::Withdrawn,
        }
    }
}
