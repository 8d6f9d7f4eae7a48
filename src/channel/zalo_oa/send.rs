//! Messages on their way out. What can be chosen is a numbered list below the text.

use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::channel::tolerant::tolerant;
use crate::channel::{Act, Call, FileSource, SendError, Sent};
use crate::domain::content::{Attachment, FileKind};

use super::classify::sending;
use super::message::{Message, buttons, document, picture};
use super::read::GROUP;
use super::transport::Transport;

/// Text in one message (-210 beyond). The unit is not documented: UTF-16 units are never fewer than characters.
const MAX_TEXT: usize = 2000;
/// The largest document and picture
/// (<https://developers.zalo.me/docs/official-account>).
const MAX_DOCUMENT: usize = 5 << 20;
const MAX_PICTURE: usize = 1 << 20;

tolerant! {
    struct Accepted {
        message_id: String,
    }
    struct Uploaded {
        token: String,
        attachment_id: String,
    }
}

pub(super) async fn send(
    transport: &Transport,
    call: &Call<'_>,
    with_buttons: bool,
) -> Result<Sent, SendError> {
    match call.act {
        Act::Send => {}
        // Messages are laid out so that there is none of these for this channel.
        Act::Edit { .. } => return Err(SendError::MessageGone),
        Act::Answer { .. } => {
            return Err(SendError::Refused("an account has no presses to answer".to_owned()));
        }
    }
    let mut file_ids = vec![None; call.files.len()];
    let handed = hand_over(transport, call).await?;
    let mut message = Message { text: written(call, handed.is_some()), attachment: None };
    if let Some((kind, id)) = handed {
        message.attachment = Some(if kind == FileKind::Photo { picture(&id) } else { document(&id) });
        if let Some(first) = file_ids.first_mut() {
            *first = Some((kind, id));
        }
    } else if with_buttons {
        message.attachment = buttons(call.content);
    }
    let units = message.text.encode_utf16().count();
    if units > MAX_TEXT || (units == 0 && message.attachment.is_none()) {
        return Err(SendError::Refused(format!("a text of {units} characters")));
    }
    let (path, recipient) = whereto(call.chat);
    let body = json!({"recipient": recipient, "message": message});
    let result = transport.post(path, &body).await.map_err(sending).map_err(|error| known(error, call))?;
    let accepted: Accepted = serde_json::from_str(result.get()).unwrap_or_default();
    // It was accepted, whatever it is called: without a name it is only not known again.
    Ok(Sent { message: accepted.message_id.unwrap_or_default(), file_ids })
}

/// A file can only be gone that the platform was said to know.
fn known(error: SendError, call: &Call<'_>) -> SendError {
    match error {
        SendError::FileGone(why) if !matches!(call.files.first(), Some(FileSource::Known { .. })) => {
            SendError::Refused(why)
        }
        error => error,
    }
}

/// A person by their id, a group by the id behind its mark.
fn whereto(chat: &str) -> (&'static str, Value) {
    match chat.strip_prefix(GROUP) {
        Some(group) => ("/v3.0/oa/group/message", json!({"group_id": group})),
        None => ("/v3.0/oa/message/cs", json!({"user_id": chat})),
    }
}

/// The first file by the name under which the platform knows it; `None` where it cannot be shown in this message.
async fn hand_over(transport: &Transport, call: &Call<'_>) -> Result<Option<(FileKind, String)>, SendError> {
    let (Some(file), Some(source)) = (call.content.files.first(), call.files.first()) else {
        return Ok(None);
    };
    let words = !call.content.text.is_empty() || !call.content.buttons.is_empty();
    // A document stands without words.
    if file.kind == FileKind::Document && (words || call.files.len() > 1) {
        return Ok(None);
    }
    match source {
        FileSource::Known { file_id } => Ok(Some((file.kind, file_id.clone()))),
        FileSource::Upload { bytes, mime, .. } if fits(file, bytes) => {
            upload(transport, file, bytes.clone(), mime).await.map(|id| id.map(|id| (file.kind, id)))
        }
        FileSource::Upload { .. } | FileSource::Link { .. } | FileSource::Absent => Ok(None),
    }
}

/// Whether a document's name is one of those that the platform takes.
pub(super) fn is_document(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase());
    matches!(ending.as_str(), "pdf" | "doc" | "docx")
}

fn fits(file: &Attachment, bytes: &[u8]) -> bool {
    let picture = bytes.starts_with(&[0xFF, 0xD8, 0xFF]) || bytes.starts_with(b"\x89PNG");
    match file.kind {
        FileKind::Photo => picture && bytes.len() <= MAX_PICTURE,
        FileKind::Document => is_document(&file.name) && bytes.len() <= MAX_DOCUMENT,
    }
}

/// Hands a file over; nothing is said to anybody by that. `None` where the platform does not take it.
async fn upload(
    transport: &Transport,
    file: &Attachment,
    bytes: Bytes,
    mime: &str,
) -> Result<Option<String>, SendError> {
    let (path, name) = match file.kind {
        FileKind::Photo if mime == "image/png" => ("/v2.0/oa/upload/image", "anh.png"),
        FileKind::Photo => ("/v2.0/oa/upload/image", "anh.jpg"),
        FileKind::Document => ("/v2.0/oa/upload/file", file.name.as_str()),
    };
    let size = bytes.len();
    let part = Part::stream(bytes).file_name(name.to_owned()).mime_str(mime);
    let part = part.map_err(|error| SendError::Refused(error.to_string()))?;
    let result = transport.upload(path, Form::new().part("file", part), size).await;
    let uploaded: Uploaded = match result.map_err(sending) {
        Ok(result) => serde_json::from_str(result.get()).unwrap_or_default(),
        Err(SendError::Refused(_) | SendError::FileGone(_)) => return Ok(None),
        // Handing it over twice does no harm.
        Err(SendError::Unknown(why)) => return Err(SendError::Retry(why)),
        Err(error) => return Err(error),
    };
    Ok(uploaded.token.or(uploaded.attachment_id).filter(|id| !id.is_empty()))
}

/// The text, the files that are not shown, and the list of what can be chosen.
fn written(call: &Call<'_>, shows_first: bool) -> String {
    let content = call.content;
    let shown = usize::from(shows_first);
    let files = content.files.iter().zip(call.files).skip(shown).map(|(file, source)| match source {
        FileSource::Link { url } | FileSource::Upload { url: Some(url), .. } => {
            format!("📎 {}: {url}", file.name)
        }
        FileSource::Absent | FileSource::Known { .. } | FileSource::Upload { .. } => {
            format!("📎 {}", file.name)
        }
    });
    let files = files.collect::<Vec<_>>().join("\n");
    let parts = [content.text.text.clone(), files, content.listed()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}
