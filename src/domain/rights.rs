//! What each role may do with the cases and figures of a unit. What is not here, nobody may by their role alone.

use super::Role;

/// How far a role at a unit reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Nowhere,
    /// The unit itself.
    There,
    /// The unit and all below it.
    ThereAndBelow,
}

impl Reach {
    /// Whether a role at a unit reaches another one, which is given with all that lies above it, itself first.
    pub fn holds<U: PartialEq>(self, at: &U, line: &[U]) -> bool {
        match self {
            Self::Nowhere => false,
            Self::There => line.first() == Some(at),
            Self::ThereAndBelow => line.contains(at),
        }
    }

    /// The word in the documentation.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nowhere => "–",
            Self::There => "there",
            Self::ThereAndBelow => "there and below",
        }
    }
}

/// What a role lets somebody do with a case, and with what units count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Of cases at the unit: see them, take them, ask, send them on, settle, reject and merge them.
    pub watch: Reach,
    /// The same of complaints and denunciations.
    pub watch_restricted: Reach,
    /// Know who reported without wanting to be named.
    pub know_unnamed: Reach,
    /// Of cases that lie with the unit: accept, plan, give back, report.
    pub work: Reach,
    /// Enter and correct what the unit counts of its work.
    pub enter: Reach,
    /// See what units counted, and its sums.
    pub sum: Reach,
}

/// The table.
pub fn rights(role: Role) -> Rights {
    use Reach::{Nowhere, There, ThereAndBelow};
    let (watch, watch_restricted, know_unnamed, work) = match role {
        Role::Staff => (Nowhere, Nowhere, Nowhere, There),
        Role::Duty => (ThereAndBelow, ThereAndBelow, ThereAndBelow, There),
        Role::Head | Role::Admin => (ThereAndBelow, Nowhere, Nowhere, ThereAndBelow),
        Role::Reporter | Role::Editor | Role::Approver => (Nowhere, Nowhere, Nowhere, Nowhere),
    };
    let (enter, sum) = match role {
        Role::Reporter => (Nowhere, Nowhere),
        Role::Staff => (There, There),
        Role::Duty | Role::Editor | Role::Approver | Role::Head | Role::Admin => (There, ThereAndBelow),
    };
    Rights { watch, watch_restricted, know_unnamed, work, enter, sum }
}
