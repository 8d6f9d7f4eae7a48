//! Files that become the text of a notice, or go along with it.

use std::path::{Path, PathBuf};

use crate::conversation::notice::{FileFrom, MOST_FILES, MOST_TEXT, NewFile, NewNotice};
use crate::document::{read_docx, read_markdown};
use crate::domain::Rich;
use crate::domain::content::FileKind;
use crate::domain::text::clean_line;

use super::{CommandError, Desk, user};

/// Telegram takes files of up to 50 MB from bots, and photos of up to 10 MB
/// (<https://core.telegram.org/bots/api#sending-files>).
const MOST_BYTES: u64 = 50 * 1024 * 1024;
const MOST_PHOTO: u64 = 10 * 1024 * 1024;
/// The largest file that text is read from.
const MOST_DOCUMENT: u64 = 20 * 1024 * 1024;

/// How a file is written, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Plain,
    Markdown,
    Docx,
}

impl Format {
    pub fn of(path: &Path) -> Self {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("md" | "markdown") => Self::Markdown,
            Some("docx") => Self::Docx,
            _ => Self::Plain,
        }
    }
}

/// The text of a notice or a template from a file: Markdown, DOCX, or plain; `-` is standard input.
pub(in crate::app) fn read_text(path: &Path) -> Result<Rich, CommandError> {
    if path == Path::new("-") {
        let text = std::io::read_to_string(std::io::stdin());
        return short(text.map_err(|error| unreadable(path, &error))?.into());
    }
    let bytes = read_document(path)?;
    text_of(path, Format::of(path), &bytes)
}

/// The same, of a DOCX whatever it is called.
pub(super) fn read_docx_text(path: &Path) -> Result<Rich, CommandError> {
    text_of(path, Format::Docx, &read_document(path)?)
}

fn text_of(path: &Path, format: Format, bytes: &[u8]) -> Result<Rich, CommandError> {
    let text = match format {
        Format::Docx => {
            read_docx(bytes).map_err(|wrong| user(format!("Tệp {}: {wrong}.", path.display())))?
        }
        Format::Markdown => read_markdown(words(path, bytes)?),
        Format::Plain => words(path, bytes)?.into(),
    };
    short(text)
}

/// The bytes of a file that text is read from.
pub(super) fn read_document(path: &Path) -> Result<Vec<u8>, CommandError> {
    let size = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if size > MOST_DOCUMENT {
        return Err(user(format!("Tệp {} nặng quá 20 MB.", path.display())));
    }
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

/// The words of a file.
pub(super) fn words<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, CommandError> {
    let wrong = |_| user(format!("Tệp {} không phải văn bản UTF-8.", path.display()));
    std::str::from_utf8(bytes).map_err(wrong)
}

/// Puts files with a notice, as many as it takes.
pub(in crate::app) async fn attach(
    desk: &Desk,
    notice: &mut NewNotice,
    paths: &[PathBuf],
) -> Result<(), CommandError> {
    if paths.len() > MOST_FILES {
        return Err(user(format!("Mỗi thông báo kèm tối đa {MOST_FILES} tệp.")));
    }
    for path in paths {
        notice.files.push(store_file(desk, path).await?);
    }
    Ok(())
}

/// The text as it is kept, if it is not too long.
pub(super) fn short(text: Rich) -> Result<Rich, CommandError> {
    if text.text.chars().count() > MOST_TEXT {
        return Err(user(format!("Nội dung dài quá {MOST_TEXT} ký tự.")));
    }
    Ok(text.cleaned(MOST_TEXT))
}

fn unreadable(path: &Path, error: &std::io::Error) -> CommandError {
    user(format!("Không đọc được tệp {}: {error}.", path.display()))
}

/// Keeps a file that goes along.
async fn store_file(desk: &Desk, path: &Path) -> Result<NewFile, CommandError> {
    let size = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if size > MOST_BYTES {
        return Err(user(format!("Tệp {} nặng quá 50 MB.", path.display())));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let name = path.file_name().and_then(|name| clean_line(&name.to_string_lossy(), 120));
    let (mime, kind) = match image::guess_format(&bytes) {
        Ok(image::ImageFormat::Jpeg) if size <= MOST_PHOTO => ("image/jpeg", FileKind::Photo),
        Ok(image::ImageFormat::Png) if size <= MOST_PHOTO => ("image/png", FileKind::Photo),
        _ if bytes.starts_with(b"%PDF") => ("application/pdf", FileKind::Document),
        _ => ("application/octet-stream", FileKind::Document),
    };
    let sha256 = desk.store.put_blob(bytes, mime).await?;
    let name = name.unwrap_or_else(|| "tep".to_owned());
    Ok(NewFile { name, mime: mime.to_owned(), kind, from: FileFrom::Stored(sha256) })
}
