//! How an event that is pushed is signed
//! (<https://developers.zalo.me/docs/official-account>): SHA-256, without a key of its own, over the
//! application's id, the body, its timestamp, and the account's secret.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::channel::tolerant::tolerant;

use super::message::Loose;

pub(super) const HEADER: &str = "X-ZEvent-Signature";

tolerant! {
    struct Signed {
        timestamp: Loose,
    }
}

/// Whether the signature is the platform's own. The `mac=` before it is documented, and may be missing.
pub(super) fn is_good(app_id: &str, shown: Option<&[u8]>, body: &[u8], secret: &SecretString) -> bool {
    let Some(shown) = shown.and_then(|shown| str::from_utf8(shown).ok()) else { return false };
    let shown = shown.trim();
    let Ok(shown) = hex::decode(shown.strip_prefix("mac=").unwrap_or(shown)) else { return false };
    let signed: Signed =
        str::from_utf8(body).ok().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let timestamp = signed.timestamp.unwrap_or_default();
    let hash = Sha256::new_with_prefix(app_id).chain_update(body).chain_update(timestamp.0);
    let hash = hash.chain_update(secret.expose_secret()).finalize();
    // A secret that is empty would let everybody in.
    !secret.expose_secret().is_empty() && bool::from(shown.ct_eq(&hash[..]))
}
