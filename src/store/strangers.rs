//! Strangers on channels where machines write, too: they are answered, but not for ever.

use std::time::Duration;

use crate::args;
use crate::conversation::{ChatFacts, Dialogue, Incoming, Me, Turn};
use crate::domain::ChannelKind;

use super::{Env, StoreError, Tx};

/// For so long a stranger hears nothing once more.
const ONCE_IN: Duration = Duration::from_secs(24 * 3600);

/// Whether a turn only says something to a stranger by mail who has heard from us within a day. Whoever is about to
/// enrol is no stranger: a dialogue is under way, or something else comes of what they wrote than words.
pub(super) async fn has_heard(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: &ChatFacts,
    incoming: &Incoming,
    me: Option<&Me>,
    dialogue: &Dialogue,
    turn: &Turn,
) -> Result<bool, StoreError> {
    let enrols = *dialogue != Dialogue::None || turn.dialogue.is_some() || !turn.effects.is_empty();
    if incoming.channel != ChannelKind::Email || me.is_some() || enrols || incoming.press().is_some() {
        return Ok(false);
    }
    // The channel as it stands in an index.
    let sql = "SELECT id FROM messages WHERE chat_id = $1 AND channel <> 'telegram' AND created_at > $2
               ORDER BY id DESC LIMIT 1";
    let heard: Option<(i64,)> = tx.optional(sql, args![chat.id, env.now.before(ONCE_IN)]).await?;
    Ok(heard.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::incoming::{Bounced, ExternalChat, Message, Sender};
    use crate::conversation::{ChatKind, What, step};
    use crate::domain::ids::MessageId;
    use crate::store::testing::{Shown, Stage};

    const STRANGER: &str = "ai@do.vn";

    async fn comes(stage: &Stage, what: What) -> Vec<Shown> {
        let incoming = Incoming {
            channel: ChannelKind::Email,
            chat: ExternalChat { id: STRANGER.into(), kind: ChatKind::Private, title: String::new() },
            from: Some(Sender { id: STRANGER.into(), name: String::new() }),
            at: stage.clock.now(),
            what,
        };
        stage.store.take_turn(incoming, stage.rules.clone(), step).await.expect("a turn");
        stage.sent().await
    }

    async fn writes(stage: &Stage, text: &str) -> usize {
        let message = Message { id: "1".into(), text: text.into(), addressed: true, ..Message::default() };
        comes(stage, What::Message(message)).await.len()
    }

    #[tokio::test]
    async fn a_stranger_by_mail_has_one_answer_a_day() {
        let stage = Stage::new().await;
        assert_eq!(writes(&stage, "Chào").await, 1);
        assert_eq!((writes(&stage, "Có ai không?").await, writes(&stage, "/trogiup").await), (0, 0));
        stage.clock.advance(ONCE_IN + Duration::from_secs(1));
        assert_eq!(writes(&stage, "Chào").await, 1);
    }

    #[tokio::test]
    async fn a_mail_that_came_back_has_failed_and_closes_the_chat() {
        let stage = Stage::new().await;
        assert_eq!(writes(&stage, "Chào").await, 1);
        let state = async || {
            let read = stage.store.db.read(|tx| {
                Box::pin(async move {
                    let sql =
                        "SELECT m.state, c.state, c.reason FROM messages m JOIN chats c ON c.id = m.chat_id";
                    tx.one::<(i64, String, Option<String>)>(sql, args![]).await
                })
            });
            read.await.expect("a message")
        };
        let back = |message: i64, for_good| {
            What::Bounced(Bounced { message: MessageId(message), why: "550".into(), for_good })
        };
        comes(&stage, back(99, true)).await;
        assert_eq!(state().await, (2, "open".to_owned(), None));
        comes(&stage, back(1, false)).await;
        assert_eq!(state().await, (4, "open".to_owned(), None));
        stage.clock.advance(ONCE_IN + Duration::from_secs(1));
        assert_eq!(writes(&stage, "Chào").await, 1);
        assert!(comes(&stage, back(2, true)).await.is_empty(), "nobody is answered");
        let (_, chat, why) = state().await;
        assert_eq!((chat.as_str(), why.as_deref()), ("closed", Some("550")));
    }
}
