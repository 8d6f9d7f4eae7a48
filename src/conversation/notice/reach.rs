//! How far a notice reaches, whom it misses, and what it costs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::Lang;
use super::{Filling, running};
use crate::domain::ChannelKind;
use crate::domain::calendar::duration_words;
use crate::domain::text::shorten;

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
    /// Over which channels, and what it takes.
    pub spread: Spread,
    /// What it takes of a month's messages; only known of a notice that is written.
    pub months: Vec<Month>,
    /// At what price it reaches people over a Zalo Official Account; only known of a notice that is written.
    pub windows: Option<Windows>,
    /// What its variables are filled in with; only known of a notice that is written.
    pub filling: Filling,
}

impl ReachFacts {
    /// The same in words, a line each.
    pub(super) fn says(&self, lang: Lang) -> Vec<String> {
        let (groups, people) = (self.groups.to_string(), self.people.to_string());
        let mut lines = vec![lang.say("notice-reach", &[("groups", &groups), ("people", &people)])];
        lines.extend(self.spread.where_to(lang));
        if !self.lost.is_empty() {
            let count: i64 = self.lost.iter().map(|(_, count, _)| count).sum();
            lines.push(lang.say("notice-unreachable", &[("count", &count.to_string())]));
        }
        for (why, count, names) in &self.lost {
            let key = match why {
                WhyNot::NoChat => "notice-lost-no-chat",
                WhyNot::ClosedChat => "notice-lost-closed",
                WhyNot::ClosedGroup => "notice-lost-group",
                WhyNot::Away => "notice-lost-away",
            };
            let more =
                if usize::try_from(*count).is_ok_and(|count| count > names.len()) { ", …" } else { "" };
            let names = format!("{}{more}", shorten(&names.join(", "), 200));
            lines.push(lang.say(key, &[("count", &count.to_string()), ("names", &names)]));
        }
        lines.extend(self.months.iter().map(|month| month.says(lang)));
        lines.extend(self.windows.map(|windows| windows.says(lang)));
        lines.extend(self.spread.what_it_takes(lang));
        lines
    }
}

/// Over which channels a notice goes, and what it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many groups and people it reaches over each channel.
    pub channels: Vec<(ChannelKind, i64)>,
    /// So many people are in more than one part of the audience. Each gets it once.
    pub several: i64,
    /// How long it takes at the channels' limits, and over which of them the longest.
    pub takes: Option<(Duration, ChannelKind)>,
    pub cost: Option<Cost>,
}

/// What a notice costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// So many are not free.
    pub messages: i64,
    /// Đồng for each.
    pub price: i64,
}

/// Nobody waits for what is over sooner.
const WORTH_SAYING: Duration = Duration::from_secs(60);

impl Spread {
    /// In words, whom it reaches where: nothing where that is plain.
    pub fn where_to(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        if self.channels.len() > 1 {
            let over = |(channel, count): &(ChannelKind, i64)| {
                format!("{} {}", channel.name(), running::group(*count))
            };
            let all: Vec<String> = self.channels.iter().map(over).collect();
            lines.push(lang.say("notice-reach-over", &[("value", &all.join(", "))]));
        }
        if self.several > 0 {
            lines.push(lang.say("notice-several", &[("count", &running::group(self.several))]));
        }
        lines
    }

    /// In words, what it takes: nothing where that is hardly anything.
    pub fn what_it_takes(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some((time, slowest)) = self.takes.filter(|(time, _)| *time >= WORTH_SAYING) {
            let key = if self.channels.len() > 1 { "notice-takes-over" } else { "notice-takes" };
            lines.push(lang.say(key, &[("time", &duration_words(time)), ("channel", slowest.name())]));
        }
        if let Some(cost) = self.cost {
            let all = running::group(cost.messages.saturating_mul(cost.price));
            let (count, price) = (running::group(cost.messages), running::group(cost.price));
            lines.push(lang.say("notice-cost", &[("count", &count), ("price", &price), ("value", &all)]));
        }
        lines
    }
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
