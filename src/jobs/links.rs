//! Files as addresses of ours, for channels to which no file can be handed over: each names what it is for and until
//! when, and is signed, so that nobody finds a file by guessing, and nothing has to be kept.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::content::{Attachment, FileKind, FileSource};
use crate::domain::seal::Seal;
use crate::domain::{Timestamp, text};

/// The beginning of every path.
pub const PATH: &str = "/tep/";
/// A platform fetches a picture at once; a message that is tried again has a new address.
const PICTURE_LASTS: Duration = Duration::from_secs(6 * 3600);
/// People open a document when they come to it.
const DOCUMENT_LASTS: Duration = Duration::from_secs(30 * 24 * 3600);
/// Everybody gets the same address within a day: its end is rounded up to that.
const ROUND: i64 = 24 * 3600 * 1_000_000;
/// The longest name in an address, in characters.
const MOST_NAME: usize = 60;
/// What the signatures are for.
const PURPOSE: &str = "file";

/// Makes addresses, and knows its own.
pub struct Links {
    /// `https://loa.example.vn`, without a slash at its end.
    base: String,
    seal: Seal,
}

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    pub sha256: String,
    pub name: String,
}

impl Links {
    /// `base` is the public address of this service, `key` what it signs with.
    pub fn new(base: &str, key: SecretString) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), seal: Seal::new(key) }
    }

    /// An address for a file.
    pub fn url(&self, file: &Attachment, now: Timestamp) -> String {
        let lasts = match file.kind {
            FileKind::Photo => PICTURE_LASTS,
            FileKind::Document => DOCUMENT_LASTS,
        };
        let until = ((now + lasts).0 / ROUND + 1) * ROUND / 1_000_000;
        let name = plain_name(&file.name, file.kind);
        let what = format!("{}.{until:x}", file.sha256);
        let signature = self.seal.sign(PURPOSE, &[&what, &name]);
        format!("{}{PATH}{what}.{signature}/{name}", self.base)
    }

    /// What a path stands for; `None` for any that was not made here, or has run out.
    pub fn read(&self, path: &str, now: Timestamp) -> Option<Linked> {
        let (what, name) = path.strip_prefix(PATH)?.split_once('/')?;
        let (what, signature) = what.rsplit_once('.')?;
        if !self.seal.holds(PURPOSE, &[what, name], signature) {
            return None;
        }
        let (sha256, until) = what.split_once('.')?;
        let until = i64::from_str_radix(until, 16).ok()?.checked_mul(1_000_000)?;
        (now.0 < until).then(|| Linked { sha256: sha256.to_owned(), name: name.to_owned() })
    }
}

/// Where the files of a message come from on a channel that takes none.
pub fn sources(links: Option<&Links>, files: &[Attachment], now: Timestamp) -> Vec<FileSource> {
    let source = |file| match links {
        Some(links) => FileSource::Link { url: links.url(file, now) },
        None => FileSource::Absent,
    };
    files.iter().map(source).collect()
}

/// Where files are to be had that the platform turns out not to take.
pub fn beside(links: Option<&Links>, files: &[Attachment], sources: &mut [FileSource], now: Timestamp) {
    let Some(links) = links else { return };
    for (file, source) in files.iter().zip(sources) {
        if let FileSource::Upload { url, .. } = source {
            *url = Some(links.url(file, now));
        }
    }
}

/// The name without what would have to be escaped in an address: `Kế hoạch số 5.pdf` is `ke-hoach-so-5.pdf`.
fn plain_name(name: &str, kind: FileKind) -> String {
    let letters = text::fold(name);
    let mut plain = String::new();
    for c in letters.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            plain.push(c);
        } else if !plain.ends_with('-') && !plain.is_empty() {
            plain.push('-');
        }
    }
    let (stem, ending) = match plain.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 5 => (stem, format!(".{ending}")),
        _ => (plain.as_str(), String::new()),
    };
    let stem: String = stem.chars().filter(|c| *c != '.').take(MOST_NAME).collect();
    match stem.trim_matches('-') {
        "" if kind == FileKind::Photo => "anh.jpg".to_owned(),
        "" => format!("tep{ending}"),
        stem => format!("{stem}{ending}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    fn links(key: &str) -> Links {
        Links::new("https://loa.vi-du.vn/", key.to_owned().into())
    }

    fn file(name: &str, kind: FileKind) -> Attachment {
        Attachment { sha256: "ab".repeat(32), name: name.to_owned(), kind }
    }

    #[test]
    fn an_address_stands_for_its_file_until_it_runs_out() {
        let links = links("a key");
        let url = links.url(&file("Kế hoạch số 5 (dự thảo).PDF", FileKind::Document), NOW);
        assert!(url.is_ascii() && url.len() < 240, "{url}");
        let path = url.strip_prefix("https://loa.vi-du.vn").expect("our address");
        let linked = links.read(path, NOW).expect("a file");
        assert_eq!((linked.sha256, linked.name.as_str()), ("ab".repeat(32), "ke-hoach-so-5-du-thao.pdf"));
        assert!(links.read(path, NOW + DOCUMENT_LASTS).is_some());
        assert!(links.read(path, NOW + DOCUMENT_LASTS + Duration::from_secs(86_401)).is_none());
    }

    #[test]
    fn nobody_makes_or_changes_an_address() {
        let ours = links("a key");
        let url = ours.url(&file("a.pdf", FileKind::Document), NOW);
        let path = url.strip_prefix("https://loa.vi-du.vn").expect("our address");
        assert!(links("another key").read(path, NOW).is_none());
        for (from, to) in [("abab", "abac"), ("a.pdf", "b.pdf"), (".6", ".7"), ("/tep/", "/top/")] {
            assert!(path.contains(from), "{path}");
            assert!(ours.read(&path.replacen(from, to, 1), NOW).is_none(), "{from}");
        }
        for path in ["", "/", "/tep/", "/tep/a.b.c/d", "/tep/a/b", "/tep/..//"] {
            assert!(ours.read(path, NOW).is_none(), "{path}");
        }
        let short = path.replacen(|c: char| c.is_ascii_hexdigit(), "", 1);
        assert!(ours.read(&short, NOW).is_none());
    }

    #[test]
    fn names_are_plain() {
        for (name, plain) in [("", "tep"), ("..", "tep."), ("../../etc/passwd", "etc-passwd"), ("ảnh", "anh")]
        {
            assert_eq!(plain_name(name, FileKind::Document), plain, "{name:?}");
        }
        assert_eq!(plain_name("", FileKind::Photo), "anh.jpg");
        assert_eq!(plain_name(&"đ".repeat(200), FileKind::Document).len(), MOST_NAME);
    }
}
