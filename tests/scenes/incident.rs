//! Cases on both engines: every statement of reporting, moving, listing, counting and fetching is run.

use loa::conversation::incident::Period;
use loa::conversation::incoming::{FileRef, Spot};
use loa::conversation::{Rules, What};
use loa::domain::Role;
use loa::domain::content::Content;
use loa::store::incident::Fetched;

use crate::engines::Database;
use crate::office::{CHANNEL, Office, row};
use crate::on_both;

const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";
const CODE: &str = "ML-2026-0001";
const REPORTER: &str = "1";
const OFFICER: &str = "2";
const STAFF: &str = "3";
const DUTY: &str = "-5";
const GROUP: &str = "-6";

async fn town(database: Database) -> Office {
    let list = vec![
        row(2, WARD, "Chị Lan", Some(Role::Reporter), REPORTER),
        row(3, "Tỉnh Mường Lam", "Anh Tuấn", Some(Role::Duty), OFFICER),
        row(4, WARD, "Chị Nga", Some(Role::Staff), STAFF),
        row(5, "Tỉnh Mường Lam", "Nhóm trực", Some(Role::Duty), DUTY),
        row(6, WARD, "Nhóm phường", None, GROUP),
    ];
    Office::new(database, list).await
}

fn says_it(shown: &[Content], words: &str) -> bool {
    shown.iter().any(|content| content.text.text.contains(words))
}

on_both! {
    async fn a_report_goes_all_the_way_with_photo_place_and_deadline(database: Database) {
        let town = town(database).await;
        let mut message = town.message("Sạt lở ở phường Bình Minh");
        message.photos = vec![FileRef { id: "p".into(), name: None, mime: None, size: None }];
        message.place = Some(Spot { latitude: 21.38, longitude: 103.02, name: None });
        let summary = town.happens(REPORTER, REPORTER, What::Message(message)).await;
        let sent = town.presses(REPORTER, REPORTER, &summary, "Gửi").await;
        assert!(says_it(&sent, CODE) && says_it(&sent, "Nhóm trực"), "{sent:?}");

        assert!(town.store.media_is_due(CHANNEL).await.expect("an answer"));
        let wanted = town.store.claim_media(CHANNEL, 4).await.expect("a claim");
        let picture = Fetched::Good { mime: "image/jpeg", bytes: vec![1; 9] };
        town.store.settle_media(wanted[0].id, picture).await.expect("settled");
        assert_eq!(town.store.next_media(CHANNEL).await.expect("a time"), None);
        let card = town.outbox().await;
        assert!(card.iter().any(|content| content.files.len() == 1));

        let groups = town.presses(DUTY, OFFICER, &card, "Chuyển").await;
        let unit = town.presses(DUTY, OFFICER, &groups, "Bình Minh").await;
        let unit: Vec<Content> = unit.into_iter().filter(|content| !content.buttons.is_empty()).collect();
        let accepted = town.presses(GROUP, STAFF, &unit, "Tiếp nhận").await;
        assert!(says_it(&accepted, "đã tiếp nhận"));
        town.presses(GROUP, STAFF, &accepted, "Đã xử lý").await;
        let reported = town.says(GROUP, STAFF, "Đã thông đường").await;
        assert!(says_it(&reported, "báo kết quả: “Đã thông đường”"));

        let due = town.store.see_to_deadlines(&Rules::default()).await.expect("a look").expect("a deadline");
        town.clock.set(due);
        assert!(town.store.see_to_deadlines(&Rules::default()).await.expect("a look").is_some());
        assert!(says_it(&town.outbox().await, "tới hạn"));

        let prompt = town.presses(DUTY, OFFICER, &card, "Giải quyết xong").await;
        let settled = town.presses(DUTY, OFFICER, &prompt, "Dùng kết quả").await;
        let agreed = town.presses(REPORTER, REPORTER, &settled, "Đã xong").await;
        assert!(says_it(&agreed, "đã giải quyết dứt điểm"));
        // Who agrees is asked no more.
        assert_eq!(town.store.see_to_deadlines(&Rules::default()).await.expect("a look"), None);

        let shown = town.store.show_incident(CODE).await.expect("a case").expect("there is one");
        assert_eq!((shown.steps.len(), shown.photos.len(), shown.latitude), (6, 1, Some(21.38)));
        let unit = town.store.units_called("phường bình minh").await.expect("units")[0].0;
        assert!(town.store.list_incidents(true, None).await.expect("a list").is_empty());
        assert_eq!(town.store.list_incidents(false, Some(unit)).await.expect("a list").len(), 1);
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
        let (_, digest) = town.store.digest(Period::Day, day).await.expect("a digest");
        assert_eq!((digest.total, digest.settled_in_time, digest.open), (1, 1, 0));
    }

    async fn lists_merging_answers_and_reopening(database: Database) {
        let town = town(database).await;
        for words in ["Sạt lở ở phường Bình Minh", "Sạt lở đất ở phường Bình Minh"] {
            let summary = town.says(REPORTER, REPORTER, words).await;
            town.presses(REPORTER, REPORTER, &summary, "Gửi").await;
        }
        assert!(says_it(&town.says(REPORTER, REPORTER, "/vuviec").await, "(2)"));
        assert!(says_it(&town.says(OFFICER, OFFICER, "/vuviec").await, "(2)"));
        assert!(says_it(&town.says(GROUP, STAFF, "/vuviec").await, "(0)"));
        let card = town.says(DUTY, OFFICER, "/vuviec ML-2026-0002").await;
        let others = town.presses(DUTY, OFFICER, &card, "Gộp").await;
        assert!(says_it(&town.presses(DUTY, OFFICER, &others, CODE).await, "đã gộp vào"));
        let card = town.says(DUTY, OFFICER, "/vuviec 1").await;
        town.presses(DUTY, OFFICER, &card, "Hỏi thêm").await;
        let asked = town.says(DUTY, OFFICER, "Có ai bị thương không?").await;
        town.presses(REPORTER, REPORTER, &asked, "Trả lời").await;
        assert!(says_it(&town.says(REPORTER, REPORTER, "Không ai cả").await, "“Không ai cả”"));
        town.presses(DUTY, OFFICER, &card, "Giải quyết xong").await;
        let settled = town.says(DUTY, OFFICER, "Đã dọn xong").await;
        assert!(says_it(&town.presses(REPORTER, REPORTER, &settled, "Chưa xong").await, "mở lại"));
        assert!(town.store.see_to_deadlines(&Rules::default()).await.expect("a look").is_some());
        assert!(says_it(&town.says(OFFICER, OFFICER, "/tonghop quý").await, "Vụ việc mới: 1"));
    }
}
