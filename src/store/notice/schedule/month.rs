//! What goes out in a month: what has gone out or waits for its time, and the runs that are still to come.

use std::collections::BTreeSet;

use crate::args;
use crate::conversation::notice::Planned;
use crate::domain::Timestamp;
use crate::domain::ids::*;
use crate::domain::month::YearMonth;
use crate::store::{Env, Sql, Store, StoreError, Tx};

use super::{Row, WITHIN};

/// Runs of one schedule, and notices, that a month is looked through for.
const MOST: usize = 500;

macro_rules! editions {
    ($below:literal) => {
        concat!(
            "WITH RECURSIVE below (id) AS (SELECT ",
            $below,
            " UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
             SELECT n.title, COALESCE(e.started_at, e.starts_at) AS at, n.schedule_id, n.occurrence
             FROM editions e JOIN notices n ON n.id = e.notice_id
             WHERE e.state <> 'cancelled' AND COALESCE(e.started_at, e.starts_at) >= $2
               AND COALESCE(e.started_at, e.starts_at) < $3
               AND ($5 = 1 OR COALESCE(n.author_unit, (SELECT MIN(id) FROM units WHERE parent_id IS NULL))
                 IN (SELECT id FROM below))
             ORDER BY at, n.id LIMIT $4"
        )
    };
}

const EDITIONS: Sql = Sql {
    lite: editions!("value FROM json_each($1)"),
    pg: editions!("value::bigint FROM json_array_elements_text($1::json)"),
};

impl Store {
    /// What goes out in a month, of all units.
    ///
    /// # Errors
    /// The database's.
    pub async fn planned(&self, month: YearMonth) -> Result<Vec<Planned>, StoreError> {
        let env = self.env();
        self.db.read(move |tx| Box::pin(async move { planned(tx, &env, None, month).await })).await
    }
}

/// What goes out in a month at these units and below, or everywhere; soonest first.
pub async fn planned(
    tx: &mut Tx<'_>,
    env: &Env,
    units: Option<&[UnitId]>,
    month: YearMonth,
) -> Result<Vec<Planned>, StoreError> {
    let (from, to) = month.bounds();
    let everywhere = units.is_none();
    let units = serde_json::to_string(units.unwrap_or_default())?;
    let rows: Vec<(String, i64, Option<i64>, Option<i64>)> =
        tx.all(EDITIONS, args![&units, from, to, MOST, everywhere]).await?;
    let mut written = BTreeSet::new();
    let mut all = Vec::with_capacity(rows.len());
    for (name, at, schedule, occurrence) in rows {
        written.extend(schedule.zip(occurrence));
        all.push(Planned { at: Timestamp(at), name, schedule: schedule.map(ScheduleId), rule: None });
    }
    let rows: Vec<Row> = match everywhere {
        true => tx.all(schedules!("WHERE state = 'active' ORDER BY id"), args![]).await?,
        false => tx.all(WITHIN, args![units]).await?,
    };
    for row in rows.into_iter().filter(|row| row.state == "active") {
        let rule = row.rule(env)?;
        // What is past has gone out, or it never will.
        for at in rule.runs_between(from.max(env.now), to, MOST) {
            if !written.contains(&(row.id, at.0)) {
                let (name, words) = (row.name.clone(), rule.describe());
                all.push(Planned { at, name, schedule: Some(ScheduleId(row.id)), rule: Some(words) });
            }
        }
    }
    all.sort_by_key(|one| one.at);
    Ok(all)
}
