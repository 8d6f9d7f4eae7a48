//! Notices: writing, approving, confirming.
//!
//! `compose` is the dialogue in which one is written; `approve` is what happens until it goes out; `running`
//! is the count while it does; `confirm` is the one tap of who got it; `drafts` finds again what was begun; `meeting` is
//! what a call to a meeting adds.

mod approve;
mod audience;
mod call;
mod compose;
mod confirm;
mod draft;
mod drafts;
mod facts;
mod figures;
mod filling;
mod fingerprint;
mod known;
mod lists;
mod looks;
pub mod meeting;
mod missing;
mod month;
mod reach;
mod report;
mod running;
mod schedule;
mod settings;
mod stage;
mod taps;

use serde::{Deserialize, Serialize};

use self::compose::Begun;
use super::{Context, Dialogue, Lang, Need, Turn};
use crate::domain::call::CallKind;
use crate::domain::ids::{ChatId, DeliveryId, NoticeId, PersonId, ScheduleId, UnitId};
use crate::domain::month::YearMonth;
use crate::domain::{ChannelKind, Rich, Timestamp};

pub use crate::domain::spans::read_duration;
pub use approve::{approval_card, preview_card};
pub use audience::audience_words;
pub use call::{
    Answered, AnsweredFile, CallAction, CallAnswer, CallAsk, CallEffect, CallLine, CallResult, CallState,
    Given, NewAnswer, Output, OwnCall, Standing, asked_words, kind_words, late_words, result_card,
    result_csv, result_words, shown_words,
};
pub use confirm::UNDO;
pub use draft::{
    Draft, DraftAct, FileFrom, MOST_FILES, MOST_TEXT, MOST_TITLE, NewFile, NewNotice, title_and_body,
};
pub use drafts::{MOST_DRAFTS, MOST_SENT, OwnNotice, keep_left, own_notices};
pub use filling::{Blank, Filling};
pub use known::{Answer, Ask, NoticeFacts, Receipt, ScheduleFacts, UnitNames, Waiting};
pub use lists::{Naming, SavedAudience};
pub use looks::looks_like;
pub use missing::{too_few, who_is_missing};
pub use month::{Planned, month_words};
pub use reach::{Cost, Month, ReachFacts, Spread, WhyNot, Windows};
pub use report::{Recipient, Report, ReportLine, recipients_csv};
pub use running::{Progress, progress};
pub use stage::{Review, Stage};
pub use taps::{GroupTaps, counted_label};

/// Where a person stands in a dialogue of this part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A notice that is being written.
    Draft(Box<Draft>),
    /// One line is awaited that says why a notice is returned.
    Returning { notice: NoticeId },
    /// Something about a meeting.
    Meeting(meeting::State),
    /// A unit's answer is awaited.
    Call(CallState),
}

impl State {
    /// Whether a message is part of what is being written.
    pub fn holds(&self, message: &str) -> bool {
        matches!(self, Self::Draft(draft) if draft.has(message))
    }

    /// Whether a number is what is awaited.
    pub fn takes_numbers(&self) -> bool {
        matches!(self, Self::Call(state) if state.kind == CallKind::Number)
    }
}

/// What a button of this part does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Somebody has received a notice.
    Confirm { delivery: DeliveryId },
    /// They have not after all: it was pressed by mistake, a moment ago.
    TakeBack { delivery: DeliveryId },
    /// Something about the meeting to which one calls.
    Meeting(meeting::Action),
    /// Something about the notice that is being written. Of an older one it does nothing.
    Draft { draft: i64, act: DraftAct },
    /// Something about a notice that is written down.
    Notice { notice: NoticeId, act: Act },
    /// Approves it as it was shown with this button.
    Approve { notice: NoticeId, shown: String },
    /// Something about a schedule.
    Schedule { schedule: ScheduleId, act: ScheduleAct },
    /// Shows a month of the calendar.
    Month(YearMonth),
    /// Something about a unit's answer.
    Call(CallAction),
}

/// What is done to a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleAct {
    /// Writes the notice of a run.
    Compose {
        at: Timestamp,
    },
    Pause,
    Resume,
}

/// What is done to a notice that is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Submit,
    /// Sends an urgent one that waits; it is approved afterwards.
    SendFirst,
    /// Back to writing.
    Rework,
    Discard,
    /// Asks once more before a draft is thrown away.
    AskDiscard,
    KeepDraft,
    /// A new draft with the same words, files, audience and settings.
    Copy,
    /// Shows it to somebody who may approve it.
    Look,
    /// Shows it as it is read over another channel.
    LookOn(ChannelKind),
    Approve,
    Return,
    Pause,
    Resume,
    /// Asks once more before it is cancelled.
    AskCancel,
    Cancel,
    Keep,
    Unconfirmed,
    /// What became of it, counted.
    Report,
    /// Everybody it was for, as a file.
    Recipients,
    /// What became of it, as a picture.
    Picture,
    /// Once more, for those alone whom it did not reach.
    Resend,
    /// What the units answered.
    Collected,
    /// The same as a table, or the files that came in.
    Collect(Output),
    /// Which units answer late, or not at all.
    Late,
    /// The button of a preview: it says that it is one.
    Sample,
}

/// A change that this part makes.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Confirm {
        delivery: DeliveryId,
        person: PersonId,
    },
    TakeBack {
        delivery: DeliveryId,
        person: PersonId,
    },
    Meeting(meeting::Effect),
    /// Writes a notice down, in the place of an earlier one, and shows it as it will look.
    Write {
        notice: Box<NewNotice>,
        replaces: Option<NoticeId>,
        by: PersonId,
        chat: ChatId,
    },
    /// Writes down what was left half written, in the place of an earlier one. Nothing is shown.
    Keep {
        notice: Box<NewNotice>,
        replaces: Option<NoticeId>,
        by: PersonId,
    },
    /// Shows somebody their drafts, and what they sent lately.
    ListOwn {
        person: PersonId,
        chat: ChatId,
    },
    /// Hands it to everybody who can approve it.
    Submit {
        notice: NoticeId,
        by: PersonId,
    },
    /// Shows it in this chat as it is read over another channel.
    ShowOn {
        notice: NoticeId,
        chat: ChatId,
        channel: ChannelKind,
    },
    /// Shows it in this chat, to be approved.
    Show {
        notice: NoticeId,
        chat: ChatId,
    },
    Approve {
        notice: NoticeId,
        by: PersonId,
    },
    Return {
        notice: NoticeId,
        by: PersonId,
        reason: String,
    },
    /// Sends it now, without waiting for approval.
    SendFirst {
        notice: NoticeId,
        by: PersonId,
    },
    /// Says what is thought of one that was sent before it was approved.
    Review {
        notice: NoticeId,
        by: PersonId,
        objection: Option<String>,
    },
    Pause {
        notice: NoticeId,
        by: PersonId,
    },
    Resume {
        notice: NoticeId,
        by: PersonId,
    },
    Cancel {
        notice: NoticeId,
        by: PersonId,
    },
    Resend {
        notice: NoticeId,
        by: PersonId,
    },
    /// Keeps an audience under a name; one that is there is replaced.
    SaveAudience {
        name: String,
        audience: String,
        unit: UnitId,
        by: PersonId,
    },
    SetSchedule {
        schedule: ScheduleId,
        by: PersonId,
        paused: bool,
    },
    Call(CallEffect),
}

impl From<Action> for super::Action {
    fn from(action: Action) -> Self {
        Self::Notice(action)
    }
}

impl From<Effect> for super::Effect {
    fn from(effect: Effect) -> Self {
        Self::Notice(effect)
    }
}

impl From<State> for Dialogue {
    fn from(state: State) -> Self {
        Self::Notice(state)
    }
}

/// A command, if it is one of this part's.
pub fn command(ctx: &Context<'_>, name: &str, rest: &str) -> Result<Option<Turn>, Need> {
    Ok(Some(match name {
        "thongbao" | "soan" => compose::begin(ctx, rest, Begun::Notice)?,
        "hop" => compose::begin(ctx, rest, Begun::Meeting)?,
        "thuthap" => compose::begin(ctx, rest, Begun::Call)?,
        "nhap" => drafts::list(ctx),
        "duyet" => approve::list(ctx)?,
        "lich" => schedule::command(ctx, rest)?,
        _ => return Ok(None),
    }))
}

/// A button was pressed.
pub fn press(ctx: &Context<'_>, action: &Action) -> Result<Turn, Need> {
    match action {
        Action::Confirm { delivery } => confirm::press(ctx, *delivery),
        Action::TakeBack { delivery } => confirm::take_back(ctx, *delivery),
        Action::Meeting(action) => meeting::pressed(ctx, action),
        Action::Draft { draft, act } => compose::press(ctx, *draft, *act),
        Action::Notice { notice, act } => approve::press(ctx, *notice, *act, None),
        Action::Approve { notice, shown } => approve::press(ctx, *notice, Act::Approve, Some(shown)),
        Action::Month(month) => month::press(ctx, *month),
        Action::Schedule { schedule, act } => schedule::press(ctx, *schedule, act),
        Action::Call(action) => call::press(ctx, action),
    }
}

/// A message in a dialogue of this part.
pub fn heard(ctx: &Context<'_>, state: &State) -> Result<Turn, Need> {
    match state {
        State::Draft(draft) => compose::heard(ctx, draft),
        State::Returning { notice } => approve::reason_heard(ctx, *notice),
        State::Meeting(state) => meeting::heard(ctx, state),
        State::Call(state) => call::heard(ctx, state),
    }
}

/// What a notice says to who gets it.
pub fn words(lang: Lang, title: &str, body: &Rich, urgent: bool) -> Rich {
    let mut text = Rich::new();
    if urgent {
        text = text.bold(lang.say("notice-urgent-mark", &[])).line();
    }
    text = text.bold(title);
    if body.is_empty() { text } else { text.push("\n\n").append(body.clone()) }
}

/// What is said to somebody who may not do what was asked.
fn not_allowed(ctx: &Context<'_>) -> Turn {
    let text = ctx.lang().say("not-for-you", &[]);
    if ctx.incoming.press().is_some() { Turn::toast(text) } else { Turn::say(text) }
}
