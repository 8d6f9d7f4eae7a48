//! Every sentence is there in both languages, is used, and has what it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{Source, files, program};

/// A sentence's key, and the variables in it.
type Sentences = BTreeMap<String, BTreeSet<String>>;

#[test]
fn both_languages_have_the_same_sentences() {
    let (vi, en) = (sentences("vi"), sentences("en"));
    assert!(!vi.is_empty());
    let missing: Vec<&String> = vi.keys().filter(|key| !en.contains_key(*key)).collect();
    assert!(missing.is_empty(), "only in Vietnamese: {missing:?}");
    let missing: Vec<&String> = en.keys().filter(|key| !vi.contains_key(*key)).collect();
    assert!(missing.is_empty(), "only in English: {missing:?}");
    for (key, variables) in &vi {
        assert_eq!(Some(variables), en.get(key), "the variables of {key}");
    }
}

#[test]
fn no_key_is_there_twice() {
    for lang in ["vi", "en"] {
        let mut seen = BTreeSet::new();
        for source in files(&format!("locales/{lang}"), ".ftl") {
            for (key, _) in messages(&source.text) {
                assert!(seen.insert(key.clone()), "{key} stands twice in {lang}");
            }
        }
    }
}

#[test]
fn every_sentence_is_used() {
    let literals: Vec<String> = program().iter().flat_map(|source| literals(&source.text)).collect();
    let whole: BTreeSet<&str> = literals.iter().map(String::as_str).collect();
    // `incident-state-{}` stands for all that begin so.
    let beginnings: Vec<&str> =
        literals.iter().filter_map(|text| text.split_once('{')).map(|(start, _)| start).collect();
    let begins = |key: &str| beginnings.iter().any(|start| start.contains('-') && key.starts_with(start));
    let unused: Vec<String> =
        sentences("vi").into_keys().filter(|key| !whole.contains(key.as_str()) && !begins(key)).collect();
    assert!(unused.is_empty(), "nobody says: {unused:#?}");
}

#[test]
fn every_sentence_that_is_said_exists() {
    let known = sentences("vi");
    let parts: BTreeSet<&str> = known.keys().filter_map(|key| key.split('-').next()).collect();
    for source in program() {
        let text = &source.text;
        let said = text.match_indices("say(\"").map(|(at, call)| first_literal(&text[at + call.len()..]));
        for key in said {
            assert!(key.contains('{') || known.contains_key(&key), "{}: no sentence {key:?}", source.path);
        }
        // Keys that take a way round, such as through a `match`, begin like others of their part.
        for literal in literals(text).iter().filter(|text| looks_like_a_key(text, &parts)) {
            assert!(known.contains_key(literal), "{}: no sentence {literal:?}", source.path);
        }
    }
}

#[test]
fn a_sentence_is_given_what_it_needs() {
    let known = sentences("vi");
    let mut looked_at = 0;
    for source in program() {
        for (key, given) in calls(&source) {
            let Some(needed) = known.get(&key) else { continue };
            looked_at += 1;
            let missing: Vec<&String> = needed.iter().filter(|name| !given.contains(*name)).collect();
            assert!(missing.is_empty(), "{}: {key} is not given {missing:?}", source.path);
        }
    }
    assert!(looked_at > 20, "only {looked_at} calls were looked at");
}

fn sentences(lang: &str) -> Sentences {
    let sources = files(&format!("locales/{lang}"), ".ftl");
    sources.iter().flat_map(|source| messages(&source.text)).collect()
}

/// The messages of a Fluent file; a line that is set in goes on with the one before.
fn messages(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once('=').filter(|_| !line.starts_with([' ', '\t', '}'])) {
            found.push((key.trim().to_owned(), BTreeSet::new()));
        }
        if let Some((_, variables)) = found.last_mut() {
            let names = line.split('$').skip(1);
            variables.extend(names.map(|rest| word(rest).to_owned()));
        }
    }
    found
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    &text[..end.unwrap_or(text.len())]
}

fn first_literal(text: &str) -> String {
    text.split('"').next().unwrap_or_default().to_owned()
}

/// The texts in quotes, roughly: good enough for keys, which hold no quotes.
fn literals(text: &str) -> Vec<String> {
    text.lines().flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned)).collect()
}

fn looks_like_a_key(text: &str, parts: &BTreeSet<&str>) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let mut words = text.split('-');
    let first = words.next().unwrap_or_default();
    text.chars().all(plain)
        && parts.contains(first)
        && words.clone().count() > 0
        && words.all(|w| !w.is_empty())
}

/// The calls `say("key", &[("name", …), …])` whose variables stand in the call itself.
fn calls(source: &Source) -> Vec<(String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for (at, call) in source.text.match_indices("say(\"") {
        let rest = &source.text[at + call.len()..];
        let key = first_literal(rest);
        let after = rest[key.len() + 1..].trim_start_matches([',', ' ', '\n']);
        let Some(list) = after.strip_prefix("&[") else { continue };
        let mut depth = 1;
        let end = list.find(|c| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            depth == 0
        });
        let list = &list[..end.unwrap_or(list.len())];
        let names = list.split("(\"").skip(1).map(first_literal).collect();
        found.push((key, names));
    }
    found
}
