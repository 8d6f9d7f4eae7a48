//! Marked stretches of text: what Telegram finds by itself, and the check of what a bot sends.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// A marked stretch of a text, in UTF-16 units (core.telegram.org/bots/api#messageentity).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Its kind: `bold`, `italic`, `code`, `text_link`, `mention` …
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
    /// Where a `text_link` leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The person a `text_mention` names, as a Telegram user object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<serde_json::Value>,
    /// Programming language of a `pre`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Identifier of a `custom_emoji`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_emoji_id: Option<String>,
}

/// The kinds of core.telegram.org/bots/api#messageentity, Bot API 9.1.
const KINDS: [&str; 19] = [
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
];

/// Length in UTF-16 units, in which Telegram counts.
pub(super) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The stretch of `text` that an entity marks, if its borders fall between characters.
pub(super) fn marked<'a>(text: &'a str, entity: &Entity) -> Option<&'a str> {
    let end = entity.offset.checked_add(entity.length)?;
    let (mut at, mut from, mut to) = (0, None, None);
    for (byte, c) in text.char_indices().chain([(text.len(), '\0')]) {
        if at == entity.offset {
            from = Some(byte);
        }
        if at == end {
            to = Some(byte);
            break;
        }
        at += c.len_utf16();
    }
    text.get(from?..to?)
}

/// Refuses entities of unknown kind, out of range, empty, cutting a character, or lacking what they need.
pub(super) fn check(text: &str, entities: &[Entity]) -> Result<(), Refusal> {
    // Telegram drops what goes beyond about 100; that would lose markup silently, so it is refused here.
    if entities.len() > 100 {
        return Err(Refusal::wrong("too many entities"));
    }
    for entity in entities {
        let kind = entity.kind.as_str();
        if !KINDS.contains(&kind) {
            return Err(Refusal::wrong(format!("unsupported entity type \"{kind}\" specified")));
        }
        let complete = match kind {
            "text_link" => entity.url.as_ref().is_some_and(|url| !url.is_empty()),
            "text_mention" => entity.user.is_some(),
            "custom_emoji" => entity.custom_emoji_id.is_some(),
            _ => true,
        };
        if !complete {
            return Err(Refusal::wrong(format!("entity of type \"{kind}\" is incomplete")));
        }
        if marked(text, entity).is_none_or(str::is_empty) {
            let (offset, length) = (entity.offset, entity.length);
            return Err(Refusal::wrong(format!(
                "entity \"{kind}\" at {offset}, length {length} is out of range"
            )));
        }
    }
    Ok(())
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Commands, mentions, hashtags and links as Telegram finds them in any text.
pub(super) fn detect(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    let (mut offset, mut byte, mut before) = (0, 0, ' ');
    while let Some(c) = text[byte..].chars().next() {
        let rest = &text[byte..];
        let length =
            if before.is_alphanumeric() || before == '_' || before == '/' { None } else { stretch(rest) };
        match length {
            Some((kind, bytes)) => {
                let length = utf16_len(&rest[..bytes]);
                found.push(Entity { kind: kind.into(), offset, length, ..Entity::default() });
                before = rest[..bytes].chars().next_back().unwrap_or(c);
                (offset, byte) = (offset + length, byte + bytes);
            }
            None => {
                before = c;
                (offset, byte) = (offset + c.len_utf16(), byte + c.len_utf8());
            }
        }
    }
    found
}

/// Kind and length in bytes of the stretch that begins here.
fn stretch(rest: &str) -> Option<(&'static str, usize)> {
    let names = |text: &str| text.find(|c| !is_name(c)).unwrap_or(text.len());
    if let Some(after) = rest.strip_prefix('/') {
        // Commands: up to 32 letters, digits and underscores, perhaps with the bot's name.
        let length = names(after);
        let tail = &after[length..];
        let address = tail.strip_prefix('@').map_or(0, |name| names(name) + 1);
        let ends = !tail.starts_with('/');
        return ((1..=32).contains(&length) && ends)
            .then_some(("bot_command", 1 + length + if address > 3 { address } else { 0 }));
    }
    if let Some(after) = rest.strip_prefix('@') {
        let length = names(after);
        return (3..=32).contains(&length).then_some(("mention", 1 + length));
    }
    if let Some(after) = rest.strip_prefix('#') {
        let length = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        return (length > 0).then_some(("hashtag", 1 + length));
    }
    let body = ["https://", "http://", "t.me/"].iter().find_map(|start| rest.strip_prefix(start))?;
    let start = rest.len() - body.len();
    let length = body.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(body.len());
    let length = body[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"']).len();
    (length > 0).then_some(("url", start + length))
}

/// The bot's own entities together with those that Telegram finds beside them, in order.
pub(super) fn with_detected(text: &str, mut own: Vec<Entity>) -> Vec<Entity> {
    let free = |found: &Entity| {
        own.iter().all(|entity| {
            let apart =
                entity.offset + entity.length <= found.offset || found.offset + found.length <= entity.offset;
            // Styles may lie over what is found; code and links may not.
            apart || !matches!(entity.kind.as_str(), "code" | "pre" | "text_link" | "text_mention")
        })
    };
    let found: Vec<Entity> = detect(text)
        .into_iter()
        .filter(|found| free(found) && !own.iter().any(|e| e.kind == found.kind && e.offset == found.offset))
        .collect();
    own.extend(found);
    own.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    own
}
