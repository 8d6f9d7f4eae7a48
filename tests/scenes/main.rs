//! Whole-app scenes, each on SQLite and on PostgreSQL.

mod contract;
mod engine;
mod engines;
mod incident;
mod people;
mod postgres;
mod world;
