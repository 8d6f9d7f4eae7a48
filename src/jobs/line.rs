//! The line to the platform: what all jobs know of it, kept in the store, and tried again when it is time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::channel::ReceiveError;
use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::store::rest::Rest;

use super::Engine;
use super::breaker::{Breaker, Probed};

/// The state of the line, shared by the jobs of one process.
#[derive(Debug)]
pub struct Line {
    breaker: Mutex<Breaker>,
    /// What the store has. Held while it is written, so that no older state is written over a newer one.
    kept: tokio::sync::Mutex<Option<Rest>>,
    changed: Notify,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            breaker: Mutex::new(Breaker::CLOSED),
            kept: tokio::sync::Mutex::new(None),
            changed: Notify::new(),
        }
    }
}

impl Line {
    /// Takes up what the store has, when a process begins.
    ///
    /// # Errors
    /// The database's.
    pub async fn resume(&self, engine: &Engine) -> Result<(), StoreError> {
        let mut kept = self.kept.lock().await;
        let rest = engine.store.rest(engine.channel.kind()).await?;
        *self.breaker() = Breaker::resume(rest.clone(), engine.clock.now());
        *kept = rest;
        self.changed.notify_one();
        Ok(())
    }

    pub fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether calls are not to be made now.
    pub fn is_open(&self) -> bool {
        matches!(*self.breaker(), Breaker::Open(_))
    }

    /// The store is told of what has changed, before what follows from it is kept.
    ///
    /// # Errors
    /// The database's; it is tried again with the next change.
    pub async fn keep(&self, engine: &Engine) -> Result<(), StoreError> {
        let mut kept = self.kept.lock().await;
        let rest = self.breaker().rest().cloned();
        if *kept == rest {
            return Ok(());
        }
        engine.store.keep_rest(engine.channel.kind(), rest.clone()).await?;
        tell(kept.as_ref(), rest.as_ref());
        *kept = rest;
        drop(kept);
        self.changed.notify_one();
        engine.signals.wake_outboxes();
        engine.signals.timers.notify_one();
        Ok(())
    }

    /// When the platform is to be asked again.
    fn next_try(&self) -> Option<Timestamp> {
        self.breaker().rest().map(|rest| rest.until)
    }
}

/// One line in the log for every turn of things.
fn tell(before: Option<&Rest>, after: Option<&Rest>) {
    match (before, after) {
        (None, Some(rest)) => tracing::error!(
            channel = rest.channel.code(),
            why = rest.why.code(),
            cause = rest.detail,
            until = rest.until.short(),
            "nothing is sent over this channel until it works; nothing is lost"
        ),
        (Some(rest), None) => {
            tracing::info!(channel = rest.channel.code(), "this channel works again");
        }
        _ => {}
    }
}

/// Asks the platform again whenever it is time, until it is told to stop. The question is one that says
/// nothing to anybody, so that no message is spent on it.
pub async fn run(engine: Engine) {
    let line = engine.signals.line.clone();
    loop {
        let due = line.next_try();
        if engine.stop.is_cancelled() {
            return;
        }
        if due.is_some_and(|due| due <= engine.clock.now()) {
            probe(&engine).await;
            continue;
        }
        if !engine.rest(&line.changed, due).await {
            return;
        }
    }
}

/// Asks the platform now. Where the channel works, that changes nothing.
pub(super) async fn probe(engine: &Engine) {
    let (line, kind) = (&engine.signals.line, engine.channel.kind());
    let answer = tokio::select! {
        biased;
        () = engine.stop.cancelled() => return,
        answer = engine.channel.who_am_i() => answer,
    };
    let probed = match answer {
        Ok(_) => Probed::Well,
        Err(ReceiveError::Unauthorized) => Probed::TokenRefused,
        Err(ReceiveError::TooMany { after }) => Probed::Wait(after),
        Err(error) => Probed::Failed(error.to_string()),
    };
    line.breaker().probed(kind, engine.clock.now(), probed, &engine.random);
    if let Err(error) = line.keep(engine).await {
        super::database_failed(&error, "how the channel stands could not be kept");
    }
}
