//! What loa is about, without I/O: no database, no network, no clock.

pub mod rich;
pub mod time;

pub use rich::Rich;
pub use time::Timestamp;
