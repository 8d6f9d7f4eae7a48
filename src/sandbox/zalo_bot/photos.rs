//! The platform fetches by itself what the bot gives an address of.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

/// How long the other side may take. Zalo does not state its own.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest picture. Zalo does not state its own.
const LARGEST: usize = 10 << 20;

/// The picture at this address, or why there is none.
pub(super) async fn fetch(client: &reqwest::Client, url: &str) -> Result<Bytes, String> {
    let failed = |error: reqwest::Error| format!("cannot be fetched: {}", error.without_url());
    let mut answer = client.get(url).timeout(PATIENCE).send().await.map_err(failed)?;
    if !answer.status().is_success() {
        return Err(format!("cannot be fetched: {}", answer.status()));
    }
    let mut bytes = BytesMut::new();
    while let Some(part) = answer.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&part);
        if bytes.len() > LARGEST {
            return Err("is too large".into());
        }
    }
    image::guess_format(&bytes).map_err(|_| "is no picture".to_owned())?;
    Ok(bytes.freeze())
}
