//! Whole-app scenes, each on SQLite and on PostgreSQL.

mod contract;
mod engine;
mod engines;
mod people;
mod postgres;
mod world;
