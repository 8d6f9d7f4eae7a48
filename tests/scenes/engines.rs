//! Runs one scene on either database.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, FromRow, PgConnection, SqliteConnection};

use crate::postgres;

/// A new, empty database, and what has to stay alive for it.
pub struct Database {
    pub url: String,
    _dir: Option<tempfile::TempDir>,
}

impl Database {
    pub fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        Self { url: format!("sqlite:{}", dir.path().join("loa.db").display()), _dir: Some(dir) }
    }

    /// Where a text is found in all that is kept, also in what was deleted: on SQLite in its files.
    pub async fn search(&self, words: &str) -> Vec<String> {
        match self.url.strip_prefix("sqlite:") {
            Some(path) => self.search_files(path, words).await,
            None => self.search_tables(words).await,
        }
    }

    /// Who did what to what, in order.
    pub async fn audit(&self) -> Vec<String> {
        let sql = "SELECT actor, action, subject, detail FROM audit ORDER BY id";
        let rows: Vec<(String, String, String, String)> = self.rows(sql).await;
        rows.into_iter().map(|(who, did, what, how)| format!("{who} {did} {what} {how}")).collect()
    }

    /// Where a text is found in the rows that there are, not in what was deleted.
    pub async fn search_rows(&self, words: &str) -> Vec<String> {
        if !self.url.starts_with("sqlite:") {
            return self.search_tables(words).await;
        }
        let mut connection = SqliteConnection::connect(&self.url).await.expect("a connection");
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let tables: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut connection).await.expect("tables");
        let mut found = Vec::new();
        for (table,) in tables {
            let sql = format!("SELECT name FROM pragma_table_info('{table}')");
            let columns: Vec<(String,)> =
                sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("columns");
            for (column,) in columns {
                let sql = format!(
                    "SELECT COUNT(*) FROM {table} WHERE instr({column}, CAST($1 AS BLOB)) > 0
                                   OR instr({column}, $1) > 0"
                );
                let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(words);
                let (count,): (i64,) = query.fetch_one(&mut connection).await.expect("a count");
                if count > 0 {
                    found.push(format!("{table}.{column}: {count}"));
                }
            }
        }
        found
    }

    /// Who does the work that only one process may do.
    #[allow(dead_code, reason = "asked only where processes are")]
    pub async fn holder(&self) -> String {
        let sql = "SELECT holder FROM leases WHERE name = 'worker'";
        let rows: Vec<(String,)> = self.rows(sql).await;
        rows.into_iter().next().expect("a holder").0
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let rows: Vec<(i64,)> = self.rows(&format!("SELECT COUNT(*) FROM {table}")).await;
        rows[0].0
    }

    /// What a query gives, on either engine.
    pub async fn rows<T>(&self, sql: &str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        if self.url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("a connection");
            sqlx::query_as(sql).fetch_all(&mut connection).await.expect("rows")
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("a connection");
            sqlx::query_as(sql).fetch_all(&mut connection).await.expect("rows")
        }
    }

    /// Changes a row behind everybody's back.
    pub async fn change(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let changed = if self.url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("a connection");
            sqlx::query(sql).execute(&mut connection).await.expect("a change").rows_affected()
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("a connection");
            sqlx::query(sql).execute(&mut connection).await.expect("a change").rows_affected()
        };
        assert_eq!(changed, 1, "one row");
    }

    async fn search_files(&self, path: &str, words: &str) -> Vec<String> {
        let mut connection = SqliteConnection::connect(&self.url).await.expect("a connection");
        // What is overwritten in the database is still in the log before it until now.
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let (busy, ..): (i64, i64, i64) =
            sqlx::query_as(sql).fetch_one(&mut connection).await.expect("a checkpoint");
        assert_eq!(busy, 0, "somebody reads while nothing should happen");
        let files = [path.to_owned(), format!("{path}-wal")];
        let holds = |file: &String| {
            let bytes = std::fs::read(file).unwrap_or_default();
            bytes.windows(words.len()).any(|window| window == words.as_bytes())
        };
        files.into_iter().filter(holds).collect()
    }

    async fn search_tables(&self, words: &str) -> Vec<String> {
        let mut connection = PgConnection::connect(&self.url).await.expect("a connection");
        let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
        let tables: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut connection).await.expect("tables");
        let hex: String = words.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut found = Vec::new();
        for (table,) in tables {
            let sql = format!(
                "SELECT t::text FROM {table} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0"
            );
            let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(words).bind(&hex);
            let rows: Vec<(String,)> = query.fetch_all(&mut connection).await.expect("rows");
            found.extend(rows.into_iter().map(|(row,)| format!("{table}: {row}")));
        }
        found
    }

    /// `None` where PostgreSQL is not installed.
    pub async fn postgres() -> Option<Self> {
        Some(Self { url: postgres::new_database().await?, _dir: None })
    }
}

/// `on_both! { async fn a_scene(database: Database) { … } }`: a test on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($database:ident: Database) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a scene need not use all that its file brings in")]
            use super::*;

            async fn scene($database: $crate::engines::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                scene($crate::engines::Database::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(database) = $crate::engines::Database::postgres().await {
                    scene(database).await;
                }
            }
        }
    )+};
}
