//! Calls for input: the files of answers are fetched, and what came in is put together for who asks.

use std::io::Cursor;

use crate::conversation::Lang;
use crate::conversation::notice::{AnsweredFile, CallResult, Output, result_csv};
use crate::document::Archive;
use crate::domain::call::heaps;
use crate::domain::content::{Attachment, FileKind};
use crate::store::notice::{MadeOutput, WantedAnswerFile, WantedOutput};
use crate::store::{Store, StoreError};

use super::{Engine, notices};

/// The most that one archive holds, in bytes before they are packed: Telegram takes files of up to 50 MB from bots
/// (<https://core.telegram.org/bots/api#sending-files>).
const MOST_PART: u64 = 40 * 1024 * 1024;
/// Archives that one chat is sent at once. What is beyond, the command line gives.
const MOST_PARTS: usize = 10;

/// Fetches the files of answers that wait for this channel. Gives whether there were any.
///
/// # Errors
/// The database's. What was claimed is tried again when its claim is over.
pub async fn fetch_files(engine: &Engine) -> Result<bool, StoreError> {
    let claim = || engine.store.claim_answer_files(engine.channel.kind(), notices::FETCHES);
    notices::fetch_waiting(claim, |file| fetch(engine, file)).await
}

async fn fetch(engine: &Engine, file: WantedAnswerFile) -> Result<(), StoreError> {
    let fetched = notices::fetched(engine, &file.file_id).await;
    engine.store.settle_answer_file(file, fetched).await
}

/// Makes everything that somebody asked for.
///
/// # Errors
/// The database's. What was not handed over is made anew.
pub async fn tick(engine: &Engine) -> Result<(), StoreError> {
    while let Some(wanted) = engine.store.wanted_output().await? {
        let made = match wanted.output {
            Output::Table => table(&engine.store, &wanted).await?,
            Output::Archive => archive(&engine.store, &wanted).await?,
        };
        engine.store.give_output(wanted.id, made).await?;
    }
    Ok(())
}

fn table_name(lang: Lang, result: &CallResult) -> String {
    lang.say("call-table-file", &[("id", &result.notice.to_string())])
}

async fn table(store: &Store, wanted: &WantedOutput) -> Result<MadeOutput, StoreError> {
    let WantedOutput { lang, result, .. } = wanted;
    let name = table_name(*lang, result);
    let sha256 = store.put_blob(result_csv(*lang, result, &name).into_bytes(), "text/csv").await?;
    let words = lang.say("call-table-is", &[("title", &result.title)]);
    let file = Attachment { sha256, name, kind: FileKind::Document };
    Ok(MadeOutput { messages: vec![(words, Some(file))] })
}

async fn archive(store: &Store, wanted: &WantedOutput) -> Result<MadeOutput, StoreError> {
    let WantedOutput { lang, result, .. } = wanted;
    let table = table_name(*lang, result);
    let files: Vec<(String, &AnsweredFile)> = result.files(&table).into_iter().flatten().collect();
    let sizes: Vec<u64> = files.iter().map(|(_, file)| file.size).collect();
    let parts = heaps(&sizes, MOST_PART);
    let count = parts.len().to_string();
    let mut messages = Vec::with_capacity(parts.len());
    let csv = result_csv(*lang, result, &table).into_bytes();
    // The table is in each of them: they may be handed on one by one.
    for (number, part) in (1..).zip(parts.iter().take(MOST_PARTS)) {
        let mut inside = vec![(table.clone(), csv.clone())];
        for at in part {
            let (name, file) = &files[*at];
            let Some(sha256) = &file.sha256 else { continue };
            let (bytes, _) = store.blob(sha256).await?.ok_or(StoreError::Missing)?;
            inside.push((name.clone(), bytes.into()));
        }
        let Some(bytes) = packed(inside).await else {
            messages.push((lang.say("call-archive-failed", &[("id", &result.notice.to_string())]), None));
            break;
        };
        let sha256 = store.put_blob(bytes, "application/zip").await?;
        let number = number.to_string();
        let vars = [("id", &*result.notice.to_string()), ("number", &number)];
        let name =
            lang.say(if parts.len() > 1 { "call-archive-part-file" } else { "call-archive-file" }, &vars);
        let vars = [
            ("title", &*result.title),
            ("count", &part.len().to_string()),
            ("number", &number),
            ("parts", &count),
        ];
        let words = lang.say(if parts.len() > 1 { "call-archive-part-is" } else { "call-archive-is" }, &vars);
        messages.push((words, Some(Attachment { sha256, name, kind: FileKind::Document })));
    }
    if parts.is_empty() {
        messages.push((lang.say("call-archive-empty", &[("title", &result.title)]), None));
    } else if parts.len() > MOST_PARTS {
        let vars = [("parts", &*(parts.len() - MOST_PARTS).to_string()), ("id", &result.notice.to_string())];
        messages.push((lang.say("call-archive-more", &vars), None));
    }
    Ok(MadeOutput { messages })
}

/// These files in one; packing them keeps a core busy for a while. `None` where it fails, which is in the log.
async fn packed(files: Vec<(String, Vec<u8>)>) -> Option<Vec<u8>> {
    let pack = move || {
        let mut archive = Archive::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive.add(&name, &bytes)?;
        }
        archive.end().map(Cursor::into_inner)
    };
    match tokio::task::spawn_blocking(pack).await {
        Ok(Ok(bytes)) => Some(bytes),
        Ok(Err(error)) => {
            tracing::error!(cause = %error, "an archive of answers cannot be made");
            None
        }
        Err(error) => {
            tracing::error!(cause = %error, "an archive of answers cannot be made");
            None
        }
    }
}
