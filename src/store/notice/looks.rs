//! How a notice looks to who gets it, on the author's channel and on others.

use crate::args;
use crate::conversation::notice::{Act, Action, looks_like};
use crate::conversation::{Choice, Lang, Reply};
use crate::domain::content::{Button, Content};
use crate::domain::ids::*;
use crate::domain::{ChannelKind, Rich, Timestamp};
use crate::store::{Env, Store, StoreError, Tx, outbox};

use super::write::{self, Done, Refused};
use super::{edition, meeting, personal};

/// What one of its recipients gets.
async fn example(tx: &mut Tx<'_>, env: &Env, row: &write::Row) -> Result<Content, StoreError> {
    let content = edition::content(tx, row).await?;
    let whom = edition::whom(tx, env, &row.audience).await?.ok();
    let at = row.send_at.map_or(env.now, |at| Timestamp(at).max(env.now));
    let text = personal::shown(tx, whom.as_ref(), content.text.clone(), at).await?;
    Ok(Content { text, ..content })
}

/// Posts the same words and files that the recipients will get.
pub async fn show_as_it_looks(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    chat: ChatId,
) -> Result<(), StoreError> {
    let row = write::find(tx, id).await?.ok_or(StoreError::Missing)?;
    meeting::keep_event(tx, env, &row).await?;
    let content = example(tx, env, &row).await?;
    let mut reply = Reply::to(chat, content.text).files(content.files);
    // The buttons stand where they will stand: with them, an album and its words are laid out otherwise.
    for labels in content.buttons.iter().map(|row| row.iter().map(Button::label)) {
        let sample = || Action::Notice { notice: id, act: Act::Sample };
        reply = reply.row(labels.map(|label| Choice::always(label, sample().into())));
    }
    outbox::post(tx, env, chat, &reply).await
}

/// Shows in a chat how it is read over another channel: a message for each that it makes there.
pub async fn show_on(
    tx: &mut Tx<'_>,
    env: &Env,
    id: NoticeId,
    chat: ChatId,
    channel: ChannelKind,
) -> Result<(), StoreError> {
    let Some(row) = write::find(tx, id).await? else { return Ok(()) };
    let parts = outbox::lay_out(example(tx, env, &row).await?, channel.manner());
    let (lang,): (String,) = tx.one("SELECT lang FROM chats WHERE id = $1", args![chat]).await?;
    let above = looks_like(Lang::from_code(&lang), channel, parts.len());
    outbox::post(tx, env, chat, &Reply::to(chat, above)).await?;
    for part in &parts {
        outbox::post(tx, env, chat, &Reply::to(chat, part.as_read(channel.manner()))).await?;
    }
    Ok(())
}

impl Store {
    /// A notice as it is read over a channel: the text of each message that it makes there.
    ///
    /// # Errors
    /// The database's; inside, that there is no such notice.
    pub async fn notice_on(&self, id: NoticeId, channel: ChannelKind) -> Done<Vec<Rich>> {
        let env = self.env();
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let Some(row) = write::find(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
                    let parts = outbox::lay_out(example(tx, &env, &row).await?, channel.manner());
                    Ok(Ok(parts.iter().map(|part| part.as_read(channel.manner())).collect()))
                })
            })
            .await
    }
}
