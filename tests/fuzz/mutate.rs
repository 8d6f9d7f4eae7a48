//! New inputs out of old ones.

use rand::Rng;
use rand::rngs::SmallRng;

/// What parsers stumble over, whatever they parse.
const ODD: &[&str] = &[
    "",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\u{feff}",
    "\u{200b}",
    "\u{202e}",
    "\u{301}",
    "\u{1f1fb}\u{1f1f3}",
    "👨‍👩‍👧‍👦",
    "😀",
    "đ",
    "ế",
    "e\u{302}\u{301}",
    "ﬃ",
    "İ",
    "ß",
    "\u{85}",
    "\u{2028}",
    "\u{10ffff}",
    "0",
    "-1",
    "1e999",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "2147483648",
    "00",
    "+1",
    "0x10",
    "1.5",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    "\"",
    "'",
    "\\",
    "/",
    "@",
    ":",
    ";",
    ",",
    "-",
    "*",
];

/// Makes inputs.
pub struct Mutator<'a> {
    pub rng: SmallRng,
    /// What the target's grammar is made of.
    pub words: &'a [&'a str],
    /// The longest input.
    pub most: usize,
}

impl Mutator<'_> {
    /// A number below `bound`, small ones more often.
    fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1);
        let all = self.rng.random_range(0..bound);
        if self.rng.random_bool(0.5) { self.rng.random_range(0..=all) } else { all }
    }

    /// An input made of one of those that are there.
    pub fn next(&mut self, pool: &[Vec<u8>]) -> Vec<u8> {
        let mut input = pool[self.rng.random_range(0..pool.len())].clone();
        for _ in 0..=self.below(6) {
            self.change(&mut input, pool);
        }
        input.truncate(self.most);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, pool: &[Vec<u8>]) {
        let len = input.len();
        let at = self.rng.random_range(0..=len);
        let end = (at + self.below(16) + 1).min(len);
        match self.rng.random_range(0..12_u8) {
            0 if at < len => input[at] ^= 1 << self.rng.random_range(0..8_u8),
            1 if at < len => input[at] = self.rng.random(),
            2 => drop(input.drain(at.min(end)..end)),
            3 => {
                // The same once more, or very often.
                let piece = input[at.min(end)..end].to_vec();
                let often = if self.rng.random_bool(0.05) { self.below(400) } else { 1 };
                insert(input, at, &piece.repeat(often));
            }
            4 => {
                let other = &pool[self.rng.random_range(0..pool.len())];
                let from = self.rng.random_range(0..=other.len());
                let to = (from + self.below(64)).min(other.len());
                insert(input, at, &other[from..to]);
            }
            5 => {
                let other = &pool[self.rng.random_range(0..pool.len())];
                let from = self.rng.random_range(0..=other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            6 => insert(input, at, ODD[self.rng.random_range(0..ODD.len())].as_bytes()),
            7 => self.change_number(input, at),
            8 => {
                let c: char = self.rng.random();
                insert(input, at, c.to_string().as_bytes());
            }
            9 if len > 1 => {
                let other = self.rng.random_range(0..len);
                input.swap(at.min(len - 1), other);
            }
            _ if !self.words.is_empty() => {
                let word = self.words[self.rng.random_range(0..self.words.len())];
                insert(input, at, word.as_bytes());
            }
            _ => insert(input, at, &[self.rng.random()]),
        }
    }

    /// Puts another number in the place of one.
    fn change_number(&mut self, input: &mut Vec<u8>, at: usize) {
        let Some(start) = input[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else {
            return;
        };
        let end = input[start..].iter().position(|b| !b.is_ascii_digit()).map_or(input.len(), |n| start + n);
        let number: u64 = match self.rng.random_range(0..4_u8) {
            0 => self.rng.random_range(0..10),
            1 => self.rng.random_range(0..5000),
            2 => 1 << self.rng.random_range(0..64_u8),
            _ => self.rng.random(),
        };
        input.splice(start..end, number.to_string().into_bytes());
    }
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    input.splice(at..at, piece.iter().copied());
}
