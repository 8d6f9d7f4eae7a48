//! The platforms that loa speaks over, and what each can show.
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    Telegram,
    ZaloBot,
    ZaloOa,
    Email,
}

/// What a channel can show: messages are laid out for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Text in one message, in UTF-16 units.
    pub max_text: usize,
    /// Text under a file, in UTF-16 units.
    pub max_caption: usize,
    /// Files of one kind in one message.
    pub max_files: usize,
    /// Whether there are buttons, and messages can be changed after they were sent. Without them, what can be chosen
    /// is a numbered list, and the answer is its number or its words.
    pub buttons: bool,
    /// Whether the platform counts messages by the month.
    pub by_the_month: bool,
    /// Whether files can be handed over, those that the channel takes. Others are links to an address of ours.
    pub uploads: bool,
    /// Whether all that is said in a group comes in, and none of it can answer one message of ours.
    pub hears_groups: bool,
    /// Whether a place on the map can be sent.
    pub places: bool,
    /// Whether words can lead to an address, and quotes be set off. Without, both are said in words.
    pub links: bool,
    /// Whether words can be bold, italic or underlined. Without, they are plain.
    pub emphasis: bool,
}

/// <https://core.telegram.org/bots/api#sendmessage>, `#sendphoto` and `#sendmediagroup`.
const TELEGRAM: Manner = Manner {
    max_text: 4096,
    max_caption: 1024,
    max_files: 10,
    buttons: true,
    by_the_month: false,
    uploads: true,
    hears_groups: false,
    places: true,
    links: true,
    emphasis: true,
};

/// 2,000 characters, of a unit that Zalo does not name (<https://bot.zapps.me/docs>; the same limit for an Official
/// Account): some less, so that it fits however they are counted.
const ZALO: Manner = Manner {
    max_text: 1900,
    max_caption: 1900,
    max_files: 1,
    buttons: false,
    by_the_month: true,
    uploads: false,
    hears_groups: false,
    places: false,
    links: false,
    emphasis: true,
};

/// The same text. Only a picture could have a text beside it; a document has none
/// (<https://developers.zalo.me/docs/official-account>): files go alone, and the text follows.
const ZALO_OA: Manner =
    Manner { max_caption: 0, uploads: true, hears_groups: true, places: true, emphasis: false, ..ZALO };

/// Nobody writes this much; it bounds what is kept in memory.
const EMAIL: Manner = Manner {
    max_text: 50_000,
    max_caption: 50_000,
    max_files: 10,
    buttons: false,
    by_the_month: false,
    uploads: true,
    hears_groups: false,
    places: false,
    links: true,
    emphasis: true,
};

impl std::str::FromStr for ChannelKind {
    type Err = String;

    /// By its code.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::from_code(text).ok_or_else(|| Self::ALL.map(Self::code).join(", "))
    }
}

impl ChannelKind {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Telegram, Self::ZaloBot, Self::ZaloOa, Self::Email];

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
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its number, where millions of rows name it: the most common takes no room at all in SQLite.
    pub fn number(self) -> i64 {
        match self {
            Self::Telegram => 0,
            Self::ZaloBot => 1,
            Self::ZaloOa => 2,
            Self::Email => 3,
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Telegram => "Telegram",
            Self::ZaloBot => "Zalo",
            Self::ZaloOa => "Zalo OA",
            Self::Email => "e-mail",
        }
    }

    /// What it can show.
    pub fn manner(self) -> &'static Manner {
        match self {
            Self::Telegram => &TELEGRAM,
            Self::ZaloBot => &ZALO,
            Self::ZaloOa => &ZALO_OA,
            Self::Email => &EMAIL,
        }
    }
}
