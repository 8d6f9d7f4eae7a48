//! Several people report the same thing.

use super::cast::*;
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
