//! From the audience to the last confirmation.

use std::time::Duration;

use super::super::{Ended, Lost, Refused, ended, tapped};
use super::cast::*;
use crate::args;
use crate::conversation::ChatKind;
use crate::conversation::notice::NewNotice;
use crate::domain::Failure;
use crate::domain::Timestamp;
use crate::domain::audience::AudienceFault;
use crate::domain::ids::DeliveryId;

fn counts(town: &Town) -> impl Future<Output = (i64, i64, i64, i64, i64, i64, String)> {
    let db = town.stage.store.db.clone();
    async move {
        let sql = "SELECT waiting, queued, sent, confirmed, failed, skipped, state FROM editions
                   ORDER BY id DESC LIMIT 1";
        db.read(|tx| Box::pin(async move { tx.one(sql, args![]).await })).await.expect("an edition")
    }
}

#[tokio::test]
async fn a_notice_to_all_reaches_every_staff_group_and_everybody_once() {
    let town = Town::new().await;
    let id = town.writes("all").await;
    let reach = town.stage.store.notice_preview(id).await.expect("the store").expect("a reach");
    assert_eq!((reach.groups, reach.people, reach.unreachable), (3, 5, 1));
    let shown = town.sends(id).await;
    assert_eq!(
        chats(&shown),
        [PROVINCE_GROUP, WARD_GROUP, COMMUNE_GROUP, EDITH, APPROVER, LAN, NGA, WARD_EDITOR]
    );
    assert!(shown[0].text().starts_with("Lịch họp\n\n08:00"), "{:?}", shown[0]);
    assert_eq!(counts(&town).await, (0, 0, 8, 0, 0, 0, "done".into()));
    assert_eq!(town.int("SELECT unreached FROM editions").await, 1);
    assert_eq!(town.stage.store.check_audit().await.expect("the store").broken_at, None);
}

#[tokio::test]
async fn an_audience_is_a_union_less_what_is_taken_away() {
    let town = Town::new().await;
    let id = town.writes("unit:Tỉnh Mẫu/*; role:editor; -unit:Xã Na Loa; -person:Lan").await;
    let shown = town.sends(id).await;
    assert_eq!(chats(&shown), [PROVINCE_GROUP, WARD_GROUP, EDITH, APPROVER, WARD_EDITOR]);
    let id = town.writes("unit:phuong song hien; role:editor@unit:Tỉnh Mẫu").await;
    assert_eq!(chats(&town.sends(id).await), [WARD_GROUP, EDITH, LAN, WARD_EDITOR]);
    let id = town.writes("group:Nhóm trực; person:4").await;
    assert_eq!(chats(&town.sends(id).await), [DUTY, NGA]);
}

#[tokio::test]
async fn a_name_that_is_not_there_is_told_before_anything_is_written() {
    let town = Town::new().await;
    for (audience, kind) in [("unit:Sông", "đơn vị"), ("group:Không có", "nhóm"), ("person:Ai", "người")]
    {
        let new = NewNotice { audience: audience.into(), ..NewNotice::default() };
        let refused = town.stage.store.notice_new(new).await.expect("the store").expect_err("refused");
        assert!(matches!(refused, Refused::Audience(AudienceFault::Unknown(..))), "{refused}");
        assert!(refused.to_string().contains(kind), "{refused}");
    }
    assert_eq!(town.int("SELECT COUNT(*) FROM notices").await, 0);
}

#[tokio::test]
async fn one_tap_confirms_and_the_second_says_when() {
    let town = Town::new().await;
    let id = town
        .writes_with(NewNotice {
            audience: "unit:Phường Sông Hiến".into(),
            confirm: true,
            urgent: true,
            ..NewNotice::default()
        })
        .await;
    let shown = town.sends(id).await;
    let of_lan = shown.iter().find(|message| message.chat == LAN).expect("Lan's");
    assert!(of_lan.text().starts_with("🔴 KHẨN\nLịch họp"), "{:?}", of_lan.text());
    let button = of_lan.button("Đã nhận");
    assert!(toast(&town.stage.presses(LAN, &button).await).contains("Cảm ơn Lan"));
    town.stage.clock.advance(Duration::from_secs(61));
    assert!(toast(&town.stage.presses(LAN, &button).await).contains("08:00 23/11/2026"));
    assert_eq!(counts(&town).await, (0, 0, 2, 1, 0, 0, "done".into()));
    // Another's button is nothing in somebody else's chat.
    assert!(toast(&town.stage.presses(NGA, &button).await).contains("hết hạn"));
    assert_eq!(town.int("SELECT COUNT(*) FROM confirmations").await, 1);
}

#[tokio::test]
async fn in_a_group_every_member_confirms_for_themselves() {
    let town = Town::new().await;
    let id = town
        .writes_with(NewNotice {
            audience: "group:Nhóm Sông Hiến".into(),
            confirm: true,
            ..NewNotice::default()
        })
        .await;
    let shown = town.sends(id).await;
    let button = shown[0].button("Đã nhận");
    let press =
        async |person: &str| town.stage.presses_in(WARD_GROUP, ChatKind::Group, person, &button).await;
    press(LAN).await;
    press(WARD_EDITOR).await;
    press(LAN).await;
    assert!(toast(&press("999").await).contains("chưa đăng ký"));
    assert_eq!(town.int("SELECT COUNT(*) FROM confirmations").await, 2);
    assert_eq!(counts(&town).await, (0, 0, 0, 1, 0, 0, "done".into()));
}

#[tokio::test]
async fn only_where_a_message_can_be_changed_its_button_counts() {
    let town = Town::new().await;
    let group =
        NewNotice { audience: "group:Nhóm Sông Hiến".into(), confirm: true, ..NewNotice::default() };
    let id = town.writes_with(group).await;
    let button = town.sends(id).await[0].button("Đã nhận");
    town.sql("UPDATE messages SET external_id = '7', state = 2, settled_at = 1").await;
    town.stage.presses_in(WARD_GROUP, ChatKind::Group, LAN, &button).await;
    let counts = "SELECT COUNT(*) FROM messages WHERE op = 'buttons'";
    assert_eq!(town.int(counts).await, 1);
    town.sql("DELETE FROM messages WHERE op = 'buttons'").await;
    town.sql("UPDATE chats SET channel = 'zalo_oa' WHERE kind = 'group'").await;
    let env = town.stage.store.env();
    let again = town
        .stage
        .store
        .db
        .write(move |tx| Box::pin(async move { tapped::show(tx, &env, DeliveryId(1)).await }));
    again.await.expect("looked at");
    assert_eq!(town.int(counts).await, 0);
}

#[tokio::test]
async fn a_pause_calls_back_what_waits_and_going_on_sends_the_rest_once() {
    let town = Town::new().await;
    let id = town.writes("all").await;
    town.stage.store.notice_send(id).await.expect("the store").expect("sent");
    town.ticks().await;
    assert_eq!(town.feeds(3).await, 3);
    let first = town.goes_out().await;
    assert_eq!(town.feeds(2).await, 2);
    town.stage.store.notice_pause(id).await.expect("the store").expect("paused");
    assert_eq!(counts(&town).await, (5, 0, 3, 0, 0, 0, "paused".into()));
    assert_eq!(town.feeds(100).await, 0, "nothing moves while it is held");
    assert!(town.stage.sent().await.is_empty());
    town.stage.store.notice_resume(id).await.expect("the store").expect("going on");
    assert_eq!(town.feeds(100).await, 5);
    let rest = town.goes_out().await;
    let mut all = chats(&first);
    all.extend(chats(&rest));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 8, "everybody once");
    assert_eq!(counts(&town).await, (0, 0, 8, 0, 0, 0, "done".into()));
}

#[tokio::test]
async fn what_a_pause_called_back_is_not_sent_again_with_what_failed() {
    let town = Town::new().await;
    let id = town.writes("person:Lan").await;
    let store = &town.stage.store;
    store.notice_send(id).await.expect("the store").expect("sent");
    town.ticks().await;
    assert_eq!(town.feeds(3).await, 1);
    store.notice_pause(id).await.expect("the store").expect("paused");
    store.notice_resume(id).await.expect("the store").expect("going on");
    assert_eq!(town.feeds(3).await, 1);
    let env = store.env();
    let failed = store.db.write(move |tx| {
        Box::pin(async move {
            tx.exec_one("UPDATE messages SET state = 4, settled_at = 1 WHERE state = 0", args![]).await?;
            let lost = Lost::new(Failure::Permanent, "blocked");
            ended(tx, &env, &[Ended { delivery: DeliveryId(1), result: Err(lost) }]).await
        })
    });
    failed.await.expect("failed");
    assert_eq!(store.notice_resend(id).await.expect("the store"), Ok(1));
    assert_eq!(town.int("SELECT COUNT(*) FROM messages WHERE state = 0").await, 1, "once");
}

#[tokio::test]
async fn what_was_cancelled_does_not_go_out() {
    let town = Town::new().await;
    let id = town.writes("all").await;
    town.stage.store.notice_send(id).await.expect("the store").expect("sent");
    town.ticks().await;
    town.feeds(2).await;
    town.stage.store.notice_cancel(id).await.expect("the store").expect("cancelled");
    assert_eq!(town.feeds(100).await, 0);
    assert!(town.stage.sent().await.is_empty());
    assert!(town.stage.store.notice_resume(id).await.expect("the store").is_err());
}

#[tokio::test]
async fn who_has_left_and_groups_that_closed_are_skipped_with_the_reason() {
    let town = Town::new().await;
    let id = town.writes("all").await;
    town.stage.store.notice_send(id).await.expect("the store").expect("sent");
    town.ticks().await;
    town.sql("UPDATE people SET state = 'left' WHERE id = 3").await;
    town.sql("UPDATE chats SET state = 'closed', reason = 'kicked' WHERE external_id = '-202'").await;
    town.feeds(100).await;
    let shown = town.goes_out().await;
    assert_eq!(chats(&shown).len(), 6);
    assert_eq!(counts(&town).await, (0, 0, 6, 0, 0, 2, "done".into()));
    assert_eq!(town.int("SELECT COUNT(*) FROM deliveries WHERE reason IN ('left', 'kicked')").await, 2);
}

#[tokio::test]
async fn a_message_of_which_nobody_knows_does_not_keep_a_notice_open() {
    let town = Town::new().await;
    let id = town.writes("group:Nhóm trực; person:Lan").await;
    town.stage.store.notice_send(id).await.expect("the store").expect("sent");
    town.ticks().await;
    town.feeds(100).await;
    town.sql(
        "UPDATE messages SET state = 3, settled_at = created_at WHERE id = (SELECT MIN(id) FROM messages)",
    )
    .await;
    town.goes_out().await;
    assert_eq!(counts(&town).await.6, "running");
    town.ticks().await;
    assert_eq!(counts(&town).await, (0, 1, 1, 0, 0, 0, "done".into()));
}

#[tokio::test]
async fn two_notices_take_turns_and_an_urgent_one_has_its_own_lane() {
    let town = Town::new().await;
    for urgent in [false, false, true] {
        let id = town.writes_with(NewNotice { audience: "all".into(), urgent, ..NewNotice::default() }).await;
        town.stage.store.notice_send(id).await.expect("the store").expect("sent");
    }
    town.ticks().await;
    town.feeds(4).await;
    let queued = "SELECT COUNT(*) FROM editions WHERE (lane = 2 AND queued = 2) OR (lane = 1 AND queued = 4)";
    assert_eq!(town.int(queued).await, 3);
}

#[tokio::test]
async fn a_notice_with_a_time_goes_out_then() {
    let town = Town::new().await;
    let at = Timestamp::vietnam(2026, 11, 24, 7, 30);
    let id = town
        .writes_with(NewNotice { audience: "all".into(), send_at: Some(at), ..NewNotice::default() })
        .await;
    town.stage.store.notice_approve(id).await.expect("the store").expect("approved");
    assert_eq!(town.stage.store.notices_tick(town.stage.rules.catch_up).await.expect("a tick"), Some(at));
    assert_eq!(town.feeds(100).await, 0);
    town.stage.advance(Duration::from_secs(24 * 3600));
    town.ticks().await;
    assert_eq!(town.feeds(100).await, 8);
}

#[tokio::test]
async fn fifty_thousand_are_reached_in_chunks() {
    let town = Town::new().await;
    town.sql(
        "INSERT INTO chats (channel, external_id, kind, title, folded, unit_id, purpose, state, created_at)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
         SELECT 'telegram', 'g' || i, 'group', 'g', 'g', 2, 'staff', 'open', 0 FROM n",
    )
    .await;
    let id = town.writes("groups").await;
    town.stage.store.notice_send(id).await.expect("the store").expect("sent");
    town.ticks().await;
    assert_eq!(town.int("SELECT waiting FROM editions").await, 50_003);
    for _ in 0..10 {
        assert_eq!(town.feeds(1000).await, 1000);
        assert_eq!(town.feeds(1000).await, 0, "the outbox is full");
        town.goes_out().await;
    }
}

#[tokio::test]
async fn the_outbox_is_filled_up_long_before_it_is_empty() {
    let town = Town::new().await;
    town.sql(
        "INSERT INTO chats (channel, external_id, kind, title, folded, unit_id, purpose, state, created_at)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
         SELECT 'telegram', 'g' || i, 'group', 'g', 'g', 2, 'staff', 'open', 0 FROM n",
    )
    .await;
    let id = town.writes("groups").await;
    town.stage.store.notice_send(id).await.expect("the store").expect("sent");
    town.ticks().await;
    assert_eq!(town.feeds(100).await, 100);
    town.sql("UPDATE editions SET queued = 76").await;
    assert_eq!(town.feeds(100).await, 0, "so few are not worth it");
    town.sql("UPDATE editions SET queued = 75").await;
    assert_eq!(town.feeds(100).await, 25);
}
