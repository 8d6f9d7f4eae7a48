//! Alarms: what an administrator has to know, raised and ended as things stand, and over which outlets it
//! was told.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::args;
use crate::conversation::alarm::{Alarm, AlarmKind};
use crate::conversation::{Lang, Reply};
use crate::domain::ids::ChatId;
use crate::domain::{ChannelKind, Timestamp};

use super::rest::{self, Why};
use super::{Env, Store, StoreError, Tx, outbox, quota, tokens};

/// The chats of administrators, as an outlet.
const CHAT: &str = "chat";
const HOUR: Duration = Duration::from_secs(3600);
/// What was over for so long is not told any more.
const TOO_LATE: Duration = Duration::from_secs(7 * 24 * 3600);

/// What is wrong now: kind and subject, with the detail and since when.
type Wrong = BTreeMap<(AlarmKind, String), (String, Timestamp)>;

type Row = (i64, String, String, String, i64, Option<i64>);

fn read(row: Row) -> Result<Alarm, StoreError> {
    let (id, kind, subject, detail, since, ended) = row;
    let kind =
        AlarmKind::from_code(&kind).ok_or_else(|| StoreError::Corrupt(format!("an alarm about {kind}")))?;
    Ok(Alarm { id, kind, subject, detail, since: Timestamp(since), ended_at: ended.map(Timestamp) })
}

impl Store {
    /// Raises an alarm for what is wrong, ends those for what is not any more, and tells administrators in
    /// their chats. A channel that fails is given `patience` to recover first.
    ///
    /// # Errors
    /// The database's.
    pub async fn see_to_alarms(&self, patience: Duration) -> Result<(), StoreError> {
        let env = self.env();
        let now = env.now;
        let something = self
            .db
            .read(move |tx| Box::pin(async move { Ok(changes(tx, now, patience).await?.any()) }))
            .await?;
        if !something {
            return Ok(());
        }
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let changes = changes(tx, now, patience).await?;
                    keep(tx, now, changes).await?;
                    tell_in_chat(tx, &env).await
                })
            })
            .await
    }

    /// The alarms that an outlet has to tell: raised and not told there, or over and not told there.
    ///
    /// # Errors
    /// The database's.
    pub async fn untold_alarms(&self, outlet: &'static str) -> Result<Vec<Alarm>, StoreError> {
        let since = self.env().now.before(TOO_LATE);
        self.db.read(move |tx| Box::pin(async move { untold(tx, outlet, since).await })).await
    }

    /// An outlet has told it: that it was raised, or that it is over.
    ///
    /// # Errors
    /// The database's.
    pub async fn alarm_told(&self, alarm: &Alarm, outlet: &'static str) -> Result<(), StoreError> {
        let (now, id, over) = (self.env().now, alarm.id, alarm.ended_at.is_some());
        self.db.write(move |tx| Box::pin(async move { note(tx, id, outlet, over, now).await })).await
    }
}

/// Alarms that are not over, the oldest first.
pub(super) async fn open(tx: &mut Tx<'_>) -> Result<Vec<Alarm>, StoreError> {
    let sql =
        "SELECT id, kind, subject, detail, since, ended_at FROM alarms WHERE ended_at IS NULL ORDER BY id";
    let rows: Vec<Row> = tx.all(sql, args![]).await?;
    rows.into_iter().map(read).collect()
}

/// What has to be changed.
struct Changes {
    raised: Wrong,
    ended: Vec<Alarm>,
    /// Alarms that last, with their new detail.
    changed: Vec<(Alarm, String)>,
    /// Alarms that last and are told again.
    again: Vec<(i64, Timestamp)>,
    untold: bool,
}

impl Changes {
    fn any(&self) -> bool {
        !(self.raised.is_empty() && self.ended.is_empty() && self.changed.is_empty() && self.again.is_empty())
            || self.untold
    }
}

async fn changes(tx: &mut Tx<'_>, now: Timestamp, patience: Duration) -> Result<Changes, StoreError> {
    let mut raised = wrong(tx, now, patience).await?;
    let (mut ended, mut changed, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for alarm in open(tx).await? {
        match raised.remove(&(alarm.kind, alarm.subject.clone())) {
            None => ended.push(alarm),
            Some((detail, _)) => {
                if let Some(every) = told_again(alarm.kind, detail != alarm.detail) {
                    let before = now.before(every);
                    let sql = "SELECT COUNT(*) FROM alarm_tellings
                               WHERE alarm_id = $1 AND over = 0 AND told_at <= $2";
                    if tx.int(sql, args![alarm.id, before]).await? > 0 {
                        again.push((alarm.id, before));
                    }
                }
                if detail != alarm.detail && !alarm.kind.is_of_channel() {
                    changed.push((alarm, detail));
                }
            }
        }
    }
    let untold = !untold(tx, CHAT, now.before(TOO_LATE)).await?.is_empty();
    Ok(Changes { raised, ended, changed, again, untold })
}

/// How often an alarm that lasts is told: what is held or asked once a day, what was set aside when there is more of it.
fn told_again(kind: AlarmKind, changed: bool) -> Option<Duration> {
    match kind {
        AlarmKind::Held | AlarmKind::Requests => Some(24 * HOUR),
        AlarmKind::Aside if changed => Some(HOUR),
        _ => None,
    }
}

async fn wrong(tx: &mut Tx<'_>, now: Timestamp, patience: Duration) -> Result<Wrong, StoreError> {
    let mut wrong = Wrong::new();
    let (troubles, renewed) = tokens::look(tx, now).await?;
    for trouble in troubles {
        wrong.insert((trouble.kind, trouble.channel), (trouble.detail, trouble.since));
    }
    for rest in rest::all(tx).await? {
        let kind = match rest.why {
            Why::Token => AlarmKind::Token,
            Why::Failing => AlarmKind::Failing,
            Why::TooMany => AlarmKind::TooMany,
        };
        // A token that ran out is renewed by itself; only if that does not help a person has to.
        let at_once =
            kind == AlarmKind::Token && !renewed.iter().any(|channel| channel == rest.channel.code());
        if at_once || rest.since + patience <= now {
            wrong.insert((kind, rest.channel.code().to_owned()), (rest.detail, rest.since));
        }
    }
    for channel in ChannelKind::ALL.into_iter().filter(|channel| channel.manner().by_the_month) {
        let Some(plan) = quota::plan(tx, channel).await? else { continue };
        let used = quota::used(tx, channel, now).await?.messages;
        if i64::from(used) + plan.reserve >= plan.messages {
            let subject = channel.code().to_owned();
            wrong.insert((AlarmKind::Month, subject), (plan.messages.to_string(), now));
        }
    }
    let counts = [
        (AlarmKind::Aside, "SELECT COUNT(*) FROM inbox WHERE state = 'aside'"),
        (AlarmKind::Held, "SELECT COUNT(*) FROM messages WHERE state = 3"),
    ];
    for (kind, sql) in counts {
        let count = tx.int(sql, args![]).await?;
        if count > 0 {
            wrong.insert((kind, String::new()), (count.to_string(), now));
        }
    }
    let sql = "SELECT COUNT(*) FROM data_requests WHERE state = 'open' AND alarm_at <= $1";
    let asked = tx.int(sql, args![now]).await?;
    if asked > 0 {
        wrong.insert((AlarmKind::Requests, String::new()), (asked.to_string(), now));
    }
    Ok(wrong)
}

async fn keep(tx: &mut Tx<'_>, now: Timestamp, changes: Changes) -> Result<(), StoreError> {
    for alarm in changes.ended {
        let sql = "UPDATE alarms SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
        tx.exec(sql, args![alarm.id, now]).await?;
        tracing::info!(alarm = alarm.kind.code(), subject = alarm.subject, "over");
    }
    for ((kind, subject), (detail, since)) in changes.raised {
        tracing::error!(alarm = kind.code(), subject, detail, "an administrator has to know");
        let sql = "INSERT INTO alarms (kind, subject, detail, since) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (kind, subject) WHERE ended_at IS NULL DO NOTHING";
        tx.exec(sql, args![kind.code(), subject, detail, since]).await?;
    }
    for (alarm, detail) in changes.changed {
        tx.exec("UPDATE alarms SET detail = $2 WHERE id = $1", args![alarm.id, detail]).await?;
    }
    for (id, before) in changes.again {
        let sql = "DELETE FROM alarm_tellings WHERE alarm_id = $1 AND over = 0 AND told_at <= $2";
        tx.exec(sql, args![id, before]).await?;
    }
    Ok(())
}

/// What an outlet has to tell. That it is over is told where it was told that it began; in chat also where a
/// channel was silent that could not tell of its own silence.
async fn untold(tx: &mut Tx<'_>, outlet: &'static str, since: Timestamp) -> Result<Vec<Alarm>, StoreError> {
    let sql = "SELECT a.id, a.kind, a.subject, a.detail, a.since, a.ended_at FROM alarms a
               WHERE a.ended_at IS NULL AND NOT EXISTS (
                 SELECT 1 FROM alarm_tellings t WHERE t.alarm_id = a.id AND t.outlet = $1 AND t.over = 0)
               UNION ALL
               SELECT a.id, a.kind, a.subject, a.detail, a.since, a.ended_at FROM alarms a
               JOIN alarm_tellings b ON b.alarm_id = a.id AND b.outlet = $1 AND b.over = 0
               WHERE a.ended_at > $2 AND NOT EXISTS (
                 SELECT 1 FROM alarm_tellings t WHERE t.alarm_id = a.id AND t.outlet = $1 AND t.over = 1)
               ORDER BY 1";
    let rows: Vec<Row> = tx.all(sql, args![outlet, since]).await?;
    rows.into_iter().map(read).collect()
}

async fn note(
    tx: &mut Tx<'_>,
    alarm: i64,
    outlet: &str,
    over: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO alarm_tellings (alarm_id, outlet, over, told_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (alarm_id, outlet, over) DO NOTHING";
    tx.exec(sql, args![alarm, outlet, over, now]).await?;
    Ok(())
}

/// Tells administrators in their private chats. While a channel is silent, its chats are not told of it: they
/// hear of it when it is over.
async fn tell_in_chat(tx: &mut Tx<'_>, env: &Env) -> Result<(), StoreError> {
    for alarm in untold(tx, CHAT, env.now.before(TOO_LATE)).await? {
        let over = alarm.ended_at.is_some();
        let silent = if alarm.kind.is_of_channel() && !over { alarm.subject.as_str() } else { "" };
        let sql = "SELECT c.id, c.lang FROM chats c JOIN people p ON p.id = c.person_id
                   WHERE c.kind = 'private' AND c.state = 'open' AND c.channel <> $1 AND p.state = 'active'
                     AND EXISTS (SELECT 1 FROM roles r WHERE r.person_id = p.id AND r.role = 'admin')
                   ORDER BY c.id LIMIT 100";
        let chats: Vec<(i64, String)> = tx.all(sql, args![silent]).await?;
        for (chat, lang) in chats {
            let chat = ChatId(chat);
            let reply = Reply::to(chat, alarm.says(Lang::from_code(&lang)));
            outbox::post(tx, env, chat, &reply).await?;
        }
        note(tx, alarm.id, CHAT, over, env.now).await?;
    }
    Ok(())
}
