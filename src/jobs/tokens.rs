//! Tokens that run out are renewed before they do, by whoever does the work, one at a time.
//!
//! A refresh token is good once. The pair that it gives is on the disk before it is used; where no answer came it may
//! be spent, which the next attempt finds out, and then only a person can get another.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::channel::renewing::{Pair, RenewError, Renewing};
use crate::domain::Timestamp;
use crate::failpoint::hasten;
use crate::store::StoreError;
use crate::store::tokens::{Failure, NewTokens, Tokens};

use super::{Engine, database_failed, line};

/// How often it is looked whether a token is needed.
const LOOK: Duration = Duration::from_secs(1);
/// So long before its end a token is renewed: time for a platform that is away for some hours.
pub const AHEAD: Duration = Duration::from_secs(6 * 3600);
/// A token that was renewed so short a time ago and is refused all the same would be so after another renewal.
const NOT_AGAIN_WITHIN: Duration = Duration::from_secs(300);
/// How long nobody else may renew. Longer than any call takes.
const LOCKED: Duration = Duration::from_secs(120);
/// The wait after a failure: first, and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(600));

/// Renews until it is told to stop. A renewal that is under way then is finished.
pub async fn run(engine: Engine) {
    let mut desk = Desk { in_use: None, next_try: Timestamp(0), failures: 0 };
    loop {
        if let Some(renewing) = engine.channel.renewing()
            && let Err(error) = desk.look(&engine, renewing).await
        {
            database_failed(&error, "the tokens of a channel could not be looked at");
        }
        tokio::select! {
            biased;
            () = engine.stop.cancelled() => return,
            () = engine.clock.sleep(hasten(LOOK)) => {}
        }
    }
}

struct Desk {
    /// The access token that the channel shows.
    in_use: Option<SecretString>,
    /// No renewal before, after one that failed.
    next_try: Timestamp,
    failures: u32,
}

impl Desk {
    async fn look(&mut self, engine: &Engine, renewing: &dyn Renewing) -> Result<(), StoreError> {
        let kind = engine.channel.kind();
        let Some(tokens) = engine.store.tokens(kind).await? else {
            tracing::error!(channel = kind.code(), "has no tokens yet: enter one with loa zalo token");
            return engine.store.want_tokens(kind).await;
        };
        self.take_up(engine, renewing, &tokens).await;
        if tokens.failure.is_none() {
            // Somebody entered another, perhaps.
            (self.failures, self.next_try) = (0, Timestamp(0));
        }
        let now = engine.clock.now();
        if is_wanted(&tokens, renewing, now) && self.next_try <= now {
            self.renew(engine, renewing).await?;
        }
        Ok(())
    }

    /// Shows the token that is kept from now on, if it is another.
    async fn take_up(&mut self, engine: &Engine, renewing: &dyn Renewing, tokens: &Tokens) {
        let secret = |token: &Option<SecretString>| token.as_ref().map(|t| t.expose_secret().to_owned());
        let Some(access) = tokens.access.clone() else { return };
        if secret(&self.in_use) == secret(&tokens.access) {
            return;
        }
        renewing.use_token(access.clone());
        self.in_use = Some(access);
        // What waits for it need not wait for the next try of the line; and the channel learns its name.
        line::probe(engine).await;
    }

    async fn renew(&mut self, engine: &Engine, renewing: &dyn Renewing) -> Result<(), StoreError> {
        let kind = engine.channel.kind();
        let locked = engine.store.begin_renewal(kind, &engine.holder, LOCKED).await?;
        let Some(refresh) = locked else { return Ok(()) };
        match renewing.renew(&refresh).await {
            Ok(pair) => {
                keep(engine, refresh, pair).await;
                if let Some(tokens) = engine.store.tokens(kind).await? {
                    self.take_up(engine, renewing, &tokens).await;
                }
                Ok(())
            }
            Err(error) => {
                let wait = hasten(BACKOFF.0.saturating_mul(1 << self.failures.min(10)).min(BACKOFF.1));
                self.failures = self.failures.saturating_add(1);
                self.next_try = engine.clock.now() + wait;
                tracing::error!(channel = kind.code(), cause = %error, "a token could not be renewed");
                let failure = match &error {
                    RenewError::Spent => Failure::Spent,
                    RenewError::Refused(_) => Failure::Refused,
                    RenewError::NotAsked(_) | RenewError::Unknown(_) => Failure::Unreachable,
                };
                engine.store.renewal_failed(kind, refresh, failure, &error.to_string()).await
            }
        }
    }
}

/// Whether a new token is needed. One that is spent gives none, however often it is asked.
fn is_wanted(tokens: &Tokens, renewing: &dyn Renewing, now: Timestamp) -> bool {
    if matches!(tokens.failure, Some(Failure::Missing | Failure::Spent)) {
        return false;
    }
    let refused = renewing.wants_token() && tokens.renewed_at + NOT_AGAIN_WITHIN <= now;
    tokens.access.is_none() || tokens.access_until <= now + AHEAD || refused
}

/// Keeps the only pair that is good, however long the database takes.
async fn keep(engine: &Engine, spent: SecretString, pair: Pair) {
    let (kind, now) = (engine.channel.kind(), engine.clock.now());
    let new = NewTokens {
        access_until: now + pair.access_lasts,
        refresh_until: now + pair.refresh_lasts,
        access: pair.access,
        refresh: pair.refresh,
    };
    loop {
        match engine.store.keep_tokens(kind, spent.clone(), new.clone()).await {
            Ok(true) => {
                let until = new.access_until.short();
                tracing::info!(channel = kind.code(), until, "the token was renewed");
                return;
            }
            Ok(false) => {
                tracing::warn!(channel = kind.code(), "another token was entered meanwhile; it is used");
                return;
            }
            Err(error) => database_failed(&error, "a new token could not be kept yet; it is used by nobody"),
        }
        engine.clock.sleep(hasten(LOOK)).await;
    }
}
