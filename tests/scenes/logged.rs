//! What the service writes to its log while scenes are played, at every level and as it writes it for its
//! administrators.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use loa::app::logging::subscriber;
use loa::config::LogFormat;

/// Of all scenes of this run: nobody may be named in any of them.
static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// How often somebody looked.
static LOOKS: AtomicUsize = AtomicUsize::new(0);

#[derive(Clone, Copy)]
struct Kept;

impl Write for Kept {
    /// A line comes as one write. What goes wrong is also shown with a test that fails.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        if [" WARN ", " ERROR "].iter().any(|level| line.contains(level)) {
            eprint!("{line}");
        }
        WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// From now on what is logged is kept. The first call counts.
pub fn begin() {
    let all = subscriber("loa=trace,warn", LogFormat::Text, || Kept).expect("a filter");
    let _ = tracing::subscriber::set_global_default(all);
}

fn lines_with(words: &str) -> Vec<String> {
    let written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(&written);
    text.lines().filter(|line| line.contains(words)).map(str::to_owned).collect()
}

/// Fails where the log says who somebody is, how they are reached, or what they wrote.
pub fn must_name_nobody(said: &[&str]) {
    // What is logged does come here: a search in an empty log would find nothing either.
    let mark = format!("look-{:05}", LOOKS.fetch_add(1, Ordering::Relaxed));
    tracing::info!(target: "loa::scenes", mark, "a scene looks what was logged");
    assert_eq!(lines_with(&mark).len(), 1, "the log is not kept");
    for words in said {
        let named = lines_with(words);
        assert!(named.is_empty(), "{words:?} is in the log: {named:#?}");
    }
}
