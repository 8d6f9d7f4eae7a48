//! Faults on demand: which call fails, how, and how often.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 429; the chat (or with `whole_bot` every chat) stays refused until `retry_after` seconds have
    /// passed on the handed clock, as Telegram does.
    TooMany {
        /// Seconds to wait.
        retry_after: i64,
        /// Whether the whole bot is held back and not only the chat.
        #[serde(default)]
        whole_bot: bool,
    },
    /// This HTTP status, answered before anything was accepted (500, 502 …).
    Status(u16),
    /// The connection is cut and nothing was accepted.
    ResetBefore,
    /// The call is accepted, then the connection is cut without an answer.
    ResetAfter,
    /// The call is accepted, then the answer is held back this long (JSON: milliseconds).
    Stall(#[serde(with = "millis")] Duration),
    /// The call is held this long and then cut; nothing is accepted (JSON: milliseconds).
    StallBefore(#[serde(with = "millis")] Duration),
    /// The call is accepted, but the answer is not JSON.
    Garbage,
    /// 403, as if the person had blocked the bot.
    Forbidden,
    /// 400 "chat not found".
    NotFound,
    /// 401, as if the token had been revoked.
    Unauthorized,
    /// 400 with `migrate_to_chat_id`.
    Migrate(i64),
}

impl Fault {
    /// The fault's name as it stands in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Fault::TooMany { .. } => "too_many",
            Fault::Status(_) => "status",
            Fault::ResetBefore => "reset_before",
            Fault::ResetAfter => "reset_after",
            Fault::Stall(_) => "stall",
            Fault::StallBefore(_) => "stall_before",
            Fault::Garbage => "garbage",
            Fault::Forbidden => "forbidden",
            Fault::NotFound => "not_found",
            Fault::Unauthorized => "unauthorized",
            Fault::Migrate(_) => "migrate",
        }
    }
}

/// Which calls a rule looks at; what is left out matches everything (`getUpdates` too).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// Name of the method, in any case.
    pub method: Option<String>,
    /// The chat the call is for, in the platform's own letters (JSON: also a number, as Telegram's chats are).
    #[serde(deserialize_with = "letters::deserialize")]
    pub chat: Option<String>,
    /// A part of the text or caption.
    pub text_contains: Option<String>,
}

/// One order to fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which calls.
    #[serde(default)]
    pub when: Match,
    /// What happens to them.
    pub kind: Fault,
    /// How many calls are hit at most; `None` means without end.
    #[serde(default)]
    pub times: Option<u32>,
    /// Probability that a matching call is hit, 0 to 1; drawn from the handed seed.
    #[serde(default = "always")]
    pub chance: f64,
    /// How many matching calls pass first.
    #[serde(default)]
    pub skip: u32,
}

fn always() -> f64 {
    1.0
}

impl Rule {
    /// A rule that hits every call, without end; narrow it with the other methods.
    pub fn new(kind: Fault) -> Rule {
        Rule { when: Match::default(), kind, times: None, chance: 1.0, skip: 0 }
    }

    /// Only calls of this method.
    pub fn method(mut self, name: &str) -> Rule {
        self.when.method = Some(name.to_owned());
        self
    }

    /// Only calls for this chat.
    pub fn chat(mut self, chat: impl ToString) -> Rule {
        self.when.chat = Some(chat.to_string());
        self
    }

    /// Only calls whose text or caption contains this.
    pub fn text(mut self, part: &str) -> Rule {
        self.when.text_contains = Some(part.to_owned());
        self
    }

    /// At most this many hits.
    pub fn times(mut self, times: u32) -> Rule {
        self.times = Some(times);
        self
    }

    /// Let this many matching calls pass first.
    pub fn skip(mut self, skip: u32) -> Rule {
        self.skip = skip;
        self
    }

    /// Hit a matching call only with this probability.
    pub fn chance(mut self, chance: f64) -> Rule {
        self.chance = chance;
        self
    }
}

struct Standing {
    rule: Rule,
    seen: u32,
    hits: u32,
}

struct List {
    rules: Vec<Standing>,
    dice: SmallRng,
}

/// The list of rules; cheap to clone, every clone is the same list.
#[derive(Clone)]
pub struct Faults(Arc<Mutex<List>>);

impl Faults {
    /// An empty list whose chances are drawn from `seed`.
    pub(crate) fn new(seed: u64) -> Faults {
        Faults(Arc::new(Mutex::new(List { rules: Vec::new(), dice: SmallRng::seed_from_u64(seed) })))
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a rule and gives its number. Earlier rules are asked first.
    pub fn add(&self, rule: Rule) -> usize {
        let mut list = self.list();
        list.rules.push(Standing { rule, seen: 0, hits: 0 });
        list.rules.len() - 1
    }

    /// Takes all rules away, also their counts.
    pub fn clear(&self) {
        self.list().rules.clear();
    }

    /// How many calls the rule with this number has hit (0 if there is none).
    pub fn hits(&self, number: usize) -> u32 {
        self.list().rules.get(number).map_or(0, |standing| standing.hits)
    }

    /// All rules with the number of calls each has hit.
    pub fn rules(&self) -> Vec<(Rule, u32)> {
        self.list().rules.iter().map(|standing| (standing.rule.clone(), standing.hits)).collect()
    }

    /// The fault for this call, if a rule hits it; counts the hit.
    pub(crate) fn pick(&self, method: &str, chat: Option<&str>, text: &str) -> Option<Fault> {
        let mut list = self.list();
        let List { rules, dice } = &mut *list;
        for standing in rules {
            let rule = &standing.rule;
            if !matches(&rule.when, method, chat, text) {
                continue;
            }
            standing.seen = standing.seen.saturating_add(1);
            let spent = rule.times.is_some_and(|times| standing.hits >= times);
            if standing.seen <= rule.skip
                || spent
                || (rule.chance < 1.0 && dice.random::<f64>() >= rule.chance)
            {
                continue;
            }
            standing.hits += 1;
            return Some(rule.kind.clone());
        }
        None
    }
}

fn matches(when: &Match, method: &str, chat: Option<&str>, text: &str) -> bool {
    when.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
        && when.chat.as_deref().is_none_or(|wanted| chat == Some(wanted))
        && when.text_contains.as_ref().is_none_or(|part| text.contains(part.as_str()))
}

mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

/// A chat that is written as a text or as a number.
mod letters {
    use serde::{Deserialize, Deserializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Number(i64),
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        Ok(Option::<Written>::deserialize(from)?.map(|written| match written {
            Written::Text(text) => text,
            Written::Number(number) => number.to_string(),
        }))
    }
}
