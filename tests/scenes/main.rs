//! Whole-app scenes, each on SQLite and on PostgreSQL.

#![allow(clippy::print_stderr, reason = "what is skipped is named")]

mod cli;
mod contract;
mod engine;
mod engines;
mod incident;
mod notice;
mod people;
mod postgres;
mod status;
mod world;
