//! Buttons: `reply_markup` checked as the Bot API does.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// A button as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// What pressing it sends to the bot, if it is a callback button.
    pub data: Option<String>,
    /// Where it leads, if it is a link.
    pub url: Option<String>,
}

/// The buttons of a message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Keyboard {
    /// Under the message (`inline_keyboard`); otherwise in place of the person's keyboard.
    pub inline: bool,
    /// Rows of buttons.
    pub rows: Vec<Vec<Button>>,
    /// As it came, for the message object.
    pub raw: Value,
}

/// At most 100 buttons on one message. The documentation gives no number; this is the commonly reported one.
const MOST_BUTTONS: usize = 100;

/// What an inline button may do, exactly one each (core.telegram.org/bots/api#inlinekeyboardbutton).
const INLINE_ACTIONS: [&str; 10] = [
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

/// What a button of a reply keyboard may ask for (core.telegram.org/bots/api#keyboardbutton).
const REPLY_ACTIONS: [&str; 6] =
    ["request_users", "request_chat", "request_contact", "request_location", "request_poll", "web_app"];

/// Fields beside the rows, by kind of markup.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the names and types are what is checked")]
struct ReplyExtras {
    is_persistent: Option<bool>,
    resize_keyboard: Option<bool>,
    one_time_keyboard: Option<bool>,
    input_field_placeholder: Option<String>,
    selective: Option<bool>,
    remove_keyboard: Option<bool>,
    force_reply: Option<bool>,
}

/// Reads and checks `reply_markup`. `inline_only` for edits, which take no other kind.
pub(super) fn check(raw: Value, inline_only: bool) -> Result<Option<Keyboard>, Refusal> {
    let Value::Object(mut fields) = raw.clone() else {
        return Err(Refusal::wrong("object expected as reply markup"));
    };
    if let Some(rows) = fields.remove("inline_keyboard") {
        if let Some(name) = fields.keys().next() {
            return Err(Refusal::wrong(format!("unknown field \"{name}\" in reply_markup")));
        }
        let rows = read_rows(rows, inline_button)?;
        let empty = rows.iter().all(Vec::is_empty);
        return Ok((!empty).then_some(Keyboard { inline: true, rows, raw }));
    }
    if inline_only {
        return Err(Refusal::wrong("inline keyboard expected"));
    }
    let rows = fields.remove("keyboard");
    let extras = serde_json::from_value::<ReplyExtras>(Value::Object(fields));
    let extras = extras.map_err(|error| Refusal::wrong(format!("can't parse reply_markup: {error}")))?;
    match rows {
        Some(rows) => {
            let rows = read_rows(rows, reply_button)?;
            Ok(Some(Keyboard { inline: false, rows, raw }))
        }
        None if extras.remove_keyboard == Some(true) || extras.force_reply == Some(true) => {
            Ok(Some(Keyboard { inline: false, rows: Vec::new(), raw }))
        }
        None => Err(Refusal::wrong("object expected as reply markup")),
    }
}

type ReadButton = fn(&Value) -> Result<Button, Refusal>;

fn read_rows(rows: Value, read: ReadButton) -> Result<Vec<Vec<Button>>, Refusal> {
    let rows: Vec<Vec<Value>> = serde_json::from_value(rows)
        .map_err(|_| Refusal::wrong("field \"keyboard\" must be an array of arrays"))?;
    if rows.iter().map(Vec::len).sum::<usize>() > MOST_BUTTONS {
        return Err(Refusal::wrong("reply markup is too long"));
    }
    rows.iter().map(|row| row.iter().map(read).collect()).collect()
}

fn label(button: &Map<String, Value>) -> Result<String, Refusal> {
    match button.get("text").and_then(Value::as_str) {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => Err(Refusal::wrong("keyboard button text must be non-empty")),
    }
}

fn known(button: &Map<String, Value>, actions: &[&str]) -> Result<usize, Refusal> {
    // `style` and `icon_custom_emoji_id` came with Bot API 9.4.
    let beside = ["text", "style", "icon_custom_emoji_id"];
    let strange =
        button.keys().find(|name| !beside.contains(&name.as_str()) && !actions.contains(&name.as_str()));
    if let Some(name) = strange {
        return Err(Refusal::wrong(format!("unknown field \"{name}\" in a keyboard button")));
    }
    Ok(button.keys().filter(|name| actions.contains(&name.as_str())).count())
}

fn inline_button(button: &Value) -> Result<Button, Refusal> {
    let button =
        button.as_object().ok_or_else(|| Refusal::wrong("inline keyboard button must be an object"))?;
    let label = label(button)?;
    if known(button, &INLINE_ACTIONS)? != 1 {
        return Err(Refusal::wrong("text buttons are unallowed in the inline keyboard"));
    }
    let data = match button.get("callback_data") {
        None => None,
        // 1 to 64 bytes, core.telegram.org/bots/api#inlinekeyboardbutton.
        Some(Value::String(data)) if (1..=64).contains(&data.len()) => Some(data.clone()),
        Some(_) => return Err(Refusal::wrong("BUTTON_DATA_INVALID")),
    };
    let url = match button.get("url") {
        None => None,
        Some(Value::String(url)) if is_link(url) => Some(url.clone()),
        Some(other) => {
            let what = format!("inline keyboard button URL {other} is invalid: Wrong HTTP URL");
            return Err(Refusal::wrong(what));
        }
    };
    Ok(Button { label, data, url })
}

fn reply_button(button: &Value) -> Result<Button, Refusal> {
    let label = match button {
        Value::String(text) if !text.trim().is_empty() => text.clone(),
        Value::Object(fields) => {
            if known(fields, &REPLY_ACTIONS)? > 1 {
                return Err(Refusal::wrong("keyboard button must have one action at most"));
            }
            label(fields)?
        }
        _ => return Err(Refusal::wrong("keyboard button must be a string or an object")),
    };
    Ok(Button { label, data: None, url: None })
}

/// Whether Telegram takes this as the address of a button: http(s) with a dotted host, or `tg://`.
fn is_link(url: &str) -> bool {
    if url.starts_with("tg://") {
        return true;
    }
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    reqwest::Url::parse(&with_scheme).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| host.contains('.'))
    })
}
