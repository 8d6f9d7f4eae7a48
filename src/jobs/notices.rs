//! Notices: files are fetched, editions begin, deliveries are made.

use futures::StreamExt;

use crate::channel::FetchError;
use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::store::notice::{FetchedFile, WantedFile};

use super::{Engine, calls, database_failed};

/// Files that are fetched side by side.
pub(super) const FETCHES: usize = 4;
/// The largest file that is taken. Telegram gives bots files of up to 20 MB
/// (<https://core.telegram.org/bots/api#getfile>).
const MOST_BYTES: usize = 20 * 1024 * 1024;

/// Does what is due, and says when the next thing is; nothing where there is none.
///
/// # Errors
/// The database's. What was done before stays done, and the next tick goes on.
pub async fn tick(engine: &Engine) -> Result<Option<Timestamp>, StoreError> {
    fetch_files(engine).await?;
    calls::tick(engine).await?;
    let due = engine.store.notices_tick(engine.rules.catch_up).await?;
    // What was just begun does not wait for the outbox to look by itself.
    engine.signals.wake_outboxes();
    Ok(due)
}

/// Fetches files over a channel that the calendar's jobs do not look at, until it is told to stop.
pub async fn fetch_beside(engine: Engine) {
    loop {
        match fetch_files(&engine).await {
            Ok(true) => engine.signals.timers.notify_one(),
            Ok(false) => {}
            Err(error) => database_failed(&error, "files of notices cannot be fetched"),
        }
        if !engine.rest(&engine.signals.media, None).await {
            return;
        }
    }
}

/// Fetches the files that wait for this channel. Gives whether there were any.
async fn fetch_files(engine: &Engine) -> Result<bool, StoreError> {
    let answers = calls::fetch_files(engine).await?;
    let claim = || engine.store.claim_notice_files(engine.channel.kind(), FETCHES);
    Ok(fetch_waiting(claim, |file| fetch(engine, file)).await? || answers)
}

/// Claims a few files after the other and fetches them side by side, until none waits. Gives whether there were any.
pub(super) async fn fetch_waiting<T, C, F>(
    claim: impl Fn() -> C,
    fetch: impl Fn(T) -> F,
) -> Result<bool, StoreError>
where
    C: Future<Output = Result<Vec<T>, StoreError>>,
    F: Future<Output = Result<(), StoreError>>,
{
    let mut any = false;
    loop {
        let wanted = claim().await?;
        if wanted.is_empty() {
            return Ok(any);
        }
        any = true;
        let mut fetches = futures::stream::iter(wanted.into_iter().map(&fetch)).buffer_unordered(FETCHES);
        while let Some(done) = fetches.next().await {
            done?;
        }
    }
}

async fn fetch(engine: &Engine, file: WantedFile) -> Result<(), StoreError> {
    let fetched = fetched(engine, &file.file_id).await;
    engine.store.settle_notice_file(file, fetched).await
}

/// A file as the platform gives it.
pub(super) async fn fetched(engine: &Engine, file_id: &str) -> FetchedFile {
    match engine.channel.fetch(file_id, MOST_BYTES).await {
        Ok(bytes) => FetchedFile::Bytes(bytes.to_vec()),
        Err(FetchError::Failed(error)) => FetchedFile::Failed(error),
        Err(error @ (FetchError::TooLarge { .. } | FetchError::Gone(_))) => {
            FetchedFile::Gone(error.to_string())
        }
    }
}
