//! Who is told, one after the other, of a case that is late.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::category::Categories;
use super::incident::Mark;
use super::rights::{has, watching};
use super::text::fold;
use super::{Role, UnitPath};

/// More steps than a tree has levels, and some to spare.
const MOST_STEPS: usize = 8;

/// The words that are no unit.
const UNIT: &str = "don_vi";
const ABOVE: &str = "cap_tren";
const DUTY: &str = "truc_ban";

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The heads of a level of the tree. At 0 the lowest that has some, from the case's unit upwards; then the next that
    /// has some.
    Level(usize),
    /// The duty group.
    Duty,
    /// The heads of a unit, wherever the case is.
    HeadsOf(UnitPath),
}

impl Told {
    /// Whether they may hear of a case with this mark.
    pub fn may_hear(&self, mark: Mark) -> bool {
        let role = match self {
            Self::Level(_) | Self::HeadsOf(_) => Role::Head,
            Self::Duty => Role::Duty,
        };
        has(role, watching(mark))
    }

    fn words(&self) -> String {
        match self {
            Self::Level(0) => UNIT.to_owned(),
            Self::Level(_) => ABOVE.to_owned(),
            Self::Duty => DUTY.to_owned(),
            Self::HeadsOf(unit) => unit.to_string(),
        }
    }
}

/// The steps, each a while after the one before: `["don_vi", "cap_tren", "truc_ban", "Tỉnh A / Văn phòng"]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Escalation(Vec<Told>);

/// The head of the unit, and then three levels above it: a province has four in all.
impl Default for Escalation {
    fn default() -> Self {
        Self((0..4).map(Told::Level).collect())
    }
}

impl Escalation {
    pub fn steps(&self) -> &[Told] {
        &self.0
    }
}

impl From<Escalation> for Vec<String> {
    fn from(escalation: Escalation) -> Self {
        escalation.0.iter().map(Told::words).collect()
    }
}

impl TryFrom<Vec<String>> for Escalation {
    type Error = String;

    /// Refuses what is no step, and what would tell the same twice.
    fn try_from(words: Vec<String>) -> Result<Self, String> {
        if words.len() > MOST_STEPS {
            return Err(format!("báo cáo cấp trên nhiều nhất {MOST_STEPS} bước"));
        }
        let mut steps: Vec<Told> = Vec::new();
        for word in &words {
            let levels = steps.iter().filter_map(|step| match step {
                Told::Level(level) => Some(*level),
                Told::Duty | Told::HeadsOf(_) => None,
            });
            let step = match word.trim() {
                UNIT => Told::Level(0),
                // One above the highest so far; alone, one above the unit.
                ABOVE => Told::Level(levels.max().unwrap_or(0) + 1),
                DUTY => Told::Duty,
                other => Told::HeadsOf(unit(other)?),
            };
            if steps.iter().any(|known| same(known, &step)) {
                return Err(format!("bước “{}” bị nêu hai lần", step.words()));
            }
            steps.push(step);
        }
        Ok(Self(steps))
    }
}

/// Names of units have no `_`: who wrote one meant a word of ours.
fn unit(text: &str) -> Result<UnitPath, String> {
    let wrong = || {
        format!(
            "“{text}” không phải một bước; hãy dùng {UNIT}, {ABOVE}, {DUTY}, hoặc tên đơn vị viết đủ từ trên xuống"
        )
    };
    if text.contains('_') || fold(text).is_empty() {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

fn same(one: &Told, other: &Told) -> bool {
    match (one, other) {
        (Told::HeadsOf(one), Told::HeadsOf(other)) => one.key() == other.key(),
        _ => one == other,
    }
}

/// The steps of every category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalations {
    usual: Escalation,
    own: BTreeMap<String, Escalation>,
}

impl Escalations {
    pub fn new(usual: &Escalation, categories: &Categories) -> Self {
        let own = categories.0.iter().filter_map(|category| {
            let own = category.escalate.clone()?;
            Some((category.code.clone(), own))
        });
        Self { usual: usual.clone(), own: own.collect() }
    }

    /// Who is told of a case of this category at a step; nobody any more after the last.
    pub fn told(&self, category: Option<&str>, step: usize) -> Option<&Told> {
        let own = category.and_then(|code| self.own.get(code));
        own.unwrap_or(&self.usual).0.get(step)
    }

    /// All of them, with the category's code where it is one's own.
    pub fn all(&self) -> impl Iterator<Item = (Option<&str>, &Escalation)> {
        let own = self.own.iter().map(|(code, escalation)| (Some(code.as_str()), escalation));
        std::iter::once((None, &self.usual)).chain(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Escalation, String> {
        words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>().try_into()
    }

    #[test]
    fn steps_are_read_as_they_are_written() {
        let words = ["don_vi", "cap_tren", "truc_ban", "cap_tren", "Tỉnh A / Văn phòng"];
        let steps = read(&words).expect("steps");
        let office = || Told::HeadsOf("tinh a / van phong".parse().expect("a path"));
        let told = [Told::Level(0), Told::Level(1), Told::Duty, Told::Level(2)];
        assert_eq!(steps.steps()[..4], told);
        assert!(same(&steps.steps()[4], &office()));
        assert_eq!(Vec::<String>::from(steps), words);
        assert_eq!(read(&["don_vi", "cap_tren", "cap_tren", "cap_tren"]), Ok(Escalation::default()));
        assert_eq!(read(&["cap_tren"]).expect("steps").steps(), [Told::Level(1)]);
        assert_eq!(read(&[]).expect("nobody").steps(), []);
    }

    #[test]
    fn what_is_no_step_or_tells_the_same_twice_is_refused() {
        for (words, why) in [
            (&["cap_trem"][..], "không phải một bước"),
            (&["don_vi", ""], "không phải một bước"),
            (&["don_vi", "truc_ban", "don_vi"], "hai lần"),
            (&["Tỉnh A", "tinh  a"], "hai lần"),
            (&["cap_tren"; 9], "nhiều nhất"),
        ] {
            assert!(read(words).expect_err("a fault").contains(why), "{words:?}");
        }
    }

    #[test]
    fn of_a_complaint_only_the_duty_group_hears() {
        let steps = read(&["don_vi", "truc_ban", "cap_tren", "Tỉnh A"]).expect("steps");
        let hear = |mark| steps.steps().iter().filter(|step| step.may_hear(mark)).count();
        assert_eq!((hear(Mark::Usual), hear(Mark::Restricted)), (4, 1));
        assert!(Told::Duty.may_hear(Mark::Restricted));
    }
}
