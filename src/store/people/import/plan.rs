//! The difference between a list and what is kept.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::args;
use crate::conversation::Purpose;
use crate::domain::import::{ImportRow, Kind};
use crate::domain::{ChannelKind, Role, UnitPath};

use super::super::super::{Sql, StoreError, Tx, row};
use super::super::merge;
use super::{Change, Conflict, ImportReport};

/// So many rows go to the database in one statement.
pub(super) const CHUNK: usize = 5_000;

/// What has to be written. Numbers stand for places in the lists of this plan.
#[derive(Default)]
pub(super) struct Plan {
    pub report: ImportReport,
    /// Every unit that the list names, with those above them; parents first.
    pub units: Vec<PlannedUnit>,
    pub people: Vec<PlannedPerson>,
    /// The roles that are new.
    pub roles: Vec<PlannedRole>,
    pub groups: Vec<PlannedGroup>,
    unit_places: HashMap<String, usize>,
}

pub(super) struct PlannedUnit {
    pub path: UnitPath,
    pub key: String,
    pub parent: Option<usize>,
    /// None while it is to be added.
    pub id: Option<i64>,
}

pub(super) struct PlannedPerson {
    pub channel: ChannelKind,
    pub chat_id: String,
    pub name: String,
    line: u64,
    /// None while the chat is to be added.
    pub chat: Option<i64>,
    /// None while the person is to be added.
    pub id: Option<i64>,
    known_name: Option<String>,
    /// Has left by themselves.
    pub left: bool,
}

impl PlannedPerson {
    fn new(row: &ImportRow, chat: Option<&KnownChat>) -> Self {
        Self {
            channel: row.channel,
            chat_id: row.chat_id.clone(),
            name: row.name.clone(),
            line: row.line,
            chat: chat.map(|chat| chat.id),
            id: chat.and_then(|chat| chat.person_id),
            known_name: chat.and_then(|chat| chat.name.clone()),
            left: chat.is_some_and(|chat| chat.state.as_deref() == Some("left")),
        }
    }

    /// The name so far, where the list has another.
    pub(super) fn old_name(&self) -> Option<&str> {
        self.known_name.as_deref().filter(|known| *known != self.name)
    }
}

pub(super) struct PlannedRole {
    pub person: usize,
    pub unit: usize,
    pub role: Role,
}

pub(super) struct PlannedGroup {
    pub channel: ChannelKind,
    pub chat_id: String,
    pub title: String,
    pub unit: usize,
    pub purpose: Purpose,
    /// None while the chat is to be added.
    pub chat: Option<i64>,
    known_unit: Option<i64>,
    known_purpose: Purpose,
}

impl PlannedGroup {
    fn new(row: &ImportRow, unit: usize, chat: Option<&KnownChat>) -> Self {
        Self {
            channel: row.channel,
            chat_id: row.chat_id.clone(),
            title: row.name.clone(),
            unit,
            purpose: if row.role == Some(Role::Duty) { Purpose::Duty } else { Purpose::Staff },
            chat: chat.map(|chat| chat.id),
            known_unit: chat.and_then(|chat| chat.unit_id),
            known_purpose: chat.map_or(Purpose::None, |chat| Purpose::from_code(&chat.purpose)),
        }
    }

    /// Whether the list binds it otherwise than it is bound.
    pub(super) fn is_news(&self, units: &[PlannedUnit]) -> bool {
        self.known_unit.is_none()
            || self.known_unit != units[self.unit].id
            || self.known_purpose != self.purpose
    }
}

/// What a row is about.
enum Target {
    Person(usize),
    Group(usize),
    /// Goes by another id now, and is bound under that.
    Moved,
    Conflict,
}

/// A chat as it is kept, with whose it is.
struct KnownChat {
    id: i64,
    channel: String,
    external_id: String,
    kind: String,
    person_id: Option<i64>,
    unit_id: Option<i64>,
    purpose: String,
    reason: Option<String>,
    name: Option<String>,
    state: Option<String>,
}

row!(KnownChat { id, channel, external_id, kind, person_id, unit_id, purpose, reason, name, state });

/// Kept chats by channel and by the platform's id.
type KnownChats = HashMap<(String, String), KnownChat>;

const KNOWN_UNITS: Sql = Sql {
    lite: "SELECT u.id, u.path_key FROM json_each($1) j JOIN units u ON u.path_key = j.value",
    pg: "SELECT u.id, u.path_key FROM jsonb_array_elements_text($1::jsonb) AS j (value)
         JOIN units u ON u.path_key = j.value",
};
const KNOWN_CHATS: Sql = Sql {
    lite: "SELECT c.id, c.channel, c.external_id, c.kind, c.person_id, c.unit_id, c.purpose, c.reason, p.name, p.state
           FROM json_each($1) j
           JOIN chats c ON c.channel = j.value ->> 0 AND c.external_id = j.value ->> 1
           LEFT JOIN people p ON p.id = c.person_id",
    pg: "SELECT c.id, c.channel, c.external_id, c.kind, c.person_id, c.unit_id, c.purpose, c.reason, p.name, p.state
         FROM jsonb_array_elements($1::jsonb) AS j (value)
         JOIN chats c ON c.channel = j.value ->> 0 AND c.external_id = j.value ->> 1
         LEFT JOIN people p ON p.id = c.person_id",
};
const KNOWN_ROLES: Sql = Sql {
    lite: "SELECT r.person_id, r.unit_id, r.role FROM json_each($1) j JOIN roles r ON r.person_id = j.value",
    pg:
        "SELECT r.person_id, r.unit_id, r.role
         FROM jsonb_array_elements_text($1::jsonb) AS j (value) JOIN roles r ON r.person_id = j.value::bigint",
};

impl Plan {
    /// Makes out what the list changes. Only reads.
    pub(super) async fn make(tx: &mut Tx<'_>, rows: &[ImportRow]) -> Result<Self, StoreError> {
        let mut plan = Self::default();
        plan.report.rows = rows.len();
        let mut units = Vec::with_capacity(rows.len());
        let mut seen: HashMap<&UnitPath, usize> = HashMap::new();
        let heirs = merge::heirs(tx).await?;
        for row in rows {
            let place = || plan.place_unit(&merge::as_it_is_now(&row.unit, &heirs));
            units.push(*seen.entry(&row.unit).or_insert_with(place));
        }
        plan.find_units(tx).await?;
        let chats = known_chats(tx, rows).await?;
        let targets = plan.place_chats(rows, &units, &chats);
        let known_roles = known_roles(tx, &plan.people).await?;
        plan.compare_chats();
        plan.compare_rows(rows, &units, &targets, &known_roles);
        Ok(plan)
    }

    /// The place of a unit and of those above it; each is in the list once.
    fn place_unit(&mut self, path: &UnitPath) -> usize {
        let key = path.key();
        if let Some(place) = self.unit_places.get(&key) {
            return *place;
        }
        let parent = path.parent().map(|parent| self.place_unit(&parent));
        let place = self.units.len();
        self.units.push(PlannedUnit { path: path.clone(), key: key.clone(), parent, id: None });
        self.unit_places.insert(key, place);
        place
    }

    async fn find_units(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let keys: Vec<String> = self.units.iter().map(|unit| unit.key.clone()).collect();
        for chunk in keys.chunks(CHUNK) {
            let rows: Vec<(i64, String)> = tx.all(KNOWN_UNITS, args![serde_json::to_string(chunk)?]).await?;
            for (id, key) in rows {
                if let Some(place) = self.unit_places.get(&key) {
                    self.units[*place].id = Some(id);
                }
            }
        }
        for unit in self.units.iter().filter(|unit| unit.id.is_none()) {
            self.report.units_added += 1;
            self.report.name(|| Change::UnitAdded { unit: unit.path.to_string() });
        }
        Ok(())
    }

    /// Puts every person and every group of the list in its place; the last row of each wins.
    fn place_chats(&mut self, rows: &[ImportRow], units: &[usize], chats: &KnownChats) -> Vec<Target> {
        let mut people: HashMap<(ChannelKind, &str), usize> = HashMap::new();
        let mut groups: HashMap<(ChannelKind, &str), usize> = HashMap::new();
        let mut targets = Vec::with_capacity(rows.len());
        for (row, unit) in rows.iter().zip(units) {
            let key = (row.channel, row.chat_id.as_str());
            let chat = chats.get(&(row.channel.code().to_owned(), row.chat_id.clone()));
            let kind = if row.kind == Kind::Group { "group" } else { "private" };
            targets.push(match (chat, row.kind) {
                (Some(chat), _) if chat.kind != kind => {
                    let (line, chat_id, known_as) = (row.line, row.chat_id.clone(), chat.kind.clone());
                    self.report.conflicts.push(Conflict { line, chat_id, known_as });
                    Target::Conflict
                }
                (Some(chat), Kind::Group) if chat.reason.as_deref() == Some("moved") => {
                    self.report.groups_moved += 1;
                    self.report.name(|| Change::GroupMoved { title: row.name.clone(), line: row.line });
                    Target::Moved
                }
                (chat, Kind::Group) => Target::Group(put(
                    &mut groups,
                    key,
                    &mut self.groups,
                    PlannedGroup::new(row, *unit, chat),
                )),
                (chat, Kind::Person) => {
                    Target::Person(put(&mut people, key, &mut self.people, PlannedPerson::new(row, chat)))
                }
            });
        }
        targets
    }

    /// Counts and names the people and groups that are new or different.
    fn compare_chats(&mut self) {
        let report = &mut self.report;
        for person in &self.people {
            let (name, line) = (&person.name, person.line);
            if person.left {
                report.left_alone += 1;
                report.name(|| Change::LeftAlone { name: name.clone(), line });
                continue;
            }
            report.chats_added += usize::from(person.chat.is_none());
            if person.id.is_none() {
                report.people_added += 1;
                report.name(|| Change::PersonAdded { name: name.clone(), line });
            } else if let Some(from) = person.old_name() {
                report.people_changed += 1;
                report.name(|| Change::PersonRenamed { from: from.to_owned(), to: name.clone(), line });
            }
        }
        for group in self.groups.iter().filter(|group| group.is_news(&self.units)) {
            report.chats_added += usize::from(group.chat.is_none());
            report.groups_bound += 1;
            report.name(|| Change::GroupBound {
                title: group.title.clone(),
                unit: self.units[group.unit].path.to_string(),
                duty: group.purpose == Purpose::Duty,
            });
        }
    }

    /// Finds the roles that are new, and counts the rows that change nothing. Who has left gets no role.
    fn compare_rows(
        &mut self,
        rows: &[ImportRow],
        units: &[usize],
        targets: &[Target],
        known: &HashSet<(i64, i64, String)>,
    ) {
        let mut seen = HashSet::new();
        for ((row, unit), target) in rows.iter().zip(units).zip(targets) {
            let news = match target {
                Target::Person(place) => {
                    let person = &self.people[*place];
                    if person.left {
                        continue;
                    }
                    let new_role = row.role.is_some_and(|role| {
                        let kept = person.id.zip(self.units[*unit].id);
                        let has = kept.is_some_and(|(p, u)| known.contains(&(p, u, role.code().to_owned())));
                        !has && seen.insert((*place, *unit, role))
                    });
                    if let (true, Some(role)) = (new_role, row.role) {
                        self.roles.push(PlannedRole { person: *place, unit: *unit, role });
                    }
                    new_role || person.id.is_none() || person.old_name().is_some()
                }
                Target::Group(place) => self.groups[*place].is_news(&self.units),
                Target::Moved | Target::Conflict => true,
            };
            self.report.unchanged += usize::from(!news);
        }
        for role in &self.roles {
            self.report.roles_added += 1;
            self.report.name(|| Change::RoleAdded {
                name: self.people[role.person].name.clone(),
                role: role.role,
                unit: self.units[role.unit].path.to_string(),
            });
        }
    }
}

/// Puts a value where its key has a place already, or behind the others.
fn put<K: Hash + Eq, V>(places: &mut HashMap<K, usize>, key: K, values: &mut Vec<V>, value: V) -> usize {
    let place = *places.entry(key).or_insert(values.len());
    match values.get_mut(place) {
        Some(there) => *there = value,
        None => values.push(value),
    }
    place
}

async fn known_chats(tx: &mut Tx<'_>, rows: &[ImportRow]) -> Result<KnownChats, StoreError> {
    let mut known = HashMap::new();
    for chunk in rows.chunks(CHUNK) {
        let keys: Vec<(&str, &str)> =
            chunk.iter().map(|row| (row.channel.code(), row.chat_id.as_str())).collect();
        let chats: Vec<KnownChat> = tx.all(KNOWN_CHATS, args![serde_json::to_string(&keys)?]).await?;
        known.extend(chats.into_iter().map(|chat| ((chat.channel.clone(), chat.external_id.clone()), chat)));
    }
    Ok(known)
}

async fn known_roles(
    tx: &mut Tx<'_>,
    people: &[PlannedPerson],
) -> Result<HashSet<(i64, i64, String)>, StoreError> {
    let ids: Vec<i64> = people.iter().filter_map(|person| person.id).collect();
    let mut known = HashSet::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<(i64, i64, String)> = tx.all(KNOWN_ROLES, args![serde_json::to_string(chunk)?]).await?;
        known.extend(rows);
    }
    Ok(known)
}
