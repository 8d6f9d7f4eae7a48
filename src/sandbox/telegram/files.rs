//! Files: taken in, described, handed out.

use std::io::Cursor;
use std::sync::Arc;

use bytes::Bytes;
use image::ImageReader;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::world::World;

/// What a file was sent as; Telegram does not let one be reused as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Photo,
    Document,
}

/// A file that the platform holds.
#[derive(Debug)]
pub(super) struct File {
    pub id: String,
    pub unique_id: String,
    pub usage: Use,
    /// Name, for documents.
    pub name: Option<String>,
    pub mime: Option<String>,
    pub bytes: Bytes,
    /// Width and height of a photo size.
    pub size: (u32, u32),
    /// Whether `bytes` must be scaled down to `size` when handed out.
    pub scaled: bool,
    pub path: String,
    /// All sizes of the same photo, small to large, by `file_id`.
    pub album: Vec<String>,
}

/// Longest sides of the sizes Telegram makes of a photo (`s`, `m`, `x`, `y`).
const SIDES: [u32; 4] = [90, 320, 800, 1280];
/// core.telegram.org/bots/api#sendphoto.
const LARGEST_PHOTO: usize = 10 << 20;
/// core.telegram.org/bots/api#senddocument.
const LARGEST_DOCUMENT: usize = 50 << 20;
/// core.telegram.org/bots/api#getfile.
pub(super) const LARGEST_DOWNLOAD: usize = 20 << 20;

impl File {
    /// A PhotoSize object.
    pub fn photo_size(&self) -> Value {
        let mut object = json!({"file_id": self.id, "file_unique_id": self.unique_id,
            "width": self.size.0, "height": self.size.1});
        // The size of a version that is made on demand is not known yet; the field is optional.
        if !self.scaled {
            object["file_size"] = json!(self.bytes.len());
        }
        object
    }

    /// A Document object.
    pub fn document(&self) -> Value {
        let mut object =
            json!({"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.bytes.len()});
        if let Some(name) = &self.name {
            object["file_name"] = json!(name);
        }
        if let Some(mime) = &self.mime {
            object["mime_type"] = json!(mime);
        }
        object
    }

    /// The bytes as they are downloaded. May take a while for a scaled picture.
    pub fn content(&self) -> Bytes {
        if !self.scaled {
            return self.bytes.clone();
        }
        let mut out = Cursor::new(Vec::new());
        let small = image::load_from_memory(&self.bytes)
            .map(|picture| picture.thumbnail(self.size.0, self.size.1).to_rgb8());
        match small.and_then(|picture| picture.write_to(&mut out, image::ImageFormat::Jpeg)) {
            Ok(()) => out.into_inner().into(),
            // Its head was readable when it came, its body is not: the original is the best there is.
            Err(_) => self.bytes.clone(),
        }
    }
}

impl World {
    fn keep(&mut self, file: File) -> Arc<File> {
        let file = Arc::new(file);
        self.files.insert(file.id.clone(), Arc::clone(&file));
        self.paths.insert(file.path.clone(), Arc::clone(&file));
        file
    }

    /// Takes in a picture and makes its sizes.
    pub fn keep_photo(&mut self, bytes: Bytes) -> Result<Vec<Arc<File>>, Refusal> {
        if bytes.len() > LARGEST_PHOTO {
            return Err(Refusal::too_large());
        }
        let unreadable = || Refusal::wrong("IMAGE_PROCESS_FAILED");
        let reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format().map_err(|_| unreadable())?;
        let (width, height) = reader.into_dimensions().map_err(|_| unreadable())?;
        // core.telegram.org/bots/api#sendphoto: together at most 10000, ratio at most 20.
        if width + height > 10_000 || width > height * 20 || height > width * 20 {
            return Err(Refusal::wrong("PHOTO_INVALID_DIMENSIONS"));
        }
        let longest = width.max(height);
        let mut sides: Vec<u32> = SIDES.into_iter().filter(|side| *side < longest).collect();
        if longest <= SIDES[3] {
            sides.push(longest);
        }
        let number = self.file_number();
        let ids: Vec<String> = sides.iter().map(|_| format!("AgACAgUAAxk{}", self.letters(40))).collect();
        let mut sizes = Vec::new();
        for (index, side) in sides.into_iter().enumerate() {
            let scale =
                |length: u32| (u64::from(length) * u64::from(side)).div_ceil(u64::from(longest).max(1));
            let size = (scale(width).try_into().unwrap_or(side), scale(height).try_into().unwrap_or(side));
            let unique_id = format!("AQAD{}", self.letters(12));
            sizes.push(self.keep(File {
                id: ids[index].clone(),
                unique_id,
                usage: Use::Photo,
                name: None,
                mime: Some("image/jpeg".into()),
                bytes: bytes.clone(),
                size,
                scaled: side != longest,
                path: format!("photos/file_{number}_{index}.jpg"),
                album: ids.clone(),
            }));
        }
        Ok(sizes)
    }

    /// Takes in a document.
    pub fn keep_document(&mut self, name: &str, mime: &str, bytes: Bytes) -> Result<Arc<File>, Refusal> {
        if bytes.len() > LARGEST_DOCUMENT {
            return Err(Refusal::too_large());
        }
        if bytes.is_empty() {
            return Err(Refusal::wrong("file must be non-empty"));
        }
        let number = self.file_number();
        let ending = name.rsplit_once('.').map_or("bin", |(_, ending)| ending);
        let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        let id = format!("BQACAgUAAxk{}", self.letters(40));
        let unique_id = format!("AgAD{}", self.letters(12));
        Ok(self.keep(File {
            id,
            unique_id,
            usage: Use::Document,
            name: Some(name.into()),
            mime: Some(mime.into()),
            bytes,
            size: (0, 0),
            scaled: false,
            path: format!("documents/file_{number}.{ending}"),
            album: Vec::new(),
        }))
    }

    /// A file that was sent before, by its `file_id`.
    pub fn known_file(&self, id: &str, usage: Use) -> Result<Arc<File>, Refusal> {
        if id.starts_with("http://") || id.starts_with("https://") {
            // The practice platform fetches nothing from outside.
            return Err(Refusal::bad("failed to get HTTP URL content"));
        }
        let file =
            self.files.get(id).ok_or_else(|| Refusal::bad("wrong file identifier/HTTP URL specified"))?;
        if file.usage != usage {
            let text = format!("can't use file of type {:?} as {usage:?}", file.usage);
            return Err(Refusal::wrong(text));
        }
        Ok(Arc::clone(file))
    }

    /// All sizes of the photo that this is one size of.
    pub fn sizes_of(&self, file: &File) -> Vec<Arc<File>> {
        file.album.iter().filter_map(|id| self.files.get(id).cloned()).collect()
    }
}
