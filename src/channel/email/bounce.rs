//! A mail that says that one of ours did not arrive (RFC 3464).

use mail_parser::{Message, MimeHeaders};

use crate::channel::cut;
use crate::domain::ids::MessageId;
use crate::domain::mask::mask;

use super::names::Names;

/// The longest reason that is kept, in UTF-16 units.
const MOST_WHY: usize = 300;
/// How much of the report is searched for the name of our mail, in bytes.
const MOST_SEARCHED: usize = 256 * 1024;

/// What became of one of our mails.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bounce {
    pub message: MessageId,
    /// Who should have got it; empty where the report does not say.
    pub recipient: String,
    pub why: String,
    /// Whether there is no such mailbox: no other mail will arrive either.
    pub for_good: bool,
}

/// What kind of report it is.
pub(super) fn is_report(mail: &Message<'_>) -> bool {
    let Some(kind) = mail.content_type() else { return false };
    let delivery =
        kind.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
    kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report")) && delivery
}

/// Reads a report; `None` where it is about a delay, or about none of our mails.
pub(super) fn read(mail: &Message<'_>, names: &Names) -> Option<Bounce> {
    let raw = mail.raw_message();
    let text = String::from_utf8_lossy(&raw[..raw.len().min(MOST_SEARCHED)]);
    let message = names.find(&text)?;
    let status = status_part(mail, raw);
    let field = |name: &str| field(&status, name);
    if !field("action").eq_ignore_ascii_case("failed") {
        return None;
    }
    let recipient = field("final-recipient");
    let recipient = recipient.split_once(';').map_or(recipient.as_str(), |(_, address)| address);
    let code = field("status");
    let diagnostic = field("diagnostic-code");
    let diagnostic = diagnostic.split_once(';').map_or(diagnostic.as_str(), |(_, words)| words).trim();
    let why = mask(&format!("thư bị trả lại: {code} {diagnostic}"));
    Some(Bounce {
        message,
        recipient: super::read::address(recipient),
        why: cut(why.trim(), MOST_WHY).to_owned(),
        for_good: is_for_good(&code, diagnostic),
    })
}

/// The fields about the recipient, from the part that is made for machines.
fn status_part(mail: &Message<'_>, raw: &[u8]) -> String {
    let is_status = |kind: &mail_parser::ContentType<'_>| {
        kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("delivery-status"))
    };
    let part = mail.parts.iter().find(|part| part.content_type().is_some_and(is_status));
    let range = part.map(|part| part.offset_body as usize..(part.offset_end as usize).min(raw.len()));
    let bytes = range.and_then(|range| raw.get(range)).unwrap_or_default();
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ")
}

fn field(status: &str, name: &str) -> String {
    let found = status.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    });
    found.unwrap_or_default()
}

/// A mailbox that is not there (5.1.x), was closed (5.2.1), or of which nothing closer is said (5.0.0). One that is full,
/// or a server that does not like what it was sent, is another matter.
fn is_for_good(code: &str, diagnostic: &str) -> bool {
    let refused = ["550", "551", "553"].iter().any(|reply| diagnostic.starts_with(reply));
    match code {
        "5.2.1" => true,
        "5.0.0" | "" => refused || diagnostic.is_empty(),
        code => code.starts_with("5.1."),
    }
}
