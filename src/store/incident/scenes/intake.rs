//! A report from the first word to the case code.

use std::time::Duration;

use super::cast::*;

const CODE: &str = "ML-2026-0001";

#[tokio::test]
async fn a_report_takes_one_message_and_one_tap() {
    let town = Town::new().await;
    let summary = town.says(LAN, "Sạt lở chắn đường ở phường Sông Hiến").await;
    let text = text_in(&summary, LAN);
    assert!(text.contains("Phường Sông Hiến") && text.contains("Sạt lở chắn đường"), "{text}");
    let sent = town.presses(LAN, &summary, "Gửi").await;
    let said = text_in(&sent, LAN);
    assert!(said.contains(CODE) && said.contains("Nhóm trực") && said.contains("Phường Sông Hiến"), "{said}");
    let card = text_in(&sent, DUTY);
    assert!(card.contains(CODE) && card.contains("Sạt lở chắn đường") && card.contains("Lan"), "{card}");
}

#[tokio::test]
async fn a_place_that_no_unit_is_called_by_is_kept_as_it_was_said() {
    let town = Town::new().await;
    let asked = town.says(LAN, "Đường sụt lún nặng, xe không qua được").await;
    assert!(labels(&asked, LAN).iter().any(|label| label.contains("Phường Sông Hiến")), "{asked:?}");
    let summary = town.says(LAN, "Ngã ba chợ Xanh").await;
    let text = text_in(&summary, LAN);
    assert!(text.contains("Ngã ba chợ Xanh") && text.contains("Phường Sông Hiến"), "{text}");
}

#[tokio::test]
async fn not_known_is_an_answer() {
    let town = Town::new().await;
    let asked = town.says(LAN, "Có khói bốc lên phía rừng").await;
    assert!(text_in(&asked, LAN).contains("loại việc gì"));
    let asked = town.presses(LAN, &asked, "Không rõ").await;
    assert!(text_in(&asked, LAN).contains("ở đâu"));
    let summary = town.presses(LAN, &asked, "Không rõ").await;
    let sent = town.presses(LAN, &summary, "Gửi").await;
    assert!(text_in(&sent, LAN).contains(CODE));
    assert!(text_in(&sent, DUTY).contains("chưa rõ"));
}

#[tokio::test]
async fn photos_come_before_during_and_after() {
    let town = Town::new().await;
    let asked = town.photos(LAN, "", &["p1", "p2"]).await;
    assert!(text_in(&asked, LAN).contains("2 ảnh"));
    let summary = town.says(LAN, "Sạt lở ở phường Sông Hiến").await;
    assert!(text_in(&summary, LAN).contains("Ảnh: 2"));
    let summary = town.photos(LAN, "", &["p3"]).await;
    assert!(text_in(&summary, LAN).contains("Ảnh: 3"));
    let summary = town.place(LAN, 22.66, 106.25).await;
    town.presses(LAN, &summary, "Gửi").await;
    town.stage.advance(Duration::from_secs(300));
    let added = town.photos(LAN, "", &["p4"]).await;
    assert!(text_in(&added, LAN).contains("Đã thêm 1 ảnh vào ML-2026-0001"), "{added:?}");
    assert!(text_in(&added, DUTY).contains(CODE));
    assert!(labels(&added, DUTY).iter().any(|label| label.contains("Bản đồ")));
    assert_eq!(town.count("SELECT COUNT(*) FROM media").await, 4);
    town.stage.advance(Duration::from_secs(600));
    let later = town.photos(LAN, "", &["p5"]).await;
    assert!(text_in(&later, LAN).contains("chuyện gì"), "{later:?}");
}

#[tokio::test]
async fn a_report_handled_twice_is_one_case() {
    let town = Town::new().await;
    let message = town.message("Sạt lở ở phường Sông Hiến");
    let summary = town.sends(LAN, message.clone()).await;
    town.presses(LAN, &summary, "Gửi").await;
    let again = town.presses(LAN, &summary, "Gửi").await;
    assert!(toast(&again).contains("đã gửi hoặc đã hủy"));
    let again = town.sends(LAN, message).await;
    assert!(text_in(&again, LAN).contains(CODE));
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents").await, 1);
}

#[tokio::test]
async fn greetings_are_answered_and_are_no_reports() {
    let town = Town::new().await;
    for words in ["xin chào", "ok", "Cảm ơn bạn nhiều nhé!", "👍", "?", "abc"] {
        let said = town.says(LAN, words).await;
        assert!(text_in(&said, LAN).contains("Chào Lan"), "{words}: {said:?}");
        assert!(labels(&said, LAN).is_empty(), "{words}");
    }
    assert_eq!(town.count("SELECT COUNT(*) FROM dialogues").await, 0);
}

#[tokio::test]
async fn a_summary_is_corrected_before_it_is_sent() {
    let town = Town::new().await;
    let summary = town.says(LAN, "Sạt lở ở phường Sông Hiến").await;
    let menu = town.presses(LAN, &summary, "Sửa").await;
    let asked = town.presses(LAN, &menu, "Nội dung").await;
    assert!(text_in(&asked, LAN).contains("gửi lại nội dung"));
    let summary = town.says(LAN, "Nước ngập nửa mét, ba hộ phải dời").await;
    let menu = town.presses(LAN, &summary, "Sửa").await;
    let asked = town.presses(LAN, &menu, "Nơi xảy ra").await;
    assert!(!labels(&asked, LAN).is_empty());
    let summary = town.says(LAN, "na loa").await;
    let text = text_in(&summary, LAN);
    assert!(text.contains("Xã Na Loa") && text.contains("ba hộ") && !text.contains("Sạt lở"), "{text}");
    let gone = town.presses(LAN, &summary, "Hủy").await;
    assert!(text_in(&gone, LAN).contains("Đã hủy"));
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents").await, 0);
}

#[tokio::test]
async fn nobody_presses_the_buttons_of_somebody_elses_report() {
    let town = Town::new().await;
    let summary = town.says_in(WARD_GROUP, MINH, "Sạt lở ở phường Sông Hiến, đường tắc").await;
    let pressed = town.presses_in(WARD_GROUP, NGA, &summary, "Gửi").await;
    assert!(toast(&pressed).contains("đã gửi hoặc đã hủy"));
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents").await, 0);
    town.presses_in(WARD_GROUP, MINH, &summary, "Gửi").await;
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents").await, 1);
}

#[tokio::test]
async fn a_correction_of_the_message_is_added_to_its_case() {
    let town = Town::new().await;
    let mut message = town.message("Sạt lở ở phường Sông Hiến");
    let summary = town.sends(LAN, message.clone()).await;
    town.presses(LAN, &summary, "Gửi").await;
    message.text = "Sạt lở ở phường Sông Hiến, hai nhà bị vùi".into();
    message.edited = true;
    let shown = town.sends(LAN, message).await;
    assert!(text_in(&shown, LAN).contains("phần bạn vừa sửa"));
    assert!(text_in(&shown, DUTY).contains("hai nhà bị vùi"));
}

#[tokio::test]
async fn numbers_go_on_and_begin_anew_every_year() {
    let town = Town::new().await;
    town.report("Sạt lở ở phường Sông Hiến").await;
    let second = town.report("Ngập nước ở xã Na Loa").await;
    assert!(text_in(&second, LAN).contains("ML-2026-0002"));
    town.stage.advance(Duration::from_secs(60 * 24 * 3600));
    let next = town.report("Cháy rừng ở xã Na Loa").await;
    assert!(text_in(&next, LAN).contains("ML-2027-0001"), "{next:?}");
}

#[tokio::test]
async fn the_category_is_found_in_the_words_or_asked_for() {
    let town = Town::new().await;
    let summary = town.says(LAN, "sat lo chan duong, phuong song hien").await;
    assert!(text_in(&summary, LAN).contains("Loại: Thiên tai, sạt lở"), "{summary:?}");
    town.presses(LAN, &summary, "Hủy").await;
    let asked = town.says(LAN, "Có việc lạ ở phường Sông Hiến").await;
    let summary = town.presses(LAN, &asked, "Phá rừng").await;
    assert!(text_in(&summary, LAN).contains("Loại: Phá rừng"));
    let sent = town.presses(LAN, &summary, "Gửi").await;
    assert!(text_in(&sent, DUTY).contains("Phá rừng"));
}

#[tokio::test]
async fn a_text_marked_secret_is_kept_nowhere() {
    let town = Town::new().await;
    let said = town.says(LAN, "TỐI MẬT\nKế hoạch diễn tập ở phường Sông Hiến").await;
    assert!(text_in(&said, LAN).contains("không nhận và không lưu"));
    let asked = town.says(LAN, "Có việc lạ ở phường Sông Hiến").await;
    assert!(!labels(&asked, LAN).is_empty());
    town.says(LAN, "(MẬT) danh sách kèm theo").await;
    let secret =
        "SELECT COUNT(*) FROM dialogues WHERE state LIKE '%danh sách kèm%' OR state LIKE '%diễn tập%'";
    assert_eq!(town.count(secret).await, 0);
    assert_eq!(town.count("SELECT COUNT(*) FROM payloads WHERE body LIKE '%diễn tập%'").await, 0);
}

#[tokio::test]
async fn the_inbox_forgets_what_was_marked_secret() {
    use crate::conversation::incoming::{ExternalChat, Sender};
    use crate::conversation::{ChatKind, Incoming, What, step};
    use crate::domain::ChannelKind::Telegram;
    use crate::store::inbox::NewUpdate;
    let town = Town::new().await;
    let store = &town.stage.store;
    let update = NewUpdate::numbered(1, LAN, "MAT");
    store.receive(Telegram, vec![update]).await.expect("stored");
    let waiting = store.waiting_updates(Telegram, 9).await.expect("an inbox");
    let incoming = Incoming {
        channel: Telegram,
        chat: ExternalChat { id: LAN.into(), kind: ChatKind::Private, title: "Lan".into() },
        from: Some(Sender { id: LAN.into(), name: "Lan".into() }),
        at: town.stage.clock.now(),
        what: What::Message(town.message("TỐI MẬT\nKế hoạch")),
    };
    let ids = waiting.iter().map(|update| update.id).collect();
    store.handle(ids, Some(incoming), town.stage.rules.clone(), step).await.expect("handled");
    assert_eq!(town.count("SELECT COUNT(*) FROM inbox WHERE state = 'done' AND length(body) = 0").await, 1);
}

#[tokio::test]
async fn a_denunciation_is_told_its_way_and_kept_for_duty_officers() {
    let town = Town::new().await;
    let asked = town.says(LAN, "Dân gửi đơn tố cáo cán bộ ở phường Sông Hiến").await;
    let summary = town.presses(LAN, &asked, "Không rõ").await;
    assert!(text_in(&summary, LAN).contains("tiếp công dân"), "{summary:?}");
    let sent = town.presses(LAN, &summary, "Gửi").await;
    assert!(text_in(&sent, DUTY).contains("chỉ trực ban xem"));
    assert!(!labels(&sent, DUTY).iter().any(|label| label.contains("Chuyển")));
    let head = town.says(SON, "/vuviec ML-2026-0001").await;
    assert!(text_in(&head, SON).contains("không tìm thấy"));
    assert!(text_in(&town.says(SON, "/vuviec").await, SON).contains("(0)"));
    assert!(text_in(&town.says(TUAN, "/vuviec").await, TUAN).contains("(1)"));
    let digest = town.says(SON, "/tonghop").await;
    assert!(text_in(&digest, SON).contains("Vụ việc mới: 0"));
}

#[tokio::test]
async fn numbers_of_persons_are_pointed_out_and_masked_for_the_unit() {
    let town = Town::new().await;
    let summary = town.says(LAN, "Sạt lở ở phường Sông Hiến, gọi 0912345678").await;
    assert!(text_in(&summary, LAN).contains("số điện thoại"));
    let card = town.presses(LAN, &summary, "Gửi").await;
    let groups = town.presses_in(DUTY, TUAN, &card, "Chuyển").await;
    let forwarded = town.presses_in(DUTY, TUAN, &groups, "Sông Hiến").await;
    let unit = text_in(&forwarded, WARD_GROUP);
    assert!(unit.contains("Sạt lở") && !unit.contains("0912345678"), "{unit}");
    assert!(text_in(&forwarded, DUTY).contains("0912345678"));
}

#[tokio::test]
async fn the_deadline_counts_working_time_unless_it_is_urgent() {
    let town = Town::new().await;
    // Monday 08:00; a rumour has eight working hours: 3,5 and 3,5, and one on the next morning.
    let sent = town.report("Tin đồn thất thiệt ở phường Sông Hiến").await;
    assert!(text_in(&sent, LAN).contains("08:30 thứ Ba 24/11/2026"), "{sent:?}");
    // A landslide has four hours, lunch or not.
    let sent = town.report("Sạt lở ở phường Sông Hiến").await;
    assert!(text_in(&sent, LAN).contains("12:00 thứ Hai 23/11/2026"), "{sent:?}");
}
