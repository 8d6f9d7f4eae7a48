//! Channels that rest: over which nothing goes out until they are tried again. A row, so that a restart
//! forgets nothing. No row: the channel works.

use serde::Serialize;

use crate::args;
use crate::domain::{ChannelKind, Timestamp};

use super::{Store, StoreError, Tx};

/// Why nothing goes out over a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The platform said how long the whole bot has to wait.
    TooMany,
    /// Call after call failed: no answer, or errors of the platform's own.
    Failing,
    /// The token was refused.
    Token,
}

impl Why {
    pub fn code(self) -> &'static str {
        match self {
            Self::TooMany => "too_many",
            Self::Failing => "failing",
            Self::Token => "token",
        }
    }

    fn read(code: &str) -> Result<Self, StoreError> {
        match code {
            "too_many" => Ok(Self::TooMany),
            "failing" => Ok(Self::Failing),
            "token" => Ok(Self::Token),
            other => Err(StoreError::Corrupt(format!("a channel that rests because of {other}"))),
        }
    }
}

/// A channel that rests, or is being tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rest {
    pub channel: ChannelKind,
    pub why: Why,
    /// Whether one message is on its way, to find out whether the channel works again.
    pub trying: bool,
    /// When it began.
    pub since: Timestamp,
    /// The next try.
    pub until: Timestamp,
    /// How many tries failed so far.
    pub failures: u32,
    /// What the platform said last.
    pub detail: String,
}

type Row = (String, String, i64, i64, i64, i64, String);

fn read(row: Row) -> Result<Rest, StoreError> {
    let (channel, why, trying, since, until, failures, detail) = row;
    let kind =
        ChannelKind::from_code(&channel).ok_or_else(|| StoreError::Corrupt(format!("channel {channel}")))?;
    Ok(Rest {
        channel: kind,
        why: Why::read(&why)?,
        trying: trying != 0,
        since: Timestamp(since),
        until: Timestamp(until),
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        detail,
    })
}

/// All channels that rest.
pub(super) async fn all(tx: &mut Tx<'_>) -> Result<Vec<Rest>, StoreError> {
    let sql =
        "SELECT channel, why, trying, since, until, failures, detail FROM channel_rests ORDER BY channel";
    let rows: Vec<Row> = tx.all(sql, args![]).await?;
    rows.into_iter().map(read).collect()
}

impl Store {
    /// How a channel rests; `None` where it works.
    pub async fn rest(&self, channel: ChannelKind) -> Result<Option<Rest>, StoreError> {
        let rests = self.db.read(|tx| Box::pin(async move { all(tx).await })).await?;
        Ok(rests.into_iter().find(|rest| rest.channel == channel))
    }

    /// Keeps how a channel rests, or with `None` that it works.
    pub async fn keep_rest(&self, channel: ChannelKind, rest: Option<Rest>) -> Result<(), StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "DELETE FROM channel_rests WHERE channel = $1 RETURNING why";
                    let before: Option<(String,)> = tx.optional(sql, args![channel.code()]).await?;
                    let of_token = before.is_some_and(|(why,)| why == Why::Token.code());
                    if of_token && rest.as_ref().is_none_or(|rest| rest.why != Why::Token) {
                        forgive(tx, channel).await?;
                    }
                    match rest {
                        Some(rest) => insert(tx, &rest).await,
                        None => Ok(()),
                    }
                })
            })
            .await
    }
}

async fn insert(tx: &mut Tx<'_>, rest: &Rest) -> Result<(), StoreError> {
    let sql = "INSERT INTO channel_rests (channel, why, trying, since, until, failures, detail)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        rest.channel.code(),
        rest.why.code(),
        rest.trying,
        rest.since,
        rest.until,
        i64::from(rest.failures),
        &rest.detail,
    ];
    tx.exec_one(sql, args).await
}

/// The time in which the token was refused is nobody's failure: it does not count towards giving up.
async fn forgive(tx: &mut Tx<'_>, channel: ChannelKind) -> Result<(), StoreError> {
    let sql = "UPDATE messages SET failing_since = NULL
               WHERE channel = $1 AND settled_at IS NULL AND state = 0 AND failing_since IS NOT NULL";
    tx.exec(sql, args![channel.code()]).await?;
    Ok(())
}
