//! `/lich 12`: a month on one screen: what goes out, days off, and the first and fifteenth of the lunar months.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;

use super::super::{ChatKind, Choice, Context, Lang, Need, Reply, Turn};
use super::{Action, facts, not_allowed};
use crate::domain::calendar::Calendar;
use crate::domain::ids::ScheduleId;
use crate::domain::lunar::lunar_date;
use crate::domain::month::YearMonth;
use crate::domain::rights::SEE_SCHEDULES;
use crate::domain::text::shorten;
use crate::domain::time::VIETNAM;
use crate::domain::{Rich, Timestamp};

/// What comes more often than this in a month stands below, in one line.
const OFTEN: usize = 6;
/// Lines of days: with what stands around them, a telephone's screen or two.
const MOST_DAYS: usize = 24;
/// Names of one day, and of what comes often.
const MOST_NAMED: usize = 4;
/// A name, in characters.
const MOST_NAME: usize = 40;

/// Something that goes out in a month, or has gone out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planned {
    pub at: Timestamp,
    /// The notice's title, or the schedule's name where there is no notice yet.
    pub name: String,
    pub schedule: Option<ScheduleId>,
    /// The schedule's rule in words.
    pub rule: Option<String>,
}

/// `/lich 12`, `/lich 12/2026`.
pub(super) fn command(ctx: &Context<'_>, text: &str) -> Result<Turn, Need> {
    match YearMonth::read(text, ctx.now) {
        Some(month) => Ok(Turn::default().and(card(ctx, month)?)),
        None => {
            Ok(Turn::say(ctx.lang().say("notice-calendar-unknown", &[("text", &shorten(text, MOST_NAME))])))
        }
    }
}

/// Another month, in the place of the one that is shown.
pub(super) fn press(ctx: &Context<'_>, month: YearMonth) -> Result<Turn, Need> {
    if facts::units(ctx, SEE_SCHEDULES).is_empty() || ctx.chat.kind == ChatKind::Group {
        return Ok(not_allowed(ctx));
    }
    Ok(Turn::default().and(card(ctx, month)?.in_place()))
}

fn card(ctx: &Context<'_>, month: YearMonth) -> Result<Reply, Need> {
    let lang = ctx.lang();
    let planned = facts::planned(ctx, facts::units(ctx, SEE_SCHEDULES), month)?;
    let button = |key: &str, to: YearMonth| {
        Choice::always(lang.say(key, &[("month", &to.words())]), Action::Month(to).into())
    };
    let before = month.previous().map(|to| button("notice-calendar-before", to));
    let after = month.next().map(|to| button("notice-calendar-after", to));
    let text = month_words(lang, &ctx.rules.calendar, month, planned);
    Ok(Reply::here(text).row(before.into_iter().chain(after)))
}

/// A month in one message.
pub fn month_words(lang: Lang, calendar: &Calendar, month: YearMonth, planned: &[Planned]) -> Rich {
    let mut times: BTreeMap<ScheduleId, usize> = BTreeMap::new();
    for schedule in planned.iter().filter_map(|one| one.schedule) {
        *times.entry(schedule).or_default() += 1;
    }
    let is_often = |one: &Planned| one.schedule.is_some_and(|id| times.get(&id) > Some(&OFTEN));
    let mut days: Vec<(NaiveDate, NaiveDate, String)> = Vec::new();
    for day in month.days() {
        let (words, only_off) = day_words(lang, calendar, day, planned.iter().filter(|one| !is_often(one)));
        match days.last_mut() {
            // Days off in a row are one line.
            Some((_, last, said)) if only_off && *said == words && last.succ_opt() == Some(day) => {
                *last = day;
            }
            _ if words.is_empty() => {}
            _ => days.push((day, day, words)),
        }
    }
    let mut text = Rich::new().push("🗓 ").bold(lang.say("notice-calendar", &[("month", &month.words())]));
    if planned.is_empty() {
        text = text.line().push(lang.say("notice-calendar-nothing", &[]));
    }
    for (first, last, words) in days.iter().take(MOST_DAYS) {
        let until = if first == last { String::new() } else { format!(" – {}", day_name(*last)) };
        text = text.line().bold(format!("{}{until}", day_name(*first))).push(format!(" {words}"));
    }
    if let Some(left @ 1..) = days.len().checked_sub(MOST_DAYS) {
        text = text.line().push(lang.say("notice-calendar-more", &[("count", &left.to_string())]));
    }
    let often = times.iter().filter(|(_, count)| **count > OFTEN);
    let often = often.filter_map(|(id, count)| {
        // The schedule's own name stands with its rule; a notice that was written for a run has another.
        let of = |one: &&Planned| one.schedule == Some(*id);
        let named = planned.iter().filter(of).find(|one| one.rule.is_some());
        Some((named.or_else(|| planned.iter().find(of))?, count.to_string()))
    });
    for (one, count) in often.take(MOST_NAMED) {
        let rule = one.rule.as_deref().map(|rule| format!(", {rule}")).unwrap_or_default();
        let name = shorten(&one.name, MOST_NAME);
        let vars = [("name", name.as_str()), ("rule", rule.as_str()), ("count", count.as_str())];
        text = text.line().push(lang.say("notice-calendar-often", &vars));
    }
    text
}

/// What there is to say of a day; and whether that is only that it is off.
fn day_words<'a>(
    lang: Lang,
    calendar: &Calendar,
    day: NaiveDate,
    planned: impl Iterator<Item = &'a Planned>,
) -> (String, bool) {
    let mut parts = Vec::new();
    if let Some((at @ (1 | 15), month, leap)) = lunar_date(day) {
        let key = if at == 1 { "notice-calendar-new-moon" } else { "notice-calendar-full-moon" };
        let leap = if leap { lang.say("notice-calendar-leap", &[]) } else { String::new() };
        parts.push(lang.say(key, &[("month", &format!("{month}{leap}"))]));
    }
    let off = calendar.holidays.contains(&day) && !calendar.is_workday(day);
    if off {
        parts.push(lang.say("notice-calendar-off", &[]));
    } else if calendar.extra_workdays.contains(&day) {
        parts.push(lang.say("notice-calendar-extra", &[]));
    }
    let only_off = off && parts.len() == 1;
    let there: Vec<&Planned> = planned.filter(|one| one.at.in_zone(VIETNAM).date_naive() == day).collect();
    for one in there.iter().take(MOST_NAMED) {
        let time = one.at.in_zone(VIETNAM).format("%H:%M");
        parts.push(format!("📤 {time} {}", shorten(&one.name, MOST_NAME)));
    }
    if let Some(left @ 1..) = there.len().checked_sub(MOST_NAMED) {
        parts.push(lang.say("notice-calendar-more-that-day", &[("count", &left.to_string())]));
    }
    (parts.join("; "), only_off && there.is_empty())
}

/// `T3 01`, `CN 06`.
fn day_name(day: NaiveDate) -> String {
    let name = match day.weekday() {
        Weekday::Mon => "T2",
        Weekday::Tue => "T3",
        Weekday::Wed => "T4",
        Weekday::Thu => "T5",
        Weekday::Fri => "T6",
        Weekday::Sat => "T7",
        Weekday::Sun => "CN",
    };
    format!("{name} {:02}", day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day")
    }

    #[test]
    fn the_month_of_tet_fits_a_screen() {
        let mut calendar = Calendar::default();
        calendar.holidays.extend((4..=12).map(|at| day(2027, 2, at)));
        calendar.extra_workdays.insert(day(2027, 2, 20));
        let one = |id, at: u32, name: &str| Planned {
            at: Timestamp::vietnam(2027, 2, at, 8, 0),
            name: name.into(),
            schedule: Some(ScheduleId(id)),
            rule: Some("08:00 hằng ngày".into()),
        };
        let mut planned: Vec<Planned> = (1..=28).map(|at| one(1, at, "Trực ban báo cáo")).collect();
        planned.push(one(2, 1, "Định hướng tháng"));
        planned.push(Planned { schedule: None, rule: None, ..one(3, 22, "Mời họp") });
        let month = YearMonth::new(2027, 2).expect("a month");
        let text = month_words(Lang::Vi, &calendar, month, &planned).text;
        assert!(text.lines().count() <= 20, "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_crowded_month_is_cut_and_an_empty_one_says_so() {
        let month = YearMonth::new(2026, 12).expect("a month");
        let many = (1..=31).flat_map(|at| (0..9).map(move |hour| (at, hour)));
        let planned: Vec<Planned> = many
            .map(|(at, hour)| Planned {
                at: Timestamp::vietnam(2026, 12, at, 8 + hour, 0),
                name: "Một thông báo có tên dài hơn thường lệ rất nhiều".into(),
                schedule: None,
                rule: None,
            })
            .collect();
        let text = month_words(Lang::Vi, &Calendar::default(), month, &planned).text;
        assert!(text.encode_utf16().count() <= 8192 && text.contains("… và 7 ngày nữa"), "{text}");
        let text = month_words(Lang::Vi, &Calendar::default(), month, &[]).text;
        assert!(text.contains("Chưa có gì gửi") && text.contains("rằm tháng 11 âm"), "{text}");
    }
}
