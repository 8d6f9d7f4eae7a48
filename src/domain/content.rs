//! What a message shows, in the terms that all channels share.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Rich;
use super::channel_kind::Manner;
use super::meeting::Answer;

/// What a message shows. A channel renders it with its own means.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub text: Rich,
    /// Rows of buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<Button>>,
    /// What stands below the numbered list that takes the buttons' place on a channel without any: how to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Pictures or documents. Telegram takes up to 10 of one kind in one message
    /// (<https://core.telegram.org/bots/api#sendmediagroup>).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Attachment>,
}

impl Content {
    /// A message of text alone.
    pub fn text(text: impl Into<Rich>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// This message as text alone, as somebody reads it over a channel of this manner: its files are named, what can be
    /// chosen is listed where there are no buttons.
    pub fn as_read(&self, manner: &Manner) -> Rich {
        let mut text = self.text.clone();
        if !manner.emphasis {
            text.spans.clear();
        }
        let files = self.files.iter().map(|file| match file.kind {
            FileKind::Photo => format!("🖼 {}", file.name),
            FileKind::Document => format!("📎 {}", file.name),
        });
        let files = files.collect::<Vec<_>>().join("\n");
        let list = if manner.buttons { String::new() } else { self.listed() };
        for more in [files, list].into_iter().filter(|more| !more.is_empty()) {
            let gap = if text.is_empty() { "" } else { "\n\n" };
            text = text.push(gap).push(more);
        }
        text
    }

    /// What can be chosen, in the order of its numbers, the first of which is 1. Links have none.
    pub fn choices(&self) -> impl Iterator<Item = &Button> {
        self.buttons.iter().flatten().filter(|button| !matches!(button, Button::Link { .. }))
    }

    /// The buttons as lines of text, for a channel that has none: a number for each choice, the address of each link,
    /// and how to answer. Empty without buttons.
    pub fn listed(&self) -> String {
        let mut lines = Vec::new();
        let mut number = 0;
        for button in self.buttons.iter().flatten() {
            lines.push(match button {
                Button::Link { label, url } => format!("{label}: {url}"),
                Button::Press { label, .. } | Button::PressOwn { label, .. } => {
                    number += 1;
                    format!("{number}. {label}")
                }
            });
        }
        lines.extend(self.hint.clone().filter(|_| number > 0));
        lines.join("\n")
    }
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Button {
    /// Comes back as a press that carries `data`: a nonce which the store knows.
    Press { label: String, data: String },
    /// The same, where every recipient has data of their own: the message row holds it, and the button what it does.
    PressOwn {
        label: String,
        #[serde(default, skip_serializing_if = "Own::is_usual")]
        act: Own,
    },
    /// Opens a link.
    Link { label: String, url: String },
}

impl Button {
    pub fn label(&self) -> &str {
        match self {
            Self::Press { label, .. } | Self::PressOwn { label, .. } | Self::Link { label, .. } => label,
        }
    }
}

/// What a recipient's own button does with what they received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Own {
    /// "I have received it".
    #[default]
    Confirm,
    /// What they answer to the call to a meeting.
    Meeting(Answer),
    /// "Here is what my unit answers".
    Answer,
}

impl Own {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Confirm,
        Self::Answer,
        Self::Meeting(Answer::Coming),
        Self::Meeting(Answer::Away),
        Self::Meeting(Answer::StandIn),
    ];

    /// What stands behind the recipient's own data; of the usual one nothing.
    fn code(self) -> &'static str {
        match self {
            Self::Confirm => "",
            Self::Meeting(Answer::Coming) => "mc",
            Self::Meeting(Answer::Away) => "ma",
            Self::Meeting(Answer::StandIn) => "ms",
            Self::Answer => "answer",
        }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks it like that")]
    fn is_usual(&self) -> bool {
        *self == Self::Confirm
    }

    /// The data of this button, of the recipient's own data.
    pub fn data(self, own: &str) -> String {
        match self.code() {
            "" => own.to_owned(),
            code => format!("{own}.{code}"),
        }
    }

    /// The recipient's nonce and what the button does, of the data behind the prefix.
    pub fn split(data: &str) -> Option<(&str, Self)> {
        let (nonce, code) = data.split_once('.').unwrap_or((data, ""));
        Self::ALL.into_iter().find(|own| own.code() == code).map(|own| (nonce, own))
    }
}

/// A file that goes with a message. Its bytes are in the store under the hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attachment {
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    pub name: String,
    pub kind: FileKind,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Photo,
    Document,
}

impl FileKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Document => "document",
        }
    }
}

/// Which messages go first. Lower is sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// An answer to somebody who is waiting for it, and what follows from a person's act.
    Interactive,
    /// Urgent notices.
    Urgent,
    /// All other notices, reminders, digests.
    Notice,
}

impl Lane {
    pub fn code(self) -> i64 {
        match self {
            Self::Interactive => 0,
            Self::Urgent => 1,
            Self::Notice => 2,
        }
    }

    pub fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Interactive,
            1 => Self::Urgent,
            _ => Self::Notice,
        }
    }
}

/// Where a file's bytes come from.
#[derive(Clone, Debug)]
pub enum FileSource {
    /// The platform has it already.
    Known { file_id: String },
    /// To be uploaded; where the platform does not take it, it is at `url`, if there is any.
    Upload { bytes: Bytes, mime: String, url: Option<String> },
    /// To be fetched from this address of ours, by the platform or by who gets the message.
    Link { url: String },
    /// Not to be had over this channel.
    Absent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_own_button_does_is_read_back_from_its_data() {
        for own in Own::ALL {
            assert_eq!(Own::split(&own.data("nonce-_1")), Some(("nonce-_1", own)));
        }
        assert_eq!(Own::split("nonce.none"), None);
    }
}
