//! Tokens: an access token that lasts 25 hours, and a refresh token that gives one new pair, once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::api::Result;
use super::options::micros;
use super::refusal::Refusal;
use super::world::World;

/// The tokens that there were.
#[derive(Default)]
pub(super) struct Tokens {
    /// Access tokens, and until when each is good.
    access: BTreeMap<String, i64>,
    /// The refresh token that is good, and until when.
    refresh: Option<(String, i64)>,
    spent: BTreeSet<String>,
    /// Pairs that were given out, the last one last.
    pub pairs: Vec<(String, String)>,
}

impl World {
    /// `access_token`: a new pair for a refresh token. The old one is spent, also if the answer does not arrive.
    pub fn refresh(&mut self, secret: Option<&str>, form: &[(String, String)]) -> Result {
        let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if secret != Some(self.options.app_secret.as_str()) {
            return Err(Refusal::new(-14004, "Invalid secret key"));
        }
        if field("app_id") != Some(self.options.app_id.as_str()) {
            return Err(Refusal::new(-14002, "Invalid app id"));
        }
        if let Some((name, _)) = form.iter().find(|(name, _)| !is_known(name)) {
            return Err(Refusal::wrong(format!("unknown parameter \"{name}\"")));
        }
        if field("grant_type") != Some("refresh_token") {
            return Err(Refusal::wrong("grant_type must be refresh_token"));
        }
        let given = field("refresh_token").unwrap_or_default();
        match &self.tokens.refresh {
            Some((good, until)) if good == given && self.now < *until => {}
            // One that ran out is refused as one that was spent: no source tells them apart.
            _ => return Err(Refusal::new(-14020, "Refresh token is invalid or was used")),
        }
        let (access, refresh) = self.authorise();
        let lasts = self.options.access_lasts.as_secs();
        Ok(json!({"access_token": access, "refresh_token": refresh, "expires_in": lasts.to_string()}))
    }

    /// A new pair, as somebody in charge of the account gets it by hand; the refresh token before is good no more.
    pub fn authorise(&mut self) -> (String, String) {
        let (access, refresh) = (self.hex(48), self.hex(48));
        let (now, options) = (self.now, &self.options);
        let access_until = now.saturating_add(micros(options.access_lasts));
        let refresh_until = now.saturating_add(micros(options.refresh_lasts));
        self.tokens.access.insert(access.clone(), access_until);
        if let Some((old, _)) = self.tokens.refresh.replace((refresh.clone(), refresh_until)) {
            self.tokens.spent.insert(old);
        }
        self.tokens.pairs.push((access.clone(), refresh.clone()));
        self.touch();
        (access, refresh)
    }

    /// Refuses a call under a token that is not, or no longer, the account's.
    pub fn check_token(&self, given: Option<&str>) -> Result<()> {
        match given.and_then(|token| self.tokens.access.get(token)) {
            None => Err(Refusal::bad_token()),
            Some(until) if *until <= self.now => Err(Refusal::new(-220, "Access token is expired")),
            Some(_) => Ok(()),
        }
    }

    /// Revokes all access tokens; the refresh token stays good.
    pub fn revoke_access(&mut self) {
        self.tokens.access.clear();
        self.touch();
    }

    /// Whether a refresh token was used.
    pub fn is_spent(&self, refresh: &str) -> bool {
        self.tokens.spent.contains(refresh)
    }
}

fn is_known(name: &str) -> bool {
    matches!(name, "app_id" | "grant_type" | "refresh_token")
}
