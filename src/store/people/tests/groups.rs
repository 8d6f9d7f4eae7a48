//! Groups are bound, followed and let go.

use super::*;

#[tokio::test]
async fn a_head_binds_a_group_and_a_head_of_another_unit_may_not() {
    let stage = province().await;
    let bound = stage.says_in(GROUP, "2", "/gannhom@loa_bot Phường Bình Minh").await;
    assert!(last(&bound).text().contains(WARD), "{}", last(&bound).text());
    let sql = "SELECT COUNT(*) FROM chats c JOIN units u ON u.id = c.unit_id
               WHERE c.external_id = '-500' AND c.purpose = 'staff' AND u.name = 'Phường Bình Minh'";
    assert_eq!(count(&stage, sql).await, 1);
    for words in ["/gannhom", "/gannhom Xã Nậm Pung", "/gonhom"] {
        let said = stage.says_in(GROUP, "3", words).await;
        assert!(last(&said).text().contains("người có quyền"), "{words}");
    }
    let other = stage.says_in("-501", "3", "/gannhom Phường Bình Minh").await;
    assert!(last(&other).text().contains("không tìm thấy"));
    assert!(last(&stage.says_in(GROUP, "4", "/gannhom").await).text().contains("người có quyền"));
    assert!(last(&stage.says_in(GROUP, "99", "/gannhom").await).text().contains("người có quyền"));
    assert_eq!(count(&stage, sql).await, 1, "nothing has changed");
    assert!(last(&stage.says_in(GROUP, "1", "/gonhom").await).text().contains("Đã gỡ"));
    assert_eq!(count(&stage, sql).await, 0);
}

#[tokio::test]
async fn a_duty_group_is_bound_with_one_word_more() {
    let stage = province().await;
    for (group, words) in [("-1", "/gannhom bình minh trực"), ("-2", "/nhomtruc"), ("-3", "/gannhom trực")]
    {
        let said = stage.says_in(group, "2", words).await;
        assert!(last(&said).text().contains("nhóm trực của"), "{words}");
    }
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM chats WHERE purpose = 'duty'").await, 3);
}

#[tokio::test]
async fn several_units_are_offered_and_only_who_may_can_choose() {
    let stage = province().await;
    for ward in ["A", "B"] {
        let unit = format!("Tỉnh Mường Lam / Xã {ward} / Tổ 1");
        stage.store.find_or_create_unit(path(&unit)).await.expect("a unit");
    }
    let asked = stage.says_in(GROUP, "1", "/gannhom tổ 1").await;
    let nonce = last(&asked).button("Xã B / Tổ 1");
    let toast = stage.presses_in(GROUP, ChatKind::Group, "3", &nonce).await;
    assert_eq!((toast.len(), last(&toast).op.as_str()), (1, "answer"));
    let bound = stage.presses_in(GROUP, ChatKind::Group, "1", &nonce).await;
    assert!(last(&bound).text().contains("Xã B / Tổ 1"));
}

#[tokio::test]
async fn a_group_is_greeted_once_and_followed_when_the_bot_goes() {
    let stage = province().await;
    let hello = membership(&stage, GROUP, ChatKind::Group, Membership::In).await;
    assert!(last(&hello).text().contains("/gannhom"));
    assert!(membership(&stage, GROUP, ChatKind::Group, Membership::In).await.is_empty());
    stage.says_in(GROUP, "2", "/gannhom").await;
    membership(&stage, GROUP, ChatKind::Group, Membership::Out).await;
    let closed = "SELECT COUNT(*) FROM chats WHERE state = 'closed' AND reason = 'removed' AND unit_id > 0";
    assert_eq!(count(&stage, closed).await, 1);
    assert!(membership(&stage, GROUP, ChatKind::Group, Membership::In).await.is_empty(), "bound still");
    assert_eq!(count(&stage, closed).await, 0);
}

async fn move_group(stage: &Stage, to: &str) {
    stage.incoming(GROUP, ChatKind::Group, "1", What::Moved { to: to.into() }).await;
}

const AT_NEW: &str = "SELECT COUNT(*) FROM chats WHERE external_id = '-100500' AND unit_id > 0
                      AND purpose = 'staff' AND state = 'open'";

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_stays_bound() {
    let stage = province().await;
    stage.says_in(GROUP, "2", "/gannhom").await;
    for _ in 0..2 {
        move_group(&stage, "-100500").await;
        assert_eq!(count(&stage, AT_NEW).await, 1);
    }
    stage.store.chat_moved(ChannelKind::Telegram, GROUP, "-100500").await.expect("told once more");
    assert_eq!(count(&stage, AT_NEW).await, 1);
    assert!(last(&stage.says_in("-100500", "2", "/gonhom").await).text().contains("Đã gỡ"));
}

#[tokio::test]
async fn a_supergroup_that_is_known_already_becomes_one_with_the_group() {
    let stage = province().await;
    stage.says_in(GROUP, "2", "/gannhom").await;
    let id = count(&stage, "SELECT id FROM chats WHERE external_id = '-500'").await;
    stage.says_in("-100500", "2", "/trogiup").await;
    move_group(&stage, "-100500").await;
    assert_eq!(count(&stage, AT_NEW).await, 1);
    assert_eq!(count(&stage, "SELECT id FROM chats WHERE external_id = '-100500'").await, id);
    let old =
        "SELECT COUNT(*) FROM chats WHERE external_id = '-500' AND state = 'closed' AND unit_id IS NULL";
    assert_eq!(count(&stage, old).await, 1);
}

#[tokio::test]
async fn a_group_bound_after_the_move_keeps_that_binding() {
    let stage = province().await;
    stage.says_in(GROUP, "2", "/trogiup").await;
    stage.says_in("-100500", "2", "/gannhom").await;
    move_group(&stage, "-100500").await;
    assert_eq!(count(&stage, AT_NEW).await, 1);
}

#[tokio::test]
async fn a_list_with_the_old_id_leaves_a_group_that_moved_as_it_is() {
    let stage = province().await;
    let rows = vec![row(2, WARD, "Nhóm phường", None, GROUP)];
    stage.store.import(rows.clone(), false).await.expect("an import");
    move_group(&stage, "-100500").await;
    let again = stage.store.import(rows, false).await.expect("an import");
    assert!(again.changes_nothing());
    assert_eq!((again.groups_moved, count(&stage, AT_NEW).await), (1, 1));
    stage.says_in(GROUP, "2", "/trogiup").await;
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM chats WHERE state = 'open' AND kind = 'group'").await, 1);
}
