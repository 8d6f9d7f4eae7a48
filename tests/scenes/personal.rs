//! Notices that speak to everybody by name, unit and role: filled in for each, or stopped at the preview.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::chase::Chases;
use loa::domain::ids::NoticeId;
use loa::domain::{ChannelKind, Rich, Timestamp};
use loa::sandbox::{Entity, Fault, Rule};
use loa::store::notice::NewSchedule;

use crate::engines::Database;
use crate::hall::{self, Hall};
use crate::on_both;
use crate::town::{APPROVER, BINH, COMMUNE_GROUP, EDITOR, LAN, NGA, PAO, PROVINCE, Town, WARD_GROUP};

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

/// Somebody loses their only role, and with it their unit.
async fn loses_unit(database: &Database, name: &str) {
    let sql = "DELETE FROM roles WHERE person_id = (SELECT id FROM people WHERE name = '{}')";
    database.change(&sql.replace("{}", name)).await;
}

async fn gains_unit(database: &Database, name: &str, unit: &str) {
    let sql = format!(
        "INSERT INTO roles (person_id, unit_id, role, since)
         SELECT p.id, u.id, 'staff', 0 FROM people p, units u WHERE p.name = '{name}' AND u.name = '{unit}'"
    );
    database.change(&sql).await;
}

/// What the bot said in a chat that holds these words.
fn said(town: &Town, chat: i64, words: &str) -> String {
    let found =
        town.sandbox.chat(chat).into_iter().rev().find(|seen| seen.by_bot && seen.text.contains(words));
    found.unwrap_or_else(|| panic!("no {words:?} in:\n{}", town.story(chat))).text
}

async fn sends(town: &Town, new: NewNotice) -> NoticeId {
    let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
    town.store.notice_send(id).await.expect("the store").expect("sent");
    town.in_time(town.later(MINUTE)).await;
    id
}

on_both! {
    async fn everybody_is_spoken_to_by_name_and_unit(database: Database) {
        let town = Town::new(database).await;
        let text = "Mời {tên} dự họp\nKính gửi {tên}, {đơn vị}: họp ngày {ngày}.\nGõ {{tên}} để hỏi thêm.";
        town.says(EDITOR, "/thongbao").await;
        let at = text[..text.find("{đơn").expect("it")].encode_utf16().count();
        let bold = Entity { kind: "bold".into(), offset: at, length: "{đơn vị}".encode_utf16().count(), ..Entity::default() };
        town.sandbox.say_marked(EDITOR, EDITOR, text, vec![bold]);
        town.settled().await;
        town.presses(EDITOR, EDITOR, "Nhắc sau").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        assert!(town.heard(EDITOR, "Bản trên điền cho Anh Dũng làm ví dụ"), "{}", town.story(EDITOR));
        assert!(town.heard(EDITOR, "Kính gửi Anh Dũng, Tỉnh Mường Lam: họp ngày 23/11/2026."));
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        assert!(town.heard(APPROVER, "Mời Anh Dũng dự họp") && town.heard(APPROVER, "điền cho Anh Dũng làm ví dụ"));
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(MINUTE)).await;
        for (chat, name, unit) in [
            (LAN, "Chị Lan", "Phường Bình Minh"),
            (PAO, "Anh Pao", "Xã Nậm Pung"),
            (EDITOR, "Chị Hạnh", "Tỉnh Mường Lam"),
            (WARD_GROUP, "Cán bộ phường Bình Minh", "Phường Bình Minh"),
            (COMMUNE_GROUP, "Cán bộ xã Nậm Pung", "Xã Nậm Pung"),
        ] {
            let expected = format!(
                "Mời {name} dự họp\n\nKính gửi {name}, {unit}: họp ngày 23/11/2026.\nGõ {{tên}} để hỏi thêm."
            );
            assert_eq!(said(&town, chat, "Kính gửi"), expected);
            assert_eq!(town.times(chat, &format!("Kính gửi {name}")), 1, "{}", town.story(chat));
        }
        let seen = town.sandbox.chat(LAN).into_iter().find(|seen| seen.text.contains("Kính gửi")).expect("it");
        let set: Vec<String> = seen.entities.iter().map(|entity| entity.kind.clone()).collect();
        assert_eq!(set, ["bold", "bold"], "the title, and the unit");
        // Who presses, and who is reminded, is told of the notice as they got it.
        town.presses(NGA, NGA, "Đã nhận").await;
        town.presses(NGA, NGA, "Đã nhận").await;
        assert!(town.heard(NGA, "vừa xác nhận “Mời Chị Nga dự họp”"), "{}", town.story(NGA));
        town.in_time(town.later(5 * 60 * MINUTE)).await;
        assert!(town.heard(LAN, "Nhắc bạn: “Mời Chị Lan dự họp”"), "{}", town.story(LAN));
        assert!(town.heard(WARD_GROUP, "xác nhận “Mời Cán bộ phường Bình Minh dự họp”"), "{}", town.story(WARD_GROUP));
        insta::assert_snapshot!("personal", town.stories(&[EDITOR, LAN]));
        town.ends_well().await;
    }

    async fn an_unknown_variable_stops_at_the_preview(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thongbao Chào {chức danh}\nMời họp {1; 2}.").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        let card = said(&town, EDITOR, "Không có biến {chức danh}");
        assert!(card.contains("{tên} {đơn vị} {vai trò} {ngày} {tháng} {quý} {năm}"), "{card}");
        let labels = town.last(EDITOR).labels().join(" ");
        assert!(!labels.contains("Gửi duyệt") && labels.contains("Sửa"), "{labels}");
        let refused = town.store.notice_send(NoticeId(1)).await.expect("the store").expect_err("it is stopped");
        assert!(refused.to_string().contains("không có biến {chức danh}"), "{refused}");
        let new = |title: &str| NewNotice { title: title.into(), audience: "all".into(), ..NewNotice::default() };
        assert!(town.store.notice_new(new("Gửi {abc}")).await.expect("the store").is_err());
        let taken = town.store.notice_import(new("Gửi {abc}"), "a.md", "00").await.expect("the store");
        assert!(taken.is_err(), "{taken:?}");
        // Put right, it goes on.
        town.presses(EDITOR, EDITOR, "Sửa").await;
        town.presses(EDITOR, EDITOR, "Sửa nội dung").await;
        town.says(EDITOR, "Chào {vai trò}\nMời họp {1; 2}.").await;
        town.presses(EDITOR, EDITOR, "Chọn khác").await;
        town.says(EDITOR, "người: Chị Lan").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        insta::assert_snapshot!("unknown", town.story(EDITOR));
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(MINUTE)).await;
        assert!(town.heard(LAN, "Chào cộng tác viên\n\nMời họp {1; 2}."), "{}", town.story(LAN));
        town.ends_well().await;
    }

    async fn a_hole_stops_at_the_preview_and_again_before_it_is_handed_on(database: Database) {
        let town = Town::new(database).await;
        loses_unit(&town.database, "Chị Lan").await;
        town.says(EDITOR, "/thongbao Chào {tên}\nĐơn vị: {đơn vị}.").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        assert!(town.heard(EDITOR, "1 người chưa có đơn vị: Chị Lan."), "{}", town.story(EDITOR));
        assert!(!town.last(EDITOR).labels().join(" ").contains("Gửi duyệt"));
        let refused = town.store.notice_send(NoticeId(1)).await.expect("the store").expect_err("it is stopped");
        assert!(refused.to_string().contains("Chị Lan"), "{refused}");
        gains_unit(&town.database, "Chị Lan", "Phường Bình Minh").await;
        town.presses(EDITOR, EDITOR, "Sửa").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        // What was whole when it was shown may not be any more when it is handed on.
        loses_unit(&town.database, "Chị Lan").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        assert!(town.last(EDITOR).text.contains("“Chào {tên}” chưa gửi được"), "{}", town.story(EDITOR));
        gains_unit(&town.database, "Chị Lan", "Phường Bình Minh").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        loses_unit(&town.database, "Chị Lan").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        assert!(town.last(APPROVER).text.contains("1 người chưa có đơn vị"), "{}", town.story(APPROVER));
        assert_eq!(town.times(NGA, "Đơn vị: "), 0, "nothing went out");
        // A group has no role.
        town.says(EDITOR, "/thongbao Chào {vai trò}\nMời họp.").await;
        town.presses(EDITOR, EDITOR, "Chỉ các nhóm").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        assert!(town.heard(EDITOR, "nơi nhận không có vai trò: Cán bộ phường Bình Minh"), "{}", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn who_has_lost_their_unit_meanwhile_gets_no_letter_with_a_hole(database: Database) {
        let mut town = Town::new(database).await;
        let new = NewNotice {
            title: "Chào {tên}".into(),
            body: "Gửi {đơn vị}.".into(),
            audience: "people".into(),
            send_at: Some(Timestamp::vietnam(2026, 11, 23, 10, 0)),
            ..NewNotice::default()
        };
        let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
        town.store.notice_send(id).await.expect("the store").expect("to be sent");
        loses_unit(&town.database, "Chị Lan").await;
        // A kill in the middle changes nothing of what everybody gets.
        town.clock.set(Timestamp::vietnam(2026, 11, 23, 10, 0));
        town.until_so("somebody has it", |sandbox| sandbox.chat(NGA).iter().any(|seen| seen.text.contains("Gửi Phường"))).await;
        town.kill();
        town.start().await;
        town.in_time(town.later(5 * MINUTE)).await;
        assert_eq!(town.times(LAN, "Gửi "), 0, "{}", town.story(LAN));
        for (chat, words) in [(BINH, "Chào Anh Bình\n\nGửi Phường Bình Minh."), (PAO, "Chào Anh Pao\n\nGửi Xã Nậm Pung.")] {
            assert!(town.times(chat, words.lines().next().expect("a line")) >= 1, "{}", town.story(chat));
            assert_eq!(said(&town, chat, "Gửi"), words);
        }
        let lost = town.store.notice_recipients(id).await.expect("a list");
        let lan = lost.iter().find(|one| one.chat.contains("Lan")).expect("a line");
        assert_eq!((lan.state.as_str(), lan.reason.as_deref()), ("skipped", Some("thiếu {đơn vị}")));
        assert_eq!(town.store.notice_resend(id).await.expect("the store").expect("done"), 0, "still without");
        // With a unit she gets it, once.
        gains_unit(&town.database, "Chị Lan", "Phường Bình Minh").await;
        assert_eq!(town.store.notice_resend(id).await.expect("the store").expect("done"), 1);
        town.in_time(town.later(MINUTE)).await;
        assert_eq!(said(&town, LAN, "Chào"), "Chào Chị Lan\n\nGửi Phường Bình Minh.");
        assert_eq!(town.store.notice_resend(id).await.expect("the store").expect("done"), 0);
        town.ends_well().await;
    }

    async fn a_name_is_words_and_never_markup(database: Database) {
        let town = Town::new(database).await;
        let hostile = "<b>{đơn vị}</b> [x](https://x.vn) *Lan*";
        town.database.change(&format!("UPDATE people SET name = '{hostile}' WHERE name = 'Chị Lan'")).await;
        let body = Rich::new().push("Kính gửi ").italic("{tên}").push(". ").push("Việc cần làm trong tuần. ".repeat(250));
        sends(&town, NewNotice { title: "Thư".into(), body, audience: format!("unit:{PROVINCE}/*; -groups"), ..NewNotice::default() }).await;
        let seen = town.sandbox.chat(LAN).into_iter().find(|seen| seen.text.contains("Kính gửi")).expect("it");
        assert!(seen.text.contains(&format!("Kính gửi {hostile}. Việc")), "{}", seen.text);
        let ours = |kind: &str| matches!(kind, "bold" | "italic" | "text_link" | "code");
        let set: Vec<&str> = seen.entities.iter().map(|entity| &*entity.kind).filter(|kind| ours(kind)).collect();
        assert_eq!(set, ["bold", "italic"], "what looks like an address the platform finds by itself");
        assert!(town.times(LAN, "Việc cần làm") > 1, "in parts");
        town.ends_well().await;
    }

    async fn a_schedule_fills_in_the_day_and_its_recipients(database: Database) {
        let town = Town::new(database).await;
        let new = NewSchedule {
            name: "Thư đầu tuần".into(),
            cron: "0 7 * * 1".into(),
            audience: "people".into(),
            title: "Chào {tên}, tháng {tháng}".into(),
            body: "Gửi {đơn vị}.".into(),
            self_sending: true,
            ..NewSchedule::default()
        };
        let wrong = NewSchedule { body: "Gửi {abc}.".into(), ..new.clone() };
        let refused = town.store.schedule_new(wrong).await.expect("the store").expect_err("a template");
        assert!(refused.to_string().contains("không có biến {abc}"), "{refused}");
        town.store.schedule_new(new).await.expect("the store").expect("a schedule");
        town.clock.set(Timestamp::vietnam(2026, 11, 30, 7, 0));
        town.in_time(town.later(MINUTE)).await;
        assert_eq!(said(&town, LAN, "Chào"), "Chào Chị Lan, tháng 11\n\nGửi Phường Bình Minh.");
        // A run for somebody without a unit does not go out: the editors hear why.
        loses_unit(&town.database, "Chị Lan").await;
        town.clock.set(Timestamp::vietnam(2026, 12, 7, 7, 0));
        town.in_time(town.later(MINUTE)).await;
        assert!(!town.heard(NGA, "tháng 12"), "{}", town.story(NGA));
        assert!(town.heard(EDITOR, "chưa gửi được") && town.heard(EDITOR, "chưa có đơn vị: Chị Lan"), "{}", town.story(EDITOR));
        assert!(town.last(EDITOR).labels().join(" ").contains("Soạn"));
        town.ends_well().await;
    }

    async fn over_whichever_channel_it_says_the_same(database: Database) {
        let mut hall = Hall::with_zalo_beside(database).await;
        for who in ["lan", "nga"] {
            hall.says(who, "/ghep").await;
            let shown = hall.last(who);
            let code = shown.lines().find_map(|line| line.strip_prefix("/ghep ")).expect("a code").to_owned();
            assert!(hall.says_beside(who, &format!("/ghep {code}")).await.contains("Xong rồi"));
        }
        hall.stop().await;
        let elsewhere = Some(3 * MINUTE);
        let (first, second) = (&mut hall.engine, hall.second.as_mut().expect("a second channel"));
        for engine in [first, &mut second.1] {
            engine.store = engine.store.clone().chasing(Chases { elsewhere, ..Chases::default() });
        }
        hall.start().await;
        let sends = async |title: &str, urgent, remind_after| {
            let new = NewNotice {
                title: title.into(), body: "Gửi {tên}, {đơn vị}.".into(), audience: format!("unit:{}", hall::WARD),
                confirm: true, urgent, remind_after, ..NewNotice::default()
            };
            let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
            hall.store.notice_send(id).await.expect("the store").expect("sent");
        };
        // She has blocked the bot: the next channel.
        let chat: i64 = hall.platform.id("lan").parse().expect("a number");
        hall.platform.telegram().faults().add(Rule::new(Fault::Forbidden).method("sendMessage").chat(chat));
        sends("Một", false, None).await;
        hall.settled().await;
        assert!(hall.heard_beside("lan", "Một\n\nGửi Chị Lan, Phường Bình Minh."), "{}", hall.story_beside("lan"));
        // What nobody confirmed goes over the next channel too, whole.
        hall.says("nga", "/toi").await;
        sends("Hai", false, Some(60 * MINUTE)).await;
        hall.settled().await;
        assert!(hall.heard("nga", "Hai\n\nGửi Chị Nga, Phường Bình Minh."), "{}", hall.story("nga"));
        hall.later(2 * 60 * MINUTE).await;
        assert!(hall.heard_beside("nga", "Hai\n\nGửi Chị Nga, Phường Bình Minh."), "{}", hall.story_beside("nga"));
        // What is urgent does not wait for a channel that is down.
        hall.platform.telegram().faults().add(Rule::new(Fault::Status(502)).method("sendMessage"));
        sends("Ba", true, None).await;
        // One message alone does not tell that a channel is down.
        let plain = NewNotice { title: "Bốn".into(), audience: "people".into(), ..NewNotice::default() };
        let plain = hall.store.notice_new(plain).await.expect("the store").expect("a notice");
        hall.store.notice_send(plain).await.expect("the store").expect("sent");
        let begun = hall.clock.now();
        while !hall.heard_beside("nga", "Ba\n\nGửi Chị Nga, Phường Bình Minh.") {
            assert!(hall.clock.now().since(begun) < 5 * MINUTE, "{}", hall.story_beside("nga"));
            hall.clock.advance(SECOND);
            hall.a_moment().await;
        }
        assert_eq!(hall.engine.channel.kind(), ChannelKind::Telegram);
        hall.platform.telegram().faults().clear();
        hall.ends_well().await;
    }
}
