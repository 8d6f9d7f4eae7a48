//! What each role may do with the cases, notices, people and figures of a unit. What is not here, nobody may by their role alone.

use super::Role;
use super::incident::{Mark, Move};

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

/// What a role lets somebody do, and how far.
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
    /// See the digests of cases.
    pub digest: Reach,
    /// Write notices to the unit and for its schedules, pause and cancel those of others.
    pub write: Reach,
    /// Approve notices and return them, never one's own.
    pub approve: Reach,
    /// Make invites, bind groups.
    pub people: Reach,
    /// Decide what people ask about their own data, never oneself.
    pub data: Reach,
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
    let digest = match role {
        Role::Staff | Role::Reporter => Nowhere,
        Role::Duty | Role::Editor | Role::Approver | Role::Head | Role::Admin => ThereAndBelow,
    };
    let (write, approve) = match role {
        Role::Editor | Role::Admin => (ThereAndBelow, Nowhere),
        Role::Approver => (Nowhere, ThereAndBelow),
        Role::Head => (ThereAndBelow, ThereAndBelow),
        Role::Staff | Role::Reporter | Role::Duty => (Nowhere, Nowhere),
    };
    let (people, data) = match role {
        Role::Head => (ThereAndBelow, Nowhere),
        Role::Admin => (ThereAndBelow, ThereAndBelow),
        _ => (Nowhere, Nowhere),
    };
    Rights { watch, watch_restricted, know_unnamed, work, enter, sum, digest, write, approve, people, data }
}

/// One column of the table.
pub type Right = fn(Rights) -> Reach;

/// See the schedules: who writes for them, and who approves.
pub const SEE_SCHEDULES: Right = |may| if may.write == Reach::Nowhere { may.approve } else { may.write };
pub const WRITE: Right = |may| may.write;
pub const APPROVE: Right = |may| may.approve;
pub const DIGEST: Right = |may| may.digest;
pub const PEOPLE: Right = |may| may.people;
pub const DATA: Right = |may| may.data;
pub const ENTER: Right = |may| may.enter;
pub const WATCH: Right = |may| may.watch;
pub const WATCH_RESTRICTED: Right = |may| may.watch_restricted;
pub const WORK: Right = |may| may.work;
/// What no role gives.
const NONE: Right = |_| Reach::Nowhere;

/// Every column, with what it is called in the documentation.
pub const COLUMNS: [(&str, Right); 11] = [
    ("watch", WATCH),
    ("restricted ones", WATCH_RESTRICTED),
    ("who is unnamed", |may| may.know_unnamed),
    ("work", WORK),
    ("digests", DIGEST),
    ("write notices", WRITE),
    ("approve notices", APPROVE),
    ("people, groups", PEOPLE),
    ("requests about data", DATA),
    ("enter figures", ENTER),
    ("see sums", |may| may.sum),
];

/// Whether a role has a right anywhere.
pub fn has(role: Role, right: Right) -> bool {
    right(rights(role)) != Reach::Nowhere
}

/// The roles that have a right anywhere.
pub fn roles_with(right: Right) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| has(*role, right)).collect()
}

/// As what somebody makes a move of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// By [`watching`], at the case's unit.
    Watch,
    /// By [`working`], at the unit that the case lies with.
    Work,
    /// As one who reported it, whatever their roles are.
    Reporter,
    /// As the only one who reported it.
    OnlyReporter,
    /// loa itself, when the time has come.
    Clock,
}

impl Part {
    /// The right with which a role plays this part in a case with this mark; none where roles have nothing to do with it.
    pub fn right(self, mark: Mark) -> Option<Right> {
        match self {
            Self::Watch => Some(watching(mark)),
            Self::Work => Some(working(mark)),
            Self::Reporter | Self::OnlyReporter | Self::Clock => None,
        }
    }
}

/// Who makes a move.
pub fn part(movement: Move) -> Part {
    match movement {
        Move::Take | Move::Verify | Move::Ask | Move::Forward | Move::Settle | Move::Reject | Move::Merge => {
            Part::Watch
        }
        Move::Accept | Move::Plan | Move::Progress | Move::Return | Move::Report => Part::Work,
        Move::Answer | Move::Add | Move::Confirm | Move::Reopen => Part::Reporter,
        Move::Withdraw => Part::OnlyReporter,
        Move::Close => Part::Clock,
    }
}

/// The right to see a case with this mark, and to make the moves of those who watch over it.
pub fn watching(mark: Mark) -> Right {
    match mark {
        Mark::Usual => WATCH,
        Mark::Restricted => WATCH_RESTRICTED,
    }
}

/// The right to work on a case with this mark at the unit that it lies with. A restricted one lies with none.
pub fn working(mark: Mark) -> Right {
    match mark {
        Mark::Usual => WORK,
        Mark::Restricted => NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every move, every mark, every role: whom the table lets make it, said a second time in other words.
    #[test]
    fn of_a_restricted_case_duty_officers_alone_make_moves() {
        for movement in Move::ALL {
            let by_role = |mark| -> Vec<Role> {
                let Some(right) = part(movement).right(mark) else { return Vec::new() };
                Role::ALL.into_iter().filter(|role| has(*role, right)).collect()
            };
            let (usual, restricted) = (by_role(Mark::Usual), by_role(Mark::Restricted));
            match part(movement) {
                Part::Watch => {
                    assert_eq!(usual, [Role::Duty, Role::Head, Role::Admin], "{movement:?}");
                    assert_eq!(restricted, [Role::Duty], "{movement:?}");
                }
                Part::Work => {
                    assert_eq!(usual, [Role::Staff, Role::Duty, Role::Head, Role::Admin], "{movement:?}");
                    assert!(restricted.is_empty(), "{movement:?}");
                }
                Part::Reporter | Part::OnlyReporter | Part::Clock => {
                    assert!(usual.is_empty() && restricted.is_empty(), "{movement:?}");
                }
            }
            let theirs = matches!(part(movement), Part::Reporter | Part::OnlyReporter);
            assert_eq!(theirs, movement.is_of_a_reporter(), "{movement:?}");
        }
    }
}
