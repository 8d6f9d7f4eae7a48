//! Reminders and schedules.

use std::time::Duration;

use super::super::NewSchedule;
use super::cast::*;
use crate::conversation::notice::NewNotice;
use crate::domain::Timestamp;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn schedules(town: &Town, new: NewSchedule) {
    let new = NewSchedule { audience: "groups".into(), ..new };
    town.stage.store.schedule_new(new).await.expect("the store").expect("a schedule");
}

fn monthly() -> NewSchedule {
    NewSchedule {
        name: "Định hướng tháng".into(),
        title: "Định hướng tháng {tháng}/{năm}".into(),
        cron: "0 8 1 * *".into(),
        confirm: true,
        ..NewSchedule::default()
    }
}

#[tokio::test]
async fn who_has_not_confirmed_is_reminded_once() {
    let town = Town::new().await;
    let notice = NewNotice {
        audience: "unit:Phường Sông Hiến".into(),
        confirm: true,
        remind_after: Some(4 * HOUR),
        ..NewNotice::default()
    };
    let id = town.writes_with(notice).await;
    town.sql("UPDATE notices SET author_id = 1").await;
    let out = town.sends(id).await;
    let of_lan = out.iter().find(|message| message.chat == LAN).expect("Lan's");
    town.stage.presses(LAN, &of_lan.button("Đã nhận")).await;
    town.stage.advance(3 * HOUR);
    town.ticks().await;
    assert_eq!(chats(&town.stage.sent().await), Vec::<&str>::new());
    town.stage.advance(HOUR);
    town.ticks().await;
    let reminded = town.stage.sent().await;
    assert!(text_in(&reminded, WARD_GROUP).contains("Nhóm mình chưa có ai xác nhận “Lịch họp”"));
    assert!(text_in(&reminded, WARD_EDITOR).contains("Nhắc bạn"));
    assert_eq!(text_in(&reminded, LAN), "", "Lan has confirmed");
    assert!(text_in(&reminded, EDITH).contains("Đã nhắc 2 nơi"), "{}", text_in(&reminded, EDITH));
    let again = reminded.iter().find(|message| message.chat == WARD_EDITOR).expect("a reminder");
    let thanks = town.stage.presses(WARD_EDITOR, &again.button("Đã nhận")).await;
    assert!(toast(&thanks).contains("Cảm ơn Hạnh"));
    town.stage.advance(DAY);
    town.ticks().await;
    let later = town.stage.sent().await;
    assert_eq!(text_in(&later, WARD_GROUP), "", "once");
}

#[tokio::test]
async fn the_editors_are_asked_for_this_months_text_and_it_goes_out_when_approved() {
    let town = Town::new().await;
    schedules(&town, monthly()).await;
    town.stage.clock.set(Timestamp::vietnam(2026, 12, 1, 8, 0));
    town.ticks().await;
    let asked = town.stage.sent().await;
    assert!(text_in(&asked, EDITH).contains("Đến kỳ “Định hướng tháng” (08:00 thứ Ba 01/12/2026)"));
    assert_eq!(text_in(&asked, WARD_EDITOR), "", "the ward is not asked");
    town.ticks().await;
    assert!(town.stage.sent().await.is_empty(), "asked once");
    let begun = town.presses(EDITH, &asked, "Soạn").await;
    assert!(text_in(&begun, EDITH).contains("Định hướng tháng 12/2026"));
    let card = town.stage.says(EDITH, "Tuyên truyền bầu cử.").await;
    assert!(text_in(&card, EDITH).contains("Tới: các nhóm"));
    let preview = town.presses(EDITH, &card, "Xem trước").await;
    let submitted = town.presses(EDITH, &preview, "Gửi duyệt").await;
    town.presses(APPROVER, &submitted, "Duyệt và gửi").await;
    town.ticks().await;
    assert_eq!(town.feeds(100).await, 3);
    assert_eq!(town.int("SELECT COUNT(*) FROM occurrences WHERE state = 'sent'").await, 1);
    let taken = town.presses(EDITH, &asked, "Soạn").await;
    assert!(toast(&taken).contains("đã có người soạn"));
}

#[tokio::test]
async fn a_text_that_was_approved_before_goes_out_by_itself() {
    let town = Town::new().await;
    schedules(&town, monthly()).await;
    let list = town.stage.says(EDITH, "/lich").await;
    assert!(text_in(&list, EDITH).contains("08:00 ngày 1 hằng tháng"));
    assert!(text_in(&list, EDITH).contains("Kỳ tới: 08:00 thứ Ba 01/12/2026. Chưa có nội dung."));
    town.presses(EDITH, &list, "Soạn cho 01/12/2026").await;
    let card = town.stage.says(EDITH, "Tuyên truyền bầu cử.").await;
    let preview = town.presses(EDITH, &card, "Xem trước").await;
    let submitted = town.presses(EDITH, &preview, "Gửi duyệt").await;
    town.presses(APPROVER, &submitted, "Duyệt và gửi").await;
    town.ticks().await;
    assert_eq!(town.feeds(100).await, 0, "not before its time");
    let list = town.stage.says(EDITH, "/lich").await;
    assert!(text_in(&list, EDITH).contains("được duyệt, gửi 08:00 thứ Ba 01/12/2026"));
    town.stage.clock.set(Timestamp::vietnam(2026, 12, 1, 8, 0));
    town.ticks().await;
    let said = town.stage.sent().await;
    assert!(!text_in(&said, EDITH).contains("Đến kỳ"), "{}", text_in(&said, EDITH));
    assert_eq!(town.feeds(100).await, 3);
    assert_eq!(town.int("SELECT COUNT(*) FROM editions").await, 1);
    assert_eq!(town.int("SELECT COUNT(*) FROM occurrences WHERE state = 'sent'").await, 1);
}

#[tokio::test]
async fn a_template_goes_out_by_itself_and_what_an_outage_missed_is_told() {
    let town = Town::new().await;
    let daily = NewSchedule {
        name: "Chào ngày mới".into(),
        title: "Chào ngày {ngày}".into(),
        body: "Chúc {đơn vị} một ngày tốt lành.".into(),
        cron: "0 9 * * *".into(),
        self_sending: true,
        ..NewSchedule::default()
    };
    schedules(&town, daily).await;
    town.stage.clock.set(Timestamp::vietnam(2026, 11, 23, 9, 0));
    town.ticks().await;
    town.feeds(100).await;
    let out = town.goes_out().await;
    assert!(text_in(&out, WARD_GROUP).contains("Chào ngày 23/11/2026\n\nChúc Phường Sông Hiến"), "{out:#?}");
    town.stage.clock.set(Timestamp::vietnam(2026, 11, 26, 10, 0));
    town.ticks().await;
    let told = town.stage.sent().await;
    assert!(text_in(&told, EDITH).contains("đã lỡ 2 kỳ"), "{}", text_in(&told, EDITH));
    town.feeds(100).await;
    assert!(text_in(&town.goes_out().await, WARD_GROUP).contains("Chào ngày 26/11/2026"));
    assert_eq!(town.int("SELECT COUNT(*) FROM occurrences").await, 4);
    assert_eq!(town.int("SELECT COUNT(*) FROM editions").await, 2);
}

#[tokio::test]
async fn a_schedule_that_is_held_makes_up_for_nothing() {
    let town = Town::new().await;
    schedules(&town, monthly()).await;
    let list = town.stage.says(EDITH, "/lich").await;
    town.presses(EDITH, &list, "Tạm dừng").await;
    town.stage.clock.set(Timestamp::vietnam(2026, 12, 1, 9, 0));
    town.ticks().await;
    assert!(town.stage.sent().await.is_empty());
    let list = town.stage.says(EDITH, "/lich").await;
    town.presses(EDITH, &list, "Tiếp tục").await;
    town.ticks().await;
    assert!(town.stage.sent().await.is_empty());
    assert!(text_in(&town.stage.says(LAN, "/lich").await, LAN).contains("người có quyền"));
}
