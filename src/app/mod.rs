//! Puts the rooms together, and takes the command line apart.

pub mod digest;
pub mod import;
pub mod incident;
pub mod people;
pub mod run;
#[cfg(test)]
pub(crate) mod testing;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::clock::Clock;
use crate::conversation::Rules;
use crate::store::{Store, StoreError};

/// Where a command stands: what it works on, and where it writes.
pub struct Desk {
    pub store: Store,
    pub clock: Clock,
    pub rules: Arc<Rules>,
    /// Listings as JSON instead of words.
    pub json: bool,
    pub out: Mutex<Box<dyn Write + Send>>,
}

impl Desk {
    /// Writes a line for people. Nothing with `--json`, so that the output stays JSON.
    pub fn say(&self, line: impl AsRef<str>) {
        if !self.json {
            self.write(line.as_ref());
        }
    }

    /// Writes a result: as JSON with `--json`, else in words.
    ///
    /// # Errors
    /// Where the value cannot be written as JSON.
    pub fn show<T: Serialize>(
        &self,
        value: &T,
        words: impl FnOnce(&T) -> String,
    ) -> Result<(), CommandError> {
        let text = if self.json {
            serde_json::to_string_pretty(value).map_err(|error| CommandError::Failed(error.into()))?
        } else {
            words(value)
        };
        self.write(&text);
        Ok(())
    }

    fn write(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nobody reads any more (a closed pipe), there is nobody to tell either.
        let _ = writeln!(out, "{text}");
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The user can put it right: one plain Vietnamese sentence that says how. Exit code 2.
    #[error("{0}")]
    User(String),
    /// We failed, or the machine did. Exit code 1.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}
