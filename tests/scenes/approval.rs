//! Who approves what: exactly what was shown, for all whom it is for, before it goes out or, where that is allowed, after.

use std::time::Duration;

use loa::conversation::{Rules, step};
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};

use crate::on_both;
use crate::town::{APPROVER, BINH, COMMUNE, EDITOR, LAN, NGA, PAO, Town, VAN, WARD};
use crate::world::rules;

async fn hands_in(town: &Town, who: i64, words: &str) {
    town.says(who, &format!("/soan {words}")).await;
    town.presses(who, who, "Xem trước").await;
    town.presses(who, who, "Gửi duyệt").await;
}

async fn goes_out(town: &Town) {
    town.in_time(town.later(Duration::from_secs(10))).await;
}

/// Somebody gets one more role.
async fn becomes(town: &Town, who: i64, name: &str, role: Role, unit: &str) {
    let row = ImportRow {
        line: 2,
        unit: unit.parse().expect("a path"),
        name: name.to_owned(),
        role: Some(role),
        channel: ChannelKind::Telegram,
        chat_id: who.to_string(),
        kind: Kind::Person,
    };
    let report = town.store.import(vec![row], false).await.expect("an import");
    assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
}

/// The message and the data of the newest button with this label.
fn button(town: &Town, chat: i64, label: &str) -> (i64, String) {
    let all = town.sandbox.chat(chat);
    let found = all.iter().rev().find_map(|seen| {
        let button = seen.buttons.iter().flatten().find(|button| button.label.contains(label))?;
        Some((seen.id, button.data.clone()?))
    });
    found.unwrap_or_else(|| panic!("no button {label:?} in:\n{}", town.story(chat)))
}

/// The same town, in which an urgent notice may go first.
async fn hurried(database: crate::engines::Database) -> Town {
    Town::with(database, step, Rules { urgent_first: true, ..rules() }).await
}

async fn hands_in_urgent(town: &Town, words: &str) {
    town.says(EDITOR, &format!("/soan {words}")).await;
    town.presses(EDITOR, EDITOR, "Khẩn: không").await;
    town.presses(EDITOR, EDITOR, "Xem trước").await;
    town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
}

on_both! {
    async fn what_changed_meanwhile_is_shown_anew_before_it_is_approved(database: Database) {
        let town = Town::new(database).await;
        hands_in(&town, EDITOR, "Lịch họp\nPhòng 2").await;
        let (message, stale) = button(&town, APPROVER, "Duyệt và gửi");
        town.presses(VAN, VAN, "Trả lại").await;
        town.says(VAN, "Phòng 2 đang sửa.").await;
        town.presses(EDITOR, EDITOR, "✏️ Sửa").await;
        town.presses(EDITOR, EDITOR, "Sửa nội dung").await;
        town.says(EDITOR, "Lịch họp\nPhòng 3").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        let query = town.sandbox.press_data(APPROVER, APPROVER, message, &stale);
        town.settled().await;
        let said = town.sandbox.answer_to(&query).map(|answer| answer.text).unwrap_or_default();
        assert!(said.contains("Nội dung đã thay đổi"), "{said}");
        goes_out(&town).await;
        assert!(!town.heard(LAN, "Lịch họp"), "nothing was approved");
        let (message, _) = button(&town, APPROVER, "Duyệt và gửi");
        let above = town.sandbox.chat(APPROVER).into_iter().rfind(|seen| seen.by_bot && seen.id < message);
        assert!(above.is_some_and(|seen| seen.text.contains("Phòng 3")), "{}", town.story(APPROVER));
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        goes_out(&town).await;
        assert!(town.heard(LAN, "Phòng 3") && !town.heard(LAN, "Phòng 2"), "{}", town.story(LAN));
        insta::assert_snapshot!("changed", town.story(APPROVER));
        town.ends_well().await;
    }

    async fn what_came_back_and_is_handed_in_unchanged_is_what_was_shown(database: Database) {
        let town = Town::new(database).await;
        hands_in(&town, EDITOR, "Lịch họp\nPhòng 2").await;
        let (message, first) = button(&town, APPROVER, "Duyệt và gửi");
        town.presses(VAN, VAN, "Trả lại").await;
        town.says(VAN, "Xem lại phòng.").await;
        town.presses(EDITOR, EDITOR, "✏️ Sửa").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.sandbox.press_data(APPROVER, APPROVER, message, &first);
        town.in_time(town.settled()).await;
        goes_out(&town).await;
        assert!(town.heard(LAN, "Phòng 2"), "{}", town.story(APPROVER));
        town.ends_well().await;
    }

    async fn an_approver_covers_all_whom_a_notice_is_for(database: Database) {
        let town = Town::new(database).await;
        becomes(&town, NGA, "Chị Nga", Role::Editor, WARD).await;
        becomes(&town, NGA, "Chị Nga", Role::Editor, COMMUNE).await;
        // For the ward alone its head may approve.
        hands_in(&town, NGA, "Họp phường\nPhòng 1").await;
        let told = town.last(NGA).text;
        assert!(told.contains("Anh Bình") && told.contains("Chị Vân"), "{told}");
        // For both, only those above them.
        town.says(NGA, "/soan Họp liên xã\nPhòng 2").await;
        town.presses(NGA, NGA, "Chọn khác").await;
        town.says(NGA, &format!("đơn vị: {WARD}; đơn vị: {COMMUNE}")).await;
        town.presses(NGA, NGA, "Xem trước").await;
        town.presses(NGA, NGA, "Gửi duyệt").await;
        let told = town.last(NGA).text;
        assert!(told.contains("Họp liên xã") && told.contains("Chị Vân") && !told.contains("Anh Bình"), "{told}");
        town.says(BINH, "/duyet").await;
        let list = town.last(BINH);
        assert!(list.labels().contains(&"Họp phường") && !list.labels().contains(&"Họp liên xã"), "{:?}", list.labels());
        town.says(VAN, "/duyet").await;
        town.presses(VAN, VAN, "Họp liên xã").await;
        town.in_time(town.presses(VAN, VAN, "Duyệt và gửi")).await;
        goes_out(&town).await;
        assert!(town.heard(PAO, "Họp liên xã") && town.heard(LAN, "Họp liên xã"));
        town.ends_well().await;
    }

    async fn the_author_is_told_where_nobody_covers_the_audience(database: Database) {
        let town = Town::new(database).await;
        becomes(&town, NGA, "Chị Nga", Role::Editor, WARD).await;
        becomes(&town, NGA, "Chị Nga", Role::Editor, COMMUNE).await;
        for above in [VAN, APPROVER] {
            town.says(above, "/roi").await;
        }
        town.says(NGA, "/soan Họp liên xã\nPhòng 2").await;
        town.presses(NGA, NGA, "Chọn khác").await;
        town.says(NGA, &format!("đơn vị: {WARD}; đơn vị: {COMMUNE}")).await;
        town.presses(NGA, NGA, "Xem trước").await;
        town.presses(NGA, NGA, "Gửi duyệt").await;
        let told = town.last(NGA).text;
        assert!(told.contains("chưa ai duyệt được cho tất cả nơi nhận") && told.contains("Anh Bình"), "{told}");
        assert!(!town.heard(BINH, "Họp liên xã"));
        town.ends_well().await;
    }

    async fn an_urgent_notice_goes_first_and_is_approved_after(database: Database) {
        let town = hurried(database).await;
        hands_in(&town, EDITOR, "Lịch họp\nPhòng 2").await;
        assert!(!town.last(EDITOR).labels().iter().any(|label| label.contains("duyệt sau")), "only what is urgent");
        hands_in_urgent(&town, "Sơ tán thôn 3\nNước đang lên.").await;
        town.in_time(town.presses(EDITOR, EDITOR, "xin duyệt sau")).await;
        goes_out(&town).await;
        assert!(town.heard(LAN, "Sơ tán thôn 3"), "{}", town.story(EDITOR));
        assert!(town.heard(APPROVER, "đã gửi trước, xin duyệt sau"), "{}", town.story(APPROVER));
        town.says(APPROVER, "/duyet").await;
        assert!(town.last(APPROVER).labels().contains(&"Sơ tán thôn 3"), "it still waits for a word");
        town.presses(APPROVER, APPROVER, "Đồng ý").await;
        assert!(town.heard(EDITOR, "Anh Quang đồng ý với “Sơ tán thôn 3”"), "{}", town.story(EDITOR));
        // The first word counts.
        assert!(!town.sandbox.chat(VAN).iter().any(|seen| seen.labels().iter().any(|label| label.contains("Không đồng ý"))));
        let audit = town.database.audit().await;
        let done: Vec<&String> = audit.iter().filter(|entry| entry.contains("notice:2")).collect();
        assert!(done.iter().any(|entry| entry.contains("notice.send_before_approval")), "{done:#?}");
        assert!(done.iter().any(|entry| entry.contains("notice.approve_after")), "{done:#?}");
        town.until_sent(EDITOR).await;
        insta::assert_snapshot!("sent_first", town.stories(&[EDITOR, APPROVER]));
        town.ends_well().await;
    }

    async fn who_does_not_agree_afterwards_says_why(database: Database) {
        let town = hurried(database).await;
        hands_in_urgent(&town, "Sơ tán thôn 3\nNước đang lên.").await;
        town.in_time(town.presses(EDITOR, EDITOR, "xin duyệt sau")).await;
        goes_out(&town).await;
        town.presses(VAN, VAN, "Không đồng ý").await;
        town.says(VAN, "Thôn 3 chưa ngập.").await;
        assert!(town.heard(EDITOR, "Chị Vân không đồng ý với “Sơ tán thôn 3”: Thôn 3 chưa ngập."), "{}", town.story(EDITOR));
        let audit = town.database.audit().await;
        assert!(audit.iter().any(|entry| entry.contains("notice.object_after notice:1 Thôn 3 chưa ngập.")), "{audit:#?}");
        town.ends_well().await;
    }

    async fn without_leave_an_urgent_notice_waits(database: Database) {
        let town = Town::new(database).await;
        hands_in_urgent(&town, "Sơ tán thôn 3\nNước đang lên.").await;
        assert!(town.last(EDITOR).labels().is_empty(), "{:?}", town.last(EDITOR).labels());
        goes_out(&town).await;
        assert!(!town.heard(LAN, "Sơ tán"));
        town.ends_well().await;
    }
}
