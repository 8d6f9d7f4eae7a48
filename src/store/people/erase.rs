//! A person is erased: what was said to them and by them, where they could be reached, their pictures, their name.
//!
//! What stays leads to nobody: a number in place of a person, so that counts, confirmations and the record of who did
//! what still add up. On SQLite what went is overwritten (`secure_delete`), and the write-ahead log is emptied at once.
//! PostgreSQL takes its old rows away with its own vacuum.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::args;
use crate::domain::Timestamp;
use crate::domain::content::Content;
use crate::domain::ids::*;
use crate::domain::mask::mask;
use crate::store::audit::{self, Actor};
use crate::store::{Env, Sql, Store, StoreError, Tx, blobs, incident, notice};

use super::members;

/// What stands where the name stood.
pub const NAME: &str = "(đã xóa)";
/// A person who agreed is told first; after so long they are erased even if that did not get through.
const TELLING_TAKES: Duration = Duration::from_secs(15 * 60);
/// Shorter names, and shorter ids of platforms, are found in too much that means somebody else.
const TELLING_NAME: usize = 5;

/// That a person was erased, as the ledger has it: enough to find them in an older copy of the database, and nothing
/// that leads to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    pub person: PersonId,
    /// When they came into the list.
    pub since: Timestamp,
    pub at: Timestamp,
}

impl Store {
    /// Erases who was agreed to and has been told. Gives how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn see_to_erasures(&self) -> Result<u64, StoreError> {
        let env = self.env();
        let before = env.now.before(TELLING_TAKES);
        let sql = "SELECT d.person_id FROM data_requests d WHERE d.state = 'agreed' AND (d.decided_at < $1
                     OR NOT EXISTS (SELECT 1 FROM messages m JOIN chats c ON c.id = m.chat_id
                                    WHERE c.person_id = d.person_id AND c.kind = 'private'
                                      AND m.settled_at IS NULL))
                   ORDER BY d.id LIMIT 20";
        let told: Vec<(i64,)> =
            self.db.read(move |tx| Box::pin(async move { tx.all(sql, args![before]).await })).await?;
        for (person,) in &told {
            self.erase(PersonId(*person), Actor::System).await?;
        }
        Ok(told.len().try_into().unwrap_or(u64::MAX))
    }

    /// Erases a person now. Gives `false` where there is nobody with this number, or they were erased before.
    ///
    /// # Errors
    /// The database's. Nothing is erased then.
    pub async fn erase_person(&self, person: PersonId) -> Result<bool, StoreError> {
        self.erase(person, Actor::CommandLine).await
    }

    async fn erase(&self, person: PersonId, by: Actor) -> Result<bool, StoreError> {
        let env = self.env();
        let erased = self
            .db
            .write(move |tx| Box::pin(async move { erase(tx, &env, person, by, env.now).await }))
            .await?;
        if erased {
            self.db.empty_log().await?;
        }
        Ok(erased)
    }

    /// Takes away what was erased from where the database keeps it for a while.
    ///
    /// # Errors
    /// The database's.
    pub async fn erase_traces(&self) -> Result<(), StoreError> {
        self.db.empty_log().await
    }

    /// Everybody who was erased, in this order.
    ///
    /// # Errors
    /// The database's.
    pub async fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let sql = "SELECT person_id, since, at FROM erasures ORDER BY at, person_id";
        let rows: Vec<(i64, i64, i64)> =
            self.db.read(|tx| Box::pin(async move { tx.all(sql, args![]).await })).await?;
        let read = |(person, since, at)| Erasure {
            person: PersonId(person),
            since: Timestamp(since),
            at: Timestamp(at),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Erases those once more whom the ledger knows and an older copy of the database brought back. Gives how many
    /// there were.
    ///
    /// # Errors
    /// The database's. Nothing is erased then.
    pub async fn erase_again(&self, ledger: Vec<Erasure>) -> Result<u64, StoreError> {
        let env = self.env();
        let back = self.db.read(|tx| Box::pin(async move { back(tx, ledger).await })).await?;
        if back.is_empty() {
            return Ok(0);
        }
        let again = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let mut again = 0;
                    for erasure in back {
                        let by = Actor::System;
                        again += u64::from(erase(tx, &env, erasure.person, by, erasure.at).await?);
                    }
                    Ok(again)
                })
            })
            .await?;
        self.db.empty_log().await?;
        Ok(again)
    }
}

/// Who of them is there again. The number alone may be somebody else's by now.
async fn back(tx: &mut Tx<'_>, ledger: Vec<Erasure>) -> Result<Vec<Erasure>, StoreError> {
    let sql = "SELECT COUNT(*) FROM people WHERE id = $1 AND created_at = $2
                 AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.person_id = people.id)";
    let mut back = Vec::new();
    for erasure in ledger {
        if tx.int(sql, args![erasure.person, erasure.since]).await? > 0 {
            back.push(erasure);
        }
    }
    Ok(back)
}

async fn erase(
    tx: &mut Tx<'_>,
    env: &Env,
    person: PersonId,
    by: Actor,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "SELECT name, created_at FROM people p WHERE id = $1
                 AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.person_id = p.id)";
    let known: Option<(String, i64)> = tx.optional(sql, args![person]).await?;
    let Some((name, since)) = known else { return Ok(false) };
    members::leave(tx, env, person).await?;
    let cases = incident::forget_person(tx, env, person, telling(&name)).await?;
    let made = notice::forget_person(tx, env, person, &name, telling(&name)).await?;
    let mut words = [cases.codes, cases.files.clone(), made.clone()].concat();
    let mut bytes = [cases.files, made].concat();
    words.extend(telling(&name).map(str::to_owned));
    let sql = "SELECT id, channel, external_id FROM chats WHERE person_id = $1 AND kind = 'private'";
    let chats: Vec<(i64, String, String)> = tx.all(sql, args![person]).await?;
    for (chat, channel, external_id) in chats {
        bytes.extend(forget_messages(tx, ChatId(chat)).await?);
        forget_chat(tx, ChatId(chat), &channel, &external_id).await?;
        words.extend(telling(&external_id).map(str::to_owned));
    }
    if !words.is_empty() {
        cover(tx, &name, &words, &bytes).await?;
    }
    for sha256 in bytes {
        blobs::forget_unused(tx, &sha256).await?;
    }
    for sql in [
        "DELETE FROM link_codes WHERE person_id = $1",
        "DELETE FROM consents WHERE person_id = $1",
        "DELETE FROM tags WHERE person_id = $1",
    ] {
        tx.exec(sql, args![person]).await?;
    }
    let sql = "UPDATE people SET name = $2, folded = '', own_order = 0 WHERE id = $1";
    tx.exec_one(sql, args![person, NAME]).await?;
    let sql = "UPDATE data_requests SET text = '', reason = NULL,
                 state = CASE WHEN state IN ('open', 'agreed') THEN 'done' ELSE state END,
                 decided_at = COALESCE(decided_at, $2)
               WHERE person_id = $1";
    tx.exec(sql, args![person, env.now]).await?;
    let sql = "INSERT INTO erasures (person_id, since, at) VALUES ($1, $2, $3)";
    tx.exec_one(sql, args![person, since, at]).await?;
    audit::record(tx, env, by, "person.erase", &format!("person:{person}"), "").await?;
    Ok(true)
}

/// The name, if it tells one person from others.
fn telling(name: &str) -> Option<&str> {
    Some(name).filter(|name| name.chars().count() >= TELLING_NAME)
}

/// What was said to them is gone; that something was sent stays, since limits count it. Gives the files that went.
async fn forget_messages(tx: &mut Tx<'_>, chat: ChatId) -> Result<Vec<String>, StoreError> {
    let sql = "DELETE FROM attempts WHERE message_id IN (SELECT id FROM messages WHERE chat_id = $1)";
    tx.exec(sql, args![chat]).await?;
    tx.exec("UPDATE messages SET error = NULL, own_data = NULL WHERE chat_id = $1", args![chat]).await?;
    // What others were told as well stays.
    let sql = "SELECT p.id, p.body FROM payloads p
               WHERE p.id IN (SELECT payload_id FROM messages WHERE chat_id = $1 AND settled_at IS NOT NULL)
                 AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.payload_id = p.id
                                   AND (m.chat_id <> $1 OR m.settled_at IS NULL))
                 AND NOT EXISTS (SELECT 1 FROM edition_parts e WHERE e.payload_id = p.id)";
    let said: Vec<(i64, String)> = tx.all(sql, args![chat]).await?;
    let nothing = serde_json::to_string(&Content::default())?;
    let mut files = Vec::new();
    for (payload, body) in said {
        let content: Content = serde_json::from_str(&body)?;
        files.extend(content.files.into_iter().map(|file| file.sha256));
        tx.exec_one("UPDATE payloads SET body = $2 WHERE id = $1", args![payload, &nothing]).await?;
    }
    Ok(files)
}

/// The chat is nobody's any more, and nobody finds it.
async fn forget_chat(
    tx: &mut Tx<'_>,
    chat: ChatId,
    channel: &str,
    external_id: &str,
) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM dialogues WHERE chat_id = $1",
        "DELETE FROM slots WHERE chat_id = $1",
        "DELETE FROM oa_windows WHERE chat_id = $1",
        "DELETE FROM media_shown WHERE chat_id = $1",
        "DELETE FROM incident_cards WHERE chat_id = $1",
        "DELETE FROM notice_cards WHERE chat_id = $1",
        "DELETE FROM notice_previews WHERE chat_id = $1",
    ] {
        tx.exec(sql, args![chat]).await?;
    }
    tx.exec("DELETE FROM invite_tries WHERE channel = $1 AND sender = $2", args![channel, external_id])
        .await?;
    // That an update came stays, so that it is absorbed when it comes again.
    let sql = "UPDATE inbox SET body = $2, chat_key = 'erased', error = NULL,
                 state = CASE state WHEN 'aside' THEN 'done' ELSE state END
               WHERE chat_key = $1 AND state <> 'waiting'";
    tx.exec(sql, args![format!("{channel}:{external_id}"), Vec::<u8>::new()]).await?;
    let sql =
        "UPDATE chats SET external_id = $2, title = '', folded = '', person_id = NULL, state = 'closed',
                 reason = 'erased', rank = 0, spare = 0, greeted_at = NULL WHERE id = $1";
    tx.exec_one(sql, args![chat, format!("erased:{chat}")]).await
}

/// What others were told that holds one of those words. What a notice says is a document, and stays.
const TOLD: Sql = Sql {
    lite: "SELECT p.id, p.body FROM payloads p
           WHERE EXISTS (SELECT 1 FROM json_each($1) w WHERE INSTR(p.body, w.value) > 0)
             AND NOT EXISTS (SELECT 1 FROM edition_parts e WHERE e.payload_id = p.id)",
    pg: "SELECT p.id, p.body FROM payloads p
         WHERE EXISTS (SELECT 1 FROM json_array_elements_text($1::json) w(value) WHERE STRPOS(p.body, w.value) > 0)
           AND NOT EXISTS (SELECT 1 FROM edition_parts e WHERE e.payload_id = p.id)",
};

/// Updates as they came that hold one of those words: presses bring along what they were under.
const CAME: Sql = Sql {
    lite: "UPDATE inbox SET body = x'' WHERE state = 'done' AND EXISTS
             (SELECT 1 FROM json_each($1) w WHERE INSTR(inbox.body, CAST(w.value AS BLOB)) > 0)",
    pg: "UPDATE inbox SET body = ''::bytea WHERE state = 'done' AND EXISTS
           (SELECT 1 FROM json_array_elements_text($1::json) w(value)
            WHERE POSITION(CONVERT_TO(w.value, 'UTF8') IN inbox.body) > 0)",
};

/// What others were told of them, and of the cases that they reported, names them no more, and holds no number that
/// leads to a person; nor are their pictures shown again. Buttons stay: they are answered by number where there are none. `words`: by what it is found.
async fn cover(tx: &mut Tx<'_>, name: &str, words: &[String], files: &[String]) -> Result<(), StoreError> {
    let told: Vec<(i64, String)> = tx.all(TOLD, args![serde_json::to_string(words)?]).await?;
    for (payload, body) in told {
        let mut content: Content = serde_json::from_str(&body)?;
        content.files.retain(|file| !files.contains(&file.sha256));
        let said = mask(&content.text.text);
        // Where the emphasis was has moved.
        content.text = match telling(name) {
            Some(name) => said.replace(name, NAME).into(),
            None => said.into(),
        };
        let body = serde_json::to_string(&content)?;
        tx.exec_one("UPDATE payloads SET body = $2 WHERE id = $1", args![payload, body]).await?;
    }
    let escaped = words.iter().map(|word| escaped(word)).filter(|word| !words.contains(word));
    let words: Vec<String> = words.iter().cloned().chain(escaped).collect();
    tx.exec(CAME, args![serde_json::to_string(&words)?]).await?;
    Ok(())
}

/// As platforms write it that keep JSON to ASCII.
fn escaped(word: &str) -> String {
    let unit = |unit: u16| match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    word.encode_utf16().map(unit).collect()
}
