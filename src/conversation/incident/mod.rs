//! Quick reports and the cases that they make.
//!
//! `intake` turns words, photos and a place into a case; `moves` is what people do with it afterwards;
//! `card` draws it; `list` and `digest` find cases and count them.

pub mod alike;
pub mod card;
pub mod case;
pub mod digest;
pub mod draft;
mod facts;
mod intake;
mod list;
mod moves;
mod recognise;
pub mod reporter;
mod rules;
mod words;

use serde::{Deserialize, Serialize};

use crate::domain::deadline::{Awaited, Deadline, Late};
use crate::domain::ids::{ChatId, IncidentId, PersonId, UnitId};
use crate::domain::incident::{Mark, Move, State as CaseState};
use crate::domain::{ChannelKind, Timestamp};

use super::incoming::Spot;
use super::{Context, Dialogue, Need, Turn};
use crate::conversation;

pub use alike::{Alike, Candidate, Candidates, Likeness};
pub use case::{CardKind, Case, CaseFile, Group, ListRow, ListScope, Match, NamedUnit, Page, Wait};
pub use digest::{Digest, Period};
pub use draft::Draft;
pub use intake::{is_secret, secret};
pub use rules::read_code;

/// Where a person stands in a dialogue of this part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A report that is not sent yet.
    Draft(Box<Draft>),
    /// Words are awaited that a move of a case needs.
    Words(Words),
}

/// A picture or a document that somebody sent with their words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhibit {
    /// With which the platform gives the bytes.
    pub file: String,
    /// What a document is called; `None` of a picture.
    #[serde(default)]
    pub document: Option<String>,
}

impl Exhibit {
    pub fn is_document(&self) -> bool {
        self.document.is_some()
    }
}

/// A move that waits for its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Words {
    pub incident: IncidentId,
    pub wants: Wants,
    /// When they were asked for: nobody's remark of tomorrow is taken for them.
    pub since: Timestamp,
    /// What came before the words.
    #[serde(default)]
    pub exhibits: Vec<Exhibit>,
}

/// What words are awaited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wants {
    Question,
    Answer,
    /// The name of the unit to forward to.
    UnitName,
    Return,
    Result,
    Settle,
    Reject,
    /// What a unit will do, and until when.
    Plan,
    /// How far a unit is.
    Progress,
    /// Why its reporter takes it back.
    Withdraw,
}

/// What a button of this part does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Something about the report that is being written. Of an older one it does nothing.
    Draft { draft: i64, act: DraftAct },
    /// Something about a case.
    Case { incident: IncidentId, act: CaseAct },
    /// A page of a listing.
    List { scope: Scope, page: u32 },
}

impl From<Action> for conversation::Action {
    fn from(action: Action) -> Self {
        Self::Incident(action)
    }
}

impl From<Effect> for conversation::Effect {
    fn from(effect: Effect) -> Self {
        Self::Incident(effect)
    }
}

impl From<State> for Dialogue {
    fn from(state: State) -> Self {
        Self::Incident(state)
    }
}

/// What is done to a report that is being written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftAct {
    Send,
    Cancel,
    /// Shows what can be changed.
    Edit,
    EditWords,
    EditCategory,
    EditUnit,
    AddPhotos,
    DropPhotos,
    /// Whether only duty officers know who reports.
    Hide(bool),
    /// Back to the summary.
    Back,
    /// "Không rõ" where words were asked for.
    NoWords,
    /// A category, or "không rõ".
    Category(Option<String>),
    /// A unit, or "không rõ".
    Unit(Option<UnitId>),
    /// It is the answer to a question about this case, not a report.
    AnswerTo(IncidentId),
    /// It is about what this case is about.
    Join(IncidentId),
}

/// What is done to a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseAct {
    Show,
    Photos,
    Take,
    Verify,
    Ask,
    Answer,
    /// Shows the groups to choose from.
    Forward,
    ForwardTo {
        chat: ChatId,
        unit: UnitId,
    },
    /// Asks for the name of a unit.
    ForwardByName,
    Accept,
    Plan,
    Progress,
    Return,
    Report,
    Settle,
    /// Settles with what the unit reported.
    SettleAsReported,
    Reject,
    /// Shows the cases to choose from.
    Merge,
    MergeInto(IncidentId),
    /// The same from the card itself, which shows what became of it.
    MergeLikely(IncidentId),
    Confirm,
    Reopen,
    Withdraw,
    /// The words that were asked for are not wanted any more.
    Never,
}

/// Which cases a listing is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those that I reported.
    Mine,
    /// The open ones that I watch over.
    Duty,
    /// The open ones that were forwarded to my unit.
    Unit,
}

/// A question of this part to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Case(IncidentId),
    /// The case with this code.
    ByCode(String),
    /// The code of the case that this message began, if it did.
    Reported {
        chat: ChatId,
        message: String,
    },
    /// The newest open case that a person reported here since then.
    Recent {
        person: PersonId,
        chat: ChatId,
        since: Timestamp,
    },
    /// When the tenth newest report of a person was made, counted back from now ([`MOST_AT_ONCE`]).
    Flood(PersonId),
    /// The case about which this person has been asked and has not answered.
    Asked(PersonId),
    /// The units whose names occur in a text (folded, punctuation as blanks).
    UnitsIn(String),
    /// The units whose names contain a text (folded).
    UnitsLike(String),
    /// The units that a person belongs to.
    Homes(PersonId),
    /// The top of the tree that a unit is in.
    Top(UnitId),
    Unit(UnitId),
    /// Where the cards of a unit's cases go.
    Desk(UnitId),
    /// The next number of a case. Asking takes it.
    NextNumber(String),
    /// Where a case can be forwarded to, nearest first; with a name, what fits it.
    Groups {
        incident: IncidentId,
        officer: PersonId,
        name: Option<String>,
    },
    /// A chat that takes a unit's cases, if it is one.
    Group {
        chat: ChatId,
        unit: UnitId,
    },
    /// Who takes the cases of the unit with this path (its key), if there is anybody.
    GroupOf(String),
    /// Open cases that another one may be merged into.
    Mergeable(IncidentId),
    /// Cases that a report could be about too: at this unit, above or below it, or around this place.
    Alike {
        unit: UnitId,
        /// Latitude and longitude in millionths of a degree.
        spot: Option<(i64, i64)>,
        /// How far around it, in metres.
        reach: u32,
        /// Open ones that were made since then, and those that were settled since then.
        open_since: Timestamp,
        settled_since: Timestamp,
    },
    List {
        scope: ListScope,
        page: u32,
    },
    /// What happened from one moment to another, at these units and below; `None` everywhere.
    Digest {
        units: Option<Vec<UnitId>>,
        from: Timestamp,
        to: Timestamp,
    },
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug)]
pub enum Answer {
    Case(Option<Box<Case>>),
    Code(Option<String>),
    Incident(Option<IncidentId>),
    Units(Vec<NamedUnit>),
    Desk(Vec<String>),
    Number(i64),
    At(Option<Timestamp>),
    Groups(Vec<Group>),
    List(Page),
    Alike(Candidates),
    Digest(Box<Digest>),
}

/// A change that this part makes.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A report becomes a case.
    Open(Box<NewCase>),
    /// A case moves on.
    Step(Box<Step>),
    /// The card is shown in this chat, below everything, and kept up to date there.
    Show { incident: IncidentId, chat: ChatId, kind: CardKind },
    /// Somebody looked at a restricted case: that is written down.
    Look { incident: IncidentId, who: PersonId },
}

/// A report that becomes a case.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCase {
    pub code: String,
    pub person: PersonId,
    pub chat: ChatId,
    pub channel: ChannelKind,
    /// The platform's id of the message that began it.
    pub message: String,
    pub text: String,
    pub place: Option<String>,
    pub spot: Option<Spot>,
    pub exhibits: Vec<Exhibit>,
    /// Only duty officers know who reports.
    pub hidden: bool,
    /// Code and name.
    pub category: Option<(String, String)>,
    pub unit: UnitId,
    pub unit_known: bool,
    pub mark: Mark,
    pub deadline: Deadline,
    /// When it is late that somebody has it.
    pub answer: Option<Late>,
    /// What it may be the same as, the likeliest first.
    pub alike: Vec<Alike>,
    /// Where it goes at once: the staff group of the unit that answers for it.
    pub routed: Option<(ChatId, NamedUnit)>,
}

/// A move of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub incident: IncidentId,
    pub from: CaseState,
    pub to: CaseState,
    pub movement: Move,
    /// What is waited for no more, or from now on and anew.
    pub waits: Vec<(Awaited, Option<Late>)>,
    pub actor: PersonId,
    pub text: String,
    pub exhibits: Vec<Exhibit>,
    /// Where they came from.
    pub chat: ChatId,
    pub channel: ChannelKind,
    pub also: Also,
}

/// What a move changes besides the state.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Also {
    #[default]
    Nothing,
    Forward {
        chat: ChatId,
        unit: UnitId,
    },
    Merge {
        into: IncidentId,
    },
    Deadline(Deadline),
    Place {
        spot: Spot,
        /// What it may be the same as, now that the place is known.
        alike: Vec<Alike>,
    },
    /// Somebody else reports the same thing.
    Join {
        /// The platform's id of the message that did it.
        message: String,
        spot: Option<Spot>,
        /// Only duty officers know who does.
        hidden: bool,
    },
}

/// So many reports one person may send within [`AT_ONCE`]: more than a field has, and less than a telephone gone wrong.
pub const MOST_AT_ONCE: u32 = 10;
pub const AT_ONCE: std::time::Duration = std::time::Duration::from_secs(600);

/// The command that begins a report, without `/`.
pub const REPORT: &str = "baonhanh";

impl State {
    /// Whether a message is part of what is being written.
    pub fn holds(&self, message: &str) -> bool {
        matches!(self, Self::Draft(draft) if draft.has(message))
    }
}

/// A command, if it is one of this part's.
pub fn command(ctx: &Context<'_>, name: &str, rest: &str) -> Result<Option<Turn>, Need> {
    let turn = match name {
        REPORT => intake::command(ctx, rest)?,
        "vuviec" => list::command(ctx, rest)?,
        "tonghop" => digest::command(ctx, rest)?,
        "huy" => match ctx.dialogue {
            Dialogue::Incident(_) => intake::cancelled(ctx),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(turn))
}

/// A button was pressed.
pub fn press(ctx: &Context<'_>, action: &Action) -> Result<Turn, Need> {
    match action {
        Action::Draft { draft, act } => intake::press(ctx, *draft, act),
        Action::Case { incident, act } => moves::press(ctx, *incident, act),
        Action::List { scope, page } => list::page(ctx, *scope, *page),
    }
}

/// A message in a dialogue of this part.
pub fn heard(ctx: &Context<'_>, state: &State) -> Result<Turn, Need> {
    match state {
        State::Draft(draft) => intake::heard(ctx, draft),
        State::Words(words) => words::heard(ctx, words),
    }
}

/// Words, photos or a place out of the blue, from somebody who is enrolled.
pub fn begin(ctx: &Context<'_>) -> Result<Turn, Need> {
    intake::begin(ctx)
}
