//! How things stand: for `loa status` and `loa check`.

use std::time::Duration;

use serde::Serialize;

use crate::args;
use crate::conversation::alarm::Alarm;
use crate::domain::{ChannelKind, Timestamp};

use super::rest::{self, Rest};
use super::{Sql, Store, StoreError, Tx, alarms, quota, row};

/// Over how long messages are counted that were sent, or not.
pub const COUNTED: Duration = Duration::from_secs(24 * 3600);

/// How things stand at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Whether a process does the work now.
    pub working: bool,
    pub inbox: Inbox,
    /// What waits in the outbox, by lane: interactive, urgent, notice.
    pub outbox: Vec<LaneStatus>,
    pub last_day: LastDay,
    pub channels: Vec<ChannelStatus>,
    /// Channels that rest: why, since when, and when they are tried again.
    pub rests: Vec<Rest>,
    /// What an administrator has to know.
    pub alarms: Vec<Alarm>,
    pub cases: Cases,
    /// Notices that go out now, or wait in the middle of it.
    pub notices: Vec<Running>,
    /// Schedules that are active, the next one first.
    pub schedules: Vec<Next>,
}

/// What came in and is not done.
#[derive(Clone, Debug, Serialize)]
pub struct Inbox {
    pub waiting: i64,
    /// When the oldest came that waits.
    pub oldest: Option<Timestamp>,
    /// Could not be handled; a person has to look.
    pub aside: i64,
}

#[derive(Clone, Debug, Serialize)]
pub struct LaneStatus {
    /// 0 interactive, 1 urgent, 2 notice.
    pub lane: i64,
    pub queued: i64,
    pub sending: i64,
}

row!(LaneStatus { lane, queued, sending });

/// What became of messages in the last 24 hours.
#[derive(Clone, Debug, Serialize)]
pub struct LastDay {
    pub sent: i64,
    /// Nobody knows whether these arrived.
    pub unknown: i64,
    pub failed: i64,
}

row!(LastDay { sent, unknown, failed });

#[derive(Clone, Debug, Serialize)]
pub struct ChannelStatus {
    pub channel: String,
    pub private_chats: i64,
    pub groups: i64,
    /// Blocked, or the bot was removed.
    pub closed: i64,
    /// Messages of this month, and how many the plan permits, where they are counted.
    pub month: Option<(i64, i64)>,
}

struct ChannelRow {
    channel: String,
    private_chats: i64,
    groups: i64,
    closed: i64,
}

row!(ChannelRow { channel, private_chats, groups, closed });

/// Cases that are not settled.
#[derive(Clone, Debug, Serialize)]
pub struct Cases {
    pub open: i64,
    pub overdue: i64,
}

row!(Cases { open, overdue });

/// A notice on its way.
#[derive(Clone, Debug, Serialize)]
pub struct Running {
    pub id: i64,
    pub title: String,
    /// `preparing`, `running` or `paused`
    pub state: String,
    /// Sent or confirmed.
    pub sent: i64,
    pub total: i64,
}

row!(Running { id, title, state, sent, total });

/// When a schedule runs next.
#[derive(Clone, Debug, Serialize)]
pub struct Next {
    pub id: i64,
    pub name: String,
    pub at: Timestamp,
}

/// What the database says about itself.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// `SQLite 3.51.3`
    pub engine: String,
    /// The number of the last migration.
    pub schema: i64,
    /// What is damaged; nothing in a sound database.
    pub damage: Vec<String>,
    /// The latest moment that is written down, to compare the clock with.
    pub latest: Option<Timestamp>,
}

const ENGINE: Sql = Sql {
    lite: "SELECT 'SQLite ' || sqlite_version()",
    pg: "SELECT 'PostgreSQL ' || current_setting('server_version')",
};

impl Store {
    /// How things stand. `worker` is the lease of the process that does the work.
    pub async fn status(&self, worker: &str) -> Result<Status, StoreError> {
        let (now, worker) = (self.env().now, worker.to_owned());
        self.db
            .read(|tx| {
                Box::pin(async move {
                    let sql = "SELECT COUNT(*) FROM leases WHERE name = $1 AND until > $2";
                    Ok(Status {
                        working: tx.int(sql, args![worker, now]).await? > 0,
                        inbox: inbox(tx).await?,
                        outbox: outbox(tx).await?,
                        last_day: last_day(tx, now.before(COUNTED)).await?,
                        channels: channels(tx, now).await?,
                        rests: rest::all(tx).await?,
                        alarms: alarms::open(tx).await?,
                        cases: cases(tx, now).await?,
                        notices: running(tx).await?,
                        schedules: schedules(tx).await?,
                    })
                })
            })
            .await
    }

    /// Whether the database takes what is written: writes down when it was asked.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn try_to_write(&self) -> Result<(), StoreError> {
        let now = self.env().now;
        let sql = "INSERT INTO settings (name, value) VALUES ('tried', $1)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.db
            .write(move |tx| Box::pin(async move { tx.exec_one(sql, args![now.0.to_string()]).await }))
            .await
    }

    /// What the database says about itself. Reads all of an SQLite database.
    pub async fn health(&self) -> Result<Health, StoreError> {
        self.db
            .read(|tx| {
                Box::pin(async move {
                    let (engine,): (String,) = tx.one(ENGINE, args![]).await?;
                    let sql = "SELECT MAX(version) FROM _sqlx_migrations WHERE success";
                    let schema = tx.int(sql, args![]).await?;
                    let damage = if tx.is_lite() { damage(tx).await? } else { Vec::new() };
                    let sql = "SELECT received_at FROM inbox ORDER BY id DESC LIMIT 1";
                    let latest: Option<(i64,)> = tx.optional(sql, args![]).await?;
                    Ok(Health { engine, schema, damage, latest: latest.map(|(at,)| Timestamp(at)) })
                })
            })
            .await
    }

    /// What the bot is called on a platform, as it was last told; without `@`.
    pub async fn bot_name(&self, channel: ChannelKind) -> Result<Option<String>, StoreError> {
        let name = bot_setting(channel);
        let sql = "SELECT value FROM settings WHERE name = $1";
        let row: Option<(String,)> =
            self.db.read(|tx| Box::pin(async move { tx.optional(sql, args![name]).await })).await?;
        Ok(row.map(|(value,)| value))
    }

    /// Keeps what the bot is called on a platform, so that links can be made without asking again.
    pub async fn keep_bot_name(&self, channel: ChannelKind, username: &str) -> Result<(), StoreError> {
        let (name, username) = (bot_setting(channel), username.to_owned());
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.db.write(move |tx| Box::pin(async move { tx.exec_one(sql, args![name, username]).await })).await
    }
}

fn bot_setting(channel: ChannelKind) -> String {
    format!("bot:{}", channel.code())
}

async fn inbox(tx: &mut Tx<'_>) -> Result<Inbox, StoreError> {
    let sql = "SELECT COUNT(*), MIN(received_at) FROM inbox WHERE state = 'waiting'";
    let (waiting, oldest): (i64, Option<i64>) = tx.one(sql, args![]).await?;
    let aside = tx.int("SELECT COUNT(*) FROM inbox WHERE state = 'aside'", args![]).await?;
    Ok(Inbox { waiting, oldest: oldest.map(Timestamp), aside })
}

async fn outbox(tx: &mut Tx<'_>) -> Result<Vec<LaneStatus>, StoreError> {
    let sql = "SELECT lane, COUNT(CASE WHEN state = 0 THEN 1 END) AS queued,
                      COUNT(CASE WHEN state = 1 THEN 1 END) AS sending
               FROM messages WHERE settled_at IS NULL GROUP BY lane ORDER BY lane";
    tx.all(sql, args![]).await
}

async fn last_day(tx: &mut Tx<'_>, since: Timestamp) -> Result<LastDay, StoreError> {
    // Two statements, so that each has the condition of its own index.
    let sent = "SELECT COUNT(*) FROM messages
                WHERE state = 2 AND settled_at > $1 AND channel IN ('telegram', 'zalo_bot', 'zalo_oa', 'email')";
    let sent = tx.int(sent, args![since]).await?;
    let trouble = "SELECT COUNT(CASE WHEN state = 3 THEN 1 END), COUNT(CASE WHEN state = 4 THEN 1 END)
                   FROM messages WHERE state IN (3, 4) AND settled_at > $1";
    let (unknown, failed) = tx.one(trouble, args![since]).await?;
    Ok(LastDay { sent, unknown, failed })
}

async fn channels(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<ChannelStatus>, StoreError> {
    let sql =
        "SELECT channel, COUNT(CASE WHEN kind = 'private' AND state = 'open' THEN 1 END) AS private_chats,
                      COUNT(CASE WHEN kind = 'group' AND state = 'open' THEN 1 END) AS groups,
                      COUNT(CASE WHEN state = 'closed' THEN 1 END) AS closed
               FROM chats GROUP BY channel ORDER BY channel";
    let mut channels = Vec::new();
    for row in tx.all::<ChannelRow>(sql, args![]).await? {
        let month = match ChannelKind::from_code(&row.channel) {
            Some(channel) => match quota::plan(tx, channel).await? {
                Some(plan) => {
                    let used = quota::used(tx, channel, now).await?.messages;
                    Some((i64::from(used), plan.messages))
                }
                None => None,
            },
            None => None,
        };
        let ChannelRow { channel, private_chats, groups, closed } = row;
        channels.push(ChannelStatus { channel, private_chats, groups, closed, month });
    }
    Ok(channels)
}

async fn cases(tx: &mut Tx<'_>, now: Timestamp) -> Result<Cases, StoreError> {
    let sql = "SELECT COUNT(*) AS open, COUNT(CASE WHEN due_at < $1 THEN 1 END) AS overdue
               FROM open_incidents";
    tx.one(sql, args![now]).await
}

async fn running(tx: &mut Tx<'_>) -> Result<Vec<Running>, StoreError> {
    let sql = "SELECT n.id, n.title, e.state, e.sent + e.confirmed AS sent, e.total
               FROM editions e JOIN notices n ON n.id = e.notice_id
               WHERE e.state IN ('preparing', 'running', 'paused') ORDER BY e.lane, e.id LIMIT 20";
    tx.all(sql, args![]).await
}

async fn schedules(tx: &mut Tx<'_>) -> Result<Vec<Next>, StoreError> {
    let sql = "SELECT id, name, next_at FROM schedules WHERE state = 'active' ORDER BY next_at, id LIMIT 20";
    let rows: Vec<(i64, String, i64)> = tx.all(sql, args![]).await?;
    Ok(rows.into_iter().map(|(id, name, at)| Next { id, name, at: Timestamp(at) }).collect())
}

async fn damage(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = tx.all("PRAGMA quick_check(10)", args![]).await?;
    Ok(rows.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect())
}
