//! Files that became notices: each once, known by what is in it.

use crate::args;
use crate::conversation::notice::NewNotice;
use crate::domain::ids::NoticeId;
use crate::store::audit::Actor;
use crate::store::{Env, Store, StoreError, Tx};

use super::write::{self, Done};
use super::{edition, manage};

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    Made(NoticeId),
    /// It was one before.
    Taken(NoticeId),
}

impl Store {
    /// The notice that the file with this SHA-256 became, if it is one already.
    ///
    /// # Errors
    /// The database's.
    pub async fn notice_of_file(&self, sha256: &str) -> Result<Option<NoticeId>, StoreError> {
        let sha256 = sha256.to_owned();
        self.db.read(move |tx| Box::pin(async move { taken(tx, &sha256).await })).await
    }

    /// Writes the notice of a file down as a draft, as the administrator's act; a file that was taken before is
    /// left.
    ///
    /// # Errors
    /// The database's; inside, an audience that means nobody that there is.
    pub async fn notice_import(&self, new: NewNotice, name: &str, sha256: &str) -> Done<Imported> {
        let env = self.env();
        let (name, sha256) = (name.to_owned(), sha256.to_owned());
        self.db.write(move |tx| Box::pin(async move { import(tx, &env, &new, &name, &sha256).await })).await
    }
}

async fn taken(tx: &mut Tx<'_>, sha256: &str) -> Result<Option<NoticeId>, StoreError> {
    let sql = "SELECT notice_id FROM notice_imports WHERE sha256 = $1";
    let row: Option<(i64,)> = tx.optional(sql, args![sha256]).await?;
    Ok(row.map(|(id,)| NoticeId(id)))
}

async fn import(tx: &mut Tx<'_>, env: &Env, new: &NewNotice, name: &str, sha256: &str) -> Done<Imported> {
    if let Some(id) = taken(tx, sha256).await? {
        return Ok(Ok(Imported::Taken(id)));
    }
    if let Err(fault) = edition::whom(tx, env, &new.audience).await? {
        return Ok(Err(fault.into()));
    }
    if let Err(refused) = manage::can_be_read(new) {
        return Ok(Err(refused));
    }
    let id = write::write(tx, env, Actor::CommandLine, new).await?;
    let sql = "INSERT INTO notice_imports (sha256, name, notice_id, taken_at) VALUES ($1, $2, $3, $4)";
    tx.exec_one(sql, args![sha256, name, id, env.now]).await?;
    Ok(Ok(Imported::Made(id)))
}
