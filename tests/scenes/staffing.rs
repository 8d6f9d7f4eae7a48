//! People retire, move and go on leave, units become one: what is due later reaches who belongs then, once.

use std::time::Duration;

use loa::conversation::notice::{NewNotice, Stage};
use loa::domain::Timestamp;
use loa::domain::call::{CallForInput, CallKind};
use loa::domain::ids::{NoticeId, PersonId, UnitId};
use loa::domain::staffing::{StaffChange, StaffFault};

use crate::on_both;
use crate::town::{
    APPROVER, BINH, COMMUNE, COMMUNE_GROUP, EDITOR, HAI, LAN, NGA, PAO, SINH, Town, WARD, WARD_GROUP,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn person(town: &Town, name: &str) -> PersonId {
    let people = town.store.people(None).await.expect("people");
    PersonId(people.iter().find(|one| one.name == name).expect("somebody").id)
}

async fn unit(town: &Town, path: &str) -> UnitId {
    town.store.unit_by_path(&path.parse().expect("a path")).await.expect("the store").expect("a unit")
}

/// A change on a day at midnight.
async fn planned(town: &Town, change: StaffChange, day: u32) {
    let at = Timestamp::vietnam(2026, 12, day, 0, 0);
    town.store.plan_change(change, at).await.expect("the store").expect("a plan");
}

/// A notice that goes out on a day at eight.
async fn due(town: &Town, audience: &str, title: &str, day: u32) -> NoticeId {
    let send_at = Some(Timestamp::vietnam(2026, 12, day, 8, 0));
    let new = NewNotice {
        title: title.into(),
        body: "Mời xem.".into(),
        audience: audience.into(),
        confirm: true,
        send_at,
        ..NewNotice::default()
    };
    let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
    town.store.notice_send(id).await.expect("the store").expect("planned");
    id
}

async fn at(town: &Town, day: u32, hour: u32) {
    town.clock.set(Timestamp::vietnam(2026, 12, day, hour, 0));
    town.in_time(town.later(Duration::from_secs(10))).await;
}

on_both! {
    async fn who_retires_before_it_goes_out_gets_nothing(database: Database) {
        let town = Town::new(database).await;
        due(&town, &format!("unit:{WARD}"), "Sinh hoạt chi bộ", 3).await;
        planned(&town, StaffChange::Retire { person: person(&town, "Chị Nga").await }, 2).await;
        at(&town, 2, 9).await;
        assert!(town.last(NGA).text.contains("không còn trong danh sách"), "{}", town.story(NGA));
        at(&town, 3, 8).await;
        assert_eq!((town.sent(NGA, "Sinh hoạt chi bộ"), town.sent(BINH, "Sinh hoạt chi bộ")), (0, 1));
        let people = town.store.people(None).await.expect("people");
        assert!(people.iter().any(|one| one.name == "Chị Nga" && one.state == "left" && one.roles.is_empty()));
        town.ends_well().await;
    }

    async fn the_one_who_moved_gets_what_is_for_the_new_unit(database: Database) {
        let town = Town::new(database).await;
        due(&town, &format!("unit:{WARD}"), "Việc của phường", 3).await;
        due(&town, &format!("unit:{COMMUNE}"), "Việc của xã", 3).await;
        let to = unit(&town, COMMUNE).await;
        let (from, person) = (Some(unit(&town, WARD).await), person(&town, "Chị Nga").await);
        planned(&town, StaffChange::Move { person, from, to }, 3).await;
        at(&town, 3, 8).await;
        assert_eq!((town.sent(NGA, "Việc của phường"), town.sent(NGA, "Việc của xã")), (0, 1));
        assert!(town.heard(NGA, "Từ hôm nay bạn thuộc Tỉnh Mường Lam / Xã Nậm Pung"), "{}", town.story(NGA));
        town.ends_well().await;
    }

    async fn units_that_became_one_get_it_once(database: Database) {
        let town = Town::new(database).await;
        // Hải works for both until they become one.
        let both = StaffChange::Move { person: person(&town, "Anh Pao").await, from: None, to: unit(&town, WARD).await };
        town.store.plan_change(both, town.clock.now()).await.expect("the store").expect("moved");
        due(&town, &format!("unit:{WARD}/*; unit:{COMMUNE}/*"), "Bầu cử", 5).await;
        due(&town, &format!("unit:{COMMUNE}"), "Chỉ của xã", 5).await;
        due(&town, &format!("all; -unit:{COMMUNE}"), "Trừ xã", 5).await;
        let merge = StaffChange::Merge { unit: unit(&town, COMMUNE).await, into: unit(&town, WARD).await };
        planned(&town, merge, 4).await;
        at(&town, 4, 9).await;
        at(&town, 5, 8).await;
        for chat in [BINH, NGA, LAN, HAI, PAO, SINH, WARD_GROUP, COMMUNE_GROUP] {
            assert_eq!(town.sent(chat, "Bầu cử"), 1, "{}", town.story(chat));
            assert_eq!(town.sent(chat, "Chỉ của xã"), 1, "{}", town.story(chat));
            // Whoever was left out cannot be told apart any more: nothing goes out, and nobody is missed silently.
            assert_eq!(town.sent(chat, "Trừ xã"), 0);
        }
        let notices = town.store.notice_list(10).await.expect("notices");
        let left_out = notices.iter().find(|one| one.id == NoticeId(3)).expect("a notice");
        assert_eq!(left_out.state, Stage::Returned);
        town.ends_well().await;
    }

    async fn what_was_asked_of_a_unit_before_is_answered_by_its_people_after(database: Database) {
        let town = Town::new(database).await;
        let due = Timestamp::vietnam(2026, 12, 10, 17, 0);
        let new = NewNotice {
            title: "Số hộ nghèo".into(),
            audience: format!("unit:{WARD}; unit:{COMMUNE}; -groups"),
            confirm: true,
            asks: Some(CallForInput { kind: CallKind::Number, due }),
            ..NewNotice::default()
        };
        let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
        town.store.notice_send(id).await.expect("the store").expect("sent");
        town.in_time(town.later(Duration::from_secs(60))).await;
        let merge = StaffChange::Merge { unit: unit(&town, COMMUNE).await, into: unit(&town, WARD).await };
        town.store.plan_change(merge, town.clock.now()).await.expect("the store").expect("merged");
        for (who, number) in [(PAO, "12"), (NGA, "30")] {
            town.presses(who, who, "Gửi trả lời").await;
            town.says(who, number).await;
        }
        let result = town.store.call_result(id).await.expect("the store").expect("a result");
        let answered = result.units.iter().filter(|line| line.answer.is_some()).count();
        assert_eq!((result.units.len(), answered), (2, 2), "{result:?}");
        town.ends_well().await;
    }

    async fn who_is_on_leave_gets_what_names_them_and_is_counted(database: Database) {
        let town = Town::new(database).await;
        town.clock.set(Timestamp::vietnam(2026, 12, 1, 8, 0));
        let asked = town.says(NGA, "/nghi").await;
        assert!(asked.text.contains("Bạn nghỉ từ ngày nào"), "{asked:?}");
        assert!(town.says(NGA, "tuần sau").await.text.contains("Mình chưa rõ"));
        assert!(town.says(NGA, "2/12 4/12").await.text.contains("từ 02/12/2026 đến hết 04/12/2026"));
        due(&town, &format!("unit:{WARD}/*"), "Họp giao ban", 3).await;
        due(&town, "person:Chị Nga", "Gửi riêng chị", 3).await;
        due(&town, &format!("unit:{WARD}/*"), "Sau kỳ nghỉ", 5).await;
        at(&town, 3, 8).await;
        assert_eq!((town.sent(NGA, "Họp giao ban"), town.sent(NGA, "Gửi riêng chị")), (0, 1));
        assert_eq!(town.sent(LAN, "Họp giao ban"), 1);
        let report = town.store.notice_report(NoticeId(1)).await.expect("the store").expect("a report");
        assert_eq!(report.unreached, 1, "who is on leave is counted: {report:?}");
        // The preview says so too.
        town.says(EDITOR, "/thongbao Thử\nXem ai nhận.").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        assert!(town.heard(EDITOR, "đang nghỉ, đến ngày: Chị Nga (04/12/2026)"), "{}", town.story(EDITOR));
        at(&town, 5, 8).await;
        assert_eq!(town.sent(NGA, "Sau kỳ nghỉ"), 1);
        assert!(!town.says(NGA, "/toi").await.text.contains("nghỉ"));
        town.ends_well().await;
    }

    async fn a_leave_is_taken_back_with_one_tap(database: Database) {
        let town = Town::new(database).await;
        town.says(NGA, "/nghi").await;
        town.presses(NGA, NGA, "Hôm nay").await;
        assert!(town.last(NGA).text.contains("Bạn nghỉ đến hết 23/11/2026"), "{}", town.story(NGA));
        town.presses(NGA, NGA, "Tôi không nghỉ").await;
        town.says(EDITOR, "/thongbao Tin gấp\nĐọc ngay.").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(DAY / 24)).await;
        assert_eq!(town.sent(NGA, "Tin gấp"), 1);
        town.ends_well().await;
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_reason() {
    let town = Town::new(crate::engines::Database::sqlite()).await;
    let (nga, ward) = (person(&town, "Chị Nga").await, unit(&town, WARD).await);
    let province = unit(&town, "Tỉnh Mường Lam").await;
    let now = town.clock.now();
    let refused = |change| town.store.plan_change(change, now);
    let fault =
        |done: Result<Result<i64, StaffFault>, _>| done.map_err(|_| "the store").expect("the store").err();
    let into_itself = StaffChange::Merge { unit: province, into: ward };
    assert_eq!(fault(refused(into_itself).await), Some(StaffFault::IntoItself));
    let same = StaffChange::Move { person: nga, from: Some(ward), to: ward };
    assert_eq!(fault(refused(same).await), Some(StaffFault::SameUnit));
    let there = StaffChange::Move { person: nga, from: Some(province), to: ward };
    assert_eq!(fault(refused(there).await), Some(StaffFault::NotThere));
    let over = StaffChange::Away { person: nga, until: now };
    assert_eq!(fault(refused(over).await), Some(StaffFault::EndsBefore));
    let nobody = StaffChange::Retire { person: PersonId(999) };
    assert_eq!(fault(refused(nobody).await), Some(StaffFault::Nobody(PersonId(999))));
}
