//! A notice that asks every unit for an answer by a date.
//!
//! `asking` is what its author is asked beside its words; `answer` the dialogue of a unit that answers; `result` what
//! came in, for those who look after it.

mod answer;
pub(super) mod asking;
pub(super) mod result;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::{Context, Lang, Need, Turn};
use super::NewFile;
use crate::domain::Timestamp;
use crate::domain::calendar::when_words;
use crate::domain::call::{Amount, CallForInput, CallKind, Names, sum_words};
use crate::domain::ids::*;
use crate::domain::text::shorten;

pub use result::{late_words, result_card, result_csv, result_words};

/// An answer where it is named in passing, in characters.
const MOST_SHOWN: usize = 200;

/// A unit's answer is awaited from somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallState {
    pub delivery: DeliveryId,
    pub kind: CallKind,
    /// The answer that they know of, in whose place theirs will be.
    pub replaces: Option<AnswerId>,
}

/// What a button about a unit's answer does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallAction {
    /// Wants to answer, or to put right what they answered.
    Answer { delivery: DeliveryId },
    /// In the place of what somebody else of the unit answered.
    Replace { delivery: DeliveryId, answer: AnswerId },
    /// What was answered stays.
    Keep,
}

/// What can be had of what came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    Table,
    /// All files, and the table.
    Archive,
}

impl Output {
    pub fn code(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Archive => "archive",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Table, Self::Archive].into_iter().find(|output| output.code() == code)
    }
}

/// A question about calls for input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CallAsk {
    /// What is asked of the unit that a delivery went to, and what it has answered.
    Own(DeliveryId),
    /// What the units answered.
    Result(NoticeId),
    /// How the units stood in the latest calls of the same house.
    Standings(NoticeId),
}

/// The answer to a [`CallAsk`].
#[derive(Clone, Debug)]
pub enum CallAnswer {
    Own(Option<Box<OwnCall>>),
    Result(Option<Box<CallResult>>),
    /// Of so many calls.
    Standings(usize, Vec<Standing>),
}

/// A change about calls for input.
#[derive(Clone, Debug, PartialEq)]
pub enum CallEffect {
    /// Keeps a unit's answer; whoever gave it has received the notice.
    Answer {
        notice: NoticeId,
        unit: UnitId,
        delivery: DeliveryId,
        person: PersonId,
        chat: ChatId,
        late: bool,
        what: NewAnswer,
    },
    /// Hands what came in to a chat as a file, as soon as it is put together.
    Collect { notice: NoticeId, chat: ChatId, output: Output },
}

/// What somebody answers.
#[derive(Clone, Debug, PartialEq)]
pub enum NewAnswer {
    Text(String),
    Number(Amount),
    Files(Vec<NewFile>),
}

/// What is asked of one unit.
#[derive(Clone, Debug)]
pub struct OwnCall {
    pub notice: NoticeId,
    pub title: String,
    pub call: CallForInput,
    /// It was not cancelled.
    pub open: bool,
    /// Whom it was sent to; `None` where it went to a group.
    pub owner: Option<PersonId>,
    /// The unit, and what it is called.
    pub unit: Option<(UnitId, String)>,
    /// Whose people speak for it: its own, or those of the unit that it has become part of.
    pub speakers: Option<UnitId>,
    pub given: Option<Given>,
}

/// What a unit has answered: the newest counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Given {
    #[serde(skip)]
    pub id: AnswerId,
    #[serde(skip)]
    pub by: Option<PersonId>,
    /// Who answered; `None` where they were erased.
    pub who: Option<String>,
    pub at: Timestamp,
    pub late: bool,
    #[serde(flatten)]
    pub what: Answered,
}

/// An answer as it was taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    Text(String),
    Number(Amount),
    Files(Vec<AnsweredFile>),
}

/// A file of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnsweredFile {
    pub name: String,
    /// None until it is fetched.
    pub sha256: Option<String>,
    pub size: u64,
}

/// What the units answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallResult {
    pub notice: NoticeId,
    pub title: String,
    pub kind: CallKind,
    pub due: Timestamp,
    /// All that were asked, in the order of the tree.
    pub units: Vec<CallLine>,
}

/// One of the units that were asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallLine {
    #[serde(skip)]
    pub id: UnitId,
    /// Its path.
    pub unit: String,
    /// The notice arrived at somebody there.
    pub reached: bool,
    pub answer: Option<Given>,
    /// Whether the first that it answered was late already: a correction makes nobody late.
    pub was_late: bool,
}

/// How a unit stood in the latest calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub unit: String,
    pub asked: usize,
    pub late: usize,
    pub missing: usize,
}

impl CallLine {
    /// The last part of its path.
    pub fn name(&self) -> &str {
        leaf(&self.unit)
    }
}

impl CallResult {
    /// How many have answered.
    pub fn answered(&self) -> usize {
        self.units.iter().filter(|line| line.answer.is_some()).count()
    }

    /// The units that have not.
    pub fn missing(&self) -> impl Iterator<Item = &CallLine> {
        self.units.iter().filter(|line| line.answer.is_none())
    }

    /// The sum of the numbers that came in, as it is written; `None` where none are asked for.
    pub fn sum(&self) -> Option<String> {
        let number = |line: &CallLine| match line.answer.as_ref()?.what {
            Answered::Number(amount) => Some(amount),
            _ => None,
        };
        (self.kind == CallKind::Number).then(|| sum_words(self.units.iter().filter_map(number)))
    }

    /// The files of every unit, each with its name in the archive, in which the table is called like this.
    pub fn files(&self, table: &str) -> Vec<Vec<(String, &AnsweredFile)>> {
        let mut names = Names::default();
        names.keep(table);
        let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
        self.units.iter().for_each(|line| *alike.entry(line.name()).or_default() += 1);
        let mut all = Vec::with_capacity(self.units.len());
        for line in &self.units {
            let files = match line.answer.as_ref().map(|given| &given.what) {
                Some(Answered::Files(files)) => files.as_slice(),
                _ => &[],
            };
            // Where two units are called alike, the whole path tells them apart.
            let several = alike.get(line.name()).is_some_and(|count| *count > 1);
            let unit = if several { line.unit.replace(" / ", " - ") } else { line.name().to_owned() };
            all.push(files.iter().map(|file| (names.of(&unit, &file.name), file)).collect());
        }
        all
    }
}

/// The last part of a unit's path.
fn leaf(path: &str) -> &str {
    path.rsplit(" / ").next().unwrap_or(path)
}

/// What a kind of answer is called.
pub fn kind_words(lang: Lang, kind: CallKind) -> String {
    lang.say(&format!("call-kind-{}", kind.code()), &[])
}

/// What is asked, and until when: as it stands below the notice.
pub fn asked_words(lang: Lang, call: &CallForInput) -> String {
    lang.say(&format!("call-asked-{}", call.kind.code()), &[("when", &when_words(call.due))])
}

/// An answer where it is named in passing.
pub fn shown_words(lang: Lang, what: &Answered) -> String {
    match what {
        Answered::Text(text) => shorten(&text.replace('\n', " "), MOST_SHOWN),
        Answered::Number(amount) => amount.to_string(),
        Answered::Files(files) => {
            let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
            let vars =
                [("count", &*files.len().to_string()), ("names", &shorten(&names.join(", "), MOST_SHOWN))];
            lang.say("call-files", &vars)
        }
    }
}

/// A button about a unit's answer was pressed.
pub(super) fn press(ctx: &Context<'_>, action: &CallAction) -> Result<Turn, Need> {
    match action {
        CallAction::Answer { delivery } => answer::press(ctx, *delivery, None),
        CallAction::Replace { delivery, answer } => answer::press(ctx, *delivery, Some(*answer)),
        CallAction::Keep => Ok(answer::keep(ctx)),
    }
}

/// A message that may be a unit's answer.
pub(super) fn heard(ctx: &Context<'_>, state: &CallState) -> Result<Turn, Need> {
    answer::heard(ctx, state)
}
