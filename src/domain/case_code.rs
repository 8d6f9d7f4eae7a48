//! The code by which people name a case: `ML-2026-0042`.

use std::fmt;

use super::text::fold;

/// The code of a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaseCode {
    pub prefix: String,
    pub year: i32,
    pub number: i64,
}

impl CaseCode {
    /// Reads what people type: any case, blanks for dashes, `#`, missing zeros.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold(text).to_uppercase();
        let mut parts = folded
            .trim_start_matches('#')
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty());
        let (prefix, year, number) = (parts.next()?, parts.next()?, parts.next()?);
        let sound = parts.next().is_none()
            && (1..=6).contains(&prefix.len())
            && prefix.chars().all(|c| c.is_ascii_alphabetic())
            && year.len() == 4
            && (1..=9).contains(&number.len());
        let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
        sound.then_some(Self { prefix: prefix.to_owned(), year: year.parse().ok()?, number })
    }
}

impl fmt::Display for CaseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:04}", self.prefix, self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = CaseCode { prefix: "ML".into(), year: 2026, number: 42 };
        for text in ["ML-2026-0042", "ml 2026 42", "#ML-2026-42", " Ml-2026-0042 "] {
            assert_eq!(CaseCode::parse(text), Some(code.clone()), "{text}");
        }
        assert_eq!(code.to_string(), "ML-2026-0042");
        for text in ["", "ML", "ML-2026", "2026-ML-1", "ML-2026-0", "ML-26-1", "ML-2026-1-1"] {
            assert_eq!(CaseCode::parse(text), None, "{text}");
        }
    }
}
