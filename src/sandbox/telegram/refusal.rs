//! A refused call, as the Bot API answers it.

use serde_json::{Value, json};

/// Why a call was refused: the answer's error code, description and parameters.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// HTTP status and `error_code`.
    pub code: u16,
    /// `description`.
    pub text: String,
    /// `parameters.retry_after`, seconds.
    pub retry_after: Option<i64>,
    /// `parameters.migrate_to_chat_id`.
    pub migrate_to: Option<i64>,
    /// Whether a correct bot would never have made the call.
    pub violation: bool,
}

impl Refusal {
    fn new(code: u16, text: String) -> Refusal {
        Refusal { code, text, retry_after: None, migrate_to: None, violation: false }
    }

    /// 400 that can happen to a correct bot (chat not found, message not modified …).
    pub fn bad(text: &str) -> Refusal {
        Refusal::new(400, format!("Bad Request: {text}"))
    }

    /// 400 that is the bot's own mistake; it is recorded as a violation.
    pub fn wrong(text: impl std::fmt::Display) -> Refusal {
        Refusal { violation: true, ..Refusal::new(400, format!("Bad Request: {text}")) }
    }

    /// 403.
    pub fn forbidden(text: &str) -> Refusal {
        Refusal::new(403, format!("Forbidden: {text}"))
    }

    /// 401: the token is not this bot's.
    pub fn unauthorized() -> Refusal {
        Refusal::new(401, "Unauthorized".into())
    }

    /// 404: there is no such method.
    pub fn unknown_method() -> Refusal {
        Refusal { violation: true, ..Refusal::new(404, "Not Found".into()) }
    }

    /// 409: another way of receiving updates is in use.
    pub fn conflict(text: &str) -> Refusal {
        Refusal::new(409, format!("Conflict: {text}"))
    }

    /// 413: the upload is larger than 50 MB (10 MB for a photo), core.telegram.org/bots/api#sending-files.
    pub fn too_large() -> Refusal {
        Refusal { violation: true, ..Refusal::new(413, "Request Entity Too Large".into()) }
    }

    /// 429 with the seconds to wait.
    pub fn too_many(retry_after: i64) -> Refusal {
        Refusal {
            retry_after: Some(retry_after),
            ..Refusal::new(429, format!("Too Many Requests: retry after {retry_after}"))
        }
    }

    /// 400: the group became the supergroup `to`.
    pub fn migrated(to: i64) -> Refusal {
        Refusal { migrate_to: Some(to), ..Refusal::bad("group chat was upgraded to a supergroup chat") }
    }

    /// Any other status, answered as the servers in front of Telegram do.
    pub fn status(code: u16) -> Refusal {
        let text = match code {
            500 => "Internal Server Error",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            504 => "Gateway Timeout",
            _ => "Error",
        };
        Refusal::new(code, text.into())
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.text});
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        if let Some(chat) = self.migrate_to {
            body["parameters"] = json!({"migrate_to_chat_id": chat});
        }
        body
    }
}
