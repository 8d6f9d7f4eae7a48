//! Where the wall clock, the system's randomness and HTTP clients of one's own are let through.

use crate::sources::{files, program};

/// Each file hands one of them over, or stands for the world outside.
const ALLOWED: [&str; 5] = [
    "src/clock.rs",
    "src/random.rs",
    "src/http.rs",
    // The practice platform is the other side: it has a clock and a network of its own.
    "src/sandbox/",
    // Measures, and plays the other side.
    "benches/",
];

#[test]
fn only_the_places_that_hand_them_over_ask_for_time_and_chance() {
    for source in program().into_iter().chain(files("benches", ".rs")) {
        let lets_through = source.text.contains("clippy::disallowed_methods");
        let allowed = ALLOWED.iter().any(|place| source.path.starts_with(place));
        assert!(!lets_through || allowed, "{} lets a forbidden method through", source.path);
    }
}

#[test]
fn nothing_unfinished_is_left_behind() {
    for source in files("src", ".rs") {
        for mark in ["TODO", "FIXME", "XXX", "todo!", "unimplemented!"] {
            assert!(!source.text.contains(mark), "{} holds {mark}", source.path);
        }
    }
}
