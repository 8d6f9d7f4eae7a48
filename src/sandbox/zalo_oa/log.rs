//! What the stand-in writes down about the account's calls.

use serde::Serialize;

/// A message that was taken in.
#[derive(Clone, Debug, Serialize)]
pub struct ZaloOaAccepted {
    /// 1, 2, 3 … in the order of acceptance.
    pub seq: u64,
    /// The handed clock at acceptance, microseconds.
    pub at: i64,
    /// `message/cs` or `group/message`.
    pub method: String,
    /// The person or group it was for.
    pub chat: String,
    /// The message's id.
    pub message_id: String,
    /// Its text; empty where there is none.
    pub text: String,
    /// Whether it had to be paid for.
    pub paid: bool,
    /// The fault under which it was accepted, if the program could not know: `reset_after`, `stall`, `garbage`.
    pub from_fault: Option<&'static str>,
}

/// A call as it was answered, whatever became of it.
#[derive(Clone, Debug, Serialize)]
pub struct ZaloOaAttempt {
    /// 1, 2, 3 … in the order in which it was decided what becomes of them.
    pub seq: u64,
    /// The handed clock at arrival, microseconds.
    pub at: i64,
    /// The method: what follows `/oa/` in its path.
    pub method: String,
    /// The person or group it was for, if any.
    pub chat: Option<String>,
    /// Its text as it came.
    pub text: String,
    /// What became of it.
    pub outcome: ZaloOaOutcome,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ZaloOaOutcome {
    /// Accepted and answered.
    Ok,
    /// Refused by the platform's rules: code and words.
    Refused(i32, String),
    /// Hit by this fault; whether it was accepted all the same stands in the log of what was accepted.
    Fault(&'static str),
}

/// A call that a correct program never makes: unknown parameter, text too long …
#[derive(Clone, Debug, Serialize)]
pub struct ZaloOaViolation {
    /// The handed clock, microseconds.
    pub at: i64,
    /// The method.
    pub method: String,
    /// The person or group it was for, if any.
    pub chat: Option<String>,
    /// What is wrong, as it was answered.
    pub what: String,
}

/// An event that was pushed once.
#[derive(Clone, Debug, Serialize)]
pub struct ZaloOaPush {
    /// The handed clock when it went out, microseconds.
    pub at: i64,
    /// The event's number: the same when it comes again.
    pub number: u64,
    /// Whether the webhook took it.
    pub taken: bool,
}

/// All that was written down.
#[derive(Default)]
pub(super) struct Log {
    pub accepted: Vec<ZaloOaAccepted>,
    pub attempts: Vec<ZaloOaAttempt>,
    pub violations: Vec<ZaloOaViolation>,
    pub pushes: Vec<ZaloOaPush>,
}
