//! What a failure means. Zalo's codes are those of HTTP, with meanings of their own (`error_code` in the body, mostly
//! with status 200); the words beside them are not documented and decide only where the code leaves it open.

use std::time::Duration;

use crate::channel::bot_api::{Failure, Refusal};
use crate::channel::{FetchError, ReceiveError, SendError};

/// 429 says that a quota is used up, and not for how long (no `retry_after` is known).
const QUOTA_WAIT: Duration = Duration::from_secs(600);
/// The longest wait that is believed, should it come to say one.
const LONGEST_WAIT: u64 = 24 * 3600;

/// Telling parts of a refusal, in lower case: the person or group cannot be reached.
const CHAT_CLOSED: [&str; 9] =
    ["user", "chat", "recipient", "follow", "block", "group", "forbidden", "permission", "interact"];
/// The same: emphasis was refused.
const MARKUP: [&str; 4] = ["parse", "style", "markdown", "html"];

fn says(refusal: &Refusal, parts: &[&str]) -> bool {
    let text = refusal.description.as_deref().unwrap_or_default().to_lowercase();
    parts.iter().any(|part| text.contains(part))
}

fn words(refusal: &Refusal) -> String {
    match refusal.description.as_deref() {
        Some(text) if !text.is_empty() => format!("{} {text}", refusal.code),
        _ => refusal.code.to_string(),
    }
}

fn wait(refusal: &Refusal) -> Duration {
    refusal.retry_after.map_or(QUOTA_WAIT, |seconds| Duration::from_secs(seconds.clamp(1, LONGEST_WAIT)))
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
        429 => SendError::TooMany { after: wait(&refusal) },
        401 if own => SendError::Unauthorized,
        // Something in between passed the request on and waited in vain; 408 is Zalo's own word for that.
        408 | 504 => SendError::Unknown(words(&refusal)),
        500.. => SendError::Retry(words(&refusal)),
        413 => SendError::Refused(words(&refusal)),
        _ if !own => SendError::Retry(format!("{}, not from Zalo's bot API", refusal.code)),
        400 if says(&refusal, &MARKUP) => SendError::Markup(words(&refusal)),
        400 | 403 | 404 if says(&refusal, &CHAT_CLOSED) => SendError::ChatClosed(words(&refusal)),
        // Documented as "internal error".
        403 => SendError::Retry(words(&refusal)),
        400.. => SendError::Refused(words(&refusal)),
        _ => SendError::Retry(words(&refusal)),
    }
}

/// What a failure means for receiving.
pub(super) fn receiving(failure: Failure) -> ReceiveError {
    match failure {
        Failure::NotAccepted(why) | Failure::Lost(why) => ReceiveError::Failed(why),
        Failure::Refused(refusal) => match (refusal.code, refusal.description.is_some()) {
            (429, _) => ReceiveError::TooMany { after: wait(&refusal) },
            (401, true) => ReceiveError::Unauthorized,
            (409, true) => ReceiveError::Conflict(words(&refusal)),
            _ => ReceiveError::Failed(words(&refusal)),
        },
    }
}

/// Whether nothing came in the time that was waited.
pub(super) fn is_nothing_new(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(refusal) if refusal.code == 408)
}

/// What a failure of a download means. The addresses of files expire.
pub(super) fn downloading(failure: Failure) -> FetchError {
    match failure {
        Failure::NotAccepted(why) | Failure::Lost(why) => FetchError::Failed(why),
        Failure::Refused(refusal) if matches!(refusal.code, 401 | 403 | 404 | 410) => {
            FetchError::Gone(refusal.code.to_string())
        }
        Failure::Refused(refusal) => FetchError::Failed(refusal.code.to_string()),
    }
}
