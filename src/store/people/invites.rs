//! Invites: made, looked up by the hash of their token, spent, taken back; and wrong ones counted.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::args;
use crate::conversation::people::{InviteFacts, Standing, TRIES_COUNT_FOR};
use crate::domain::ids::*;
use crate::domain::{ChannelKind, Role, Timestamp};

use super::super::audit::{self, Actor};
use super::super::{Env, Store, StoreError, Tx, row};

/// 16 bytes are 128 bits: more than anybody can guess.
const TOKEN_BYTES: usize = 16;

/// An invite to be made.
#[derive(Clone, Debug)]
pub struct NewInvite {
    pub unit: UnitId,
    pub role: Role,
    /// How many people may enrol with it.
    pub uses: u32,
    pub expires: Timestamp,
    /// Who makes it; none is the command line.
    pub by: Option<PersonId>,
}

/// An invite in a listing. Its token is not known to anybody any more.
#[derive(Clone, Debug, Serialize)]
pub struct InviteLine {
    pub id: i64,
    pub unit: String,
    pub role: Role,
    pub uses: i64,
    pub used: i64,
    pub expires_at: Timestamp,
    /// Who made it; none is the command line.
    pub by: Option<String>,
    pub standing: Standing,
}

impl Store {
    /// Makes an invite and gives its token: the only time that anybody sees it.
    pub async fn create_invite(&self, new: NewInvite) -> Result<(InviteId, SecretString), StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { create(tx, &env, &new).await })).await
    }

    /// All invites, newest first.
    pub async fn invites(&self) -> Result<Vec<InviteLine>, StoreError> {
        let now = self.env().now;
        let rows =
            self.db.read(|tx| Box::pin(async move { tx.all::<InviteRow>(ALL, args![]).await })).await?;
        rows.into_iter().map(|row| row.line(now)).collect()
    }

    /// Takes an invite back. Gives whether there was one to take back.
    pub async fn revoke_invite(&self, id: InviteId) -> Result<bool, StoreError> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { revoke(tx, &env, id, Actor::CommandLine).await })).await
    }
}

const ALL: &str = "SELECT i.id, i.unit_id, u.path, i.role, i.uses, i.used, i.expires_at, i.revoked_at, p.name
                   FROM invites i JOIN units u ON u.id = i.unit_id LEFT JOIN people p ON p.id = i.created_by
                   ORDER BY i.id DESC";
const BY_HASH: &str =
    "SELECT i.id, i.unit_id, u.path, i.role, i.uses, i.used, i.expires_at, i.revoked_at, p.name
     FROM invites i JOIN units u ON u.id = i.unit_id LEFT JOIN people p ON p.id = i.created_by
     WHERE i.token_hash = $1";
const BY_ID: &str =
    "SELECT i.id, i.unit_id, u.path, i.role, i.uses, i.used, i.expires_at, i.revoked_at, p.name
     FROM invites i JOIN units u ON u.id = i.unit_id LEFT JOIN people p ON p.id = i.created_by
     WHERE i.id = $1";

struct InviteRow {
    id: i64,
    unit_id: i64,
    path: String,
    role: String,
    uses: i64,
    used: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    name: Option<String>,
}

row!(InviteRow { id, unit_id, path, role, uses, used, expires_at, revoked_at, name });

impl InviteRow {
    fn standing(&self, now: Timestamp) -> Standing {
        if self.revoked_at.is_some() {
            Standing::Revoked
        } else if self.expires_at <= now.0 {
            Standing::Expired
        } else if self.used >= self.uses {
            Standing::UsedUp
        } else {
            Standing::Good
        }
    }

    fn role(&self) -> Result<Role, StoreError> {
        self.role.parse().map_err(|_| StoreError::Corrupt(format!("role {}", self.role)))
    }

    fn facts(self, now: Timestamp) -> Result<InviteFacts, StoreError> {
        let (role, standing) = (self.role()?, self.standing(now));
        let (id, unit) = (InviteId(self.id), UnitId(self.unit_id));
        Ok(InviteFacts { id, unit, unit_path: self.path, role, standing })
    }

    fn line(self, now: Timestamp) -> Result<InviteLine, StoreError> {
        Ok(InviteLine {
            id: self.id,
            role: self.role()?,
            standing: self.standing(now),
            unit: self.path,
            uses: self.uses,
            used: self.used,
            expires_at: Timestamp(self.expires_at),
            by: self.name,
        })
    }
}

pub(super) async fn create(
    tx: &mut Tx<'_>,
    env: &Env,
    new: &NewInvite,
) -> Result<(InviteId, SecretString), StoreError> {
    let token = SecretString::from(env.random.token(TOKEN_BYTES));
    let hash = hex::encode(Sha256::digest(token.expose_secret()));
    let sql = "INSERT INTO invites (token_hash, unit_id, role, uses, expires_at, created_by, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    let args = args![hash, new.unit, new.role.code(), new.uses, new.expires, new.by, env.now];
    let id = InviteId(tx.int(sql, args).await?);
    let actor = new.by.map_or(Actor::CommandLine, Actor::Person);
    let detail = format!("{} unit:{} uses:{}", new.role.code(), new.unit, new.uses);
    audit::record(tx, env, actor, "invite.create", &format!("invite:{id}"), &detail).await?;
    Ok((id, token))
}

pub(super) async fn by_hash(
    tx: &mut Tx<'_>,
    env: &Env,
    hash: &str,
) -> Result<Option<InviteFacts>, StoreError> {
    let row: Option<InviteRow> = tx.optional(BY_HASH, args![hash]).await?;
    row.map(|row| row.facts(env.now)).transpose()
}

pub(super) async fn by_id(
    tx: &mut Tx<'_>,
    env: &Env,
    id: InviteId,
) -> Result<Option<InviteFacts>, StoreError> {
    let row: Option<InviteRow> = tx.optional(BY_ID, args![id]).await?;
    row.map(|row| row.facts(env.now)).transpose()
}

/// Counts a use, if there is one left: of two people who take the last one at once, one gets it. The other's
/// update fails here and is taken anew, and then finds the invite used up.
pub(super) async fn spend(tx: &mut Tx<'_>, env: &Env, id: InviteId) -> Result<(UnitId, Role), StoreError> {
    let sql = "UPDATE invites SET used = used + 1
               WHERE id = $1 AND used < uses AND revoked_at IS NULL AND expires_at > $2
               RETURNING unit_id, role";
    let (unit, role): (i64, String) = tx.one(sql, args![id, env.now]).await?;
    let role = role.parse().map_err(|_| StoreError::Corrupt(format!("role {role}")))?;
    Ok((UnitId(unit), role))
}

pub(super) async fn note_use(
    tx: &mut Tx<'_>,
    env: &Env,
    id: InviteId,
    person: PersonId,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO invite_uses (invite_id, person_id, at) VALUES ($1, $2, $3)
               ON CONFLICT (invite_id, person_id) DO UPDATE SET at = excluded.at";
    tx.exec_one(sql, args![id, person, env.now]).await
}

pub(super) async fn revoke(tx: &mut Tx<'_>, env: &Env, id: InviteId, by: Actor) -> Result<bool, StoreError> {
    let sql = "UPDATE invites SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    if tx.exec(sql, args![id, env.now]).await? == 0 {
        return Ok(false);
    }
    audit::record(tx, env, by, "invite.revoke", &format!("invite:{id}"), "").await?;
    Ok(true)
}

/// How many wrong invites the sender has tried; forgotten some time after the last.
pub(super) async fn wrong_tries(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    sender: &str,
) -> Result<i64, StoreError> {
    let sql = "SELECT fails FROM invite_tries WHERE channel = $1 AND sender = $2 AND last_at > $3";
    let args = args![channel.code(), sender, env.now - TRIES_COUNT_FOR];
    let row: Option<(i64,)> = tx.optional(sql, args).await?;
    Ok(row.map_or(0, |(fails,)| fails))
}

pub(super) async fn note_wrong_try(
    tx: &mut Tx<'_>,
    env: &Env,
    channel: ChannelKind,
    sender: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO invite_tries (channel, sender, fails, last_at) VALUES ($1, $2, 1, $3)
               ON CONFLICT (channel, sender) DO UPDATE SET last_at = excluded.last_at,
                 fails = CASE WHEN invite_tries.last_at > $4 THEN invite_tries.fails + 1 ELSE 1 END";
    tx.exec_one(sql, args![channel.code(), sender, env.now, env.now - TRIES_COUNT_FOR]).await
}
