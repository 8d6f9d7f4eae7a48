//! Coming in: invites, consent, names; strangers, help and slips of the hand.

use std::time::Duration;

use loa::domain::Role;

use crate::on_both;
use crate::town::{BINH, DUNG, HOA, LAN, NGA, THAO, TUAN, Town, WARD};

const DAY: Duration = Duration::from_secs(24 * 3600);

on_both! {
    async fn a_link_a_tap_and_somebody_is_in(database: Database) {
        let town = Town::new(database).await;
        let token = town.invite(WARD, Role::Reporter, 1, DAY).await;
        town.opens(HOA, &token).await;
        let mut story = town.story(HOA);
        town.presses(HOA, HOA, "Đồng ý").await;
        story.push_str(&town.story(HOA));
        town.presses(HOA, HOA, "Đúng rồi").await;
        story.push_str(&town.story(HOA));
        insta::assert_snapshot!("enrolled", story);
        let person = town.person("Chị Hoa").await.expect("enrolled");
        assert_eq!((person.consent.as_deref(), person.roles.len()), (Some("2"), 1));
        assert_eq!(person.roles[0].role, Role::Reporter);
        assert!(town.says(HOA, "/toi").await.text.contains("cộng tác viên – Tỉnh Mường Lam / Phường Bình Minh"));
        // The same link again changes nothing.
        assert!(town.opens(HOA, &token).await.contains("hết lượt"));
        town.ends_well().await;
    }

    async fn a_head_invites_in_chat_and_the_picture_and_link_work(database: Database) {
        let town = Town::new(database).await;
        town.says(BINH, "/moi").await;
        while town.last(BINH).text.ends_with('?') {
            let label = town.last(BINH).labels()[0].to_owned();
            town.presses(BINH, BINH, &label).await;
        }
        let made = town.last(BINH);
        assert_eq!(made.photos, 1, "a picture to scan");
        let (_, token) = made.text.split_once("?start=").expect("a link");
        let token = token.split_whitespace().next().expect("a token").to_owned();
        assert!(town.opens(HOA, &token).await.contains("Bạn được mời"));
        town.presses(HOA, HOA, "Đồng ý").await;
        town.presses(HOA, HOA, "Đúng rồi").await;
        assert!(town.person("Chị Hoa").await.is_some());
        insta::assert_snapshot!("invited", town.story(BINH).replace(&token, "MÃ"));
        town.presses(BINH, BINH, "Hủy mã mời").await;
        assert!(town.opens(THAO, &token).await.contains("đã bị hủy"));
        town.ends_well().await;
    }

    async fn invites_that_are_no_good_get_a_plain_answer(database: Database) {
        let town = Town::new(database).await;
        let used_up = town.invite(WARD, Role::Staff, 1, DAY).await;
        let expired = town.invite(WARD, Role::Staff, 5, Duration::from_secs(60)).await;
        town.opens(THAO, &used_up).await;
        town.presses(THAO, THAO, "Đồng ý").await;
        town.presses(THAO, THAO, "Đúng rồi").await;
        town.later(Duration::from_secs(120)).await;
        town.opens(HOA, "khong-co-ma-nay").await;
        town.opens(HOA, &used_up).await;
        town.opens(HOA, &expired).await;
        // Five tries, then a quiet pause.
        town.opens(HOA, "thu-lai").await;
        assert!(town.opens(HOA, "thu-lai-nua").await.contains("15 phút"));
        let before = town.story(HOA);
        town.opens(HOA, "thu-lai-mai").await;
        assert_eq!(town.story(HOA).lines().count(), before.lines().count() + 1, "only the try itself");
        insta::assert_snapshot!("no_good", before);
        // After the pause a good one works.
        let good = town.invite(WARD, Role::Staff, 1, DAY).await;
        town.later(Duration::from_secs(16 * 60)).await;
        assert!(town.opens(HOA, &good).await.contains("Bạn được mời"));
        town.ends_well().await;
    }

    async fn of_two_who_take_the_last_use_one_gets_it(database: Database) {
        let town = Town::new(database).await;
        let token = town.invite(WARD, Role::Staff, 1, DAY).await;
        for who in [HOA, THAO] {
            town.opens(who, &token).await;
            town.presses(who, who, "Đồng ý").await;
        }
        for who in [HOA, THAO] {
            let asked = town.last(who).id;
            town.sandbox.press(who, who, asked, "Đúng rồi");
        }
        town.settled().await;
        town.later(Duration::from_secs(3)).await;
        let (hoa, thao) = (town.last(HOA).text, town.last(THAO).text);
        let welcome = |text: &str| text.contains("chào mừng");
        let too_late = |text: &str| text.contains("hết lượt");
        assert!(welcome(&hoa) && too_late(&thao) || welcome(&thao) && too_late(&hoa), "{hoa}\n{thao}");
        town.ends_well().await;
    }

    async fn who_does_not_agree_leaves_no_trace(database: Database) {
        let town = Town::new(database).await;
        let token = town.invite(WARD, Role::Staff, 1, DAY).await;
        town.opens(HOA, &token).await;
        town.presses(HOA, HOA, "Không").await;
        assert!(town.last(HOA).text.contains("Không sao cả"));
        assert!(town.person("Chị Hoa").await.is_none());
        // Later they change their mind, and type a name of their own.
        town.opens(HOA, &token).await;
        town.presses(HOA, HOA, "Đồng ý").await;
        town.presses(HOA, HOA, "Sửa tên").await;
        assert!(town.says(HOA, "😀").await.text.contains("họ tên"));
        assert!(town.says(HOA, "  Trần Thị   Hoa ").await.text.contains("chào mừng Trần Thị Hoa"));
        town.ends_well().await;
    }

    async fn a_stop_in_the_middle_of_enrolling_loses_nothing(database: Database) {
        let mut town = Town::new(database).await;
        let token = town.invite(WARD, Role::Staff, 1, DAY).await;
        town.opens(HOA, &token).await;
        town.presses(HOA, HOA, "Đồng ý").await;
        town.kill();
        let asked = town.last(HOA).id;
        town.sandbox.press(HOA, HOA, asked, "Đúng rồi");
        town.start().await;
        town.settled().await;
        assert!(town.last(HOA).text.contains("chào mừng Chị Hoa"), "{}", town.story(HOA));
        town.ends_well().await;
    }

    async fn a_stranger_hears_how_to_begin(database: Database) {
        let town = Town::new(database).await;
        for words in ["/start", "xin chào", "Sạt lở ở phường Bình Minh", "/trogiup", "/vuviec", "/roi", "/xyz"] {
            town.says(HOA, words).await;
        }
        insta::assert_snapshot!("stranger", town.story(HOA));
        assert_eq!(town.cases().await, 0);
        town.ends_well().await;
    }

    async fn help_says_what_this_person_can_do_now(database: Database) {
        let town = Town::new(database).await;
        for who in [LAN, NGA, TUAN, BINH, DUNG] {
            town.says(who, "/trogiup").await;
        }
        insta::assert_snapshot!("help", town.stories(&[LAN, TUAN, BINH]));
        for who in [LAN, NGA] {
            assert!(!town.heard(who, "/moi") && !town.heard(who, "/gannhom"));
        }
        assert!(town.heard(DUNG, "/gannhom"));
        town.ends_well().await;
    }

    async fn a_slip_of_the_hand_finds_the_nearest_command(database: Database) {
        let town = Town::new(database).await;
        for words in ["/vuviecc", "/trogip", "/hello", "/moi"] {
            town.says(LAN, words).await;
        }
        insta::assert_snapshot!("slips", town.story(LAN));
        town.ends_well().await;
    }
}
