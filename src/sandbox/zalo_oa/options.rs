//! What a stand-in of the Official Account API is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::sandbox::clock::Now;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// Whether the account's plan lets it write in groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZaloOaGroups {
    /// It does.
    #[default]
    Good,
    /// The plan is too low (-224).
    TooLow,
    /// The plan for groups has ended (-237).
    Ended,
}

/// What a stand-in of the Official Account API is started with; take [`ZaloOaOptions::new`] and change what differs.
#[derive(Clone)]
pub struct ZaloOaOptions {
    /// Where to listen; only loopback is allowed. Port 0 takes any free one.
    pub bind: SocketAddr,
    /// The application that speaks for the account, and its secret (header `secret_key`).
    pub app_id: String,
    pub app_secret: String,
    /// The account's id and name.
    pub oa_id: String,
    pub oa_name: String,
    /// The secret with which pushes are signed.
    pub oa_secret: String,
    /// The clock.
    pub now: Now,
    /// From which all randomness is drawn (chances of faults, tokens, ids, addresses).
    pub seed: u64,
    /// How long an access token lasts, on the handed clock (documented: 25 h).
    pub access_lasts: Duration,
    /// How long a refresh token lasts, unless it is used (documented: 3 months).
    pub refresh_lasts: Duration,
    /// Calls in any minute; `None` enforces nothing (about 100).
    pub per_minute: Option<usize>,
    /// How long after a person's last message answers are free, and how many of them.
    pub free_for: Duration,
    pub free_replies: usize,
    /// How long after it the account may write at all.
    pub paid_for: Duration,
    /// Whether following counts as a message. Sources do not say.
    pub follow_counts: bool,
    /// So many messages may be paid for.
    pub paid_quota: usize,
    /// Whether the plan permits groups.
    pub groups: ZaloOaGroups,
    /// The largest document and picture, in bytes. Zalo's page names 5 MB and 1 MB.
    pub largest_file: usize,
    pub largest_image: usize,
    /// How long what was uploaded is known by its name. Zalo's page names 7 days.
    pub upload_lasts: Duration,
    /// How long the address of what a person sent works.
    pub address_lasts: Duration,
    /// Whether the signature stands behind `mac=` (documented) or alone.
    pub mac_prefix: bool,
    /// Whether a push says when it happened as a number rather than as text.
    pub number_timestamps: bool,
    /// Whether a group's id stands in `recipient.id` (seen) rather than in `group_id`.
    pub group_in_recipient: bool,
    /// After how long a push that was not taken comes again, each time; then the webhook is switched off.
    pub retries: Vec<Duration>,
    /// How long [`wait_for`](super::ZaloOa::wait_for) waits, in real time.
    pub wait_bound: Duration,
}

impl ZaloOaOptions {
    /// A verified account on any free port that behaves as documented, on this clock.
    pub fn new(now: Now) -> ZaloOaOptions {
        ZaloOaOptions {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            app_id: "4318657068771012646".into(),
            app_secret: "practice-app-secret".into(),
            oa_id: "2491302944280861639".into(),
            oa_name: "Phường Bình Minh".into(),
            oa_secret: "practice-oa-secret".into(),
            now,
            seed: 1,
            access_lasts: Duration::from_secs(25 * HOUR),
            refresh_lasts: Duration::from_secs(90 * DAY),
            per_minute: Some(100),
            free_for: Duration::from_secs(48 * HOUR),
            free_replies: 8,
            paid_for: Duration::from_secs(7 * DAY),
            follow_counts: false,
            paid_quota: 2000,
            groups: ZaloOaGroups::Good,
            largest_file: 5 << 20,
            largest_image: 1 << 20,
            upload_lasts: Duration::from_secs(7 * DAY),
            address_lasts: Duration::from_secs(HOUR),
            mac_prefix: true,
            number_timestamps: false,
            group_in_recipient: true,
            retries: [30, 300, 900, 1800, 3600].map(Duration::from_secs).into(),
            wait_bound: Duration::from_secs(20),
        }
    }
}

/// Microseconds of a duration, as the handed clock counts.
pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
