//! Many reports at once.

use std::time::Duration;

use super::cast::*;
use crate::conversation::incoming::Message;

const WORDS: &str = "Ngập đường ở phường Sông Hiến";

/// So many different people report something, a second after the other.
async fn storm(town: &Town, people: i64) {
    for number in 0..people {
        // The stage wants what lives as long as the test.
        let chat: &'static str = format!("9{number:04}").leak();
        let person = vec![(100 + number, Some(chat), "Người dân", 2, "reporter")].leak();
        town.stage.found(&[], person, &[]).await;
        town.stage.clock.advance(Duration::from_secs(1));
        let summary = town.says(chat, WORDS).await;
        town.presses(chat, &summary, "✅ Gửi").await;
    }
}

#[tokio::test]
async fn in_a_storm_the_group_is_shown_ten_cards_and_a_count() {
    let town = Town::new().await;
    storm(&town, 40).await;
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents WHERE state = 'new'").await, 40);
    assert_eq!(town.count("SELECT COUNT(*) FROM incident_cards WHERE kind = 'duty'").await, 10);
    assert_eq!(town.count("SELECT COUNT(*) FROM incident_deadlines WHERE kind = 'due'").await, 40);
    let summary = town.says(NGA, "Ngập nhà ở xã Na Loa").await;
    let last = town.presses(NGA, &summary, "✅ Gửi").await;
    let said = text_in(&last, DUTY);
    assert!(said.contains("🌊 31 việc mới từ 08:00") && said.contains("• Thiên tai, sạt lở: 31"), "{said}");

    // Pictures of what is only counted are not shown either.
    let mut message: Message = town.message("");
    message.photos = vec![file("p1")];
    town.sends(NGA, message).await;
    let wanted = town.stage.store.claim_media(crate::domain::ChannelKind::Telegram, 8).await.expect("claims");
    town.stage.store.settle_media(wanted[0].id, picture(1)).await.expect("settled");
    assert_eq!(text_in(&town.stage.sent().await, DUTY), "");

    let list = town.presses_in(DUTY, TUAN, &last, "Xem từng việc").await;
    assert!(text_in(&list, DUTY).contains("Việc đang mở (41)"), "{list:#?}");
    let card = town.says_in(DUTY, TUAN, "/vuviec ML-2026-0041").await;
    let taken = town.presses_in(DUTY, TUAN, &card, "Nhận xử lý").await;
    assert!(text_in(&taken, NGA).contains("Tuấn (trực ban)"), "{taken:#?}");
}

#[tokio::test]
async fn after_the_storm_there_are_cards_again_and_who_acts_sees_one() {
    let town = Town::new().await;
    storm(&town, 12).await;
    // An officer acts upon what was only counted, in private.
    let card = town.says(TUAN, "/vuviec ML-2026-0012").await;
    let taken = town.presses(TUAN, &card, "Nhận xử lý").await;
    assert!(text_in(&taken, DUTY).contains("ML-2026-0012"), "{taken:#?}");
    town.stage.clock.advance(Duration::from_secs(61));
    let later = town.report("Cầu hỏng ở phường Sông Hiến").await;
    assert!(text_in(&later, DUTY).contains("ML-2026-0013"), "{later:#?}");
}

#[tokio::test]
async fn who_sends_report_after_report_is_asked_to_wait_and_loses_nothing() {
    let town = Town::new().await;
    for number in 0..10 {
        town.stage.clock.advance(Duration::from_secs(1));
        let summary = town.says(LAN, &format!("Cống hỏng ở ngõ {number} phường Sông Hiến")).await;
        town.presses(LAN, &summary, "✅ Gửi").await;
    }
    let summary = town.says(LAN, "Cống hỏng ở ngõ 77 phường Sông Hiến").await;
    let waits = town.presses(LAN, &summary, "✅ Gửi").await;
    let said = text_in(&waits, LAN);
    assert!(said.contains("Bạn vừa gửi 10 báo nhanh") && said.contains("08:10"), "{said}");
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents").await, 10);
    town.stage.clock.advance(Duration::from_secs(600));
    let sent = town.presses(LAN, &waits, "✅ Gửi").await;
    assert!(text_in(&sent, LAN).contains("ML-2026-0011"), "{sent:#?}");
    assert_eq!(town.count("SELECT COUNT(*) FROM incidents WHERE text LIKE '%ngõ 77%'").await, 1);
}
