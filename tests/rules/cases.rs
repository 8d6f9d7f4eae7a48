//! The picture of a case's life in the documentation is that of the code.

use std::fmt::Write as _;

use loa::domain::Role;
use loa::domain::incident::{Mark, Move, State, allowed};
use loa::domain::rights::{COLUMNS, Part, has, part, rights};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cases.md");
const MOVES: &str = "<!-- moves -->\n";
const RESTRICTED: &str = "<!-- moves of a restricted case -->\n";
const MOVERS: &str = "<!-- who moves -->\n";
const RIGHTS: &str = "<!-- rights -->\n";
const END: &str = "<!-- end -->";

/// Where a case with this mark can be at all, in the order in which states are listed.
fn reached(mark: Mark) -> Vec<State> {
    let mut seen = vec![State::New];
    let mut at = 0;
    while let Some(state) = seen.get(at).copied() {
        let nexts = Move::ALL.into_iter().filter_map(|movement| allowed(state, mark, movement).ok());
        for next in nexts.collect::<Vec<_>>() {
            if !seen.contains(&next) {
                seen.push(next);
            }
        }
        at += 1;
    }
    State::ALL.into_iter().filter(|state| seen.contains(state)).collect()
}

/// Mermaid's state diagram, and a table of what leaves a case where it is.
fn drawn(mark: Mark) -> String {
    let mut text = String::from("```mermaid\nstateDiagram-v2\n    [*] --> new\n");
    let mut stays = String::new();
    let states = reached(mark);
    for state in states.iter().copied() {
        let mut here = Vec::new();
        for movement in Move::ALL {
            match allowed(state, mark, movement) {
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
    for state in states {
        if Move::ALL.iter().all(|movement| allowed(state, mark, *movement).is_err()) {
            let _ = writeln!(text, "    {} --> [*]", state.code());
        }
    }
    format!("{text}```\n\n| state | what leaves it there |\n|---|---|\n{stays}")
}

/// Which roles make a move of a case, and of a restricted one.
fn movers() -> String {
    let mut text = String::from(
        "| move | made by | roles, of a case | roles, of a restricted one |\n|---|---|---|---|\n",
    );
    for movement in Move::ALL {
        let who = match part(movement) {
            Part::Watch => "who watches over it",
            Part::Work => "the unit that it lies with",
            Part::Reporter => "its reporters",
            Part::OnlyReporter => "its only reporter",
            Part::Clock => "loa",
        };
        let roles = |mark| match part(movement).right(mark) {
            None => "whatever they are".to_owned(),
            Some(right) => {
                let names: Vec<&str> =
                    Role::ALL.into_iter().filter(|role| has(*role, right)).map(Role::code).collect();
                if names.is_empty() { "–".to_owned() } else { names.join(", ") }
            }
        };
        // A move that no state takes is nobody's.
        let taken =
            |mark: Mark| reached(mark).into_iter().any(|state| allowed(state, mark, movement).is_ok());
        let told = |mark: Mark| if taken(mark) { roles(mark) } else { "–".to_owned() };
        let (usual, restricted) = (told(Mark::Usual), told(Mark::Restricted));
        let _ = writeln!(text, "| {} | {who} | {usual} | {restricted} |", movement.code());
    }
    text
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
    is_that_of_the_code(MOVES, &drawn(Mark::Usual));
    is_that_of_the_code(RESTRICTED, &drawn(Mark::Restricted));
    is_that_of_the_code(MOVERS, &movers());
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

/// Whatever is pressed in whatever order: nobody but a duty officer, a reporter and the clock ever moves a restricted
/// case, and it never lies with a unit.
#[test]
fn no_way_leads_a_restricted_case_to_a_unit_or_to_who_may_not_see_it() {
    for state in reached(Mark::Restricted) {
        assert!(
            !matches!(state, State::Forwarded | State::Accepted | State::Planned | State::Reported),
            "{state:?}"
        );
        for movement in Move::ALL {
            if allowed(state, Mark::Restricted, movement).is_err() {
                continue;
            }
            for role in Role::ALL {
                let makes = part(movement).right(Mark::Restricted).is_some_and(|right| has(role, right));
                assert!(!makes || role == Role::Duty, "{state:?}: {role} {movement:?}");
            }
        }
    }
    assert_eq!(reached(Mark::Usual), State::ALL, "a state that nothing leads to");
}
