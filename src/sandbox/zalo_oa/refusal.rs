//! A refused call, as the Official Account API answers it: with HTTP 200, and a negative code in the body.

use serde_json::{Value, json};

/// Why a call was refused.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// `error`
    pub code: i32,
    /// `message`
    pub text: String,
    /// Whether a correct program would never have made the call.
    pub violation: bool,
    /// The HTTP status, where servers in front of the API answer.
    pub status: Option<u16>,
}

impl Refusal {
    /// A refusal that can happen to a correct program.
    pub fn new(code: i32, text: impl Into<String>) -> Refusal {
        Refusal { code, text: text.into(), violation: false, status: None }
    }

    /// -201 that is the program's own mistake; it is recorded as a violation.
    pub fn wrong(text: impl std::fmt::Display) -> Refusal {
        Refusal { violation: true, ..Refusal::new(-201, format!("Params is invalid: {text}")) }
    }

    /// -216: the access token is none of this account's.
    pub fn bad_token() -> Refusal {
        Refusal::new(-216, "Access token is invalid")
    }

    /// -32: more calls in a minute than are permitted. Zalo names no time to wait.
    pub fn too_many() -> Refusal {
        Refusal::new(-32, "Your application reach limit call api")
    }

    /// Any HTTP status, as the servers in front answer.
    pub fn status(code: u16) -> Refusal {
        Refusal { status: Some(code), ..Refusal::new(-1, "Error") }
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        json!({"error": self.code, "message": self.text})
    }
}
