//! Updates and files on their way in.

use std::time::Duration;

use bytes::Bytes;
use serde_json::value::RawValue;
use teloxide::payloads::{GetFile, GetUpdates};
use teloxide::types::{AllowedUpdate, FileId};

use crate::channel::{FetchError, RawUpdate, ReceiveError};

use super::classify::{asking_for_file, downloading, receiving};
use crate::channel::body::BodyError;
use crate::channel::bot_api::Transport;
use crate::channel::tolerant::tolerant;

/// The longest wait that the Bot API takes (<https://core.telegram.org/bots/api#getupdates>).
const LONGEST_POLL: u64 = 50;
/// Updates in one answer: the most that the Bot API gives.
const MOST_UPDATES: u8 = 100;
/// Room for so many of the largest messages. One answer that does not fit would come again for ever.
const MAX_UPDATES: usize = 64 << 20;
/// How fast a download has to be at least, in bytes a second.
const SLOWEST: u64 = 64 * 1024;

tolerant! {
    struct Numbered {
        update_id: i64,
    }
    struct Located {
        file_path: String,
        file_size: u64,
    }
}

/// Waits for updates after `offset`.
pub(super) async fn receive(
    transport: &Transport,
    offset: i64,
    wait: Duration,
) -> Result<Vec<RawUpdate>, ReceiveError> {
    let seconds = wait.as_secs().min(LONGEST_POLL);
    let payload = GetUpdates {
        offset: next_after(offset)?,
        limit: Some(MOST_UPDATES),
        timeout: u32::try_from(seconds).ok(),
        allowed_updates: Some(allowed_updates()),
    };
    let timeout = transport.timeout + Duration::from_secs(seconds);
    let result = transport.call_within(&payload, timeout, MAX_UPDATES).await.map_err(receiving)?;
    split(&result)
}

/// The kinds of updates that are asked for, however they come.
pub(super) fn allowed_updates() -> Vec<AllowedUpdate> {
    use AllowedUpdate::{CallbackQuery, EditedMessage, Message, MyChatMember};
    vec![Message, EditedMessage, CallbackQuery, MyChatMember]
}

/// The number from which on updates are asked for; `None` asks for all that wait. Update numbers have 31
/// bits.
fn next_after(offset: i64) -> Result<Option<i32>, ReceiveError> {
    if offset <= 0 {
        return Ok(None);
    }
    let next = i32::try_from(offset.saturating_add(1));
    next.map(Some).map_err(|_| ReceiveError::Failed(format!("{offset} is no number of an update")))
}

/// Every update with its bytes as they came.
fn split(result: &RawValue) -> Result<Vec<RawUpdate>, ReceiveError> {
    let raw: Vec<&RawValue> = serde_json::from_str(result.get())
        .map_err(|_| ReceiveError::Failed("the updates are no list".to_owned()))?;
    let count = raw.len();
    let number = |one: &RawValue| serde_json::from_str::<Numbered>(one.get()).ok()?.update_id;
    let updates: Vec<RawUpdate> = raw
        .into_iter()
        .filter_map(|one| Some(RawUpdate::numbered(number(one)?, one.get().as_bytes().to_vec())))
        .collect();
    if updates.len() < count {
        tracing::warn!(updates = count - updates.len(), "came without a number and are left out");
    }
    if updates.is_empty() && count > 0 {
        // They would come again at once: the caller has to pause.
        return Err(ReceiveError::Failed("updates without numbers".to_owned()));
    }
    Ok(updates)
}

/// Gets a file of at most `max` bytes.
pub(super) async fn fetch(transport: &Transport, file_id: &str, max: usize) -> Result<Bytes, FetchError> {
    let payload = GetFile::new(FileId(file_id.to_owned()));
    let result = transport.call(&payload).await.map_err(|failure| asking_for_file(failure, max))?;
    let file: Located = serde_json::from_str(result.get()).unwrap_or_default();
    if file.file_size.is_some_and(|size| size > max as u64) {
        return Err(FetchError::TooLarge { max });
    }
    let path = file.file_path.ok_or_else(|| FetchError::Failed("no path to the file".to_owned()))?;
    let size = file.file_size.unwrap_or(max as u64).min(max as u64);
    let timeout = transport.timeout + Duration::from_secs(size / SLOWEST);
    match transport.download(&path, max, timeout).await.map_err(downloading)? {
        Ok(bytes) => Ok(bytes),
        Err(BodyError::TooLarge) => Err(FetchError::TooLarge { max }),
        Err(BodyError::Broken(why)) => Err(FetchError::Failed(why)),
    }
}
