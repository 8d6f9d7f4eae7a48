//! A person is erased: their reports, pictures and name go from the cases, which go on without them.

use crate::args;
use crate::domain::ids::{IncidentId, PersonId};
use crate::store::{Env, StoreError, Tx};

use super::{act, retire};

/// What hangs on the cases that a person told of.
pub struct Forgotten {
    /// The codes of the cases.
    pub codes: Vec<String>,
    /// The pictures and documents that were theirs: SHA-256 of each.
    pub files: Vec<String>,
}

/// Takes a person out of all cases. `name`: if it tells them from others, so that it can be taken out of words.
pub async fn forget_person(
    tx: &mut Tx<'_>,
    env: &Env,
    person: PersonId,
    name: Option<&str>,
) -> Result<Forgotten, StoreError> {
    let sql = "SELECT id, code FROM incidents WHERE id IN
                 (SELECT incident_id FROM reports WHERE person_id = $1
                  UNION SELECT incident_id FROM media WHERE person_id = $1) ORDER BY id";
    let told: Vec<(i64, String)> = tx.all(sql, args![person]).await?;
    let sql = "SELECT id FROM open_incidents WHERE holder_id = $1 ORDER BY id";
    let held: Vec<(i64,)> = tx.all(sql, args![person]).await?;
    let sql = "DELETE FROM media_shown WHERE media_id IN (SELECT id FROM media WHERE person_id = $1)";
    tx.exec(sql, args![person]).await?;
    let sql = "DELETE FROM media WHERE person_id = $1 RETURNING sha256";
    let files: Vec<(Option<String>,)> = tx.all(sql, args![person]).await?;
    tx.exec("DELETE FROM reports WHERE person_id = $1", args![person]).await?;
    tx.exec(retire::REPORTER_OF_ALL, args![person]).await?;
    for (id,) in &held {
        tx.exec("UPDATE incidents SET holder_id = NULL WHERE id = $1", args![*id]).await?;
    }
    for (id, _) in &told {
        retire::mask_words(tx, IncidentId(*id)).await?;
    }
    if let Some(name) = name {
        cover_name(tx, name).await?;
    }
    let (told, codes): (Vec<i64>, Vec<String>) = told.into_iter().unzip();
    let mut shown: Vec<i64> = told.into_iter().chain(held.into_iter().map(|(id,)| id)).collect();
    shown.sort_unstable();
    shown.dedup();
    for id in shown {
        act::refresh_quietly(tx, env, IncidentId(id)).await?;
    }
    Ok(Forgotten { codes, files: files.into_iter().filter_map(|(sha256,)| sha256).collect() })
}

/// Whoever wrote it, in whatever case.
async fn cover_name(tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
    let cover = "•".repeat(name.chars().count());
    for sql in [
        "UPDATE incidents SET text = REPLACE(text, $1, $2) WHERE text LIKE '%' || $1 || '%'",
        "UPDATE incidents SET place = REPLACE(place, $1, $2) WHERE place LIKE '%' || $1 || '%'",
        "UPDATE incidents SET question = REPLACE(question, $1, $2) WHERE question LIKE '%' || $1 || '%'",
        "UPDATE incidents SET result = REPLACE(result, $1, $2) WHERE result LIKE '%' || $1 || '%'",
        "UPDATE incident_steps SET text = REPLACE(text, $1, $2) WHERE text LIKE '%' || $1 || '%'",
        "UPDATE reports SET text = REPLACE(text, $1, $2) WHERE text LIKE '%' || $1 || '%'",
    ] {
        tx.exec(sql, args![name, &cover]).await?;
    }
    Ok(())
}
