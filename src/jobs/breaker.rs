//! Whether calls to a platform are worth making: a breaker that opens when they fail, and closes again step
//! by step. It decides; keeping and trying is done in `line`.

use std::time::Duration;

use crate::domain::{ChannelKind, Timestamp};
use crate::failpoint::hasten;
use crate::random::Random;
use crate::store::rest::{Rest, Why};

/// So many failures in a row open it.
const TRIP: u32 = 5;
/// The wait until the next try: at first, and at most. Up to half as much again is added by chance.
const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// The wait after a token was refused: a person has to act.
const TOKEN_WAIT: Duration = Duration::from_secs(60);

/// The state of the way to one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// Calls are made; so many failed in a row.
    Closed { failures: u32 },
    /// None is made before `until`, and then one that says nothing to anybody.
    Open(Rest),
    /// The platform answered again: one message goes, and what becomes of it decides.
    HalfOpen(Rest),
}

/// What a harmless call to the platform showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probed {
    Well,
    TokenRefused,
    Wait(Duration),
    Failed(String),
}

impl Breaker {
    pub const CLOSED: Self = Self::Closed { failures: 0 };

    /// As it was kept. What a person or the platform may have put right meanwhile is tried at once; a pause
    /// that the platform asked for is held to the end.
    pub fn resume(kept: Option<Rest>, now: Timestamp) -> Self {
        match kept {
            None => Self::CLOSED,
            Some(rest) if rest.why == Why::TooMany => Self::Open(Rest { trying: false, ..rest }),
            Some(rest) => Self::Open(Rest { trying: false, until: rest.until.min(now), ..rest }),
        }
    }

    /// What is to be kept; `None` while it is closed.
    pub fn rest(&self) -> Option<&Rest> {
        match self {
            Self::Closed { .. } => None,
            Self::Open(rest) | Self::HalfOpen(rest) => Some(rest),
        }
    }

    /// The platform answered, whatever it said.
    pub fn answered(&mut self) {
        match self {
            Self::Closed { .. } | Self::HalfOpen(_) => *self = Self::CLOSED,
            // A call that was under way says nothing about the next one.
            Self::Open(_) => {}
        }
    }

    /// A call failed: no answer, or an error of the platform's own.
    pub fn failed(&mut self, channel: ChannelKind, at: Timestamp, why: &str, random: &Random) {
        match self {
            Self::Closed { failures } if *failures + 1 < TRIP => *failures += 1,
            Self::Closed { .. } => self.open(channel, Why::Failing, at, at + wait(0, random), why),
            Self::Open(rest) => why.clone_into(&mut rest.detail),
            Self::HalfOpen(rest) => {
                let until = at + wait(rest.failures, random);
                self.open(channel, Why::Failing, at, until, why);
            }
        }
    }

    /// The platform wants the whole bot to wait until then.
    pub fn refused(&mut self, channel: ChannelKind, at: Timestamp, until: Timestamp) {
        let until = self.rest().map_or(until, |rest| rest.until.max(until));
        self.open(channel, Why::TooMany, at, until, "429");
    }

    /// The token was refused.
    pub fn token_refused(&mut self, channel: ChannelKind, at: Timestamp, random: &Random) {
        let spread = Duration::from_millis(random.below(5000));
        self.open(channel, Why::Token, at, at + hasten(TOKEN_WAIT) + spread, "401");
    }

    /// A harmless call was made, to find out.
    pub fn probed(&mut self, channel: ChannelKind, at: Timestamp, probed: Probed, random: &Random) {
        let Some(rest) = self.rest().cloned() else { return };
        match probed {
            // What was refused or asked to wait is proven right; what failed has to carry a message first.
            Probed::Well if rest.why == Why::Failing && !rest.trying => {
                let until = at + WAIT.1;
                *self = Self::HalfOpen(Rest { trying: true, until, ..rest });
            }
            Probed::Well => *self = Self::CLOSED,
            Probed::TokenRefused => self.token_refused(channel, at, random),
            Probed::Wait(after) => self.open(channel, Why::TooMany, at, at + after, "429"),
            Probed::Failed(why) => {
                // Nobody answers: that the token was refused is not known to be over.
                let still = if rest.why == Why::Token { Why::Token } else { Why::Failing };
                self.open(channel, still, at, at + wait(rest.failures, random), &why);
            }
        }
    }

    fn open(&mut self, channel: ChannelKind, why: Why, at: Timestamp, until: Timestamp, detail: &str) {
        let (since, failures) = match self.rest() {
            Some(rest) if rest.why == why => (rest.since, rest.failures.saturating_add(1)),
            Some(rest) => (rest.since, 1),
            None => (at, 1),
        };
        let detail = crate::domain::text::shorten(detail, 200);
        *self = Self::Open(Rest { channel, why, trying: false, since, until, failures, detail });
    }
}

/// Longer with every failure, and never the same for all.
fn wait(failures: u32, random: &Random) -> Duration {
    let wait = WAIT.0.saturating_mul(1 << failures.min(10)).min(WAIT.1);
    let wait = hasten(wait);
    let spread = u64::try_from(wait.as_millis() / 2).unwrap_or(0);
    wait + Duration::from_millis(random.below(spread))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: ChannelKind = ChannelKind::Telegram;
    const NOON: Timestamp = Timestamp(1_764_000_000_000_000);

    fn open() -> Breaker {
        let (mut breaker, random) = (Breaker::CLOSED, Random::seeded(1));
        for n in 0..TRIP {
            assert!(breaker.rest().is_none(), "open after {n} failures");
            breaker.failed(CHANNEL, NOON, "502", &random);
        }
        breaker
    }

    fn rest(breaker: &Breaker) -> &Rest {
        breaker.rest().expect("it is open")
    }

    #[test]
    fn failures_in_a_row_open_it_and_one_answer_between_them_does_not() {
        let opened = open();
        assert!(matches!(&opened, Breaker::Open(rest) if rest.why == Why::Failing && rest.since == NOON));
        let (mut breaker, random) = (Breaker::CLOSED, Random::seeded(1));
        for _ in 0..20 {
            (0..TRIP - 1).for_each(|_| breaker.failed(CHANNEL, NOON, "502", &random));
            breaker.answered();
        }
        assert_eq!(breaker, Breaker::CLOSED);
    }

    #[test]
    fn it_closes_after_a_probe_and_a_message() {
        let (mut breaker, random) = (open(), Random::seeded(1));
        breaker.answered();
        assert!(matches!(breaker, Breaker::Open(_)), "an answer that was under way does not close it");
        breaker.probed(CHANNEL, NOON, Probed::Well, &random);
        assert!(matches!(breaker, Breaker::HalfOpen(_)));
        breaker.answered();
        assert_eq!(breaker, Breaker::CLOSED);
    }

    #[test]
    fn a_message_that_fails_opens_it_for_longer() {
        let (mut breaker, random) = (open(), Random::seeded(1));
        let mut last = Duration::ZERO;
        for _ in 0..6 {
            breaker.probed(CHANNEL, NOON, Probed::Well, &random);
            breaker.failed(CHANNEL, NOON, "504", &random);
            let wait = rest(&breaker).until.since(NOON);
            assert!(wait >= last.min(WAIT.1) && wait <= WAIT.1 * 3 / 2, "{wait:?} after {last:?}");
            last = wait;
        }
        assert_eq!((rest(&breaker).since, rest(&breaker).detail.as_str()), (NOON, "504"));
    }

    #[test]
    fn a_pause_that_was_asked_for_outlives_a_restart_and_a_token_is_tried_at_once() {
        let (mut breaker, random) = (Breaker::CLOSED, Random::seeded(1));
        let hours = Duration::from_secs(3 * 3600);
        breaker.refused(CHANNEL, NOON, NOON + hours);
        let later = NOON + Duration::from_secs(3600);
        assert_eq!(rest(&Breaker::resume(breaker.rest().cloned(), later)).until, NOON + hours);
        breaker.probed(CHANNEL, later, Probed::TokenRefused, &random);
        let resumed = Breaker::resume(breaker.rest().cloned(), later);
        assert_eq!((rest(&resumed).why, rest(&resumed).until), (Why::Token, later));
        breaker.probed(CHANNEL, later, Probed::Failed("no answer".to_owned()), &random);
        assert_eq!(rest(&breaker).why, Why::Token, "nobody said that it is valid again");
        breaker.probed(CHANNEL, later, Probed::Well, &random);
        assert_eq!(breaker, Breaker::CLOSED);
    }
}
