//! What a failure means, as a table. Telegram's own errors have a code and an English sentence; the
//! sentences change now and then, so that they are searched for their telling part only.

use std::time::Duration;

use crate::channel::{FetchError, ReceiveError, SendError};

use crate::channel::bot_api::{Failure, Refusal};

/// The wait if a 429 does not say how long.
const SHORTEST_WAIT: u64 = 1;
/// The longest wait that is believed; 10,072 s have been seen.
const LONGEST_WAIT: u64 = 24 * 3600;
/// What a bot can download (<https://core.telegram.org/bots/api#getfile>).
const MAX_DOWNLOAD: usize = 20_000_000;

/// What a telling part of a 400's sentence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    ChatClosed,
    FileGone,
    Markup,
    MessageGone,
}

/// Looked through from top to bottom, in lower case. All other 400 are [`SendError::Refused`].
const MEANINGS: &[(&str, Meaning)] = &[
    ("wrong file identifier", Meaning::FileGone),
    ("wrong remote file", Meaning::FileGone),
    ("wrong file_id", Meaning::FileGone),
    ("invalid file_id", Meaning::FileGone),
    ("file_reference_", Meaning::FileGone),
    ("file reference", Meaning::FileGone),
    ("can't use file of type", Meaning::FileGone),
    ("type of file mismatch", Meaning::FileGone),
    ("can't parse entities", Meaning::Markup),
    ("can't parse message entit", Meaning::Markup),
    ("can't parse messageentity", Meaning::Markup),
    ("can't parse caption entities", Meaning::Markup),
    ("entity_", Meaning::Markup),
    ("entities_too_long", Meaning::Markup),
    ("message to edit not found", Meaning::MessageGone),
    ("message can't be edited", Meaning::MessageGone),
    ("message_id_invalid", Meaning::MessageGone),
    ("chat not found", Meaning::ChatClosed),
    ("user not found", Meaning::ChatClosed),
    ("user is deactivated", Meaning::ChatClosed),
    ("user_deactivated", Meaning::ChatClosed),
    ("user_is_blocked", Meaning::ChatClosed),
    ("peer_id_invalid", Meaning::ChatClosed),
    ("chat was deactivated", Meaning::ChatClosed),
    ("chat was deleted", Meaning::ChatClosed),
    ("upgraded to a supergroup", Meaning::ChatClosed),
    ("bot is not a member", Meaning::ChatClosed),
    ("bot was kicked", Meaning::ChatClosed),
    ("not enough rights to send", Meaning::ChatClosed),
    ("have no rights to send", Meaning::ChatClosed),
    ("need administrator rights", Meaning::ChatClosed),
    ("chat_write_forbidden", Meaning::ChatClosed),
    ("chat_restricted", Meaning::ChatClosed),
    ("chat_send_", Meaning::ChatClosed),
    ("channel_private", Meaning::ChatClosed),
    ("topic_closed", Meaning::ChatClosed),
];

/// Asked for an edit of a text, Telegram found a picture or document with a caption.
pub(super) fn has_no_text(failure: &Failure) -> bool {
    is_bad_request(failure, "there is no text in the message to edit")
}

/// The message shows already what an edit was to make of it.
pub(super) fn is_not_modified(failure: &Failure) -> bool {
    is_bad_request(failure, "message is not modified")
}

fn is_bad_request(failure: &Failure, part: &str) -> bool {
    matches!(failure, Failure::Refused(refusal) if refusal.code == 400 && refusal.says(part))
}

impl Refusal {
    fn says(&self, part: &str) -> bool {
        self.description.as_ref().is_some_and(|text| text.to_lowercase().contains(part))
    }

    fn text(&self) -> String {
        match self.description.as_deref() {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => format!("HTTP status {}", self.code),
        }
    }

    fn wait(&self) -> Duration {
        let seconds = self.retry_after.unwrap_or(SHORTEST_WAIT);
        Duration::from_secs(seconds.clamp(SHORTEST_WAIT, LONGEST_WAIT))
    }

    /// 401, or the 404 with which the Bot API answers to a token that it does not know. The same from
    /// something before it (a proxy) says nothing about the token.
    fn is_about_token(&self) -> bool {
        let Some(text) = &self.description else { return false };
        self.code == 401 || (self.code == 404 && text.trim() == "Not Found")
    }
}

/// What a failure means for a message.
pub(super) fn sending(failure: Failure) -> SendError {
    let refusal = match failure {
        Failure::NotAccepted(why) => return SendError::Retry(why),
        Failure::Lost(why) => return SendError::Unknown(why),
        Failure::Refused(refusal) => refusal,
    };
    let own = refusal.description.is_some();
    match refusal.code {
        429 => SendError::TooMany { after: refusal.wait() },
        _ if refusal.is_about_token() => SendError::Unauthorized,
        // Something in between passed the request on and waited in vain.
        504 => SendError::Unknown(refusal.text()),
        500.. => SendError::Retry(refusal.text()),
        // 413 is answered before the Bot API sees the request; so is any other without its words.
        413 => SendError::Refused(refusal.text()),
        400 => bad_request(&refusal),
        _ if !own => SendError::Retry(format!("{}, not from the Bot API", refusal.text())),
        403 if refusal.says("forbidden:") => SendError::ChatClosed(refusal.text()),
        409 => SendError::Retry(refusal.text()),
        ..400 => SendError::Retry(refusal.text()),
        _ => SendError::Refused(refusal.text()),
    }
}

fn bad_request(refusal: &Refusal) -> SendError {
    if let Some(to) = refusal.migrate_to {
        return SendError::Moved { to: to.to_string() };
    }
    let text = refusal.text();
    match MEANINGS.iter().find(|(part, _)| refusal.says(part)) {
        Some((_, Meaning::ChatClosed)) => SendError::ChatClosed(text),
        Some((_, Meaning::FileGone)) => SendError::FileGone(text),
        Some((_, Meaning::Markup)) => SendError::Markup(text),
        Some((_, Meaning::MessageGone)) => SendError::MessageGone,
        None => SendError::Refused(text),
    }
}

/// What a failure means for receiving.
pub(super) fn receiving(failure: Failure) -> ReceiveError {
    match failure {
        Failure::NotAccepted(why) | Failure::Lost(why) => ReceiveError::Failed(why),
        Failure::Refused(refusal) if refusal.code == 429 => ReceiveError::TooMany { after: refusal.wait() },
        Failure::Refused(refusal) if refusal.is_about_token() => ReceiveError::Unauthorized,
        Failure::Refused(refusal) if refusal.code == 409 && refusal.description.is_some() => {
            ReceiveError::Conflict(refusal.text())
        }
        Failure::Refused(refusal) => ReceiveError::Failed(refusal.text()),
    }
}

/// What a failure of `getFile` means.
pub(super) fn asking_for_file(failure: Failure, max: usize) -> FetchError {
    match failure {
        Failure::NotAccepted(why) | Failure::Lost(why) => FetchError::Failed(why),
        Failure::Refused(refusal) if refusal.code == 400 && refusal.says("file is too big") => {
            FetchError::TooLarge { max: max.min(MAX_DOWNLOAD) }
        }
        Failure::Refused(refusal) if matches!(bad_request(&refusal), SendError::FileGone(_)) => {
            FetchError::Gone(refusal.text())
        }
        Failure::Refused(refusal) if refusal.is_about_token() => {
            FetchError::Failed("the token was refused".to_owned())
        }
        Failure::Refused(refusal) => FetchError::Failed(refusal.text()),
    }
}

/// What a failure of the download itself means.
pub(super) fn downloading(failure: Failure) -> FetchError {
    match failure {
        Failure::NotAccepted(why) | Failure::Lost(why) => FetchError::Failed(why),
        Failure::Refused(refusal) if refusal.code == 404 => FetchError::Gone(refusal.text()),
        Failure::Refused(refusal) => FetchError::Failed(refusal.text()),
    }
}
