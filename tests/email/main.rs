//! The real program with real mail servers: Exim takes and delivers, Dovecot keeps the mailbox. People write and read
//! with a client of their own. What is waited for takes real time.

#![allow(clippy::disallowed_methods, reason = "real servers take real time")]

mod office;
mod people;
mod scenes;
mod servers;
