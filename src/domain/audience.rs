//! Whom a notice is for, as it is written on the command line, in chat, and kept with the notice.
//!
//! Parts are separated by `;`. A part that begins with `-` (or “trừ”) takes away.
//!
//! | part | means |
//! |---|---|
//! | `all`, “tất cả” | every bound staff group and everybody enrolled |
//! | `groups`, “nhóm” / `people`, “cá nhân” | every bound staff group / everybody enrolled |
//! | `unit:Xã A` | the groups and people of that unit |
//! | `unit:Xã A/*` | and of all units below it |
//! | `role:editor` | everybody with that role |
//! | `role:head@unit:Xã A/*` | everybody with that role there |
//! | `group:Tên nhóm` | one group, by its title or the platform's id |
//! | `person:Lan`, `person:12` | one person, by name or number |
//! | `tag:Đảng viên` | the people and groups with that tag, and those of units that carry it |
//! | `unconfirmed:12`, “chưa xác nhận thông báo 12” | to whom notice 12 was sent and who has not confirmed it |
//! | `silent:90`, “không nhận trong 90 ngày” | everybody enrolled who received nothing for so many days |
//! | `saved:Tên danh sách` | whom a saved audience means |
//!
//! A role, a tag and the two after it can be kept to a unit: `silent:90@unit:Xã A/*`.

mod fault;
mod listed;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Role;
use super::text::{clean_line, fold};

pub use fault::{AudienceFault, Named};
pub use listed::{Listed, MOST_DAYS, MOST_LIST_NAME};

/// More than anybody writes by hand.
const MOST_PARTS: usize = 200;
/// The longest name in a part, in characters.
const MOST_NAME: usize = 400;

/// Whom a notice is for: everybody in `include` who is not in `exclude`, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Audience {
    pub include: Vec<Selector>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Selector>,
}

/// Part of an audience.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selector {
    All,
    Groups,
    People,
    Unit(Place),
    Role(Role),
    RoleAt {
        role: Role,
        place: Place,
    },
    /// By title, or by the platform's id.
    Group(String),
    /// By name, or by number.
    Person(String),
    /// Those of a list that is made at the moment at which it is looked at.
    Listed {
        list: Listed,
        /// Only those there.
        place: Option<Place>,
    },
    /// By name.
    Saved(String),
}

/// A unit, by its path or name, alone or with all below it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    pub unit: String,
    pub below: bool,
}

/// A part that cannot be read: one sentence that says how to write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AudienceError {
    #[error("chưa chọn ai nhận; hãy viết all, hoặc unit:Tên đơn vị/*")]
    Empty,
    #[error(
        "chưa hiểu “{0}”; hãy viết như all; unit:Xã A/*; role:head; group:Tên nhóm; person:Lan; tag:Tên; -unit:Xã B"
    )]
    Unknown(String),
    #[error("sau “{0}:” còn thiếu tên")]
    NoName(String),
    #[error("tên sau “{0}:” quá dài, tối đa {MOST_NAME} chữ")]
    LongName(String),
    #[error("{0}")]
    Role(#[from] super::role::UnknownRole),
    #[error("danh sách người nhận quá dài, tối đa {MOST_PARTS} phần")]
    TooLong,
    #[error("sau “{0}:” cần số của thông báo, như unconfirmed:12")]
    NoNumber(String),
    #[error("sau “{0}:” cần số ngày, từ 1 đến {MOST_DAYS}, như silent:90")]
    NoDays(String),
}

impl Audience {
    /// Everybody.
    pub fn all() -> Self {
        Self { include: vec![Selector::All], exclude: Vec::new() }
    }

    /// A unit and all below it.
    pub fn unit_and_below(unit: impl Into<String>) -> Self {
        let place = Place { unit: unit.into(), below: true };
        Self { include: vec![Selector::Unit(place)], exclude: Vec::new() }
    }
}

impl FromStr for Audience {
    type Err = AudienceError;

    fn from_str(text: &str) -> Result<Self, AudienceError> {
        let mut audience = Self::default();
        for (number, part) in text.split([';', '\n']).map(str::trim).filter(|p| !p.is_empty()).enumerate() {
            if number >= MOST_PARTS {
                return Err(AudienceError::TooLong);
            }
            match without(part) {
                Some(part) => audience.exclude.push(part.parse()?),
                None => audience.include.push(part.parse()?),
            }
        }
        if audience.include.is_empty() {
            // "Everybody but …" is what somebody means who only takes away.
            match audience.exclude.is_empty() {
                true => return Err(AudienceError::Empty),
                false => audience.include.push(Selector::All),
            }
        }
        Ok(audience)
    }
}

/// The part behind a `-` or “trừ”.
fn without(part: &str) -> Option<&str> {
    if let Some(rest) = part.strip_prefix(['-', '−', '–']) {
        return Some(rest.trim());
    }
    let (word, rest) = part.split_once(char::is_whitespace)?;
    (fold(word) == "tru").then(|| rest.trim())
}

impl FromStr for Selector {
    type Err = AudienceError;

    fn from_str(part: &str) -> Result<Self, AudienceError> {
        let unknown = || AudienceError::Unknown(part.chars().take(60).collect());
        if let Some(selector) = listed::read(part) {
            return selector;
        }
        let Some((key, value)) = part.split_once(':') else {
            return match fold(part).as_str() {
                "all" | "tat ca" => Ok(Self::All),
                "groups" | "cac nhom" | "nhom" => Ok(Self::Groups),
                "people" | "ca nhan" | "moi nguoi" => Ok(Self::People),
                _ => Err(unknown()),
            };
        };
        let name = read_name(key, value);
        // What stands before and behind the name of a unit is not part of it.
        let place = clean_line(value, MOST_NAME * 3).ok_or_else(|| no_name(key));
        match fold(key).as_str() {
            "unit" | "don vi" => Ok(Self::Unit(place?.parse()?)),
            "role" | "vai tro" => read_role(&place?),
            "group" | "nhom" => Ok(Self::Group(name?)),
            "person" | "nguoi" => Ok(Self::Person(name?)),
            "saved" | "danh sach" => Ok(Self::Saved(name?)),
            _ => Err(unknown()),
        }
    }
}

fn read_name(key: &str, value: &str) -> Result<String, AudienceError> {
    // Somewhat more than may be, so that what is too long is seen to be.
    let name = clean_line(value, MOST_NAME * 2).ok_or_else(|| no_name(key))?;
    if name.chars().count() > MOST_NAME { Err(AudienceError::LongName(shown(key))) } else { Ok(name) }
}

fn no_name(key: &str) -> AudienceError {
    AudienceError::NoName(shown(key))
}

/// What is shown of what stands before a name.
fn shown(key: &str) -> String {
    key.trim().chars().take(60).collect()
}

fn read_role(text: &str) -> Result<Selector, AudienceError> {
    let Some((role, place)) = text.split_once('@') else { return Ok(Selector::Role(text.parse()?)) };
    Ok(Selector::RoleAt { role: role.parse()?, place: read_place(place)? })
}

/// What stands behind an `@`.
fn read_place(place: &str) -> Result<Place, AudienceError> {
    match place.split_once(':') {
        Some((key, unit)) if matches!(fold(key).as_str(), "unit" | "don vi") => unit.parse(),
        _ => place.parse(),
    }
}

impl FromStr for Place {
    type Err = AudienceError;

    fn from_str(text: &str) -> Result<Self, AudienceError> {
        let text = text.trim();
        let (unit, below) = match text.strip_suffix("/*") {
            Some(unit) => (unit.trim(), true),
            None => (text, false),
        };
        if unit.is_empty() {
            return Err(AudienceError::NoName("unit".to_owned()));
        }
        if unit.chars().count() > MOST_NAME {
            return Err(AudienceError::LongName("unit".to_owned()));
        }
        Ok(Self { unit: unit.to_owned(), below })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.unit, if self.below { "/*" } else { "" })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Groups => f.write_str("groups"),
            Self::People => f.write_str("people"),
            Self::Unit(place) => write!(f, "unit:{place}"),
            Self::Role(role) => write!(f, "role:{role}"),
            Self::RoleAt { role, place } => write!(f, "role:{role}@unit:{place}"),
            Self::Group(name) => write!(f, "group:{name}"),
            Self::Person(name) => write!(f, "person:{name}"),
            Self::Listed { list, place: None } => write!(f, "{list}"),
            Self::Listed { list, place: Some(place) } => write!(f, "{list}@unit:{place}"),
            Self::Saved(name) => write!(f, "saved:{name}"),
        }
    }
}

/// The text from which the same audience is read again.
impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts =
            self.include.iter().map(|part| (part, "")).chain(self.exclude.iter().map(|part| (part, "-")));
        for (number, (part, sign)) in parts.enumerate() {
            let between = if number > 0 { "; " } else { "" };
            write!(f, "{between}{sign}{part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_audience_is_read_and_written_the_same() {
        for text in [
            "all",
            "unit:Tỉnh A / Xã B/*; -unit:Tỉnh A / Xã B / Chi bộ 1",
            "role:head@unit:Xã B/*; group:Nhóm trực; person:12",
            "groups; -group:-1001234",
            "tag:Đảng viên; unconfirmed:12; -silent:90@unit:Xã B/*; -saved:Trưởng thôn",
        ] {
            let audience: Audience = text.parse().expect("an audience");
            assert_eq!(audience.to_string(), text);
        }
    }

    #[test]
    fn vietnamese_words_mean_the_same() {
        let audience: Audience =
            "Tất cả; trừ đơn vị: Xã B/*; trừ vai trò: lãnh đạo".parse().expect("an audience");
        assert_eq!(audience.to_string(), "all; -unit:Xã B/*; -role:head");
        let only_without: Audience = "-person:Lan".parse().expect("an audience");
        assert_eq!(only_without.to_string(), "all; -person:Lan");
        let listed: Audience = "Chưa xác nhận thông báo số 12; trừ không nhận trong 90 ngày@đơn vị: Xã B/*; \
                                nhãn: Đảng viên; not reached in 7 days; trừ danh sách: Trưởng thôn"
            .parse()
            .expect("an audience");
        assert_eq!(
            listed.to_string(),
            "unconfirmed:12; tag:Đảng viên; silent:7; -silent:90@unit:Xã B/*; -saved:Trưởng thôn"
        );
    }

    #[test]
    fn a_wrong_part_is_named() {
        assert_eq!("".parse::<Audience>(), Err(AudienceError::Empty));
        assert_eq!("all; xyz".parse::<Audience>(), Err(AudienceError::Unknown("xyz".into())));
        assert_eq!("unit:".parse::<Audience>(), Err(AudienceError::NoName("unit".into())));
        let long = format!("unit:{}", "a".repeat(401));
        assert_eq!(long.parse::<Audience>(), Err(AudienceError::LongName("unit".into())));
        for text in ["unconfirmed:", "unconfirmed:Lan", "chưa xác nhận thông báo", "chưa xác nhận: -3"]
        {
            assert!(matches!(text.parse::<Audience>(), Err(AudienceError::NoNumber(_))), "{text}");
        }
        for text in ["silent:0", "silent:99999", "không nhận trong lâu ngày"] {
            assert!(matches!(text.parse::<Audience>(), Err(AudienceError::NoDays(_))), "{text}");
        }
        assert!(matches!("role:king".parse::<Audience>(), Err(AudienceError::Role(_))));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_back_the_same(text in "[-a-zA-Z:;/*@ đ0-9]{0,60}") {
            if let Ok(audience) = text.parse::<Audience>() {
                prop_assert_eq!(audience.to_string().parse::<Audience>(), Ok(audience));
            }
        }

        #[test]
        fn every_kind_of_part_is_written_back_the_same(
            sign in "-?",
            key in "tag|saved|unconfirmed|silent|role|unit|nhãn|chưa xác nhận|không nhận",
            value in "[a-zđ0-9@/* ]{1,12}",
            place in "(@(unit:)?[a-z @:/*]{0,8})?",
        ) {
            if let Ok(audience) = format!("{sign}{key}:{value}{place}").parse::<Audience>() {
                prop_assert_eq!(audience.to_string().parse::<Audience>(), Ok(audience));
            }
        }
    }
}
