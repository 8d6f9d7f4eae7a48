//! Whole-app scenes, each on SQLite and on PostgreSQL.

#![allow(clippy::print_stderr, reason = "what is skipped is named")]

mod anywhere;
mod calendar;
mod channel;
mod channels;
mod cli;
mod contract;
mod corrections;
mod crowd;
mod desk;
mod engine;
mod engines;
mod enrolment;
mod erasure;
mod everywhere;
mod groups;
mod hall;
mod incident;
mod intake;
mod landslide;
mod leaving;
mod notice;
mod notices;
mod office;
mod pacing;
mod people;
mod platforms;
mod postgres;
mod reports;
mod results;
mod schedules;
mod status;
mod sweep;
mod tally;
mod town;
mod triage;
mod uploads;
mod walk;
mod webhook;
mod windows;
mod world;
mod zalo;
mod zalo_oa;
mod zalo_oa_program;
mod zalo_webhook;
