//! What stands before the text of a Markdown file, between two lines of `---`: a few words and their values.

use super::DocumentError;
use crate::domain::text::fold;

/// What a file says about the notice that it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Front {
    pub title: Option<String>,
    pub to: Option<String>,
    pub urgent: bool,
    pub confirm: bool,
    pub at: Option<String>,
    /// Names of files beside it.
    pub files: Vec<String>,
}

/// The longest value, in characters.
const MOST_VALUE: usize = 2000;

/// Takes what stands before the text from the text.
///
/// # Errors
/// What in it is not understood.
pub fn split_front(text: &str) -> Result<(Front, &str), DocumentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(body) = text.strip_prefix("---").and_then(after_line) else {
        return Ok((Front::default(), text));
    };
    let mut front = Front::default();
    let mut rest = body;
    let mut in_files = false;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let line = line.trim();
        if line == "---" {
            return Ok((front, rest));
        }
        if let Some(item) = line.strip_prefix("- ").filter(|_| in_files) {
            front.files.push(unquoted(item).to_owned());
        } else if !line.is_empty() && !line.starts_with('#') {
            in_files = front.set(line)?;
        }
    }
    Err(DocumentError::Front("thiếu dòng --- ở cuối".to_owned()))
}

/// What follows where nothing else is on the line.
fn after_line(rest: &str) -> Option<&str> {
    let (line, after) = rest.split_once('\n')?;
    line.trim().is_empty().then_some(after)
}

impl Front {
    /// Takes one line. Gives whether names of files may follow.
    fn set(&mut self, line: &str) -> Result<bool, DocumentError> {
        let wrong = |why: String| DocumentError::Front(why);
        let short: String = line.chars().take(40).collect();
        let (key, value) =
            line.split_once(':').ok_or_else(|| wrong(format!("“{short}” thiếu dấu hai chấm")))?;
        let value = unquoted(value);
        if value.chars().count() > MOST_VALUE {
            return Err(wrong(format!("“{short}…” dài quá")));
        }
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match fold(key).as_str() {
            "title" | "tieu de" => self.title = text(),
            "to" | "toi" | "nguoi nhan" => self.to = text(),
            "at" | "luc" | "gio gui" => self.at = text(),
            "urgent" | "khan" => {
                self.urgent = yes(value).ok_or_else(|| wrong(format!("“{short}”: ghi có hoặc không")))?;
            }
            "confirm" | "xac nhan" => {
                self.confirm = yes(value).ok_or_else(|| wrong(format!("“{short}”: ghi có hoặc không")))?;
            }
            "files" | "tep" => {
                let list = value.strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or(value);
                self.files
                    .extend(list.split(',').map(unquoted).filter(|name| !name.is_empty()).map(str::to_owned));
                return Ok(true);
            }
            _ => {
                let known = "title, to, urgent, confirm, at, files";
                return Err(wrong(format!(
                    "không có mục “{}”; hãy dùng {known}",
                    key.trim().chars().take(30).collect::<String>()
                )));
            }
        }
        Ok(false)
    }
}

fn yes(value: &str) -> Option<bool> {
    match fold(value).as_str() {
        "co" | "yes" | "true" | "1" => Some(true),
        "khong" | "no" | "false" | "0" | "" => Some(false),
        _ => None,
    }
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let within = ['"', '\''].iter().find_map(|mark| value.strip_prefix(*mark)?.strip_suffix(*mark));
    within.unwrap_or(value).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_text_is_read() {
        let text = "---\ntitle: \"Lịch họp: tuần 3\"\nto: unit:Xã A/*; -person:Lan\nkhẩn: có\nconfirm: true\nat: 8h mai\nfiles:\n  - a.jpg\n  - 'b c.pdf'\n---\n\n# Chào";
        let (front, body) = split_front(text).expect("read");
        let expected = Front {
            title: Some("Lịch họp: tuần 3".into()),
            to: Some("unit:Xã A/*; -person:Lan".into()),
            urgent: true,
            confirm: true,
            at: Some("8h mai".into()),
            files: vec!["a.jpg".into(), "b c.pdf".into()],
        };
        assert_eq!((front, body), (expected, "\n# Chào"));
        assert_eq!(split_front("files: a").expect("read"), (Front::default(), "files: a"));
        assert_eq!(
            split_front("---\nfiles: [a.jpg, b.jpg]\n---\n").expect("read").0.files,
            ["a.jpg", "b.jpg"]
        );
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, part) in [
            ("---\ntitle: A\n", "thiếu dòng ---"),
            ("---\nmàu: đỏ\n---\n", "không có mục “màu”"),
            ("---\nurgent: có lẽ\n---\n", "ghi có hoặc không"),
            ("---\nhọp\n---\n", "thiếu dấu hai chấm"),
        ] {
            let wrong = split_front(text).expect_err(text).to_string();
            assert!(wrong.contains(part), "{wrong}");
        }
        // A rule is no beginning of these.
        assert_eq!(split_front("--- a\nb").expect("read").1, "--- a\nb");
    }
}
