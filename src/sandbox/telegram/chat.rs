//! A chat: a person's private chat with the bot, or a group.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::message::Message;
use super::refusal::Refusal;

/// What kind of chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Private,
    Group,
    Supergroup,
}

/// Where somebody stands in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Never was there (in a private chat: never pressed Start).
    Never,
    Owner,
    Admin,
    Member,
    Left,
    /// Thrown out (in a private chat: the bot is blocked).
    Kicked,
}

/// A chat with its messages.
pub(super) struct Chat {
    pub id: i64,
    pub kind: Kind,
    pub title: String,
    /// People of a group; those who left stay with their standing.
    pub members: BTreeMap<i64, Standing>,
    /// Where the bot stands.
    pub bot: Standing,
    /// The supergroup that this group became.
    pub migrated_to: Option<i64>,
    pub messages: BTreeMap<i64, Message>,
    last_id: i64,
    /// When the bot's last messages were accepted, for the limits.
    pub sent: VecDeque<i64>,
    /// Until when a 429 holds the chat.
    pub held_until: i64,
}

impl Chat {
    pub fn new(id: i64, kind: Kind, title: &str) -> Chat {
        Chat {
            id,
            kind,
            title: title.into(),
            members: BTreeMap::new(),
            bot: Standing::Never,
            migrated_to: None,
            messages: BTreeMap::new(),
            last_id: 0,
            sent: VecDeque::new(),
            held_until: i64::MIN,
        }
    }

    /// Numbers count up in each chat.
    pub fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// Whether this person is in the chat now.
    pub fn has(&self, user: i64) -> bool {
        match self.kind {
            Kind::Private => user == self.id,
            _ => self.members.get(&user).is_some_and(|standing| standing.is_in()),
        }
    }

    /// Refuses the bot if it may not write here.
    pub fn open_to_bot(&self) -> Result<(), Refusal> {
        let group = if self.kind == Kind::Supergroup { "supergroup" } else { "group" };
        if let Some(to) = self.migrated_to {
            return Err(Refusal::migrated(to));
        }
        match (self.kind, self.bot) {
            (_, Standing::Owner | Standing::Admin | Standing::Member) => Ok(()),
            (Kind::Private, Standing::Kicked) => Err(Refusal::forbidden("bot was blocked by the user")),
            (Kind::Private, _) => Err(Refusal::forbidden("bot can't initiate conversation with a user")),
            (_, Standing::Kicked) => {
                Err(Refusal::forbidden(&format!("bot was kicked from the {group} chat")))
            }
            (_, Standing::Left) => {
                Err(Refusal::forbidden(&format!("bot is not a member of the {group} chat")))
            }
            (_, Standing::Never) => Err(Refusal::bad("chat not found")),
        }
    }
}

impl Standing {
    /// Whether it means being in the chat.
    pub fn is_in(self) -> bool {
        matches!(self, Standing::Owner | Standing::Admin | Standing::Member)
    }

    /// As a Telegram ChatMember object about `user`.
    pub fn object(self, user: Value) -> Value {
        match self {
            Standing::Owner => json!({"user": user, "status": "creator", "is_anonymous": false}),
            Standing::Member => json!({"user": user, "status": "member"}),
            Standing::Left | Standing::Never => json!({"user": user, "status": "left"}),
            Standing::Kicked => json!({"user": user, "status": "kicked", "until_date": 0}),
            Standing::Admin => json!({"user": user, "status": "administrator", "can_be_edited": false,
                "is_anonymous": false, "can_manage_chat": true, "can_delete_messages": true,
                "can_manage_video_chats": true, "can_restrict_members": true, "can_promote_members": false,
                "can_change_info": true, "can_invite_users": true, "can_post_stories": false,
                "can_edit_stories": false, "can_delete_stories": false, "can_pin_messages": true,
                "can_manage_topics": false}),
        }
    }
}
