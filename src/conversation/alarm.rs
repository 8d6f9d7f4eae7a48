//! What an administrator has to know without having asked.

use serde::Serialize;

use crate::domain::{ChannelKind, Timestamp};

use super::Lang;

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A channel's token is refused.
    Token,
    /// A channel fails, and has for a while.
    Failing,
    /// A channel's platform makes the whole bot wait, and has for a while.
    TooMany,
    /// Updates could not be handled and were set aside.
    Aside,
    /// Messages are held of which nobody knows whether they arrived.
    Held,
    /// What a channel may send this month is used up, but for what is kept for urgent notices.
    Month,
    /// A channel's tokens could not be renewed yet.
    Renewal,
    /// A channel's tokens cannot be renewed until somebody does something.
    NoToken,
    /// The token with which a channel's tokens are renewed ends soon.
    Expiry,
    /// What people ask about their own data waits for an answer.
    Requests,
}

impl AlarmKind {
    pub const ALL: [Self; 10] = [
        Self::Token,
        Self::Failing,
        Self::TooMany,
        Self::Aside,
        Self::Held,
        Self::Month,
        Self::Renewal,
        Self::NoToken,
        Self::Expiry,
        Self::Requests,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Failing => "failing",
            Self::TooMany => "too_many",
            Self::Aside => "aside",
            Self::Held => "held",
            Self::Month => "month",
            Self::Renewal => "renewal",
            Self::NoToken => "no_token",
            Self::Expiry => "expiry",
            Self::Requests => "requests",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether it is about a channel, over which it can then not be told.
    pub fn is_of_channel(self) -> bool {
        matches!(self, Self::Token | Self::Failing | Self::TooMany)
    }
}

/// An alarm that was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    pub id: i64,
    pub kind: AlarmKind,
    /// The channel; empty where there is only one of its kind.
    pub subject: String,
    /// How many, or what the platform said.
    pub detail: String,
    pub since: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

impl Alarm {
    /// One or two plain sentences: what is wrong, since when, and what to do; or that it is over.
    pub fn says(&self, lang: Lang) -> String {
        let since = self.since.short();
        let known = ChannelKind::from_code(&self.subject);
        let channel = known.map_or(self.subject.as_str(), |channel| channel.name());
        if let Some(ended) = self.ended_at {
            let key = match self.kind {
                AlarmKind::Aside => "alarm-over-aside",
                AlarmKind::Held => "alarm-over-held",
                AlarmKind::Month => "alarm-over-month",
                AlarmKind::Requests => "alarm-over-requests",
                AlarmKind::Renewal | AlarmKind::NoToken | AlarmKind::Expiry => "alarm-over-renewal",
                AlarmKind::Token | AlarmKind::Failing | AlarmKind::TooMany => "alarm-over-channel",
            };
            return lang.say(key, &[("channel", channel), ("since", &since), ("ended", &ended.short())]);
        }
        let (secret, mend) = known.map(|channel| secret(lang, channel)).unwrap_or_default();
        let vars = [
            ("channel", channel),
            ("detail", self.detail.as_str()),
            ("since", since.as_str()),
            ("secret", &secret),
            ("mend", &mend),
        ];
        let key = match self.kind {
            AlarmKind::Token => "alarm-token",
            AlarmKind::Failing => "alarm-failing",
            AlarmKind::TooMany => "alarm-too-many",
            AlarmKind::Aside => "alarm-aside",
            AlarmKind::Held => "alarm-held",
            AlarmKind::Month => "alarm-month",
            AlarmKind::Renewal => "alarm-renewal",
            AlarmKind::NoToken => no_token(&self.detail),
            AlarmKind::Expiry => "alarm-expiry",
            AlarmKind::Requests => "alarm-requests",
        };
        lang.say(key, &vars)
    }
}

/// By what a channel knows loa, and what to do where it does not.
pub fn secret(lang: Lang, channel: ChannelKind) -> (String, String) {
    let (what, mend) = match channel {
        ChannelKind::Telegram => ("secret-telegram", "secret-mend-telegram"),
        ChannelKind::ZaloBot => ("secret-zalo-bot", "secret-mend-zalo-bot"),
        ChannelKind::ZaloOa => ("secret-zalo-oa", "secret-mend-zalo-oa"),
        ChannelKind::Email => ("secret-email", "secret-mend-email"),
    };
    (lang.say(what, &[]), lang.say(mend, &[]))
}

/// What only a person can do depends on why tokens cannot be renewed: the detail begins with that.
fn no_token(detail: &str) -> &'static str {
    match detail.split(':').next() {
        Some("missing") => "alarm-no-token-missing",
        Some("refused") => "alarm-no-token-refused",
        _ => "alarm-no-token-spent",
    }
}

/// What is said where not even the database answers: when it began, and when it is over.
pub fn store_says(lang: Lang, since: Timestamp, over: Option<Timestamp>) -> String {
    let since = since.short();
    match over {
        None => lang.say("alarm-store", &[("since", &since)]),
        Some(over) => lang.say("alarm-over-store", &[("since", &since), ("ended", &over.short())]),
    }
}
