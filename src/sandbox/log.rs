//! What the practice platform writes down about the bot's calls.

use std::sync::Arc;

use serde::{Serialize, Serializer};

/// A call that took effect: a message sent, edited, deleted, a query answered …
/// (reading calls, `getUpdates` and `sendChatAction` are not kept).
#[derive(Clone, Debug, Serialize)]
pub struct Accepted {
    /// 1, 2, 3 … in the order of acceptance.
    pub seq: u64,
    /// The handed clock at acceptance, microseconds.
    pub at: i64,
    /// The method's proper name, such as `sendMessage`.
    pub method: &'static str,
    /// The chat it was for, if any.
    pub chat_id: Option<i64>,
    /// The (first) message sent, edited or deleted.
    pub message_id: Option<i64>,
    /// All messages of the call; more than one for an album.
    pub message_ids: Vec<i64>,
    /// Text, caption or answer, after markup was taken out.
    #[serde(serialize_with = "plain")]
    pub text: Arc<str>,
    /// `file_id` of each file sent.
    pub file_ids: Vec<String>,
    /// Name of each file sent (photos have none and stand as `photo`).
    pub files: Vec<String>,
    /// The fault under which it was accepted, if the bot could not know: `reset_after`, `stall`, `garbage`.
    pub from_fault: Option<&'static str>,
}

/// A call as it arrived, whatever became of it (`getUpdates` is only kept when it went wrong).
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// 1, 2, 3 … in the order of arrival.
    pub seq: u64,
    /// The handed clock at arrival, microseconds.
    pub at: i64,
    /// The method's proper name, or what was asked for if there is none such.
    pub method: String,
    /// The chat it was for, if any.
    pub chat_id: Option<i64>,
    /// Text or caption as it came.
    #[serde(serialize_with = "plain")]
    pub text: Arc<str>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Accepted and answered.
    Ok,
    /// Refused by the platform's rules: error code and description.
    Refused(u16, String),
    /// Hit by this fault; whether it was accepted all the same stands in the log of what was accepted.
    Fault(&'static str),
}

/// A call that a correct bot never makes: unknown parameter, wrong type, text too long …
#[derive(Clone, Debug, Serialize)]
pub struct Violation {
    /// The handed clock, microseconds.
    pub at: i64,
    /// The method.
    pub method: String,
    /// The chat it was for, if any.
    pub chat_id: Option<i64>,
    /// What is wrong, as it was answered.
    pub what: String,
}

/// A call that came too fast.
#[derive(Clone, Debug, Serialize)]
pub struct RateViolation {
    /// The handed clock, microseconds.
    pub at: i64,
    /// The method.
    pub method: &'static str,
    /// The chat it was for.
    pub chat_id: i64,
    /// Which limit it overstepped.
    pub why: WhyRefused,
    /// Seconds the bot was told to wait.
    pub retry_after: i64,
}

/// Which limit was overstepped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyRefused {
    /// Too many messages in one second over all chats.
    PerSecond,
    /// Too many messages in one second to this chat.
    PerChat,
    /// Too many messages in one minute to this group.
    PerGroup,
    /// The bot had been told to wait (a 429 of an earlier fault) and did not. Calls that were already on
    /// their way when the 429 was answered stand here too.
    Held,
}

/// All that was written down.
#[derive(Default)]
pub(crate) struct Log {
    pub accepted: Vec<Accepted>,
    pub attempts: Vec<Attempt>,
    pub violations: Vec<Violation>,
    pub rate: Vec<RateViolation>,
}

fn plain<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(text)
}
