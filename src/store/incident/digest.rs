//! The figures of a period. Restricted cases are in none of them.

use crate::args;
use crate::conversation::incident::digest::Back;
use crate::conversation::incident::{Digest, Period};
use crate::domain::Timestamp;
use crate::domain::ids::UnitId;
use crate::domain::incident::State;
use crate::store::{Arg, Env, Sql, Store, StoreError, Tx};

use super::list::{Row, json};
use super::read;

/// The units that count, with all below them. `$1` is a JSON list, `$2` says whether to look at it.
macro_rules! scoped {
    ($rest:literal) => {
        Sql {
            lite: concat!(
                "WITH RECURSIVE below (id) AS (
                   SELECT value FROM json_each($1)
                   UNION SELECT u.id FROM units u JOIN below ON u.parent_id = below.id),
                 counted AS (SELECT i.*, u.name AS unit_name FROM incidents i JOIN units u ON u.id = i.unit_id
                   WHERE i.restricted = 0 AND i.state <> 'merged'
                     AND ($2 = 0 OR i.unit_id IN (SELECT id FROM below))) ",
                $rest
            ),
            pg: concat!(
                "WITH RECURSIVE below (id) AS (
                   SELECT value::bigint FROM json_array_elements_text($1::json)
                   UNION SELECT u.id FROM units u JOIN below ON u.parent_id = below.id),
                 counted AS (SELECT i.*, u.name AS unit_name FROM incidents i JOIN units u ON u.id = i.unit_id
                   WHERE i.restricted = 0 AND i.state <> 'merged'
                     AND ($2 = 0 OR i.unit_id IN (SELECT id FROM below))) ",
                $rest
            ),
        }
    };
}

/// Counts what happened from `from` to `to` at these units and below; `None` counts everywhere. What is
/// open is counted at the end of the period, or now if it is not over.
pub async fn digest(
    tx: &mut Tx<'_>,
    env: &Env,
    units: Option<&[UnitId]>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Digest, StoreError> {
    let scope = json(units.unwrap_or_default())?;
    let args = |rest: Vec<Arg>| {
        let mut all = args![&scope, units.is_some()];
        all.extend(rest);
        all
    };
    let period = || args(args![from, to]);
    let end = to.min(env.now);
    let sql = scoped!(
        "SELECT category_name, COUNT(*) FROM counted WHERE created_at >= $3 AND created_at < $4
                       GROUP BY category_name ORDER BY COUNT(*) DESC, category_name"
    );
    let by_category: Vec<(Option<String>, i64)> = tx.all(sql, period()).await?;
    let sql = scoped!(
        "SELECT unit_name, COUNT(*) FROM counted WHERE created_at >= $3 AND created_at < $4
                       GROUP BY unit_name ORDER BY COUNT(*) DESC, unit_name"
    );
    let by_unit: Vec<(String, i64)> = tx.all(sql, period()).await?;
    let sql = scoped!(
        "SELECT state, COUNT(*) FROM counted WHERE created_at >= $3 AND created_at < $4
                       GROUP BY state"
    );
    let states: Vec<(String, i64)> = tx.all(sql, period()).await?;
    let sql = scoped!(
        "SELECT COUNT(*) FROM counted WHERE state IN ('settled', 'confirmed', 'closed')
                       AND settled_at >= $3 AND settled_at < $4 AND settled_at <= due_at AND late = 0"
    );
    let settled_in_time = tx.int(sql, period()).await?;
    let sql = scoped!(
        "SELECT COUNT(*) FROM counted WHERE state IN ('settled', 'confirmed', 'closed')
                       AND settled_at >= $3 AND settled_at < $4 AND (settled_at > due_at OR late = 1)"
    );
    let settled_late = tx.int(sql, period()).await?;
    let until = || args(args![end]);
    let sql = scoped!(
        "SELECT COUNT(*) FROM counted
                       WHERE created_at <= $3 AND (settled_at IS NULL OR settled_at > $3)"
    );
    let open = tx.int(sql, until()).await?;
    let sql = scoped!(
        "SELECT COUNT(*) FROM counted
                       WHERE created_at <= $3 AND (settled_at IS NULL OR settled_at > $3) AND due_at < $3"
    );
    let overdue = tx.int(sql, until()).await?;
    let sql = scoped!(
        "SELECT id, code, state, category_name, unit_name AS unit, text, created_at, due_at,
                              settled_at
                       FROM counted WHERE created_at <= $3 AND (settled_at IS NULL OR settled_at > $3)
                       ORDER BY created_at, id LIMIT 5"
    );
    let oldest: Vec<Row> = tx.all(sql, until()).await?;
    let sql = scoped!(
        "SELECT c.code, MIN(o.code), c.unit_name FROM counted c
         JOIN incident_matches m ON m.incident_id = c.id AND m.kind = 'again' JOIN incidents o ON o.id = m.other_id
         WHERE c.created_at >= $3 AND c.created_at < $4
         GROUP BY c.id, c.code, c.unit_name ORDER BY c.id DESC LIMIT 100"
    );
    let back: Vec<(String, String, String)> = tx.all(sql, period()).await?;
    Ok(Digest {
        total: by_unit.iter().map(|(_, count)| count).sum(),
        by_category,
        by_unit,
        by_state: in_order(states)?,
        settled_in_time,
        settled_late,
        open,
        overdue,
        back: back.into_iter().map(|(code, before, unit)| Back { code, before, unit }).collect(),
        oldest: oldest.into_iter().map(Row::read).collect::<Result<_, _>>()?,
    })
}

fn in_order(states: Vec<(String, i64)>) -> Result<Vec<(State, i64)>, StoreError> {
    let known = states.into_iter().map(|(code, count)| Ok((read::state(&code)?, count)));
    let mut states = known.collect::<Result<Vec<_>, StoreError>>()?;
    states.sort_by_key(|(state, _)| State::ALL.iter().position(|known| known == state));
    Ok(states)
}

impl Store {
    /// The figures of the period around a day, everywhere; and its first moment.
    ///
    /// # Errors
    /// The database's.
    pub async fn digest(
        &self,
        period: Period,
        day: chrono::NaiveDate,
    ) -> Result<(Timestamp, Digest), StoreError> {
        let env = self.env();
        let (from, to) = period.around(day);
        let digest =
            self.db.read(move |tx| Box::pin(async move { digest(tx, &env, None, from, to).await })).await?;
        Ok((from, digest))
    }
}
