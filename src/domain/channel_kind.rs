//! The platforms that loa speaks over.
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    Telegram,
    ZaloBot,
    ZaloOa,
    Email,
}

impl ChannelKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::ZaloBot => "zalo_bot",
            Self::ZaloOa => "zalo_oa",
            Self::Email => "email",
        }
    }

    /// The channel with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Telegram, Self::ZaloBot, Self::ZaloOa, Self::Email]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}
