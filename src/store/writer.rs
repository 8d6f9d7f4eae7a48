//! The one connection that writes to SQLite: several pieces of work share a commit. What becomes of it when
//! the disk fails, and how large the write-ahead log grows.
//!
//! A connection on which a transaction failed is not used again: SQLite may have undone the transaction by
//! itself, and then sqlx takes the connection to be in one for ever. The next one is opened before the old
//! one is closed, so that the index of the log stays, which knows of no commit whose sync failed: built anew
//! from the file, it would take such a commit up, although the disk may never get it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::mpsc;

use super::db::{BATCH, Job, Outcome, Work};
use super::trouble::{Trouble, Watch};
use super::turns::answered;
use super::{StoreError, Tx};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::failpoint::{Point, at};

/// To so many bytes the write-ahead log is cut back. It grows over that only while somebody reads for long.
pub const LOG_LIMIT: u64 = 64 * 1024 * 1024;
/// How often the size of the log is looked at.
const LOOK_AT_LOG: Duration = Duration::from_secs(1);
/// How often it is told that the log grows.
const TELL_OF_LOG: Duration = Duration::from_secs(60);

/// The connection that writes.
pub(super) struct Writer {
    options: SqliteConnectOptions,
    connection: SqliteConnection,
    /// A transaction failed on it.
    failed: bool,
    log: LogFile,
    watch: Watch,
}

/// The write-ahead log, as it is watched.
struct LogFile {
    path: PathBuf,
    looked: Timestamp,
    told: Option<Timestamp>,
    /// Somebody wants it emptied, and it could not be yet.
    emptying: bool,
    /// Somebody wants it emptied now.
    empty: Arc<AtomicBool>,
}

impl Writer {
    pub(super) async fn new(
        options: SqliteConnectOptions,
        connection: SqliteConnection,
        empty: Arc<AtomicBool>,
    ) -> Self {
        let mut path = options.get_filename().as_os_str().to_owned();
        path.push("-wal");
        let log = LogFile { path: path.into(), looked: Timestamp(0), told: None, emptying: false, empty };
        let options = options.create_if_missing(false);
        let mut writer = Self { options, connection, failed: false, log, watch: Watch::writing() };
        // What a process before us committed without a sync that held is written and synced once more. If
        // that cannot be done now, it is before anything is written.
        writer.failed = writer.checkpoint().await.is_err();
        writer
    }

    /// Takes what is waiting, runs it in one transaction, commits, and only then tells the callers.
    pub(super) async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(BATCH);
        while jobs.recv_many(&mut batch, BATCH).await > 0 {
            let (works, callers): (Vec<_>, Vec<_>) =
                batch.drain(..).map(|job| (job.work, (job.settled, job.pass))).unzip();
            let in_turns = callers.iter().any(|(_, pass)| pass.is_some());
            let result = answered(in_turns, self.commit(works)).await;
            self.watch.see(&result);
            let failure = result.err();
            for (caller, _pass) in callers {
                // A caller that has gone away does not mind.
                let _ = caller.send(failure.as_ref().map(StoreError::of_commit));
            }
            self.look_at_log().await;
        }
    }

    async fn commit(&mut self, works: Vec<Work>) -> Result<(), StoreError> {
        if self.failed {
            self.renew().await?;
        }
        let result = run_batch(&mut self.connection, works).await;
        // Where somebody else has the lock, nothing was begun.
        self.failed = result.as_ref().is_err_and(|error| error.trouble() != Some(Trouble::Busy));
        result
    }

    /// Another connection in the place of one that failed, once the disk takes all that it has to.
    async fn renew(&mut self) -> Result<(), StoreError> {
        let new = SqliteConnection::connect_with(&self.options).await?;
        let old = std::mem::replace(&mut self.connection, new);
        // Its end may fail as it did; there is nothing left that it could say.
        let _ = old.close().await;
        self.checkpoint().await?;
        self.write_something().await?;
        self.failed = false;
        Ok(())
    }

    /// Not every piece of work changes something: what was kept from writing proves by this that it is over.
    async fn write_something(&mut self) -> Result<(), StoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES ('tried', $1)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let now = Clock::System.now().0.to_string();
        sqlx::query(sql).bind(now).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Brings what the log holds into the database, syncs both, and empties the log; as far as that goes
    /// without waiting for anybody. Gives whether the log is empty.
    async fn checkpoint(&mut self) -> Result<bool, StoreError> {
        let patience = "PRAGMA busy_timeout = 0";
        sqlx::query(patience).execute(&mut self.connection).await?;
        let done: Result<(i64, i64, i64), _> =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut self.connection).await;
        let patience = format!("PRAGMA busy_timeout = {}", super::db::busy_timeout().as_millis());
        sqlx::query(sqlx::AssertSqlSafe(patience)).execute(&mut self.connection).await?;
        match done {
            Ok((busy, ..)) => Ok(busy == 0),
            Err(error) if Trouble::of(&error) == Some(Trouble::Busy) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// A log that is too large is emptied; where somebody reads for long, that is told.
    async fn look_at_log(&mut self) {
        let now = Clock::System.now();
        let at_once = self.log.empty.swap(false, Ordering::Relaxed);
        self.log.emptying |= at_once;
        if self.failed || (!at_once && self.log.looked + LOOK_AT_LOG > now) {
            return;
        }
        self.log.looked = now;
        let size = std::fs::metadata(&self.log.path).map_or(0, |file| file.len());
        let too_large = size > LOG_LIMIT;
        let emptied = !(too_large || self.log.emptying) || matches!(self.checkpoint().await, Ok(true));
        self.log.emptying &= !emptied;
        let megabytes = size / (1024 * 1024);
        if too_large && !emptied && self.log.told.is_none_or(|told| told + TELL_OF_LOG <= now) {
            self.log.told = Some(now);
            tracing::warn!(
                megabytes,
                "the write-ahead log grows: somebody has been reading the database for long (a copy, an open \
                 shell). It is cut back as soon as that ends"
            );
        } else if emptied && self.log.told.take().is_some() {
            tracing::warn!("over: the write-ahead log is cut back");
        }
    }
}

async fn run_batch(connection: &mut SqliteConnection, works: Vec<Work>) -> Result<(), StoreError> {
    let several = works.len() > 1;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mut keep = false;
    for work in works {
        if several {
            sqlx::query("SAVEPOINT job").execute(&mut *transaction).await?;
        }
        let outcome = work(&mut Tx::Lite(&mut transaction)).await;
        match outcome {
            Outcome::Keep => keep = true,
            Outcome::Undo if several => {
                sqlx::query("ROLLBACK TO job").execute(&mut *transaction).await?;
            }
            Outcome::Undo => {}
        }
        if several {
            sqlx::query("RELEASE job").execute(&mut *transaction).await?;
        }
    }
    if !keep {
        return Ok(transaction.rollback().await?);
    }
    at(Point::StoreBeforeCommit).await?;
    transaction.commit().await?;
    Ok(at(Point::StoreAfterCommit).await?)
}
