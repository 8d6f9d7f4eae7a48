//! Audiences under a name: kept, found, looked through.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::args;
use crate::conversation::notice::{Naming, SavedAudience};
use crate::domain::Timestamp;
use crate::domain::audience::{Audience, Selector};
use crate::domain::ids::*;
use crate::domain::text::fold;
use crate::store::audit::{self, Actor};
use crate::store::{Env, Sql, Store, StoreError, Tx, row};

use super::audience::{Found, resolve_inside};
use super::reach::{Crowd, Reach};
use super::write::{Done, Refused};
use super::{edition, listed};

/// So many there may be: a list of them can be read.
pub const MOST_SAVED: i64 = 1_000;

/// So many letters of a hash tell two states of a list apart.
const HASH: usize = 16;

/// A saved audience as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AudienceLine {
    pub id: AudienceId,
    pub name: String,
    /// As people write it.
    pub text: String,
    /// Whose editors, and those above, use and change it; none: those at the top.
    pub unit: Option<String>,
    /// `None`: the command line.
    pub author: Option<String>,
    pub changed_at: Timestamp,
}

/// One that is to be kept.
#[derive(Clone, Debug)]
pub struct NewAudience {
    pub name: String,
    pub text: String,
    pub unit: Option<UnitId>,
}

/// A saved audience as it is looked up.
pub struct Row {
    pub id: i64,
    pub name: String,
    pub text: String,
    pub unit_id: Option<i64>,
}

row!(Row { id, name, text, unit_id });

/// The saved audience of this name, if it is one of these units and those below (none: of all).
pub async fn find(tx: &mut Tx<'_>, name: &str, within: &[UnitId]) -> Result<Option<Row>, StoreError> {
    let sql = "SELECT id, name, text, unit_id FROM audiences WHERE folded = $1";
    let Some(row) = tx.optional::<Row>(sql, args![fold(name)]).await? else { return Ok(None) };
    Ok(listed::is_within(tx, row.unit_id, within).await?.then_some(row))
}

/// What the saved audiences hold that an audience names, those within them included: a hash, and nothing where it names
/// none. It changes as soon as one of them does.
pub async fn held(tx: &mut Tx<'_>, audience: &str) -> Result<String, StoreError> {
    let names = |text: &str| -> Vec<String> {
        let audience = text.parse::<Audience>().unwrap_or_default();
        let all = audience.include.into_iter().chain(audience.exclude);
        all.filter_map(|part| if let Selector::Saved(name) = part { Some(name) } else { None }).collect()
    };
    let mut wanted = names(audience);
    let mut found = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        match find(tx, &name, &[]).await? {
            Some(row) if !found.contains_key(&row.id) => {
                wanted.extend(names(&row.text));
                found.insert(row.id, row.text);
            }
            _ => {}
        }
    }
    let mut hash =
        if found.is_empty() { String::new() } else { hex::encode(Sha256::digest(format!("{found:?}"))) };
    hash.truncate(HASH);
    Ok(hash)
}

macro_rules! those_within {
    ($bounds:literal) => {
        concat!(
            "WITH RECURSIVE bounds (id) AS (SELECT ", $bounds, "),
               below (id) AS (SELECT id FROM bounds UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
             SELECT a.id, a.name, a.text FROM audiences a
             WHERE NOT EXISTS (SELECT 1 FROM bounds) OR a.unit_id IN (SELECT id FROM below)
             ORDER BY a.folded, a.id LIMIT 200"
        )
    };
}

const WITHIN: Sql = Sql {
    lite: those_within!("value FROM json_each($1)"),
    pg: those_within!("value::bigint FROM json_array_elements_text($1::json)"),
};

/// The saved audiences of these units and those below; without units, all.
pub async fn within(tx: &mut Tx<'_>, units: &[UnitId]) -> Result<Vec<SavedAudience>, StoreError> {
    let rows: Vec<(i64, String, String)> = tx.all(WITHIN, args![serde_json::to_string(units)?]).await?;
    let saved = |(id, name, text)| SavedAudience { id: AudienceId(id), name, text };
    Ok(rows.into_iter().map(saved).collect())
}

/// Whether an audience can be kept under a name, for somebody who may change what is of these units (none: of all): who
/// has that name now, or what is wrong with the audience, such as that it would lead back to itself.
pub async fn naming(tx: &mut Tx<'_>, env: &Env, name: &str, text: &str, within: &[UnitId]) -> Found<Naming> {
    let now = find(tx, name, &[]).await?;
    let audience = match text.parse::<Audience>() {
        Ok(audience) => audience,
        Err(wrong) => return Ok(Err(wrong.into())),
    };
    let path = now.iter().map(|row| row.id).collect();
    if let Err(fault) = resolve_inside(tx, env, &audience, within, path).await? {
        return Ok(Err(fault));
    }
    Ok(Ok(match now {
        None => Naming::Free,
        Some(row) if listed::is_within(tx, row.unit_id, within).await? => Naming::Replaces(row.name),
        Some(_) => Naming::Taken,
    }))
}

/// Keeps an audience under a name, in the place of what was there, which keeps its unit and how its name is written.
pub async fn save(tx: &mut Tx<'_>, env: &Env, actor: Actor, new: &NewAudience) -> Done<AudienceId> {
    if find(tx, &new.name, &[]).await?.is_none()
        && tx.int("SELECT COUNT(*) FROM audiences", args![]).await? >= MOST_SAVED
    {
        return Ok(Err(Refused::TooManySaved));
    }
    let author = match actor {
        Actor::Person(person) => Some(person),
        Actor::CommandLine | Actor::System => None,
    };
    let sql = "INSERT INTO audiences (name, folded, text, unit_id, author_id, created_at, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $6)
               ON CONFLICT (folded) DO UPDATE SET text = excluded.text, author_id = excluded.author_id,
                 changed_at = excluded.changed_at
               RETURNING id";
    let args = args![&new.name, fold(&new.name), &new.text, new.unit, author, env.now];
    let id = AudienceId(tx.int(sql, args).await?);
    audit::record(tx, env, actor, "audience.save", &format!("audience:{id}"), &new.name).await?;
    Ok(Ok(id))
}

/// Takes a person who is erased out of all saved audiences. One that named nobody else goes.
pub async fn forget_person(
    tx: &mut Tx<'_>,
    env: &Env,
    person: PersonId,
    name: &str,
) -> Result<(), StoreError> {
    let (folded, number) = (fold(name), person.to_string());
    let is_them = |part: &Selector| matches!(part, Selector::Person(text) if fold(text) == folded || text.trim() == number);
    let rows: Vec<Row> = tx.all("SELECT id, name, text, unit_id FROM audiences", args![]).await?;
    for row in rows {
        let Ok(mut audience) = row.text.parse::<Audience>() else { continue };
        let parts = audience.include.len() + audience.exclude.len();
        audience.include.retain(|part| !is_them(part));
        audience.exclude.retain(|part| !is_them(part));
        if audience.include.len() + audience.exclude.len() == parts {
            continue;
        }
        if audience.include.is_empty() {
            tx.exec_one("DELETE FROM audiences WHERE id = $1", args![row.id]).await?;
        } else {
            let sql = "UPDATE audiences SET text = $2, changed_at = $3 WHERE id = $1";
            tx.exec_one(sql, args![row.id, audience.to_string(), env.now]).await?;
        }
    }
    Ok(())
}

struct LineRow {
    id: i64,
    name: String,
    text: String,
    unit: Option<String>,
    author: Option<String>,
    changed_at: i64,
}

row!(LineRow { id, name, text, unit, author, changed_at });

impl Store {
    /// All saved audiences, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn audiences(&self) -> Result<Vec<AudienceLine>, StoreError> {
        let sql = "SELECT a.id, a.name, a.text, u.path AS unit, p.name AS author, a.changed_at
                   FROM audiences a LEFT JOIN units u ON u.id = a.unit_id LEFT JOIN people p ON p.id = a.author_id
                   ORDER BY a.folded, a.id";
        let rows: Vec<LineRow> =
            self.db.read(move |tx| Box::pin(async move { tx.all(sql, args![]).await })).await?;
        let line = |row: LineRow| AudienceLine {
            id: AudienceId(row.id),
            name: row.name,
            text: row.text,
            unit: row.unit,
            author: row.author,
            changed_at: Timestamp(row.changed_at),
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Keeps an audience under a name, as the administrator; one of this name is replaced.
    ///
    /// # Errors
    /// The database's; inside, that it means nobody that there is, or leads back to itself.
    pub async fn audience_save(&self, new: NewAudience) -> Done<AudienceId> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    if let Err(fault) = naming(tx, &env, &new.name, &new.text, &[]).await? {
                        return Ok(Err(fault.into()));
                    }
                    save(tx, &env, Actor::CommandLine, &new).await
                })
            })
            .await
    }

    /// Forgets a saved audience. Gives `false` where there is none of this name.
    ///
    /// # Errors
    /// The database's.
    pub async fn audience_remove(&self, name: String) -> Result<bool, StoreError> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "DELETE FROM audiences WHERE folded = $1 RETURNING id";
                    let row: Option<(i64,)> = tx.optional(sql, args![fold(&name)]).await?;
                    let Some((id,)) = row else { return Ok(false) };
                    let subject = format!("audience:{id}");
                    audit::record(tx, &env, Actor::CommandLine, "audience.remove", &subject, &name).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Counts whom an audience reaches now, as it is written, with a message of one part.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be said.
    pub async fn audience_preview(&self, text: String, urgent: bool) -> Done<Reach> {
        let env = self.env();
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    match edition::whom(tx, &env, &text).await? {
                        Ok(whom) => {
                            let crowd = Crowd::gather(tx, &whom).await?;
                            crowd.reach(tx, &env, None, urgent).await.map(Ok)
                        }
                        Err(fault) => Ok(Err(fault.into())),
                    }
                })
            })
            .await
    }
}
