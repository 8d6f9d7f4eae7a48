//! Whole-app scenes, each on SQLite and on PostgreSQL.

mod contract;
mod engines;
mod people;
mod postgres;
