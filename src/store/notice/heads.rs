//! Word to those above people who do not confirm: the heads hear who is missing, level by level; somebody hears when far
//! too few have confirmed.

use std::collections::{BTreeMap, BTreeSet};

use crate::args;
use crate::conversation::notice::{UnitNames, too_few, who_is_missing};
use crate::conversation::{Lang, Reply};
use crate::domain::chase::After;
use crate::domain::content::Lane;
use crate::domain::escalation::{Escalation, Told};
use crate::domain::ids::{ChatId, NoticeId, UnitId};
use crate::store::audit::{self, Actor};
use crate::store::incident::{heads_by_path, heads_of_level};
use crate::store::people::lineage;
use crate::store::{Env, StoreError, Tx, outbox};

use super::act;
use super::chase::{Due, done};
use super::write::subject;

/// Units, and names of each, that are read: what is told is one message.
const MOST_UNITS: i64 = 2_000;
const MOST_NAMES: i64 = 20;

/// Those who have had it long enough, by unit: counted in the database, and named for a few. Not who wrote and who
/// approved it: they know it.
const MISSING: &str = "
    SELECT x.unit_id, COALESCE(u.path, '') AS unit, c.title, x.count, x.chat_id FROM (
      SELECT d.unit_id, d.chat_id, COUNT(*) OVER (PARTITION BY d.unit_id) AS count,
             ROW_NUMBER() OVER (PARTITION BY d.unit_id ORDER BY d.id) AS number
      FROM deliveries d
      WHERE d.edition_id = $1 AND d.state = 2 AND d.sent_at <= $2 AND d.unit_id IS NOT NULL
        AND (d.person_id IS NULL OR d.person_id NOT IN ($3, $4))) AS x
    JOIN chats c ON c.id = x.chat_id JOIN units u ON u.id = x.unit_id
    WHERE x.number <= $5 ORDER BY u.path_key, x.number LIMIT $6";

type MissingRow = (i64, String, String, i64, i64);

/// A unit in which somebody is missing, with the chats of the first of them.
struct Missing {
    unit: UnitId,
    names: UnitNames,
    chats: Vec<ChatId>,
}

async fn missing(tx: &mut Tx<'_>, env: &Env, due: &Due) -> Result<Vec<Missing>, StoreError> {
    let since = match due.after {
        After::Span(span) => env.now.before(span),
        After::Morning => env.now,
    };
    let nobody = |id: Option<i64>| id.unwrap_or(0);
    let args = args![
        due.edition,
        since,
        nobody(due.author_id),
        nobody(due.approver_id),
        MOST_NAMES,
        MOST_UNITS * MOST_NAMES
    ];
    let mut all: Vec<Missing> = Vec::new();
    for (unit, path, name, count, chat) in tx.all::<MissingRow>(MISSING, args).await? {
        match all.last_mut().filter(|last| last.unit == UnitId(unit)) {
            Some(last) => {
                last.names.2.push(name);
                last.chats.push(ChatId(chat));
            }
            None => all.push(Missing {
                unit: UnitId(unit),
                names: (path, count, vec![name]),
                chats: vec![ChatId(chat)],
            }),
        }
    }
    Ok(all)
}

/// The heads of this level hear who is missing in their units. Who would only hear of themselves hears nothing: they are
/// reminded.
pub async fn tell_heads(tx: &mut Tx<'_>, env: &Env, due: &Due, level: u32) -> Result<(), StoreError> {
    done(tx, env, due).await?;
    let level = usize::try_from(level).unwrap_or(usize::MAX);
    let mut hear: BTreeMap<ChatId, (Lang, Vec<UnitNames>)> = BTreeMap::new();
    for one in missing(tx, env, due).await? {
        let line = lineage(tx, one.unit).await?;
        for (chat, lang) in heads_of_level(tx, &line, level).await? {
            let alone = one.names.1 == 1 && one.chats == [chat];
            if !alone {
                hear.entry(chat).or_insert_with(|| (lang, Vec::new())).1.push(one.names.clone());
            }
        }
    }
    let heads = hear.len();
    for (chat, (lang, units)) in hear {
        let lane = if due.urgent { Lane::Urgent } else { Lane::Notice };
        let text = who_is_missing(lang, "notice-heads-hear", &due.title, &units);
        outbox::post(tx, env, chat, &Reply::to(chat, text).lane(lane)).await?;
    }
    if heads > 0 {
        let detail = format!("level {level}, heads {heads}");
        audit::record(tx, env, Actor::System, "notice.tell-heads", &subject(NoticeId(due.notice)), &detail)
            .await?;
    }
    Ok(())
}

/// Fewer than so many of a hundred have confirmed: the author, the approver and who is named for it hear of it.
pub async fn alert(tx: &mut Tx<'_>, env: &Env, due: &Due, percent: u32) -> Result<(), StoreError> {
    done(tx, env, due).await?;
    if due.confirmed * 100 >= due.total * i64::from(percent) {
        return Ok(());
    }
    let mut places: Vec<(ChatId, Lang)> = Vec::new();
    for person in [due.author_id, due.approver_id] {
        places.extend(act::place_of(tx, person).await?.map(|place| (place.chat(), place.lang())));
    }
    let line = match due.author_unit {
        Some(unit) => lineage(tx, UnitId(unit)).await?,
        None => act::roots(tx).await?,
    };
    places.extend(listeners(tx, &env.chases.alert_to, &line).await?);
    let mut told = BTreeSet::new();
    for (chat, lang) in places {
        if told.insert(chat) {
            let text = too_few(lang, &due.title, due.confirmed, due.total);
            outbox::post(tx, env, chat, &Reply::to(chat, text).lane(Lane::Urgent)).await?;
        }
    }
    let detail = format!("{} of {}", due.confirmed, due.total);
    audit::record(tx, env, Actor::System, "notice.alert", &subject(NoticeId(due.notice)), &detail).await
}

/// The chats of who is named in the configuration, seen from a unit.
async fn listeners(
    tx: &mut Tx<'_>,
    who: &Escalation,
    line: &[UnitId],
) -> Result<Vec<(ChatId, Lang)>, StoreError> {
    let mut places = Vec::new();
    for told in who.steps() {
        places.extend(match told {
            Told::Level(level) => heads_of_level(tx, line, *level).await?,
            Told::HeadsOf(unit) => heads_by_path(tx, &unit.key()).await?,
            Told::Duty => {
                let sql = "SELECT id, lang FROM chats
                           WHERE purpose = 'duty' AND kind = 'group' AND state = 'open' ORDER BY id LIMIT 100";
                let rows: Vec<(i64, String)> = tx.all(sql, args![]).await?;
                rows.into_iter().map(|(chat, lang)| (ChatId(chat), Lang::from_code(&lang))).collect()
            }
        });
    }
    Ok(places)
}
