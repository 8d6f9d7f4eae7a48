//! How far an audience reaches, and whom it does not reach.

use serde::Serialize;

use crate::args;
use crate::conversation::notice::{Filling, Month, WhyNot, Windows};
use crate::domain::ChannelKind;
use crate::domain::content::Content;
use crate::domain::ids::{EditionId, UnitId};
use crate::store::windows::{FREE_FOR, FREE_REPLIES, PAID_FOR};
use crate::store::{Env, Sql, StoreError, Tx, outbox, quota};

use super::audience::{Whom, here, meant, nothing_more, of_chats};
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

/// How many are reached over channels that count messages by the month.
const BY_THE_MONTH: Sql = of_chats!(
    "SELECT c.channel, COUNT(*) FROM chats c
     WHERE c.state = 'open' AND c.spare = 0 AND c.channel IN ('zalo_bot', 'zalo_oa') AND ",
    here,
    " GROUP BY c.channel ORDER BY c.channel"
);

/// What a notice takes of the messages of this month, where the platform counts them.
pub async fn months(
    tx: &mut Tx<'_>,
    env: &Env,
    whom: &Whom,
    content: &Content,
    urgent: bool,
) -> Result<Vec<Month>, StoreError> {
    let (include, exclude) = whom.json()?;
    let rows: Vec<(String, i64)> = tx.all(BY_THE_MONTH, args![include, exclude]).await?;
    let mut months = Vec::new();
    for (code, recipients) in rows {
        let Some(channel) = ChannelKind::from_code(&code) else { continue };
        let Some(plan) = quota::plan(tx, channel).await? else { continue };
        let used = i64::from(quota::used(tx, channel, env.now).await?.messages);
        let parts = outbox::lay_out(content.clone(), channel.manner()).len();
        let needed = recipients.saturating_mul(i64::try_from(parts).unwrap_or(i64::MAX));
        let kept = if urgent { 0 } else { plan.reserve };
        let left = (plan.messages - used).max(0);
        months.push(Month { channel, needed, left, month: plan.messages, short: needed > left - kept });
    }
    Ok(months)
}

/// People who wrote after `$3`; of those, who wrote after `$4` and have `$5` free replies or fewer behind them; all.
const BY_WINDOW: Sql = of_chats!(
    "SELECT COALESCE(SUM(CASE WHEN w.wrote_at >= $3 THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN w.wrote_at >= $4 AND w.replies <= $5 THEN 1 ELSE 0 END), 0), COUNT(*)
     FROM chats c LEFT JOIN oa_windows w ON w.chat_id = c.id
     WHERE c.state = 'open' AND c.spare = 0 AND c.channel = 'zalo_oa' AND c.kind = 'private' AND ",
    here,
    ""
);

/// At what price a notice reaches people over a Zalo Official Account, if it went out now; `None` where it reaches nobody
/// there.
pub async fn windows(
    tx: &mut Tx<'_>,
    env: &Env,
    whom: &Whom,
    content: &Content,
) -> Result<Option<Windows>, StoreError> {
    let (include, exclude) = whom.json()?;
    let parts = outbox::lay_out(content.clone(), ChannelKind::ZaloOa.manner()).len();
    // All parts have to fit.
    let replies = FREE_REPLIES.saturating_sub(i64::try_from(parts).unwrap_or(i64::MAX));
    let args = args![include, exclude, env.now.before(PAID_FOR), env.now.before(FREE_FOR), replies];
    let (in_time, free, all): (i64, i64, i64) = tx.one(BY_WINDOW, args).await?;
    let windows = Windows { free, paid: in_time - free, not_at_all: all - in_time };
    Ok((all > 0).then_some(windows))
}

const OPEN: Sql = of_chats!(
    "SELECT COALESCE(SUM(CASE WHEN c.kind = 'group' THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN c.kind = 'group' THEN 0 ELSE 1 END), 0)
     FROM chats c WHERE c.state = 'open' AND c.spare = 0 AND ",
    here,
    ""
);

const CLOSED_GROUPS: Sql =
    of_chats!("SELECT COUNT(*) FROM chats c WHERE c.kind = 'group' AND c.state <> 'open' AND ", "");

const CLOSED_GROUP_NAMES: Sql = of_chats!(
    "SELECT c.title FROM chats c WHERE c.kind = 'group' AND c.state <> 'open' AND ",
    " ORDER BY c.id LIMIT 5"
);

/// People without an open chat, seen as if they had one: whether they had one once, and their name. Of who is
/// on a list and never wrote to the bot, Telegram says "bot can't initiate conversation with a user".
macro_rules! no_chat {
    () => {
        "FROM (
           SELECT CAST(0 AS BIGINT) AS id, 'private' AS kind, 'none' AS purpose, CAST(NULL AS BIGINT) AS unit_id,
                  w.id AS person_id, w.name,
                  CASE WHEN EXISTS (SELECT 1 FROM chats o WHERE o.person_id = w.id AND o.kind = 'private'
                                      AND COALESCE(o.reason, '') NOT LIKE '%initiate conversation%'
                                      AND COALESCE(o.reason, '') NOT LIKE '%not found%')
                       THEN 1 ELSE 0 END AS had
           FROM people w WHERE w.state = 'active' AND NOT EXISTS (
             SELECT 1 FROM chats o WHERE o.person_id = w.id AND o.kind = 'private' AND o.state = 'open')) c
         WHERE c.had = $3 AND "
    };
}

const NO_CHAT: Sql = of_chats!("SELECT COUNT(*) ", no_chat, "");
const NO_CHAT_NAMES: Sql = of_chats!("SELECT c.name ", no_chat, " ORDER BY c.person_id LIMIT 5");

/// Counts whom an audience reaches now.
pub async fn reach(tx: &mut Tx<'_>, whom: &Whom) -> Result<Reach, StoreError> {
    let (include, exclude) = whom.json()?;
    let keys = || args![&include, &exclude];
    let with = |had: i64| args![&include, &exclude, had];
    let (groups, people) = tx.one::<(i64, i64)>(OPEN, keys()).await?;
    let mut lost = Vec::new();
    for (why, count, names, args) in [
        (WhyNot::NoChat, NO_CHAT, NO_CHAT_NAMES, with(0)),
        (WhyNot::ClosedChat, NO_CHAT, NO_CHAT_NAMES, with(1)),
        (WhyNot::ClosedGroup, CLOSED_GROUPS, CLOSED_GROUP_NAMES, keys()),
    ] {
        let count = tx.int(count, args.clone()).await?;
        if count > 0 {
            let names: Vec<(String,)> = tx.all(names, args).await?;
            lost.push(Unreached { why, count, names: names.into_iter().map(|(name,)| name).collect() });
        }
    }
    lost.extend(leave::on_leave(tx, whom).await?);
    let unreachable = lost.iter().map(|one| one.count).sum();
    Ok(Reach { groups, people, unreachable, lost, ..Reach::default() })
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

const OUTSIDE: Sql = Sql {
    lite: concat!(
        "WITH RECURSIVE inc (key) AS (SELECT value FROM json_each($1)),
              exc (key) AS (SELECT value FROM json_each($2)),
              below (id) AS (SELECT value FROM json_each($3)
                             UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
         SELECT COUNT(*) FROM (SELECT 1 FROM chats c WHERE c.state = 'open'
           AND CASE WHEN c.kind = 'group' THEN c.unit_id NOT IN (SELECT id FROM below)
                    ELSE NOT EXISTS (SELECT 1 FROM roles o WHERE o.person_id = c.person_id
                                       AND o.unit_id IN (SELECT id FROM below)) END
           AND ",
        meant!(),
        " LIMIT 1) AS found"
    ),
    pg: concat!(
        "WITH RECURSIVE inc (key) AS (SELECT value FROM json_array_elements_text($1::json)),
              exc (key) AS (SELECT value FROM json_array_elements_text($2::json)),
              below (id) AS (SELECT value::bigint FROM json_array_elements_text($3::json)
                             UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
         SELECT COUNT(*) FROM (SELECT 1 FROM chats c WHERE c.state = 'open'
           AND CASE WHEN c.kind = 'group' THEN c.unit_id NOT IN (SELECT id FROM below)
                    ELSE NOT EXISTS (SELECT 1 FROM roles o WHERE o.person_id = c.person_id
                                       AND o.unit_id IN (SELECT id FROM below)) END
           AND ",
        meant!(),
        " LIMIT 1) AS found"
    ),
};

/// Whether an audience reaches beyond these units and all below them.
pub async fn reaches_beyond(tx: &mut Tx<'_>, whom: &Whom, units: &[UnitId]) -> Result<bool, StoreError> {
    let (include, exclude) = whom.json()?;
    Ok(tx.int(OUTSIDE, args![include, exclude, serde_json::to_string(units)?]).await? > 0)
}
