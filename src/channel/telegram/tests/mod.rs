//! Reading and judging without a network. Scenes over real HTTP are in `tests/telegram`.

mod classifying;
mod marking;
mod mess;
mod reading;

use serde_json::{Value, json};

use crate::channel::Parsed;
use crate::conversation::What;
use crate::conversation::incoming::Message;
use crate::domain::Timestamp;

use super::{Identity, parse};

pub fn me() -> Identity {
    Identity { id: 700_000_001, username: "Loa_Bot".to_owned(), earlier: false }
}

pub fn read(update: &Value) -> Parsed {
    parse::read(update.to_string().as_bytes(), Timestamp(7), Some(&me()))
}

pub fn what(update: &Value) -> What {
    read(update).incoming.expect("something came in").what
}

pub fn message(update: &Value) -> Message {
    match what(update) {
        What::Message(message) => message,
        other => panic!("no message: {other:?}"),
    }
}

/// A message of Lan's in her private chat, with these fields besides.
pub fn private(extra: Value) -> Value {
    let chat = json!({"id": 42, "type": "private", "first_name": "Lan", "last_name": "Trần"});
    with(chat, extra)
}

/// The same in a group.
pub fn group(extra: Value) -> Value {
    with(json!({"id": -100_123, "type": "supergroup", "title": "Tổ dân phố 5"}), extra)
}

fn with(chat: Value, extra: Value) -> Value {
    let from = json!({"id": 42, "is_bot": false, "first_name": "Lan", "last_name": "Trần"});
    let mut message = json!({"message_id": 9, "date": 1_772_413_200, "chat": chat, "from": from});
    let fields = message.as_object_mut().expect("an object");
    fields.extend(extra.as_object().expect("an object").clone());
    json!({"update_id": 1, "message": message})
}
