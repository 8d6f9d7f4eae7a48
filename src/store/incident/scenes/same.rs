//! Several people report the same thing.

use std::fmt::Write as _;
use std::time::Duration;

use super::cast::*;
use crate::conversation::incoming::Spot;
use crate::domain::ChannelKind;
use crate::store::testing::Shown;

const CODE: &str = "ML-2026-0001";
const WORDS: &str = "Sạt lở ở phường Sông Hiến, nhà ông Páo bị vùi";

/// Every file that waits for a chat.
fn files_in(shown: &[Shown], chat: &str) -> usize {
    shown.iter().filter(|message| message.chat == chat).map(|message| message.content.files.len()).sum()
}

#[tokio::test]
async fn who_shares_a_case_sees_only_what_they_sent_themselves() {
    let town = Town::new().await;
    let summary = town.photos(LAN, WORDS, &["p1"]).await;
    town.presses(LAN, &summary, "Gửi").await;
    let summary = town.photos(MINH, "Lở đất xuống đường ở phường Sông Hiến", &["p2", "p3"]).await;
    let second = town.presses(MINH, &summary, "Gửi").await;
    let wanted = town.stage.store.claim_media(ChannelKind::Telegram, 8).await.expect("claims");
    for (number, one) in wanted.into_iter().enumerate() {
        let number = u8::try_from(number).expect("a few");
        town.stage.store.settle_media(one.id, picture(number)).await.expect("settled");
    }
    town.stage.sent().await;
    let offered = town.presses_in(DUTY, TUAN, &second, "Gộp").await;
    town.presses_in(DUTY, TUAN, &offered, CODE).await;

    let minh = town.says(MINH, &format!("/vuviec {CODE}")).await;
    let text = text_in(&minh, MINH);
    assert!(text.contains("Lở đất xuống đường") && !text.contains("ông Páo"), "{text}");
    assert_eq!(files_in(&town.presses(MINH, &minh, "Ảnh (2)").await, MINH), 2);
    let list = text_in(&town.says(MINH, "/vuviec").await, MINH);
    assert!(list.contains("Lở đất") && !list.contains("ông Páo"), "{list}");
    let lan = town.says(LAN, &format!("/vuviec {CODE}")).await;
    assert!(text_in(&lan, LAN).contains("ông Páo"));
    assert_eq!(files_in(&town.presses(LAN, &lan, "Ảnh (1)").await, LAN), 1);
    let duty = town.says_in(DUTY, TUAN, &format!("/vuviec {CODE}")).await;
    assert_eq!(files_in(&town.presses_in(DUTY, TUAN, &duty, "Ảnh (3)").await, DUTY), 3);
}

const FIRST: &str = "Sạt lở chặn đường vào chợ phường Sông Hiến";
const SECOND: &str = "Đường vào chợ phường Sông Hiến bị sạt lở, xe không qua được";

#[tokio::test]
async fn what_may_be_the_same_is_merged_with_one_tap() {
    let town = Town::new().await;
    town.report(FIRST).await;
    let summary = town.says(MINH, SECOND).await;
    let card = town.presses(MINH, &summary, "✅ Gửi").await;
    assert!(text_in(&card, DUTY).contains("🔗 Có thể trùng ML-2026-0001"), "{card:#?}");
    let merged = town.presses_in(DUTY, TUAN, &card, "Gộp vào ML-2026-0001").await;
    assert!(text_in(&merged, MINH).contains("đã gộp vào ML-2026-0001"));
    assert!(!labels(&merged, DUTY).iter().any(|label| label.contains("Gộp vào")), "{merged:#?}");
    assert_eq!(town.count("SELECT COUNT(*) FROM open_incidents").await, 1);
}

#[tokio::test]
async fn who_reports_the_same_follows_the_case_that_is_there() {
    let town = Town::new().await;
    town.report(FIRST).await;
    let summary = town.says(MINH, SECOND).await;
    assert!(text_in(&summary, MINH).contains("Có người đã báo một việc giống thế này"));
    assert!(!text_in(&summary, MINH).contains("chặn đường"), "not in whose words");
    let joined = town.presses(MINH, &summary, "báo chung ML-2026-0001").await;
    assert!(text_in(&joined, MINH).contains("Đã thêm lời của bạn vào ML-2026-0001"));
    let heard = text_in(&joined, DUTY);
    assert!(heard.contains("Minh cũng báo việc này: “Đường vào chợ"), "{heard}");
    assert!(heard.contains("Người báo: Lan") && heard.contains("Người báo: Minh"), "{heard}");
    assert_eq!(text_in(&joined, LAN), "", "one of several reporters does not tell the rest");
    let twice = town.presses(MINH, &summary, "báo chung ML-2026-0001").await;
    assert!(toast(&twice).contains("đã gửi hoặc đã hủy"), "{twice:#?}");
    let counts = "SELECT 10 * (SELECT COUNT(*) FROM incidents) + (SELECT COUNT(*) FROM reports)";
    assert_eq!(town.count(counts).await, 12);
    town.presses_in(DUTY, TUAN, &joined, "Giải quyết xong").await;
    let settled = town.says_in(DUTY, TUAN, "Đã thông đường").await;
    for reporter in [LAN, MINH] {
        assert!(text_in(&settled, reporter).contains("Đã thông đường"), "{reporter}");
    }
}

#[tokio::test]
async fn what_is_settled_meanwhile_is_not_joined() {
    let town = Town::new().await;
    let card = town.report(FIRST).await;
    let summary = town.says(MINH, SECOND).await;
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    town.says_in(DUTY, TUAN, "Đã thông đường").await;
    let late = town.presses(MINH, &summary, "báo chung").await;
    assert!(toast(&late).contains("đã khép lại"), "{late:#?}");
    town.presses(MINH, &late, "✅ Gửi").await;
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents").await, 2);
}

#[tokio::test]
async fn what_was_settled_and_is_back_is_marked() {
    let town = Town::new().await;
    let reports = async || {
        let mut message = town.message("Ngập cổng trường ở phường Sông Hiến");
        message.place = Some(Spot { latitude: 22.66, longitude: 106.25, name: None });
        let summary = town.sends(LAN, message).await;
        town.presses(LAN, &summary, "✅ Gửi").await
    };
    let card = reports().await;
    town.presses_in(DUTY, TUAN, &card, "Giải quyết xong").await;
    town.says_in(DUTY, TUAN, "Đã nạo vét cống").await;
    town.stage.clock.advance(Duration::from_secs(60 * 24 * 3600));
    let back = text_in(&reports().await, DUTY);
    assert!(back.contains("🔁 Tái diễn: ML-2026-0001"), "{back}");
    let digest = text_in(&town.says(SON, "/tonghop quý").await, SON);
    assert!(digest.contains("Tái diễn") && digest.contains("ML-2026-0001"), "{digest}");
}

#[tokio::test]
async fn a_complaint_is_like_nothing() {
    let town = Town::new().await;
    town.report(&format!("{FIRST}, tôi tố cáo cán bộ bao che")).await;
    let summary = town.says(MINH, SECOND).await;
    assert!(!text_in(&summary, MINH).contains("Có người đã báo"), "{summary:#?}");
    let card = town.presses(MINH, &summary, "✅ Gửi").await;
    assert!(!text_in(&card, DUTY).contains("Có thể trùng"), "{card:#?}");
    let summary = town.says(NGA, &format!("{SECOND}, tôi tố cáo cán bộ bao che")).await;
    assert!(!text_in(&summary, NGA).contains("Có người đã báo"), "{summary:#?}");
}

#[tokio::test]
async fn a_place_that_comes_later_tells_more() {
    let town = Town::new().await;
    let place = (22.66, 106.25);
    let said = async |person, words| {
        let summary = town.says(person, words).await;
        town.presses(person, &summary, "✅ Gửi").await;
        town.place(person, place.0, place.1).await
    };
    said(LAN, "Sạt lở sau dãy trọ phường Sông Hiến").await;
    let second = said(NGA, "Đất sạt lở vào tường, ở tỉnh Mẫu").await;
    assert!(text_in(&second, DUTY).contains("🔗 Có thể trùng ML-2026-0001"), "{second:#?}");
}

/// A report of `tests/data/reports.tsv`.
struct Labelled {
    minute: u64,
    event: String,
    category: String,
    unit: String,
    /// Whether the words name the unit.
    named: bool,
    spot: Option<(f64, f64)>,
    text: String,
}

fn labelled() -> Vec<Labelled> {
    let file = include_str!("../../../../tests/data/reports.tsv");
    file.lines().filter(|line| !line.starts_with('#')).map(read_label).collect()
}

fn read_label(line: &str) -> Labelled {
    let [minute, event, category, unit, spot, text] =
        line.split('\t').collect::<Vec<_>>().try_into().expect("six columns");
    let number = |text: &str| text.parse::<f64>().expect("degrees");
    Labelled {
        minute: minute.parse().expect("minutes"),
        event: event.to_owned(),
        category: category.to_owned(),
        unit: unit.trim_start_matches('?').to_owned(),
        named: !unit.starts_with('?'),
        spot: spot.split_once(',').map(|(latitude, longitude)| (number(latitude), number(longitude))),
        text: text.to_owned(),
    }
}

/// The units that the messages speak of.
async fn commune() -> Town {
    let town = Town::empty().await;
    let units = &[
        (1, None, "Tỉnh Mẫu"),
        (2, Some(1), "Tỉnh Mẫu / Phường Bình Minh"),
        (3, Some(2), "Tỉnh Mẫu / Phường Bình Minh / Tổ dân phố 1"),
        (4, Some(2), "Tỉnh Mẫu / Phường Bình Minh / Tổ dân phố 2"),
        (5, Some(1), "Tỉnh Mẫu / Xã Nậm Khoa"),
        (6, Some(5), "Tỉnh Mẫu / Xã Nậm Khoa / Chi bộ thôn Nà Lùng"),
        (7, Some(5), "Tỉnh Mẫu / Xã Nậm Khoa / Chi bộ thôn Khe Mạ"),
        (8, Some(5), "Tỉnh Mẫu / Xã Nậm Khoa / Chi bộ Trạm Y tế"),
        (9, Some(1), "Tỉnh Mẫu / Xã Bản Lếch"),
        (10, Some(9), "Tỉnh Mẫu / Xã Bản Lếch / Chi bộ bản Lếch"),
        (11, Some(9), "Tỉnh Mẫu / Xã Bản Lếch / Chi bộ bản Pho"),
        (12, Some(9), "Tỉnh Mẫu / Xã Bản Lếch / Chi bộ Công an xã"),
    ];
    let people = &[(1, Some(LAN), "Lan", 1, "reporter"), (2, Some(TUAN), "Tuấn", 1, "duty")];
    town.stage.found(units, people, &[(DUTY, "Nhóm trực", 1, "duty")]).await;
    town
}

/// What was right of so many.
#[derive(Default)]
struct Score {
    right: u32,
    of: u32,
}

impl Score {
    fn count(&mut self, right: bool) {
        self.right += u32::from(right);
        self.of += 1;
    }

    fn part(&self) -> f64 {
        f64::from(self.right) / f64::from(self.of)
    }
}

/// Says that the words, and whatever is asked, until the report is sent.
async fn reports(town: &Town, report: &Labelled) {
    let mut message = town.message(&report.text);
    message.place = report.spot.map(|(latitude, longitude)| Spot { latitude, longitude, name: None });
    let mut shown = town.sends(LAN, message).await;
    while !labels(&shown, LAN).iter().any(|label| label.contains("Gửi")) {
        let asked = text_in(&shown, LAN);
        shown = match asked.contains("loại việc") {
            true => town.presses(LAN, &shown, "Không rõ").await,
            // They type what they would have said.
            false => town.says(LAN, &report.unit).await,
        };
    }
    town.presses(LAN, &shown, "Gửi").await;
}

#[tokio::test]
async fn what_is_the_same_is_found_and_what_is_not_is_left_alone() {
    let town = commune().await;
    let begin = town.stage.clock.now();
    let all = labelled();
    assert!(all.len() >= 150, "{} messages", all.len());
    let [mut category, mut unit, mut found, mut right] = [(); 4].map(|()| Score::default());
    let mut wrong = String::new();
    for (number, report) in all.iter().enumerate() {
        town.stage.clock.set(begin + Duration::from_secs(report.minute * 60));
        reports(&town, report).await;
        let case = town.newest().await;
        category.count(case.category.as_deref().unwrap_or("khac") == report.category);
        if case.category.as_deref().unwrap_or("khac") != report.category {
            let _ = writeln!(wrong, "{:?} instead of {}: {}", case.category, report.category, report.text);
        }
        if report.named {
            unit.count(case.unit == report.unit);
            if case.unit != report.unit {
                let _ = writeln!(wrong, "{} instead of {}: {}", case.unit, report.unit, report.text);
            }
        }
        let same = |other: &usize| all[*other].event == report.event;
        if (0..number).any(|other| same(&other)) {
            found.count(case.alike.iter().any(same));
            if !case.alike.iter().any(same) {
                let first = (0..number).find(same).expect("there is one");
                let _ = writeln!(wrong, "missed: {} = {}", all[first].text, report.text);
            }
        }
        for other in &case.alike {
            right.count(same(other));
            if !same(other) {
                let _ = writeln!(wrong, "not the same: {} ≠ {}", all[*other].text, report.text);
            }
        }
    }
    let figures = format!(
        "category {:.3}, unit {:.3}, of the same found {:.3}, of the found right {:.3}",
        category.part(),
        unit.part(),
        found.part(),
        right.part()
    );
    assert!(category.part() >= 0.9 && unit.part() >= 0.95, "{figures}\n{wrong}");
    assert!(found.part() >= 0.8 && right.part() >= 0.9, "{figures}\n{wrong}");
}
