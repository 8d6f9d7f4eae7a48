//! Rules that hold for the whole tree: what the compiler does not see.

mod arrows;
mod cases;
mod exceptions;
mod licences;
mod schema;
mod sources;
mod wording;
