//! One way to run a statement on either engine.
//!
//! All columns are whole numbers, texts, bytes or reals, so that one body of SQL and one row type serve
//! SQLite and PostgreSQL. Instants are microseconds, truths are 0 and 1.

use futures::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

use crate::domain::Timestamp;
use crate::domain::ids::*;

use super::StoreError;
use super::row::{Answer, Row};

/// A value bound to a statement. `None` still has a type, which PostgreSQL asks for.
#[derive(Clone, Debug)]
pub enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Real(Option<f64>),
}

macro_rules! arg_from {
    ($($ty:ty, $value:ident => $arg:expr;)+) => {$(
        impl From<$ty> for Arg {
            fn from($value: $ty) -> Self {
                $arg
            }
        }
    )+};
}

arg_from! {
    i64, v => Arg::Int(Some(v));
    Option<i64>, v => Arg::Int(v);
    i32, v => Arg::Int(Some(i64::from(v)));
    u32, v => Arg::Int(Some(i64::from(v)));
    usize, v => Arg::Int(Some(i64::try_from(v).unwrap_or(i64::MAX)));
    bool, v => Arg::Int(Some(i64::from(v)));
    f64, v => Arg::Real(Some(v));
    Option<f64>, v => Arg::Real(v);
    String, v => Arg::Text(Some(v));
    &String, v => Arg::Text(Some(v.clone()));
    &str, v => Arg::Text(Some(v.to_owned()));
    Option<String>, v => Arg::Text(v);
    Option<&str>, v => Arg::Text(v.map(str::to_owned));
    Vec<u8>, v => Arg::Bytes(Some(v));
    &[u8], v => Arg::Bytes(Some(v.to_vec()));
    Timestamp, v => Arg::Int(Some(v.0));
    Option<Timestamp>, v => Arg::Int(v.map(|t| t.0));
}

macro_rules! arg_from_id {
    ($($id:ty),+ $(,)?) => {$(
        impl From<$id> for Arg {
            fn from(id: $id) -> Self {
                Arg::Int(Some(id.0))
            }
        }
        impl From<Option<$id>> for Arg {
            fn from(id: Option<$id>) -> Self {
                Arg::Int(id.map(|id| id.0))
            }
        }
    )+};
}

arg_from_id!(
    UnitId,
    PersonId,
    ChatId,
    InviteId,
    NoticeId,
    EditionId,
    DeliveryId,
    ScheduleId,
    ReportId,
    IncidentId,
    MediaId,
    RequestId,
    MeetingChangeId,
    TallyLineId,
    UpdateId,
    MessageId,
    PayloadId,
    AudienceId,
);

/// `args![a, b]`: values for `$1`, `$2`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Arg::from($value)),*] };
}

/// A statement: one text for both engines, or two side by side where they differ.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    pub lite: &'static str,
    pub pg: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self { lite: text, pg: text }
    }
}

/// A connection inside a transaction.
pub enum Tx<'c> {
    Lite(&'c mut SqliteConnection),
    Pg(&'c mut PgConnection),
}

/// What is done with each row of an answer.
type Take<'t> = &'t mut (dyn FnMut(Answer<'_>) -> Result<(), StoreError> + Send);

/// Binds every argument to a statement, of whichever engine.
macro_rules! bind_all {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Int(v) => query.bind(v),
                Arg::Text(v) => query.bind(v),
                Arg::Bytes(v) => query.bind(v),
                Arg::Real(v) => query.bind(v),
            };
        }
        query
    }};
}

impl Tx<'_> {
    /// Runs a statement and gives the number of rows that it changed.
    pub async fn exec(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<u64, StoreError> {
        let sql = sql.into();
        Ok(match self {
            Self::Lite(c) => bind_all!(sqlx::query(sql.lite), args).execute(&mut **c).await?.rows_affected(),
            Self::Pg(c) => bind_all!(sqlx::query(sql.pg), args).execute(&mut **c).await?.rows_affected(),
        })
    }

    /// Runs a statement and gives all rows.
    pub async fn all<T: Row + Send>(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql.into(), args, &mut |row| {
            rows.push(T::read(row)?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Runs a statement and shows each row as it comes. One body for all row types: there are more than a hundred.
    async fn each(&mut self, sql: Sql, args: Vec<Arg>, take: Take<'_>) -> Result<(), StoreError> {
        match self {
            Self::Lite(c) => {
                let mut rows = bind_all!(sqlx::query(sql.lite), args).fetch(&mut **c);
                while let Some(row) = rows.try_next().await? {
                    take(Answer::Lite(&row))?;
                }
            }
            Self::Pg(c) => {
                let mut rows = bind_all!(sqlx::query(sql.pg), args).fetch(&mut **c);
                while let Some(row) = rows.try_next().await? {
                    take(Answer::Pg(&row))?;
                }
            }
        }
        Ok(())
    }

    /// Runs a statement and gives the first row, if there is one.
    pub async fn optional<T: Row + Send>(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Arg>,
    ) -> Result<Option<T>, StoreError> {
        // All rows are fetched: a statement that is left half read hides its own failure on SQLite.
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// Runs a statement that gives at least one row, and gives the first.
    pub async fn one<T: Row + Send>(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<T, StoreError> {
        self.optional(sql, args).await?.ok_or(StoreError::Missing)
    }

    /// The whole number in the first column of the first row: a count, or the id of an inserted row.
    pub async fn int(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<i64, StoreError> {
        Ok(self.one::<(i64,)>(sql, args).await?.0)
    }

    /// Runs a statement that has to change exactly one row.
    pub async fn exec_one(&mut self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<(), StoreError> {
        match self.exec(sql, args).await? {
            1 => Ok(()),
            0 => Err(StoreError::Missing),
            n => Err(StoreError::TooMany(n)),
        }
    }

    pub fn is_lite(&self) -> bool {
        matches!(self, Self::Lite(_))
    }
}

/// The text as a part of a LIKE pattern that means nothing but itself.
pub(super) fn like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
