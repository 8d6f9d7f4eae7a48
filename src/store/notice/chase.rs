//! What follows on an edition that asks to be confirmed: rows that become due, one after the other.

use std::time::Duration;

use crate::args;
use crate::domain::Timestamp;
use crate::domain::chase::{After, Chase, Step};
use crate::domain::ids::EditionId;
use crate::domain::template::outlined;
use crate::store::{Env, StoreError, Tx, row};

use super::{heads, remind};

/// A step that is due, and the edition that it is about.
pub struct Due {
    pub edition: EditionId,
    pub seq: i64,
    pub step: Step,
    pub after: After,
    pub cursor: i64,
    pub state: String,
    /// As whoever is none of the recipients is told of it.
    pub title: String,
    /// As it was written.
    pub template: String,
    /// The day with which it is filled in.
    pub at: Timestamp,
    pub urgent: bool,
    pub author_id: Option<i64>,
    pub approver_id: Option<i64>,
    pub author_unit: Option<i64>,
    pub total: i64,
    pub confirmed: i64,
    pub notice: i64,
}

struct Row {
    edition_id: i64,
    seq: i64,
    kind: String,
    number: i64,
    after: Option<i64>,
    cursor: i64,
    state: String,
    at: i64,
    title: String,
    urgent: i64,
    author_id: Option<i64>,
    approver_id: Option<i64>,
    author_unit: Option<i64>,
    total: i64,
    confirmed: i64,
    notice: i64,
}

row!(Row {
    edition_id,
    seq,
    kind,
    number,
    after,
    cursor,
    state,
    at,
    title,
    urgent,
    author_id,
    approver_id,
    author_unit,
    total,
    confirmed,
    notice
});

fn code(step: Step) -> (&'static str, u32) {
    match step {
        Step::Remind(number) => ("remind", number),
        Step::Heads(level) => ("heads", level),
        Step::Alert(percent) => ("alert", percent),
    }
}

impl Row {
    fn read(self) -> Result<Due, StoreError> {
        let corrupt = || StoreError::Corrupt(format!("step {} {}", self.kind, self.number));
        let number = u32::try_from(self.number).map_err(|_| corrupt())?;
        let step = match self.kind.as_str() {
            "remind" => Step::Remind(number),
            "heads" => Step::Heads(number),
            "alert" => Step::Alert(number),
            _ => return Err(corrupt()),
        };
        let span = |micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0));
        Ok(Due {
            edition: EditionId(self.edition_id),
            seq: self.seq,
            step,
            after: self.after.map_or(After::Morning, |micros| After::Span(span(micros))),
            cursor: self.cursor,
            state: self.state,
            title: outlined(&self.title, Timestamp(self.at)),
            template: self.title,
            at: Timestamp(self.at),
            urgent: self.urgent != 0,
            author_id: self.author_id,
            approver_id: self.approver_id,
            author_unit: self.author_unit,
            total: self.total,
            confirmed: self.confirmed,
            notice: self.notice,
        })
    }
}

/// An edition begins that asks to be confirmed, and reminds for the first time after `first`.
pub async fn begin(
    tx: &mut Tx<'_>,
    env: &Env,
    edition: EditionId,
    first: Duration,
    chase: &Chase,
    urgent: bool,
) -> Result<(), StoreError> {
    for (seq, (step, after)) in chase.steps(first).into_iter().enumerate() {
        let (kind, number) = code(step);
        let micros = match after {
            After::Span(span) => Some(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
            After::Morning => None,
        };
        let due = after.from(env.now, &env.calendar, urgent);
        let sql = "INSERT INTO edition_steps (edition_id, seq, kind, number, after, due_at)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        tx.exec_one(sql, args![edition, seq, kind, i64::from(number), micros, due]).await?;
    }
    Ok(())
}

/// Does some of what is due. Gives whether there was anything.
pub async fn follow_next(tx: &mut Tx<'_>, env: &Env) -> Result<bool, StoreError> {
    let sql = "SELECT s.edition_id, s.seq, s.kind, s.number, s.after, s.cursor, e.state,
                 COALESCE(e.started_at, e.starts_at) AS at, n.title, n.urgent,
                 n.author_id, n.approver_id, n.author_unit, e.total, e.confirmed, n.id AS notice
               FROM edition_steps s JOIN editions e ON e.id = s.edition_id JOIN notices n ON n.id = e.notice_id
               WHERE s.done_at IS NULL AND s.due_at <= $1 ORDER BY s.due_at, s.edition_id, s.seq LIMIT 1";
    let Some(row) = tx.optional::<Row>(sql, args![env.now]).await? else { return Ok(false) };
    let due = row.read()?;
    if due.state == "cancelled" {
        let sql = "UPDATE edition_steps SET done_at = $2 WHERE edition_id = $1 AND done_at IS NULL";
        tx.exec(sql, args![due.edition, env.now]).await?;
        return Ok(true);
    }
    match due.step {
        Step::Remind(number) => remind::remind_some(tx, env, &due, number).await?,
        Step::Heads(level) => heads::tell_heads(tx, env, &due, level).await?,
        Step::Alert(percent) => heads::alert(tx, env, &due, percent).await?,
    }
    Ok(true)
}

/// It is looked at again then.
pub async fn later(tx: &mut Tx<'_>, due: &Due, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE edition_steps SET due_at = $3 WHERE edition_id = $1 AND seq = $2";
    tx.exec_one(sql, args![due.edition, due.seq, at]).await
}

/// It is done.
pub async fn done(tx: &mut Tx<'_>, env: &Env, due: &Due) -> Result<(), StoreError> {
    let sql = "UPDATE edition_steps SET done_at = $3 WHERE edition_id = $1 AND seq = $2";
    tx.exec_one(sql, args![due.edition, due.seq, env.now]).await
}

/// Somebody counts as missing again: reminders look from here on, also those that were through. Nobody hears one twice.
pub async fn look_again(
    tx: &mut Tx<'_>,
    env: &Env,
    edition: EditionId,
    from_chat: i64,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE edition_steps SET done_at = NULL, due_at = CASE WHEN due_at < $3 THEN $3 ELSE due_at END,
                 cursor = CASE WHEN cursor < $2 THEN cursor ELSE $2 END
               WHERE edition_id = $1 AND kind = 'remind'";
    tx.exec(sql, args![edition, from_chat.saturating_sub(1), env.now]).await?;
    Ok(())
}

/// When the next step is due.
pub async fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(due_at) FROM edition_steps WHERE done_at IS NULL";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}
