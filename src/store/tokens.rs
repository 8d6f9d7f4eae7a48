//! Tokens that run out, and the refresh token that gives one new pair, once.
//!
//! A new pair is on the disk before anybody uses it, and takes the place of exactly the refresh token that gave it: so
//! what an operator entered meanwhile stays, and whoever comes late changes nothing.

#[cfg(test)]
mod tests;

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::args;
use crate::conversation::alarm::AlarmKind;
use crate::domain::{ChannelKind, Timestamp};

use super::audit::{self, Actor};
use super::{Store, StoreError, Tx, row};

/// How long a refresh token is good that somebody entered. It is renewed at once, so that this hardly matters
/// (<https://developers.zalo.me/docs/official-account>: 3 months).
const ENTERED_LASTS: Duration = Duration::from_secs(90 * 24 * 3600);
/// So long before its end somebody has to know: nobody renews it for two months without a reason.
const END_NEAR: Duration = Duration::from_secs(21 * 24 * 3600);
/// A platform that cannot be asked is worth an alarm after this, or when the access token has run out.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Why there are no new tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody has entered a refresh token yet.
    Missing,
    /// The refresh token was used, or has run out: only a person can get another.
    Spent,
    /// The platform does not know the application or its secret.
    Refused,
    /// The platform did not answer, or not with sense.
    Unreachable,
}

impl Failure {
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Spent => "spent",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
        }
    }

    fn read(code: &str) -> Result<Self, StoreError> {
        let all = [Self::Missing, Self::Spent, Self::Refused, Self::Unreachable];
        let known = all.into_iter().find(|failure| failure.code() == code);
        known.ok_or_else(|| StoreError::Corrupt(format!("tokens that are {code}")))
    }
}

/// What is kept of a channel's tokens.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// `None` until the first renewal.
    pub access: Option<SecretString>,
    pub access_until: Timestamp,
    pub refresh_until: Timestamp,
    pub renewed_at: Timestamp,
    /// Why the last renewal failed; `None` where all is well.
    pub failure: Option<Failure>,
}

/// A new pair, and until when each is good.
#[derive(Clone, Debug)]
pub struct NewTokens {
    pub access: SecretString,
    pub access_until: Timestamp,
    pub refresh: SecretString,
    pub refresh_until: Timestamp,
}

struct TokenRow {
    access_token: Option<String>,
    access_until: i64,
    refresh_until: i64,
    renewed_at: i64,
    failure: Option<String>,
}

row!(TokenRow { access_token, access_until, refresh_until, renewed_at, failure });

impl Store {
    /// What is kept of a channel's tokens; `None` where nobody has asked for any yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn tokens(&self, channel: ChannelKind) -> Result<Option<Tokens>, StoreError> {
        let sql = "SELECT access_token, access_until, refresh_until, renewed_at, failure
                   FROM oauth_tokens WHERE channel = $1";
        let row: Option<TokenRow> = self
            .db
            .read(move |tx| Box::pin(async move { tx.optional(sql, args![channel.code()]).await }))
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Tokens {
            access: row.access_token.map(SecretString::from),
            access_until: Timestamp(row.access_until),
            refresh_until: Timestamp(row.refresh_until),
            renewed_at: Timestamp(row.renewed_at),
            failure: row.failure.as_deref().map(Failure::read).transpose()?,
        }))
    }

    /// Notes that a channel needs tokens that nobody has entered, so that an administrator hears of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn want_tokens(&self, channel: ChannelKind) -> Result<(), StoreError> {
        let now = self.env().now;
        let sql = "INSERT INTO oauth_tokens
                     (channel, access_until, refresh_token, refresh_until, failure, failing_since)
                   VALUES ($1, 0, '', 0, 'missing', $2) ON CONFLICT (channel) DO NOTHING";
        self.db
            .write(move |tx| {
                Box::pin(async move { tx.exec(sql, args![channel.code(), now]).await.map(|_| ()) })
            })
            .await
    }

    /// Somebody in charge of the account entered a refresh token. It is renewed by whoever does the work.
    ///
    /// # Errors
    /// The database's.
    pub async fn enter_refresh_token(
        &self,
        channel: ChannelKind,
        refresh: SecretString,
    ) -> Result<(), StoreError> {
        let env = self.env();
        let sql = "INSERT INTO oauth_tokens (channel, access_until, refresh_token, refresh_until)
                   VALUES ($1, 0, $2, $3)
                   ON CONFLICT (channel) DO UPDATE SET access_token = NULL, access_until = 0,
                     refresh_token = excluded.refresh_token, refresh_until = excluded.refresh_until,
                     renewing_by = NULL, renewing_until = 0, renewed_at = 0,
                     failure = NULL, detail = '', failing_since = NULL";
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let until = env.now + ENTERED_LASTS;
                    tx.exec_one(sql, args![channel.code(), refresh.expose_secret(), until]).await?;
                    let subject = format!("channel:{}", channel.code());
                    audit::record(tx, &env, Actor::CommandLine, "token.enter", &subject, "").await
                })
            })
            .await
    }

    /// Takes the right to renew for so long, and gives the refresh token. `None` while another has it, and where there
    /// is no token to renew with.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_renewal(
        &self,
        channel: ChannelKind,
        holder: &str,
        lasts: Duration,
    ) -> Result<Option<SecretString>, StoreError> {
        let (now, holder) = (self.env().now, holder.to_owned());
        let sql = "UPDATE oauth_tokens SET renewing_by = $2, renewing_until = $3
                   WHERE channel = $1 AND refresh_token <> ''
                     AND (renewing_by IS NULL OR renewing_by = $2 OR renewing_until <= $4)
                   RETURNING refresh_token";
        let args = args![channel.code(), holder, now + lasts, now];
        let row: Option<(String,)> =
            self.db.write(move |tx| Box::pin(async move { tx.optional(sql, args).await })).await?;
        Ok(row.map(|(refresh,)| refresh.into()))
    }

    /// Keeps the pair that a refresh token gave. Gives `false` where another has taken its place: then this pair is
    /// nobody's.
    ///
    /// # Errors
    /// The database's. The pair has to be kept before it is used: it is the only one that is good.
    pub async fn keep_tokens(
        &self,
        channel: ChannelKind,
        spent: SecretString,
        new: NewTokens,
    ) -> Result<bool, StoreError> {
        let now = self.env().now;
        let sql = "UPDATE oauth_tokens SET access_token = $3, access_until = $4, refresh_token = $5,
                     refresh_until = $6, renewed_at = $7, renewing_by = NULL, renewing_until = 0,
                     failure = NULL, detail = '', failing_since = NULL
                   WHERE channel = $1 AND refresh_token = $2";
        let args = args![
            channel.code(),
            spent.expose_secret(),
            new.access.expose_secret(),
            new.access_until,
            new.refresh.expose_secret(),
            new.refresh_until,
            now,
        ];
        self.db.write(move |tx| Box::pin(async move { Ok(tx.exec(sql, args).await? == 1) })).await
    }

    /// Notes that a refresh token gave nothing, and why, in the platform's words.
    ///
    /// # Errors
    /// The database's.
    pub async fn renewal_failed(
        &self,
        channel: ChannelKind,
        refresh: SecretString,
        failure: Failure,
        detail: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE oauth_tokens SET failure = $3, detail = $4, renewing_by = NULL, renewing_until = 0,
                     failing_since = COALESCE(failing_since, $5)
                   WHERE channel = $1 AND refresh_token = $2";
        let args = args![channel.code(), refresh.expose_secret(), failure.code(), detail, self.env().now];
        self.db.write(move |tx| Box::pin(async move { tx.exec(sql, args).await.map(|_| ()) })).await
    }
}

/// Something about tokens that an administrator has to know.
pub(super) struct Trouble {
    pub kind: AlarmKind,
    pub channel: String,
    /// The failure's code and what the platform said; or until when the refresh token is good.
    pub detail: String,
    pub since: Timestamp,
}

struct TroubleRow {
    channel: String,
    access_until: i64,
    refresh_until: i64,
    failure: Option<String>,
    detail: String,
    failing_since: Option<i64>,
}

row!(TroubleRow { channel, access_until, refresh_until, failure, detail, failing_since });

/// What is wrong with tokens now, and the channels whose tokens are renewed as they should be.
pub(super) async fn look(tx: &mut Tx<'_>, now: Timestamp) -> Result<(Vec<Trouble>, Vec<String>), StoreError> {
    let sql = "SELECT channel, access_until, refresh_until, failure, detail, failing_since
               FROM oauth_tokens ORDER BY channel";
    let rows: Vec<TroubleRow> = tx.all(sql, args![]).await?;
    let (mut troubles, mut well) = (Vec::new(), Vec::new());
    for row in rows {
        let since = Timestamp(row.failing_since.unwrap_or(now.0));
        let failure = row.failure.as_deref().map(Failure::read).transpose()?;
        let (channel, until) = (row.channel, Timestamp(row.refresh_until));
        if failure.is_none() {
            well.push(channel.clone());
        }
        let patient = since + PATIENCE > now && Timestamp(row.access_until) > now;
        match failure.filter(|failure| *failure != Failure::Unreachable || !patient) {
            Some(failure) => {
                let passes = failure == Failure::Unreachable;
                let kind = if passes { AlarmKind::Renewal } else { AlarmKind::NoToken };
                let detail = format!("{}: {}", failure.code(), row.detail);
                troubles.push(Trouble { kind, channel, detail, since });
            }
            None if until.before(END_NEAR) <= now => {
                let detail = until.short();
                troubles.push(Trouble { kind: AlarmKind::Expiry, channel, detail, since: now });
            }
            None => {}
        }
    }
    Ok((troubles, well))
}
