//! Leaving: at once, politely, and for good until a new invite.

use std::time::Duration;

use loa::domain::Role;

use crate::on_both;
use crate::town::{DUTY, LAN, NGA, PAO, TUAN, Town, WARD, WARD_GROUP};

on_both! {
    async fn who_leaves_hears_nothing_more_and_comes_back_by_an_invite(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, "Sạt lở ở phường Bình Minh").await;
        let mark = town.story(LAN).len();
        town.says(LAN, "/roi").await;
        let gone = town.story(LAN);
        assert!(gone.ends_with("đơn vị nhé.\n"), "{gone}");
        assert_eq!(town.person("Chị Lan").await.expect("known").state, "left");
        // The case goes on without a word to them.
        town.presses(TUAN, DUTY, "Nhận xử lý").await;
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.replies(TUAN, DUTY, "Đã thông đường.").await;
        assert_eq!(town.state(&code).await, "settled");
        assert_eq!(town.story(LAN), gone);
        // What they say now is a stranger's word.
        assert!(town.says(LAN, "Ngập đường ở phường Bình Minh").await.text.contains("mã mời"));
        assert!(town.says(LAN, "/vuviec").await.text.contains("đăng ký"));
        assert_eq!(town.cases().await, 1);
        let token = town.invite(WARD, Role::Reporter, 1, Duration::from_secs(3600)).await;
        town.opens(LAN, &token).await;
        town.presses(LAN, LAN, "Đồng ý").await;
        town.presses(LAN, LAN, "Đúng rồi").await;
        assert!(town.says(LAN, "/vuviec").await.text.contains(&code), "their cases are theirs again");
        insta::assert_snapshot!("left", &town.story(LAN)[mark..]);
        town.ends_well().await;
    }

    async fn a_list_does_not_bring_back_who_left(database: Database) {
        let town = Town::new(database).await;
        town.says(NGA, "/roi").await;
        let before = town.story(NGA);
        // Neither a case of the unit nor another list reaches them.
        town.reports(LAN, "Sạt lở ở phường Bình Minh").await;
        town.presses(TUAN, DUTY, "Chuyển").await;
        town.presses(TUAN, DUTY, "Phường Bình Minh").await;
        let toast = town.presses(NGA, WARD_GROUP, "Tiếp nhận").await;
        assert!(toast.contains("người có quyền"), "{toast}");
        assert_eq!(town.story(NGA), before);
        town.ends_well().await;
    }

    async fn an_old_button_does_nothing_for_who_left(database: Database) {
        let town = Town::new(database).await;
        town.says(PAO, "Đường hỏng ở xã Nậm Pung").await;
        town.says(PAO, "/roi").await;
        let toast = town.presses(PAO, PAO, "Gửi").await;
        assert!(!toast.is_empty());
        assert_eq!(town.cases().await, 0);
        town.ends_well().await;
    }
}
