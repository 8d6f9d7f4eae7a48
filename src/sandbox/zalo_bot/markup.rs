//! Markup in a text (`parse_mode`): what is shown of it, or why it cannot be read.
//!
//! Known of Zalo's Markdown: `**bold**`, `*italic*`, `~~struck~~`, headings, lists, `{red}…{/red}`; no links and no
//! code. Known of its HTML: `b`, `i`, `u`, `s`, `h1` to `h6`, lists, and `span` for colours.

use super::refusal::Refusal;

const TAGS: [&str; 14] = ["b", "i", "u", "s", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "span"];
const COLOURS: [&str; 4] = ["red", "green", "yellow", "orange"];

fn broken(why: &str) -> Refusal {
    Refusal::bad(&format!("can't parse text: {why}"))
}

/// The text without its markup.
pub(super) fn read(text: &str, mode: Option<&str>) -> Result<String, Refusal> {
    match mode {
        None => Ok(text.to_owned()),
        Some("markdown") => markdown(text),
        Some("html") => html(text),
        Some(_) => Err(Refusal::wrong("parse_mode must be markdown or html")),
    }
}

/// Opens a mark, or closes it if it is the one opened last.
fn toggle(open: &mut Vec<String>, mark: &str) {
    if open.last().is_some_and(|last| last == mark) {
        open.pop();
    } else {
        open.push(mark.into());
    }
}

fn markdown(text: &str) -> Result<String, Refusal> {
    if text.contains('`') || text.contains("](") {
        return Err(broken("links and code are not supported"));
    }
    let (mut shown, mut open) = (String::new(), Vec::new());
    for line in text.split_inclusive('\n') {
        // `* ` at the beginning of a line is an item of a list, and `#` a heading.
        let heading = line.trim_start_matches('#');
        let mut rest = heading.strip_prefix(' ').filter(|_| heading.len() < line.len()).unwrap_or(line);
        if let Some(item) = rest.strip_prefix("* ") {
            shown.push_str("• ");
            rest = item;
        }
        while let Some(c) = rest.chars().next() {
            if let Some(mark) = ["**", "~~", "*"].into_iter().find(|mark| rest.starts_with(mark)) {
                toggle(&mut open, mark);
                rest = &rest[mark.len()..];
            } else if let Some((colour, closes, length)) = colour(rest) {
                match (closes, open.last()) {
                    (false, _) => open.push(colour.into()),
                    (true, Some(last)) if last == colour => drop(open.pop()),
                    (true, _) => return Err(broken("a colour is closed that is not open")),
                }
                rest = &rest[length..];
            } else {
                shown.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    open.pop().map_or(Ok(shown), |mark| Err(broken(&format!("{mark} is not closed"))))
}

/// A colour that begins here: its name, whether it is closed, and how many bytes that takes.
fn colour(rest: &str) -> Option<(&str, bool, usize)> {
    let (inner, _) = rest.strip_prefix('{')?.split_once('}')?;
    let name = inner.strip_prefix('/').unwrap_or(inner);
    COLOURS.contains(&name).then_some((name, inner.len() > name.len(), inner.len() + 2))
}

fn html(text: &str) -> Result<String, Refusal> {
    let (mut shown, mut open, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, after)) = rest.split_once('<') {
        shown.push_str(before);
        let (tag, behind) = after.split_once('>').ok_or_else(|| broken("a tag does not end"))?;
        rest = behind;
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        if !TAGS.contains(&name) {
            return Err(broken(&format!("unknown tag \"{name}\"")));
        }
        if !tag.starts_with('/') {
            open.push(name);
        } else if open.pop() != Some(name) {
            return Err(broken(&format!("\"{name}\" is closed and not open")));
        }
    }
    shown.push_str(rest);
    if let Some(name) = open.pop() {
        return Err(broken(&format!("\"{name}\" is not closed")));
    }
    let plain = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    Ok(plain.replace("&amp;", "&"))
}
