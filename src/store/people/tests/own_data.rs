//! `/dulieu`.

use super::*;
use crate::domain::content::FileKind;

/// What the file says that a turn gives.
async fn file(stage: &Stage, shown: &[Shown]) -> String {
    let file = last(shown).content.files.first().expect("a file");
    assert_eq!((file.name.as_str(), file.kind), ("du-lieu-cua-toi.txt", FileKind::Document));
    let (bytes, mime) = stage.store.blob(&file.sha256).await.expect("the store").expect("bytes");
    assert_eq!(mime, "text/plain");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[tokio::test]
async fn everybody_sees_all_of_their_own_and_nothing_of_others() {
    let stage = province().await;
    for (who, words) in [("4", "Cống hỏng ở Chi bộ 1, gọi tôi 0912345678"), ("2", "Cầu hỏng ở xã Nậm Pung")]
    {
        let summary = stage.says(who, words).await;
        stage.presses(who, &last(&summary).button("Gửi")).await;
    }
    let agreed = stage.says("4", "/start").await;
    stage.presses("4", &last(&agreed).button("Đồng ý")).await;
    let text = file(&stage, &stage.says("4", "/dulieu").await).await;
    for known in [
        "Chị Lan",
        "cán bộ, Tỉnh Mường Lam / Phường Bình Minh / Chi bộ 1",
        "Telegram:",
        "Bản 2,",
        "gọi tôi 0912345678",
    ] {
        assert!(text.contains(known), "{known} in {text}");
    }
    assert!(!text.contains("Cầu hỏng") && !text.contains("Anh Tuấn"), "{text}");
    assert!(last(&stage.says("77", "/dulieu").await).content.files.is_empty());
    assert!(stage.says("4", "/toi").await[0].text().contains("/dulieu"));
}
