//! What a practice platform is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::sandbox::clock::Now;
use crate::sandbox::page::Beside;

/// How many messages the platform takes in which time (core.telegram.org/bots/faq#my-bot-is-hitting-limits:
/// about 30 a second in all, 1 a second to a chat, 20 a minute to a group). Messages and edits count, an
/// album as one; answers to buttons, chat actions, deletions and reading calls do not.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Over all chats, in any second.
    pub per_second: usize,
    /// To one chat, in any second.
    pub per_chat_per_second: usize,
    /// To one group, in any minute.
    pub per_group_per_minute: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { per_second: 30, per_chat_per_second: 1, per_group_per_minute: 20 }
    }
}

/// What a practice platform is started with; take [`Options::new`] and change what differs.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; only loopback is allowed. Port 0 takes any free one.
    pub bind: SocketAddr,
    /// The bot's token; the digits before the colon are its user id.
    pub token: String,
    /// The bot's user name, without `@`.
    pub bot_username: String,
    /// The bot's display name.
    pub bot_name: String,
    /// The clock.
    pub now: Now,
    /// From which all randomness is drawn (chances of faults, file names).
    pub seed: u64,
    /// Limits to enforce; `None` enforces none.
    pub limits: Option<Limits>,
    /// Whether the bot sees in groups only what is meant for it (core.telegram.org/bots/features#privacy-mode).
    pub privacy_mode: bool,
    /// How many messages each chat keeps; `None` keeps all.
    pub keep_last: Option<usize>,
    /// How long [`wait_for`](super::Sandbox::wait_for) waits, in real time.
    pub wait_bound: Duration,
    /// Other channels whose people the page shows as well.
    pub beside: Vec<Beside>,
}

impl Options {
    /// A bot `@loa_bot` on any free port, without limits, with privacy mode, on this clock.
    pub fn new(now: Now) -> Options {
        Options {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: "700000001:practice-token".into(),
            bot_username: "loa_bot".into(),
            bot_name: "loa".into(),
            now,
            seed: 1,
            limits: None,
            privacy_mode: true,
            keep_last: None,
            wait_bound: Duration::from_secs(20),
            beside: Vec::new(),
        }
    }
}
