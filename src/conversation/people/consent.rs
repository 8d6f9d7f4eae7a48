//! What a person agrees to before anything is kept about them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::Lang;
use crate::domain::Timestamp;

/// The version of the wording `people-consent`. It changes whenever the wording does: a test holds both
/// together.
pub const CONSENT_VERSION: &str = "1";

/// A consent as it was given: to which wording, in which language, when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    pub version: String,
    pub lang: Lang,
    /// SHA-256 of the wording that was shown, in hexadecimal.
    pub wording_hash: String,
    pub at: Timestamp,
}

impl Consent {
    /// The consent to the wording of today.
    pub fn now(lang: Lang, at: Timestamp) -> Self {
        Self { version: CONSENT_VERSION.to_owned(), lang, wording_hash: hash(lang), at }
    }
}

/// The wording.
pub(super) fn wording(lang: Lang) -> String {
    lang.say("people-consent", &[("version", CONSENT_VERSION)])
}

fn hash(lang: Lang) -> String {
    hex::encode(Sha256::digest(wording(lang)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wording_never_changes_under_the_same_version() {
        let known = [
            (Lang::Vi, "1", "07d6e7ff75cc18f019a3e31b75a129ada627b167a263e271386cdbb9a0fb9c6f"),
            (Lang::En, "1", "df36c03ca0394710539c6746abbd13dd56ecf70457e2a9220252a5004aafa8a8"),
        ];
        for (lang, version, expected) in known {
            assert_eq!(version, CONSENT_VERSION);
            assert_eq!(hash(lang), expected, "another wording ({lang:?}) needs another version");
        }
    }
}
