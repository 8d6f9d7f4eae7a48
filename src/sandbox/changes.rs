//! What a page has not seen yet of a stand-in: which messages came or changed, and whether who there is did.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Every change in its order, by the number of the change.
#[derive(Default)]
pub(crate) struct Changes {
    /// The chat, and the place of the message in it.
    messages: Vec<(u64, String, usize)>,
    /// Number of the last change of who there is.
    people: u64,
}

impl Changes {
    /// A message came, or is another one now.
    pub(crate) fn message(&mut self, seq: u64, chat: &str, place: usize) {
        self.messages.push((seq, chat.to_owned(), place));
    }

    /// There is somebody new, or something is known of somebody that was not.
    pub(crate) fn people(&mut self, seq: u64) {
        self.people = seq;
    }

    /// What came after this number, where `seq` is the last; everything for 0, or for a number that is of another time.
    /// `see` shows a message, `who` the bot and its chats.
    pub(crate) fn news(
        &self,
        seq: u64,
        after: u64,
        see: impl Fn(&str, usize) -> Option<Value>,
        who: impl FnOnce() -> (Value, Vec<Value>),
    ) -> Value {
        let reset = after == 0 || after > seq;
        let after = if reset { 0 } else { after };
        let new = self.messages.partition_point(|(seq, ..)| *seq <= after);
        // Of what changed more than once the last time counts.
        let mut told = BTreeSet::new();
        let new = self.messages[new..].iter().rev().filter(|(_, chat, place)| told.insert((chat, place)));
        let new =
            new.filter_map(|(_, chat, place)| Some(json!({"chat": chat, "message": see(chat, *place)?})));
        let mut messages: Vec<Value> = new.collect();
        messages.reverse();
        let mut news = json!({"seq": seq, "reset": reset, "messages": messages});
        if reset || self.people > after {
            let (bot, chats) = who();
            (news["bot"], news["chats"]) = (bot, chats.into());
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_twice_is_told_once_and_last() {
        let mut changes = Changes::default();
        changes.people(1);
        for (seq, place) in [(2, 0), (3, 1), (4, 0)] {
            changes.message(seq, "lan", place);
        }
        let news = |after| {
            let news = changes.news(4, after, |_, place| Some(json!(place)), || (json!("bot"), Vec::new()));
            let told = news["messages"].as_array().into_iter().flatten();
            (told.map(|one| one["message"].clone()).collect::<Vec<_>>(), news["bot"].is_string())
        };
        assert_eq!(news(0), (vec![json!(1), json!(0)], true));
        assert_eq!(news(1), (vec![json!(1), json!(0)], false));
        assert_eq!(news(3), (vec![json!(0)], false));
        assert_eq!(news(9), (vec![json!(1), json!(0)], true), "of another time");
    }
}
