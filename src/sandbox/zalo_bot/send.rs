//! The bot speaks.

use bytes::Bytes;
use serde_json::{Value, json};

use super::api::Call;
use super::log::ZaloAccepted;
use super::markup;
use super::params::Params;
use super::refusal::Refusal;
use super::style::{self, ZaloStyle, utf16_len};
use super::view::ZaloSeen;
use super::world::World;
use crate::sandbox::faults::Fault;

/// Longest text and caption. The unit is not documented; UTF-16 units are the strictest that is likely.
const LONGEST: usize = 2000;

/// A `sendPhoto` that was found in order; the picture has still to be fetched.
pub(super) struct Photo {
    pub url: String,
    chat: String,
    caption: String,
}

fn check_length(name: &str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() || utf16_len(text) > LONGEST {
        return Err(Refusal::wrong(format!("{name} must have 1 to {LONGEST} characters")));
    }
    Ok(())
}

fn check_address(name: &str, url: &str) -> Result<(), Refusal> {
    let scheme = reqwest::Url::parse(url).ok().map(|url| url.scheme().to_owned());
    match scheme.as_deref() {
        Some("http" | "https") => Ok(()),
        _ => Err(Refusal::wrong(format!("{name} must be an http(s) address"))),
    }
}

impl World {
    /// `sendMessage`.
    pub fn send_message(&mut self, call: &Call, mut params: Params) -> Result<Value, Refusal> {
        let chat = params.required("chat_id")?;
        let text = params.text("text")?.unwrap_or_default();
        let mode = params.text("parse_mode")?;
        let mut styles: Vec<ZaloStyle> = params.nested("text_styles")?.unwrap_or_default();
        params.finish()?;
        check_length("text", &text)?;
        style::check(&styles, &text)?;
        let shown = markup::read(&text, mode.as_deref())?;
        if mode.is_some() {
            // Zalo passes over styles where there is markup.
            styles.clear();
        }
        self.send(call, &chat, |seen| (seen.text, seen.styles) = (shown, styles))
    }

    /// `sendPhoto`, up to the fetching of the picture.
    pub fn begin_photo(&mut self, mut params: Params) -> Result<Photo, Refusal> {
        let (chat, url) = (params.required("chat_id")?, params.required("photo")?);
        let caption = params.text("caption")?;
        params.finish()?;
        check_address("photo", &url)?;
        if let Some(caption) = &caption {
            check_length("caption", caption)?;
        }
        self.reach(&chat)?;
        self.within_plan(&chat)?;
        Ok(Photo { url, chat, caption: caption.unwrap_or_default() })
    }

    /// `sendPhoto`, once the picture was fetched or was not.
    pub fn send_photo(
        &mut self,
        call: &Call,
        photo: Photo,
        got: Result<Bytes, String>,
    ) -> Result<Value, Refusal> {
        let bytes = got.map_err(|why| Refusal::bad(&format!("photo: {why}")))?;
        self.send(call, &photo.chat, |seen| (seen.text, seen.photo) = (photo.caption, Some(bytes)))
    }

    /// `sendSticker`.
    pub fn send_sticker(&mut self, call: &Call, mut params: Params) -> Result<Value, Refusal> {
        let (chat, sticker) = (params.required("chat_id")?, params.required("sticker")?);
        params.finish()?;
        self.send(call, &chat, |seen| seen.sticker = Some(sticker))
    }

    /// `sendVoice`, to a person only.
    pub fn send_voice(&mut self, call: &Call, mut params: Params) -> Result<Value, Refusal> {
        let (chat, url) = (params.required("chat_id")?, params.required("voice_url")?);
        params.finish()?;
        check_address("voice_url", &url)?;
        if self.chats.get(&chat).is_some_and(|chat| chat.members.is_some()) {
            return Err(Refusal::wrong("a voice can be sent to a person only"));
        }
        self.send(call, &chat, |seen| seen.voice = Some(url))
    }

    /// `sendChatAction`; it has no result.
    pub fn chat_action(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let (chat, action) = (params.required("chat_id")?, params.required("action")?);
        params.finish()?;
        if !matches!(action.as_str(), "typing" | "upload_photo") {
            return Err(Refusal::wrong("unknown action"));
        }
        self.reach(&chat)?;
        Ok(Value::Null)
    }

    /// Refuses a chat in which the bot cannot speak.
    fn reach(&self, chat: &str) -> Result<(), Refusal> {
        let place = self.chats.get(chat).ok_or_else(|| Refusal::bad("chat not found"))?;
        if !place.opened {
            return Err(Refusal::forbidden("Forbidden: nobody has written to the bot here"));
        }
        Ok(())
    }

    fn send(&mut self, call: &Call, chat: &str, dress: impl FnOnce(&mut ZaloSeen)) -> Result<Value, Refusal> {
        self.reach(chat)?;
        self.within_plan(chat)?;
        self.count(chat);
        let (id, date) = (self.hex(20), self.date());
        let mut seen = ZaloSeen::new(id.clone(), date);
        (seen.from, seen.name, seen.by_bot) = (self.bot_id(), self.options.bot_name.clone(), true);
        dress(&mut seen);
        self.log.accepted.push(ZaloAccepted {
            seq: self.log.accepted.len() as u64 + 1,
            at: self.now,
            method: call.method.clone(),
            chat: chat.into(),
            message_id: id.clone(),
            text: seen.text.clone(),
            from_fault: call.fault.as_ref().map(Fault::name),
        });
        self.post(chat, seen);
        Ok(json!({"message_id": id, "date": date}))
    }
}
