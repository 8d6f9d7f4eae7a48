//! Everything that is kept: every SQL statement of the project is in this room.
//!
//! One public method is one transaction. Absent on purpose: HTTP, and words said to people.

pub mod alarms;
pub mod aside;
pub mod audit;
pub mod blobs;
mod bounce;
mod choices;
pub mod claim;
pub mod db;
pub mod held;
pub mod idle;
pub mod inbox;
pub mod incident;
pub mod lease;
pub mod lift;
mod mark;
pub mod notice;
pub mod outbox;
pub mod people;
pub mod quota;
pub mod recent;
pub mod rest;
mod row;
mod schema;
mod seen;
pub mod settle;
mod sql;
pub mod status;
mod strangers;
pub mod sweep;
pub mod tags;
pub mod tally;
#[cfg(test)]
pub(crate) mod testing;
pub mod tokens;
pub mod trouble;
pub mod turn;
pub mod turns;
pub mod windows;
mod writer;

pub use db::Db;
pub(crate) use row::row;
pub use row::{Answer, Row};
pub use sql::{Arg, Sql, Tx};
pub use trouble::Trouble;
pub use writer::LOG_LIMIT;

use std::any::Any;
use std::sync::Arc;

use crate::clock::Clock;
use crate::conversation::{Incoming, Rules};
use crate::domain::Timestamp;
use crate::domain::calendar::Calendar;
use crate::domain::chase::Chases;
use crate::domain::rates::Rates;
use crate::failpoint::Injected;
use crate::random::Random;

/// What a piece of work needs from outside the database: the moment it happens at, and randomness.
#[derive(Clone, Debug)]
pub struct Env {
    pub now: Timestamp,
    pub random: Random,
    /// Which days are off.
    pub calendar: Arc<Calendar>,
    /// What follows where a notice is not confirmed.
    pub chases: Arc<Chases>,
    /// How fast notices go out, and what they cost.
    pub rates: Rates,
}

/// Everything that is kept. Cheap to clone.
///
/// Its public methods are spread over this room, each beside its SQL; each is one transaction.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    clock: Clock,
    random: Random,
    calendar: Arc<Calendar>,
    chases: Arc<Chases>,
    rates: Rates,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// See [`Db::open`].
    pub async fn open(url: &str, clock: Clock, random: Random) -> Result<Self, StoreError> {
        Ok(Self::of(Db::open(url).await?, clock, random))
    }

    /// The same with transactions that wait for their turn: for simulations.
    ///
    /// # Errors
    /// See [`Db::open`].
    pub async fn open_in_turns(
        url: &str,
        clock: Clock,
        random: Random,
        turns: turns::Turns,
    ) -> Result<Self, StoreError> {
        Ok(Self::of(Db::open(url).await?.in_turns(turns), clock, random))
    }

    fn of(db: Db, clock: Clock, random: Random) -> Self {
        let (calendar, chases) = (Arc::default(), Arc::default());
        Self { db, clock, random, calendar, chases, rates: Rates::default() }
    }

    /// The same where these days are off.
    pub fn by(self, calendar: Calendar) -> Self {
        Self { calendar: Arc::new(calendar), ..self }
    }

    /// The same where this follows if a notice is not confirmed.
    pub fn chasing(self, chases: Chases) -> Self {
        Self { chases: Arc::new(chases), ..self }
    }

    /// The same where notices go out as fast, and cost as much.
    pub fn at_rates(self, rates: Rates) -> Self {
        Self { rates, ..self }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The moment and the randomness for one piece of work.
    pub(crate) fn env(&self) -> Env {
        Env {
            now: self.clock.now(),
            random: self.random.clone(),
            calendar: self.calendar.clone(),
            chases: self.chases.clone(),
            rates: self.rates,
        }
    }

    /// Runs one thing that came in through the conversation and keeps all that comes of it.
    ///
    /// # Errors
    /// Where nothing was kept: the caller has to try again, or set the update aside.
    pub async fn take_turn(
        &self,
        incoming: Incoming,
        rules: std::sync::Arc<Rules>,
        step: turn::Step,
    ) -> Result<(), StoreError> {
        let env = self.env();
        let work =
            async move |tx: &mut Tx<'_>| turn::take(tx, &env, &incoming, &rules, step).await.map(|_| ());
        self.db.write(move |tx| Box::pin(async move { work(tx).await })).await
    }
}

/// Why the store could not do what it was asked. Never the user's fault: what a person did wrong is
/// decided before it comes here.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database URL has to begin with sqlite: or postgres://")]
    Url,
    #[error("the database URL may ask for 1 to 100 connections, as in postgres://…/loa?connections=10")]
    Connections,
    #[error("SQLite {0} is too old: 3.51.3 or later is needed, older ones can corrupt a database")]
    OldSqlite(String),
    #[error("a row that has to be there is missing")]
    Missing,
    #[error("one row was to change, {0} did")]
    TooMany(u64),
    #[error("the commit failed: {text}")]
    Commit { trouble: Option<Trouble>, text: String },
    #[error("the database's writer has stopped")]
    Closed,
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
    #[error("the work panicked: {0}")]
    Panicked(String),
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<Injected> for StoreError {
    fn from(error: Injected) -> Self {
        Self::Commit { trouble: None, text: error.to_string() }
    }
}

impl StoreError {
    /// What is wrong with the machine or the server; `None` where the fault is in what was asked. The store
    /// has told of it in the log already.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Sql(error) | Self::Migrate(sqlx::migrate::MigrateError::Execute(error)) => {
                Trouble::of(error)
            }
            Self::Commit { trouble, .. } => *trouble,
            _ => None,
        }
    }

    /// The same for everybody whose work was in the commit.
    pub(crate) fn of_commit(error: &Self) -> Self {
        Self::Commit { trouble: error.trouble(), text: error.to_string() }
    }

    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Self::Panicked(text)
    }
}
