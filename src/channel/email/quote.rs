//! What somebody wrote, without what their mail program added: the mail that is answered, and the signature.

use super::attribution::{introduces, is_header_block, is_rule};

/// Lines that end what somebody wrote, in lower case: what phones and programs add by themselves.
const SENT_FROM: [&str; 9] = [
    "sent from my ",
    "sent from outlook",
    "sent from yahoo",
    "get outlook for ",
    "đã gửi từ iphone",
    "đã gửi từ ipad",
    "gửi từ iphone",
    "gửi từ ipad",
    "tải outlook cho ",
];
/// The same, where the next word has to be one of a device or program.
const SENT: [&str; 4] = ["gửi từ ", "đã gửi từ ", "được gửi từ ", "sent from "];
const DEVICES: [&str; 12] = [
    "điện thoại",
    "thiết bị",
    "máy tính",
    "samsung",
    "galaxy",
    "android",
    "yahoo",
    "outlook",
    "mail",
    "thư",
    "zalo",
    "gmail",
];
/// The title over an original that is answered, between dashes, in lower case.
const ORIGINALS: [&str; 6] = [
    "original message",
    "original appointment",
    "thư gốc",
    "tin nhắn gốc",
    "thông báo gốc",
    "nguyên văn thư gốc",
];

/// The words of a mail's author. What was forwarded is left in: it is what the mail is about.
pub(super) fn own_words(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\u{a0}', '\u{202f}'], " ");
    let text: String = text.chars().filter(|c| !matches!(c, '\u{200b}' | '\u{feff}' | '\r')).collect();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let rest = &lines[at..];
        if ends_here(rest) {
            break;
        }
        if let Some(taken) = introduces(rest) {
            // Quoted line by line, the answer may stand below. Otherwise nothing tells where the original ends.
            match rest[taken..].iter().find(|line| !line.is_empty()) {
                Some(next) if is_quoted(next) => at += taken,
                _ => break,
            }
            continue;
        }
        if !is_quoted(lines[at]) {
            kept.push(lines[at]);
        }
        at += 1;
    }
    while kept.last().is_some_and(|line| line.trim().is_empty() || is_rule(line)) {
        kept.pop();
    }
    without_gaps(&kept)
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Whether nothing that follows is the author's.
fn ends_here(lines: &[&str]) -> bool {
    let line = lines[0];
    // "-- " alone in a line begins a signature (RFC 3676, 4.3).
    line == "--" || is_sent_from(line) || is_original(line) || is_header_block(lines)
}

fn is_sent_from(line: &str) -> bool {
    let line = line.trim().trim_matches(['*', '_', '<', '>']).to_lowercase();
    if line.chars().count() > 100 {
        return false;
    }
    let device = |rest: &str| DEVICES.iter().any(|device| rest.starts_with(device));
    SENT_FROM.iter().any(|beginning| line.starts_with(beginning))
        || SENT.iter().any(|beginning| line.strip_prefix(beginning).is_some_and(device))
}

fn is_original(line: &str) -> bool {
    let line = line.trim();
    let bare = line.trim_matches(['-', '_', '=', ' ', '*']).to_lowercase();
    bare.len() < line.len() && ORIGINALS.contains(&bare.trim_end_matches(':'))
}

/// The lines as a text, with at most one empty line between two that say something.
fn without_gaps(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut gap = false;
    for line in lines {
        if line.trim().is_empty() {
            gap = !out.is_empty();
            continue;
        }
        if !out.is_empty() {
            out.push_str(if gap { "\n\n" } else { "\n" });
        }
        out.push_str(line);
        gap = false;
    }
    out
}
