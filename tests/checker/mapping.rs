//! Which message an accepted call was.

use std::collections::{BTreeMap, BTreeSet};

use loa::sandbox::Accepted;

use super::facts::{Facts, MessageRow};
use super::{Evidence, Verdict};

/// What was accepted, by message.
#[derive(Debug, Default)]
pub struct Mapped<'a> {
    /// What surely was this message, in the order of acceptance.
    pub of: BTreeMap<i64, Vec<&'a Accepted>>,
    /// Messages of a chat that say the same, and what was accepted with these words besides.
    pub groups: Vec<Group<'a>>,
}

#[derive(Debug)]
pub struct Group<'a> {
    pub chat: i64,
    pub text: String,
    pub messages: Vec<&'a MessageRow>,
    /// What nobody knows which of them it was.
    pub shared: Vec<&'a Accepted>,
}

impl<'a> Mapped<'a> {
    pub fn accepted(&self, message: i64) -> &[&'a Accepted] {
        self.of.get(&message).map_or(&[], Vec::as_slice)
    }
}

impl Group<'_> {
    /// How many of these messages are said to be in this state. What keeps itself up to date is sent once, and from then on
    /// changed where it stands.
    pub fn said_sent(&self, state: i64) -> usize {
        let sent = self.messages.iter().filter(|message| message.state == state);
        let (shown, sent): (Vec<&&MessageRow>, Vec<_>) = sent.partition(|message| message.op == "show");
        let slots: BTreeSet<Option<&str>> = shown.iter().map(|message| message.target.as_deref()).collect();
        sent.len() + slots.len()
    }
}

/// Whether a call put a new message into a chat.
fn sends(call: &Accepted) -> bool {
    call.method.starts_with("send") && call.message_id.is_some()
}

pub fn chat_of(message: &MessageRow, evidence: &Evidence) -> i64 {
    // An address begins with the number of who reads there.
    let id = message.chat.split('@').next().unwrap_or_default();
    id.parse().map(|id| evidence.chat(id)).unwrap_or_default()
}

/// Maps what was accepted to messages. What belongs to none is a violation of part 2.
pub fn map<'a>(facts: &'a Facts, evidence: &'a Evidence, verdict: &mut Verdict) -> Mapped<'a> {
    let mut groups: BTreeMap<(i64, &str), Group<'a>> = BTreeMap::new();
    // (chat, number, text): after a group has moved, numbers begin anew.
    let mut numbers: BTreeMap<(i64, &str, &str), i64> = BTreeMap::new();
    for message in facts.messages.iter().filter(|message| message.op == "send" || message.op == "show") {
        let text = facts.texts.get(&message.payload_id).map_or("", String::as_str);
        let chat = chat_of(message, evidence);
        if let Some(number) = &message.external_id {
            numbers.insert((chat, number, text), message.id);
        }
        let group = || Group { chat, text: text.to_owned(), messages: Vec::new(), shared: Vec::new() };
        groups.entry((chat, text)).or_insert_with(group).messages.push(message);
    }
    let mut mapped = Mapped::default();
    for call in evidence.accepted.iter().filter(|call| sends(call)) {
        let chat = evidence.chat(call.chat_id.unwrap_or_default());
        let number = call.message_id.unwrap_or_default().to_string();
        let text = call.text.trim();
        if let Some(message) = numbers.get(&(chat, number.as_str(), text)) {
            mapped.of.entry(*message).or_default().push(call);
            continue;
        }
        match groups.get_mut(&(chat, text)) {
            Some(group) if group.messages.len() == 1 => {
                mapped.of.entry(group.messages[0].id).or_default().push(call);
            }
            Some(group) => group.shared.push(call),
            None if was_shown(facts, evidence, chat, text) => {}
            None => verdict.say(2, format!("chat {chat} was sent what no message says: {text:?}")),
        }
    }
    for calls in mapped.of.values_mut() {
        calls.sort_by_key(|call| call.seq);
    }
    mapped.groups = groups.into_values().collect();
    mapped
}

/// A message that keeps itself up to date says something else by now.
fn was_shown(facts: &Facts, evidence: &Evidence, chat: i64, text: &str) -> bool {
    let keeps = |message: &MessageRow| message.op == "show" && chat_of(message, evidence) == chat;
    facts.messages.iter().any(keeps) && facts.texts.values().any(|said| said == text)
}
