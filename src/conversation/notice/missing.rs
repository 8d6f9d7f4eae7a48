//! Who has not confirmed a notice, in words for those who look after it.

use super::super::{Context, Lang, Need, Reply, Turn};
use super::running::{group, percent};
use super::{NoticeFacts, UnitNames, facts, taps};
use crate::domain::Rich;
use crate::domain::text::shorten;

/// The longest list of who has not confirmed, in characters: it stays one message.
const MOST_LIST: usize = 3500;

/// Who is missing, by unit, below one line that says of what; as much as one message holds.
pub fn who_is_missing(lang: Lang, key: &str, title: &str, units: &[UnitNames]) -> Rich {
    let total: i64 = units.iter().map(|(_, count, _)| count).sum();
    let mut text = Rich::new().push(lang.say(key, &[("title", title), ("count", &group(total))]));
    for (number, (unit, count, names)) in units.iter().enumerate() {
        if text.text.chars().count() > MOST_LIST {
            let left = (units.len() - number).to_string();
            text = text.line().push(lang.say("notice-more-units", &[("count", &left)]));
            break;
        }
        let more = if usize::try_from(*count).is_ok_and(|count| count > names.len()) { ", …" } else { "" };
        let unit = if unit.is_empty() { "–" } else { unit };
        text = text.line().bold(unit).push(format!(" ({count}): {}{more}", shorten(&names.join(", "), 600)));
    }
    text
}

/// Far too few have confirmed.
pub fn too_few(lang: Lang, title: &str, confirmed: i64, total: i64) -> String {
    let vars = [
        ("title", title),
        ("count", &*group(confirmed)),
        ("total", &group(total)),
        ("percent", &percent(confirmed, total)),
    ];
    lang.say("notice-too-few", &vars)
}

/// Who has not confirmed, for somebody who asks.
pub(super) fn show(ctx: &Context<'_>, facts: &NoticeFacts) -> Result<Turn, Need> {
    let (lang, title) = (ctx.lang(), &facts.notice.title);
    let units = facts::unconfirmed(ctx, facts.id)?;
    let groups = taps::in_groups(lang, facts::taps(ctx, facts.id)?);
    if units.is_empty() {
        let text = Rich::new().push(lang.say("notice-all-confirmed", &[("title", title)]));
        return Ok(Turn::default().and(Reply::here(match groups {
            Some(groups) => Rich::new().bold(title).line().append(groups),
            None => text,
        })));
    }
    let text = who_is_missing(lang, "notice-not-confirmed", title, units);
    Ok(Turn::default().and(Reply::here(match groups {
        Some(groups) => text.push("\n\n").append(groups),
        None => text,
    })))
}
