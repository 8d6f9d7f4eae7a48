//! Words that go out and come back: a signature shows that they were made here, so that nothing has to be kept.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Bytes of a signature: more than anybody can guess.
const BYTES: usize = 16;

/// Signs, and knows its own signatures.
#[derive(Clone, Debug)]
pub struct Seal(SecretString);

impl Seal {
    pub fn new(key: SecretString) -> Self {
        Self(key)
    }

    /// The signature of words, in hexadecimal. `purpose` keeps what is signed for one thing from being shown for another.
    pub fn sign(&self, purpose: &str, words: &[&str]) -> String {
        hex::encode(&self.mac(purpose, words).finalize().into_bytes()[..BYTES])
    }

    /// Whether this is the signature of these words. In constant time.
    pub fn holds(&self, purpose: &str, words: &[&str], signature: &str) -> bool {
        let shown = hex::decode(signature).ok().filter(|bytes| bytes.len() == BYTES);
        shown.is_some_and(|shown| self.mac(purpose, words).verify_truncated_left(&shown).is_ok())
    }

    fn mac(&self, purpose: &str, words: &[&str]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes())
            .expect("a key of any length will do");
        for word in std::iter::once(&purpose).chain(words) {
            // With its length, so that no two lists of words read alike.
            mac.update(&(word.len() as u64).to_be_bytes());
            mac.update(word.as_bytes());
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_these_words_for_this_purpose_with_this_key() {
        let (ours, other) = (Seal::new("a key".to_owned().into()), Seal::new("b key".to_owned().into()));
        let signature = ours.sign("file", &["ab", "c"]);
        assert!(ours.holds("file", &["ab", "c"], &signature));
        assert!(
            !ours.holds("file", &["a", "bc"], &signature) && !ours.holds("mail", &["ab", "c"], &signature)
        );
        assert!(!other.holds("file", &["ab", "c"], &signature));
        assert!(!ours.holds("file", &["ab", "c"], &signature[2..]) && !ours.holds("file", &["ab", "c"], ""));
    }
}
