//! A person is erased: what they answered for their unit stays, and leads to nobody.

use crate::args;
use crate::domain::ids::PersonId;
use crate::domain::mask::mask;
use crate::store::{StoreError, Tx};

/// Takes a person out of all calls. `name`: if it tells them from others, so that it can be taken out of words. Gives
/// the SHA-256 of tables and archives that name them.
pub async fn forget_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    name: Option<&str>,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT o.files FROM call_outputs o WHERE o.files <> '[]' AND o.notice_id IN (
                 SELECT a.notice_id FROM call_answers a WHERE a.person_id = $1)";
    let made: Vec<(String,)> = tx.all(sql, args![person]).await?;
    let mut files: Vec<String> = Vec::new();
    for (made,) in made {
        files.extend(serde_json::from_str::<Vec<String>>(&made)?);
    }
    let sql = "SELECT id, text FROM call_answers WHERE person_id = $1 AND text IS NOT NULL";
    let said: Vec<(i64, String)> = tx.all(sql, args![person]).await?;
    for (id, text) in said {
        tx.exec_one("UPDATE call_answers SET text = $2 WHERE id = $1", args![id, mask(&text)]).await?;
    }
    tx.exec("UPDATE call_answers SET person_id = NULL WHERE person_id = $1", args![person]).await?;
    if let Some(name) = name {
        let cover = "•".repeat(name.chars().count());
        for sql in [
            "UPDATE call_answers SET text = REPLACE(text, $1, $2) WHERE text LIKE '%' || $1 || '%'",
            "UPDATE call_files SET name = REPLACE(name, $1, $2) WHERE name LIKE '%' || $1 || '%'",
        ] {
            tx.exec(sql, args![name, &cover]).await?;
        }
    }
    Ok(files)
}
