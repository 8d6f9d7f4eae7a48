//! The table of failures.

use std::time::Duration;

use crate::channel::{FetchError, ReceiveError, SendError};

use super::super::classify::{asking_for_file, downloading, receiving, sending};
use crate::channel::bot_api::{Failure, Refusal};

fn refusal(code: u16, description: &str) -> Failure {
    Failure::Refused(Refusal { code, description: Some(description.to_owned()), ..Refusal::default() })
}

/// A refusal that is not of the Bot API's making.
fn foreign(code: u16) -> Failure {
    Failure::Refused(Refusal { code, ..Refusal::default() })
}

fn name(error: &SendError) -> &'static str {
    match error {
        SendError::TooMany { .. } => "too many",
        SendError::Retry(_) => "retry",
        SendError::Unknown(_) => "unknown",
        SendError::ChatClosed(_) => "closed",
        SendError::Moved { .. } => "moved",
        SendError::FileGone(_) => "file gone",
        SendError::Markup(_) => "markup",
        SendError::MessageGone => "message gone",
        SendError::Refused(_) => "refused",
        SendError::Unauthorized => "unauthorized",
    }
}

#[test]
fn every_refusal_has_its_meaning() {
    let table = [
        (400, "Bad Request: chat not found", "closed"),
        (400, "Bad Request: user not found", "closed"),
        (400, "Bad Request: PEER_ID_INVALID", "closed"),
        (400, "Bad Request: group chat was deactivated", "closed"),
        (400, "Bad Request: bot is not a member of the channel chat", "closed"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "closed"),
        (400, "Bad Request: have no rights to send a message", "closed"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "closed"),
        (400, "Bad Request: TOPIC_CLOSED", "closed"),
        (403, "Forbidden: bot was blocked by the user", "closed"),
        (403, "Forbidden: user is deactivated", "closed"),
        (403, "Forbidden: bot can't initiate conversation with a user", "closed"),
        (403, "Forbidden: some new sentence", "closed"),
        (400, "Bad Request: wrong file identifier/HTTP URL specified", "file gone"),
        (400, "Bad Request: wrong remote file identifier specified: Wrong padding", "file gone"),
        (400, "Bad Request: can't use file of type Document as Photo", "file gone"),
        (400, "Bad Request: FILE_REFERENCE_EXPIRED", "file gone"),
        (400, "Bad Request: can't parse entities: Unsupported start tag", "markup"),
        (400, "Bad Request: ENTITY_BOUNDS_INVALID", "markup"),
        (400, "Bad Request: ENTITY_TEXTURL_INVALID", "markup"),
        (400, "Bad Request: message to edit not found", "message gone"),
        (400, "Bad Request: message can't be edited", "message gone"),
        (400, "Bad Request: MESSAGE_ID_INVALID", "message gone"),
        (400, "Bad Request: message is too long", "refused"),
        (400, "Bad Request: message caption is too long", "refused"),
        (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", "refused"),
        (400, "Bad Request: BUTTON_DATA_INVALID", "refused"),
        (400, "Bad Request: something new", "refused"),
        (401, "Unauthorized", "unauthorized"),
        (404, "Not Found", "unauthorized"),
        (404, "Not Found: method not found", "refused"),
        (409, "Conflict: terminated by other getUpdates request", "retry"),
        (413, "Request Entity Too Large", "refused"),
        (429, "Too Many Requests: retry after 5", "too many"),
        (500, "Internal Server Error", "retry"),
        (502, "Bad Gateway", "retry"),
        (503, "", "retry"),
        (504, "Gateway Timeout", "unknown"),
    ];
    for (code, description, expected) in table {
        assert_eq!(name(&sending(refusal(code, description))), expected, "{code} {description}");
    }
}

#[test]
fn what_stands_between_says_nothing_about_token_or_chat() {
    for (code, expected) in [
        (302, "retry"),
        (400, "refused"),
        (401, "retry"),
        (403, "retry"),
        (404, "retry"),
        (407, "retry"),
        (413, "refused"),
        (429, "too many"),
        (502, "retry"),
        (504, "unknown"),
    ] {
        assert_eq!(name(&sending(foreign(code))), expected, "{code}");
    }
}

#[test]
fn a_supergroup_tells_its_number_whatever_else_is_said() {
    let refusal = Refusal {
        code: 400,
        description: Some("Bad Request: group chat was upgraded to a supergroup chat".to_owned()),
        migrate_to: Some(-1_009),
        ..Refusal::default()
    };
    assert_eq!(sending(Failure::Refused(refusal)), SendError::Moved { to: "-1009".to_owned() });
}

#[test]
fn the_wait_after_429_is_believed_within_bounds() {
    let wait = |retry_after| {
        let refusal = Refusal { code: 429, retry_after, ..Refusal::default() };
        match sending(Failure::Refused(refusal)) {
            SendError::TooMany { after } => after,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(wait(None), Duration::from_secs(1));
    assert_eq!(wait(Some(0)), Duration::from_secs(1));
    assert_eq!(wait(Some(10_072)), Duration::from_secs(10_072));
    assert_eq!(wait(Some(u64::MAX)), Duration::from_secs(86_400));
}

#[test]
fn receiving_knows_who_is_in_the_way() {
    let conflict = receiving(refusal(409, "Conflict: terminated by other getUpdates request"));
    assert!(matches!(conflict, ReceiveError::Conflict(_)));
    assert_eq!(receiving(refusal(401, "Unauthorized")), ReceiveError::Unauthorized);
    assert_eq!(receiving(refusal(404, "Not Found")), ReceiveError::Unauthorized);
    assert!(matches!(receiving(foreign(409)), ReceiveError::Failed(_)));
    assert!(matches!(receiving(refusal(502, "Bad Gateway")), ReceiveError::Failed(_)));
    assert!(matches!(receiving(refusal(429, "Too Many Requests")), ReceiveError::TooMany { .. }));
}

#[test]
fn a_file_is_gone_or_too_large_or_not_to_be_had_now() {
    let ask = |code, text| asking_for_file(refusal(code, text), 30_000_000);
    assert_eq!(ask(400, "Bad Request: file is too big"), FetchError::TooLarge { max: 20_000_000 });
    let gone = ask(400, "Bad Request: wrong file_id or the file is temporarily unavailable");
    assert!(matches!(gone, FetchError::Gone(_)));
    assert!(matches!(ask(500, "Internal Server Error"), FetchError::Failed(_)));
    assert!(matches!(ask(401, "Unauthorized"), FetchError::Failed(_)));
    assert!(matches!(downloading(foreign(404)), FetchError::Gone(_)));
    assert!(matches!(downloading(foreign(502)), FetchError::Failed(_)));
}
