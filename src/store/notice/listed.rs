//! Lists that are made at the moment at which somebody looks: by tag, by who has not confirmed, by who received nothing.
//!
//! They become keys of single people and groups, so that everything else works on them as on a name that was typed.

use std::time::Duration;

use crate::args;
use crate::domain::audience::{AudienceFault, Listed, Named};
use crate::domain::ids::{NoticeId, UnitId};
use crate::domain::text::fold;
use crate::store::{Env, Sql, StoreError, Tx};

use super::audience::{Found, Whom, below, of_units};
use super::crowd::{self, IdSet, ids, numbers};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// So few people are looked up one by one.
const FEW: i64 = 5_000;

/// The keys of a list; only of those at these units, if there are any. Notices of other units than `within` and below are
/// not there.
pub async fn keys(
    tx: &mut Tx<'_>,
    env: &Env,
    list: &Listed,
    units: Option<&[UnitId]>,
    within: &[UnitId],
) -> Found<Vec<String>> {
    let whom = match list {
        Listed::Tag(name) => tagged(tx, name).await?,
        Listed::Unconfirmed(notice) => unconfirmed(tx, *notice, within).await?,
        Listed::Silent(days) => Ok(of_people(&silent(tx, env, *days).await?)),
    };
    match (whom, units) {
        (Ok(keys), Some(units)) => at(tx, keys, units).await.map(Ok),
        (whom, _) => Ok(whom),
    }
}

fn of_people(people: &IdSet) -> Vec<String> {
    people.iter().map(|id| format!("p:{id}")).collect()
}

/// The keys of everybody, and of every group, whom an audience means now.
pub async fn everybody(tx: &mut Tx<'_>, whom: &Whom) -> Result<Vec<String>, StoreError> {
    let (people, _) = crowd::people(tx, whom).await?;
    let groups = crowd::groups(tx, whom).await?;
    let mut keys = of_people(&people);
    keys.extend(groups.iter().map(|group| format!("gid:{}", group.id)));
    Ok(keys)
}

/// Of those whom keys mean, the ones at these units.
async fn at(tx: &mut Tx<'_>, keys: Vec<String>, units: &[UnitId]) -> Result<Vec<String>, StoreError> {
    let whom = Whom { parts: vec![keys], exclude: Vec::new() };
    let (people, _) = crowd::people(tx, &whom).await?;
    let mut keys = of_people(&people.and(&crowd::at(tx, units).await?));
    let groups = crowd::groups(tx, &whom).await?;
    let there = groups.iter().filter(|group| units.contains(&UnitId(group.unit)));
    keys.extend(there.map(|group| format!("gid:{}", group.id)));
    Ok(keys)
}

const TAGGED_PEOPLE: Sql = numbers!("person_id", "FROM tags WHERE folded = $1");
const TAGGED_UNITS: Sql = numbers!("unit_id", "FROM tags WHERE folded = $1");
const TAGGED_GROUPS: Sql = numbers!("chat_id", "FROM tags WHERE folded = $1");

async fn tagged(tx: &mut Tx<'_>, name: &str) -> Found<Vec<String>> {
    let folded = fold(name);
    let mut keys = of_people(&ids(tx, TAGGED_PEOPLE, args![&folded]).await?);
    let units: Vec<UnitId> = ids(tx, TAGGED_UNITS, args![&folded]).await?.iter().map(UnitId).collect();
    keys.extend(of_units(&units));
    keys.extend(ids(tx, TAGGED_GROUPS, args![&folded]).await?.iter().map(|id| format!("gid:{id}")));
    if keys.is_empty() {
        return Ok(Err(AudienceFault::Unknown(Named::Tag, name.to_owned())));
    }
    Ok(Ok(keys))
}

const CONFIRMED: Sql = numbers!("person_id", "FROM deliveries WHERE edition_id = $1 AND state = 3");
/// In a group everybody confirms for themselves.
const CONFIRMED_IN_GROUPS: Sql = numbers!(
    "k.person_id",
    "FROM deliveries d JOIN confirmations k ON k.delivery_id = d.id WHERE d.edition_id = $1 AND d.person_id IS NULL"
);
const ASKED: Sql = numbers!("person_id", "FROM deliveries WHERE edition_id = $1 AND state <> 3");
const ASKED_GROUPS: Sql =
    numbers!("chat_id", "FROM deliveries WHERE edition_id = $1 AND state <> 3 AND person_id IS NULL");
const UNREACHED: Sql = numbers!("person_id", "FROM edition_unreached WHERE edition_id = $1");
const UNREACHED_GROUPS: Sql = numbers!("chat_id", "FROM edition_unreached WHERE edition_id = $1");

/// Whom a notice was for and who has not confirmed it, over whatever channel and in whatever group.
async fn unconfirmed(tx: &mut Tx<'_>, id: NoticeId, within: &[UnitId]) -> Found<Vec<String>> {
    let sql = "SELECT confirm, author_unit FROM notices WHERE id = $1";
    let notice: Option<(i64, Option<i64>)> = tx.optional(sql, args![id]).await?;
    let Some((confirm, unit)) = notice else { return Ok(Err(AudienceFault::NoNotice(id))) };
    if !is_within(tx, unit, within).await? {
        return Ok(Err(AudienceFault::NoNotice(id)));
    }
    let sql = "SELECT MAX(id) FROM editions WHERE notice_id = $1 AND started_at IS NOT NULL";
    let (edition,): (Option<i64>,) = tx.one(sql, args![id]).await?;
    let Some(edition) = edition else { return Ok(Err(AudienceFault::NotSent(id))) };
    if confirm == 0 {
        return Ok(Err(AudienceFault::NotAsked(id)));
    }
    let mut people = ids(tx, ASKED, args![edition]).await?;
    people.union(&ids(tx, UNREACHED, args![edition]).await?);
    let mut confirmed = ids(tx, CONFIRMED, args![edition]).await?;
    confirmed.union(&ids(tx, CONFIRMED_IN_GROUPS, args![edition]).await?);
    let mut groups = ids(tx, ASKED_GROUPS, args![edition]).await?;
    groups.union(&ids(tx, UNREACHED_GROUPS, args![edition]).await?);
    let mut keys = of_people(&people.without(&confirmed));
    keys.extend(groups.iter().map(|group| format!("gid:{group}")));
    Ok(Ok(keys))
}

/// Whether something of a unit is of one of these or below them. Without bounds all is; what has no unit is only then.
pub async fn is_within(tx: &mut Tx<'_>, unit: Option<i64>, within: &[UnitId]) -> Result<bool, StoreError> {
    if within.is_empty() {
        return Ok(true);
    }
    let Some(unit) = unit else { return Ok(false) };
    for above in within {
        if below(tx, *above).await?.contains(&UnitId(unit)) {
            return Ok(true);
        }
    }
    Ok(false)
}

const WITH_CHAT: Sql = numbers!("person_id", "FROM chats WHERE kind = 'private' AND person_id IS NOT NULL");
const REACHED: Sql = numbers!(
    "person_id",
    "FROM deliveries WHERE edition_id = $1 AND state IN (2, 3) AND (sent_at >= $2 OR confirmed_at >= $2)"
);
const REACHED_OF_THESE: Sql = numbers!(
    "d.person_id",
    "FROM chats c JOIN editions e ON e.started_at IS NOT NULL AND (e.ended_at IS NULL OR e.ended_at >= $2)
     JOIN deliveries d ON d.edition_id = e.id AND d.chat_id = c.id
     WHERE d.state IN (2, 3) AND (d.sent_at >= $2 OR d.confirmed_at >= $2) AND c.person_id",
    "IN",
    ""
);
const CONFIRMED_OF_THESE: Sql =
    numbers!("person_id", "FROM confirmations WHERE at >= $2 AND person_id", "IN", "");

/// Everybody enrolled to whom no notice came for so many days. The newest notices tell of nearly all; the rest is looked
/// up person by person.
async fn silent(tx: &mut Tx<'_>, env: &Env, days: u32) -> Result<IdSet, StoreError> {
    let since = env.now.before(DAY * days);
    let mut silent = crowd::active(tx).await?;
    let mut unknown = ids(tx, WITH_CHAT, args![]).await?.and(&silent);
    let sql = "SELECT id FROM editions WHERE started_at IS NOT NULL AND (ended_at IS NULL OR ended_at >= $1)
               ORDER BY id DESC";
    let editions: Vec<(i64,)> = tx.all(sql, args![since]).await?;
    for (edition,) in editions {
        if unknown.count() <= FEW {
            break;
        }
        let reached = ids(tx, REACHED, args![edition, since]).await?;
        unknown = unknown.without(&reached);
        silent = silent.without(&reached);
    }
    // Whoever confirmed in a group needs no chat of their own.
    let these = serde_json::to_string(&silent.iter().collect::<Vec<_>>())?;
    silent = silent.without(&ids(tx, CONFIRMED_OF_THESE, args![these, since]).await?);
    let these = serde_json::to_string(&unknown.and(&silent).iter().collect::<Vec<_>>())?;
    let reached = ids(tx, REACHED_OF_THESE, args![these, since]).await?;
    Ok(silent.without(&reached))
}
