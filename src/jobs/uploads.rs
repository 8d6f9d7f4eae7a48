//! Files go up once: while one message carries a file to the platform, others that need it wait for its name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::content::{Attachment, FileKind, FileSource};
use crate::domain::ids::{MessageId, PayloadId};
use crate::store::StoreError;
use crate::store::claim::Claimed;

use super::Engine;

/// Payloads whose files are known to the platform, kept at hand.
const KEEP: usize = 256;
/// So many files are remembered that were given no name. What is forgotten is found out again by one message.
const KEEP_NAMELESS: usize = 256;

type Key = (String, FileKind);

fn key(file: &Attachment) -> Key {
    (file.sha256.clone(), file.kind)
}

/// Where a message's files come from.
pub enum Files {
    /// The platform knows all of them.
    Known(Arc<Vec<FileSource>>),
    /// This message carries up what the platform does not know.
    Upload,
    /// The platform gave them no name: every message carries them up.
    UploadAgain,
    /// Another message is carrying one of them up.
    Wait,
}

/// What is on its way up, by whom.
#[derive(Default)]
pub struct Uploads {
    busy: HashMap<Key, MessageId>,
    known: HashMap<PayloadId, Arc<Vec<FileSource>>>,
    /// Files that went up and were given no name: they have to go up every time.
    nameless: HashSet<Key>,
}

impl Uploads {
    /// Where the files of a message come from. Whoever is told to upload has the files until [`Self::done`].
    pub async fn look(
        &mut self,
        engine: &Engine,
        message: &Claimed,
        files: &[Attachment],
    ) -> Result<Files, StoreError> {
        if let Some(known) = self.known.get(&message.payload) {
            return Ok(Files::Known(known.clone()));
        }
        let ids = engine.store.known_files(engine.channel.kind(), files).await?;
        let missing: Vec<Key> =
            files.iter().zip(&ids).filter(|(_, id)| id.is_none()).map(|(file, _)| key(file)).collect();
        if missing.is_empty() {
            let sources = ids.into_iter().flatten().map(|file_id| FileSource::Known { file_id });
            let sources = Arc::new(sources.collect::<Vec<_>>());
            if self.known.len() >= KEEP {
                self.known.clear();
            }
            self.known.insert(message.payload, sources.clone());
            return Ok(Files::Known(sources));
        }
        if missing.iter().all(|key| self.nameless.contains(key)) {
            return Ok(Files::UploadAgain);
        }
        if missing.iter().any(|key| self.busy.contains_key(key)) {
            return Ok(Files::Wait);
        }
        self.busy.extend(missing.into_iter().map(|key| (key, message.id)));
        Ok(Files::Upload)
    }

    /// The message's attempt has ended; `named` are the files of which the platform said the name, where it
    /// accepted them. Gives whether it was carrying files up.
    pub fn done(&mut self, message: MessageId, named: Option<&[Attachment]>) -> bool {
        let before = self.busy.len();
        let nameless = &mut self.nameless;
        self.busy.retain(|key, by| {
            let ours = *by == message;
            if ours && named.is_some_and(|named| !named.iter().any(|file| self::key(file) == *key)) {
                if nameless.len() >= KEEP_NAMELESS {
                    nameless.clear();
                }
                nameless.insert(key.clone());
            }
            !ours
        });
        self.busy.len() < before
    }

    /// The platform does not know a file of this payload any more. Gives whether nobody is uploading one.
    pub fn gone(&mut self, payload: PayloadId, files: &[Attachment]) -> bool {
        self.known.remove(&payload);
        !files.iter().any(|file| self.busy.contains_key(&key(file)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_a_name_are_not_remembered_without_end() {
        let mut uploads = Uploads::default();
        for n in 0..2 * KEEP_NAMELESS {
            let message = MessageId(i64::try_from(n).expect("small"));
            let file = (n.to_string(), FileKind::Photo);
            uploads.busy.insert(file.clone(), message);
            assert!(uploads.done(message, Some(&[])));
            assert!(uploads.nameless.contains(&file), "the last is known");
        }
        assert!(uploads.nameless.len() <= KEEP_NAMELESS && uploads.busy.is_empty());
    }
}
