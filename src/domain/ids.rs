//! Ids as types, so that a person's number can never be used where a chat's is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A unit in the tree of bodies.
    UnitId,
    /// A member of staff.
    PersonId,
    /// A place where messages arrive: a person's private chat or a group.
    ChatId,
    /// An invite to enrol at a unit with a role.
    InviteId,
    /// A notice: content, audience, policy.
    NoticeId,
    /// One publication of a notice.
    EditionId,
    /// One recipient of one edition.
    DeliveryId,
    /// A change of the time or place of a meeting to which people were called.
    MeetingChangeId,
    /// A rule that makes editions by the calendar.
    ScheduleId,
    /// What a unit answered to a call for input.
    AnswerId,
    /// What one reporter sent.
    ReportId,
    /// A case: the matter that one or more reports are about.
    IncidentId,
    /// What somebody entered of their unit's work, in one line.
    TallyLineId,
    /// A picture that came in.
    MediaId,
    /// What somebody asked about their own data.
    RequestId,
    /// An update as it came from a platform, in the inbox.
    UpdateId,
    /// A row of the outbox.
    MessageId,
    /// What messages say; shared by all that say the same.
    PayloadId,
    /// A saved audience.
    AudienceId,
}
