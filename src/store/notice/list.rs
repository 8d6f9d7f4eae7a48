//! Notices in listings, and who has received and confirmed them.

use serde::Serialize;

use crate::args;
use crate::conversation::notice::{Recipient, Stage};
use crate::domain::ids::*;
use crate::domain::rich::Span;
use crate::domain::{ChannelKind, Failure, Timestamp};
use crate::store::{Store, StoreError, Tx, row};

use super::meeting::{self, Told};
use super::write::{self, Done, Refused};

/// How far an edition has come. The first six add up to `total`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub waiting: i64,
    pub queued: i64,
    /// Arrived, and not confirmed.
    pub sent: i64,
    pub confirmed: i64,
    pub failed: i64,
    /// Not tried: the chat closed, or the person left, before it was their turn.
    pub skipped: i64,
    pub total: i64,
    /// People and groups of the audience without an open chat.
    pub unreached: i64,
}

row!(Counts { waiting, queued, sent, confirmed, failed, skipped, total, unreached });

impl Counts {
    /// What has arrived, confirmed or not.
    pub fn arrived(&self) -> i64 {
        self.sent + self.confirmed
    }

    /// What will not be sent any more, or has been.
    pub fn ended(&self) -> i64 {
        self.total - self.waiting - self.queued
    }
}

/// A notice in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeLine {
    pub id: NoticeId,
    pub title: String,
    pub state: Stage,
    /// Of the newest edition: `preparing`, `running`, `paused`, `done` or `cancelled`.
    pub edition: Option<String>,
    pub author: Option<String>,
    pub created_at: Timestamp,
    pub counts: Counts,
}

/// A notice with all that there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeDetail {
    pub id: NoticeId,
    pub title: String,
    pub text: String,
    /// The emphasis of the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    pub audience: String,
    pub urgent: bool,
    pub confirm: bool,
    pub state: Stage,
    pub reason: Option<String>,
    pub author: Option<String>,
    pub approver: Option<String>,
    pub send_at: Option<Timestamp>,
    /// What it calls to, if it is a call to a meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<Told>,
    pub files: Vec<String>,
    /// Stands for the content as it is now: what is approved under it is nothing else.
    pub fingerprint: String,
    pub edition: Option<EditionLine>,
}

/// The newest edition of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditionLine {
    pub id: EditionId,
    pub state: String,
    pub starts_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub counts: Counts,
    /// How many have looked at it, on platforms that say so.
    pub seen: i64,
}

struct RecipientRow {
    chat: String,
    kind: String,
    unit: Option<String>,
    channel: String,
    state: String,
    failure: Option<i64>,
    reason: Option<String>,
    sent_at: Option<i64>,
    seen_at: Option<i64>,
    confirmed_at: Option<i64>,
    confirmations: i64,
}

row!(RecipientRow {
    chat,
    kind,
    unit,
    channel,
    state,
    failure,
    reason,
    sent_at,
    seen_at,
    confirmed_at,
    confirmations
});

impl From<RecipientRow> for Recipient {
    fn from(row: RecipientRow) -> Self {
        Self {
            chat: row.chat,
            kind: row.kind,
            unit: row.unit,
            channel: ChannelKind::from_code(&row.channel),
            state: row.state,
            failure: row.failure.and_then(Failure::from_number),
            reason: row.reason,
            sent_at: row.sent_at.map(Timestamp),
            seen_at: row.seen_at.map(Timestamp),
            confirmed_at: row.confirmed_at.map(Timestamp),
            confirmations: row.confirmations,
        }
    }
}

/// Those of one unit who have received a notice and not confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unconfirmed {
    pub unit: String,
    /// People and groups; a group counts as long as nobody in it has confirmed.
    pub names: Vec<String>,
    /// How many there are; `names` may hold fewer.
    pub count: i64,
}

/// So many names are listed for one unit.
const MOST_NAMES: usize = 20;
/// So many rows one listing reads.
const MOST_ROWS: i64 = 100_000;

struct LineRow {
    id: i64,
    title: String,
    state: String,
    edition: Option<String>,
    author: Option<String>,
    created_at: i64,
    counts: Counts,
}

row!(LineRow { id, title, state, edition, author, created_at; counts: Counts::read });

pub struct EditionRow {
    pub id: i64,
    pub state: String,
    starts_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    pub counts: Counts,
}

row!(EditionRow { id, state, starts_at, started_at, ended_at; counts: Counts::read });

const LIST: &str = "
    SELECT n.id, n.title, n.state, n.created_at, p.name AS author, e.state AS edition,
      COALESCE(e.waiting, 0) AS waiting, COALESCE(e.queued, 0) AS queued, COALESCE(e.sent, 0) AS sent,
      COALESCE(e.confirmed, 0) AS confirmed, COALESCE(e.failed, 0) AS failed,
      COALESCE(e.skipped, 0) AS skipped, COALESCE(e.total, 0) AS total,
      COALESCE(e.unreached, 0) AS unreached
    FROM notices n LEFT JOIN people p ON p.id = n.author_id
    LEFT JOIN editions e ON e.id = (SELECT MAX(id) FROM editions WHERE notice_id = n.id)
    ORDER BY n.id DESC LIMIT $1";

const RECIPIENTS: &str = "
    SELECT c.title AS chat, c.kind, u.path AS unit, c.channel,
      CASE d.state WHEN 0 THEN 'waiting' WHEN 1 THEN 'queued' WHEN 2 THEN 'sent' WHEN 3 THEN 'confirmed'
                   WHEN 4 THEN 'failed' ELSE 'skipped' END AS state,
      d.failure, d.reason, d.sent_at, d.seen_at, d.confirmed_at,
      (SELECT COUNT(*) FROM confirmations k WHERE k.delivery_id = d.id) AS confirmations
    FROM deliveries d JOIN chats c ON c.id = d.chat_id LEFT JOIN units u ON u.id = d.unit_id
    WHERE d.edition_id = $1
    UNION ALL
    SELECT COALESCE(c.title, p.name, ''), CASE WHEN x.chat_id IS NULL THEN 'private' ELSE 'group' END,
      u.path, COALESCE(c.channel, ''), 'unreached', NULL, x.why, NULL, NULL, NULL, 0
    FROM edition_unreached x LEFT JOIN chats c ON c.id = x.chat_id LEFT JOIN people p ON p.id = x.person_id
    LEFT JOIN units u ON u.id = c.unit_id
    WHERE x.edition_id = $1
    ORDER BY 3, 1 LIMIT $2";

const SEEN: &str = "SELECT COUNT(*) FROM deliveries WHERE edition_id = $1 AND seen_at IS NOT NULL";

impl Store {
    /// Notices, newest first, at most `most`.
    ///
    /// # Errors
    /// The database's.
    pub async fn notice_list(&self, most: usize) -> Result<Vec<NoticeLine>, StoreError> {
        let rows: Vec<LineRow> =
            self.db.read(move |tx| Box::pin(async move { tx.all(LIST, args![most]).await })).await?;
        rows.into_iter().map(NoticeLine::read).collect()
    }

    /// One notice with its newest edition.
    ///
    /// # Errors
    /// The database's; inside, that there is no such notice.
    pub async fn notice_show(&self, id: NoticeId) -> Done<NoticeDetail> {
        self.db.read(move |tx| Box::pin(async move { show(tx, id).await })).await
    }

    /// Everybody a notice was for, by unit, with what became of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn notice_recipients(&self, id: NoticeId) -> Result<Vec<Recipient>, StoreError> {
        self.db.read(move |tx| Box::pin(async move { recipients(tx, id).await })).await
    }

    /// Who has received a notice and not confirmed it, by unit.
    ///
    /// # Errors
    /// The database's.
    pub async fn notice_unconfirmed(&self, id: NoticeId) -> Result<Vec<Unconfirmed>, StoreError> {
        self.db.read(move |tx| Box::pin(async move { unconfirmed(tx, id).await })).await
    }
}

impl NoticeLine {
    fn read(row: LineRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: NoticeId(row.id),
            title: row.title,
            state: write::read_state(&row.state)?,
            edition: row.edition,
            author: row.author,
            created_at: Timestamp(row.created_at),
            counts: row.counts,
        })
    }
}

/// Everybody a notice was for, with what became of it.
pub async fn recipients(tx: &mut Tx<'_>, id: NoticeId) -> Result<Vec<Recipient>, StoreError> {
    let Some(edition) = newest(tx, id).await? else { return Ok(Vec::new()) };
    let rows: Vec<RecipientRow> = tx.all(RECIPIENTS, args![edition.id, MOST_ROWS]).await?;
    Ok(rows.into_iter().map(Recipient::from).collect())
}

pub async fn newest(tx: &mut Tx<'_>, id: NoticeId) -> Result<Option<EditionRow>, StoreError> {
    let sql = "SELECT id, state, starts_at, started_at, ended_at, waiting, queued, sent, confirmed, failed,
                 skipped, total, unreached
               FROM editions WHERE notice_id = $1 ORDER BY id DESC LIMIT 1";
    tx.optional(sql, args![id]).await
}

async fn show(tx: &mut Tx<'_>, id: NoticeId) -> Done<NoticeDetail> {
    let Some(row) = write::find(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
    let sql = "SELECT name FROM notice_files WHERE notice_id = $1 ORDER BY seq";
    let files: Vec<(String,)> = tx.all(sql, args![id]).await?;
    let fingerprint = super::act::facts(tx, id).await?.map(|facts| facts.notice.fingerprint());
    let body = row.rich()?;
    let edition = match newest(tx, id).await? {
        Some(row) => Some(EditionLine {
            id: EditionId(row.id),
            state: row.state,
            starts_at: Timestamp(row.starts_at),
            started_at: row.started_at.map(Timestamp),
            ended_at: row.ended_at.map(Timestamp),
            counts: row.counts,
            seen: tx.int(SEEN, args![row.id]).await?,
        }),
        None => None,
    };
    Ok(Ok(NoticeDetail {
        id,
        state: row.state()?,
        author: super::act::name(tx, row.author_id).await?,
        approver: super::act::name(tx, row.approver_id).await?,
        title: row.title,
        spans: body.spans,
        text: body.text,
        audience: row.audience,
        urgent: row.urgent != 0,
        confirm: row.confirm != 0,
        reason: row.reason,
        send_at: row.send_at.map(Timestamp),
        meeting: meeting::find(tx, id).await?.and_then(|call| call.told()),
        files: files.into_iter().map(|(name,)| name).collect(),
        fingerprint: fingerprint.unwrap_or_default(),
        edition,
    }))
}

pub async fn unconfirmed(tx: &mut Tx<'_>, id: NoticeId) -> Result<Vec<Unconfirmed>, StoreError> {
    let Some(edition) = newest(tx, id).await? else { return Ok(Vec::new()) };
    // Counted in the database and named for a few, so that a million rows never come out of it.
    let sql = "SELECT COALESCE(u.path, '') AS unit, c.title, x.count FROM (
                 SELECT d.unit_id, d.chat_id, COUNT(*) OVER (PARTITION BY d.unit_id) AS count,
                        ROW_NUMBER() OVER (PARTITION BY d.unit_id ORDER BY d.id) AS number
                 FROM deliveries d WHERE d.edition_id = $1 AND d.state = 2) AS x
               JOIN chats c ON c.id = x.chat_id LEFT JOIN units u ON u.id = x.unit_id
               WHERE x.number <= $2 ORDER BY u.path_key, x.number LIMIT $3";
    let rows: Vec<(String, String, i64)> = tx.all(sql, args![edition.id, MOST_NAMES, MOST_ROWS]).await?;
    let mut units: Vec<Unconfirmed> = Vec::new();
    for (unit, name, count) in rows {
        match units.last_mut().filter(|last| last.unit == unit) {
            Some(last) => last.names.push(name),
            None => units.push(Unconfirmed { unit, names: vec![name], count }),
        }
    }
    Ok(units)
}
