//! The picture of a case's life in the documentation is that of the code.

use std::fmt::Write as _;

use loa::domain::Role;
use loa::domain::incident::{Move, State, allowed};
use loa::domain::rights::{COLUMNS, rights};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cases.md");
const MOVES: &str = "<!-- moves -->\n";
const RIGHTS: &str = "<!-- rights -->\n";
const END: &str = "<!-- end -->";

/// Mermaid's state diagram, and a table of what leaves a case where it is.
fn drawn() -> String {
    let mut text = String::from("```mermaid\nstateDiagram-v2\n    [*] --> new\n");
    let mut stays = String::new();
    for state in State::ALL {
        let mut here = Vec::new();
        for movement in Move::ALL {
            match allowed(state, movement) {
                Ok(next) if next == state => here.push(movement.code()),
                Ok(next) => {
                    let _ = writeln!(text, "    {} --> {}: {}", state.code(), next.code(), movement.code());
                }
                Err(_) => {}
            }
        }
        if !here.is_empty() {
            let _ = writeln!(stays, "| {} | {} |", state.code(), here.join(", "));
        }
    }
    for state in State::ALL {
        if Move::ALL.iter().all(|movement| allowed(state, *movement).is_err()) {
            let _ = writeln!(text, "    {} --> [*]", state.code());
        }
    }
    format!("{text}```\n\n| state | what leaves it there |\n|---|---|\n{stays}")
}

/// What each role may do, and how far.
fn roles() -> String {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let mut text = format!("| role | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for role in Role::ALL {
        let reaches: Vec<&str> = COLUMNS.iter().map(|(_, right)| right(rights(role)).code()).collect();
        let _ = writeln!(text, "| {} | {} |", role.code(), reaches.join(" | "));
    }
    text
}

/// `LOA_WRITE_DOCS=1` writes it anew.
fn is_that_of_the_code(begin: &str, drawn: &str) {
    let file = std::fs::read_to_string(FILE).expect("docs/cases.md");
    let (before, rest) = file.split_once(begin).expect("where it begins");
    let (there, after) = rest.split_once(END).expect("where it ends");
    if std::env::var_os("LOA_WRITE_DOCS").is_some() {
        std::fs::write(FILE, format!("{before}{begin}{drawn}{END}{after}")).expect("written");
    } else {
        assert_eq!(there, drawn, "LOA_WRITE_DOCS=1 cargo test --test rules writes it anew");
    }
}

#[test]
fn the_pictures_in_the_documentation_are_those_of_the_code() {
    is_that_of_the_code(MOVES, &drawn());
    is_that_of_the_code(RIGHTS, &roles());
}

#[test]
fn every_move_has_its_line() {
    let file = std::fs::read_to_string(FILE).expect("docs/cases.md");
    let lines: Vec<&str> = file.lines().filter_map(|line| line.strip_prefix("| ")).collect();
    for movement in Move::ALL {
        let named = |line: &&str| {
            line.split(" |").next().unwrap_or_default().split(", ").any(|name| name == movement.code())
        };
        assert!(lines.iter().any(named), "{movement:?} is in no line of docs/cases.md");
    }
}
