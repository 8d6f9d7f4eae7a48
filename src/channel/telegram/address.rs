//! Who is meant: whether a message in a group is for the bot, and what it says without the bot's name.

use std::ops::Range;

use super::Identity;
use super::update::Entity;
use crate::domain::Rich;
use crate::domain::rich::Edit;

/// The words of a message, and whom they name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// Without the bot's name.
    pub text: Rich,
    /// The bot is named, or a command is for it.
    pub names_us: bool,
    /// A command for another bot.
    pub names_other: bool,
}

/// Reads whom a text names. While our own name is not known, every command may be for us.
pub(super) fn read(rich: &Rich, entities: &[Entity], me: Option<&Identity>) -> Words {
    let text = rich.text.as_str();
    let (is_command, at_name) = command(text);
    let Some(me) = me else {
        return Words { text: without(rich, Vec::new()), names_us: is_command, names_other: false };
    };
    let command_for_us = at_name.clone().is_none_or(|name| is_our_name(&text[name], me));
    let mut ranges: Vec<Range<usize>> = mentions(text, me);
    ranges.extend(entities.iter().filter_map(|entity| text_mention(text, entity, me)));
    if let Some(name) = at_name.filter(|_| command_for_us) {
        // The name with its `@`.
        ranges.push(name.start - 1..name.end);
    }
    Words {
        names_us: (is_command && command_for_us) || !ranges.is_empty(),
        names_other: is_command && !command_for_us,
        text: without(rich, ranges),
    }
}

/// Whether the text is a command, and where the name of the bot stands that it is for: `/start@name`.
fn command(text: &str) -> (bool, Option<Range<usize>>) {
    let start = text.len() - text.trim_start().len();
    let Some(body) = text[start..].strip_prefix('/') else { return (false, None) };
    let word = body.split(char::is_whitespace).next().unwrap_or_default();
    let name = word.find('@').map(|at| start + 1 + at + 1..start + 1 + word.len());
    (!word.is_empty(), name)
}

fn is_our_name(name: &str, me: &Identity) -> bool {
    name.eq_ignore_ascii_case(&me.username)
}

/// Where `@our_name` stands as a word. Telegram's names are ASCII.
fn mentions(text: &str, me: &Identity) -> Vec<Range<usize>> {
    let (haystack, needle) = (text.to_ascii_lowercase(), format!("@{}", me.username.to_ascii_lowercase()));
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let found = haystack.match_indices(&needle).map(|(at, name)| at..at + name.len());
    found
        .filter(|range| !text[..range.start].ends_with(part_of_word))
        .filter(|range| !text[range.end..].starts_with(part_of_word))
        .collect()
}

/// Where the bot is named by its displayed name, which links to it.
fn text_mention(text: &str, entity: &Entity, me: &Identity) -> Option<Range<usize>> {
    let user = entity.user.as_ref()?;
    if entity.r#type.as_deref() != Some("text_mention") || user.id != Some(me.id) {
        return None;
    }
    let start = entity.offset?;
    let end = start.checked_add(entity.length?)?;
    Some(byte_at(text, start)?..byte_at(text, end)?)
}

/// Where in the bytes the UTF-16 unit `unit` begins.
fn byte_at(text: &str, unit: usize) -> Option<usize> {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= unit {
            return (units == unit).then_some(at);
        }
        units += c.len_utf16();
    }
    (units == unit).then_some(text.len())
}

/// The text without these ranges, without the blanks and the comma that stood around them.
fn without(rich: &Rich, mut ranges: Vec<Range<usize>>) -> Rich {
    ranges.sort_by_key(|range| range.start);
    let text = rich.text.as_str();
    let mut rest = String::with_capacity(text.len());
    let mut edits = Vec::with_capacity(ranges.len());
    let mut at = 0;
    for range in ranges {
        if range.start < at {
            continue;
        }
        rest.push_str(&text[at..range.start]);
        at = range.end;
        let first = rest.trim().is_empty();
        if first {
            at += text[at..].len() - text[at..].trim_start_matches([',', ':', ' ']).len();
        } else if rest.ends_with(' ') && text[at..].starts_with(' ') {
            at += 1;
        }
        edits.push(Edit::remove(range.start..at));
    }
    let rest = rich.edited(&edits);
    let (start, end) = (rest.text.len() - rest.text.trim_start().len(), rest.text.trim_end().len());
    rest.slice(start.min(end)..end).normal()
}
