//! Help, who am I, leaving, being reached.

use super::*;

#[tokio::test]
async fn leaving_is_at_once_and_an_invite_brings_back() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 2).await;
    enrols(&stage, "11", &token).await;
    let later =
        "INSERT INTO messages (channel, chat_id, lane, op, payload_id, state, ready, not_before, created_at)
                 SELECT 'telegram', c.id, 2, 'send', (SELECT MIN(id) FROM payloads), 0, 0, 0, 0
                 FROM chats c WHERE c.external_id = '11'";
    stage
        .store
        .db
        .write(move |tx| Box::pin(async move { tx.exec_one(later, args![]).await }))
        .await
        .expect("waits");
    let said = stage.says("11", "/roi").await;
    assert_eq!(said.len(), 1, "nothing but the goodbye");
    assert!(last(&said).text().contains("Tạm biệt Người 11"));
    let gone = person(&stage, "Người 11").await.expect("kept as left");
    assert_eq!((gone.state.as_str(), gone.roles.len(), gone.consent), ("left", 0, None));
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM consents WHERE withdrawn_at IS NULL").await, 0);
    assert!(last(&stage.says("11", "xin chào").await).text().contains("mã mời"), "a stranger now");
    assert!(last(&stage.says("11", "/roi").await).text().contains("chưa đăng ký"));
    enrols(&stage, "11", &token).await;
    let back = person(&stage, "Người 11").await.expect("the same person");
    assert_eq!((back.id, back.state.as_str(), back.roles.len()), (gone.id, "active", 1));
}

#[tokio::test]
async fn help_says_what_this_person_can_do() {
    let stage = province().await;
    let admin = stage.says("1", "/trogiup").await;
    assert!(last(&admin).text().contains("/moi"));
    let staff = stage.says("4", "/help").await;
    let text = last(&staff).text();
    assert!(text.contains("/vuviec") && !text.contains("/moi") && !text.contains("/thongbao"), "{text}");
    let stranger = stage.says("77", "/trogiup").await;
    assert!(last(&stranger).text().contains("mã mời"));
    assert!(last(&stage.says("4", "/vuviecc").await).text().contains("Ý bạn là /vuviec?"));
    assert!(last(&stage.says("4", "/abcxyz").await).text().contains("/trogiup"));
}

#[tokio::test]
async fn who_am_i_language_and_cancel() {
    let stage = province().await;
    let said = stage.says("2", "/toi").await;
    let text = last(&said).text();
    assert!(text.contains("Anh Tuấn") && text.contains("lãnh đạo") && text.contains(WARD), "{text}");
    let said = stage.says("2", "/ngonngu").await;
    assert!(last(&stage.presses("2", &last(&said).button("English")).await).text().contains("English"));
    assert!(last(&stage.says("2", "/trogiup").await).text().contains("You can"));
    assert!(last(&stage.says("2", "/ngonngu vi").await).text().contains("tiếng Việt"));
    let asked = stage.says("2", "/moi").await;
    stage.presses("2", &last(&asked).button("Đơn vị khác")).await;
    assert!(last(&stage.says("2", "/huy").await).text().contains("đã bỏ"));
    assert!(last(&stage.says("2", "/huy").await).text().contains("Không có việc nào"));
}

#[tokio::test]
async fn who_blocks_the_bot_stays_enrolled_and_cannot_be_reached() {
    let stage = province().await;
    membership(&stage, "1", ChatKind::Private, Membership::Out).await;
    let admin = person(&stage, "Anh Dũng").await.expect("enrolled");
    assert_eq!((admin.state.as_str(), admin.reachable), ("active", false));
    membership(&stage, "1", ChatKind::Private, Membership::In).await;
    assert!(person(&stage, "Anh Dũng").await.expect("enrolled").reachable);
}

#[tokio::test]
async fn who_writes_can_be_reached_again() {
    let stage = province().await;
    let chat = ChatId(count(&stage, "SELECT id FROM chats WHERE external_id = '4'").await);
    stage.store.chat_closed(chat, "bot can't initiate conversation").await.expect("closed");
    assert!(!person(&stage, "Chị Lan").await.expect("enrolled").reachable);
    stage.says("4", "/toi").await;
    assert!(person(&stage, "Chị Lan").await.expect("enrolled").reachable);
}
