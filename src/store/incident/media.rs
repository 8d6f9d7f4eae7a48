//! Pictures and documents that came in: fetched, kept, and shown once to those who may see the case.

use std::time::Duration;

use crate::args;
use crate::conversation::incident::{CardKind, Exhibit, card};
use crate::conversation::{Lang, Reply};
use crate::domain::ids::{ChatId, IncidentId, MediaId, PersonId};
use crate::domain::incident::State;
use crate::domain::{ChannelKind, Timestamp};
use crate::failpoint::{Point, at, hasten};
use crate::store::{Env, Sql, Store, StoreError, Tx, blobs, outbox, row};

use super::{act, read};

/// A claim on a picture: longer than a fetch takes, so that no two fetch the same.
const LEASE: Duration = Duration::from_secs(120);
/// How often a picture is tried: over about two hours.
const MOST_ATTEMPTS: i64 = 8;

/// A picture or a document that has to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub id: MediaId,
    pub file_id: String,
    pub is_document: bool,
}

/// How fetching a picture ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Checked, and a picture written anew.
    Good { mime: &'static str, bytes: Vec<u8> },
    /// It is not what it should be, or too large: who sent it is told.
    Refused { reason: Refusal },
    /// The platform does not have it any more.
    Gone,
    /// Worth another try.
    Failed { error: String },
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    TooLarge,
    NoPicture,
    NoPdf,
}

/// Notes a file that has to be fetched. The same file of the same case is fetched once.
pub async fn want(
    tx: &mut Tx<'_>,
    env: &Env,
    incident: IncidentId,
    person: PersonId,
    chat: ChatId,
    channel: ChannelKind,
    exhibit: &Exhibit,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO media (incident_id, person_id, chat_id, channel, file_id, document, for_reporter, state,
                                  next_try, created_at)
               VALUES ($1, $2, $3, $4, $5, $7, 0, 'wanted', $6, $6)
               ON CONFLICT (incident_id, file_id) DO NOTHING";
    let args =
        args![incident, person, chat, channel.code(), &exhibit.file, env.now, exhibit.document.clone()];
    tx.exec(sql, args).await?;
    Ok(())
}

/// What others than the reporters gave as evidence is shown to the reporters from now on.
pub async fn give_to_reporters(tx: &mut Tx<'_>, incident: IncidentId) -> Result<(), StoreError> {
    let sql = "UPDATE media SET for_reporter = 1 WHERE incident_id = $1
                 AND person_id NOT IN (SELECT person_id FROM reports WHERE incident_id = $1)";
    tx.exec(sql, args![incident]).await?;
    Ok(())
}

/// Shows the pictures and documents of a case that are there, as albums below its cards, each once in each chat. As long
/// as some are still being fetched, nothing is shown: they come as one album.
pub async fn show(tx: &mut Tx<'_>, env: &Env, incident: IncidentId) -> Result<(), StoreError> {
    let case = read::known(tx, incident).await?;
    if case.files_awaited > 0 {
        return Ok(());
    }
    let groups = case.cards.iter().filter(|at| !matches!(at.kind, CardKind::Watch | CardKind::Bundle));
    let mut places: Vec<(ChatId, Lang, bool)> = groups.map(|at| (at.chat, at.lang, false)).collect();
    if matches!(case.state, State::Settled | State::Confirmed | State::Closed) {
        let reached = case.reporters.iter().filter_map(|reporter| reporter.chat);
        places.extend(reached.map(|(chat, lang)| (chat, lang, true)));
    }
    for (chat, lang, is_reporter) in places {
        let sql = "SELECT m.id, m.sha256, m.document FROM media m
                   WHERE m.incident_id = $1 AND m.state = 'stored' AND m.sha256 IS NOT NULL
                     AND ($3 = 0 OR m.for_reporter = 1)
                     AND NOT EXISTS (SELECT 1 FROM media_shown s WHERE s.media_id = m.id AND s.chat_id = $2)
                   ORDER BY CASE WHEN m.document IS NULL THEN 0 ELSE 1 END, m.id";
        let rows: Vec<(i64, String, Option<String>)> =
            tx.all(sql, args![incident, chat, is_reporter]).await?;
        if rows.is_empty() {
            continue;
        }
        for (media, ..) in &rows {
            let sql = "INSERT INTO media_shown (media_id, chat_id, at) VALUES ($1, $2, $3)";
            tx.exec_one(sql, args![*media, chat, env.now]).await?;
        }
        let attachment = |(media, sha256, document)| read::attachment(media, sha256, document);
        let files: Vec<_> = rows.into_iter().map(attachment).collect();
        let caption = card::caption(lang, &case.code, &files);
        outbox::post(tx, env, chat, &Reply::to(chat, caption).files(files)).await?;
    }
    Ok(())
}

impl Store {
    /// Claims pictures of a channel that are due to be fetched, at most `room`.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_media(&self, channel: ChannelKind, room: usize) -> Result<Vec<Wanted>, StoreError> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "UPDATE media SET next_try = $3, attempts = attempts + 1
                               WHERE state = 'wanted' AND next_try <= $2 AND id IN (
                                 SELECT id FROM media WHERE state = 'wanted' AND next_try <= $2 AND channel = $1
                                 ORDER BY next_try, id LIMIT $4)
                               RETURNING id, file_id, document IS NOT NULL";
                    let args = args![channel.code(), env.now, env.now + hasten(LEASE), room];
                    let rows: Vec<(i64, String, bool)> = tx.all(sql, args).await?;
                    let wanted = |(id, file_id, is_document)| Wanted { id: MediaId(id), file_id, is_document };
                    Ok(rows.into_iter().map(wanted).collect())
                })
            })
            .await
    }

    /// When the next picture of a channel is due to be fetched.
    ///
    /// # Errors
    /// The database's.
    pub async fn next_media(&self, channel: ChannelKind) -> Result<Option<Timestamp>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let sql = "SELECT MIN(next_try) FROM media WHERE state = 'wanted' AND channel = $1";
                    let (at,): (Option<i64>,) = tx.one(sql, args![channel.code()]).await?;
                    Ok(at.map(Timestamp))
                })
            })
            .await
    }

    /// Whether a picture of a channel is due to be fetched.
    ///
    /// # Errors
    /// The database's.
    pub async fn media_is_due(&self, channel: ChannelKind) -> Result<bool, StoreError> {
        let now = self.env().now;
        Ok(self.next_media(channel).await?.is_some_and(|next| next <= now))
    }

    /// Keeps how fetching a picture ended: the picture is shown once all of its case are there, a refusal
    /// is told to who sent it, a failure is tried again later.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle_media(&self, id: MediaId, fetched: Fetched) -> Result<(), StoreError> {
        let env = self.env();
        let work = async move |tx: &mut Tx<'_>| {
            settle(tx, &env, id, &fetched).await?;
            Ok(at(Point::MediaBeforeCommit).await?)
        };
        self.db.write(move |tx| Box::pin(async move { work(tx).await })).await?;
        Ok(at(Point::MediaAfterCommit).await?)
    }
}

struct MediaRow {
    incident_id: i64,
    chat_id: i64,
    attempts: i64,
    state: String,
    code: String,
}

row!(MediaRow { incident_id, chat_id, attempts, state, code });

/// On PostgreSQL the case is held meanwhile: of two pictures that end at once, one has to see that it is the last.
const ONE: Sql = Sql {
    lite: "SELECT m.incident_id, m.chat_id, m.attempts, m.state, i.code
           FROM media m JOIN incidents i ON i.id = m.incident_id WHERE m.id = $1",
    pg: "SELECT m.incident_id, m.chat_id, m.attempts, m.state, i.code
         FROM media m JOIN incidents i ON i.id = m.incident_id WHERE m.id = $1 FOR UPDATE OF i",
};

async fn settle(tx: &mut Tx<'_>, env: &Env, id: MediaId, fetched: &Fetched) -> Result<(), StoreError> {
    let Some(row) = tx.optional::<MediaRow>(ONE, args![id]).await? else { return Ok(()) };
    if row.state != "wanted" {
        return Ok(());
    }
    let incident = IncidentId(row.incident_id);
    let ended = match fetched {
        Fetched::Good { mime, bytes } => {
            let sha256 = blobs::put(tx, env, bytes, mime).await?;
            let sql = "UPDATE media SET state = 'stored', sha256 = $2, reason = NULL WHERE id = $1";
            tx.exec_one(sql, args![id, sha256]).await?;
            None
        }
        Fetched::Refused { reason } => {
            let (reason, key) = match reason {
                Refusal::TooLarge => ("too large", "incident-photo-too-large"),
                Refusal::NoPicture => ("no picture", "incident-photo-no-picture"),
                Refusal::NoPdf => ("no PDF", "incident-file-no-pdf"),
            };
            end(tx, id, "refused", reason).await?;
            Some(key)
        }
        Fetched::Gone => {
            end(tx, id, "gone", "the platform has it no more").await?;
            Some("incident-photo-gone")
        }
        Fetched::Failed { error } if row.attempts >= MOST_ATTEMPTS => {
            end(tx, id, "gone", error).await?;
            Some("incident-photo-gone")
        }
        Fetched::Failed { error } => {
            let sql = "UPDATE media SET next_try = $2, reason = $3 WHERE id = $1";
            return tx.exec_one(sql, args![id, env.now + hasten(pause(row.attempts)), error]).await;
        }
    };
    if let Some(key) = ended {
        let chat = ChatId(row.chat_id);
        let words = act::lang_of(tx, chat).await?.say(key, &[("code", &row.code)]);
        outbox::post(tx, env, chat, &Reply::to(chat, words)).await?;
    }
    if read::known(tx, incident).await?.files_awaited == 0 {
        // The pictures themselves follow.
        act::refresh_quietly(tx, env, incident).await?;
        show(tx, env, incident).await?;
    }
    Ok(())
}

async fn end(tx: &mut Tx<'_>, id: MediaId, state: &str, reason: &str) -> Result<(), StoreError> {
    let sql = "UPDATE media SET state = $2, reason = $3 WHERE id = $1";
    tx.exec_one(sql, args![id, state, reason]).await
}

/// How long before the next try: 15 s, then twice as long every time, at most an hour.
fn pause(attempts: i64) -> Duration {
    let doubled = 15u64 << attempts.clamp(1, 12).saturating_sub(1);
    Duration::from_secs(doubled.min(3600))
}
