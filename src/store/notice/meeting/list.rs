//! Who comes, and which meetings there are.

use serde::Serialize;

use crate::args;
use crate::conversation::notice::Stage;
use crate::conversation::notice::meeting::Attendee;
use crate::domain::Timestamp;
use crate::domain::ids::NoticeId;
use crate::domain::meeting::{Meeting, Plan};
use crate::store::{Store, StoreError, Tx, row};

use super::super::write::{self, Done, Refused, read_state};
use super::{Told, answer, begun, find, times};

/// So many rows one listing reads.
const MOST_ROWS: i64 = 100_000;

/// Who comes to a meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attendance {
    pub id: NoticeId,
    pub title: String,
    #[serde(flatten)]
    pub told: Told,
    pub people: Vec<Attendee>,
}

/// A meeting in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeetingLine {
    pub id: NoticeId,
    pub title: String,
    pub state: Stage,
    #[serde(flatten)]
    pub told: Told,
    pub coming: i64,
    pub away: i64,
    pub stand_in: i64,
}

struct LineRow {
    id: i64,
    title: String,
    state: String,
    starts_at: i64,
    ends_at: Option<i64>,
    place: String,
    cancelled_at: Option<i64>,
    coming: i64,
    away: i64,
    stand_in: i64,
}

row!(LineRow { id, title, state, starts_at, ends_at, place, cancelled_at, coming, away, stand_in });

macro_rules! count {
    ($answer:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM meeting_answers a WHERE a.notice_id = m.notice_id AND a.round = m.round
              AND a.answer = '",
            $answer,
            "')"
        )
    };
}

const LIST: &str = concat!(
    "SELECT n.id, n.title, n.state, m.starts_at, m.ends_at, m.place, m.cancelled_at, ",
    count!("coming"),
    " AS coming, ",
    count!("away"),
    " AS away, ",
    count!("stand_in"),
    " AS stand_in
     FROM meetings m JOIN notices n ON n.id = m.notice_id
     WHERE m.starts_at IS NOT NULL AND m.place IS NOT NULL AND n.state <> 'cancelled' AND m.starts_at > $1
     ORDER BY m.starts_at, n.id LIMIT $2"
);

impl Store {
    /// Meetings that are to come, the next first, at most `most`.
    ///
    /// # Errors
    /// The database's.
    pub async fn meeting_list(&self, most: usize) -> Result<Vec<MeetingLine>, StoreError> {
        let now = self.now();
        let rows: Vec<LineRow> =
            self.db.read(move |tx| Box::pin(async move { tx.all(LIST, args![now, most]).await })).await?;
        rows.into_iter().map(MeetingLine::read).collect()
    }

    /// Who comes to a meeting, by unit.
    ///
    /// # Errors
    /// The database's; inside, that there is no such meeting.
    pub async fn meeting_attendance(&self, id: NoticeId) -> Done<Attendance> {
        self.db.read(move |tx| Box::pin(async move { attendance(tx, id).await })).await
    }

    /// A meeting as calendars read it.
    ///
    /// # Errors
    /// The database's; inside, that there is no such meeting.
    pub async fn meeting_event(&self, id: NoticeId) -> Done<String> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let Some(notice) = write::find(tx, id).await? else {
                        return Ok(Err(Refused::Unknown(id)));
                    };
                    let Some(call) = find(tx, id).await? else { return Ok(Err(Refused::NoMeeting(id))) };
                    Ok(call.event(&notice).ok_or(Refused::NoTimes(id)))
                })
            })
            .await
    }

    /// What a notice calls to, as far as it is known.
    ///
    /// # Errors
    /// The database's; inside, that it is no call.
    pub async fn meeting_plan(&self, id: NoticeId) -> Done<Plan> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let call = find(tx, id).await?;
                    Ok(call.map(|call| call.plan).ok_or(Refused::NoMeeting(id)))
                })
            })
            .await
    }
}

impl MeetingLine {
    fn read(row: LineRow) -> Result<Self, StoreError> {
        let meeting = Meeting { times: times(row.starts_at, row.ends_at), place: row.place };
        Ok(Self {
            id: NoticeId(row.id),
            title: row.title,
            state: read_state(&row.state)?,
            told: Told::of(meeting, row.cancelled_at.is_some()),
            coming: row.coming,
            away: row.away,
            stand_in: row.stand_in,
        })
    }
}

async fn attendance(tx: &mut Tx<'_>, id: NoticeId) -> Done<Attendance> {
    let Some(notice) = write::find(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
    let Some(call) = find(tx, id).await? else { return Ok(Err(Refused::NoMeeting(id))) };
    let Some(told) = call.told() else { return Ok(Err(Refused::NoTimes(id))) };
    let people = attendees(tx, id).await?;
    Ok(Ok(Attendance { id, title: notice.title, told, people }))
}

struct AttendeeRow {
    unit: Option<String>,
    name: String,
    alone: i64,
    answer: Option<String>,
    line: Option<String>,
    old: i64,
    at: Option<i64>,
}

row!(AttendeeRow { unit, name, alone, answer, line, old, at });

/// Who answered; and whoever was called and did not. A group in which somebody did is not named.
const ATTENDEES: &str = "
    SELECT u.path AS unit, p.name, CAST(1 AS BIGINT) AS alone, a.answer, a.line,
      CAST(CASE WHEN a.round < m.round THEN 1 ELSE 0 END AS BIGINT) AS old, a.at,
      COALESCE(u.path_key, '') AS place, d.id AS number, p.id AS person
    FROM meeting_answers a JOIN meetings m ON m.notice_id = a.notice_id JOIN people p ON p.id = a.person_id
    JOIN deliveries d ON d.id = a.delivery_id LEFT JOIN units u ON u.id = d.unit_id
    WHERE a.notice_id = $1
    UNION ALL
    SELECT u.path, COALESCE(p.name, c.title), CAST(CASE WHEN d.person_id IS NULL THEN 0 ELSE 1 END AS BIGINT), NULL, NULL,
      CAST(0 AS BIGINT), NULL,
      COALESCE(u.path_key, ''), d.id, COALESCE(d.person_id, 0)
    FROM deliveries d JOIN chats c ON c.id = d.chat_id LEFT JOIN people p ON p.id = d.person_id
    LEFT JOIN units u ON u.id = d.unit_id
    WHERE d.edition_id = $2 AND (d.person_id IS NOT NULL OR d.state <> 3) AND NOT EXISTS (
      SELECT 1 FROM meeting_answers a WHERE a.notice_id = $1 AND a.person_id = d.person_id)
    ORDER BY 8, 9, 10 LIMIT $3";

/// Everybody who was called, by unit.
pub async fn attendees(tx: &mut Tx<'_>, id: NoticeId) -> Result<Vec<Attendee>, StoreError> {
    let Some((edition, _)) = begun(tx, id).await? else { return Ok(Vec::new()) };
    let rows: Vec<AttendeeRow> = tx.all(ATTENDEES, args![id, edition, MOST_ROWS]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let answer = match row.answer {
            Some(code) => Some(answer::read(&code)?),
            None => None,
        };
        all.push(Attendee {
            unit: row.unit,
            name: row.name,
            group: row.alone == 0,
            answer,
            line: row.line,
            old: row.old != 0,
            at: row.at.map(Timestamp),
        });
    }
    Ok(all)
}
