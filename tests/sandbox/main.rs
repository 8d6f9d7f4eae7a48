//! The practice platform over real HTTP.

mod api;
mod faults;
mod kit;
mod limits;
mod people;
mod strict;
mod teloxide;
mod updates;
