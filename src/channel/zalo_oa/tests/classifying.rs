//! What answers mean.

use std::time::Duration;

use reqwest::StatusCode;
use secrecy::SecretString;

use crate::channel::SendError;
use crate::channel::renewing::RenewError;
use crate::channel::zalo_oa::classify::{renewing, sending};
use crate::channel::zalo_oa::transport::{Failure, judge};

fn answered(status: u16, body: &str) -> Result<String, Failure> {
    let secret = SecretString::from("hush-hush");
    let status = StatusCode::from_u16(status).expect("a status");
    judge(status, body.as_bytes(), &[&secret]).map(|data| data.get().to_owned())
}

fn refused(code: i64, words: &str) -> SendError {
    sending(Failure::Refused { code, words: words.to_owned() })
}

#[test]
fn an_answer_is_a_yes_a_no_or_neither() {
    assert_eq!(answered(200, r#"{"error":0,"data":{"message_id":"1"}}"#), Ok(r#"{"message_id":"1"}"#.into()));
    assert_eq!(answered(200, r#"{"error":0}"#), Ok("null".into()));
    let refused = answered(200, r#"{"error":-216,"message":"token hush-hush is bad"}"#);
    assert_eq!(refused, Err(Failure::Refused { code: -216, words: "token *** is bad".into() }));
    assert_eq!(answered(502, "<h1>502</h1>"), Err(Failure::Status(502)));
    // A server that is in trouble judges no message.
    assert_eq!(answered(500, r#"{"error":-1,"message":"Error"}"#), Err(Failure::Status(500)));
    for body in ["", "null", "[]", "<html>", r#"{"message":"?"}"#, r#"{"error":"no"}"#] {
        assert!(matches!(answered(200, body), Err(Failure::Lost(_))), "{body}");
    }
}

#[test]
fn codes_are_what_is_known_of_them() {
    assert_eq!(refused(-216, ""), SendError::Unauthorized);
    assert_eq!(refused(-220, ""), SendError::Unauthorized);
    assert_eq!(sending(Failure::NoToken), SendError::Unauthorized);
    assert_eq!(refused(-32, ""), SendError::TooMany { after: Duration::from_secs(60) });
    assert!(matches!(refused(-211, ""), SendError::TooMany { after } if after > Duration::from_secs(60)));
    for code in [-213, -230, -232, -403] {
        assert!(matches!(refused(code, ""), SendError::ChatClosed(_)), "{code}");
    }
    assert!(matches!(refused(-201, "user_id is invalid"), SendError::ChatClosed(_)));
    assert!(matches!(refused(-201, "attachment_id is invalid"), SendError::FileGone(_)));
    assert!(matches!(refused(-200, "Send message failed"), SendError::Retry(_)));
    for code in [-210, -224, -237, -9999] {
        assert!(matches!(refused(code, ""), SendError::Refused(_)), "{code}");
    }
    assert!(matches!(sending(Failure::Status(502)), SendError::Retry(_)));
    assert!(matches!(sending(Failure::Status(504)), SendError::Unknown(_)));
    assert!(matches!(sending(Failure::Lost(String::new())), SendError::Unknown(_)));
}

#[test]
fn what_is_known_of_a_refresh_token() {
    let code = |code| renewing(Failure::Refused { code, words: String::new() });
    assert_eq!(code(-14020), RenewError::Spent);
    assert!(matches!(code(-14004), RenewError::Refused(_)));
    assert!(matches!(renewing(Failure::Lost(String::new())), RenewError::Unknown(_)));
    assert!(matches!(renewing(Failure::Status(502)), RenewError::Unknown(_)));
    assert!(matches!(renewing(Failure::Status(503)), RenewError::NotAsked(_)));
    assert!(matches!(renewing(Failure::NotAccepted(String::new())), RenewError::NotAsked(_)));
}
