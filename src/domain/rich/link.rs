//! Addresses that a text may lead to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::text::is_invisible;

/// The longest address, in UTF-16 units: with its words beside it, it still fits into one message anywhere.
pub const MOST_ADDRESS: usize = 1000;

/// An address on the web: `http` or `https`, with the name of a host, without a user's name and without blanks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link(String);

/// It is no address that people are sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("địa chỉ phải có dạng https://…")]
pub struct NoAddress;

impl Link {
    /// Reads an address. One without a scheme is none: it may be the name of a file as well.
    pub fn read(text: &str) -> Result<Self, NoAddress> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or(NoAddress)?;
        let scheme = scheme.to_ascii_lowercase();
        let address = format!("{scheme}://{rest}");
        let short = address.len() <= 3 * MOST_ADDRESS && super::utf16_len(&address) <= MOST_ADDRESS;
        let known = scheme == "http" || scheme == "https";
        let whole = known && short && rest.chars().all(may_stand) && is_host(rest);
        if whole { Ok(Self(address)) } else { Err(NoAddress) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether these words are the address itself, or say it at their end.
    pub(super) fn is_said_by(&self, words: &str) -> bool {
        let bare = |text: &str| {
            let text = text.trim().trim_end_matches('/');
            text.strip_prefix("https://").or(text.strip_prefix("http://")).unwrap_or(text).to_owned()
        };
        bare(words) == bare(&self.0) || words.ends_with(&format!("({})", self.0))
    }
}

/// No blanks, nothing that nobody sees, nothing with which markup ends.
fn may_stand(c: char) -> bool {
    !(is_invisible(c)
        || c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}'))
}

/// Whether what stands behind the scheme begins with the name of a host: `gov.vn@evil.example` leads elsewhere than it
/// seems, and is none.
fn is_host(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let named = host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let dotted = host.contains('.') && !host.starts_with(['.', '-']) && !host.contains("..");
    named && dotted && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit())
}

impl TryFrom<String> for Link {
    type Error = NoAddress;

    fn try_from(text: String) -> Result<Self, NoAddress> {
        Self::read(&text)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_web_alone() {
        for (text, read) in [
            ("https://xa.gov.vn/lich?a=1#b", "https://xa.gov.vn/lich?a=1#b"),
            (" HTTP://Xa.gov.vn:8080 ", "http://Xa.gov.vn:8080"),
            ("https://127.0.0.1/a", "https://127.0.0.1/a"),
            ("https://tỉnh.vn/đơn", "https://tỉnh.vn/đơn"),
        ] {
            assert_eq!(Link::read(text).as_ref().map(Link::as_str), Ok(read), "{text}");
        }
        let long = format!("https://a.vn/{}", "a".repeat(MOST_ADDRESS));
        for text in [
            "",
            "javascript:alert(1)",
            "lich.html",
            "dichvucong.gov.vn",
            "ftp://a.vn",
            "https://",
            "https://localhost",
            "tg://user?id=1",
            "https://gov.vn@evil.example",
            "https://a.vn/ b",
            "https://a.vn/\u{202e}b",
            "https://a.vn/\"><b>",
            "mailto:a@b.vn",
            "https://a.vn:99999999",
            long.as_str(),
        ] {
            assert!(Link::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_that_are_the_address_are_known() {
        let link = Link::read("https://xa.gov.vn/").expect("an address");
        assert!(link.is_said_by("xa.gov.vn") && link.is_said_by("https://xa.gov.vn"));
        assert!(!link.is_said_by("tại đây"));
    }
}
