//! One person on several channels: how a chat becomes theirs by a code, and over which of them they are reached first.
//!
//! Of a person's private chats all but one are `spare`: whoever asks for everybody's chat asks for those that are not,
//! and finds each person once. The one is the first in their order that is open.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::args;
use crate::conversation::Reply;
use crate::conversation::people::{LinkFacts, OwnChannel, linked_elsewhere};
use crate::domain::ChannelKind;
use crate::domain::ids::*;

use super::super::{Env, Store, StoreError, Tx, outbox, row};
use super::lineage;

/// How long a code can be used: enough to take up the other app.
pub const CODE_LASTS: Duration = Duration::from_secs(10 * 60);
/// Letters of a code that are told apart easily, read out as well as written.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// 31^8 are more than anybody can guess in ten minutes with five tries.
const CODE_LEN: usize = 8;

struct ChatRow {
    id: i64,
    channel: String,
    rank: i64,
    spare: i64,
    state: String,
}

row!(ChatRow { id, channel, rank, spare, state });

async fn chats(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<ChatRow>, StoreError> {
    let sql = "SELECT id, channel, rank, spare, state FROM chats
               WHERE person_id = $1 AND kind = 'private' ORDER BY rank, id";
    tx.all(sql, args![person]).await
}

/// Brings the order of a person's chats up to date: by what they chose, else by what is usual in their unit.
pub async fn arrange(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    let mut rows = chats(tx, person).await?;
    if rows.len() > 1 {
        let usual = usual_order(tx, person).await?;
        let place = |row: &ChatRow| usual.iter().position(|code| *code == row.channel).unwrap_or(usual.len());
        rows.sort_by_key(place);
    }
    keep(tx, &rows).await
}

async fn keep(tx: &mut Tx<'_>, rows: &[ChatRow]) -> Result<(), StoreError> {
    let first = rows.iter().position(|row| row.state == "open").unwrap_or(0);
    for (at, row) in rows.iter().enumerate() {
        let place = i64::try_from(at + 1).unwrap_or(i64::MAX);
        let (rank, spare) = (if rows.len() > 1 { place } else { 0 }, i64::from(at != first));
        if (row.rank, row.spare) != (rank, spare) {
            let sql = "UPDATE chats SET rank = $2, spare = $3 WHERE id = $1";
            tx.exec_one(sql, args![row.id, rank, spare]).await?;
        }
    }
    Ok(())
}

/// The channels in the order that is usual in a person's unit; empty where they chose one, or nothing is usual.
async fn usual_order(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    let (own,): (i64,) = tx.one("SELECT own_order FROM people WHERE id = $1", args![person]).await?;
    if own != 0 {
        return Ok(Vec::new());
    }
    let sql = "SELECT MAX(unit_id) FROM roles WHERE person_id = $1";
    let (unit,): (Option<i64>,) = tx.one(sql, args![person]).await?;
    let Some(unit) = unit else { return Ok(Vec::new()) };
    for unit in lineage(tx, UnitId(unit)).await? {
        let sql = "SELECT channels FROM units WHERE id = $1";
        let (channels,): (Option<String>,) = tx.one(sql, args![unit]).await?;
        if let Some(channels) = channels {
            return Ok(channels.split(' ').map(str::to_owned).collect());
        }
    }
    Ok(Vec::new())
}

/// After a chat was opened or closed: who it belongs to may be reached over another first.
pub async fn arrange_owner(tx: &mut Tx<'_>, chat: ChatId) -> Result<(), StoreError> {
    let sql = "SELECT person_id FROM chats WHERE id = $1 AND kind = 'private' AND person_id IS NOT NULL";
    let owner: Option<(i64,)> = tx.optional(sql, args![chat]).await?;
    let Some((person,)) = owner else { return Ok(()) };
    // What was chosen or is usual stays; only who goes first may change.
    let rows = chats(tx, PersonId(person)).await?;
    keep(tx, &rows).await
}

/// A person's channels, in their order.
pub(super) async fn own_channels(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<OwnChannel>, StoreError> {
    let rows = chats(tx, person).await?;
    let own = |row: ChatRow| {
        let channel = ChannelKind::from_code(&row.channel)
            .ok_or_else(|| StoreError::Corrupt(format!("channel {}", row.channel)))?;
        Ok(OwnChannel { chat: ChatId(row.id), channel, open: row.state == "open" })
    };
    rows.into_iter().map(own).collect()
}

/// A person wants to be reached over this chat first.
pub(super) async fn prefer(tx: &mut Tx<'_>, person: PersonId, chat: ChatId) -> Result<(), StoreError> {
    tx.exec_one("UPDATE people SET own_order = 1 WHERE id = $1", args![person]).await?;
    let mut rows = chats(tx, person).await?;
    rows.sort_by_key(|row| row.id != chat.0);
    keep(tx, &rows).await
}

/// Makes a code for a person; those made before end.
pub(super) async fn make_code(
    tx: &mut Tx<'_>,
    env: &Env,
    person: PersonId,
) -> Result<SecretString, StoreError> {
    let most = u64::try_from(LETTERS.len()).unwrap_or(1);
    let letter = |_| char::from(LETTERS[usize::try_from(env.random.below(most)).unwrap_or(0)]);
    let code: String = (0..CODE_LEN).map(letter).collect();
    tx.exec("DELETE FROM link_codes WHERE person_id = $1 OR expires_at < $2", args![person, env.now]).await?;
    let sql = "INSERT INTO link_codes (code_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    tx.exec_one(sql, args![hash(&code), person, env.now, env.now + CODE_LASTS]).await?;
    Ok(SecretString::from(code))
}

fn hash(code: &str) -> String {
    hex::encode(Sha256::digest(code))
}

/// Whose a code is, as long as it can be used.
pub(super) async fn by_code(
    tx: &mut Tx<'_>,
    env: &Env,
    code: &SecretString,
) -> Result<Option<LinkFacts>, StoreError> {
    let sql = "SELECT p.id, p.name FROM link_codes l JOIN people p ON p.id = l.person_id
               WHERE l.code_hash = $1 AND l.expires_at > $2 AND l.used_at IS NULL AND p.state = 'active'";
    let row: Option<(i64, String)> = tx.optional(sql, args![hash(code.expose_secret()), env.now]).await?;
    Ok(row.map(|(id, name)| LinkFacts { person: PersonId(id), name }))
}

/// Makes a private chat a person's own, and tells their other chats. The code is spent.
pub(super) async fn link(
    tx: &mut Tx<'_>,
    env: &Env,
    code: &SecretString,
    person: PersonId,
    chat: ChatId,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE link_codes SET used_at = $3 WHERE code_hash = $1 AND person_id = $2 AND used_at IS NULL";
    tx.exec_one(sql, args![hash(code.expose_secret()), person, env.now]).await?;
    let others = own_channels(tx, person).await?;
    let sql = "UPDATE chats SET person_id = $2, rank = $3 WHERE id = $1 AND kind = 'private'";
    tx.exec_one(sql, args![chat, person, others.len()]).await?;
    arrange(tx, person).await?;
    let (channel,): (String,) = tx.one("SELECT channel FROM chats WHERE id = $1", args![chat]).await?;
    let name = ChannelKind::from_code(&channel).map_or("?", ChannelKind::name);
    for other in others.into_iter().filter(|other| other.open && other.chat != chat) {
        let (lang,): (String,) = tx.one("SELECT lang FROM chats WHERE id = $1", args![other.chat]).await?;
        let reply = Reply::to(other.chat, linked_elsewhere(&lang, name));
        outbox::post(tx, env, other.chat, &reply).await?;
    }
    Ok(())
}

/// Everybody who has several chats: after a list came in.
pub(super) async fn arrange_all(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let sql = "SELECT person_id FROM chats WHERE person_id IS NOT NULL AND kind = 'private'
               GROUP BY person_id HAVING COUNT(*) > 1";
    let people: Vec<(i64,)> = tx.all(sql, args![]).await?;
    for (person,) in people {
        arrange(tx, PersonId(person)).await?;
    }
    Ok(())
}

impl Store {
    /// Sets over which channels the people of a unit and of all below it are reached first, unless they chose
    /// themselves; none goes back to what is usual above.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_channels(&self, unit: UnitId, channels: Vec<ChannelKind>) -> Result<(), StoreError> {
        let codes: Vec<&str> = channels.into_iter().map(ChannelKind::code).collect();
        let order = Some(codes.join(" ")).filter(|order| !order.is_empty());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    tx.exec_one("UPDATE units SET channels = $2 WHERE id = $1", args![unit, order]).await?;
                    arrange_all(tx).await
                })
            })
            .await
    }
}
