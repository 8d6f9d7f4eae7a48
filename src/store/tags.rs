//! Tags: words with which people, units and groups are marked, so that notices find them.

use serde::Serialize;

use crate::args;
use crate::domain::audience::AudienceFault;
use crate::domain::text::fold;

use super::audit::{self, Actor};
use super::notice::{one_group, one_person, one_unit};
use super::{Env, Store, StoreError, Tx, row};

/// What carries a tag, by the name that people type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// By name or number.
    Person(String),
    /// By path or name: its people and groups.
    Unit(String),
    /// By title or the platform's id.
    Group(String),
}

/// A tag, and how many carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TagLine {
    pub name: String,
    pub people: i64,
    pub units: i64,
    pub groups: i64,
}

row!(TagLine { name, people, units, groups });

/// What carries one tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TagBearer {
    /// `person`, `unit` or `group`.
    pub kind: String,
    /// Its number; of a group, the chat's.
    pub id: i64,
    pub name: String,
}

row!(TagBearer { kind, id, name });

/// Who carries a tag: a number in one of three columns.
#[derive(Clone, Copy, Debug)]
enum Bearer {
    Person(i64),
    Unit(i64),
    Group(i64),
}

async fn find(
    tx: &mut Tx<'_>,
    env: &Env,
    bearer: &Tagged,
) -> Result<Result<Bearer, AudienceFault>, StoreError> {
    Ok(match bearer {
        Tagged::Person(name) => one_person(tx, name).await?.map(Bearer::Person),
        Tagged::Group(name) => one_group(tx, name).await?.map(Bearer::Group),
        Tagged::Unit(name) => one_unit(tx, env, name).await?.map(Bearer::Unit),
    })
}

const LIST: &str = "
    SELECT MIN(name) AS name, COUNT(person_id) AS people, COUNT(unit_id) AS units, COUNT(chat_id) AS groups
    FROM tags GROUP BY folded ORDER BY folded";

const BEARERS: &str = "
    SELECT 'person' AS kind, p.id, p.name FROM tags t JOIN people p ON p.id = t.person_id WHERE t.folded = $1
    UNION ALL
    SELECT 'unit', u.id, u.path FROM tags t JOIN units u ON u.id = t.unit_id WHERE t.folded = $1
    UNION ALL
    SELECT 'group', c.id, c.title FROM tags t JOIN chats c ON c.id = t.chat_id WHERE t.folded = $1
    ORDER BY 1 DESC, 3, 2";

impl Store {
    /// Marks all of these with a tag. Gives how many did not carry it before.
    ///
    /// # Errors
    /// The database's; inside, one of them that there is not. Nothing is marked then.
    pub async fn tag(
        &self,
        name: String,
        bearers: Vec<Tagged>,
    ) -> Result<Result<u64, AudienceFault>, StoreError> {
        self.mark(name, bearers, true).await
    }

    /// Takes a tag from all of these. Gives how many carried it.
    ///
    /// # Errors
    /// The database's; inside, one of them that there is not. Nothing is taken then.
    pub async fn untag(
        &self,
        name: String,
        bearers: Vec<Tagged>,
    ) -> Result<Result<u64, AudienceFault>, StoreError> {
        self.mark(name, bearers, false).await
    }

    async fn mark(
        &self,
        name: String,
        bearers: Vec<Tagged>,
        carries: bool,
    ) -> Result<Result<u64, AudienceFault>, StoreError> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let mut found = Vec::with_capacity(bearers.len());
                    for bearer in &bearers {
                        match find(tx, &env, bearer).await? {
                            Ok(bearer) => found.push(bearer),
                            Err(fault) => return Ok(Err(fault)),
                        }
                    }
                    let mut changed = 0;
                    for bearer in found {
                        changed += match carries {
                            true => add(tx, &env, &name, bearer).await?,
                            false => take(tx, &name, bearer).await?,
                        };
                    }
                    let act = if carries { "tag.add" } else { "tag.remove" };
                    audit::record(tx, &env, Actor::CommandLine, act, "tags", &name).await?;
                    Ok(Ok(changed))
                })
            })
            .await
    }

    /// All tags, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn tags(&self) -> Result<Vec<TagLine>, StoreError> {
        self.db.read(|tx| Box::pin(async move { tx.all(LIST, args![]).await })).await
    }

    /// What carries a tag: people, then units, then groups.
    ///
    /// # Errors
    /// The database's.
    pub async fn tag_bearers(&self, name: &str) -> Result<Vec<TagBearer>, StoreError> {
        let folded = fold(name);
        self.db.read(move |tx| Box::pin(async move { tx.all(BEARERS, args![folded]).await })).await
    }
}

async fn add(tx: &mut Tx<'_>, env: &Env, name: &str, bearer: Bearer) -> Result<u64, StoreError> {
    let (person, unit, chat) = match bearer {
        Bearer::Person(id) => (Some(id), None, None),
        Bearer::Unit(id) => (None, Some(id), None),
        Bearer::Group(id) => (None, None, Some(id)),
    };
    let sql = "INSERT INTO tags (name, folded, person_id, unit_id, chat_id, created_at)
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    tx.exec(sql, args![name, fold(name), person, unit, chat, env.now]).await
}

async fn take(tx: &mut Tx<'_>, name: &str, bearer: Bearer) -> Result<u64, StoreError> {
    let (sql, id) = match bearer {
        Bearer::Person(id) => ("DELETE FROM tags WHERE folded = $1 AND person_id = $2", id),
        Bearer::Unit(id) => ("DELETE FROM tags WHERE folded = $1 AND unit_id = $2", id),
        Bearer::Group(id) => ("DELETE FROM tags WHERE folded = $1 AND chat_id = $2", id),
    };
    tx.exec(sql, args![fold(name), id]).await
}
