//! A choice as an address of ours, for mail programs without buttons: it names whose it is, which choice, and until
//! when, and is signed. Following it only shows the choice, because programs that look for harmful links follow all of
//! them; a button there makes it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::channel::RawUpdate;
use crate::domain::Timestamp;
use crate::domain::seal::Seal;
use crate::domain::text::shorten;

/// The beginning of every path.
pub const PATH: &str = "/chon/";
const PURPOSE: &str = "choice";
/// As long as a button works.
const LASTS: Duration = Duration::from_secs(60 * 24 * 3600);
/// The longest label that an address carries, in characters.
const MOST_LABEL: usize = 80;
/// The longest path that is read, in bytes.
const MOST_PATH: usize = 2048;

/// Makes the addresses of choices, and knows its own.
#[derive(Clone, Debug)]
pub struct ChoiceLinks {
    /// `https://loa.example.vn`, without a slash at its end.
    base: String,
    seal: Seal,
}

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Whose choice it is.
    #[serde(rename = "a")]
    pub address: String,
    /// What the button holds.
    #[serde(rename = "d")]
    pub data: String,
    /// The choice in words.
    #[serde(rename = "l")]
    pub label: String,
    /// When the address runs out, in seconds since 1970.
    #[serde(rename = "u")]
    until: i64,
}

/// A choice on its way into the inbox.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Pressed {
    pub address: String,
    pub data: String,
}

impl ChoiceLinks {
    /// `base` is the public address of this service, `key` what it signs with.
    pub fn new(base: &str, key: SecretString) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), seal: Seal::new(key) }
    }

    /// The address of a choice.
    pub(super) fn url(&self, address: &str, data: &str, label: &str, now: Timestamp) -> String {
        let chosen = Chosen {
            address: address.to_owned(),
            data: data.to_owned(),
            label: shorten(label, MOST_LABEL),
            until: (now + LASTS).0 / 1_000_000,
        };
        let words = serde_json::to_string(&chosen).unwrap_or_default();
        let signature = self.seal.sign(PURPOSE, &[&words]);
        format!("{}{PATH}{}.{signature}", self.base, URL_SAFE_NO_PAD.encode(words))
    }

    /// What a path stands for; `None` for any that was not made here, or has run out.
    pub fn read(&self, path: &str, now: Timestamp) -> Option<Chosen> {
        let rest = path.strip_prefix(PATH).filter(|_| path.len() <= MOST_PATH)?;
        let (words, signature) = rest.split_once('.')?;
        let words = String::from_utf8(URL_SAFE_NO_PAD.decode(words).ok()?).ok()?;
        if !self.seal.holds(PURPOSE, &[&words], signature) {
            return None;
        }
        let chosen: Chosen = serde_json::from_str(&words).ok()?;
        (now.0 / 1_000_000 < chosen.until).then_some(chosen)
    }
}

impl Chosen {
    /// The choice as an update. `once` is the name of the page on which it was made: a page that is sent twice chooses
    /// once.
    pub fn update(&self, once: &str) -> RawUpdate {
        let pressed = Pressed { address: self.address.clone(), data: self.data.clone() };
        let body = serde_json::to_vec(&pressed).unwrap_or_default();
        RawUpdate { key: format!("press:{once}"), number: 0, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    fn links(key: &str) -> ChoiceLinks {
        ChoiceLinks::new("https://loa.vi-du.vn/", key.to_owned().into())
    }

    #[test]
    fn an_address_stands_for_its_choice_until_it_runs_out() {
        let url = links("k").url("lan@vi-du.vn", "c:abc", "✅ Đã nhận", NOW);
        let path = url.strip_prefix("https://loa.vi-du.vn").expect("our address");
        let chosen = links("k").read(path, NOW).expect("a choice");
        let read = (chosen.address.as_str(), chosen.data.as_str(), chosen.label.as_str());
        assert_eq!(read, ("lan@vi-du.vn", "c:abc", "✅ Đã nhận"));
        assert!(links("k").read(path, NOW + LASTS + Duration::from_secs(1)).is_none());
        assert!(links("other").read(path, NOW).is_none());
        for broken in ["", "/", PATH, "/chon/a.b", &path[..path.len() - 2], &format!("{path}x")] {
            assert!(links("k").read(broken, NOW).is_none(), "{broken}");
        }
    }
}
