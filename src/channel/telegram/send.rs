//! Messages on their way out.

use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::payloads::{
    AnswerCallbackQuery, EditMessageCaption, EditMessageReplyMarkup, EditMessageText, SendDocument,
    SendMediaGroup, SendMessage, SendPhoto,
};
use teloxide::requests::Payload;
use teloxide::types::{
    CallbackQueryId, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, InputMedia, InputMediaDocument,
    InputMediaPhoto, LinkPreviewOptions, MessageEntity, MessageEntityKind, MessageId, Recipient, ReplyMarkup,
};

use crate::channel::{Act, Call, FileSource, SendError, Sent};
use crate::domain::Rich;
use crate::domain::content::{Attachment, Button, FileKind};
use crate::domain::rich::{Style, borders, utf16_len};

use super::classify::{has_no_text, is_not_modified, sending};
use super::multipart::Uploads;
use crate::channel::bot_api::{Failure, Transport};
use crate::channel::cut;
use crate::channel::tolerant::{List, tolerant};

/// Marked stretches in one message: Telegram passes over those behind them.
const MAX_ENTITIES: usize = 100;
/// What an answer to a press can say (<https://core.telegram.org/bots/api#answercallbackquery>).
const MAX_TOAST: usize = 200;
/// Files in one album (<https://core.telegram.org/bots/api#sendmediagroup>).
const MAX_ALBUM: usize = 10;

tolerant! {
    /// A message as it was accepted.
    struct Accepted {
        message_id: i64,
        photo: List<Size>,
        document: File,
    }
    struct Size {
        file_id: String,
        width: u64,
        height: u64,
    }
    struct File {
        file_id: String,
    }
}

/// Sends, edits or answers.
pub(super) async fn send(transport: &Transport, call: &Call<'_>) -> Result<Sent, SendError> {
    match call.act {
        Act::Send => send_new(transport, call).await,
        Act::Edit { message } => edit(transport, call, message).await,
        Act::Answer { press } => answer(transport, call, press).await,
    }
}

async fn send_new(transport: &Transport, call: &Call<'_>) -> Result<Sent, SendError> {
    let files = call.content.files.as_slice();
    match (files, call.files) {
        ([], []) => send_text(transport, call).await,
        ([file], [source]) => send_file(transport, call, file, source).await,
        _ if files.len() != call.files.len() => Err(refused("not every file has a source")),
        _ if files.len() > MAX_ALBUM => Err(refused("more than 10 files in one message")),
        _ => send_album(transport, call).await,
    }
}

async fn send_text(transport: &Transport, call: &Call<'_>) -> Result<Sent, SendError> {
    let text = &call.content.text;
    let mut payload = SendMessage::new(recipient(call.chat)?, text.text.clone());
    payload.entities = entities(text);
    payload.link_preview_options = Some(no_preview());
    payload.reply_markup = keyboard(call)?.map(ReplyMarkup::InlineKeyboard);
    let result = transport.call(&payload).await.map_err(sending)?;
    one(&result)
}

async fn send_file(
    transport: &Transport,
    call: &Call<'_>,
    file: &Attachment,
    source: &FileSource,
) -> Result<Sent, SendError> {
    let (chat, caption) = (recipient(call.chat)?, caption(&call.content.text));
    let markup = keyboard(call)?.map(ReplyMarkup::InlineKeyboard);
    let mut uploads = Uploads::default();
    let input = uploads.input(source, &file.name);
    let result = match file.kind {
        FileKind::Photo => {
            let mut payload = SendPhoto::new(chat, input);
            (payload.caption, payload.caption_entities) = caption;
            payload.reply_markup = markup;
            call_with(transport, &payload, uploads).await
        }
        FileKind::Document => {
            let mut payload = SendDocument::new(chat, input);
            (payload.caption, payload.caption_entities) = caption;
            payload.reply_markup = markup;
            // Else a document can come back as an animation or a sound, whose id is none of a document.
            payload.disable_content_type_detection = Some(true);
            call_with(transport, &payload, uploads).await
        }
    };
    one(&result.map_err(sending)?)
}

async fn send_album(transport: &Transport, call: &Call<'_>) -> Result<Sent, SendError> {
    if !call.content.buttons.is_empty() {
        return Err(refused("an album can have no buttons"));
    }
    let mut uploads = Uploads::default();
    // The caption of the first file is shown as that of the album.
    let mut text = caption(&call.content.text);
    let mut media = Vec::with_capacity(call.files.len());
    for (file, source) in call.content.files.iter().zip(call.files) {
        let input = uploads.input(source, &file.name);
        let (caption, caption_entities) = std::mem::take(&mut text);
        media.push(match file.kind {
            FileKind::Photo => InputMedia::Photo(InputMediaPhoto {
                caption,
                caption_entities,
                ..InputMediaPhoto::new(input)
            }),
            FileKind::Document => {
                let new = InputMediaDocument::new(input);
                InputMedia::Document(InputMediaDocument { caption, caption_entities, ..new })
            }
        });
    }
    let payload = SendMediaGroup::new(recipient(call.chat)?, media);
    let result = call_with(transport, &payload, uploads).await.map_err(sending)?;
    let messages: List<Accepted> = serde_json::from_str(result.get()).unwrap_or(List(Vec::new()));
    let sent: Vec<Sent> = messages.0.into_iter().filter_map(accepted).collect();
    let message = sent.first().map(|sent| sent.message.clone()).ok_or_else(no_number)?;
    let mut file_ids: Vec<_> = sent.into_iter().flat_map(|sent| sent.file_ids).collect();
    // With one missing nobody knows which, and a wrong name would show another picture.
    if file_ids.len() != call.files.len() {
        file_ids = vec![None; call.files.len()];
    }
    Ok(Sent { message, file_ids })
}

/// Calls a method, with a form if there is anything to upload.
async fn call_with<P: Payload + Serialize>(
    transport: &Transport,
    payload: &P,
    uploads: Uploads,
) -> Result<Box<RawValue>, Failure> {
    if uploads.is_empty() {
        return transport.call(payload).await;
    }
    let timeout = transport.timeout + uploads.extra_time();
    let form = uploads.into_form(payload).map_err(|error| Failure::NotAccepted(error.to_string()))?;
    transport.upload(P::NAME, form, timeout).await
}

async fn edit(transport: &Transport, call: &Call<'_>, message: &str) -> Result<Sent, SendError> {
    let chat = recipient(call.chat)?;
    let id = message.parse().map(MessageId).map_err(|_| refused("the message's id is not a number"))?;
    let (text, buttons) = (&call.content.text, keyboard(call)?);
    let mut result = if text.is_empty() {
        let mut payload = EditMessageReplyMarkup::new(chat.clone(), id);
        payload.reply_markup = buttons.clone();
        transport.call(&payload).await
    } else {
        let mut payload = EditMessageText::new(chat.clone(), id, text.text.clone());
        payload.entities = entities(text);
        payload.link_preview_options = Some(no_preview());
        payload.reply_markup = buttons.clone();
        transport.call(&payload).await
    };
    // Nothing was accepted then, so that this is no second attempt.
    if result.as_ref().is_err_and(has_no_text) {
        let mut payload = EditMessageCaption::new(chat, id);
        (payload.caption, payload.caption_entities) = caption(text);
        payload.reply_markup = buttons;
        result = transport.call(&payload).await;
    }
    match result {
        Err(failure) if !is_not_modified(&failure) => Err(sending(failure)),
        _ => Ok(Sent { message: message.to_owned(), file_ids: Vec::new() }),
    }
}

async fn answer(transport: &Transport, call: &Call<'_>, press: &str) -> Result<Sent, SendError> {
    let mut payload = AnswerCallbackQuery::new(CallbackQueryId(press.to_owned()));
    let text = call.content.text.text.as_str();
    if utf16_len(text) > MAX_TOAST {
        payload.text = Some(format!("{}…", cut(text, MAX_TOAST - 1).trim_end()));
    } else if !text.is_empty() {
        payload.text = Some(text.to_owned());
    }
    transport.call(&payload).await.map_err(sending)?;
    Ok(Sent::default())
}

/// What the platform says about one message that it accepted.
fn one(result: &RawValue) -> Result<Sent, SendError> {
    let message: Accepted = serde_json::from_str(result.get()).unwrap_or_default();
    accepted(message).ok_or_else(no_number)
}

fn accepted(message: Accepted) -> Option<Sent> {
    let id = message.message_id?;
    let sizes = message.photo.map(|List(sizes)| sizes).unwrap_or_default();
    let area = |size: &Size| size.width.unwrap_or(0).saturating_mul(size.height.unwrap_or(0));
    let photo = sizes.into_iter().max_by_key(area).and_then(|size| size.file_id);
    let document = message.document.and_then(|document| document.file_id);
    let known = document.map(|id| (FileKind::Document, id)).or(photo.map(|id| (FileKind::Photo, id)));
    Some(Sent { message: id.to_string(), file_ids: vec![known] })
}

fn no_number() -> SendError {
    SendError::Unknown("accepted, but without the message's number".to_owned())
}

fn refused(why: &str) -> SendError {
    SendError::Refused(why.to_owned())
}

fn recipient(chat: &str) -> Result<Recipient, SendError> {
    match chat.parse() {
        Ok(id) => Ok(Recipient::Id(ChatId(id))),
        Err(_) => Err(refused("the chat's id is not a number")),
    }
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

fn caption(text: &Rich) -> (Option<String>, Option<Vec<MessageEntity>>) {
    ((!text.is_empty()).then(|| text.text.clone()), entities(text))
}

/// The emphasis as Telegram's entities. Ranges that are not within the text, that cut a character in two, or that
/// begin inside another and end outside are left out: one of them would have the whole message refused.
pub(super) fn entities(text: &Rich) -> Option<Vec<MessageEntity>> {
    if text.spans.is_empty() {
        return None;
    }
    let borders = borders(&text.text);
    let is_border = |at: usize| borders.binary_search(&at).is_ok();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut entities = Vec::new();
    for span in &text.spans {
        let Some(end) = span.start.checked_add(span.len).filter(|end| *end > span.start) else { continue };
        let crosses = |(from, to): &(usize, usize)| {
            (*from < span.start && span.start < *to && *to < end)
                || (span.start < *from && *from < end && end < *to)
        };
        if !is_border(span.start) || !is_border(end) || taken.iter().any(crosses) {
            continue;
        }
        taken.push((span.start, end));
        entities.push(match &span.style {
            Style::Bold => MessageEntity::bold(span.start, span.len),
            Style::Italic => MessageEntity::italic(span.start, span.len),
            Style::Underline => MessageEntity::underline(span.start, span.len),
            Style::Strike => MessageEntity::strikethrough(span.start, span.len),
            Style::Code => MessageEntity::code(span.start, span.len),
            Style::Quote => MessageEntity::new(MessageEntityKind::Blockquote, span.start, span.len),
            Style::Link(to) => match to.as_str().parse() {
                Ok(url) => MessageEntity::text_link(url, span.start, span.len),
                Err(_) => continue,
            },
        });
    }
    if entities.len() > MAX_ENTITIES {
        // A link says more than emphasis does.
        entities.sort_by_key(|entity| !matches!(entity.kind, MessageEntityKind::TextLink { .. }));
        entities.truncate(MAX_ENTITIES);
        entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    }
    (!entities.is_empty()).then_some(entities)
}

fn keyboard(call: &Call<'_>) -> Result<Option<InlineKeyboardMarkup>, SendError> {
    let mut rows = Vec::with_capacity(call.content.buttons.len());
    for row in call.content.buttons.iter().filter(|row| !row.is_empty()) {
        rows.push(row.iter().map(|one| button(one, call.own_data)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok((!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows)))
}

fn button(button: &Button, own_data: Option<&str>) -> Result<InlineKeyboardButton, SendError> {
    Ok(match button {
        Button::Press { label, data } => InlineKeyboardButton::callback(label, data),
        Button::PressOwn { label, act } => {
            let own = own_data.ok_or_else(|| refused("a button of this message has no data"))?;
            InlineKeyboardButton::callback(label, act.data(own))
        }
        Button::Link { label, url } => {
            let url = url.parse().map_err(|_| refused("a button's link is not a URL"))?;
            InlineKeyboardButton::url(label.clone(), url)
        }
    })
}
