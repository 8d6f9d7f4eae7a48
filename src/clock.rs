//! Time, handed in. The only place that reads the wall clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use crate::domain::Timestamp;

/// What tells the time: the system, or a hand that a test or the demo moves.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    Hand(Arc<Hand>),
}

/// The hand of a clock that is moved. Who waits for it is woken in the order of waiting, so that a simulation goes the
/// same way every time: `tokio::sync::watch` wakes in an order that it draws by itself.
#[derive(Debug)]
pub struct Hand {
    at: Mutex<Timestamp>,
    moved: Notify,
}

impl Hand {
    fn now(&self) -> Timestamp {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, at: Timestamp) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
        self.moved.notify_waiters();
    }
}

impl Clock {
    /// A clock that stands at `at` until it is moved.
    pub fn by_hand(at: Timestamp) -> Self {
        Self::Hand(Arc::new(Hand { at: Mutex::new(at), moved: Notify::new() }))
    }

    #[expect(clippy::disallowed_methods, reason = "this is where the wall clock is handed over")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            Self::Hand(hand) => hand.now(),
        }
    }

    /// Moves the hand. The system's clock does not move by hand.
    pub fn set(&self, at: Timestamp) {
        if let Self::Hand(hand) = self {
            hand.set(at);
        }
    }

    /// Moves the hand on.
    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }

    /// Returns when the time has come; at once if it has passed. Where the clock is set back meanwhile, this
    /// takes as long as it would have taken without that: whoever waits looks at the clock again.
    #[expect(clippy::disallowed_methods, reason = "this is where the wall clock is handed over")]
    pub async fn sleep_until(&self, at: Timestamp) {
        match self {
            Self::System => {
                // In steps, so that a clock that is set forward is noticed, and so is a machine that slept.
                let mut left = at.since(self.now());
                loop {
                    let step = left.min(at.since(self.now())).min(Duration::from_secs(30));
                    if step.is_zero() {
                        return;
                    }
                    tokio::time::sleep(step).await;
                    left -= step;
                }
            }
            Self::Hand(hand) => {
                let mut last = hand.now();
                let mut left = at.since(last);
                loop {
                    // Before the hand is looked at, so that no move goes unnoticed.
                    let moved = hand.moved.notified();
                    let now = hand.now();
                    left = left.saturating_sub(now.since(last));
                    last = now;
                    if left.is_zero() {
                        return;
                    }
                    moved.await;
                }
            }
        }
    }

    /// Returns when `duration` has passed.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now() + duration).await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::stream::{FuturesUnordered, StreamExt};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn who_sleeps_does_not_sleep_longer_when_the_clock_is_set_back() {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let mut sleep = Box::pin(clock.sleep_until(clock.now() + Duration::from_secs(2)));
        assert!(sleep.as_mut().now_or_never().is_none());
        clock.set(clock.now() - HOUR);
        assert!(sleep.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!(sleep.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!(sleep.as_mut().now_or_never().is_some());
    }

    #[test]
    fn who_waited_first_is_woken_first() {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let sleep = |number| {
            let sleep = clock.sleep(HOUR);
            async move {
                sleep.await;
                number
            }
        };
        // Woken futures are looked at in the order in which they are woken.
        let mut sleepers: FuturesUnordered<_> = (0..20).map(sleep).collect();
        assert!(sleepers.next().now_or_never().is_none());
        clock.advance(HOUR);
        let woken: Vec<u32> = sleepers.collect().now_or_never().expect("all are awake");
        assert!(woken.is_sorted(), "{woken:?}");
    }

    #[test]
    fn who_sleeps_wakes_when_the_clock_is_set_forward() {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let mut sleep = Box::pin(clock.sleep(HOUR));
        assert!(sleep.as_mut().now_or_never().is_none());
        clock.advance(HOUR * 24 * 3650);
        assert!(sleep.as_mut().now_or_never().is_some());
    }
}
