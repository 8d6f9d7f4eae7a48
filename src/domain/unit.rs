//! Where a unit stands in the tree, by names: `Tỉnh / Phường / Chi bộ`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::text::{clean_line, fold};

/// The longest name of a unit, in characters.
const MOST_NAME: usize = 120;

/// The names of a unit and of those above it, topmost first. Never empty. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnitPath(Arc<[String]>);

/// Why a text is not a path of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("a unit has no name")]
    NoName,
    #[error("a unit's name is longer than {MOST_NAME} characters")]
    LongName,
    #[error("more than {} units one below the other", UnitPath::MOST_DEPTH)]
    TooDeep,
}

impl UnitPath {
    /// The deepest tree: a ministry, a province, a commune, a cell, a group and some to spare.
    pub const MOST_DEPTH: usize = 12;

    /// What makes two paths the same: the names without case and diacritics.
    pub fn key(&self) -> String {
        let names: Vec<String> = self.0.iter().map(|name| fold(name)).collect();
        names.join(" / ")
    }

    /// How many units: 1 for one at the top.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// The first `depth` units, at least one.
    pub fn prefix(&self, depth: usize) -> Self {
        Self(self.0[..depth.clamp(1, self.0.len())].into())
    }

    /// The path of the unit above; none at the top.
    pub fn parent(&self) -> Option<Self> {
        (self.0.len() > 1).then(|| self.prefix(self.0.len() - 1))
    }

    /// This path, and below it what another has below its first `depth` units. May be deeper than [`Self::MOST_DEPTH`].
    pub fn with_end_of(&self, other: &Self, depth: usize) -> Self {
        Self(self.0.iter().chain(other.0.iter().skip(depth)).cloned().collect())
    }

    /// The unit's own name.
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

impl fmt::Display for UnitPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" / "))
    }
}

impl FromStr for UnitPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut names = Vec::new();
        for part in text.split('/') {
            // Somewhat more than may be, so that what is too long is seen to be.
            let name = clean_line(part, MOST_NAME * 2).filter(|name| !fold(name).is_empty());
            let name = name.ok_or(PathError::NoName)?;
            if name.chars().count() > MOST_NAME {
                return Err(PathError::LongName);
            }
            names.push(name);
        }
        if names.len() > Self::MOST_DEPTH { Err(PathError::TooDeep) } else { Ok(Self(names.into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_however_it_is_spaced() {
        let path: UnitPath = " Tỉnh  Mường Lam/Phường Bình Minh /Chi bộ 1".parse().expect("a path");
        assert_eq!(path.to_string(), "Tỉnh Mường Lam / Phường Bình Minh / Chi bộ 1");
        assert_eq!(path.key(), "tinh muong lam / phuong binh minh / chi bo 1");
        assert_eq!((path.depth(), path.name()), (3, "Chi bộ 1"));
        assert_eq!(path.parent(), "Tỉnh Mường Lam / Phường Bình Minh".parse().ok());
    }

    #[test]
    fn a_path_with_a_hole_is_none() {
        assert_eq!("".parse::<UnitPath>(), Err(PathError::NoName));
        assert_eq!("Tỉnh / / Chi bộ".parse::<UnitPath>(), Err(PathError::NoName));
        assert_eq!(
            "a/".repeat(12).as_str().trim_end_matches('/').parse::<UnitPath>().map(|p| p.depth()),
            Ok(12)
        );
        assert_eq!("a/a/a/a/a/a/a/a/a/a/a/a/a".parse::<UnitPath>(), Err(PathError::TooDeep));
        assert_eq!("a".repeat(121).parse::<UnitPath>(), Err(PathError::LongName));
    }
}
