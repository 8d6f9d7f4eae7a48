//! Bytes under their hash, and what the platforms call them.

use bytes::Bytes;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::args;
use crate::domain::content::{Attachment, FileSource};
use crate::domain::{ChannelKind, Timestamp};

use super::{Env, Store, StoreError, Tx};

/// That no notice, no case and nothing that was said refers to the blob `b`.
macro_rules! unused {
    () => {
        "NOT EXISTS (SELECT 1 FROM notice_files f WHERE f.sha256 = b.sha256)
         AND NOT EXISTS (SELECT 1 FROM call_files k WHERE k.sha256 = b.sha256)
         AND NOT EXISTS (SELECT 1 FROM media m WHERE m.sha256 = b.sha256)
         AND NOT EXISTS (SELECT 1 FROM payloads p WHERE p.body LIKE '%' || b.sha256 || '%')"
    };
}
pub(super) use unused;

/// Takes bytes away, if nothing refers to them any more.
pub(super) async fn forget_unused(tx: &mut Tx<'_>, sha256: &str) -> Result<(), StoreError> {
    let sql = concat!("SELECT COUNT(*) FROM blobs b WHERE b.sha256 = $1 AND ", unused!());
    if tx.int(sql, args![sha256]).await? > 0 {
        forget(tx, sha256, Timestamp(i64::MAX)).await?;
    }
    Ok(())
}

/// Takes bytes away that were stored before, and what the platforms call them. Gives whether there were any.
pub(super) async fn forget(tx: &mut Tx<'_>, sha256: &str, before: Timestamp) -> Result<bool, StoreError> {
    let sql = "DELETE FROM blobs WHERE sha256 = $1 AND created_at < $2";
    let gone = tx.exec(sql, args![sha256, before]).await? > 0;
    if gone {
        tx.exec("DELETE FROM platform_files WHERE sha256 = $1", args![sha256]).await?;
    }
    Ok(gone)
}

/// Stores bytes and gives their SHA-256. The same bytes are stored once, and are young again when they come again:
/// the sweep leaves them.
pub(crate) async fn put(tx: &mut Tx<'_>, env: &Env, bytes: &[u8], mime: &str) -> Result<String, StoreError> {
    let sha256 = hex::encode(Sha256::digest(bytes));
    let sql = "INSERT INTO blobs (sha256, mime, size, bytes, created_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (sha256) DO UPDATE SET created_at = excluded.created_at";
    tx.exec(sql, args![&sha256, mime, bytes.len(), bytes, env.now]).await?;
    Ok(sha256)
}

impl Store {
    /// Stores bytes and gives their SHA-256.
    pub async fn put_blob(&self, bytes: Vec<u8>, mime: &str) -> Result<String, StoreError> {
        let (env, mime) = (self.env(), mime.to_owned());
        self.db.write(move |tx| Box::pin(async move { put(tx, &env, &bytes, &mime).await })).await
    }

    /// The key with which addresses of files are signed: made once for this database, so that all its processes know
    /// each other's.
    pub async fn links_key(&self) -> Result<SecretString, StoreError> {
        let made = self.env().random.token(32);
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO settings (name, value) VALUES ('links_key', $1)
                               ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value";
                    let (key,): (String,) = tx.one(sql, args![made]).await?;
                    Ok(SecretString::from(key))
                })
            })
            .await
    }

    /// Bytes and kind of content under a hash.
    pub async fn blob(&self, sha256: &str) -> Result<Option<(Bytes, String)>, StoreError> {
        let sql = "SELECT bytes, mime FROM blobs WHERE sha256 = $1";
        let args = args![sha256];
        let row: Option<(Vec<u8>, String)> =
            self.db.read(|tx| Box::pin(async move { tx.optional(sql, args).await })).await?;
        Ok(row.map(|(bytes, mime)| (bytes.into(), mime)))
    }

    /// What a channel calls attachments, in their order; `None` for those that have to be uploaded.
    pub async fn known_files(
        &self,
        channel: ChannelKind,
        files: &[Attachment],
    ) -> Result<Vec<Option<String>>, StoreError> {
        let files: Vec<(String, &'static str)> =
            files.iter().map(|file| (file.sha256.clone(), file.kind.code())).collect();
        let sql = "SELECT file_id FROM platform_files WHERE channel = $1 AND sha256 = $2 AND kind = $3";
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let mut known = Vec::with_capacity(files.len());
                    for (sha256, kind) in &files {
                        let row: Option<(String,)> =
                            tx.optional(sql, args![channel.code(), sha256, *kind]).await?;
                        known.push(row.map(|(file_id,)| file_id));
                    }
                    Ok(known)
                })
            })
            .await
    }

    /// Where the bytes of attachments come from on a channel: known there, or to be uploaded.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where the bytes are not in the store.
    pub async fn file_sources(
        &self,
        channel: ChannelKind,
        files: &[Attachment],
    ) -> Result<Vec<FileSource>, StoreError> {
        let mut sources = Vec::with_capacity(files.len());
        for file in files {
            let sql = "SELECT file_id FROM platform_files WHERE channel = $1 AND sha256 = $2 AND kind = $3";
            let args = args![channel.code(), &file.sha256, file.kind.code()];
            let known: Option<(String,)> =
                self.db.read(|tx| Box::pin(async move { tx.optional(sql, args).await })).await?;
            sources.push(match known {
                Some((file_id,)) => FileSource::Known { file_id },
                None => {
                    let (bytes, mime) = self.blob(&file.sha256).await?.ok_or(StoreError::Missing)?;
                    FileSource::Upload { bytes, mime, url: None }
                }
            });
        }
        Ok(sources)
    }
}

/// Remembers what a platform calls a file.
pub(super) async fn remember_file(
    tx: &mut Tx<'_>,
    channel: ChannelKind,
    file: &Attachment,
    file_id: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO platform_files (channel, sha256, kind, file_id) VALUES ($1, $2, $3, $4)
               ON CONFLICT (channel, sha256, kind) DO UPDATE SET file_id = excluded.file_id";
    tx.exec_one(sql, args![channel.code(), &file.sha256, file.kind.code(), file_id]).await
}

/// Forgets what a platform called a file, so that it is uploaded again. What it is called since is kept.
pub(super) async fn forget_files(
    tx: &mut Tx<'_>,
    channel: ChannelKind,
    files: &[(Attachment, String)],
) -> Result<(), StoreError> {
    for (file, file_id) in files {
        let sql =
            "DELETE FROM platform_files WHERE channel = $1 AND sha256 = $2 AND kind = $3 AND file_id = $4";
        tx.exec(sql, args![channel.code(), &file.sha256, file.kind.code(), file_id]).await?;
    }
    Ok(())
}
