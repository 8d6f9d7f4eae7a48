//! `[tally]`: what units count of their own work, and when they are asked for it.

use serde::{Deserialize, Deserializer};

use crate::domain::schedule::CronRule;
use crate::domain::tally::Indicators;
use crate::domain::time::VIETNAM;

use super::values;

/// What units count, and when they are asked for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tally {
    /// When every unit is asked for the figures of the month that it is then.
    pub ask: Asking,
    /// Working days after which those are reminded who have entered nothing.
    #[serde(deserialize_with = "values::at_least_one")]
    pub remind_after_days: u32,
    /// What is counted, in the order in which it is shown.
    #[serde(rename = "indicator", deserialize_with = "sound")]
    pub indicators: Indicators,
}

impl Default for Tally {
    fn default() -> Self {
        Self { ask: Asking(None), remind_after_days: 2, indicators: Indicators::default() }
    }
}

/// A rule of the calendar in Vietnam, or none where nothing is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Asking(pub Option<CronRule>);

impl TryFrom<String> for Asking {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self(None)),
            text => {
                CronRule::parse(text, VIETNAM).map(|rule| Self(Some(rule))).map_err(|error| error.to_string())
            }
        }
    }
}

fn sound<'de, D: Deserializer<'de>>(from: D) -> Result<Indicators, D::Error> {
    let given = Indicators::deserialize(from)?;
    match given.fault() {
        Some(fault) => Err(serde::de::Error::custom(fault)),
        None => Ok(given),
    }
}
