//! The database: an engine chosen by its URL, one writer, many readers.
//!
//! On SQLite all writes go through one task, which drains what is waiting into one transaction: many small
//! writes share one sync to the disk, and each caller hears of its own only after that sync. A write that
//! fails is undone by a savepoint and takes no other with it. PostgreSQL does its own grouping.

use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::trouble::{Trouble, Watch};
use super::turns::{Pass, Turns, answered};
use super::writer::{LOG_LIMIT, Writer};
use super::{StoreError, Tx, schema};
use crate::clock::Clock;
use crate::failpoint::{Point, at, hasten};

/// The oldest SQLite without the WAL reset fault that can corrupt a database
/// (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// How many writes share one commit at most, so that none of them waits long for the others.
pub(super) const BATCH: usize = 256;

/// How much of the database a connection that reads keeps in memory: 256 KiB
/// (<https://sqlite.org/pragma.html#pragma_cache_size>). It lets go of all of it whenever somebody has written, and
/// glibc keeps for each thread what that thread let go of: with SQLite's own 2 MB, four readers hold 8 MB for nothing.
/// What is read again comes out of the system's cache.
const READERS_CACHE: &str = "-256";

/// How long a write waits for another process that writes.
const BUSY: Duration = Duration::from_secs(10);

/// How many connections to PostgreSQL there are at most, where the URL does not say it, and how many it may ask for.
const CONNECTIONS: u32 = 10;
const MOST_CONNECTIONS: u32 = 100;

/// How long a transaction may do nothing before PostgreSQL ends it: no piece of work waits for anything outside.
const STANDS_STILL: Duration = Duration::from_secs(30);

pub(super) type Work = Box<dyn for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Outcome> + Send>;
/// What a piece of work says: keep it, or undo it.
pub(super) enum Outcome {
    Keep,
    Undo,
}

/// A piece of work and the place where its caller waits for the commit.
pub(super) struct Job {
    pub(super) work: Work,
    /// Told `None` when the work is on the disk, or why it is not.
    pub(super) settled: oneshot::Sender<Option<StoreError>>,
    pub(super) pass: Option<Pass>,
}

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    /// Who comes next; `None` lets everybody in.
    turns: Option<Turns>,
    /// Of PostgreSQL; SQLite's writer has its own.
    writing: Watch,
    reading: Watch,
}

#[derive(Clone)]
enum Engine {
    Lite { writer: mpsc::Sender<Job>, readers: SqlitePool, empty_log: Arc<AtomicBool> },
    Pg(PgPool),
}

impl Db {
    /// Opens `sqlite:path` (made if missing) or `postgres://…` and brings the schema up to date. To PostgreSQL there
    /// are at most ten connections, or as many as the URL says: `postgres://…/loa?connections=4`.
    ///
    /// # Errors
    /// A URL of another kind, a database that cannot be opened, an SQLite that is too old.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url).await;
        }
        if url.starts_with("sqlite:") {
            return Self::open_sqlite(url).await;
        }
        Err(StoreError::Url)
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|_| StoreError::Url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(busy_timeout())
            .pragma("temp_store", "memory")
            // What is taken out (a text marked secret, an invite's token) is overwritten, not only let go.
            .pragma("secure_delete", "ON")
            .pragma("journal_size_limit", LOG_LIMIT.to_string());
        let mut writer = connect(&options).await?;
        let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&mut writer).await?;
        if parse_version(&version) < OLDEST_SQLITE {
            return Err(StoreError::OldSqlite(version));
        }
        at(Point::StartBeforeMigration).await?;
        let steps = schema::sqlite();
        if taken(&mut writer).await? < steps.iter().count() {
            // Under the lock of who writes: two processes that start at once do not both take the same step.
            let mut upgrade = writer.begin_with("BEGIN IMMEDIATE").await?;
            steps.run(&mut *upgrade).await?;
            upgrade.commit().await?;
        } else {
            // Nothing is written, so nobody who writes has to be waited for.
            steps.run(&mut writer).await?;
        }
        at(Point::StartAfterMigration).await?;
        let reading = options.clone().create_if_missing(false).read_only(true);
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_lazy_with(reading.pragma("cache_size", READERS_CACHE));
        let (sender, receiver) = mpsc::channel(1024);
        let empty_log = Arc::new(AtomicBool::new(false));
        tokio::spawn(Writer::new(options, writer, empty_log.clone()).await.run(receiver));
        Ok(Self::of(Engine::Lite { writer: sender, readers, empty_log }))
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        // A process that stands still in the middle of a transaction holds nobody up for longer.
        let still = hasten(STANDS_STILL).as_millis().to_string();
        let (url, connections) = connections(url)?;
        let options = PgConnectOptions::from_str(&url)
            .map_err(|_| StoreError::Url)?
            .options([("idle_in_transaction_session_timeout", still)]);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(hasten(Duration::from_secs(10)))
            .after_connect(|connection, _| Box::pin(durable(connection)))
            .connect_with(options)
            .await?;
        at(Point::StartBeforeMigration).await?;
        schema::postgres().run(&pool).await?;
        at(Point::StartAfterMigration).await?;
        Ok(Self::of(Engine::Pg(pool)))
    }

    fn of(engine: Engine) -> Self {
        Self { engine, turns: None, writing: Watch::writing(), reading: Watch::reading() }
    }

    pub fn is_lite(&self) -> bool {
        matches!(self.engine, Engine::Lite { .. })
    }

    /// Empties SQLite's write-ahead log, in which what was overwritten in the database still stands: at once, or as
    /// soon as nobody reads it any more. PostgreSQL takes away by itself what nobody sees any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn empty_log(&self) -> Result<(), StoreError> {
        let Engine::Lite { empty_log, .. } = &self.engine else { return Ok(()) };
        empty_log.store(true, Ordering::Relaxed);
        // The writer looks at its log after every piece of work.
        self.write(|_| Box::pin(async { Ok(()) })).await
    }

    /// Everything that comes from now on waits until it is admitted.
    pub(super) fn in_turns(self, turns: Turns) -> Self {
        Self { turns: Some(turns), ..self }
    }

    async fn pass(&self, writes: bool) -> Option<Pass> {
        match &self.turns {
            Some(turns) => turns.pass(writes).await,
            None => None,
        }
    }

    /// Runs `work` in a transaction that may write, and returns when it is durable.
    /// An error undoes all of it.
    ///
    /// # Errors
    /// What `work` gives, or what the commit gives.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let pass = self.pass(true).await;
        match &self.engine {
            Engine::Lite { writer, .. } => {
                let (give, take) = oneshot::channel();
                let (settled, wait) = oneshot::channel();
                let work: Work = Box::new(move |tx| {
                    async move {
                        let result = match AssertUnwindSafe(work(tx)).catch_unwind().await {
                            Ok(result) => result,
                            Err(panic) => Err(StoreError::panicked(&*panic)),
                        };
                        let outcome = if result.is_ok() { Outcome::Keep } else { Outcome::Undo };
                        // The caller may have gone away; its work stands all the same.
                        let _ = give.send(result);
                        outcome
                    }
                    .boxed()
                });
                writer.send(Job { work, settled, pass }).await.map_err(|_| StoreError::Closed)?;
                let commit = wait.await.map_err(|_| StoreError::Closed)?;
                match (take.await, commit) {
                    // Also where the transaction could not even begin, so that the work never ran.
                    (Ok(Ok(_)) | Err(_), Some(error)) => Err(error),
                    (Ok(result), _) => result,
                    (Err(_), None) => Err(StoreError::Closed),
                }
            }
            Engine::Pg(pool) => {
                let result = write_postgres(pool, work).await;
                self.writing.see(&result);
                result
            }
        }
    }

    /// Runs `work` in a transaction that only reads: one moment of the database.
    ///
    /// # Errors
    /// What `work` gives.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, StoreError>> + Send,
    {
        let pass = self.pass(false).await;
        let result = match &self.engine {
            Engine::Lite { readers, .. } => answered(pass.is_some(), read_sqlite(readers, work)).await,
            Engine::Pg(pool) => read_postgres(pool, work).await,
        };
        self.reading.see(&result);
        result
    }
}

async fn write_postgres<T, F>(pool: &PgPool, work: F) -> Result<T, StoreError>
where
    F: for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, StoreError>> + Send,
{
    let mut transaction = pool.begin().await?;
    let result = {
        let mut tx = Tx::Pg(&mut transaction);
        match AssertUnwindSafe(work(&mut tx)).catch_unwind().await {
            Ok(result) => result,
            Err(panic) => Err(StoreError::panicked(&*panic)),
        }
    };
    match result {
        Ok(value) => {
            at(Point::StoreBeforeCommit).await?;
            transaction.commit().await?;
            at(Point::StoreAfterCommit).await?;
            Ok(value)
        }
        Err(error) => {
            // Why the work failed says more than that the connection was lost with it.
            let undone = transaction.rollback().await;
            if error.trouble().is_none() {
                undone?;
            }
            Err(error)
        }
    }
}

async fn read_sqlite<T, F>(readers: &SqlitePool, work: F) -> Result<T, StoreError>
where
    F: for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, StoreError>> + Send,
{
    let mut connection = readers.acquire().await?;
    let result = async {
        let mut transaction = connection.begin().await?;
        let result = work(&mut Tx::Lite(&mut transaction)).await;
        let undone = transaction.rollback().await;
        if result.is_ok() {
            undone?;
        }
        result
    }
    .await;
    if matches!(result, Err(StoreError::Sql(_))) {
        // After some errors SQLite has ended the transaction by itself, and sqlx does not know: on such a
        // connection every later one would read as of the same moment for ever.
        connection.close_on_drop();
    }
    result
}

async fn read_postgres<T, F>(pool: &PgPool, work: F) -> Result<T, StoreError>
where
    F: for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, StoreError>> + Send,
{
    let mut transaction = pool.begin().await?;
    let result = work(&mut Tx::Pg(&mut transaction)).await;
    let undone = transaction.rollback().await;
    if result.is_ok() {
        undone?;
    }
    result
}

/// A server may be set to confirm commits before they are on the disk: not to us, who acknowledge by them.
async fn durable(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let sql = "SELECT set_config('synchronous_commit', 'on', false)
               WHERE current_setting('synchronous_commit') = 'off'";
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}

/// What a URL of PostgreSQL is without our own word in it, which the driver does not know, and what that says.
fn connections(url: &str) -> Result<(String, u32), StoreError> {
    let Some((server, query)) = url.split_once('?') else { return Ok((url.to_owned(), CONNECTIONS)) };
    let (mut rest, mut most) = (Vec::new(), CONNECTIONS);
    for word in query.split('&') {
        match word.strip_prefix("connections=") {
            Some(number) => {
                most = number.parse().map_err(|_| StoreError::Connections)?;
            }
            None => rest.push(word),
        }
    }
    if !(1..=MOST_CONNECTIONS).contains(&most) {
        return Err(StoreError::Connections);
    }
    let rest = if rest.is_empty() { server.to_owned() } else { format!("{server}?{}", rest.join("&")) };
    Ok((rest, most))
}

/// How many steps of the schema an SQLite database has taken.
async fn taken(connection: &mut SqliteConnection) -> Result<usize, sqlx::Error> {
    let sql = "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    let (table,): (i64,) = sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    if table == 0 {
        return Ok(0);
    }
    let (count,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM _sqlx_migrations").fetch_one(&mut *connection).await?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The first connection of a process. Where another one starts at the same moment, makes the database, or mends its log
/// after a crash, SQLite may refuse at once, without waiting as it does later
/// (<https://sqlite.org/c3ref/busy_handler.html>): it is tried again for as long as a write would wait.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    let until = Clock::System.now() + BUSY;
    loop {
        match SqliteConnection::connect_with(options).await {
            Err(error) if Trouble::of(&error) == Some(Trouble::Busy) && Clock::System.now() < until => {
                Clock::System.sleep(Duration::from_millis(20)).await;
            }
            other => return other,
        }
    }
}

/// How long a write waits for another process that writes; shorter where a test is in haste.
pub(super) fn busy_timeout() -> Duration {
    hasten(BUSY)
}

fn parse_version(text: &str) -> (u32, u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_keeps_few_pages() {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite:{}", dir.path().join("loa.db").display());
        let db = Db::open(&url).await.expect("a database");
        let sql = "PRAGMA cache_size";
        let kept = db.read(|tx| Box::pin(async move { tx.int(sql, Vec::new()).await })).await;
        assert_eq!(kept.expect("a number"), -256, "not SQLite's own -2000");
    }
}
