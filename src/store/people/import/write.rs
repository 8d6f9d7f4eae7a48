//! Writes what a plan says, in a few statements for the whole list.

use serde::Serialize;

use crate::args;
use crate::domain::text::fold;

use super::super::super::{Arg, Env, Sql, StoreError, Tx};
use super::plan::{CHUNK, Plan};

/// The tables whose ids are given out here, so that rows that belong together know of each other before
/// they are written.
#[derive(Clone, Copy)]
enum Table {
    Units,
    People,
}

const ADD_UNITS: Sql = Sql {
    lite: "INSERT INTO units (id, parent_id, name, folded, path, path_key, created_at)
           SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, $2
           FROM json_each($1)",
    pg: "INSERT INTO units (id, parent_id, name, folded, path, path_key, created_at)
         SELECT (value ->> 0)::bigint, (value ->> 1)::bigint, value ->> 2, value ->> 3, value ->> 4,
           value ->> 5, $2
         FROM jsonb_array_elements($1::jsonb) AS j (value)",
};
const ADD_PEOPLE: Sql = Sql {
    lite: "INSERT INTO people (id, name, folded, state, created_at)
           SELECT value ->> 0, value ->> 1, value ->> 2, 'active', $2 FROM json_each($1)",
    pg: "INSERT INTO people (id, name, folded, state, created_at)
         SELECT (value ->> 0)::bigint, value ->> 1, value ->> 2, 'active', $2
         FROM jsonb_array_elements($1::jsonb) AS j (value)",
};
const RENAME_PEOPLE: Sql = Sql {
    lite: "UPDATE people SET name = j.value ->> 1, folded = j.value ->> 2
           FROM json_each($1) j WHERE people.id = j.value ->> 0",
    pg: "UPDATE people SET name = j.value ->> 1, folded = j.value ->> 2
         FROM jsonb_array_elements($1::jsonb) AS j (value) WHERE people.id = (j.value ->> 0)::bigint",
};
const ADD_PRIVATE_CHATS: Sql = Sql {
    lite: "INSERT INTO chats (channel, external_id, kind, title, folded, person_id, purpose, state, created_at)
           SELECT value ->> 0, value ->> 1, 'private', value ->> 2, value ->> 3, value ->> 4, 'none', 'open', $2
           FROM json_each($1) WHERE true
           ON CONFLICT (channel, external_id) DO UPDATE SET person_id = excluded.person_id",
    pg: "INSERT INTO chats (channel, external_id, kind, title, folded, person_id, purpose, state, created_at)
         SELECT value ->> 0, value ->> 1, 'private', value ->> 2, value ->> 3, (value ->> 4)::bigint,
           'none', 'open', $2
         FROM jsonb_array_elements($1::jsonb) AS j (value)
         ON CONFLICT (channel, external_id) DO UPDATE SET person_id = excluded.person_id",
};
const ADD_ROLES: Sql = Sql {
    lite: "INSERT INTO roles (person_id, unit_id, role, since)
           SELECT value ->> 0, value ->> 1, value ->> 2, $2 FROM json_each($1) WHERE true
           ON CONFLICT (person_id, unit_id, role) DO NOTHING",
    pg: "INSERT INTO roles (person_id, unit_id, role, since)
         SELECT (value ->> 0)::bigint, (value ->> 1)::bigint, value ->> 2, $2
         FROM jsonb_array_elements($1::jsonb) AS j (value)
         ON CONFLICT (person_id, unit_id, role) DO NOTHING",
};
const BIND_GROUPS: Sql = Sql {
    lite: "INSERT INTO chats (channel, external_id, kind, title, folded, unit_id, purpose, state, created_at)
           SELECT value ->> 0, value ->> 1, 'group', value ->> 2, value ->> 3, value ->> 4, value ->> 5, 'open', $2
           FROM json_each($1) WHERE true
           ON CONFLICT (channel, external_id)
           DO UPDATE SET unit_id = excluded.unit_id, purpose = excluded.purpose",
    pg: "INSERT INTO chats (channel, external_id, kind, title, folded, unit_id, purpose, state, created_at)
         SELECT value ->> 0, value ->> 1, 'group', value ->> 2, value ->> 3, (value ->> 4)::bigint,
           value ->> 5, 'open', $2
         FROM jsonb_array_elements($1::jsonb) AS j (value)
         ON CONFLICT (channel, external_id)
         DO UPDATE SET unit_id = excluded.unit_id, purpose = excluded.purpose",
};

/// Writes the plan.
pub(super) async fn carry_out(tx: &mut Tx<'_>, env: &Env, plan: &mut Plan) -> Result<(), StoreError> {
    add_units(tx, env, plan).await?;
    add_people(tx, env, plan).await?;
    let roles: Vec<_> = plan
        .roles
        .iter()
        .map(|role| (plan.people[role.person].id, plan.units[role.unit].id, role.role.code()))
        .collect();
    batches(tx, env, ADD_ROLES, &roles).await?;
    let groups: Vec<_> = plan
        .groups
        .iter()
        .filter(|group| group.is_news(&plan.units))
        .map(|group| {
            let unit = plan.units[group.unit].id;
            let (channel, title) = (group.channel.code(), &group.title);
            (channel, &group.chat_id, title, fold(title), unit, group.purpose.code())
        })
        .collect();
    batches(tx, env, BIND_GROUPS, &groups).await
}

async fn add_units(tx: &mut Tx<'_>, env: &Env, plan: &mut Plan) -> Result<(), StoreError> {
    let new: Vec<usize> = (0..plan.units.len()).filter(|place| plan.units[*place].id.is_none()).collect();
    let ids = new_ids(tx, Table::Units, new.len()).await?;
    for (place, id) in new.iter().zip(ids) {
        plan.units[*place].id = Some(id);
    }
    let rows: Vec<_> = new
        .iter()
        .map(|place| {
            let unit = &plan.units[*place];
            let parent = unit.parent.and_then(|parent| plan.units[parent].id);
            let name = unit.path.name();
            (unit.id, parent, name, fold(name), unit.path.to_string(), &unit.key)
        })
        .collect();
    batches(tx, env, ADD_UNITS, &rows).await
}

async fn add_people(tx: &mut Tx<'_>, env: &Env, plan: &mut Plan) -> Result<(), StoreError> {
    let renamed: Vec<_> = plan
        .people
        .iter()
        .filter(|person| !person.left && person.old_name().is_some())
        .map(|person| (person.id, &person.name, fold(&person.name)))
        .collect();
    batches(tx, env, RENAME_PEOPLE, &renamed).await?;
    let new: Vec<usize> = (0..plan.people.len()).filter(|place| plan.people[*place].id.is_none()).collect();
    let ids = new_ids(tx, Table::People, new.len()).await?;
    for (place, id) in new.iter().zip(ids) {
        plan.people[*place].id = Some(id);
    }
    let people = new.iter().map(|place| &plan.people[*place]);
    let rows: Vec<_> = people.clone().map(|person| (person.id, &person.name, fold(&person.name))).collect();
    batches(tx, env, ADD_PEOPLE, &rows).await?;
    // Somebody who wrote before they were on a list has a chat already.
    let chats: Vec<_> = people
        .zip(&rows)
        .map(|(person, (id, name, folded))| (person.channel.code(), &person.chat_id, name, folded, id))
        .collect();
    batches(tx, env, ADD_PRIVATE_CHATS, &chats).await
}

/// Runs a statement that takes rows as JSON, as often as it takes.
async fn batches<T: Serialize>(tx: &mut Tx<'_>, env: &Env, sql: Sql, rows: &[T]) -> Result<(), StoreError> {
    for chunk in rows.chunks(CHUNK) {
        let json = Arg::from(serde_json::to_string(chunk)?);
        // RENAME_PEOPLE has no `$2`: an argument more than the text asks for is refused by PostgreSQL.
        let args = if sql.lite.contains("$2") { vec![json, env.now.into()] } else { vec![json] };
        tx.exec(sql, args).await?;
    }
    Ok(())
}

/// Numbers for so many new rows. SQLite has one writer, so that what follows the greatest is free;
/// PostgreSQL gives them out itself.
async fn new_ids(tx: &mut Tx<'_>, table: Table, count: usize) -> Result<Vec<i64>, StoreError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    if tx.is_lite() {
        let sql = match table {
            Table::Units => "SELECT COALESCE(MAX(id), 0) FROM units",
            Table::People => "SELECT COALESCE(MAX(id), 0) FROM people",
        };
        let last = tx.int(sql, args![]).await?;
        return Ok((last + 1..=last + count).collect());
    }
    let sql = match table {
        Table::Units => "SELECT nextval(pg_get_serial_sequence('units', 'id')) FROM generate_series(1, $1)",
        Table::People => "SELECT nextval(pg_get_serial_sequence('people', 'id')) FROM generate_series(1, $1)",
    };
    let rows: Vec<(i64,)> = tx.all(sql, args![count]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
