//! What a person may do at a unit.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A role at a unit. Its authority reaches the unit and all below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Staff,
    Reporter,
    Duty,
    Editor,
    Approver,
    Head,
    Admin,
}

impl Role {
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
}
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "staff" => Ok(Self::Staff),
            "reporter" => Ok(Self::Reporter),
            "duty" => Ok(Self::Duty),
            "editor" => Ok(Self::Editor),
            "approver" => Ok(Self::Approver),
            "head" => Ok(Self::Head),
            "admin" => Ok(Self::Admin),
            _ => Err(s.to_owned()),
        }
    }
}
