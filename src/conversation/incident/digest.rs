//! `/tonghop`: what came up in a day, a week, a month or a quarter, on one screen.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone, Utc};
use serde::Serialize;

use crate::conversation::{ChatKind, Context, Lang, Need, Purpose, Turn};
use crate::domain::ids::UnitId;
use crate::domain::incident::State;
use crate::domain::rights::DIGEST;
use crate::domain::time::VIETNAM;
use crate::domain::{Rich, Timestamp};

use super::{ListRow, card, facts, recognise, rules};

/// Lines of each table that a screen has room for.
const LINES: usize = 6;

/// What a digest is about. Weeks begin on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Day,
    Week,
    Month,
    Quarter,
}

/// What happened in a period. Restricted cases are in none of its figures.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Digest {
    /// Cases made in the period.
    pub total: i64,
    /// Category's name (none: not known) and count, most first.
    pub by_category: Vec<(Option<String>, i64)>,
    /// Unit's name and count, most first.
    pub by_unit: Vec<(String, i64)>,
    /// State's code and count.
    pub by_state: Vec<(State, i64)>,
    /// Settled in the period within the deadline, and after it.
    pub settled_in_time: i64,
    pub settled_late: i64,
    /// Open at the end of the period, and how many of them beyond the deadline.
    pub open: i64,
    pub overdue: i64,
    /// The oldest open ones.
    pub oldest: Vec<ListRow>,
    /// Cases made in the period that had been settled before, at the same place.
    pub back: Vec<Back>,
}

/// A case of what was settled before.
#[derive(Clone, Debug, Serialize)]
pub struct Back {
    pub code: String,
    /// The code of the case that was settled.
    pub before: String,
    pub unit: String,
}

impl Digest {
    /// Leaves out what could name a private person: for everything that leaves the case.
    pub fn mask(&mut self) {
        for row in &mut self.oldest {
            row.text = rules::mask(&row.text);
        }
    }
}

impl Period {
    /// The period that a word names, in Vietnamese or English, with or without diacritics.
    pub fn parse(word: &str) -> Option<Self> {
        match recognise::plain(word).as_str() {
            "ngay" | "day" | "hom nay" => Some(Self::Day),
            "tuan" | "week" => Some(Self::Week),
            "thang" | "month" => Some(Self::Month),
            "quy" | "quarter" => Some(Self::Quarter),
            _ => None,
        }
    }

    /// The first moment of the period that `day` lies in, and the first after it, in Vietnam.
    pub fn around(self, day: NaiveDate) -> (Timestamp, Timestamp) {
        let first = match self {
            Self::Day => day,
            Self::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Self::Month => day.with_day(1).unwrap_or(day),
            Self::Quarter => {
                let month = (day.month0() / 3) * 3 + 1;
                NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day)
            }
        };
        let end = match self {
            Self::Day => first + Days::new(1),
            Self::Week => first + Days::new(7),
            Self::Month => first + Months::new(1),
            Self::Quarter => first + Months::new(3),
        };
        (midnight(first), midnight(end))
    }

    fn key(self) -> &'static str {
        match self {
            Self::Day => "incident-digest-day",
            Self::Week => "incident-digest-week",
            Self::Month => "incident-digest-month",
            Self::Quarter => "incident-digest-quarter",
        }
    }
}

fn midnight(day: NaiveDate) -> Timestamp {
    let local = VIETNAM.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
    local.map_or(Timestamp(0), |at| Timestamp::from(at.with_timezone(&Utc)))
}

/// `/tonghop [ngày|tuần|tháng|quý]`.
pub fn command(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(units) = reach(ctx) else { return Ok(Turn::say(lang.say("not-for-you", &[]))) };
    let period = if rest.is_empty() { Some(Period::Day) } else { Period::parse(rest) };
    let Some(period) = period else { return Ok(Turn::say(lang.say("incident-digest-how", &[]))) };
    let today = ctx.now.in_zone(VIETNAM).date_naive();
    let (from, to) = period.around(today);
    let digest = facts::digest(ctx, Some(units), from, to)?;
    Ok(Turn::say(words(lang, digest, period, from, ctx.now.min(to))))
}

/// The units whose cases the asker may count: in a duty group the group's, else those under their roles.
fn reach(ctx: &Context<'_>) -> Option<Vec<UnitId>> {
    let me = ctx.me?;
    let mine: Vec<UnitId> = me.posts_with(DIGEST).map(|post| post.unit).collect();
    if mine.is_empty() {
        return None;
    }
    match (ctx.chat.kind, ctx.chat.purpose, ctx.chat.unit) {
        (ChatKind::Private, ..) => Some(mine),
        (ChatKind::Group, Purpose::Duty, Some(unit)) => Some(vec![unit]),
        // Another group may hold people who have no part in these cases.
        (ChatKind::Group, ..) => None,
    }
}

/// A digest in words that fit a screen.
pub fn words(lang: Lang, digest: &Digest, period: Period, from: Timestamp, now: Timestamp) -> Rich {
    let date = from.in_zone(VIETNAM).format("%d/%m/%Y").to_string();
    let mut text = Rich::new().bold(lang.say(period.key(), &[("date", &date)])).line();
    text = text.push(lang.say("incident-digest-total", &[("count", &digest.total.to_string())])).line();
    let categories = digest
        .by_category
        .iter()
        .map(|(name, count)| (name.clone().unwrap_or_else(|| lang.say("incident-not-known", &[])), *count));
    text = table(text, lang, "incident-digest-categories", categories.collect());
    text = table(text, lang, "incident-digest-units", digest.by_unit.clone());
    let states = digest.by_state.iter().map(|(state, count)| (card::state_words(*state, lang), *count));
    text = table(text, lang, "incident-digest-states", states.collect());
    let (in_time, late) = (digest.settled_in_time.to_string(), digest.settled_late.to_string());
    text =
        text.line().push(lang.say("incident-digest-settled", &[("count", &in_time), ("late", &late)])).line();
    let (open, overdue) = (digest.open.to_string(), digest.overdue.to_string());
    text = text.push(lang.say("incident-digest-open", &[("count", &open), ("late", &overdue)]));
    for row in digest.oldest.iter().take(5) {
        let mark = if row.is_overdue(now) { "⚠️" } else { "•" };
        let first = rules::mask(row.text.lines().next().unwrap_or_default());
        let short = card::shorten(&first, 50);
        text = text.line().push(format!("{mark} ")).code(&row.code).push(format!(" {} – {short}", row.unit));
    }
    if !digest.back.is_empty() {
        let count = digest.back.len().to_string();
        text = text.line().line().bold(lang.say("incident-digest-back", &[("count", &count)]));
    }
    for back in digest.back.iter().take(5) {
        text = text.line().push("🔁 ").code(&back.code).push(format!(" {} – ", back.unit)).code(&back.before);
    }
    text
}

fn table(text: Rich, lang: Lang, key: &str, rows: Vec<(String, i64)>) -> Rich {
    if rows.is_empty() {
        return text;
    }
    let mut shown: Vec<String> =
        rows.iter().take(LINES).map(|(name, count)| format!("{name}: {count}")).collect();
    if rows.len() > LINES {
        let rest: i64 = rows.iter().skip(LINES).map(|(_, count)| count).sum();
        shown.push(lang.say("incident-digest-others", &[("count", &rest.to_string())]));
    }
    text.line().bold(lang.say(key, &[])).push(" ").push(shown.join("; ")).line()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_where_people_expect_them() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 25).expect("a date");
        let first = |period: Period| period.around(day).0;
        assert_eq!(first(Period::Day), Timestamp::vietnam(2026, 11, 25, 0, 0));
        assert_eq!(first(Period::Week), Timestamp::vietnam(2026, 11, 23, 0, 0));
        assert_eq!(first(Period::Month), Timestamp::vietnam(2026, 11, 1, 0, 0));
        assert_eq!(first(Period::Quarter), Timestamp::vietnam(2026, 10, 1, 0, 0));
        assert_eq!(Period::Quarter.around(day).1, Timestamp::vietnam(2027, 1, 1, 0, 0));
    }

    #[test]
    fn a_period_is_called_as_people_call_it() {
        assert_eq!(Period::parse("Tuần"), Some(Period::Week));
        assert_eq!(Period::parse("quy"), Some(Period::Quarter));
        assert_eq!(Period::parse("năm"), None);
    }
}
