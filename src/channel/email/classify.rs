//! What the answer of a mail server means (RFC 5321, 4.2; the finer codes in the text: RFC 3463).

use crate::channel::SendError;
use crate::domain::mask::mask;

/// How far a mail had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing of it was handed over.
    Before,
    /// The server was asked whether it takes mails for this person.
    Recipient,
    /// Its content was handed over.
    Content,
}

/// What is known about an attempt that met this answer; `code` is `None` where there was none, or none that makes sense.
pub(super) fn answered(stage: Stage, code: Option<u16>, words: &str) -> SendError {
    // Servers like to repeat the address.
    let why = mask(words);
    match code {
        None if stage == Stage::Content => SendError::Unknown(why),
        None => SendError::Retry(why),
        // Authentication is wanted, or failed, or is too weak.
        Some(530 | 534 | 535 | 538) if stage != Stage::Content => SendError::Unauthorized,
        Some(550 | 551 | 553) if stage == Stage::Recipient && !is_policy(words) => SendError::ChatClosed(why),
        Some(500..=599) if has_no_mailbox(words) => SendError::ChatClosed(why),
        Some(500..=599) => SendError::Refused(why),
        Some(400..=499) => SendError::Retry(why),
        // What no server should say.
        Some(_) if stage == Stage::Content => SendError::Unknown(why),
        Some(_) => SendError::Retry(why),
    }
}

/// Whether the server refuses who sends, and not for whom it is: another mail may get through.
fn is_policy(words: &str) -> bool {
    words.contains("5.7.")
}

fn has_no_mailbox(words: &str) -> bool {
    ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"].iter().any(|code| {
        words
            .split(|c: char| c.is_whitespace() || matches!(c, ':' | '#' | '(' | ')'))
            .any(|word| word == *code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_meaning() {
        let meant = |stage, code, words: &str| match answered(stage, code, words) {
            SendError::Retry(_) => "retry",
            SendError::Unknown(_) => "unknown",
            SendError::ChatClosed(_) => "closed",
            SendError::Refused(_) => "refused",
            SendError::Unauthorized => "unauthorized",
            _ => "?",
        };
        let table = [
            (Stage::Before, None, "Connection error: refused", "retry"),
            (Stage::Before, Some(421), "4.7.0 try again later", "retry"),
            (Stage::Before, Some(535), "5.7.8 Username and Password not accepted", "unauthorized"),
            (Stage::Before, Some(530), "5.7.0 Authentication Required", "unauthorized"),
            (Stage::Before, Some(552), "5.3.4 too large", "refused"),
            (Stage::Recipient, None, "no answer in time", "retry"),
            (Stage::Recipient, Some(450), "4.2.0 greylisted", "retry"),
            (Stage::Recipient, Some(452), "4.2.2 mailbox full", "retry"),
            (Stage::Recipient, Some(550), "5.1.1 no such user", "closed"),
            (Stage::Recipient, Some(550), "Unrouteable address", "closed"),
            (Stage::Recipient, Some(551), "user not local", "closed"),
            (Stage::Recipient, Some(553), "mailbox name not allowed", "closed"),
            (Stage::Recipient, Some(550), "5.7.1 relaying denied", "refused"),
            (Stage::Recipient, Some(554), "no", "refused"),
            (Stage::Content, None, "no answer in time", "unknown"),
            (Stage::Content, Some(451), "4.3.0 local error", "retry"),
            (Stage::Content, Some(550), "5.7.1 looks like spam", "refused"),
            (Stage::Content, Some(550), "5.1.1 no such user", "closed"),
            (Stage::Content, Some(554), "5.6.0", "refused"),
            (Stage::Content, Some(250), "odd", "unknown"),
        ];
        for (stage, code, words, meaning) in table {
            assert_eq!(meant(stage, code, words), meaning, "{stage:?} {code:?} {words}");
        }
    }
}
