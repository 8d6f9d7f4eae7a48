//! Files on their way out: named by `file_id` where the platform has them, as parts of a form where not.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde::Serialize;
use serde_json::Value;
use teloxide::types::{FileId, InputFile};

use crate::channel::FileSource;

/// How fast an upload has to be at least, in bytes a second.
const SLOWEST: u64 = 256 * 1024;
/// How much longer an upload may take at most than any other call: the outbox takes a message back after
/// two minutes.
const MOST_TIME: Duration = Duration::from_secs(60);

/// The files of one call that have to be uploaded.
#[derive(Default)]
pub(super) struct Uploads {
    parts: Vec<(String, Part)>,
    bytes: u64,
}

impl Uploads {
    /// How a file is named in the call. What is to be uploaded is noted.
    pub fn input(&mut self, source: &FileSource, name: &str) -> InputFile {
        match source {
            FileSource::Known { file_id } => InputFile::file_id(FileId(file_id.clone())),
            // Telegram fetches from an address that stands in the place of a name, and refuses none at all
            // (<https://core.telegram.org/bots/api#sending-files>).
            FileSource::Link { url } => InputFile::file_id(FileId(url.clone())),
            FileSource::Absent => InputFile::file_id(FileId(String::new())),
            FileSource::Upload { bytes, mime, .. } => {
                let part_name = format!("file{}", self.parts.len());
                let input = InputFile::file_id(FileId(format!("attach://{part_name}")));
                self.bytes += bytes.len() as u64;
                self.parts.push((part_name, part(bytes.clone(), mime, name)));
                input
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// How much longer than others this call may take.
    pub fn extra_time(&self) -> Duration {
        Duration::from_secs(self.bytes / SLOWEST).min(MOST_TIME)
    }

    /// The whole call as a form: the payload's fields, then the files.
    pub fn into_form(self, payload: &impl Serialize) -> Result<Form, serde_json::Error> {
        let mut form = Form::new();
        if let Value::Object(fields) = serde_json::to_value(payload)? {
            for (name, value) in fields {
                // Strings as they are, everything else as JSON
                // (<https://core.telegram.org/bots/api#making-requests>).
                let text = match value {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                form = form.text(name, text);
            }
        }
        Ok(self.parts.into_iter().fold(form, |form, (name, part)| form.part(name, part)))
    }
}

fn part(bytes: bytes::Bytes, mime: &str, name: &str) -> Part {
    let length = bytes.len() as u64;
    let make = || Part::stream_with_length(bytes.clone(), length).file_name(file_name(name));
    // A type that is none is left out; Telegram then looks at the name.
    make().mime_str(mime).unwrap_or_else(|_| make())
}

/// A name without characters that could end the header that it stands in.
fn file_name(name: &str) -> Cow<'static, str> {
    let odd = |c: char| c.is_control() || matches!(c, '"' | '\\' | '/');
    let name: String = name.chars().map(|c| if odd(c) { '_' } else { c }).take(200).collect();
    if name.is_empty() { Cow::Borrowed("file") } else { Cow::Owned(name) }
}
