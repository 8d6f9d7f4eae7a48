//! Scenes with notices, from writing to the last confirmation.

mod cast;
mod chat;
mod sending;
