//! Lines as both protocols have them: bounded, and ended by CR LF alone.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// A conversation line by line.
pub(super) struct Lines {
    from: BufReader<OwnedReadHalf>,
    to: OwnedWriteHalf,
    /// What came of a line that is not at its end yet: who waits for one may be told to do something else meanwhile.
    begun: Vec<u8>,
}

impl Lines {
    pub fn new(stream: TcpStream) -> Lines {
        // Small answers must not wait for the client's delayed acknowledgement; without it, only slower.
        stream.set_nodelay(true).ok();
        let (from, to) = stream.into_split();
        Lines { from: BufReader::new(from), to, begun: Vec::new() }
    }

    /// The next line, without its end; `None` where the connection ended. Nothing is lost where nobody waits for it
    /// to its end.
    ///
    /// # Errors
    /// The connection's; a line of more than `most` bytes, or one that does not end in CR LF (`InvalidData`).
    pub async fn next(&mut self, most: usize) -> io::Result<Option<Vec<u8>>> {
        let left = (most + 2).saturating_sub(self.begun.len()) as u64;
        (&mut self.from).take(left).read_until(b'\n', &mut self.begun).await?;
        let mut line = std::mem::take(&mut self.begun);
        if line.is_empty() {
            return Ok(None);
        }
        if !line.ends_with(b"\r\n") {
            let why = match line.last() {
                Some(b'\n') => "the line does not end in CR LF",
                _ if line.len() >= most + 2 => "the line is too long",
                // It broke off.
                _ => return Err(io::ErrorKind::UnexpectedEof.into()),
            };
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        line.truncate(line.len() - 2);
        Ok(Some(line))
    }

    /// Writes something, ends of lines included.
    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.to.write_all(bytes.as_ref()).await
    }
}
