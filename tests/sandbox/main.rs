//! The practice platform over real HTTP.

#![allow(clippy::disallowed_methods, reason = "real HTTP takes real time, and clients of the tests' own")]
#![allow(clippy::cast_possible_truncation, reason = "small numbers that stand in the test")]
#![allow(clippy::print_stdout, reason = "what is skipped is named")]

mod api;
mod browser;
mod faults;
mod kit;
mod limits;
mod mail;
mod mail_kit;
mod mail_page;
mod page;
mod people;
mod practice;
mod strict;
mod teloxide;
mod updates;
mod zalo_bot;
mod zalo_clients;
mod zalo_kit;
mod zalo_oa;
mod zalo_oa_kit;
mod zalo_oa_page;
mod zalo_oa_sending;
mod zalo_oa_webhook;
mod zalo_page;

mod zalo_sending;
mod zalo_webhook;
