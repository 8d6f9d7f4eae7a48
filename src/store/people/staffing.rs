//! What changes about people and units on a day: planned, looked at, taken back, made when the day comes.

use serde::Serialize;

use crate::args;
use crate::conversation::Reply;
use crate::conversation::people::{OwnLeave, staff_told};
use crate::domain::Timestamp;
use crate::domain::ids::*;
use crate::domain::rights::PEOPLE;
use crate::domain::staffing::{ChangeKind, StaffChange, StaffFault};
use crate::store::audit::{self, Actor};
use crate::store::notice::{Place, people_over, place_of};
use crate::store::{Env, Store, StoreError, Tx, outbox, row};

use super::{members, merge};

/// So many changes are made in one transaction; the rest in the next.
const PORTION: i64 = 100;

/// A change in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeLine {
    pub id: i64,
    pub kind: ChangeKind,
    /// Whose it is; `None` for a unit's.
    pub name: Option<String>,
    /// Of a move, from where; of a merger, what ends.
    pub unit: Option<String>,
    pub to: Option<String>,
    pub at: Timestamp,
    pub until: Option<Timestamp>,
}

/// What an act gives: done, or why not; and the store's own failures outside.
pub type Done<T> = Result<Result<T, StaffFault>, StoreError>;

struct Row {
    id: i64,
    kind: String,
    person_id: Option<i64>,
    unit_id: Option<i64>,
    to_unit: Option<i64>,
    until: Option<i64>,
    at: i64,
    planned_by: Option<i64>,
}

row!(Row { id, kind, person_id, unit_id, to_unit, until, at, planned_by });

impl Row {
    fn read(&self) -> Result<StaffChange, StoreError> {
        let person = self.person_id.map(PersonId);
        let (unit, to) = (self.unit_id.map(UnitId), self.to_unit.map(UnitId));
        let read = match (kind(&self.kind)?, person, unit, to, self.until) {
            (ChangeKind::Retire, Some(person), ..) => Some(StaffChange::Retire { person }),
            (ChangeKind::Move, Some(person), from, Some(to), _) => {
                Some(StaffChange::Move { person, from, to })
            }
            (ChangeKind::Away, Some(person), _, _, Some(until)) => {
                Some(StaffChange::Away { person, until: Timestamp(until) })
            }
            (ChangeKind::Merge, _, Some(unit), Some(into), _) => Some(StaffChange::Merge { unit, into }),
            _ => None,
        };
        read.ok_or_else(|| StoreError::Corrupt(format!("staff change {}", self.id)))
    }
}

fn kind(code: &str) -> Result<ChangeKind, StoreError> {
    ChangeKind::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("staff change {code}")))
}

impl Store {
    /// Plans a change, as the administrator; one whose time has come is made at once. Gives its number.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn plan_change(&self, change: StaffChange, at: Timestamp) -> Done<i64> {
        let env = self.env();
        self.db
            .write(move |tx| Box::pin(async move { plan(tx, &env, change, at, Actor::CommandLine).await }))
            .await
    }

    /// Takes back what is planned, as the administrator.
    ///
    /// # Errors
    /// The database's; inside, that there is nothing such.
    pub async fn cancel_change(&self, id: i64) -> Done<()> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "UPDATE staff_changes SET state = 'cancelled', done_at = $2
                               WHERE id = $1 AND state = 'planned'";
                    if tx.exec(sql, args![id, env.now]).await? == 0 {
                        return Ok(Err(StaffFault::NotPlanned(id)));
                    }
                    let subject = format!("change:{id}");
                    audit::record(tx, &env, Actor::CommandLine, "staff.cancel", &subject, "").await?;
                    Ok(Ok(()))
                })
            })
            .await
    }

    /// What is planned, the next first.
    ///
    /// # Errors
    /// The database's.
    pub async fn planned_changes(&self) -> Result<Vec<ChangeLine>, StoreError> {
        self.db.read(|tx| Box::pin(async move { planned(tx).await })).await
    }
}

struct Listed {
    id: i64,
    kind: String,
    name: Option<String>,
    unit: Option<String>,
    to_path: Option<String>,
    at: i64,
    until: Option<i64>,
}

row!(Listed { id, kind, name, unit, to_path, at, until });

async fn planned(tx: &mut Tx<'_>) -> Result<Vec<ChangeLine>, StoreError> {
    let sql = "SELECT s.id, s.kind, p.name, u.path AS unit, t.path AS to_path, s.at, s.until
               FROM staff_changes s LEFT JOIN people p ON p.id = s.person_id
               LEFT JOIN units u ON u.id = s.unit_id LEFT JOIN units t ON t.id = s.to_unit
               WHERE s.state = 'planned' ORDER BY s.at, s.id LIMIT 1000";
    let rows: Vec<Listed> = tx.all(sql, args![]).await?;
    let line = |row: Listed| {
        Ok(ChangeLine {
            id: row.id,
            kind: kind(&row.kind)?,
            name: row.name,
            unit: row.unit,
            to: row.to_path,
            at: Timestamp(row.at),
            until: row.until.map(Timestamp),
        })
    };
    rows.into_iter().map(line).collect()
}

/// Writes a change down that can be made as things are now; one whose time has come is made.
pub(super) async fn plan(
    tx: &mut Tx<'_>,
    env: &Env,
    change: StaffChange,
    at: Timestamp,
    by: Actor,
) -> Done<i64> {
    if let Err(fault) = can_be(tx, env, change, at).await? {
        return Ok(Err(fault));
    }
    let (unit, to) = match change {
        StaffChange::Move { from, to, .. } => (from, Some(to)),
        StaffChange::Merge { unit, into } => (Some(unit), Some(into)),
        StaffChange::Retire { .. } | StaffChange::Away { .. } => (None, None),
    };
    let until = if let StaffChange::Away { until, .. } = change { Some(until) } else { None };
    let planner = if let Actor::Person(id) = by { Some(id) } else { None };
    let sql = "INSERT INTO staff_changes (kind, person_id, unit_id, to_unit, until, at, state, planned_by, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, 'planned', $7, $8) RETURNING id";
    let code = change.kind().code();
    let args = args![code, change.person(), unit, to, until, at, planner, env.now];
    let id = tx.int(sql, args).await?;
    audit::record(tx, env, by, &format!("staff.{code}"), &format!("change:{id}"), &detail(change)).await?;
    if at <= env.now {
        let sql = "SELECT id, kind, person_id, unit_id, to_unit, until, at, planned_by
                   FROM staff_changes WHERE id = $1";
        let row: Row = tx.one(sql, args![id]).await?;
        return Ok(make(tx, env, &row).await?.map(|()| id));
    }
    Ok(Ok(id))
}

/// What the record of who did what says. No names: it stays when they are erased.
fn detail(change: StaffChange) -> String {
    let from = |unit: Option<UnitId>| unit.map(|unit| format!(" unit:{unit}")).unwrap_or_default();
    match change {
        StaffChange::Retire { person } | StaffChange::Away { person, .. } => format!("person:{person}"),
        StaffChange::Move { person, from: unit, to } => format!("person:{person}{} to:{to}", from(unit)),
        StaffChange::Merge { unit, into } => format!("unit:{unit} into:{into}"),
    }
}

/// When a person is on leave, now or next.
pub(super) async fn own_leave(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<OwnLeave>, StoreError> {
    let sql = "SELECT CAST(NULL AS BIGINT), away_until FROM people WHERE id = $1 AND away_until IS NOT NULL
               UNION ALL SELECT at, until FROM staff_changes
               WHERE person_id = $1 AND kind = 'away' AND state = 'planned' ORDER BY 2 LIMIT 1";
    let row: Option<(Option<i64>, i64)> = tx.optional(sql, args![person]).await?;
    Ok(row.map(|(from, until)| OwnLeave { from: from.map(Timestamp), until: Timestamp(until) }))
}

/// A person says when they are on leave: that is their only leave from now on.
pub(super) async fn plan_leave(
    tx: &mut Tx<'_>,
    env: &Env,
    person: PersonId,
    from: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    drop_leave(tx, env, person).await?;
    // What cannot be done any more was shown a moment ago: nothing happens.
    let change = StaffChange::Away { person, until };
    plan(tx, env, change, from, Actor::Person(person)).await.map(|_| ())
}

/// A person is not on leave, now or later.
pub(super) async fn end_leave(tx: &mut Tx<'_>, env: &Env, person: PersonId) -> Result<(), StoreError> {
    drop_leave(tx, env, person).await?;
    let subject = format!("person:{person}");
    audit::record(tx, env, Actor::Person(person), "staff.back", &subject, "").await
}

async fn drop_leave(tx: &mut Tx<'_>, env: &Env, person: PersonId) -> Result<(), StoreError> {
    let sql = "UPDATE staff_changes SET state = 'cancelled', done_at = $2
               WHERE person_id = $1 AND kind = 'away' AND state = 'planned'";
    tx.exec(sql, args![person, env.now]).await?;
    tx.exec("UPDATE people SET away_until = NULL WHERE id = $1", args![person]).await.map(|_| ())
}

/// Whether a change can be made as things are now.
async fn can_be(tx: &mut Tx<'_>, env: &Env, change: StaffChange, at: Timestamp) -> Done<()> {
    if let Some(person) = change.person() {
        let sql = "SELECT COUNT(*) FROM people WHERE id = $1 AND state = 'active'";
        if tx.int(sql, args![person]).await? == 0 {
            return Ok(Err(StaffFault::Nobody(person)));
        }
    }
    match change {
        StaffChange::Retire { .. } => Ok(Ok(())),
        StaffChange::Away { until, .. } if until <= at || until <= env.now => Ok(Err(StaffFault::EndsBefore)),
        StaffChange::Away { .. } => Ok(Ok(())),
        StaffChange::Move { person, from, to } => {
            if let Some(path) = merge::ended(tx, to).await? {
                return Ok(Err(StaffFault::Ended(path)));
            }
            if from == Some(to) {
                return Ok(Err(StaffFault::SameUnit));
            }
            let sql = "SELECT COUNT(*) FROM roles
                       WHERE person_id = $1 AND unit_id = COALESCE($2, unit_id) AND unit_id <> $3";
            match tx.int(sql, args![person, from, to]).await? {
                0 => Ok(Err(StaffFault::NotThere)),
                _ => Ok(Ok(())),
            }
        }
        StaffChange::Merge { unit, into } => merge::can_be(tx, unit, into).await,
    }
}

/// Makes what is due. One transaction makes only so much: `true` where there may be more.
pub async fn make_due(tx: &mut Tx<'_>, env: &Env) -> Result<bool, StoreError> {
    tx.exec("UPDATE people SET away_until = NULL WHERE away_until <= $1", args![env.now]).await?;
    let sql = "SELECT id, kind, person_id, unit_id, to_unit, until, at, planned_by FROM staff_changes
               WHERE state = 'planned' AND at <= $1 ORDER BY at, id LIMIT $2";
    let rows: Vec<Row> = tx.all(sql, args![env.now, PORTION]).await?;
    for row in &rows {
        if let Err(fault) = make(tx, env, row).await? {
            tell_administrators(tx, env, row, &fault).await?;
        }
    }
    Ok(!rows.is_empty())
}

/// When the next one is due, or a leave ends.
pub async fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(at) FROM (
                 SELECT MIN(at) AS at FROM staff_changes WHERE state = 'planned'
                 UNION ALL SELECT MIN(away_until) FROM people WHERE away_until IS NOT NULL) AS due";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}

/// Makes one change. What cannot be made any more is refused, once and for all.
async fn make(tx: &mut Tx<'_>, env: &Env, row: &Row) -> Done<()> {
    let change = row.read()?;
    // A leave that ended while loa stood still is over, and was never missed.
    let over = matches!(change, StaffChange::Away { until, .. } if until <= env.now);
    let can = if over { Ok(()) } else { can_be(tx, env, change, Timestamp(row.at)).await? };
    let sql = "UPDATE staff_changes SET state = $2, done_at = $3 WHERE id = $1";
    let state = if can.is_ok() { "done" } else { "refused" };
    tx.exec_one(sql, args![row.id, state, env.now]).await?;
    if over || can.is_err() {
        return Ok(can);
    }
    // Whoever leaves has no place afterwards.
    let place = place_of(tx, change.person().map(|id| id.0)).await?;
    match change {
        StaffChange::Retire { person } => members::leave(tx, env, person).await?,
        StaffChange::Move { person, from, to } => {
            let sql = "INSERT INTO roles (person_id, unit_id, role, since)
                       SELECT DISTINCT person_id, CAST($3 AS BIGINT), role, CAST($4 AS BIGINT) FROM roles
                       WHERE person_id = $1 AND unit_id = COALESCE($2, unit_id) AND unit_id <> $3
                       ON CONFLICT (person_id, unit_id, role) DO NOTHING";
            tx.exec(sql, args![person, from, to, env.now]).await?;
            let sql = "DELETE FROM roles WHERE person_id = $1 AND unit_id = COALESCE($2, unit_id) AND unit_id <> $3";
            tx.exec(sql, args![person, from, to]).await?;
        }
        StaffChange::Away { person, until } => {
            let sql = "UPDATE people SET away_until = $2 WHERE id = $1";
            tx.exec_one(sql, args![person, until]).await?;
        }
        StaffChange::Merge { unit, into } => merge::merge(tx, env, unit, into).await?,
    }
    // Who planned it for themselves was told then.
    if let Some(place) = place.filter(|_| row.planned_by.is_none() || row.planned_by != row.person_id) {
        tell(tx, env, &place, change).await?;
    }
    let by = Actor::System;
    audit::record(tx, env, by, "staff.done", &format!("change:{}", row.id), &detail(change)).await?;
    Ok(Ok(()))
}

/// Says to the person what changed for them.
async fn tell(tx: &mut Tx<'_>, env: &Env, place: &Place, change: StaffChange) -> Result<(), StoreError> {
    let unit = match change {
        StaffChange::Move { to, .. } => super::units::by_id(tx, to).await?.map(|unit| unit.path),
        _ => None,
    };
    match staff_told(place.lang(), place.chat(), change, unit.as_deref()) {
        Some(reply) => outbox::post(tx, env, place.chat(), &reply).await,
        None => Ok(()),
    }
}

/// Says to the administrators at the top that a planned change could not be made: nobody would see it otherwise.
async fn tell_administrators(
    tx: &mut Tx<'_>,
    env: &Env,
    row: &Row,
    fault: &StaffFault,
) -> Result<(), StoreError> {
    let subject = format!("change:{}", row.id);
    audit::record(tx, env, Actor::System, "staff.refused", &subject, "").await?;
    for place in people_over(tx, None, PEOPLE, None).await? {
        let number = row.id.to_string();
        let words = place.lang().say("staff-refused", &[("id", &number), ("why", &fault.to_string())]);
        outbox::post(tx, env, place.chat(), &Reply::to(place.chat(), words)).await?;
    }
    Ok(())
}
