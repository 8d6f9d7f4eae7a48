//! Messages that are edited after they were sent: what was said is corrected, nothing is done twice.

use std::time::Duration;

use crate::on_both;
use crate::town::{BINH, DUTY, EDITOR, LAN, MAI, NGA, TUAN, Town, WARD, WARD_GROUP};

/// The number of the newest message that a person wrote in a chat.
fn own(town: &Town, chat: i64) -> i64 {
    town.sandbox.chat(chat).into_iter().rev().find(|seen| !seen.by_bot).expect("a message").id
}

async fn edits(town: &Town, who: i64, chat: i64, text: &str) {
    town.sandbox.edit(who, chat, own(town, chat), text);
    town.settled().await;
}

on_both! {
    async fn an_edited_command_is_not_carried_out_again(database: Database) {
        let town = Town::new(database).await;
        town.says(BINH, "/moi Phường Bình Minh, cán bộ, 1 lượt").await;
        assert_eq!(town.store.invites().await.expect("invites").len(), 1);
        edits(&town, BINH, BINH, "/moi Phường Bình Minh, cán bộ, 3 lượt").await;
        assert_eq!(town.store.invites().await.expect("invites").len(), 1, "no second invite");
        assert!(town.last(BINH).text.contains("không làm lại"), "{}", town.story(BINH));
        town.says(LAN, "/toi").await;
        edits(&town, LAN, LAN, "/roi").await;
        assert!(town.person("Chị Lan").await.is_some_and(|lan| lan.state == "active"), "nobody leaves by an edit");
        // In a group it is passed over.
        town.says_in(BINH, WARD_GROUP, "/vuviec").await;
        let before = town.story(WARD_GROUP).lines().count();
        edits(&town, BINH, WARD_GROUP, "/gonhom").await;
        assert_eq!(town.story(WARD_GROUP).lines().count(), before);
        town.ends_well().await;
    }

    async fn an_edited_report_behind_its_command_is_corrected(database: Database) {
        let town = Town::new(database).await;
        town.says(LAN, "/baonhanh Sạt lở ở phường Bình Mình").await;
        edits(&town, LAN, LAN, "/baonhanh Sạt lở ở phường Bình Minh, hai nhà bị vùi").await;
        town.presses(LAN, LAN, "Gửi").await;
        let case = town.case(&town.code(LAN)).await;
        assert_eq!((case.text.as_str(), case.unit.as_str()), ("Sạt lở ở phường Bình Minh, hai nhà bị vùi", WARD));
        edits(&town, LAN, LAN, "/baonhanh Sạt lở ở phường Bình Minh, ba nhà bị vùi").await;
        assert!(town.card(DUTY, &case.code).text.contains("ba nhà"), "{}", town.story(DUTY));
        assert_eq!(town.cases().await, 1);
        town.ends_well().await;
    }

    async fn an_edited_report_is_taken_up_while_something_else_is_written(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(TUAN, "Sạt lở ở phường Bình Minh").await;
        let said = town.sandbox.chat(TUAN).into_iter().rev().find(|seen| !seen.by_bot).expect("a message").id;
        town.says(TUAN, &format!("/vuviec {code}")).await;
        town.presses(TUAN, TUAN, "Nhận xử lý").await;
        town.presses(TUAN, TUAN, "Hỏi thêm").await;
        town.sandbox.edit(TUAN, TUAN, said, "Sạt lở ở phường Bình Minh, ba nhà bị vùi");
        town.settled().await;
        assert!(town.card(DUTY, &code).text.contains("ba nhà"), "{}", town.story(DUTY));
        // And the question is still awaited.
        assert!(!town.heard(TUAN, "trực ban hỏi bạn"));
        town.says(TUAN, "Ai bị thương không?").await;
        assert!(town.heard(TUAN, &format!("{code}: trực ban hỏi bạn")), "{}", town.story(TUAN));
        town.ends_well().await;
    }

    async fn the_words_of_a_notice_are_corrected_where_they_stand(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thongbao").await;
        town.says(EDITOR, "Lịch hop").await;
        let title = own(&town, EDITOR);
        town.says(EDITOR, "08:00 thứ Hai").await;
        let cards = || town.sandbox.chat(EDITOR).into_iter().filter(|seen| seen.text.contains("👥 Tới:")).count();
        edits(&town, EDITOR, EDITOR, "09:00 thứ Hai").await;
        town.sandbox.edit(EDITOR, EDITOR, title, "Lịch họp");
        town.settled().await;
        assert_eq!(cards(), 1, "{}", town.story(EDITOR));
        assert!(town.heard(EDITOR, "📝 Lịch họp"), "{}", town.story(EDITOR));
        // A place that was typed wrong is typed right by an edit.
        town.presses(EDITOR, EDITOR, "Chọn khác").await;
        town.says(EDITOR, "đơn vị: Phường Bình Mìn").await;
        edits(&town, EDITOR, EDITOR, "đơn vị: Phường Bình Minh").await;
        assert!(town.last(EDITOR).text.contains("1 nhóm và 3 người"), "{}", town.story(EDITOR));
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        assert!(town.heard(EDITOR, "Lịch họp\n\n09:00 thứ Hai"), "{}", town.story(EDITOR));
        insta::assert_snapshot!("notice_corrected", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn a_village_is_known_by_its_cell_and_a_service_is_no_epidemic(database: Database) {
        let town = Town::new(database).await;
        let path = "Tỉnh Mường Lam / Xã Nậm Pung / Chi bộ thôn Nà Lùng".parse().expect("a path");
        town.store.find_or_create_unit(path).await.expect("a unit");
        for words in ["Sạt lở ở thôn Nà Lùng", "nà lùng ngập nặng, lũ lên nhanh"] {
            let code = town.reports(LAN, words).await;
            assert!(town.case(&code).await.unit.ends_with("Chi bộ thôn Nà Lùng"), "{words}");
            town.later(Duration::from_secs(3 * 3600)).await;
        }
        for words in ["Dịch vụ công ở phường Bình Minh chậm quá", "Giao dịch ở phường Bình Minh bị lừa tiền"] {
            town.says(NGA, words).await;
            assert!(!town.last(NGA).text.contains("Dịch bệnh –") && !town.last(NGA).text.contains("Loại: Dịch bệnh"), "{}", town.last(NGA).text);
            town.says(NGA, "/huy").await;
        }
        town.says(MAI, "Phát hiện ổ dịch tả lợn ở phường Bình Minh").await;
        assert!(town.last(MAI).text.contains("Dịch bệnh"), "{}", town.last(MAI).text);
        town.ends_well().await;
    }
}
