//! `parse_mode`: HTML, MarkdownV2 and the older Markdown, read into text and entities
//! (core.telegram.org/bots/api#formatting-options).

use super::entities::{Entity, utf16_len};
use super::refusal::Refusal;

/// What came out of the markup.
type Parsed = (String, Vec<Entity>);

/// Reads marked up text.
pub(super) fn parse(mode: &str, text: &str) -> Result<Parsed, Refusal> {
    match mode.to_ascii_lowercase().as_str() {
        "html" => Reader::new(text).html(),
        "markdownv2" => Reader::new(text).markdown(true),
        "markdown" => Reader::new(text).markdown(false),
        _ => Err(Refusal::wrong("unsupported parse_mode")),
    }
}

fn unreadable(what: impl std::fmt::Display) -> Refusal {
    Refusal::wrong(format!("can't parse entities: {what}"))
}

struct Open {
    mark: String,
    entity: Entity,
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    out: String,
    units: usize,
    open: Vec<Open>,
    done: Vec<Entity>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str) -> Reader<'a> {
        Reader { source, at: 0, out: String::new(), units: 0, open: Vec::new(), done: Vec::new() }
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let hit = self.rest().starts_with(prefix);
        if hit {
            self.at += prefix.len();
        }
        hit
    }

    /// Everything up to `end`, which is eaten too.
    fn until(&mut self, end: &str) -> Option<&'a str> {
        let rest = self.rest();
        let length = rest.find(end)?;
        self.at += length + end.len();
        Some(&rest[..length])
    }

    fn write(&mut self, text: &str) {
        self.units += utf16_len(text);
        self.out.push_str(text);
    }

    fn begin(&mut self, mark: &str, kind: &str) -> &mut Entity {
        let entity = Entity { kind: kind.into(), offset: self.units, ..Entity::default() };
        self.open.push(Open { mark: mark.into(), entity });
        let last = self.open.len() - 1;
        &mut self.open[last].entity
    }

    /// Closes the innermost open entity; an empty one is dropped, as Telegram does.
    fn end(&mut self) {
        if let Some(Open { mut entity, .. }) = self.open.pop() {
            entity.length = self.units - entity.offset;
            if entity.length > 0 {
                self.done.push(entity);
            }
        }
    }

    fn finish(mut self) -> Result<Parsed, Refusal> {
        if let Some(open) = self.open.last() {
            return Err(unreadable(format!("can't find end of the entity \"{}\"", open.mark)));
        }
        self.done.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
        Ok((self.out, self.done))
    }

    fn html(mut self) -> Result<Parsed, Refusal> {
        while let Some(c) = self.rest().chars().next() {
            match c {
                '<' => self.tag()?,
                '&' => self.reference(),
                _ => {
                    self.at += c.len_utf8();
                    self.write(c.encode_utf8(&mut [0; 4]));
                }
            }
        }
        self.finish()
    }

    fn tag(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        self.at += 1;
        let inside = self
            .until(">")
            .ok_or_else(|| unreadable(format!("Unclosed start tag at byte offset {start}")))?;
        if let Some(name) = inside.strip_prefix('/') {
            let name = name.trim().to_ascii_lowercase();
            return match self.open.last() {
                Some(open) if open.mark == name => {
                    self.end();
                    Ok(())
                }
                _ => Err(unreadable(format!("Unexpected end tag at byte offset {start}"))),
            };
        }
        let name = inside.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let value = |wanted: &str| attribute(inside, wanted);
        let kind = match name.as_str() {
            "b" | "strong" => "bold",
            "i" | "em" => "italic",
            "u" | "ins" => "underline",
            "s" | "strike" | "del" => "strikethrough",
            "tg-spoiler" => "spoiler",
            "span" if value("class").as_deref() == Some("tg-spoiler") => "spoiler",
            "blockquote" if inside.contains("expandable") => "expandable_blockquote",
            "blockquote" => "blockquote",
            "a" => "text_link",
            "pre" => "pre",
            "code" => "code",
            "tg-emoji" => "custom_emoji",
            _ => {
                let what = format!("Unsupported start tag \"{name}\" at byte offset {start}");
                return Err(unreadable(what));
            }
        };
        let language = value("class").and_then(|class| class.strip_prefix("language-").map(str::to_owned));
        // `<pre><code class="language-x">` is one block with a language, not code within a block.
        let in_pre = self.open.last().is_some_and(|open| open.mark == "pre");
        if let (true, "code", Some(language), Some(pre)) = (in_pre, kind, &language, self.open.last_mut()) {
            pre.entity.language = Some(language.clone());
        }
        let entity = self.begin(&name, kind);
        entity.url = value("href").filter(|_| kind == "text_link");
        entity.custom_emoji_id = value("emoji-id");
        Ok(())
    }

    fn reference(&mut self) {
        let rest = self.rest();
        let name = rest.find(';').and_then(|end| rest.get(1..end)).unwrap_or_default();
        let number = name.strip_prefix("#x").map_or_else(
            || name.strip_prefix('#').and_then(|decimal| decimal.parse().ok()),
            |hex| u32::from_str_radix(hex, 16).ok(),
        );
        let read = match name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            _ => number.and_then(char::from_u32),
        };
        // What is no reference stays as it is, as Telegram keeps it.
        self.at += if read.is_some() { name.len() + 2 } else { 1 };
        self.write(read.unwrap_or('&').encode_utf8(&mut [0; 4]));
    }

    fn markdown(mut self, second: bool) -> Result<Parsed, Refusal> {
        let mut quote = false;
        while let Some(c) = self.rest().chars().next() {
            let line_start = self.out.is_empty() || self.out.ends_with('\n');
            if second && quote && line_start && !self.rest().starts_with('>') {
                self.end();
                quote = false;
            }
            if second && line_start && self.eat(">") {
                if !quote {
                    self.begin(">", "blockquote");
                    quote = true;
                }
                continue;
            }
            if c == '\\' && self.escape(second) || self.code()? || self.link(second)? || self.style(second) {
                continue;
            }
            if second && ">#+-=|{}.!()]".contains(c) {
                let what = format!("Character '{c}' is reserved and must be escaped with the preceding '\\'");
                return Err(unreadable(what));
            }
            self.at += c.len_utf8();
            self.write(c.encode_utf8(&mut [0; 4]));
        }
        if quote {
            self.end();
        }
        self.finish()
    }

    fn escape(&mut self, second: bool) -> bool {
        let next = self.rest().chars().nth(1);
        let Some(c) = next.filter(|c| if second { c.is_ascii() } else { "_*`[".contains(*c) }) else {
            return false;
        };
        self.at += 2;
        self.write(c.encode_utf8(&mut [0; 4]));
        true
    }

    fn code(&mut self) -> Result<bool, Refusal> {
        let start = self.at;
        let (mark, kind) = if self.eat("```") {
            ("```", "pre")
        } else if self.eat("`") {
            ("`", "code")
        } else {
            return Ok(false);
        };
        let lost = || unreadable(format!("Can't find end of the entity starting at byte offset {start}"));
        let mut text = self.until(mark).ok_or_else(lost)?;
        let mut language = None;
        if let Some((first, more)) = text.split_once('\n').filter(|_| kind == "pre") {
            language = Some(first.to_owned()).filter(|name| !name.is_empty() && !name.contains(' '));
            if language.is_some() || first.is_empty() {
                text = more;
            }
        }
        let text = text.replace("\\`", "`").replace("\\\\", "\\");
        self.begin(mark, kind).language = language;
        self.write(&text);
        self.end();
        Ok(true)
    }

    fn link(&mut self, second: bool) -> Result<bool, Refusal> {
        if second && self.eat("![") {
            self.begin("[", "custom_emoji");
            return Ok(true);
        }
        if self.eat("[") {
            self.begin("[", "text_link");
            return Ok(true);
        }
        if self.open.last().is_none_or(|open| open.mark != "[") || !self.eat("](") {
            return Ok(false);
        }
        let url = self.until(")").ok_or_else(|| unreadable("can't find end of a link"))?.to_owned();
        if let Some(Open { entity, .. }) = self.open.last_mut() {
            match url.strip_prefix("tg://emoji?id=") {
                Some(id) if entity.kind == "custom_emoji" => entity.custom_emoji_id = Some(id.to_owned()),
                _ => entity.url = Some(url),
            }
        }
        self.end();
        Ok(true)
    }

    fn style(&mut self, second: bool) -> bool {
        let marks: &[(&str, &str)] = if second {
            &[("__", "underline"), ("_", "italic"), ("*", "bold"), ("~", "strikethrough"), ("||", "spoiler")]
        } else {
            &[("_", "italic"), ("*", "bold")]
        };
        let Some(&(mark, kind)) = marks.iter().find(|(mark, _)| self.rest().starts_with(mark)) else {
            return false;
        };
        self.at += mark.len();
        if self.open.last().is_some_and(|open| open.mark == mark) {
            self.end();
        } else {
            self.begin(mark, kind);
        }
        true
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!("{name}="))? + name.len() + 1;
    let quote = tag[start..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = tag[start + 1..].split(quote).next()?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}
