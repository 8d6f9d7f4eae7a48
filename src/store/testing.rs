//! A small stage for tests of the conversation and the store together, without a platform.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::conversation::incoming::{ExternalChat, Message, Press, Sender};
use crate::conversation::{ChatKind, Incoming, Rules, What, step};
use crate::domain::content::{Button, Content};
use crate::domain::text::fold;
use crate::domain::{ChannelKind, Timestamp};
use crate::random::Random;

use super::Store;
use crate::args;

/// A store in a directory of its own, and a clock that is moved by hand.
pub struct Stage {
    pub store: Store,
    pub clock: Clock,
    pub rules: Arc<Rules>,
    _dir: tempfile::TempDir,
}

/// A message that waits in the outbox.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The platform's id of the chat.
    pub chat: String,
    pub op: String,
    #[allow(dead_code, reason = "for scenes that look at slots and edits")]
    pub target: Option<String>,
    pub content: Content,
    pub own_data: Option<String>,
}

/// Chat, operation, target, content and the recipient's own data.
type Waiting = (String, String, Option<String>, String, Option<String>);

impl Shown {
    pub fn text(&self) -> &str {
        &self.content.text.text
    }

    /// The data of the button with this label.
    pub fn button(&self, label: &str) -> String {
        self.content
            .buttons
            .iter()
            .flatten()
            .find_map(|button| match button {
                Button::Press { label: l, data } if l.contains(label) => Some(data.clone()),
                Button::PressOwn { label: l, act } if l.contains(label) => {
                    self.own_data.as_deref().map(|own| act.data(own))
                }
                _ => None,
            })
            .unwrap_or_else(|| panic!("no button {label:?} under {:?}", self.content))
    }
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(Rules::default()).await
    }

    pub async fn with(rules: Rules) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let url = format!("sqlite:{}", dir.path().join("loa.db").display());
        let store = Store::open(&url, clock.clone(), Random::seeded(1)).await.expect("a store");
        Self { store, clock, rules: Arc::new(rules), _dir: dir }
    }

    /// Lays out units (`id, parent, path`), people (`id, chat, name, unit, role`; without a chat they cannot be
    /// reached) and groups (`chat, title, unit, purpose`).
    pub async fn found(
        &self,
        units: &'static [(i64, Option<i64>, &'static str)],
        people: &'static [(i64, Option<&'static str>, &'static str, i64, &'static str)],
        groups: &'static [(&'static str, &'static str, i64, &'static str)],
    ) {
        let done = self.store.db.write(move |tx| {
            Box::pin(async move {
                for &(id, parent, path) in units {
                    let name = path.rsplit(" / ").next().unwrap_or(path);
                    let sql = "INSERT INTO units (id, parent_id, name, folded, path, path_key, created_at)
                               VALUES ($1, $2, $3, $4, $5, $6, 0)";
                    tx.exec(sql, args![id, parent, name, fold(name), path, fold(path)]).await?;
                }
                for &(id, chat, name, unit, role) in people {
                    let sql = "INSERT INTO people (id, name, folded, state, created_at)
                               VALUES ($1, $2, $3, 'active', 0)";
                    tx.exec(sql, args![id, name, fold(name)]).await?;
                    let sql = "INSERT INTO roles (person_id, unit_id, role, since) VALUES ($1, $2, $3, 0)";
                    tx.exec(sql, args![id, unit, role]).await?;
                    let Some(chat) = chat else { continue };
                    let sql = "INSERT INTO chats
                                 (channel, external_id, kind, title, folded, person_id, purpose, state, created_at,
                                  greeted_at)
                               VALUES ('telegram', $1, 'private', $2, $3, $4, 'none', 'open', 0, 0)";
                    tx.exec(sql, args![chat, name, fold(name), id]).await?;
                }
                for &(chat, title, unit, purpose) in groups {
                    let sql = "INSERT INTO chats
                                 (channel, external_id, kind, title, folded, unit_id, purpose, state, created_at)
                               VALUES ('telegram', $1, 'group', $2, $3, $4, $5, 'open', 0)";
                    tx.exec(sql, args![chat, title, fold(title), unit, purpose]).await?;
                }
                Ok(())
            })
        });
        done.await.expect("units, people and groups");
    }

    /// Something comes in; gives the messages that it put into the outbox.
    pub async fn incoming(&self, chat: &str, kind: ChatKind, from: &str, what: What) -> Vec<Shown> {
        let incoming = Incoming {
            channel: ChannelKind::Telegram,
            chat: ExternalChat { id: chat.to_owned(), kind, title: format!("chat {chat}") },
            from: Some(Sender { id: from.to_owned(), name: format!("Người {from}") }),
            at: self.clock.now(),
            what,
        };
        self.store.take_turn(incoming, self.rules.clone(), step).await.expect("a turn");
        self.sent().await
    }

    /// A person writes to the bot in private.
    pub async fn says(&self, person: &str, text: &str) -> Vec<Shown> {
        let message = Message { id: "1".into(), text: text.into(), addressed: true, ..Message::default() };
        self.incoming(person, ChatKind::Private, person, What::Message(message)).await
    }

    /// A person writes to the bot in a group.
    pub async fn says_in(&self, group: &str, person: &str, text: &str) -> Vec<Shown> {
        let message = Message { id: "1".into(), text: text.into(), addressed: true, ..Message::default() };
        self.incoming(group, ChatKind::Group, person, What::Message(message)).await
    }

    /// A person presses a button in a private chat.
    pub async fn presses(&self, person: &str, data: &str) -> Vec<Shown> {
        self.presses_in(person, ChatKind::Private, person, data).await
    }

    /// A person presses a button in some chat.
    pub async fn presses_in(&self, chat: &str, kind: ChatKind, person: &str, data: &str) -> Vec<Shown> {
        let press = Press { id: "press".into(), data: data.into(), message: Some("77".into()) };
        self.incoming(chat, kind, person, What::Press(press)).await
    }

    /// Takes everything that waits out of the outbox, as if it had been sent.
    pub async fn sent(&self) -> Vec<Shown> {
        self.store
            .db
            .write(|tx| {
                Box::pin(async move {
                    let rows: Vec<Waiting> = tx
                        .all(
                            "SELECT c.external_id, m.op, m.target, p.body, m.own_data FROM messages m
                             JOIN chats c ON c.id = m.chat_id JOIN payloads p ON p.id = m.payload_id
                             WHERE m.state = 0 ORDER BY m.id",
                            args![],
                        )
                        .await?;
                    tx.exec(
                        "UPDATE messages SET state = 2, settled_at = created_at WHERE state = 0",
                        args![],
                    )
                    .await?;
                    rows.into_iter()
                        .map(|(chat, op, target, body, own_data)| {
                            let content = serde_json::from_str(&body)?;
                            Ok(Shown { chat, op, target, content, own_data })
                        })
                        .collect()
                })
            })
            .await
            .expect("the outbox")
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

#[tokio::test]
async fn a_stranger_who_writes_gets_a_chat_of_their_own() {
    let stage = Stage::new().await;
    stage.says("11", "xin chào").await;
    let count = stage
        .store
        .db
        .read(|tx| Box::pin(async move { tx.int("SELECT COUNT(*) FROM chats", args![]).await }))
        .await
        .expect("a count");
    assert_eq!(count, 1);
}
