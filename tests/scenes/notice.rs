//! Notices on the practice platform, on both engines: written, approved, sent, confirmed, by the calendar.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::conversation::step;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::store::notice::NewSchedule;

use crate::engines::Database;
use crate::on_both;
use crate::world::{World, rules};

const PROVINCE: &str = "Tỉnh Mường Lam";
const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";
const EDITOR: i64 = 1;
const APPROVER: i64 = 2;
const LAN: i64 = 3;
const NGA: i64 = 4;
const GROUP: i64 = -1001;
const HOUR: Duration = Duration::from_secs(3600);

fn row(line: u64, unit: &str, name: &str, role: Option<Role>, chat: i64) -> ImportRow {
    let kind = if chat < 0 { Kind::Group } else { Kind::Person };
    ImportRow {
        line,
        unit: unit.parse().expect("a path"),
        name: name.to_owned(),
        role,
        channel: ChannelKind::Telegram,
        chat_id: chat.to_string(),
        kind,
    }
}

/// A province with an editor and an approver, a ward with two people and a group.
async fn begin(database: Database) -> World {
    let world = World::with(database, step, rules()).await;
    for (person, name) in [(EDITOR, "Diệp"), (APPROVER, "Duy"), (LAN, "Lan"), (NGA, "Nga")] {
        world.sandbox.add_user(person, name);
        // Whoever has not written to a bot cannot be written to.
        world.sandbox.say(person, person, "/trogiup");
    }
    world.sandbox.add_group(GROUP, "Nhóm Bình Minh", &[LAN, NGA], &[LAN]);
    world.sandbox.add_bot(GROUP, LAN);
    world.settled().await;
    let list = vec![
        row(2, PROVINCE, "Diệp", Some(Role::Editor), EDITOR),
        row(3, PROVINCE, "Duy", Some(Role::Approver), APPROVER),
        row(4, WARD, "Lan", Some(Role::Staff), LAN),
        row(5, WARD, "Nga", Some(Role::Staff), NGA),
        row(6, WARD, "Nhóm Bình Minh", None, GROUP),
    ];
    world.store.import(list, false).await.expect("an import");
    world
}

on_both! {
    async fn a_notice_goes_all_the_way_with_a_photo_and_confirmations(database: Database) {
        let world = begin(database).await;
        world.says(EDITOR, "/thongbao").await;
        let png = image_png();
        world.sandbox.send_photo(EDITOR, EDITOR, png, "Lịch họp\n08:00 thứ Hai tại hội trường.");
        world.settled().await;
        world.presses(EDITOR, EDITOR, "Nhắc sau").await;
        world.presses(EDITOR, EDITOR, "Xem trước").await;
        let shown = world.sandbox.chat(EDITOR);
        assert!(shown.iter().any(|seen| seen.by_bot && seen.photos == 1), "{}", world.transcript(EDITOR));
        world.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        assert!(world.transcript(APPROVER).contains("Diệp nhờ bạn duyệt"), "{}", world.transcript(APPROVER));
        world.in_time(world.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        world.in_time(world.later(Duration::from_secs(10))).await;
        for chat in [EDITOR, APPROVER, LAN, NGA, GROUP] {
            assert!(world.transcript(chat).contains("08:00 thứ Hai"), "{}", world.transcript(chat));
        }
        assert!(world.presses(LAN, LAN, "Đã nhận").await.contains("Cảm ơn Lan"));
        assert!(world.presses(LAN, LAN, "Đã nhận").await.is_empty());
        assert!(world.last(LAN).text.contains("vừa xác nhận"), "{}", world.transcript(LAN));
        assert!(world.presses(NGA, GROUP, "Đã nhận").await.contains("Cảm ơn Nga"));
        world.in_time(world.later(Duration::from_secs(70))).await;
        let count = world.transcript(EDITOR);
        assert!(count.contains("Đã gửi xong") && count.contains("Đã xác nhận 2"), "{count}");
        world.presses(EDITOR, EDITOR, "Ai chưa xác nhận").await;
        assert!(world.last(EDITOR).text.contains("Phường Bình Minh (1): Nga"), "{}", world.last(EDITOR).text);
        world.in_time(world.later(4 * HOUR)).await;
        world.in_time(world.later(Duration::from_secs(10))).await;
        assert!(world.last(NGA).text.contains("Nhắc bạn"), "{}", world.transcript(NGA));
        assert!(!world.transcript(LAN).contains("Nhắc bạn"));
        let id = loa::domain::ids::NoticeId(1);
        assert_eq!(world.store.notice_recipients(id).await.expect("a list").len(), 5);
        let shown = world.store.notice_show(id).await.expect("the store").expect("a notice");
        assert_eq!(shown.edition.map(|edition| edition.counts.confirmed), Some(2));
        assert_eq!(world.store.notice_list(10).await.expect("a list").len(), 1);
        assert_eq!(world.store.check_audit().await.expect("the store").broken_at, None);
        world.assert_clean();
    }

    async fn it_is_held_returned_and_sent_by_the_calendar(database: Database) {
        let world = begin(database).await;
        let new = NewSchedule {
            name: "Định hướng tháng".into(),
            title: "Định hướng tháng {tháng}".into(),
            cron: "0 8 1 * *".into(),
            audience: format!("unit:{WARD}/*; role:editor; person:Duy; group:Nhóm Bình Minh; -person:Nga"),
            ..NewSchedule::default()
        };
        world.store.schedule_new(new).await.expect("the store").expect("a schedule");
        assert_eq!(world.store.schedule_list(3).await.expect("a list")[0].next.len(), 3);
        world.says(EDITOR, "/lich").await;
        assert!(world.last(EDITOR).text.contains("Định hướng tháng"), "{}", world.transcript(EDITOR));
        world.clock.set(Timestamp::vietnam(2026, 12, 1, 8, 0));
        world.settled().await;
        assert!(world.last(EDITOR).text.contains("Đến kỳ"), "{}", world.transcript(EDITOR));
        world.presses(EDITOR, EDITOR, "Soạn").await;
        world.says(EDITOR, "Tuyên truyền bầu cử.").await;
        world.presses(EDITOR, EDITOR, "Xem trước").await;
        world.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        world.says(APPROVER, "/duyet").await;
        world.presses(APPROVER, APPROVER, "Trả lại").await;
        world.says(APPROVER, "Thêm ngày").await;
        world.presses(EDITOR, EDITOR, "Sửa").await;
        world.presses(EDITOR, EDITOR, "Xem trước").await;
        world.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        world.in_time(world.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        world.in_time(world.later(Duration::from_secs(10))).await;
        assert!(world.transcript(GROUP).contains("Tuyên truyền bầu cử."), "{}", world.transcript(GROUP));
        assert!(!world.transcript(NGA).contains("Tuyên truyền bầu cử."));
        let new = NewNotice { title: "A".into(), audience: "all".into(), ..NewNotice::default() };
        let id = world.store.notice_new(new).await.expect("the store").expect("a notice");
        let reach = world.store.notice_preview(id).await.expect("the store").expect("a reach");
        assert_eq!((reach.groups, reach.people), (1, 4));
        world.store.notice_send(id).await.expect("the store").expect("sent");
        world.store.notices_tick(rules().catch_up).await.expect("a tick");
        let paused = world.store.notice_pause(id).await.expect("the store");
        if paused.is_ok() {
            world.store.notice_resume(id).await.expect("the store").expect("going on");
        }
        world.in_time(world.settled()).await;
        assert!(world.store.notice_unconfirmed(id).await.expect("a list").len() >= 2);
        assert!(world.store.notice_cancel(id).await.expect("the store").is_err(), "it is sent");
        world.assert_clean();
    }
}

/// The smallest picture that there is.
fn image_png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}
