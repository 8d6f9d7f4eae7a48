//! What somebody answers to a call.

use crate::args;
use crate::conversation::notice::meeting::CallFacts;
use crate::domain::Timestamp;
use crate::domain::ids::*;
use crate::domain::meeting::{Answer, Meeting};
use crate::store::{Env, Sql, StoreError, Tx, row};

use super::super::confirm;
use super::times;

struct Row {
    owner: Option<i64>,
    title: String,
    starts_at: i64,
    ends_at: Option<i64>,
    place: String,
    cancelled_at: Option<i64>,
    answer: Option<String>,
    line: Option<String>,
}

row!(Row { owner, title, starts_at, ends_at, place, cancelled_at, answer, line });

/// What is known of a call when somebody answers it.
pub async fn facts(
    tx: &mut Tx<'_>,
    delivery: DeliveryId,
    person: PersonId,
) -> Result<Option<CallFacts>, StoreError> {
    let sql = "SELECT d.person_id AS owner, n.title, m.starts_at, m.ends_at, m.place, m.cancelled_at, a.answer, a.line
               FROM deliveries d JOIN editions e ON e.id = d.edition_id JOIN notices n ON n.id = e.notice_id
               JOIN meetings m ON m.notice_id = n.id
               LEFT JOIN meeting_answers a ON a.notice_id = n.id AND a.person_id = $2 AND a.round = m.round
               WHERE d.id = $1 AND m.starts_at IS NOT NULL AND m.place IS NOT NULL";
    let row: Option<Row> = tx.optional(sql, args![delivery, person]).await?;
    let Some(row) = row else { return Ok(None) };
    let mine = match row.answer {
        Some(code) => Some((read(&code)?, row.line)),
        None => None,
    };
    Ok(Some(CallFacts {
        owner: row.owner.map(PersonId),
        title: row.title,
        meeting: Meeting { times: times(row.starts_at, row.ends_at), place: row.place },
        cancelled: row.cancelled_at.is_some(),
        mine,
    }))
}

/// An answer as it is kept.
pub fn read(code: &str) -> Result<Answer, StoreError> {
    Answer::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("answer {code}")))
}

const KEEP: &str = "
    INSERT INTO meeting_answers (notice_id, person_id, delivery_id, answer, line, round, at)
    SELECT e.notice_id, $2, $3, $4, $5, m.round, $6
    FROM deliveries d JOIN editions e ON e.id = d.edition_id JOIN meetings m ON m.notice_id = e.notice_id
    WHERE d.id = $1
    ON CONFLICT (notice_id, person_id) DO UPDATE SET
      line = CASE WHEN excluded.line IS NULL AND meeting_answers.answer = excluded.answer
                   AND meeting_answers.round = excluded.round THEN meeting_answers.line ELSE excluded.line END,
      delivery_id = excluded.delivery_id, answer = excluded.answer, round = excluded.round, at = excluded.at";

/// Keeps an answer, in the place of an earlier one. Whoever answers has received the call: over whichever chat, also
/// where they did it in a group.
pub async fn answer(
    tx: &mut Tx<'_>,
    env: &Env,
    delivery: DeliveryId,
    person: PersonId,
    answer: Answer,
    line: Option<&str>,
) -> Result<(), StoreError> {
    let sql = "SELECT o.id FROM deliveries d JOIN chats c ON c.person_id = $2 AND c.kind = 'private'
               JOIN deliveries o ON o.edition_id = d.edition_id AND o.chat_id = c.id
               WHERE d.id = $1 ORDER BY o.id LIMIT 1";
    let own: Option<(i64,)> = tx.optional(sql, args![delivery, person]).await?;
    let own = own.map_or(delivery, |(id,)| DeliveryId(id));
    tx.exec_one(KEEP, args![delivery, person, own, answer.code(), line, env.now]).await?;
    confirm::confirm(tx, env, delivery, person).await?;
    if own != delivery {
        confirm::confirm(tx, env, own, person).await?;
    }
    Ok(())
}

/// Lines in which somebody is named: who comes instead.
const NAMED: Sql = Sql {
    lite: "UPDATE meeting_answers SET line = NULL WHERE INSTR(line, $1) > 0",
    pg: "UPDATE meeting_answers SET line = NULL WHERE STRPOS(line, $1) > 0",
};

/// A person is erased: what they said of a meeting goes, and where others named them. That they came stays.
pub async fn forget_person(tx: &mut Tx<'_>, person: PersonId, name: Option<&str>) -> Result<(), StoreError> {
    tx.exec("UPDATE meeting_answers SET line = NULL WHERE person_id = $1", args![person]).await?;
    if let Some(name) = name {
        tx.exec(NAMED, args![name]).await?;
    }
    Ok(())
}

/// What a person has answered to calls, the newest first.
pub async fn own(
    tx: &mut Tx<'_>,
    person: PersonId,
    most: i64,
) -> Result<Vec<(String, Answer, Option<String>, Timestamp)>, StoreError> {
    let sql =
        "SELECT n.title, a.answer, a.line, a.at FROM meeting_answers a JOIN notices n ON n.id = a.notice_id
               WHERE a.person_id = $1 ORDER BY a.at DESC, n.id DESC LIMIT $2";
    let rows: Vec<(String, String, Option<String>, i64)> = tx.all(sql, args![person, most]).await?;
    rows.into_iter().map(|(title, code, line, at)| Ok((title, read(&code)?, line, Timestamp(at)))).collect()
}
