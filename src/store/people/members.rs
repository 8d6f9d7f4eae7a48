//! People: enrolling, leaving, consent, listings.

use std::collections::HashMap;

use serde::Serialize;

use crate::args;
use crate::conversation::people::{Consent, GivenConsent};
use crate::domain::ids::*;
use crate::domain::text::fold;
use crate::domain::{Role, Timestamp};

use super::super::{Env, Store, StoreError, Tx, row};
use super::chats;

/// A person in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonLine {
    pub id: i64,
    pub name: String,
    /// `active` or `left`.
    pub state: String,
    /// Whether any private chat of theirs is open.
    pub reachable: bool,
    /// The version of the wording that was agreed to.
    pub consent: Option<String>,
    /// On leave up to this moment.
    pub away_until: Option<Timestamp>,
    pub roles: Vec<RoleLine>,
}

/// A role in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleLine {
    pub role: Role,
    pub unit: String,
}

struct PersonRow {
    id: i64,
    name: String,
    state: String,
    reachable: i64,
    consent_version: Option<String>,
    away_until: Option<i64>,
}

row!(PersonRow { id, name, state, reachable, consent_version, away_until });

const ALL_PEOPLE: &str = "
    SELECT p.id, p.name, p.state, p.consent_version, p.away_until,
      (SELECT COUNT(*) FROM chats c
       WHERE c.person_id = p.id AND c.kind = 'private' AND c.state = 'open') AS reachable
    FROM people p ORDER BY p.folded, p.id";
const ALL_ROLES: &str = "SELECT r.person_id, r.role, u.path FROM roles r JOIN units u ON u.id = r.unit_id
                         ORDER BY u.path_key, r.role";
const PEOPLE_BELOW: &str = "
    WITH RECURSIVE below (id) AS (
      SELECT id FROM units WHERE id = $1
      UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
    SELECT p.id, p.name, p.state, p.consent_version, p.away_until,
      (SELECT COUNT(*) FROM chats c
       WHERE c.person_id = p.id AND c.kind = 'private' AND c.state = 'open') AS reachable
    FROM people p
    WHERE p.id IN (SELECT r.person_id FROM roles r JOIN below b ON b.id = r.unit_id)
    ORDER BY p.folded, p.id";

impl Store {
    /// The name of a person on the list; `None` where there is nobody with this number, or they have left.
    ///
    /// # Errors
    /// The database's.
    pub async fn person_name(&self, person: PersonId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT name FROM people WHERE id = $1 AND state = 'active'";
        let row: Option<(String,)> =
            self.db.read(move |tx| Box::pin(async move { tx.optional(sql, args![person]).await })).await?;
        Ok(row.map(|(name,)| name))
    }

    /// All people, or those with a role at the unit or below it.
    pub async fn people(&self, unit: Option<UnitId>) -> Result<Vec<PersonLine>, StoreError> {
        self.db.read(move |tx| Box::pin(async move { list(tx, unit).await })).await
    }
}

async fn list(tx: &mut Tx<'_>, unit: Option<UnitId>) -> Result<Vec<PersonLine>, StoreError> {
    let people: Vec<PersonRow> = match unit {
        Some(unit) => tx.all(PEOPLE_BELOW, args![unit]).await?,
        None => tx.all(ALL_PEOPLE, args![]).await?,
    };
    let rows: Vec<(i64, String, String)> = tx.all(ALL_ROLES, args![]).await?;
    let mut roles: HashMap<i64, Vec<RoleLine>> = HashMap::new();
    for (person, role, unit) in rows {
        let role = role.parse().map_err(|_| StoreError::Corrupt(format!("role {role}")))?;
        roles.entry(person).or_default().push(RoleLine { role, unit });
    }
    let line = |row: PersonRow| PersonLine {
        id: row.id,
        name: row.name,
        state: row.state,
        reachable: row.reachable > 0,
        consent: row.consent_version,
        away_until: row.away_until.map(Timestamp),
        roles: roles.remove(&row.id).unwrap_or_default(),
    };
    Ok(people.into_iter().map(line).collect())
}

/// Enrols whoever the private chat belongs to. Who has left comes back as the same person.
pub(super) async fn enrol(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: ChatId,
    name: &str,
    consent: &Consent,
) -> Result<PersonId, StoreError> {
    let sql = "SELECT person_id FROM chats WHERE id = $1 AND kind = 'private'";
    let (known,): (Option<i64>,) = tx.one(sql, args![chat]).await?;
    let person = match known {
        Some(id) => {
            let sql =
                "UPDATE people SET name = $2, folded = $3, state = 'active', left_at = NULL WHERE id = $1";
            tx.exec_one(sql, args![id, name, fold(name)]).await?;
            PersonId(id)
        }
        None => {
            let sql = "INSERT INTO people (name, folded, state, created_at)
                       VALUES ($1, $2, 'active', $3) RETURNING id";
            PersonId(tx.int(sql, args![name, fold(name), env.now]).await?)
        }
    };
    let sql = "UPDATE chats SET person_id = $2, title = $3, folded = $4, state = 'open', reason = NULL
               WHERE id = $1";
    tx.exec_one(sql, args![chat, person, name, fold(name)]).await?;
    give_consent(tx, person, consent).await?;
    Ok(person)
}

pub(super) async fn add_role(
    tx: &mut Tx<'_>,
    env: &Env,
    person: PersonId,
    unit: UnitId,
    role: Role,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO roles (person_id, unit_id, role, since) VALUES ($1, $2, $3, $4)
               ON CONFLICT (person_id, unit_id, role) DO NOTHING";
    tx.exec(sql, args![person, unit, role.code(), env.now]).await?;
    Ok(())
}

pub(super) async fn give_consent(
    tx: &mut Tx<'_>,
    person: PersonId,
    consent: &Consent,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO consents (person_id, version, lang, wording_hash, given_at)
               VALUES ($1, $2, $3, $4, $5)";
    let args = args![person, &consent.version, consent.lang.code(), &consent.wording_hash, consent.at];
    tx.exec_one(sql, args).await?;
    let sql = "UPDATE people SET consent_version = $2, consent_at = $3 WHERE id = $1";
    tx.exec_one(sql, args![person, &consent.version, consent.at]).await
}

pub(super) async fn consent(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<GivenConsent>, StoreError> {
    let sql = "SELECT consent_version, consent_at FROM people WHERE id = $1";
    let (version, at): (Option<String>, Option<i64>) = tx.one(sql, args![person]).await?;
    Ok(version.zip(at).map(|(version, at)| GivenConsent { version, at: Timestamp(at) }))
}

/// The person leaves: no role, no dialogue, no button, nothing that still waits to be sent to them.
pub(super) async fn leave(tx: &mut Tx<'_>, env: &Env, person: PersonId) -> Result<(), StoreError> {
    let sql = "UPDATE people SET state = 'left', left_at = $2, consent_version = NULL, consent_at = NULL,
                 away_until = NULL WHERE id = $1";
    tx.exec_one(sql, args![person, env.now]).await?;
    let sql = "UPDATE staff_changes SET state = 'cancelled', done_at = $2
               WHERE person_id = $1 AND state = 'planned'";
    tx.exec(sql, args![person, env.now]).await?;
    let sql = "UPDATE consents SET withdrawn_at = $2 WHERE person_id = $1 AND withdrawn_at IS NULL";
    tx.exec(sql, args![person, env.now]).await?;
    tx.exec("DELETE FROM roles WHERE person_id = $1", args![person]).await?;
    // Their dialogues in groups too: these are kept under the sender's name on the platform.
    let sql = "DELETE FROM dialogues WHERE EXISTS (
                 SELECT 1 FROM chats mine JOIN chats there ON there.channel = mine.channel
                 WHERE mine.person_id = $1 AND mine.kind = 'private'
                   AND dialogues.sender = mine.external_id AND dialogues.chat_id = there.id)";
    tx.exec(sql, args![person]).await?;
    let sql = "SELECT id FROM chats WHERE person_id = $1 AND kind = 'private'";
    let chats: Vec<(i64,)> = tx.all(sql, args![person]).await?;
    for (chat,) in chats {
        tx.exec("DELETE FROM buttons WHERE chat_id = $1", args![chat]).await?;
        chats::drop_waiting(tx, env, ChatId(chat), "left").await?;
    }
    Ok(())
}
