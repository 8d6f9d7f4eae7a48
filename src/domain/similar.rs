//! Whether two reports are about the same thing: what kind it is, where, when, and in which words.
//!
//! The weights were chosen by hand on the messages up to minute 7,200 of `tests/data/reports.tsv`; those after it were
//! written later, to see whether they hold.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;
use std::time::Duration;

use super::text::fold;

/// From this score on two reports are offered to be made one.
pub const SAME: f64 = 2.0;

const HOUR: Duration = Duration::from_secs(3600);
/// The earth's, in metres.
const RADIUS: f64 = 6_371_000.0;

/// Words that are in every second report.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| COMMON_WORDS.split_whitespace().collect());
const COMMON_WORDS: &str = "a ah ai anh em chi bac chu co cac nhung mot hai ba con cai su viec bi duoc dc do la va o tai trong ngoai \
    tren duoi tu den toi cho voi cung thi ma nay kia day do roi dang da se vua moi hom qua nay ngay dem sang trua \
    chieu toi gio luc khi nhieu it rat qua lam nhat khong ko k chua khoang gan vao ra len xuong di lai nguoi ng dan \
    ba con ho nha xa phuong thon ban to khu tinh bao cao nhu cua minh ta ho nhe nha a oi xin nho giup can \
    gap het hang moi tung va hay thay nghe nhin de phai nen van";

/// A word behind which the name or number of a place follows. Where one report says "km 5" and the other "km 9", they
/// are two.
const SIGNS: [Sign; 14] = [
    Sign::number("km"),
    Sign::number("to dan pho"),
    Sign::number("to"),
    Sign::number("ngo"),
    Sign::number("so nha"),
    Sign::number("quoc lo"),
    Sign::number("tinh lo"),
    Sign::name("thon"),
    Sign::name("xom"),
    Sign::name("cau"),
    Sign::name("suoi"),
    Sign::name("khe"),
    Sign::name("truong"),
    Sign::name("nha ong"),
];

struct Sign {
    word: &'static str,
    number: bool,
}

impl Sign {
    const fn number(word: &'static str) -> Self {
        Self { word, number: true }
    }

    const fn name(word: &'static str) -> Self {
        Self { word, number: false }
    }
}

/// What two reports are compared by.
#[derive(Clone, Debug)]
pub struct Sketch<'a> {
    /// The category's code; none where nobody knows.
    pub category: Option<&'a str>,
    /// Latitude and longitude in degrees.
    pub spot: Option<(f64, f64)>,
    pub words: Words,
}

/// How the units of two reports lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// The same one, a village or a street: nothing lies below it.
    SamePlace,
    /// The same one, with others below it.
    Same,
    /// One lies in the other.
    Within,
    /// Nobody knows of one of them.
    Unknown,
}

/// What tells a report from others of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Words and pairs of words, without diacritics and without those that are everywhere.
    telling: BTreeSet<String>,
    /// The words of the category's key words that it holds: a flood is no landslide.
    kinds: BTreeSet<String>,
    /// Names and numbers of places, by the word before them.
    places: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Words {
    /// The telling words of a text. `units` are the names that say where it is already, and `keywords` those of its
    /// category.
    pub fn of(text: &str, units: &[&Phrases], keywords: &Phrases) -> Self {
        let mut plain = format!(" {} ", words_of(text).join(" "));
        for units in units {
            units.take_out(&mut plain);
        }
        let kinds = keywords.take_out(&mut plain);
        let mut places = BTreeMap::new();
        for sign in &SIGNS {
            let named: BTreeSet<String> = named_by(sign, &plain).collect();
            if !named.is_empty() {
                places.insert(sign.word, named);
            }
        }
        let mut telling = BTreeSet::new();
        let mut before: Option<&str> = None;
        for word in plain.split_whitespace() {
            if word == BREAK || COMMON.contains(word) {
                before = None;
                continue;
            }
            telling.insert(word.to_owned());
            if let Some(before) = before {
                telling.insert(format!("{before} {word}"));
            }
            before = Some(word);
        }
        Self { telling, places, kinds }
    }

    /// How much of the shorter of two texts is in the other, from 0 to 1.
    pub fn likeness(&self, other: &Self) -> f64 {
        let fewer = self.telling.len().min(other.telling.len());
        if fewer == 0 {
            return 0.0;
        }
        let shared = self.telling.intersection(&other.telling).count();
        // Of one or two words a single one would say too much.
        ratio(shared, fewer.max(4))
    }

    /// Whether both name what happened, and by no word in common.
    fn kinds_differ(&self, other: &Self) -> bool {
        !self.kinds.is_empty() && !other.kinds.is_empty() && self.kinds.is_disjoint(&other.kinds)
    }

    /// Whether both name places by the same kind of word: the same one, or others.
    fn places_agree(&self, other: &Self) -> Option<bool> {
        let mut agree = None;
        for (sign, named) in &self.places {
            let Some(others) = other.places.get(sign) else { continue };
            if named.iter().any(|place| others.iter().any(|known| same_name(place, known))) {
                return Some(true);
            }
            agree = Some(false);
        }
        agree
    }
}

/// What stands where words were taken out or a clause ends: no pair of words reaches over it.
const BREAK: &str = "|";

/// Phrases to look for in many texts.
#[derive(Clone, Debug, Default)]
pub struct Phrases(Vec<String>);

impl Phrases {
    /// Without diacritics, with a blank at each end.
    pub fn of<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Self {
        let needle = |phrase: &str| format!(" {} ", words_of(phrase).join(" "));
        Self(phrases.into_iter().map(needle).filter(|needle| !needle.trim().is_empty()).collect())
    }

    /// Takes them out of a text with a blank at each end. Gives the words of those that were in it.
    fn take_out(&self, plain: &mut String) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for needle in &self.0 {
            if plain.contains(needle) {
                *plain = plain.replace(needle, &format!(" {BREAK} "));
                found.extend(needle.split_whitespace().map(str::to_owned));
            }
        }
        found
    }
}

/// Lower case, without diacritics, letters apart from digits.
fn words_of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    for c in fold(text).chars() {
        let kind = if c.is_ascii_digit() {
            Some(true)
        } else if c.is_alphanumeric() {
            Some(false)
        } else {
            None
        };
        match words.last_mut() {
            Some(word) if kind.is_some() && kind == last => word.push(c),
            _ if kind.is_some() => words.push(c.to_string()),
            _ if !c.is_whitespace() => words.push(BREAK.to_owned()),
            _ => {}
        }
        last = kind;
    }
    words
}

/// The names or numbers that follow a word in a text with a blank at each end.
fn named_by<'a>(sign: &'a Sign, plain: &'a str) -> impl Iterator<Item = String> + 'a {
    let needle = format!(" {} ", sign.word);
    let ends: Vec<usize> = plain.match_indices(&needle).map(|(at, found)| at + found.len()).collect();
    ends.into_iter().filter_map(move |end| {
        let mut next = plain[end..].split(' ').take_while(|word| !COMMON.contains(word) && *word != BREAK);
        let first = next.next().filter(|word| !word.is_empty())?;
        let is_number = first.starts_with(|c: char| c.is_ascii_digit());
        match (sign.number, is_number) {
            (true, true) => Some(first.to_owned()),
            (true, false) | (false, true) => None,
            (false, false) => Some(format!("{first} {}", next.next().unwrap_or_default()).trim().to_owned()),
        }
    })
}

/// Whether two names mean one place: "mam non" may be said as "mam".
fn same_name(one: &str, other: &str) -> bool {
    one == other || one.split(' ').next() == Some(other) || other.split(' ').next() == Some(one)
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(whole)
}

/// How far apart two places are, in metres along the ground.
///
/// The haversine formula: <https://en.wikipedia.org/wiki/Haversine_formula>.
pub fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (from, to) = ((from.0.to_radians(), from.1.to_radians()), (to.0.to_radians(), to.1.to_radians()));
    let across = ((to.0 - from.0) / 2.0).sin().powi(2)
        + from.0.cos() * to.0.cos() * ((to.1 - from.1) / 2.0).sin().powi(2);
    2.0 * RADIUS * across.sqrt().min(1.0).asin()
}

/// How much speaks for two reports being about the same thing; see [`SAME`]. `reach` is how far apart the places may be,
/// in metres, and `apart` how long the reports are, either way.
pub fn score(one: &Sketch<'_>, other: &Sketch<'_>, units: Units, reach: f64, apart: Duration) -> f64 {
    let kind = match (one.category, other.category) {
        (Some(one), Some(other)) if one == other => 1.0,
        (Some(_), Some(_)) => -1.0,
        _ => 0.0,
    };
    let near = match (one.spot, other.spot) {
        (Some(one), Some(other)) => match distance(one, other) {
            metres if metres > reach => return f64::MIN,
            metres if metres <= reach / 10.0 => 2.0,
            metres if metres <= reach / 4.0 => 1.0,
            _ => 0.3,
        },
        _ => match units {
            Units::SamePlace => 0.6,
            Units::Same => 0.3,
            Units::Within => 0.1,
            Units::Unknown => 0.0,
        },
    };
    let place = match one.words.places_agree(&other.words) {
        Some(true) => 0.7,
        Some(false) => -1.5,
        None => 0.0,
    };
    let happened = if one.words.kinds_differ(&other.words) { -0.7 } else { 0.0 };
    let time = if apart <= 6 * HOUR {
        0.3
    } else if apart <= 24 * HOUR {
        0.0
    } else if apart <= 72 * HOUR {
        -0.3
    } else {
        -0.8
    };
    kind + happened + near + place + time + 2.0 * one.words.likeness(&other.words)
}
