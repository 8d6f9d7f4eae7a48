//! Receiving: the bytes that came are stored before they are acknowledged.

use std::time::Duration;

use crate::channel::{RawUpdate, ReceiveError};
use crate::failpoint::{Planted, Point, at, hasten, planted};
use crate::store::StoreError;
use crate::store::inbox::NewUpdate;

use super::{Engine, database_failed};

/// How long one request for updates waits (the Bot API takes up to 50 s).
const POLL: Duration = Duration::from_secs(25);
/// How long to wait after a failure: first, and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

/// Receives until it is told to stop.
pub async fn run(engine: Engine) {
    let mut failures = 0_u32;
    while !engine.stop.is_cancelled() {
        let wait = match receive_once(&engine).await {
            Ok(()) => {
                failures = 0;
                continue;
            }
            Err(Trouble::Stopped) => return,
            Err(Trouble::Channel(error)) => {
                failures += 1;
                if failures == 1 {
                    tracing::warn!(channel = engine.channel.kind().code(), cause = %error, "cannot receive");
                }
                if error == ReceiveError::Unauthorized {
                    token_refused(&engine).await;
                }
                match error {
                    ReceiveError::TooMany { after } => after,
                    _ => backoff(failures),
                }
            }
            Err(Trouble::Store(error)) => {
                failures += 1;
                database_failed(&error, "updates cannot be stored; they stay with the platform");
                backoff(failures)
            }
        };
        tokio::select! {
            biased;
            () = engine.stop.cancelled() => return,
            () = engine.clock.sleep(wait) => {}
        }
    }
}

/// Nothing can be sent either: the line is told, which tells the administrator.
async fn token_refused(engine: &Engine) {
    let (line, kind) = (&engine.signals.line, engine.channel.kind());
    line.breaker().token_refused(kind, engine.clock.now(), &engine.random);
    if let Err(error) = line.keep(engine).await {
        database_failed(&error, "how the channel stands could not be kept");
    }
}

enum Trouble {
    Stopped,
    Channel(ReceiveError),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// One request. The next one, which acknowledges these updates, is made only after they are stored.
async fn receive_once(engine: &Engine) -> Result<(), Trouble> {
    let kind = engine.channel.kind();
    let offset = engine.store.offset(kind).await?;
    at(Point::ReceiveBeforePoll).await.map_err(StoreError::from)?;
    let updates = tokio::select! {
        biased;
        () = engine.stop.cancelled() => return Err(Trouble::Stopped),
        updates = engine.channel.receive(offset, POLL) => updates.map_err(Trouble::Channel)?,
    };
    if updates.is_empty() {
        return Ok(());
    }
    if planted(Planted::AcknowledgeEarly) {
        let last = updates.iter().map(|raw| raw.id).max().unwrap_or(offset);
        let _ = engine.channel.receive(last, Duration::ZERO).await;
    }
    at(Point::ReceiveBeforeStore).await.map_err(StoreError::from)?;
    let now = engine.clock.now();
    let new: Vec<NewUpdate> = updates.into_iter().map(|raw| into_new(engine, raw, now)).collect();
    engine.store.receive(kind, new).await?;
    engine.signals.inbox.notify_one();
    Ok(())
}

fn into_new(engine: &Engine, raw: RawUpdate, now: crate::domain::Timestamp) -> NewUpdate {
    let parsed = engine.channel.read(&raw.body, now);
    NewUpdate { external_id: raw.id, chat_key: parsed.chat_key, album: parsed.album, body: raw.body }
}

fn backoff(failures: u32) -> Duration {
    hasten(BACKOFF.0.saturating_mul(1 << failures.min(10)).min(BACKOFF.1))
}
