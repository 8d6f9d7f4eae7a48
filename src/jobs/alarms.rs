//! Alarms on their way to administrators: in chat by way of the outbox, and over outlets besides it, for which
//! the chat channels may be dead.

pub mod program;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::conversation::Lang;
use crate::conversation::alarm::{Alarm, store_says};
use crate::domain::Timestamp;
use crate::store::StoreError;

use super::Engine;

/// How often it is looked whether there is something to tell.
const LOOK: Duration = Duration::from_secs(1);
/// An outlet that failed is tried again after this.
const AGAIN: Duration = Duration::from_secs(60);
/// A database that does not answer for so long is worth an alarm, which it cannot keep.
const STORE_PATIENCE: Duration = Duration::from_secs(120);

/// A way to tell an administrator that is none of the chat channels.
#[async_trait]
pub trait Outlet: Send + Sync {
    /// Its name in the store; never changes.
    fn name(&self) -> &'static str;

    /// Tells it. `about` is a few letters of ASCII for a subject line.
    ///
    /// # Errors
    /// Why it could not be told; it is tried again.
    async fn tell(&self, about: &str, text: &str) -> Result<(), String>;
}

/// The outlets that the configuration names.
pub type Outlets = Arc<[Arc<dyn Outlet>]>;

/// Raises and ends alarms as things stand.
///
/// # Errors
/// The database's.
pub async fn tick(engine: &Engine) -> Result<(), StoreError> {
    engine.store.see_to_alarms(engine.rules.alarm_after).await
}

/// Tells what is to be told over the outlets, until it is told to stop.
pub async fn run(engine: Engine, outlets: Outlets) {
    let mut desk = Desk { engine, outlets, failed: HashMap::new(), silent_told: None };
    loop {
        desk.look().await;
        let (stop, clock) = (&desk.engine.stop, &desk.engine.clock);
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = clock.sleep(LOOK) => {}
        }
    }
}

struct Desk {
    engine: Engine,
    outlets: Outlets,
    /// When an outlet failed.
    failed: HashMap<&'static str, Timestamp>,
    /// Since when the database takes nothing, once that was told.
    silent_told: Option<Timestamp>,
}

impl Desk {
    async fn look(&mut self) {
        for outlet in self.outlets.clone().iter() {
            let now = self.engine.clock.now();
            if self.failed.get(outlet.name()).is_some_and(|at| *at + AGAIN > now) {
                continue;
            }
            match self.engine.store.untold_alarms(outlet.name()).await {
                Ok(alarms) => self.tell_all(outlet.as_ref(), alarms).await,
                Err(_) => break,
            }
        }
        self.see_to_database().await;
    }

    async fn tell_all(&mut self, outlet: &dyn Outlet, alarms: Vec<Alarm>) {
        for alarm in alarms {
            let over = if alarm.ended_at.is_some() { " over" } else { "" };
            let about = format!("{}{} {}", alarm.kind.code(), over, alarm.subject);
            if !self.tell(outlet, about.trim_end(), &alarm.says(Lang::Vi)).await {
                return;
            }
            if let Err(error) = self.engine.store.alarm_told(&alarm, outlet.name()).await {
                tracing::error!(cause = %error, "that an alarm was told could not be kept; it is told again");
                return;
            }
        }
    }

    /// Gives whether it could be told.
    async fn tell(&mut self, outlet: &dyn Outlet, about: &str, text: &str) -> bool {
        match outlet.tell(about, text).await {
            Ok(()) => {
                self.failed.remove(outlet.name());
                true
            }
            Err(error) => {
                tracing::error!(outlet = outlet.name(), cause = error, "an alarm could not be told");
                self.failed.insert(outlet.name(), self.engine.clock.now());
                false
            }
        }
    }

    /// What not even the database can be told is remembered here.
    async fn see_to_database(&mut self) {
        let now = self.engine.clock.now();
        match (self.engine.signals.database_silent_since(), self.silent_told) {
            (Some(since), None) if since + STORE_PATIENCE <= now => {
                tracing::error!("the database takes nothing: an administrator has to know");
                self.silent_told = Some(since);
                self.tell_everywhere("store", &store_says(Lang::Vi, since, None)).await;
            }
            (None, Some(since)) => {
                self.silent_told = None;
                self.tell_everywhere("store over", &store_says(Lang::Vi, since, Some(now))).await;
            }
            _ => {}
        }
    }

    async fn tell_everywhere(&mut self, about: &str, text: &str) {
        for outlet in self.outlets.clone().iter() {
            self.tell(outlet.as_ref(), about, text).await;
        }
    }
}
