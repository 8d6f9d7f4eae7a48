//! What follows where a notice is not confirmed: taken back within a minute, reminded, told upwards.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::chase::{After, Chase, Chases};
use loa::domain::ids::NoticeId;

use crate::engines::Database;
use crate::on_both;
use crate::town::{BINH, DUTY, HAI, LAN, NGA, PAO, SINH, Town, VAN, WARD_GROUP};

const MINUTE: Duration = Duration::from_secs(60);

/// The town with this policy for everything.
async fn chasing(database: Database, chase: Chase) -> Town {
    let mut town = Town::new(database).await;
    town.kill();
    let duty = vec!["truc_ban".to_owned()].try_into().expect("a step");
    let chases = Chases { usual: chase.clone(), urgent: chase, alert_to: duty, elsewhere: None };
    town.engine.store = town.engine.store.clone().chasing(chases);
    town.start().await;
    town
}

async fn sends(town: &Town, title: &str, audience: &str, urgent: bool) -> NoticeId {
    let new = NewNotice {
        title: title.into(),
        audience: audience.into(),
        urgent,
        confirm: true,
        remind_after: Some(15 * MINUTE),
        ..NewNotice::default()
    };
    let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
    town.store.notice_send(id).await.expect("the store").expect("sent");
    town.in_time(town.later(MINUTE)).await;
    id
}

on_both! {
    async fn a_slip_of_the_finger_is_taken_back_within_a_minute(database: Database) {
        let town = Town::new(database).await;
        let id = sends(&town, "Mưa lũ", "unit:Phường Bình Minh", false).await;
        let confirmed = async || town.store.notice_report(id).await.expect("the store").expect("a report").all.confirmed;
        town.presses(LAN, LAN, "Đã nhận").await;
        assert_eq!(confirmed().await, 1);
        town.presses(LAN, LAN, "Đã nhận").await;
        town.presses(LAN, LAN, "Bỏ xác nhận").await;
        assert_eq!(confirmed().await, 0);
        // She is reminded as if she had never pressed, and confirms for good.
        town.in_time(town.later(20 * MINUTE)).await;
        assert_eq!(town.times(LAN, "Nhắc bạn"), 1, "{}", town.story(LAN));
        town.presses(LAN, LAN, "Đã nhận").await;
        town.presses(LAN, LAN, "Đã nhận").await;
        town.in_time(town.later(2 * MINUTE)).await;
        assert!(town.presses(LAN, LAN, "Bỏ xác nhận").await.contains("quá một phút"), "{}", town.story(LAN));
        assert_eq!(confirmed().await, 1);
        // In a group one's own is taken back; what others confirmed stands.
        town.presses(NGA, WARD_GROUP, "Đã nhận").await;
        town.presses(BINH, WARD_GROUP, "Đã nhận").await;
        town.presses(BINH, WARD_GROUP, "Đã nhận").await;
        assert!(town.presses(NGA, WARD_GROUP, "Bỏ xác nhận").await.is_empty());
        assert_eq!(confirmed().await, 2);
        insta::assert_snapshot!("taken_back", town.story(LAN));
        town.ends_well().await;
    }

    async fn silent_units_are_reminded_and_named_to_who_is_above_them(database: Database) {
        let policy = Chase {
            again: vec![After::Span(30 * MINUTE)],
            heads: Some(45 * MINUTE),
            alert: Some((80, 20 * MINUTE)),
        };
        let town = chasing(database, policy).await;
        sends(&town, "Bão số 9", "unit:Phường Bình Minh; unit:Xã Nậm Pung; -groups", true).await;
        for who in [BINH, HAI] {
            town.presses(who, who, "Đã nhận").await;
        }
        town.in_time(town.later(15 * MINUTE)).await;
        for who in [NGA, LAN, PAO, SINH] {
            assert_eq!(town.times(who, "Nhắc bạn"), 1, "{}", town.story(who));
        }
        town.presses(NGA, NGA, "Đã nhận").await;
        // Twenty minutes, and half have confirmed: the duty group hears at once.
        town.in_time(town.later(5 * MINUTE)).await;
        assert!(town.heard(DUTY, "mới có 3 trên 6 nơi xác nhận (50%)"), "{}", town.story(DUTY));
        town.in_time(town.later(10 * MINUTE)).await;
        for (who, count) in [(NGA, 1), (LAN, 2), (PAO, 2), (SINH, 2)] {
            assert_eq!(town.times(who, "Nhắc bạn"), count, "{}", town.story(who));
        }
        // Three quarters of an hour: the heads of both units hear who is missing, and nobody else.
        town.in_time(town.later(15 * MINUTE)).await;
        assert!(town.heard(BINH, "Phường Bình Minh (1): Chị Lan"), "{}", town.story(BINH));
        assert!(town.heard(HAI, "Xã Nậm Pung (2): "), "{}", town.story(HAI));
        assert!(!town.heard(VAN, "chưa xác nhận"), "{}", town.story(VAN));
        // As much again, with a restart in between: the two silent units are named to their superior, once.
        let mut town = town;
        town.kill();
        town.start().await;
        town.presses(PAO, PAO, "Đã nhận").await;
        town.in_time(town.later(45 * MINUTE)).await;
        assert!(town.heard(VAN, "Còn 2 nơi chưa xác nhận “Bão số 9”"), "{}", town.story(VAN));
        assert_eq!(town.times(VAN, "Phường Bình Minh (1): Chị Lan"), 1);
        assert_eq!(town.times(BINH, "Phường Bình Minh (1)"), 1);
        town.in_time(town.later(24 * 60 * MINUTE)).await;
        assert_eq!(town.times(LAN, "Nhắc bạn"), 2);
        assert_eq!(town.store.check_audit().await.expect("the store").broken_at, None);
        insta::assert_snapshot!("told_upwards", town.stories(&[BINH, VAN, DUTY]));
        town.ends_well().await;
    }

    async fn what_is_not_urgent_wakes_nobody(database: Database) {
        let policy = Chase { again: vec![After::Morning], heads: None, alert: None };
        let town = chasing(database, policy).await;
        // 16:50 on a Monday: a quarter of an hour later work is over.
        town.in_time(town.until(23, 16, 50)).await;
        sends(&town, "Lịch họp", "person:Chị Lan", false).await;
        town.in_time(town.later(120 * MINUTE)).await;
        assert_eq!(town.times(LAN, "Nhắc bạn"), 0, "{}", town.story(LAN));
        town.in_time(town.until(24, 8, 0)).await;
        assert_eq!(town.times(LAN, "Nhắc bạn"), 1, "of two that came in the night, one: {}", town.story(LAN));
        town.ends_well().await;
    }
}
