//! What the clock does about cases: reminders to who has it, and one report to who is above.

use crate::args;
use crate::conversation::incident::{CardKind, Case, card};
use crate::conversation::{Lang, Reply};
use crate::domain::Timestamp;
use crate::domain::content::Lane;
use crate::domain::ids::{ChatId, IncidentId};
use crate::store::{Env, Store, StoreError, Tx, outbox};

use super::{act, read};

/// Deadlines that one transaction sees to.
const BATCH: i64 = 50;

impl Store {
    /// Sees to the deadlines that have come, and says when the next one comes. Each is seen to once, also
    /// with several processes.
    ///
    /// # Errors
    /// The database's.
    pub async fn see_to_deadlines(&self) -> Result<Option<Timestamp>, StoreError> {
        let env = self.env();
        crate::failpoint::at(crate::failpoint::Point::DeadlinesBefore).await?;
        // Looking costs no write: most of the time nothing is due.
        let next = self.db.read(|tx| Box::pin(async move { next(tx).await })).await?;
        if next.is_none_or(|next| next > env.now) {
            return Ok(next);
        }
        self.db.write(move |tx| Box::pin(async move { see_to(tx, &env).await })).await
    }
}

async fn next(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(at) FROM incident_deadlines WHERE done_at IS NULL";
    let (next,): (Option<i64>,) = tx.one(sql, args![]).await?;
    Ok(next.map(Timestamp))
}

async fn see_to(tx: &mut Tx<'_>, env: &Env) -> Result<Option<Timestamp>, StoreError> {
    let sql = "UPDATE incident_deadlines SET done_at = $1
               WHERE done_at IS NULL AND at <= $1 AND incident_id IN (
                 SELECT incident_id FROM incident_deadlines WHERE done_at IS NULL AND at <= $1
                 ORDER BY at LIMIT $2)
               RETURNING incident_id, kind";
    let mut due: Vec<(i64, String)> = tx.all(sql, args![env.now, BATCH]).await?;
    due.sort();
    for (id, kind) in &due {
        // After an outage both may have come at once: only the graver is said.
        let only_half = kind == "half" && !due.iter().any(|(other, kind)| other == id && kind == "due");
        if kind == "due" || only_half {
            remind(tx, env, IncidentId(*id), kind == "due").await?;
        }
    }
    next(tx).await
}

async fn remind(tx: &mut Tx<'_>, env: &Env, id: IncidentId, is_due: bool) -> Result<(), StoreError> {
    let case = read::known(tx, id).await?;
    if !case.state.is_open() {
        return Ok(());
    }
    let key = if is_due { "incident-remind-due" } else { "incident-remind-half" };
    let groups = case.cards.iter().filter(|at| at.kind != CardKind::Watch);
    let mut places: Vec<(ChatId, Lang)> = groups.map(|at| (at.chat, at.lang)).collect();
    if let Some((holder, _)) = &case.holder {
        let sql =
            "SELECT c.id, c.lang FROM chats c JOIN people p ON p.id = c.person_id AND p.state = 'active'
                   WHERE c.person_id = $1 AND c.kind = 'private' AND c.state = 'open'
                   ORDER BY c.spare, c.id LIMIT 1";
        add_places(&mut places, tx.all(sql, args![*holder]).await?);
    }
    for (chat, lang) in places {
        say(tx, env, &case, chat, lang, key).await?;
    }
    // A restricted case stays with the duty officers.
    if is_due && !case.restricted {
        escalate(tx, env, &case).await?;
    }
    act::refresh(tx, env, id).await
}

fn add_places(places: &mut Vec<(ChatId, Lang)>, rows: Vec<(i64, String)>) {
    for (chat, lang) in rows {
        let chat = ChatId(chat);
        if !places.iter().any(|(known, _)| *known == chat) {
            places.push((chat, Lang::from_code(&lang)));
        }
    }
}

/// Tells the heads of the nearest unit above that has one; of the unit itself where nothing is above it.
async fn escalate(tx: &mut Tx<'_>, env: &Env, case: &Case) -> Result<(), StoreError> {
    let above = if case.unit.line.len() > 1 { &case.unit.line[1..] } else { &case.unit.line[..] };
    for unit in above {
        let sql = "SELECT MIN(c.id), c.lang FROM roles r
                   JOIN people p ON p.id = r.person_id AND p.state = 'active'
                   JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.state = 'open' AND c.spare = 0
                   WHERE r.unit_id = $1 AND r.role = 'head' GROUP BY p.id, c.lang";
        let mut places = Vec::new();
        add_places(&mut places, tx.all(sql, args![*unit]).await?);
        for (chat, lang) in &places {
            say(tx, env, case, *chat, *lang, "incident-escalate").await?;
        }
        if !places.is_empty() {
            break;
        }
    }
    Ok(())
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
    let vars = [
        ("code", case.code.as_str()),
        ("name", holder.as_str()),
        ("left", left.as_str()),
        ("when", when.as_str()),
        ("unit", case.unit.name.as_str()),
    ];
    let reply = Reply::to(chat, lang.say(key, &vars)).lane(Lane::Notice);
    outbox::post(tx, env, chat, &reply).await
}
