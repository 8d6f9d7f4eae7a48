//! Schedules as people see and change them in chat.

use super::super::act;
use super::{Row, attached, find, schedules, set_state, unit_name};
use crate::args;
use crate::conversation::notice::ScheduleFacts;
use crate::domain::Timestamp;
use crate::domain::ids::*;
use crate::store::audit::Actor;
use crate::store::people::lineage;
use crate::store::{Env, Sql, StoreError, Tx};

const WITHIN: Sql = Sql {
    lite: concat!(
        "WITH RECURSIVE below (id) AS (SELECT value FROM json_each($1)
           UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id) ",
        schedules!(
            "WHERE state <> 'deleted' AND COALESCE(unit_id, (SELECT MIN(id) FROM units WHERE parent_id IS NULL))
               IN (SELECT id FROM below) ORDER BY id LIMIT 50"
        )
    ),
    pg: concat!(
        "WITH RECURSIVE below (id) AS (SELECT value::bigint FROM json_array_elements_text($1::json)
           UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id) ",
        schedules!(
            "WHERE state <> 'deleted' AND COALESCE(unit_id, (SELECT MIN(id) FROM units WHERE parent_id IS NULL))
               IN (SELECT id FROM below) ORDER BY id LIMIT 50"
        )
    ),
};

/// The schedules at these units and below.
pub async fn within(tx: &mut Tx<'_>, env: &Env, units: &[UnitId]) -> Result<Vec<ScheduleFacts>, StoreError> {
    let rows: Vec<Row> = tx.all(WITHIN, args![serde_json::to_string(units)?]).await?;
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        list.push(facts_of(tx, env, row, None).await?);
    }
    Ok(list)
}

/// One schedule, and the notice of its run at `at`.
pub async fn facts(
    tx: &mut Tx<'_>,
    env: &Env,
    id: ScheduleId,
    at: Option<Timestamp>,
) -> Result<Option<ScheduleFacts>, StoreError> {
    match find(tx, id).await? {
        Some(row) => facts_of(tx, env, row, at).await.map(Some),
        None => Ok(None),
    }
}

async fn facts_of(
    tx: &mut Tx<'_>,
    env: &Env,
    row: Row,
    at: Option<Timestamp>,
) -> Result<ScheduleFacts, StoreError> {
    let rule = row.rule()?;
    let next = rule.next_after(env.now);
    let run = at.or(next).unwrap_or(env.now);
    let unit = unit_name(tx, row.unit_id).await?;
    let line = match row.unit_id {
        Some(unit) => lineage(tx, UnitId(unit)).await?,
        None => act::roots(tx).await?,
    };
    let id = ScheduleId(row.id);
    Ok(ScheduleFacts {
        id,
        taken: attached(tx, id, run).await?.map(|(_, stage)| stage),
        notice: row.notice(run, &unit),
        rule: rule.describe(),
        paused: row.state != "active",
        self_sending: row.self_sending != 0,
        name: row.name,
        next,
        line,
    })
}

/// What people do to schedules in chat.
pub async fn set_in_chat(
    tx: &mut Tx<'_>,
    env: &Env,
    id: ScheduleId,
    by: PersonId,
    paused: bool,
) -> Result<(), StoreError> {
    let to = if paused { "paused" } else { "active" };
    if let Err(refused) = set_state(tx, env, Actor::Person(by), id, to).await? {
        tracing::debug!(cause = %refused, "a schedule was deleted meanwhile");
    }
    Ok(())
}
