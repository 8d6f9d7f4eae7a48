//! Lists of people that are made at the moment at which they are looked at: by tag, by what they confirmed or received.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AudienceError, Selector, no_name, read_place, shown};
use crate::domain::ids::NoticeId;
use crate::domain::text::{clean_line, fold};

/// The longest name of a tag or a saved audience, in characters.
pub const MOST_LIST_NAME: usize = 60;
/// Ten years: nothing older is kept for anybody to ask about.
pub const MOST_DAYS: u32 = 3650;

/// One such list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    Tag(String),
    /// To whom it was sent, also where that failed, and who has not confirmed it.
    Unconfirmed(NoticeId),
    /// Who received nothing for so many days.
    Silent(u32),
}

/// The same said in words: how such a part begins (without case and diacritics), and how it may end.
const UNCONFIRMED: [&str; 4] = [
    "chua xac nhan thong bao so",
    "chua xac nhan thong bao",
    "has not confirmed notice",
    "unconfirmed notice",
];
const SILENT: [(&str, &str); 4] = [
    ("khong nhan trong", "ngay"),
    ("khong nhan gi trong", "ngay"),
    ("chua nhan gi trong", "ngay"),
    ("not reached in", "days"),
];

/// Reads a part that is such a list; `None` where it is something else.
pub(super) fn read(part: &str) -> Option<Result<Selector, AudienceError>> {
    let (head, place) = match part.split_once('@') {
        Some((head, place)) => (head, Some(place)),
        None => (part, None),
    };
    let list = match in_words(head) {
        Some(list) => list,
        None => keyed(head)?,
    };
    Some(list.and_then(|list| Ok(Selector::Listed { list, place: place.map(read_place).transpose()? })))
}

fn in_words(head: &str) -> Option<Result<Listed, AudienceError>> {
    let words = fold(head);
    if let Some(rest) = UNCONFIRMED.iter().find_map(|start| words.strip_prefix(start)) {
        return Some(number(head, rest));
    }
    let silent = SILENT.iter().find_map(|(start, end)| words.strip_prefix(start)?.strip_suffix(end));
    silent.map(|rest| days(head, rest))
}

fn keyed(head: &str) -> Option<Result<Listed, AudienceError>> {
    let (key, value) = head.split_once(':')?;
    match fold(key).as_str() {
        "tag" | "nhan" => {
            // Somewhat more than may be, so that what is too long is seen to be.
            let name = clean_line(value, MOST_LIST_NAME * 2).ok_or_else(|| no_name(key));
            let short = |name: String| match name.chars().count() > MOST_LIST_NAME {
                true => Err(AudienceError::LongName(shown(key))),
                false => Ok(Listed::Tag(name)),
            };
            Some(name.and_then(short))
        }
        "unconfirmed" | "chua xac nhan" => Some(number(key, value)),
        "silent" | "khong nhan" => Some(days(key, value)),
        _ => None,
    }
}

fn number(key: &str, value: &str) -> Result<Listed, AudienceError> {
    let number = value.trim().parse().ok().filter(|number| *number > 0);
    number
        .map(|number| Listed::Unconfirmed(NoticeId(number)))
        .ok_or_else(|| AudienceError::NoNumber(shown(key)))
}

fn days(key: &str, value: &str) -> Result<Listed, AudienceError> {
    let days = value.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    days.map(Listed::Silent).ok_or_else(|| AudienceError::NoDays(shown(key)))
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(name) => write!(f, "tag:{name}"),
            Self::Unconfirmed(notice) => write!(f, "unconfirmed:{notice}"),
            Self::Silent(days) => write!(f, "silent:{days}"),
        }
    }
}
