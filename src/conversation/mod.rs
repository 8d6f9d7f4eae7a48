//! What is said. A pure function from what came in and what is known to what happens next.
//!
//! [`step`] is run again and again: whenever it needs to know something that it has not been told, it
//! returns a [`Need`]; the store answers, inside the transaction that will keep the result, and `step` runs
//! anew with the answer among its [`Facts`]. So the code reads as if it asked the database, and yet can be
//! tried with no database at all, and everything it decides is decided on one moment of the data.
//!
//! Absent on purpose: channels, the store, the clock.

pub mod incident;
pub mod incoming;
pub mod notice;
pub mod people;
pub mod wording;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::domain::calendar::Calendar;
use crate::domain::category::Categories;
use crate::domain::content::{Attachment, Content, Lane};
use crate::domain::ids::{ChatId, PersonId, UnitId};
use crate::domain::{Rich, Role, Timestamp};

pub use incoming::{ChatKind, Incoming, What};
pub use wording::Lang;

/// Everything that [`step`] may look at.
#[derive(Debug)]
pub struct Context<'a> {
    pub now: Timestamp,
    pub incoming: &'a Incoming,
    pub chat: &'a ChatFacts,
    /// Who wrote or pressed; `None` if the sender is not enrolled (or has left).
    pub me: Option<&'a Me>,
    pub dialogue: &'a Dialogue,
    /// What the pressed button stands for; `None` if nothing was pressed, or its time is over.
    pub action: Option<&'a Action>,
    pub facts: &'a Facts,
    pub rules: &'a Rules,
}

impl Context<'_> {
    pub fn lang(&self) -> Lang {
        self.chat.lang
    }
}

/// The chat that an update came from.
#[derive(Clone, Debug)]
pub struct ChatFacts {
    pub id: ChatId,
    pub kind: ChatKind,
    pub title: String,
    pub lang: Lang,
    /// The unit that a group is bound to.
    pub unit: Option<UnitId>,
    pub purpose: Purpose,
}

/// What a chat is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A private chat, or a group that is not bound to a unit.
    None,
    /// The staff group of a unit.
    Staff,
    /// The group of the duty officers.
    Duty,
}

impl Purpose {
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Staff => "staff",
            Self::Duty => "duty",
        }
    }

    pub fn from_code(code: &str) -> Self {
        match code {
            "staff" => Self::Staff,
            "duty" => Self::Duty,
            _ => Self::None,
        }
    }
}

/// The enrolled person who wrote.
#[derive(Clone, Debug)]
pub struct Me {
    pub id: PersonId,
    pub name: String,
    /// The roles, each at a unit. Authority reaches the unit and all below it.
    pub roles: Vec<Post>,
}

/// A role at a unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Post {
    pub role: Role,
    pub unit: UnitId,
    pub unit_path: String,
}

impl Me {
    /// Whether the person has the role, at whatever unit.
    pub fn is(&self, role: Role) -> bool {
        self.roles.iter().any(|post| post.role == role)
    }

    pub fn is_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.is(*role))
    }
}

/// What the configuration says about the work, as opposed to the machinery.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The bot's name on the platform, without `@`, for links and for being addressed.
    pub bot_username: String,
    /// The letters that case codes begin with; empty means `ML`.
    pub case_prefix: String,
    /// What cases are about.
    pub categories: Categories,
    /// When people work.
    pub calendar: Calendar,
    /// Working hours until a case has to be settled, where its category does not say; 0 means 16.
    pub deadline_hours: u32,
}

/// Where a person stands in a dialogue. Every part of the conversation has states of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialogue {
    #[default]
    None,
    People(people::State),
    Notice(notice::State),
    Incident(incident::State),
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    People(people::Action),
    Notice(notice::Action),
    Incident(incident::Action),
}

/// A question to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    People(people::Ask),
    Notice(notice::Ask),
    Incident(incident::Ask),
}

/// The store's answer.
#[derive(Clone, Debug)]
pub enum Answer {
    People(people::Answer),
    Notice(notice::Answer),
    Incident(incident::Answer),
}

/// A change to what is kept, committed together with the replies.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    People(people::Effect),
    Notice(notice::Effect),
    Incident(incident::Effect),
}

/// What is known so far.
#[derive(Debug, Default)]
pub struct Facts(HashMap<Ask, Answer>);

/// Returned by [`step`] when it has to know more first.
#[derive(Clone, Debug, PartialEq)]
pub struct Need(pub Ask);

impl Facts {
    /// The answer to a question, or the need to ask it.
    pub fn get(&self, ask: Ask) -> Result<&Answer, Need> {
        self.0.get(&ask).ok_or(Need(ask))
    }

    pub fn learn(&mut self, ask: Ask, answer: Answer) {
        self.0.insert(ask, answer);
    }
}

/// What happens because of what came in, or what has to be known first.
///
/// # Errors
/// The question that has to be answered before `step` is run again.
pub fn step(ctx: &Context<'_>) -> Result<Turn, Need> {
    match &ctx.incoming.what {
        What::Message(message) => heard(ctx, message),
        What::Press(_) => pressed(ctx),
        What::Membership(_) | What::Moved { .. } => people::chat_changed(ctx),
        What::Unknown => Ok(Turn::nothing()),
    }
}

fn pressed(ctx: &Context<'_>) -> Result<Turn, Need> {
    match ctx.action {
        Some(Action::People(action)) => people::press(ctx, action),
        Some(Action::Notice(action)) => notice::press(ctx, action),
        Some(Action::Incident(action)) => incident::press(ctx, action),
        None => Ok(Turn::toast(ctx.lang().say("button-expired", &[]))),
    }
}

fn heard(ctx: &Context<'_>, message: &incoming::Message) -> Result<Turn, Need> {
    // In a group, people talk to each other. Only what is addressed to the bot counts.
    let overheard = ctx.chat.kind == ChatKind::Group && !message.addressed;
    // What is marked secret is kept nowhere, whoever says it, and wherever the bot hears it.
    if incident::is_secret(ctx, message) {
        return Ok(if overheard { Turn::nothing().forgetting() } else { incident::secret(ctx) });
    }
    if overheard {
        return Ok(Turn::nothing());
    }
    if message.edited {
        return corrected(ctx, message);
    }
    if let Some((name, rest)) = ctx.incoming.command() {
        for part in [people::command, notice::command, incident::command] {
            if let Some(turn) = part(ctx, &name, rest)? {
                return Ok(turn);
            }
        }
        return people::unknown_command(ctx, &name);
    }
    match ctx.dialogue {
        Dialogue::People(state) => people::heard(ctx, state),
        Dialogue::Notice(state) => notice::heard(ctx, state),
        Dialogue::Incident(state) => incident::heard(ctx, state),
        // Words out of the blue from somebody who is enrolled are a report; a stranger hears how to enrol.
        Dialogue::None if ctx.me.is_some() => incident::begin(ctx),
        Dialogue::None => people::stranger(ctx),
    }
}

/// A message was corrected. What is still being written takes the correction up, and so does the case that the
/// message became; nothing that was done is done a second time.
fn corrected(ctx: &Context<'_>, message: &incoming::Message) -> Result<Turn, Need> {
    match ctx.dialogue {
        Dialogue::Incident(state) if state.holds(&message.id) => return incident::heard(ctx, state),
        Dialogue::Notice(state) if state.holds(&message.id) => return notice::heard(ctx, state),
        _ => {}
    }
    match ctx.incoming.command() {
        Some((name, _)) if name != incident::REPORT => Ok(people::corrected_command(ctx)),
        _ if ctx.me.is_some() => incident::begin(ctx),
        _ => Ok(Turn::nothing()),
    }
}

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
        }
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
        Content { text: self.text.clone(), buttons: Vec::new(), files: self.files.clone() }
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
