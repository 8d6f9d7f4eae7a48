//! Groups: bound, followed, let go; and what counts in them.

use std::time::Duration;

use crate::on_both;
use crate::town::{
    BINH, COMMUNE_GROUP, DUNG, DUTY, HAI, HOA, LAN, MAI, NGA, PAO, SINH, TUAN, Town, WARD_GROUP,
};

const NEW_GROUP: i64 = -400;
const LATER: Duration = Duration::from_secs(5);

fn add_group(town: &Town) {
    town.sandbox.add_group(NEW_GROUP, "Tổ dân phố 5", &[BINH, NGA, HAI, HOA], &[BINH]);
    town.sandbox.add_bot(NEW_GROUP, BINH);
}

on_both! {
    async fn a_head_binds_a_group_and_nobody_else_can(database: Database) {
        let town = Town::new(database).await;
        add_group(&town);
        town.settled().await;
        for (who, words) in [
            (NGA, "/gannhom Bình Minh"),
            (HOA, "/gannhom Bình Minh"),
            (HAI, "/gannhom Bình Minh"),
            (BINH, "/gannhom Nậm Pung"),
            (BINH, "/gannhom bình minh"),
            (HAI, "/gannhom Nậm Pung"),
            (HAI, "/gonhom"),
            (NGA, "/gonhom"),
            (BINH, "/nhomtruc"),
            (BINH, "/gonhom"),
        ] {
            town.says_in(who, NEW_GROUP, words).await;
        }
        insta::assert_snapshot!("bound", town.story(NEW_GROUP));
        town.ends_well().await;
    }

    async fn an_administrator_binds_any_group_and_its_cases_go_there(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.add_group(NEW_GROUP, "Trực phường", &[DUNG, BINH], &[DUNG]);
        town.sandbox.add_bot(NEW_GROUP, DUNG);
        assert!(town.says_in(DUNG, NEW_GROUP, "/nhomtruc Phường Bình Minh").await.text.contains("nhóm trực"));
        let code = town.reports(LAN, "Sạt lở ở phường Bình Minh").await;
        assert!(town.heard(NEW_GROUP, &code), "the nearest duty group has it");
        assert!(!town.heard(DUTY, &code));
        town.ends_well().await;
    }

    async fn a_group_that_throws_the_bot_out_is_left_alone_until_it_is_back(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.remove_bot(DUTY, DUNG);
        town.settled().await;
        let code = town.reports(LAN, "Sạt lở ở phường Bình Minh").await;
        assert!(!town.heard(DUTY, &code));
        // The officers have it in private instead.
        assert!(town.heard(TUAN, &code) && town.heard(MAI, &code));
        town.sandbox.add_bot(DUTY, DUNG);
        town.settled().await;
        let next = town.reports(LAN, "Ngập đường ở phường Bình Minh").await;
        assert!(town.heard(DUTY, &next));
        town.ends_well().await;
    }

    async fn who_blocks_the_bot_hears_nothing_and_hears_again_when_they_are_back(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, "Sạt lở ở phường Bình Minh").await;
        town.sandbox.block(LAN);
        town.settled().await;
        let before = town.story(LAN);
        town.presses(TUAN, DUTY, "Nhận xử lý").await;
        assert_eq!(town.story(LAN), before);
        let person = town.person("Chị Lan").await.expect("still enrolled");
        assert!(!person.reachable);
        town.sandbox.unblock(LAN);
        town.settled().await;
        assert!(town.person("Chị Lan").await.expect("enrolled").reachable);
        town.presses(TUAN, DUTY, "Hỏi thêm").await;
        town.replies(TUAN, DUTY, "Có ai bị thương không?").await;
        assert!(town.last(LAN).text.contains(&format!("{code}: trực ban hỏi bạn")));
        town.ends_well().await;
    }

    async fn a_group_that_grows_keeps_its_cases(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, "Sạt lở ở phường Bình Minh").await;
        let new = -1_001_000_000_100;
        town.sandbox.migrate_group(DUTY, new);
        town.settled().await;
        // The old card is out of reach: the next change shows it anew.
        town.says(LAN, "/vuviec").await;
        town.says_in(TUAN, new, &format!("/vuviec {code}")).await;
        town.presses(TUAN, new, "Nhận xử lý").await;
        assert!(town.card(new, &code).text.contains("Trực ban: Anh Tuấn"), "{}", town.transcript(new));
        assert!(town.last(LAN).text.contains("đã nhận xử lý"));
        let next = town.reports(LAN, "Ngập đường ở phường Bình Minh").await;
        assert!(town.heard(new, &next));
        town.ends_well().await;
    }

    async fn a_group_that_grows_unseen_is_found_by_sending(database: Database) {
        let mut town = Town::new(database).await;
        let code = town.reports(LAN, "Sạt lở ở phường Bình Minh").await;
        // The service hears of the new id only when the old one refuses.
        town.kill();
        let new = -1_001_000_000_100;
        town.sandbox.migrate_group(DUTY, new);
        town.sandbox.say(LAN, LAN, "Ngập đường ở phường Bình Minh");
        town.start().await;
        town.settled().await;
        town.presses(LAN, LAN, "Gửi").await;
        town.later(LATER).await;
        let next = town.code(LAN);
        assert_ne!(code, next);
        assert!(town.heard(new, &next), "{}", town.transcript(new));
        town.ends_well().await;
    }

    async fn in_a_group_only_what_is_said_to_the_bot_counts(database: Database) {
        let town = Town::new(database).await;
        // As an administrator of the group, the bot is shown everything.
        town.sandbox.set_bot_admin(WARD_GROUP, BINH, true);
        town.settled().await;
        let before = town.story(WARD_GROUP);
        for words in ["Sạt lở ở phường Bình Minh, ai đi xem với", "@nga xem giúp", "/vuviec@other_bot"] {
            town.says_in(LAN, WARD_GROUP, words).await;
        }
        let after = town.story(WARD_GROUP);
        assert_eq!(after.lines().count(), before.lines().count() + 3, "{after}");
        assert!(!after[before.len()..].contains('🤖'));
        town.says_in(LAN, WARD_GROUP, "@loa_bot Sạt lở ở phường Bình Minh").await;
        assert!(town.last(WARD_GROUP).text.contains("Báo nhanh của bạn"), "{}", town.story(WARD_GROUP));
        // Only who writes the report can send it.
        let toast = town.presses(NGA, WARD_GROUP, "Gửi").await;
        assert!(!toast.is_empty());
        assert_eq!(town.cases().await, 0);
        town.presses(LAN, WARD_GROUP, "Gửi").await;
        assert_eq!(town.cases().await, 1);
        town.ends_well().await;
    }

    async fn a_strangers_command_in_a_group_is_answered_shortly(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.join(HOA, COMMUNE_GROUP);
        for who in [HOA, SINH, PAO] {
            town.says_in(who, COMMUNE_GROUP, "/vuviec").await;
        }
        insta::assert_snapshot!("group_lists", town.story(COMMUNE_GROUP));
        town.ends_well().await;
    }
}
