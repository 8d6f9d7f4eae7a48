//! What the first month came to, counted from the store.

use std::time::Duration;

use crate::domain::ChannelKind;
use crate::domain::calendar::duration_words;
use crate::domain::incident::State;
use crate::store::incident::Shown;

use super::platforms::Mark;
use super::stage::Stage;
use crate::app::say;

/// Notices that are told one by one.
const MOST_NOTICES: usize = 5;

/// Shows the figures.
pub async fn show(stage: &mut Stage) -> anyhow::Result<()> {
    let mut lines = vec![organisation(stage).await?];
    let status = stage.store.status(crate::jobs::WORKER_LEASE).await?;
    lines.push(sent(stage));
    stage.expect(status.inbox.aside == 0, "có tin không xử lý được")?;
    let mut notices = stage.store.notice_list(MOST_NOTICES).await?;
    notices.sort_by_key(|notice| notice.id.0);
    for notice in notices {
        let counts = &notice.counts;
        let confirm = stage.store.notice_show(notice.id).await?.is_ok_and(|detail| detail.confirm);
        let key = if confirm { "demo-figure-confirmed" } else { "demo-figure-notice" };
        let vars = [
            ("title", notice.title.as_str()),
            ("arrived", &counts.arrived().to_string()),
            ("total", &counts.total.to_string()),
            ("confirmed", &counts.confirmed.to_string()),
        ];
        lines.push(say(key, &vars));
    }
    lines.extend(cases(&all_cases(stage).await?));
    let refused = stage.platforms.violations().len();
    lines.push(say("demo-figure-clean", &[("count", &refused.to_string())]));
    stage.show.title(&say("demo-figures", &[]));
    for line in lines {
        stage.show.line(&format!("  {line}"));
    }
    Ok(())
}

/// Messages that the platforms took and showed to somebody.
fn sent(stage: &Stage) -> String {
    let mut sent = stage.platforms.sent_since(Mark::default());
    sent.retain(|sent| sent.new);
    let over = |kind| sent.iter().filter(|sent| sent.channel == kind).count();
    let paid = sent.iter().filter(|sent| sent.paid).count();
    let kinds = [ChannelKind::ZaloBot, ChannelKind::ZaloOa, ChannelKind::Telegram, ChannelKind::Email];
    let [zalo, oa, telegram, mail] = kinds.map(|kind| over(kind).to_string());
    let (all, paid) = (sent.len().to_string(), paid.to_string());
    let vars = [("count", &all), ("zalo", &zalo), ("oa", &oa), ("paid", &paid)];
    let vars: Vec<_> = vars.into_iter().chain([("telegram", &telegram), ("mail", &mail)]).collect();
    let vars: Vec<(&'static str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say("demo-figure-sent", &vars)
}

async fn organisation(stage: &Stage) -> anyhow::Result<String> {
    let units = stage.store.units().await?;
    let people = stage.store.people(None).await?.iter().filter(|person| person.state == "active").count();
    let groups: i64 = units.iter().map(|unit| unit.groups).sum();
    Ok(say(
        "demo-figure-people",
        &[
            ("people", &people.to_string()),
            ("groups", &groups.to_string()),
            ("units", &units.len().to_string()),
        ],
    ))
}

/// All cases with their histories, in the order of their codes.
pub async fn all_cases(stage: &Stage) -> anyhow::Result<Vec<Shown>> {
    let mut cases = Vec::new();
    for row in stage.store.list_incidents(false, None).await? {
        cases.extend(stage.store.show_incident(&row.code).await?);
    }
    cases.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(cases)
}

fn cases(all: &[Shown]) -> Vec<String> {
    let count = |state: State| all.iter().filter(|case| case.state == state).count();
    let (confirmed, merged, rejected) =
        (count(State::Confirmed), count(State::Merged), count(State::Rejected));
    let open = all.len() - confirmed - merged - rejected - count(State::Settled);
    let mut lines = vec![say(
        "demo-figure-cases",
        &[
            ("total", &all.len().to_string()),
            ("confirmed", &confirmed.to_string()),
            ("merged", &merged.to_string()),
            ("open", &open.to_string()),
        ],
    )];
    let settled: Vec<&Shown> = all.iter().filter(|case| case.settled_at.is_some()).collect();
    let in_time = settled.iter().filter(|case| !case.late).count();
    let vars = [("in", in_time.to_string()), ("settled", settled.len().to_string())];
    let vars: Vec<(&'static str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lines.push(say("demo-figure-in-time", &vars));
    let first = all.iter().filter_map(|case| {
        let taken = case.steps.iter().find(|step| step.movement == "take")?;
        Some(taken.at.since(case.created_at))
    });
    let end = settled.iter().filter_map(|case| Some(case.settled_at?.since(case.created_at)));
    for (key, times) in [("demo-figure-first", first.collect()), ("demo-figure-end", end.collect())] {
        if let Some(time) = median(times) {
            lines.push(say(key, &[("time", &duration_words(time))]));
        }
    }
    lines
}

/// The middle one; of an even number the mean of the two in the middle. None of none.
fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    let middle = times.len() / 2;
    let upper = *times.get(middle)?;
    if times.len() % 2 == 1 { Some(upper) } else { Some((times[middle - 1] + upper) / 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let seconds = |all: &[u64]| all.iter().map(|s| Duration::from_secs(*s)).collect::<Vec<_>>();
        assert_eq!(median(seconds(&[9, 1, 2])), Some(Duration::from_secs(2)));
        assert_eq!(median(seconds(&[4, 1, 2, 9])), Some(Duration::from_secs(3)));
        assert_eq!(median(Vec::new()), None);
    }
}
