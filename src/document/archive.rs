//! Files put together in one: a zip, as every system opens it.

use std::io::{Seek, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A zip that is being written.
pub struct Archive<W: Write + Seek>(ZipWriter<W>);

impl<W: Write + Seek> Archive<W> {
    /// Begins an empty one.
    pub fn new(to: W) -> Self {
        Self(ZipWriter::new(to))
    }

    /// Adds a file. The name has to be safe already, and none that is in it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        // Pictures and documents are packed already: smaller they hardly get.
        self.0.start_file(name, SimpleFileOptions::default())?;
        self.0.write_all(bytes)?;
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn end(self) -> Result<W, ArchiveError> {
        Ok(self.0.finish()?)
    }
}

/// Why an archive cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("the archive cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("the archive cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn what_is_put_in_comes_out() {
        let mut archive = Archive::new(Cursor::new(Vec::new()));
        archive.add("Xã A - báo cáo.pdf", b"%PDF-1.7").expect("added");
        archive.add("bang.csv", b"a,b").expect("added");
        let bytes = archive.end().expect("an end").into_inner();
        let mut read = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
        let names: Vec<String> = read.file_names().map(str::to_owned).collect();
        assert_eq!(names, ["Xã A - báo cáo.pdf", "bang.csv"]);
        let mut text = String::new();
        read.by_name("Xã A - báo cáo.pdf").expect("a file").read_to_string(&mut text).expect("text");
        assert_eq!(text, "%PDF-1.7");
    }
}
