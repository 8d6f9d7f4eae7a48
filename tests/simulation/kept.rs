//! What is kept, for the judge: also what was swept away meanwhile.

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

/// What the sweep takes away, in the order in which it can come back.
const SWEPT: [&str; 4] = ["payloads", "messages", "attempts", "inbox"];

/// What is swept in ten years is laid aside for the judge, who looks at all of it in the end.
pub async fn keep_what_is_swept(url: &str) {
    let mut db = SqliteConnection::connect(url).await.expect("the database");
    for table in SWEPT {
        let sql = format!(
            "CREATE TABLE swept_{table} AS SELECT * FROM {table} WHERE 0;
             CREATE TRIGGER {table}_swept BEFORE DELETE ON {table}
             BEGIN INSERT INTO swept_{table} SELECT * FROM {table} WHERE id = OLD.id; END"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await.expect("a trigger");
    }
    db.close().await.expect("closed");
}

/// Puts back what was swept.
pub async fn bring_back(url: &str) {
    let mut db = SqliteConnection::connect(url).await.expect("the database");
    for table in SWEPT {
        let sql = format!("INSERT INTO {table} SELECT * FROM swept_{table}");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut db).await.expect("rows");
    }
    db.close().await.expect("closed");
}

/// A sum over every row of every table; only when the tables were made is left out, which real time says.
pub async fn sum(db: &mut SqliteConnection) -> String {
    let sql = "SELECT t.name, group_concat('quote(\"' || c.name || '\")', ' || ' ORDER BY c.cid)
               FROM sqlite_schema t, pragma_table_info(t.name) c
               WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> '_sqlx_migrations'
               GROUP BY t.name ORDER BY t.name";
    let tables: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut *db).await.expect("the tables");
    let mut sum = Sha256::new();
    for (table, columns) in tables {
        sum.update(&table);
        let sql = format!("SELECT {columns} FROM \"{table}\"");
        let rows: Vec<(String,)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *db).await.expect("the rows");
        rows.iter().for_each(|(row,)| sum.update(row));
    }
    hex::encode(sum.finalize())
}
