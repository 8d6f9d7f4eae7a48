//! The lines with which a mail program introduces the mail that is answered.

/// The longest introduction: over so many lines, of so many characters.
const MOST_LINES: usize = 4;
const MOST_CHARS: usize = 320;

/// How an introduction begins, in lower case.
const BEGINNINGS: [&str; 9] = ["on ", "vào ", "ngày ", "lúc ", "vao ", "ngay ", "am ", "le ", "trong thư"];
/// How it ends.
const ENDINGS: [&str; 7] =
    ["wrote:", "đã viết:", "viết:", "da viet:", "đã viết như sau:", "đã trả lời:", "a écrit :"];

/// Names of the fields over an original, in lower case, as Outlook and others write them: who wrote it.
const WHO: [&str; 4] = ["from", "từ", "người gửi", "tu"];
/// All others.
const FIELDS: [&str; 20] = [
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "đã gửi",
    "ngày gửi",
    "gửi",
    "ngày",
    "thời gian",
    "tới",
    "đến",
    "người nhận",
    "gửi tới",
    "gửi đến",
    "chủ đề",
    "tiêu đề",
    "đồng gửi",
    "reply-to",
    "importance",
];

/// Whether these lines begin with an introduction, and over how many lines it goes.
pub(super) fn introduces(lines: &[&str]) -> Option<usize> {
    let first = plain(lines[0]);
    let begins = BEGINNINGS.iter().any(|beginning| first.starts_with(beginning));
    if !begins {
        // "Nguyễn Văn A <a@b.vn> đã viết:"
        let alone = ends(&first) && first.contains('@') && first.chars().count() <= MOST_CHARS;
        return alone.then_some(1);
    }
    let mut whole = String::new();
    for (at, line) in lines.iter().take(MOST_LINES).enumerate() {
        let line = plain(line);
        if line.is_empty() {
            return None;
        }
        whole.push_str(&line);
        if whole.chars().count() > MOST_CHARS {
            return None;
        }
        if ends(&whole) {
            // A sentence of the author's may end so, too: but it names no moment.
            return whole.chars().any(|c| c.is_ascii_digit()).then_some(at + 1);
        }
        whole.push(' ');
    }
    None
}

fn plain(line: &str) -> String {
    line.trim().trim_matches(['*', '_', '>', '-']).trim().to_lowercase()
}

fn ends(line: &str) -> bool {
    ENDINGS.iter().any(|ending| line.ends_with(ending))
}

/// Whether these lines begin with the head of an original: who wrote it, and at least two fields more.
pub(super) fn is_header_block(lines: &[&str]) -> bool {
    if !field(lines[0]).is_some_and(|name| WHO.contains(&name.as_str())) {
        return false;
    }
    let next = lines[1..].iter().filter(|line| !line.trim().is_empty()).take(6);
    let others = next.filter_map(|line| field(line)).filter(|name| FIELDS.contains(&name.as_str()));
    others.count() >= 2
}

/// The name of the field that a line holds, in lower case.
fn field(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches(['*', '_', '|']);
    let (name, _) = line.split_once(':')?;
    let name = name.trim_matches(['*', '_', ' ']).to_lowercase();
    (name.chars().count() <= 12).then_some(name)
}

/// Whether a line only parts what is above it from what is below.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.chars().count() >= 3 && line.chars().all(|c| matches!(c, '-' | '_' | '=' | '*' | '─'))
}
