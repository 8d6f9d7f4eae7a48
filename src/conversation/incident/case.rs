//! A case as the conversation sees it, and who may do what with it.

use serde::{Deserialize, Serialize};

use crate::conversation::incoming::Spot;
use crate::conversation::{Lang, Me};
use crate::domain::Timestamp;
use crate::domain::content::Attachment;
use crate::domain::deadline::Awaited;
use crate::domain::ids::{ChatId, IncidentId, PersonId, UnitId};
use crate::domain::incident::{Mark, Move, MoveError, State, allowed};
use crate::domain::rights::{Part, Right, part, watching, working};

use super::Likeness;

/// Everything about a case that is shown or decided upon.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: IncidentId,
    pub code: String,
    pub state: State,
    /// The category's name; none where nobody knows.
    pub category: Option<String>,
    pub category_code: Option<String>,
    pub unit: NamedUnit,
    /// Whether somebody said that it is this unit; else it is the top of the tree.
    pub unit_known: bool,
    pub text: String,
    pub place: Option<String>,
    pub spot: Option<Spot>,
    pub mark: Mark,
    pub holder: Option<(PersonId, String)>,
    pub forwarded: Option<NamedUnit>,
    /// The code of the case that it was merged into.
    pub merged_into: Option<String>,
    /// What the reporter has been asked and has not answered.
    pub question: Option<String>,
    pub result: Option<String>,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    /// What is waited for before that, if anything is.
    pub wait: Option<Wait>,
    /// It was settled after its deadline, now or before it was opened again.
    pub late: bool,
    pub settled_at: Option<Timestamp>,
    pub reporters: Vec<Reporter>,
    pub cards: Vec<CardChat>,
    /// Pictures first, then documents.
    pub files: Vec<CaseFile>,
    /// How many are still being fetched.
    pub files_awaited: i64,
    pub last: Option<LastStep>,
    /// What it may be the same as, the likeliest first.
    pub matches: Vec<Match>,
}

/// Something that somebody has to say by a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub what: Awaited,
    /// Since when nothing was said.
    pub since: Timestamp,
    pub until: Timestamp,
}

/// A case that is like this one.
#[derive(Clone, Debug)]
pub struct Match {
    pub id: IncidentId,
    pub code: String,
    pub likeness: Likeness,
    /// When it was reported, or settled.
    pub at: Timestamp,
    /// The chats that have a card of it. Others do not hear of it.
    pub chats: Vec<ChatId>,
}

/// A unit with what it lies under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedUnit {
    pub id: UnitId,
    pub name: String,
    pub path: String,
    /// The unit itself and all above it, itself first.
    pub line: Vec<UnitId>,
}

/// A picture or a document of a case.
#[derive(Clone, Debug)]
pub struct CaseFile {
    pub file: Attachment,
    /// Who sent it.
    pub from: PersonId,
    /// Evidence that it is settled, for the reporters too.
    pub for_reporters: bool,
}

/// Who reported.
#[derive(Clone, Debug)]
pub struct Reporter {
    pub person: PersonId,
    pub name: String,
    /// Only duty officers know who it was.
    pub hidden: bool,
    /// The words with which they did.
    pub text: String,
    /// Where they belong; empty if nowhere.
    pub unit: String,
    /// Where they hear of it: their private chat, if there is one that is open.
    pub chat: Option<(ChatId, Lang)>,
}

/// A chat with a card of the case.
#[derive(Clone, Debug)]
pub struct CardChat {
    pub chat: ChatId,
    pub kind: CardKind,
    pub lang: Lang,
}

/// For whom a card is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    /// The duty group.
    Duty,
    /// The staff group of the unit that it was forwarded to.
    Unit,
    /// A private look at it.
    Watch,
    /// The duty group in a storm: it is only counted there until somebody acts upon it.
    Bundle,
}

impl CardKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Unit => "unit",
            Self::Watch => "watch",
            Self::Bundle => "bundle",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Duty, Self::Unit, Self::Watch, Self::Bundle].into_iter().find(|kind| kind.code() == code)
    }
}

/// The last thing that happened.
#[derive(Clone, Debug)]
pub struct LastStep {
    pub at: Timestamp,
    /// Nobody where loa did it.
    pub who: Option<String>,
    /// It was a reporter whom only duty officers know.
    pub hidden: bool,
    pub movement: Move,
    pub text: String,
}

/// Where a unit's cases go: its staff group, or one of its heads where it has none.
#[derive(Clone, Debug)]
pub struct Group {
    pub chat: ChatId,
    pub lang: Lang,
    pub unit: NamedUnit,
    /// The head, where it is one.
    pub head: Option<String>,
}

/// Which cases a listing is about, with whom it is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListScope {
    /// All that a person reported, newest first.
    Reported(PersonId),
    /// The open ones of these units and below, oldest first. Restricted ones only of the second set.
    Open { units: Vec<UnitId>, restricted: Vec<UnitId> },
    /// The open ones that lie with these units, oldest first.
    With(Vec<UnitId>),
}

/// A page of a listing.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub rows: Vec<ListRow>,
    pub total: i64,
}

/// How many cases one page shows: what fits on a telephone with buttons.
pub const PAGE: u32 = 5;

/// A case in a listing.
#[derive(Clone, Debug, Serialize)]
pub struct ListRow {
    pub id: IncidentId,
    pub code: String,
    pub state: State,
    pub category: Option<String>,
    pub unit: String,
    pub text: String,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

impl ListRow {
    /// Whether it is open, and its time is over.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_open() && self.due_at < now
    }
}

impl Case {
    /// Where a move takes it.
    ///
    /// # Errors
    /// It does not take the move as it stands, or with its mark.
    pub fn after(&self, movement: Move) -> Result<State, MoveError> {
        allowed(self.state, self.mark, movement)
    }

    /// Whether it takes the move now, whoever makes it.
    pub fn takes(&self, movement: Move) -> bool {
        self.after(movement).is_ok()
    }

    /// Whether the person may make the move, as their roles are at this moment.
    pub fn is_moved_by(&self, me: &Me, movement: Move) -> bool {
        match part(movement) {
            Part::Watch => self.is_triaged_by(me),
            Part::Work => self.is_worked_on_by(me),
            Part::Reporter => self.is_reported_by(me),
            Part::OnlyReporter => self.is_withdrawn_by(me.id),
            Part::Clock => false,
        }
    }

    /// Whether the person is one of those who triage this case.
    pub fn is_triaged_by(&self, me: &Me) -> bool {
        me.reaches(watching(self.mark), &self.unit.line)
    }

    /// Whether the person acts for the unit that the case was forwarded to.
    pub fn is_worked_on_by(&self, me: &Me) -> bool {
        self.forwarded.as_ref().is_some_and(|unit| me.reaches(working(self.mark), &unit.line))
    }

    /// Whether the person may know who reported it, also where the reporter wants no one else to.
    pub fn tells_names_to(&self, me: &Me) -> bool {
        me.reaches(|rights| rights.know_unnamed, &self.unit.line)
    }

    /// How a person is called before everybody who works on the case.
    pub fn name_of(&self, me: &Me, lang: Lang) -> String {
        match self.reporter(me.id) {
            Some(reporter) if reporter.hidden => lang.say("incident-hidden-name", &[]),
            _ => me.name.clone(),
        }
    }

    pub fn is_reported_by(&self, me: &Me) -> bool {
        self.reporter(me.id).is_some()
    }

    /// Whether the person alone reported it: what others reported too is not theirs to take back.
    pub fn is_withdrawn_by(&self, person: PersonId) -> bool {
        self.reporters.len() == 1 && self.reporter(person).is_some()
    }

    /// What a person reported of it, if they did.
    pub fn reporter(&self, person: PersonId) -> Option<&Reporter> {
        self.reporters.iter().find(|reporter| reporter.person == person)
    }

    pub fn is_seen_by(&self, me: &Me) -> bool {
        self.is_reported_by(me) || self.is_triaged_by(me) || self.is_worked_on_by(me)
    }

    /// The files that everybody sees who acts upon it.
    pub fn all_files(&self) -> Vec<Attachment> {
        each_once(self.files.iter())
    }

    /// The files that one of several reporters sees: their own, and what shows that it is settled.
    pub fn files_of(&self, reporter: PersonId) -> Vec<Attachment> {
        each_once(self.files.iter().filter(|file| file.from == reporter || file.for_reporters))
    }

    /// Whether it is open, and its time is over.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_open() && self.due_at < now
    }

    /// The chats with a card of this kind.
    pub fn chats(&self, kind: CardKind) -> impl Iterator<Item = &CardChat> {
        self.cards.iter().filter(move |card| card.kind == kind)
    }
}

/// The same picture may have come twice.
fn each_once<'a>(files: impl Iterator<Item = &'a CaseFile>) -> Vec<Attachment> {
    let mut once: Vec<Attachment> = Vec::new();
    for CaseFile { file, .. } in files {
        if !once.iter().any(|known| known.sha256 == file.sha256) {
            once.push(file.clone());
        }
    }
    once
}

/// The units at which a person watches over cases, and those where also over restricted ones.
pub fn watch(me: &Me) -> (Vec<UnitId>, Vec<UnitId>) {
    let at = |right: Right| me.posts_with(right).map(|post| post.unit).collect();
    (at(watching(Mark::Usual)), at(watching(Mark::Restricted)))
}

#[cfg(test)]
mod tests {
    use super::super::{CaseAct, moves};
    use super::*;
    use crate::conversation::Post;
    use crate::domain::Role;

    const PROVINCE: i64 = 1;
    const WARD: i64 = 2;
    const VILLAGE: i64 = 3;
    const OTHER: i64 = 4;

    fn unit(id: i64) -> NamedUnit {
        let line: &[i64] = match id {
            PROVINCE => &[PROVINCE],
            VILLAGE => &[VILLAGE, WARD, PROVINCE],
            other => &[other, PROVINCE],
        };
        let (name, path) = (format!("Đơn vị {id}"), format!("Đơn vị {id}"));
        NamedUnit { id: UnitId(id), name, path, line: line.iter().map(|id| UnitId(*id)).collect() }
    }

    /// A case of the ward, which has it as well; one person reported it.
    fn case(mark: Mark) -> Case {
        let reporter = Reporter {
            person: PersonId(100),
            name: "Lan".into(),
            hidden: true,
            text: String::new(),
            unit: String::new(),
            chat: None,
        };
        Case {
            id: IncidentId(1),
            code: "ML-2026-0001".into(),
            state: State::New,
            category: None,
            category_code: None,
            unit: unit(WARD),
            unit_known: true,
            text: String::new(),
            place: None,
            spot: None,
            mark,
            holder: None,
            forwarded: Some(unit(WARD)),
            merged_into: None,
            question: None,
            result: None,
            created_at: Timestamp(0),
            due_at: Timestamp(0),
            wait: None,
            late: false,
            settled_at: None,
            reporters: vec![reporter],
            cards: Vec::new(),
            files: Vec::new(),
            files_awaited: 0,
            last: None,
            matches: Vec::new(),
        }
    }

    fn acts() -> Vec<CaseAct> {
        use CaseAct as A;
        let (chat, other) = (ChatId(1), IncidentId(2));
        vec![
            A::Show,
            A::Photos,
            A::Take,
            A::Verify,
            A::Ask,
            A::Answer,
            A::Forward,
            A::ForwardTo { chat, unit: UnitId(WARD) },
            A::ForwardByName,
            A::Accept,
            A::Plan,
            A::Progress,
            A::Return,
            A::Report,
            A::Settle,
            A::SettleAsReported,
            A::Reject,
            A::Merge,
            A::MergeInto(other),
            A::MergeLikely(other),
            A::Confirm,
            A::Reopen,
            A::Withdraw,
        ]
    }

    /// Every role at every unit, and the reporter who has none: what each may do, read by a person who changes it.
    #[test]
    fn every_role_at_every_unit_may_do_what_is_written_here() {
        let mut told = String::new();
        for mark in Mark::ALL {
            let case = case(mark);
            told += match mark {
                Mark::Usual => "a case that lies with the ward\n",
                Mark::Restricted => "a complaint, were it ever to lie with the ward\n",
            };
            let mut line = |who: &str, me: &Me| {
                let may: Vec<String> = acts()
                    .into_iter()
                    .filter(|act| moves::may(&case, me, act))
                    .map(|act| format!("{act:?}").split(['(', ' ']).next().unwrap_or_default().to_owned())
                    .collect();
                let names = if case.tells_names_to(me) { " + names" } else { "" };
                told +=
                    &format!("  {who}: {}{names}\n", if may.is_empty() { "-".into() } else { may.join(" ") });
            };
            for role in Role::ALL {
                let at = [(PROVINCE, "above"), (WARD, "there"), (VILLAGE, "below"), (OTHER, "beside")];
                for (unit, place) in at {
                    let post = Post { role, unit: UnitId(unit), unit_path: String::new() };
                    let me = Me { id: PersonId(7), name: "Minh".into(), roles: vec![post] };
                    line(&format!("{role} {place}"), &me);
                }
            }
            line("the reporter", &Me { id: PersonId(100), name: "Lan".into(), roles: Vec::new() });
        }
        insta::assert_snapshot!(told);
    }
}
