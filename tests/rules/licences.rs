//! What is built in, and under which licence: the part of `deny.toml` that needs no cargo-deny.

use std::process::Command;

use crate::sources::root;

#[derive(serde::Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(serde::Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<String>,
}

#[derive(serde::Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
}

#[derive(serde::Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    deny_multiple_versions: bool,
}

fn deny() -> Deny {
    toml::from_str(&std::fs::read_to_string(root().join("deny.toml")).expect("text")).expect("deny.toml")
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Metadata>(&output.stdout).expect("metadata").packages
}

#[test]
fn every_licence_is_one_that_is_allowed() {
    let allowed = deny().licenses.allow;
    for package in packages() {
        let Some(licence) = &package.license else {
            assert!(package.license_file.is_some(), "{} has no licence", package.name);
            continue;
        };
        assert!(permits(licence, &allowed), "{} is under {licence}", package.name);
    }
}

#[test]
fn what_is_banned_is_not_built_in_and_heavy_crates_come_once() {
    let packages = packages();
    for ban in deny().bans.deny {
        let found: Vec<&str> =
            packages.iter().filter(|p| p.name == ban.name).map(|p| p.version.as_str()).collect();
        let most = usize::from(ban.deny_multiple_versions);
        assert!(found.len() <= most, "{} is there in {found:?}", ban.name);
    }
}

/// Whether an expression such as `(MIT OR Apache-2.0) AND Unicode-3.0` can be met with what is allowed.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let inner = expression.trim();
    let both = split(inner, " AND ");
    if both.len() > 1 {
        return both.iter().all(|part| permits(part, allowed));
    }
    let slashes = inner.replace('/', " OR ");
    let either = split(&slashes, " OR ");
    if either.len() > 1 {
        return either.iter().any(|part| permits(part, allowed));
    }
    match inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => permits(inner, allowed),
        None => allowed.iter().any(|name| name == inner),
    }
}

/// Splits where the word stands in no brackets.
fn split(text: &str, word: &str) -> Vec<String> {
    let (mut parts, mut depth, mut rest) = (vec![String::new()], 0, text);
    while let Some(c) = rest.chars().next() {
        if depth == 0
            && let Some(after) = rest.strip_prefix(word)
        {
            parts.push(String::new());
            rest = after;
            continue;
        }
        depth += i32::from(c == '(') - i32::from(c == ')');
        parts.last_mut().expect("one").push(c);
        rest = &rest[c.len_utf8()..];
    }
    parts
}

#[test]
fn expressions_of_licences_are_understood() {
    let allowed = ["MIT".to_owned(), "Unicode-3.0".to_owned()];
    assert!(permits("MIT OR GPL-3.0", &allowed));
    assert!(permits("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
    assert!(permits("Unlicense/MIT", &allowed));
    assert!(!permits("(GPL-3.0 OR LGPL-2.1) AND MIT", &allowed));
    assert!(!permits("MIT AND GPL-3.0", &allowed));
}
