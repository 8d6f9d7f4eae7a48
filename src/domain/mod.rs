//! What loa is about, without I/O: no database, no network, no clock.

pub mod channel_kind;
pub mod content;
pub mod ids;
pub mod incident;
pub mod rich;
pub mod role;
pub mod split;
pub mod text;
pub mod time;

pub use channel_kind::ChannelKind;
pub use rich::Rich;
pub use role::Role;
pub use time::Timestamp;
