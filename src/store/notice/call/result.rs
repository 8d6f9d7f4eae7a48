//! What came in, unit by unit; and how units stood in the latest calls.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::args;
use crate::conversation::notice::{Answered, AnsweredFile, CallLine, CallResult, Given, Standing};
use crate::domain::Timestamp;
use crate::domain::call::{Amount, CallKind};
use crate::domain::ids::*;
use crate::store::{Env, Store, StoreError, Tx, row};

use super::super::list;
use super::super::write::{self, Done, Refused};
use super::{asked, read};

/// Units that are read: more than a country has.
const MOST_UNITS: i64 = 200_000;
/// Calls that are looked back at.
const MOST_CALLS: i64 = 12;

/// An answer as it is kept.
pub struct GivenRow {
    pub answer: Option<i64>,
    person_id: Option<i64>,
    name: Option<String>,
    at: Option<i64>,
    late: Option<i64>,
    text: Option<String>,
    number: Option<i64>,
}

row!(GivenRow { answer, person_id, name, at, late, text, number });

impl GivenRow {
    /// The answer with its files; `None` where there is none.
    pub fn with(self, files: Vec<AnsweredFile>) -> Option<Given> {
        Some(Given {
            id: AnswerId(self.answer?),
            by: self.person_id.map(PersonId),
            who: self.name,
            at: Timestamp(self.at?),
            late: self.late? != 0,
            what: match (self.text, self.number) {
                (Some(text), _) => Answered::Text(text),
                (_, Some(number)) => Answered::Number(Amount(number)),
                _ => Answered::Files(files),
            },
        })
    }
}

struct LineRow {
    unit_id: i64,
    path: String,
    reached: i64,
    was_late: Option<i64>,
    given: GivenRow,
}

row!(LineRow { unit_id, path, reached, was_late; given: GivenRow::read });

/// The units of all whom the notice is for, those that it could not reach included.
const LINES: &str = "
    WITH every (unit_id, reached) AS (
      SELECT d.unit_id, CASE WHEN d.state IN (2, 3) THEN 1 ELSE 0 END
      FROM deliveries d JOIN editions e ON e.id = d.edition_id WHERE e.notice_id = $1
      UNION ALL
      SELECT COALESCE(c.unit_id, (SELECT MAX(r.unit_id) FROM roles r WHERE r.person_id = x.person_id)), 0
      FROM edition_unreached x JOIN editions e ON e.id = x.edition_id LEFT JOIN chats c ON c.id = x.chat_id
      WHERE e.notice_id = $1),
    asked (unit_id, reached) AS (
      SELECT unit_id, CAST(MAX(reached) AS BIGINT) FROM every WHERE unit_id IS NOT NULL GROUP BY unit_id)
    SELECT u.id AS unit_id, u.path, q.reached, a.id AS answer, a.person_id, p.name, a.at, a.late, a.text, a.number,
      (SELECT f.late FROM call_answers f
       WHERE f.notice_id = $1 AND f.unit_id = u.id AND f.lost = 0 ORDER BY f.id LIMIT 1) AS was_late
    FROM asked q JOIN units u ON u.id = q.unit_id
    LEFT JOIN call_answers a ON a.id = (
      SELECT MAX(b.id) FROM call_answers b WHERE b.notice_id = $1 AND b.unit_id = u.id AND b.lost = 0)
    LEFT JOIN people p ON p.id = a.person_id
    ORDER BY u.path_key LIMIT $2";

/// The files of an answer.
pub async fn files_of(
    tx: &mut Tx<'_>,
    notice: NoticeId,
    answer: Option<i64>,
) -> Result<Vec<AnsweredFile>, StoreError> {
    Ok(files(tx, notice).await?.remove(&answer.unwrap_or(0)).unwrap_or_default())
}

/// The files of all answers to a notice, by answer.
async fn files(tx: &mut Tx<'_>, notice: NoticeId) -> Result<BTreeMap<i64, Vec<AnsweredFile>>, StoreError> {
    let sql = "SELECT f.answer_id, f.name, f.sha256, COALESCE(b.size, 0)
               FROM call_answers a JOIN call_files f ON f.answer_id = a.id
               LEFT JOIN blobs b ON b.sha256 = f.sha256
               WHERE a.notice_id = $1 AND a.lost = 0 ORDER BY f.answer_id, f.seq";
    let rows: Vec<(i64, String, Option<String>, i64)> = tx.all(sql, args![notice]).await?;
    let mut all: BTreeMap<i64, Vec<AnsweredFile>> = BTreeMap::new();
    for (answer, name, sha256, size) in rows {
        let size = u64::try_from(size).unwrap_or(0);
        all.entry(answer).or_default().push(AnsweredFile { name, sha256, size });
    }
    Ok(all)
}

async fn lines(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Vec<CallLine>, StoreError> {
    let rows: Vec<LineRow> = tx.all(LINES, args![notice, MOST_UNITS]).await?;
    let mut files = files(tx, notice).await?;
    let line = |row: LineRow| {
        let files = row.given.answer.and_then(|answer| files.remove(&answer)).unwrap_or_default();
        CallLine {
            id: UnitId(row.unit_id),
            unit: row.path,
            reached: row.reached != 0,
            answer: row.given.with(files),
            was_late: row.was_late == Some(1),
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// What came in; `None` where nothing was asked, or it has not gone out.
pub async fn collected(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Option<CallResult>, StoreError> {
    let (Some(call), Some(row)) = (asked(tx, notice).await?, write::find(tx, notice).await?) else {
        return Ok(None);
    };
    if list::newest(tx, notice).await?.is_none_or(|edition| edition.state == "preparing") {
        return Ok(None);
    }
    let units = lines(tx, notice).await?;
    Ok(Some(CallResult { notice, title: row.title, kind: call.kind, due: call.due, units }))
}

/// The latest calls that are over and were not cancelled: all, or those of the house that made this one.
const OVER: &str = "
    SELECT k.notice_id FROM calls k JOIN notices n ON n.id = k.notice_id
    WHERE k.due_at <= $1 AND n.state = 'sent'
      AND EXISTS (SELECT 1 FROM editions e WHERE e.notice_id = n.id AND e.state NOT IN ('preparing', 'cancelled'))
      AND ($2 = 0 OR COALESCE(n.author_unit, (SELECT MIN(id) FROM units WHERE parent_id IS NULL)) = (
        SELECT COALESCE(o.author_unit, (SELECT MIN(id) FROM units WHERE parent_id IS NULL))
        FROM notices o WHERE o.id = $2))
    ORDER BY k.due_at DESC, k.notice_id DESC LIMIT $3";

/// How the units stood in the latest calls, and in how many.
pub async fn standings(
    tx: &mut Tx<'_>,
    env: &Env,
    like: Option<NoticeId>,
) -> Result<(usize, Vec<Standing>), StoreError> {
    let args = args![env.now, like.map_or(0, |id| id.0), MOST_CALLS];
    let calls: Vec<(i64,)> = tx.all(OVER, args).await?;
    let mut units: BTreeMap<String, Standing> = BTreeMap::new();
    for (notice,) in &calls {
        for line in lines(tx, NoticeId(*notice)).await? {
            let standing = units.entry(line.unit.clone()).or_default();
            standing.unit = line.unit;
            standing.asked += 1;
            match line.answer {
                None => standing.missing += 1,
                Some(_) if line.was_late => standing.late += 1,
                Some(_) => {}
            }
        }
    }
    Ok((calls.len(), units.into_values().collect()))
}

/// A call in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallListed {
    pub id: NoticeId,
    pub title: String,
    pub kind: CallKind,
    pub due: Timestamp,
    /// Units that have answered.
    pub answered: i64,
}

impl Store {
    /// Calls for input, newest first, at most `most`.
    ///
    /// # Errors
    /// The database's.
    pub async fn call_list(&self, most: usize) -> Result<Vec<CallListed>, StoreError> {
        let sql = "SELECT n.id, n.title, k.kind, k.due_at,
                     (SELECT COUNT(DISTINCT a.unit_id) FROM call_answers a WHERE a.notice_id = n.id AND a.lost = 0)
                   FROM calls k JOIN notices n ON n.id = k.notice_id ORDER BY n.id DESC LIMIT $1";
        let rows: Vec<(i64, String, String, i64, i64)> =
            self.db.read(move |tx| Box::pin(async move { tx.all(sql, args![most]).await })).await?;
        let listed = |(id, title, kind, due, answered): (i64, String, String, i64, i64)| {
            let call = read(&kind, due)?;
            Ok(CallListed { id: NoticeId(id), title, kind: call.kind, due: call.due, answered })
        };
        rows.into_iter().map(listed).collect()
    }

    /// What came in.
    ///
    /// # Errors
    /// The database's; inside, that there is no such notice, that nothing was asked, or that it has not gone out.
    pub async fn call_result(&self, id: NoticeId) -> Done<CallResult> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    if write::find(tx, id).await?.is_none() {
                        return Ok(Err(Refused::Unknown(id)));
                    }
                    if asked(tx, id).await?.is_none() {
                        return Ok(Err(Refused::NoCall(id)));
                    }
                    Ok(collected(tx, id).await?.ok_or(Refused::NotSent(id)))
                })
            })
            .await
    }

    /// How all units stood in the latest calls, and in how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn call_standings(&self) -> Result<(usize, Vec<Standing>), StoreError> {
        let env = self.env();
        self.db.read(move |tx| Box::pin(async move { standings(tx, &env, None).await })).await
    }
}
