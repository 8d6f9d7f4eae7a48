//! The count that its author and its approver see while a notice goes out.

use std::time::Duration;

use crate::args;
use crate::conversation::Lang;
use crate::conversation::notice::{Progress, progress};
use crate::domain::Timestamp;
use crate::domain::ids::NoticeId;
use crate::store::{Env, Sql, StoreError, Tx, outbox, row};

use super::{act, meeting};

/// The count is shown anew this often at most while it runs: platforms dislike more edits.
const RUNNING: Duration = Duration::from_secs(3);
/// And this often when only confirmations come in.
const AFTER: Duration = Duration::from_secs(60);

struct Row {
    id: i64,
    notice_id: i64,
    state: String,
    waiting: i64,
    queued: i64,
    sent: i64,
    confirmed: i64,
    failed: i64,
    skipped: i64,
    total: i64,
    unreached: i64,
    title: String,
    confirm: i64,
    author_id: Option<i64>,
    approver_id: Option<i64>,
    asks: i64,
    answered: i64,
}

row!(Row {
    id,
    notice_id,
    state,
    waiting,
    queued,
    sent,
    confirmed,
    failed,
    skipped,
    total,
    unreached,
    title,
    confirm,
    author_id,
    approver_id,
    asks,
    answered
});

/// What was shown, for telling whether it would look any different now.
macro_rules! looks {
    () => {
        "(e.state || ' ' || (e.waiting + e.queued) || ' ' || e.sent || ' ' || e.confirmed || ' ' || e.failed
          || ' ' || e.skipped)"
    };
}

/// Editions that changed since they were shown. The first condition is that of an index.
macro_rules! changed {
    () => {
        concat!(
            " e.changed_at > 0 AND e.state <> 'preparing' AND e.started_at IS NOT NULL AND e.shown <> ",
            looks!()
        )
    };
}

macro_rules! next {
    ($lock:literal) => {
        concat!(
            "SELECT e.id, e.notice_id, e.state, e.waiting, e.queued, e.sent, e.confirmed, e.failed, e.skipped,
       e.total, e.unreached, n.title, n.confirm, n.author_id, n.approver_id,
       (SELECT COUNT(*) FROM calls k WHERE k.notice_id = n.id) AS asks,
       (SELECT COUNT(DISTINCT a.unit_id) FROM call_answers a WHERE a.notice_id = n.id AND a.lost = 0) AS answered
     FROM editions e JOIN notices n ON n.id = e.notice_id WHERE ",
    changed!(),
    " AND (e.shown NOT LIKE e.state || ' %'
           OR e.shown_at <= CASE WHEN e.state = 'running' THEN $1 ELSE $2 END)
      ORDER BY e.id LIMIT 1",
            $lock
        )
    };
}

/// On PostgreSQL the edition is held from here on: what is written down as shown has to be what is shown.
const NEXT: Sql = Sql { lite: next!(""), pg: next!(" FOR UPDATE OF e") };

const SHOWN: &str =
    concat!("UPDATE editions AS e SET shown_at = $2, changed_at = 0, shown = ", looks!(), " WHERE id = $1");

const DUE: &str = concat!(
    "SELECT MIN(CASE WHEN e.state = 'running' THEN e.shown_at + $1 ELSE e.shown_at + $2 END)
     FROM editions e WHERE ",
    changed!()
);

/// Shows one edition's count anew, if there is one that changed and is due. Gives whether there was one.
pub async fn show_next(tx: &mut Tx<'_>, env: &Env) -> Result<bool, StoreError> {
    let args = args![env.now - RUNNING, env.now - AFTER];
    let Some(row) = tx.optional::<Row>(NEXT, args).await? else { return Ok(false) };
    tx.exec_one(SHOWN, args![row.id, env.now]).await?;
    let now = Progress {
        notice: NoticeId(row.notice_id),
        title: row.title,
        state: row.state,
        confirm: row.confirm != 0,
        meeting: meeting::find(tx, NoticeId(row.notice_id)).await?.is_some(),
        total: row.total,
        arrived: row.sent + row.confirmed,
        confirmed: row.confirmed,
        waiting: row.waiting + row.queued,
        failed: row.failed,
        skipped: row.skipped,
        unreached: row.unreached,
        answered: (row.asks > 0).then_some(row.answered),
    };
    let mut people = vec![row.author_id, row.approver_id];
    people.dedup();
    for person in people.into_iter().flatten() {
        if let Some(place) = act::place_of(tx, Some(person)).await? {
            let lang: Lang = place.lang();
            outbox::post(tx, env, place.chat(), &progress(lang, place.chat(), row.id, &now)).await?;
        }
    }
    Ok(true)
}

/// When the next count is due to be shown anew.
pub async fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let micros = |span: Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    let (next,): (Option<i64>,) = tx.one(DUE, args![micros(RUNNING), micros(AFTER)]).await?;
    Ok(next.map(Timestamp))
}
