//! loa ("loudspeaker"): notices go out to staff, quick reports come in, nothing is lost.
//!
//! The rooms and the arrows between them are described in ARCHITECTURE.md.

pub mod app;
pub mod channel;
pub mod clock;
pub mod config;
pub mod conversation;
pub mod document;
pub mod domain;
pub mod failpoint;
pub mod http;
pub mod jobs;
pub mod random;
pub mod sandbox;
pub mod store;
