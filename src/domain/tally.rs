//! What units count of their own work, month by month: meetings, attendees, whatever the configuration names.

use std::collections::HashSet;
use std::fmt;

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::text::{contains_words, fold};
use super::time::VIETNAM;

/// Nobody counts more than this in a line: a slip of the finger.
pub const MOST: i64 = 10_000_000;
/// Indicators, and words of each: what fits a line and a screen.
const MOST_INDICATORS: usize = 12;

/// One thing that is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Kept with the figures; letters, digits and `_`.
    pub code: String,
    /// Shown after the number: "lượt người".
    pub label: String,
    /// Other words that mean it, compared without case and diacritics.
    #[serde(default)]
    pub words: Vec<String>,
}

/// All that is counted, in the order in which it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Indicators(pub Vec<Indicator>);

impl Default for Indicators {
    fn default() -> Self {
        let indicator = |code: &str, label: &str, words: &[&str]| Indicator {
            code: code.to_owned(),
            label: label.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        Self(vec![
            indicator("hoi_nghi", "hội nghị", &["buổi tuyên truyền", "cuộc họp", "cuộc", "buổi"]),
            indicator("luot_nguoi", "lượt người", &["lượt", "người dự", "người nghe", "người"]),
            indicator("tin_bai", "tin bài", &["tin", "bài", "bài viết"]),
            indicator("phat_thanh", "lượt phát thanh", &["phát thanh", "buổi phát thanh", "lần phát thanh"]),
        ])
    }
}

/// A number and what it counts.
pub type Figure = (String, i64);

/// Adds figures to sums, or takes them away where `sign` is -1.
pub fn add(sums: &mut Vec<Figure>, figures: &[Figure], sign: i64) {
    for (code, value) in figures {
        match sums.iter_mut().find(|(known, _)| known == code) {
            Some((_, sum)) => *sum = sum.saturating_add(sign * value),
            None => sums.push((code.clone(), sign * value)),
        }
    }
}

/// Why a line of figures cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TallyFault {
    /// There is no number in it.
    Nothing,
    /// Nobody knows what this counts.
    Unknown(String),
    /// No whole number, or none up to [`MOST`].
    Number(String),
    /// The same is counted twice: its label.
    Twice(String),
}

impl Indicators {
    pub fn get(&self, code: &str) -> Option<&Indicator> {
        self.0.iter().find(|indicator| indicator.code == code)
    }

    /// What is wrong with the list, in one Vietnamese sentence; `None` if nothing is.
    pub fn fault(&self) -> Option<String> {
        let mut seen = HashSet::new();
        if self.0.len() > MOST_INDICATORS {
            return Some(format!("nhiều nhất {MOST_INDICATORS} chỉ tiêu"));
        }
        for indicator in &self.0 {
            let sound = !indicator.code.is_empty()
                && indicator.code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !sound {
                return Some(format!("mã chỉ tiêu “{}” chỉ được gồm chữ không dấu, số và _", indicator.code));
            }
            let digits = |text: &str| text.trim().is_empty() || text.chars().any(|c| c.is_ascii_digit());
            if digits(&indicator.label) || indicator.words.iter().any(|word| digits(word)) {
                return Some(format!("tên và từ của chỉ tiêu “{}” phải có chữ, không có số", indicator.code));
            }
            if !seen.insert(&indicator.code) {
                return Some(format!("mã chỉ tiêu “{}” bị lặp lại", indicator.code));
            }
        }
        None
    }

    /// Reads "3 hội nghị, 245 lượt người", in any order, also "hội nghị: 3; lượt người: 39.249".
    ///
    /// # Errors
    /// The part that cannot be read.
    pub fn read(&self, text: &str) -> Result<Vec<Figure>, TallyFault> {
        let mut figures: Vec<Figure> = Vec::new();
        for piece in pieces(text) {
            let (number, words) = number(&piece)?;
            let Some(number) = number else {
                if figures.is_empty() && words.is_empty() {
                    continue;
                }
                return Err(TallyFault::Number(piece));
            };
            let indicator = self.find(&words).ok_or_else(|| TallyFault::Unknown(piece.clone()))?;
            if figures.iter().any(|(code, _)| *code == indicator.code) {
                return Err(TallyFault::Twice(indicator.label.clone()));
            }
            figures.push((indicator.code.clone(), number));
        }
        if figures.is_empty() { Err(TallyFault::Nothing) } else { Ok(figures) }
    }

    /// The one that the words mean: the longest name in them counts. None where two are as long.
    fn find(&self, words: &str) -> Option<&Indicator> {
        let words = fold(words);
        let weight = |indicator: &Indicator| {
            let names = std::iter::once(&indicator.label).chain(&indicator.words).map(|name| fold(name));
            names.filter(|name| contains_words(&words, name)).map(|name| name.chars().count()).max()
        };
        let mut found: Vec<_> = self.0.iter().filter_map(|one| Some((weight(one)?, one))).collect();
        found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        match found[..] {
            [(first, _), (second, _), ..] if first == second => None,
            [(_, one), ..] => Some(one),
            [] => None,
        }
    }

    /// "3 hội nghị, 245 lượt người", in the order of the list.
    pub fn words(&self, figures: &[Figure]) -> String {
        let one = |indicator: &Indicator| {
            let (_, value) = figures.iter().find(|(code, _)| *code == indicator.code)?;
            Some(format!("{} {}", grouped(*value), indicator.label))
        };
        let known = self.0.iter().filter_map(one);
        // What is counted no more is still shown.
        let others = figures.iter().filter(|(code, _)| self.get(code).is_none());
        known
            .chain(others.map(|(code, value)| format!("{} {code}", grouped(*value))))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A number with the points that Vietnamese sets between thousands: 39.249.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push('.');
        }
        shown.push(digit);
    }
    if number < 0 { format!("-{shown}") } else { shown }
}

/// The parts of a line, each with one number at most.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for piece in split(text) {
        let words: Vec<&str> = piece.split_whitespace().collect();
        let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        let numbers = words.iter().filter(|word| is_number(word)).count();
        if numbers < 2 {
            pieces.push(words.join(" "));
            continue;
        }
        // Without commas: a new part begins with each number, or ends with it, as the first does.
        let first = is_number(words[0]);
        let mut part: Vec<&str> = Vec::new();
        for word in words {
            if first && is_number(word) && !part.is_empty() {
                pieces.push(std::mem::take(&mut part).join(" "));
            }
            part.push(word);
            if !first && is_number(word) {
                pieces.push(std::mem::take(&mut part).join(" "));
            }
        }
        pieces.push(part.join(" "));
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Split at commas, semicolons, line breaks and "và", but not at the point or comma between thousands.
fn split(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut parts = vec![String::new()];
    for (at, c) in chars.iter().enumerate() {
        let thousands = at > 0 && digit(at - 1) && (1..=3).all(|after| digit(at + after)) && !digit(at + 4);
        match c {
            '.' | ',' if thousands => {}
            ',' | ';' | '\n' => parts.push(String::new()),
            ':' | '=' => parts.last_mut().into_iter().for_each(|part| part.push(' ')),
            c => parts.last_mut().into_iter().for_each(|part| part.push(*c)),
        }
    }
    let and = |part: String| {
        let mut parts = vec![Vec::new()];
        for word in part.split_whitespace() {
            if matches!(fold(word).as_str(), "va" | "and") {
                parts.push(Vec::new());
            } else if let Some(last) = parts.last_mut() {
                last.push(word);
            }
        }
        parts.into_iter().map(|words| words.join(" ")).collect::<Vec<_>>()
    };
    parts.into_iter().flat_map(and).collect()
}

/// The number of a part, and its other words.
fn number(piece: &str) -> Result<(Option<i64>, String), TallyFault> {
    let (mut number, mut words) = (None, Vec::new());
    for word in piece.split_whitespace() {
        // At the end of a sentence.
        let bare = word.trim_end_matches('.');
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            words.push(word);
        } else {
            let value = bare.parse().ok().filter(|value| (0..=MOST).contains(value));
            number = Some(value.ok_or_else(|| TallyFault::Number(piece.to_owned()))?);
        }
    }
    Ok((number, words.join(" ")))
}

/// A month of the calendar in Vietnam. It orders, and is kept, as the number 202611.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(i64);

impl Month {
    fn new(year: i64, month: i64) -> Option<Self> {
        ((2000..=9000).contains(&year) && (1..=12).contains(&month)).then_some(Self(year * 100 + month))
    }

    /// The month that a moment lies in.
    pub fn of(at: Timestamp) -> Self {
        let day = at.in_zone(VIETNAM).date_naive();
        Self(i64::from(day.year()) * 100 + i64::from(day.month()))
    }

    /// The month of a number such as 202611.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::new(number / 100, number % 100)
    }

    pub fn number(self) -> i64 {
        self.0
    }

    fn year(self) -> i64 {
        self.0 / 100
    }

    fn month(self) -> i64 {
        self.0 % 100
    }

    /// The month before.
    pub fn before(self) -> Self {
        if self.month() == 1 { Self((self.year() - 1) * 100 + 12) } else { Self(self.0 - 1) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.month(), self.year())
    }
}

/// What is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    Month(Month),
    /// The quarter that ends with this month.
    Quarter(Month),
}

impl Span {
    /// The quarter that a month lies in.
    pub fn quarter_of(month: Month) -> Self {
        Self::Quarter(Month(month.year() * 100 + (month.month() + 2) / 3 * 3))
    }

    /// First and last month.
    pub fn months(self) -> (Month, Month) {
        match self {
            Self::Month(month) => (month, month),
            Self::Quarter(last) => (Month(last.0 - 2), last),
        }
    }

    /// Takes "tháng 10", "tháng 10/2026", "quý 3", "quý 3/2026" from the beginning of a text, and gives what follows. Of
    /// the year that is not said, the last of that name that has begun is meant.
    pub fn take(text: &str, now: Timestamp) -> Option<(Self, &str)> {
        let mut words = text.split_whitespace();
        let kind = fold(words.next()?);
        let quarter = match kind.as_str() {
            "thang" | "month" => false,
            "quy" | "quarter" => true,
            _ => return None,
        };
        let number = words.next().unwrap_or_default().trim_end_matches([':', ',', ';']);
        let this = Month::of(now);
        let (number, year) = match number.split_once('/') {
            Some((number, year)) => (number.parse().ok()?, Some(year.parse().ok()?)),
            None => (number.parse().ok()?, None),
        };
        let month = if quarter { i64::checked_mul(number, 3)? } else { number };
        let begins = if quarter { month - 2 } else { month };
        let year = year.unwrap_or(if begins > this.month() { this.year() - 1 } else { this.year() });
        let month = Month::new(year, month)?;
        let span = if quarter { Self::Quarter(month) } else { Self::Month(month) };
        // What stands after the second word.
        let rest = text.trim_start();
        let rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | ';')).unwrap_or(rest.len());
        Some((span, rest[end..].trim_start_matches([':', ',', ';', ' '])))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, TallyFault> {
        let indicators = Indicators::default();
        Ok(indicators.words(&indicators.read(text)?))
    }

    #[test]
    fn a_line_is_read_as_people_write_it() {
        for text in [
            "3 hội nghị, 245 lượt người",
            "3 hoi nghi 245 luot nguoi",
            "hội nghị: 3; lượt người: 245",
            "hội nghị 3 lượt người 245",
            "245 người dự và 3 cuộc.",
            "3 HỘI NGHỊ\n245 lượt",
        ] {
            assert_eq!(read(text).as_deref(), Ok("3 hội nghị, 245 lượt người"), "{text}");
        }
        assert_eq!(read("279 buổi, 39.249 lượt").as_deref(), Ok("279 hội nghị, 39.249 lượt người"));
        assert_eq!(read("2,033 hội nghị").as_deref(), Ok("2.033 hội nghị"));
        assert_eq!(read("4 lượt phát thanh").as_deref(), Ok("4 lượt phát thanh"));
        assert_eq!(read("0 hội nghị").as_deref(), Ok("0 hội nghị"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert_eq!(read(""), Err(TallyFault::Nothing));
        assert_eq!(read("3 con gà"), Err(TallyFault::Unknown("3 con gà".into())));
        assert_eq!(read("ba hội nghị"), Err(TallyFault::Number("ba hội nghị".into())));
        assert_eq!(read("3 hội nghị, lượt người"), Err(TallyFault::Number("lượt người".into())));
        assert_eq!(read("3,5 hội nghị"), Err(TallyFault::Unknown("3".into())));
        assert_eq!(read("3 hội nghị, 4 cuộc"), Err(TallyFault::Twice("hội nghị".into())));
        assert_eq!(
            read("99999999999999999999 hội nghị"),
            Err(TallyFault::Number("99999999999999999999 hội nghị".into()))
        );
        assert_eq!(read("39 249 lượt người"), Err(TallyFault::Unknown("39".into())));
    }

    #[test]
    fn months_and_quarters_are_called_as_people_call_them() {
        let now = Timestamp::vietnam(2026, 11, 23, 8, 0);
        let take = |text| {
            Span::take(text, now)
                .map(|(span, rest)| (span.months().0.to_string(), span.months().1.to_string(), rest))
        };
        let some = |first: &str, last: &str, rest| Some((first.to_owned(), last.to_owned(), rest));
        assert_eq!(take("tháng 10: 3 hội nghị"), some("10/2026", "10/2026", "3 hội nghị"));
        assert_eq!(take("Tháng 12"), some("12/2025", "12/2025", ""));
        assert_eq!(take("thang 1/2027 5 buổi"), some("1/2027", "1/2027", "5 buổi"));
        assert_eq!(take("quý 4"), some("10/2026", "12/2026", ""));
        assert_eq!(take("quý 3/2025"), some("7/2025", "9/2025", ""));
        for text in ["tháng 13", "quý 5", "quý", "3 hội nghị", "tháng -1", "quý 9223372036854775807"]
        {
            assert_eq!(take(text), None, "{text}");
        }
        assert_eq!(Month::of(Timestamp::vietnam(2027, 1, 1, 0, 0)).before().to_string(), "12/2026");
        assert_eq!(Span::quarter_of(Month::of(now)).months().0.to_string(), "10/2026");
    }

    #[test]
    fn a_list_that_cannot_work_is_refused() {
        let with = |code: &str, label: &str| {
            Indicators(vec![Indicator { code: code.into(), label: label.into(), words: Vec::new() }])
        };
        assert_eq!(Indicators::default().fault(), None);
        for (code, label) in [("", "hội nghị"), ("hội nghị", "hội nghị"), ("a", " "), ("a", "lớp 5")]
        {
            assert!(with(code, label).fault().is_some(), "{code:?} {label:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(values in prop::collection::vec(0..=MOST, 1..=4)) {
            let indicators = Indicators::default();
            let figures: Vec<Figure> =
                indicators.0.iter().zip(values).map(|(indicator, value)| (indicator.code.clone(), value)).collect();
            prop_assert_eq!(indicators.read(&indicators.words(&figures)), Ok(figures));
        }

        #[test]
        fn nothing_makes_it_stumble(text in any::<String>()) {
            let _ = Indicators::default().read(&text);
            let _ = Span::take(&text, Timestamp::vietnam(2026, 11, 23, 8, 0));
        }
    }
}
