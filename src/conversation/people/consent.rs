//! What a person agrees to before anything is kept about them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::Lang;
use crate::domain::Timestamp;

/// The version of the wording `people-consent`. It changes whenever the wording does: a test holds both
/// together.
pub const CONSENT_VERSION: &str = "2";

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
            (Lang::Vi, "2", "2f4a59fde35b79438871caf6e3a3280048d4ed64cf505f455cf2560e5799c6b1"),
            (Lang::En, "2", "26fb695e86a73aad737768fb5d98c3823cfd53d93f711ebfe3bf92e9d07d713a"),
        ];
        for (lang, version, expected) in known {
            assert_eq!(version, CONSENT_VERSION);
            assert_eq!(hash(lang), expected, "another wording ({lang:?}) needs another version");
        }
    }
}
