//! What became of a notice, as a picture.

use sha2::{Digest, Sha256};

use super::super::people::Effect as PeopleEffect;
use super::super::{Context, Lang, Need, Reply, Turn};
use super::report::ReportLine;
use super::running::{group, percent};
use super::{NoticeFacts, Report, facts};
use crate::domain::Timestamp;
use crate::domain::calendar::{duration_words, when_words};
use crate::domain::chart::{Bar, Chart, ChartError, Figure, MOST_BARS, Tone};
use crate::domain::content::{Attachment, FileKind};

impl Report {
    /// The report as a picture, a PNG.
    ///
    /// # Errors
    /// Nothing that is in the report.
    pub fn picture(&self, lang: Lang, now: Timestamp) -> Result<Vec<u8>, ChartError> {
        self.chart(lang, now).png()
    }

    fn chart(&self, lang: Lang, now: Timestamp) -> Chart {
        let units = self.worst_first();
        let say = |key: &str| lang.say(key, &[]);
        let mut legend =
            vec![(Tone::Done, say("notice-picture-confirmed")), (Tone::Open, say("notice-picture-open"))];
        if !self.confirm {
            legend = vec![(Tone::Done, say("notice-picture-arrived"))];
        }
        legend.push((Tone::Nothing, say("notice-picture-not-arrived")));
        // One unit alone would say once more what the numbers say.
        let several = units.len() > 1;
        let more = units.len().checked_sub(MOST_BARS).filter(|left| *left > 0);
        Chart {
            title: self.all.name.clone(),
            note: lang.say("notice-picture-as-of", &[("when", &when_words(now))]),
            figures: self.figures(lang),
            heading: say("notice-report-units"),
            legend,
            bars: if several {
                units.iter().take(MOST_BARS).map(|line| self.bar(lang, line)).collect()
            } else {
                Vec::new()
            },
            more: more.map(|left| lang.say("notice-picture-more", &[("count", &left.to_string())])),
            foot: self.foot(lang),
        }
    }

    fn figures(&self, lang: Lang) -> Vec<Figure> {
        let all = &self.all;
        let figure = |key: &str, count: i64, of: i64, tone: Tone| Figure {
            number: group(count),
            label: lang.say(key, &[]),
            share: lang.say("notice-picture-of", &[("total", &group(of)), ("percent", &percent(count, of))]),
            tone,
        };
        let arrived = figure("notice-picture-arrived", all.arrived, all.total, Tone::Plain);
        if self.confirm {
            let missing = all.total - all.confirmed;
            return vec![
                arrived,
                figure("notice-picture-confirmed", all.confirmed, all.total, Tone::Done),
                figure("notice-picture-missing", missing, all.total, Tone::Open),
            ];
        }
        vec![
            Figure { tone: Tone::Done, ..arrived },
            figure("notice-picture-waiting", self.waiting, all.total, Tone::Nothing),
            figure("notice-picture-lost", all.failed + self.skipped, all.total, Tone::Open),
        ]
    }

    fn bar(&self, lang: Lang, line: &ReportLine) -> Bar {
        let (done, open) = match self.confirm {
            true => (line.confirmed, line.arrived - line.confirmed),
            false => (line.arrived, 0),
        };
        let value = format!("{}/{}", group(done), group(line.total));
        Bar { name: line.short_name(lang), value, done, open, of: line.total }
    }

    fn foot(&self, lang: Lang) -> Vec<String> {
        let all = &self.all;
        let mut lines = Vec::new();
        if let (Some(median), Some(p90)) = (all.median, all.p90) {
            let vars = [("median", &*duration_words(median)), ("most", &duration_words(p90))];
            lines.push(lang.say("notice-picture-took", &vars));
        }
        if self.unreached > 0 {
            lines.push(lang.say("notice-picture-unreached", &[("count", &group(self.unreached))]));
        }
        lines
    }
}

/// The picture, for somebody who asks.
pub(super) fn show(ctx: &Context<'_>, notice: &NoticeFacts) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(report) = facts::report(ctx, notice.id)? else {
        return Ok(Turn::toast(lang.say("notice-report-none", &[])));
    };
    let Ok(bytes) = report.picture(lang, ctx.now) else {
        return Ok(Turn::toast(lang.say("notice-picture-failed", &[])));
    };
    let name = lang.say("notice-picture-file", &[("id", &notice.id.to_string())]);
    let file = Attachment { sha256: hex::encode(Sha256::digest(&bytes)), name, kind: FileKind::Photo };
    let keep = PeopleEffect::KeepFile { bytes, mime: "image/png" };
    let said = lang.say("notice-picture-is", &[("title", &notice.notice.title)]);
    Ok(Turn::default().effect(super::super::Effect::People(keep)).and(Reply::here(said).files(vec![file])))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::ids::NoticeId;

    fn line(name: &str, total: i64, arrived: i64, confirmed: i64) -> ReportLine {
        ReportLine {
            name: format!("Tỉnh Mường Lam / {name}"),
            total,
            arrived,
            confirmed,
            ..ReportLine::default()
        }
    }

    fn report() -> Report {
        let names = [
            "Xã Nậm Pung",
            "Phường Bình Minh",
            "Xã Tả Van Chư",
            "Thị trấn Mường Khương",
            "Xã Pha Long",
            "Xã Lùng Vai",
            "Trung tâm Bồi dưỡng chính trị và truyền thông khu vực Mường Lam",
            "Xã Bản Lầu",
            "Xã Dìn Chin",
            "Phường Duyên Hải",
            "Xã Nghĩa Đô",
            "Xã Thượng Hà",
            "Xã Bảo Nhai",
            "Xã Cốc Lầu",
            "Xã Tân Thượng",
        ];
        let units =
            names.iter().zip(0..).map(|(name, at)| line(name, 20, 20 - at % 3, (at * 7) % 19)).collect();
        Report {
            notice: NoticeId(12),
            all: ReportLine {
                name: "Tăng cường tuyên truyền phòng, chống lũ ống, lũ quét và sạt lở đất trong mùa mưa bão năm 2026".into(),
                failed: 9,
                median: Some(Duration::from_secs(14 * 60)),
                p90: Some(Duration::from_secs(3 * 3600 + 1200)),
                ..line("", 1_300, 1_284, 846)
            },
            confirm: true,
            waiting: 3,
            skipped: 4,
            unreached: 21,
            failed: Vec::new(),
            again: 0,
            units,
            channels: Vec::new(),
        }
    }

    #[test]
    fn the_picture_says_what_the_message_says() {
        let now = Timestamp::vietnam(2026, 11, 23, 10, 5);
        let chart = report().chart(Lang::Vi, now);
        let numbers: Vec<&str> = chart.figures.iter().map(|figure| &*figure.number).collect();
        assert_eq!(numbers, ["1.284", "846", "454"]);
        assert_eq!((chart.bars.len(), chart.more.as_deref()), (12, Some("… và 3 đơn vị khác")));
        assert_eq!((chart.bars[0].name.as_str(), chart.bars[0].value.as_str()), ("Xã Nậm Pung", "0/20"));
        let png = report().picture(Lang::Vi, now).expect("a picture");
        if let Ok(path) = std::env::var("LOA_TEST_PICTURE") {
            std::fs::write(path, &png).expect("written");
        }
        assert!(png.len() < 200_000, "{} bytes", png.len());
    }

    #[test]
    fn what_nobody_had_to_confirm_is_counted_as_it_arrived() {
        let chart = Report { confirm: false, ..report() }.chart(Lang::Vi, Timestamp(0));
        let labels: Vec<&str> = chart.figures.iter().map(|figure| &*figure.label).collect();
        assert_eq!(labels, ["Đã đến", "Đang chờ gửi", "Không đến được"]);
        assert_eq!((chart.bars[0].open, chart.legend.len()), (0, 2));
    }
}
