//! The stand-in of Telegram's Bot API (version 9.1, core.telegram.org/bots/api).
//!
//! The bot reaches it over HTTP as it would reach `api.telegram.org`; tests and the page play the people.

mod acts;
mod api;
mod chat;
mod content;
mod edit;
mod entities;
mod files;
mod groups;
mod handle;
mod info;
mod keyboard;
mod limits;
mod markup;
mod message;
mod news;
mod options;
mod params;
mod people;
mod practice;
mod reading;
mod refusal;
mod send;
mod server;
mod updates;
mod view;
mod webhook;
mod world;

pub use entities::Entity;
pub use handle::Sandbox;
pub use keyboard::Button;
pub use message::Place;
pub use options::{Limits, Options};
pub use view::Seen;
pub use world::{Person, SentAnswer};
