//! Messages, edits and answers to presses, in the platform's form.

use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::{Value, json};
use teloxide::payloads::{AnswerCallbackQuery, EditMessageCaption, EditMessageText, SendMessage};
use teloxide::types::{
    CallbackQueryId, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity,
    MessageId, Recipient, ReplyMarkup,
};

use super::Telegram;
use super::classify::{classify, has_no_text, is_not_modified};
use crate::channel::{Act, Call, FileSource, SendError, Sent};
use crate::domain::content::{Button, FileKind};
use crate::domain::rich::Style;
use crate::domain::text::shorten;
use crate::domain::{Rich, content::Content};

/// The longest answer to a press (<https://core.telegram.org/bots/api#answercallbackquery>).
const LONGEST_ANSWER: usize = 200;

/// Of a message that was sent, only what is needed: anything new in the rest does no harm.
#[derive(Deserialize)]
struct Posted {
    message_id: i64,
    #[serde(default)]
    photo: Vec<PostedFile>,
    document: Option<PostedFile>,
}

#[derive(Deserialize)]
struct PostedFile {
    file_id: String,
}

pub(super) async fn send(telegram: &Telegram, call: &Call<'_>) -> Result<Sent, SendError> {
    match call.act {
        Act::Answer { press } => answer(telegram, press, call.content).await,
        Act::Edit { message } => edit(telegram, call, message).await,
        Act::Send => match call.files {
            [] => text(telegram, call).await,
            [file] => one_file(telegram, call, file).await,
            files => album(telegram, call, files).await,
        },
    }
}

async fn answer(telegram: &Telegram, press: &str, content: &Content) -> Result<Sent, SendError> {
    let mut payload = AnswerCallbackQuery::new(CallbackQueryId(press.to_owned()));
    if !content.text.is_empty() {
        payload.text = Some(shorten(&content.text.text, LONGEST_ANSWER));
    }
    let result: Result<bool, _> = telegram.call(&payload, telegram.timeout).await;
    result.map(|_| Sent::default()).map_err(classify)
}

async fn text(telegram: &Telegram, call: &Call<'_>) -> Result<Sent, SendError> {
    let mut payload = SendMessage::new(chat(call)?, call.content.text.text.clone());
    payload.entities = entities(&call.content.text);
    payload.link_preview_options = Some(no_preview());
    payload.reply_markup = keyboard(call)?.map(ReplyMarkup::InlineKeyboard);
    let posted: Posted = telegram.call(&payload, telegram.timeout).await.map_err(classify)?;
    Ok(Sent { message: posted.message_id.to_string(), file_ids: Vec::new() })
}

async fn edit(telegram: &Telegram, call: &Call<'_>, message: &str) -> Result<Sent, SendError> {
    let id = MessageId(message.parse().map_err(|_| SendError::MessageGone)?);
    let done = || Sent { message: message.to_owned(), file_ids: Vec::new() };
    let mut payload = EditMessageText::new(chat(call)?, id, call.content.text.text.clone());
    payload.entities = entities(&call.content.text);
    payload.link_preview_options = Some(no_preview());
    payload.reply_markup = keyboard(call)?;
    let result: Result<serde::de::IgnoredAny, _> = telegram.call(&payload, telegram.timeout).await;
    match result {
        Ok(_) => Ok(done()),
        Err(trouble) if is_not_modified(&trouble) => Ok(done()),
        // The platform has said that it did nothing, so that another try does no harm.
        Err(trouble) if has_no_text(&trouble) => edit_caption(telegram, call, id).await.map(|()| done()),
        Err(trouble) => Err(classify(trouble)),
    }
}

async fn edit_caption(telegram: &Telegram, call: &Call<'_>, id: MessageId) -> Result<(), SendError> {
    let mut payload = EditMessageCaption::new(chat(call)?, id);
    payload.caption = Some(call.content.text.text.clone());
    payload.caption_entities = entities(&call.content.text);
    payload.reply_markup = keyboard(call)?;
    let result: Result<serde::de::IgnoredAny, _> = telegram.call(&payload, telegram.timeout).await;
    match result {
        Ok(_) => Ok(()),
        Err(trouble) if is_not_modified(&trouble) => Ok(()),
        Err(trouble) => Err(classify(trouble)),
    }
}

/// `sendPhoto` or `sendDocument`, by the id that the platform knows, or with the bytes.
async fn one_file(telegram: &Telegram, call: &Call<'_>, source: &FileSource) -> Result<Sent, SendError> {
    let file = call.content.files.first().ok_or_else(|| SendError::Refused("no file".to_owned()))?;
    let (method, field) = match file.kind {
        FileKind::Photo => ("SendPhoto", "photo"),
        FileKind::Document => ("SendDocument", "document"),
    };
    let mut fields = json!({ "chat_id": chat(call)? });
    if !call.content.text.is_empty() {
        fields["caption"] = json!(call.content.text.text);
        fields["caption_entities"] = json!(entities(&call.content.text).unwrap_or_default());
    }
    if let Some(keyboard) = keyboard(call)? {
        fields["reply_markup"] = json!(keyboard);
    }
    let posted: Result<Posted, _> = match source {
        FileSource::Known { file_id } => {
            fields[field] = json!(file_id);
            telegram.call_json(method, &fields, telegram.timeout).await
        }
        FileSource::Upload { bytes, mime } => {
            let form = form(&fields).part(field, part(bytes.clone(), &file.name, mime)?);
            telegram.call_form(method, form, telegram.timeout * 4).await
        }
    };
    let posted = posted.map_err(classify)?;
    Ok(Sent { message: posted.message_id.to_string(), file_ids: vec![file_id(&posted, file.kind)] })
}

/// `sendMediaGroup`: two to ten files of one kind; the text goes under the first.
async fn album(telegram: &Telegram, call: &Call<'_>, sources: &[FileSource]) -> Result<Sent, SendError> {
    let mut media = Vec::with_capacity(sources.len());
    let mut uploads = Vec::new();
    for (number, (file, source)) in call.content.files.iter().zip(sources).enumerate() {
        let place = match source {
            FileSource::Known { file_id } => file_id.clone(),
            FileSource::Upload { bytes, mime } => {
                uploads.push((format!("file{number}"), part(bytes.clone(), &file.name, mime)?));
                format!("attach://file{number}")
            }
        };
        let mut item = json!({ "type": file.kind.code(), "media": place });
        if number == 0 && !call.content.text.is_empty() {
            item["caption"] = json!(call.content.text.text);
            item["caption_entities"] = json!(entities(&call.content.text).unwrap_or_default());
        }
        media.push(item);
    }
    let fields = json!({ "chat_id": chat(call)?, "media": media });
    let posted: Result<Vec<Posted>, _> = if uploads.is_empty() {
        telegram.call_json("SendMediaGroup", &fields, telegram.timeout).await
    } else {
        let form = uploads.into_iter().fold(form(&fields), |form, (name, part)| form.part(name, part));
        telegram.call_form("SendMediaGroup", form, telegram.timeout * 4).await
    };
    let posted = posted.map_err(classify)?;
    let first = posted.first().ok_or_else(|| SendError::Unknown("an album without messages".to_owned()))?;
    let file_ids =
        call.content.files.iter().zip(&posted).map(|(file, posted)| file_id(posted, file.kind)).collect();
    Ok(Sent { message: first.message_id.to_string(), file_ids })
}

/// What the platform calls the file from now on: of a picture, its largest size.
fn file_id(posted: &Posted, kind: FileKind) -> Option<(FileKind, String)> {
    let file = match kind {
        FileKind::Photo => posted.photo.last(),
        FileKind::Document => posted.document.as_ref(),
    };
    file.map(|file| (kind, file.file_id.clone()))
}

/// The fields of a call as parts of a form: plain values as they are, the others as JSON.
fn form(fields: &Value) -> Form {
    let mut form = Form::new();
    for (name, value) in fields.as_object().into_iter().flatten() {
        let text = match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        form = form.text(name.clone(), text);
    }
    form
}

fn part(bytes: bytes::Bytes, name: &str, mime: &str) -> Result<Part, SendError> {
    let len = bytes.len() as u64;
    Part::stream_with_length(bytes, len)
        .file_name(name.to_owned())
        .mime_str(mime)
        .map_err(|_| SendError::Refused("a file of an impossible kind".to_owned()))
}

fn chat(call: &Call<'_>) -> Result<Recipient, SendError> {
    let id = call.chat.parse().map_err(|_| SendError::Refused("not a chat of Telegram".to_owned()))?;
    Ok(Recipient::Id(ChatId(id)))
}

/// Official texts are full of addresses; a preview of a stranger's page below them helps nobody.
fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn entities(text: &Rich) -> Option<Vec<MessageEntity>> {
    let spans = text.spans.iter().map(|span| match span.style {
        Style::Bold => MessageEntity::bold(span.start, span.len),
        Style::Italic => MessageEntity::italic(span.start, span.len),
        Style::Code => MessageEntity::code(span.start, span.len),
    });
    (!text.spans.is_empty()).then(|| spans.collect())
}

fn keyboard(call: &Call<'_>) -> Result<Option<InlineKeyboardMarkup>, SendError> {
    if call.content.buttons.is_empty() {
        return Ok(None);
    }
    let mut rows = Vec::with_capacity(call.content.buttons.len());
    for row in &call.content.buttons {
        rows.push(row.iter().map(|button| key(button, call.own_data)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(Some(InlineKeyboardMarkup::new(rows)))
}

fn key(button: &Button, own_data: Option<&str>) -> Result<InlineKeyboardButton, SendError> {
    match button {
        Button::Press { label, data } => Ok(InlineKeyboardButton::callback(label, data)),
        Button::PressOwn { label } => {
            let data = own_data.ok_or_else(|| SendError::Refused("a button without data".to_owned()))?;
            Ok(InlineKeyboardButton::callback(label, data))
        }
        Button::Link { label, url } => {
            let url = url.parse().map_err(|_| SendError::Refused("a link that is none".to_owned()))?;
            Ok(InlineKeyboardButton::url(label, url))
        }
    }
}
