//! What units count of their own work: entered in one line, asked for by the calendar, summed up the tree.

use std::time::Duration;

use loa::conversation::{Rules, step};
use loa::domain::schedule::CronRule;
use loa::domain::tally::{Month, Span};
use loa::domain::time::VIETNAM;

use crate::town::{
    BINH, COMMUNE, COMMUNE_GROUP, DUNG, EDITOR, HAI, LAN, NGA, PAO, PROVINCE, Town, WARD_GROUP,
};
use crate::world::rules;
use crate::{on_both, on_every_channel};

const HOUR: Duration = Duration::from_secs(3600);

/// The house that asks on the 24th at eight.
async fn asking(database: crate::engines::Database) -> Town {
    let rule = CronRule::parse("0 8 24 * *", VIETNAM).expect("a rule");
    Town::with(database, step, Rules { ask_for_figures: Some(rule), ..rules() }).await
}

async fn sums(town: &Town, unit: &str) -> (String, String, Vec<String>) {
    let unit = town.store.find_units(unit).await.expect("units").remove(0).0;
    let month = Month::of(town.clock.now());
    let sheet = town.store.tally(unit, Span::Month(month)).await.expect("a sheet");
    let indicators = rules().indicators;
    (indicators.words(&sheet.own), indicators.words(&sheet.total()), sheet.missing)
}

on_both! {
    async fn units_are_asked_once_and_only_the_silent_are_reminded(database: Database) {
        let mut town = asking(database).await;
        town.until(24, 8, 1).await;
        // A unit with a group answers there, after a slip; one without a group is asked through its head.
        town.presses(NGA, WARD_GROUP, "Nhập số liệu").await;
        town.replies(NGA, WARD_GROUP, "ba hội nghị").await;
        town.replies(NGA, WARD_GROUP, "3 hội nghị, 245 lượt người").await;
        assert!(town.heard(COMMUNE_GROUP, "Xin số liệu tháng 11/2026"), "{}", town.story(COMMUNE_GROUP));
        town.kill();
        town.start().await;
        town.until(25, 18, 0).await;
        let asked = |story: String| story.matches("Xin số liệu").count();
        assert_eq!((asked(town.story(WARD_GROUP)), asked(town.story(COMMUNE_GROUP))), (1, 1), "once");
        assert!(!town.heard(COMMUNE_GROUP, "Nhắc lại"), "not yet");
        town.until(26, 9, 0).await;
        assert!(town.heard(COMMUNE_GROUP, "Nhắc lại") && !town.heard(WARD_GROUP, "Nhắc lại"));
        let (own, total, missing) = sums(&town, PROVINCE).await;
        assert_eq!((own.as_str(), total.as_str()), ("", "3 hội nghị, 245 lượt người"));
        assert!(missing.iter().any(|unit| unit == "Xã Nậm Pung") && !missing.iter().any(|unit| unit == "Phường Bình Minh"), "{missing:?}");
        town.says(HAI, "/solieu 12 buổi, 1.030 lượt").await;
        town.says(EDITOR, "/solieu 2 hội nghị").await;
        town.says(EDITOR, "/solieu").await;
        town.presses(EDITOR, EDITOR, "Cả quý").await;
        insta::assert_snapshot!("asked", town.stories(&[WARD_GROUP, COMMUNE_GROUP, HAI, EDITOR]));
        let (_, total, missing) = sums(&town, PROVINCE).await;
        assert_eq!(total, "17 hội nghị, 1.275 lượt người");
        assert!(!missing.iter().any(|unit| unit == "Xã Nậm Pung"), "{missing:?}");
        // Nothing more is said in this month, and the next one is asked anew.
        town.in_time(town.later(28 * 24 * HOUR)).await;
        assert_eq!((asked(town.story(WARD_GROUP)), asked(town.story(COMMUNE_GROUP))), (2, 2));
        town.ends_well().await;
    }

    async fn everybody_counts_only_for_their_own_unit(database: Database) {
        let town = Town::new(database).await;
        assert!(town.says(LAN, "/solieu 3 hội nghị").await.text.contains("người có quyền"), "a reporter does not");
        town.says(PAO, "/solieu 3 hội nghị").await;
        assert!(town.says(NGA, "/solieu").await.text.contains("chưa có"));
        assert!(!town.story(NGA).contains("bên dưới"), "staff see their own unit");
        assert!(town.says_in(LAN, WARD_GROUP, "/solieu 5 hội nghị").await.text.contains("người có quyền"));
        assert_eq!(sums(&town, COMMUNE).await.0, "3 hội nghị");
        // Who has another role by now cannot press what was offered before.
        town.says(HAI, "/solieu").await;
        let line = town.last(HAI);
        assert!(line.text.contains("3 hội nghị"), "{}", line.text);
        town.says(HAI, "/roi").await;
        town.presses(HAI, HAI, "Bỏ dòng cuối").await;
        assert_eq!(sums(&town, COMMUNE).await.0, "3 hội nghị");
        // Two correct the same line: the second is told.
        town.says(NGA, "/solieu 4 hội nghị").await;
        town.says(BINH, "/solieu").await;
        town.presses(BINH, BINH, "Sửa dòng cuối").await;
        town.says(NGA, "/solieu").await;
        town.presses(NGA, NGA, "Bỏ dòng cuối").await;
        let late = town.says(BINH, "5 hội nghị").await.text;
        assert!(late.contains("đã được sửa hoặc bỏ"), "{late}");
        assert!(town.says(DUNG, "/solieu quý 4").await.text.contains("quý 4/2026"));
        assert_eq!(town.store.check_audit().await.expect("a look").broken_at, None);
        town.ends_well().await;
    }
}

on_every_channel! {
    async fn a_line_is_entered_corrected_and_taken_out(mut hall: Hall) {
        hall.says("nga", "/solieu").await;
        hall.says("nga", "/solieu ba hội nghị").await;
        hall.says("nga", "/solieu 3 hội nghị, 254 lượt người").await;
        hall.chooses("nga", "Xem, sửa").await;
        hall.chooses("nga", "Sửa dòng cuối").await;
        hall.says("nga", "3 hội nghị, 245 lượt người").await;
        hall.says("nga", "/solieu tháng 10: 7 tin bài").await;
        hall.says("nga", "/solieu tháng 12/2026: 1 hội nghị").await;
        hall.says("nga", "/solieu quý 4").await;
        hall.says("nga", "/solieu tháng 10").await;
        hall.chooses("nga", "Bỏ dòng cuối").await;
        hall.says("nga", "/solieu tháng 10").await;
        insta::assert_snapshot!(hall.titled("counted"), hall.story("nga"));
        let unit = hall.store.find_units(crate::hall::WARD).await.expect("units").remove(0).0;
        let sheet = hall.store.tally(unit, Span::quarter_of(Month::of(hall.clock.now()))).await.expect("a sheet");
        assert_eq!(rules().indicators.words(&sheet.own), "3 hội nghị, 245 lượt người");
        hall.ends_well().await;
    }
}
