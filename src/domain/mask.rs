//! Masking what names a private person in everything that leaves a case.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::text::{contains_words, fold};

/// How much of the text before a number says what the number is, in characters.
const CONTEXT: usize = 30;

/// The longest number that names somebody: that of a bank card, and one more.
const MOST_DIGITS: usize = 20;

/// One of ours: it does not change at run time, and a test uses every one.
#[allow(clippy::expect_used, reason = "a pattern of ours that cannot be read is found by every test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"));
/// `24A-123.45`, `29-H1 234.56`, `30F12345`. The forms of circular 79/2024/TT-BCA.
static PLATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b[0-9]{2}-?([A-ZĐ]{1,2})[0-9]?[ .-]?(?:[0-9]{3}\.?[0-9]{2}|[0-9]{4})\b"));
/// Nine digits and more, each said as a word.
static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    const DIGIT: &str =
        "không|khong|một|mốt|mot|hai|ba|bốn|bon|tư|tu|năm|nam|lăm|lam|sáu|sau|bảy|bẩy|bay|tám|tam|chín|chin";
    pattern(&format!(r"(?i)\b(?:{DIGIT})(?:[\s,.-]+(?:{DIGIT}|[0-9])\b){{8,}}"))
});
/// Digits, with what may stand between those of one number.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\+?[0-9](?:[ .()-]{0,2}[0-9])*"));
/// A date with dots or dashes.
static DATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:[0-9]{1,2}[.-][0-9]{1,2}[.-][0-9]{4}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})$"));

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Phone,
    Papers,
    Account,
}

impl Kind {
    fn masked(self) -> &'static str {
        match self {
            Self::Phone => "[số điện thoại]",
            Self::Papers => "[số giấy tờ]",
            Self::Account => "[số tài khoản]",
        }
    }

    /// What the words before a number say that it is.
    fn announced(before: &str) -> Option<Self> {
        // What is masked already announces nothing.
        let before = before.rsplit(']').next().unwrap_or_default();
        let from = before.char_indices().rev().nth(CONTEXT - 1).map_or(0, |(at, _)| at);
        let words = fold(&before[from..]);
        let said = |known: &[&str]| known.iter().any(|known| contains_words(&words, known));
        if said(&["cccd", "cmnd", "cmt", "can cuoc", "chung minh", "giay to", "dinh danh"]) {
            Some(Self::Papers)
        } else if said(&["stk", "tai khoan", "tk"]) {
            Some(Self::Account)
        } else if said(&["sdt", "dt", "dien thoai", "so may", "alo", "zalo", "goi", "lien he", "tel"]) {
            Some(Self::Phone)
        } else {
            None
        }
    }
}

/// The text with telephone, identity and account numbers, e-mail addresses and licence plates masked. Dates, case
/// codes, amounts and distances stay. Masking twice changes nothing.
pub fn mask(text: &str) -> String {
    let text = EMAIL.replace_all(text, "[e-mail]");
    let text = PLATE.replace_all(&text, |found: &Captures<'_>| {
        let unit = ["km", "ha", "kg", "cm", "mm", "ml"].contains(&found[1].to_lowercase().as_str());
        if unit { found[0].to_owned() } else { "[biển số]".to_owned() }
    });
    let text = SPELLED.replace_all(&text, Kind::Phone.masked());
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for run in DIGITS.find_iter(&text) {
        masked.push_str(&text[end..run.start()]);
        let piece = mask_run(&text[..run.start()], run.as_str(), &text[run.end()..]);
        // Of "(84) 912…" the parenthesis is a part.
        let opened = run.as_str().find(')').is_some_and(|at| !run.as_str()[..at].contains('('));
        if opened && piece.starts_with('[') && masked.ends_with('(') {
            masked.pop();
        }
        masked.push_str(&piece);
        end = run.end();
    }
    masked.push_str(&text[end..]);
    masked
}

/// Whether there is anything to mask.
pub fn names_somebody(text: &str) -> bool {
    mask(text) != text
}

/// Masks the numbers in a run of digits: several may stand beside each other, with nothing but a blank between.
fn mask_run(before: &str, run: &str, after: &str) -> String {
    let groups: Vec<&str> = run.split(' ').collect();
    let mut masked: Vec<&str> = Vec::new();
    let mut seen = before.to_owned();
    let mut first = 0;
    while first < groups.len() {
        // A group has a digit at least.
        let announced = Kind::announced(&seen);
        let most = groups.len().min(first + MOST_DIGITS);
        let found = (first + 1..=most).rev().find_map(|last| {
            let written = groups[first..last].join(" ");
            let glued = (first == 0 && is_glued(before.chars().rev()))
                || (last == groups.len() && is_glued(after.chars()));
            let after = if last == groups.len() { after } else { "" };
            kind(&written, announced, after, glued).map(|kind| (last, kind))
        });
        let next = found.map_or(first + 1, |(last, _)| last);
        for group in &groups[first..next] {
            seen.push_str(group);
            seen.push(' ');
        }
        match found {
            Some((last, kind)) => {
                masked.push(kind.masked());
                first = last;
            }
            None => {
                masked.push(groups[first]);
                first += 1;
            }
        }
    }
    masked.join(" ")
}

/// Whether what comes next belongs to the same word: `ML-2026-0042`, `30/2020/NĐ-CP`.
fn is_glued(mut next: impl Iterator<Item = char>) -> bool {
    match next.next() {
        Some('-' | '/' | '.') => next.next().is_some_and(char::is_alphanumeric),
        Some(c) => c.is_alphanumeric(),
        None => false,
    }
}

fn kind(written: &str, announced: Option<Kind>, after: &str, glued: bool) -> Option<Kind> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let unbroken = digits == written;
    let (length, zero) = (digits.len(), digits.starts_with('0'));
    if !(6..=MOST_DIGITS).contains(&length) {
        return None;
    }
    if zero && unbroken && length == 10 {
        return Some(Kind::Phone);
    }
    if glued && announced.is_none() || DATE.is_match(written) || is_amount(written, announced, after) {
        return None;
    }
    let abroad = digits.starts_with("84") && (length == 11 || (length == 12 && written.contains('+')));
    match length {
        10 | 11 if zero => Some(Kind::Phone),
        _ if abroad => Some(Kind::Phone),
        9 if announced == Some(Kind::Phone) && !zero => Some(Kind::Phone),
        _ if announced == Some(Kind::Account) => Some(Kind::Account),
        9 | 12 if unbroken || zero || announced == Some(Kind::Papers) => Some(Kind::Papers),
        13..=19 if unbroken => Some(Kind::Account),
        _ => None,
    }
}

/// An amount of something: `1.500.000`, `1 500 000`, or a number with what it counts behind it.
fn is_amount(written: &str, announced: Option<Kind>, after: &str) -> bool {
    let counts = |groups: &[&str]| {
        groups.len() > 1
            && !written.starts_with('0')
            && (1..=3).contains(&groups[0].len())
            && groups[1..].iter().all(|group| group.len() == 3)
            && groups.iter().all(|group| group.chars().all(|c| c.is_ascii_digit()))
    };
    let dots: Vec<&str> = written.split('.').collect();
    let blanks: Vec<&str> = written.split(' ').collect();
    if counts(&dots) || (announced.is_none() && counts(&blanks)) {
        return true;
    }
    const COUNTED: [&str; 14] =
        ["dong", "d", "vnd", "trieu", "ty", "luot", "nguoi", "ho", "m", "m2", "km", "ha", "kg", "tan"];
    let next = fold(after.split_whitespace().next().unwrap_or_default());
    !written.starts_with('0') && COUNTED.contains(&next.trim_matches(|c: char| !c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_names_a_person_is_masked() {
        for (text, masked) in [
            ("gọi 0912345678 nhé", "gọi [số điện thoại] nhé"),
            ("gọi 0912.345.678, gấp", "gọi [số điện thoại], gấp"),
            ("số 0912 345 678 của anh", "số [số điện thoại] của anh"),
            ("(+84912345678)", "([số điện thoại])"),
            ("CCCD 001099012345", "CCCD [số giấy tờ]"),
            ("thư an.nv@example.vn.", "thư [e-mail]."),
            ("xe 24A-123.45 chở gỗ", "xe [biển số] chở gỗ"),
            ("xe 29H1-234.56", "xe [biển số]"),
        ] {
            assert_eq!(mask(text), masked);
        }
    }

    #[test]
    fn what_names_nobody_stays() {
        for text in [
            "ngày 07/12/2026",
            "ML-2026-0042",
            "1.500.000 đồng",
            "km 12+500 quốc lộ 12",
            "279 buổi, 39.249 lượt",
            "Nghị định 30/2020/NĐ-CP",
            "3 hộ dân",
            "08:00 07/12/2026",
            "cách 350 m",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    /// Masks every line of the labelled texts: what was masked of what had to be, and of what was masked what had to be.
    #[test]
    fn labelled_texts_are_masked_where_they_have_to_be() {
        let (mut found, mut wanted, mut masked) = (0_u32, 0_u32, 0_u32);
        let mut wrong = Vec::new();
        let file = include_str!("../../tests/data/masking.txt");
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let pieces: Vec<&str> = line.split(['⟦', '⟧']).collect();
            let result = mask(&pieces.concat());
            let marks = u32::try_from(result.matches('[').count()).expect("few");
            let named: Vec<&str> = pieces.iter().skip(1).step_by(2).copied().collect();
            let stays = pieces.iter().step_by(2).all(|piece| result.contains(piece));
            let hidden = named.iter().filter(|name| !result.contains(**name)).count();
            let hidden = u32::try_from(hidden).expect("few").min(marks);
            let all = u32::try_from(named.len()).expect("few");
            wanted += all;
            masked += marks;
            // Where more than the number is gone, it does not count as right.
            found += if stays { hidden } else { 0 };
            if hidden != all || marks != all || !stays {
                wrong.push(format!("{line} → {result}"));
            }
        }
        let recall = f64::from(found) / f64::from(wanted);
        let precision = f64::from(found) / f64::from(masked);
        let wrong = wrong.join("\n");
        assert!(
            wanted >= 250 && recall >= 0.995 && precision >= 0.98,
            "{found} of {wanted}, {masked} masked\n{wrong}"
        );
    }

    #[test]
    fn a_text_of_nothing_but_digits_takes_no_time() {
        let digits = "1 ".repeat(5_000);
        assert_eq!(mask(&digits).len(), digits.len());
    }

    proptest! {
        #[test]
        fn masking_twice_changes_nothing(text in "[0-9a-zA-Z@. +/đ-]{0,80}") {
            let once = mask(&text);
            prop_assert_eq!(mask(&once), once.clone());
        }

        #[test]
        fn any_text_is_survived(text in ".*") {
            mask(&text);
        }
    }
}
