//! How far an audience reaches, and whom it does not reach.

use std::collections::HashSet;

use serde::Serialize;

use crate::args;
use crate::conversation::notice::{Cost, Filling, Month, Spread, WhyNot, Windows};
use crate::domain::ChannelKind;
use crate::domain::content::Content;
use crate::domain::ids::{EditionId, UnitId};
use crate::store::windows::{FREE_FOR, FREE_REPLIES, PAID_FOR};
use crate::store::{Env, Sql, StoreError, Tx, outbox, quota};

use super::audience::{Whom, below, of_chats};
use super::crowd::{self, Chats, Group, IdSet, ids, numbers};
use super::leave;

/// How far a notice reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Open groups.
    pub groups: i64,
    /// Open private chats.
    pub people: i64,
    /// Groups that are closed, and people without an open chat.
    pub unreachable: i64,
    /// Who these are, by reason.
    pub lost: Vec<Unreached>,
    /// Over which channels, and what it takes.
    #[serde(flatten)]
    pub spread: Spread,
    /// What it takes of a month's messages, on channels where these are counted.
    pub months: Vec<Month>,
    /// At what price it reaches people over a Zalo Official Account, if anybody.
    pub windows: Option<Windows>,
    /// What its variables are filled in with, if it has any.
    #[serde(skip_serializing_if = "Filling::is_nothing")]
    pub filling: Filling,
}

/// Whom a notice cannot reach for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreached {
    pub why: WhyNot,
    pub count: i64,
    /// Some of their names.
    pub names: Vec<String>,
}

/// So many of those are named whom a notice does not reach.
const MOST_NAMES: usize = 5;

/// Everybody whom an audience means now, and where they can be written to.
pub struct Crowd {
    people: IdSet,
    /// Of them, who is on leave, and not named.
    away: IdSet,
    /// So many of them by more than one part.
    several: i64,
    groups: Vec<Group>,
}

impl Crowd {
    pub async fn gather(tx: &mut Tx<'_>, whom: &Whom) -> Result<Self, StoreError> {
        let (people, several) = crowd::people(tx, whom).await?;
        let away = leave::away(tx, whom).await?.and(&people);
        Ok(Self { people, away, several, groups: crowd::groups(tx, whom).await? })
    }

    /// Whether somebody in it is not of these units and all below them, whether they can be written to or not: their names
    /// would be told.
    pub async fn reaches_beyond(&self, tx: &mut Tx<'_>, units: &[UnitId]) -> Result<bool, StoreError> {
        let mut inside = Vec::new();
        for unit in units {
            inside.extend(below(tx, *unit).await?);
        }
        if !self.people.without(&crowd::at(tx, &inside).await?).is_empty() {
            return Ok(true);
        }
        let inside: HashSet<i64> = inside.into_iter().map(|unit| unit.0).collect();
        Ok(self.groups.iter().any(|group| !inside.contains(&group.unit)))
    }

    /// Counts whom it reaches with a notice (or with one of a single message).
    pub async fn reach(
        &self,
        tx: &mut Tx<'_>,
        env: &Env,
        content: Option<&Content>,
        urgent: bool,
    ) -> Result<Reach, StoreError> {
        let chats = Chats::look(tx).await?;
        let parts = |channel: ChannelKind| {
            let parts = content.map_or(1, |content| outbox::lay_out(content.clone(), channel.manner()).len());
            i64::try_from(parts).unwrap_or(i64::MAX)
        };
        let mut reach = Reach::default();
        let mut slowest = None;
        let present = self.people.without(&self.away);
        for channel in ChannelKind::ALL {
            let people = chats.over(channel, &present);
            let here = |group: &&Group| group.open != 0 && group.channel == channel.code();
            let groups = i64::try_from(self.groups.iter().filter(here).count()).unwrap_or(i64::MAX);
            let recipients = people.count() + groups;
            if recipients == 0 {
                continue;
            }
            reach.people += people.count();
            reach.groups += groups;
            reach.spread.channels.push((channel, recipients));
            let messages = recipients.saturating_mul(parts(channel));
            slowest = slowest.max(Some((env.rates.takes(channel, messages, urgent), channel)));
            if channel.manner().by_the_month {
                reach.months.extend(month(tx, env, channel, messages, urgent).await?);
            }
            if channel == ChannelKind::ZaloOa && !people.is_empty() {
                let windows = windows(tx, env, &people, parts(channel)).await?;
                reach.spread.cost = cost(env.rates.zalo_oa_price, windows.paid, parts(channel));
                reach.windows = Some(windows);
            }
        }
        reach.spread.several = self.several;
        reach.spread.takes = slowest;
        reach.lost = self.lost(tx, &chats).await?;
        reach.unreachable = reach.lost.iter().map(|one| one.count).sum();
        Ok(reach)
    }

    /// Who cannot be reached, by reason.
    async fn lost(&self, tx: &mut Tx<'_>, chats: &Chats) -> Result<Vec<Unreached>, StoreError> {
        let without = self.people.without(&chats.open);
        let closed = self.groups.iter().filter(|group| group.open == 0);
        let groups: Vec<&str> = closed.map(|group| group.title.as_str()).collect();
        let mut lost = Vec::new();
        for (why, people) in
            [(WhyNot::NoChat, without.without(&chats.had)), (WhyNot::ClosedChat, without.and(&chats.had))]
        {
            if !people.is_empty() {
                let names: Vec<(String,)> = tx.all(NAMES, args![some(&people)?]).await?;
                let names = names.into_iter().map(|(name,)| name).collect();
                lost.push(Unreached { why, count: people.count(), names });
            }
        }
        if !groups.is_empty() {
            let names = groups.iter().take(MOST_NAMES).map(|title| (*title).to_owned()).collect();
            let count = i64::try_from(groups.len()).unwrap_or(i64::MAX);
            lost.push(Unreached { why: WhyNot::ClosedGroup, count, names });
        }
        let away = self.away.and(&chats.open);
        if !away.is_empty() {
            let names = leave::names(tx, &some(&away)?).await?;
            lost.push(Unreached { why: WhyNot::Away, count: away.count(), names });
        }
        Ok(lost)
    }
}

/// The numbers of some, in JSON.
fn some(people: &IdSet) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&people.iter().take(MOST_NAMES).collect::<Vec<_>>())?)
}

const NAMES: Sql = Sql {
    lite: "SELECT name FROM people WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
    pg: "SELECT name FROM people
         WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json)) ORDER BY id",
};

/// What so many messages take of this month, where the platform counts them.
async fn month(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    needed: i64,
    urgent: bool,
) -> Result<Option<Month>, StoreError> {
    let Some(plan) = quota::plan(tx, channel).await? else { return Ok(None) };
    let used = i64::from(quota::used(tx, channel, env.now).await?.messages);
    let kept = if urgent { 0 } else { plan.reserve };
    let left = (plan.messages - used).max(0);
    Ok(Some(Month { channel, needed, left, month: plan.messages, short: needed > left - kept }))
}

/// Of whom there is a window: people who wrote after `$1`.
const IN_TIME: Sql = numbers!(
    "c.person_id",
    "FROM oa_windows w JOIN chats c ON c.id = w.chat_id
     WHERE w.wrote_at >= $1 AND c.state = 'open' AND c.spare = 0 AND c.channel = 'zalo_oa' AND c.kind = 'private'"
);
/// And of those, who has `$2` free replies or fewer behind them.
const FREE: Sql = numbers!(
    "c.person_id",
    "FROM oa_windows w JOIN chats c ON c.id = w.chat_id
     WHERE w.wrote_at >= $1 AND w.replies <= $2
       AND c.state = 'open' AND c.spare = 0 AND c.channel = 'zalo_oa' AND c.kind = 'private'"
);

/// At what price a notice reaches these people over a Zalo Official Account, if it went out now.
async fn windows(tx: &mut Tx<'_>, env: &Env, people: &IdSet, parts: i64) -> Result<Windows, StoreError> {
    // All parts have to fit.
    let replies = FREE_REPLIES.saturating_sub(parts);
    let in_time = ids(tx, IN_TIME, args![env.now.before(PAID_FOR)]).await?.and(people).count();
    let free = ids(tx, FREE, args![env.now.before(FREE_FOR), replies]).await?.and(people).count();
    Ok(Windows { free, paid: in_time - free, not_at_all: people.count() - in_time })
}

/// What so many people cost, where the configuration says what a message does.
fn cost(price: u32, people: i64, parts: i64) -> Option<Cost> {
    let messages = people.saturating_mul(parts);
    (price > 0 && messages > 0).then(|| Cost { messages, price: i64::from(price) })
}

const KEEP_CLOSED: Sql = of_chats!(
    "INSERT INTO edition_unreached (edition_id, chat_id, why)
     SELECT $3, c.id, 'closed' FROM chats c WHERE c.kind = 'group' AND c.state <> 'open' AND ",
    " ORDER BY c.id"
);

const KEEP_NO_CHAT: Sql = of_chats!(
    "INSERT INTO edition_unreached (edition_id, person_id, why)
     SELECT $3, c.person_id, c.why FROM (
       SELECT CAST(0 AS BIGINT) AS id, 'private' AS kind, 'none' AS purpose, CAST(NULL AS BIGINT) AS unit_id,
              w.id AS person_id,
              CASE WHEN EXISTS (SELECT 1 FROM chats o WHERE o.person_id = w.id AND o.kind = 'private')
                   THEN 'closed' ELSE 'no chat' END AS why
       FROM people w WHERE w.state = 'active' AND NOT EXISTS (
         SELECT 1 FROM chats o WHERE o.person_id = w.id AND o.kind = 'private' AND o.state = 'open')) c
     WHERE ",
    " ORDER BY c.person_id"
);

/// Writes down whom an edition should reach and cannot. Gives how many.
pub async fn keep_unreached(tx: &mut Tx<'_>, edition: EditionId, whom: &Whom) -> Result<u64, StoreError> {
    let (include, exclude) = whom.json()?;
    let closed = tx.exec(KEEP_CLOSED, args![&include, &exclude, edition]).await?;
    let without = tx.exec(KEEP_NO_CHAT, args![&include, &exclude, edition]).await?;
    Ok(closed + without + leave::keep(tx, edition, whom).await?)
}
