//! The stand-in of Zalo's Official Account API (`https://openapi.zalo.me`, `https://oauth.zaloapp.com`), as far as its
//! behaviour is known. Both hosts are one here.
//!
//! Zalo has no sandbox for it. Where sources disagree, an option of [`ZaloOaOptions`] picks the side.
//!
//! What an account cannot do there cannot be done here: nothing is said to a person who does not follow it or has been
//! silent for a week, nothing is edited, and what people do is only pushed, to a webhook that nobody can poll.

mod api;
mod groups;
mod handle;
mod log;
mod message;
mod news;
mod oauth;
mod options;
mod people;
mod practice;
mod reading;
mod refusal;
mod send;
mod server;
mod updates;
mod uploads;
mod view;
mod webhook;
mod window;
mod world;

pub use handle::ZaloOa;
pub use log::{ZaloOaAccepted, ZaloOaAttempt, ZaloOaOutcome, ZaloOaPush, ZaloOaViolation};
pub use options::{ZaloOaGroups, ZaloOaOptions};
pub use view::ZaloOaSeen;
