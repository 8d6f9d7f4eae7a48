//! What units answer: the newest counts, the earlier ones stay.

use crate::args;
use crate::conversation::notice::{FileFrom, Given, NewAnswer, OwnCall, result_card};
use crate::domain::ids::*;
use crate::store::audit::{self, Actor};
use crate::store::{Env, StoreError, Tx, outbox, row};

use super::super::edition::hold_editions;
use super::super::write::subject;
use super::super::{confirm, write};
use super::{listeners, read, result};

/// Who answers, for which unit, over what.
pub struct From {
    pub notice: NoticeId,
    pub unit: UnitId,
    pub delivery: DeliveryId,
    pub person: PersonId,
    pub chat: ChatId,
    pub late: bool,
}

struct OwnRow {
    notice: i64,
    title: String,
    kind: String,
    due_at: i64,
    cancelled: i64,
    person_id: Option<i64>,
    unit_id: Option<i64>,
    path: Option<String>,
    speakers: Option<i64>,
}

row!(OwnRow { notice, title, kind, due_at, cancelled, person_id, unit_id, path, speakers });

/// What is asked of the unit that a delivery went to. The edition is held until the commit: of two colleagues who answer
/// at once the second sees what the first did.
pub async fn own(tx: &mut Tx<'_>, delivery: DeliveryId) -> Result<Option<OwnCall>, StoreError> {
    hold_editions(tx, &format!("[{delivery}]")).await?;
    let sql = "SELECT n.id AS notice, n.title, k.kind, k.due_at, d.person_id, d.unit_id, u.path,
                 COALESCE(u.successor_id, u.id) AS speakers,
                 CAST(CASE WHEN n.state = 'cancelled' OR e.state = 'cancelled' THEN 1 ELSE 0 END AS BIGINT) AS cancelled
               FROM deliveries d JOIN editions e ON e.id = d.edition_id JOIN notices n ON n.id = e.notice_id
               JOIN calls k ON k.notice_id = n.id LEFT JOIN units u ON u.id = d.unit_id WHERE d.id = $1";
    let Some(row) = tx.optional::<OwnRow>(sql, args![delivery]).await? else { return Ok(None) };
    let notice = NoticeId(row.notice);
    let unit = row.unit_id.map(UnitId);
    Ok(Some(OwnCall {
        notice,
        call: read(&row.kind, row.due_at)?,
        title: row.title,
        open: row.cancelled == 0,
        owner: row.person_id.map(PersonId),
        given: match unit {
            Some(unit) => given(tx, notice, unit).await?,
            None => None,
        },
        unit: unit.zip(row.path),
        speakers: row.speakers.map(UnitId),
    }))
}

/// What counts of what a unit answered.
async fn given(tx: &mut Tx<'_>, notice: NoticeId, unit: UnitId) -> Result<Option<Given>, StoreError> {
    let sql = "SELECT a.id AS answer, a.person_id, p.name, a.at, a.late, a.text, a.number
               FROM call_answers a LEFT JOIN people p ON p.id = a.person_id
               WHERE a.notice_id = $1 AND a.unit_id = $2 AND a.lost = 0 ORDER BY a.id DESC LIMIT 1";
    let Some(row) = tx.optional::<result::GivenRow>(sql, args![notice, unit]).await? else { return Ok(None) };
    let files = result::files_of(tx, notice, row.answer).await?;
    Ok(row.with(files))
}

/// Keeps an answer. Whoever gave it has received the notice; with the last that is missing its author hears.
pub async fn keep(tx: &mut Tx<'_>, env: &Env, from: &From, what: &NewAnswer) -> Result<(), StoreError> {
    let first = "SELECT COUNT(*) FROM call_answers WHERE notice_id = $1 AND unit_id = $2 AND lost = 0";
    let first = tx.int(first, args![from.notice, from.unit]).await? == 0;
    let (text, number) = match what {
        NewAnswer::Text(text) => (Some(text.as_str()), None),
        NewAnswer::Number(amount) => (None, Some(amount.0)),
        NewAnswer::Files(_) => (None, None),
    };
    let sql = "INSERT INTO call_answers (notice_id, unit_id, delivery_id, person_id, chat_id, at, late, text, number)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    let args = args![
        from.notice,
        from.unit,
        from.delivery,
        from.person,
        from.chat,
        env.now,
        from.late,
        text,
        number
    ];
    let answer = tx.int(sql, args).await?;
    if let NewAnswer::Files(files) = what {
        for (seq, file) in files.iter().enumerate() {
            let sql = "INSERT INTO call_files (answer_id, seq, name, mime, channel, file_id, sha256)
                       VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let (channel, id, sha256) = match &file.from {
                FileFrom::Platform { channel, file_id } => (channel.code(), file_id.as_str(), None),
                FileFrom::Stored(sha256) => ("", "", Some(sha256.as_str())),
            };
            tx.exec_one(sql, args![answer, seq, &file.name, &file.mime, channel, id, sha256]).await?;
        }
    }
    confirm::confirm(tx, env, from.delivery, from.person).await?;
    let detail = format!("unit:{} answer:{answer}", from.unit);
    audit::record(tx, env, Actor::Person(from.person), "call.answer", &subject(from.notice), &detail).await?;
    if first { tell_if_complete(tx, env, from.notice).await } else { Ok(()) }
}

/// A unit that was asked and has not answered; one is enough to know.
const STILL_MISSING: &str = "
    SELECT e.id FROM editions e WHERE e.notice_id = $1 AND (e.fanned_out = 0
      OR EXISTS (SELECT 1 FROM deliveries d WHERE d.edition_id = e.id AND d.unit_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM call_answers a WHERE a.notice_id = $1 AND a.unit_id = d.unit_id AND a.lost = 0))) LIMIT 1";

async fn tell_if_complete(tx: &mut Tx<'_>, env: &Env, notice: NoticeId) -> Result<(), StoreError> {
    if tx.optional::<(i64,)>(STILL_MISSING, args![notice]).await?.is_some() {
        return Ok(());
    }
    let Some(row) = write::find(tx, notice).await? else { return Ok(()) };
    // Those whom the notice could not reach are asked as well.
    let Some(all) = result::collected(tx, notice).await?.filter(|all| all.missing().next().is_none()) else {
        return Ok(());
    };
    for (chat, lang) in listeners(tx, row.author_id, row.author_unit).await? {
        let card = result_card(lang, chat, &all, &lang.say("call-head-complete", &[]));
        outbox::post(tx, env, chat, &card).await?;
    }
    Ok(())
}
