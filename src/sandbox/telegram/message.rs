//! A message as the platform keeps it, and as the Bot API writes it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::entities::Entity;
use super::files::File;
use super::keyboard::Keyboard;

/// A place that was shared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Latitude, degrees.
    pub latitude: f64,
    /// Longitude, degrees.
    pub longitude: f64,
    /// Name, if it is a venue and not a mere point.
    #[serde(default)]
    pub title: Option<String>,
    /// Address, if it is a venue.
    #[serde(default)]
    pub address: Option<String>,
}

/// What a message consists of, beside its text or caption.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Text,
    /// Sizes from small to large.
    Photo(Vec<Arc<File>>),
    Document(Arc<File>),
    Place(Place),
    /// A service message: its fields, and the line people see.
    Service(Value, String),
}

/// A message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub id: i64,
    pub date: i64,
    pub edit_date: Option<i64>,
    pub from: i64,
    pub body: Body,
    /// Text, or caption of a photo or document.
    pub text: Arc<str>,
    pub entities: Vec<Entity>,
    pub keyboard: Option<Keyboard>,
    pub reply_to: Option<i64>,
    pub media_group_id: Option<String>,
}

impl Message {
    pub fn new(id: i64, date: i64, from: i64, body: Body) -> Message {
        Message {
            id,
            date,
            edit_date: None,
            from,
            body,
            text: "".into(),
            entities: Vec::new(),
            keyboard: None,
            reply_to: None,
            media_group_id: None,
        }
    }

    /// The Telegram message object, without `chat`, `from` and `reply_to_message`.
    pub fn object(&self) -> Value {
        let mut object = json!({"message_id": self.id, "date": self.date});
        if let Some(date) = self.edit_date {
            object["edit_date"] = json!(date);
        }
        if let Some(group) = &self.media_group_id {
            object["media_group_id"] = json!(group);
        }
        if let Some(keyboard) = self.keyboard.as_ref().filter(|keyboard| keyboard.inline) {
            object["reply_markup"] = keyboard.raw.clone();
        }
        let (text, entities) = match &self.body {
            Body::Text => ("text", "entities"),
            _ => ("caption", "caption_entities"),
        };
        if !self.text.is_empty() {
            object[text] = json!(&*self.text);
            if !self.entities.is_empty() {
                object[entities] = json!(self.entities);
            }
        }
        match &self.body {
            Body::Text => {}
            Body::Photo(sizes) => object["photo"] = sizes.iter().map(|size| size.photo_size()).collect(),
            Body::Document(file) => object["document"] = file.document(),
            Body::Place(place) => place.write(&mut object),
            Body::Service(fields, _) => {
                for (name, value) in fields.as_object().into_iter().flatten() {
                    object[name.as_str()] = value.clone();
                }
            }
        }
        object
    }
}

impl Place {
    fn write(&self, object: &mut Value) {
        let point = json!({"latitude": self.latitude, "longitude": self.longitude});
        if let Some(title) = &self.title {
            let address = self.address.clone().unwrap_or_default();
            object["venue"] = json!({"location": point, "title": title, "address": address});
        }
        // A venue also carries its point as `location`, for older bots.
        object["location"] = point;
    }

    /// Whether it is on the globe.
    pub(super) fn is_valid(&self) -> bool {
        (-90.0..=90.0).contains(&self.latitude) && (-180.0..=180.0).contains(&self.longitude)
    }
}
