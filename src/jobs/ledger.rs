//! Who was erased, in a file outside the database, so that an erasure stays done when an older copy of the database
//! comes back: whoever is in the file and not in the database is erased once more, before anything else happens.
//!
//! A line of JSON for each: a number, since when that person was known, when they were erased. Nothing in it leads to
//! anybody.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::store::people::Erasure;
use crate::store::{Store, StoreError};

use super::{Engine, database_failed};

/// How often file and database are compared.
const LOOK: Duration = Duration::from_secs(10);
/// A longer file is not ours: a line for each of a million people.
const LONGEST: u64 = 100_000_000;

/// Why the ledger could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("{path}: {cause}", path = .path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error("{path}: line {line} is none of a ledger", path = .path.display())]
    Line { path: PathBuf, line: usize },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What one of them has and the other has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Erased, and not in the file yet.
    pub unwritten: usize,
    /// In the file, and not known as erased in the database: an older copy, or another one.
    pub back: usize,
}

/// The file.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: PathBuf,
}

impl Ledger {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes file and database say the same. Gives how many people had to be erased once more.
    ///
    /// # Errors
    /// A file that cannot be read or written; the database's.
    pub async fn reconcile(&self, store: &Store) -> Result<u64, LedgerError> {
        let (written, known) = (self.read()?, store.erasures().await?);
        let missing = without(&known, &written);
        if !missing.is_empty() {
            self.append(&missing)?;
            // They may have been erased from the command line: this process may hold open what has to be emptied.
            store.erase_traces().await?;
        }
        let back = without(&written, &known);
        let again = if back.is_empty() { 0 } else { store.erase_again(back).await? };
        if again > 0 {
            tracing::warn!(people = again, "an older copy of the database: who was erased is again");
        }
        Ok(again)
    }

    /// How file and database differ; nothing is changed.
    ///
    /// # Errors
    /// A file that cannot be read; the database's.
    pub async fn compare(&self, store: &Store) -> Result<Difference, LedgerError> {
        let (written, known) = (self.read()?, store.erasures().await?);
        Ok(Difference { unwritten: without(&known, &written).len(), back: without(&written, &known).len() })
    }

    /// Keeps both the same until it is told to stop.
    pub async fn run(self, engine: Engine) {
        let mut told = false;
        loop {
            match self.reconcile(&engine.store).await {
                Ok(_) => told = false,
                Err(LedgerError::Store(error)) => database_failed(&error, "who was erased cannot be read"),
                Err(error) if !told => {
                    told = true;
                    tracing::error!(cause = %error, "who was erased cannot be kept outside the database");
                }
                Err(_) => {}
            }
            tokio::select! {
                biased;
                () = engine.stop.cancelled() => return,
                () = engine.clock.sleep(LOOK) => {}
            }
        }
    }

    /// What the file says; nothing where there is none yet.
    fn read(&self) -> Result<Vec<Erasure>, LedgerError> {
        let text = match std::fs::metadata(&self.path) {
            Ok(file) if file.len() > LONGEST => Err(io::Error::other("it is too long for a ledger")),
            Ok(_) => std::fs::read_to_string(&self.path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => Err(error),
        };
        let text = text.map_err(|cause| self.fails(cause))?;
        let mut read = Vec::new();
        for (at, line) in text.lines().enumerate() {
            match serde_json::from_str(line) {
                Ok(erasure) => read.push(erasure),
                // The power failed in the middle of it: it is written again below.
                Err(_) if !text.ends_with('\n') && at + 1 == text.lines().count() => {}
                Err(_) if line.is_empty() => {}
                Err(_) => return Err(LedgerError::Line { path: self.path.clone(), line: at + 1 }),
            };
        }
        Ok(read)
    }

    /// Adds lines, and returns when they are on the disk.
    fn append(&self, missing: &[Erasure]) -> Result<(), LedgerError> {
        let mut lines = String::new();
        for erasure in missing {
            lines.push_str(&serde_json::to_string(erasure).map_err(|error| self.fails(error.into()))?);
            lines.push('\n');
        }
        let write = || {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&self.path)?;
            let before = std::fs::read_to_string(&self.path)?;
            let whole = before.rfind('\n').map_or(0, |end| end + 1);
            if whole < before.len() {
                // A line that broke off when the power failed: it is among these.
                file.set_len(u64::try_from(whole).unwrap_or(0))?;
            }
            file.write_all(lines.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|cause| self.fails(cause))
    }

    fn fails(&self, cause: io::Error) -> LedgerError {
        LedgerError::File { path: self.path.clone(), cause }
    }
}

/// Those of whom the others say nothing. Who it was counts, not when: somebody may have been erased twice, by hand in an
/// older copy.
fn without(these: &[Erasure], others: &[Erasure]) -> Vec<Erasure> {
    let known: BTreeSet<_> = others.iter().map(|one| (one.person, one.since)).collect();
    these.iter().filter(|one| !known.contains(&(one.person, one.since))).copied().collect()
}
