//! Parsers, splitters and renderers under inputs that nobody would write.
//!
//! No nightly compiler and no coverage: inputs are mutations of a corpus, of what came out differently so far,
//! and of each other. `LOA_FUZZ_INPUTS` says how many for each target (3,000 if it is not given),
//! `LOA_FUZZ_SEED` which. What fails is made smaller, written to `target/fuzz`, and named; once it is mended it
//! belongs to `tests/fuzz/corpus/<target>`, which is replayed first.

#![allow(clippy::print_stderr, reason = "what was tried, how fast, and what failed is said")]

mod mutate;
mod run;
mod targets;

#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
