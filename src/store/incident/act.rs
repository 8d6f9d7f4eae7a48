//! What changes a case, and the cards that show it.

use crate::args;
use crate::conversation::Lang;
use crate::conversation::Reply;
use crate::conversation::incident::case::CardChat;
use crate::conversation::incident::{Also, CardKind, Case, NewCase, Step, card};
use crate::conversation::incoming::Spot;
use crate::domain::deadline::{Awaited, Deadline};
use crate::domain::ids::{ChatId, IncidentId, PersonId};
use crate::domain::incident::{Move, State};
use crate::store::audit::{self, Actor};
use crate::store::{Env, StoreError, Tx, outbox};

use super::{alike, deadlines, media, read, storm, units};

/// A report becomes a case, with its cards and its deadline.
pub async fn open(tx: &mut Tx<'_>, env: &Env, case: &NewCase) -> Result<(), StoreError> {
    let sql = "INSERT INTO incidents
                 (code, state, category, category_name, unit_id, unit_known, text, place, latitude, longitude,
                  restricted, allowed_micros, due_at, created_at, updated_at)
               VALUES ($1, 'new', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) RETURNING id";
    let spot_name = case.spot.as_ref().and_then(|spot| spot.name.clone());
    let place = [case.place.clone(), spot_name].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let place = if place.is_empty() { None } else { Some(place) };
    let (category, category_name) = case.category.clone().unzip();
    let args = args![
        &case.code,
        category,
        category_name,
        case.unit,
        case.unit_known,
        &case.text,
        place,
        case.spot.as_ref().map(|spot| spot.latitude),
        case.spot.as_ref().map(|spot| spot.longitude),
        case.mark.is_restricted(),
        micros(&case.deadline),
        case.deadline.due,
        env.now,
    ];
    let id = IncidentId(tx.int(sql, args).await?);
    if let Some((chat, unit)) = &case.routed {
        let sql = "UPDATE incidents SET state = $2, forward_chat_id = $3, forward_unit_id = $4 WHERE id = $1";
        tx.exec_one(sql, args![id, State::Forwarded.code(), *chat, unit.id]).await?;
        add_card(tx, id, *chat, CardKind::Unit).await?;
    }
    // A message makes one case at most: the unique key undoes everything where it already made one.
    let sql = "INSERT INTO reports (incident_id, person_id, chat_id, message_id, text, hidden, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![id, case.person, case.chat, &case.message, &case.text, case.hidden, env.now];
    tx.exec_one(sql, args).await?;
    add_step(tx, env, id, Some(case.person), "open", "").await?;
    if let Some((_, unit)) = &case.routed {
        add_step(tx, env, id, None, Move::Forward.code(), &unit.name).await?;
    }
    for exhibit in &case.exhibits {
        media::want(tx, env, id, case.person, case.chat, case.channel, exhibit).await?;
    }
    deadlines::set(tx, id, &case.deadline).await?;
    deadlines::wait(tx, id, Awaited::Answer, case.answer.as_ref()).await?;
    alike::keep(tx, id, &case.alike).await?;
    refresh(tx, env, id).await?;
    note(tx, env, id, case.person, "open", &case.code).await
}

/// Writes down who did what. Last of all: it holds up others who want to write there. No words of the case
/// go there, since what is there stays.
async fn note(
    tx: &mut Tx<'_>,
    env: &Env,
    id: IncidentId,
    who: PersonId,
    act: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let (action, subject) = (format!("incident.{act}"), format!("incident:{id}"));
    audit::record(tx, env, Actor::Person(who), &action, &subject, detail).await
}

/// A case moves on.
///
/// # Errors
/// [`StoreError::Missing`] where it is not in the state any more that the move was decided upon: the
/// update is then handled again, on what is there now.
pub async fn step(tx: &mut Tx<'_>, env: &Env, step: &Step) -> Result<(), StoreError> {
    let sql = "UPDATE incidents SET state = $3, updated_at = $4 WHERE id = $1 AND state = $2";
    tx.exec_one(sql, args![step.incident, step.from.code(), step.to.code(), env.now]).await?;
    add_step(tx, env, step.incident, Some(step.actor), step.movement.code(), &step.text).await?;
    for exhibit in &step.exhibits {
        media::want(tx, env, step.incident, step.actor, step.chat, step.channel, exhibit).await?;
    }
    storm::acted_upon(tx, step.incident, step.movement).await?;
    change(tx, env, step).await?;
    also(tx, env, step).await?;
    for (what, late) in &step.waits {
        deadlines::wait(tx, step.incident, *what, late.as_ref()).await?;
    }
    refresh(tx, env, step.incident).await?;
    media::show(tx, env, step.incident).await?;
    note(tx, env, step.incident, step.actor, step.movement.code(), step.to.code()).await
}

/// What a move changes by itself.
async fn change(tx: &mut Tx<'_>, env: &Env, step: &Step) -> Result<(), StoreError> {
    let id = step.incident;
    match step.movement {
        Move::Take | Move::Verify => hold(tx, id, step.actor).await?,
        Move::Ask => {
            if matches!(step.from, State::New | State::Reopened) {
                hold(tx, id, step.actor).await?;
            }
            let sql = "UPDATE incidents SET question = $2 WHERE id = $1";
            tx.exec_one(sql, args![id, &step.text]).await?;
        }
        Move::Answer => {
            tx.exec_one("UPDATE incidents SET question = NULL WHERE id = $1", args![id]).await?;
        }
        Move::Forward => {
            let sql = "UPDATE incidents SET holder_id = COALESCE(holder_id, $2) WHERE id = $1";
            tx.exec_one(sql, args![id, step.actor]).await?;
        }
        Move::Return => leave_unit(tx, env, id).await?,
        Move::Report => {
            let sql = "UPDATE incidents SET result = $2 WHERE id = $1";
            tx.exec_one(sql, args![id, &step.text]).await?;
        }
        Move::Settle => {
            let sql = "UPDATE incidents SET result = $2, settled_at = $3, question = NULL,
                              holder_id = COALESCE(holder_id, $4) WHERE id = $1";
            tx.exec_one(sql, args![id, &step.text, env.now, step.actor]).await?;
            media::give_to_reporters(tx, id).await?;
            deadlines::wait_for_reporter(tx, id, env.now).await?;
        }
        Move::Reject => {
            let sql = "UPDATE incidents SET result = $2, settled_at = $3, question = NULL WHERE id = $1";
            tx.exec_one(sql, args![id, &step.text, env.now]).await?;
            deadlines::end(tx, id).await?;
        }
        Move::Withdraw => {
            let sql = "UPDATE incidents SET settled_at = $2, question = NULL WHERE id = $1";
            tx.exec_one(sql, args![id, env.now]).await?;
            leave_unit(tx, env, id).await?;
            deadlines::end(tx, id).await?;
        }
        Move::Merge | Move::Confirm => deadlines::end(tx, id).await?,
        Move::Reopen => {
            // It gets another deadline; that the first was not kept is not forgotten.
            let sql = "UPDATE incidents SET late = CASE WHEN settled_at > due_at THEN 1 ELSE late END,
                              settled_at = NULL WHERE id = $1";
            tx.exec_one(sql, args![id]).await?;
            leave_unit(tx, env, id).await?;
        }
        // Nobody makes the last of these: `deadlines` does.
        Move::Add | Move::Accept | Move::Plan | Move::Progress | Move::Close => {}
    }
    Ok(())
}

/// What a move changes besides.
async fn also(tx: &mut Tx<'_>, env: &Env, step: &Step) -> Result<(), StoreError> {
    let id = step.incident;
    match &step.also {
        Also::Nothing => Ok(()),
        Also::Forward { chat, unit } => {
            leave_unit(tx, env, id).await?;
            let sql = "UPDATE incidents SET forward_chat_id = $2, forward_unit_id = $3 WHERE id = $1";
            tx.exec_one(sql, args![id, *chat, *unit]).await?;
            // A card that was here before lies far above by now.
            forget_slot(tx, id, *chat).await?;
            add_card(tx, id, *chat, CardKind::Unit).await
        }
        Also::Merge { into } => merge(tx, env, id, *into).await,
        Also::Deadline(deadline) => {
            let sql = "UPDATE incidents SET due_at = $2, allowed_micros = $3 WHERE id = $1";
            tx.exec_one(sql, args![id, deadline.due, micros(deadline)]).await?;
            deadlines::set(tx, id, deadline).await
        }
        Also::Place { spot, alike } => {
            set_place(tx, id, spot).await?;
            alike::keep(tx, id, alike).await
        }
        Also::Join { message, spot, hidden } => {
            let sql =
                "INSERT INTO reports (incident_id, person_id, chat_id, message_id, text, hidden, created_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let args = args![id, step.actor, step.chat, message, &step.text, *hidden, env.now];
            tx.exec_one(sql, args).await?;
            match spot {
                Some(spot) if read::known(tx, id).await?.spot.is_none() => set_place(tx, id, spot).await,
                _ => Ok(()),
            }
        }
    }
}

async fn hold(tx: &mut Tx<'_>, id: IncidentId, person: PersonId) -> Result<(), StoreError> {
    tx.exec_one("UPDATE incidents SET holder_id = $2 WHERE id = $1", args![id, person]).await
}

/// The case lies with a unit no more: its card says so, and is not kept up to date any longer.
async fn leave_unit(tx: &mut Tx<'_>, env: &Env, id: IncidentId) -> Result<(), StoreError> {
    let case = read::known(tx, id).await?;
    for at in case.chats(CardKind::Unit) {
        outbox::post(tx, env, at.chat, &card::gone(&case, at.chat, at.lang)).await?;
    }
    tx.exec("DELETE FROM incident_cards WHERE incident_id = $1 AND kind = 'unit'", args![id]).await?;
    let sql = "UPDATE incidents SET forward_chat_id = NULL, forward_unit_id = NULL WHERE id = $1";
    tx.exec_one(sql, args![id]).await
}

/// The reports and pictures of a case go over to another, which goes on for both.
async fn merge(tx: &mut Tx<'_>, env: &Env, id: IncidentId, into: IncidentId) -> Result<(), StoreError> {
    tx.exec_one("UPDATE incidents SET merged_into = $2 WHERE id = $1", args![id, into]).await?;
    tx.exec("UPDATE reports SET incident_id = $2 WHERE incident_id = $1", args![id, into]).await?;
    let sql = "UPDATE media SET incident_id = $2 WHERE incident_id = $1
                 AND file_id NOT IN (SELECT file_id FROM media WHERE incident_id = $2)";
    tx.exec(sql, args![id, into]).await?;
    refresh(tx, env, into).await?;
    media::show(tx, env, into).await
}

async fn set_place(tx: &mut Tx<'_>, id: IncidentId, spot: &Spot) -> Result<(), StoreError> {
    let sql = "UPDATE incidents SET latitude = $2, longitude = $3, place = COALESCE($4, place) WHERE id = $1";
    tx.exec_one(sql, args![id, spot.latitude, spot.longitude, spot.name.clone()]).await
}

/// Somebody looked at a restricted case.
pub async fn looked(tx: &mut Tx<'_>, env: &Env, id: IncidentId, who: Actor) -> Result<(), StoreError> {
    audit::record(tx, env, who, "incident.look", &format!("incident:{id}"), "").await
}

/// Puts a card below everything in a chat, and keeps it up to date there from now on.
pub async fn show(
    tx: &mut Tx<'_>,
    env: &Env,
    id: IncidentId,
    chat: ChatId,
    kind: CardKind,
) -> Result<(), StoreError> {
    add_card(tx, id, chat, kind).await?;
    storm::asked_for(tx, id, chat).await?;
    forget_slot(tx, id, chat).await?;
    let case = read::known(tx, id).await?;
    if let Some(at) = case.cards.iter().find(|at| at.chat == chat) {
        draw(tx, env, &case, at, false).await?;
    }
    Ok(())
}

async fn add_card(tx: &mut Tx<'_>, id: IncidentId, chat: ChatId, kind: CardKind) -> Result<(), StoreError> {
    let sql = "INSERT INTO incident_cards (incident_id, chat_id, kind) VALUES ($1, $2, $3)
               ON CONFLICT (incident_id, chat_id) DO NOTHING";
    tx.exec(sql, args![id, chat, kind.code()]).await?;
    Ok(())
}

async fn forget_slot(tx: &mut Tx<'_>, id: IncidentId, chat: ChatId) -> Result<(), StoreError> {
    let sql = "DELETE FROM slots WHERE chat_id = $1 AND slot = $2";
    tx.exec(sql, args![chat, format!("case:{id}")]).await?;
    Ok(())
}

/// Brings every card of the case up to date.
pub async fn refresh(tx: &mut Tx<'_>, env: &Env, id: IncidentId) -> Result<(), StoreError> {
    redraw(tx, env, id, false).await
}

/// The same for what is worth no message of its own where messages cannot be changed.
pub async fn refresh_quietly(tx: &mut Tx<'_>, env: &Env, id: IncidentId) -> Result<(), StoreError> {
    redraw(tx, env, id, true).await
}

async fn redraw(tx: &mut Tx<'_>, env: &Env, id: IncidentId, quiet: bool) -> Result<(), StoreError> {
    let mut case = read::known(tx, id).await?;
    let at_desk = |at: &CardChat| matches!(at.kind, CardKind::Duty | CardKind::Bundle);
    if case.state.is_open() && !case.cards.iter().any(at_desk) {
        // It is new, or there was no duty group yet, or it is closed: another one may be there by now.
        for chat in units::desk_chats(tx, case.unit.id).await? {
            let kind = storm::kind_for(tx, env, chat).await?;
            add_card(tx, id, chat, kind).await?;
            if kind == CardKind::Bundle {
                storm::count(tx, env, chat).await?;
            }
        }
        case = read::known(tx, id).await?;
    }
    for at in case.cards.iter().filter(|at| at.kind != CardKind::Bundle) {
        draw(tx, env, &case, at, quiet).await?;
    }
    Ok(())
}

/// Draws one card. Whoever has a card in private sees it only as long as their roles allow.
async fn draw(tx: &mut Tx<'_>, env: &Env, case: &Case, at: &CardChat, quiet: bool) -> Result<(), StoreError> {
    let sql = "SELECT person_id FROM chats WHERE id = $1 AND kind = 'private' AND person_id IS NOT NULL";
    let owner: Option<(i64,)> = tx.optional(sql, args![at.chat]).await?;
    // In a group nobody knows who looks.
    let mut names = false;
    if let Some((owner,)) = owner {
        let person = read::person(tx, PersonId(owner)).await?;
        names = person.as_ref().is_some_and(|me| case.tells_names_to(me));
        let sees = person.is_some_and(|me| match at.kind {
            CardKind::Unit => case.is_worked_on_by(&me),
            CardKind::Duty | CardKind::Watch | CardKind::Bundle => case.is_triaged_by(&me),
        });
        if !sees {
            let sql = "DELETE FROM incident_cards WHERE incident_id = $1 AND chat_id = $2";
            tx.exec(sql, args![case.id, at.chat]).await?;
            return Ok(());
        }
    }
    let reply = Reply { quiet, ..card::card(case, at.chat, at.kind, names, at.lang, env.now) };
    outbox::post(tx, env, at.chat, &reply).await
}

/// Adds to the history.
pub async fn add_step(
    tx: &mut Tx<'_>,
    env: &Env,
    id: IncidentId,
    actor: Option<PersonId>,
    movement: &str,
    text: &str,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO incident_steps (incident_id, at, actor_id, move, text) VALUES ($1, $2, $3, $4, $5)";
    tx.exec_one(sql, args![id, env.now, actor, movement, text]).await
}

fn micros(deadline: &Deadline) -> i64 {
    i64::try_from(deadline.allowed.as_micros()).unwrap_or(i64::MAX)
}

/// The language of a chat.
pub async fn lang_of(tx: &mut Tx<'_>, chat: ChatId) -> Result<Lang, StoreError> {
    let (lang,): (String,) = tx.one("SELECT lang FROM chats WHERE id = $1", args![chat]).await?;
    Ok(Lang::from_code(&lang))
}
