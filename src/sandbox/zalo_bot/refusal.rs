//! A refused call, as the bot platform answers it.

use serde_json::{Value, json};

/// Why a call was refused.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// `error_code`, and the HTTP status where one is shown.
    pub code: u16,
    /// `description`.
    pub text: String,
    /// Whether a correct bot would never have made the call.
    pub violation: bool,
    /// Whether the HTTP status is this code in any case: an answer of the servers in front.
    pub in_front: bool,
}

impl Refusal {
    /// A refusal that can happen to a correct bot.
    pub fn new(code: u16, text: impl Into<String>) -> Refusal {
        Refusal { code, text: text.into(), violation: false, in_front: false }
    }

    /// 400 that is the bot's own mistake; it is recorded as a violation.
    pub fn wrong(text: impl std::fmt::Display) -> Refusal {
        Refusal { violation: true, ..Refusal::new(400, format!("Bad request: {text}")) }
    }

    /// 400 that can happen to a correct bot.
    pub fn bad(text: &str) -> Refusal {
        Refusal::new(400, format!("Bad request: {text}"))
    }

    /// 401: the token is not, or no longer, this bot's.
    pub fn unauthorized() -> Refusal {
        Refusal::new(401, "Unauthorized")
    }

    /// 403: the person has not written to the bot, or does not let it write any more.
    pub fn forbidden(text: &str) -> Refusal {
        Refusal::new(403, text)
    }

    /// 404: there is no such method (names are case-sensitive).
    pub fn unknown_method() -> Refusal {
        Refusal { violation: true, ..Refusal::new(404, "Not found") }
    }

    /// 429. Zalo names no time to wait.
    pub fn too_many(text: &str) -> Refusal {
        Refusal::new(429, text)
    }

    /// Any other status, as the servers in front of the platform answer.
    pub fn status(code: u16) -> Refusal {
        Refusal { in_front: true, ..Refusal::new(code, "Error") }
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        json!({"ok": false, "error_code": self.code, "description": self.text})
    }
}
