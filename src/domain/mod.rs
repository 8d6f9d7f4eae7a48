//! What loa is about, without I/O: no database, no network, no clock.

pub mod audience;
pub mod calendar;
pub mod case_code;
pub mod category;
pub mod channel_kind;
pub mod content;
pub mod failure;
pub mod holidays;
pub mod ids;
pub mod import;
pub mod incident;
pub mod lunar;
pub mod mask;
pub mod picture;
pub mod qr;
pub mod rich;
pub mod rights;
pub mod role;
pub mod route;
pub mod schedule;
pub mod screen;
pub mod seal;
pub mod similar;
pub mod split;
pub mod tally;
pub mod template;
pub mod text;
pub mod time;
pub mod unit;
pub mod waits;

pub use channel_kind::{ChannelKind, Manner};
pub use failure::Failure;
pub use rich::Rich;
pub use role::Role;
pub use time::Timestamp;
pub use unit::UnitPath;
