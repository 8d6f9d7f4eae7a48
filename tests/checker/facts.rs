//! What the database says, read over a connection of the checker's own.

use std::collections::BTreeMap;

use loa::domain::content::Content;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{ColumnIndex, Connection, Decode, FromRow, Row, Type};

/// Reads each field from the column of its name, on either engine.
macro_rules! by_name {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl<'r, R: Row> FromRow<'r, R> for $name
        where
            &'static str: ColumnIndex<R>,
            i64: Decode<'r, R::Database> + Type<R::Database>,
            String: Decode<'r, R::Database> + Type<R::Database>,
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}

#[derive(Clone, Debug)]
pub struct MessageRow {
    pub id: i64,
    /// The platform's number of the chat, as it is now.
    pub chat: String,
    pub lane: i64,
    pub op: String,
    pub target: Option<String>,
    pub payload_id: i64,
    pub delivery_id: Option<i64>,
    pub last_part: i64,
    pub own_data: Option<String>,
    pub state: i64,
    pub attempt: i64,
    pub unknowns: i64,
    pub never_twice: i64,
    pub not_before: i64,
    pub expires_at: Option<i64>,
    pub external_id: Option<String>,
    pub error: Option<String>,
}

by_name!(MessageRow {
    id,
    chat,
    lane,
    op,
    target,
    payload_id,
    delivery_id,
    last_part,
    own_data,
    state,
    attempt,
    unknowns,
    never_twice,
    not_before,
    expires_at,
    external_id,
    error
});

#[derive(Clone, Debug)]
pub struct AttemptRow {
    pub message_id: i64,
    pub attempt: i64,
    pub at: i64,
    pub outcome: String,
    pub detail: String,
}

by_name!(AttemptRow { message_id, attempt, at, outcome, detail });

#[derive(Clone, Debug)]
pub struct EditionRow {
    pub id: i64,
    pub state: String,
    pub starts_at: i64,
    pub ended_at: Option<i64>,
    pub waiting: i64,
    pub queued: i64,
    pub sent: i64,
    pub confirmed: i64,
    pub failed: i64,
    pub skipped: i64,
    pub total: i64,
}

by_name!(EditionRow {
    id,
    state,
    starts_at,
    ended_at,
    waiting,
    queued,
    sent,
    confirmed,
    failed,
    skipped,
    total
});

#[derive(Clone, Debug)]
pub struct DeliveryRow {
    pub id: i64,
    pub edition_id: i64,
    pub chat_id: i64,
    pub nonce: String,
    pub state: i64,
    pub reason: Option<String>,
}

by_name!(DeliveryRow { id, edition_id, chat_id, nonce, state, reason });

#[derive(Clone, Debug)]
pub struct UpdateRow {
    pub external_id: String,
    pub chat_key: String,
    pub state: String,
    pub error: Option<String>,
}

by_name!(UpdateRow { external_id, chat_key, state, error });

#[derive(Clone, Debug)]
pub struct RunRow {
    pub schedule_id: i64,
    pub at: i64,
}

by_name!(RunRow { schedule_id, at });

/// The whole of it.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub messages: Vec<MessageRow>,
    pub attempts: BTreeMap<i64, Vec<AttemptRow>>,
    pub editions: Vec<EditionRow>,
    pub deliveries: BTreeMap<i64, DeliveryRow>,
    pub updates: Vec<UpdateRow>,
    pub runs: Vec<RunRow>,
    /// What each payload says.
    pub texts: BTreeMap<i64, String>,
    /// What the engine's own checks of the file found.
    pub damage: Vec<String>,
}

enum Reader {
    Lite(SqliteConnection),
    Pg(PgConnection),
}

impl Reader {
    async fn open(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            Self::Lite(SqliteConnection::connect(url).await.expect("a connection"))
        } else {
            Self::Pg(PgConnection::connect(url).await.expect("a connection"))
        }
    }

    async fn rows<T>(&mut self, sql: &'static str) -> Vec<T>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        match self {
            Self::Lite(connection) => sqlx::query_as(sql).fetch_all(connection).await.expect(sql),
            Self::Pg(connection) => sqlx::query_as(sql).fetch_all(connection).await.expect(sql),
        }
    }
}

impl Facts {
    /// Reads the database. Nobody should be writing.
    pub async fn read(url: &str) -> Self {
        let mut from = Reader::open(url).await;
        let attempts = "SELECT message_id, attempt, at, outcome, detail FROM attempts ORDER BY id";
        let mut by_message: BTreeMap<i64, Vec<AttemptRow>> = BTreeMap::new();
        for row in from.rows::<AttemptRow>(attempts).await {
            by_message.entry(row.message_id).or_default().push(row);
        }
        // Where nobody has buttons, what can be chosen is in the text.
        let with_buttons = "SELECT id FROM chats WHERE channel = 'telegram' LIMIT 1";
        let listed = from.rows::<(i64,)>(with_buttons).await.is_empty();
        let payloads: Vec<(i64, String)> = from.rows("SELECT id, body FROM payloads").await;
        let deliveries = "SELECT id, edition_id, chat_id, nonce, state, reason FROM deliveries ORDER BY id";
        let deliveries = from.rows::<DeliveryRow>(deliveries).await;
        Self {
            messages: from
                .rows(
                    "SELECT m.id, c.external_id AS chat, COALESCE(m.first_lane, m.lane) AS lane, m.op, m.target,
                       m.payload_id, m.delivery_id, m.last_part, m.own_data, m.state, m.attempt, m.unknowns, m.never_twice, m.not_before,
                       m.expires_at, m.external_id, m.error
                     FROM messages m JOIN chats c ON c.id = m.chat_id ORDER BY m.id",
                )
                .await,
            attempts: by_message,
            editions: from
                .rows(
                    "SELECT id, state, starts_at, ended_at, waiting, queued, sent, confirmed, failed, skipped,
                       total FROM editions ORDER BY id",
                )
                .await,
            deliveries: deliveries.into_iter().map(|row| (row.id, row)).collect(),
            updates: from.rows("SELECT external_id, chat_key, state, error FROM inbox ORDER BY id").await,
            runs: from.rows("SELECT schedule_id, at FROM occurrences ORDER BY schedule_id, at").await,
            texts: payloads.into_iter().map(|(id, body)| (id, text_of(&body, listed))).collect(),
            damage: damage(&mut from).await,
        }
    }

    pub fn attempts_of(&self, message: i64) -> &[AttemptRow] {
        self.attempts.get(&message).map_or(&[], Vec::as_slice)
    }

    /// amb(j): the attempts of which nobody knew whether they were accepted.
    pub fn ambiguous(&self, message: i64) -> usize {
        self.attempts_of(message).iter().filter(|row| row.outcome == "unknown").count()
    }
}

fn text_of(body: &str, listed: bool) -> String {
    let content: Content = serde_json::from_str(body).expect("a stored content");
    let mut text = content.text.text.trim().to_owned();
    let mut lines: Vec<String> = Vec::new();
    for button in content.buttons.iter().flatten().filter(|_| listed) {
        let number = lines.len() + 1;
        lines.push(format!("{number}. {}", button.label()));
    }
    lines.extend(content.hint.filter(|_| !lines.is_empty()));
    if !lines.is_empty() {
        text = format!("{text}\n\n{}", lines.join("\n"));
    }
    text
}

/// PostgreSQL holds keys and constraints by itself; SQLite is asked.
async fn damage(from: &mut Reader) -> Vec<String> {
    let Reader::Lite(connection) = from else { return Vec::new() };
    let integrity: Vec<(String,)> =
        sqlx::query_as("PRAGMA integrity_check").fetch_all(&mut *connection).await.expect("a check");
    let keys: Vec<(String, Option<i64>)> =
        sqlx::query_as("SELECT \"table\", rowid FROM pragma_foreign_key_check")
            .fetch_all(&mut *connection)
            .await
            .expect("a check");
    let integrity = integrity.into_iter().map(|(line,)| line).filter(|line| line != "ok");
    integrity.chain(keys.into_iter().map(|(table, row)| format!("key of {table} {row:?}"))).collect()
}
