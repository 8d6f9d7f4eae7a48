//! Which room may use which. The same table stands in ARCHITECTURE.md.

use crate::sources::{Source, program};

/// A room, the rooms that it may use besides itself, and the crates that are absent from it by design.
struct Room {
    name: &'static str,
    uses: &'static [&'static str],
    absent: &'static [&'static str],
}

const ROOMS: [Room; 14] = [
    Room { name: "domain", uses: &[], absent: PURE },
    Room { name: "conversation", uses: &["domain"], absent: PURE },
    Room { name: "document", uses: &["domain"], absent: PURE },
    Room { name: "config", uses: &["domain"], absent: &["sqlx", "teloxide", "reqwest", "axum", "tokio"] },
    Room { name: "clock", uses: &["domain"], absent: &["sqlx", "teloxide", "reqwest", "axum"] },
    Room { name: "random", uses: &[], absent: &["sqlx", "teloxide", "reqwest", "axum", "tokio"] },
    Room { name: "failpoint", uses: &["clock"], absent: &["sqlx", "teloxide", "reqwest", "axum"] },
    Room { name: "http", uses: &[], absent: &["sqlx", "teloxide", "axum"] },
    Room {
        name: "channel",
        uses: &["domain", "conversation"],
        absent: &["sqlx", "axum", "fluent_templates"],
    },
    Room {
        name: "store",
        uses: &["domain", "conversation", "clock", "random", "failpoint"],
        absent: &["teloxide", "reqwest", "axum", "fluent_templates"],
    },
    Room {
        name: "jobs",
        uses: &["domain", "conversation", "document", "clock", "random", "failpoint", "channel", "store"],
        absent: &["sqlx", "teloxide", "reqwest", "axum"],
    },
    Room { name: "sandbox", uses: &[], absent: &["sqlx", "teloxide", "fluent_templates"] },
    Room {
        name: "app",
        uses: &[
            "domain",
            "conversation",
            "document",
            "config",
            "clock",
            "random",
            "failpoint",
            "http",
            "channel",
            "store",
            "jobs",
            "sandbox",
        ],
        absent: &["sqlx", "teloxide"],
    },
    Room { name: "main", uses: &["app"], absent: &[] },
];

/// What a pure room does without: I/O, waiting, and whatever does them.
const PURE: &[&str] =
    &["tokio", "sqlx", "teloxide", "reqwest", "axum", "futures", "async_trait", "anyhow", "rand"];

/// What a channel knows of the conversation: the shape of what comes in.
const INCOMING: [&str; 4] = ["incoming", "Incoming", "ChatKind", "What"];

#[test]
fn every_arrow_points_the_way_the_table_says() {
    for source in program() {
        let Some(room) = room_of(&source.path) else { continue };
        for (used, names) in uses(&source.text) {
            // `args!` and the crate's own root belong to nobody.
            let known = ROOMS.iter().any(|room| room.name == used);
            let allowed = used == room.name || !known || room.uses.contains(&used.as_str());
            assert!(allowed, "{} uses {used}, which {} may not", source.path, room.name);
            if room.name == "channel" && used == "conversation" {
                let odd = names.iter().find(|name| !INCOMING.contains(&name.as_str()));
                assert!(odd.is_none(), "{} uses conversation::{}", source.path, odd.expect("a name"));
            }
        }
    }
}

#[test]
fn what_is_absent_by_design_is_absent() {
    for source in program() {
        let Some(room) = room_of(&source.path) else { continue };
        for name in room.absent {
            let named = [format!("{name}::"), format!("use {name};")];
            let found = named.iter().any(|named| word_at(&source.text, named));
            assert!(!found, "{} names {name}, which is absent from {} by design", source.path, room.name);
        }
        let waits = source.text.contains(".await") || source.text.contains("async fn");
        let pure = matches!(room.name, "domain" | "conversation");
        assert!(!(pure && waits), "{} waits for something", source.path);
    }
}

#[test]
fn every_file_has_a_room() {
    for source in program() {
        let known = source.path == "src/lib.rs" || room_of(&source.path).is_some();
        assert!(known, "{} belongs to no room", source.path);
    }
}

#[test]
fn the_table_stands_in_the_architecture() {
    let text = std::fs::read_to_string(crate::sources::root().join("ARCHITECTURE.md")).expect("text");
    for room in &ROOMS {
        let uses = match room.uses {
            [] => "nothing of ours".to_owned(),
            uses => uses.join(", "),
        };
        let row = format!("| `{}` | {uses} |", room.name);
        assert!(text.contains(&row), "ARCHITECTURE.md has no row that begins with\n{row}");
    }
}

fn room_of(path: &str) -> Option<&'static Room> {
    let first = path.strip_prefix("src/")?.split('/').next()?.trim_end_matches(".rs");
    ROOMS.iter().find(|room| room.name == first)
}

/// Whether the text holds the name as a word of its own: `tokio::`, but not `our_tokio::`.
fn word_at(text: &str, name: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    text.match_indices(name).any(|(at, _)| !text[..at].ends_with(part_of_word))
}

/// Everything after `crate::` (and after `loa::` in `main`): the room, and the names taken from it.
fn uses(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for root in ["crate::", "loa::"] {
        let starts = text.match_indices(root).filter(|(at, _)| {
            !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == '"')
        });
        for (at, _) in starts {
            let rest = &text[at + root.len()..];
            if let Some(inside) = rest.strip_prefix('{') {
                // `use crate::{a::b, c};`
                let inside = inside.split('}').next().unwrap_or_default();
                found.extend(inside.split(',').map(|path| one(path.trim())));
            } else {
                found.push(one(rest));
            }
        }
    }
    found
}

/// `store::{Store, Tx}` is the room and the names.
fn one(path: &str) -> (String, Vec<String>) {
    let word =
        |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let room = word(path);
    let rest = path.trim()[room.len()..].strip_prefix("::").unwrap_or_default();
    let names = match rest.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap_or_default().split(',').map(word).collect(),
        None => vec![word(rest)],
    };
    (room, names.into_iter().filter(|name| !name.is_empty()).collect())
}

#[test]
fn the_reader_of_arrows_sees_what_is_there() {
    let text =
        "use crate::store::{Store, Tx};\nuse crate::{args, jobs::Engine};\nlet x = crate::http::client();";
    let found = uses(text);
    let rooms: Vec<&str> = found.iter().map(|(room, _)| room.as_str()).collect();
    assert_eq!(rooms, ["store", "args", "jobs", "http"]);
    assert_eq!(found[0].1, ["Store", "Tx"]);
    let source = Source { path: "src/domain/x.rs".to_owned(), text: "tokio::time::sleep".to_owned() };
    assert!(room_of(&source.path).is_some_and(|room| room.absent.contains(&"tokio")));
    assert!(word_at(&source.text, "tokio::"));
    assert!(!word_at("my_tokio::x", "tokio::"));
}
