//! Scenes: reports come in, cases are worked on, and nobody sees or does what is not theirs.

mod cast;
mod clock;
mod intake;
mod routed;
mod same;
mod storm;
mod triage;
mod waits;
