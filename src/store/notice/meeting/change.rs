//! Another time or place for a meeting: proposed, decided, made.

use crate::args;
use crate::conversation::notice::Stage;
use crate::conversation::notice::meeting::{ChangeFacts, change_card};
use crate::conversation::{Lang, Reply};
use crate::domain::ids::*;
use crate::domain::meeting::Meeting;
use crate::store::audit::{self, Actor};
use crate::store::{Env, Store, StoreError, Tx, outbox, row};

use super::super::write::{self, Done, Refused, subject};
use super::super::{act, approval, edition};
use super::{begun, find, keep_event, lay_reminders, steps, times};

impl Store {
    /// Changes time or place of a meeting, as the administrator's act. Whoever was called is told.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn meeting_change(&self, id: NoticeId, meeting: Meeting) -> Done<()> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let done = make(tx, &env, Actor::CommandLine, id, &meeting).await?;
                    if done.is_ok() {
                        note(tx, &env, id, None, &meeting, "made").await?;
                        tell_author(tx, &env, id, None).await?;
                    }
                    Ok(done)
                })
            })
            .await
    }
}

/// Somebody changes a meeting whose word is enough.
pub async fn change(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    by: PersonId,
    new: &Meeting,
) -> Result<(), StoreError> {
    // What cannot be done any more is no failure: nothing happens.
    let Ok(()) = make(tx, env, Actor::Person(by), id, new).await? else { return Ok(()) };
    note(tx, env, id, Some(by), new, "made").await?;
    tell_author(tx, env, id, Some(by)).await
}

/// Who wrote the call hears what somebody else made of it.
async fn tell_author(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    by: Option<PersonId>,
) -> Result<(), StoreError> {
    let author = write::find(tx, id).await?.and_then(|notice| notice.author_id);
    if author == by.map(|by| by.0) {
        return Ok(());
    }
    tell(tx, env, id, author, by, "meeting-author-changed").await
}

/// Tells a person what became of a meeting, and by whom.
async fn tell(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    whom: Option<i64>,
    by: Option<PersonId>,
    key: &str,
) -> Result<(), StoreError> {
    let Some(place) = act::place_of(tx, whom).await? else { return Ok(()) };
    let Some(notice) = write::find(tx, id).await? else { return Ok(()) };
    let lang: Lang = place.lang();
    let now = find(tx, id).await?.and_then(|call| call.plan.meeting());
    let when = now.map(|now| now.line()).unwrap_or_default();
    let who = act::name(tx, by.map(|by| by.0)).await?;
    let who = who.unwrap_or_else(|| lang.say("notice-by-the-machine", &[]));
    let vars = [("name", who.as_str()), ("title", notice.title.as_str()), ("when", when.as_str())];
    outbox::post(tx, env, place.chat(), &Reply::to(place.chat(), lang.say(key, &vars))).await
}

/// Makes a change. Where the time is another, everybody is asked anew.
pub async fn make(tx: &mut Tx<'_>, env: &Env, actor: Actor, id: NoticeId, new: &Meeting) -> Done<()> {
    let Some(notice) = write::find(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
    let Some(call) = find(tx, id).await? else { return Ok(Err(Refused::NoMeeting(id))) };
    let state = notice.state()?;
    if call.cancelled || state == Stage::Cancelled {
        return Ok(Err(Refused::State(id, Stage::Cancelled.label())));
    }
    let was = call.plan.meeting();
    // What has taken place stays as it was.
    let over = matches!(state, Stage::Sent | Stage::Approved)
        && was.as_ref().is_some_and(|was| was.times.starts_at <= env.now);
    if over || new.times.starts_at <= env.now {
        return Ok(Err(Refused::MeetingOver(id)));
    }
    if was.as_ref() == Some(new) {
        return Ok(Err(Refused::SameMeeting(id)));
    }
    let other_time = was.as_ref().is_none_or(|was| was.times != new.times);
    let sql = "UPDATE meetings SET starts_at = $2, ends_at = $3, place = $4, sequence = sequence + 1,
                 round = round + $5, stamped_at = $6 WHERE notice_id = $1";
    let args = args![id, new.times.starts_at, new.times.ends_at, &new.place, i64::from(other_time), env.now];
    tx.exec_one(sql, args).await?;
    settle_others(tx, env, id).await?;
    audit::record(tx, env, actor, "meeting.change", &subject(id), &new.line()).await?;
    if let Some((edition, state)) = begun(tx, id).await? {
        keep_event(tx, env, &notice).await?;
        // Who has not got the call yet gets it as it is now.
        renew(tx, env, edition, &state, &notice).await?;
        steps::drop_open(tx, env, id).await?;
        lay_reminders(tx, env, id, new.times.starts_at).await?;
        let was = was.map(|was| was.line()).unwrap_or_default();
        let kind = if other_time { steps::Kind::OtherTime } else { steps::Kind::OtherPlace };
        steps::add_change(tx, env, id, kind, &was).await?;
    }
    Ok(Ok(()))
}

/// What did not arrive, or waited, is not to be sent as it was.
const LET_GO: &str = "
    UPDATE messages SET delivery_id = NULL WHERE state IN (4, 5) AND delivery_id IN (
      SELECT id FROM deliveries WHERE edition_id = $1 AND state IN (0, 4, 5))";

/// What an edition says is another thing from now on: whoever has nothing of it yet gets it like that. Until the commit
/// nothing of it comes into the outbox.
async fn renew(
    tx: &mut Tx<'_>,
    env: &Env,
    id: EditionId,
    state: &str,
    notice: &write::Row,
) -> Result<(), StoreError> {
    if !tx.is_lite() {
        tx.all::<(i64,)>("SELECT id FROM editions WHERE id = $1 FOR UPDATE", args![id]).await?;
    }
    tx.exec("DELETE FROM edition_parts WHERE edition_id = $1", args![id]).await?;
    let content = edition::content(tx, notice).await?;
    edition::keep_parts(tx, env, id, content).await?;
    if state == "running" {
        edition::call_back(tx, env, id).await?;
    }
    tx.exec(LET_GO, args![id]).await?;
    Ok(())
}

/// What was proposed before is not up for decision any more.
async fn settle_others(tx: &mut Tx<'_>, env: &Env, id: NoticeId) -> Result<(), StoreError> {
    let sql = "UPDATE meeting_changes SET state = 'replaced', decided_at = $2
               WHERE notice_id = $1 AND state = 'waits'";
    tx.exec(sql, args![id, env.now]).await?;
    Ok(())
}

async fn note(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    by: Option<PersonId>,
    new: &Meeting,
    state: &str,
) -> Result<MeetingChangeId, StoreError> {
    let sql = "INSERT INTO meeting_changes (notice_id, starts_at, ends_at, place, by_id, state, created_at, decided_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $6 = 'waits' THEN NULL ELSE $7 END) RETURNING id";
    let args = args![id, new.times.starts_at, new.times.ends_at, &new.place, by, state, env.now];
    Ok(MeetingChangeId(tx.int(sql, args).await?))
}

struct Row {
    notice_id: i64,
    starts_at: i64,
    ends_at: Option<i64>,
    place: String,
    by_id: Option<i64>,
    state: String,
}

row!(Row { notice_id, starts_at, ends_at, place, by_id, state });

/// A change as it was proposed.
pub async fn facts(tx: &mut Tx<'_>, id: MeetingChangeId) -> Result<Option<ChangeFacts>, StoreError> {
    let sql = "SELECT notice_id, starts_at, ends_at, place, by_id, state FROM meeting_changes WHERE id = $1";
    let row: Option<Row> = tx.optional(sql, args![id]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ChangeFacts {
        id,
        notice: NoticeId(row.notice_id),
        by: row.by_id.map(PersonId),
        by_name: act::name(tx, row.by_id).await?.unwrap_or_default(),
        meeting: Meeting { times: times(row.starts_at, row.ends_at), place: row.place },
        waits: row.state == "waits",
    }))
}

/// Shows a change to everybody who can approve it. A later one takes the place of one that waits.
pub async fn propose(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    by: PersonId,
    new: &Meeting,
) -> Result<(), StoreError> {
    let (Some(notice), Some(call)) = (write::find(tx, id).await?, find(tx, id).await?) else { return Ok(()) };
    let Some(was) = call.plan.meeting().filter(|_| !call.cancelled) else { return Ok(()) };
    settle_others(tx, env, id).await?;
    let change = note(tx, env, id, Some(by), new, "waits").await?;
    audit::record(tx, env, Actor::Person(by), "meeting.propose", &subject(id), &new.line()).await?;
    let Some(change) = facts(tx, change).await? else { return Ok(()) };
    let unit = notice.author_unit.map(UnitId);
    for place in approval::approvers(tx, env, unit, by, Some(&notice.audience)).await? {
        let card = change_card(place.lang(), place.chat(), &notice.title, &was, &change);
        outbox::post(tx, env, place.chat(), &card).await?;
    }
    Ok(())
}

/// Keeps what was decided about a change, and tells who proposed it; the first word counts.
pub async fn decide(
    tx: &mut Tx<'_>,
    env: &Env,
    id: MeetingChangeId,
    by: PersonId,
    agreed: bool,
) -> Result<(), StoreError> {
    let Some(change) = facts(tx, id).await? else { return Ok(()) };
    let sql = "UPDATE meeting_changes SET state = $2, decided_by = $3, decided_at = $4
               WHERE id = $1 AND state = 'waits'";
    let state = if agreed { "made" } else { "refused" };
    if tx.exec(sql, args![id, state, by, env.now]).await? == 0 {
        return Ok(());
    }
    let actor = Actor::Person(by);
    let key = match agreed {
        true => {
            if make(tx, env, actor, change.notice, &change.meeting).await?.is_err() {
                let sql = "UPDATE meeting_changes SET state = 'replaced' WHERE id = $1";
                return tx.exec_one(sql, args![id]).await;
            }
            "meeting-author-agreed"
        }
        false => {
            let line = change.meeting.line();
            audit::record(tx, env, actor, "meeting.refuse", &subject(change.notice), &line).await?;
            "meeting-author-refused"
        }
    };
    tell(tx, env, change.notice, change.by.map(|by| by.0), Some(by), key).await
}
