//! Comparing and cleaning what people type.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// What two spellings of a name have in common: lower case, no diacritics, đ as d, single blanks, nothing
/// invisible. For comparing, never for showing.
pub fn fold(text: &str) -> String {
    let bare = text
        .nfd()
        .filter(|c| !is_combining_mark(*c) && !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c });
    let mut folded = String::with_capacity(text.len());
    for c in bare {
        if c.is_whitespace() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else if !c.is_control() {
            folded.push(c);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// One line, composed, without controls, at most `max` characters, cut on a grapheme border.
/// `None` if nothing is left.
pub fn clean_line(text: &str, max: usize) -> Option<String> {
    // Blanks can meet when what is invisible between them is gone.
    let seen: String =
        text.chars().filter(|c| c.is_whitespace() || !(c.is_control() || is_invisible(*c))).collect();
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    clean_text(&line, max)
}

/// The text composed, without controls but with its line breaks (two in a row at most), trimmed, at most
/// `max` characters, cut on a grapheme border. `None` if nothing is left.
pub fn clean_text(text: &str, max: usize) -> Option<String> {
    let mut clean = String::with_capacity(text.len().min(max * 4));
    let mut count = 0;
    let mut breaks = 0;
    // Composed after what is invisible is gone: it can stand between a letter and its marks.
    let seen = text.chars().filter(|c| is_kept(*c));
    let composed: String = seen.nfc().collect();
    for grapheme in composed.trim().graphemes(true) {
        let size = grapheme.chars().count();
        if count + size > max {
            break;
        }
        breaks = if grapheme == "\n" { breaks + 1 } else { 0 };
        if breaks <= 2 {
            clean.push_str(grapheme);
            count += size;
        }
    }
    clean.truncate(clean.trim_end().len());
    (!clean.is_empty()).then_some(clean)
}

/// The text cut to `max` characters on a grapheme border, with `…` where something was left out.
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut count = 1;
    for grapheme in text.graphemes(true) {
        count += grapheme.chars().count();
        if count > max {
            break;
        }
        short.push_str(grapheme);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// Where `needle` stands in `haystack` as whole words; both folded.
pub fn find_words(haystack: &str, needle: &str) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    haystack.match_indices(needle).map(|(at, _)| at).find(|at| {
        let before = haystack[..*at].chars().next_back();
        let after = haystack[at + needle.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Whether `needle` stands in `haystack` as whole words; both folded.
pub fn contains_words(haystack: &str, needle: &str) -> bool {
    find_words(haystack, needle).is_some()
}

/// Whether a character stays in a text of several lines.
pub(super) fn is_kept(c: char) -> bool {
    c == '\n' || !(c.is_control() || is_invisible(c))
}

/// Zero-width characters and those that turn the direction of writing: nobody sees them, and they hide
/// what a text says.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_the_same_without_diacritics_and_case() {
        assert_eq!(fold("  Phường  ĐƯỜNG Mới\u{200b} "), "phuong duong moi");
        assert_eq!(fold("Nguyễn"), fold("nguye\u{0302}\u{0303}n"));
    }

    #[test]
    fn words_are_found_on_their_borders_only() {
        assert!(contains_words("sat lo dat o ban lech", "sat lo"));
        assert!(!contains_words("sat lon", "sat lo"));
        assert!(contains_words("(sat lo)", "sat lo"));
    }

    #[test]
    fn a_long_text_is_cut_where_a_reader_would() {
        assert_eq!(shorten("đường hỏng", 20), "đường hỏng");
        assert_eq!(shorten("đường hỏng", 7), "đường…");
    }

    #[test]
    fn marks_that_something_invisible_stood_between_are_composed() {
        let once = clean_line("e\u{302}\u{feff}\u{330}", 20).expect("a letter");
        assert_eq!(clean_line(&once, 20), Some(once));
        assert_eq!(clean_line("một \u{200b} hai", 20).as_deref(), Some("một hai"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
        }

        #[test]
        fn cleaned_text_is_bounded(text in ".*", max in 1_usize..50) {
            if let Some(clean) = clean_text(&text, max) {
                prop_assert!(clean.chars().count() <= max);
            }
            prop_assert!(shorten(&text, max).chars().count() <= max.max(1));
        }
    }
}
