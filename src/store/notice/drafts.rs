//! Notices that somebody has begun: kept when they are left, found again, copied, thrown away.

use crate::args;
use crate::conversation::Lang;
use crate::conversation::notice::{MOST_DRAFTS, MOST_SENT, NewNotice, OwnNotice, Stage, own_notices};
use crate::domain::Timestamp;
use crate::domain::ids::*;
use crate::store::audit::{self, Actor};
use crate::store::{Env, Store, StoreError, Tx, outbox, row};

use super::act;
use super::write::{self, Done, Refused, subject};

struct OwnRow {
    id: i64,
    title: String,
    state: String,
    at: i64,
    reason: Option<String>,
}

row!(OwnRow { id, title, state, at, reason });

impl OwnRow {
    fn read(self) -> Result<OwnNotice, StoreError> {
        let stage = write::read_state(&self.state)?;
        let (id, at) = (NoticeId(self.id), Timestamp(self.at));
        Ok(OwnNotice { id, title: self.title, stage, at, reason: self.reason })
    }
}

const DRAFTS: &str = "
    SELECT id, title, state, reason,
      CASE WHEN state = 'returned' THEN COALESCE(decided_at, written_at) ELSE written_at END AS at
    FROM notices WHERE author_id = $1 AND state IN ('draft', 'returned') ORDER BY at DESC, id DESC LIMIT $2";

const SENT: &str = "
    SELECT id, title, state, reason, COALESCE(decided_at, written_at) AS at
    FROM notices WHERE author_id = $1 AND state = 'sent' ORDER BY at DESC, id DESC LIMIT $2";

impl Store {
    /// Writes a new draft with the words, files, audience and settings of a notice, as the administrator's act.
    ///
    /// # Errors
    /// The database's; inside, that there is no such notice.
    pub async fn notice_copy(&self, id: NoticeId) -> Done<NoticeId> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(facts) = act::facts(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
                    let copy = NewNotice { author: None, author_unit: None, ..facts.notice.copied(env.now) };
                    write::write(tx, &env, Actor::CommandLine, &copy).await.map(Ok)
                })
            })
            .await
    }

    /// Throws a draft away, as the administrator's act; what is past that stays.
    ///
    /// # Errors
    /// The database's; inside, that it is no draft.
    pub async fn notice_discard(&self, id: NoticeId) -> Done<()> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let open = [Stage::Draft, Stage::Returned];
                    if let Err(refused) = write::set_state(tx, id, &open, Stage::Cancelled).await? {
                        return Ok(Err(refused));
                    }
                    audit::record(tx, &env, Actor::CommandLine, "notice.discard", &subject(id), "").await?;
                    Ok(Ok(()))
                })
            })
            .await
    }
}

/// Shows somebody their drafts, and what they sent lately.
pub async fn list(tx: &mut Tx<'_>, env: &Env, person: PersonId, chat: ChatId) -> Result<(), StoreError> {
    let drafts = own(tx, DRAFTS, person, MOST_DRAFTS).await?;
    let sent = own(tx, SENT, person, MOST_SENT).await?;
    let (lang,): (String,) = tx.one("SELECT lang FROM chats WHERE id = $1", args![chat]).await?;
    outbox::post(tx, env, chat, &own_notices(Lang::from_code(&lang), chat, &drafts, &sent)).await
}

async fn own(
    tx: &mut Tx<'_>,
    sql: &'static str,
    person: PersonId,
    most: usize,
) -> Result<Vec<OwnNotice>, StoreError> {
    let rows: Vec<OwnRow> = tx.all(sql, args![person, most]).await?;
    rows.into_iter().map(OwnRow::read).collect()
}

/// Keeps what was left half written. What is written down like that already is not touched: a notice that came back
/// keeps the reason as long as nothing in it was changed.
pub async fn keep(
    tx: &mut Tx<'_>,
    env: &Env,
    replaces: Option<NoticeId>,
    actor: Actor,
    new: &NewNotice,
) -> Result<(), StoreError> {
    let Some(id) = replaces else { return write::write(tx, env, actor, new).await.map(|_| ()) };
    let written = act::facts(tx, id).await?.map(|facts| facts.notice);
    if written.is_some_and(|notice| NewNotice { occurrence: new.occurrence, ..notice } == *new) {
        return Ok(());
    }
    write::rewrite(tx, env, actor, id, new).await.map(|_| ())
}
