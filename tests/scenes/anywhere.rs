//! What people do on any channel: enrol, report, follow a case, be asked back, receive and confirm a notice.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::Role;
use loa::domain::ids::NoticeId;

use crate::hall::{Hall, WARD};
use crate::on_every_channel;
use crate::town::photo;

const MINUTE: Duration = Duration::from_secs(60);

/// Writes and sends a notice that has to be confirmed.
async fn sends(hall: &Hall, title: &str, body: &str, urgent: bool) -> NoticeId {
    let new = NewNotice {
        title: title.into(),
        body: body.into(),
        audience: format!("unit:{WARD}"),
        urgent,
        confirm: true,
        ..NewNotice::default()
    };
    let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
    hall.store.notice_send(id).await.expect("the store").expect("sent");
    hall.settled().await;
    id
}

on_every_channel! {
    async fn who_is_invited_enrols_with_a_word(mut hall: Hall) {
        let token = hall.invite(WARD, Role::Reporter).await;
        hall.says("hoa", "xin chào").await;
        hall.says("hoa", &format!("/start {token}")).await;
        hall.chooses("hoa", "Đồng ý").await;
        if hall.platform.tells_names() {
            hall.answers("hoa", "Đúng rồi").await;
        } else {
            hall.says("hoa", "Chị Hoa").await;
        }
        insta::assert_snapshot!(hall.titled("enrols"), hall.story("hoa").replace(&token, "MÃ"));
        let people = hall.store.people(None).await.expect("people");
        assert!(people.iter().any(|person| person.name == "Chị Hoa" && person.reachable));
        hall.ends_well().await;
    }

    async fn who_came_by_a_list_is_asked_once_to_agree(mut hall: Hall) {
        hall.enlists(Role::Reporter, WARD).await;
        hall.says("hoa", "Phá rừng ở phường Bình Minh, ba người mang cưa máy").await;
        assert!(!hall.heard("hoa", "danh sách"), "nothing comes in between:\n{}", hall.story("hoa"));
        hall.chooses("hoa", "Gửi").await;
        assert!(hall.heard("hoa", "Cơ quan đã thêm bạn vào danh sách"), "{}", hall.story("hoa"));
        let answer = hall.says("hoa", "cảm ơn nhé").await;
        assert!(answer.contains("Chào Chị Hoa") && !answer.contains("danh sách"), "{answer}");
        hall.chooses("hoa", "Đồng ý").await;
        hall.says("hoa", "/toi").await;
        insta::assert_snapshot!(hall.titled("by_a_list"), hall.story("hoa"));
        let people = hall.store.people(None).await.expect("people");
        assert!(people.iter().any(|person| person.name == "Chị Hoa" && person.consent.is_some()));
        hall.ends_well().await;
    }

    async fn where_it_is_keeps_all_that_was_said(mut hall: Hall) {
        hall.says("lan", "Phá rừng, ba người mang cưa máy").await;
        hall.says("lan", "Ở phường Bình Minh, sau trường tiểu học").await;
        hall.chooses("lan", "Gửi").await;
        insta::assert_snapshot!(hall.titled("where"), hall.stories(&["lan", "tuan"]));
        assert!(hall.heard("tuan", "sau trường tiểu học"), "{}", hall.story("tuan"));
        hall.ends_well().await;
    }

    async fn a_report_is_followed_to_its_end(mut hall: Hall) {
        hall.says("lan", "Sạt lở ở phường Bình Minh, hai nhà bị vùi").await;
        hall.chooses("lan", "Gửi").await;
        let code = hall.code("lan");
        hall.chooses("tuan", "Nhận xử lý").await;
        hall.chooses("tuan", "Hỏi thêm").await;
        hall.says("tuan", "Có ai bị thương không?").await;
        hall.says("lan", "Không ai bị thương, cần xe chở người").await;
        if !hall.platform.threads() {
            hall.chooses("lan", "Đây là câu trả lời").await;
        }
        hall.chooses("tuan", "Giải quyết xong").await;
        hall.says("tuan", "Đã đưa bà con đến nhà văn hóa").await;
        hall.answers("lan", "Đã xong").await;
        insta::assert_snapshot!(hall.titled("followed"), hall.stories(&["lan", "tuan"]));
        assert_eq!(hall.case(&code).await.state.code(), "confirmed");
        hall.ends_well().await;
    }

    async fn a_mistake_of_somebody_unnamed_is_taken_back(mut hall: Hall) {
        hall.says("lan", "Đánh bạc ở phường Bình Minh").await;
        hall.chooses("lan", "Sửa").await;
        hall.chooses("lan", "Không nêu tên tôi").await;
        hall.chooses("lan", "Gửi").await;
        let code = hall.code("lan");
        hall.chooses("tuan", "Xác minh").await;
        hall.says("lan", &format!("/vuviec {code}")).await;
        hall.chooses("lan", "Rút lại").await;
        hall.says("lan", "Báo nhầm nhà").await;
        insta::assert_snapshot!(hall.titled("taken_back"), hall.stories(&["lan", "tuan"]));
        assert!(hall.heard("tuan", "người báo rút lại báo nhanh này: “Báo nhầm nhà”"), "{}", hall.story("tuan"));
        hall.ends_well().await;
    }

    /// A unit without a group: its head has the case, gives it back, plans, settles; what is not done is opened again.
    async fn the_head_of_a_unit_takes_its_case(mut hall: Hall) {
        hall.enlists(Role::Head, WARD).await;
        hall.says("hoa", "/start").await;
        hall.says("lan", "Sạt lở ở phường Bình Minh, hai nhà bị vùi").await;
        hall.chooses("lan", "Gửi").await;
        let code = hall.code("lan");
        let opens = format!("/vuviec {code}");
        for _ in 0..2 {
            hall.says("tuan", &opens).await;
            hall.chooses("tuan", "Chuyển").await;
            hall.chooses("tuan", "Chị Hoa").await;
            hall.says("hoa", &opens).await;
            if hall.heard("hoa", "vì sao trả lại") {
                hall.chooses("hoa", "Tiếp nhận").await;
            } else {
                hall.chooses("hoa", "Trả lại").await;
                hall.says("hoa", "Phường chưa có máy xúc, xin tỉnh hỗ trợ").await;
            }
        }
        hall.says("hoa", &opens).await;
        hall.chooses("hoa", "Kế hoạch").await;
        hall.says("hoa", "Mượn máy của mỏ đá, trưa nay thông đường").await;
        hall.says("hoa", &opens).await;
        hall.chooses("hoa", "Đã xử lý").await;
        hall.says("hoa", "Đã dọn xong, xe qua lại được").await;
        for (said, answer) in [("Đã thông đường", "Chưa xong"), ("Hai nhà đã có chỗ ở tạm", "Đã xong")] {
            hall.says("tuan", &opens).await;
            hall.chooses("tuan", "Giải quyết xong").await;
            hall.says("tuan", said).await;
            hall.answers("lan", answer).await;
            if answer == "Chưa xong" {
                hall.says("lan", "Hai nhà bị vùi chưa có chỗ ở").await;
            }
        }
        assert_eq!(hall.case(&code).await.state.code(), "confirmed");
        insta::assert_snapshot!(hall.titled("head"), hall.stories(&["lan", "tuan", "hoa"]));
        hall.ends_well().await;
    }

    async fn a_picture_comes_with_a_report(mut hall: Hall) {
        hall.sends_photo("lan", photo(1), "Cháy nhà ở phường Bình Minh").await;
        hall.chooses("lan", "Gửi").await;
        hall.later(MINUTE).await;
        assert_eq!(hall.case(&hall.code("lan")).await.photos.len(), 1);
        assert!(hall.platform.was_shown_a_picture("tuan"), "{}", hall.story("tuan"));
        insta::assert_snapshot!(hall.titled("picture"), hall.stories(&["lan", "tuan"]));
        hall.ends_well().await;
    }

    async fn a_stop_in_the_middle_of_a_report_loses_nothing(mut hall: Hall) {
        hall.says("lan", "Phá rừng ở phường Bình Minh").await;
        hall.stop().await;
        hall.platform.say("lan", "Có ba người mang cưa máy");
        hall.start().await;
        hall.settled().await;
        hall.chooses("lan", "Gửi").await;
        let case = hall.case(&hall.code("lan")).await;
        assert!(case.text.contains("cưa máy"), "{}", case.text);
        hall.ends_well().await;
    }

    async fn a_notice_is_confirmed_once(mut hall: Hall) {
        let id = sends(&hall, "Lịch họp", "08:00 thứ Hai tại hội trường.", false).await;
        hall.chooses("nga", "Đã nhận").await;
        hall.answers("lan", "Đã nhận").await;
        // Twice is once, and said so.
        hall.answers("lan", "Đã nhận").await;
        insta::assert_snapshot!(hall.titled("confirmed"), hall.stories(&["nga", "lan"]));
        assert_eq!(hall.confirmed(id).await, 2);
        hall.ends_well().await;
    }

    async fn a_long_notice_comes_in_parts_that_fit(mut hall: Hall) {
        let sentence = "Các đơn vị rà soát hộ dân ở vùng có nguy cơ sạt lở và báo về thường trực trước 16 giờ. ";
        let id = sends(&hall, "Ứng phó mưa lũ", &sentence.repeat(60), true).await;
        let parts = hall.platform.chat("nga").iter().filter(|said| said.by_bot && said.text.contains("sạt lở")).count();
        let expected = match hall.engine.channel.kind() {
            ChannelKind::Email => 1,
            ChannelKind::Telegram => 2,
            ChannelKind::ZaloBot | ChannelKind::ZaloOa => 3,
        };
        assert_eq!(parts, expected, "{}", hall.story("nga"));
        hall.answers("nga", "Đã nhận").await;
        assert_eq!(hall.confirmed(id).await, 1, "{}", hall.story("nga"));
        hall.ends_well().await;
    }
}
