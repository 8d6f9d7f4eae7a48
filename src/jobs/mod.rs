//! What runs: receiving, handling, sending, and what the calendar asks for.
//!
//! Each job is one loop that sleeps until there is work, and loses nothing when it is stopped: what it does
//! is in the store before anybody hears of it.

pub mod alarms;
pub mod breaker;
pub mod calls;
pub mod inbox;
pub mod incidents;
pub mod ledger;
pub mod line;
pub mod links;
pub mod media;
pub mod notices;
pub mod outbox;
pub mod pacing;
pub mod receive;
mod senders;
pub mod timers;
pub mod tokens;
mod uploads;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::channel::Channel;
use crate::clock::Clock;
use crate::conversation::Rules;
use crate::failpoint::hasten;
use crate::random::Random;
use crate::store::turn::Step;
use crate::store::{Store, StoreError};

/// The lease of the process that does the work; others wait until it ends.
pub const WORKER_LEASE: &str = "worker";
/// How long a lease lasts. A process that is killed is replaced after this.
pub const LEASE_LASTS: Duration = Duration::from_secs(15);
/// How often the work of other processes (the command line) is looked for.
pub const LOOK: Duration = Duration::from_millis(300);

/// What the jobs share. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub store: Store,
    pub clock: Clock,
    pub random: Random,
    pub rules: Arc<Rules>,
    pub channel: Arc<dyn Channel>,
    /// Addresses of ours for files, on channels to which none can be handed over; `None` where there is no public one.
    pub links: Option<Arc<links::Links>>,
    pub limits: pacing::Limits,
    /// How many calls to the platform are under way at once.
    pub concurrency: usize,
    pub step: Step,
    /// Who this process is, for leases.
    pub holder: String,
    pub signals: Signals,
    pub stop: CancellationToken,
}

/// Who wakes whom inside one process. Work that other processes put in is found by looking.
#[derive(Clone, Default)]
pub struct Signals {
    /// Updates have come in.
    pub inbox: Arc<Notify>,
    /// Messages wait to be sent over this channel.
    pub outbox: Arc<Notify>,
    /// Where messages wait of all channels of this process; empty where there is one.
    outboxes: Arc<Mutex<Vec<Arc<Notify>>>>,
    /// Something happened that the calendar's jobs may have to look at.
    pub timers: Arc<Notify>,
    /// Pictures are to be fetched.
    pub media: Arc<Notify>,
    /// How the platform can be reached, as far as any job knows.
    pub line: Arc<line::Line>,
    /// Since when the database has taken nothing, in microseconds; 0 while it does.
    silent_since: Arc<AtomicI64>,
    /// Counts how often the calendar's jobs have looked at everything.
    rounds: Arc<watch::Sender<u64>>,
    /// Until when nobody else can have the lease, in microseconds; 0 where nobody asked for one.
    lease_until: Arc<AtomicI64>,
}

impl Signals {
    /// The signals of another channel in this process: what both share is one.
    pub fn beside(&self) -> Self {
        let beside = Self {
            inbox: Arc::default(),
            outbox: Arc::default(),
            media: Arc::default(),
            line: Arc::default(),
            ..self.clone()
        };
        let mut outboxes = self.outboxes.lock().unwrap_or_else(PoisonError::into_inner);
        if outboxes.is_empty() {
            outboxes.push(self.outbox.clone());
        }
        outboxes.push(beside.outbox.clone());
        drop(outboxes);
        beside
    }

    /// Messages may wait to be sent: what comes in over one channel is answered, or passed on, over any.
    pub fn wake_outboxes(&self) {
        self.outbox.notify_one();
        self.outboxes.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|one| one.notify_one());
    }

    /// Everybody looks for work.
    pub fn wake_all(&self) {
        self.inbox.notify_one();
        self.wake_outboxes();
        self.timers.notify_one();
        self.media.notify_one();
    }

    /// The database took something, or did not, at this moment.
    pub fn database_took(&self, took: bool, now: crate::domain::Timestamp) {
        if took {
            self.silent_since.store(0, Ordering::Relaxed);
        } else {
            // The first failure counts; that there was one before is no error.
            let _ = self.silent_since.compare_exchange(0, now.0, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Since when the database has taken nothing.
    pub fn database_silent_since(&self) -> Option<crate::domain::Timestamp> {
        let since = self.silent_since.load(Ordering::Relaxed);
        (since != 0).then_some(crate::domain::Timestamp(since))
    }

    /// The calendar's jobs have looked at everything once.
    pub(crate) fn round(&self) {
        self.rounds.send_modify(|rounds| *rounds += 1);
    }

    /// Returns when the calendar's jobs have looked at everything once more, from the beginning.
    pub fn round_done(&self) -> impl Future<Output = ()> + use<> {
        let mut rounds = self.rounds.subscribe();
        // The round that is under way may have passed by already what is new: the one after it counts.
        let enough = *rounds.borrow_and_update() + 1;
        async move {
            // The sender lives in the engine of whoever waits.
            let _ = rounds.wait_for(|rounds| *rounds >= enough).await;
        }
    }
}

/// Says in the log that the database did not do something. Of what is wrong with the machine or the server the
/// store tells by itself, once a minute: not every job three times a second besides.
pub(crate) fn database_failed(error: &StoreError, what: &'static str) {
    if error.trouble().is_some() {
        tracing::debug!(cause = %error, "{what}");
    } else {
        tracing::error!(cause = %error, "{what}");
    }
}

impl Engine {
    /// The engine of another channel in the same process.
    pub fn beside(&self, channel: Arc<dyn Channel>, limits: pacing::Limits, concurrency: usize) -> Self {
        Self { channel, limits, concurrency, signals: self.signals.beside(), ..self.clone() }
    }

    /// Takes the lease of the process that does the work. Gives whether this process has it.
    ///
    /// # Errors
    /// The database's: then nobody knows.
    pub async fn take_lease(&self) -> Result<bool, StoreError> {
        let lasts = hasten(LEASE_LASTS);
        let asked = self.clock.now();
        let ours = self.store.take_lease(WORKER_LEASE, &self.holder, lasts).await?;
        Ok(self.note_lease(ours, asked + lasts))
    }

    /// Keeps the lease that this process has. Gives `false` if another has had it since: then it has to end.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew_lease(&self) -> Result<bool, StoreError> {
        let lasts = hasten(LEASE_LASTS);
        let asked = self.clock.now();
        let ours = self.store.renew_lease(WORKER_LEASE, &self.holder, lasts).await?;
        Ok(self.note_lease(ours, asked + lasts))
    }

    fn note_lease(&self, ours: bool, until: crate::domain::Timestamp) -> bool {
        if ours {
            self.signals.lease_until.store(until.0, Ordering::Relaxed);
        }
        ours
    }

    /// Whether this process may send now. One that stood still for longer than its lease asks for it again: another
    /// may have taken over what it is just about to send.
    pub async fn may_send(&self) -> Result<bool, StoreError> {
        let until = self.signals.lease_until.load(Ordering::Relaxed);
        if until == 0 || self.clock.now().0 < until {
            return Ok(true);
        }
        self.renew_lease().await
    }

    /// Sleeps until woken, until `due`, or until it is time to look for the work of others.
    /// Gives `false` when it is time to stop.
    pub async fn rest(&self, wake: &Notify, due: Option<crate::domain::Timestamp>) -> bool {
        let look = self.clock.now() + LOOK;
        let due = due.map_or(look, |due| due.min(look));
        tokio::select! {
            // In a fixed order, so that a simulation goes the same way every time.
            biased;
            () = self.stop.cancelled() => false,
            () = wake.notified() => true,
            () = self.clock.sleep_until(due) => true,
        }
    }
}
