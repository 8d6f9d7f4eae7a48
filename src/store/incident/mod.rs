//! Quick reports and the cases that they make: what is kept.

mod act;
mod alike;
mod deadlines;
mod digest;
mod forget;
mod heard;
mod late;
mod list;
mod media;
mod read;
mod retire;
#[cfg(test)]
mod scenes;
mod storm;
mod units;

use crate::args;
use crate::conversation::incident::{Answer, Ask, Effect, MOST_AT_ONCE};
use crate::domain::Timestamp;
use crate::domain::ids::IncidentId;

use super::audit::Actor;
use super::{Env, StoreError, Tx};

pub(super) use forget::forget_person;
pub use media::{Fetched, Refusal, Wanted};
pub use read::{Shown, ShownStep};
pub(super) use retire::retire;
pub(super) use units::{heads_by_path, heads_of_level, takers};

/// Answers a question of the conversation.
pub(super) async fn answer(tx: &mut Tx<'_>, env: &Env, ask: &Ask) -> Result<Answer, StoreError> {
    Ok(match ask {
        Ask::Case(id) => Answer::Case(read::case(tx, *id).await?.map(Box::new)),
        Ask::ByCode(code) => {
            let found: Option<(i64,)> =
                tx.optional("SELECT id FROM incidents WHERE code = $1", args![code]).await?;
            match found {
                Some((id,)) => Answer::Case(read::case(tx, IncidentId(id)).await?.map(Box::new)),
                None => Answer::Case(None),
            }
        }
        Ask::Reported { chat, message } => {
            let sql = "SELECT i.code FROM reports r JOIN incidents i ON i.id = r.incident_id
                       WHERE r.chat_id = $1 AND r.message_id = $2";
            let row: Option<(String,)> = tx.optional(sql, args![*chat, message]).await?;
            Answer::Code(row.map(|(code,)| code))
        }
        Ask::Recent { person, chat, since } => {
            let sql = "SELECT i.id FROM reports r JOIN incidents i ON i.id = r.incident_id
                       WHERE r.person_id = $1 AND r.chat_id = $2 AND r.created_at >= $3
                       ORDER BY r.id DESC LIMIT 1";
            first_incident(tx.optional(sql, args![*person, *chat, *since]).await?)
        }
        Ask::Flood(person) => {
            let sql = "SELECT created_at FROM reports WHERE person_id = $1
                       ORDER BY created_at DESC LIMIT 1 OFFSET $2";
            let row: Option<(i64,)> = tx.optional(sql, args![*person, MOST_AT_ONCE - 1]).await?;
            Answer::At(row.map(|(at,)| Timestamp(at)))
        }
        Ask::Asked(person) => {
            let sql = "SELECT i.id FROM reports r JOIN open_incidents i ON i.id = r.incident_id
                       WHERE r.person_id = $1 AND i.question IS NOT NULL
                       ORDER BY i.updated_at DESC LIMIT 1";
            first_incident(tx.optional(sql, args![*person]).await?)
        }
        Ask::UnitsIn(text) => Answer::Units(units::named_in(tx, text).await?),
        Ask::UnitsLike(text) => Answer::Units(units::named_like(tx, text).await?),
        Ask::Homes(person) => Answer::Units(units::homes(tx, *person).await?),
        Ask::Top(unit) => Answer::Units(units::top(tx, *unit).await?),
        Ask::Unit(unit) => Answer::Units(units::one(tx, *unit).await?.into_iter().collect()),
        Ask::Desk(unit) => Answer::Desk(units::desk_titles(tx, *unit).await?),
        Ask::NextNumber(counter) => Answer::Number(next_number(tx, counter).await?),
        Ask::Groups { incident, officer, name } => {
            Answer::Groups(units::groups(tx, *incident, *officer, name.as_deref()).await?)
        }
        Ask::Group { chat, unit } => {
            Answer::Groups(units::group(tx, *chat, *unit).await?.into_iter().collect())
        }
        Ask::GroupOf(path_key) => Answer::Groups(units::group_of(tx, path_key).await?.into_iter().collect()),
        Ask::Mergeable(incident) => Answer::List(list::mergeable(tx, *incident).await?),
        Ask::Alike { unit, spot, reach, open_since, settled_since } => {
            let search = alike::Search {
                unit: *unit,
                spot: *spot,
                reach: *reach,
                open_since: *open_since,
                settled_since: *settled_since,
            };
            Answer::Alike(alike::candidates(tx, &search).await?)
        }
        Ask::List { scope, page } => Answer::List(list::page(tx, scope, *page).await?),
        Ask::Digest { units, from, to } => {
            Answer::Digest(Box::new(digest::digest(tx, env, units.as_deref(), *from, *to).await?))
        }
    })
}

fn first_incident(row: Option<(i64,)>) -> Answer {
    Answer::Incident(row.map(|(id,)| IncidentId(id)))
}

/// Takes the next number of a counter, from 1.
async fn next_number(tx: &mut Tx<'_>, counter: &str) -> Result<i64, StoreError> {
    let sql = "INSERT INTO counters (name, value) VALUES ($1, 1)
               ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value";
    tx.int(sql, args![counter]).await
}

/// Makes a change that the conversation decided.
pub(super) async fn apply(tx: &mut Tx<'_>, env: &Env, effect: &Effect) -> Result<(), StoreError> {
    match effect {
        Effect::Open(case) => act::open(tx, env, case).await,
        Effect::Step(step) => act::step(tx, env, step).await,
        Effect::Show { incident, chat, kind } => act::show(tx, env, *incident, *chat, *kind).await,
        Effect::Look { incident, who } => act::looked(tx, env, *incident, Actor::Person(*who)).await,
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::incident::State;

    #[test]
    fn the_open_cases_of_the_database_and_of_its_index_are_those_that_are_open() {
        let ended = State::ALL.into_iter().filter(|state| !state.is_open());
        let ended: Vec<_> = ended.map(|state| format!("'{}'", state.code())).collect();
        let open = format!("WHERE state NOT IN ({});\n", ended.join(", "));
        for schema in [
            include_str!("../../../migrations/sqlite/0004_incidents.sql"),
            include_str!("../../../migrations/postgres/0004_incidents.sql"),
        ] {
            assert!(
                schema
                    .contains(&format!("CREATE VIEW open_incidents AS\n    SELECT * FROM incidents {open}"))
            );
            assert!(
                schema
                    .contains(&format!("CREATE INDEX incidents_open ON incidents (created_at)\n    {open}"))
            );
        }
    }
}
