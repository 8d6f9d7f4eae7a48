//! The outbox: how messages get in. How they get out is in `delivery`.

use crate::conversation::wording::hint;
use crate::conversation::{Choice, Does, Lang, Place, Reply};
use crate::domain::content::{Button, Content, Lane};
use crate::domain::ids::*;
use crate::domain::rich::utf16_len;
use crate::domain::split::split;
use crate::domain::{ChannelKind, Manner, Timestamp};

use super::{Env, StoreError, Tx, choices};
use crate::args;

/// How long a button works: longer than anybody takes, short enough that none stays for ever.
const BUTTON_LIFE: std::time::Duration = std::time::Duration::from_secs(60 * 24 * 3600);
/// After this a platform refuses the answer to a press.
const ANSWER_LIFE: std::time::Duration = std::time::Duration::from_secs(15);
/// What the link to a file takes of a message, in UTF-16 units: its name and its address.
const LINK_ROOM: usize = 400;
/// However long a list of choices is, so much of a message is left to its text, in UTF-16 units.
const LEAST_TEXT: usize = 400;

/// What a message of the outbox does when its turn comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// A new message.
    Send,
    /// The message that keeps itself up to date under this name: edited if it is there, sent if not.
    Show { slot: String },
    /// An edit of the message with this id of the platform's.
    Edit { message: String },
    /// Other buttons below the message with this id of the platform's. Where that is gone, so is what they say.
    Buttons { message: String },
    /// The answer to a press.
    Answer { press: String },
}

impl Op {
    pub(in crate::store) fn code(&self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Show { .. } => "show",
            Self::Edit { .. } => "edit",
            Self::Buttons { .. } => "buttons",
            Self::Answer { .. } => "answer",
        }
    }

    pub(in crate::store) fn target(&self) -> Option<&str> {
        match self {
            Self::Send => None,
            Self::Show { slot: target }
            | Self::Edit { message: target }
            | Self::Buttons { message: target }
            | Self::Answer { press: target } => Some(target),
        }
    }

    pub(super) fn read(code: &str, target: Option<String>) -> Result<Self, StoreError> {
        match (code, target) {
            ("send", _) => Ok(Self::Send),
            ("show", Some(slot)) => Ok(Self::Show { slot }),
            ("edit", Some(message)) => Ok(Self::Edit { message }),
            ("buttons", Some(message)) => Ok(Self::Buttons { message }),
            ("answer", Some(press)) => Ok(Self::Answer { press }),
            (code, _) => Err(StoreError::Corrupt(format!("message operation {code}"))),
        }
    }
}

/// A message on its way into the outbox.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub chat: ChatId,
    pub lane: Lane,
    pub op: Op,
    pub payload: PayloadId,
    pub not_before: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Rather held for a person to decide than sent again where nobody knows whether it arrived.
    pub never_twice: bool,
}

/// Stores what messages say. One row serves all that say the same.
pub async fn add_payload(tx: &mut Tx<'_>, env: &Env, content: &Content) -> Result<PayloadId, StoreError> {
    let body = serde_json::to_string(content)?;
    let sql = "INSERT INTO payloads (body, created_at) VALUES ($1, $2) RETURNING id";
    Ok(PayloadId(tx.int(sql, args![body, env.now]).await?))
}

/// Puts one message in. A `show` that is still waiting is replaced: only its newest state matters.
pub async fn enqueue(tx: &mut Tx<'_>, env: &Env, message: &NewMessage) -> Result<(), StoreError> {
    if let Op::Show { slot } = &message.op {
        let sql = "UPDATE messages SET payload_id = $1
                   WHERE chat_id = $2 AND settled_at IS NULL AND op = 'show' AND target = $3 AND state = 0";
        if tx.exec(sql, args![message.payload, message.chat, slot]).await? > 0 {
            return Ok(());
        }
    }
    let sql = "INSERT INTO messages
                 (channel, chat_id, lane, op, target, payload_id, state, ready, not_before, expires_at, created_at,
                  never_twice)
               SELECT channel, id, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10 FROM chats WHERE id = $1";
    let ready = message.not_before <= env.now;
    let args = args![
        message.chat,
        message.lane.code(),
        message.op.code(),
        message.op.target(),
        message.payload,
        ready,
        message.not_before,
        message.expires_at,
        env.now,
        message.never_twice,
    ];
    tx.exec_one(sql, args).await
}

/// Where a reply goes, and how it is shown there.
#[derive(Clone, Copy, Debug)]
pub struct Whereto {
    pub chat: ChatId,
    pub channel: ChannelKind,
    pub lang: Lang,
}

impl Whereto {
    async fn of(tx: &mut Tx<'_>, chat: ChatId) -> Result<Self, StoreError> {
        let sql = "SELECT channel, lang FROM chats WHERE id = $1";
        let (channel, lang): (String, String) = tx.one(sql, args![chat]).await?;
        let channel = ChannelKind::from_code(&channel)
            .ok_or_else(|| StoreError::Corrupt(format!("channel {channel}")))?;
        Ok(Self { chat, channel, lang: Lang::from_code(&lang) })
    }
}

/// Puts a reply to another chat in: see [`post_to`].
pub async fn post(tx: &mut Tx<'_>, env: &Env, chat: ChatId, reply: &Reply) -> Result<(), StoreError> {
    let to = Whereto::of(tx, chat).await?;
    post_to(tx, env, to, reply, None).await
}

/// Puts a reply in: its buttons become nonces, its text is cut to what one message holds. `pressed` is the message
/// whose button was pressed.
///
/// Where messages cannot be changed, one that keeps itself up to date is sent anew when it looks different: but not
/// if that is worth no message ([`Reply::quiet`]).
pub async fn post_to(
    tx: &mut Tx<'_>,
    env: &Env,
    to: Whereto,
    reply: &Reply,
    pressed: Option<&str>,
) -> Result<(), StoreError> {
    let manner = to.channel.manner();
    if let (Place::Slot(slot), false) = (&reply.place, manner.buttons)
        && choices::is_shown(tx, to, slot, reply).await?
    {
        return Ok(());
    }
    let buttons = store_choices(tx, env, to.chat, &reply.choices).await?;
    let hint = if manner.buttons { None } else { hint(to.lang, &buttons) };
    let op = match (&reply.place, pressed) {
        (Place::New, _) | (Place::Pressed, None) => Op::Send,
        (Place::Pressed, Some(message)) => Op::Edit { message: message.to_owned() },
        (Place::Slot(slot), _) => Op::Show { slot: slot.clone() },
    };
    let parts = if op == Op::Send {
        lay_out(Content { buttons, hint, ..reply.content() }, manner)
    } else {
        // A message that takes another's place is one message, however long its text.
        let mut parts = lay_out(reply.content(), manner);
        parts.truncate(1);
        if let Some(only) = parts.first_mut() {
            (only.buttons, only.hint) = (buttons, hint);
            shorten(only, manner);
        }
        parts
    };
    let mut op = Some(op);
    for part in parts {
        let payload = add_payload(tx, env, &part).await?;
        let message = NewMessage {
            chat: to.chat,
            lane: reply.lane,
            // Only the first part can take another message's place.
            op: op.take().unwrap_or(Op::Send),
            payload,
            not_before: reply.not_before.unwrap_or(env.now),
            expires_at: None,
            never_twice: reply.never_twice,
        };
        enqueue(tx, env, &message).await?;
    }
    Ok(())
}

/// Puts the answer to a press in.
pub async fn answer_press(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: ChatId,
    press: &str,
    text: &str,
) -> Result<(), StoreError> {
    let payload = add_payload(tx, env, &Content::text(text)).await?;
    let message = NewMessage {
        chat,
        lane: Lane::Interactive,
        op: Op::Answer { press: press.to_owned() },
        payload,
        not_before: env.now,
        expires_at: Some(env.now + ANSWER_LIFE),
        never_twice: false,
    };
    enqueue(tx, env, &message).await
}

/// Cuts a message into as many as it takes: files of one kind in tens, text that does not fit under them on its own.
/// Buttons stay with the last part, as does the list that takes their place.
pub fn lay_out(content: Content, manner: &Manner) -> Vec<Content> {
    let link = if manner.uploads || content.files.is_empty() { 0 } else { LINK_ROOM };
    let list = list_len(&content, manner);
    let room = |max: usize, taken: usize| max.saturating_sub(taken).max(LEAST_TEXT.min(max));
    let (max_text, max_caption) = (room(manner.max_text, list), room(manner.max_caption, list + link));
    let Content { text, buttons, hint, files } = content;
    let text = if manner.links { text } else { text.in_words() };
    let mut parts = Vec::new();
    // An album can have no buttons, so that text with buttons never goes under more than one file.
    let under_file =
        !files.is_empty() && text.utf16_len() <= max_caption && (buttons.is_empty() || files.len() == 1);
    let mut caption = if under_file { Some(text.clone()) } else { None };
    for group in files.chunk_by(|a, b| a.kind == b.kind) {
        for chunk in group.chunks(manner.max_files) {
            let text = caption.take().unwrap_or_default();
            parts.push(Content { text, files: chunk.to_vec(), ..Content::default() });
        }
    }
    if !under_file && !text.is_empty() {
        parts.extend(split(&text, max_text).into_iter().map(Content::text));
    }
    if buttons.is_empty() && !parts.is_empty() {
        return parts;
    }
    match parts.last_mut() {
        Some(last) if last.files.len() <= 1 => (last.buttons, last.hint) = (buttons, hint),
        // Buttons below an album need a message of their own, and a message needs words.
        Some(_) => parts.push(Content { text: "👆".into(), buttons, hint, files: Vec::new() }),
        None => parts.push(Content { text, buttons, hint, files: Vec::new() }),
    }
    parts
}

/// What the list in the place of buttons takes of a message, in UTF-16 units, with the blank line before it.
fn list_len(content: &Content, manner: &Manner) -> usize {
    if manner.buttons { 0 } else { utf16_len(&content.listed()) + 2 }
}

/// Takes so much from the end of the text that the list fits below it.
fn shorten(content: &mut Content, manner: &Manner) {
    let room = manner.max_text.saturating_sub(list_len(content, manner)).max(LEAST_TEXT);
    if content.text.utf16_len() > room
        && let Some(beginning) = split(&content.text, room).into_iter().next()
    {
        content.text = beginning;
    }
}

async fn store_choices(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: ChatId,
    rows: &[Vec<Choice>],
) -> Result<Vec<Vec<Button>>, StoreError> {
    let mut buttons = Vec::with_capacity(rows.len());
    for row in rows {
        let mut out = Vec::with_capacity(row.len());
        for choice in row {
            out.push(match &choice.does {
                Does::Open(url) => Button::Link { label: choice.label.clone(), url: url.clone() },
                Does::Act { action, once } => {
                    let data = env.random.token(16);
                    let sql = "INSERT INTO buttons (nonce, chat_id, action, once, created_at, expires_at)
                               VALUES ($1, $2, $3, $4, $5, $6)";
                    let action = serde_json::to_string(action)?;
                    let args = args![&data, chat, action, *once, env.now, env.now + BUTTON_LIFE];
                    tx.exec_one(sql, args).await?;
                    Button::Press { label: choice.label.clone(), data }
                }
            });
        }
        buttons.push(out);
    }
    Ok(buttons)
}
