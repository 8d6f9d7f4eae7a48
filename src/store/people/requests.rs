//! What people asked about their own data, and who decides it.

use serde::Serialize;

use crate::args;
use crate::conversation::Lang;
use crate::conversation::people::{
    Decider, Decision, MOST_REQUESTS, NewRequest, RequestFacts, RequestKind, RequestState,
};
use crate::domain::Timestamp;
use crate::domain::ids::*;
use crate::domain::rights::{DATA, roles_with};
use crate::domain::text::fold;

use super::super::{Env, Store, StoreError, Tx, row};
use super::{lineage, members};

/// A request in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestLine {
    pub id: i64,
    pub kind: RequestKind,
    pub person: i64,
    pub name: String,
    /// What is wrong, in their words.
    pub text: String,
    pub asked_at: Timestamp,
    pub due_at: Timestamp,
}

struct Row {
    id: i64,
    kind: String,
    state: String,
    text: String,
    created_at: i64,
    due_at: i64,
    person_id: i64,
    name: String,
}

row!(Row { id, kind, state, text, created_at, due_at, person_id, name });

/// All that is read of a request; a condition follows.
macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT d.id, d.kind, d.state, d.text, d.created_at, d.due_at, d.person_id, p.name
             FROM data_requests d JOIN people p ON p.id = d.person_id WHERE ",
            $where
        )
    };
}

fn kind(code: &str) -> Result<RequestKind, StoreError> {
    RequestKind::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("request {code}")))
}

impl Store {
    /// The requests that nobody has answered, the most pressing first.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_requests(&self) -> Result<Vec<RequestLine>, StoreError> {
        let sql = select!("d.state = 'open' ORDER BY d.due_at, d.id");
        let rows: Vec<Row> = self.db.read(|tx| Box::pin(async move { tx.all(sql, args![]).await })).await?;
        let line = |row: Row| {
            Ok(RequestLine {
                id: row.id,
                kind: kind(&row.kind)?,
                person: row.person_id,
                name: row.name,
                text: row.text,
                asked_at: Timestamp(row.created_at),
                due_at: Timestamp(row.due_at),
            })
        };
        rows.into_iter().map(line).collect()
    }
}

/// What a person asked of this kind and nobody has answered, or they are being told.
pub(super) async fn pending(
    tx: &mut Tx<'_>,
    person: PersonId,
    kind: RequestKind,
) -> Result<Option<Box<RequestFacts>>, StoreError> {
    let sql = select!("d.person_id = $1 AND d.kind = $2 AND d.state IN ('open', 'agreed')");
    let row: Option<Row> = tx.optional(sql, args![person, kind.code()]).await?;
    boxed(tx, row).await
}

pub(super) async fn by_id(tx: &mut Tx<'_>, id: RequestId) -> Result<Option<Box<RequestFacts>>, StoreError> {
    let row: Option<Row> = tx.optional(select!("d.id = $1"), args![id]).await?;
    boxed(tx, row).await
}

async fn boxed(tx: &mut Tx<'_>, row: Option<Row>) -> Result<Option<Box<RequestFacts>>, StoreError> {
    match row {
        Some(row) => Ok(Some(Box::new(facts(tx, row).await?))),
        None => Ok(None),
    }
}

/// Open requests that this administrator may decide, the most pressing first.
pub(super) async fn for_admin(tx: &mut Tx<'_>, admin: PersonId) -> Result<Vec<RequestFacts>, StoreError> {
    let rows: Vec<Row> = tx.all(select!("d.state = 'open' ORDER BY d.due_at, d.id"), args![]).await?;
    let mut found = Vec::new();
    for row in rows {
        let request = facts(tx, row).await?;
        if request.deciders.iter().any(|decider| decider.person == admin) {
            found.push(request);
        }
        // Whoever has a hundred of them hears that there are more, not how many.
        if found.len() > MOST_REQUESTS * 20 {
            break;
        }
    }
    Ok(found)
}

pub(super) async fn make(
    tx: &mut Tx<'_>,
    env: &Env,
    new: &NewRequest,
) -> Result<Box<RequestFacts>, StoreError> {
    let sql = "INSERT INTO data_requests (person_id, kind, text, state, created_at, due_at, alarm_at)
               VALUES ($1, $2, $3, 'open', $4, $5, $6) RETURNING id";
    let args = args![new.person, new.kind.code(), &new.text, env.now, new.due, new.alarm];
    let id = RequestId(tx.int(sql, args).await?);
    by_id(tx, id).await?.ok_or(StoreError::Missing)
}

async fn facts(tx: &mut Tx<'_>, row: Row) -> Result<RequestFacts, StoreError> {
    let person = PersonId(row.person_id);
    let sql = "SELECT DISTINCT u.id, u.path, u.path_key FROM roles r JOIN units u ON u.id = r.unit_id
               WHERE r.person_id = $1 ORDER BY u.path_key";
    let units: Vec<(i64, String, String)> = tx.all(sql, args![person]).await?;
    let mut above = Vec::new();
    for (unit, ..) in &units {
        above.extend(lineage(tx, UnitId(*unit)).await?);
    }
    let sql = "SELECT id, lang FROM chats WHERE person_id = $1 AND kind = 'private' AND state = 'open'
               ORDER BY spare, rank, id LIMIT 1";
    let chat: Option<(i64, String)> = tx.optional(sql, args![person]).await?;
    let state = RequestState::from_code(&row.state);
    Ok(RequestFacts {
        id: RequestId(row.id),
        kind: kind(&row.kind)?,
        state: state.ok_or_else(|| StoreError::Corrupt(format!("request {}", row.state)))?,
        text: row.text,
        created: Timestamp(row.created_at),
        due: Timestamp(row.due_at),
        person,
        name: row.name,
        posts: units.into_iter().map(|(_, path, _)| path).collect(),
        chat: chat.map(|(chat, lang)| (ChatId(chat), Lang::from_code(&lang))),
        deciders: deciders(tx, person, &above).await?,
    })
}

/// Administrators above the person, or all of them where there is none: never the person.
async fn deciders(tx: &mut Tx<'_>, person: PersonId, above: &[UnitId]) -> Result<Vec<Decider>, StoreError> {
    let sql = "SELECT p.id, c.id, c.lang, r.unit_id FROM roles r JOIN people p ON p.id = r.person_id
               JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.spare = 0 AND c.state = 'open'
               WHERE p.state = 'active' AND p.id <> $1 AND r.role = $2 ORDER BY p.id, r.unit_id";
    let mut rows: Vec<(i64, i64, String, i64)> = Vec::new();
    for role in roles_with(DATA) {
        rows.extend(tx.all::<(i64, i64, String, i64)>(sql, args![person, role.code()]).await?);
    }
    let near = rows.iter().any(|(.., unit)| above.contains(&UnitId(*unit)));
    let mut deciders: Vec<Decider> = Vec::new();
    for (person, chat, lang, unit) in rows {
        let person = PersonId(person);
        if (!near || above.contains(&UnitId(unit)))
            && deciders.last().is_none_or(|last| last.person != person)
        {
            deciders.push(Decider { person, chat: ChatId(chat), lang: Lang::from_code(&lang) });
        }
    }
    Ok(deciders)
}

/// Decides a request that is open.
///
/// # Errors
/// [`StoreError::Missing`] where it is not any more: the update is then handled again.
pub(super) async fn decide(
    tx: &mut Tx<'_>,
    env: &Env,
    request: RequestId,
    by: PersonId,
    decision: &Decision,
) -> Result<(), StoreError> {
    let reason = match decision {
        Decision::Refused(reason) => Some(reason.as_str()),
        _ => None,
    };
    let sql = "UPDATE data_requests SET state = $2, decided_at = $3, decided_by = $4, reason = $5
               WHERE id = $1 AND state = 'open' RETURNING person_id";
    let args = args![request, decision.state().code(), env.now, by, reason];
    let (person,): (i64,) = tx.one(sql, args).await?;
    if *decision == Decision::Agreed {
        members::leave(tx, env, PersonId(person)).await?;
    }
    Ok(())
}

/// Puts a name right, wherever it is shown from now on.
pub(super) async fn rename(tx: &mut Tx<'_>, person: PersonId, name: &str) -> Result<(), StoreError> {
    let sql = "UPDATE people SET name = $2, folded = $3 WHERE id = $1";
    tx.exec_one(sql, args![person, name, fold(name)]).await?;
    let sql = "UPDATE chats SET title = $2, folded = $3 WHERE person_id = $1 AND kind = 'private'";
    tx.exec(sql, args![person, name, fold(name)]).await?;
    Ok(())
}

/// Whose private chat it is, also after they left.
pub(super) async fn owner(tx: &mut Tx<'_>, chat: ChatId) -> Result<Option<PersonId>, StoreError> {
    let sql = "SELECT person_id FROM chats WHERE id = $1 AND kind = 'private'";
    let owner: Option<(Option<i64>,)> = tx.optional(sql, args![chat]).await?;
    Ok(owner.and_then(|(person,)| person).map(PersonId))
}

/// The card of a request is shown below everything next.
pub(super) async fn show_anew(tx: &mut Tx<'_>, chat: ChatId, request: RequestId) -> Result<(), StoreError> {
    let sql = "DELETE FROM slots WHERE chat_id = $1 AND slot = $2";
    tx.exec(sql, args![chat, format!("request:{request}")]).await?;
    Ok(())
}
