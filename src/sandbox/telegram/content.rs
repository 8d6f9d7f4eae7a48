//! What a sent message says and carries, read from the parameters and checked.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::entities::{self, Entity, utf16_len};
use super::keyboard::{self, Keyboard};
use super::markup;
use super::params::{Params, Upload};
use super::refusal::Refusal;

/// core.telegram.org/bots/api#sendmessage: 1 to 4096 characters after entities parsing.
const LONGEST_TEXT: usize = 4096;
/// core.telegram.org/bots/api#sendphoto: 0 to 1024 characters after entities parsing.
const LONGEST_CAPTION: usize = 1024;

/// A text with its entities.
pub(super) type Text = (Arc<str>, Vec<Entity>);

/// Where a message goes and what hangs on it.
pub(super) struct Target {
    pub chat: i64,
    pub keyboard: Option<Keyboard>,
    pub reply: Option<Reply>,
    pub thread: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the names and types are what is checked")]
pub(super) struct Reply {
    pub message_id: i64,
    pub chat_id: Option<Value>,
    #[serde(default)]
    pub allow_sending_without_reply: bool,
    pub quote: Option<String>,
    pub quote_parse_mode: Option<String>,
    pub quote_entities: Option<Vec<Entity>>,
    pub quote_position: Option<i64>,
    pub checklist_task_id: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the names and types are what is checked")]
struct LinkPreview {
    is_disabled: Option<bool>,
    url: Option<String>,
    prefer_small_media: Option<bool>,
    prefer_large_media: Option<bool>,
    show_above_text: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "some names and types are only checked")]
pub(super) struct Media {
    #[serde(rename = "type")]
    pub kind: String,
    pub media: String,
    pub caption: Option<String>,
    pub parse_mode: Option<String>,
    pub caption_entities: Option<Vec<Entity>>,
    pub show_caption_above_media: Option<bool>,
    pub has_spoiler: Option<bool>,
    pub thumbnail: Option<String>,
    pub disable_content_type_detection: Option<bool>,
}

/// Where the content of a file comes from.
pub(super) enum Source {
    New(Upload),
    Known(String),
}

pub(super) fn target(params: &mut Params) -> Result<Target, Refusal> {
    let chat = params.chat()?;
    let keyboard = match params.object::<Value>("reply_markup")? {
        Some(raw) => keyboard::check(raw, false)?,
        None => None,
    };
    let reply = params.object("reply_parameters")?;
    let thread = params.int("message_thread_id")?;
    for flag in ["disable_notification", "protect_content", "allow_paid_broadcast"] {
        params.flag(flag)?;
    }
    params.text("message_effect_id")?;
    Ok(Target { chat, keyboard, reply, thread })
}

/// Reads and checks the text of a message.
pub(super) fn text(params: &mut Params) -> Result<Text, Refusal> {
    let raw = params.text("text")?.unwrap_or_default();
    let mode = params.text("parse_mode")?;
    let given = params.object("entities")?;
    params.object::<LinkPreview>("link_preview_options")?;
    let (text, entities) = compose(raw, mode, given)?;
    if text.trim().is_empty() {
        return Err(Refusal::wrong("message text is empty"));
    }
    if utf16_len(&text) > LONGEST_TEXT {
        return Err(Refusal::wrong("message is too long"));
    }
    Ok((text, entities))
}

/// Reads and checks a caption, which may be missing.
pub(super) fn caption(params: &mut Params) -> Result<Text, Refusal> {
    let raw = params.text("caption")?.unwrap_or_default();
    let mode = params.text("parse_mode")?;
    let given = params.object("caption_entities")?;
    params.flag("show_caption_above_media")?;
    short(compose(raw, mode, given)?)
}

pub(super) fn short(text: Text) -> Result<Text, Refusal> {
    if utf16_len(&text.0) > LONGEST_CAPTION {
        return Err(Refusal::wrong("message caption is too long"));
    }
    Ok(text)
}

pub(super) fn compose(
    raw: String,
    mode: Option<String>,
    given: Option<Vec<Entity>>,
) -> Result<Text, Refusal> {
    let mode = mode.filter(|mode| !mode.is_empty());
    let (text, entities) = match (mode, given) {
        (Some(_), Some(_)) => return Err(Refusal::wrong("parse_mode and entities exclude each other")),
        (Some(mode), None) => markup::parse(&mode, &raw)?,
        (None, given) => (raw, given.unwrap_or_default()),
    };
    entities::check(&text, &entities)?;
    let entities = entities::with_detected(&text, entities);
    Ok((text.into(), entities))
}

pub(super) fn source(params: &mut Params, name: &str) -> Result<Source, Refusal> {
    if let Some(upload) = params.upload(name) {
        return Ok(Source::New(upload));
    }
    let given = params.text(name)?.filter(|given| !given.is_empty());
    refer(params, given.ok_or_else(|| Refusal::wrong(format!("there is no {name} in the request")))?)
}

pub(super) fn refer(params: &mut Params, given: String) -> Result<Source, Refusal> {
    match given.strip_prefix("attach://") {
        Some(part) => {
            let missing = || Refusal::wrong(format!("part \"{part}\" of attach:// is missing"));
            params.upload(part).map(Source::New).ok_or_else(missing)
        }
        None => Ok(Source::Known(given)),
    }
}

pub(super) fn thumbnail(params: &mut Params, given: Option<String>) {
    // A preview picture is taken and not kept: nobody here sees it.
    params.upload("thumbnail");
    if let Some(part) = given.as_deref().and_then(|given| given.strip_prefix("attach://")) {
        params.upload(part);
    }
}
