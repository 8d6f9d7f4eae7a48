//! What is left of a case some time after it ended: what happened where, without who told it and without pictures.

use crate::args;
use crate::domain::Timestamp;
use crate::domain::ids::IncidentId;
use crate::domain::mask::mask;
use crate::store::audit::{self, Actor};
use crate::store::{Env, StoreError, Tx};

use super::act;

/// Cases that one transaction retires: each of them changes its cards.
const AT_ONCE: i64 = 20;

/// The index `incidents_over` is of the same words.
const OVER: &str = "SELECT id FROM incidents WHERE retired_at IS NULL
                    AND state IN ('confirmed', 'closed', 'rejected', 'withdrawn', 'merged')
                    AND updated_at < $1 ORDER BY updated_at LIMIT $2";

/// Who told it, wherever a step is a reporter's: `Move::is_of_a_reporter`, and the report itself.
const REPORTERS: &str = "UPDATE incident_steps SET actor_id = NULL WHERE incident_id = $1
                         AND move IN ('open', 'answer', 'add', 'confirm', 'reopen', 'withdraw')";

/// The same of one person, in all cases.
pub(super) const REPORTER_OF_ALL: &str = "UPDATE incident_steps SET actor_id = NULL WHERE actor_id = $1
                         AND move IN ('open', 'answer', 'add', 'confirm', 'reopen', 'withdraw')";

/// Retires cases to which nothing has happened since then. Gives how many.
pub async fn retire(tx: &mut Tx<'_>, env: &Env, before: Timestamp) -> Result<u64, StoreError> {
    let over: Vec<(i64,)> = tx.all(OVER, args![before, AT_ONCE]).await?;
    for (id,) in &over {
        one(tx, env, IncidentId(*id)).await?;
    }
    // Last of all: it holds up others who want to write there.
    for (id,) in &over {
        audit::record(tx, env, Actor::System, "incident.retire", &format!("incident:{id}"), "").await?;
    }
    Ok(over.len().try_into().unwrap_or(u64::MAX))
}

async fn one(tx: &mut Tx<'_>, env: &Env, id: IncidentId) -> Result<(), StoreError> {
    // Their bytes go with the next sweep, unless something else shows them.
    let shown = "DELETE FROM media_shown WHERE media_id IN (SELECT id FROM media WHERE incident_id = $1)";
    for sql in [
        shown,
        "DELETE FROM media WHERE incident_id = $1",
        "DELETE FROM reports WHERE incident_id = $1",
        REPORTERS,
    ] {
        tx.exec(sql, args![id]).await?;
    }
    mask_words(tx, id).await?;
    tx.exec_one("UPDATE incidents SET retired_at = $2 WHERE id = $1", args![id, env.now]).await?;
    // The cards say it once more, and are not kept up to date from then on.
    act::refresh_quietly(tx, env, id).await?;
    tx.exec("DELETE FROM incident_cards WHERE incident_id = $1", args![id]).await?;
    Ok(())
}

/// The words stay, but no number in them leads to a person.
pub(super) async fn mask_words(tx: &mut Tx<'_>, id: IncidentId) -> Result<(), StoreError> {
    let sql = "SELECT text, place, question, result FROM incidents WHERE id = $1";
    let (text, place, question, result): (String, Option<String>, Option<String>, Option<String>) =
        tx.one(sql, args![id]).await?;
    let masked = |words: Option<String>| words.map(|words| mask(&words));
    let sql = "UPDATE incidents SET text = $2, place = $3, question = $4, result = $5 WHERE id = $1";
    let args = args![id, mask(&text), masked(place), masked(question), masked(result)];
    tx.exec_one(sql, args).await?;
    let sql = "SELECT id, text FROM incident_steps WHERE incident_id = $1 AND text <> ''";
    let steps: Vec<(i64, String)> = tx.all(sql, args![id]).await?;
    for (step, text) in steps {
        let without = mask(&text);
        if without != text {
            tx.exec_one("UPDATE incident_steps SET text = $2 WHERE id = $1", args![step, without]).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::incident::{Move, State};

    #[test]
    fn the_cases_that_are_over_are_those_of_the_states() {
        let over = State::ALL.into_iter().filter(|state| state.is_over());
        let over: Vec<_> = over.map(|state| format!("'{}'", state.code())).collect();
        let states = format!("state IN ({})", over.join(", "));
        assert!(OVER.contains(&states), "{states}");
        for schema in [
            include_str!("../../../migrations/sqlite/0004_incidents.sql"),
            include_str!("../../../migrations/postgres/0004_incidents.sql"),
        ] {
            assert!(schema.contains(&format!("WHERE retired_at IS NULL AND {states};")), "{states}");
        }
    }

    #[test]
    fn what_reporters_do_is_told_without_them() {
        let theirs = Move::ALL.into_iter().filter(|movement| movement.is_of_a_reporter());
        let theirs: Vec<_> = theirs.map(|movement| format!("'{}'", movement.code())).collect();
        let theirs = format!("move IN ('open', {})", theirs.join(", "));
        assert!(REPORTERS.ends_with(&theirs) && REPORTER_OF_ALL.ends_with(&theirs), "{theirs}");
    }
}
