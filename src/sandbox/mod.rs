//! The practice platform: a strict stand-in of the chat platforms over real HTTP on loopback, and of a mail server.
//!
//! It enforces the platforms' own limits, can be told to fail, keeps a log of what it accepted, and
//! serves a page on which the sample people's chats are played by hand: those on Telegram, and beside them
//! those on other channels. The room knows nothing of the rest of the crate: time and randomness are handed in,
//! and the bot reaches it only over the network.
//!
//! - [`telegram`] is the stand-in of Telegram's Bot API; its handle is [`Sandbox`].
//! - [`zalo_bot`] is the stand-in of Zalo's bot platform; its handle is [`ZaloBot`].
//! - [`zalo_oa`] is the stand-in of a Zalo Official Account; its handle is [`ZaloOa`].
//! - [`mail`] is the stand-in of a mail server; its handle is [`Mail`].
//! - [`faults`] decides which call is made to fail, and how.
//! - [`log`] is the shape of what is recorded.

#![expect(
    clippy::disallowed_methods,
    reason = "the other side has a network of its own, and waits for updates in real time"
)]

mod acting;
mod changes;
mod clock;
mod content;
mod door;
pub mod faults;
pub mod log;
pub mod mail;
mod orders;
mod page;
pub mod telegram;
mod waiting;
mod wire;
pub mod zalo_bot;
pub mod zalo_oa;

pub use clock::Now;
pub use faults::{Fault, Faults, Match, Rule};
pub use log::{Accepted, Attempt, Outcome, RateViolation, Violation, WhyRefused};
pub use mail::{Mail, MailAccepted, MailFile, MailOptions, MailSeen, MailViolation};
pub use page::Beside;
pub use telegram::{Button, Entity, Limits, Options, Person, Place, Sandbox, Seen, SentAnswer};
pub use zalo_bot::{
    ZaloAccepted, ZaloAttempt, ZaloBot, ZaloBotOptions, ZaloNothing, ZaloSeen, ZaloStyle, ZaloViolation,
};
pub use zalo_oa::{
    ZaloOa, ZaloOaAccepted, ZaloOaAttempt, ZaloOaGroups, ZaloOaOptions, ZaloOaOutcome, ZaloOaPush,
    ZaloOaSeen, ZaloOaViolation,
};
