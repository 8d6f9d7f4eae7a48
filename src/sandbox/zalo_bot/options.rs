//! What a stand-in of the bot platform is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::sandbox::clock::Now;

/// What `getUpdates` answers when nothing came in time. Sources disagree; the documented one is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZaloNothing {
    /// `{"ok":false,"error_code":408}`
    #[default]
    TimedOut,
    /// `{"ok":true}`, without a result
    Null,
    /// `{"ok":true,"result":{}}`
    Empty,
}

/// What a stand-in of the bot platform is started with; take [`ZaloBotOptions::new`] and change what differs.
#[derive(Clone)]
pub struct ZaloBotOptions {
    /// Where to listen; only loopback is allowed. Port 0 takes any free one.
    pub bind: SocketAddr,
    /// The bot's token; the digits before the colon are its id.
    pub token: String,
    /// The bot's account name, as `getMe` gives it.
    pub account_name: String,
    /// The name people see. In a group the bot is mentioned as `@` and this name.
    pub bot_name: String,
    /// The clock.
    pub now: Now,
    /// From which all randomness is drawn (chances of faults, message ids, addresses of pictures).
    pub seed: u64,
    /// Whether refusals come with their own HTTP status; without it with 200 and the code in the body only, as
    /// most do on the live service.
    pub real_status: bool,
    /// Whether `getUpdates` gives an array of one update rather than the update.
    pub updates_in_array: bool,
    /// What `getUpdates` answers when nothing came in time.
    pub nothing: ZaloNothing,
    /// Whether a webhook gets `{"ok":true,"result":{…}}` (documented) rather than the update itself (live).
    pub wrapped_pushes: bool,
    /// Whether a person's picture stands in `photo` (documented) rather than in `photo_url` (live).
    pub photo_as_documented: bool,
    /// Whether the bot may be in groups (beta; depends on the bot).
    pub can_join_groups: bool,
    /// Whether the mention of the bot is left in the text of a group's message.
    pub mention_in_text: bool,
    /// How long the address of a person's picture or voice works, on the handed clock.
    pub address_lasts: Duration,
    /// Messages in a month of Vietnam's time (free plan: 3,000).
    pub monthly_quota: usize,
    /// People to whom the bot may speak (free plan: 50).
    pub most_people: usize,
    /// Groups in which the bot may speak (free plan: 3).
    pub most_groups: usize,
    /// How often `testWebhook` may be called in a day of Vietnam's time. Zalo does not state its own.
    pub webhook_tests_per_day: usize,
    /// Messages in any second over all chats; `None` enforces nothing. Zalo has a limit and does not state it.
    pub per_second: Option<usize>,
    /// How long [`wait_for`](super::ZaloBot::wait_for) waits, in real time.
    pub wait_bound: Duration,
}

impl ZaloBotOptions {
    /// A bot on the free plan, on any free port, that behaves like the live service, on this clock.
    pub fn new(now: Now) -> ZaloBotOptions {
        ZaloBotOptions {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: "1459232241454765289:practice-token".into(),
            account_name: "bot.loa".into(),
            bot_name: "loa".into(),
            now,
            seed: 1,
            real_status: false,
            updates_in_array: false,
            nothing: ZaloNothing::TimedOut,
            wrapped_pushes: false,
            photo_as_documented: false,
            can_join_groups: false,
            mention_in_text: true,
            address_lasts: Duration::from_secs(3600),
            monthly_quota: 3000,
            most_people: 50,
            most_groups: 3,
            webhook_tests_per_day: 20,
            per_second: None,
            wait_bound: Duration::from_secs(20),
        }
    }
}
