//! What a failure means. Codes are those of <https://developers.zalo.me/docs/official-account>, as far as
//! they are known; the words beside them decide only where a code leaves it open.

use std::time::Duration;

use crate::channel::renewing::RenewError;
use crate::channel::{FetchError, ReceiveError, SendError};

use super::transport::Failure;

/// -32: too many calls in a minute.
const MINUTE: Duration = Duration::from_secs(60);
/// -211: a quota is used up, and nobody says for how long.
const QUOTA_WAIT: Duration = Duration::from_secs(600);

/// Whether a code says that the access token is wrong or has run out.
pub(super) fn is_of_token(code: i64) -> bool {
    matches!(code, -216 | -220)
}

/// What a failure means for a message. [`SendError::FileGone`] is only meant where a file was known.
pub(super) fn sending(failure: Failure) -> SendError {
    let (code, words) = match failure {
        Failure::NotAccepted(why) => return SendError::Retry(why),
        Failure::Lost(why) => return SendError::Unknown(why),
        Failure::NoToken => return SendError::Unauthorized,
        Failure::Status(code) => return by_status(code),
        Failure::Refused { code, words } => (code, words),
    };
    let why = format!("{code} {words}");
    let says = |part: &str| words.to_lowercase().contains(part);
    match code {
        _ if is_of_token(code) => SendError::Unauthorized,
        -32 => SendError::TooMany { after: MINUTE },
        -211 => SendError::TooMany { after: QUOTA_WAIT },
        // No follower; silent for longer than a week, or always. Whoever writes opens the chat again. Not its group.
        -213 | -230 | -232 | -403 => SendError::ChatClosed(why),
        -201 if says("user") || says("group") || says("recipient") => SendError::ChatClosed(why),
        // A parameter is wrong: if the platform was said to know a file, it is that one.
        -201 => SendError::FileGone(why),
        // "Sending failed", and what else is nobody's fault.
        -200 => SendError::Retry(why),
        _ if says("internal") || says("try again") => SendError::Retry(why),
        _ => SendError::Refused(why),
    }
}

/// An answer of something before the API.
fn by_status(code: u16) -> SendError {
    match code {
        429 => SendError::TooMany { after: MINUTE },
        // Something in between passed the request on and waited in vain.
        408 | 504 => SendError::Unknown(code.to_string()),
        413 => SendError::Refused(code.to_string()),
        _ => SendError::Retry(format!("{code}, not from Zalo's API")),
    }
}

/// What a failure means for a question.
pub(super) fn receiving(failure: Failure) -> ReceiveError {
    match sending(failure) {
        SendError::Unauthorized => ReceiveError::Unauthorized,
        SendError::TooMany { after } => ReceiveError::TooMany { after },
        error => ReceiveError::Failed(error.to_string()),
    }
}

/// What a failure means for a refresh token.
pub(super) fn renewing(failure: Failure) -> RenewError {
    match failure {
        Failure::NotAccepted(why) => RenewError::NotAsked(why),
        Failure::Lost(why) => RenewError::Unknown(why),
        Failure::NoToken => RenewError::NotAsked("no token".to_owned()),
        Failure::Status(code @ (500 | 502 | 504 | 408)) => RenewError::Unknown(code.to_string()),
        Failure::Status(code) => RenewError::NotAsked(code.to_string()),
        Failure::Refused { code: -14020, .. } => RenewError::Spent,
        Failure::Refused { code: -32, words } => RenewError::NotAsked(format!("-32 {words}")),
        Failure::Refused { code, words } => RenewError::Refused(format!("{code} {words}")),
    }
}

/// What a failure of a download means. The addresses of files expire.
pub(super) fn downloading(failure: Failure) -> FetchError {
    match failure {
        Failure::Status(code @ (401 | 403 | 404 | 410)) => FetchError::Gone(code.to_string()),
        Failure::Status(code) => FetchError::Failed(code.to_string()),
        Failure::NotAccepted(why) | Failure::Lost(why) => FetchError::Failed(why),
        Failure::NoToken | Failure::Refused { .. } => FetchError::Failed("refused".to_owned()),
    }
}
