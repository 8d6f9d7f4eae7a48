//! What a channel has sent in a calendar month, where the platform sells or gives so many messages.
//!
//! Counted as they arrive, and also those of which it is not known: so it is never fewer than the platform counts.

use chrono::{Datelike, NaiveDate, TimeZone};

use crate::args;
use crate::domain::time::VIETNAM;
use crate::domain::{ChannelKind, Timestamp};

use super::{Store, StoreError, Tx};

/// What a plan permits in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub messages: i64,
    /// So many of them are not for notices that are not urgent.
    pub reserve: i64,
}

/// What was used of a month, and when the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    pub messages: u32,
    pub month_ends: Timestamp,
}

fn name(channel: ChannelKind, now: Timestamp) -> String {
    format!("month:{}:{}", channel.code(), now.in_zone(VIETNAM).format("%Y-%m"))
}

/// Counts messages that a channel sent, or may have. What no platform counts is not counted here either.
pub(super) async fn count(
    tx: &mut Tx<'_>,
    channel: ChannelKind,
    now: Timestamp,
    messages: u64,
) -> Result<(), StoreError> {
    if messages == 0 || !channel.manner().by_the_month {
        return Ok(());
    }
    let sql = "INSERT INTO counters (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value";
    tx.exec_one(sql, args![name(channel, now), i64::try_from(messages).unwrap_or(i64::MAX)]).await
}

/// What a channel has used of this month.
pub(super) async fn used(tx: &mut Tx<'_>, channel: ChannelKind, now: Timestamp) -> Result<Used, StoreError> {
    let sql = "SELECT value FROM counters WHERE name = $1";
    let row: Option<(i64,)> = tx.optional(sql, args![name(channel, now)]).await?;
    let messages = row.map_or(0, |(value,)| u32::try_from(value).unwrap_or(u32::MAX));
    Ok(Used { messages, month_ends: month_ends(now) })
}

fn plan_name(channel: ChannelKind) -> String {
    format!("plan:{}", channel.code())
}

/// What the plan of a channel permits, as the service was last started; `None` where there is no limit.
pub(super) async fn plan(tx: &mut Tx<'_>, channel: ChannelKind) -> Result<Option<Plan>, StoreError> {
    let sql = "SELECT value FROM settings WHERE name = $1";
    let row: Option<(String,)> = tx.optional(sql, args![plan_name(channel)]).await?;
    let read = |(value,): (String,)| {
        let (messages, reserve) = value.split_once(' ')?;
        Some(Plan { messages: messages.parse().ok()?, reserve: reserve.parse().ok()? })
    };
    Ok(row.and_then(read).filter(|plan| plan.messages > 0))
}

fn month_ends(now: Timestamp) -> Timestamp {
    let today = now.in_zone(VIETNAM).date_naive();
    let (year, month) =
        if today.month() == 12 { (today.year() + 1, 1) } else { (today.year(), today.month() + 1) };
    let first = NaiveDate::from_ymd_opt(year, month, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    // Viet Nam has no hour that does not exist.
    let first = first.and_then(|first| VIETNAM.from_local_datetime(&first).single());
    first.map_or(now, |first| Timestamp::from(first.to_utc()))
}

impl Store {
    /// Keeps what the plan of a channel permits: the command line and the previews of notices say what is left.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_plan(&self, channel: ChannelKind, plan: Plan) -> Result<(), StoreError> {
        let (name, value) = (plan_name(channel), format!("{} {}", plan.messages, plan.reserve));
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.db.write(move |tx| Box::pin(async move { tx.exec_one(sql, args![name, value]).await })).await
    }

    /// What a channel has used of this month.
    ///
    /// # Errors
    /// The database's.
    pub async fn used_this_month(&self, channel: ChannelKind) -> Result<Used, StoreError> {
        let now = self.env().now;
        self.db.read(move |tx| Box::pin(async move { used(tx, channel, now).await })).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_that_of_viet_nam() {
        let last = Timestamp::vietnam(2026, 12, 31, 23, 59);
        assert_eq!(month_ends(last), Timestamp::vietnam(2027, 1, 1, 0, 0));
        assert_eq!(name(ChannelKind::ZaloBot, last), "month:zalo_bot:2026-12");
        assert_eq!(month_ends(Timestamp::vietnam(2027, 1, 1, 0, 0)), Timestamp::vietnam(2027, 2, 1, 0, 0));
    }
}
