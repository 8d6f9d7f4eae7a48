//! What the program writes about itself, to standard error. Never a secret, at whatever level.

use std::io::{self, Write};

use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use crate::config::{Log, LogFormat};

/// The variable that stands above `[log] level`.
pub const VARIABLE: &str = "LOA_LOG";

/// Begins to log as the configuration says, or `LOA_LOG`.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(log: &Log) -> Result<(), tracing_subscriber::filter::ParseError> {
    let level = std::env::var(VARIABLE).unwrap_or_else(|_| log.level.clone());
    install(subscriber(&level, log.format, io::stderr)?);
    Ok(())
}

/// For commands: only what goes wrong, or what `LOA_LOG` asks for.
pub fn quiet() {
    let asked = std::env::var(VARIABLE).ok();
    let chosen = asked.and_then(|level| subscriber(&level, LogFormat::Text, io::stderr).ok());
    if let Some(chosen) = chosen.or_else(|| subscriber("error", LogFormat::Text, io::stderr).ok()) {
        install(chosen);
    }
}

/// The first one stays. The records of the crate `log` are not taken up: HTTP clients write addresses with
/// tokens there.
fn install(subscriber: impl Subscriber + Send + Sync) {
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// What is written, in this form, to a writer of one's own: what may be seen there is all that the service ever writes.
///
/// # Errors
/// A filter that cannot be read.
pub fn subscriber<W>(
    level: &str,
    format: LogFormat,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + use<W>, tracing_subscriber::filter::ParseError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let writer = Masked(writer);
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let asked = EnvFilter::try_new(level)?;
    Ok(Registry::default().with(lines.with_filter(filter_fn(may_speak))).with(asked))
}

/// Holds whatever filter is asked for: other crates say only what goes wrong, since their chatter holds
/// addresses with tokens, and what people wrote; and the chat library, whose errors do too, says nothing.
fn may_speak(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let of = |name: &str| target == name || target.starts_with(&format!("{name}::"));
    if of("loa") {
        return true;
    }
    let most = if of("teloxide") || of("teloxide_core") || of("reqwest") {
        LevelFilter::OFF
    } else {
        LevelFilter::WARN
    };
    *metadata.level() <= most
}

/// A writer that puts `…` in the place of everything that looks like a bot's token, should one ever get as
/// far as here.
struct Masked<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for Masked<W> {
    type Writer = MaskedWriter<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        MaskedWriter(self.0.make_writer())
    }
}

struct MaskedWriter<W>(W);

impl<W: Write> Write for MaskedWriter<W> {
    /// A line of the log comes as one write.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(&without_tokens(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A token is the bot's number, a colon and about 35 characters
/// (<https://core.telegram.org/bots/api#authorizing-your-bot>). The number alone is no secret.
fn without_tokens(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(colon) = rest.iter().position(|byte| *byte == b':') {
        let digits = rest[..colon].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let after = &rest[colon + 1..];
        let secret = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte == b'-';
        let length = after.iter().take_while(secret).count();
        out.extend_from_slice(&rest[..=colon]);
        rest = after;
        if digits >= 5 && length >= 16 {
            out.extend_from_slice("…".as_bytes());
            rest = &after[length..];
        }
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(level: &str, format: LogFormat, speak: impl FnOnce()) -> String {
        let paper = Paper::default();
        let writer = paper.clone();
        let chosen = subscriber(level, format, move || writer.clone()).expect("a filter");
        tracing::subscriber::with_default(chosen, speak);
        let bytes = paper.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).expect("text")
    }

    const TOKEN: &str = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_-";

    #[test]
    fn a_token_is_never_written_at_any_level() {
        for format in [LogFormat::Text, LogFormat::Json] {
            for level in ["trace", "hyper=trace,reqwest=trace,teloxide=trace,loa=trace"] {
                let text = written(level, format, || {
                    tracing::trace!(target: "hyper::proto", "GET /bot{TOKEN}/sendMessage");
                    tracing::error!(target: "teloxide::error_handlers", "at /bot{TOKEN}/getMe");
                    tracing::error!(target: "reqwest::connect", url = TOKEN, "refused");
                    tracing::warn!(target: "h2", "bot{TOKEN}");
                    tracing::error!(target: "loa::jobs", cause = %format!("http://x/bot{TOKEN}/getMe"), "end");
                });
                assert!(!text.contains("AAHdqTcvCH1v"), "{text}");
                assert!(text.contains("http://x/bot123456789:…/getMe"), "{text}");
            }
        }
    }

    #[test]
    fn other_crates_say_only_what_goes_wrong() {
        let text = written("trace", LogFormat::Text, || {
            tracing::debug!(target: "sqlx::query", "what people wrote");
            tracing::warn!(target: "sqlx::query", "slow");
            tracing::debug!(target: "loa::jobs", "ours");
        });
        assert!(!text.contains("what people wrote"));
        assert!(text.contains("slow") && text.contains("ours"));
    }

    #[test]
    fn times_of_day_and_places_stay_as_they_are() {
        let line = "2026-11-23T08:00:00.123456Z  INFO loa::jobs::outbox: 12345:short src/store/db.rs:42";
        assert_eq!(without_tokens(line.as_bytes()), line.as_bytes());
    }
}
