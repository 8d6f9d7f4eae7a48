//! The parts of a DOCX: a zip with XML in it. What comes out is bounded, whatever the zip says of itself.

use std::io::{Cursor, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart};
use zip::ZipArchive;

use super::DocumentError;

/// The most that one part may hold: a book of a thousand pages has less.
const MOST_PART: u64 = 16 << 20;
/// Files in one document; pictures are files too.
const MOST_FILES: usize = 5000;

pub(super) struct Pack<'a>(ZipArchive<Cursor<&'a [u8]>>);

impl<'a> Pack<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, DocumentError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| DocumentError::NoDocx)?;
        if archive.len() > MOST_FILES {
            return Err(DocumentError::TooLarge);
        }
        Ok(Self(archive))
    }

    /// A part as text; `None` where there is none of this name.
    pub fn part(&mut self, name: &str) -> Result<Option<String>, DocumentError> {
        let Ok(part) = self.0.by_name(name) else { return Ok(None) };
        let mut bytes = Vec::new();
        part.take(MOST_PART + 1).read_to_end(&mut bytes).map_err(|_| DocumentError::NoDocx)?;
        if bytes.len() as u64 > MOST_PART {
            return Err(DocumentError::TooLarge);
        }
        String::from_utf8(bytes).map(Some).map_err(|_| DocumentError::NoDocx)
    }
}

/// The value of an attribute, by its name without the prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|one| one.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// What a reference stands for: a character, or one of the five that XML names. No other is looked up.
pub(super) fn referred(name: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = name.resolve_char_ref() {
        return Some(c);
    }
    Some(match name.xml10_content().as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}
