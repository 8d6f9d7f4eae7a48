//! Notices, their schedules, and what follows where they are not confirmed.

use std::time::Duration;

use serde::Deserialize;

use super::values;
use crate::domain::chase::{After, Chase, Chases, MOST_AGAIN};
use crate::domain::escalation::Escalation;
use crate::domain::spans::read_duration;

/// Notices and their schedules.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notices {
    /// Hours after which those are reminded who have not confirmed.
    #[serde(deserialize_with = "values::at_least_one")]
    pub remind_after_hours: u32,
    /// How late a run that was missed in an outage may still go out, in hours.
    #[serde(deserialize_with = "values::at_least_one")]
    pub catch_up_hours: u32,
    /// Whether the author of an urgent notice may send it before it is approved.
    pub urgent_first: bool,
    /// Who hears that far too few have confirmed, besides author and approver.
    pub alert_to: Escalation,
    /// For so long an urgent notice waits for a channel that is down, before it goes over the next; empty is for ever.
    pub urgent_elsewhere_after: Span,
    /// What follows on a notice that is not urgent.
    pub usual: Policy,
    /// What follows on an urgent one.
    pub urgent: UrgentPolicy,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            remind_after_hours: 24,
            catch_up_hours: 24,
            urgent_first: false,
            alert_to: Vec::new().try_into().unwrap_or_default(),
            urgent_elsewhere_after: Span(Some(Duration::from_secs(180))),
            usual: Policy::default(),
            urgent: UrgentPolicy::default(),
        }
    }
}

impl Notices {
    /// The same as the work knows it.
    pub fn chases(&self) -> Chases {
        let alert_to = self.alert_to.clone();
        let elsewhere = self.urgent_elsewhere_after.0;
        Chases { usual: self.usual.chase(), urgent: self.urgent.0.chase(), alert_to, elsewhere }
    }
}

/// What follows where a notice is not confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// When those are reminded again who still have not, from when the notice arrived.
    pub remind_again: Again,
    /// After how long the heads hear who has not, and after as much again the next above; empty is never.
    pub tell_heads_after: Span,
    /// Below so many of a hundred somebody hears of it; 0 is never.
    #[serde(deserialize_with = "percent")]
    pub alert_below_percent: u32,
    /// When that is looked at; empty is never.
    pub alert_after: Span,
}

impl Policy {
    fn chase(&self) -> Chase {
        let alert = self.alert_after.0.filter(|_| self.alert_below_percent > 0);
        Chase {
            again: self.remind_again.0.clone(),
            heads: self.tell_heads_after.0,
            alert: alert.map(|after| (self.alert_below_percent, after)),
        }
    }
}

/// The same with what is usual where it is urgent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "GivenUrgent")]
pub struct UrgentPolicy(pub Policy);

/// Half an hour, and three quarters of one.
impl Default for UrgentPolicy {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Self(Policy {
            remind_again: Again(vec![After::Span(minutes(30))]),
            tell_heads_after: Span(Some(minutes(45))),
            ..Policy::default()
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenUrgent {
    remind_again: Option<Again>,
    tell_heads_after: Option<Span>,
    #[serde(default, deserialize_with = "percent")]
    alert_below_percent: u32,
    #[serde(default)]
    alert_after: Span,
}

impl From<GivenUrgent> for UrgentPolicy {
    fn from(given: GivenUrgent) -> Self {
        let Self(usual) = Self::default();
        Self(Policy {
            remind_again: given.remind_again.unwrap_or(usual.remind_again),
            tell_heads_after: given.tell_heads_after.unwrap_or(usual.tell_heads_after),
            alert_below_percent: given.alert_below_percent,
            alert_after: given.alert_after,
        })
    }
}

/// Some of `30 phút`, `1 ngày`, `sáng hôm sau`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Again(pub Vec<After>);

impl TryFrom<Vec<String>> for Again {
    type Error = String;

    fn try_from(texts: Vec<String>) -> Result<Self, String> {
        if texts.len() > MOST_AGAIN {
            return Err(format!("nhắc thêm nhiều nhất {MOST_AGAIN} lần"));
        }
        let wrong = |text: &String| {
            format!("cần một khoảng như \"30 phút\", \"1 ngày\", hoặc \"sáng hôm sau\", không phải {text:?}")
        };
        let read = |text: &String| After::read(text).ok_or_else(|| wrong(text));
        texts.iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

/// `45 phút`, or nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub Option<Duration>);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self(None));
        }
        let wrong = || {
            format!("cần một khoảng như \"45 phút\" hoặc \"2 ngày\", để trống là không, không phải {text:?}")
        };
        read_duration(&text).map(|span| Self(Some(span))).ok_or_else(wrong)
    }
}

fn percent<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    match u32::deserialize(from)? {
        percent @ 0..=100 => Ok(percent),
        _ => Err(serde::de::Error::custom("cần một số từ 0 đến 100")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chases(text: &str) -> Chases {
        toml::from_str::<Notices>(text).expect("a section").chases()
    }

    #[test]
    fn what_is_not_given_is_as_usual() {
        let usual = chases("");
        assert_eq!((usual.usual, usual.urgent.again.len()), (Chase::default(), 1));
        let given =
            chases("[urgent]\ntell_heads_after = \"1 giờ\"\n[usual]\nremind_again = [\"sáng hôm sau\"]");
        let hour = Some(Duration::from_secs(3600));
        assert_eq!(given.urgent, Chase { heads: hour, ..usual.urgent });
        assert_eq!(given.usual.again, [After::Morning]);
        let none = chases("[urgent]\nremind_again = []\ntell_heads_after = \"\"");
        assert_eq!(none.urgent, Chase::default());
    }
}
