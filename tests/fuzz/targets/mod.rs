//! What is tried.

mod audience;
mod config;
mod cron;
mod dialogue;
mod import;
mod mail;
mod picture;
mod rendering;
mod splitting;
mod telegram;
mod when;
mod words;
mod zalo_bot;

/// The input as text, whatever it is.
fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// The moment at which everything is read: nine on a Monday morning.
fn monday() -> loa::domain::Timestamp {
    loa::domain::Timestamp::vietnam(2026, 11, 23, 9, 0)
}
