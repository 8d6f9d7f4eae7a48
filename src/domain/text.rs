//! Comparing and cleaning text.
use unicode_normalization::UnicodeNormalization;
/// Lower case, without diacritics.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
        .replace('đ', "d")
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
