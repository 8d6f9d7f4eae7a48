//! What this part asks the store, and what it is told.

use super::{
    CallAnswer, CallAsk, Filling, GroupTaps, Naming, NewNotice, Planned, ReachFacts, Recipient, Report,
    Review, SavedAudience, Stage, meeting,
};
use crate::domain::Timestamp;
use crate::domain::audience::AudienceFault;
use crate::domain::ids::{DeliveryId, NoticeId, PersonId, ScheduleId, UnitId};
use crate::domain::month::YearMonth;

/// A question of this part to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Receipt {
        delivery: DeliveryId,
        person: PersonId,
    },
    Meeting(meeting::Ask),
    /// How far an audience reaches, and whether it goes beyond these units and all below them; none given
    /// means no bounds.
    Reach {
        audience: String,
        within: Vec<UnitId>,
        /// Saved audiences and notices of other units are not there: for somebody who writes. Who approves what was
        /// written has to know of all whom it reaches.
        own: bool,
    },
    /// The saved audiences of these units and those below; none given means all.
    Saved(Vec<UnitId>),
    /// Whether an audience can be kept under a name by somebody who may change what is of these units.
    Naming {
        name: String,
        audience: String,
        within: Vec<UnitId>,
    },
    /// Who can approve what this person writes for this unit, and whose right covers the audience, if one is given.
    Approvers {
        unit: UnitId,
        author: PersonId,
        audience: Option<String>,
    },
    Notice(NoticeId),
    /// What waits for approval at these units and below, without what reaches beyond them, if they are bounds.
    Submitted {
        units: Vec<UnitId>,
        within: Vec<UnitId>,
    },
    /// What its variables are filled in with, and what stands in the way.
    Filling(NoticeId),
    /// Who has not confirmed, by unit.
    Unconfirmed(NoticeId),
    /// Who has tapped in its groups.
    Taps(NoticeId),
    /// What became of it, if it has gone out.
    Report(NoticeId),
    /// How many of those whom it did not reach can be tried again now.
    Again(NoticeId),
    /// Everybody it was for.
    Recipients(NoticeId),
    /// The schedules at these units and below.
    Schedules(Vec<UnitId>),
    /// What goes out in a month at these units and below.
    Planned {
        units: Vec<UnitId>,
        month: YearMonth,
    },
    /// One schedule, and what there is for its run at a moment.
    Schedule {
        schedule: ScheduleId,
        at: Option<Timestamp>,
    },
    /// What units were asked for, and answered.
    Call(CallAsk),
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug)]
pub enum Answer {
    Receipt(Option<Receipt>),
    Meeting(meeting::Known),
    /// Or why it cannot be said, in one sentence.
    Reach(Result<ReachFacts, AudienceFault>),
    Saved(Vec<SavedAudience>),
    Naming(Result<Naming, AudienceFault>),
    Approvers(Vec<String>),
    Notice(Option<Box<NoticeFacts>>),
    Submitted(Vec<Waiting>),
    Filling(Filling),
    Unconfirmed(Vec<UnitNames>),
    Taps(Vec<GroupTaps>),
    Report(Option<Box<Report>>),
    Again(i64),
    Recipients(Vec<Recipient>),
    Schedules(Vec<ScheduleFacts>),
    Planned(Vec<Planned>),
    Schedule(Option<Box<ScheduleFacts>>),
    Call(CallAnswer),
}

/// A notice that waits for approval: its number, title, author.
pub type Waiting = (NoticeId, String, Option<PersonId>);
/// A unit, how many have not confirmed there, and some of their names.
pub type UnitNames = (String, i64, Vec<String>);

/// A schedule, and what there is for its next run (or the one that was asked for).
#[derive(Clone, Debug)]
pub struct ScheduleFacts {
    pub id: ScheduleId,
    pub name: String,
    /// The rule in words.
    pub rule: String,
    pub paused: bool,
    pub self_sending: bool,
    /// The last moment of its last day.
    pub ends: Option<Timestamp>,
    pub next: Option<Timestamp>,
    /// The runs after the next one.
    pub later: Vec<Timestamp>,
    /// The notice of the run, filled in as far as the template goes.
    pub notice: NewNotice,
    /// How far the notice is that somebody wrote for the run.
    pub taken: Option<Stage>,
    /// The schedule's unit and all above it.
    pub line: Vec<UnitId>,
}

/// What is known of a delivery when somebody confirms it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Whom it was sent to; `None` where it went to a group.
    pub owner: Option<PersonId>,
    /// When the person who presses confirmed it before.
    pub confirmed_at: Option<Timestamp>,
    pub title: String,
}

/// A notice as it is written down.
#[derive(Clone, Debug)]
pub struct NoticeFacts {
    pub id: NoticeId,
    pub stage: Stage,
    /// It was sent before it was approved, and what was said of that.
    pub review: Option<Review>,
    pub notice: NewNotice,
    pub author: Option<String>,
    /// Who approved or returned it.
    pub decided_by: Option<String>,
    /// The author's unit and all above it.
    pub line: Vec<UnitId>,
}
