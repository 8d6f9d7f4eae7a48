//! What the mail server writes down.

use serde::Serialize;

/// A mail that was taken from the service.
#[derive(Clone, Debug, Serialize)]
pub struct MailAccepted {
    /// The handed clock at acceptance, microseconds.
    pub at: i64,
    /// For whom it is.
    pub to: String,
    /// Its Message-ID, without the angle brackets.
    pub name: String,
    /// Its words.
    pub text: String,
}

/// What a correct program never does: a command out of order, a mail that is none, a line that is too long …
#[derive(Clone, Debug, Serialize)]
pub struct MailViolation {
    /// The handed clock, microseconds.
    pub at: i64,
    /// `smtp` or `imap`.
    pub protocol: &'static str,
    /// What is wrong, as it was answered.
    pub what: String,
}

/// All that was written down.
#[derive(Default)]
pub(super) struct Log {
    pub accepted: Vec<MailAccepted>,
    pub violations: Vec<MailViolation>,
    /// How many mails were handed over, taken or not.
    pub attempts: usize,
}
