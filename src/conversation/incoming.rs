//! What came in, in the terms that all channels share.

use serde::{Deserialize, Serialize};

use crate::domain::ids::MessageId;
use crate::domain::rich::Span;
use crate::domain::{ChannelKind, Rich, Timestamp};

/// One thing that happened on a platform. An album is one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incoming {
    pub channel: ChannelKind,
    pub chat: ExternalChat,
    /// Who did it; `None` where the platform does not say (an anonymous administrator).
    pub from: Option<Sender>,
    /// When it was received.
    pub at: Timestamp,
    pub what: What,
}

/// A chat as the platform names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalChat {
    pub id: String,
    pub kind: ChatKind,
    pub title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    Private,
    Group,
}

/// A person as the platform names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Message(Message),
    /// A button was pressed.
    Press(Press),
    /// The bot's own place in the chat changed.
    Membership(Membership),
    /// A group became a supergroup with another id.
    Moved {
        to: String,
    },
    /// Somebody has seen messages of ours: the platform's ids of them.
    Seen {
        messages: Vec<String>,
    },
    /// A message of ours that was taken did not arrive after all. Nobody says this: there is nothing to answer.
    Bounced(Bounced),
    /// Something that loa does not know. Kept, and politely passed over.
    Unknown,
}

/// What a person wrote. Every part may be there or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The platform's id of the message.
    pub id: String,
    /// The text, or the caption; empty if there is none.
    pub text: String,
    /// The emphasis of the text, as [`Rich::normal`] has it.
    #[serde(default)]
    pub spans: Vec<Span>,
    pub photos: Vec<FileRef>,
    pub documents: Vec<FileRef>,
    pub place: Option<Spot>,
    /// In a group: whether the bot is meant (a command, a mention, a reply to it). In private: always.
    pub addressed: bool,
    /// The platform's id of the bot's message that this one answers.
    pub reply_to: Option<String>,
    /// Whether an earlier message was corrected.
    pub edited: bool,
}

/// A file on the platform.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileRef {
    /// With which the platform gives the bytes.
    pub id: String,
    pub name: Option<String>,
    pub mime: Option<String>,
    /// In bytes, where the platform says.
    pub size: Option<u64>,
}

/// A place that was shared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    pub latitude: f64,
    pub longitude: f64,
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Press {
    /// With which the press is answered.
    pub id: String,
    /// What the button holds.
    pub data: String,
    /// The platform's id of the message that the button is under.
    pub message: Option<String>,
}

/// What became of a message of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounced {
    /// The message of the outbox.
    pub message: MessageId,
    pub why: String,
    /// Whether nothing else will arrive there either.
    pub for_good: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// The bot can write here (was added, or was unblocked).
    In,
    /// The bot was removed, or blocked.
    Out,
}

impl Message {
    /// The text with its emphasis.
    pub fn rich(&self) -> Rich {
        Rich { text: self.text.clone(), spans: self.spans.clone() }
    }

    /// Puts more words below those that there are.
    pub fn add_words(&mut self, more: &Rich) {
        let gap = if self.text.is_empty() || more.is_empty() { "" } else { "\n" };
        let both = self.rich().push(gap).append(more.clone());
        (self.text, self.spans) = (both.text, both.spans);
    }
}

impl Incoming {
    /// The words that were written; empty for anything else.
    pub fn text(&self) -> &str {
        match &self.what {
            What::Message(message) => &message.text,
            _ => "",
        }
    }

    /// What is left of the words behind a command, as [`Incoming::command`] gives it, with its emphasis.
    pub fn rich_rest(&self, rest: &str) -> Rich {
        let Some(message) = self.message() else { return rest.into() };
        let end = message.text.trim_end().len();
        match end.checked_sub(rest.len()) {
            Some(start) if message.text.get(start..end) == Some(rest) => message.rich().slice(start..end),
            _ => rest.into(),
        }
    }

    pub fn message(&self) -> Option<&Message> {
        match &self.what {
            What::Message(message) => Some(message),
            _ => None,
        }
    }

    pub fn press(&self) -> Option<&Press> {
        match &self.what {
            What::Press(press) => Some(press),
            _ => None,
        }
    }

    /// A command such as `/vuviec ML-2026-0042`: its name in lower case without `/` and without the bot's
    /// name, and the rest of the line and what follows, trimmed. The link of an invite, which opens Telegram, is what it
    /// would say there: also for who sends it over another channel.
    pub fn command(&self) -> Option<(String, &str)> {
        let text = self.text().trim_start();
        if let Some(code) = invite(text) {
            return Some(("start".to_owned(), code));
        }
        let body = text.strip_prefix('/')?;
        let end = body.find(char::is_whitespace).unwrap_or(body.len());
        let (name, rest) = body.split_at(end);
        let name = name.split('@').next().unwrap_or(name).to_lowercase();
        (!name.is_empty()).then_some((name, rest.trim()))
    }
}

/// The code in the link of an invite (<https://core.telegram.org/api/links#bot-links>).
fn invite(text: &str) -> Option<&str> {
    let link = text.strip_prefix("https://t.me/")?.trim_end();
    let code = link.split_once("?start=")?.1;
    (!code.is_empty() && !code.contains(char::is_whitespace)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_of_an_invite_is_a_start() {
        assert_eq!(invite("https://t.me/loa_bot?start=Ab-1_x\n"), Some("Ab-1_x"));
        for other in ["https://t.me/loa_bot", "https://t.me/loa_bot?start=", "xem https://t.me/a?start=b", ""]
        {
            assert_eq!(invite(other), None, "{other}");
        }
        assert_eq!(invite("https://t.me/loa_bot?start=a b"), None);
    }

    #[test]
    fn what_stands_behind_a_command_keeps_its_emphasis() {
        let text = Rich::new().push("/thongbao  Lịch họp\nĐến ").bold("đúng giờ").push(" \n");
        let message = Message { text: text.text, spans: text.spans, ..Message::default() };
        let incoming = Incoming {
            channel: ChannelKind::Telegram,
            chat: ExternalChat { id: "1".into(), kind: ChatKind::Private, title: String::new() },
            from: None,
            at: Timestamp(1),
            what: What::Message(message),
        };
        let (_, rest) = incoming.command().expect("a command");
        assert_eq!(incoming.rich_rest(rest), Rich::new().push("Lịch họp\nĐến ").bold("đúng giờ"));
    }
}
