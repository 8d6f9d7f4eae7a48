//! What those who were called are told after the call: rows that become due, one after the other.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::args;
use crate::conversation::Lang;
use crate::conversation::notice::meeting::{News, answer_buttons, news_words};
use crate::conversation::wording::hint;
use crate::domain::content::{Content, Lane};
use crate::domain::ids::*;
use crate::domain::meeting::Before;
use crate::domain::{ChannelKind, Timestamp};
use crate::store::{Env, Sql, StoreError, Tx, outbox, row};

use super::super::{OWN_DATA_PREFIX, edition::delivery, remind, write};
use super::{Call, begun, find};

/// People that one transaction tells.
const CHUNK: i64 = 1000;
/// When it is looked at again while the outbox is full.
const SOON: Duration = Duration::from_secs(2);

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Soon(Before),
    OtherTime,
    OtherPlace,
    Cancelled,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Soon(Before::Day),
        Self::Soon(Before::Hour),
        Self::OtherTime,
        Self::OtherPlace,
        Self::Cancelled,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Soon(Before::Day) => "day",
            Self::Soon(Before::Hour) => "hour",
            Self::OtherTime => "time",
            Self::OtherPlace => "place",
            Self::Cancelled => "cancelled",
        }
    }

    fn read(code: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|kind| kind.code() == code);
        found.ok_or_else(|| StoreError::Corrupt(format!("meeting step {code}")))
    }

    /// What changed has to be known before all else that waits.
    fn lane(self) -> Lane {
        if matches!(self, Self::Soon(_)) { Lane::Notice } else { Lane::Urgent }
    }
}

/// Something is told when it is due.
pub async fn add(tx: &mut Tx<'_>, id: NoticeId, kind: Kind, due: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO meeting_steps (notice_id, seq, kind, due_at)
               SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3 FROM meeting_steps WHERE notice_id = $1";
    tx.exec_one(sql, args![id, kind.code(), due]).await
}

/// A change is told as soon as it goes: to whoever has the call as it was, or is just getting it. Nothing of the edition
/// may come into the outbox meanwhile.
pub async fn add_change(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    kind: Kind,
    was: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO meeting_steps (notice_id, seq, kind, was, upto, due_at)
               SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, (SELECT COALESCE(MAX(id), 0) FROM messages), $4
               FROM meeting_steps WHERE notice_id = $1";
    tx.exec_one(sql, args![id, kind.code(), was, env.now]).await
}

/// What is not told yet is not true any more.
pub async fn drop_open(tx: &mut Tx<'_>, env: &Env, id: NoticeId) -> Result<(), StoreError> {
    let sql = "UPDATE meeting_steps SET done_at = $2 WHERE notice_id = $1 AND done_at IS NULL";
    tx.exec(sql, args![id, env.now]).await?;
    Ok(())
}

/// When the next of them is due.
pub async fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(due_at) FROM meeting_steps WHERE done_at IS NULL";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}

struct Row {
    notice_id: i64,
    seq: i64,
    kind: String,
    was: Option<String>,
    upto: Option<i64>,
    cursor: i64,
}

row!(Row { notice_id, seq, kind, was, upto, cursor });

/// Does some of what is due. Gives whether there was anything.
pub async fn follow_next(tx: &mut Tx<'_>, env: &Env) -> Result<bool, StoreError> {
    let sql = "SELECT notice_id, seq, kind, was, upto, cursor FROM meeting_steps
               WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at, notice_id, seq LIMIT 1";
    let Some(row) = tx.optional::<Row>(sql, args![env.now]).await? else { return Ok(false) };
    let id = NoticeId(row.notice_id);
    let kind = Kind::read(&row.kind)?;
    let call = find(tx, id).await?.ok_or(StoreError::Missing)?;
    let edition = begun(tx, id).await?.map(|(edition, _)| edition);
    let Some(edition) = edition.filter(|_| kind == Kind::Cancelled || !call.cancelled) else {
        return done(tx, env, &row).await;
    };
    if let Kind::Soon(before) = kind
        && is_late(&call, before, env.now)
    {
        return done(tx, env, &row).await;
    }
    if remind::is_full(tx, kind.lane()).await? {
        let sql = "UPDATE meeting_steps SET due_at = $3 WHERE notice_id = $1 AND seq = $2";
        tx.exec_one(sql, args![id, row.seq, env.now + SOON]).await?;
        return Ok(true);
    }
    let called: Vec<Called> =
        tx.all(CALLED, args![edition, row.cursor, CHUNK, id, call.round, row.upto]).await?;
    let Some(last) = called.last() else { return done(tx, env, &row).await };
    let sql = "UPDATE meeting_steps SET cursor = $3 WHERE notice_id = $1 AND seq = $2";
    tx.exec_one(sql, args![id, row.seq, last.cursor]).await?;
    tell(tx, env, id, kind, &call, row.was.as_deref().unwrap_or_default(), &called).await?;
    Ok(true)
}

async fn done(tx: &mut Tx<'_>, env: &Env, row: &Row) -> Result<bool, StoreError> {
    let sql = "UPDATE meeting_steps SET done_at = $3 WHERE notice_id = $1 AND seq = $2";
    tx.exec_one(sql, args![row.notice_id, row.seq, env.now]).await?;
    Ok(true)
}

/// After an outage: the meeting has begun, or the next reminder is due as well.
fn is_late(call: &Call, before: Before, now: Timestamp) -> bool {
    let Some(times) = call.plan.times else { return true };
    now >= times.starts_at || (before == Before::Day && now >= times.starts_at - Before::Hour.span())
}

struct Called {
    id: i64,
    cursor: i64,
    /// Where they can be written to now.
    channel: Option<String>,
    state: i64,
    answer: Option<String>,
}

row!(Called { id, cursor, channel, state, answer });

/// The chat `c` in which somebody can be told now who got delivery `d`: that in which they got it, or another of theirs
/// if that is closed.
macro_rules! chat_now {
    () => {
        "c.id = COALESCE(
           (SELECT o.id FROM chats o WHERE o.id = d.chat_id AND o.state = 'open'),
           (SELECT o.id FROM chats o WHERE o.person_id = d.person_id AND o.kind = 'private' AND o.state = 'open'
            ORDER BY o.rank, o.id LIMIT 1))"
    };
}

/// Everybody who was called or is just being called, chat by chat, with what they answer; without those whose call was
/// made only after a change, and says it already.
const CALLED: &str = concat!(
    "SELECT d.id, d.chat_id AS cursor, c.channel, d.state, a.answer
     FROM deliveries d LEFT JOIN chats c ON ",
    chat_now!(),
    " LEFT JOIN meeting_answers a ON a.notice_id = $4 AND a.person_id = d.person_id AND a.round = $5
     WHERE d.edition_id = $1 AND d.chat_id > $2 AND d.state IN (1, 2, 3)
       AND (CAST($6 AS BIGINT) IS NULL
            OR EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id AND m.id <= $6)
            OR NOT EXISTS (SELECT 1 FROM messages m WHERE m.delivery_id = d.id))
     ORDER BY d.chat_id LIMIT $3"
);

macro_rules! put {
    ($ids:literal) => {
        concat!(
            "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, last_part, state, ready,
               not_before, created_at)
             SELECT c.channel, c.id, $2, 'send', $3, $4 || d.nonce, $5, 0, 1, $6, $6 FROM ",
            $ids,
            " JOIN chats c ON ",
            chat_now!(),
            " ORDER BY d.id"
        )
    };
}

const PUT: Sql = Sql {
    lite: put!("json_each($1) j JOIN deliveries d ON d.id = j.value"),
    pg: put!("json_array_elements_text($1::json) j JOIN deliveries d ON d.id = j.value::bigint"),
};

/// Tells them. Who is away is not reminded; all else is for everybody.
async fn tell(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    kind: Kind,
    call: &Call,
    was: &str,
    called: &[Called],
) -> Result<(), StoreError> {
    let notice = write::find(tx, id).await?.ok_or(StoreError::Missing)?;
    let Some(meeting) = call.plan.meeting() else { return Ok(()) };
    // By channel, and whether they have answered.
    let mut alike: BTreeMap<(ChannelKind, bool), Vec<i64>> = BTreeMap::new();
    for one in called {
        let Some(channel) = one.channel.as_deref().and_then(ChannelKind::from_code) else { continue };
        let reminds = matches!(kind, Kind::Soon(_));
        // Nobody is reminded of what is still on its way to them.
        if reminds && (one.answer.as_deref() == Some("away") || one.state == delivery::QUEUED) {
            continue;
        }
        alike.entry((channel, reminds && one.answer.is_some())).or_default().push(one.id);
    }
    for ((channel, answered), ids) in alike {
        let news = match kind {
            Kind::Soon(_) => News::Soon { answered },
            Kind::OtherTime => News::Changed { was, anew: true },
            Kind::OtherPlace => News::Changed { was, anew: false },
            Kind::Cancelled => News::Cancelled,
        };
        let buttons = if kind == Kind::Cancelled { Vec::new() } else { answer_buttons(Lang::Vi) };
        let content = Content {
            text: news_words(Lang::Vi, &notice.title, &meeting, news),
            hint: hint(Lang::Vi, &buttons),
            buttons,
            files: match kind {
                Kind::Soon(_) => Vec::new(),
                _ => call.file(&notice).into_iter().collect(),
            },
        };
        let ids = serde_json::to_string(&ids)?;
        let parts = outbox::lay_out(content, channel.manner());
        let count = parts.len();
        for (seq, part) in parts.iter().enumerate() {
            let payload = outbox::add_payload(tx, env, part).await?;
            let last = seq + 1 == count;
            tx.exec(PUT, args![&ids, kind.lane().code(), payload, OWN_DATA_PREFIX, last, env.now]).await?;
        }
    }
    Ok(())
}
