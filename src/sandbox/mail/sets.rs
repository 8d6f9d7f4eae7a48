//! What an IMAP command names: words, quoted or not, and sets of numbers (RFC 3501, 9).

/// The words of a command; what stands in parentheses is one word. `None` where it is not well-formed.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start_matches(' ').chars().peekable();
    while let Some(&first) = rest.peek() {
        let word = match first {
            '"' => quoted(&mut rest)?,
            '(' => enclosed(&mut rest)?,
            _ => std::iter::from_fn(|| rest.next_if(|c| *c != ' ')).collect(),
        };
        words.push(word);
        match rest.next() {
            None => break,
            Some(' ') => {}
            Some(_) => return None,
        }
    }
    Some(words)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn quoted(rest: &mut Chars<'_>) -> Option<String> {
    rest.next();
    let mut word = String::new();
    loop {
        match rest.next()? {
            '"' => return Some(word),
            '\\' => word.push(rest.next()?),
            c => word.push(c),
        }
    }
}

fn enclosed(rest: &mut Chars<'_>) -> Option<String> {
    rest.next();
    let mut word = String::new();
    loop {
        match rest.next()? {
            ')' => return Some(word),
            c => word.push(c),
        }
    }
}

/// Whether a set such as `3`, `1:4` or `2,7:*` names this number, where `last` is what `*` stands for; `None` where it
/// is no set.
pub(super) fn names(set: &str, number: u32, last: u32) -> Option<bool> {
    let one = |text: &str| match text {
        "*" => Some(last),
        text => text.parse().ok().filter(|number| *number > 0),
    };
    let mut named = false;
    for range in set.split(',') {
        let (from, to) = match range.split_once(':') {
            Some((from, to)) => (one(from)?, one(to)?),
            None => (one(range)?, one(range)?),
        };
        named |= (from.min(to)..=from.max(to)).contains(&number);
    }
    Some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_enclosed() {
        let line = r#"UID FETCH 1:* (UID FLAGS) "a \"b\\" x"#;
        assert_eq!(words(line).expect("words"), ["UID", "FETCH", "1:*", "UID FLAGS", "a \"b\\", "x"]);
        assert_eq!(words("").expect("none"), Vec::<String>::new());
        for broken in ["\"a", "(a", "\"a\"b", "(a)b"] {
            assert_eq!(words(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_set_names_numbers() {
        for (set, named) in
            [("3", true), ("1:2", false), ("4:1", true), ("5:*", false), ("2:*", true), ("9,3", true)]
        {
            assert_eq!(names(set, 3, 4), Some(named), "{set}");
        }
        // `*` is the last one, also where its number is smaller.
        assert_eq!(names("9:*", 4, 4), Some(true));
        for broken in ["", "a", "0", "1:", "1,,2", "-1"] {
            assert_eq!(names(broken, 1, 4), None, "{broken}");
        }
    }
}
