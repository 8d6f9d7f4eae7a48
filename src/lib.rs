//! loa ("loudspeaker"): notices go out to staff, quick reports come in, nothing is lost.
//!
//! The rooms and the arrows between them are described in ARCHITECTURE.md.

pub mod domain;
pub mod sandbox;
