//! The shapes that go out and come in.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value, json};

use crate::domain::content::{Button, Content};

/// Buttons under one text, as templates have at most.
const MOST_BUTTONS: usize = 4;

/// What is a text in one place and a number in another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Loose(pub String);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Number(Number),
        }
        Ok(Self(match Written::deserialize(from)? {
            Written::Text(text) => text,
            Written::Number(number) => number.to_string(),
        }))
    }
}

/// A message, as both ways of sending take it.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Message {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Value>,
}

/// A document that was handed over.
pub(super) fn document(token: &str) -> Value {
    json!({"type": "file", "payload": {"token": token}})
}

/// A picture that was handed over.
pub(super) fn picture(id: &str) -> Value {
    let element = json!({"media_type": "image", "attachment_id": id});
    json!({"type": "template", "payload": {"template_type": "media", "elements": [element]}})
}

/// The choices as buttons: a press says the choice's number. `None` where there are none, or too many.
pub(super) fn buttons(content: &Content) -> Option<Value> {
    let labels: Vec<&str> = content.choices().map(Button::label).collect();
    if labels.is_empty() || labels.len() > MOST_BUTTONS {
        return None;
    }
    let buttons = labels
        .iter()
        .enumerate()
        .map(|(at, label)| json!({"title": label, "type": "oa.query.show", "payload": (at + 1).to_string()}));
    let buttons: Vec<Value> = buttons.collect();
    Some(json!({"type": "template", "payload": {"buttons": buttons}}))
}
