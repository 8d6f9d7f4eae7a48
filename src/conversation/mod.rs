//! What is said. A pure function from what came in and what is known to what happens next.
//!
//! [`step`] is run again and again: whenever it needs to know something that it has not been told, it
//! returns a [`Need`]; the store answers, inside the transaction that will keep the result, and `step` runs
//! anew with the answer among its [`Facts`]. So the code reads as if it asked the database, and yet can be
//! tried with no database at all, and everything it decides is decided on one moment of the data.
//!
//! Absent on purpose: channels, the store, the clock.

/// Asks a question of a part, and unpacks the one kind of answer that the store gives to it. The store pairs each
/// question with one kind, so that another cannot come.
macro_rules! answered {
    ($part:ident, $ctx:expr, $ask:expr, $answer:pat => $value:expr) => {
        match $ctx.facts.get($crate::conversation::Ask::$part($ask))? {
            $crate::conversation::Answer::$part($answer) => Ok($value),
            other => unreachable!("another kind of answer was expected: {other:?}"),
        }
    };
}

pub mod alarm;
pub mod incident;
pub mod incoming;
pub mod notice;
pub mod people;
mod rules;
pub mod tally;
mod turn;
pub mod wording;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ChatId, PersonId, UnitId};
use crate::domain::rights::{Reach, Right, Rights, has, rights};
use crate::domain::{Role, Timestamp};

pub use incoming::{ChatKind, Incoming, What};
pub use rules::Rules;
pub use turn::{Choice, Does, Place, Reply, Target, Toast, Turn};
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
    /// Whether a group has been told who loa is, and a person asked to agree.
    pub greeted: bool,
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
    /// The posts that give the person a right.
    pub fn posts_with(&self, right: Right) -> impl Iterator<Item = &Post> {
        self.roles.iter().filter(move |post| has(post.role, right))
    }

    /// Whether the person has a right, at whatever unit.
    pub fn has(&self, right: Right) -> bool {
        self.posts_with(right).next().is_some()
    }

    /// Whether one of the person's roles reaches a unit, which is given with all above it.
    pub fn reaches(&self, right: impl Fn(Rights) -> Reach, line: &[UnitId]) -> bool {
        self.roles.iter().any(|post| right(rights(post.role)).holds(&post.unit, line))
    }
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
    Tally(tally::State),
}

impl Dialogue {
    /// Whether a number is what is awaited, so that it is none of a list's.
    pub fn takes_numbers(&self) -> bool {
        matches!(self, Self::Notice(state) if state.takes_numbers())
    }
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    People(people::Action),
    Notice(notice::Action),
    Incident(incident::Action),
    Tally(tally::Action),
}

/// A question to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    People(people::Ask),
    Notice(notice::Ask),
    Incident(incident::Ask),
    Tally(tally::Ask),
}

/// The store's answer.
#[derive(Clone, Debug)]
pub enum Answer {
    People(people::Answer),
    Notice(notice::Answer),
    Incident(incident::Answer),
    Tally(tally::Answer),
}

/// A change to what is kept, committed together with the replies.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    People(people::Effect),
    Notice(notice::Effect),
    Incident(incident::Effect),
    Tally(tally::Effect),
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
        What::Message(message) => people::ask_once(ctx, notice::keep_left(ctx, heard(ctx, message)?)),
        What::Press(_) => people::ask_once(ctx, notice::keep_left(ctx, pressed(ctx)?)),
        What::Membership(_) | What::Moved { .. } => people::chat_changed(ctx),
        What::Seen { .. } | What::Bounced(_) | What::Unknown => Ok(Turn::nothing()),
    }
}

fn pressed(ctx: &Context<'_>) -> Result<Turn, Need> {
    match ctx.action {
        Some(Action::People(action)) => people::press(ctx, action),
        Some(Action::Notice(action)) => notice::press(ctx, action),
        Some(Action::Incident(action)) => incident::press(ctx, action),
        Some(Action::Tally(action)) => tally::press(ctx, action),
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
        for part in [people::command, notice::command, incident::command, tally::command] {
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
        Dialogue::Tally(state) => tally::heard(ctx, state),
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
