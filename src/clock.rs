//! Time, handed in. The only place that reads the wall clock.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::domain::Timestamp;

/// What tells the time: the system, or a hand that a test or the demo moves.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    Hand(Arc<watch::Sender<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `at` until it is moved.
    pub fn by_hand(at: Timestamp) -> Self {
        Self::Hand(Arc::new(watch::Sender::new(at)))
    }

    #[expect(clippy::disallowed_methods, reason = "this is where the wall clock is handed over")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            Self::Hand(hand) => *hand.borrow(),
        }
    }

    /// Moves the hand. The system's clock does not move by hand.
    pub fn set(&self, at: Timestamp) {
        if let Self::Hand(hand) = self {
            hand.send_replace(at);
        }
    }

    /// Moves the hand on.
    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }

    /// Returns when the time has come; at once if it has passed.
    #[expect(clippy::disallowed_methods, reason = "this is where the wall clock is handed over")]
    pub async fn sleep_until(&self, at: Timestamp) {
        match self {
            Self::System => {
                // In steps, so that a clock that is set is noticed, and so is a machine that slept.
                loop {
                    let left = at.since(self.now());
                    if left.is_zero() {
                        return;
                    }
                    tokio::time::sleep(left.min(Duration::from_secs(30))).await;
                }
            }
            Self::Hand(hand) => {
                let mut moved = hand.subscribe();
                // The sender lives in `self`, so waiting cannot fail.
                let _ = moved.wait_for(|now| *now >= at).await;
            }
        }
    }

    /// Returns when `duration` has passed.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now() + duration).await;
    }
}
