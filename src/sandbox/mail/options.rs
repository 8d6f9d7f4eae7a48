//! What a mail server is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::sandbox::clock::Now;

/// What a mail server is started with; take [`MailOptions::new`] and change what differs.
#[derive(Clone)]
pub struct MailOptions {
    /// Where to listen for SMTP and IMAP; only loopback is allowed. Port 0 takes any free one.
    pub bind: SocketAddr,
    /// How the server calls itself, also where it vouches for a sender.
    pub host: String,
    /// The service's address, which is its user name as well, and the password of both servers.
    pub address: String,
    pub password: String,
    /// The clock.
    pub now: Now,
    /// The heaviest mail, in bytes: what large providers let through.
    pub largest: usize,
    /// The mailbox's generation.
    pub validity: u32,
    /// How long [`wait_for`](super::Mail::wait_for) waits, in real time.
    pub wait_bound: Duration,
}

impl MailOptions {
    /// A server on any free ports, on this clock.
    pub fn new(now: Now) -> MailOptions {
        MailOptions {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            host: "mx.loa.example".into(),
            address: "bao@loa.example".into(),
            password: "practice-password".into(),
            now,
            largest: 25 << 20,
            validity: 1,
            wait_bound: Duration::from_secs(20),
        }
    }
}
