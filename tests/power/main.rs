//! What the disk does to the program: power that fails, a disk that is full, may only be read, or gives errors,
//! a database that somebody else keeps busy, a server that goes away.

#![allow(clippy::disallowed_methods, reason = "real processes take real time")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what was measured is printed")]

#[path = "../checker/mod.rs"]
mod checker;
mod disk;
mod faults;
mod lost;
mod order;
#[path = "../crash/people.rs"]
#[allow(dead_code, reason = "shared with the crash runs")]
mod people;
mod servers;
mod shim;
mod stage;
