//! The states of a case, the mark beside them, and the moves between them.

use serde::{Deserialize, Serialize};

use super::rights::{Part, part};

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has looked at it yet.
    New,
    /// A duty officer has it.
    Taken,
    /// A duty officer has it, and finds out whether it is so.
    Verifying,
    /// It lies with a unit, which has not said yes yet.
    Forwarded,
    /// The unit works on it.
    Accepted,
    /// The unit has said what it will do, and until when. The case's own deadline goes on.
    Planned,
    /// The unit says that it is done; the duty officer has yet to agree.
    Reported,
    /// Told to the reporter as settled.
    Settled,
    /// The reporter agrees.
    Confirmed,
    /// Settled, and the reporter never said whether it is so.
    Closed,
    Rejected,
    /// The reporter took it back: it was a mistake, or has settled itself.
    Withdrawn,
    /// It lives on in another case.
    Merged,
    /// The reporter did not agree that it was settled.
    Reopened,
}

/// What may happen to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    Take,
    /// An officer says that it is being looked into.
    Verify,
    /// A question to the reporter.
    Ask,
    /// The reporter's answer to a question.
    Answer,
    /// The reporter adds words, photos or a place on their own.
    Add,
    Forward,
    Accept,
    /// The unit says what it will do, and until when.
    Plan,
    /// The unit says how far it is.
    Progress,
    /// The unit gives it back to the duty officers.
    Return,
    /// The unit reports its result.
    Report,
    Settle,
    Confirm,
    /// Nobody said for a week whether it is settled.
    Close,
    Reopen,
    Reject,
    /// Its only reporter takes it back.
    Withdraw,
    Merge,
}

/// Whom a case is for. It stands beside the state: it is there from the first moment and never changes, while the state
/// says where the case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// For whoever watches over its unit, and the unit that it is forwarded to.
    Usual,
    /// A complaint or denunciation: for duty officers alone. It never lies with a unit.
    Restricted,
}

impl Mark {
    pub const ALL: [Self; 2] = [Self::Usual, Self::Restricted];

    /// As it is stored.
    pub fn of(restricted: bool) -> Self {
        if restricted { Self::Restricted } else { Self::Usual }
    }

    pub fn is_restricted(self) -> bool {
        self == Self::Restricted
    }
}

impl State {
    pub const ALL: [Self; 14] = [
        Self::New,
        Self::Taken,
        Self::Verifying,
        Self::Forwarded,
        Self::Accepted,
        Self::Planned,
        Self::Reported,
        Self::Settled,
        Self::Confirmed,
        Self::Closed,
        Self::Rejected,
        Self::Withdrawn,
        Self::Merged,
        Self::Reopened,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Taken => "taken",
            Self::Verifying => "verifying",
            Self::Forwarded => "forwarded",
            Self::Accepted => "accepted",
            Self::Planned => "planned",
            Self::Reported => "reported",
            Self::Settled => "settled",
            Self::Confirmed => "confirmed",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Merged => "merged",
            Self::Reopened => "reopened",
        }
    }

    /// The state with this code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether it has ended, and nobody is asked about it any more.
    pub fn is_over(self) -> bool {
        !self.is_open() && self != Self::Settled
    }

    /// Whether somebody still has to do something about it.
    pub fn is_open(self) -> bool {
        !matches!(
            self,
            Self::Settled | Self::Confirmed | Self::Closed | Self::Rejected | Self::Withdrawn | Self::Merged
        )
    }
}

impl Move {
    /// Whether it is one of a reporter's.
    pub fn is_of_a_reporter(self) -> bool {
        matches!(self, Self::Answer | Self::Add | Self::Confirm | Self::Reopen | Self::Withdraw)
    }

    pub const ALL: [Self; 18] = [
        Self::Take,
        Self::Verify,
        Self::Ask,
        Self::Answer,
        Self::Add,
        Self::Forward,
        Self::Accept,
        Self::Plan,
        Self::Progress,
        Self::Return,
        Self::Report,
        Self::Settle,
        Self::Confirm,
        Self::Close,
        Self::Reopen,
        Self::Reject,
        Self::Withdraw,
        Self::Merge,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Verify => "verify",
            Self::Ask => "ask",
            Self::Answer => "answer",
            Self::Add => "add",
            Self::Forward => "forward",
            Self::Accept => "accept",
            Self::Plan => "plan",
            Self::Progress => "progress",
            Self::Return => "return",
            Self::Report => "report",
            Self::Settle => "settle",
            Self::Confirm => "confirm",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
            Self::Merge => "merge",
        }
    }

    /// The move with this code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|movement| movement.code() == code)
    }
}

/// A move that a case in this state, with this mark, does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a case that is {} does not take the move \"{}\"", .state.code(), .movement.code())]
pub struct MoveError {
    pub state: State,
    pub movement: Move,
}

/// Where a move takes a case.
///
/// # Errors
/// The move is not one of this state's, or would take a restricted case to a unit.
pub fn allowed(state: State, mark: Mark, movement: Move) -> Result<State, MoveError> {
    use State as S;
    let of_units = movement == Move::Forward || part(movement) == Part::Work;
    if mark.is_restricted() && of_units {
        return Err(MoveError { state, movement });
    }
    let fresh = matches!(state, S::New | S::Reopened);
    let with_officer = fresh || matches!(state, S::Taken | S::Verifying);
    let at_work = matches!(state, S::Accepted | S::Planned);
    let with_unit = state == S::Forwarded || at_work;
    let next = match movement {
        Move::Take if fresh => S::Taken,
        Move::Verify if fresh || state == S::Taken => S::Verifying,
        // Who asks has it.
        Move::Ask if fresh => S::Taken,
        Move::Ask | Move::Answer | Move::Add if state.is_open() => state,
        // A unit that has accepted has to give it back first, so that no two units work on it unaware.
        Move::Forward if state.is_open() && !at_work => S::Forwarded,
        Move::Accept if state == S::Forwarded => S::Accepted,
        // What has been said may be said anew: plans change.
        Move::Plan if with_unit => S::Planned,
        // Only who has said yes is on the way.
        Move::Progress if at_work => state,
        Move::Return if with_unit => S::Taken,
        Move::Report if with_unit => S::Reported,
        Move::Settle if state.is_open() => S::Settled,
        // Who was silent may still speak.
        Move::Confirm if matches!(state, S::Settled | S::Closed) => S::Confirmed,
        Move::Reopen if matches!(state, S::Settled | S::Closed) => S::Reopened,
        Move::Close if state == S::Settled => S::Closed,
        Move::Reject if with_officer => S::Rejected,
        // Once a unit works on it, the officers end it: what was done is told.
        Move::Withdraw if with_officer || state == S::Forwarded => S::Withdrawn,
        Move::Merge if with_officer => S::Merged,
        _ => return Err(MoveError { state, movement }),
    };
    Ok(next)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
        for movement in Move::ALL {
            assert_eq!(Move::from_code(movement.code()), Some(movement));
        }
    }

    #[test]
    fn every_open_case_can_be_settled_and_a_refusal_names_itself() {
        for state in State::ALL {
            for mark in Mark::ALL {
                assert_eq!(allowed(state, mark, Move::Settle).is_ok(), state.is_open(), "{state:?}");
            }
        }
        let error = allowed(State::Confirmed, Mark::Usual, Move::Take).unwrap_err();
        assert_eq!(error.to_string(), "a case that is confirmed does not take the move \"take\"");
    }

    proptest! {
        /// Whatever people press in whatever order: what has ended stays ended, only the reporter's
        /// "not done" opens a settled case, and a unit acts only on what was forwarded to it.
        #[test]
        fn a_case_never_leaves_the_rails(moves in prop::collection::vec(0..Move::ALL.len(), 0..60)) {
            let mut state = State::New;
            let mut with_unit = false;
            for index in moves {
                let movement = Move::ALL[index];
                let Ok(next) = allowed(state, Mark::Usual, movement) else { continue };
                let ended = [State::Confirmed, State::Rejected, State::Withdrawn, State::Merged];
                prop_assert!(!ended.contains(&state));
                if matches!(state, State::Settled | State::Closed) {
                    prop_assert!(matches!(movement, Move::Confirm | Move::Reopen | Move::Close));
                }
                if matches!(movement, Move::Accept | Move::Plan | Move::Progress | Move::Return | Move::Report) {
                    prop_assert!(with_unit);
                }
                if matches!(next, State::Forwarded | State::Accepted | State::Planned) {
                    prop_assert!(with_unit || movement == Move::Forward);
                }
                match movement {
                    Move::Forward => with_unit = true,
                    Move::Return | Move::Report | Move::Settle => with_unit = false,
                    _ => {}
                }
                state = next;
            }
        }

        /// The mark takes moves away and adds none: a restricted case goes the same way as another one, and never to
        /// a unit.
        #[test]
        fn a_restricted_case_goes_the_same_way_without_units(
            moves in prop::collection::vec(0..Move::ALL.len(), 0..60),
        ) {
            let mut state = State::New;
            for movement in moves.into_iter().map(|index| Move::ALL[index]) {
                let Ok(next) = allowed(state, Mark::Restricted, movement) else { continue };
                prop_assert_eq!(allowed(state, Mark::Usual, movement), Ok(next));
                let with_unit = [State::Forwarded, State::Accepted, State::Planned, State::Reported];
                prop_assert!(!with_unit.contains(&next), "{:?}", movement);
                state = next;
            }
        }
    }
}
