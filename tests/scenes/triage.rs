//! What happens to a case: taken, asked about, forwarded, settled; on time or not.

use std::time::Duration;

use loa::domain::Role;

use crate::on_both;
use crate::town::{
    BINH, COMMUNE_GROUP, DUTY, EDITOR, HAI, LAN, MAI, NGA, PAO, SINH, TUAN, Town, VAN, WARD_GROUP, photo,
};

const LANDSLIDE: &str = "Sạt lở ở phường Bình Minh, xe không qua được";

on_both! {
    async fn a_case_goes_all_the_way_and_the_reporter_hears_every_step(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Nhận xử lý").await;
        town.presses(TUAN, DUTY, "Hỏi thêm").await;
        town.replies(TUAN, DUTY, "Có ai bị thương không?").await;
        town.presses(LAN, LAN, "Trả lời").await;
        town.says(LAN, "Không ai bị thương, còn kẹt hai xe máy").await;
        town.presses(TUAN, DUTY, "Chuyển").await;
        town.presses(TUAN, DUTY, "Phường Bình Minh").await;
        assert_eq!(town.state(&code).await, "forwarded");
        town.presses(NGA, WARD_GROUP, "Tiếp nhận").await;
        town.presses(NGA, WARD_GROUP, "Đã xử lý").await;
        let asked = town.last(WARD_GROUP).id;
        town.sandbox.send_photo(NGA, WARD_GROUP, photo(7), "chưa trả lời bot");
        town.sandbox.say_reply(NGA, WARD_GROUP, asked, "Đã thông đường lúc 9 giờ");
        town.settled().await;
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.presses(TUAN, DUTY, "Dùng kết quả").await;
        town.presses(LAN, LAN, "Đã xong").await;
        assert_eq!(town.state(&code).await, "confirmed");
        insta::assert_snapshot!("all_the_way", town.stories(&[LAN, DUTY, WARD_GROUP]));
        let steps: Vec<String> = town.case(&code).await.steps.into_iter().map(|step| step.movement).collect();
        assert_eq!(steps, ["open", "take", "ask", "answer", "forward", "accept", "report", "settle", "confirm"]);
        assert_eq!(town.store.check_audit().await.expect("a look").broken_at, None);
        town.ends_well().await;
    }

    async fn settled_with_a_sentence_and_a_photo(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        town.says(MAI, &format!("/vuviec {code}")).await;
        town.presses(MAI, MAI, "Nhận xử lý").await;
        town.presses(MAI, MAI, "Giải quyết xong").await;
        town.sandbox.send_photo(MAI, MAI, photo(9), "Đã dọn xong, xe qua lại được");
        town.settled().await;
        assert_eq!(town.state(&code).await, "settled");
        insta::assert_snapshot!("settled_with_photo", town.story(LAN));
        assert!(town.sandbox.chat(LAN).iter().any(|seen| seen.by_bot && seen.photos == 1), "the proof is shown");
        town.ends_well().await;
    }

    async fn two_officers_take_it_at_once(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        let card = town.card(DUTY, &code).id;
        let first = town.sandbox.press(TUAN, DUTY, card, "🙋 Nhận xử lý");
        let second = town.sandbox.press(MAI, DUTY, card, "🙋 Nhận xử lý");
        town.settled().await;
        let answer = |query: &str| town.sandbox.answer_to(query).expect("an answer").text;
        assert!(answer(&first).contains("Bạn đã nhận"), "{}", answer(&first));
        assert!(answer(&second).contains("Anh Tuấn"), "{}", answer(&second));
        assert_eq!(town.case(&code).await.holder.as_deref(), Some("Anh Tuấn"));
        let told = town.sandbox.chat(LAN).iter().filter(|seen| seen.text.contains("đã nhận xử lý")).count();
        assert_eq!(told, 1);
        town.ends_well().await;
    }

    async fn who_may_not_press_gets_a_quiet_answer_and_nothing_changes(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        let before = (town.story(DUTY), town.story(LAN));
        for label in ["Nhận xử lý", "Hỏi thêm", "Chuyển", "Giải quyết xong", "Từ chối", "Gộp"] {
            let toast = town.presses(EDITOR, DUTY, label).await;
            assert!(toast.contains("người có quyền"), "{label}: {toast}");
        }
        assert_eq!((town.story(DUTY), town.story(LAN)), before);
        assert_eq!(town.state(&code).await, "new");
        // The other unit's people see nothing of a case that went elsewhere.
        town.presses(TUAN, DUTY, "Chuyển").await;
        town.presses(TUAN, DUTY, "Phường Bình Minh").await;
        for who in [HAI, PAO, SINH, EDITOR] {
            assert!(town.says(who, &format!("/vuviec {code}")).await.text.contains("không tìm thấy"));
        }
        let toast = town.presses(LAN, WARD_GROUP, "Tiếp nhận").await;
        assert!(toast.contains("người có quyền"), "{toast}");
        assert_eq!(town.state(&code).await, "forwarded");
        town.ends_well().await;
    }

    async fn a_unit_gives_it_back_and_it_goes_elsewhere(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Chuyển").await;
        // By typing a name instead of pressing.
        town.replies(TUAN, DUTY, "nậm pung").await;
        town.presses(TUAN, DUTY, "Xã Nậm Pung").await;
        town.presses(PAO, COMMUNE_GROUP, "Trả lại").await;
        town.replies(PAO, COMMUNE_GROUP, "Chỗ này thuộc phường Bình Minh").await;
        assert_eq!(town.state(&code).await, "taken");
        town.presses(TUAN, DUTY, "Chuyển").await;
        town.presses(TUAN, DUTY, "Phường Bình Minh").await;
        town.presses(BINH, WARD_GROUP, "Tiếp nhận").await;
        assert_eq!(town.state(&code).await, "accepted");
        insta::assert_snapshot!("given_back", town.stories(&[LAN, COMMUNE_GROUP, DUTY]));
        town.ends_well().await;
    }

    async fn rejected_with_a_reason(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, "Ngập sân nhà ở phường Bình Minh").await;
        town.presses(TUAN, DUTY, "Từ chối").await;
        town.replies(TUAN, DUTY, "Đã có người báo hôm qua và đã xong").await;
        assert_eq!(town.state(&code).await, "rejected");
        insta::assert_snapshot!("rejected", town.stories(&[LAN, DUTY]));
        town.ends_well().await;
    }

    async fn not_done_yet_opens_it_again(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.replies(TUAN, DUTY, "Đã thông đường").await;
        town.presses(LAN, LAN, "Chưa xong").await;
        assert_eq!(town.state(&code).await, "reopened");
        town.says(LAN, "Vẫn còn đá trên mặt đường").await;
        assert!(town.card(DUTY, &code).text.contains("Vẫn còn đá"), "{}", town.story(DUTY));
        town.presses(MAI, DUTY, "Nhận xử lý").await;
        assert_eq!(town.state(&code).await, "taken");
        insta::assert_snapshot!("reopened", town.stories(&[LAN, DUTY]));
        town.ends_well().await;
    }

    async fn an_answer_without_its_button_still_reaches_the_card(database: Database) {
        let town = Town::new(database).await;
        town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Hỏi thêm").await;
        town.replies(TUAN, DUTY, "Có ai bị thương không?").await;
        // As a reply to the question.
        let asked = town.last(LAN).id;
        town.sandbox.say_reply(LAN, LAN, asked, "Không ai cả");
        town.settled().await;
        assert!(town.heard(DUTY, "trả lời: “Không ai cả”"), "{}", town.story(DUTY));
        // As if it were a new report.
        town.presses(TUAN, DUTY, "Hỏi thêm").await;
        town.replies(TUAN, DUTY, "Xe tải có qua được không?").await;
        town.says(LAN, "Xe tải không qua được đâu").await;
        town.presses(LAN, LAN, "Đây là câu trả lời").await;
        assert!(town.heard(DUTY, "trả lời: “Xe tải không qua được đâu”"), "{}", town.story(DUTY));
        assert!(!town.last(LAN).labels().iter().any(|label| label.contains("Gửi")));
        assert_eq!(town.cases().await, 1);
        town.ends_well().await;
    }

    async fn a_step_can_be_given_up(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Từ chối").await;
        town.presses(TUAN, DUTY, "Hủy").await;
        town.presses(TUAN, DUTY, "Từ chối").await;
        town.says_in(TUAN, DUTY, "/huy").await;
        town.presses(TUAN, DUTY, "Từ chối").await;
        town.replies(TUAN, DUTY, "Hủy").await;
        assert_eq!(town.state(&code).await, "new");
        insta::assert_snapshot!("given_up_step", town.story(DUTY));
        town.ends_well().await;
    }

    async fn lists_for_each_what_is_theirs(database: Database) {
        let town = Town::new(database).await;
        town.reports(LAN, LANDSLIDE).await;
        town.later(Duration::from_secs(60)).await;
        town.reports(SINH, "Đường hỏng ở xã Nậm Pung, gọi 0912345678").await;
        town.presses(TUAN, DUTY, "Chuyển").await;
        town.presses(TUAN, DUTY, "Xã Nậm Pung").await;
        town.says(LAN, "/vuviec").await;
        town.says(TUAN, "/vuviec").await;
        town.says_in(TUAN, DUTY, "/vuviec").await;
        town.says_in(PAO, COMMUNE_GROUP, "/vuviec").await;
        town.says(LAN, "/vuviec 1").await;
        let lists = [LAN, TUAN, DUTY, COMMUNE_GROUP].map(|chat| {
            let seen = town.sandbox.chat(chat);
            let last = seen.last().expect("a list");
            format!("{}\n{:?}\n", last.text, last.labels())
        });
        insta::assert_snapshot!("lists", lists.join("\n──\n"));
        assert!(!town.heard(COMMUNE_GROUP, "0912345678"), "numbers of persons stay with the duty");
        assert!(!town.heard(COMMUNE_GROUP, "Anh Sinh,"), "the reporter's name too");
        assert!(town.says(LAN, "/vuviec 2").await.text.contains("không tìm thấy"));
        town.ends_well().await;
    }

    async fn a_deadline_reminds_and_then_tells_who_is_above(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Nhận xử lý").await;
        // Four working hours: two of them are over, then all.
        town.until(23, 10, 6).await;
        assert!(town.heard(DUTY, "tới hạn") && town.heard(TUAN, "tới hạn"), "{}", town.story(DUTY));
        assert!(!town.heard(VAN, &code));
        town.until(23, 14, 6).await;
        assert!(town.heard(VAN, &format!("{code} của Phường Bình Minh đã quá hạn")));
        let card = town.card(DUTY, &code);
        assert!(card.text.contains("Quá hạn"), "{}", card.text);
        insta::assert_snapshot!("deadlines", town.stories(&[DUTY, TUAN, VAN]));
        // Each is said once.
        let before = town.stories(&[DUTY, TUAN, VAN]);
        town.until(24, 9, 0).await;
        assert_eq!(town.stories(&[DUTY, TUAN, VAN]), before);
        town.ends_well().await;
    }

    async fn what_is_settled_in_time_reminds_nobody(database: Database) {
        let town = Town::new(database).await;
        town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.replies(TUAN, DUTY, "Đã thông đường").await;
        let before = town.stories(&[DUTY, TUAN, VAN]);
        town.until(24, 9, 0).await;
        assert_eq!(town.stories(&[DUTY, TUAN, VAN]), before);
        town.ends_well().await;
    }

    async fn two_reports_of_one_thing_become_one_case(database: Database) {
        let town = Town::new(database).await;
        let first = town.reports(LAN, LANDSLIDE).await;
        let second = town.reports(SINH, "Sạt lở đất chắn đường ở phường Bình Minh").await;
        town.presses(TUAN, DUTY, "Gộp").await;
        town.presses(TUAN, DUTY, &first).await;
        assert_eq!(town.state(&second).await, "merged");
        assert!(town.last(SINH).text.contains(&first));
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.replies(TUAN, DUTY, "Đã thông đường").await;
        for who in [LAN, SINH] {
            assert!(town.last(who).text.contains(&format!("{first} đã giải quyết")), "{}", town.story(who));
        }
        town.ends_well().await;
    }

    async fn a_stop_in_the_middle_of_a_question_loses_nothing(database: Database) {
        let mut town = Town::new(database).await;
        let code = town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Hỏi thêm").await;
        let asked = town.last(DUTY).id;
        town.kill();
        town.sandbox.say_reply(TUAN, DUTY, asked, "Có ai bị thương không?");
        town.start().await;
        town.settled().await;
        assert!(town.last(LAN).text.contains("Có ai bị thương không?"));
        assert_eq!(town.case(&code).await.question.as_deref(), Some("Có ai bị thương không?"));
        town.ends_well().await;
    }

    async fn what_was_done_is_in_the_audit(database: Database) {
        let town = Town::new(database).await;
        let token = town.invite(crate::town::WARD, Role::Staff, 1, Duration::from_secs(3600)).await;
        town.opens(crate::town::HOA, &token).await;
        town.presses(crate::town::HOA, crate::town::HOA, "Đồng ý").await;
        town.presses(crate::town::HOA, crate::town::HOA, "Đúng rồi").await;
        town.says(BINH, "/moi Bình Minh, cán bộ, 1 lượt").await;
        town.presses(BINH, BINH, "Hủy mã mời").await;
        town.says_in(BINH, WARD_GROUP, "/gonhom").await;
        town.says_in(BINH, WARD_GROUP, "/gannhom Bình Minh").await;
        town.reports(LAN, LANDSLIDE).await;
        town.presses(TUAN, DUTY, "Nhận xử lý").await;
        town.says(NGA, "/roi").await;
        let acts = town.database.audit().await;
        insta::assert_snapshot!("audit", acts.join("\n"));
        assert_eq!(town.store.check_audit().await.expect("a look").broken_at, None);
        town.ends_well().await;
    }
}
