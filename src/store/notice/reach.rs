//! How far an audience reaches, and whom it does not reach.

use serde::Serialize;

use crate::args;
use crate::domain::ids::{EditionId, UnitId};
use crate::store::{Sql, StoreError, Tx};

use super::audience::{Whom, meant, of_chats};

/// How far a notice reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Open groups.
    pub groups: i64,
    /// Open private chats.
    pub people: i64,
    /// Groups that are closed, and people without an open chat.
    pub unreachable: i64,
}

const OPEN: Sql = of_chats!(
    "SELECT COALESCE(SUM(CASE WHEN c.kind = 'group' THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN c.kind = 'group' THEN 0 ELSE 1 END), 0)
     FROM chats c WHERE c.state = 'open' AND ",
    ""
);

const CLOSED_GROUPS: Sql =
    of_chats!("SELECT COUNT(*) FROM chats c WHERE c.kind = 'group' AND c.state <> 'open' AND ", "");

/// People without an open chat, seen as if they had one.
const NO_CHAT: Sql = of_chats!(
    "SELECT COUNT(*) FROM (
       SELECT CAST(0 AS BIGINT) AS id, 'private' AS kind, 'none' AS purpose, CAST(NULL AS BIGINT) AS unit_id,
              w.id AS person_id
       FROM people w WHERE w.state = 'active' AND NOT EXISTS (
         SELECT 1 FROM chats o WHERE o.person_id = w.id AND o.kind = 'private' AND o.state = 'open')) c
     WHERE ",
    ""
);

/// Counts whom an audience reaches now.
pub async fn reach(tx: &mut Tx<'_>, whom: &Whom) -> Result<Reach, StoreError> {
    let (include, exclude) = whom.json()?;
    let keys = || args![&include, &exclude];
    let (groups, people) = tx.one::<(i64, i64)>(OPEN, keys()).await?;
    let closed = tx.int(CLOSED_GROUPS, keys()).await?;
    let without = tx.int(NO_CHAT, keys()).await?;
    Ok(Reach { groups, people, unreachable: closed + without })
}

const KEEP_CLOSED: Sql = of_chats!(
    "INSERT INTO edition_unreached (edition_id, chat_id, why)
     SELECT $3, c.id, 'closed' FROM chats c WHERE c.kind = 'group' AND c.state <> 'open' AND ",
    " ORDER BY c.id"
);

const KEEP_NO_CHAT: Sql = of_chats!(
    "INSERT INTO edition_unreached (edition_id, person_id, why)
     SELECT $3, c.person_id, c.why FROM (
       SELECT CAST(0 AS BIGINT) AS id, 'private' AS kind, 'none' AS purpose, CAST(NULL AS BIGINT) AS unit_id,
              w.id AS person_id,
              CASE WHEN EXISTS (SELECT 1 FROM chats o WHERE o.person_id = w.id AND o.kind = 'private')
                   THEN 'closed' ELSE 'no chat' END AS why
       FROM people w WHERE w.state = 'active' AND NOT EXISTS (
         SELECT 1 FROM chats o WHERE o.person_id = w.id AND o.kind = 'private' AND o.state = 'open')) c
     WHERE ",
    " ORDER BY c.person_id"
);

/// Writes down whom an edition should reach and cannot. Gives how many.
pub async fn keep_unreached(tx: &mut Tx<'_>, edition: EditionId, whom: &Whom) -> Result<u64, StoreError> {
    let (include, exclude) = whom.json()?;
    let closed = tx.exec(KEEP_CLOSED, args![&include, &exclude, edition]).await?;
    let without = tx.exec(KEEP_NO_CHAT, args![&include, &exclude, edition]).await?;
    Ok(closed + without)
}

const OUTSIDE: Sql = Sql {
    lite: concat!(
        "WITH RECURSIVE inc (key) AS (SELECT value FROM json_each($1)),
              exc (key) AS (SELECT value FROM json_each($2)),
              below (id) AS (SELECT value FROM json_each($3)
                             UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
         SELECT COUNT(*) FROM (SELECT 1 FROM chats c WHERE c.state = 'open'
           AND CASE WHEN c.kind = 'group' THEN c.unit_id NOT IN (SELECT id FROM below)
                    ELSE NOT EXISTS (SELECT 1 FROM roles o WHERE o.person_id = c.person_id
                                       AND o.unit_id IN (SELECT id FROM below)) END
           AND ",
        meant!(),
        " LIMIT 1) AS found"
    ),
    pg: concat!(
        "WITH RECURSIVE inc (key) AS (SELECT value FROM json_array_elements_text($1::json)),
              exc (key) AS (SELECT value FROM json_array_elements_text($2::json)),
              below (id) AS (SELECT value::bigint FROM json_array_elements_text($3::json)
                             UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
         SELECT COUNT(*) FROM (SELECT 1 FROM chats c WHERE c.state = 'open'
           AND CASE WHEN c.kind = 'group' THEN c.unit_id NOT IN (SELECT id FROM below)
                    ELSE NOT EXISTS (SELECT 1 FROM roles o WHERE o.person_id = c.person_id
                                       AND o.unit_id IN (SELECT id FROM below)) END
           AND ",
        meant!(),
        " LIMIT 1) AS found"
    ),
};

/// Whether an audience reaches beyond these units and all below them.
pub async fn reaches_beyond(tx: &mut Tx<'_>, whom: &Whom, units: &[UnitId]) -> Result<bool, StoreError> {
    let (include, exclude) = whom.json()?;
    Ok(tx.int(OUTSIDE, args![include, exclude, serde_json::to_string(units)?]).await? > 0)
}
