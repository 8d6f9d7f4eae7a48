//! What somebody begins and leaves is found again, copied, thrown away.

use std::time::Duration;

use loa::conversation::notice::Stage;
use loa::domain::ids::NoticeId;

use crate::on_both;
use crate::town::{APPROVER, EDITOR, LAN, Town, VAN, WARD_GROUP, photo};

const MONTHS: Duration = Duration::from_secs(40 * 24 * 3600);

async fn stage(town: &Town, id: i64) -> Stage {
    town.store.notice_show(NoticeId(id)).await.expect("the store").expect("a notice").state
}

on_both! {
    async fn what_is_left_half_written_is_found_again(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/soan Lịch họp tháng 12\n08:00 thứ Hai 07/12, hội trường tỉnh.").await;
        town.sandbox.send_photo(EDITOR, EDITOR, photo(1), "Sơ đồ chỗ ngồi");
        town.settled().await;
        town.presses(EDITOR, EDITOR, "Khẩn").await;
        // Something else is begun.
        town.says(EDITOR, "/soan Mời họp").await;
        assert!(town.heard(EDITOR, "Bản đang soạn “Lịch họp tháng 12” mình giữ lại rồi"), "{}", town.story(EDITOR));
        town.says(EDITOR, "/nhap").await;
        let list = town.last(EDITOR);
        assert!(list.text.contains("1. Mời họp") && list.text.contains("2. Lịch họp tháng 12"), "{}", list.text);
        town.presses(EDITOR, EDITOR, "Viết tiếp 2").await;
        assert!(town.last(EDITOR).text.contains("Tệp kèm: 1"), "{}", town.last(EDITOR).text);
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(Duration::from_secs(10))).await;
        assert!(town.heard(LAN, "🔴 KHẨN"), "{}", town.story(LAN));
        assert!(town.heard(LAN, "hội trường tỉnh.\n\nSơ đồ chỗ ngồi"), "{}", town.story(LAN));
        assert_eq!(town.sandbox.chat(WARD_GROUP).iter().map(|seen| seen.photos).sum::<usize>(), 1);
        town.until_sent(EDITOR).await;
        insta::assert_snapshot!("found_again", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn a_report_in_between_loses_no_draft_and_what_was_left_goes_after_a_month(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/soan Lịch họp\nPhòng 2").await;
        town.says(EDITOR, "/baonhanh Cây đổ chắn đường ở thôn 3").await;
        assert_eq!(stage(&town, 1).await, Stage::Draft);
        town.says(EDITOR, "/soan Mời họp\nPhòng 3").await;
        // Given up in so many words: nothing is kept.
        town.says(EDITOR, "/huy").await;
        town.says(EDITOR, "/soan Chào cờ\n07:00").await;
        town.clock.advance(MONTHS);
        town.store.sweep(MONTHS).await.expect("a sweep");
        town.says(EDITOR, "/nhap").await;
        let list = town.last(EDITOR).text;
        assert!(list.contains("1. Lịch họp") && !list.contains("Mời họp") && !list.contains("Chào cờ"), "{list}");
        assert!(town.says(LAN, "/nhap").await.text.contains("cần người có quyền"));
        town.ends_well().await;
    }

    async fn what_was_returned_keeps_its_reason_until_it_is_changed(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/soan Lịch họp\nPhòng 2").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.presses(APPROVER, APPROVER, "Trả lại").await;
        town.says(APPROVER, "Ghi rõ ngày.").await;
        town.says(EDITOR, "/nhap").await;
        assert!(town.last(EDITOR).text.contains("bị trả lại") && town.last(EDITOR).text.contains("Ghi rõ ngày."), "{}", town.last(EDITOR).text);
        town.presses(EDITOR, EDITOR, "Viết tiếp 1").await;
        town.says(EDITOR, "/nhap").await;
        assert!(town.last(EDITOR).text.contains("Ghi rõ ngày."), "looked at, not changed: {}", town.last(EDITOR).text);
        // Thrown away only after it was asked for once more.
        town.presses(EDITOR, EDITOR, "Xóa 1").await;
        town.presses(EDITOR, EDITOR, "giữ lại").await;
        assert_eq!(stage(&town, 1).await, Stage::Returned);
        town.says(EDITOR, "/nhap").await;
        town.presses(EDITOR, EDITOR, "Xóa 1").await;
        town.presses(EDITOR, EDITOR, "🗑 Xóa").await;
        assert_eq!(stage(&town, 1).await, Stage::Cancelled);
        assert!(town.says(EDITOR, "/nhap").await.text.contains("không có bản nháp"));
        town.ends_well().await;
    }

    async fn what_was_sent_is_copied_into_a_new_draft(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/soan Chào cờ\n07:00 sáng thứ Hai.").await;
        town.presses(EDITOR, EDITOR, "Chỉ các nhóm").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(Duration::from_secs(10))).await;
        town.says(EDITOR, "/nhap").await;
        assert!(town.last(EDITOR).text.contains("Đã gửi gần đây"), "{}", town.last(EDITOR).text);
        town.presses(EDITOR, EDITOR, "Chép 1").await;
        assert!(town.last(EDITOR).text.contains("Tới: các nhóm"), "{}", town.last(EDITOR).text);
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        let copy = town.store.notice_show(NoticeId(2)).await.expect("the store").expect("a notice");
        assert_eq!((copy.text.as_str(), copy.audience.as_str(), copy.state), ("07:00 sáng thứ Hai.", "groups", Stage::Draft));
        // Somebody else who writes there may copy it too, from its results.
        town.presses(APPROVER, APPROVER, "Kết quả").await;
        assert!(!town.last(APPROVER).labels().contains(&"📄 Chép"), "who does not write is not offered it");
        assert!(town.says(VAN, "/nhap").await.text.contains("không có bản nháp"));
        // The administrator copies and throws away as well.
        let third = town.store.notice_copy(NoticeId(1)).await.expect("the store").expect("a copy");
        town.store.notice_discard(third).await.expect("the store").expect("thrown away");
        assert!(town.store.notice_discard(NoticeId(1)).await.expect("the store").is_err(), "it has gone out");
        town.ends_well().await;
    }
}
