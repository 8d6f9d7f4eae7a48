//! What the platform's "no" means for a message.
//!
//! The texts are those of the Bot API's server; they are compared by their beginnings and parts, since their
//! ends change from one version to the next.

use super::call::{Refusal, Trouble};
use crate::channel::SendError;

/// Parts of a 400's description, and what each means.
const CLOSED: [&str; 9] = [
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "group chat was deactivated",
    "bot is not a member",
    "not enough rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "have no rights to send",
];
const FILE_GONE: [&str; 3] = ["wrong file identifier", "wrong remote file", "file reference"];
const MARKUP: [&str; 3] = ["can't parse entities", "entity_", "entities are invalid"];
const MESSAGE_GONE: [&str; 3] =
    ["message to edit not found", "message can't be edited", "message_id_invalid"];

pub(super) fn classify(trouble: Trouble) -> SendError {
    match trouble {
        Trouble::NotSent(why) => SendError::Retry(why),
        Trouble::NoAnswer(why) => SendError::Unknown(why),
        Trouble::Answered(refusal) => refused(refusal),
    }
}

fn refused(refusal: Refusal) -> SendError {
    if let Some(to) = refusal.migrate_to {
        return SendError::Moved { to: to.to_string() };
    }
    let text = refusal.description.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    match refusal.code {
        429 => SendError::TooMany { after: refusal.retry_after() },
        401 | 404 => SendError::Unauthorized,
        403 => SendError::ChatClosed(refusal.description),
        500.. => SendError::Retry(format!("{}: {}", refusal.code, refusal.description)),
        _ if says(&MESSAGE_GONE) => SendError::MessageGone,
        _ if says(&CLOSED) => SendError::ChatClosed(refusal.description),
        _ if says(&FILE_GONE) => SendError::FileGone(refusal.description),
        _ if says(&MARKUP) => SendError::Markup(refusal.description),
        _ => SendError::Refused(refusal.description),
    }
}

/// Whether an edit was refused because there is nothing to change: what was wanted is there.
pub(super) fn is_not_modified(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Answered(refusal) if refusal.description.contains("message is not modified"))
}

/// Whether an edit of the text was refused because the message has a caption instead.
pub(super) fn has_no_text(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Answered(refusal)
        if refusal.description.contains("there is no text in the message to edit"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answered(code: u16, description: &str) -> SendError {
        let description = description.to_owned();
        classify(Trouble::Answered(Refusal { code, description, ..Refusal::default() }))
    }

    #[test]
    fn a_refusal_says_what_is_to_be_done() {
        let closed = |text: &str| SendError::ChatClosed(text.to_owned());
        for text in
            ["Forbidden: bot was blocked by the user", "Forbidden: bot was kicked from the group chat"]
        {
            assert_eq!(answered(403, text), closed(text));
        }
        let text = "Bad Request: chat not found";
        assert_eq!(answered(400, text), closed(text));
        assert_eq!(answered(400, "Bad Request: message to edit not found"), SendError::MessageGone);
        assert!(matches!(
            answered(400, "Bad Request: wrong file identifier/HTTP URL specified"),
            SendError::FileGone(_)
        ));
        assert!(matches!(answered(400, "Bad Request: can't parse entities: x"), SendError::Markup(_)));
        assert!(matches!(answered(400, "Bad Request: message is too long"), SendError::Refused(_)));
        assert!(matches!(answered(502, "Bad Gateway"), SendError::Retry(_)));
        assert_eq!(answered(401, "Unauthorized"), SendError::Unauthorized);
        assert_eq!(answered(429, "Too Many Requests"), SendError::TooMany { after: Duration::from_secs(1) });
    }

    #[test]
    fn a_group_that_moved_says_where_to() {
        let refusal = Refusal { code: 400, migrate_to: Some(-1005), ..Refusal::default() };
        assert_eq!(classify(Trouble::Answered(refusal)), SendError::Moved { to: "-1005".to_owned() });
    }

    #[test]
    fn what_went_out_without_an_answer_is_unknown() {
        assert!(matches!(classify(Trouble::NoAnswer("reset".into())), SendError::Unknown(_)));
        assert!(matches!(classify(Trouble::NotSent("refused".into())), SendError::Retry(_)));
    }
}
