//! The least that durable state costs: the calls of the bare loop, and for each message one row that is marked before
//! the call and settled after it, many in a commit. No recipients, no order, no limits, no counts: a floor to look down
//! to, not a bot.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Mutex, mpsc};

use crate::stage::{CONCURRENCY, cpu_seconds};
use crate::unlimited;

/// As many are marked ahead, and kept in one commit, as in loa.
const AHEAD: usize = CONCURRENCY * 8;
const TOGETHER: usize = 100;

/// From the first mark until every outcome is on disk. Gives the time, and the processor time before it.
pub async fn run(url: &str, token: &str, recipients: i64) -> (Duration, f64) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut database = open(&dir.path().join("floor.db"), recipients).await;
    let (cpu, started) = (cpu_seconds(std::process::id()), Instant::now());
    let (orders, waiting) = mpsc::unbounded_channel::<i64>();
    let (done, mut results) = mpsc::unbounded_channel::<(i64, String)>();
    let waiting = Arc::new(Mutex::new(waiting));
    let url: Arc<str> = format!("{url}/bot{token}/SendMessage").into();
    let client = loa::http::http_client().expect("a client");
    for _ in 0..CONCURRENCY {
        let (waiting, done, client, url) = (waiting.clone(), done.clone(), client.clone(), url.clone());
        tokio::spawn(async move {
            loop {
                let Some(person) = waiting.lock().await.recv().await else { return };
                let answer = unlimited::call(&client, &url, person).await;
                done.send((person, answer["result"]["message_id"].to_string())).expect("the loop");
            }
        });
    }
    let (mut next, mut settled, mut kept) = (1_i64, Vec::new(), 0_i64);
    while kept < recipients {
        let under_way = next - 1 - kept - count(&settled);
        let last = recipients.min(next - 1 + count(&[(); AHEAD]) - under_way);
        kept += exchange(&mut database, &settled, next, last).await;
        settled.clear();
        (next..=last).for_each(|person| orders.send(person).expect("senders"));
        next = last + 1;
        let enough = TOGETHER.min(usize::try_from(recipients - kept).expect("small"));
        while settled.len() < enough {
            results.recv_many(&mut settled, TOGETHER).await;
        }
    }
    (started.elapsed(), cpu)
}

fn count<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).expect("small")
}

/// A row for everybody.
async fn open(path: &std::path::Path, recipients: i64) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut database = SqliteConnection::connect_with(&options).await.expect("a database");
    let table = "CREATE TABLE messages (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, external_id TEXT)";
    sqlx::query(table).execute(&mut database).await.expect("a table");
    let rows = "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < $1)
                INSERT INTO messages (id, state) SELECT id, 0 FROM n";
    sqlx::query(rows).bind(recipients).execute(&mut database).await.expect("rows");
    database
}

/// One commit: outcomes of those before, marks of those that are called next.
async fn exchange(database: &mut SqliteConnection, settled: &[(i64, String)], next: i64, last: i64) -> i64 {
    let mut transaction = database.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
    if !settled.is_empty() {
        let rows = serde_json::to_string(settled).expect("JSON");
        let keep = "UPDATE messages SET state = 2, external_id = j.value ->> 1 FROM json_each($1) AS j
                    WHERE messages.id = j.value ->> 0 AND state = 1";
        sqlx::query(keep).bind(rows).execute(&mut *transaction).await.expect("outcomes");
    }
    let mark = "UPDATE messages SET state = 1 WHERE id BETWEEN $1 AND $2 AND state = 0";
    sqlx::query(mark).bind(next).bind(last).execute(&mut *transaction).await.expect("marks");
    transaction.commit().await.expect("on disk");
    count(settled)
}
