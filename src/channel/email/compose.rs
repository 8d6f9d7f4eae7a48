//! A message as a mail: plain text and HTML side by side, and what mail programs are told about it.

use std::fmt::Write;

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use crate::channel::{Call, FileSource, SendError, cut};
use crate::domain::Timestamp;
use crate::domain::content::{Button, Content};

use super::Settings;
use super::html::{escaped, rendered};
use super::links::ChoiceLinks;
use super::names::Names;

/// The longest subject, in UTF-16 units: what a phone shows of one, twice over.
const MOST_SUBJECT: usize = 120;
/// Which words leave, as everywhere.
const LEAVE: &str = "/roi";

/// A mail that is ready to go.
pub(super) struct Mail {
    /// Its name, without the angle brackets.
    pub name: String,
    pub from: Address,
    pub to: Address,
    pub bytes: Vec<u8>,
}

/// Writes the mail of a call.
///
/// # Errors
/// An address that is none: the chat is closed. What cannot be written as a mail is refused.
pub(super) fn compose(settings: &Settings, names: &Names, call: &Call<'_>) -> Result<Mail, SendError> {
    let to: Address =
        call.chat.parse().map_err(|_| SendError::ChatClosed("không phải địa chỉ thư".to_owned()))?;
    let from: Address = settings.address.parse().map_err(|_| refused("our own address is none"))?;
    let name = names.message(call.id);
    let thread = format!("<{}>", names.thread(call.chat));
    let mut mail = Message::builder()
        .from(Mailbox::new(Some(settings.name.clone()).filter(|name| !name.is_empty()), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(subject(call.content, &settings.name))
        .date(moment(call.at))
        .message_id(Some(format!("<{name}>")))
        .in_reply_to(thread.clone())
        .references(thread);
    for (header, value) in told(&settings.address) {
        mail = mail.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(header), value));
    }
    let words = MultiPart::alternative_plain_html(plain(call), page(settings, call));
    let mail = match attached(call) {
        files if files.is_empty() => mail.multipart(words),
        files => {
            let whole = MultiPart::mixed().multipart(words);
            mail.multipart(files.into_iter().fold(whole, MultiPart::singlepart))
        }
    };
    let mail = mail.map_err(|error| refused(&error.to_string()))?;
    Ok(Mail { name, from, to, bytes: mail.formatted() })
}

fn refused(why: &str) -> SendError {
    SendError::Refused(why.to_owned())
}

fn moment(at: Timestamp) -> std::time::SystemTime {
    at.utc().into()
}

/// What mail programs are told: how to leave, and that no machine should answer (RFC 2369, RFC 3834; the last one is
/// Exchange's word for it).
fn told(address: &str) -> [(&'static str, String); 3] {
    let leave = LEAVE.replace('/', "%2F");
    [
        ("List-Unsubscribe", format!("<mailto:{address}?subject={leave}>")),
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
    ]
}

/// The first line that says something, in one line.
fn subject(content: &Content, name: &str) -> String {
    let line = |line: &str| line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let first = content.text.text.lines().map(line).find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_else(|| line(name));
    let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&first, MOST_SUBJECT).trim_end().to_owned()
}

/// The text, the links to files that do not come along, and the numbered list of what can be chosen.
fn plain(call: &Call<'_>) -> String {
    let parts = [call.content.text.in_words().text, absent_files(call), call.content.listed()];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

fn absent_files(call: &Call<'_>) -> String {
    let files = call.content.files.iter().zip(call.files);
    let lines = files.filter_map(|(file, source)| match source {
        FileSource::Upload { .. } => None,
        FileSource::Link { url } => Some(format!("📎 {}: {url}", file.name)),
        FileSource::Known { .. } | FileSource::Absent => Some(format!("📎 {}", file.name)),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn attached(call: &Call<'_>) -> Vec<SinglePart> {
    let files = call.content.files.iter().zip(call.files);
    let parts = files.filter_map(|(file, source)| match source {
        FileSource::Upload { bytes, mime, .. } => {
            let kind = ContentType::parse(mime).or_else(|_| ContentType::parse("application/octet-stream"));
            let name = file.name.chars().filter(|c| !c.is_control()).collect();
            kind.ok().map(|kind| Attachment::new(name).body(bytes.to_vec(), kind))
        }
        FileSource::Link { .. } | FileSource::Known { .. } | FileSource::Absent => None,
    });
    parts.collect()
}

/// The same as HTML, with the board's name as its heading.
fn page(settings: &Settings, call: &Call<'_>) -> String {
    let mut page = String::from("<!doctype html>\n<html><head><meta charset=\"utf-8\"></head>\n");
    page.push_str(
        "<body style=\"font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 42em\">\n",
    );
    if !settings.name.is_empty() {
        let _ = writeln!(page, "<h2 style=\"font-size: 18px\">{}</h2>", escaped(&settings.name));
    }
    for text in [rendered(&call.content.text), rendered(&absent_files(call).into())] {
        if !text.is_empty() {
            let _ = writeln!(page, "<div style=\"margin: 1em 0\">{text}</div>");
        }
    }
    page.push_str(&choices(settings.links.as_ref(), call));
    page.push_str("</body></html>\n");
    page
}

/// What can be chosen: numbered, and as links where there is an address of ours to which they can lead.
fn choices(links: Option<&ChoiceLinks>, call: &Call<'_>) -> String {
    let mut out = String::new();
    let mut number = 0;
    for button in call.content.buttons.iter().flatten() {
        let data = match button {
            Button::Press { data, .. } => Some(data.clone()),
            Button::PressOwn { act, .. } => call.own_data.map(|own| act.data(own)),
            Button::Link { .. } => None,
        };
        let url = match (button, links, data) {
            (Button::Link { url, .. }, ..) => Some(url.clone()),
            (_, Some(links), Some(data)) => Some(links.url(call.chat, &data, button.label(), call.at)),
            _ => None,
        };
        let before = if matches!(button, Button::Link { .. }) {
            String::new()
        } else {
            number += 1;
            format!("{number}. ")
        };
        let label = escaped(button.label());
        let label = match url {
            Some(url) => format!("<a href=\"{}\">{label}</a>", escaped(&url)),
            None => label,
        };
        let _ = writeln!(out, "<p>{before}{label}</p>");
    }
    match call.content.hint.as_deref().filter(|_| number > 0) {
        Some(hint) => format!("{out}<p style=\"color: #555\">{}</p>\n", escaped(hint)),
        None => out,
    }
}
