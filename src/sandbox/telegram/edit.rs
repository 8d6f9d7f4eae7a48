//! The methods that change what was sent: edits, deletion, answers to pressed buttons.

use std::sync::Arc;

use serde_json::{Value, json};

use super::chat::{Kind, Standing};
use super::content::{self, Text};
use super::keyboard::{self, Keyboard};
use super::message::{Body, Message};
use super::params::{Params, required};
use super::refusal::Refusal;

use super::world::{SentAnswer, World};
use crate::sandbox::clock::SECOND;

/// A message can be deleted within 48 hours, core.telegram.org/bots/api#deletemessage.
const DELETABLE_SECONDS: i64 = 48 * 3600;
/// When a query becomes too old. Telegram does not state it; a minute is this stand-in's choice.
const QUERY_LIVES: i64 = 60 * SECOND;
/// core.telegram.org/bots/api#answercallbackquery.
const LONGEST_ANSWER: usize = 200;

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are \
                            exactly the same as a current content and reply markup of the message";

struct Target {
    chat: i64,
    message: i64,
    keyboard: Option<Keyboard>,
}

fn target(params: &mut Params) -> Result<Target, Refusal> {
    if params.text("inline_message_id")?.is_some() {
        return Err(Refusal::wrong("MESSAGE_ID_INVALID"));
    }
    let chat = params.chat()?;
    let message = required("message_id", params.int("message_id")?)?;
    let keyboard = match params.object::<Value>("reply_markup")? {
        Some(raw) => keyboard::check(raw, true)?,
        None => None,
    };
    Ok(Target { chat, message, keyboard })
}

impl World {
    fn to_edit(&self, target: &Target) -> Result<&Message, Refusal> {
        self.may_write(target.chat)?;
        let message = self.chats.get(&target.chat).and_then(|chat| chat.messages.get(&target.message));
        let message = message.ok_or_else(|| Refusal::bad("message to edit not found"))?;
        if message.from != self.bot_id || matches!(message.body, Body::Service(..)) {
            return Err(Refusal::bad("message can't be edited"));
        }
        Ok(message)
    }

    /// Puts new words (or only new buttons) on a message of the bot.
    fn edit(&mut self, method: &'static str, target: Target, text: Option<Text>) -> Result<Value, Refusal> {
        let Target { chat, message: id, keyboard } = target;
        let old = self.to_edit(&Target { chat, message: id, keyboard: None })?;
        let same_words =
            text.as_ref().is_none_or(|(text, marks)| *text == old.text && *marks == old.entities);
        if same_words && old.keyboard.as_ref().filter(|keyboard| keyboard.inline) == keyboard.as_ref() {
            return Err(Refusal::bad(NOT_MODIFIED));
        }
        self.admit(method, chat)?;
        let date = self.date();
        let mut words: Arc<str> = "".into();
        if let Some(message) = self.chats.get_mut(&chat).and_then(|chat| chat.messages.get_mut(&id)) {
            if let Some(text) = text {
                (message.text, message.entities) = text;
                message.edit_date = Some(date);
            }
            message.keyboard = keyboard;
            words = Arc::clone(&message.text);
        }
        self.touch_message(chat, id);
        self.accept(method, Some(chat), vec![id], words);
        self.message_at(chat, id).ok_or_else(|| Refusal::bad("message to edit not found"))
    }

    /// `editMessageText`.
    pub fn edit_text(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = target(&mut params)?;
        let text = content::text(&mut params)?;
        params.finish()?;
        if !matches!(self.to_edit(&target)?.body, Body::Text) {
            return Err(Refusal::bad("there is no text in the message to edit"));
        }
        self.edit("editMessageText", target, Some(text))
    }

    /// `editMessageCaption`.
    pub fn edit_caption(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = target(&mut params)?;
        let text = content::caption(&mut params)?;
        params.finish()?;
        if !matches!(self.to_edit(&target)?.body, Body::Photo(_) | Body::Document(_)) {
            return Err(Refusal::bad("there is no caption in the message to edit"));
        }
        self.edit("editMessageCaption", target, Some(text))
    }

    /// `editMessageReplyMarkup`.
    pub fn edit_buttons(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = target(&mut params)?;
        params.finish()?;
        self.edit("editMessageReplyMarkup", target, None)
    }

    /// `deleteMessage`.
    pub fn delete_message(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let chat = params.chat()?;
        let id = required("message_id", params.int("message_id")?)?;
        params.finish()?;
        self.may_write(chat)?;
        let (bot, date) = (self.bot_id, self.date());
        let place = self.chats.get_mut(&chat).ok_or_else(|| Refusal::bad("chat not found"))?;
        let message = place.messages.get(&id).ok_or_else(|| Refusal::bad("message to delete not found"))?;
        let own = message.from == bot || place.kind == Kind::Private || place.bot == Standing::Admin;
        if !own || message.date + DELETABLE_SECONDS <= date {
            return Err(Refusal::bad("message can't be deleted for everyone"));
        }
        place.messages.remove(&id);
        self.touch_message(chat, id);
        self.accept("deleteMessage", Some(chat), vec![id], "".into());
        Ok(json!(true))
    }

    /// `answerCallbackQuery`.
    pub fn answer_query(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let query_id = required("callback_query_id", params.text("callback_query_id")?)?;
        let text = params.text("text")?.unwrap_or_default();
        let alert = params.flag("show_alert")?.unwrap_or(false);
        params.text("url")?;
        params.int("cache_time")?;
        params.finish()?;
        if text.chars().count() > LONGEST_ANSWER {
            return Err(Refusal::wrong("MESSAGE_TOO_LONG"));
        }
        let now = self.now;
        let query = self.queries.remove(&query_id).filter(|query| query.at + QUERY_LIVES > now);
        let query = query.ok_or_else(|| {
            Refusal::bad("query is too old and response timeout expired or query ID is invalid")
        })?;
        let words: Arc<str> = text.as_str().into();
        let seq = self.touch();
        let answer = SentAnswer { query_id, user: query.user, chat: query.chat, text, alert, seq };
        self.answers.insert(answer.query_id.clone(), answer);
        self.accept("answerCallbackQuery", Some(query.chat), Vec::new(), words);
        Ok(json!(true))
    }
}
