//! Who may approve a notice, what they are shown, and what they decide.

use std::collections::BTreeMap;

use crate::args;
use crate::conversation::notice::{Answer, Review, Stage, approval_card};
use crate::conversation::{Lang, Reply};
use crate::domain::Timestamp;
use crate::domain::calendar::when_words;
use crate::domain::ids::*;
use crate::domain::rights::{APPROVE, roles_with};
use crate::store::audit::{self, Actor};
use crate::store::{Env, Sql, Store, StoreError, Tx, outbox};

use super::act::{self, Place};
use super::reach::Crowd;
use super::write::{self, Done, Refused, subject};
use super::{edition, looks, manage};

impl Store {
    /// Approves a notice as the administrator, or sends it, if it still is what was shown under this fingerprint.
    /// Gives when it goes out, if it was sent.
    ///
    /// # Errors
    /// The database's; inside, that it was changed, or why else it cannot be done.
    pub async fn notice_decide(&self, id: NoticeId, shown: &str, send: bool) -> Done<Option<Timestamp>> {
        let env = self.env();
        let shown = shown.to_owned();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(facts) = act::facts(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
                    if facts.notice.fingerprint() != shown {
                        return Ok(Err(Refused::Changed(id)));
                    }
                    let actor = Actor::CommandLine;
                    Ok(match send {
                        true => manage::send(tx, &env, actor, id).await?.map(Some),
                        false => manage::approve(tx, &env, actor, id).await?.map(|()| None),
                    })
                })
            })
            .await
    }
}

const APPROVER_UNITS: Sql = Sql {
    lite: "SELECT DISTINCT u.id, CASE WHEN u.parent_id IS NULL THEN 1 ELSE 0 END FROM chats c
           JOIN roles r ON r.person_id = c.person_id JOIN units u ON u.id = r.unit_id
           WHERE c.id = $1 AND r.role IN (SELECT value FROM json_each($2)) ORDER BY u.id",
    pg: "SELECT DISTINCT u.id, CAST(CASE WHEN u.parent_id IS NULL THEN 1 ELSE 0 END AS BIGINT) FROM chats c
         JOIN roles r ON r.person_id = c.person_id JOIN units u ON u.id = r.unit_id
         WHERE c.id = $1 AND r.role IN (SELECT value FROM json_array_elements_text($2::json)) ORDER BY u.id",
};

/// Who can approve what a person writes for a unit; with an audience, only those whose right covers all of it.
pub async fn approvers(
    tx: &mut Tx<'_>,
    env: &Env,
    unit: Option<UnitId>,
    author: PersonId,
    audience: Option<&str>,
) -> Result<Vec<Place>, StoreError> {
    let places = act::people_over(tx, unit, APPROVE, Some(author)).await?;
    let Some(audience) = audience else { return Ok(places) };
    let Ok(whom) = edition::whom(tx, env, audience).await? else { return Ok(Vec::new()) };
    let crowd = Crowd::gather(tx, &whom).await?;
    let codes: Vec<&str> = roles_with(APPROVE).iter().map(|role| role.code()).collect();
    let codes = serde_json::to_string(&codes)?;
    // Many have the same posts: each set of units is looked at once.
    let mut known: BTreeMap<Vec<UnitId>, bool> = BTreeMap::new();
    let mut all = Vec::with_capacity(places.len());
    for place in places {
        let units: Vec<(i64, i64)> = tx.all(APPROVER_UNITS, args![place.chat, &codes]).await?;
        let top = units.iter().any(|(_, top)| *top != 0);
        let units: Vec<UnitId> = units.into_iter().map(|(unit, _)| UnitId(unit)).collect();
        let covers = match known.get(&units) {
            Some(covers) => *covers,
            None => top || !crowd.reaches_beyond(tx, &units).await?,
        };
        known.insert(units, covers);
        if covers {
            all.push(place);
        }
    }
    Ok(all)
}

macro_rules! waiting {
    ($below:literal) => {
        concat!(
            "WITH RECURSIVE below (id) AS (SELECT ",
            $below,
            " UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
             SELECT id, title, author_id, audience FROM notices
             WHERE (state = 'submitted' OR review = 'waits') AND author_unit IN (SELECT id FROM below)
             ORDER BY id LIMIT 100"
        )
    };
}

const WAITING: Sql = Sql {
    lite: waiting!("value FROM json_each($1)"),
    pg: waiting!("value::bigint FROM json_array_elements_text($1::json)"),
};

/// What waits for approval at these units and below, without what reaches beyond the bounds, if there are any.
pub async fn submitted(
    tx: &mut Tx<'_>,
    env: &Env,
    units: &[UnitId],
    within: &[UnitId],
) -> Result<Answer, StoreError> {
    type Row = (i64, String, Option<i64>, String);
    let rows: Vec<Row> = tx.all(WAITING, args![serde_json::to_string(units)?]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, title, author, audience) in rows {
        if !within.is_empty()
            && let Ok(whom) = edition::whom(tx, env, &audience).await?
            && Crowd::gather(tx, &whom).await?.reaches_beyond(tx, within).await?
        {
            continue;
        }
        all.push((NoticeId(id), title, author.map(PersonId)));
    }
    Ok(Answer::Submitted(all))
}

/// Hands a notice to everybody who can approve it, for all whom it is for.
pub async fn submit(tx: &mut Tx<'_>, env: &Env, id: NoticeId, by: PersonId) -> Result<(), StoreError> {
    let open = [Stage::Draft, Stage::Returned];
    let Ok(row) = write::set_state(tx, id, &open, Stage::Submitted).await? else { return Ok(()) };
    let sql = "UPDATE notices SET submitted_at = $2, approver_id = NULL, reason = NULL, review = NULL WHERE id = $1";
    tx.exec_one(sql, args![id, env.now]).await?;
    audit::record(tx, env, Actor::Person(by), "notice.submit", &subject(id), &row.title).await?;
    for place in approvers(tx, env, row.author_unit.map(UnitId), by, Some(&row.audience)).await? {
        show_for_approval(tx, env, id, place.chat()).await?;
    }
    Ok(())
}

/// Shows a notice to somebody who may approve it.
pub async fn show_for_approval(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    chat: ChatId,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO notice_cards (notice_id, chat_id) VALUES ($1, $2)
               ON CONFLICT (notice_id, chat_id) DO NOTHING";
    tx.exec(sql, args![id, chat]).await?;
    looks::show_as_it_looks(tx, env, id, chat).await?;
    // A card of an earlier round stands above the words that it was about: a new one is sent.
    tx.exec("DELETE FROM slots WHERE chat_id = $1 AND slot = $2", args![chat, format!("approve:{id}")])
        .await?;
    show_card(tx, env, id, chat).await
}

async fn show_card(tx: &mut Tx<'_>, env: &Env, id: NoticeId, chat: ChatId) -> Result<(), StoreError> {
    let facts = act::facts(tx, id).await?.ok_or(StoreError::Missing)?;
    let reach = act::reach_of(tx, env, id).await?;
    let (lang,): (String,) = tx.one("SELECT lang FROM chats WHERE id = $1", args![chat]).await?;
    outbox::post(tx, env, chat, &approval_card(Lang::from_code(&lang), chat, &facts, &reach)).await
}

/// Everybody who was asked sees what was decided.
async fn refresh_cards(tx: &mut Tx<'_>, env: &Env, id: NoticeId) -> Result<(), StoreError> {
    let sql = "SELECT chat_id FROM notice_cards WHERE notice_id = $1";
    let rows: Vec<(i64,)> = tx.all(sql, args![id]).await?;
    for (chat,) in rows {
        show_card(tx, env, id, ChatId(chat)).await?;
    }
    Ok(())
}

/// Approves a notice and sends it.
pub async fn approve(tx: &mut Tx<'_>, env: &Env, id: NoticeId, by: PersonId) -> Result<(), StoreError> {
    let Some(row) = write::find(tx, id).await? else { return Ok(()) };
    if row.state()? != Stage::Submitted || row.author_id == Some(by.0) {
        return Ok(());
    }
    let at = match manage::send(tx, env, Actor::Person(by), id).await? {
        Ok(at) => at,
        Err(refused) => {
            tracing::warn!(notice = id.0, cause = %refused, "an approved notice cannot be sent");
            return Ok(());
        }
    };
    refresh_cards(tx, env, id).await?;
    let who = act::name(tx, Some(by.0)).await?.unwrap_or_default();
    let Some(author) = act::place_of(tx, row.author_id).await? else { return Ok(()) };
    let when = when_words(at);
    let vars = [("name", who.as_str()), ("title", row.title.as_str()), ("when", when.as_str())];
    let key = if at > env.now { "notice-author-approved-at" } else { "notice-author-approved" };
    let reply = Reply::to(author.chat(), author.lang().say(key, &vars));
    outbox::post(tx, env, author.chat(), &reply).await
}

/// Gives a notice back to its author.
pub async fn give_back(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    by: PersonId,
    reason: &str,
) -> Result<(), StoreError> {
    let Ok(row) = write::set_state(tx, id, &[Stage::Submitted], Stage::Returned).await? else {
        return Ok(());
    };
    let sql = "UPDATE notices SET approver_id = $2, decided_at = $3, reason = $4 WHERE id = $1";
    tx.exec_one(sql, args![id, by, env.now, reason]).await?;
    audit::record(tx, env, Actor::Person(by), "notice.return", &subject(id), reason).await?;
    refresh_cards(tx, env, id).await?;
    let who = act::name(tx, Some(by.0)).await?.unwrap_or_default();
    act::tell_author(tx, env, &row, "notice-author-returned", &who, reason).await
}

/// Sends a notice that waits for approval. The approvers are told so, and say afterwards what they think of it.
pub async fn send_first(tx: &mut Tx<'_>, env: &Env, id: NoticeId, by: PersonId) -> Result<(), StoreError> {
    let Ok(row) = write::set_state(tx, id, &[Stage::Submitted], Stage::Approved).await? else {
        return Ok(());
    };
    let sql = "UPDATE notices SET review = $2 WHERE id = $1";
    tx.exec_one(sql, args![id, Review::Waits.code()]).await?;
    let actor = Actor::Person(by);
    audit::record(tx, env, actor, "notice.send_before_approval", &subject(id), &row.title).await?;
    edition::create(tx, env, &row, env.now).await?;
    refresh_cards(tx, env, id).await?;
    // What stands above is edited without a sound: a line says so below everything.
    let who = act::name(tx, Some(by.0)).await?.unwrap_or_default();
    for place in approvers(tx, env, row.author_unit.map(UnitId), by, Some(&row.audience)).await? {
        let vars = [("name", who.as_str()), ("title", row.title.as_str())];
        let told = Reply::to(place.chat(), place.lang().say("notice-told-sent-first", &vars));
        outbox::post(tx, env, place.chat(), &told).await?;
    }
    Ok(())
}

/// Keeps what an approver says of a notice that was sent before it was approved; the first word counts.
pub async fn review(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    by: PersonId,
    objection: Option<&str>,
) -> Result<(), StoreError> {
    let Some(row) = write::find(tx, id).await? else { return Ok(()) };
    let said = if objection.is_some() { Review::Objected } else { Review::Approved };
    let sql = "UPDATE notices SET review = $2, approver_id = $3, decided_at = $4, reason = $5
               WHERE id = $1 AND review = 'waits'";
    if tx.exec(sql, args![id, said.code(), by, env.now, objection]).await? == 0 {
        return Ok(());
    }
    let (act, key) = match objection {
        Some(_) => ("notice.object_after", "notice-author-objected"),
        None => ("notice.approve_after", "notice-author-approved-after"),
    };
    let detail = objection.unwrap_or(&row.title);
    audit::record(tx, env, Actor::Person(by), act, &subject(id), detail).await?;
    refresh_cards(tx, env, id).await?;
    let who = act::name(tx, Some(by.0)).await?.unwrap_or_default();
    let Some(author) = act::place_of(tx, row.author_id).await? else { return Ok(()) };
    let vars = [("name", who.as_str()), ("title", &row.title), ("reason", objection.unwrap_or_default())];
    outbox::post(tx, env, author.chat(), &Reply::to(author.chat(), author.lang().say(key, &vars))).await
}
