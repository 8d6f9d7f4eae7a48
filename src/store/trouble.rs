//! What keeps a database from doing its work, and telling of it: once when it begins, once a minute while it
//! lasts, once when it is over.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::Timestamp;

use super::StoreError;

/// How often it is told again while it lasts.
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// What is wrong with the machine or the server, not with what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    DiskFull,
    ReadOnly,
    /// Somebody else keeps it to himself.
    Busy,
    /// The disk, or the file system, gives errors.
    Disk,
    /// Or the disk gives errors: SQLite says so of both where it reads the schema.
    Damaged,
    /// The file cannot be opened, or the server does not answer.
    Away,
}

impl Trouble {
    /// What an error of the database says about it; `None` if the fault is in what was asked.
    pub fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => Some(Self::Away),
            sqlx::Error::Database(error) => {
                let code = error.code()?;
                if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                    Self::of_sqlite(code.parse().ok()?)
                } else {
                    Self::of_postgres(&code)
                }
            }
            _ => None,
        }
    }

    /// <https://sqlite.org/rescode.html>; the lowest byte is what it is in the main.
    fn of_sqlite(code: u32) -> Option<Self> {
        match code & 0xff {
            5 | 6 => Some(Self::Busy),
            8 => Some(Self::ReadOnly),
            10 => Some(Self::Disk),
            11 | 26 => Some(Self::Damaged),
            13 => Some(Self::DiskFull),
            14 => Some(Self::Away),
            _ => None,
        }
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn of_postgres(code: &str) -> Option<Self> {
        match code {
            "53100" => Some(Self::DiskFull),
            "25006" => Some(Self::ReadOnly),
            "55P03" => Some(Self::Busy),
            "58030" => Some(Self::Disk),
            code if code.starts_with("XX00") => Some(Self::Damaged),
            code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => {
                Some(Self::Away)
            }
            _ => None,
        }
    }

    /// For the log.
    pub fn plain(self) -> &'static str {
        match self {
            Self::DiskFull => "the disk is full",
            Self::ReadOnly => "it may only be read",
            Self::Busy => "somebody else keeps it locked",
            Self::Disk => "the disk gives errors",
            Self::Damaged => "it is damaged, or the disk gives errors",
            Self::Away => "it cannot be reached",
        }
    }
}

/// Since when something fails, and whether that was told.
#[derive(Debug)]
struct Failing {
    since: Timestamp,
    times: u64,
    told: bool,
}

/// How one side stands.
#[derive(Debug, Default)]
struct State {
    failing: Option<Failing>,
    /// When it was last told that it fails: also what comes and goes is told once a minute.
    told: Option<Timestamp>,
}

/// Tells of one side of the database's work: writing, or reading.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    /// What does not happen.
    fails: &'static str,
    state: Arc<Mutex<State>>,
}

impl Watch {
    pub(super) fn writing() -> Self {
        Self { fails: "the database takes nothing", state: Arc::default() }
    }

    pub(super) fn reading() -> Self {
        Self { fails: "the database cannot be read", state: Arc::default() }
    }

    /// Looks at how a piece of work ended.
    pub(super) fn see<T>(&self, result: &Result<T, StoreError>) {
        match result {
            Ok(_) => self.works(),
            Err(error) => {
                if let Some(trouble) = error.trouble() {
                    self.fails(trouble, error);
                }
            }
        }
    }

    fn fails(&self, trouble: Trouble, error: &StoreError) {
        let now = Clock::System.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let soon = state.told.is_some_and(|told| told + TELL_AGAIN > now);
        let failing = state.failing.get_or_insert(Failing { since: now, times: 0, told: false });
        failing.times += 1;
        if soon {
            return;
        }
        failing.told = true;
        let since = failing.since;
        state.told = Some(now);
        tracing::error!(
            cause = %error,
            seconds = now.since(since).as_secs(),
            "{}: {}. Nothing is acknowledged and nothing is sent until this is over; it goes on by itself then",
            self.fails,
            trouble.plain()
        );
    }

    fn works(&self) {
        let over = self.state.lock().unwrap_or_else(PoisonError::into_inner).failing.take();
        if let Some(Failing { since, times, told: true }) = over {
            let seconds = Clock::System.now().since(since).as_secs();
            tracing::warn!(seconds, failures = times, "over: {}. The work goes on", self.fails);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_are_known() {
        // SQLITE_IOERR_FSYNC, SQLITE_FULL, SQLITE_READONLY_DIRECTORY, SQLITE_BUSY_SNAPSHOT, SQLITE_CONSTRAINT.
        let known = [1034, 13, 1544, 517, 19].map(Trouble::of_sqlite);
        let (disk, full) = (Some(Trouble::Disk), Some(Trouble::DiskFull));
        assert_eq!(known, [disk, full, Some(Trouble::ReadOnly), Some(Trouble::Busy), None]);
        // admin_shutdown, cannot_connect_now, disk_full, unique_violation
        let known = ["57P01", "57P03", "53100", "23505"].map(Trouble::of_postgres);
        assert_eq!(known, [Some(Trouble::Away), Some(Trouble::Away), full, None]);
    }
}
