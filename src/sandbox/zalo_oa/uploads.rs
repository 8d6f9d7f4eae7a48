//! What the account handed over to be sent.

use bytes::Bytes;
use serde_json::{Value, json};

use super::api::Result;
use super::options::micros;
use super::refusal::Refusal;
use super::world::World;

/// How documents begin, by the endings of their names.
const DOCUMENTS: [(&str, &[u8]); 3] =
    [("pdf", b"%PDF"), ("doc", &[0xD0, 0xCF, 0x11, 0xE0]), ("docx", &[0x50, 0x4B, 0x03, 0x04])];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Image,
}

/// What was uploaded, known by a name that runs out.
pub(super) struct Upload {
    kind: Kind,
    pub name: String,
    pub bytes: Bytes,
    until: i64,
}

/// A part of a form, as it came.
pub(super) struct Part {
    pub field: String,
    pub name: Option<String>,
    pub bytes: Bytes,
}

impl World {
    /// `upload/file` and `upload/image`
    pub fn upload(&mut self, kind: Kind, parts: Vec<Part>) -> Result {
        let [Part { field, name: Some(name), bytes }] =
            <[Part; 1]>::try_from(parts).map_err(|_| Refusal::wrong("one part, \"file\", is needed"))?
        else {
            return Err(Refusal::wrong("the part has no file name"));
        };
        if field != "file" {
            return Err(Refusal::wrong(format!("unknown part \"{field}\"")));
        }
        let most = match kind {
            Kind::File => self.options.largest_file,
            Kind::Image => self.options.largest_image,
        };
        if bytes.len() > most {
            return Err(Refusal::new(-210, "The file is too large"));
        }
        let good = match kind {
            Kind::File => is_document(&name, &bytes),
            Kind::Image => is_picture(&bytes),
        };
        if !good {
            return Err(Refusal::new(-201, "The file's format is not supported"));
        }
        let token = self.hex(40);
        let until = self.now.saturating_add(micros(self.options.upload_lasts));
        self.uploads.insert(token.clone(), Upload { kind, name, bytes, until });
        self.touch();
        Ok(named(kind, &token))
    }

    /// What was uploaded under this name, while it is known.
    pub fn uploaded(&self, kind: Kind, token: &str) -> Result<&Upload> {
        let found = self.uploads.get(token).filter(|upload| upload.kind == kind && self.now < upload.until);
        found.ok_or_else(|| {
            let name = if kind == Kind::File { "token" } else { "attachment_id" };
            Refusal::new(-201, format!("{name} is invalid"))
        })
    }

    /// Forgets all that was uploaded.
    pub fn forget_uploads(&mut self) {
        self.uploads.clear();
    }
}

fn named(kind: Kind, token: &str) -> Value {
    match kind {
        Kind::File => json!({"token": token}),
        Kind::Image => json!({"attachment_id": token}),
    }
}

fn is_document(name: &str, bytes: &[u8]) -> bool {
    let ending = name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase());
    DOCUMENTS.iter().any(|(known, beginning)| *known == ending && bytes.starts_with(beginning))
}

fn is_picture(bytes: &[u8]) -> bool {
    matches!(image::guess_format(bytes), Ok(image::ImageFormat::Jpeg | image::ImageFormat::Png))
}
