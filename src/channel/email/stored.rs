//! A mail as it is kept in the inbox: where it lies at the server, and its bytes without what makes it heavy. Pictures
//! and other files are fetched from the server when they are wanted.

use mail_parser::{Message, MessageParser, PartType};

/// Where a mail lies: the mailbox's generation and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// UIDVALIDITY: another one means that all numbers were given anew (RFC 9051, 2.3.1.1).
    pub validity: u32,
    pub uid: u32,
}

/// As much as is kept of a file that came with a mail: its beginning, by which small ones are known.
const KEEP: usize = 16 * 1024;
/// The beginning of everything that is kept of a mail.
const MARK: &str = "loa-mail";

/// A mail as it is kept.
pub(super) struct Stored<'a> {
    pub spot: Spot,
    /// In bytes, at the server.
    pub size: u64,
    /// Whether only its head is here, because it is too heavy.
    pub head_only: bool,
    pub bytes: &'a [u8],
}

impl Spot {
    /// As one number, by which the next mails are asked for: always above 0, and larger for a later mail. Of the
    /// generation it holds 31 bits, since it is signed.
    pub(super) fn number(self) -> i64 {
        (i64::from(self.validity & 0x7fff_ffff) << 32) | i64::from(self.uid)
    }

    /// The mails of this generation that a number has come to; 0 for one of another generation.
    pub(super) fn reached(validity: u32, number: i64) -> u32 {
        let ours = number >> 32 == i64::from(validity & 0x7fff_ffff);
        if ours { u32::try_from(number & 0xffff_ffff).unwrap_or(0) } else { 0 }
    }

    /// As a text: `123:45`.
    pub(super) fn code(self) -> String {
        format!("{}:{}", self.validity, self.uid)
    }

    pub(super) fn read(code: &str) -> Option<Self> {
        let (validity, uid) = code.split_once(':')?;
        Some(Self { validity: validity.parse().ok()?, uid: uid.parse().ok()? })
    }
}

impl<'a> Stored<'a> {
    /// What is kept of a mail.
    pub(super) fn write(spot: Spot, size: u64, head_only: bool, mail: &[u8]) -> Vec<u8> {
        let what = if head_only { "head" } else { "whole" };
        let mut out = format!("{MARK} {} {size} {what}\n", spot.code()).into_bytes();
        out.extend(if head_only { mail.to_vec() } else { slim(mail) });
        out
    }

    /// Reads it again; `None` for anything else.
    pub(super) fn read(raw: &'a [u8]) -> Option<Self> {
        let end = raw.iter().take(100).position(|byte| *byte == b'\n')?;
        let line = str::from_utf8(&raw[..end]).ok()?;
        let mut words = line.strip_prefix(MARK)?.split_whitespace();
        let spot = Spot::read(words.next()?)?;
        let size = words.next()?.parse().ok()?;
        let head_only = words.next()? == "head";
        Some(Self { spot, size, head_only, bytes: &raw[end + 1..] })
    }
}

/// The mail with every file cut to its beginning. All parts stay where they are.
fn slim(mail: &[u8]) -> Vec<u8> {
    let Some(parsed) = MessageParser::default().parse(mail) else { return mail.to_vec() };
    let mut out = Vec::with_capacity(mail.len().min(256 * 1024));
    let mut at = 0;
    for (from, to) in heavy(&parsed) {
        if from >= at && to <= mail.len() {
            out.extend_from_slice(&mail[at..from]);
            at = to;
        }
    }
    out.extend_from_slice(&mail[at..]);
    out
}

/// What is left out: ranges of bytes, in order.
fn heavy(mail: &Message<'_>) -> Vec<(usize, usize)> {
    let files = mail.parts.iter().filter(|part| {
        matches!(part.body, PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_))
    });
    let ranges = files.map(|part| (part.offset_body as usize + KEEP, part.offset_end as usize));
    ranges.filter(|(from, to)| from < to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_up_within_a_generation_and_begin_anew_with_the_next() {
        let spot = |validity, uid| Spot { validity, uid };
        assert!(spot(7, 2).number() > spot(7, 1).number() && spot(7, 1).number() > 0);
        assert!(spot(u32::MAX, u32::MAX).number() > 0);
        assert_eq!(Spot::reached(u32::MAX, spot(u32::MAX, u32::MAX).number()), u32::MAX);
        assert_eq!((Spot::reached(7, spot(7, 9).number()), Spot::reached(8, spot(7, 9).number())), (9, 0));
        assert_eq!(Spot::reached(7, 0), 0);
        assert_eq!(Spot::read(&spot(3, 4).code()), Some(spot(3, 4)));
    }

    fn with_picture(bytes: usize) -> Vec<u8> {
        let picture = "QUJD".repeat(bytes / 3);
        format!(
            "From: a@b.vn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\ntrước\r\n--b\r\nContent-Type: image/jpeg; name=\"a.jpg\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--b\r\nContent-Type: text/plain\r\n\r\nsau\r\n--b--\r\n"
        )
        .into_bytes()
    }

    #[test]
    fn what_is_heavy_is_left_out_and_every_part_is_still_there() {
        let spot = Spot { validity: 1, uid: 2 };
        let (small, large) = (with_picture(300), with_picture(3_000_000));
        let kept = Stored::write(spot, 300, false, &small);
        assert!(kept.ends_with(&small));
        let kept = Stored::write(spot, 3_000_000, false, &large);
        assert!(kept.len() < 2 * KEEP, "{}", kept.len());
        let stored = Stored::read(&kept).expect("a mail");
        assert_eq!((stored.spot, stored.size, stored.head_only), (spot, 3_000_000, false));
        let (before, after) =
            (MessageParser::default().parse(&large), MessageParser::default().parse(stored.bytes));
        let (before, after) = (before.expect("a mail"), after.expect("a mail"));
        assert_eq!(before.parts.len(), after.parts.len());
        assert_eq!(before.body_text(0), after.body_text(0));
        assert_eq!(before.body_text(1), after.body_text(1));
    }

    #[test]
    fn anything_else_is_no_mail() {
        for raw in [&b""[..], b"{}", b"loa-mail", b"loa-mail 1:2\n", b"loa-mail x 1 head\nSubject: a"] {
            assert!(Stored::read(raw).is_none());
        }
    }
}
