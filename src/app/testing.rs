//! A desk for tests of commands: a store of its own, and ears for what is said.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::conversation::Rules;
use crate::store::testing::Stage;

use super::Desk;

/// A desk, and what has been said at it.
pub(crate) struct Office {
    pub desk: Desk,
    heard: Ear,
    dir: tempfile::TempDir,
    _stage: Stage,
}

impl Office {
    /// A desk with an empty store; the clock stands at 08:00 on 23/11/2026.
    pub async fn new(json: bool) -> Self {
        let stage = Stage::with(Rules { bot_username: "loa_bot".to_owned(), ..Rules::default() }).await;
        let heard = Ear::default();
        let desk = Desk {
            store: stage.store.clone(),
            clock: stage.clock.clone(),
            rules: stage.rules.clone(),
            json,
            out: Mutex::new(Box::new(heard.clone())),
        };
        Self { desk, heard, dir: tempfile::tempdir().expect("a directory"), _stage: stage }
    }

    /// What has been said since the last call.
    pub fn said(&self) -> String {
        let bytes = std::mem::take(&mut *self.heard.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(bytes).expect("text")
    }

    /// A file with this text.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }
}

#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<u8>>>);

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
