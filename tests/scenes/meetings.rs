//! Calls to meetings: written, answered, listed, reminded of.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::Timestamp;
use loa::domain::ids::NoticeId;
use loa::domain::meeting::{Answer, Meeting, Plan, Times};
use loa::store::notice::Attendance;

use crate::hall;
use crate::on_both;
use crate::on_every_channel;
use crate::town::{APPROVER, BINH, COMMUNE_GROUP, EDITOR, HAI, LAN, NGA, PAO, Town, WARD_GROUP};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// The scenes begin at 08:05 on Monday, 23/11/2026.
pub const MEETING: NoticeId = NoticeId(1);

pub fn at(day: u32, hour: u32) -> Timestamp {
    Timestamp::vietnam(2026, 11, day, hour, 0)
}

pub fn meeting(day: u32, hour: u32, place: &str) -> Meeting {
    Meeting { times: Times { starts_at: at(day, hour), ends_at: None }, place: place.to_owned() }
}

/// A call to a meeting, sent as the administrator.
pub async fn calls(town: &Town, audience: &str, meeting: Meeting) {
    let plan = Plan { times: Some(meeting.times), place: Some(meeting.place) };
    let new = NewNotice {
        title: "Họp giao ban".into(),
        body: "Mang theo báo cáo tháng.".into(),
        audience: audience.into(),
        confirm: true,
        meeting: Some(plan),
        ..NewNotice::default()
    };
    let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
    assert_eq!(id, MEETING);
    town.store.notice_send(id).await.expect("the store").expect("sent");
    goes_out(town).await;
}

pub async fn goes_out(town: &Town) {
    town.in_time(town.later(MINUTE)).await;
}

pub async fn attendance(store: &loa::store::Store) -> Attendance {
    store.meeting_attendance(MEETING).await.expect("the store").expect("a meeting")
}

/// Name, answer that counts, line.
pub fn answers(attendance: &Attendance) -> Vec<(&str, Option<Answer>, Option<&str>)> {
    let valid = |one: &loa::conversation::notice::meeting::Attendee| one.answer.filter(|_| !one.old);
    attendance.people.iter().map(|one| (one.name.as_str(), valid(one), one.line.as_deref())).collect()
}

/// The newest file for calendars in a chat.
pub async fn event(town: &Town, chat: i64) -> String {
    let all = town.sandbox.chat(chat).into_iter().rev();
    let found = all.filter(|seen| seen.files.contains(&"lich-hop.ics".to_owned())).find_map(|seen| seen.path);
    let path = found.unwrap_or_else(|| panic!("no event in:\n{}", town.transcript(chat)));
    let url = format!("{}/practice/file/{path}", town.sandbox.url());
    let response = loa::http::http_client().expect("a client").get(url).send().await.expect("an answer");
    response.text().await.expect("text")
}

on_both! {
    async fn a_call_is_written_approved_answered_and_listed(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/hop").await;
        town.says(EDITOR, "Họp giao ban tháng 12\nMang theo báo cáo tháng.").await;
        assert!(town.says(EDITOR, "hôm qua").await.text.contains("chưa hiểu"));
        town.says(EDITOR, "thứ năm 14h - 16h30").await;
        town.says(EDITOR, "Hội trường tỉnh").await;
        town.presses(EDITOR, EDITOR, "Chọn khác").await;
        town.says(EDITOR, "đơn vị: Phường Bình Minh; đơn vị: Xã Nậm Pung; trừ nhóm").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        goes_out(&town).await;
        // One tap; one tap and a line; somebody instead.
        town.presses(LAN, LAN, "Dự").await;
        town.presses(NGA, NGA, "Vắng").await;
        town.says(NGA, "Đi công tác ở Nậm Pung").await;
        town.presses(BINH, BINH, "Cử người thay").await;
        town.says(BINH, "Anh Tú, phó chủ tịch").await;
        // The answer can be changed, and the newest counts.
        town.presses(HAI, HAI, "Dự").await;
        town.presses(HAI, HAI, "Vắng").await;
        town.says(HAI, "Họp huyện cùng giờ").await;
        assert_eq!(answers(&attendance(&town.store).await), [
            ("Anh Bình", Some(Answer::StandIn), Some("Anh Tú, phó chủ tịch")),
            ("Chị Nga", Some(Answer::Away), Some("Đi công tác ở Nậm Pung")),
            ("Chị Lan", Some(Answer::Coming), None),
            ("Anh Hải", Some(Answer::Away), Some("Họp huyện cùng giờ")),
            ("Anh Pao", None, None),
            ("Anh Sinh", None, None),
        ]);
        let shown = town.store.notice_show(MEETING).await.expect("the store").expect("a notice");
        assert_eq!(shown.edition.expect("an edition").counts.confirmed, 4, "who answers has received it");
        town.presses(EDITOR, EDITOR, "Ai dự").await;
        town.presses(EDITOR, EDITOR, "Tải danh sách").await;
        assert!(town.last(EDITOR).files.contains(&"danh-sach-du-hop-1.csv".to_owned()));
        // Nobody else learns who comes: the button is another's.
        assert!(!town.transcript(LAN).contains("Ai dự"));
        for who in [EDITOR, APPROVER] {
            town.until_sent(who).await;
        }
        insta::assert_snapshot!("answered", town.stories(&[EDITOR, APPROVER, LAN, NGA, BINH]));
        town.ends_well().await;
    }

    async fn the_event_arrives_as_a_file_that_calendars_read(database: Database) {
        let town = Town::new(database).await;
        let times = Times { starts_at: at(26, 14), ends_at: Some(Timestamp::vietnam(2026, 11, 26, 16, 30)) };
        let place = "Hội trường tỉnh; tầng 2, số 5 đường Trần Phú".to_owned();
        calls(&town, "unit:Phường Bình Minh; -groups", Meeting { times, place }).await;
        let event = event(&town, LAN).await;
        assert_eq!(town.store.meeting_event(MEETING).await.expect("the store").expect("an event"), event);
        town.presses(LAN, LAN, "Dự").await;
        let listed = town.store.meeting_list(10).await.expect("a list");
        let listed: Vec<_> = listed.iter().map(|one| (one.id, one.told.starts_at, one.coming, one.away)).collect();
        assert_eq!(listed, [(MEETING, at(26, 14), 1, 0)]);
        let uid = event.lines().find(|line| line.starts_with("UID:")).expect("a name").to_owned();
        assert!(uid.ends_with("@loa") && uid.len() > 16, "{uid}");
        insta::assert_snapshot!("event", event.replace(&uid, "UID:…@loa").replace("\r\n", "\n"));
        assert!(event.lines().all(|line| line.len() <= 75) && event.ends_with("END:VCALENDAR\r\n"));
        town.ends_well().await;
    }

    async fn a_day_and_an_hour_before_those_are_reminded_who_are_not_away(database: Database) {
        let mut town = Town::new(database).await;
        calls(&town, "unit:Phường Bình Minh; unit:Xã Nậm Pung", meeting(26, 14, "Hội trường tỉnh")).await;
        town.presses(LAN, LAN, "Dự").await;
        town.presses(NGA, NGA, "Vắng").await;
        town.presses(BINH, BINH, "Cử người thay").await;
        let reminded = |town: &Town| -> Vec<usize> {
            [LAN, NGA, BINH, PAO, COMMUNE_GROUP].into_iter().map(|who| town.times(who, "Sắp họp")).collect()
        };
        town.in_time(town.until(25, 13, 55)).await;
        assert_eq!(reminded(&town), [0, 0, 0, 0, 0]);
        town.in_time(town.until(25, 14, 1)).await;
        assert_eq!(reminded(&town), [1, 0, 1, 1, 1], "{}", town.stories(&[LAN, NGA, BINH, PAO]));
        assert!(town.heard(PAO, "Bạn chưa trả lời") && !town.heard(LAN, "Bạn chưa trả lời"));
        // Who says now that they are away is not reminded again; a restart changes nothing.
        town.presses(LAN, LAN, "Vắng").await;
        town.kill();
        town.start().await;
        town.in_time(town.until(26, 13, 1)).await;
        assert_eq!(reminded(&town), [1, 0, 2, 2, 2], "{}", town.stories(&[LAN, NGA, BINH, PAO]));
        // It has begun: nothing more is answered, nor reminded of.
        town.in_time(town.until(26, 14, 1)).await;
        assert!(town.presses(PAO, PAO, "Dự").await.contains("đã đến giờ"));
        town.in_time(town.until(27, 14, 1)).await;
        assert_eq!(reminded(&town), [1, 0, 2, 2, 2]);
        town.ends_well().await;
    }

    async fn of_reminders_that_are_past_none_comes(database: Database) {
        let mut town = Town::new(database).await;
        // In two hours: there is no day before any more.
        calls(&town, "person:Chị Lan", meeting(23, 10, "Phòng 2")).await;
        assert_eq!(town.times(LAN, "Sắp họp"), 0);
        town.in_time(town.until(23, 9, 1)).await;
        assert_eq!(town.times(LAN, "Sắp họp"), 1);
        town.in_time(town.until(23, 11, 0)).await;
        // The service was away while both became due: one is enough; and none once it has begun.
        let other = meeting(26, 14, "Phòng 3");
        let plan = Plan { times: Some(other.times), place: Some(other.place) };
        let new = NewNotice { title: "Họp tổ".into(), audience: "person:Chị Nga".into(), meeting: Some(plan), ..NewNotice::default() };
        let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
        town.store.notice_send(id).await.expect("the store").expect("sent");
        goes_out(&town).await;
        town.kill();
        town.clock.set(Timestamp::vietnam(2026, 11, 26, 13, 30));
        town.start().await;
        goes_out(&town).await;
        assert_eq!(town.times(NGA, "Sắp họp"), 1, "{}", town.story(NGA));
        town.ends_well().await;
    }

    async fn in_a_group_everybody_answers_for_themselves(database: Database) {
        let town = Town::new(database).await;
        calls(&town, "group:Cán bộ phường Bình Minh; person:Chị Lan", meeting(26, 14, "Hội trường tỉnh")).await;
        town.presses(NGA, WARD_GROUP, "Dự").await;
        town.presses(BINH, WARD_GROUP, "Vắng").await;
        town.replies(BINH, WARD_GROUP, "Đi phép").await;
        // What others talk about is no reason.
        town.says_in(NGA, WARD_GROUP, "Mình đi cùng xe nhé").await;
        // Lan has a call of her own, and answers here: it counts once, and for both.
        town.presses(LAN, WARD_GROUP, "Dự").await;
        let all = attendance(&town.store).await;
        let mut told = answers(&all);
        told.sort_by_key(|(name, ..)| *name);
        assert_eq!(told, [
            ("Anh Bình", Some(Answer::Away), Some("Đi phép")),
            ("Chị Lan", Some(Answer::Coming), None),
            ("Chị Nga", Some(Answer::Coming), None),
        ]);
        let shown = town.store.notice_show(MEETING).await.expect("the store").expect("a notice");
        assert_eq!(shown.edition.expect("an edition").counts.confirmed, 2);
        town.ends_well().await;
    }

    async fn a_reason_is_asked_for_and_nothing_else_is_taken_for_one(database: Database) {
        let town = Town::new(database).await;
        calls(&town, "person:Chị Lan; person:Chị Nga", meeting(26, 14, "Hội trường tỉnh")).await;
        // In the middle of a report: it is noted, and the report goes on.
        town.says(LAN, "Sạt lở ở phường Bình Minh").await;
        assert!(town.presses(LAN, LAN, "Vắng").await.contains("Đã ghi bạn vắng"));
        town.presses(LAN, LAN, "Gửi").await;
        assert!(town.heard(LAN, "ML-2026-0001"), "{}", town.story(LAN));
        // Hours later it is another matter.
        town.presses(NGA, NGA, "Vắng").await;
        town.in_time(town.later(2 * HOUR)).await;
        town.says(NGA, "Ngập đường ở phường Bình Minh").await;
        town.presses(NGA, NGA, "Gửi").await;
        assert!(town.heard(NGA, "ML-2026-0002"), "{}", town.story(NGA));
        assert_eq!(answers(&attendance(&town.store).await), [
            ("Chị Nga", Some(Answer::Away), None),
            ("Chị Lan", Some(Answer::Away), None),
        ]);
        // After three months nobody knows any more why somebody was away.
        town.presses(NGA, NGA, "Vắng").await;
        town.says(NGA, "Con ốm").await;
        town.clock.set(at(26, 14) + 89 * 24 * HOUR);
        town.store.sweep(HOUR * 24 * 365).await.expect("a sweep");
        assert!(answers(&attendance(&town.store).await).contains(&("Chị Nga", Some(Answer::Away), Some("Con ốm"))));
        town.clock.set(at(26, 14) + 91 * 24 * HOUR);
        town.store.sweep(HOUR * 24 * 365).await.expect("a sweep");
        assert!(answers(&attendance(&town.store).await).contains(&("Chị Nga", Some(Answer::Away), None)));
        town.assert_clean();
    }

    async fn who_is_erased_leaves_no_reason_behind(database: Database) {
        let town = Town::new(database).await;
        calls(&town, "person:Chị Lan; person:Chị Nga", meeting(26, 14, "Hội trường tỉnh")).await;
        town.presses(LAN, LAN, "Cử người thay").await;
        town.says(LAN, "Chị Nga, văn phòng").await;
        town.presses(NGA, NGA, "Vắng").await;
        town.says(NGA, "Con ốm, nhờ Chị Lan ghi biên bản").await;
        assert!(town.store.erase_person(loa::domain::ids::PersonId(NGA)).await.expect("the store"));
        let all = attendance(&town.store).await;
        assert!(all.people.iter().all(|one| one.line.is_none()), "{all:?}");
        town.assert_clean();
    }
}

on_every_channel! {
    async fn a_call_is_answered_with_a_word(mut hall: Hall) {
        let plan = meeting(26, 14, "Hội trường tỉnh");
        let new = NewNotice {
            title: "Họp giao ban".into(),
            audience: format!("unit:{}", hall::WARD),
            confirm: true,
            meeting: Some(Plan { times: Some(plan.times), place: Some(plan.place) }),
            ..NewNotice::default()
        };
        let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
        hall.store.notice_send(id).await.expect("the store").expect("sent");
        hall.settled().await;
        hall.answers("nga", "Vắng").await;
        hall.says("nga", "Đi công tác").await;
        hall.chooses("lan", "Cử người thay").await;
        hall.says("lan", "Anh Tú").await;
        // The words of the call work as long as it stands there.
        hall.answers("lan", "Dự").await;
        assert_eq!(answers(&attendance(&hall.store).await), [
            ("Chị Nga", Some(Answer::Away), Some("Đi công tác")),
            ("Chị Lan", Some(Answer::Coming), None),
        ]);
        hall.store.meeting_change(id, meeting(27, 8, "Phòng 2")).await.expect("the store").expect("changed");
        hall.settled().await;
        hall.answers("nga", "Dự").await;
        hall.store.notice_cancel(id).await.expect("the store").expect("cancelled");
        hall.settled().await;
        // Where the file is a link, that is another at every run.
        let story = hall.stories(&["nga", "lan"]);
        let plain = story.lines().map(|line| line.split_once(": http://").map_or(line, |(before, _)| before));
        insta::assert_snapshot!(hall.titled("call"), plain.collect::<Vec<_>>().join("\n"));
        hall.ends_well().await;
    }
}
