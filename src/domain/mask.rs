//! Masking what names a private person in everything that leaves a case.

/// The text with telephone numbers, identity numbers, e-mail addresses and licence plates masked. Dates, case
/// codes, amounts and distances stay. Masking twice changes nothing.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for (word, blank) in words(text) {
        masked.push_str(&mask_word(word));
        masked.push_str(blank);
    }
    mask_spaced_numbers(&masked)
}

/// Whether there is anything to mask.
pub fn names_somebody(text: &str) -> bool {
    mask(text) != text
}

/// Words, each with the blanks behind it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_inclusive(char::is_whitespace).map(|piece| {
        let end = piece.trim_end_matches(char::is_whitespace).len();
        piece.split_at(end)
    })
}

fn mask_word(word: &str) -> String {
    let core_start = word.find(char::is_alphanumeric).or_else(|| word.find('+')).unwrap_or(word.len());
    let core_start = if word[..core_start].ends_with('+') { core_start - 1 } else { core_start };
    let core_end = word
        .rfind(char::is_alphanumeric)
        .map_or(core_start, |at| at + word[at..].chars().next().map_or(0, char::len_utf8));
    let core = &word[core_start..core_end.max(core_start)];
    let Some(replacement) = replacement(core) else { return word.to_owned() };
    format!("{}{}{}", &word[..core_start], replacement, &word[core_end..])
}

fn replacement(core: &str) -> Option<&'static str> {
    if is_email(core) {
        return Some("[e-mail]");
    }
    if is_plate(core) {
        return Some("[biển số]");
    }
    number_kind(core)
}

fn is_email(core: &str) -> bool {
    core.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    })
}

/// `24A-123.45`, `29H1-234.56`, `30F12345`.
fn is_plate(core: &str) -> bool {
    let compact: Vec<char> = core.chars().filter(|c| !matches!(c, '-' | '.' | ' ')).collect();
    if !(7..=9).contains(&compact.len()) || !compact.iter().all(char::is_ascii_alphanumeric) {
        return false;
    }
    let letters = compact[2..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let mut tail = &compact[2 + letters..];
    let digits_first = compact[..2].iter().all(char::is_ascii_digit);
    if !digits_first || !(1..=2).contains(&letters) || !tail.iter().all(char::is_ascii_digit) {
        return false;
    }
    // A motorcycle's series has a digit behind its letter.
    if tail.len() == 6 {
        tail = &tail[1..];
    }
    tail.len() == 4 || tail.len() == 5
}

/// A telephone or identity number: the digits alone, or with dots and dashes between.
fn number_kind(core: &str) -> Option<&'static str> {
    if !core.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
        return None;
    }
    // Three digits between dots are an amount of money: 1.500.000.
    let groups: Vec<&str> = core.split('.').collect();
    let amount = groups.len() > 1
        && !core.starts_with('0')
        && (1..=3).contains(&groups[0].len())
        && groups[1..].iter().all(|group| group.len() == 3);
    if amount {
        return None;
    }
    let digits: String = core.chars().filter(char::is_ascii_digit).collect();
    kind_of_digits(&digits, core.starts_with('+'))
}

fn kind_of_digits(digits: &str, plus: bool) -> Option<&'static str> {
    let phone = (digits.starts_with('0') && (digits.len() == 10 || digits.len() == 11))
        || (digits.starts_with("84") && (digits.len() == 11 || (plus && digits.len() == 12)));
    if phone {
        return Some("[số điện thoại]");
    }
    (digits.len() == 12 || digits.len() == 9).then_some("[số giấy tờ]")
}

/// Numbers whose digits stand in groups with blanks: `0912 345 678`.
fn mask_spaced_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let joined = out.chars().next_back().or_else(|| rest[..start].chars().next_back());
        let before = rest[..start].chars().next_back().or(if start == 0 { joined } else { None });
        let run = &rest[start..];
        let end = run.find(|c: char| !(c.is_ascii_digit() || c == ' ')).unwrap_or(run.len());
        let run = run[..end].trim_end();
        let groups: Vec<&str> = run.split(' ').filter(|group| !group.is_empty()).collect();
        let digits: String = groups.concat();
        let after = rest[start + run.len()..].chars().next();
        let free = !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '.'))
            && !after.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '-'));
        let grouped = groups.len() > 1 && groups.iter().all(|group| group.len() >= 2);
        out.push_str(&rest[..start]);
        match kind_of_digits(&digits, before == Some('+')) {
            Some(kind) if free && grouped && digits.len() != 9 => out.push_str(kind),
            _ => out.push_str(run),
        }
        rest = &rest[start + run.len()..];
    }
    out.push_str(rest);
    out
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
