//! Platforms whose access token runs out, and is renewed with a refresh token that is good once.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

/// A pair of tokens, as a platform gave it.
#[derive(Clone, Debug)]
pub struct Pair {
    pub access: SecretString,
    /// How long the access token is good from now on.
    pub access_lasts: Duration,
    pub refresh: SecretString,
    /// How long the refresh token is good, unless it is used.
    pub refresh_lasts: Duration,
}

/// Why there is no new pair.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewError {
    /// The refresh token is certainly as good as it was.
    #[error("nobody could be asked: {0}")]
    NotAsked(String),
    /// Perhaps there is a new pair that nobody has, and the refresh token is spent.
    #[error("no answer: {0}")]
    Unknown(String),
    /// The refresh token is good no more.
    #[error("the refresh token is spent, or has run out")]
    Spent,
    /// The platform does not know the application, or its secret.
    #[error("refused: {0}")]
    Refused(String),
}

/// How a channel's tokens are renewed. Whoever renews them keeps the new pair before it is used.
#[async_trait]
pub trait Renewing: Send + Sync {
    /// Asks for a new pair, once. The refresh token is spent by that, also where no answer comes.
    ///
    /// # Errors
    /// What is known about the refresh token then.
    async fn renew(&self, refresh: &SecretString) -> Result<Pair, RenewError>;

    /// From now on this access token is shown.
    fn use_token(&self, access: SecretString);

    /// Whether there is no access token, or the platform has refused the one that is shown.
    fn wants_token(&self) -> bool;
}
