//! Why a message will not arrive, in the three kinds that decide what to do about it.

use serde::{Deserialize, Serialize};

/// The kind of a failure for good. The three are those of GOV.UK Notify
/// (<https://docs.notifications.service.gov.uk/rest-api.html#get-the-status-of-one-message>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It could not be had for too long: it may work another day.
    Temporary,
    /// Nobody is there any more: they blocked the bot, left, or the address is none.
    Permanent,
    /// The platform took no such message, or nobody knows whether it arrived: somebody has to look.
    Technical,
}

impl Failure {
    pub const ALL: [Self; 3] = [Self::Temporary, Self::Permanent, Self::Technical];

    /// What is kept.
    pub fn number(self) -> i64 {
        match self {
            Self::Temporary => 1,
            Self::Permanent => 2,
            Self::Technical => 3,
        }
    }

    /// The kind that is kept so, if there is one.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}
