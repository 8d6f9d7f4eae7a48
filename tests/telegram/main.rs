//! The channel to Telegram: over real HTTP against the practice platform, and against servers that answer
//! nonsense.

mod files;
mod kit;
mod odd;
mod receiving;
mod secret;
mod sending;
