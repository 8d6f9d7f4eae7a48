//! Calls to meetings: what people answer, who comes, and how time and place are changed.

mod answer;
mod change;
mod list;

use serde::{Deserialize, Serialize};

use super::super::{Choice, Context, Dialogue, Lang, Me, Need, Reply, Turn};
use super::{Effect as NoticeEffect, NewNotice, NoticeFacts, Stage, facts, not_allowed};
use crate::domain::content::{Button, Own};
use crate::domain::ids::{DeliveryId, MeetingChangeId, NoticeId, PersonId};
use crate::domain::meeting::{Answer, Meeting, Times};
use crate::domain::rights::{APPROVE, WRITE};
use crate::domain::{Rich, Timestamp};

pub use change::change_card;
pub use list::{Attendee, Room, attendance_csv, attendance_words};

/// Where a person stands in a dialogue about a meeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// One line is awaited: why they are away, or who comes instead. Since then.
    Answering { delivery: DeliveryId, answer: Answer, since: Timestamp },
    /// Another time or place is asked for.
    Changing(Box<Changing>),
}

/// A change of a meeting as far as it is said; `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changing {
    pub notice: NoticeId,
    pub times: Option<Times>,
    pub place: Option<String>,
    pub asks: Asks,
}

/// What the next words are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    Times,
    Place,
    /// Nothing any more: it is shown as it would be.
    Go,
}

/// What a button about a meeting does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Somebody answers a call.
    Answer { delivery: DeliveryId, answer: Answer },
    /// Something about a call that is written down.
    Call { notice: NoticeId, act: MeetingAct },
    /// Whether a change is approved.
    Decide { change: MeetingChangeId, agreed: bool },
}

/// What whoever looks after a call does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetingAct {
    /// Who comes, by unit.
    WhoComes,
    /// The same as a file.
    AsFile,
    Change,
    KeepTimes,
    KeepPlace,
    /// Makes the change, or hands it to who may approve it.
    Go,
    AskCancel,
    Cancel,
    /// Nothing is changed after all.
    Keep,
}

/// A question about meetings to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// A call, as this person answers it.
    Call { delivery: DeliveryId, person: PersonId },
    /// Who comes.
    Attendance(NoticeId),
    /// A change that was proposed.
    Change(MeetingChangeId),
}

/// What the store knows of it.
#[derive(Clone, Debug)]
pub enum Known {
    Call(Option<Box<CallFacts>>),
    Attendance(Vec<Attendee>),
    Change(Option<Box<ChangeFacts>>),
}

/// A change that is made to meetings.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keeps what somebody answers. Without a line, what they said to the same answer stays.
    Answer {
        delivery: DeliveryId,
        person: PersonId,
        answer: Answer,
        line: Option<String>,
    },
    /// Changes time or place, and tells everybody who was called.
    Change {
        notice: NoticeId,
        by: PersonId,
        meeting: Meeting,
    },
    /// Asks those for it who may approve it.
    Propose {
        notice: NoticeId,
        by: PersonId,
        meeting: Meeting,
    },
    Decide {
        change: MeetingChangeId,
        by: PersonId,
        agreed: bool,
    },
}

impl From<Action> for super::super::Action {
    fn from(action: Action) -> Self {
        super::Action::Meeting(action).into()
    }
}

impl From<Effect> for super::super::Effect {
    fn from(effect: Effect) -> Self {
        NoticeEffect::Meeting(effect).into()
    }
}

impl From<State> for Dialogue {
    fn from(state: State) -> Self {
        super::State::Meeting(state).into()
    }
}

/// What is known of a call when somebody answers it.
#[derive(Clone, Debug)]
pub struct CallFacts {
    /// Whom it was sent to; `None` where it went to a group.
    pub owner: Option<PersonId>,
    pub title: String,
    pub meeting: Meeting,
    pub cancelled: bool,
    /// What they have answered for this time, and the line to it.
    pub mine: Option<(Answer, Option<String>)>,
}

/// A change that was proposed.
#[derive(Clone, Debug)]
pub struct ChangeFacts {
    pub id: MeetingChangeId,
    pub notice: NoticeId,
    pub by: Option<PersonId>,
    pub by_name: String,
    pub meeting: Meeting,
    /// Nobody has decided yet, and no later one took its place.
    pub waits: bool,
}

/// The buttons below a call.
pub fn answer_buttons(lang: Lang) -> Vec<Vec<Button>> {
    let button =
        |answer: Answer| Button::PressOwn { label: answer_label(lang, answer), act: Own::Meeting(answer) };
    vec![vec![button(Answer::Coming), button(Answer::Away)], vec![button(Answer::StandIn)]]
}

/// What a button is called with which somebody answers.
pub fn answer_label(lang: Lang, answer: Answer) -> String {
    let key = match answer {
        Answer::Coming => "meeting-coming",
        Answer::Away => "meeting-away",
        Answer::StandIn => "meeting-stand-in",
    };
    lang.say(key, &[])
}

/// What stands in a call between its title and its words.
pub fn with_meeting(body: Rich, meeting: Option<&Meeting>) -> Rich {
    let Some(meeting) = meeting else { return body };
    let head = Rich::new().push(meeting.words());
    if body.is_empty() { head } else { head.push("\n\n").append(body) }
}

/// What who was called is told after the call.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// It begins soon; whether they have answered for this time.
    Soon {
        answered: bool,
    },
    /// It was changed; what was said until then, and whether they are asked anew.
    Changed {
        was: &'a str,
        anew: bool,
    },
    Cancelled,
}

/// The words of it.
pub fn news_words(lang: Lang, title: &str, meeting: &Meeting, news: News<'_>) -> Rich {
    let key = match news {
        News::Soon { .. } => "meeting-soon",
        News::Changed { .. } => "meeting-changed",
        News::Cancelled => "meeting-called-off",
    };
    let mut text = Rich::new().push(lang.say(key, &[])).push(" – ").bold(title);
    if let News::Changed { was, .. } = news {
        text = text.line().push(lang.say("meeting-was", &[("was", was)]));
    }
    text = text.line().push(meeting.words());
    let last = match news {
        News::Soon { answered: true } => "meeting-may-change",
        News::Soon { answered: false } => "meeting-please-answer",
        News::Changed { anew: true, .. } => "meeting-answer-anew",
        News::Changed { anew: false, .. } => "meeting-answer-stays",
        News::Cancelled => "meeting-need-not-come",
    };
    text.push("\n\n").push(lang.say(last, &[]))
}

fn button(lang: Lang, key: &str, notice: NoticeId, act: MeetingAct) -> Choice {
    Choice::always(lang.say(key, &[]), Action::Call { notice, act }.into())
}

/// A button was pressed.
pub(super) fn pressed(ctx: &Context<'_>, action: &Action) -> Result<Turn, Need> {
    match action {
        Action::Answer { delivery, answer } => answer::press(ctx, *delivery, *answer),
        Action::Call { notice, act } => press(ctx, *notice, *act),
        Action::Decide { change, agreed } => change::decide(ctx, *change, *agreed),
    }
}

/// A button about a call that is written down. Authority is looked at now, whoever was shown the button.
fn press(ctx: &Context<'_>, id: NoticeId, act: MeetingAct) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(me) = ctx.me else { return Ok(not_allowed(ctx)) };
    let known = facts::notice(ctx, id)?;
    let Some((facts, meeting)) = known.and_then(|facts| Some((facts, meeting_of(facts)?))) else {
        return Ok(Turn::toast(lang.say("button-expired", &[])));
    };
    if !may(me, facts) {
        return Ok(not_allowed(ctx));
    }
    let changes = !matches!(act, MeetingAct::WhoComes | MeetingAct::AsFile | MeetingAct::Keep);
    if changes && let Some(turn) = settled(ctx, facts, &meeting) {
        return Ok(turn.to(left(ctx)));
    }
    Ok(match act {
        MeetingAct::WhoComes => return list::show(ctx, facts, &meeting),
        MeetingAct::AsFile => return list::file(ctx, facts),
        MeetingAct::Change => change::begin(ctx, facts, &meeting),
        MeetingAct::KeepTimes | MeetingAct::KeepPlace | MeetingAct::Go => {
            return change::press(ctx, me, facts, &meeting, act);
        }
        MeetingAct::AskCancel => {
            let ask = Reply::here(lang.say("meeting-really-cancel", &[("title", &facts.notice.title)]));
            Turn::default().and(ask.row([
                button(lang, "meeting-cancel-yes", id, MeetingAct::Cancel),
                button(lang, "meeting-keep", id, MeetingAct::Keep),
            ]))
        }
        MeetingAct::Cancel => {
            let gone = lang.say("meeting-you-cancelled", &[("title", &facts.notice.title)]);
            let effect = NoticeEffect::Cancel { notice: id, by: me.id };
            Turn::default().and(Reply::here(gone).in_place()).effect(effect.into())
        }
        MeetingAct::Keep => {
            let stays = Reply::here(lang.say("meeting-stays", &[("title", &facts.notice.title)]));
            Turn::default().and(stays.in_place()).to(left(ctx))
        }
    })
}

/// A message in a dialogue about a meeting.
pub(super) fn heard(ctx: &Context<'_>, state: &State) -> Result<Turn, Need> {
    match state {
        State::Answering { delivery, answer, since } => answer::heard(ctx, *delivery, *answer, *since),
        State::Changing(changing) => change::heard(ctx, changing),
    }
}

/// What is said where a call would go out after its meeting has begun.
pub(super) fn too_late(ctx: &Context<'_>, notice: &NewNotice) -> Option<Turn> {
    let times = notice.meeting.as_ref()?.times?;
    let goes = notice.send_at.map_or(ctx.now, |at| at.max(ctx.now));
    let late = times.starts_at <= goes;
    late.then(|| Turn::say(ctx.lang().say("meeting-too-late", &[("when", &times.words())])))
}

fn meeting_of(facts: &NoticeFacts) -> Option<Meeting> {
    facts.notice.meeting.as_ref()?.meeting()
}

/// Whoever may stop a notice looks after its meeting as well.
fn may(me: &Me, facts: &NoticeFacts) -> bool {
    let mine = facts.notice.author == Some(me.id);
    (mine && me.has(WRITE)) || me.reaches(APPROVE, &facts.line) || me.reaches(WRITE, &facts.line)
}

/// Why nothing of a meeting can be changed any more, if it cannot.
fn settled(ctx: &Context<'_>, facts: &NoticeFacts, meeting: &Meeting) -> Option<Turn> {
    let key = match facts.stage {
        Stage::Cancelled => "meeting-is-off",
        Stage::Sent | Stage::Approved if meeting.times.starts_at <= ctx.now => "meeting-is-over",
        Stage::Sent | Stage::Approved => return None,
        Stage::Draft | Stage::Returned | Stage::Submitted => "meeting-not-sent-yet",
    };
    let text = ctx.lang().say(key, &[("title", &facts.notice.title)]);
    Some(if ctx.incoming.press().is_some() { Turn::toast(text) } else { Turn::say(text) })
}

/// The dialogue without the change that was begun in it.
fn left(ctx: &Context<'_>) -> Dialogue {
    match ctx.dialogue {
        Dialogue::Notice(super::State::Meeting(State::Changing(_))) => Dialogue::None,
        other => other.clone(),
    }
}
