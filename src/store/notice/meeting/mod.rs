//! Meetings to which notices call: what is kept of them, and the event that calendars are given.

mod answer;
mod change;
mod list;
mod steps;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::args;
use crate::conversation::notice::meeting::{Ask, Effect, Known};
use crate::domain::Timestamp;
use crate::domain::content::{Attachment, FileKind};
use crate::domain::ics::{Event, MIME, NAME};
use crate::domain::ids::*;
use crate::domain::meeting::{Before, Meeting, Plan, Times};
use crate::store::{Env, StoreError, Tx, blobs, row};

use super::write::{self, Refused};

pub use answer::{forget_person, own as own_answers};
pub use list::{Attendance, MeetingLine};
pub(super) use steps::{follow_next, next};

/// Random letters in the name by which calendars know a meeting.
const UID: usize = 12;

/// What a notice calls to.
#[derive(Clone, Debug)]
pub struct Call {
    pub plan: Plan,
    uid: String,
    sequence: u32,
    /// How often its time was changed.
    round: i64,
    stamp: Timestamp,
    pub cancelled: bool,
}

struct Row {
    starts_at: Option<i64>,
    ends_at: Option<i64>,
    place: Option<String>,
    uid: String,
    sequence: i64,
    round: i64,
    stamped_at: i64,
    cancelled_at: Option<i64>,
}

row!(Row { starts_at, ends_at, place, uid, sequence, round, stamped_at, cancelled_at });

fn times(starts_at: i64, ends_at: Option<i64>) -> Times {
    Times { starts_at: Timestamp(starts_at), ends_at: ends_at.map(Timestamp) }
}

/// What a notice calls to, if it is a call.
pub async fn find(tx: &mut Tx<'_>, id: NoticeId) -> Result<Option<Call>, StoreError> {
    let sql = "SELECT starts_at, ends_at, place, uid, sequence, round, stamped_at, cancelled_at
               FROM meetings WHERE notice_id = $1";
    let row: Option<Row> = tx.optional(sql, args![id]).await?;
    Ok(row.map(|row| Call {
        plan: Plan { times: row.starts_at.map(|starts_at| times(starts_at, row.ends_at)), place: row.place },
        uid: row.uid,
        sequence: u32::try_from(row.sequence).unwrap_or(0),
        round: row.round,
        stamp: Timestamp(row.stamped_at),
        cancelled: row.cancelled_at.is_some(),
    }))
}

/// Keeps what is known of the meeting while its call is written.
pub async fn keep(tx: &mut Tx<'_>, env: &Env, id: NoticeId, plan: Option<&Plan>) -> Result<(), StoreError> {
    let Some(plan) = plan else {
        tx.exec("DELETE FROM meetings WHERE notice_id = $1", args![id]).await?;
        return Ok(());
    };
    let sql = "INSERT INTO meetings (notice_id, starts_at, ends_at, place, uid, stamped_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (notice_id) DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                 place = excluded.place, stamped_at = excluded.stamped_at";
    let uid = format!("{}@loa", env.random.token(UID));
    let (starts_at, ends_at) =
        (plan.times.map(|times| times.starts_at), plan.times.and_then(|times| times.ends_at));
    tx.exec_one(sql, args![id, starts_at, ends_at, plan.place.as_deref(), uid, env.now]).await
}

impl Call {
    /// The same for a listing; `None` as long as it has no time.
    pub fn told(&self) -> Option<Told> {
        self.plan.meeting().map(|meeting| Told::of(meeting, self.cancelled))
    }

    /// The event of this meeting; `None` as long as it has no time.
    pub fn event(&self, notice: &write::Row) -> Option<String> {
        let meeting = self.plan.meeting()?;
        let event = Event {
            uid: &self.uid,
            sequence: self.sequence,
            stamp: self.stamp,
            meeting: &meeting,
            title: &notice.title,
            description: &notice.body,
            cancelled: self.cancelled,
        };
        Some(event.file())
    }

    /// The same as the file that goes along. Its bytes have to be kept by [`keep_event`].
    pub fn file(&self, notice: &write::Row) -> Option<Attachment> {
        let event = self.event(notice)?;
        let sha256 = hex::encode(Sha256::digest(event.as_bytes()));
        Some(Attachment { sha256, name: NAME.to_owned(), kind: FileKind::Document })
    }

    /// Why this cannot go out, if it cannot.
    pub fn refuses(&self, id: NoticeId, at: Timestamp) -> Option<Refused> {
        match self.plan.meeting() {
            None => Some(Refused::NoTimes(id)),
            Some(meeting) if meeting.times.starts_at <= at => Some(Refused::MeetingOver(id)),
            Some(_) => None,
        }
    }
}

/// Keeps the bytes of the event, so that it can be sent.
pub async fn keep_event(tx: &mut Tx<'_>, env: &Env, notice: &write::Row) -> Result<(), StoreError> {
    let call = find(tx, NoticeId(notice.id)).await?;
    if let Some(event) = call.and_then(|call| call.event(notice)) {
        blobs::put(tx, env, event.as_bytes(), MIME).await?;
    }
    Ok(())
}

/// A call goes out: from now on its reminders become due.
pub async fn begin(tx: &mut Tx<'_>, env: &Env, notice: &write::Row) -> Result<(), StoreError> {
    keep_event(tx, env, notice).await?;
    let id = NoticeId(notice.id);
    match find(tx, id).await?.and_then(|call| call.plan.times) {
        Some(times) => lay_reminders(tx, env, id, times.starts_at).await,
        None => Ok(()),
    }
}

/// Reminders whose time has passed already are none.
async fn lay_reminders(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    starts_at: Timestamp,
) -> Result<(), StoreError> {
    for before in Before::ALL {
        let due = starts_at - before.span();
        if due > env.now {
            steps::add(tx, id, steps::Kind::Soon(before), due).await?;
        }
    }
    Ok(())
}

/// A notice is cancelled: the meeting to which it calls does not take place. Whoever was called is told.
pub async fn call_off(tx: &mut Tx<'_>, env: &Env, id: NoticeId) -> Result<(), StoreError> {
    let sql = "UPDATE meetings SET cancelled_at = $2, stamped_at = $2, sequence = sequence + 1
               WHERE notice_id = $1 AND cancelled_at IS NULL";
    if tx.exec(sql, args![id, env.now]).await? == 0 {
        return Ok(());
    }
    steps::drop_open(tx, env, id).await?;
    if begun(tx, id).await?.is_some() {
        let notice = write::find(tx, id).await?.ok_or(StoreError::Missing)?;
        keep_event(tx, env, &notice).await?;
        steps::add(tx, id, steps::Kind::Cancelled, env.now).await?;
    }
    Ok(())
}

/// The edition with which people were called, and its state, if it has begun.
async fn begun(tx: &mut Tx<'_>, id: NoticeId) -> Result<Option<(EditionId, String)>, StoreError> {
    let sql = "SELECT id, state FROM editions WHERE notice_id = $1 AND started_at IS NOT NULL
               ORDER BY id DESC LIMIT 1";
    let row: Option<(i64, String)> = tx.optional(sql, args![id]).await?;
    Ok(row.map(|(id, state)| (EditionId(id), state)))
}

/// The edition of a call that has gone out, as long as its meeting is still to come: it can be called off.
pub async fn still_to_come(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
) -> Result<Option<(EditionId, String)>, StoreError> {
    let open = |call: Call| !call.cancelled && call.refuses(id, env.now).is_none();
    if find(tx, id).await?.is_some_and(open) { begun(tx, id).await } else { Ok(None) }
}

/// Answers a question of the conversation.
pub(super) async fn known(tx: &mut Tx<'_>, ask: &Ask) -> Result<Known, StoreError> {
    Ok(match ask {
        Ask::Call { delivery, person } => {
            Known::Call(answer::facts(tx, *delivery, *person).await?.map(Box::new))
        }
        Ask::Attendance(id) => Known::Attendance(list::attendees(tx, *id).await?),
        Ask::Change(id) => Known::Change(change::facts(tx, *id).await?.map(Box::new)),
    })
}

/// Makes a change that the conversation decided. What cannot be done any more is no failure: nothing happens.
pub(super) async fn apply(tx: &mut Tx<'_>, env: &Env, effect: &Effect) -> Result<(), StoreError> {
    match effect {
        Effect::Answer { delivery, person, answer, line } => {
            answer::answer(tx, env, *delivery, *person, *answer, line.as_deref()).await
        }
        Effect::Change { notice, by, meeting } => change::change(tx, env, *notice, *by, meeting).await,
        Effect::Propose { notice, by, meeting } => change::propose(tx, env, *notice, *by, meeting).await,
        Effect::Decide { change, by, agreed } => change::decide(tx, env, *change, *by, *agreed).await,
    }
}

/// A meeting in a listing, without what is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    pub place: String,
    pub cancelled: bool,
}

impl Told {
    fn of(meeting: Meeting, cancelled: bool) -> Self {
        let Times { starts_at, ends_at } = meeting.times;
        Self { starts_at, ends_at, place: meeting.place, cancelled }
    }

    /// The meeting.
    pub fn meeting(&self) -> Meeting {
        let times = Times { starts_at: self.starts_at, ends_at: self.ends_at };
        Meeting { times, place: self.place.clone() }
    }
}
