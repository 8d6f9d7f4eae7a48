//! Documents: those that people write elsewhere, read into text with emphasis (Markdown, and the DOCX of word
//! processors), and archives of files.

mod archive;
mod docx;
mod front;
mod markdown;
mod numbering;
mod pack;

pub use archive::{Archive, ArchiveError};
pub use docx::read_docx;
pub use front::{Front, split_front};
pub use markdown::read_markdown;

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error("không phải tệp DOCX; hãy mở bằng Word rồi lưu lại dạng .docx")]
    NoDocx,
    #[error("tệp DOCX lớn quá; hãy bớt hình, hoặc chia ra")]
    TooLarge,
    #[error("phần đầu tệp (giữa hai dòng ---): {0}")]
    Front(String),
}
