//! What is said of a case that is late, and to whom: reminders to who has it, questions to the unit, and the steps that
//! lead up.

use std::collections::BTreeSet;

use crate::args;
use crate::conversation::incident::{CardKind, Case, card};
use crate::conversation::{Lang, Reply};
use crate::domain::content::Lane;
use crate::domain::escalation::Told;
use crate::domain::ids::ChatId;
use crate::store::{Env, StoreError, Tx, outbox};

use super::units;

/// A chat, and how it speaks.
type Place = (ChatId, Lang);

/// Says it to those who have the case: its groups, and its officer in private.
pub async fn remind(tx: &mut Tx<'_>, env: &Env, case: &Case, key: &str) -> Result<(), StoreError> {
    for (chat, lang) in with_holder(tx, case, |kind| kind != CardKind::Watch).await? {
        say(tx, env, case, chat, lang, key).await?;
    }
    Ok(())
}

/// Says it to the duty groups alone: nobody has the case, and once is enough.
pub async fn tell_desk(
    tx: &mut Tx<'_>,
    env: &Env,
    case: &Case,
    key: &str,
    told: &mut BTreeSet<ChatId>,
) -> Result<(), StoreError> {
    for at in case.cards.iter().filter(|at| is_duty(at.kind)) {
        told.insert(at.chat);
        say(tx, env, case, at.chat, at.lang, key).await?;
    }
    Ok(())
}

/// Asks the unit that works on it how far it is, with the buttons to say so.
pub async fn ask_unit(tx: &mut Tx<'_>, env: &Env, case: &Case) -> Result<(), StoreError> {
    for at in case.chats(CardKind::Unit) {
        let reply = card::ask_progress(case, at.chat, at.lang, env.now).lane(Lane::Notice);
        outbox::post(tx, env, at.chat, &reply).await?;
    }
    Ok(())
}

/// Tells the next step of those who hear of what is late. Chats in `told` have heard of it in this moment already.
pub async fn escalate(
    tx: &mut Tx<'_>,
    env: &Env,
    case: &Case,
    step: &Told,
    key: &str,
    told: &mut BTreeSet<ChatId>,
) -> Result<(), StoreError> {
    if !step.may_hear(case.mark) {
        return Ok(());
    }
    let places = match step {
        Told::Level(level) => units::heads_of_level(tx, &case.unit.line, *level).await?,
        Told::Duty => duty(tx, case).await?,
        Told::HeadsOf(unit) => units::heads_by_path(tx, &unit.key()).await?,
    };
    for (chat, lang) in places {
        if told.insert(chat) {
            say(tx, env, case, chat, lang, key).await?;
        }
    }
    Ok(())
}

/// Where the duty officers hear of the case: their groups, and the one who has it in private.
pub async fn duty(tx: &mut Tx<'_>, case: &Case) -> Result<Vec<Place>, StoreError> {
    with_holder(tx, case, is_duty).await
}

fn is_duty(kind: CardKind) -> bool {
    matches!(kind, CardKind::Duty | CardKind::Bundle)
}

/// The chats with a card of such a kind, and the private one of the officer who has the case.
async fn with_holder(
    tx: &mut Tx<'_>,
    case: &Case,
    fits: impl Fn(CardKind) -> bool,
) -> Result<Vec<Place>, StoreError> {
    let cards = case.cards.iter().filter(|at| fits(at.kind));
    let mut places: Vec<Place> = cards.map(|at| (at.chat, at.lang)).collect();
    if let Some((holder, _)) = &case.holder {
        let sql =
            "SELECT c.id, c.lang FROM chats c JOIN people p ON p.id = c.person_id AND p.state = 'active'
                   WHERE c.person_id = $1 AND c.kind = 'private' AND c.state = 'open'
                   ORDER BY c.spare, c.id LIMIT 1";
        let rows: Vec<(i64, String)> = tx.all(sql, args![*holder]).await?;
        let own = rows.into_iter().map(|(chat, lang)| (ChatId(chat), Lang::from_code(&lang)));
        for place in own {
            if !places.iter().any(|(known, _)| *known == place.0) {
                places.push(place);
            }
        }
    }
    Ok(places)
}

async fn say(
    tx: &mut Tx<'_>,
    env: &Env,
    case: &Case,
    chat: ChatId,
    lang: Lang,
    key: &str,
) -> Result<(), StoreError> {
    let holder = case.holder.as_ref().map(|(_, name)| name.clone());
    let holder = holder.unwrap_or_else(|| lang.say("incident-nobody", &[]));
    let left = card::left_words(lang, env.now, case.due_at);
    let when = case.due_at.short();
    let waited = case.wait.map_or(case.created_at, |wait| wait.since);
    let unit = case.forwarded.as_ref().unwrap_or(&case.unit);
    let vars = [
        ("code", case.code.as_str()),
        ("name", holder.as_str()),
        ("left", left.as_str()),
        ("when", when.as_str()),
        ("unit", case.unit.name.as_str()),
        ("with", unit.name.as_str()),
        ("silent", &*card::silence_words(lang, waited, env.now)),
        ("since", &*waited.short()),
    ];
    let reply = Reply::to(chat, lang.say(key, &vars)).lane(Lane::Notice);
    outbox::post(tx, env, chat, &reply).await
}
