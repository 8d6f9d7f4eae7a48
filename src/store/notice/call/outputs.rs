//! Tables and archives that somebody asked for: rows, which a job makes files of.

use std::time::Duration;

use crate::args;
use crate::conversation::notice::{CallResult, Output};
use crate::conversation::{Lang, Reply};
use crate::domain::Timestamp;
use crate::domain::content::Attachment;
use crate::domain::ids::{ChatId, NoticeId};
use crate::store::{Env, Store, StoreError, Tx, outbox};

use super::result;

/// How long it is known what was made for whom: as long as it can be in a message that is kept.
const KEEP: Duration = Duration::from_secs(60 * 24 * 3600);

/// Something that is to be made of what came in.
#[derive(Clone, Debug)]
pub struct WantedOutput {
    pub id: i64,
    pub lang: Lang,
    pub output: Output,
    pub result: CallResult,
}

/// What was made: a message for each file.
#[derive(Clone, Debug)]
pub struct MadeOutput {
    pub messages: Vec<(String, Option<Attachment>)>,
}

/// Notes that a chat wants it. What is on its way already is not made twice.
pub async fn want(
    tx: &mut Tx<'_>,
    env: &Env,
    notice: NoticeId,
    chat: ChatId,
    output: Output,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO call_outputs (notice_id, chat_id, kind, wanted_at) SELECT $1, $2, $3, $4
               WHERE NOT EXISTS (SELECT 1 FROM call_outputs o WHERE o.notice_id = $1 AND o.chat_id = $2
                                   AND o.kind = $3 AND o.done_at IS NULL)";
    tx.exec(sql, args![notice, chat, output.code(), env.now]).await?;
    Ok(())
}

/// What can be made: all files of the call are there, or will not come.
const NEXT: &str = "
    SELECT o.id, o.notice_id, o.kind, c.lang FROM call_outputs o JOIN chats c ON c.id = o.chat_id
    WHERE o.done_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM call_answers a JOIN call_files f ON f.answer_id = a.id
      WHERE a.notice_id = o.notice_id AND f.sha256 IS NULL AND f.error IS NULL)
    ORDER BY o.id LIMIT 1";

impl Store {
    /// Something that is to be made of what came in, if there is anything.
    ///
    /// # Errors
    /// The database's.
    pub async fn wanted_output(&self) -> Result<Option<WantedOutput>, StoreError> {
        self.db
            .read(|tx| {
                Box::pin(async move {
                    let next: Option<(i64, i64, String, String)> = tx.optional(NEXT, args![]).await?;
                    let Some((id, notice, kind, lang)) = next else { return Ok(None) };
                    let corrupt = || StoreError::Corrupt(format!("call output {kind}"));
                    let output = Output::from_code(&kind).ok_or_else(corrupt)?;
                    let found = result::collected(tx, NoticeId(notice)).await?;
                    let result = found.ok_or(StoreError::Missing)?;
                    Ok(Some(WantedOutput { id, lang: Lang::from_code(&lang), output, result }))
                })
            })
            .await
    }

    /// Hands over what was made. Once, whoever made it.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_output(&self, id: i64, made: MadeOutput) -> Result<(), StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { give(tx, &env, id, &made).await })).await
    }
}

async fn give(tx: &mut Tx<'_>, env: &Env, id: i64, made: &MadeOutput) -> Result<(), StoreError> {
    let files = made.messages.iter().filter_map(|(_, file)| Some(&file.as_ref()?.sha256));
    let files = serde_json::to_string(&files.collect::<Vec<_>>())?;
    let sql = "UPDATE call_outputs SET done_at = $2, files = $3 WHERE id = $1 AND done_at IS NULL RETURNING chat_id";
    let Some((chat,)) = tx.optional::<(i64,)>(sql, args![id, env.now, files]).await? else { return Ok(()) };
    let chat = ChatId(chat);
    for (words, file) in &made.messages {
        let reply = Reply::to(chat, words.as_str()).files(file.iter().cloned().collect());
        outbox::post(tx, env, chat, &reply).await?;
    }
    Ok(())
}

/// Forgets what was made so long ago that nobody is shown it any more. Gives how many.
pub async fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM call_outputs WHERE done_at < $1", args![now.before(KEEP)]).await
}
