//! Cases in listings.

use crate::args;
use crate::conversation::incident::case::PAGE;
use crate::conversation::incident::{ListRow, ListScope, Page};
use crate::domain::Timestamp;
use crate::domain::ids::{IncidentId, PersonId, UnitId};
use crate::store::{Sql, Store, StoreError, Tx, row};

use super::read;

/// Cases at most in one listing of the command line.
const MOST_LISTED: i64 = 10_000;

pub struct Row {
    id: i64,
    code: String,
    state: String,
    category_name: Option<String>,
    unit: String,
    text: String,
    created_at: i64,
    due_at: i64,
    settled_at: Option<i64>,
}

row!(Row { id, code, state, category_name, unit, text, created_at, due_at, settled_at });

impl Row {
    pub fn read(self) -> Result<ListRow, StoreError> {
        Ok(ListRow {
            id: IncidentId(self.id),
            code: self.code,
            state: read::state(&self.state)?,
            category: self.category_name,
            unit: self.unit,
            text: self.text,
            created_at: Timestamp(self.created_at),
            due_at: Timestamp(self.due_at),
            settled_at: self.settled_at.map(Timestamp),
        })
    }
}

fn read_all(rows: Vec<Row>) -> Result<Vec<ListRow>, StoreError> {
    rows.into_iter().map(Row::read).collect()
}

/// Whole numbers as JSON, for a list in a statement.
pub fn json(units: &[UnitId]) -> Result<String, StoreError> {
    Ok(serde_json::to_string(units)?)
}

pub async fn page(tx: &mut Tx<'_>, scope: &ListScope, page: u32) -> Result<Page, StoreError> {
    let offset = i64::from(page) * i64::from(PAGE);
    match scope {
        ListScope::Reported(person) => reported(tx, *person, offset).await,
        ListScope::Open { units, restricted } => open(tx, units, restricted, offset).await,
        ListScope::With(units) => lying_with(tx, units, offset).await,
    }
}

async fn reported(tx: &mut Tx<'_>, person: PersonId, offset: i64) -> Result<Page, StoreError> {
    let count = "SELECT COUNT(DISTINCT incident_id) FROM reports WHERE person_id = $1";
    let total = tx.int(count, args![person]).await?;
    // In their own words: a case may have been reported by several.
    let sql = "SELECT i.id, i.code, i.state, i.category_name, u.name AS unit,
                      (SELECT r.text FROM reports r WHERE r.incident_id = i.id AND r.person_id = $1
                       ORDER BY r.id LIMIT 1) AS text, i.created_at, i.due_at, i.settled_at
               FROM incidents i JOIN units u ON u.id = i.unit_id
               WHERE i.id IN (SELECT incident_id FROM reports WHERE person_id = $1)
               ORDER BY i.created_at DESC, i.id DESC LIMIT $2 OFFSET $3";
    let rows: Vec<Row> = tx.all(sql, args![person, PAGE, offset]).await?;
    Ok(Page { rows: read_all(rows)?, total })
}

async fn open(
    tx: &mut Tx<'_>,
    units: &[UnitId],
    restricted: &[UnitId],
    offset: i64,
) -> Result<Page, StoreError> {
    const ROWS: Sql = Sql {
        lite: "WITH RECURSIVE watched (id) AS (
                 SELECT value FROM json_each($1)
                 UNION SELECT u.id FROM units u JOIN watched ON u.parent_id = watched.id),
               trusted (id) AS (
                 SELECT value FROM json_each($2)
                 UNION SELECT u.id FROM units u JOIN trusted ON u.parent_id = trusted.id)
               SELECT i.id, i.code, i.state, i.category_name, u.name AS unit, i.text, i.created_at, i.due_at,
                      i.settled_at
               FROM open_incidents i JOIN units u ON u.id = i.unit_id
               WHERE (i.restricted = 0 AND i.unit_id IN (SELECT id FROM watched))
                 OR (i.restricted = 1 AND i.unit_id IN (SELECT id FROM trusted))
               ORDER BY i.created_at, i.id LIMIT $3 OFFSET $4",
        pg: "WITH RECURSIVE watched (id) AS (
               SELECT value::bigint FROM json_array_elements_text($1::json)
               UNION SELECT u.id FROM units u JOIN watched ON u.parent_id = watched.id),
             trusted (id) AS (
               SELECT value::bigint FROM json_array_elements_text($2::json)
               UNION SELECT u.id FROM units u JOIN trusted ON u.parent_id = trusted.id)
             SELECT i.id, i.code, i.state, i.category_name, u.name AS unit, i.text, i.created_at, i.due_at,
                    i.settled_at
             FROM open_incidents i JOIN units u ON u.id = i.unit_id
             WHERE (i.restricted = 0 AND i.unit_id IN (SELECT id FROM watched))
               OR (i.restricted = 1 AND i.unit_id IN (SELECT id FROM trusted))
             ORDER BY i.created_at, i.id LIMIT $3 OFFSET $4",
    };
    const COUNT: Sql = Sql {
        lite: "WITH RECURSIVE watched (id) AS (
                 SELECT value FROM json_each($1)
                 UNION SELECT u.id FROM units u JOIN watched ON u.parent_id = watched.id),
               trusted (id) AS (
                 SELECT value FROM json_each($2)
                 UNION SELECT u.id FROM units u JOIN trusted ON u.parent_id = trusted.id)
               SELECT COUNT(*) FROM open_incidents i
               WHERE (i.restricted = 0 AND i.unit_id IN (SELECT id FROM watched))
                 OR (i.restricted = 1 AND i.unit_id IN (SELECT id FROM trusted))",
        pg: "WITH RECURSIVE watched (id) AS (
               SELECT value::bigint FROM json_array_elements_text($1::json)
               UNION SELECT u.id FROM units u JOIN watched ON u.parent_id = watched.id),
             trusted (id) AS (
               SELECT value::bigint FROM json_array_elements_text($2::json)
               UNION SELECT u.id FROM units u JOIN trusted ON u.parent_id = trusted.id)
             SELECT COUNT(*) FROM open_incidents i
             WHERE (i.restricted = 0 AND i.unit_id IN (SELECT id FROM watched))
               OR (i.restricted = 1 AND i.unit_id IN (SELECT id FROM trusted))",
    };
    let (units, restricted) = (json(units)?, json(restricted)?);
    let total = tx.int(COUNT, args![&units, &restricted]).await?;
    let rows: Vec<Row> = tx.all(ROWS, args![units, restricted, PAGE, offset]).await?;
    Ok(Page { rows: read_all(rows)?, total })
}

async fn lying_with(tx: &mut Tx<'_>, units: &[UnitId], offset: i64) -> Result<Page, StoreError> {
    let units = json(units)?;
    const COUNT: Sql = Sql {
        lite: "SELECT COUNT(*) FROM open_incidents WHERE forward_unit_id IN (SELECT value FROM json_each($1))",
        pg: "SELECT COUNT(*) FROM open_incidents
             WHERE forward_unit_id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
    };
    const ROWS: Sql = Sql {
        lite: "SELECT i.id, i.code, i.state, i.category_name, u.name AS unit, i.text, i.created_at, i.due_at,
                      i.settled_at
               FROM open_incidents i JOIN units u ON u.id = i.unit_id
               WHERE i.forward_unit_id IN (SELECT value FROM json_each($1))
               ORDER BY i.created_at, i.id LIMIT $2 OFFSET $3",
        pg: "SELECT i.id, i.code, i.state, i.category_name, u.name AS unit, i.text, i.created_at, i.due_at,
                    i.settled_at
             FROM open_incidents i JOIN units u ON u.id = i.unit_id
             WHERE i.forward_unit_id IN (SELECT value::bigint FROM json_array_elements_text($1::json))
             ORDER BY i.created_at, i.id LIMIT $2 OFFSET $3",
    };
    let total = tx.int(COUNT, args![&units]).await?;
    let rows: Vec<Row> = tx.all(ROWS, args![units, PAGE, offset]).await?;
    Ok(Page { rows: read_all(rows)?, total })
}

/// Open cases of the same unit or category, newest first.
pub async fn mergeable(tx: &mut Tx<'_>, incident: IncidentId) -> Result<Page, StoreError> {
    let sql = "SELECT i.id, i.code, i.state, i.category_name, u.name AS unit, i.text, i.created_at, i.due_at,
                      i.settled_at
               FROM open_incidents i JOIN units u ON u.id = i.unit_id
               JOIN incidents o ON o.id = $1
               WHERE i.id <> o.id AND (i.unit_id = o.unit_id OR i.category = o.category)
               ORDER BY CASE WHEN i.unit_id = o.unit_id THEN 0 ELSE 1 END, i.id DESC LIMIT 6";
    let rows: Vec<Row> = tx.all(sql, args![incident]).await?;
    let rows = read_all(rows)?;
    Ok(Page { total: i64::try_from(rows.len()).unwrap_or(i64::MAX), rows })
}

impl Store {
    /// Cases for the command line: all or only the open ones, newest last; those of a unit and below it
    /// where one is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_incidents(&self, open: bool, unit: Option<UnitId>) -> Result<Vec<ListRow>, StoreError> {
        const SQL: &str = "WITH RECURSIVE below (id) AS (
              SELECT id FROM units WHERE id = $1
              UNION SELECT u.id FROM units u JOIN below ON u.parent_id = below.id)
            SELECT i.id, i.code, i.state, i.category_name, u.name AS unit, i.text, i.created_at, i.due_at,
                   i.settled_at
            FROM incidents i JOIN units u ON u.id = i.unit_id
            WHERE ($2 = 0 OR i.id IN (SELECT id FROM open_incidents))
              AND ($3 = 0 OR i.unit_id IN (SELECT id FROM below))
            ORDER BY i.created_at, i.id LIMIT $4";
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let args = args![unit, open, unit.is_some(), MOST_LISTED];
                    read_all(tx.all(SQL, args).await?)
                })
            })
            .await
    }

    /// The units that a name or a path may mean, for the command line.
    ///
    /// # Errors
    /// The database's.
    pub async fn units_called(&self, name: &str) -> Result<Vec<(UnitId, String)>, StoreError> {
        let folded = crate::domain::text::fold(name);
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let sql =
                        "SELECT id, path FROM units WHERE folded = $1 OR path_key = $1 ORDER BY path_key";
                    let rows: Vec<(i64, String)> = tx.all(sql, args![folded]).await?;
                    Ok(rows.into_iter().map(|(id, path)| (UnitId(id), path)).collect())
                })
            })
            .await
    }
}
