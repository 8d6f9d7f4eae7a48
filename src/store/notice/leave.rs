//! Who is on leave, and so gets nothing that does not name them.

use crate::args;
use crate::conversation::notice::WhyNot;
use crate::domain::Timestamp;
use crate::domain::calendar::date_words;
use crate::domain::ids::EditionId;
use crate::domain::staffing::last_day;
use crate::store::{Sql, StoreError, Tx};

use super::audience::{Whom, of_chats};
use super::reach::Unreached;

/// The people on leave who could be reached, if it named them. Whoever is named is not among them.
macro_rules! away {
    () => {
        "FROM people w JOIN chats c ON c.person_id = w.id
         WHERE w.away_until IS NOT NULL AND c.kind = 'private' AND c.state = 'open' AND c.spare = 0
           AND ('p:' || w.id) NOT IN (SELECT key FROM inc) AND "
    };
}

const HOW_MANY: Sql = of_chats!("SELECT COUNT(*) ", away, "");
const NAMES: Sql = of_chats!("SELECT w.name, w.away_until ", away, " ORDER BY w.folded, w.id LIMIT 5");
const KEEP: Sql = of_chats!(
    "INSERT INTO edition_unreached (edition_id, person_id, why) SELECT $3, w.id, 'away' ",
    away,
    " ORDER BY w.id"
);

/// Those of an audience who are on leave now, with the last day of some.
pub(super) async fn on_leave(tx: &mut Tx<'_>, whom: &Whom) -> Result<Option<Unreached>, StoreError> {
    let (include, exclude) = whom.json()?;
    let count = tx.int(HOW_MANY, args![&include, &exclude]).await?;
    if count == 0 {
        return Ok(None);
    }
    let rows: Vec<(String, i64)> = tx.all(NAMES, args![include, exclude]).await?;
    let name = |(name, until): (String, i64)| format!("{name} ({})", date_words(last_day(Timestamp(until))));
    Ok(Some(Unreached { why: WhyNot::Away, count, names: rows.into_iter().map(name).collect() }))
}

/// Writes down who of an edition's audience is on leave. Gives how many.
pub(super) async fn keep(tx: &mut Tx<'_>, edition: EditionId, whom: &Whom) -> Result<u64, StoreError> {
    let (include, exclude) = whom.json()?;
    tx.exec(KEEP, args![include, exclude, edition]).await
}
