//! What every recipient gets of a notice that speaks to them by name, unit or role.
//!
//! Such an edition keeps its words as they were written, once. They are filled in when deliveries come into the outbox:
//! a payload for each, in the transaction that puts the messages there.

use crate::args;
use crate::conversation::notice::{Blank, Filling};
use crate::domain::content::{Content, Lane};
use crate::domain::ids::*;
use crate::domain::template::{Template, TemplateError, Values, Variable};
use crate::domain::{ChannelKind, Rich, Role, Timestamp};
use crate::store::{Env, Sql, StoreError, Tx, outbox, row};

use super::OWN_DATA_PREFIX;
use super::audience::{Whom, of_chats};

/// What stands in the place of a channel where an edition keeps the words that are filled in for every recipient.
const EACH: &str = "each";
/// Deliveries that are filled in by one transaction at most.
pub const MOST: usize = 100;
/// So many names are told of those for whom something is missing.
const NAMES: usize = 5;

/// A recipient, and what is known of them.
pub struct Recipient {
    pub delivery: i64,
    chat: i64,
    channel: String,
    nonce: String,
    pub group: bool,
    pub values: Values,
}

struct Row {
    delivery: i64,
    chat: i64,
    channel: String,
    kind: String,
    nonce: String,
    name: String,
    unit: String,
    role: String,
}

row!(Row { delivery, chat, channel, kind, nonce, name, unit, role });

impl Row {
    fn read(self) -> Recipient {
        let role = self.role.parse::<Role>().map(|role| role.label().to_owned()).unwrap_or_default();
        Recipient {
            delivery: self.delivery,
            chat: self.chat,
            channel: self.channel,
            nonce: self.nonce,
            group: self.kind == "group",
            values: Values { name: self.name, unit: self.unit, role },
        }
    }
}

/// What is known of the person `p`, or else the group, in chat `c`, whose unit is `u`. Of several roles there the one
/// by which a person is addressed.
macro_rules! known {
    ($from:literal, $unit:literal) => {
        concat!(
            "c.id AS chat, c.channel, c.kind, COALESCE(p.name, c.title) AS name, COALESCE(u.name, '') AS unit,
             COALESCE((SELECT r.role FROM roles r WHERE r.person_id = p.id AND r.unit_id = u.id
                       ORDER BY CASE r.role WHEN 'head' THEN 0 WHEN 'approver' THEN 1 WHEN 'editor' THEN 2
                                            WHEN 'duty' THEN 3 WHEN 'admin' THEN 4 WHEN 'reporter' THEN 5 ELSE 6 END
                       LIMIT 1), '') AS role
             FROM ",
            $from,
            " LEFT JOIN people p ON p.id = c.person_id
             LEFT JOIN units u ON u.id = COALESCE(",
            $unit,
            "c.unit_id, (SELECT MAX(r.unit_id) FROM roles r WHERE r.person_id = c.person_id))"
        )
    };
}

const RECIPIENTS: Sql = Sql {
    lite: concat!(
        "SELECT d.id AS delivery, d.nonce, ",
        known!("deliveries d JOIN chats c ON c.id = d.chat_id", "d.unit_id, "),
        " WHERE d.id IN (SELECT value FROM json_each($1)) ORDER BY d.id"
    ),
    pg: concat!(
        "SELECT d.id AS delivery, d.nonce, ",
        known!("deliveries d JOIN chats c ON c.id = d.chat_id", "d.unit_id, "),
        " WHERE d.id IN (SELECT value::bigint FROM json_array_elements_text($1::json)) ORDER BY d.id"
    ),
};

/// The recipients of these deliveries, in this order (a JSON list of ids).
pub async fn recipients(tx: &mut Tx<'_>, deliveries: &str) -> Result<Vec<Recipient>, StoreError> {
    let rows: Vec<Row> = tx.all(RECIPIENTS, args![deliveries]).await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// What an edition says, before it is filled in.
pub struct Personal {
    content: Content,
    at: Timestamp,
}

/// What becomes of deliveries that come into the outbox.
#[derive(Default)]
pub struct Queued {
    pub ready: Vec<i64>,
    pub messages: i64,
    /// Something is missing of which the words speak: they are not sent with a hole in them.
    pub holes: Vec<(i64, Variable)>,
}

/// Keeps what an edition says, to be filled in for every recipient.
pub async fn keep(
    tx: &mut Tx<'_>,
    env: &Env,
    edition: EditionId,
    content: &Content,
) -> Result<(), StoreError> {
    let payload = outbox::add_payload(tx, env, content).await?;
    let sql =
        "INSERT INTO edition_parts (edition_id, channel, seq, payload_id, last) VALUES ($1, $2, 0, $3, 1)";
    tx.exec_one(sql, args![edition, EACH, payload]).await
}

/// What an edition says, if it is filled in for every recipient.
pub async fn of(tx: &mut Tx<'_>, edition: i64) -> Result<Option<Personal>, StoreError> {
    let sql = "SELECT p.body, COALESCE(e.started_at, e.starts_at) FROM edition_parts x
               JOIN payloads p ON p.id = x.payload_id JOIN editions e ON e.id = x.edition_id
               WHERE x.edition_id = $1 AND x.channel = $2";
    let row: Option<(String, i64)> = tx.optional(sql, args![edition, EACH]).await?;
    let read =
        |(body, at): (String, i64)| Ok(Personal { content: serde_json::from_str(&body)?, at: Timestamp(at) });
    row.map(read).transpose()
}

impl Personal {
    /// How many messages it makes on a channel, as it was written.
    pub fn parts(&self, channel: ChannelKind) -> i64 {
        i64::try_from(outbox::lay_out(self.content.clone(), channel.manner()).len()).unwrap_or(i64::MAX)
    }

    /// What one recipient gets, part by part; or what is missing.
    fn parts_for(&self, channel: ChannelKind, values: &Values) -> Result<Vec<Content>, Variable> {
        // It was read when the edition began: what cannot be read stands as it is.
        let text = match Template::read(&self.content.text) {
            Ok(template) => template.filled(self.at, values)?,
            Err(_) => self.content.text.clone(),
        };
        Ok(outbox::lay_out(Content { text, ..self.content.clone() }, channel.manner()))
    }

    /// Puts these deliveries (a JSON list of ids) into the outbox of a channel, from this turn on.
    pub async fn queue(
        &self,
        tx: &mut Tx<'_>,
        env: &Env,
        (channel, lane): (ChannelKind, Lane),
        deliveries: &str,
        turn: i64,
    ) -> Result<Queued, StoreError> {
        let mut queued = Queued::default();
        for one in recipients(tx, deliveries).await? {
            match self.parts_for(channel, &one.values) {
                Ok(parts) => {
                    let to = Put { lane, delivery: true, turn: turn + queued.messages };
                    queued.messages += put(tx, env, &one, &parts, to).await?;
                    queued.ready.push(one.delivery);
                }
                Err(variable) => queued.holes.push((one.delivery, variable)),
            }
        }
        Ok(queued)
    }

    /// Sends a delivery over another chat as well, whole. Gives `false` where something is missing.
    pub async fn also(
        &self,
        tx: &mut Tx<'_>,
        env: &Env,
        delivery: DeliveryId,
        (chat, channel): (i64, ChannelKind),
    ) -> Result<bool, StoreError> {
        let Some(one) = recipients(tx, &format!("[{delivery}]")).await?.pop() else { return Ok(false) };
        let Ok(parts) = self.parts_for(channel, &one.values) else { return Ok(false) };
        let one = Recipient { chat, channel: channel.code().to_owned(), ..one };
        put(tx, env, &one, &parts, Put { lane: Lane::Notice, delivery: false, turn: 0 }).await?;
        Ok(true)
    }
}

/// How messages come into the outbox: whether the delivery ends with them, and from which turn on.
pub struct Put {
    pub lane: Lane,
    pub delivery: bool,
    pub turn: i64,
}

/// Puts what one recipient gets into the outbox, with payloads of its own. Gives how many messages.
pub async fn put(
    tx: &mut Tx<'_>,
    env: &Env,
    to: &Recipient,
    parts: &[Content],
    how: Put,
) -> Result<i64, StoreError> {
    let sql = "INSERT INTO messages (channel, chat_id, lane, op, payload_id, own_data, delivery_id, last_part, state,
                 ready, not_before, created_at, turn)
               VALUES ($1, $2, $3, 'send', $4, $5, $6, $7, 0, 1, $8, $8, $9)";
    let own = format!("{OWN_DATA_PREFIX}{}", to.nonce);
    let mut turn = how.turn;
    for (number, part) in parts.iter().enumerate() {
        let payload = outbox::add_payload(tx, env, part).await?;
        let delivery = how.delivery.then_some(to.delivery);
        let last = number + 1 == parts.len();
        let args = args![&to.channel, to.chat, how.lane.code(), payload, &own, delivery, last, env.now, turn];
        tx.exec_one(sql, args).await?;
        turn += 1;
    }
    Ok(turn - how.turn)
}

macro_rules! no_unit {
    () => {
        " c.unit_id IS NULL AND NOT EXISTS (SELECT 1 FROM roles o WHERE o.person_id = c.person_id) AND "
    };
}

macro_rules! no_role {
    () => {
        " (c.kind = 'group' OR NOT EXISTS (SELECT 1 FROM roles o WHERE o.person_id = c.person_id)) AND "
    };
}

macro_rules! no_name {
    () => {
        " TRIM(COALESCE((SELECT w.name FROM people w WHERE w.id = c.person_id), c.title)) = '' AND "
    };
}

macro_rules! blank {
    ($which:ident) => {
        (
            of_chats!("SELECT COUNT(*) FROM chats c WHERE c.state = 'open' AND c.spare = 0 AND ", $which, ""),
            of_chats!(
                "SELECT COALESCE((SELECT w.name FROM people w WHERE w.id = c.person_id), c.title)
                 FROM chats c WHERE c.state = 'open' AND c.spare = 0 AND ",
                $which,
                " ORDER BY c.id LIMIT $3 + 0"
            ),
        )
    };
}

const BLANK_NAME: (Sql, Sql) = blank!(no_name);
const BLANK_UNIT: (Sql, Sql) = blank!(no_unit);
const BLANK_ROLE: (Sql, Sql) = blank!(no_role);

/// One whom an audience means: a person if there is any.
const ONE: Sql = of_chats!("SELECT MIN(c.id) FROM chats c WHERE c.state = 'open' AND c.spare = 0 AND ", "");
const ONE_PERSON: Sql = of_chats!(
    "SELECT c.id FROM chats c WHERE c.kind = 'private' AND c.state = 'open' AND c.spare = 0 AND ",
    " ORDER BY c.id LIMIT 1"
);

const OF_CHAT: &str =
    concat!("SELECT CAST(0 AS BIGINT) AS delivery, '' AS nonce, ", known!("chats c", ""), " WHERE c.id = $1");

/// What a text is filled in with for these recipients, and what stands in the way.
pub async fn filling(tx: &mut Tx<'_>, whom: &Whom, text: &Rich) -> Result<Filling, StoreError> {
    let personal = match Template::read(text) {
        Ok(template) => template.personal(),
        Err(fault) => return Ok(Filling { fault: Some(fault), ..Filling::default() }),
    };
    if personal.is_empty() {
        return Ok(Filling::default());
    }
    let (include, exclude) = whom.json()?;
    let mut blanks = Vec::new();
    for variable in personal {
        let (count, names) = match variable {
            Variable::Unit => BLANK_UNIT,
            Variable::Role => BLANK_ROLE,
            _ => BLANK_NAME,
        };
        let count = tx.int(count, args![&include, &exclude]).await?;
        if count > 0 {
            let names: Vec<(String,)> = tx.all(names, args![&include, &exclude, NAMES]).await?;
            blanks.push(Blank { variable, count, names: names.into_iter().map(|(name,)| name).collect() });
        }
    }
    let example = example(tx, whom).await?.map(|one| one.values.name);
    Ok(Filling { fault: None, blanks, example })
}

/// One of those whom an audience means.
async fn example(tx: &mut Tx<'_>, whom: &Whom) -> Result<Option<Recipient>, StoreError> {
    let (include, exclude) = whom.json()?;
    let person: Option<(i64,)> = tx.optional(ONE_PERSON, args![&include, &exclude]).await?;
    let chat = match person {
        Some((chat,)) => Some(chat),
        None => tx.one::<(Option<i64>,)>(ONE, args![include, exclude]).await?.0,
    };
    let Some(chat) = chat else { return Ok(None) };
    let row: Option<Row> = tx.optional(OF_CHAT, args![chat]).await?;
    Ok(row.map(Row::read))
}

/// A text as one of its recipients will get it at that moment; one that cannot be filled in stays as it is written.
pub async fn shown(
    tx: &mut Tx<'_>,
    whom: Option<&Whom>,
    text: Rich,
    at: Timestamp,
) -> Result<Rich, StoreError> {
    let Ok(template) = Template::read(&text) else { return Ok(text) };
    let values = match whom {
        Some(whom) if !template.personal().is_empty() => example(tx, whom).await?.map(|one| one.values),
        _ => None,
    };
    Ok(template.sketched(at, &values.unwrap_or_default()))
}

/// Whether a title says something of its own to every recipient.
pub fn is_personal(title: &str) -> bool {
    let title = Rich::from(title);
    Template::read(&title).is_ok_and(|title| !title.personal().is_empty())
}

/// The text for everybody, where it says the same to all.
pub fn common(text: &Rich, at: Timestamp) -> Result<Option<Rich>, TemplateError> {
    Ok(Template::read(text)?.filled(at, &Values::default()).ok())
}
