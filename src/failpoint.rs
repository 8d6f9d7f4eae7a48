//! Places at which a test makes the program die, fail or wait, and faults that a test plants in it.
//!
//! All of it is compiled in only with the feature `failpoints`, which the tests switch on and a release does
//! not: without it every function here is empty, and no name is in the program.
//!
//! | variable | what it says |
//! |---|---|
//! | `LOA_FAIL` | `send.after=kill; receive.before-store=error,always`: the action (`kill`, `error`, `delay`) at a place, once or `always` |
//! | `LOA_FAIL_MET` | a file to which the name of every place is written when it is met for the first time |
//! | `LOA_PLANTED` | the faults that are planted, separated by commas |
//! | `LOA_HASTE` | so many times shorter are the waits that only real time can end |

/// Declares an enum whose variants have names, and the list of all of them.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$what])* $variant,)+ }

        #[cfg(feature = "failpoints")]
        impl $name {
            /// All there are.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The name by which a test speaks of it.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }
    };
}

named! {
    /// A place where the program can be made to die, fail or wait.
    Point {
        StartBeforeMigration = "start.before-migration",
        StartAfterMigration = "start.after-migration",
        LeaseBeforeCommit = "lease.before-commit",
        LeaseAfterCommit = "lease.after-commit",
        LeaseBeforeRelease = "lease.before-release",
        RecoverBeforeCommit = "recover.before-commit",
        RecoverAfterCommit = "recover.after-commit",
        ReceiveBeforePoll = "receive.before-poll",
        ReceiveBeforeStore = "receive.before-store",
        ReceiveBeforeCommit = "receive.before-commit",
        ReceiveAfterCommit = "receive.after-commit",
        HandleBefore = "handle.before",
        HandleBeforeCommit = "handle.before-commit",
        HandleAfterCommit = "handle.after-commit",
        ExchangeBefore = "exchange.before",
        ExchangeSettled = "exchange.settled",
        ExchangeBeforeCommit = "exchange.before-commit",
        ExchangeAfterCommit = "exchange.after-commit",
        FeedBeforeCommit = "feed.before-commit",
        PayloadBefore = "payload.before",
        SendBefore = "send.before",
        SendAfter = "send.after",
        SettleBefore = "settle.before",
        ScheduleBeforeCommit = "schedule.before-commit",
        EditionBeforeCommit = "edition.before-commit",
        FanOutBeforeCommit = "fan-out.before-commit",
        TickAfterCommit = "tick.after-commit",
        DeadlinesBefore = "deadlines.before",
        MediaBeforeClaim = "media.before-claim",
        MediaAfterClaim = "media.after-claim",
        MediaBeforeSettle = "media.before-settle",
        MediaBeforeCommit = "media.before-commit",
        MediaAfterCommit = "media.after-commit",
        SweepBeforeCommit = "sweep.before-commit",
        StoreBeforeCommit = "store.before-commit",
        StoreAfterCommit = "store.after-commit",
    }
}

named! {
    /// A fault that is planted on purpose: the checker has to find it.
    Planted {
        /// Updates are acknowledged to the platform before they are stored.
        AcknowledgeEarly = "acknowledge-early",
        /// An update is marked done before what comes of it is kept.
        DoneEarly = "done-early",
        /// An update that comes twice gets two rows.
        UpdateTwice = "update-twice",
        /// A message is marked sent before it is sent.
        SentEarly = "sent-early",
        /// A message goes out before its attempt is committed.
        NoAttempt = "no-attempt",
        /// What was being sent when the process died is sent again as if it had not been.
        SilentRequeue = "silent-requeue",
        /// What was being sent when the process died is forgotten.
        ForgetInFlight = "forget-in-flight",
        /// A lease is never in anybody's way.
        NoLease = "no-lease",
        /// An outcome is kept whoever it comes from, however late.
        NoGuard = "no-guard",
        /// Messages go out before their time.
        IgnoreNotBefore = "ignore-not-before",
        /// A message that is refused with 429 is given up.
        DropOn429 = "drop-on-429",
        /// The newest message of a chat goes first.
        Reorder = "reorder",
        /// What is cancelled goes out all the same.
        IgnoreCancel = "ignore-cancel",
        /// The limit of a chat is not obeyed.
        IgnoreChatLimit = "ignore-chat-limit",
        /// The limit of the whole bot is not obeyed.
        IgnoreBotLimit = "ignore-bot-limit",
        /// A delivery enters the outbox twice.
        FeedTwice = "feed-twice",
        /// A run of a schedule is not remembered.
        ForgetRuns = "forget-runs",
        /// The counters of an edition are not kept.
        ForgetCounts = "forget-counts",
    }
}

pub use kept::{Injected, at, hasten, planted};

#[cfg(not(feature = "failpoints"))]
mod kept {
    use std::time::Duration;

    use super::{Planted, Point};

    /// An error that a test asks for: never, without tests.
    #[derive(Debug, thiserror::Error)]
    pub enum Injected {}

    /// Does nothing.
    #[inline(always)]
    pub async fn at(_: Point) -> Result<(), Injected> {
        Ok(())
    }

    /// Nothing is planted.
    #[inline(always)]
    pub fn planted(_: Planted) -> bool {
        false
    }

    /// Waits are as long as they are.
    #[inline(always)]
    pub fn hasten(wait: Duration) -> Duration {
        wait
    }
}

#[cfg(feature = "failpoints")]
mod kept {
    use std::collections::{HashMap, HashSet};
    use std::io::Write;
    use std::sync::{LazyLock, Mutex, PoisonError};
    use std::time::Duration;

    use super::{Planted, Point};
    use crate::clock::Clock;

    /// How long a `delay` holds the program up: longer than a sender's patience with `LOA_HASTE`.
    const DELAY: Duration = Duration::from_millis(700);

    /// An error that a test asked for.
    #[derive(Debug, thiserror::Error)]
    #[error("asked for at {0}")]
    pub struct Injected(&'static str);

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Action {
        Kill,
        Error,
        Delay,
    }

    struct Plan {
        /// What happens where, and whether it happens again.
        actions: Mutex<HashMap<&'static str, (Action, bool)>>,
        met: Mutex<HashSet<Point>>,
        met_file: Option<String>,
        planted: Vec<Planted>,
        haste: u32,
        /// Nothing was ordered and nobody asks: a place costs one look, so that what is measured with this feature
        /// is what a release does.
        still: bool,
    }

    static PLAN: LazyLock<Plan> = LazyLock::new(|| {
        let read = |name: &str| std::env::var(name).ok();
        let still = ["LOA_FAIL", "LOA_FAIL_MET"].iter().all(|name| read(name).is_none());
        Plan {
            still,
            actions: Mutex::new(read("LOA_FAIL").map(|text| actions(&text)).unwrap_or_default()),
            met: Mutex::default(),
            met_file: read("LOA_FAIL_MET"),
            planted: read("LOA_PLANTED").map(|text| faults(&text)).unwrap_or_default(),
            haste: read("LOA_HASTE").and_then(|text| text.parse().ok()).unwrap_or(1).max(1),
        }
    });

    fn actions(text: &str) -> HashMap<&'static str, (Action, bool)> {
        let orders = text.split(';').map(str::trim).filter(|order| !order.is_empty());
        orders
            .map(|order| {
                let (name, what) = order.split_once('=').unwrap_or((order, "kill"));
                let (action, times) = what.split_once(',').unwrap_or((what, "once"));
                let point = Point::ALL.iter().find(|point| point.name() == name);
                let Some(point) = point else { panic!("there is no failpoint {name:?}") };
                let action = match action {
                    "kill" => Action::Kill,
                    "error" => Action::Error,
                    "delay" => Action::Delay,
                    other => panic!("a failpoint can kill, error or delay, not {other:?}"),
                };
                (point.name(), (action, times == "always"))
            })
            .collect()
    }

    fn faults(text: &str) -> Vec<Planted> {
        let find = |name: &str| Planted::ALL.iter().copied().find(|fault| fault.name() == name);
        text.split(',')
            .map(|name| find(name).unwrap_or_else(|| panic!("there is no fault {name:?}")))
            .collect()
    }

    /// Does here what the test asked for.
    ///
    /// # Errors
    /// Where the test asked for one.
    pub async fn at(point: Point) -> Result<(), Injected> {
        if PLAN.still {
            return Ok(());
        }
        meet(point);
        let action = {
            let mut actions = PLAN.actions.lock().unwrap_or_else(PoisonError::into_inner);
            match actions.get(point.name()).copied() {
                Some((action, false)) => {
                    actions.remove(point.name());
                    Some(action)
                }
                Some((action, true)) => Some(action),
                None => None,
            }
        };
        match action {
            None => {}
            Some(Action::Kill) => die(),
            Some(Action::Error) => return Err(Injected(point.name())),
            Some(Action::Delay) => Clock::System.sleep(DELAY).await,
        }
        Ok(())
    }

    /// Writes down that a place was met, so that a test can see that none is dead.
    fn meet(point: Point) {
        let Some(file) = &PLAN.met_file else { return };
        if !PLAN.met.lock().unwrap_or_else(PoisonError::into_inner).insert(point) {
            return;
        }
        let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
        // A test that finds nothing in the file fails by itself.
        let _ = file.and_then(|mut file| writeln!(file, "{}", point.name()));
    }

    /// Ends as `kill -9` ends it.
    fn die() {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // The signal comes before the call returns, or never: then a test that waits for the end says so.
    }

    /// Whether a fault is planted.
    pub fn planted(fault: Planted) -> bool {
        PLAN.planted.contains(&fault)
    }

    /// The wait, shorter where the test is in haste.
    pub fn hasten(wait: Duration) -> Duration {
        wait / PLAN.haste
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn orders_are_read_as_they_are_written() {
            let read = actions("send.after=kill; receive.before-store=error,always;");
            assert_eq!(read.get("send.after"), Some(&(Action::Kill, false)));
            assert_eq!(read.get("receive.before-store"), Some(&(Action::Error, true)));
            assert_eq!(read.len(), 2);
        }

        #[test]
        fn every_name_is_there_once() {
            let names: HashSet<&str> = Point::ALL.iter().map(|point| point.name()).collect();
            assert_eq!(names.len(), Point::ALL.len());
            assert!(names.len() >= 25);
            let names: HashSet<&str> = Planted::ALL.iter().map(|fault| fault.name()).collect();
            assert_eq!(names.len(), Planted::ALL.len());
            assert!(names.len() >= 12);
        }

        #[tokio::test]
        async fn without_an_order_nothing_happens() {
            assert!(at(Point::SendAfter).await.is_ok());
            assert!(!planted(Planted::NoLease));
            assert_eq!(hasten(Duration::from_secs(1)), Duration::from_secs(1));
        }
    }
}
