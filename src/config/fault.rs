//! Why a configuration cannot be used, in a sentence that says what would be right.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::domain::text::shorten;

/// The longest key that is named: in a file that is none of ours, anything can stand where a key would.
const MOST_KEY: usize = 100;

/// A fault of the configuration. The user can put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, or the variable of the environment.
    place: String,
    /// From 1.
    line: Option<usize>,
    /// `telegram.limits.per_second`
    key: String,
    why: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(line) = self.line {
            write!(f, ", dòng {line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ", khóa {}", self.key)?;
        }
        write!(f, ": {}.", self.why.trim_end_matches('.'))
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    pub(super) fn new(file: &Path, key: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: file.display().to_string(), line: None, key: key.into(), why: why.into() }
    }

    /// A fault of a value that came from the environment.
    pub(super) fn in_environment(variable: &str, error: &toml::de::Error) -> Self {
        let place = format!("Biến môi trường {variable}");
        Self { place, line: None, key: String::new(), why: in_words(error.message()).0 }
    }

    /// The configuration is not there.
    pub(super) fn missing(file: &Path) -> Self {
        let why = "không có tệp cấu hình này; bạn chạy \"loa init\" để tạo, hoặc chỉ ra bằng --config";
        Self::new(&PathBuf::from(file), "", why)
    }

    /// What the reader of TOML found, placed in the text. The value itself is never repeated: it may be a
    /// secret.
    pub(super) fn read(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let (why, unknown) = in_words(error.message());
        let line = error.span().map(|span| line_of(text, &span));
        let mut key = line.map(|line| key_at(text, line)).unwrap_or_default();
        if let Some(unknown) = unknown
            && !key.ends_with(&unknown)
        {
            key = if key.is_empty() { unknown } else { format!("{key}.{unknown}") };
        }
        Self { place: file.display().to_string(), line, key: shorten(&key, MOST_KEY), why }
    }

    /// Adds the line in which the key stands.
    pub(super) fn found_in(mut self, text: &str) -> Self {
        self.line = (1..=text.lines().count()).find(|line| key_at(text, *line) == self.key);
        self
    }
}

/// The line, from 1, in which a range of bytes begins.
fn line_of(text: &str, span: &Range<usize>) -> usize {
    text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count() + 1
}

/// The key that stands in a line, with the tables it belongs to. In an array over several lines, the key
/// above.
fn key_at(text: &str, line: usize) -> String {
    let (mut table, mut key) = (String::new(), String::new());
    for text in text.lines().take(line) {
        let text = text.trim();
        if let Some(header) = text.strip_prefix('[').filter(|header| !header.starts_with(['"', '\''])) {
            table = header.trim_start_matches('[').split(']').next().unwrap_or_default().trim().to_owned();
            key.clear();
        } else if let Some((name, _)) = text.split_once('=')
            && !name.trim().is_empty()
            && name.trim().chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
        {
            name.trim().clone_into(&mut key);
        }
    }
    match (table.is_empty(), key.is_empty()) {
        (true, _) => key,
        (false, true) => table,
        (false, false) => format!("{table}.{key}"),
    }
}

/// What the reader of TOML says, in a sentence, and the unknown key if there is one.
fn in_words(message: &str) -> (String, Option<String>) {
    let message = message.lines().next().unwrap_or_default();
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let mut names = rest.split('`').skip(1).step_by(2);
        let unknown = names.next().unwrap_or_default().to_owned();
        let known: Vec<&str> = names.collect();
        return (unknown_key(&unknown, &known), Some(unknown));
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).skip(1).collect();
        return (format!("cần một trong: {}", known.join(", ")), None);
    }
    if let Some(rest) = message.strip_prefix("missing field ") {
        return (format!("còn thiếu khóa {}", rest.replace('`', "")), None);
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        let expected = message.rsplit_once("expected ").map_or("", |(_, expected)| expected);
        return (format!("giá trị không đúng; cần {}", kind_in_words(expected)), None);
    }
    if message.contains("socket address") {
        return ("cần địa chỉ và cổng, như \"127.0.0.1:8080\"".to_owned(), None);
    }
    if message.starts_with("cần ") {
        return (message.to_owned(), None);
    }
    (format!("dòng này chưa viết đúng kiểu TOML ({message})"), None)
}

fn kind_in_words(expected: &str) -> &str {
    match expected {
        "a string" | "string" => "một đoạn chữ trong dấu nháy kép",
        "u32" | "usize" | "u64" => "một số nguyên không âm",
        "a sequence" => "một danh sách trong ngoặc vuông",
        "a boolean" => "true hoặc false",
        "path string" => "đường dẫn tệp trong dấu nháy kép",
        other if other.starts_with("struct ") => "một mục [...] với các khóa bên trong",
        other => other,
    }
}

fn unknown_key(unknown: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|name| (distance(unknown, name), *name)).min();
    match nearest {
        Some((distance, name)) if distance <= 1 + name.len() / 3 => {
            format!("không có khóa \"{unknown}\"; có phải bạn muốn viết \"{name}\"?")
                .trim_end_matches('?')
                .to_owned()
        }
        _ => format!("không có khóa \"{unknown}\"; ở đây chỉ có: {}", known.join(", ")),
    }
}

/// How many letters have to be changed, added or left out to get from one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = corner + usize::from(from != *to);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
