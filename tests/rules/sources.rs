//! The text of the project's own files.

use std::path::{Path, PathBuf};

/// A file under the project's root.
pub struct Source {
    /// `src/store/mod.rs`
    pub path: String,
    pub text: String,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a directory whose names end so.
pub fn files(directory: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![root().join(directory)];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = std::fs::read_to_string(&path).expect("text");
                let path = path.strip_prefix(root()).expect("below the root").display().to_string();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The program without its tests and without comments.
pub fn program() -> Vec<Source> {
    let all = files("src", ".rs");
    let tests: Vec<String> = all.iter().flat_map(test_modules).collect();
    let of_tests = |path: &str| {
        tests.iter().any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
    };
    all.into_iter()
        .filter(|source| !of_tests(&source.path))
        .map(|source| Source { text: without_tests(&source.text), path: source.path })
        .collect()
}

/// The paths of modules, without an ending, that are there only for tests.
fn test_modules(source: &Source) -> Vec<String> {
    let home = match source.path.strip_suffix("/mod.rs").or(source.path.strip_suffix("/lib.rs")) {
        Some(home) => home.to_owned(),
        None => source.path.trim_end_matches(".rs").to_owned(),
    };
    let after = source.text.split("#[cfg(test)]").skip(1).filter_map(|rest| {
        let line = rest.trim_start().lines().next()?;
        let name = line.strip_suffix(';')?.rsplit("mod ").next()?;
        line.contains("mod ").then(|| format!("{home}/{}", name.trim()))
    });
    after.collect()
}

fn without_tests(text: &str) -> String {
    let mut kept = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" && lines.peek().is_some_and(|next| *next == "mod tests {") {
            lines.by_ref().find(|line| *line == "}");
        } else if !line.trim_start().starts_with("//") {
            kept.push(line);
        }
    }
    kept.join("\n")
}

#[test]
fn files_are_short_enough_to_be_read() {
    /// A long file is one list.
    const LISTS: [&str; 0] = [];
    const MOST_LINES: usize = 450;
    for source in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        let lines = source.text.lines().count();
        let long = lines > MOST_LINES && !LISTS.contains(&source.path.as_str());
        assert!(!long, "{} has {lines} lines: which part of it has a name of its own?", source.path);
    }
}
