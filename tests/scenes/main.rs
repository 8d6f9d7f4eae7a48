//! Whole-app scenes, each on SQLite and on PostgreSQL.

#![allow(clippy::print_stderr, reason = "what is skipped is named")]

mod channel;
mod cli;
mod contract;
mod crowd;
mod engine;
mod engines;
mod enrolment;
mod groups;
mod incident;
mod leaving;
mod notice;
mod office;
mod pacing;
mod people;
mod postgres;
mod reports;
mod status;
mod town;
mod triage;
mod uploads;
mod walk;
mod windows;
mod world;
