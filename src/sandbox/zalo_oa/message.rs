//! What a message may hold: text, a document, a picture as a media template, buttons under a text.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::api::Result;
use super::refusal::Refusal;
use super::uploads::Kind;
use super::view::ZaloOaSeen;
use super::world::World;

/// Longest text (-210 beyond). The unit is not documented; UTF-16 units are the strictest that is likely.
const LONGEST: usize = 2000;
/// Buttons under one text, as the templates have at most.
const MOST_BUTTONS: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToPerson {
    pub recipient: UserId,
    pub message: Message,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToGroup {
    pub recipient: GroupId,
    pub message: Message,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserId {
    pub user_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupId {
    pub group_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    text: Option<String>,
    attachment: Option<Attachment>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "snake_case")]
enum Attachment {
    File(FileToken),
    Template(Template),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileToken {
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    template_type: Option<String>,
    #[serde(default)]
    elements: Vec<Element>,
    #[serde(default)]
    buttons: Vec<Button>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Element {
    media_type: String,
    attachment_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Button {
    title: String,
    #[serde(rename = "type")]
    kind: String,
    payload: Value,
}

impl World {
    /// What people will see of a message, or why it is none.
    pub fn shape(&self, message: Message) -> Result<ZaloOaSeen> {
        let text = message.text.unwrap_or_default();
        if text.encode_utf16().count() > LONGEST {
            let refusal = Refusal::new(-210, format!("Text is longer than {LONGEST} characters"));
            return Err(Refusal { violation: true, ..refusal });
        }
        let mut seen = ZaloOaSeen { text, ..ZaloOaSeen::default() };
        match message.attachment {
            None if seen.text.trim().is_empty() => return Err(Refusal::wrong("text is empty")),
            None => {}
            Some(Attachment::File(_)) if !seen.text.is_empty() => {
                return Err(Refusal::wrong("a file has no text"));
            }
            Some(Attachment::File(FileToken { token })) => {
                let upload = self.uploaded(Kind::File, &token)?;
                (seen.file, seen.document) = (Some(upload.name.clone()), Some(upload.bytes.clone()));
            }
            Some(Attachment::Template(template)) => self.template(template, &mut seen)?,
        }
        Ok(seen)
    }

    fn template(&self, template: Template, seen: &mut ZaloOaSeen) -> Result<()> {
        match (template.template_type.as_deref(), template.elements.as_slice()) {
            (Some("media"), [Element { media_type, attachment_id }]) if media_type == "image" => {
                seen.photo = Some(Bytes::clone(&self.uploaded(Kind::Image, attachment_id)?.bytes));
            }
            (None, []) if !template.buttons.is_empty() && !seen.text.trim().is_empty() => {}
            _ => return Err(Refusal::wrong("this template is not known")),
        }
        if template.buttons.len() > MOST_BUTTONS {
            return Err(Refusal::wrong("too many buttons"));
        }
        seen.buttons = template.buttons.into_iter().map(press).collect::<Result<_>>()?;
        Ok(())
    }
}

/// A button's title, and what is said or opened.
fn press(button: Button) -> Result<(String, String)> {
    let does = match (button.kind.as_str(), &button.payload) {
        ("oa.query.show", Value::String(words)) => words.clone(),
        ("oa.open.url", payload) => payload["url"].as_str().unwrap_or_default().to_owned(),
        ("oa.open.phone", payload) => payload["phone_code"].as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    if button.title.trim().is_empty() || does.is_empty() {
        return Err(Refusal::wrong("a button has no title, or does nothing that is known"));
    }
    Ok((button.title, does))
}
