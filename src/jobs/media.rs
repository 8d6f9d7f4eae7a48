//! Fetches the pictures and documents of reports, checks them, and keeps pictures without what they tell of their maker.

use bytes::Bytes;
use futures::{StreamExt, stream};

use crate::channel::{Channel, FetchError};
use crate::domain::Timestamp;
use crate::domain::picture::{Picture, PictureError, PictureLimits};
use crate::failpoint::{Point, at};
use crate::store::incident::{Fetched, Refusal, Wanted};
use crate::store::{Store, StoreError};

use super::{Engine, database_failed};

/// Pictures that are fetched at the same time, so that a large album holds nobody up.
const AT_ONCE: usize = 4;

/// Fetches until it is told to stop. A job of its own: a platform that is slow to give a picture holds up
/// nothing else.
pub async fn run(engine: Engine) {
    loop {
        let due = match tick(&engine.store, engine.channel.as_ref()).await {
            Ok(due) => due,
            Err(error) => {
                database_failed(&error, "pictures cannot be fetched");
                None
            }
        };
        engine.signals.wake_outboxes();
        if !engine.rest(&engine.signals.media, due).await {
            return;
        }
    }
}

/// Fetches what is due over a channel, and says when the next picture is; nothing where there is none.
///
/// # Errors
/// The database's. What was claimed is tried again when its claim is over.
pub async fn tick(store: &Store, channel: &dyn Channel) -> Result<Option<Timestamp>, StoreError> {
    // Looking costs no write: most of the time there is nothing to fetch.
    if !store.media_is_due(channel.kind()).await? {
        return store.next_media(channel.kind()).await;
    }
    at(Point::MediaBeforeClaim).await.map_err(StoreError::from)?;
    let wanted = store.claim_media(channel.kind(), AT_ONCE * 2).await?;
    at(Point::MediaAfterClaim).await.map_err(StoreError::from)?;
    let fetches = wanted.into_iter().map(|wanted| fetch(store, channel, wanted));
    let mut ended = stream::iter(fetches).buffer_unordered(AT_ONCE);
    while let Some(result) = ended.next().await {
        result?;
    }
    store.next_media(channel.kind()).await
}

async fn fetch(store: &Store, channel: &dyn Channel, wanted: Wanted) -> Result<(), StoreError> {
    let limits = PictureLimits::default();
    let fetched = match channel.fetch(&wanted.file_id, limits.max_bytes).await {
        // Decoding keeps a core busy for a while: not one that answers people.
        Ok(bytes) if wanted.is_document => check_pdf(bytes),
        Ok(bytes) => match tokio::task::spawn_blocking(move || check(&bytes, limits)).await {
            Ok(fetched) => fetched,
            // A picture on which the decoder fails is none that could be shown.
            Err(_) => Fetched::Refused { reason: Refusal::NoPicture },
        },
        Err(FetchError::TooLarge { .. }) => Fetched::Refused { reason: Refusal::TooLarge },
        Err(FetchError::Gone(_)) => Fetched::Gone,
        Err(FetchError::Failed(error)) => Fetched::Failed { error },
    };
    at(Point::MediaBeforeSettle).await?;
    store.settle_media(wanted.id, fetched).await
}

/// A PDF document begins with what it is (ISO 32000-1, 7.5.2). It is kept as it came, and only handed on.
fn check_pdf(bytes: Bytes) -> Fetched {
    if bytes.starts_with(b"%PDF-") {
        Fetched::Good { mime: "application/pdf", bytes: bytes.into() }
    } else {
        Fetched::Refused { reason: Refusal::NoPdf }
    }
}

fn check(bytes: &[u8], limits: PictureLimits) -> Fetched {
    match Picture::check(bytes, limits) {
        Ok(picture) => Fetched::Good { mime: "image/jpeg", bytes: picture.jpeg },
        Err(PictureError::TooHeavy { .. } | PictureError::TooLarge { .. }) => {
            Fetched::Refused { reason: Refusal::TooLarge }
        }
        Err(PictureError::NotAPicture | PictureError::Broken) => {
            Fetched::Refused { reason: Refusal::NoPicture }
        }
    }
}
