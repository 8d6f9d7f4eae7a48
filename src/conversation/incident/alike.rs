//! Cases that a report may be about too, and settled ones that come up again.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::conversation::incoming::Spot;
use crate::conversation::{Context, Need};
use crate::domain::Timestamp;
use crate::domain::ids::{IncidentId, UnitId};
use crate::domain::incident::State;
use crate::domain::similar::{Phrases, SAME, Sketch, Units, Words, score};

use super::{Also, Ask, Case, NamedUnit, facts};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// A case that is open for longer is hardly reported for the first time by somebody else.
const OPEN_FOR: Duration = DAY.saturating_mul(14);
/// A settled case that comes up again within this time is one that was not solved.
const AGAIN_WITHIN: Duration = DAY.saturating_mul(90);
/// How far apart two reports of the same thing may be for an officer to be shown both, where the category says nothing.
pub const REACH_METRES: u32 = 1000;
/// A reporter is asked about what is nearer still: so much of it.
const REPORTERS_PART: f64 = 0.25;
/// More than a card has room for helps nobody.
const MOST: usize = 3;

/// How one case is like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// Both are open, and most likely about the same thing.
    Same,
    /// The other was settled: it is back.
    Again,
}

impl Likeness {
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Again => "again",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Same, Self::Again].into_iter().find(|kind| kind.code() == code)
    }
}

/// A case that is like another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    pub incident: IncidentId,
    pub likeness: Likeness,
}

/// A case that may be compared with a report. None of them is restricted.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub id: IncidentId,
    pub code: String,
    pub state: State,
    pub category: Option<String>,
    pub unit: UnitId,
    pub unit_path: String,
    pub unit_known: bool,
    pub text: String,
    pub place: Option<String>,
    pub spot: Option<(f64, f64)>,
    pub created_at: Timestamp,
}

/// The cases that a report could be about at all: by unit, place and time.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    pub cases: Vec<Candidate>,
    /// Whether no unit lies below that of the report.
    pub lowest: bool,
}

/// What is known of a report.
pub struct About<'a> {
    pub text: &'a str,
    pub place: Option<&'a str>,
    pub spot: Option<&'a Spot>,
    /// The category's code.
    pub category: Option<&'a str>,
    pub unit: &'a NamedUnit,
    pub unit_known: bool,
}

/// Who looks: the officer sees more than the reporter is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    Officer,
    Reporter,
}

/// The cases that are most like a report, the likeliest first, with when each was made.
pub fn find<'a>(
    ctx: &Context<'a>,
    about: &About<'_>,
    eyes: Eyes,
    except: Option<IncidentId>,
) -> Result<Vec<(&'a Candidate, Likeness)>, Need> {
    let known = about.category.and_then(|code| ctx.rules.categories.get(code));
    let reach = known.and_then(|category| category.reach_metres).unwrap_or(REACH_METRES);
    let metres = f64::from(reach) * if eyes == Eyes::Reporter { REPORTERS_PART } else { 1.0 };
    let ask = Ask::Alike {
        unit: about.unit.id,
        spot: about.spot.map(|spot| (micro_degrees(spot.latitude), micro_degrees(spot.longitude))),
        reach,
        open_since: ctx.now - OPEN_FOR,
        settled_since: ctx.now - AGAIN_WITHIN,
    };
    let candidates = facts::alike(ctx, ask)?;
    let keywords = known.map_or(&[][..], |category| &category.keywords);
    let keywords = Phrases::of(keywords.iter().map(String::as_str));
    let here = names(&about.unit.path);
    let words = |text: &str, place: Option<&str>, there: &Phrases| {
        Words::of(&format!("{text}. {}", place.unwrap_or_default()), &[&here, there], &keywords)
    };
    let spot = about.spot.map(|spot| (spot.latitude, spot.longitude));
    // What the names of a unit are, and what the report says besides.
    let mut units: HashMap<UnitId, (Phrases, Sketch<'_>)> = HashMap::new();
    let mut found: Vec<(f64, &Candidate, Likeness)> = Vec::new();
    for other in candidates.cases.iter().filter(|other| Some(other.id) != except) {
        let (there, sketch) = units.entry(other.unit).or_insert_with(|| {
            let there = names(&other.unit_path);
            let words = words(about.text, about.place, &there);
            (there, Sketch { category: about.category, spot, words })
        });
        let theirs = Sketch {
            category: other.category.as_deref(),
            spot: other.spot,
            words: words(&other.text, other.place.as_deref(), there),
        };
        let units = match (about.unit_known && other.unit_known, other.unit == about.unit.id) {
            (false, _) => Units::Unknown,
            (true, true) if candidates.lowest => Units::SamePlace,
            (true, true) => Units::Same,
            (true, false) => Units::Within,
        };
        let score = score(sketch, &theirs, units, metres, ctx.now.since(other.created_at));
        let likeness = if other.state.is_open() { Likeness::Same } else { Likeness::Again };
        // What is back has to be of the same kind: at one spot much may happen in three months.
        let same_kind = about.category.is_some() && about.category == other.category.as_deref();
        if score >= SAME && (likeness == Likeness::Same || same_kind) {
            found.push((score, other, likeness));
        }
    }
    found.sort_by(|(one, ..), (other, ..)| other.partial_cmp(one).unwrap_or(Ordering::Equal));
    Ok(found.into_iter().take(MOST).map(|(_, other, likeness)| (other, likeness)).collect())
}

/// The cases that a report is like, as they are kept with its own.
pub fn kept(ctx: &Context<'_>, about: &About<'_>, except: Option<IncidentId>) -> Result<Vec<Alike>, Need> {
    let found = find(ctx, about, Eyes::Officer, except)?;
    Ok(found.into_iter().map(|(other, likeness)| Alike { incident: other.id, likeness }).collect())
}

/// What a place changes that somebody adds to a case: it is compared anew.
pub fn placed(ctx: &Context<'_>, case: &Case, place: Option<Spot>) -> Result<Also, Need> {
    let Some(spot) = place else { return Ok(Also::Nothing) };
    if case.mark.is_restricted() {
        return Ok(Also::Place { spot, alike: Vec::new() });
    }
    let about = About {
        text: &case.text,
        place: case.place.as_deref(),
        spot: Some(&spot),
        category: case.category_code.as_deref(),
        unit: &case.unit,
        unit_known: case.unit_known,
    };
    let alike = kept(ctx, &about, Some(case.id))?;
    Ok(Also::Place { spot, alike })
}

/// The names of a unit and of all above it, also without the words before them: "chi bộ thôn Nà Lùng", "Nà Lùng".
fn names(path: &str) -> Phrases {
    let mut names = Vec::new();
    for name in path.split(" / ") {
        let words: Vec<&str> = name.split_whitespace().collect();
        names.extend((0..words.len().saturating_sub(1)).map(|from| words[from..].join(" ")));
    }
    Phrases::of(names.iter().map(String::as_str))
}

/// A question has to be the same whenever it is asked: no fractions.
fn micro_degrees(degrees: f64) -> i64 {
    #[allow(clippy::cast_possible_truncation, reason = "a degree is at most 180")]
    let micro = (degrees * 1_000_000.0).round() as i64;
    micro
}
