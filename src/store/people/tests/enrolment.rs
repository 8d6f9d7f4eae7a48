//! From an invite to a member of staff.

use super::*;
use crate::conversation::incoming::{ExternalChat, Message, Sender};
use crate::conversation::{Incoming, step};
use crate::store::inbox::NewUpdate;

#[tokio::test]
async fn who_opens_an_invite_agrees_and_is_welcomed() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Reporter, 1).await;
    let offer = stage.says("11", &format!("/start {token}")).await;
    let text = last(&offer).text();
    assert!(text.contains(WARD) && text.contains("cộng tác viên") && text.contains("/roi"), "{text}");
    assert!(text.contains("(Bản 2)"));
    let asked = stage.presses("11", &last(&offer).button("Đồng ý")).await;
    assert!(last(&asked).text().contains("Tên bạn là Người 11, đúng chưa?"));
    assert_eq!(last(&asked).op, "edit");
    let done = stage.presses("11", &last(&asked).button("Đúng rồi")).await;
    assert!(last(&done).text().contains("chào mừng Người 11") && last(&done).text().contains("/baonhanh"));
    let person = person(&stage, "Người 11").await.expect("enrolled");
    assert_eq!(person.consent.as_deref(), Some("2"));
    assert_eq!(person.roles[0].unit, WARD);
    let proof = "SELECT COUNT(*) FROM consents WHERE version = '2' AND length(wording_hash) = 64
                 AND given_at > 0 AND withdrawn_at IS NULL";
    assert_eq!(count(&stage, proof).await, 1);
}

#[tokio::test]
async fn the_name_can_be_corrected() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    let offer = stage.says("11", &format!("/start {token}")).await;
    let asked = stage.presses("11", &last(&offer).button("Đồng ý")).await;
    stage.presses("11", &last(&asked).button("Sửa tên")).await;
    assert!(last(&stage.says("11", " 12 ").await).text().contains("gõ họ tên"));
    stage.says("11", "  Chị   Lan,\nvăn hóa phường ").await;
    assert!(person(&stage, "Chị Lan, văn hóa phường").await.is_some());
}

#[tokio::test]
async fn who_does_not_agree_is_not_kept() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    let offer = stage.says("11", &format!("/start {token}")).await;
    let said = stage.presses("11", &last(&offer).button("Không")).await;
    assert!(last(&said).text().contains("Không sao cả"));
    assert!(person(&stage, "Người 11").await.is_none());
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM chats WHERE external_id = '11' AND title <> ''").await, 0);
    assert_eq!(count(&stage, "SELECT used FROM invites").await, 0);
}

#[tokio::test]
async fn an_invite_for_one_serves_one_of_two() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    let first = stage.says("11", &format!("/start {token}")).await;
    let second = stage.says("12", &format!("/start {token}")).await;
    let first = stage.presses("11", &last(&first).button("Đồng ý")).await;
    let second = stage.presses("12", &last(&second).button("Đồng ý")).await;
    stage.presses("11", &last(&first).button("Đúng rồi")).await;
    let late = stage.presses("12", &last(&second).button("Đúng rồi")).await;
    assert!(last(&late).text().contains("đã dùng hết lượt"), "{:?}", last(&late));
    assert!(person(&stage, "Người 11").await.is_some());
    assert!(person(&stage, "Người 12").await.is_none());
    let third = stage.says("13", &format!("/start {token}")).await;
    assert!(last(&third).text().contains("đã dùng hết lượt"));
}

#[tokio::test]
async fn an_expired_or_revoked_invite_gets_a_plain_answer() {
    let stage = province().await;
    let (id, token) = invite(&stage, WARD, Role::Staff, 5).await;
    assert!(stage.store.revoke_invite(id).await.expect("revoked"));
    assert!(!stage.store.revoke_invite(id).await.expect("once"));
    assert!(last(&stage.says("11", &format!("/start {token}")).await).text().contains("đã bị hủy"));
    let (_, token) = invite(&stage, WARD, Role::Staff, 5).await;
    stage.advance(DAY * 8);
    assert!(last(&stage.says("11", &format!("/start {token}")).await).text().contains("đã hết hạn"));
}

#[tokio::test]
async fn wrong_invites_are_limited_in_tries() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    for _ in 0..4 {
        let said = stage.says("66", "/start khong-dung").await;
        assert!(last(&said).text().contains("không đúng") && !last(&said).text().contains("15 phút"));
    }
    assert!(last(&stage.says("66", "/start ../../etc").await).text().contains("15 phút"));
    assert!(stage.says("66", &format!("/start {token}")).await.is_empty(), "a quiet pause");
    assert!(!stage.says("67", &format!("/start {token}")).await.is_empty(), "nobody else waits");
    stage.advance(Duration::from_secs(15 * 60));
    assert!(last(&stage.says("66", &format!("/start {token}")).await).text().contains(WARD));
}

#[tokio::test]
async fn of_a_token_only_its_hash_is_kept() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    enrols(&stage, "11", &token).await;
    let sql = "SELECT COUNT(*) FROM invites i, dialogues d WHERE i.token_hash = $1 OR d.state LIKE '%' || $1";
    let args = args![&token];
    let found = stage.store.db.read(|tx| Box::pin(async move { tx.int(sql, args).await })).await;
    assert_eq!(found.expect("a count"), 0);
}

#[tokio::test]
async fn a_second_invite_adds_a_role() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    enrols(&stage, "11", &token).await;
    let (_, token) = invite(&stage, "Tỉnh Mường Lam", Role::Editor, 2).await;
    let said = stage.says("11", &format!("/start {token}")).await;
    assert!(last(&said).text().contains("thêm vai trò biên tập"), "{}", last(&said).text());
    assert_eq!(person(&stage, "Người 11").await.expect("a person").roles.len(), 2);
    let again = stage.says("11", &format!("/start {token}")).await;
    assert!(last(&again).text().contains("rồi"));
    assert_eq!(count(&stage, "SELECT SUM(used) FROM invites").await, 2, "not spent in vain");
}

#[tokio::test]
async fn who_came_by_a_list_is_asked_to_agree_once() {
    let stage = province().await;
    let said = stage.says("4", "/start").await;
    stage.presses("4", &last(&said).button("Đồng ý")).await;
    assert_eq!(person(&stage, "Chị Lan").await.expect("a person").consent.as_deref(), Some("2"));
    assert_eq!(stage.says("4", "/start").await.len(), 1, "only help");
}

#[tokio::test]
async fn an_update_that_carried_an_invite_loses_its_bytes_once_handled() {
    let stage = province().await;
    let update = |number| NewUpdate::numbered(number, "telegram:11", "as it came");
    let channel = ChannelKind::Telegram;
    stage.store.receive(channel, vec![update(1), update(2)]).await.expect("stored");
    let waiting = stage.store.waiting_updates(channel, 10).await.expect("updates");
    for (update, text) in waiting.iter().zip(["/start secret", "/trogiup"]) {
        let message = Message { text: text.into(), addressed: true, ..Message::default() };
        let incoming = Incoming {
            channel,
            chat: ExternalChat { id: "11".into(), kind: ChatKind::Private, title: String::new() },
            from: Some(Sender { id: "11".into(), name: "Nga".into() }),
            at: stage.clock.now(),
            what: What::Message(message),
        };
        let rules = stage.rules.clone();
        stage.store.handle(vec![update.id], Some(incoming), rules, step).await.expect("handled");
    }
    assert_eq!(
        count(&stage, "SELECT COUNT(*) FROM inbox WHERE external_id = '1' AND length(body) = 0").await,
        1
    );
    assert_eq!(
        count(&stage, "SELECT COUNT(*) FROM inbox WHERE external_id = '2' AND length(body) > 0").await,
        1
    );
}
