//! Who is on leave, and so gets nothing that does not name them.

use crate::args;
use crate::domain::Timestamp;
use crate::domain::calendar::date_words;
use crate::domain::ids::EditionId;
use crate::domain::staffing::last_day;
use crate::store::{Sql, StoreError, Tx};

use super::audience::{Whom, of_chats};
use super::crowd::{IdSet, ids, numbers};

const AWAY: Sql = numbers!("id", "FROM people WHERE away_until IS NOT NULL");

/// Everybody on leave whom an audience does not name.
pub(super) async fn away(tx: &mut Tx<'_>, whom: &Whom) -> Result<IdSet, StoreError> {
    let named = whom.parts.iter().flatten().filter_map(|key| key.strip_prefix("n:")?.parse().ok());
    Ok(ids(tx, AWAY, args![]).await?.without(&named.collect()))
}

const NAMES: Sql = Sql {
    lite: "SELECT name, away_until FROM people
           WHERE away_until IS NOT NULL AND id IN (SELECT value FROM json_each($1)) ORDER BY id",
    pg: "SELECT name, away_until FROM people WHERE away_until IS NOT NULL
           AND id IN (SELECT value::bigint FROM json_array_elements_text($1::json)) ORDER BY id",
};

/// The names of these people (a JSON list of numbers), with the last day of their leave.
pub(super) async fn names(tx: &mut Tx<'_>, people: &str) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String, i64)> = tx.all(NAMES, args![people]).await?;
    let name = |(name, until): (String, i64)| format!("{name} ({})", date_words(last_day(Timestamp(until))));
    Ok(rows.into_iter().map(name).collect())
}

const KEEP: Sql = of_chats!(
    "INSERT INTO edition_unreached (edition_id, person_id, why)
     SELECT $3, w.id, 'away' FROM people w JOIN chats c ON c.person_id = w.id
     WHERE w.away_until IS NOT NULL AND c.kind = 'private' AND c.state = 'open' AND c.spare = 0
       AND ('n:' || w.id) NOT IN (SELECT key FROM inc) AND ",
    " ORDER BY w.id"
);

/// Writes down who of an edition's audience is on leave. Gives how many.
pub(super) async fn keep(tx: &mut Tx<'_>, edition: EditionId, whom: &Whom) -> Result<u64, StoreError> {
    let (include, exclude) = whom.json()?;
    tx.exec(KEEP, args![include, exclude, edition]).await
}
