//! The real program with real mail servers: Exim takes and delivers, Dovecot keeps the mailbox. People write and read
//! with a client of their own. What is waited for takes real time.

#![allow(clippy::disallowed_methods, reason = "real servers take real time")]
#![allow(clippy::print_stderr, reason = "what is not tried is named")]

#[path = "../scenes/engines.rs"]
#[allow(dead_code, unused_macros, reason = "shared with the scenes")]
mod engines;
mod office;
#[allow(dead_code, reason = "shared with the scenes")]
mod people;
#[path = "../scenes/postgres.rs"]
mod postgres;
mod scenes;
#[allow(dead_code, reason = "shared with the scenes")]
mod servers;
