//! Writing and approving in chat.

use std::time::Duration;

use super::super::FetchedFile;
use super::cast::*;
use crate::conversation::incoming::{FileRef, Message};
use crate::conversation::{ChatKind, What};
use crate::domain::ChannelKind;
use crate::domain::ids::NoticeId;

const WORDS: &str = "Lịch họp\n08:00 thứ Hai tại hội trường.";

#[tokio::test]
async fn a_notice_is_written_approved_and_sent() {
    let town = Town::new().await;
    let asked = town.stage.says(EDITH, "/thongbao").await;
    assert!(text_in(&asked, EDITH).contains("tiêu đề"));
    let card = town.stage.says(EDITH, WORDS).await;
    assert!(text_in(&card, EDITH).contains("3 nhóm và 5 người"), "{}", text_in(&card, EDITH));
    let card = town.presses(EDITH, &card, "Khẩn: không").await;
    let preview = town.presses(EDITH, &card, "Xem trước").await;
    let text = text_in(&preview, EDITH);
    assert!(text.starts_with("🔴 KHẨN\nLịch họp\n\n08:00 thứ Hai"), "{text}");
    assert!(text.contains("Không tới được 1"), "{text}");
    let submitted = town.presses(EDITH, &preview, "Gửi duyệt").await;
    assert!(text_in(&submitted, EDITH).contains("tới Duy"));
    assert!(text_in(&submitted, APPROVER).contains("Diệp nhờ bạn duyệt"));
    assert!(text_in(&submitted, APPROVER).starts_with("🔴 KHẨN\nLịch họp"));
    let approved = town.presses(APPROVER, &submitted, "Duyệt và gửi").await;
    assert!(text_in(&approved, EDITH).contains("Duy đã duyệt “Lịch họp”"));
    assert!(text_in(&approved, APPROVER).contains("✅ Duy đã duyệt."));
    let late = town.presses(APPROVER, &submitted, "Duyệt và gửi").await;
    assert_eq!(toast(&late), "✅ Duy đã duyệt.");
    town.ticks().await;
    let shown = town.stage.sent().await;
    assert!(text_in(&shown, EDITH).contains("Đang gửi – Lịch họp"), "{shown:#?}");
    assert_eq!(town.feeds(100).await, 8);
    let out = town.goes_out().await;
    assert_eq!(chats(&out).len(), 8);
    town.ticks().await;
    let done = town.stage.sent().await;
    assert!(text_in(&done, EDITH).contains("Đã gửi xong – Lịch họp\n▓▓▓▓▓▓▓▓▓▓ 100%\n📬 Đã tới 8 trên 8"));
    assert_eq!(text_in(&done, EDITH), text_in(&done, APPROVER));
    assert_eq!(town.int("SELECT COUNT(*) FROM editions").await, 1);
    assert_eq!(town.stage.store.check_audit().await.expect("the store").broken_at, None);
}

#[tokio::test]
async fn nobody_approves_their_own_and_nobody_writes_beyond_their_unit() {
    let town = Town::new().await;
    town.sql("INSERT INTO roles (person_id, unit_id, role, since) VALUES (1, 1, 'approver', 0)").await;
    let preview = town.composes(EDITH, WORDS).await;
    let submitted = town.presses(EDITH, &preview, "Gửi duyệt").await;
    assert!(text_in(&town.stage.says(EDITH, "/duyet").await, EDITH).contains("Không có thông báo nào"));
    let list = town.stage.says(APPROVER, "/duyet").await;
    let look = town.presses(APPROVER, &list, "Lịch họp").await;
    assert!(text_in(&look, APPROVER).contains("Diệp nhờ bạn duyệt"));
    drop(submitted);
    // The ward's editor addresses the ward alone.
    town.stage.says(WARD_EDITOR, "/thongbao").await;
    let card = town.stage.says(WARD_EDITOR, WORDS).await;
    assert!(text_in(&card, WARD_EDITOR).contains("1 nhóm và 2 người"));
    let ask = town.presses(WARD_EDITOR, &card, "Chọn khác").await;
    assert!(text_in(&ask, WARD_EDITOR).contains("Ai sẽ nhận"));
    for beyond in ["all", "đơn vị: Xã Na Loa", "người: Nga", "nhóm: Nhóm Tỉnh", "role:staff"] {
        let refused = town.stage.says(WARD_EDITOR, beyond).await;
        assert!(text_in(&refused, WARD_EDITOR).contains("cấp dưới"), "{beyond}: {refused:?}");
    }
    let card = town.stage.says(WARD_EDITOR, "người: Lan").await;
    assert!(text_in(&card, WARD_EDITOR).contains("0 nhóm và 1 người"));
    // Staff does not write at all.
    assert!(text_in(&town.stage.says(LAN, "/thongbao").await, LAN).contains("người có quyền"));
}

#[tokio::test]
async fn a_notice_comes_back_with_a_reason_and_is_put_right() {
    let town = Town::new().await;
    let preview = town.composes(EDITH, WORDS).await;
    let submitted = town.presses(EDITH, &preview, "Gửi duyệt").await;
    town.presses(APPROVER, &submitted, "Trả lại").await;
    let returned = town.stage.says(APPROVER, "Sai giờ rồi").await;
    assert!(text_in(&returned, EDITH).contains("Duy trả lại “Lịch họp”: Sai giờ rồi"));
    assert!(toast(&town.presses(APPROVER, &submitted, "Duyệt và gửi").await).contains("đã trả lại"));
    let card = town.presses(EDITH, &returned, "Sửa").await;
    town.presses(EDITH, &card, "Sửa nội dung").await;
    let card = town.stage.says(EDITH, "Lịch họp\n09:00 thứ Ba.").await;
    let preview = town.presses(EDITH, &card, "Xem trước").await;
    let submitted = town.presses(EDITH, &preview, "Gửi duyệt").await;
    assert!(text_in(&submitted, APPROVER).contains("09:00 thứ Ba."));
    town.presses(APPROVER, &submitted, "Duyệt và gửi").await;
    assert_eq!(town.int("SELECT COUNT(*) FROM notices").await, 1);
    assert_eq!(town.int("SELECT COUNT(*) FROM editions").await, 1);
}

#[tokio::test]
async fn where_nobody_can_approve_it_is_said_and_the_draft_stays() {
    let town = Town::new().await;
    town.sql("DELETE FROM roles WHERE role = 'approver'").await;
    let preview = town.composes(EDITH, WORDS).await;
    let said = town.presses(EDITH, &preview, "Gửi duyệt").await;
    assert!(text_in(&said, EDITH).contains("Chưa có ai duyệt được"));
    assert_eq!(town.int("SELECT COUNT(*) FROM notices WHERE state = 'draft'").await, 1);
}

#[tokio::test]
async fn the_preview_waits_for_the_photos() {
    let town = Town::new().await;
    town.stage.says(EDITH, "/thongbao").await;
    let photo = |id: &str| FileRef { id: id.into(), name: None, mime: None, size: Some(9) };
    let photos = vec![photo("f1"), photo("f2")];
    let message =
        Message { id: "5".into(), text: WORDS.into(), addressed: true, photos, ..Message::default() };
    let card = town.stage.incoming(EDITH, ChatKind::Private, EDITH, What::Message(message)).await;
    assert!(text_in(&card, EDITH).contains("Tệp kèm: 2"));
    let nothing = town.presses(EDITH, &card, "Xem trước").await;
    assert_eq!(text_in(&nothing, EDITH), "");
    let wanted = town.stage.store.claim_notice_files(ChannelKind::Telegram, 10).await.expect("files");
    assert_eq!(wanted.len(), 2);
    for (number, file) in wanted.into_iter().enumerate() {
        let bytes = FetchedFile::Bytes(vec![u8::try_from(number).expect("few")]);
        town.stage.store.settle_notice_file(file, bytes).await.expect("kept");
    }
    town.ticks().await;
    let preview = town.stage.sent().await;
    assert_eq!(preview[0].content.files.len(), 2);
    assert!(text_in(&preview, EDITH).contains("hiện như trên"));
}

#[tokio::test]
async fn a_notice_is_held_and_cancelled_from_its_count() {
    let town = Town::new().await;
    let preview = town.composes(EDITH, WORDS).await;
    let submitted = town.presses(EDITH, &preview, "Gửi duyệt").await;
    town.presses(APPROVER, &submitted, "Duyệt và gửi").await;
    town.ticks().await;
    let count = town.stage.sent().await;
    assert!(toast(&town.presses(EDITH, &count, "Tạm dừng").await).contains("Đã tạm dừng"));
    town.ticks().await;
    let held = town.stage.sent().await;
    assert!(text_in(&held, EDITH).contains("Tạm dừng – Lịch họp"));
    assert_eq!(town.feeds(100).await, 0);
    town.presses(EDITH, &held, "Tiếp tục").await;
    town.ticks().await;
    let count = town.stage.sent().await;
    let sure = town.presses(EDITH, &count, "Hủy gửi").await;
    town.presses(EDITH, &sure, "Hủy gửi").await;
    assert_eq!(town.feeds(100).await, 0);
    town.ticks().await;
    assert!(text_in(&town.stage.sent().await, APPROVER).contains("Đã hủy – Lịch họp"));
}

#[tokio::test]
async fn who_has_not_confirmed_is_listed_by_unit() {
    let town = Town::new().await;
    let preview = town.composes(EDITH, WORDS).await;
    let submitted = town.presses(EDITH, &preview, "Gửi duyệt").await;
    town.presses(APPROVER, &submitted, "Duyệt và gửi").await;
    town.ticks().await;
    town.stage.sent().await;
    town.feeds(100).await;
    let out = town.goes_out().await;
    let of_lan = out.iter().find(|message| message.chat == LAN).expect("Lan's");
    town.stage.presses(LAN, &of_lan.button("Đã nhận")).await;
    town.stage.advance(Duration::from_secs(60));
    town.ticks().await;
    let count = town.stage.sent().await;
    assert!(text_in(&count, EDITH).contains("Đã xác nhận 1"), "{count:#?}");
    let list = town.presses(EDITH, &count, "Ai chưa xác nhận").await;
    let text = text_in(&list, EDITH);
    assert!(text.contains("7 nơi") && text.contains("Xã Na Loa (2)") && !text.contains("Lan,"), "{text}");
    let units = town.stage.store.notice_unconfirmed(NoticeId(1)).await.expect("a list");
    assert_eq!(units.iter().map(|unit| unit.count).sum::<i64>(), 7);
    let reach = town.stage.store.notice_preview(NoticeId(1)).await.expect("the store").expect("a reach");
    assert_eq!((reach.groups, reach.people, reach.unreachable), (3, 5, 1));
}

#[tokio::test]
async fn secrets_are_not_taken() {
    let town = Town::new().await;
    town.stage.says(EDITH, "/thongbao").await;
    let refused = town.stage.says(EDITH, "TUYỆT MẬT\nNội dung").await;
    assert!(text_in(&refused, EDITH).contains("dấu mật"));
    assert_eq!(town.int("SELECT COUNT(*) FROM notices").await, 0);
}

#[test]
fn every_sentence_is_there_in_both_languages() {
    let keys = |ftl: &'static str| -> std::collections::BTreeSet<&'static str> {
        ftl.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
    };
    let vi = keys(include_str!("../../../../locales/vi/notice.ftl"));
    let en = keys(include_str!("../../../../locales/en/notice.ftl"));
    assert_eq!(vi, en);
    let sources = [
        include_str!("../../../conversation/notice/mod.rs"),
        include_str!("../../../conversation/notice/approve.rs"),
        include_str!("../../../conversation/notice/compose.rs"),
        include_str!("../../../conversation/notice/confirm.rs"),
        include_str!("../../../conversation/notice/running.rs"),
        include_str!("../act.rs"),
        include_str!("../edition.rs"),
        include_str!("../remind.rs"),
        include_str!("../schedule.rs"),
        include_str!("../../../conversation/notice/schedule.rs"),
    ];
    for piece in sources.iter().flat_map(|source| source.split('"')) {
        if piece.starts_with("notice-") && !piece.contains(char::is_whitespace) {
            assert!(vi.contains(piece), "{piece} is said, and has no words");
        }
    }
}
