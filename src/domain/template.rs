//! Texts with variables, filled in from the day and from who gets them.
//!
//! A variable is a word in braces: `{tên}`, also without diacritics and in English. What in braces does not look like a
//! word (`{1; 2}`, a lone `{`) stands as it is, and `{{tên}}` stands for the words `{tên}` themselves.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::Datelike;
use serde::Serialize;

use super::calendar::date_words;
use super::rich::Edit;
use super::text::{clean_line, fold};
use super::time::VIETNAM;
use super::{Rich, Timestamp};

/// The longest value of a variable, in characters: names come from outside.
const MOST_VALUE: usize = 120;
/// Variables in one text: filled in, it stays of the length it was written in.
const MOST_VARIABLES: usize = 50;
/// The longest word in braces, in characters.
const MOST_WORD: usize = 20;
/// So many unknown words are named.
const MOST_NAMED: usize = 5;
/// What stands for a value that only its recipient knows, where somebody else is told of the text.
const SOMEBODY: &str = "…";

/// What is put in the place of a word in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Variable {
    /// The person's name; in a group its title.
    Name,
    /// The recipient's unit.
    Unit,
    /// The person's role at that unit.
    Role,
    Date,
    Month,
    Quarter,
    Year,
}

impl Variable {
    pub const ALL: [Self; 7] =
        [Self::Name, Self::Unit, Self::Role, Self::Date, Self::Month, Self::Quarter, Self::Year];

    /// The word in braces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "tên",
            Self::Unit => "đơn vị",
            Self::Role => "vai trò",
            Self::Date => "ngày",
            Self::Month => "tháng",
            Self::Quarter => "quý",
            Self::Year => "năm",
        }
    }

    fn read(word: &str) -> Option<Self> {
        Some(match fold(word).as_str() {
            "ten" | "name" => Self::Name,
            "don vi" | "unit" => Self::Unit,
            "vai tro" | "role" => Self::Role,
            "ngay" | "date" | "day" => Self::Date,
            "thang" | "month" => Self::Month,
            "quy" | "quarter" => Self::Quarter,
            "nam" | "year" => Self::Year,
            _ => return None,
        })
    }

    /// Whether every recipient has a value of their own.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Name | Self::Unit | Self::Role)
    }

    /// All of them as they are written: `{tên} {đơn vị} …`.
    pub fn all_words() -> String {
        Self::ALL.map(|one| format!("{{{}}}", one.word())).join(" ")
    }

    /// What the day says; nothing of what belongs to a person.
    fn of_day(self, at: Timestamp) -> Option<String> {
        let local = at.in_zone(VIETNAM);
        match self {
            Self::Date => Some(date_words(at)),
            Self::Month => Some(local.month().to_string()),
            Self::Quarter => Some(quarter(local.month()).to_owned()),
            Self::Year => Some(local.year().to_string()),
            Self::Name | Self::Unit | Self::Role => None,
        }
    }
}

/// Quarters are written in Roman numbers: "quý IV năm 2026".
fn quarter(month: u32) -> &'static str {
    match month {
        1..=3 => "I",
        4..=6 => "II",
        7..=9 => "III",
        _ => "IV",
    }
}

/// What of a text cannot be filled in, for anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum TemplateError {
    /// These words in braces are no variables.
    #[error("không có biến {0}; hãy dùng {all}, hoặc viết {{{{…}}}} nếu muốn giữ nguyên dấu ngoặc", all = Variable::all_words())]
    Unknown(String),
    #[error("thiếu dấu đóng }} sau {{{0}")]
    Open(&'static str),
    #[error("quá nhiều biến, nhiều nhất {MOST_VARIABLES}")]
    TooMany,
}

/// What one recipient's variables stand for. Empty is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    pub name: String,
    pub unit: String,
    pub role: String,
}

impl Values {
    fn of(&self, variable: Variable) -> Option<String> {
        let value = match variable {
            Variable::Name => &self.name,
            Variable::Unit => &self.unit,
            Variable::Role => &self.role,
            _ => return None,
        };
        clean_line(value, MOST_VALUE)
    }
}

/// A part of a text that does not stand as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Variable(Variable),
    /// Braces that stand for themselves, with what is between them.
    Braces(String),
}

/// A text with its variables found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<'a> {
    text: &'a Rich,
    /// In order and apart, in bytes.
    fields: Vec<(Range<usize>, Field)>,
}

impl<'a> Template<'a> {
    /// Finds the variables of a text.
    ///
    /// # Errors
    /// What of it cannot be filled in.
    pub fn read(text: &'a Rich) -> Result<Self, TemplateError> {
        let (mut fields, mut unknown) = (Vec::new(), Vec::new());
        let mut done = 0;
        while let Some(open) = text.text[done..].find('{').map(|at| done + at) {
            let twice = text.text[open..].starts_with("{{");
            let inside = open + if twice { 2 } else { 1 };
            let word = word(&text.text[inside..]);
            let end = inside + word.len();
            done = end;
            let close = if twice { "}}" } else { "}" };
            let closed = text.text[end..].starts_with(close);
            match (closed && !word.is_empty(), twice) {
                (true, true) => {
                    done = end + close.len();
                    fields.push((open..done, Field::Braces(format!("{{{word}}}"))));
                }
                (true, false) => {
                    done = end + close.len();
                    match Variable::read(word) {
                        Some(variable) => fields.push((open..done, Field::Variable(variable))),
                        None if word.starts_with(' ') => {}
                        None => unknown.push(format!("{{{word}}}")),
                    }
                }
                (false, false) => {
                    if let Some(variable) = begins_with(run(&text.text[inside..])) {
                        return Err(TemplateError::Open(variable.word()));
                    }
                }
                (false, true) => {}
            }
        }
        if !unknown.is_empty() {
            unknown.dedup();
            unknown.truncate(MOST_NAMED);
            return Err(TemplateError::Unknown(unknown.join(" ")));
        }
        if fields.len() > MOST_VARIABLES {
            return Err(TemplateError::TooMany);
        }
        Ok(Self { text, fields })
    }

    /// Which variables it holds.
    pub fn variables(&self) -> BTreeSet<Variable> {
        let variable = |(_, field): &(_, Field)| match field {
            Field::Variable(variable) => Some(*variable),
            Field::Braces(_) => None,
        };
        self.fields.iter().filter_map(variable).collect()
    }

    /// Those of which every recipient has a value of their own.
    pub fn personal(&self) -> BTreeSet<Variable> {
        self.variables().into_iter().filter(|variable| variable.is_personal()).collect()
    }

    /// The text for one recipient on a day, its emphasis kept: a variable's value is set as the variable is.
    ///
    /// # Errors
    /// The variable of which there is no value.
    pub fn filled(&self, at: Timestamp, values: &Values) -> Result<Rich, Variable> {
        let empty = self.personal().into_iter().find(|variable| values.of(*variable).is_none());
        match empty {
            Some(variable) => Err(variable),
            None => Ok(self.sketched(at, values)),
        }
    }

    /// The same, where what has no value stays as it is written.
    pub fn sketched(&self, at: Timestamp, values: &Values) -> Rich {
        self.with(|variable| variable.of_day(at).or_else(|| values.of(variable)))
    }

    /// The text for somebody who is none of its recipients.
    pub fn outlined(&self, at: Timestamp) -> Rich {
        self.with(|variable| variable.of_day(at).or_else(|| Some(SOMEBODY.to_owned())))
    }

    /// Only the day is filled in: it can be filled in further.
    pub fn dated(&self, at: Timestamp) -> Rich {
        let edit = |(place, field): &(Range<usize>, Field)| match field {
            Field::Variable(variable) => Some(Edit { at: place.clone(), with: variable.of_day(at)? }),
            Field::Braces(_) => None,
        };
        let edits: Vec<Edit> = self.fields.iter().filter_map(edit).collect();
        self.text.edited(&edits)
    }

    fn with(&self, value: impl Fn(Variable) -> Option<String>) -> Rich {
        let edit = |(place, field): &(Range<usize>, Field)| {
            let with = match field {
                Field::Variable(variable) => value(*variable)?,
                Field::Braces(words) => words.clone(),
            };
            Some(Edit { at: place.clone(), with })
        };
        let edits: Vec<Edit> = self.fields.iter().filter_map(edit).collect();
        self.text.edited(&edits)
    }
}

/// A title as somebody is told of it who is none of the recipients; one that cannot be read stays as it is.
pub fn outlined(title: &str, at: Timestamp) -> String {
    Template::read(&title.into()).map_or_else(|_| title.to_owned(), |title| title.outlined(at).text)
}

/// A title as one recipient is told of it; what has no value is left open.
pub fn told(title: &str, at: Timestamp, values: &Values) -> String {
    let rich = Rich::from(title);
    let Ok(title) = Template::read(&rich) else { return rich.text };
    let value = |variable: Variable| variable.of_day(at).or_else(|| values.of(variable));
    title.with(|variable| value(variable).or_else(|| Some(SOMEBODY.to_owned()))).text
}

/// What may be a variable's word, from the beginning of the text on: a letter, and letters, digits and blanks after it.
/// Empty if nothing is, or it is too long.
fn word(text: &str) -> &str {
    let word = run(text);
    let fits = word.trim_start().starts_with(char::is_alphabetic) && word.chars().count() <= MOST_WORD;
    if fits { word } else { "" }
}

/// Letters, digits and blanks from the beginning of the text on.
fn run(text: &str) -> &str {
    let inner = |c: char| c.is_alphanumeric() || c == ' ' || c == '_' || is_mark(c);
    &text[..text.find(|c: char| !inner(c)).unwrap_or(text.len())]
}

/// Marks of letters that came apart.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// The variable with whose word a text begins that was not closed: most likely its brace was forgotten.
fn begins_with(text: &str) -> Option<Variable> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).take(2).collect();
    [1, 2].into_iter().find_map(|count| Variable::read(&words.get(..count)?.join(" ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn monday() -> Timestamp {
        Timestamp::vietnam(2026, 12, 7, 8, 0)
    }

    fn lan() -> Values {
        Values { name: "Chị Lan".into(), unit: "Xã A".into(), role: "cán bộ".into() }
    }

    fn filled(text: &str) -> Result<String, TemplateError> {
        let rich = Rich::from(text);
        Template::read(&rich).map(|template| template.filled(monday(), &lan()).expect("all is known").text)
    }

    #[test]
    fn emphasis_moves_with_the_words() {
        let text = Rich::new().push("Kính gửi ").bold("{tên}").push(", họp ").italic("ngày {ngày}").push(".");
        let template = Template::read(&text).expect("a template");
        let expected =
            Rich::new().push("Kính gửi ").bold("Chị Lan").push(", họp ").italic("ngày 07/12/2026").push(".");
        assert_eq!(template.filled(monday(), &lan()), Ok(expected));
        let dated = template.dated(monday());
        assert_eq!(dated.text, "Kính gửi {tên}, họp ngày 07/12/2026.");
        let again = Template::read(&dated).expect("a template").filled(monday(), &lan());
        assert_eq!(again, template.filled(monday(), &lan()), "filled in for the day first, it is the same");
        assert_eq!(template.outlined(monday()).text, "Kính gửi …, họp ngày 07/12/2026.");
    }

    #[test]
    fn a_variable_is_known_with_or_without_diacritics_and_in_english() {
        for (text, expected) in [
            ("Định hướng tháng {tháng}/{năm}, quý {quý}", "Định hướng tháng 12/2026, quý IV"),
            ("{ten} – {Đơn Vị} – {vai tro}", "Chị Lan – Xã A – cán bộ"),
            ("{name}, {unit}, {role}, {date}", "Chị Lan, Xã A, cán bộ, 07/12/2026"),
            ("{te\u{302}n} và { tên }", "Chị Lan và Chị Lan"),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn braces_that_are_no_variables_stand_as_they_are() {
        for same in ["{", "}", "{}", "{1; 2}", "{\"a\": 1}", "a { b } c", "{{", "{{{", "{x, y}"] {
            assert_eq!(filled(same).as_deref(), Ok(same));
        }
        assert_eq!(filled("Gõ {{tên}} và {{abc}}").as_deref(), Ok("Gõ {tên} và {abc}"));
    }

    #[test]
    fn what_cannot_be_filled_in_is_named() {
        let wrong = |text: &str| filled(text).expect_err("something is wrong");
        assert_eq!(wrong("{abc} {tên} {chức vụ}"), TemplateError::Unknown("{abc} {chức vụ}".into()));
        assert_eq!(wrong("Kính gửi {tên, mời họp"), TemplateError::Open("tên"));
        assert_eq!(wrong("{đơn vị nhận họp lúc 8 giờ"), TemplateError::Open("đơn vị"));
        assert_eq!(wrong(&"{tên}".repeat(51)), TemplateError::TooMany);
        insta::assert_snapshot!(wrong("{abc}"));
    }

    #[test]
    fn an_empty_value_is_no_value() {
        let text = Rich::from("{tên}, {đơn vị}");
        let template = Template::read(&text).expect("a template");
        let nobody = Values { unit: " \u{200b} ".into(), ..lan() };
        assert_eq!(template.filled(monday(), &nobody), Err(Variable::Unit));
        assert_eq!(template.sketched(monday(), &nobody).text, "Chị Lan, {đơn vị}");
        assert_eq!(told("Mời {tên} ({đơn vị})", monday(), &nobody), "Mời Chị Lan (…)");
    }

    proptest! {
        /// A name is taken as it is, whatever it holds, and is never longer than it may be.
        #[test]
        fn a_hostile_name_stays_one_line_of_words(name in "\\PC{0,200}|[{}\\n\\u{202e}a-z]{0,40}") {
            let text = Rich::new().push("Gửi ").bold("{tên}").push(" {đơn vị}.");
            let template = Template::read(&text).expect("a template");
            let values = Values { name: name.clone(), ..lan() };
            match template.filled(monday(), &values) {
                Ok(filled) => {
                    let value = clean_line(&name, MOST_VALUE).expect("a name");
                    prop_assert_eq!(&filled, &Rich::new().push("Gửi ").bold(&value).push(" Xã A."));
                    prop_assert!(!filled.text.contains('\n') && value.chars().count() <= MOST_VALUE);
                }
                Err(variable) => {
                    prop_assert_eq!(variable, Variable::Name);
                    prop_assert!(clean_line(&name, MOST_VALUE).is_none());
                }
            }
        }

        /// Reading never fails otherwise than it may, and what has no braces is left alone.
        #[test]
        fn whatever_is_written_is_read(text in "([a-zđêơò {}]{0,3}|\\{tên\\}|\\{\\{|\\PC){0,40}") {
            let rich = Rich::from(text.as_str());
            if let Ok(template) = Template::read(&rich) {
                let filled = template.filled(monday(), &lan()).expect("all is known");
                let braces = text.contains('{');
                prop_assert!(braces || filled.text == text);
                prop_assert!(template.personal().is_empty() || filled.text != text);
            }
        }
    }
}
