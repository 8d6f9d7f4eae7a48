//! Receiving: the bytes that came are stored before they are acknowledged.
//!
//! Either the platform is asked for updates, or it pushes them; it is told which.

use std::time::Duration;

use crate::channel::{Push, RawUpdate, ReceiveError};
use crate::domain::Timestamp;
use crate::failpoint::{Planted, Point, at, hasten, planted};
use crate::store::StoreError;
use crate::store::inbox::NewUpdate;

use super::{Engine, database_failed};

/// How long one request for updates waits (the Bot API takes up to 50 s).
const POLL: Duration = Duration::from_secs(25);
/// How long to wait after a failure: first, and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

/// How often the platform is asked whether it still pushes to us, and why it could not.
const LOOK_AT_PUSH: Duration = Duration::from_secs(600);

/// How long before it is stored an update is acknowledged, where that fault is planted.
const EARLY: Duration = Duration::from_millis(200);

/// Asks for updates until it is told to stop.
pub async fn run(engine: Engine) {
    let mut failures = 0_u32;
    let mut asked = false;
    while !engine.stop.is_cancelled() {
        let wait = match receive_once(&engine, &mut asked).await {
            Ok(()) => {
                failures = 0;
                continue;
            }
            Err(Trouble::Stopped) => return,
            Err(Trouble::Channel(error)) => {
                // Somebody may have told the platform to push.
                asked = asked && !matches!(error, ReceiveError::Conflict(_));
                failures += 1;
                cannot_receive(&engine, &error, failures).await
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

/// Tells the platform to push, and looks now and then whether it does, until it is told to stop.
pub async fn announce(engine: Engine, push: Push) {
    let mut failures = 0_u32;
    let mut told = false;
    let mut seen = engine.clock.now();
    while !engine.stop.is_cancelled() {
        let done = if told {
            look_at_push(&engine, &push, &mut seen).await.map(|ours| told = ours)
        } else {
            engine.channel.set_push(Some(&push)).await.map(|()| told = true)
        };
        let wait = match done {
            // It pushes elsewhere: told anew at once.
            Ok(()) if !told => continue,
            Ok(()) => {
                failures = 0;
                LOOK_AT_PUSH
            }
            Err(error) => {
                failures += 1;
                cannot_receive(&engine, &error, failures).await
            }
        };
        tokio::select! {
            biased;
            () = engine.stop.cancelled() => return,
            () = engine.clock.sleep(wait) => {}
        }
    }
}

/// Whether the platform pushes to us; says in the log what went wrong since `seen`.
async fn look_at_push(engine: &Engine, push: &Push, seen: &mut Timestamp) -> Result<bool, ReceiveError> {
    let state = engine.channel.push_state().await?;
    let ours = state.is_to(&push.url);
    if let Some((at, why)) = state.last_error.filter(|(at, _)| *at > *seen) {
        tracing::warn!(waiting = state.waiting, cause = why, "the platform could not push updates to us");
        *seen = at;
    }
    if !ours {
        tracing::warn!("the platform pushes updates elsewhere, and is told anew");
    }
    Ok(ours)
}

/// Stores an update that was pushed. Only after this may it be acknowledged.
///
/// # Errors
/// The database's: the platform has to push it again.
pub async fn keep_pushed(engine: &Engine, raw: RawUpdate) -> Result<(), StoreError> {
    if planted(Planted::AcknowledgeEarly) {
        let engine = engine.clone();
        tokio::spawn(async move {
            engine.clock.sleep(EARLY).await;
            store_pushed(&engine, raw).await
        });
        return Ok(());
    }
    store_pushed(engine, raw).await
}

async fn store_pushed(engine: &Engine, raw: RawUpdate) -> Result<(), StoreError> {
    let stored = async {
        at(Point::ReceiveBeforeStore).await?;
        let new = into_new(engine, raw, engine.clock.now());
        engine.store.receive_pushed(engine.channel.kind(), new).await
    };
    match stored.await {
        Ok(new) if new > 0 => engine.signals.inbox.notify_one(),
        Ok(_) => {}
        Err(error) => {
            database_failed(&error, "an update cannot be stored; it stays with the platform");
            return Err(error);
        }
    }
    Ok(())
}

/// Notes that nothing comes in. Gives how long to wait.
async fn cannot_receive(engine: &Engine, error: &ReceiveError, failures: u32) -> Duration {
    if failures == 1 {
        tracing::warn!(channel = engine.channel.kind().code(), cause = %error, "cannot receive");
    }
    match error {
        ReceiveError::TooMany { after } => return *after,
        ReceiveError::Unauthorized => token_refused(engine).await,
        ReceiveError::Conflict(_) | ReceiveError::Failed(_) => {}
    }
    backoff(failures)
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
///
/// `asked`: whether the platform knows that it is to be asked for updates.
async fn receive_once(engine: &Engine, asked: &mut bool) -> Result<(), Trouble> {
    let kind = engine.channel.kind();
    if !*asked {
        engine.channel.set_push(None).await.map_err(Trouble::Channel)?;
        *asked = true;
    }
    let offset = engine.store.offset(kind).await?;
    at(Point::ReceiveBeforePoll).await.map_err(StoreError::from)?;
    let receive = engine.channel.receive(offset, POLL);
    let updates = if engine.channel.gives_once() {
        receive.await
    } else {
        tokio::select! {
            biased;
            () = engine.stop.cancelled() => return Err(Trouble::Stopped),
            updates = receive => updates,
        }
    };
    let updates = updates.map_err(Trouble::Channel)?;
    if updates.is_empty() {
        return Ok(());
    }
    if planted(Planted::AcknowledgeEarly) {
        let last = updates.iter().map(|raw| raw.number).max().unwrap_or(offset);
        let _ = engine.channel.receive(last, Duration::ZERO).await;
    }
    at(Point::ReceiveBeforeStore).await.map_err(StoreError::from)?;
    let now = engine.clock.now();
    let new: Vec<NewUpdate> = updates.into_iter().map(|raw| into_new(engine, raw, now)).collect();
    engine.store.receive(kind, new).await?;
    engine.signals.inbox.notify_one();
    Ok(())
}

fn into_new(engine: &Engine, raw: RawUpdate, now: Timestamp) -> NewUpdate {
    let parsed = engine.channel.read(&raw.body, now);
    let RawUpdate { key, number, body } = raw;
    NewUpdate { key, number, chat_key: parsed.chat_key, album: parsed.album, body }
}

fn backoff(failures: u32) -> Duration {
    hasten(BACKOFF.0.saturating_mul(1 << failures.min(10)).min(BACKOFF.1))
}
