//! Choices where there are no buttons: a number or the words of a list that was shown, taken as a press.
//!
//! What was shown is in the outbox: nothing else has to be kept, and what a press may do is decided as for a button.

use crate::args;
use crate::conversation::incoming::Press;
use crate::conversation::{ChatFacts, ChatKind, Incoming, Reply, What};
use crate::domain::content::{Button, Content};
use crate::domain::ids::ChatId;
use crate::domain::text::fold;

use super::outbox::Whereto;
use super::{StoreError, Tx, row};

/// So many of the latest messages of a chat are looked at.
const LATEST: usize = 20;
/// No list has more choices.
const MOST_CHOICES: usize = 99;

/// What a chat was shown, or is just being shown: the latest first. The channel as it stands in an index.
const SHOWN: &str = "
    SELECT m.external_id, m.own_data, m.target, m.settled_at AS settled, p.body
    FROM messages m JOIN payloads p ON p.id = m.payload_id
    WHERE m.chat_id = $1 AND m.channel <> 'telegram' AND m.state IN (0, 1, 2, 3) AND m.op <> 'answer'
    ORDER BY m.id DESC LIMIT $2 + 0";

struct Shown {
    external_id: Option<String>,
    own_data: Option<String>,
    target: Option<String>,
    settled: Option<i64>,
    body: String,
}

row!(Shown { external_id, own_data, target, settled, body });

async fn shown(tx: &mut Tx<'_>, chat: ChatId) -> Result<Vec<(Shown, Content)>, StoreError> {
    let rows: Vec<Shown> = tx.all(SHOWN, args![chat, LATEST]).await?;
    let read = |row: Shown| Ok((serde_json::from_str(&row.body)?, row));
    rows.into_iter().map(|row| read(row).map(|(content, row)| (row, content))).collect()
}

/// What somebody chose where there are no buttons.
pub(super) enum Chosen {
    /// What came in, as a press of what it names.
    Press(Box<Incoming>),
    /// A number that the latest list does not have: it has so many.
    NoSuch(usize),
}

/// Whether what was said is a number that could be one of a list.
pub(super) fn is_number(incoming: &Incoming) -> bool {
    matches!(Said::read(incoming.text()), Some(Said::Number(_)))
}

/// Takes words for the choice that they name, where the channel has no buttons: the number of one in the list that is
/// answered, or else in the latest one, or its words in any of the latest ones. `None` where they name none.
pub(super) async fn chosen(
    tx: &mut Tx<'_>,
    chat: &ChatFacts,
    incoming: &Incoming,
) -> Result<Option<Chosen>, StoreError> {
    let What::Message(message) = &incoming.what else { return Ok(None) };
    let manner = incoming.channel.manner();
    let meant = chat.kind == ChatKind::Private || message.addressed;
    let only_words = message.photos.is_empty() && message.documents.is_empty() && message.place.is_none();
    // Where all of a group's words come in, a bare number or the words of a choice are for us, all else is not.
    if manner.buttons || !(meant || manner.hears_groups) || !only_words || message.edited {
        return Ok(None);
    }
    let Some(said) = Said::read(&message.text) else { return Ok(None) };
    let mut lists = shown(tx, chat.id).await?;
    lists.retain(|(_, content)| content.choices().next().is_some());
    if let Some(answered) = &message.reply_to {
        // The others stay in their order.
        lists.sort_by_key(|(row, _)| row.external_id.as_ref() != Some(answered));
    }
    let mut lists = lists.iter();
    let found = match said {
        Said::Number(number) => {
            let Some((row, content)) = lists.next() else { return Ok(None) };
            let count = content.choices().count();
            match content.choices().nth(number - 1) {
                Some(button) => data(button, row),
                // Where there is one way out beside what was asked for, a number may be the answer to that.
                None if count > 1 && meant => {
                    return Ok(Some(Chosen::NoSuch(count)));
                }
                None => None,
            }
        }
        Said::Words(words) => lists.find_map(|(row, content)| {
            data(content.choices().find(|button| bare(button.label()) == words)?, row)
        }),
    };
    let press = |data| Press { id: String::new(), data, message: None };
    let pressed = |data| Incoming { what: What::Press(press(data)), ..incoming.clone() };
    Ok(found.map(|data| Chosen::Press(Box::new(pressed(data)))))
}

fn data(button: &Button, row: &Shown) -> Option<String> {
    match button {
        Button::Press { data, .. } => Some(data.clone()),
        Button::PressOwn { act, .. } => row.own_data.as_deref().map(|own| act.data(own)),
        Button::Link { .. } => None,
    }
}

/// What somebody answers to a list.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Number(usize),
    Words(String),
}

impl Said {
    fn read(text: &str) -> Option<Self> {
        // Longer than any label: not worth a look at what was shown.
        if text.len() > 200 || text.trim_start().starts_with('/') {
            return None;
        }
        let words = bare(text);
        match words.parse() {
            Ok(number) if (1..=MOST_CHOICES).contains(&number) => Some(Self::Number(number)),
            Ok(_) => None,
            Err(_) => (!words.is_empty()).then_some(Self::Words(words)),
        }
    }
}

/// Words without case, diacritics, and what stands around them: pictures, full stops, quotation marks.
fn bare(text: &str) -> String {
    fold(text).trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// Whether a message that keeps itself up to date is shown already as it would be sent anew, or changed in nothing
/// that is worth a message.
pub(super) async fn is_shown(
    tx: &mut Tx<'_>,
    to: Whereto,
    slot: &str,
    reply: &Reply,
) -> Result<bool, StoreError> {
    let lists = shown(tx, to.chat).await?;
    let mut of_slot = lists.iter().filter(|(row, _)| row.target.as_deref() == Some(slot));
    let Some((row, last)) = of_slot.next() else { return Ok(false) };
    let sql = "SELECT COUNT(*) FROM slots WHERE chat_id = $1 AND slot = $2";
    if row.settled.is_some() && tx.int(sql, args![to.chat, slot]).await? == 0 {
        // It was given up, so that it would be shown anew.
        return Ok(false);
    }
    let before: Vec<&str> = last.buttons.iter().flatten().map(Button::label).collect();
    let now: Vec<&str> = reply.choices.iter().flatten().map(|choice| choice.label.as_str()).collect();
    // One that was cut to make room for its list begins as the whole does.
    let alike = before == now && reply.text.text.starts_with(&last.text.text);
    Ok(alike || (reply.quiet && now.starts_with(&before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_words_with_anything_around_them() {
        let number = |text: &str| match Said::read(text) {
            Some(Said::Number(number)) => Some(number),
            _ => None,
        };
        assert_eq!(
            (number("1"), number(" 2. "), number("(3)"), number("０")),
            (Some(1), Some(2), Some(3), None)
        );
        assert_eq!((number("0"), number("100"), number("-1")), (None, None, Some(1)));
        let words = |text: &str| Said::read(text) == Some(Said::Words("da nhan".to_owned()));
        assert!(["Đã nhận", "đã nhận.", "✅ ĐÃ NHẬN!", "da nhan", "“Đã nhận”"].into_iter().all(words));
        assert_eq!((Said::read("/1"), Said::read("👍"), Said::read("")), (None, None, None));
        assert_eq!(Said::read(&"a".repeat(201)), None);
    }
}
