//! How far a notice reaches, whom it misses, and what it costs.

use serde::{Deserialize, Serialize};

use super::super::Lang;
use super::{Filling, running};
use crate::domain::ChannelKind;

/// Why a notice does not reach somebody it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// They are on the list, and never opened a chat with the bot.
    NoChat,
    /// They blocked the bot, or their account is gone.
    ClosedChat,
    /// The group threw the bot out.
    ClosedGroup,
    /// They are on leave.
    Away,
}

/// How far an audience reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachFacts {
    pub groups: i64,
    pub people: i64,
    /// Whom it does not reach: why, how many, and some of their names.
    pub lost: Vec<(WhyNot, i64, Vec<String>)>,
    /// Somebody in it is not of the units that were given.
    pub beyond: bool,
    /// What it takes of a month's messages; only known of a notice that is written.
    pub months: Vec<Month>,
    /// At what price it reaches people over a Zalo Official Account; only known of a notice that is written.
    pub windows: Option<Windows>,
    /// What its variables are filled in with; only known of a notice that is written.
    pub filling: Filling,
}

/// How many people a notice reaches at what price over a Zalo Official Account: that depends on when they last wrote
/// (<https://developers.zalo.me/docs/official-account>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Windows {
    pub free: i64,
    pub paid: i64,
    /// They wrote too long ago, or never.
    pub not_at_all: i64,
}

impl Windows {
    /// The same in words.
    pub fn says(&self, lang: Lang) -> String {
        let key = if self.not_at_all > 0 { "notice-windows-short" } else { "notice-windows" };
        let [free, paid, lost] = [self.free, self.paid, self.not_at_all].map(running::group);
        lang.say(key, &[("free", &free), ("paid", &paid), ("lost", &lost)])
    }
}

/// What a notice takes of the messages that a channel may send this month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Month {
    pub channel: ChannelKind,
    pub needed: i64,
    /// What is left of the month, the reserve included.
    pub left: i64,
    pub month: i64,
    /// Whether there is not enough for it: what is over waits for the next month.
    pub short: bool,
}

impl Month {
    /// The same in words.
    pub fn says(&self, lang: Lang) -> String {
        let key = if self.short { "notice-month-short" } else { "notice-month" };
        let [needed, left, month] = [self.needed, self.left, self.month].map(running::group);
        let vars =
            [("channel", self.channel.name()), ("needed", &needed), ("left", &left), ("month", &month)];
        lang.say(key, &vars)
    }
}
