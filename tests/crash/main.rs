//! The real program against the practice platform, killed at random moments and at named places; what comes of it
//! is judged by the checker.

#![allow(clippy::disallowed_methods, reason = "real processes take real time")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what was measured is printed")]

#[path = "../checker/mod.rs"]
mod checker;
mod elsewhere;
#[path = "../scenes/engines.rs"]
#[allow(dead_code, unused_macros, reason = "shared with the scenes")]
mod engines;
mod kills;
mod mutants;
mod people;
mod points;
#[path = "../scenes/postgres.rs"]
mod postgres;
mod program;
mod pushed;
mod scene;
mod stage;
mod takeover;
