//! What a person may do at a unit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::fold;

/// A role at a unit. Its authority reaches the unit and all below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Receives notices.
    Staff,
    /// Sends quick reports often (anybody enrolled may).
    Reporter,
    /// Triages reports.
    Duty,
    /// Writes notices.
    Editor,
    /// Approves notices, never their own.
    Approver,
    /// Leads the unit.
    Head,
    /// Keeps units, people, invites and channels.
    Admin,
}

impl Role {
    pub const ALL: [Self; 7] =
        [Self::Staff, Self::Reporter, Self::Duty, Self::Editor, Self::Approver, Self::Head, Self::Admin];

    /// The word in files and in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Reporter => "reporter",
            Self::Duty => "duty",
            Self::Editor => "editor",
            Self::Approver => "approver",
            Self::Head => "head",
            Self::Admin => "admin",
        }
    }

    /// The word that people in Vietnam use.
    pub fn label(self) -> &'static str {
        match self {
            Self::Staff => "cán bộ",
            Self::Reporter => "cộng tác viên",
            Self::Duty => "trực ban",
            Self::Editor => "biên tập",
            Self::Approver => "người duyệt",
            Self::Head => "lãnh đạo",
            Self::Admin => "quản trị",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// There is no such role. Holds the beginning of what was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("không có vai trò “{0}”; hãy dùng: staff, reporter, duty, editor, approver, head, admin")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    /// Takes the code or the Vietnamese word, with or without diacritics.
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let folded = fold(text);
        Self::ALL
            .into_iter()
            .find(|role| role.code() == folded || fold(role.label()) == folded)
            .ok_or_else(|| UnknownRole(text.trim().chars().take(60).collect()))
    }
}
