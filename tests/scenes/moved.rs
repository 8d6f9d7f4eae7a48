//! Meetings to which people were called already: changed, called off, and the call sent again.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::meeting::{Answer, Plan};
use loa::sandbox::{Fault, Rule};

use crate::meetings::{MEETING, answers, at, attendance, calls, event, goes_out, meeting};
use crate::on_both;
use crate::town::{
    APPROVER, BINH, COMMUNE_GROUP, DUTY, EDITOR, HAI, LAN, NGA, PAO, SINH, Town, VAN, WARD_GROUP,
};

const MINUTE: Duration = Duration::from_secs(60);

/// The editor calls everybody to a meeting, and it is approved.
async fn is_called(town: &Town) {
    town.says(EDITOR, "/hop Họp giao ban").await;
    town.says(EDITOR, "14:00 26/11").await;
    town.says(EDITOR, "Hội trường tỉnh").await;
    town.presses(EDITOR, EDITOR, "Xem trước").await;
    town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
    town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
    goes_out(town).await;
}

on_both! {
    async fn a_change_reaches_whoever_was_called_and_asks_anew(database: Database) {
        let town = Town::new(database).await;
        calls(&town, "unit:Phường Bình Minh; unit:Xã Nậm Pung", meeting(26, 14, "Hội trường tỉnh")).await;
        let called = [BINH, NGA, LAN, HAI, PAO, SINH, WARD_GROUP, COMMUNE_GROUP];
        town.presses(LAN, LAN, "Dự").await;
        town.presses(NGA, NGA, "Vắng").await;
        town.says(NGA, "Đi công tác").await;
        let before = event(&town, LAN).await;
        assert!(before.contains("SEQUENCE:0"), "{before}");
        town.store.meeting_change(MEETING, meeting(27, 8, "Hội trường tỉnh")).await.expect("the store").expect("changed");
        goes_out(&town).await;
        for chat in called {
            assert_eq!(town.times(chat, "Đổi lịch họp"), 1, "{}", town.story(chat));
        }
        assert!(!town.heard(VAN, "Đổi lịch họp") && !town.heard(DUTY, "Đổi lịch họp"));
        let event_now = event(&town, LAN).await;
        assert!(event_now.contains("SEQUENCE:1") && event_now.contains("DTSTART:20261127T010000Z"), "{event_now}");
        let uid = |event: &str| event.lines().find(|line| line.starts_with("UID:")).map(str::to_owned);
        assert_eq!(uid(&before), uid(&event_now));
        // What was said of the other time is old, and shown as that.
        let all = attendance(&town.store).await;
        assert!(answers(&all).iter().all(|(_, answer, _)| answer.is_none()), "{all:?}");
        assert_eq!(all.people.iter().filter(|one| one.old).count(), 2);
        // By the button below the old call, too, it is the new time that is answered.
        town.presses(NGA, NGA, "Dự").await;
        assert!(town.heard(NGA, "08:00 thứ Sáu 27/11/2026"), "{}", town.story(NGA));
        // Another place asks nobody anew.
        town.store.meeting_change(MEETING, meeting(27, 8, "Phòng số 2")).await.expect("the store").expect("changed");
        goes_out(&town).await;
        for chat in called {
            assert_eq!(town.times(chat, "Đổi lịch họp"), 2, "{}", town.story(chat));
        }
        let all = attendance(&town.store).await;
        assert!(answers(&all).contains(&("Chị Nga", Some(Answer::Coming), None)), "{all:?}");
        // Reminders are of the new time.
        town.in_time(town.until(26, 8, 1)).await;
        assert_eq!((town.times(LAN, "Sắp họp"), town.times(NGA, "Sắp họp")), (1, 1));
        town.in_time(town.until(26, 14, 1)).await;
        assert_eq!(town.times(LAN, "Sắp họp"), 1, "none of the old one");
        insta::assert_snapshot!("moved", town.stories(&[LAN, NGA]));
        town.ends_well().await;
    }

    async fn a_meeting_that_is_called_off_is_told_to_all_and_reminded_of_no_more(database: Database) {
        let town = Town::new(database).await;
        is_called(&town).await;
        town.presses(NGA, NGA, "Vắng").await;
        town.presses(EDITOR, EDITOR, "Ai dự").await;
        town.presses(EDITOR, EDITOR, "Hủy họp").await;
        assert_eq!(town.times(LAN, "Hủy họp"), 0, "it is asked for once more");
        town.presses(EDITOR, EDITOR, "Hủy và báo mọi người").await;
        goes_out(&town).await;
        for chat in [LAN, NGA, HAI, SINH, WARD_GROUP, COMMUNE_GROUP, VAN] {
            assert_eq!(town.times(chat, "⛔️ Hủy họp"), 1, "{}", town.story(chat));
        }
        let event = event(&town, LAN).await;
        assert!(event.contains("STATUS:CANCELLED") && event.contains("SEQUENCE:1"), "{event}");
        assert!(town.presses(LAN, LAN, "Dự").await.contains("đã hủy"));
        town.in_time(town.until(26, 14, 1)).await;
        assert_eq!(town.times(LAN, "Sắp họp"), 0, "{}", town.story(LAN));
        // What was called off is not called off twice, nor sent again, nor changed.
        assert!(town.store.notice_cancel(MEETING).await.expect("the store").is_err());
        assert!(town.store.notice_resend(MEETING).await.expect("the store").is_err());
        assert!(town.store.meeting_change(MEETING, meeting(30, 8, "Phòng 2")).await.expect("the store").is_err());
        insta::assert_snapshot!("called_off", town.stories(&[EDITOR, LAN]));
        town.ends_well().await;
    }

    async fn an_author_asks_for_a_change_and_who_may_approve_decides(database: Database) {
        let town = Town::new(database).await;
        is_called(&town).await;
        let asks = async |times: &str| {
            town.presses(EDITOR, EDITOR, "Ai dự").await;
            town.presses(EDITOR, EDITOR, "Đổi giờ, nơi họp").await;
            town.says(EDITOR, times).await;
            town.presses(EDITOR, EDITOR, "Giữ nơi cũ").await;
            town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        };
        asks("15:00 26/11").await;
        // The author cannot decide, though they find the button.
        let approve = town.sandbox.chat(APPROVER).into_iter().flat_map(|seen| seen.buttons.into_iter().flatten())
            .find(|button| button.label.contains("Đồng ý")).and_then(|button| button.data).expect("a button");
        town.sandbox.press_data(EDITOR, EDITOR, town.last(EDITOR).id, &approve);
        town.settled().await;
        assert_eq!(attendance(&town.store).await.told.starts_at, at(26, 14));
        town.presses(APPROVER, APPROVER, "Không đổi").await;
        assert!(town.heard(EDITOR, "Anh Quang không đồng ý đổi"), "{}", town.story(EDITOR));
        assert!(!town.heard(LAN, "Đổi lịch họp"));
        asks("16:00 26/11").await;
        town.presses(APPROVER, APPROVER, "Đồng ý").await;
        goes_out(&town).await;
        assert_eq!(attendance(&town.store).await.told.starts_at, at(26, 16));
        assert_eq!(town.times(LAN, "Đổi lịch họp"), 1, "{}", town.story(LAN));
        // Who may approve changes it without asking; the author is told.
        town.presses(APPROVER, APPROVER, "Ai dự").await;
        town.presses(APPROVER, APPROVER, "Đổi giờ, nơi họp").await;
        town.presses(APPROVER, APPROVER, "Giữ giờ cũ").await;
        town.says(APPROVER, "Phòng số 2").await;
        town.presses(APPROVER, APPROVER, "Đổi và báo mọi người").await;
        goes_out(&town).await;
        assert_eq!(attendance(&town.store).await.told.place, "Phòng số 2");
        assert!(town.heard(EDITOR, "Anh Quang đã đổi"), "{}", town.story(EDITOR));
        // Somebody who was called, and nothing more, cannot reach any of it.
        let list = town.sandbox.chat(APPROVER).into_iter().flat_map(|seen| seen.buttons.into_iter().flatten())
            .find(|button| button.label.contains("Đổi giờ, nơi họp")).and_then(|button| button.data).expect("a button");
        town.sandbox.press_data(LAN, LAN, town.last(LAN).id, &list);
        town.settled().await;
        assert!(!town.heard(LAN, "Đổi sang lúc nào"));
        let audit = town.database.audit().await.join("\n");
        for line in ["person:3 meeting.propose notice:1", "person:4 meeting.refuse notice:1", "person:4 meeting.change notice:1"] {
            assert!(audit.contains(line), "{line} in {audit}");
        }
        insta::assert_snapshot!("approved_change", town.stories(&[EDITOR, APPROVER]));
        town.ends_well().await;
    }

    async fn sent_again_the_call_says_what_is_true_now(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.faults().add(Rule::new(Fault::Status(400)).method("sendDocument").chat(LAN));
        calls(&town, "person:Chị Lan; person:Chị Nga", meeting(26, 14, "Hội trường tỉnh")).await;
        town.store.meeting_change(MEETING, meeting(27, 8, "Phòng 2")).await.expect("the store").expect("changed");
        goes_out(&town).await;
        assert_eq!((town.times(NGA, "Đổi lịch họp"), town.times(LAN, "Họp giao ban")), (1, 0));
        town.sandbox.faults().clear();
        assert_eq!(town.store.notice_resend(MEETING).await.expect("the store"), Ok(1));
        goes_out(&town).await;
        assert_eq!(town.times(LAN, "🗓 08:00 thứ Sáu 27/11/2026"), 1, "{}", town.story(LAN));
        assert!(!town.heard(LAN, "14:00 thứ Năm") && !town.heard(LAN, "Đổi lịch họp"), "{}", town.story(LAN));
        town.presses(LAN, LAN, "Dự").await;
        assert!(answers(&attendance(&town.store).await).contains(&("Chị Lan", Some(Answer::Coming), None)));
    }

    async fn who_has_not_got_the_call_yet_gets_it_as_it_is_now(database: Database) {
        let mut town = Town::new(database).await;
        town.kill();
        town.engine.limits.per_second = 2;
        town.start().await;
        let plan = meeting(26, 14, "Hội trường tỉnh");
        let plan = Plan { times: Some(plan.times), place: Some(plan.place) };
        let new = NewNotice { title: "Họp giao ban".into(), audience: "people".into(), meeting: Some(plan), ..NewNotice::default() };
        let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
        town.store.notice_send(id).await.expect("the store").expect("sent");
        let people = [VAN, EDITOR, APPROVER, BINH, NGA, HAI, PAO, LAN, SINH];
        let came = |sandbox: &loa::sandbox::Sandbox| people.into_iter().filter(|who| {
            sandbox.chat(*who).iter().any(|seen| seen.text.contains("🗓 14:00 thứ Năm 26/11/2026"))
        }).count();
        town.until_so("the first calls", |sandbox| came(sandbox) >= 2).await;
        town.store.meeting_change(id, meeting(27, 8, "Hội trường tỉnh")).await.expect("the store").expect("changed");
        town.in_time(town.later(2 * MINUTE)).await;
        assert!(came(&town.sandbox) < people.len(), "in the middle");
        for who in people {
            let (old, moved) = (town.times(who, "🗓 14:00 thứ Năm"), town.times(who, "Đổi lịch họp"));
            assert!(town.heard(who, "🗓 08:00 thứ Sáu 27/11/2026"), "{}", town.story(who));
            assert_eq!(old, moved, "told of the change is who had the other time: {}", town.story(who));
        }
        town.ends_well().await;
    }
}
