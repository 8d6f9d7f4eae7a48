//! How the lists of a DOCX are counted (`word/numbering.xml`).

use std::collections::{HashMap, HashSet};

use quick_xml::Reader;
use quick_xml::events::Event;

use super::DocumentError;
use super::pack::attribute;

/// Word knows nine levels.
const LEVELS: usize = 9;
/// Lists in one document.
const MOST_LISTS: usize = 2000;
const BULLET: &str = "• ";

#[derive(Clone, Debug, Default)]
struct Level {
    format: String,
    /// `%1.%2)`: the numbers of the levels among other words.
    text: String,
    start: u64,
}

/// The lists, and how far each is counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    kinds: HashMap<String, Vec<Level>>,
    /// The kind of each list, and whether it counts anew.
    lists: HashMap<String, (String, bool)>,
    counts: HashMap<String, [Option<u64>; LEVELS]>,
    used: HashSet<String>,
}

impl Numbering {
    pub fn read(xml: &str) -> Result<Self, DocumentError> {
        let mut numbering = Self::default();
        let mut reader = Reader::from_str(xml);
        let (mut kind, mut list) = (None::<String>, None::<String>);
        loop {
            let event = reader.read_event().map_err(|_| DocumentError::NoDocx)?;
            match event {
                Event::Eof => return Ok(numbering),
                Event::DocType(_) => return Err(DocumentError::NoDocx),
                Event::Start(tag) | Event::Empty(tag) => {
                    let value = |name: &str| attribute(&tag, name).unwrap_or_default();
                    match tag.local_name().as_ref() {
                        "abstractNum" => (kind, list) = (Some(value("abstractNumId")), None),
                        "num" => (kind, list) = (None, Some(value("numId"))),
                        "abstractNumId" => {
                            if let Some(list) = list.clone().filter(|_| numbering.lists.len() < MOST_LISTS) {
                                numbering.lists.insert(list, (value("val"), false));
                            }
                        }
                        "startOverride" => {
                            if let Some(found) = list.as_ref().and_then(|list| numbering.lists.get_mut(list))
                            {
                                found.1 = true;
                            }
                        }
                        name => {
                            if let Some(kind) = kind.clone().filter(|_| numbering.kinds.len() < MOST_LISTS) {
                                numbering.level(kind, name, value("val"));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes what is said about a level of a kind of lists.
    fn level(&mut self, kind: String, name: &str, value: String) {
        let levels = self.kinds.entry(kind).or_default();
        if name == "lvl" && levels.len() < LEVELS {
            levels.push(Level { start: 1, ..Level::default() });
        }
        let Some(level) = levels.last_mut() else { return };
        match name {
            "start" => level.start = value.parse().unwrap_or(1),
            "numFmt" => level.format = value,
            "lvlText" => level.text = value.chars().take(40).collect(),
            _ => {}
        }
    }

    /// What stands before the next item of a list at this level, from 0; a list that nobody has described has bullets.
    pub fn next(&mut self, list: &str, depth: usize) -> String {
        let depth = depth.min(LEVELS - 1);
        let indent = "  ".repeat(depth);
        let Some((kind, anew)) = self.lists.get(list).cloned() else { return format!("{indent}{BULLET}") };
        let levels = self.kinds.get(&kind).map_or(&[][..], Vec::as_slice);
        let Some(level) = levels.get(depth) else { return format!("{indent}{BULLET}") };
        if level.format == "none" {
            return indent;
        }
        if level.format == "bullet" || level.text.is_empty() {
            return format!("{indent}{BULLET}");
        }
        let counts = self.counts.entry(kind).or_default();
        if self.used.insert(list.to_owned()) && anew {
            *counts = [None; LEVELS];
        }
        counts[depth] = Some(counts[depth].map_or(level.start, |count| count.saturating_add(1)));
        counts[depth + 1..].fill(None);
        let mut text = level.text.clone();
        for (at, other) in levels.iter().enumerate().take(depth + 1) {
            let number = written(counts[at].unwrap_or(other.start), &other.format);
            text = text.replace(&format!("%{}", at + 1), &number);
        }
        format!("{indent}{text} ")
    }
}

/// A number as a format writes it; one that is not known, in digits.
fn written(number: u64, format: &str) -> String {
    match format {
        "lowerLetter" => letters(number),
        "upperLetter" => letters(number).to_uppercase(),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperRoman" => roman(number),
        "decimalZero" => format!("{number:02}"),
        _ => number.to_string(),
    }
}

/// a to z, then aa to zz, as Word counts.
fn letters(number: u64) -> String {
    let Some(index) = number.checked_sub(1).filter(|index| *index < 26 * 5) else {
        return number.to_string();
    };
    let letter = u8::try_from(index % 26).map_or('a', |at| char::from(b'a' + at));
    let times = usize::try_from(index / 26).unwrap_or(0) + 1;
    std::iter::repeat_n(letter, times).collect()
}

fn roman(number: u64) -> String {
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let signs = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let (mut rest, mut text) = (number, String::new());
    for (worth, sign) in signs {
        while rest >= worth {
            text.push_str(sign);
            rest -= worth;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = r#"<w:numbering xmlns:w="w">
      <w:abstractNum w:abstractNumId="0">
        <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
        <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl>
      </w:abstractNum>
      <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl></w:abstractNum>
      <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
      <w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
      <w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
    </w:numbering>"#;

    #[test]
    fn lists_are_counted_as_they_say() {
        let mut numbering = Numbering::read(XML).expect("read");
        let items: Vec<String> =
            [("1", 0), ("1", 1), ("1", 1), ("1", 0), ("1", 1), ("2", 0), ("3", 0), ("9", 1), ("1", 99)]
                .map(|(list, level)| numbering.next(list, level))
                .into();
        assert_eq!(items[..8], ["I. ", "  I.a) ", "  I.b) ", "II. ", "  II.a) ", "• ", "I. ", "  • "]);
        assert_eq!([roman(49), letters(27), letters(0), roman(4000)], ["XLIX", "aa", "0", "4000"]);
    }
}
