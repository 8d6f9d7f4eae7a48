//! Files of answers: fetched after they came in. An answer of which one cannot be had does not count.

use std::time::Duration;

use crate::args;
use crate::conversation::notice::{Action, CallAction};
use crate::conversation::{Choice, Lang, Reply};
use crate::domain::ids::{ChatId, DeliveryId};
use crate::domain::{ChannelKind, Timestamp};
use crate::failpoint::hasten;
use crate::store::{Env, Store, StoreError, Tx, blobs, outbox, row};

use super::super::FetchedFile;

/// A claim on a file: longer than a fetch takes, so that no two fetch the same.
const LEASE: Duration = Duration::from_secs(120);
/// How often a file is tried: over about half an hour.
const MOST_ATTEMPTS: i64 = 6;

/// A file of an answer that has to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedAnswerFile {
    answer: i64,
    seq: i64,
    pub file_id: String,
    mime: String,
    attempts: i64,
}

impl Store {
    /// Claims files of answers that are due to be fetched, at most `room`.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_answer_files(
        &self,
        channel: ChannelKind,
        room: usize,
    ) -> Result<Vec<WantedAnswerFile>, StoreError> {
        let env = self.env();
        let sql = "SELECT answer_id, seq, file_id, mime, attempts FROM call_files
                   WHERE sha256 IS NULL AND error IS NULL AND next_try <= $1 AND channel = $2
                   ORDER BY next_try, answer_id, seq LIMIT $3";
        let args = args![env.now, channel.code(), room];
        // Looking costs no write: most of the time there is nothing to fetch.
        let due: Vec<(i64, i64, String, String, i64)> =
            self.db.read(move |tx| Box::pin(async move { tx.all(sql, args).await })).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        self.db.write(move |tx| Box::pin(async move { claim(tx, &env, due).await })).await
    }

    /// Keeps how fetching a file ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle_answer_file(
        &self,
        file: WantedAnswerFile,
        fetched: FetchedFile,
    ) -> Result<(), StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { settle(tx, &env, &file, fetched).await })).await
    }
}

async fn claim(
    tx: &mut Tx<'_>,
    env: &Env,
    due: Vec<(i64, i64, String, String, i64)>,
) -> Result<Vec<WantedAnswerFile>, StoreError> {
    let mut wanted = Vec::with_capacity(due.len());
    for (answer, seq, file_id, mime, attempts) in due {
        let sql = "UPDATE call_files SET next_try = $3, attempts = attempts + 1
                   WHERE answer_id = $1 AND seq = $2 AND attempts = $4 AND sha256 IS NULL AND error IS NULL";
        if tx.exec(sql, args![answer, seq, env.now + hasten(LEASE), attempts]).await? > 0 {
            wanted.push(WantedAnswerFile { answer, seq, file_id, mime, attempts: attempts + 1 });
        }
    }
    Ok(wanted)
}

async fn settle(
    tx: &mut Tx<'_>,
    env: &Env,
    file: &WantedAnswerFile,
    fetched: FetchedFile,
) -> Result<(), StoreError> {
    match fetched {
        FetchedFile::Bytes(bytes) => {
            let sha256 = blobs::put(tx, env, &bytes, &file.mime).await?;
            let sql = "UPDATE call_files SET sha256 = $3 WHERE answer_id = $1 AND seq = $2";
            tx.exec(sql, args![file.answer, file.seq, sha256]).await?;
            Ok(())
        }
        FetchedFile::Failed(error) if file.attempts < MOST_ATTEMPTS => {
            let pause = hasten(Duration::from_secs(15 << file.attempts.clamp(0, 10)));
            let sql = "UPDATE call_files SET next_try = $3 WHERE answer_id = $1 AND seq = $2";
            tracing::warn!(answer = file.answer, cause = error, "a file could not be fetched yet");
            tx.exec(sql, args![file.answer, file.seq, env.now + pause]).await?;
            Ok(())
        }
        FetchedFile::Gone(error) | FetchedFile::Failed(error) => lose(tx, env, file, &error).await,
    }
}

struct Lost {
    chat: i64,
    lang: String,
    delivery: i64,
    title: String,
}

row!(Lost { chat, lang, delivery, title });

/// Whoever answered hears that the files have to be sent again.
async fn lose(tx: &mut Tx<'_>, env: &Env, file: &WantedAnswerFile, error: &str) -> Result<(), StoreError> {
    let sql = "UPDATE call_files SET error = $3 WHERE answer_id = $1 AND seq = $2";
    tx.exec(sql, args![file.answer, file.seq, error]).await?;
    let sql = "UPDATE call_answers SET lost = 1 WHERE id = $1 AND lost = 0";
    if tx.exec(sql, args![file.answer]).await? == 0 {
        return Ok(());
    }
    let sql = "SELECT c.id AS chat, c.lang, a.delivery_id AS delivery, n.title
               FROM call_answers a JOIN notices n ON n.id = a.notice_id JOIN chats c ON c.id = a.chat_id
               WHERE a.id = $1 AND c.state = 'open'";
    let Some(lost) = tx.optional::<Lost>(sql, args![file.answer]).await? else { return Ok(()) };
    let (chat, lang) = (ChatId(lost.chat), Lang::from_code(&lost.lang));
    let again = Action::Call(CallAction::Answer { delivery: DeliveryId(lost.delivery) });
    let reply = Reply::to(chat, lang.say("call-file-lost", &[("title", &lost.title)]));
    let reply = reply.row([Choice::always(lang.say("call-answer-button", &[]), again.into())]);
    outbox::post(tx, env, chat, &reply).await
}

/// When the next file is due to be fetched.
pub async fn next_try(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(next_try) FROM call_files WHERE sha256 IS NULL AND error IS NULL";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}
