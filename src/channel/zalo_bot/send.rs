//! Messages on their way out. What can be chosen is a numbered list below the text.

use serde::Serialize;

use crate::channel::bot_api::{MAX_ANSWER, Transport};
use crate::channel::tolerant::tolerant;
use crate::channel::{Act, Call, FileSource, SendError, Sent};
use crate::domain::content::{Content, FileKind};
use crate::domain::rich::{Rich, Style};

use super::classify::sending;

/// Text and caption in one message (<https://bot.zapps.me/docs/apis/sendMessage>). The unit is not documented: UTF-16
/// units are never fewer than characters.
const MAX_TEXT: usize = 2000;

#[derive(Serialize)]
struct SendMessage<'a> {
    chat_id: &'a str,
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    text_styles: Vec<TextStyle>,
}

#[derive(Serialize)]
struct SendPhoto<'a> {
    chat_id: &'a str,
    /// Zalo fetches it from there.
    photo: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    caption: String,
}

/// Emphasis of a stretch of the text, in UTF-16 units.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct TextStyle {
    start: usize,
    len: usize,
    st: [&'static str; 1],
}

tolerant! {
    struct Accepted {
        message_id: String,
    }
}

pub(super) async fn send(transport: &Transport, call: &Call<'_>) -> Result<Sent, SendError> {
    match call.act {
        Act::Send => {}
        // Messages are laid out so that there is none of these for this channel.
        Act::Edit { .. } => return Err(SendError::MessageGone),
        Act::Answer { .. } => return Err(SendError::Refused("Zalo has no presses to answer".to_owned())),
    }
    let text = written(call);
    let result = match photo(call) {
        Some(photo) => {
            let payload = SendPhoto { chat_id: call.chat, photo, caption: checked(text.text, true)? };
            transport.post("sendPhoto", &payload, transport.timeout, MAX_ANSWER).await
        }
        None => {
            let text_styles = styles(&text);
            let payload = SendMessage { chat_id: call.chat, text: checked(text.text, false)?, text_styles };
            transport.post("sendMessage", &payload, transport.timeout, MAX_ANSWER).await
        }
    };
    let result = result.map_err(sending)?;
    let accepted: Accepted = serde_json::from_str(result.get()).unwrap_or_default();
    // It was accepted, whatever it is called: without a name it is only not known again.
    Ok(Sent { message: accepted.message_id.unwrap_or_default(), file_ids: vec![None; call.files.len()] })
}

/// The picture of the message, if it is one that Zalo can fetch.
fn photo<'a>(call: &Call<'a>) -> Option<&'a str> {
    match (call.content.files.first()?.kind, call.files.first()?) {
        (FileKind::Photo, FileSource::Link { url }) => Some(url),
        _ => None,
    }
}

/// The text, the links to the files that are not shown, and the list of what can be chosen.
fn written(call: &Call<'_>) -> Rich {
    let Content { text, files, .. } = call.content;
    let shown = usize::from(photo(call).is_some());
    let mut text = text.clone();
    let mut add = |lines: String| {
        let text_before = std::mem::take(&mut text);
        let gap = if text_before.is_empty() { "" } else { "\n\n" };
        text = text_before.push(gap).push(lines);
    };
    let links = files.iter().zip(call.files).skip(shown).map(|(file, source)| match source {
        FileSource::Link { url } => format!("📎 {}: {url}", file.name),
        // There is no address from which people could fetch it.
        FileSource::Absent | FileSource::Known { .. } | FileSource::Upload { .. } => {
            format!("📎 {}", file.name)
        }
    });
    let links: Vec<String> = links.collect();
    if !links.is_empty() {
        add(links.join("\n"));
    }
    let list = call.content.listed();
    if !list.is_empty() {
        add(list);
    }
    text
}

/// A text that Zalo takes; a picture needs none.
fn checked(text: String, may_be_empty: bool) -> Result<String, SendError> {
    let units = text.encode_utf16().count();
    if units > MAX_TEXT || (units == 0 && !may_be_empty) {
        return Err(SendError::Refused(format!("a text of {units} characters")));
    }
    Ok(text)
}

/// Zalo knows no code; links and quotes are said in words. Ranges that are not within the text are left out.
fn styles(text: &Rich) -> Vec<TextStyle> {
    let len = text.utf16_len();
    let within = text.spans.iter().filter(|span| span.len > 0 && span.end() <= len);
    within
        .filter_map(|span| {
            let st = match span.style {
                Style::Bold => "b",
                Style::Italic => "i",
                Style::Underline => "u",
                Style::Strike => "s",
                Style::Code | Style::Link(_) | Style::Quote => return None,
            };
            Some(TextStyle { start: span.start, len: span.len, st: [st] })
        })
        .collect()
}
