//! Scenes with notices, from writing to the last confirmation.

mod calendar;
mod cast;
mod chat;
mod crowds;
mod sending;
