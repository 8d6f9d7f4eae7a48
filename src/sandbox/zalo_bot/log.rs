//! What the stand-in writes down about the bot's calls. As on Telegram's, but ids are letters.

use serde::Serialize;

use crate::sandbox::log::Outcome;

/// A message that was taken in.
#[derive(Clone, Debug, Serialize)]
pub struct ZaloAccepted {
    /// 1, 2, 3 … in the order of acceptance.
    pub seq: u64,
    /// The handed clock at acceptance, microseconds.
    pub at: i64,
    /// The method, such as `sendMessage`.
    pub method: String,
    /// The chat it was for.
    pub chat: String,
    /// The message's id.
    pub message_id: String,
    /// Text or caption, after markup was taken out; empty for a sticker or a voice.
    pub text: String,
    /// The fault under which it was accepted, if the bot could not know: `reset_after`, `stall`, `garbage`.
    pub from_fault: Option<&'static str>,
}

/// A call as it was answered, whatever became of it (`getUpdates` is only kept when it went wrong).
#[derive(Clone, Debug, Serialize)]
pub struct ZaloAttempt {
    /// 1, 2, 3 … in the order in which it was decided what becomes of them.
    pub seq: u64,
    /// The handed clock at arrival, microseconds.
    pub at: i64,
    /// The method as it was asked for.
    pub method: String,
    /// The chat it was for, if any.
    pub chat: Option<String>,
    /// Text or caption as it came.
    pub text: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// A call that a correct bot never makes: unknown parameter, wrong type, text too long …
#[derive(Clone, Debug, Serialize)]
pub struct ZaloViolation {
    /// The handed clock, microseconds.
    pub at: i64,
    /// The method.
    pub method: String,
    /// The chat it was for, if any.
    pub chat: Option<String>,
    /// What is wrong, as it was answered.
    pub what: String,
}

/// All that was written down.
#[derive(Default)]
pub(super) struct Log {
    pub accepted: Vec<ZaloAccepted>,
    pub attempts: Vec<ZaloAttempt>,
    pub violations: Vec<ZaloViolation>,
}
