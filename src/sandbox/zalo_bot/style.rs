//! Styles of stretches of a text (`text_styles`).

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// The codes that are documented, beside colours (`c_` and six hexadecimal digits).
const CODES: [&str; 15] = [
    "b", "i", "u", "s", "f_13", "f_15", "f_18", "f_20", "lst_1", "lst_2", "ind_1", "ind_2", "ind_3", "ind_4",
    "ind_5",
];

/// A stretch of a text that is shown in another way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZaloStyle {
    /// Where it begins, in UTF-16 units.
    pub start: usize,
    /// How long it is, in UTF-16 units.
    pub len: usize,
    /// What it looks like: `b`, `i`, `u`, `s`, `c_db342e` …
    pub st: Vec<String>,
}

/// Length of a text in UTF-16 units.
pub(super) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

fn is_code(code: &str) -> bool {
    let colour = code.strip_prefix("c_");
    let colour = colour.is_some_and(|c| c.len() == 6 && c.chars().all(|c| c.is_ascii_hexdigit()));
    colour || CODES.contains(&code)
}

/// Refuses styles that lie outside the text, cut a character in two, or are none.
pub(super) fn check(styles: &[ZaloStyle], text: &str) -> Result<(), Refusal> {
    let mut borders = vec![0];
    for c in text.chars() {
        borders.push(borders.last().unwrap_or(&0) + c.len_utf16());
    }
    for style in styles {
        let end = style.start.checked_add(style.len);
        let on_borders = [Some(style.start), end];
        let fits = on_borders.iter().all(|at| at.is_some_and(|at| borders.binary_search(&at).is_ok()));
        if style.len == 0 || !fits {
            return Err(Refusal::wrong("text_styles: a stretch does not lie in the text"));
        }
        if style.st.is_empty() {
            return Err(Refusal::wrong("text_styles: a stretch has no style"));
        }
        if let Some(code) = style.st.iter().find(|code| !is_code(code)) {
            return Err(Refusal::wrong(format!("text_styles: unknown style \"{code}\"")));
        }
    }
    Ok(())
}
