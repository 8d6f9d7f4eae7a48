//! Files of notices that came in by chat: fetched before the notice goes out.

use std::time::Duration;

use crate::args;
use crate::domain::ids::NoticeId;
use crate::domain::{ChannelKind, Timestamp};
use crate::failpoint::hasten;
use crate::store::{Env, Store, StoreError, Tx, blobs};

/// A claim on a file: longer than a fetch takes, so that no two fetch the same.
const LEASE: Duration = Duration::from_secs(120);
/// How often a file is tried: over about half an hour.
const MOST_ATTEMPTS: i64 = 6;

/// A file that has to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    pub notice: NoticeId,
    pub seq: i64,
    pub file_id: String,
    pub mime: String,
    pub attempts: i64,
}

/// How fetching a file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchedFile {
    Bytes(Vec<u8>),
    /// It cannot be had any more.
    Gone(String),
    /// Worth another try.
    Failed(String),
}

impl Store {
    /// Claims files of notices that are due to be fetched, at most `room`.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_notice_files(
        &self,
        channel: ChannelKind,
        room: usize,
    ) -> Result<Vec<WantedFile>, StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { claim(tx, &env, channel, room).await })).await
    }

    /// Keeps how fetching a file ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle_notice_file(&self, file: WantedFile, fetched: FetchedFile) -> Result<(), StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { settle(tx, &env, &file, fetched).await })).await
    }
}

async fn claim(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    room: usize,
) -> Result<Vec<WantedFile>, StoreError> {
    let sql = "SELECT notice_id, seq, file_id, mime, attempts FROM notice_files
               WHERE sha256 IS NULL AND error IS NULL AND next_try <= $1 AND channel = $2
                 AND file_id IS NOT NULL
               ORDER BY next_try, notice_id, seq LIMIT $3";
    let rows: Vec<(i64, i64, String, String, i64)> =
        tx.all(sql, args![env.now, channel.code(), room]).await?;
    let mut wanted = Vec::with_capacity(rows.len());
    for (notice, seq, file_id, mime, attempts) in rows {
        let sql = "UPDATE notice_files SET next_try = $3, attempts = attempts + 1
                   WHERE notice_id = $1 AND seq = $2 AND attempts = $4";
        if tx.exec(sql, args![notice, seq, env.now + hasten(LEASE), attempts]).await? > 0 {
            let notice = NoticeId(notice);
            wanted.push(WantedFile { notice, seq, file_id, mime, attempts: attempts + 1 });
        }
    }
    Ok(wanted)
}

async fn settle(
    tx: &mut Tx<'_>,
    env: &Env,
    file: &WantedFile,
    fetched: FetchedFile,
) -> Result<(), StoreError> {
    match fetched {
        FetchedFile::Bytes(bytes) => {
            let sha256 = blobs::put(tx, env, &bytes, &file.mime).await?;
            let sql = "UPDATE notice_files SET sha256 = $3 WHERE notice_id = $1 AND seq = $2";
            tx.exec(sql, args![file.notice, file.seq, sha256]).await?;
        }
        FetchedFile::Failed(error) if file.attempts < MOST_ATTEMPTS => {
            let pause = hasten(Duration::from_secs(15 << file.attempts.clamp(0, 10)));
            let sql = "UPDATE notice_files SET next_try = $3 WHERE notice_id = $1 AND seq = $2";
            tracing::warn!(notice = file.notice.0, cause = error, "a file could not be fetched yet");
            tx.exec(sql, args![file.notice, file.seq, env.now + pause]).await?;
        }
        FetchedFile::Gone(error) | FetchedFile::Failed(error) => {
            let sql = "UPDATE notice_files SET error = $3 WHERE notice_id = $1 AND seq = $2";
            tx.exec(sql, args![file.notice, file.seq, error]).await?;
        }
    }
    Ok(())
}

/// When the next file is due to be fetched.
pub async fn next_try(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(next_try) FROM notice_files WHERE sha256 IS NULL AND error IS NULL";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}
