//! The stand-in of Zalo's bot platform (`https://bot-api.zaloplatforms.com`), as far as its behaviour is known.
//!
//! Zalo has no sandbox, and its documentation and the live service disagree in places. Where they do, an option
//! of [`ZaloBotOptions`] picks the side, so that a bot can be tried against both.
//!
//! What a bot cannot do there cannot be done here: no documents, no buttons, no edits, and nothing is said to a
//! person who has not written first.

mod api;
mod handle;
mod log;
mod markup;
mod news;
mod options;
mod params;
mod people;
mod photos;
mod practice;
mod quota;
mod reading;
mod refusal;
mod send;
mod server;
mod style;
mod updates;
mod view;
mod webhook;
mod world;

pub use handle::ZaloBot;
pub use log::{ZaloAccepted, ZaloAttempt, ZaloViolation};
pub use options::{ZaloBotOptions, ZaloNothing};
pub use style::ZaloStyle;
pub use view::ZaloSeen;
