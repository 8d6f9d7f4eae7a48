//! What people do to notices in chat, and what they are shown of them.

use crate::args;
use crate::conversation::notice::{
    Effect, FileFrom, Filling, NewFile, NewNotice, NoticeFacts, ReachFacts, Review, preview_card,
};
use crate::conversation::{Choice, Lang, Reply, notice as talk};
use crate::domain::audience::{Audience, AudienceFault};
use crate::domain::content::FileKind;
use crate::domain::ids::*;
use crate::domain::rights::{Right, roles_with};
use crate::domain::{ChannelKind, Timestamp};
use crate::store::audit::Actor;
use crate::store::people::lineage;
use crate::store::{Env, Sql, StoreError, Tx, outbox, row};

use super::reach::{Crowd, Reach};
use super::resend;
use super::write::{self, Refused};
use super::{approval, audience, edition, looks, personal, saved};

/// Makes a change that the conversation decided, except confirmations.
pub async fn apply(tx: &mut Tx<'_>, env: &Env, effect: &Effect) -> Result<(), StoreError> {
    match effect {
        Effect::Confirm { delivery, person } => super::confirm::confirm(tx, env, *delivery, *person).await,
        Effect::Meeting(effect) => super::meeting::apply(tx, env, effect).await,
        Effect::TakeBack { delivery, person } => super::confirm::take_back(tx, env, *delivery, *person).await,
        Effect::Write { notice, replaces, by, chat } => {
            let actor = Actor::Person(*by);
            let id = match replaces {
                Some(id) => write::rewrite(tx, env, actor, *id, notice).await?,
                None => write::write(tx, env, actor, notice).await?,
            };
            let sql = "INSERT INTO notice_previews (notice_id, chat_id) VALUES ($1, $2)
                       ON CONFLICT (notice_id, chat_id) DO NOTHING";
            tx.exec(sql, args![id, *chat]).await?;
            show_previews(tx, env).await.map(|_| ())
        }
        Effect::Keep { notice, replaces, by } => {
            super::drafts::keep(tx, env, *replaces, Actor::Person(*by), notice).await
        }
        Effect::ListOwn { person, chat } => super::drafts::list(tx, env, *person, *chat).await,
        Effect::Submit { notice, by } => approval::submit(tx, env, *notice, *by).await,
        Effect::ShowOn { notice, chat, channel } => looks::show_on(tx, env, *notice, *chat, *channel).await,
        Effect::Show { notice, chat } => approval::show_for_approval(tx, env, *notice, *chat).await,
        Effect::Approve { notice, by } => approval::approve(tx, env, *notice, *by).await,
        Effect::Return { notice, by, reason } => approval::give_back(tx, env, *notice, *by, reason).await,
        Effect::SendFirst { notice, by } => approval::send_first(tx, env, *notice, *by).await,
        Effect::Review { notice, by, objection } => {
            approval::review(tx, env, *notice, *by, objection.as_deref()).await
        }
        // What cannot be done any more, because somebody was quicker, is no failure: nothing happens.
        Effect::Pause { notice, by } => {
            edition::pause(tx, env, Actor::Person(*by), *notice).await.map(|_| ())
        }
        Effect::Resend { notice, by } => {
            resend::resend(tx, env, Actor::Person(*by), *notice).await.map(|_| ())
        }
        Effect::Resume { notice, by } => {
            edition::resume(tx, env, Actor::Person(*by), *notice).await.map(|_| ())
        }
        Effect::Cancel { notice, by } => {
            edition::cancel(tx, env, Actor::Person(*by), *notice).await.map(|_| ())
        }
        Effect::SaveAudience { name, audience, unit, by } => {
            let (name, text, unit) = (name.clone(), audience.clone(), Some(*unit));
            let new = saved::NewAudience { name, text, unit };
            saved::save(tx, env, Actor::Person(*by), &new).await.map(|_| ())
        }
        Effect::SetSchedule { schedule, by, paused } => {
            super::schedule::set_in_chat(tx, env, *schedule, *by, *paused).await
        }
        Effect::Call(effect) => super::call::apply(tx, env, effect).await,
    }
}

/// The facts about a notice.
pub async fn facts(tx: &mut Tx<'_>, id: NoticeId) -> Result<Option<NoticeFacts>, StoreError> {
    let Some(row) = write::find(tx, id).await? else { return Ok(None) };
    let sql = "SELECT name, mime, kind, sha256, channel, file_id FROM notice_files
               WHERE notice_id = $1 AND error IS NULL ORDER BY seq";
    let rows: Vec<FileRow> = tx.all(sql, args![id]).await?;
    let line = match row.author_unit {
        Some(unit) => lineage(tx, UnitId(unit)).await?,
        None => roots(tx).await?,
    };
    let author = name(tx, row.author_id).await?;
    let decided_by = name(tx, row.approver_id).await?;
    let (stage, review) = (row.state()?, row.review.as_deref().and_then(Review::from_code));
    let body = row.rich()?;
    let audience = row.audience;
    let notice = NewNotice {
        title: row.title,
        body,
        audience: audience.clone(),
        urgent: row.urgent != 0,
        confirm: row.confirm != 0,
        remind_after: row
            .remind_after
            .and_then(|after| u64::try_from(after).ok())
            .map(std::time::Duration::from_micros),
        send_at: row.send_at.map(Timestamp),
        author: row.author_id.map(PersonId),
        author_unit: row.author_unit.map(UnitId),
        files: rows.into_iter().filter_map(FileRow::read).collect(),
        occurrence: row.schedule_id.map(ScheduleId).zip(row.occurrence.map(Timestamp)),
        lists: saved::held(tx, &audience).await?,
        meeting: super::meeting::find(tx, id).await?.map(|call| call.plan),
        asks: super::call::asked(tx, id).await?,
    };
    Ok(Some(NoticeFacts { id, stage, review, notice, author, decided_by, line }))
}

struct FileRow {
    name: String,
    mime: String,
    kind: String,
    sha256: Option<String>,
    channel: Option<String>,
    file_id: Option<String>,
}

row!(FileRow { name, mime, kind, sha256, channel, file_id });

impl FileRow {
    fn read(self) -> Option<NewFile> {
        let from = match (self.sha256, self.channel, self.file_id) {
            (Some(sha256), _, _) => FileFrom::Stored(sha256),
            (None, Some(channel), Some(file_id)) => {
                FileFrom::Platform { channel: ChannelKind::from_code(&channel)?, file_id }
            }
            _ => return None,
        };
        let kind = if self.kind == "photo" { FileKind::Photo } else { FileKind::Document };
        Some(NewFile { name: self.name, mime: self.mime, kind, from })
    }
}

pub async fn name(tx: &mut Tx<'_>, person: Option<i64>) -> Result<Option<String>, StoreError> {
    let sql = "SELECT name FROM people WHERE id = $1";
    let row: Option<(String,)> = tx.optional(sql, args![person]).await?;
    Ok(row.map(|(name,)| name))
}

pub async fn roots(tx: &mut Tx<'_>) -> Result<Vec<UnitId>, StoreError> {
    let rows: Vec<(i64,)> = tx.all("SELECT id FROM units WHERE parent_id IS NULL", args![]).await?;
    Ok(rows.into_iter().map(|(id,)| UnitId(id)).collect())
}

/// How far an audience reaches, and whether beyond these units; or why it cannot be said. For `own` eyes, what is of other
/// units is not there.
pub async fn reach_facts(
    tx: &mut Tx<'_>,
    env: &Env,
    audience: &str,
    within: &[UnitId],
    own: bool,
) -> Result<Result<ReachFacts, AudienceFault>, StoreError> {
    let seen = if own { within } else { &[] };
    let whom = match audience.parse::<Audience>() {
        Ok(audience) => match audience::resolve(tx, env, &audience, seen).await? {
            Ok(whom) => whom,
            Err(fault) => return Ok(Err(fault)),
        },
        Err(wrong) => return Ok(Err(wrong.into())),
    };
    let crowd = Crowd::gather(tx, &whom).await?;
    let beyond = !within.is_empty() && crowd.reaches_beyond(tx, within).await?;
    let reach = crowd.reach(tx, env, None, false).await?;
    // What it takes is known when it is written.
    Ok(Ok(ReachFacts { beyond, months: Vec::new(), windows: None, ..facts_of(reach) }))
}

fn facts_of(reach: Reach) -> ReachFacts {
    let lost = reach.lost.into_iter().map(|one| (one.why, one.count, one.names)).collect();
    let Reach { groups, people, spread, months, windows, filling, .. } = reach;
    ReachFacts { groups, people, lost, beyond: false, spread, months, windows, filling }
}

/// How far a notice that is written reaches, and what it takes; or why it cannot be said.
pub async fn reach_of(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
) -> Result<Result<ReachFacts, AudienceFault>, StoreError> {
    let row = write::find(tx, id).await?.ok_or(StoreError::Missing)?;
    let whom = match edition::whom(tx, env, &row.audience).await? {
        Ok(whom) => whom,
        Err(fault) => return Ok(Err(fault)),
    };
    let content = edition::content(tx, &row).await?;
    let crowd = Crowd::gather(tx, &whom).await?;
    let mut reach = facts_of(crowd.reach(tx, env, Some(&content), row.urgent != 0).await?);
    reach.filling = personal::filling(tx, &whom, &content.text).await?;
    Ok(Ok(reach))
}

/// What the variables of a notice that is written are filled in with. One for nobody that there is has nothing to fill in.
pub async fn filling(tx: &mut Tx<'_>, env: &Env, id: NoticeId) -> Result<Filling, StoreError> {
    let row = write::find(tx, id).await?.ok_or(StoreError::Missing)?;
    let content = edition::content(tx, &row).await?;
    let whom = edition::whom(tx, env, &row.audience).await?.unwrap_or_default();
    personal::filling(tx, &whom, &content.text).await
}

/// A person's private chat, and its language.
#[derive(Clone, Debug)]
pub struct Place {
    pub chat: i64,
    pub lang: String,
    pub name: String,
}

row!(Place { chat, lang, name });

impl Place {
    pub fn chat(&self) -> ChatId {
        ChatId(self.chat)
    }

    pub fn lang(&self) -> Lang {
        Lang::from_code(&self.lang)
    }
}

/// The people with these roles at the unit or above it, each with one open private chat; not this one.
pub async fn people_over(
    tx: &mut Tx<'_>,
    unit: Option<UnitId>,
    right: Right,
    but: Option<PersonId>,
) -> Result<Vec<Place>, StoreError> {
    let line = match unit {
        Some(unit) => lineage(tx, unit).await?,
        None => roots(tx).await?,
    };
    let codes: Vec<&str> = roles_with(right).iter().map(|role| role.code()).collect();
    let args = args![serde_json::to_string(&line)?, serde_json::to_string(&codes)?, but.map_or(0, |id| id.0)];
    tx.all(PEOPLE_OVER, args).await
}

const PEOPLE_OVER: Sql = Sql {
    lite: "SELECT c.id AS chat, c.lang, p.name FROM people p JOIN chats c ON c.id = (
             SELECT MIN(o.id) FROM chats o
             WHERE o.person_id = p.id AND o.kind = 'private' AND o.state = 'open' AND o.spare = 0)
           WHERE p.state = 'active' AND p.id <> $3 AND EXISTS (
             SELECT 1 FROM roles r WHERE r.person_id = p.id AND r.unit_id IN (SELECT value FROM json_each($1))
               AND r.role IN (SELECT value FROM json_each($2)))
           ORDER BY p.folded, p.id LIMIT 100",
    pg: "SELECT c.id AS chat, c.lang, p.name FROM people p JOIN chats c ON c.id = (
           SELECT MIN(o.id) FROM chats o
             WHERE o.person_id = p.id AND o.kind = 'private' AND o.state = 'open' AND o.spare = 0)
         WHERE p.state = 'active' AND p.id <> $3 AND EXISTS (
           SELECT 1 FROM roles r WHERE r.person_id = p.id
             AND r.unit_id IN (SELECT value::bigint FROM json_array_elements_text($1::json))
             AND r.role IN (SELECT value FROM json_array_elements_text($2::json)))
         ORDER BY p.folded, p.id LIMIT 100",
};

/// One open private chat of a person.
pub async fn place_of(tx: &mut Tx<'_>, person: Option<i64>) -> Result<Option<Place>, StoreError> {
    let sql = "SELECT c.id AS chat, c.lang, p.name FROM chats c JOIN people p ON p.id = c.person_id
               WHERE p.id = $1 AND p.state = 'active' AND c.kind = 'private' AND c.state = 'open'
                 AND c.spare = 0
               ORDER BY c.id LIMIT 1";
    tx.optional(sql, args![person]).await
}

/// Shows the previews whose files have come. Gives how many.
pub async fn show_previews(tx: &mut Tx<'_>, env: &Env) -> Result<usize, StoreError> {
    let sql = "SELECT p.notice_id, p.chat_id, c.lang, c.channel FROM notice_previews p JOIN chats c ON c.id = p.chat_id
               WHERE NOT EXISTS (SELECT 1 FROM notice_files f
                 WHERE f.notice_id = p.notice_id AND f.sha256 IS NULL AND f.error IS NULL)
               ORDER BY p.notice_id LIMIT 50";
    let rows: Vec<(i64, i64, String, String)> = tx.all(sql, args![]).await?;
    let count = rows.len();
    for (notice, chat, lang, channel) in rows {
        let sql = "DELETE FROM notice_previews WHERE notice_id = $1 AND chat_id = $2";
        tx.exec(sql, args![notice, chat]).await?;
        let (id, chat, lang) = (NoticeId(notice), ChatId(chat), Lang::from_code(&lang));
        let Some(facts) = facts(tx, id).await? else { continue };
        if !facts.stage.is_open() {
            continue;
        }
        let reach = reach_of(tx, env, id).await?;
        looks::show_as_it_looks(tx, env, id, chat).await?;
        let channel = ChannelKind::from_code(&channel)
            .ok_or_else(|| StoreError::Corrupt(format!("channel {channel}")))?;
        outbox::post(tx, env, chat, &preview_card(lang, (chat, channel), &facts, &reach)).await?;
        let sql = "SELECT COUNT(*) FROM notice_files WHERE notice_id = $1 AND error IS NOT NULL";
        let lost = tx.int(sql, args![id]).await?;
        if lost > 0 {
            let words = lang.say("notice-files-lost", &[("count", &lost.to_string())]);
            outbox::post(tx, env, chat, &Reply::to(chat, words)).await?;
        }
    }
    Ok(count)
}

/// Tells the author why a notice came back, with the way on.
pub async fn tell_author(
    tx: &mut Tx<'_>,
    env: &Env,
    row: &write::Row,
    key: &str,
    who: &str,
    reason: &str,
) -> Result<(), StoreError> {
    let Some(author) = place_of(tx, row.author_id).await? else { return Ok(()) };
    let lang = author.lang();
    let text = lang.say(key, &[("name", who), ("title", &row.title), ("reason", reason)]);
    let rework = talk::Action::Notice { notice: NoticeId(row.id), act: talk::Act::Rework };
    let reply =
        Reply::to(author.chat(), text).row([Choice::always(lang.say("notice-rework", &[]), rework.into())]);
    outbox::post(tx, env, author.chat(), &reply).await
}

/// Why a notice cannot go out, as its author is told.
pub async fn tell_failed(
    tx: &mut Tx<'_>,
    env: &Env,
    row: &write::Row,
    refused: &Refused,
) -> Result<(), StoreError> {
    tell_author(tx, env, row, "notice-author-failed", "", &refused.to_string()).await
}
