//! One update becomes a new state, effects and replies: all in one transaction, or nothing.

use std::borrow::Cow;

use crate::args;
use crate::conversation::{
    Action, Answer, Ask, ChatFacts, ChatKind, Context, Dialogue, Effect, Facts, Incoming, Lang, Me, Need,
    Place, Post, Purpose, Reply, Rules, Target, Turn, What,
};
use crate::domain::ids::*;
use crate::domain::text::fold;
use crate::domain::{ChannelKind, Rich};

use super::choices::Chosen;
use super::outbox::Whereto;
use super::{
    Env, StoreError, Tx, bounce, choices, incident, notice, outbox, people, row, seen, strangers, tally,
    windows,
};

/// How many questions one update may raise. More means that two parts wait for each other.
const MOST_QUESTIONS: usize = 64;

/// The function that decides what happens: [`crate::conversation::step`], or a test's own.
pub type Step = fn(&Context<'_>) -> Result<Turn, Need>;

/// Runs one update through the conversation and keeps everything that comes of it. Gives whether what came
/// in has to be forgotten.
pub(super) async fn take(
    tx: &mut Tx<'_>,
    env: &Env,
    incoming: &Incoming,
    rules: &Rules,
    step: Step,
) -> Result<bool, StoreError> {
    if let What::Seen { messages } = &incoming.what {
        seen::keep(tx, env, incoming.channel, messages).await?;
        return Ok(false);
    }
    if let What::Bounced(bounced) = &incoming.what {
        bounce::keep(tx, env, bounced).await?;
        return Ok(false);
    }
    let chat = find_or_add_chat(tx, env, incoming).await?;
    if matches!((incoming.channel, &incoming.what), (ChannelKind::ZaloOa, What::Message(_))) {
        windows::heard(tx, chat.id, incoming.at).await?;
    }
    let sender = incoming.from.as_ref().map_or("", |from| from.id.as_str());
    let dialogue = read_dialogue(tx, chat.id, sender).await?;
    let chosen = match dialogue.takes_numbers() && choices::is_number(incoming) {
        true => None,
        false => choices::chosen(tx, &chat, incoming).await?,
    };
    let incoming = match &chosen {
        None => incoming,
        Some(Chosen::Press(press)) => press.as_ref(),
        Some(Chosen::NoSuch(most)) => {
            let words = chat.lang.say("choices-no-such", &[("most", &most.to_string())]);
            keep(tx, env, incoming, &chat, "", Turn::say(words)).await?;
            return Ok(false);
        }
    };
    let me = find_me(tx, incoming).await?;
    let action = match &incoming.what {
        What::Press(press) => find_action(tx, env, chat.id, &press.data).await?,
        _ => None,
    };
    let mut facts = Facts::default();
    let mut questions = 0;
    let mut turn = loop {
        let context = Context {
            now: env.now,
            incoming,
            chat: &chat,
            me: me.as_ref(),
            dialogue: &dialogue,
            action: action.as_ref().map(|(action, _)| action),
            facts: &facts,
            rules,
        };
        match step(&context) {
            Ok(turn) => break turn,
            Err(Need(ask)) => {
                questions += 1;
                if questions > MOST_QUESTIONS {
                    return Err(StoreError::Corrupt("the conversation asks without end".to_owned()));
                }
                let answer = answer(tx, env, &ask).await?;
                facts.learn(ask, answer);
            }
        }
    };
    if strangers::has_heard(tx, env, &chat, incoming, me.as_ref(), &dialogue, &turn).await? {
        turn.replies.clear();
    }
    if let Some((_, Some(nonce))) = &action {
        let sql = "UPDATE buttons SET used_at = $2 WHERE nonce = $1 AND once = 1";
        tx.exec(sql, args![nonce, env.now]).await?;
    }
    let forget = turn.forget;
    keep(tx, env, incoming, &chat, sender, turn).await?;
    Ok(forget)
}

async fn answer(tx: &mut Tx<'_>, env: &Env, ask: &Ask) -> Result<Answer, StoreError> {
    Ok(match ask {
        Ask::People(ask) => Answer::People(people::answer(tx, env, ask).await?),
        Ask::Notice(ask) => Answer::Notice(notice::answer(tx, env, ask).await?),
        Ask::Incident(ask) => Answer::Incident(incident::answer(tx, env, ask).await?),
        Ask::Tally(ask) => Answer::Tally(tally::answer(tx, ask).await?),
    })
}

/// Keeps what a turn decided.
async fn keep(
    tx: &mut Tx<'_>,
    env: &Env,
    incoming: &Incoming,
    chat: &ChatFacts,
    sender: &str,
    turn: Turn,
) -> Result<(), StoreError> {
    if let Some(dialogue) = &turn.dialogue {
        write_dialogue(tx, env, chat.id, sender, dialogue).await?;
    }
    for effect in &turn.effects {
        match effect {
            Effect::People(effect) => people::apply(tx, env, effect).await?,
            Effect::Notice(effect) => notice::apply(tx, env, effect).await?,
            Effect::Incident(effect) => incident::apply(tx, env, effect).await?,
            Effect::Tally(effect) => tally::apply(tx, env, effect).await?,
        }
    }
    let press = incoming.press();
    let here = Whereto { chat: chat.id, channel: incoming.channel, lang: chat.lang };
    let note = turn.toast.as_ref().map_or("", |toast| toast.text.as_str());
    let mut replies = Cow::from(&turn.replies);
    match press {
        // Every press is answered: until then the platform shows a spinning wheel.
        Some(press) if incoming.channel.manner().buttons => {
            outbox::answer_press(tx, env, chat.id, &press.id, note).await?;
        }
        _ if note.is_empty() => {}
        // Where nothing passes by, the note begins what is said next, or is a message of its own.
        _ => say_first(replies.to_mut(), note),
    }
    for reply in replies.iter() {
        match reply.to {
            Target::Here => {
                let pressed = press.and_then(|press| press.message.as_deref());
                outbox::post_to(tx, env, here, reply, pressed).await?;
            }
            Target::Chat(other) => outbox::post(tx, env, other, reply).await?,
        }
    }
    Ok(())
}

fn say_first(replies: &mut Vec<Reply>, note: &str) {
    let here = replies
        .iter_mut()
        .find(|reply| reply.to == Target::Here && matches!(reply.place, Place::New | Place::Pressed));
    match here {
        Some(reply) => {
            let said = std::mem::take(&mut reply.text);
            reply.text = Rich::from(note).push("\n\n").append(said);
        }
        None => replies.insert(0, Reply::here(note)),
    }
}

struct ChatRow {
    id: i64,
    title: String,
    unit_id: Option<i64>,
    purpose: String,
    lang: String,
    state: String,
    greeted_at: Option<i64>,
}

row!(ChatRow { id, title, unit_id, purpose, lang, state, greeted_at });

/// What a group is called whose platform does not say: groups can be told apart, and an administrator gives names.
fn nameless(channel: ChannelKind, id: &str) -> String {
    let end = id.char_indices().rev().nth(3).map_or(id, |(at, _)| &id[at..]);
    format!("{} …{end}", channel.name())
}

async fn find_or_add_chat(tx: &mut Tx<'_>, env: &Env, incoming: &Incoming) -> Result<ChatFacts, StoreError> {
    let (kind, place) = (incoming.chat.kind, &incoming.chat);
    let select = "SELECT id, title, unit_id, purpose, lang, state, greeted_at FROM chats
                  WHERE channel = $1 AND external_id = $2";
    let row: Option<ChatRow> = tx.optional(select, args![incoming.channel.code(), &place.id]).await?;
    let row = match row {
        Some(row) => {
            people::heard_from(tx, incoming, ChatId(row.id), &row.title, row.state == "open").await?;
            row
        }
        None => {
            let sql = "INSERT INTO chats
                         (channel, external_id, kind, title, folded, purpose, state, created_at)
                       VALUES ($1, $2, $3, $4, $5, 'none', 'open', $6)
                       RETURNING id, title, unit_id, purpose, lang, state, greeted_at";
            let title = match kind {
                ChatKind::Group if place.title.is_empty() => nameless(incoming.channel, &place.id),
                _ => place.title.clone(),
            };
            let kind = if kind == ChatKind::Private { "private" } else { "group" };
            let folded = fold(&title);
            let args = args![incoming.channel.code(), &place.id, kind, title, folded, env.now];
            tx.one(sql, args).await?
        }
    };
    Ok(ChatFacts {
        id: ChatId(row.id),
        kind,
        title: row.title,
        lang: Lang::from_code(&row.lang),
        unit: row.unit_id.map(UnitId),
        purpose: Purpose::from_code(&row.purpose),
        greeted: row.greeted_at.is_some(),
    })
}

/// The enrolled person behind the sender: the one whose private chat has the sender's id.
async fn find_me(tx: &mut Tx<'_>, incoming: &Incoming) -> Result<Option<Me>, StoreError> {
    let Some(from) = &incoming.from else { return Ok(None) };
    let sql = "SELECT p.id, p.name FROM chats c JOIN people p ON p.id = c.person_id
               WHERE c.channel = $1 AND c.external_id = $2 AND c.kind = 'private' AND p.state = 'active'";
    let found: Option<(i64, String)> = tx.optional(sql, args![incoming.channel.code(), &from.id]).await?;
    let Some((id, name)) = found else { return Ok(None) };
    let sql = "SELECT r.role, u.id, u.path FROM roles r JOIN units u ON u.id = r.unit_id
               WHERE r.person_id = $1 ORDER BY r.role, u.path_key";
    let rows: Vec<(String, i64, String)> = tx.all(sql, args![id]).await?;
    let mut roles = Vec::with_capacity(rows.len());
    for (role, unit, unit_path) in rows {
        let role = role.parse().map_err(|_| StoreError::Corrupt(format!("role {role}")))?;
        roles.push(Post { role, unit: UnitId(unit), unit_path });
    }
    Ok(Some(Me { id: PersonId(id), name, roles }))
}

async fn read_dialogue(tx: &mut Tx<'_>, chat: ChatId, sender: &str) -> Result<Dialogue, StoreError> {
    let sql = "SELECT state FROM dialogues WHERE chat_id = $1 AND sender = $2";
    let row: Option<(String,)> = tx.optional(sql, args![chat, sender]).await?;
    Ok(match row {
        Some((state,)) => serde_json::from_str(&state)?,
        None => Dialogue::None,
    })
}

async fn write_dialogue(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: ChatId,
    sender: &str,
    dialogue: &Dialogue,
) -> Result<(), StoreError> {
    if *dialogue == Dialogue::None {
        let sql = "DELETE FROM dialogues WHERE chat_id = $1 AND sender = $2";
        tx.exec(sql, args![chat, sender]).await?;
        return Ok(());
    }
    let sql = "INSERT INTO dialogues (chat_id, sender, state, updated_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (chat_id, sender)
               DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at";
    tx.exec_one(sql, args![chat, sender, serde_json::to_string(dialogue)?, env.now]).await
}

/// What a button's data stands for, and the nonce to use up. Nothing where it is unknown, used, too old,
/// or from another chat.
async fn find_action(
    tx: &mut Tx<'_>,
    env: &Env,
    chat: ChatId,
    data: &str,
) -> Result<Option<(Action, Option<String>)>, StoreError> {
    if let Some(own) = data.strip_prefix(notice::OWN_DATA_PREFIX) {
        let action = notice::own_action(tx, chat, own).await?;
        return Ok(action.map(|action| (action, None)));
    }
    let sql = "SELECT action FROM buttons
               WHERE nonce = $1 AND chat_id = $2 AND expires_at > $3 AND used_at IS NULL";
    let row: Option<(String,)> = tx.optional(sql, args![data, chat, env.now]).await?;
    Ok(match row {
        Some((action,)) => Some((serde_json::from_str(&action)?, Some(data.to_owned()))),
        None => None,
    })
}
