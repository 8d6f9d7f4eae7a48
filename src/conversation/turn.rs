//! What happens because of an update: the next state, effects, replies, and what their buttons do.

use crate::domain::Rich;
use crate::domain::Timestamp;
use crate::domain::content::{Attachment, Content, Lane};
use crate::domain::ids::ChatId;

use super::{Action, Dialogue, Effect};

/// What happens because of one update: all of it, or nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// Where the dialogue stands afterwards; `None` leaves it as it was.
    pub dialogue: Option<Dialogue>,
    pub effects: Vec<Effect>,
    pub replies: Vec<Reply>,
    /// The short note that answers a press of a button.
    pub toast: Option<Toast>,
    /// What came in may not be kept, not even as it came: its bytes are taken out of the inbox.
    pub forget: bool,
}

impl Turn {
    /// Nothing happens.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One reply to the chat that the update came from.
    pub fn say(text: impl Into<Rich>) -> Self {
        Self::default().and(Reply::here(text))
    }

    /// A note that answers a press, and nothing else.
    pub fn toast(text: impl Into<String>) -> Self {
        Self { toast: Some(Toast { text: text.into(), alert: false }), ..Self::default() }
    }

    pub fn and(mut self, reply: Reply) -> Self {
        self.replies.push(reply);
        self
    }

    pub fn effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// Keeps nothing of what came in.
    pub fn forgetting(mut self) -> Self {
        self.forget = true;
        self
    }

    /// Ends the dialogue or moves it on.
    pub fn to(mut self, dialogue: Dialogue) -> Self {
        self.dialogue = Some(dialogue);
        self
    }

    pub fn with_toast(mut self, text: impl Into<String>) -> Self {
        self.toast = Some(Toast { text: text.into(), alert: false });
        self
    }
}

/// The answer to a press: a line that passes, or a window that has to be closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub text: String,
    pub alert: bool,
}

/// A message that goes out because of an update.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub to: Target,
    pub place: Place,
    pub lane: Lane,
    pub text: Rich,
    /// Rows of buttons.
    pub choices: Vec<Vec<Choice>>,
    pub files: Vec<Attachment>,
    /// Not sent before; `None` is at once.
    pub not_before: Option<Timestamp>,
    /// Rather held for a person to decide than sent again where nobody knows whether it arrived.
    pub never_twice: bool,
    /// Where messages cannot be changed, one that keeps itself up to date is not sent anew for this: only when
    /// something that could be chosen cannot be any more.
    pub quiet: bool,
}

impl Reply {
    /// To the chat that the update came from.
    pub fn here(text: impl Into<Rich>) -> Self {
        Self::new(Target::Here, text)
    }

    /// To another chat.
    pub fn to(chat: ChatId, text: impl Into<Rich>) -> Self {
        Self::new(Target::Chat(chat), text)
    }

    fn new(to: Target, text: impl Into<Rich>) -> Self {
        Self {
            to,
            place: Place::New,
            lane: Lane::Interactive,
            text: text.into(),
            choices: Vec::new(),
            files: Vec::new(),
            not_before: None,
            never_twice: false,
            quiet: false,
        }
    }

    /// For what is dangerous or wrong to get twice, such as a one-time code.
    pub fn never_twice(mut self) -> Self {
        self.never_twice = true;
        self
    }

    /// Adds a row of buttons.
    pub fn row(mut self, row: impl IntoIterator<Item = Choice>) -> Self {
        self.choices.push(row.into_iter().collect());
        self
    }

    pub fn files(mut self, files: Vec<Attachment>) -> Self {
        self.files = files;
        self
    }

    /// The message keeps itself up to date under this name: shown anew, it is edited in place.
    pub fn slot(mut self, name: impl Into<String>) -> Self {
        self.place = Place::Slot(name.into());
        self
    }

    /// For what changes often and is only looked at now and then.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Takes the place of the message whose button was pressed.
    pub fn in_place(mut self) -> Self {
        self.place = Place::Pressed;
        self
    }

    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// The message without its buttons, which become nonces on the way to the outbox.
    pub fn content(&self) -> Content {
        Content { text: self.text.clone(), files: self.files.clone(), ..Content::default() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Here,
    Chat(ChatId),
}

/// Where in the chat a reply is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Below everything.
    New,
    /// In the message that has this name in this chat, if there is one already.
    Slot(String),
    /// In the message whose button was pressed; below everything if none was.
    Pressed,
}

/// A button, and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub label: String,
    pub does: Does,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Does {
    /// Comes back as an [`Action`]. In a private chat only its owner can press; in a group everybody can,
    /// and the action checks the authority of who did. `once`: a second press finds it used up.
    Act {
        action: Action,
        once: bool,
    },
    Open(String),
}

impl Choice {
    /// A button that works once.
    pub fn once(label: impl Into<String>, action: Action) -> Self {
        Self { label: label.into(), does: Does::Act { action, once: true } }
    }

    /// A button that can be pressed again and again, as on a card in a group.
    pub fn always(label: impl Into<String>, action: Action) -> Self {
        Self { label: label.into(), does: Does::Act { action, once: false } }
    }

    pub fn link(label: impl Into<String>, url: impl Into<String>) -> Self {
        Self { label: label.into(), does: Does::Open(url.into()) }
    }
}
