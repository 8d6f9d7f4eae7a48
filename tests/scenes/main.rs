//! Whole-app scenes, each on SQLite and on PostgreSQL.

#![allow(clippy::print_stderr, reason = "what is skipped is named")]

mod calendar;
mod cli;
mod contract;
mod engine;
mod engines;
mod enrolment;
mod groups;
mod incident;
mod leaving;
mod notice;
mod people;
mod postgres;
mod reports;
mod status;
mod town;
mod triage;
mod walk;
mod world;
