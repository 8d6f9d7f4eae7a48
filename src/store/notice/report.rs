//! What became of a notice, counted: by unit, by channel, by the kind of failure, and how long people took.

use std::collections::BTreeMap;

use crate::args;
use crate::conversation::notice::{Report, ReportLine};
use crate::domain::ids::*;
use crate::domain::waits::Waits;
use crate::domain::{ChannelKind, Failure};
use crate::store::{Store, Tx, row};

use super::edition::delivery;
use super::write::{self, Done, Refused};
use super::{list, resend};

/// Rows of one grouping: more units than a country has.
const MOST_GROUPS: i64 = 200_000;

struct Counted {
    unit_id: Option<i64>,
    channel: i64,
    state: i64,
    failure: Option<i64>,
    count: i64,
}

row!(Counted { unit_id, channel, state, failure, count });

struct Took {
    unit_id: Option<i64>,
    channel: i64,
    seconds: i64,
    count: i64,
}

row!(Took { unit_id, channel, seconds, count });

const COUNTS: &str = "
    SELECT unit_id, channel, state, failure, COUNT(*) AS count FROM deliveries
    WHERE edition_id = $1 GROUP BY unit_id, channel, state, failure LIMIT $2";

const TOOK: &str = "
    SELECT unit_id, channel, (confirmed_at - sent_at) / 1000000 AS seconds, COUNT(*) AS count FROM deliveries
    WHERE edition_id = $1 AND state = 3 AND confirmed_at IS NOT NULL AND sent_at IS NOT NULL
    GROUP BY unit_id, channel, (confirmed_at - sent_at) / 1000000 LIMIT $2";

const UNITS: &str = "
    SELECT u.id, u.path FROM units u
    WHERE u.id IN (SELECT unit_id FROM deliveries WHERE edition_id = $1 AND unit_id IS NOT NULL)
    ORDER BY u.path_key LIMIT $2";

impl Store {
    /// What became of a notice.
    ///
    /// # Errors
    /// The database's; inside, that there is no such notice, or it has not gone out.
    pub async fn notice_report(&self, id: NoticeId) -> Done<Report> {
        self.db.read(move |tx| Box::pin(async move { report(tx, id).await })).await
    }
}

/// One line of a table while it is counted.
#[derive(Default)]
struct Line {
    counts: ReportLine,
    waits: Waits,
}

impl Line {
    fn count(&mut self, state: i64, count: i64) {
        self.counts.total += count;
        match state {
            delivery::SENT => self.counts.arrived += count,
            delivery::CONFIRMED => {
                self.counts.arrived += count;
                self.counts.confirmed += count;
            }
            delivery::FAILED => self.counts.failed += count,
            _ => {}
        }
    }

    fn named(self, name: String) -> ReportLine {
        ReportLine { name, median: self.waits.median(), p90: self.waits.p90(), ..self.counts }
    }
}

pub async fn report(tx: &mut Tx<'_>, id: NoticeId) -> Done<Report> {
    let Some(row) = write::find(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
    let Some(edition) = list::newest(tx, id).await? else {
        return Ok(Err(Refused::NotSent(id)));
    };
    let (mut all, mut failed) = (Line::default(), BTreeMap::<Failure, i64>::new());
    let (mut units, mut channels) = (BTreeMap::<i64, Line>::new(), BTreeMap::<i64, Line>::new());
    for one in tx.all::<Counted>(COUNTS, args![edition.id, MOST_GROUPS]).await? {
        let of_unit = units.entry(one.unit_id.unwrap_or(0)).or_default();
        for line in [&mut all, of_unit, channels.entry(one.channel).or_default()] {
            line.count(one.state, one.count);
        }
        if let (delivery::FAILED, Some(kind)) = (one.state, one.failure.and_then(Failure::from_number)) {
            *failed.entry(kind).or_default() += one.count;
        }
    }
    for one in tx.all::<Took>(TOOK, args![edition.id, MOST_GROUPS]).await? {
        let count = u64::try_from(one.count).unwrap_or(0);
        let of_unit = units.entry(one.unit_id.unwrap_or(0)).or_default();
        for line in [&mut all, of_unit, channels.entry(one.channel).or_default()] {
            line.waits.add(one.seconds, count);
        }
    }
    let names: Vec<(i64, String)> = tx.all(UNITS, args![edition.id, MOST_GROUPS]).await?;
    let mut by_unit: Vec<ReportLine> = Vec::new();
    for (unit, path) in names {
        by_unit.extend(units.remove(&unit).map(|line| line.named(path)));
    }
    // Groups and people without a unit come last.
    by_unit.extend(units.into_values().map(|line| line.named(String::new())));
    let channel = |(number, line): (i64, Line)| {
        let kind = ChannelKind::ALL.into_iter().find(|kind| kind.number() == number);
        line.named(kind.map_or_else(String::new, |kind| kind.name().to_owned()))
    };
    let title = row.title;
    Ok(Ok(Report {
        notice: id,
        again: resend::count(tx, EditionId(edition.id)).await?,
        all: all.named(title),
        confirm: row.confirm != 0,
        waiting: edition.counts.waiting + edition.counts.queued,
        skipped: edition.counts.skipped,
        unreached: edition.counts.unreached,
        failed: failed.into_iter().collect(),
        units: by_unit,
        channels: channels.into_iter().map(channel).collect(),
    }))
}
