//! Everybody whom an audience means at one moment, as sets of numbers: what previews count, and rights are compared with.
//!
//! [`super::audience::meant`] asks of one chat whether it is meant, so that deliveries are made by and by; this asks for
//! all people at once. Both go by the same keys; a test has them agree. A list of numbers comes out of the database as one
//! text and is kept as one bit a person: two hundred thousand rows would take half a second by themselves.

use std::collections::HashSet;

use crate::args;
use crate::domain::ChannelKind;
use crate::domain::ids::UnitId;
use crate::store::{Arg, Sql, StoreError, Tx, row};

use super::audience::Whom;

/// Numbers of people, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdSet(Vec<u64>);

impl IdSet {
    pub fn insert(&mut self, id: i64) {
        let Ok(id) = usize::try_from(id) else { return };
        if id / 64 >= self.0.len() {
            self.0.resize(id / 64 + 1, 0);
        }
        self.0[id / 64] |= 1 << (id % 64);
    }

    pub fn union(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(mine, theirs)| mine & theirs).collect())
    }

    pub fn without(&self, other: &Self) -> Self {
        let theirs = other.0.iter().copied().chain(std::iter::repeat(0));
        Self(self.0.iter().zip(theirs).map(|(mine, theirs)| mine & !theirs).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub fn count(&self) -> i64 {
        self.0.iter().map(|word| i64::from(word.count_ones())).sum()
    }

    /// The numbers, the smallest first.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        let bits = |(at, word): (usize, &u64)| {
            let (at, word) = (at * 64, *word);
            (0..64)
                .filter(move |bit| word & 1 << bit != 0)
                .filter_map(move |bit| i64::try_from(at + bit).ok())
        };
        self.0.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(bits)
    }
}

impl FromIterator<i64> for IdSet {
    fn from_iter<I: IntoIterator<Item = i64>>(ids: I) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

/// Reads `5,7,7,12`, and `{5,NULL,12}` as PostgreSQL writes a list: the fastest way that it has.
fn read(list: Option<&str>) -> IdSet {
    let list = list.map(|list| list.trim_matches(['{', '}']));
    list.into_iter().flat_map(|list| list.split(',')).filter_map(|id| id.parse().ok()).collect()
}

/// A statement that gives all numbers in one text, in no order: `$1` may be a list of numbers in JSON.
macro_rules! numbers {
    ($column:literal, $from:literal, $in:literal, $rest:literal) => {
        Sql {
            lite: concat!(
                "SELECT group_concat(",
                $column,
                ") ",
                $from,
                " ",
                $in,
                " (SELECT value FROM json_each($1)) ",
                $rest
            ),
            pg: concat!(
                "SELECT CAST(array_agg(",
                $column,
                ") AS TEXT) ",
                $from,
                " ",
                $in,
                " (SELECT value::bigint FROM json_array_elements_text($1::json)) ",
                $rest
            ),
        }
    };
    ($column:literal, $rest:literal) => {
        Sql {
            lite: concat!("SELECT group_concat(", $column, ") ", $rest),
            pg: concat!("SELECT CAST(array_agg(", $column, ") AS TEXT) ", $rest),
        }
    };
}
pub(super) use numbers;

/// The numbers that a statement of [`numbers`] gives.
pub async fn ids(tx: &mut Tx<'_>, sql: Sql, args: Vec<Arg>) -> Result<IdSet, StoreError> {
    let (list,): (Option<String>,) = tx.one(sql, args).await?;
    Ok(read(list.as_deref()))
}

const ACTIVE: Sql = numbers!("id", "FROM people WHERE state = 'active'");
const LEFT: Sql = numbers!("id", "FROM people WHERE state <> 'active'");
const AT: Sql = numbers!("person_id", "FROM roles WHERE unit_id", "IN", "");
const WITH: Sql = numbers!("person_id", "FROM roles WHERE role = $1");
const WITH_AT: Sql = numbers!("person_id", "FROM roles WHERE unit_id", "IN", "AND role = $2");

/// Everybody enrolled.
pub async fn active(tx: &mut Tx<'_>) -> Result<IdSet, StoreError> {
    ids(tx, ACTIVE, args![]).await
}

/// Everybody who has a role at one of these units.
pub async fn at(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<IdSet, StoreError> {
    ids(tx, AT, args![serde_json::to_string(units)?]).await
}

/// The people whom keys mean, those who have left included; see [`super::audience`].
async fn of_keys(tx: &mut Tx<'_>, keys: &[String]) -> Result<IdSet, StoreError> {
    let mut people = IdSet::default();
    let mut at: std::collections::BTreeMap<&str, Vec<i64>> = std::collections::BTreeMap::new();
    for key in keys {
        match key.split_once(':') {
            None if key == "p*" => people.union(&active(tx).await?),
            Some(("p", person)) => people.insert(person.parse().unwrap_or(0)),
            Some(("g" | "gid" | "n", _)) | None => {}
            Some((role, "")) => people.union(&ids(tx, WITH, args![role]).await?),
            Some((role, unit)) => at.entry(role).or_default().extend(unit.parse::<i64>().ok()),
        }
    }
    for (role, units) in at {
        let units = serde_json::to_string(&units)?;
        let more = match role {
            "" => ids(tx, AT, args![units]).await?,
            role => ids(tx, WITH_AT, args![units, role]).await?,
        };
        people.union(&more);
    }
    Ok(people)
}

/// A group that is meant.
#[derive(Clone, Debug)]
pub struct Group {
    pub id: i64,
    pub title: String,
    pub unit: i64,
    pub channel: String,
    pub open: i64,
    purpose: String,
}

row!(Group { id, title, unit, channel, open, purpose });

/// Groups are few, and all have a unit: that is what the index is for.
const GROUPS: &str = "
    SELECT id, title, unit_id AS unit, channel, purpose, CAST(CASE WHEN state = 'open' THEN 1 ELSE 0 END AS BIGINT) AS open
    FROM chats WHERE unit_id > 0 AND kind = 'group' ORDER BY id";

/// The groups that are meant, open or not.
pub async fn groups(tx: &mut Tx<'_>, whom: &Whom) -> Result<Vec<Group>, StoreError> {
    let of_groups = |key: &&str| key.starts_with("g*") || key.starts_with("g:") || key.starts_with("gid:");
    let include: HashSet<&str> = whom.parts.iter().flatten().map(String::as_str).filter(of_groups).collect();
    let exclude: HashSet<&str> = whom.exclude.iter().map(String::as_str).filter(of_groups).collect();
    if include.is_empty() {
        return Ok(Vec::new());
    }
    let named = |group: &Group, keys: &HashSet<&str>, staff: bool| {
        keys.contains(format!("gid:{}", group.id).as_str())
            || (staff && (keys.contains("g*") || keys.contains(format!("g:{}", group.unit).as_str())))
    };
    let all: Vec<Group> = tx.all(GROUPS, args![]).await?;
    let meant =
        |group: &Group| named(group, &include, group.purpose == "staff") && !named(group, &exclude, true);
    Ok(all.into_iter().filter(meant).collect())
}

/// Everybody enrolled whom an audience means, and how many of them by more than one of its parts.
pub async fn people(tx: &mut Tx<'_>, whom: &Whom) -> Result<(IdSet, i64), StoreError> {
    let (mut meant, mut twice) = (IdSet::default(), IdSet::default());
    for part in &whom.parts {
        let people = of_keys(tx, part).await?;
        twice.union(&meant.and(&people));
        meant.union(&people);
    }
    let taken = of_keys(tx, &whom.exclude).await?;
    let meant = meant.without(&taken).without(&ids(tx, LEFT, args![]).await?);
    let twice = twice.and(&meant).count();
    Ok((meant, twice))
}

/// Who can be written to, over which channel.
#[derive(Clone, Debug, Default)]
pub struct Chats {
    /// By [`ChannelKind::ALL`]: the first channel of each person that is open.
    first: [IdSet; 4],
    /// Whoever has any chat that is open.
    pub open: IdSet,
    /// Who has none that is open, and had one. Of who is on a list and never wrote to the bot, Telegram says "bot can't
    /// initiate conversation with a user".
    pub had: IdSet,
}

/// The conditions of this and the next are those of an index each.
const FIRST: Sql = Sql {
    lite:
        "SELECT channel, group_concat(person_id) FROM chats
           WHERE kind = 'private' AND state = 'open' AND spare = 0 AND person_id IS NOT NULL GROUP BY channel",
    pg: "SELECT channel, CAST(array_agg(person_id) AS TEXT) FROM chats
         WHERE kind = 'private' AND state = 'open' AND spare = 0 AND person_id IS NOT NULL GROUP BY channel",
};

macro_rules! others {
    ($list:literal, $end:literal) => {
        concat!(
            "SELECT ",
            $list,
            "CASE WHEN state = 'open' THEN person_id END",
            $end,
            ", ",
            $list,
            "CASE WHEN state <> 'open' AND COALESCE(reason, '') NOT LIKE '%initiate conversation%'
                    AND COALESCE(reason, '') NOT LIKE '%not found%' THEN person_id END",
            $end,
            " FROM chats WHERE kind = 'private' AND (state <> 'open' OR spare <> 0) AND person_id IS NOT NULL"
        )
    };
}

const OTHERS: Sql = Sql { lite: others!("group_concat(", ")"), pg: others!("CAST(array_agg(", ") AS TEXT)") };

impl Chats {
    pub async fn look(tx: &mut Tx<'_>) -> Result<Self, StoreError> {
        let mut chats = Self::default();
        let rows: Vec<(String, Option<String>)> = tx.all(FIRST, args![]).await?;
        for (channel, list) in rows {
            let people = read(list.as_deref());
            chats.open.union(&people);
            let place = ChannelKind::ALL.iter().position(|kind| kind.code() == channel);
            if let Some(first) = place.and_then(|place| chats.first.get_mut(place)) {
                *first = people;
            }
        }
        let (spare, closed): (Option<String>, Option<String>) = tx.one(OTHERS, args![]).await?;
        chats.open.union(&read(spare.as_deref()));
        chats.had = read(closed.as_deref()).without(&chats.open);
        Ok(chats)
    }

    /// Of these people, those whom a notice reaches over this channel.
    pub fn over(&self, channel: ChannelKind, people: &IdSet) -> IdSet {
        let place = ChannelKind::ALL.iter().position(|kind| *kind == channel);
        place.and_then(|place| self.first.get(place)).map(|first| first.and(people)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_of_numbers_is_a_set(
            a in proptest::collection::btree_set(1_i64..300, 0..40),
            b in proptest::collection::btree_set(1_i64..300, 0..40),
        ) {
            let (x, y): (IdSet, IdSet) = (a.iter().copied().collect(), b.iter().copied().collect());
            let same = |set: &IdSet, of: Vec<i64>| set.iter().collect::<Vec<_>>() == of;
            prop_assert!(same(&x.and(&y), a.intersection(&b).copied().collect()));
            prop_assert!(same(&x.without(&y), a.difference(&b).copied().collect()));
            let mut both = x.clone();
            both.union(&y);
            prop_assert!(same(&both, a.union(&b).copied().collect::<BTreeSet<_>>().into_iter().collect()));
            prop_assert_eq!(both.count(), i64::try_from(a.union(&b).count()).expect("few"));
            prop_assert_eq!(x.is_empty(), a.is_empty());
        }
    }

    #[test]
    fn a_list_of_numbers_is_read() {
        assert_eq!(read(Some("12,5,5")).iter().collect::<Vec<_>>(), [5, 12]);
        assert_eq!(read(Some("{12,NULL,5}")).iter().collect::<Vec<_>>(), [5, 12]);
        assert!(read(None).is_empty() && read(Some("")).is_empty() && read(Some("{}")).is_empty());
    }
}
