//! The practice platform over real HTTP.

mod api;
mod browser;
mod faults;
mod kit;
mod limits;
mod page;
mod people;
mod practice;
mod strict;
mod teloxide;
mod updates;
