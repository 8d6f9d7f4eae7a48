//! Heads and administrators invite.

use super::*;

#[tokio::test]
async fn a_head_invites_by_buttons_and_somebody_comes() {
    let stage = province().await;
    let units = stage.says("2", "/moi").await;
    let roles = stage.presses("2", &last(&units).button("Bình Minh")).await;
    let labels = format!("{:?}", last(&roles).content.buttons);
    assert!(labels.contains("lãnh đạo") && !labels.contains("quản trị"), "{labels}");
    let terms = stage.presses("2", &last(&roles).button("cán bộ")).await;
    let made = stage.presses("2", &last(&terms).button("1 người")).await;
    let text = last(&made).text();
    let (_, token) = text.split_once("https://t.me/loa_bot?start=").expect("a link");
    assert_eq!(last(&made).content.files.len(), 1, "a QR picture");
    let sha256 = last(&made).content.files[0].sha256.clone();
    assert!(stage.store.blob(&sha256).await.expect("an answer").is_some());
    assert!(last(&enrols(&stage, "11", token).await).text().contains("chào mừng"));
}

#[tokio::test]
async fn a_head_invites_in_one_line_and_takes_it_back() {
    let stage = province().await;
    let made = stage.says("2", "/moi chi bo 1, cộng tác viên, 20 lượt, 3 ngày").await;
    let text = last(&made).text();
    assert!(text.contains("Chi bộ 1") && text.contains("20 lượt"), "{text}");
    stage.presses("2", &last(&made).button("Hủy mã mời")).await;
    let (_, token) = text.split_once("?start=").expect("a link");
    assert!(last(&stage.says("11", &format!("/start {token}")).await).text().contains("đã bị hủy"));
}

#[tokio::test]
async fn nobody_invites_beyond_their_authority() {
    let stage = province().await;
    assert!(last(&stage.says("4", "/moi").await).text().contains("người có quyền"));
    let other = stage.says("3", "/moi Phường Bình Minh, cán bộ, 1 lượt").await;
    assert!(last(&other).text().contains("không tìm thấy"));
    let above = stage.says("2", "/moi Phường Bình Minh, quản trị, 1 lượt").await;
    assert!(last(&above).text().contains("người có quyền"));
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM invites").await, 0);
}

#[tokio::test]
async fn authority_that_has_ended_makes_no_invite() {
    let stage = province().await;
    let units = stage.says("2", "/moi").await;
    let roles = stage.presses("2", &last(&units).button("Bình Minh")).await;
    let terms = stage.presses("2", &last(&roles).button("cán bộ")).await;
    let gone = "DELETE FROM roles WHERE role = 'head'";
    stage
        .store
        .db
        .write(move |tx| Box::pin(async move { tx.exec(gone, args![]).await }))
        .await
        .expect("gone");
    let said = stage.presses("2", &last(&terms).button("1 người")).await;
    assert!(last(&said).text().contains("người có quyền"));
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM invites").await, 0);
}
