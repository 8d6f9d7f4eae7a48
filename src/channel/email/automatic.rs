//! Mails that no person wrote: they are not answered, so that two machines never write to each other without end.

use mail_parser::{HeaderValue, Message, MimeHeaders};

/// Beginnings of subjects, in lower case.
const SUBJECTS: [&str; 12] = [
    "out of office",
    "automatic reply",
    "auto reply",
    "autoreply",
    "auto:",
    "auto-reply",
    "trả lời tự động",
    "thư trả lời tự động",
    "tự động trả lời",
    "vắng mặt:",
    "phản hồi tự động",
    "abwesend",
];
/// Who writes by itself: what stands before the `@`.
const MACHINES: [&str; 7] =
    ["mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounce"];
/// Headers that only machines and mailing lists set.
const HEADERS: [&str; 6] =
    ["List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Autoresponse", "Feedback-ID"];

/// Whether a machine wrote it (RFC 3834, and what machines do that do not know it).
pub(super) fn is_automatic(mail: &Message<'_>, from: &str) -> bool {
    let local = from.split('@').next().unwrap_or_default();
    let machine = MACHINES.iter().any(|name| local == *name || local.starts_with(&format!("{name}-")));
    let subject = mail.subject().unwrap_or_default().trim().to_lowercase();
    let report = mail.content_type().is_some_and(|kind| kind.subtype() == Some("report"));
    machine
        || report
        || says_so(mail)
        || HEADERS.iter().any(|name| mail.header(*name).is_some())
        || SUBJECTS.iter().any(|beginning| subject.starts_with(beginning))
}

fn says_so(mail: &Message<'_>) -> bool {
    let value = |name: &'static str| word(mail.header_raw(name).unwrap_or_default());
    let submitted = value("Auto-Submitted");
    let precedence = value("Precedence");
    let nobody = mail.header_raw("Return-Path").is_some_and(|path| path.trim() == "<>");
    let asked = value("X-Auto-Response-Suppress");
    nobody
        || !(submitted.is_empty() || submitted == "no")
        || matches!(precedence.as_str(), "bulk" | "junk" | "list" | "auto_reply")
        || matches!(asked.as_str(), "all" | "oof")
}

/// The first word of a header, in lower case.
fn word(value: &str) -> String {
    let end = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '(');
    value.trim().split(end).next().unwrap_or_default().to_lowercase()
}

/// The names of the mails that this one answers, nearest first.
pub(super) fn answered<'a>(mail: &'a Message<'_>) -> Vec<&'a str> {
    let names = |value: &'a HeaderValue<'_>| match value {
        HeaderValue::Text(one) => vec![one.as_ref()],
        HeaderValue::TextList(many) => many.iter().rev().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    let mut all = names(mail.in_reply_to());
    all.extend(names(mail.references()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_known() {
        let automatic = |head: &str| {
            let raw = format!("{head}\r\nDate: Tue, 3 Mar 2026 08:00:00 +0700\r\n\r\nx");
            let mail = mail_parser::MessageParser::default().parse(raw.as_bytes()).expect("a mail");
            let from = mail.from().and_then(|from| from.first()?.address()).unwrap_or_default().to_owned();
            is_automatic(&mail, &from)
        };
        for head in [
            "From: a@b.vn\r\nAuto-Submitted: auto-replied (vacation)",
            "From: a@b.vn\r\nAuto-Submitted: auto-generated",
            "From: a@b.vn\r\nPrecedence: Bulk",
            "From: a@b.vn\r\nX-Autoreply: yes",
            "From: a@b.vn\r\nX-Auto-Response-Suppress: All",
            "From: a@b.vn\r\nReturn-Path: <>",
            "From: a@b.vn\r\nList-Id: <tin.b.vn>",
            "From: a@b.vn\r\nSubject: Automatic reply: Lịch họp",
            "From: a@b.vn\r\nSubject: =?utf-8?B?VHLhuqMgbOG7nWkgdOG7sSDEkeG7mW5n?=: Nghỉ phép",
            "From: MAILER-DAEMON@b.vn",
            "From: no-reply@b.vn",
            "From: a@b.vn\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x",
        ] {
            assert!(automatic(&head.replace("MAILER", "mailer").replace("DAEMON", "daemon")), "{head}");
        }
        for head in [
            "From: a@b.vn\r\nSubject: Báo nhanh",
            "From: a@b.vn\r\nAuto-Submitted: no",
            "From: a@b.vn\r\nReturn-Path: <a@b.vn>",
            "From: a@b.vn\r\nPrecedence: normal",
            "From: a@b.vn\r\nSubject: Tự động hóa trạm bơm",
            "From: postmasters-club@b.vn",
        ] {
            assert!(!automatic(head), "{head}");
        }
    }
}
